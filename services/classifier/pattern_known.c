#include "services/classifier/pattern_known.h"

#include "common/base/hash.h"
#include "services/classifier/pattern_codec.h"

#include <string.h>

#define CODEC_VERSION 1

const char *const pattern_rule_names[PATTERN_RULES] = { "burst", "error_code", "near_duplicate" };

struct pattern_known pattern_known_new(struct arena *arena, int64_t number, enum pattern_rule rule,
                                       const char *token)
{
	return (struct pattern_known){
		.arena = arena,
		.number = number,
		.rule = rule,
		.token = token,
		.found_at = TIME_MIN,
		.last_report = TIME_MIN,
		.quiet_since = TIME_MIN,
	};
}

struct duration pattern_rule_window(const struct pattern_policy *policy, enum pattern_rule rule)
{
	switch (rule) {
	case PATTERN_ERROR_CODE: return policy->error_code.window;
	case PATTERN_NEAR_DUPLICATE: return policy->near_duplicate.window;
	case PATTERN_BURST:
	case PATTERN_RULES: break;
	}
	return policy->burst.window;
}

/* Two hashes that never change, side by side: one of them alone meets too soon. */
static uint64_t hash_of(const char *id)
{
	const size_t size = strlen(id);

	return (uint64_t)hash_crc32c(id, size) << 32 | hash_murmur2(id, size);
}

/* Room for one more. */
static void set_grow(struct arena *arena, struct pattern_set *set)
{
	uint64_t *const hashes = arena_alloc(arena, (set->capacity * 2 + 8) * sizeof(*hashes));

	if (set->count > 0)
		memcpy(hashes, set->hashes, set->count * sizeof(*hashes));
	set->hashes = hashes;
	set->capacity = set->capacity * 2 + 8;
}

bool pattern_set_add(struct arena *arena, struct pattern_set *set, const char *id)
{
	const uint64_t hash = hash_of(id);
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		const size_t middle = (low + high) / 2;

		if (set->hashes[middle] < hash)
			low = middle + 1;
		else
			high = middle;
	}
	if ((low < set->count && set->hashes[low] == hash) || set->count == PATTERN_EVER_MAX)
		return false;
	if (set->count == set->capacity)
		set_grow(arena, set);
	memmove(&set->hashes[low + 1], &set->hashes[low], (set->count - low) * sizeof(hash));
	set->hashes[low] = hash;
	set->count++;
	return true;
}

static struct pattern_report *pending_room(struct arena *arena)
{
	return arena_zero(arena, PATTERN_EVIDENCE_MAX * sizeof(struct pattern_report));
}

void pattern_known_pend(struct pattern_known *known, const struct pattern_report *report)
{
	size_t place = known->pending_count;

	if (known->pending == NULL)
		known->pending = pending_room(known->arena);
	while (place > 0 && pattern_report_compare(report, &known->pending[place - 1]) < 0)
		place--;
	if (place == PATTERN_EVIDENCE_MAX)
		return;
	if (known->pending_count < PATTERN_EVIDENCE_MAX)
		known->pending_count++;
	memmove(&known->pending[place + 1], &known->pending[place],
	        (known->pending_count - 1 - place) * sizeof(known->pending[0]));
	known->pending[place] = *report;
	known->pending[place].token_count = 0;
	known->pending[place].place_count = 0;
}

int32_t pattern_known_next_growth(const struct pattern_policy *policy,
                                  const struct pattern_known *known)
{
	const int64_t share = ((int64_t)known->told * policy->growth_ppm + 999999) / 1000000;

	return known->told +
	       (int32_t)(share > policy->growth_customers ? share : policy->growth_customers);
}

/* Time. */

struct instant pattern_known_quiet_at(const struct pattern_policy *policy,
                                      const struct pattern_known *known)
{
	return time_add(known->last_report, policy->quiet);
}

struct instant pattern_known_due(const struct pattern_policy *policy,
                                 const struct pattern_known *known)
{
	const struct instant at = known->quiet ? time_add(known->quiet_since, policy->memory)
	                                       : pattern_known_quiet_at(policy, known);
	const struct instant judged = time_add(pattern_policy_step_end(policy, at), policy->settle);

	return time_add(judged, (struct duration){ 1 });
}

/* Bytes. */

static void write_set(const struct pattern_set *set, struct buffer *out)
{
	buffer_add_u32(out, (uint32_t)set->count);
	for (size_t i = 0; i < set->count; i++)
		buffer_add_u64(out, set->hashes[i]);
}

static void read_set(struct pattern_reader *reader, struct pattern_set *set)
{
	set->count = pattern_read_u32(reader, PATTERN_EVER_MAX);
	set->capacity = set->count;
	set->hashes = arena_alloc(reader->arena, set->count * sizeof(*set->hashes) + 1);
	for (size_t i = 0; i < set->count; i++)
		set->hashes[i] = pattern_read_u64(reader);
}

static void write_exemplar(const struct pattern_sketch *sketch, struct buffer *out)
{
	pattern_write_u8(out, (uint32_t)sketch->count);
	pattern_write_places(out, sketch->places, sketch->count);
}

static void read_exemplar(struct pattern_reader *reader, struct pattern_sketch *sketch)
{
	sketch->count = pattern_read_u8(reader, PATTERN_PLACES_MAX);
	pattern_read_places(reader, sketch->places, sketch->count);
}

void pattern_known_encode(const struct pattern_known *known, struct buffer *out)
{
	pattern_write_u8(out, CODEC_VERSION);
	buffer_add_u32(out, (uint32_t)known->told);
	write_set(&known->customers, out);
	write_set(&known->tickets, out);
	pattern_write_u8(out, (uint32_t)known->exemplar_count);
	for (size_t i = 0; i < known->exemplar_count; i++)
		write_exemplar(&known->exemplars[i], out);
	pattern_write_u8(out, (uint32_t)known->pending_count);
	for (size_t i = 0; i < known->pending_count; i++)
		pattern_report_encode(&known->pending[i], out);
}

bool pattern_known_decode(struct bytes bytes, struct pattern_known *known)
{
	struct pattern_reader reader = pattern_read(known->arena, bytes);

	if (pattern_read_u8(&reader, CODEC_VERSION) != CODEC_VERSION)
		return false;
	known->told = (int32_t)pattern_read_u32(&reader, INT32_MAX);
	read_set(&reader, &known->customers);
	read_set(&reader, &known->tickets);
	known->exemplar_count = pattern_read_u8(&reader, PATTERN_EXEMPLARS);
	for (size_t i = 0; i < known->exemplar_count; i++)
		read_exemplar(&reader, &known->exemplars[i]);
	known->pending_count = pattern_read_u8(&reader, PATTERN_EVIDENCE_MAX);
	if (known->pending_count > 0)
		known->pending = pending_room(known->arena);
	for (size_t i = 0; i < known->pending_count; i++)
		known->pending[i] = pattern_report_decode(&reader);
	return pattern_read_done(&reader);
}
