#include "services/kpi-aggregator/explain/recount.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/series/series.h"

#include <inttypes.h>

void recount_init(struct recount *recount, struct arena *arena, const struct recount_ask *ask)
{
	*recount = (struct recount){ .arena = arena, .ask = *ask };
	recount->end = &recount->lines;
}

const char *recount_refused(struct arena *arena, const struct definition *definition)
{
	for (size_t i = 0; i < definition->part_count; i++) {
		const struct vocabulary_kind *const kind =
		    &vocabulary_kinds[definition->parts[i].kind];

		if (kind->kept == KEPT_NOT)
			return arena_printf(
			    arena,
			    "it counts observations of the kind \"%s\", which are not kept one by one",
			    kind->name);
	}
	return NULL;
}

static bool has_level(const struct definition *definition)
{
	const struct series_levels levels = series_levels_of(definition);

	return levels.n != LEVEL_NONE || levels.hits != LEVEL_NONE || levels.sum != LEVEL_NONE;
}

struct instant recount_from(const struct recount_ask *ask)
{
	return has_level(ask->definition) ? TIME_OLDEST : ask->window.start;
}

static struct recount_sum *sum_of(struct recount *recount, const char *currency)
{
	struct recount_sum *sum = recount->sums;

	while (sum != NULL && !text_equal(sum->currency, currency))
		sum = sum->next;
	if (sum != NULL)
		return sum;
	sum = arena_zero(recount->arena, sizeof(*sum));
	sum->currency = arena_string(recount->arena, currency);
	sum->next = recount->sums;
	recount->sums = sum;
	return sum;
}

/* "n 1, hits 1, unanswered 1" */
static const char *how_of(struct arena *arena, const struct definition *definition,
                          const struct cell_sums *sums)
{
	const struct {
		const char *name;
		int64_t number;
	} rows[] = { { "n", sums->n }, { "hits", sums->hits }, { "sum", sums->sum } };
	const char *text = "";

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (rows[i].number != 0)
			text =
			    arena_printf(arena, "%s%s%s %" PRId64, text, *text == '\0' ? "" : ", ",
			                 rows[i].name, rows[i].number);
	for (size_t i = 0; i < definition->aside_count; i++)
		if (sums->asides[i] != 0)
			text =
			    arena_printf(arena, "%s%s%s %" PRId64, text, *text == '\0' ? "" : ", ",
			                 definition->asides[i], sums->asides[i]);
	return *text == '\0' ? "nothing: what it measures is 0" : text;
}

static struct recount_line *add_line(struct recount *recount, const char *subject,
                                     const struct observation *it, const char *how)
{
	struct recount_line *const line = arena_zero(recount->arena, sizeof(*line));

	line->subject = arena_string(recount->arena, subject);
	line->kind = vocabulary_kinds[it->kind].name;
	line->number = arena_string(recount->arena, it->number);
	line->currency = arena_string(recount->arena, it->currency);
	line->at = TIME_MIN;
	line->how = how;
	*recount->end = line;
	recount->end = &line->next;
	return line;
}

/* While one observation is taken. */
struct taking {
	struct recount *recount;
	const char *subject;
	const struct observation *it;
	bool in;
	bool other; /* it counts, for another value of the dimension */
};

static struct instant time_of(const struct taking *taking)
{
	const struct recount_ask *const ask = &taking->recount->ask;

	for (size_t i = 0; i < ask->definition->part_count; i++) {
		const struct definition_part *const part = &ask->definition->parts[i];
		const struct instant at = taking->it->times[part->time];

		if (part->kind == taking->it->kind && !time_before(at, ask->window.start) &&
		    time_before(at, ask->window.end) && definition_part_takes(part, taking->it))
			return at;
	}
	return TIME_MIN;
}

static void see_change(const struct cell_change *change, void *context)
{
	struct taking *const taking = context;
	struct recount *const recount = taking->recount;
	const struct recount_ask *const ask = &recount->ask;
	const bool before = time_before(change->window.start, ask->window.start);
	struct recount_sum *sum;
	struct recount_line *line;

	if (change->definition != ask->definition || change->dimension != ask->dimension ||
	    !time_before(change->window.start, ask->window.end))
		return;
	if (!text_equal(change->value, ask->value)) {
		taking->other = true;
		return;
	}
	if (before && !has_level(ask->definition))
		return;
	sum = sum_of(recount, change->currency);
	if (!cell_add(recount->arena, before ? &sum->before : &sum->own, &change->sums))
		recount->overflowed = true;
	if (before)
		return;
	taking->in = true;
	recount->in_count++;
	line = add_line(recount, taking->subject, taking->it,
	                how_of(recount->arena, ask->definition, &change->sums));
	line->at = time_of(taking);
	line->in = true;
	line->adds = arena_copy(recount->arena, &change->sums, sizeof(change->sums));
}

/* Why not. */

static const char *condition_text(struct arena *arena, const struct condition *condition,
                                  const struct observation *it)
{
	switch (condition->kind) {
	case CONDITION_WORD:
		return arena_printf(arena, "%s is \"%s\"", vocabulary_words[condition->field].name,
		                    it->words[condition->field]);
	case CONDITION_MARK:
		return arena_printf(arena, "%s is %s", vocabulary_marks[condition->field].name,
		                    condition->is ? "not so" : "so");
	case CONDITION_NUMBER:
		return arena_printf(arena, "%s is %" PRId64,
		                    vocabulary_numbers[condition->field].name,
		                    it->numbers[condition->field]);
	case CONDITION_TIME:
	default:
		return arena_printf(arena, "%s is %s", vocabulary_times[condition->field].name,
		                    condition->is ? "absent" : "there");
	}
}

/* The first condition that it does not meet, each asked by itself. */
static const char *why_not(struct arena *arena, const struct definition_part *part,
                           const struct observation *it)
{
	for (size_t i = 0; i < part->condition_count; i++) {
		struct definition_part alone = *part;

		alone.conditions = &part->conditions[i];
		alone.condition_count = 1;
		if (!definition_part_takes(&alone, it))
			return condition_text(arena, &part->conditions[i], it);
	}
	return "its span cannot be measured";
}

/* Of the population's kind, and in the window by its time: whoever reads the number might have expected it. */
static void take_out(struct recount *recount, const struct taking *taking)
{
	const struct recount_ask *const ask = &recount->ask;
	const struct definition_part *const part = &ask->definition->parts[0];
	const struct instant at = taking->it->times[part->time];

	if (part->kind != taking->it->kind || time_before(at, ask->window.start) ||
	    !time_before(at, ask->window.end))
		return;
	recount->out_count++;
	struct recount_line *const line = add_line(recount, taking->subject, taking->it,
	                                           why_not(recount->arena, part, taking->it));

	line->at = at;
}

void recount_take(struct recount *recount, const char *subject, const struct observation *it)
{
	struct taking taking = { .recount = recount, .subject = subject, .it = it };

	cell_expand(recount->arena, recount->ask.book, it, 1, see_change, &taking);
	if (!taking.in && !taking.other)
		take_out(recount, &taking);
}

static int64_t at_level(enum part_level level, int64_t own, int64_t before)
{
	return level == LEVEL_NONE ? own : level == LEVEL_OPENING ? before : before + own;
}

Opsmesh__V1__KpiFigures *recount_figures(const struct recount *recount,
                                         const struct recount_sum *sum)
{
	const struct definition *const definition = recount->ask.definition;
	const struct series_levels levels = series_levels_of(definition);
	struct cell_sums sums = sum->own;

	sums.n = at_level(levels.n, sums.n, sum->before.n);
	sums.hits = at_level(levels.hits, sums.hits, sum->before.hits);
	sums.sum = at_level(levels.sum, sums.sum, sum->before.sum);
	return series_figures(recount->arena, definition, &sums,
	                      text_equal(recount->ask.value, SERIES_OTHER));
}
