#include "common/base/text.h"
#include "services/chargeback/economics/economics.h"
#include "services/chargeback/reason/reason.h"

static bool money_read(const struct json_place *object, const char *field, struct money *money,
                       struct json_error *error)
{
	static const char *const fields[] = { "currency", "minor", NULL };
	struct json_place place;

	return json_object_at(object, field, &place, error) && json_only(&place, fields, error) &&
	       policy_currency_at(&place, "currency", money->currency, error) &&
	       json_integer_at(&place, "minor", 0, ECONOMICS_AMOUNT_MAX, &money->minor, error);
}

static bool money_read_if(const struct json_place *object, const char *field, struct money *money,
                          struct json_error *error)
{
	return !json_has(object, field) || money_read(object, field, money, error);
}

static bool bands_read(struct arena *arena, const struct json_place *top,
                       struct economics_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "name", "rate_ppm", NULL };
	struct economics_band *bands;
	struct json_place list;

	if (!json_array_at(top, "bands", ECONOMICS_BANDS_MAX, &list, error))
		return false;
	bands = arena_zero(arena, (json_count(&list) + 1) * sizeof(*bands));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_only(&item, fields, error) ||
		    !policy_word_at(arena, &item, "name", &bands[i].name, error) ||
		    !json_integer_at(&item, "rate_ppm", 0, RATE_WHOLE, &bands[i].rate_ppm, error))
			return false;
		if (i > 0 && bands[i].rate_ppm >= bands[i - 1].rate_ppm)
			return json_refuse(&item, "rate_ppm", error,
			                   "must be below the one before it");
	}
	policy->bands = bands;
	policy->band_count = json_count(&list);
	return policy->band_count > 0 || json_refuse(top, "bands", error, "must have a band");
}

static bool levels_read(struct arena *arena, const struct json_place *top,
                        struct economics_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "name", "from_ppm", NULL };
	struct economics_level *levels;
	struct json_place list;

	if (!json_array_at(top, "levels", ECONOMICS_LEVELS_MAX, &list, error))
		return false;
	levels = arena_zero(arena, (json_count(&list) + 1) * sizeof(*levels));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_only(&item, fields, error) ||
		    !policy_word_at(arena, &item, "name", &levels[i].name, error) ||
		    !json_integer_at(&item, "from_ppm", 0, RATE_WHOLE, &levels[i].from_ppm, error))
			return false;
		if (i > 0 && levels[i].from_ppm >= levels[i - 1].from_ppm)
			return json_refuse(&item, "from_ppm", error,
			                   "must be below the one before it");
	}
	policy->levels = levels;
	policy->level_count = json_count(&list);
	return (policy->level_count > 0 && levels[policy->level_count - 1].from_ppm == 0) ||
	       json_refuse(top, "levels", error, "must end with one from 0");
}

static bool required_read(const struct json_place *top, struct economics_policy *policy,
                          struct json_error *error)
{
	const char *names[ECONOMICS_LEVELS_MAX + 1] = { NULL };
	int level;

	for (size_t i = 0; i < policy->level_count; i++)
		names[i] = policy->levels[i].name;
	if (!json_word_at(top, "required_missing", names, &level, error))
		return false;
	policy->required_missing = (size_t)level;
	return true;
}

/* A band for each level, by its name. */
static bool category_bands_read(const struct economics_policy *policy,
                                const struct json_place *item, struct economics_category *category,
                                struct json_error *error)
{
	const char *names[ECONOMICS_BANDS_MAX + 1] = { NULL };
	struct json_place list;

	for (size_t i = 0; i < policy->band_count; i++)
		names[i] = policy->bands[i].name;
	if (!json_array_at(item, "bands", ECONOMICS_LEVELS_MAX, &list, error))
		return false;
	if (json_count(&list) != policy->level_count)
		return json_refuse(item, "bands", error, "must have one for each level");
	for (size_t i = 0; i < json_count(&list); i++) {
		int band;

		if (!json_word_in(&list, i, names, &band, error))
			return false;
		category->bands[i] = (size_t)band;
		if (i > 0 && category->bands[i] < category->bands[i - 1])
			return json_refuse(item, "bands", error,
			                   "has a better one for less evidence");
	}
	return true;
}

static const struct economics_category *category_find(const struct economics_policy *policy,
                                                      const char *category)
{
	for (size_t i = 0; i < policy->category_count; i++)
		if (text_equal(policy->categories[i].category, category))
			return &policy->categories[i];
	return NULL;
}

static bool categories_read(struct arena *arena, const struct json_place *top,
                            struct economics_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "category", "bands", "effort", "network_fee", NULL };
	struct economics_category *read;
	struct json_place list;

	if (!json_array_at(top, "categories", ECONOMICS_CATEGORIES_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	policy->categories = read;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_only(&item, fields, error) ||
		    !policy_word_at(arena, &item, "category", &read[i].category, error) ||
		    !category_bands_read(policy, &item, &read[i], error) ||
		    !money_read(&item, "effort", &read[i].effort, error) ||
		    !money_read_if(&item, "network_fee", &read[i].network_fee, error))
			return false;
		if (category_find(policy, read[i].category) != NULL)
			return json_refuse(&item, "category", error, "stands in the list twice");
		policy->category_count = i + 1;
	}
	return category_find(policy, REASON_CATEGORY_ELSE) != NULL ||
	       json_refuse(top, "categories", error, "must have the category %s",
	                   REASON_CATEGORY_ELSE);
}

const struct economics_category *economics_category_of(const struct economics_policy *policy,
                                                       const char *category)
{
	const struct economics_category *const own = category_find(policy, category);

	return own != NULL ? own : category_find(policy, REASON_CATEGORY_ELSE);
}

static const struct economics_fee *fee_find(const struct economics_policy *policy,
                                            const char *country)
{
	for (size_t i = 0; i < policy->fee_count; i++)
		if (text_equal(policy->fees[i].country, country))
			return &policy->fees[i];
	return NULL;
}

const struct economics_fee *economics_fee_of(const struct economics_policy *policy,
                                             const char *country)
{
	const struct economics_fee *const own = fee_find(policy, country);

	return own != NULL ? own : fee_find(policy, ECONOMICS_ANY_COUNTRY);
}

static bool fee_read(struct arena *arena, const struct json_place *item, struct economics_fee *fee,
                     struct json_error *error)
{
	static const char *const fields[] = { "country", "received",         "received_returned",
		                              "counter", "counter_returned", NULL };

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "country", &fee->country, error) ||
	    !money_read(item, "received", &fee->received, error) ||
	    !json_switch_if(item, "received_returned", &fee->received_returned, error) ||
	    !money_read_if(item, "counter", &fee->counter, error) ||
	    !json_switch_if(item, "counter_returned", &fee->counter_returned, error))
		return false;
	return json_has(item, "counter") || !json_has(item, "counter_returned") ||
	       json_refuse(item, "counter_returned", error, "is of a counter fee that is not");
}

static bool fees_read(struct arena *arena, const struct json_place *top,
                      struct economics_policy *policy, struct json_error *error)
{
	struct economics_fee *fees;
	struct json_place list;

	if (!json_array_at(top, "fees", ECONOMICS_FEES_MAX, &list, error))
		return false;
	fees = arena_zero(arena, (json_count(&list) + 1) * sizeof(*fees));
	policy->fees = fees;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!fee_read(arena, &item, &fees[i], error))
			return false;
		if (fee_find(policy, fees[i].country) != NULL)
			return json_refuse(&item, "country", error, "stands in the list twice");
		policy->fee_count = i + 1;
	}
	return fee_find(policy, ECONOMICS_ANY_COUNTRY) != NULL ||
	       json_refuse(top, "fees", error, "must have those of every other country");
}

/* Above 0, and of another currency than those before it. */
static bool amount_read(const struct json_place *item, struct money *amounts, size_t place,
                        struct json_error *error)
{
	static const char *const fields[] = { "currency", "minor", NULL };
	struct money *const amount = &amounts[place];

	if (!json_only(item, fields, error) ||
	    !policy_currency_at(item, "currency", amount->currency, error) ||
	    !json_integer_at(item, "minor", 1, ECONOMICS_AMOUNT_MAX, &amount->minor, error))
		return false;
	for (size_t i = 0; i < place; i++)
		if (text_equal(amounts[i].currency, amount->currency))
			return json_refuse(item, "currency", error, "stands in the list twice");
	return true;
}

static bool amounts_read(struct arena *arena, const struct json_place *object, const char *field,
                         const struct money **amounts, size_t *count, struct json_error *error)
{
	struct money *read;
	struct json_place list;

	if (!json_array_at(object, field, ECONOMICS_AMOUNTS_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!amount_read(&item, read, i, error))
			return false;
	}
	*amounts = read;
	*count = json_count(&list);
	return true;
}

/* ISO 3166 alpha-2. */
static bool is_country(const char *word)
{
	return word[0] >= 'A' && word[0] <= 'Z' && word[1] >= 'A' && word[1] <= 'Z' &&
	       word[2] == '\0';
}

static bool account_read(struct arena *arena, const struct json_place *top,
                         struct economics_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "country", "worth", NULL };
	struct json_place account;

	policy->country = ECONOMICS_ANY_COUNTRY;
	if (!json_has(top, "account"))
		return true;
	if (!json_object_at(top, "account", &account, error) ||
	    !json_only(&account, fields, error) ||
	    !policy_word_at(arena, &account, "country", &policy->country, error) ||
	    !amounts_read(arena, &account, "worth", &policy->worth, &policy->worth_count, error))
		return false;
	return is_country(policy->country) ||
	       json_refuse(&account, "country", error, "is no country in two capitals");
}

/* Earlier payments that prove it: the least band. */
static bool compelling_read(const struct json_place *top, struct economics_policy *policy,
                            struct json_error *error)
{
	static const char *const fields[] = { "band", NULL };
	const char *names[ECONOMICS_BANDS_MAX + 1] = { NULL };
	struct json_place compelling;
	int band;

	policy->has_compelling = json_has(top, "compelling");
	if (!policy->has_compelling)
		return true;
	for (size_t i = 0; i < policy->band_count; i++)
		names[i] = policy->bands[i].name;
	if (!json_object_at(top, "compelling", &compelling, error) ||
	    !json_only(&compelling, fields, error) ||
	    !json_word_at(&compelling, "band", names, &band, error))
		return false;
	policy->compelling = (size_t)band;
	for (size_t i = 0; i < policy->level_count; i++)
		if (text_equal(policy->levels[i].name, ECONOMICS_COMPELLING))
			return json_refuse(top, "compelling", error, "is the name of a level");
	return true;
}

/* Our own outcomes. */

static bool cell_names_read(const struct economics_policy *policy, const struct json_place *item,
                            struct economics_cell *cell, struct json_error *error)
{
	const char *categories[ECONOMICS_CATEGORIES_MAX + 1] = { NULL };
	const char *levels[ECONOMICS_LEVELS_MAX + 2] = { NULL };
	int category;
	int level;

	for (size_t i = 0; i < policy->category_count; i++)
		categories[i] = policy->categories[i].category;
	for (size_t i = 0; i < policy->level_count; i++)
		levels[i] = policy->levels[i].name;
	if (policy->has_compelling)
		levels[policy->level_count] = ECONOMICS_COMPELLING;
	if (!json_word_at(item, "category", categories, &category, error) ||
	    !json_word_at(item, "level", levels, &level, error))
		return false;
	cell->category = categories[category];
	cell->level = levels[level];
	return true;
}

static bool cell_read(const struct economics_policy *policy, const struct json_place *item,
                      struct economics_cell *cell, struct json_error *error)
{
	static const char *const fields[] = { "category", "level", "answered", "won", NULL };

	if (!json_only(item, fields, error) || !cell_names_read(policy, item, cell, error) ||
	    !json_integer_at(item, "answered", 1, RATE_COUNT_MAX - RATE_WEIGHT_MAX, &cell->answered,
	                     error) ||
	    !json_integer_at(item, "won", 0, RATE_COUNT_MAX, &cell->won, error))
		return false;
	if (cell->won > cell->answered)
		return json_refuse(item, "won", error, "is more than were answered");
	return economics_cell_of(policy, cell->category, cell->level).answered == 0 ||
	       json_refuse(item, "level", error, "of the category stands in the list twice");
}

static bool outcomes_read(struct arena *arena, const struct json_place *top,
                          struct economics_policy *policy, struct json_error *error)
{
	static const char *const fields[] = { "until", "cells", NULL };
	struct economics_cell *cells;
	struct json_place outcomes;
	struct json_place list;

	policy->until = TIME_MIN;
	if (!json_has(top, "outcomes"))
		return true;
	if (!json_object_at(top, "outcomes", &outcomes, error) ||
	    !json_only(&outcomes, fields, error) ||
	    !json_instant_at(&outcomes, "until", &policy->until, error) ||
	    !json_array_at(&outcomes, "cells", ECONOMICS_CELLS_MAX, &list, error))
		return false;
	cells = arena_zero(arena, (json_count(&list) + 1) * sizeof(*cells));
	policy->cells = cells;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!cell_read(policy, &item, &cells[i], error))
			return false;
		policy->cell_count = i + 1;
	}
	return true;
}

/* Besides those of the head. POLICY_FIELDS_MAX of them at most. */
static const char *const document_fields[] = { "sources",    "belief",   "levels",   "categories",
	                                       "fees",       "bands",    "minimums", "account",
	                                       "compelling", "outcomes", NULL };

static bool belief_read(const struct json_place *top, struct economics_policy *policy,
                        struct json_error *error)
{
	static const char *const fields[] = { "z_milli", "prior_weight", "required_missing", NULL };
	struct json_place belief;
	int64_t z_milli;

	if (!json_object_at(top, "belief", &belief, error) || !json_only(&belief, fields, error) ||
	    !json_integer_at(&belief, "z_milli", RATE_Z_MILLI_MIN, RATE_Z_MILLI_MAX, &z_milli,
	                     error) ||
	    !json_integer_at(&belief, "prior_weight", 1, RATE_WEIGHT_MAX, &policy->prior_weight,
	                     error))
		return false;
	policy->z_milli = (int32_t)z_milli;
	return required_read(&belief, policy, error);
}

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct economics_policy *const policy = result;

	return sources_read(arena, top, &policy->sources, error) &&
	       bands_read(arena, top, policy, error) && levels_read(arena, top, policy, error) &&
	       belief_read(top, policy, error) && categories_read(arena, top, policy, error) &&
	       fees_read(arena, top, policy, error) &&
	       amounts_read(arena, top, "minimums", &policy->minimums, &policy->minimum_count,
	                    error) &&
	       account_read(arena, top, policy, error) && compelling_read(top, policy, error) &&
	       outcomes_read(arena, top, policy, error);
}

const struct policy_kind economics_policy_kind = {
	.folder = "economics",
	.size = sizeof(struct economics_policy),
	.fields = document_fields,
	.read = document_read,
};
