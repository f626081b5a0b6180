#include "common/base/packed.h"
#include "services/billing-sync/dunning/dunning.h"

#include <string.h>

#define ROW_VERSION 1
#define FLAG_STEP 1U
#define FLAG_EXHAUSTED 2U

struct bytes dunning_encode(struct arena *arena, const struct dunning_row *row)
{
	struct buffer out = { 0 };

	pack_u8(&out, ROW_VERSION);
	pack_u8(&out, row->status);
	pack_u8(&out, (uint32_t)row->next);
	pack_u8(&out, (row->has_step ? FLAG_STEP : 0) | (row->exhausted_said ? FLAG_EXHAUSTED : 0));
	pack_time(&out, row->started);
	pack_time(&out, row->ended);
	pack_time(&out, row->last_step);
	pack_i64(&out, row->counted);
	pack_time(&out, row->held_since);
	pack_time(&out, row->held_to);
	pack_i64(&out, row->held_for.us);
	pack_time(&out, row->response_at);
	pack_text(&out, row->response);
	pack_u8(&out, (uint32_t)row->charge_count);
	for (size_t i = 0; i < row->charge_count; i++)
		buffer_add_u64(&out, row->charges[i]);
	pack_u8(&out, (uint32_t)row->hold_count);
	for (size_t i = 0; i < row->hold_count; i++) {
		pack_u8(&out, row->holds[i].why);
		pack_text(&out, row->holds[i].id);
	}
	return pack_end(arena, &out);
}

static void decode_times(struct packed *from, struct dunning_row *row)
{
	row->started = packed_time(from);
	row->ended = packed_time(from);
	row->last_step = packed_time(from);
	row->counted = (int32_t)packed_i64(from, 0, INT32_MAX);
	row->held_since = packed_time(from);
	row->held_to = packed_time(from);
	row->held_for.us = packed_i64(from, 0, INT64_MAX);
	row->response_at = packed_time(from);
}

bool dunning_decode(struct bytes bytes, struct dunning_row *row)
{
	struct packed from = packed_open(bytes);

	memset(row, 0, sizeof(*row));
	if (packed_u8(&from, ROW_VERSION) != ROW_VERSION)
		return false;
	row->status = (enum dunning_status)packed_u8(&from, DUNNING_STOPPED);
	row->next = packed_u8(&from, DUNNING_STEPS_MAX);
	const uint32_t flags = packed_u8(&from, FLAG_STEP | FLAG_EXHAUSTED);
	row->has_step = (flags & FLAG_STEP) != 0;
	row->exhausted_said = (flags & FLAG_EXHAUSTED) != 0;
	decode_times(&from, row);
	packed_text(&from, row->response, sizeof(row->response));
	row->charge_count = packed_u8(&from, DUNNING_ATTEMPTS_MAX);
	for (size_t i = 0; i < row->charge_count; i++)
		row->charges[i] = packed_u64(&from);
	row->hold_count = packed_u8(&from, DUNNING_HOLDS_MAX);
	for (size_t i = 0; i < row->hold_count; i++) {
		row->holds[i].why = (enum dunning_why)packed_u8(&from, DUNNING_TICKET);
		packed_text(&from, row->holds[i].id, sizeof(row->holds[i].id));
	}
	return packed_done(&from);
}
