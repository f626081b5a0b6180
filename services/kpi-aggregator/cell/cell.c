#include "services/kpi-aggregator/cell/cell.h"

#include "services/kpi-aggregator/sketch/varint.h"

#include <string.h>

static bool add(int64_t *to, int64_t more)
{
	if (!__builtin_add_overflow(*to, more, to))
		return true;
	*to = more < 0 ? INT64_MIN : INT64_MAX;
	return false;
}

bool cell_add(struct arena *arena, struct cell_sums *to, const struct cell_sums *more)
{
	bool fits = add(&to->n, more->n);

	fits &= add(&to->hits, more->hits);
	fits &= add(&to->sum, more->sum);
	for (size_t i = 0; i < DEFINITION_ASIDES_MAX; i++)
		fits &= add(&to->asides[i], more->asides[i]);
	fits &= add(&to->came, more->came);
	fits &= add(&to->taken_back, more->taken_back);
	to->sketch = sketch_merge(arena, to->sketch, more->sketch);
	return fits;
}

/* How many of them are more than zeros at the end. */
static size_t asides_said(const struct cell_sums *sums)
{
	size_t count = DEFINITION_ASIDES_MAX;

	while (count > 0 && sums->asides[count - 1] == 0)
		count--;
	return count;
}

bool cell_is_zero(const struct cell_sums *sums)
{
	return sums->n == 0 && sums->hits == 0 && sums->sum == 0 && asides_said(sums) == 0 &&
	       sums->sketch.count == 0;
}

/* A byte: how many asides; these, folded; the sketch to the end. */
struct bytes cell_rest_pack(struct arena *arena, const struct cell_sums *sums)
{
	const size_t count = asides_said(sums);
	const struct bytes sketch = sketch_pack(arena, sums->sketch);

	if (count == 0 && sketch.size == 0)
		return (struct bytes){ NULL, 0 };

	unsigned char *const data = arena_alloc(arena, 1 + count * VARINT_SIZE_MAX + sketch.size);
	unsigned char *at = data;

	*at++ = (unsigned char)count;
	for (size_t i = 0; i < count; i++)
		at = varint_put(at, varint_fold(sums->asides[i]));
	if (sketch.size > 0)
		memcpy(at, sketch.data, sketch.size);
	return (struct bytes){ data, (size_t)(at - data) + sketch.size };
}

static bool take_asides(struct bytes *rest, int64_t asides[static DEFINITION_ASIDES_MAX])
{
	const size_t count = *(const unsigned char *)rest->data;
	uint64_t folded = 0;

	*rest = (struct bytes){ (const unsigned char *)rest->data + 1, rest->size - 1 };
	if (count > DEFINITION_ASIDES_MAX || (count == 0 && rest->size == 0))
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!varint_take(rest, &folded))
			return false;
		asides[i] = varint_unfold(folded);
	}
	return count == 0 || folded != 0;
}

bool cell_rest_unpack(struct arena *arena, struct bytes rest, struct cell_sums *sums)
{
	int64_t asides[DEFINITION_ASIDES_MAX] = { 0 };
	struct sketch sketch = { NULL, 0 };

	if (rest.size > 0 && (!take_asides(&rest, asides) || !sketch_unpack(arena, rest, &sketch)))
		return false;
	memcpy(sums->asides, asides, sizeof(asides));
	sums->sketch = sketch;
	return true;
}
