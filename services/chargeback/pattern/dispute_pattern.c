#include "services/chargeback/pattern/dispute_pattern.h"

#include "common/base/check.h"

const char *const dispute_dimension_names[] = { "product", "country", "card", "release", NULL };

#define MINIMUM_MAX 1000000

static bool minimum_read(const struct json_place *top, struct dispute_pattern_policy *policy,
                         struct json_error *error)
{
	static const char *const fields[] = { "disputes", "payments", NULL };
	struct json_place minimum;

	return json_object_at(top, "minimum", &minimum, error) &&
	       json_only(&minimum, fields, error) &&
	       json_integer_at(&minimum, "disputes", 1, MINIMUM_MAX, &policy->min_disputes,
	                       error) &&
	       json_integer_at(&minimum, "payments", 1, MINIMUM_MAX, &policy->min_payments, error);
}

static bool releases_read(struct arena *arena, const struct json_place *top,
                          struct dispute_pattern_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "name", "at", NULL };
	struct dispute_release *releases;
	struct json_place list;

	if (!json_array_if(top, "releases", DISPUTE_RELEASES_MAX, &list, error))
		return false;
	releases = arena_zero(arena, (json_count(&list) + 1) * sizeof(*releases));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_only(&item, fields, error) ||
		    !policy_word_at(arena, &item, "name", &releases[i].name, error) ||
		    !json_instant_at(&item, "at", &releases[i].at, error))
			return false;
		if (i > 0 && !time_before(releases[i - 1].at, releases[i].at))
			return json_refuse(&item, "at", error, "must be after the one before it");
	}
	policy->releases = releases;
	policy->release_count = json_count(&list);
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "sources", "minimum", "z_milli", "releases", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct dispute_pattern_policy *const policy = result;
	int64_t z_milli;

	if (!sources_read(arena, top, &policy->sources, error) ||
	    !minimum_read(top, policy, error) ||
	    !json_integer_at(top, "z_milli", RATE_Z_MILLI_MIN, RATE_Z_MILLI_MAX, &z_milli, error) ||
	    !releases_read(arena, top, policy, error))
		return false;
	policy->z_milli = (int32_t)z_milli;
	return true;
}

const struct policy_kind dispute_pattern_kind = {
	.folder = "dispute-patterns",
	.size = sizeof(struct dispute_pattern_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Values. */

const char *dispute_pattern_card(struct arena *arena, const char *network, const char *funding,
                                 const char *country)
{
	return arena_printf(arena, "%s/%s/%s", network, funding, country);
}

const char *dispute_pattern_release(const struct dispute_pattern_policy *policy, struct instant at)
{
	const char *name = "";

	for (size_t i = 0; i < policy->release_count; i++)
		if (!time_before(at, policy->releases[i].at))
			name = policy->releases[i].name;
	return name;
}

/* What stands out. */

/* A payment may be disputed more than once; for the share it counts once. */
static int64_t disputed_of(int64_t disputes, int64_t payments)
{
	return disputes < payments ? disputes : payments;
}

int64_t dispute_pattern_share_up(int64_t disputes, int64_t payments)
{
	__extension__ const __int128 exact = (__int128)disputes * RATE_WHOLE;

	return rate_share_ppm(disputes, payments) + (exact % payments != 0);
}

static bool stands_out(const struct dispute_pattern_policy *policy, struct dispute_pattern *it)
{
	const struct dispute_cell *const cell = &it->cell;

	if (cell->disputes < policy->min_disputes || cell->payments < policy->min_payments ||
	    it->other_payments < policy->min_payments ||
	    !rate_interval_of(disputed_of(cell->disputes, cell->payments), cell->payments,
	                      policy->z_milli, &it->interval))
		return false;
	it->share_ppm = rate_share_ppm(cell->disputes, cell->payments);
	it->other_ppm = dispute_pattern_share_up(it->other_disputes, it->other_payments);
	return it->interval.low_ppm > it->other_ppm;
}

size_t dispute_pattern_find(const struct dispute_pattern_policy *policy,
                            const struct dispute_cell *cells, size_t count,
                            struct dispute_pattern *patterns, size_t max)
{
	int64_t disputes[DISPUTE_DIMENSIONS] = { 0 };
	int64_t payments[DISPUTE_DIMENSIONS] = { 0 };
	size_t found = 0;

	for (size_t i = 0; i < count; i++) {
		CHECK(cells[i].disputes >= 0);
		CHECK(cells[i].payments >= 0);
		disputes[cells[i].dimension] += cells[i].disputes;
		payments[cells[i].dimension] += cells[i].payments;
	}
	for (size_t i = 0; i < count && found < max; i++) {
		struct dispute_pattern pattern = {
			.cell = cells[i],
			.other_disputes = disputes[cells[i].dimension] - cells[i].disputes,
			.other_payments = payments[cells[i].dimension] - cells[i].payments,
		};

		if (stands_out(policy, &pattern))
			patterns[found++] = pattern;
	}
	return found;
}
