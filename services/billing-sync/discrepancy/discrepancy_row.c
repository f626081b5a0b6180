/*
 * A discrepancy as bytes. The version in front goes up with every change of the form.
 */
#include "common/base/packed.h"
#include "services/billing-sync/discrepancy/discrepancy.h"

#define ROW_VERSION 2
#define FIRST_WITH_OWNER 2
#define PARTS_MAX 65535

static void evidence_encode(struct buffer *out, const struct discrepancy_evidence *evidence)
{
	pack_text(out, evidence->object);
	pack_text(out, evidence->currency);
	pack_i64(out, evidence->expected);
	pack_i64(out, evidence->found);
}

struct bytes discrepancy_encode(struct arena *arena, const struct discrepancy *discrepancy)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, ROW_VERSION);
	pack_text(&out, discrepancy->customer);
	pack_text(&out, discrepancy->cause);
	pack_text(&out, discrepancy->root);
	pack_i64(&out, discrepancy->part);
	pack_u8(&out, discrepancy->state);
	pack_time(&out, discrepancy->opened_at);
	pack_time(&out, discrepancy->changed_at);
	pack_i64(&out, discrepancy->openings);
	pack_i64(&out, discrepancy->level);
	pack_text(&out, discrepancy->actor);
	pack_text(&out, discrepancy->reason);
	pack_text(&out, discrepancy->owner);
	pack_text(&out, discrepancy->acknowledged_by);
	pack_time(&out, discrepancy->acknowledged_at);
	pack_u8(&out, (uint32_t)discrepancy->count);
	for (size_t i = 0; i < discrepancy->count; i++)
		evidence_encode(&out, &discrepancy->evidence[i]);
	return pack_end(arena, &out);
}

static void evidence_decode(struct arena *arena, struct packed *packed,
                            struct discrepancy_evidence *evidence)
{
	evidence->object = packed_string(arena, packed);
	packed_text(packed, evidence->currency, sizeof(evidence->currency));
	evidence->expected = packed_i64(packed, INT64_MIN, INT64_MAX);
	evidence->found = packed_i64(packed, INT64_MIN, INT64_MAX);
}

static void owner_decode(struct arena *arena, struct packed *packed, uint32_t version,
                         struct discrepancy *discrepancy)
{
	const bool known = version >= FIRST_WITH_OWNER;

	discrepancy->owner = known ? packed_string(arena, packed) : "";
	discrepancy->acknowledged_by = known ? packed_string(arena, packed) : "";
	discrepancy->acknowledged_at = known ? packed_time(packed) : TIME_MIN;
}

bool discrepancy_decode(struct arena *arena, struct bytes bytes, struct discrepancy *discrepancy)
{
	struct packed packed = packed_open(bytes);
	const uint32_t version = packed_u8(&packed, ROW_VERSION);

	packed.failed = version == 0 || packed.failed;
	discrepancy->customer = packed_string(arena, &packed);
	discrepancy->cause = packed_string(arena, &packed);
	discrepancy->root = packed_string(arena, &packed);
	discrepancy->part = (uint32_t)packed_i64(&packed, 0, PARTS_MAX);
	discrepancy->state = (enum discrepancy_state)packed_u8(&packed, DISCREPANCY_STATES - 1);
	discrepancy->opened_at = packed_time(&packed);
	discrepancy->changed_at = packed_time(&packed);
	discrepancy->openings = (uint32_t)packed_i64(&packed, 0, UINT32_MAX);
	discrepancy->level = (uint32_t)packed_i64(&packed, 0, DISCREPANCY_AGES_MAX);
	discrepancy->actor = packed_string(arena, &packed);
	discrepancy->reason = packed_string(arena, &packed);
	owner_decode(arena, &packed, version, discrepancy);
	discrepancy->count = packed_u8(&packed, DISCREPANCY_EVIDENCE_MAX);
	for (size_t i = 0; i < discrepancy->count; i++)
		evidence_decode(arena, &packed, &discrepancy->evidence[i]);
	return packed_done(&packed);
}
