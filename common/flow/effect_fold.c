#include "common/flow/effect_fold.h"

#include "common/flow/fold.h"

/* The tables. */

static const struct column pending_columns[] = {
	COLUMN(struct effect_pending_row, stage),
	COLUMN(struct effect_pending_row, name),
	COLUMN(struct effect_pending_row, id),
	COLUMN(struct effect_pending_row, asked_at),
	COLUMN(struct effect_pending_row, key),
	COLUMN(struct effect_pending_row, message),
	COLUMN_END,
};

const struct state_table effect_pending_table = {
	.name = "effect_pending",
	.columns = pending_columns,
	.key_columns = 3,
	.row_size = sizeof(struct effect_pending_row),
	.resident = true,
};

static const struct column answered_columns[] = {
	COLUMN(struct effect_answered_row, stage),
	COLUMN(struct effect_answered_row, name),
	COLUMN(struct effect_answered_row, id),
	COLUMN(struct effect_answered_row, asked_at),
	COLUMN_END,
};

const struct state_table effect_answered_table = {
	.name = "effect_answered",
	.columns = answered_columns,
	.key_columns = 3,
	.row_size = sizeof(struct effect_answered_row),
};

/* Rows. */

const struct cache_row *effect_next(const struct shard *shard, struct bytes after)
{
	return cache_next(shard->cache, cache_table(shard->cache, &effect_pending_table),
	                  (struct bytes){ "", 0 }, after);
}

bool effect_has(const struct shard *shard, struct bytes key)
{
	const struct cache_row *const row =
	    cache_find(shard->cache, cache_table(shard->cache, &effect_pending_table), key);

	return row != NULL && row->packed.data != NULL;
}

size_t effect_count(const struct shard *shard)
{
	size_t count = 0;

	if (shard->stage->effects == NULL)
		return 0;
	for (const struct cache_row *row = effect_next(shard, (struct bytes){ 0 }); row != NULL;
	     row = effect_next(shard, cache_row_key(row)))
		count++;
	return count;
}

struct instant effect_oldest(const struct shard *shard)
{
	const struct cache_row *row =
	    shard->stage->effects != NULL ? effect_next(shard, (struct bytes){ 0 }) : NULL;
	struct instant oldest = TIME_MAX;

	for (; row != NULL; row = effect_next(shard, cache_row_key(row))) {
		struct effect_pending_row pending;

		state_unpack(&effect_pending_table, cache_row_key(row), row->packed, &pending);
		if (pending.asked_at.us != TIME_MIN.us)
			oldest = time_earlier(oldest, pending.asked_at);
	}
	return oldest;
}

/* Results. */

static bool is_result(const struct shard *shard, const struct event *event)
{
	return shard->stage->effects != NULL && event->problem == NULL &&
	       event->record.topic == shard->stage->results;
}

/* A header that is not there names nothing that was asked for. */
static const char *text_of(const struct shard *shard, struct bytes header)
{
	return header.data == NULL ? "" : arena_text(shard->arena, header.data, header.size);
}

static struct effect_pending_row row_of(struct shard *shard, const struct event *event)
{
	const struct bytes name =
	    record_header(event->record.headers, event->record.header_count, EFFECT_HEADER);

	return (struct effect_pending_row){ .stage = shard->stage->name,
		                            .name = text_of(shard, name),
		                            .id = text_of(shard, event->subject) };
}

static struct bytes key_of(const struct shard *shard, const struct effect_pending_row *row)
{
	return state_key(shard->arena, &effect_pending_table, row,
	                 effect_pending_table.key_columns);
}

bool effect_is_pending(struct shard *shard, const struct event *event)
{
	if (!is_result(shard, event))
		return false;
	const struct effect_pending_row row = row_of(shard, event);

	return effect_has(shard, key_of(shard, &row));
}

bool effect_is_stale(struct shard *shard, const struct event *event)
{
	return is_result(shard, event) && !effect_is_pending(shard, event);
}

void effect_settle(struct shard *shard, const struct event *event)
{
	if (!effect_is_pending(shard, event))
		return;
	struct effect_pending_row row = row_of(shard, event);

	work_begin(shard);
	(void)work_load(shard, &effect_pending_table, &row);
	work_save(shard, &effect_answered_table,
	          &(struct effect_answered_row){ row.stage, row.name, row.id, row.asked_at });
	work_remove(shard, &effect_pending_table, &row);
	work_keep(shard);
}

/* Waiting. */

bool effect_waits(const struct shard *shard)
{
	return shard->stage->effects != NULL && shard->context->recorded &&
	       effect_next(shard, (struct bytes){ 0 }) != NULL;
}

bool effect_is_awaited(struct shard *shard, const struct event *event)
{
	const struct cache_row *const first = effect_next(shard, (struct bytes){ 0 });

	if (first == NULL || !is_result(shard, event))
		return false;
	const struct effect_pending_row row = row_of(shard, event);

	return bytes_equal(cache_row_key(first), key_of(shard, &row));
}
