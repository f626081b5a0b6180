#include "services/kpi-aggregator/sketch/sketch.h"

#include "common/base/check.h"
#include "services/kpi-aggregator/sketch/varint.h"

#define EXACT 128 /* values below have a bucket each */
#define EXACT_LOG 7
#define CUTS 64 /* buckets of a power of two */
#define CUTS_LOG 6

int32_t sketch_place(int64_t value)
{
	if (value < EXACT)
		return value < 0 ? 0 : (int32_t)value;

	const int power = 63 - __builtin_clzll((uint64_t)value);
	const int64_t cut = (value >> (power - CUTS_LOG)) - CUTS;

	return EXACT + CUTS * (power - EXACT_LOG) + (int32_t)cut;
}

int64_t sketch_value(int32_t place)
{
	CHECK(place >= 0 && place < SKETCH_PLACES);
	if (place < EXACT)
		return place;

	const int wide = (place - EXACT) / CUTS + EXACT_LOG - CUTS_LOG;
	const int64_t cut = (place - EXACT) % CUTS + CUTS;

	return (cut << wide) + (INT64_C(1) << (wide - 1));
}

/* Wraps: what is added in any order is the same then, even where it has left the range. */
static int64_t sum_of(int64_t a, int64_t b)
{
	return (int64_t)((uint64_t)a + (uint64_t)b);
}

struct sketch sketch_merge(struct arena *arena, struct sketch a, struct sketch b)
{
	if (b.count == 0)
		return a;

	struct sketch_bucket *const all = arena_alloc(arena, (a.count + b.count) * sizeof(*all));
	size_t count = 0;
	size_t i = 0;
	size_t j = 0;

	while (i < a.count || j < b.count) {
		const bool left =
		    j == b.count || (i < a.count && a.buckets[i].place <= b.buckets[j].place);
		const bool right =
		    i == a.count || (j < b.count && b.buckets[j].place <= a.buckets[i].place);
		struct sketch_bucket bucket = left ? a.buckets[i] : b.buckets[j];

		if (left && right)
			bucket.count = sum_of(bucket.count, b.buckets[j].count);
		i += left;
		j += right;
		if (bucket.count != 0)
			all[count++] = bucket;
	}
	return (struct sketch){ count == 0 ? NULL : all, count };
}

struct sketch sketch_with(struct arena *arena, struct sketch it, int32_t place, int64_t count)
{
	CHECK(place >= 0 && place < SKETCH_PLACES);
	if (count == 0)
		return it;

	struct sketch_bucket *const one = arena_alloc(arena, sizeof(*one));

	*one = (struct sketch_bucket){ place, count };
	return sketch_merge(arena, it, (struct sketch){ one, 1 });
}

int64_t sketch_total(struct sketch it)
{
	int64_t total = 0;

	for (size_t i = 0; i < it.count; i++)
		total = sum_of(total, it.buckets[i].count);
	return total;
}

bool sketch_quantile(struct sketch it, int32_t ppm, int64_t *value)
{
	__extension__ __int128 total = 0;
	__extension__ __int128 passed = 0;

	CHECK(ppm >= 0 && ppm <= SKETCH_WHOLE_PPM);
	for (size_t i = 0; i < it.count; i++) {
		if (it.buckets[i].count < 0)
			return false;
		total += it.buckets[i].count;
	}
	for (size_t i = 0; i < it.count; i++) {
		passed += it.buckets[i].count;
		if (passed * SKETCH_WHOLE_PPM < total * ppm)
			continue;
		*value = sketch_value(it.buckets[i].place);
		return true;
	}
	return false;
}

/* Of each bucket how far it is from the one before it, less one, and its count: mostly two or three bytes. */
struct bytes sketch_pack(struct arena *arena, struct sketch it)
{
	int32_t next = 0;

	if (it.count == 0)
		return (struct bytes){ NULL, 0 };

	unsigned char *const data = arena_alloc(arena, it.count * 2 * VARINT_SIZE_MAX);
	unsigned char *at = data;

	for (size_t i = 0; i < it.count; i++) {
		at = varint_put(at, (uint64_t)(it.buckets[i].place - next));
		at = varint_put(at, varint_fold(it.buckets[i].count));
		next = it.buckets[i].place + 1;
	}
	return (struct bytes){ data, (size_t)(at - data) };
}

bool sketch_unpack(struct arena *arena, struct bytes packed, struct sketch *it)
{
	struct sketch_bucket *const all = arena_alloc(arena, (packed.size / 2 + 1) * sizeof(*all));
	size_t count = 0;
	uint64_t next = 0;

	while (packed.size > 0) {
		uint64_t step;
		uint64_t folded;

		if (!varint_take(&packed, &step) || !varint_take(&packed, &folded) ||
		    step >= SKETCH_PLACES - next || folded == 0)
			return false;
		all[count++] =
		    (struct sketch_bucket){ (int32_t)(next + step), varint_unfold(folded) };
		next += step + 1;
	}
	*it = (struct sketch){ count == 0 ? NULL : all, count };
	return true;
}
