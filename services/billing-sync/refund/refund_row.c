#include "common/base/packed.h"
#include "services/billing-sync/refund/refund.h"

#include <string.h>

#define ROW_VERSION 4
#define FIRST_READ 2
#define FIRST_PAID 3
#define FLAG_KNOWN 1U
#define FLAG_CROWDED 2U
#define FLAG_LINKED 4U
#define FLAG_SAID_DISPUTED 8U
#define FLAG_FAILED 1U
#define FLAG_WAITS 2U
#define LAPSE_SHIFT 2
#define LAPSE_MASK 3U
#define FLAG_WITHDRAWN 16U

static void encode_approval(struct buffer *out, const struct refund_approval *approval)
{
	pack_text(out, approval->action);
	buffer_add_u64(out, approval->content);
	pack_i64(out, approval->amount);
	pack_time(out, approval->at);
	pack_u8(out, (approval->failed ? FLAG_FAILED : 0) | (approval->waits ? FLAG_WAITS : 0) |
	                 (uint32_t)approval->lapse << LAPSE_SHIFT |
	                 (approval->withdrawn ? FLAG_WITHDRAWN : 0));
	if (approval->waits) {
		buffer_add_u64(out, approval->by);
		buffer_add_u64(out, approval->key);
	}
	if (approval->withdrawn)
		pack_time(out, approval->withdrawn_at);
}

static void encode_lists(struct buffer *out, const struct refund_row *row)
{
	pack_u8(out, (uint32_t)row->approval_count);
	for (size_t i = 0; i < row->approval_count; i++)
		encode_approval(out, &row->approvals[i]);
	pack_u8(out, (uint32_t)row->made_count);
	for (size_t i = 0; i < row->made_count; i++) {
		buffer_add_u64(out, row->made[i].refund);
		buffer_add_u64(out, row->made[i].action);
		pack_i64(out, row->made[i].amount);
		pack_u8(out, row->made[i].state);
		pack_time(out, row->made[i].at);
		pack_i64(out, row->made[i].paid);
		pack_text(out, row->made[i].currency);
	}
	pack_u8(out, (uint32_t)row->dispute_count);
	for (size_t i = 0; i < row->dispute_count; i++) {
		buffer_add_u64(out, row->disputes[i].dispute);
		pack_u8(out, row->disputes[i].state);
		pack_i64(out, row->disputes[i].taken);
	}
}

struct bytes refund_encode(struct arena *arena, const struct refund_row *row)
{
	struct buffer out = { 0 };

	pack_u8(&out, ROW_VERSION);
	pack_u8(&out, (row->known ? FLAG_KNOWN : 0) | (row->crowded ? FLAG_CROWDED : 0) |
	                  (row->linked ? FLAG_LINKED : 0) |
	                  (row->said_disputed ? FLAG_SAID_DISPUTED : 0));
	pack_i64(&out, row->charged);
	buffer_add(&out, row->currency, 3);
	pack_time(&out, row->charged_at);
	pack_i64(&out, row->said);
	encode_lists(&out, row);
	return pack_end(arena, &out);
}

static void decode_approval(struct packed *from, struct refund_approval *approval)
{
	packed_text(from, approval->action, REFUND_ACTION_SIZE);
	approval->content = packed_u64(from);
	approval->amount = packed_i64(from, 0, INT64_MAX);
	approval->at = packed_time(from);
	const uint32_t flags =
	    packed_u8(from, FLAG_FAILED | FLAG_WAITS | (uint32_t)REFUND_LAPSE_GONE << LAPSE_SHIFT |
	                        FLAG_WITHDRAWN);
	approval->failed = (flags & FLAG_FAILED) != 0;
	approval->waits = (flags & FLAG_WAITS) != 0;
	approval->withdrawn = (flags & FLAG_WITHDRAWN) != 0;
	approval->lapse = (enum refund_lapse)(flags >> LAPSE_SHIFT & LAPSE_MASK);
	if (approval->waits) {
		approval->by = packed_u64(from);
		approval->key = packed_u64(from);
	}
	if (approval->withdrawn)
		approval->withdrawn_at = packed_time(from);
}

static void decode_lists(struct packed *from, uint32_t version, struct refund_row *row)
{
	row->approval_count = packed_u8(from, REFUND_APPROVALS_MAX);
	for (size_t i = 0; i < row->approval_count; i++)
		decode_approval(from, &row->approvals[i]);
	row->made_count = packed_u8(from, REFUND_REFUNDS_MAX);
	for (size_t i = 0; i < row->made_count; i++) {
		row->made[i].refund = packed_u64(from);
		row->made[i].action = packed_u64(from);
		row->made[i].amount = packed_i64(from, 0, INT64_MAX);
		row->made[i].state = (enum refund_state)packed_u8(from, REFUND_FAILED);
		row->made[i].at = packed_time(from);
		if (version >= FIRST_PAID)
			row->made[i].paid = packed_i64(from, 0, INT64_MAX);
		if (version == ROW_VERSION)
			packed_text(from, row->made[i].currency, sizeof(row->made[i].currency));
	}
	row->dispute_count = packed_u8(from, REFUND_DISPUTES_MAX);
	for (size_t i = 0; i < row->dispute_count; i++) {
		row->disputes[i].dispute = packed_u64(from);
		row->disputes[i].state =
		    (enum refund_dispute_state)packed_u8(from, REFUND_DISPUTE_CLOSED);
		row->disputes[i].taken = packed_i64(from, 0, INT64_MAX);
	}
}

bool refund_decode(struct bytes bytes, struct refund_row *row)
{
	struct packed from = packed_open(bytes);

	memset(row, 0, sizeof(*row));
	const uint32_t version = packed_u8(&from, ROW_VERSION);
	if (version < FIRST_READ)
		return false;
	const uint32_t flags =
	    packed_u8(&from, FLAG_KNOWN | FLAG_CROWDED | FLAG_LINKED | FLAG_SAID_DISPUTED);
	row->known = (flags & FLAG_KNOWN) != 0;
	row->crowded = (flags & FLAG_CROWDED) != 0;
	row->linked = (flags & FLAG_LINKED) != 0;
	row->said_disputed = (flags & FLAG_SAID_DISPUTED) != 0;
	row->charged = packed_i64(&from, 0, INT64_MAX);
	packed_raw(&from, row->currency, 3);
	row->charged_at = packed_time(&from);
	row->said = packed_i64(&from, 0, INT64_MAX);
	decode_lists(&from, version, row);
	return packed_done(&from);
}
