/*
 * The formula of a document: which fields it takes, and the parts that come of them.
 */
#include "services/kpi-aggregator/definition/definition_inside.h"

#include "common/base/text.h"
#include "common/flow/policy_head.h"

const char *const definition_formula_names[FORMULAS + 1] = { "count", "sum",      "mean",
	                                                     "share", "quotient", "distribution",
	                                                     "level", NULL };

/* Fields that only some formulas have: bits of those that need one, and of those that may have it. */
#define OF(name) (1U << FORMULA_##name)
static const struct {
	const char *field;
	unsigned int needed;
	unsigned int allowed;
} formula_fields[] = {
	{ "population", OF(COUNT) | OF(SUM) | OF(MEAN) | OF(SHARE) | OF(DISTRIBUTION) | OF(LEVEL),
	  0 },
	{ "measure", OF(SUM) | OF(MEAN) | OF(DISTRIBUTION) | OF(LEVEL), 0 },
	{ "hits", OF(SHARE), 0 },
	{ "weight", 0, OF(SHARE) },
	{ "numerator", OF(QUOTIENT), 0 },
	{ "denominator", OF(QUOTIENT), 0 },
	{ "per", 0, OF(QUOTIENT) },
	{ "plus", 0, OF(QUOTIENT) },
	{ "quantiles_ppm", OF(DISTRIBUTION), 0 },
	{ "rounding", OF(MEAN) | OF(SHARE) | OF(QUOTIENT), 0 },
};
#undef OF

static bool fields_fit(struct definition_reading *reading, const struct json_place *top)
{
	const unsigned int formula = 1U << reading->definition->formula;
	const char *const name = definition_formula_names[reading->definition->formula];

	for (size_t i = 0; i < COUNT_OF(formula_fields); i++) {
		const char *const field = formula_fields[i].field;
		const bool has = json_has(top, field);

		if (!has && (formula_fields[i].needed & formula) != 0)
			return json_refuse(top, field, reading->error, "is missing: a %s has one",
			                   name);
		if (has && ((formula_fields[i].needed | formula_fields[i].allowed) & formula) == 0)
			return json_refuse(top, field, reading->error,
			                   "is of no use: a %s has none", name);
	}
	return true;
}

/* Parts. */

static struct definition_part *add_part(struct definition_reading *reading,
                                        const struct population *of, enum part_target target)
{
	struct definition *const it = reading->definition;
	struct definition_part *const part = &it->parts[it->part_count++];

	*part = (struct definition_part){
		.kind = of->kind,
		.time = of->time,
		.conditions = arena_copy(reading->arena, of->where.items,
		                         (of->where.count + 1) * sizeof(*of->where.items)),
		.condition_count = of->where.count,
		.target = target,
	};
	return part;
}

static bool find_number(struct definition_reading *reading, const struct json_place *object,
                        enum observation_kind kind, struct definition_part *part)
{
	const char *name;

	if (!json_text_at(object, "number", POLICY_WORD_MAX, &name, reading->error))
		return false;
	const int found = vocabulary_find(vocabulary_numbers, OBSERVATION_NUMBERS, name);

	if (found < 0 || (vocabulary_kinds[kind].numbers >> found & 1) == 0)
		return json_refuse(object, "number", reading->error,
		                   "is no number of the kind \"%s\"", vocabulary_kinds[kind].name);
	part->amount = AMOUNT_NUMBER;
	part->number = (enum observation_number)found;
	return true;
}

/* An optional field {"number":...}. */
static bool read_number(struct definition_reading *reading, const struct json_place *object,
                        const char *field, enum observation_kind kind, struct definition_part *part)
{
	static const char *const fields[] = { "number", NULL };
	struct json_place place;

	if (!json_has(object, field))
		return true;
	return json_object_at(object, field, &place, reading->error) &&
	       json_only(&place, fields, reading->error) &&
	       find_number(reading, &place, kind, part);
}

/* Spans. */

/* An end that may be missing would leave the population other than it is said to be. */
static bool is_there(const struct population *of, enum observation_time time)
{
	if (of->time == time)
		return true;
	for (size_t i = 0; i < of->where.count; i++)
		if (of->where.items[i].kind == CONDITION_TIME &&
		    of->where.items[i].field == (int)time)
			return of->where.items[i].is;
	return false;
}

static bool read_end(struct definition_reading *reading, const struct json_place *list,
                     size_t index, const struct population *of, enum observation_time *time)
{
	const struct json_place place = json_item(list, index);
	const char *name;

	if (!json_text_in(list, index, POLICY_WORD_MAX, &name, reading->error))
		return false;
	const int found = vocabulary_find(vocabulary_times, OBSERVATION_TIMES, name);

	if (found < 0 || (vocabulary_kinds[of->kind].times >> found & 1) == 0)
		return json_refuse(&place, NULL, reading->error, "is no time of the kind \"%s\"",
		                   vocabulary_kinds[of->kind].name);
	*time = (enum observation_time)found;
	return is_there(of, *time) ||
	       json_refuse(&place, NULL, reading->error,
	                   "may be absent: the population must say that it is present");
}

static bool read_span(struct definition_reading *reading, const struct json_place *measure,
                      const struct population *of, struct definition_part *part)
{
	struct json_place list;

	if (!json_array_at(measure, "span", 2, &list, reading->error))
		return false;
	if (json_count(&list) != 2)
		return json_refuse(measure, "span", reading->error, "must have two times");
	if (!read_end(reading, &list, 0, of, &part->from) ||
	    !read_end(reading, &list, 1, of, &part->to))
		return false;
	if (part->from == part->to)
		return json_refuse(measure, "span", reading->error, "is from a time to itself");
	part->amount = AMOUNT_SPAN;
	part->spans = true;
	return true;
}

static bool read_measure(struct definition_reading *reading, const struct json_place *top,
                         const struct population *of, struct definition_part *part)
{
	static const char *const fields[] = { "span", "number", NULL };
	struct json_place measure;

	if (!json_object_at(top, "measure", &measure, reading->error) ||
	    !json_only(&measure, fields, reading->error))
		return false;
	if (json_has(&measure, "span") == json_has(&measure, "number"))
		return json_refuse(top, "measure", reading->error,
		                   "must be either a span or a number");
	if (json_has(&measure, "span"))
		return read_span(reading, &measure, of, part);
	return find_number(reading, &measure, of->kind, part);
}

/* Of those with one population. */

static bool read_of(struct definition_reading *reading, const struct json_place *top,
                    struct population *population)
{
	static const char *const fields[] = { "of", "where", "time", NULL };
	struct json_place place;

	return json_object_at(top, "population", &place, reading->error) &&
	       json_only(&place, fields, reading->error) &&
	       definition_read_population(reading, &place, population);
}

static bool read_measured(struct definition_reading *reading, const struct json_place *top,
                          const struct population *population)
{
	struct definition *const it = reading->definition;
	struct definition_part *const all = add_part(reading, population, PART_N);
	struct definition_part *const part = add_part(reading, population, PART_MEASURE);

	if (!read_measure(reading, top, population, part))
		return false;
	all->spans = part->spans;
	all->from = part->from;
	all->to = part->to;
	it->amounts = part->amount == AMOUNT_NUMBER && part->number == NUMBER_MINOR;
	return true;
}

static bool read_hits(struct definition_reading *reading, const struct json_place *top,
                      struct population *population)
{
	static const char *const fields[] = { "where", NULL };
	struct json_place hits;
	struct json_place where;

	if (!json_object_at(top, "hits", &hits, reading->error) ||
	    !json_only(&hits, fields, reading->error) ||
	    !json_object_at(&hits, "where", &where, reading->error))
		return false;
	if (json_object_size(where.value) == 0)
		return json_refuse(&hits, "where", reading->error,
		                   "has no condition: all would be hits");
	return definition_read_where(reading, &hits, population->kind, &population->where) &&
	       definition_can_be(reading, &hits, population);
}

static bool read_share(struct definition_reading *reading, const struct json_place *top,
                       const struct population *population)
{
	struct definition_part *const all = add_part(reading, population, PART_N);
	struct population narrower = *population;

	if (!read_number(reading, top, "weight", population->kind, all) ||
	    !read_hits(reading, top, &narrower))
		return false;
	struct definition_part *const hits = add_part(reading, &narrower, PART_HITS);

	hits->amount = all->amount;
	hits->number = all->number;
	reading->definition->amounts = all->amount == AMOUNT_NUMBER && all->number == NUMBER_MINOR;
	return true;
}

/* Quotients. */

static bool read_level(struct definition_reading *reading, const struct json_place *term,
                       struct definition_part *part)
{
	static const char *const levels[] = { "none", "closing", "opening", NULL };
	int level = LEVEL_NONE;

	if (json_has(term, "level") && !json_word_at(term, "level", levels, &level, reading->error))
		return false;
	part->level = (enum part_level)level;
	return true;
}

static bool read_term(struct definition_reading *reading, const struct json_place *top,
                      const char *field, enum part_target target)
{
	static const char *const fields[] = { "of", "where", "time", "amount", "level", NULL };
	struct population population;
	struct json_place term;

	if (!json_object_at(top, field, &term, reading->error) ||
	    !json_only(&term, fields, reading->error) ||
	    !definition_read_population(reading, &term, &population))
		return false;
	struct definition_part *const part = add_part(reading, &population, target);

	return read_number(reading, &term, "amount", population.kind, part) &&
	       read_level(reading, &term, part);
}

static bool is_amount(const struct definition_part *part)
{
	return part->amount == AMOUNT_NUMBER && part->number == NUMBER_MINOR;
}

static bool read_quotient(struct definition_reading *reading, const struct json_place *top)
{
	struct definition *const it = reading->definition;

	if (!read_term(reading, top, "numerator", PART_HITS) ||
	    !read_term(reading, top, "denominator", PART_N) ||
	    !json_integer_if(top, "per", 1, 1000000, &it->per, reading->error) ||
	    !json_integer_if(top, "plus", -1000000, 1000000, &it->plus, reading->error))
		return false;
	it->amounts = is_amount(&it->parts[0]);
	if (it->amounts != is_amount(&it->parts[1]))
		return json_refuse(
		    top, "denominator", reading->error,
		    "one of the two is an amount: each currency would be divided by nothing");
	return true;
}

/* Asides: counted beside, in none of the sums. */

static bool read_aside(struct definition_reading *reading, const struct json_place *place,
                       const struct population *beside)
{
	static const char *const fields[] = { "name", "of", "where", "time", NULL };
	struct definition *const it = reading->definition;
	struct population own = *beside;
	const char *name;

	if (!json_only(place, fields, reading->error) ||
	    !policy_word_at(reading->arena, place, "name", &name, reading->error))
		return false;
	if (text_among(it->asides, name))
		return json_refuse(place, "name", reading->error, "stands in the list twice");
	own.where.count = 0;
	if (json_has(place, "of") || json_has(place, "time")) {
		if (!definition_read_population(reading, place, &own))
			return false;
	} else if (!definition_read_where(reading, place, own.kind, &own.where) ||
	           !definition_can_be(reading, place, &own)) {
		return false;
	}
	add_part(reading, &own, PART_ASIDE)->aside = (int)it->aside_count;
	it->asides[it->aside_count++] = name;
	return true;
}

static bool read_asides(struct definition_reading *reading, const struct json_place *top)
{
	const struct definition_part *const first = &reading->definition->parts[0];
	const struct population beside = { .kind = first->kind, .time = first->time };
	struct json_place list;

	if (!json_array_if(top, "aside", DEFINITION_ASIDES_MAX, &list, reading->error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!read_aside(reading, &place, &beside))
			return false;
	}
	return true;
}

static bool read_quantiles(struct definition_reading *reading, const struct json_place *top)
{
	struct definition *const it = reading->definition;
	struct json_place list;

	if (!json_array_if(top, "quantiles_ppm", DEFINITION_QUANTILES_MAX, &list, reading->error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);
		const int64_t ppm =
		    json_is_integer(place.value) ? json_integer_value(place.value) : -1;

		if (ppm < 1 || ppm > SKETCH_WHOLE_PPM)
			return json_refuse(&place, NULL, reading->error,
			                   "must be a whole number between 1 and 1000000");
		for (size_t k = 0; k < i; k++)
			if (it->quantiles_ppm[k] == (int32_t)ppm)
				return json_refuse(&place, NULL, reading->error,
				                   "stands in the list twice");
		it->quantiles_ppm[it->quantile_count++] = (int32_t)ppm;
	}
	return it->formula != FORMULA_DISTRIBUTION || it->quantile_count > 0 ||
	       json_refuse(top, "quantiles_ppm", reading->error, "must have one");
}

/* Unit and rounding. */

static const char *number_unit(enum observation_number number)
{
	const char *const name = vocabulary_numbers[number].name;

	if (number == NUMBER_MINOR)
		return "minor";
	if (text_ends(name, "_us"))
		return "us";
	return text_ends(name, "_ppm") ? "ppm" : "count";
}

static const char *unit_of(const struct definition *it)
{
	if (it->formula == FORMULA_COUNT)
		return "count";
	if (it->formula == FORMULA_SHARE)
		return "ppm";
	if (it->formula == FORMULA_QUOTIENT)
		return "milli";
	return it->parts[1].amount == AMOUNT_SPAN ? "us" : number_unit(it->parts[1].number);
}

static bool read_unit(struct definition_reading *reading, const struct json_place *top)
{
	static const char *const roundings[] = { "half_up", "half_even", NULL };
	const char *const unit = unit_of(reading->definition);
	int rounding = ROUNDING_HALF_EVEN;
	const char *said;

	if (!json_text_at(top, "unit", POLICY_WORD_MAX, &said, reading->error))
		return false;
	if (!text_equal(said, unit))
		return json_refuse(top, "unit", reading->error,
		                   "is not what comes of it, which is \"%s\"", unit);
	if (json_has(top, "rounding") &&
	    !json_word_at(top, "rounding", roundings, &rounding, reading->error))
		return false;
	reading->definition->unit = unit;
	reading->definition->rounding = (enum rounding)rounding;
	return true;
}

static bool read_sums(struct definition_reading *reading, const struct json_place *top)
{
	struct definition *const it = reading->definition;
	struct population population;

	if (it->formula == FORMULA_QUOTIENT)
		return read_quotient(reading, top);
	if (!read_of(reading, top, &population))
		return false;
	if (it->formula == FORMULA_SHARE)
		return read_share(reading, top, &population);
	if (it->formula == FORMULA_COUNT) {
		add_part(reading, &population, PART_N);
		return true;
	}
	return read_measured(reading, top, &population);
}

bool definition_read_formula(struct definition_reading *reading, const struct json_place *top)
{
	int formula;

	if (!json_word_at(top, "formula", definition_formula_names, &formula, reading->error))
		return false;
	reading->definition->formula = (enum definition_formula)formula;
	reading->definition->per = 1;
	return fields_fit(reading, top) && read_sums(reading, top) && read_asides(reading, top) &&
	       read_quantiles(reading, top) && read_unit(reading, top);
}
