#include "services/kpi-aggregator/subject/observation_codec.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

static void pack_one(struct buffer *out, const struct observation *it)
{
	uint64_t words = 0;
	uint64_t times = 0;
	uint64_t numbers = 0;

	for (int i = 0; i < OBSERVATION_WORDS; i++)
		words |= (uint64_t)(*it->words[i] != '\0') << i;
	for (int i = 0; i < OBSERVATION_TIMES; i++)
		times |= (uint64_t)(it->times[i].us != TIME_MIN.us) << i;
	for (int i = 0; i < OBSERVATION_NUMBERS; i++)
		numbers |= (uint64_t)(it->numbers[i] != 0) << i;
	pack_u8(out, (uint32_t)it->kind);
	pack_text(out, it->number);
	pack_text(out, it->currency);
	buffer_add_u64(out, words);
	buffer_add_u64(out, times);
	buffer_add_u64(out, numbers);
	buffer_add_u64(out, it->marks);
	for (int i = 0; i < OBSERVATION_WORDS; i++)
		if ((words >> i & 1) != 0)
			pack_text(out, it->words[i]);
	for (int i = 0; i < OBSERVATION_TIMES; i++)
		if ((times >> i & 1) != 0)
			pack_time(out, it->times[i]);
	for (int i = 0; i < OBSERVATION_NUMBERS; i++)
		if ((numbers >> i & 1) != 0)
			pack_i64(out, it->numbers[i]);
}

struct bytes observations_pack(struct arena *arena, const struct observation *items, size_t count)
{
	struct buffer out = { 0 };

	buffer_add_u64(&out, count);
	for (size_t i = 0; i < count; i++)
		pack_one(&out, &items[i]);
	return pack_end(arena, &out);
}

static void unpack_one(struct arena *arena, struct packed *in, struct observation *it)
{
	uint64_t words;
	uint64_t times;
	uint64_t numbers;

	*it = observation_of((enum observation_kind)packed_u8(in, OBSERVATION_KINDS - 1), "");
	it->number = packed_string(arena, in);
	it->currency = packed_string(arena, in);
	words = packed_u64(in);
	times = packed_u64(in);
	numbers = packed_u64(in);
	it->marks = packed_u64(in);
	if (words >> OBSERVATION_WORDS != 0 || times >> OBSERVATION_TIMES != 0 ||
	    numbers >> OBSERVATION_NUMBERS != 0)
		in->failed = true;
	for (int i = 0; i < OBSERVATION_WORDS; i++)
		if ((words >> i & 1) != 0)
			it->words[i] = packed_string(arena, in);
	for (int i = 0; i < OBSERVATION_TIMES; i++)
		if ((times >> i & 1) != 0)
			it->times[i] = packed_time(in);
	for (int i = 0; i < OBSERVATION_NUMBERS; i++)
		if ((numbers >> i & 1) != 0)
			it->numbers[i] = packed_i64(in, INT64_MIN, INT64_MAX);
}

bool observations_unpack(struct arena *arena, struct bytes packed, struct observation **items,
                         size_t *count)
{
	struct packed in = packed_open(packed);
	struct observation *list;
	uint64_t number;

	if (packed.data == NULL) {
		*items = NULL;
		*count = 0;
		return true;
	}
	number = packed_u64(&in);
	if (in.failed || number > SUBJECT_OBSERVATIONS_MAX)
		return false;
	list = arena_alloc(arena, (size_t)number * sizeof(struct observation) + 1);
	for (uint64_t i = 0; i < number && !in.failed; i++)
		unpack_one(arena, &in, &list[i]);
	if (!packed_done(&in))
		return false;
	*items = list;
	*count = (size_t)number;
	return true;
}

int observation_order(const struct observation *a, const struct observation *b)
{
	return a->kind != b->kind ? (a->kind < b->kind ? -1 : 1) : strcmp(a->number, b->number);
}

static int compare(const void *a, const void *b)
{
	return observation_order(a, b);
}

void observations_sort(struct observation *items, size_t count)
{
	if (count > 1)
		qsort(items, count, sizeof(struct observation), compare);
}
