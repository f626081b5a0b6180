#include "common/flow/rebuild_scratch.h"

#include "common/flow/rebuild_compare.h"
#include "gen/flow_sql.h"

#include <stdio.h>

static enum status fail(struct db *db, enum status status, char reason[static MIGRATE_REASON_SIZE])
{
	if (status != STATUS_OK)
		snprintf(reason, MIGRATE_REASON_SIZE, "%s", db_reason(db));
	return status;
}

static enum status lock(struct db *db, const char *schema, char reason[static MIGRATE_REASON_SIZE])
{
	AUTO_ROWS rows = NULL;

	TRY(fail(db, db_prepare(db, &sql_scratch_lock), reason));
	TRY(fail(db, db_query(db, &sql_scratch_lock, &rows, DB_TEXT(schema)), reason));
	if (db_int(rows, 0, 0) != 0)
		return STATUS_OK;
	snprintf(reason, MIGRATE_REASON_SIZE, "another rebuild is at work in %s", schema);
	return STATUS_REJECT;
}

static enum status empty(struct db *db, const char *schema)
{
	AUTO_ROWS rows = NULL;

	TRY(db_prepare(db, &sql_scratch_list));
	TRY(db_query(db, &sql_scratch_list, &rows, DB_TEXT(schema)));
	for (size_t i = 0; i < db_rows_count(rows); i++)
		TRY(db_script(db, db_text(rows, i, 0)));
	return STATUS_OK;
}

enum status rebuild_scratch_prepare(struct db *db, const struct postgres_settings *scratch,
                                    const struct migration *service,
                                    char reason[static MIGRATE_REASON_SIZE])
{
	TRY(lock(db, scratch->schema, reason));
	TRY(fail(db, empty(db, scratch->schema), reason));
	TRY(postgres_store_migrate(scratch, service, reason));
	return fail(db, rebuild_compare_prepare(db, scratch->schema), reason);
}
