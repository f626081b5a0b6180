#include "common/flow/dead_letter.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/flow/fold.h"
#include "common/io/proto.h"
#include "opsmesh/v1/control.pb-c.h"

#include <stdio.h>
#include <string.h>

#define PARK_KEY_MAX 1000 /* bytes; an index of the store takes 2,700, and no id of ours has 500 */

static const struct column dead_letter_columns[] = {
	COLUMN(struct dead_letter_row, stage),
	COLUMN(struct dead_letter_row, topic),
	COLUMN(struct dead_letter_row, source),
	COLUMN(struct dead_letter_row, sequence),
	{ .name = "offset_",
	  .kind = COLUMN_INT,
	  .offset = offsetof(struct dead_letter_row, offset) },
	COLUMN(struct dead_letter_row, reason),
	COLUMN(struct dead_letter_row, attempts),
	COLUMN(struct dead_letter_row, refused_at),
	COLUMN(struct dead_letter_row, appended),
	COLUMN(struct dead_letter_row, park_key),
	COLUMN(struct dead_letter_row, key),
	COLUMN(struct dead_letter_row, value),
	COLUMN(struct dead_letter_row, headers),
	COLUMN_END,
};

const struct state_table dead_letter_table = {
	.name = "dead_letter",
	.columns = dead_letter_columns,
	.key_columns = 4,
	.row_size = sizeof(struct dead_letter_row),
};

static const struct column parked_columns[] = {
	COLUMN(struct parked_row, stage),
	COLUMN(struct parked_row, park_key),
	COLUMN(struct parked_row, position),
	COLUMN(struct parked_row, topic),
	{ .name = "offset_", .kind = COLUMN_INT, .offset = offsetof(struct parked_row, offset) },
	COLUMN(struct parked_row, appended),
	COLUMN(struct parked_row, key),
	COLUMN(struct parked_row, value),
	COLUMN(struct parked_row, headers),
	COLUMN_END,
};

const struct state_table parked_table = {
	.name = "parked",
	.columns = parked_columns,
	.key_columns = 3,
	.row_size = sizeof(struct parked_row),
	.resident = true,
};

/* The limit on refusals. */

static bool refusal_at(const struct shard_row *row, int64_t count)
{
	const size_t bit = (size_t)(count % REFUSALS_WINDOW);

	return (row->refusals[bit / 8] >> (bit % 8)) & 1U;
}

void dead_letter_count(struct shard_row *row, bool refused)
{
	const size_t bit = (size_t)(row->folded_count % REFUSALS_WINDOW);
	const unsigned mask = 1U << (bit % 8);

	row->refusals[bit / 8] =
	    (uint8_t)(refused ? row->refusals[bit / 8] | mask : row->refusals[bit / 8] & ~mask);
	row->folded_count++;
}

bool dead_letter_too_many(const struct shard_row *row)
{
	int in_a_row = 0;
	int in_window = 0;

	for (int64_t at = row->folded_count - 1; at >= 0 && refusal_at(row, at); at--)
		if (++in_a_row >= REFUSALS_IN_A_ROW_MAX)
			return true;
	for (int64_t at = 0; at < REFUSALS_WINDOW && at < row->folded_count; at++)
		in_window += refusal_at(row, at) ? 1 : 0;
	return row->folded_count >= REFUSALS_WINDOW && in_window >= REFUSALS_IN_WINDOW_MAX;
}

/* Refusing. */

static const char *park_key(struct shard *shard, struct bytes key)
{
	return shard->stage->parks && key.size > 0 && key.size <= PARK_KEY_MAX && text_valid(key)
	           ? arena_text(shard->arena, key.data, key.size)
	           : NULL;
}

static struct dead_letter_row letter_of(struct shard *shard, const struct held *held,
                                        const char *reason)
{
	const struct event *const event = &held->event;
	const struct log_record *const record = &event->record;
	const struct input *const input = &shard->inputs.inputs[held->input];
	const bool placed =
	    !input->alien && !catalogue_is_unplaced(shard->context->catalogue, record->topic);

	return (struct dead_letter_row){
		.stage = shard->stage->name,
		.topic = shard->context->catalogue->topics[record->topic].name,
		.source = arena_string(shard->arena, input->source),
		.sequence = placed ? event->sequence : record->offset,
		.offset = record->offset,
		.reason = text_repair(shard->arena, bytes_of(reason), NULL),
		.attempts = 1,
		.refused_at = shard->row.now,
		.appended = record->appended,
		.park_key = park_key(shard, record->key),
		.key = arena_bytes(shard->arena, record->key),
		.value = arena_bytes(shard->arena, record->value),
		.headers =
		    headers_pack(shard->arena, record->headers,
		                 record->header_count < RECORD_HEADERS_MAX ? record->header_count
		                                                           : RECORD_HEADERS_MAX),
	};
}

/* Others may write what we would not: a record so large that, with why, the log takes it no more. */
static bool is_oversize(const struct dead_letter_row *row)
{
	return row->key.size + row->value.size + row->headers.size > RECORD_SIZE_MAX;
}

static struct bytes number_bytes(struct arena *arena, int64_t number)
{
	return bytes_of(arena_printf(arena, "%lld", (long long)number));
}

/* The original's headers as orig_*, then why. */
static struct bytes letter_headers(struct shard *shard, const struct dead_letter_row *row)
{
	struct arena *const arena = shard->arena;
	struct log_header *original;
	struct log_header headers[LETTER_HEADERS_MAX];
	size_t count = 0;
	size_t n = 0;
	char time[TIME_TEXT_SIZE];

	CHECK(headers_unpack(arena, row->headers, &original, &count));
	for (; n < count && !is_oversize(row); n++)
		headers[n] = (struct log_header){ arena_printf(arena, "orig_%s", original[n].name),
			                          original[n].value };
	const struct log_header why[] = {
		{ "dlq_consumer", bytes_of(row->stage) },
		{ "dlq_topic", bytes_of(row->topic) },
		{ "dlq_partition", number_bytes(arena, shard->number) },
		{ "dlq_source", bytes_of(row->source) },
		{ "dlq_sequence", number_bytes(arena, row->sequence) },
		{ "dlq_offset", number_bytes(arena, row->offset) },
		{ "dlq_timestamp",
		  bytes_of(arena_string(arena, time_format(row->appended, time))) },
		{ "dlq_reason", bytes_of(row->reason) },
		{ "dlq_attempts", number_bytes(arena, row->attempts) },
	};

	for (size_t i = 0; i < COUNT_OF(why); i++)
		headers[n++] = why[i];
	if (is_oversize(row))
		headers[n++] =
		    (struct log_header){ "dlq_left_out", bytes_of("key, value and headers") };
	return headers_pack(arena, headers, n);
}

/* What does not fit is in the table alone. */
static void say_letter(struct shard *shard, const struct dead_letter_row *row)
{
	const struct bytes empty = { "", 0 };
	const struct bytes key = is_oversize(row) ? empty : row->key;
	struct fact fact = {
		.topic = catalogue_find(shard->context->catalogue, row->topic),
		.dead_letter = true,
		.partition = shard->number,
		.time = row->refused_at,
		.type = "ops.dead_letter.refused.v1",
		.subject = text_repair(shard->arena, key, NULL),
		.key = key,
		.message = is_oversize(row) ? empty : row->value,
		.headers = letter_headers(shard, row),
	};

	work_say(shard, &fact);
}

enum status dead_letter_refuse(struct shard *shard, const struct held *held, const char *reason)
{
	const struct dead_letter_row row = letter_of(shard, held, reason);

	work_save(shard, &dead_letter_table, &row);
	if (row.park_key != NULL)
		work_save(shard, &parked_table,
		          &(struct parked_row){ .stage = row.stage,
		                                .park_key = row.park_key,
		                                .topic = row.topic,
		                                .offset = row.offset,
		                                .appended = row.appended });
	say_letter(shard, &row);
	return STATUS_OK;
}

/* Parking. */

/* The first row of a parked key above a position; NULL: there is none. */
static const struct cache_row *parked_above(struct shard *shard, const char *key, int64_t above)
{
	const int table = cache_table(shard->cache, &parked_table);
	const struct parked_row from = { .stage = shard->stage->name,
		                         .park_key = key,
		                         .position = above };

	return cache_next(shard->cache, table, state_key(shard->arena, &parked_table, &from, 2),
	                  state_key(shard->arena, &parked_table, &from, 3));
}

static bool parked_next(struct shard *shard, const char *key, int64_t above, struct parked_row *row)
{
	const struct cache_row *const found = parked_above(shard, key, above);

	if (found == NULL)
		return false;
	state_unpack(&parked_table, arena_bytes(shard->arena, cache_row_key(found)),
	             arena_bytes(shard->arena, found->packed), row);
	return true;
}

/* Doubled, then halved: thousands may wait, and each that comes asks. */
static int64_t parked_last(struct shard *shard, const char *key)
{
	int64_t low = -1; /* something lies above it */
	int64_t high = 1; /* and nothing above this, in the end */

	while (parked_above(shard, key, high) != NULL) {
		low = high;
		high *= 2;
	}
	while (high - low > 1) {
		const int64_t middle = low + (high - low) / 2;

		if (parked_above(shard, key, middle) != NULL)
			low = middle;
		else
			high = middle;
	}
	return high;
}

bool dead_letter_parks(struct shard *shard, const struct held *held)
{
	const struct log_record *const record = &held->event.record;
	const char *const key = park_key(shard, record->key);

	if (key == NULL || parked_above(shard, key, -1) == NULL)
		return false;
	work_begin(shard);
	work_save(shard, &parked_table,
	          &(struct parked_row){
		      .stage = shard->stage->name,
		      .park_key = key,
		      .position = parked_last(shard, key) + 1,
		      .topic = shard->context->catalogue->topics[record->topic].name,
		      .offset = record->offset,
		      .appended = record->appended,
		      .key = record->key,
		      .value = record->value,
		      .headers =
			  headers_pack(shard->arena, record->headers, record->header_count) });
	work_keep(shard);
	return true;
}

/* An event as it was when it was refused or parked. */
static struct held stored_event(struct shard *shard, const char *topic,
                                const struct parked_row *row)
{
	struct log_header *headers;
	size_t count = 0;
	struct held held = { 0 };
	struct log_record record = { .topic = catalogue_find(shard->context->catalogue, topic),
		                     .partition = shard->number,
		                     .offset = row->offset,
		                     .appended = row->appended,
		                     .key = row->key,
		                     .value = row->value };

	CHECK(headers_unpack(shard->arena, row->headers, &headers, &count));
	record.headers = headers;
	record.header_count = count;
	event_read_as(shard->context->catalogue, &record, &held.event);
	held.input = mesh_time_find(&shard->inputs, record.topic, held.event.source);
	if (held.input < 0)
		held.input = mesh_time_alien(&shard->inputs, record.topic);
	return held;
}

/* The key is free: what waited is folded, up to the next refusal, which parks it again. */
static enum status unpark(struct shard *shard, const char *key)
{
	struct parked_row row = { .stage = shard->stage->name, .park_key = key };
	char reason[TASK_REASON_SIZE];

	work_begin(shard);
	work_remove(shard, &parked_table, &row);
	work_keep(shard);
	while (parked_next(shard, key, 0, &row)) {
		const struct held held = stored_event(shard, row.topic, &row);
		const enum status status = work_handle(shard, &held.event, NULL, reason);

		work_begin(shard);
		work_remove(shard, &parked_table, &row);
		if (status == STATUS_REJECT)
			TRY(dead_letter_refuse(shard, &held, reason));
		work_keep(shard);
		if (status != STATUS_OK)
			return status == STATUS_REJECT ? STATUS_OK : status;
	}
	return STATUS_OK;
}

/* Retry and drop. */

bool dead_letter_find(struct shard *shard, const char *topic, const char *source, int64_t sequence,
                      struct dead_letter_row *row)
{
	*row = (struct dead_letter_row){
		.stage = shard->stage->name, .topic = topic, .source = source, .sequence = sequence
	};
	return work_load(shard, &dead_letter_table, row);
}

static enum status settle(struct shard *shard, const struct dead_letter_row *row)
{
	work_begin(shard);
	work_remove(shard, &dead_letter_table, row);
	work_keep(shard);
	return row->park_key != NULL ? unpark(shard, row->park_key) : STATUS_OK;
}

enum status dead_letter_retry(struct shard *shard, struct dead_letter_row *row)
{
	const struct held held = stored_event(shard, row->topic,
	                                      &(struct parked_row){ .offset = row->offset,
	                                                            .appended = row->appended,
	                                                            .key = row->key,
	                                                            .value = row->value,
	                                                            .headers = row->headers });
	char reason[TASK_REASON_SIZE] = "";
	enum status status = STATUS_REJECT;

	if (held.event.problem != NULL || shard->inputs.inputs[held.input].alien)
		CHECK(snprintf(reason, sizeof(reason), "%s", row->reason) >= 0);
	else
		status = work_handle(shard, &held.event, NULL, reason);
	if (status == STATUS_OK)
		return settle(shard, row);
	if (status != STATUS_REJECT)
		return status;
	work_begin(shard);
	row->attempts++;
	row->refused_at = shard->row.now;
	row->reason = text_repair(shard->arena, bytes_of(reason), NULL);
	work_save(shard, &dead_letter_table, row);
	say_letter(shard, row);
	work_keep(shard);
	return STATUS_OK;
}

enum status dead_letter_drop(struct shard *shard, struct dead_letter_row *row)
{
	return settle(shard, row);
}

enum status dead_letter_control(struct shard *shard, const struct held *held)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;
	struct dead_letter_row row;

	if (!proto_unpack(shard->arena, &opsmesh__v1__control_event__descriptor,
	                  held->event.record.value, &message, problem))
		return STATUS_OK; /* conversation packed it itself; another build's word is skipped */
	const Opsmesh__V1__ControlEvent *const control = (const void *)message;
	const bool retry = control->fact_case == OPSMESH__V1__CONTROL_EVENT__FACT_RETRY_REQUESTED;
	const Opsmesh__V1__DeadLetterOrder *const order =
	    retry ? control->retry_requested
	    : control->fact_case == OPSMESH__V1__CONTROL_EVENT__FACT_DROP_REQUESTED
		? control->drop_requested
		: NULL;

	if (order == NULL || strcmp(order->consumer, shard->stage->name) != 0 ||
	    !dead_letter_find(shard, order->topic, order->source, order->sequence, &row))
		return shard->work->trouble;
	return retry ? dead_letter_retry(shard, &row) : dead_letter_drop(shard, &row);
}
