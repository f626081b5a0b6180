#include "common/flow/postgres_blob.h"

#include "common/base/memory.h"
#include "common/io/db.h"
#include "gen/flow_sql.h"

#include <stdio.h>

struct postgres_blobs {
	struct db_settings settings;
	char name[128]; /* as the server shows it */
	struct db *db;
	struct effect_blobs door;
};

static enum status ready(const struct postgres_blobs *blobs)
{
	if (db_connected(blobs->db))
		return STATUS_OK;
	TRY(db_connect(blobs->db));
	TRY(db_prepare(blobs->db, &sql_blob_add));
	return db_prepare(blobs->db, &sql_blob_load);
}

/* A connection that failed is not asked again before it was made anew, statements and all. */
static enum status note(const struct postgres_blobs *blobs, enum status status)
{
	char reason[256];

	if (status == STATUS_OK)
		return status;
	snprintf(reason, sizeof(reason), "%s", db_reason(blobs->db));
	db_disconnect(blobs->db, reason);
	return status;
}

static enum status put(void *context, const char *digest, struct bytes bytes)
{
	const struct postgres_blobs *const blobs = context;

	TRY(note(blobs, ready(blobs)));
	return note(blobs, db_exec(blobs->db, &sql_blob_add, DB_TEXT(digest), DB_BYTES(bytes)));
}

static enum status get(void *context, const char *digest, struct arena *arena, struct bytes *bytes)
{
	const struct postgres_blobs *const blobs = context;
	AUTO_ROWS rows = NULL;

	TRY(note(blobs, ready(blobs)));
	TRY(note(blobs, db_query(blobs->db, &sql_blob_load, &rows, DB_TEXT(digest))));
	*bytes = db_rows_count(rows) == 0 ? (struct bytes){ 0 }
	                                  : arena_bytes(arena, db_bytes(rows, 0, 0));
	return STATUS_OK;
}

struct postgres_blobs *postgres_blobs_create(const struct postgres_settings *settings)
{
	struct postgres_blobs *const blobs = memory_zero(sizeof(*blobs));

	snprintf(blobs->name, sizeof(blobs->name), "%s/%s/blobs", settings->daemon,
	         settings->instance);
	blobs->settings = (struct db_settings){ .uri = settings->uri,
		                                .name = blobs->name,
		                                .schema = settings->schema };
	blobs->db = db_create(&blobs->settings);
	blobs->door = (struct effect_blobs){ blobs, put, get };
	return blobs;
}

void postgres_blobs_destroy(struct postgres_blobs *blobs)
{
	if (blobs == NULL)
		return;
	db_destroy(blobs->db);
	memory_free(blobs);
}

struct effect_blobs *postgres_blobs_door(struct postgres_blobs *blobs)
{
	return &blobs->door;
}

const char *postgres_blobs_reason(const struct postgres_blobs *blobs)
{
	return db_reason(blobs->db);
}
