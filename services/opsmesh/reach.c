#include "services/opsmesh/reach.h"

#include "gen/opsmesh_sql.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>

static bool passed(const struct reach *reach, const struct reach_shard *shard)
{
	return reach->at.us != TIME_MIN.us && !time_before(shard->now, reach->at);
}

struct reach reach_make(const struct reach_shard *shards, size_t count, struct instant at)
{
	struct reach reach = { .at = at, .shards = shards, .count = count };

	for (size_t i = 0; i < count && at.us == TIME_MIN.us; i++)
		if (reach.at.us == TIME_MIN.us ||
		    (shards[i].now.us != TIME_MIN.us && time_before(shards[i].now, reach.at)))
			reach.at = shards[i].now;
	for (size_t i = 0; i < count; i++)
		reach.behind += !passed(&reach, &shards[i]);
	return reach;
}

enum status reach_read(struct mesh_store *store, size_t place, struct instant at,
                       struct reach *reach)
{
	struct reach_shard *shards;
	size_t count;
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_all(store, place, &sql_book_shard_look, &rows));
	count = db_rows_count(rows);
	shards = arena_alloc(store->arena, (count + 1) * sizeof(*shards));
	for (size_t i = 0; i < count; i++)
		shards[i] = (struct reach_shard){ arena_string(store->arena, db_text(rows, i, 0)),
			                          db_int(rows, i, 1), db_time(rows, i, 2) };
	*reach = reach_make(shards, count, at);
	return STATUS_OK;
}

const char *reach_time(struct arena *arena, const struct reach *reach)
{
	char text[TIME_TEXT_SIZE];

	return reach->at.us == TIME_MIN.us ? "" : arena_string(arena, time_format(reach->at, text));
}

const char *reach_behind(struct arena *arena, const struct reach *reach)
{
	const char *text = "";

	for (size_t i = 0; i < reach->count; i++)
		if (!passed(reach, &reach->shards[i]))
			text =
			    arena_printf(arena, "%s%s%s/%" PRId64, text, text[0] == '\0' ? "" : " ",
			                 reach->shards[i].stage, reach->shards[i].shard);
	return text;
}

/* "customer/3 (2026-05-01T10:00:00Z), customer/4 (none yet)" */
static const char *late(struct arena *arena, const struct reach *reach)
{
	const char *text = "";

	for (size_t i = 0; i < reach->count; i++)
		if (!passed(reach, &reach->shards[i]))
			text = arena_printf(arena, "%s%s%s/%" PRId64 " (%s)", text,
			                    text[0] == '\0' ? "" : ", ", reach->shards[i].stage,
			                    reach->shards[i].shard,
			                    time_cell(arena, reach->shards[i].now, "none yet"));
	return text;
}

const char *reach_sentence(struct arena *arena, const struct reach *reach)
{
	const char *const at = reach_time(arena, reach);

	if (reach->count == 0 || at[0] == '\0')
		return "No shard has a mesh time yet.";
	if (reach->behind == 0)
		return arena_printf(arena, "True for %s, which all %zu shards have passed.", at,
		                    reach->count);
	return arena_printf(arena,
	                    "True for %s but for %zu of %zu shards that have not passed it: %s.",
	                    at, reach->behind, reach->count, late(arena, reach));
}
