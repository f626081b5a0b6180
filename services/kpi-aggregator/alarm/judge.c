#include "services/kpi-aggregator/alarm/judge.h"

#include "common/base/check.h"
#include "common/base/rate.h"

#include <stdlib.h>

#define MILLI 1000
#define LEAST_MORE 20 /* that part of the bound */
/* 1.4826: by so much the median absolute deviation of a normal distribution is smaller than its standard deviation. */
#define DEVIATION_NUMERATOR 14826
#define DEVIATION_DENOMINATOR 10000

/* Sums, differences and products that end at the largest number instead of turning over. */
static int64_t plus(int64_t a, int64_t b)
{
	int64_t sum;

	return !__builtin_add_overflow(a, b, &sum) ? sum : a < 0 ? INT64_MIN : INT64_MAX;
}

static int64_t minus(int64_t a, int64_t b)
{
	int64_t difference;

	return !__builtin_sub_overflow(a, b, &difference) ? difference
	       : a < 0                                    ? INT64_MIN
	                                                  : INT64_MAX;
}

/* Rounded towards zero. */
static int64_t times(int64_t number, int64_t numerator, int64_t denominator)
{
	__extension__ const __int128 product = (__int128)number * numerator;
	__extension__ __int128 exact;

	CHECK(denominator != 0);
	exact = product / denominator;
	return exact > INT64_MAX ? INT64_MAX : exact < INT64_MIN ? INT64_MIN : (int64_t)exact;
}

static int64_t share_of(int64_t part, int64_t whole)
{
	return times(part, RATE_WHOLE, whole);
}

bool figure_of(const struct alarm_figure *it, enum rule_of of, int64_t *figure)
{
	if (!it->known || (of == OF_VALUE && !it->has_value) || (of == OF_SHARE && it->n <= 0))
		return false;
	switch (of) {
	case OF_VALUE: *figure = it->value; return true;
	case OF_N: *figure = it->n; return true;
	case OF_HITS: *figure = it->hits; return true;
	case OF_REST: *figure = minus(it->n, it->hits); return true;
	case OF_SUM: *figure = it->sum; return true;
	case OF_SHARE: *figure = share_of(it->hits, it->n); return true;
	case OF_NOTHING: break;
	}
	return false;
}

/* By how much a figure is beyond a bound; below 0: it is not. */
static int64_t beyond(const struct alarm_rule *rule, int64_t figure, int64_t bound)
{
	return rule->way == WAY_ABOVE ? minus(figure, bound) : minus(bound, figure);
}

static void judge_threshold(const struct alarm_rule *rule, struct verdict *verdict)
{
	verdict->bound = rule->limit;
	verdict->excess = beyond(rule, verdict->figure, rule->limit);
	verdict->is = verdict->excess > 0                                ? VERDICT_BAD
	              : beyond(rule, verdict->figure, rule->margin) <= 0 ? VERDICT_WELL
	                                                                 : VERDICT_UNKNOWN;
}

/* Unlike what is usual. */

/* All that is known of other weeks together; how many they are. */
static int64_t together(const struct alarm_figure *usual, size_t count, struct alarm_figure *all)
{
	int64_t weeks = 0;

	*all = (struct alarm_figure){ .known = true };
	for (size_t i = 0; i < count; i++) {
		if (!usual[i].known || usual[i].n <= 0)
			continue;
		all->n = plus(all->n, usual[i].n);
		all->hits = plus(all->hits, usual[i].hits);
		weeks++;
	}
	return weeks;
}

static void judge_share(const struct alarm_rule *rule, const struct alarm_figure *usual,
                        size_t count, struct verdict *verdict)
{
	const struct alarm_figure *const now = &verdict->over;
	struct rate_interval here;
	struct rate_interval there;
	struct alarm_figure all;
	bool apart;

	if (together(usual, count, &all) < rule->weeks_min || all.n < rule->minimum_n ||
	    !rate_interval_of(now->hits, now->n, RATE_Z_MILLI_95, &here) ||
	    !rate_interval_of(all.hits, all.n, RATE_Z_MILLI_95, &there))
		return;
	verdict->usual = share_of(all.hits, all.n);
	verdict->has_usual = true;
	verdict->bound = rule->way == WAY_ABOVE ? there.high_ppm : there.low_ppm;
	verdict->excess = beyond(rule, verdict->figure, verdict->usual);
	apart =
	    rule->way == WAY_ABOVE ? here.low_ppm > there.high_ppm : here.high_ppm < there.low_ppm;
	verdict->is = apart && verdict->excess >= rule->effect_ppm ? VERDICT_BAD : VERDICT_WELL;
}

static int by_number(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a;
	const int64_t right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

/* Sorts them. Of an even count the mean of the two in the middle, rounded towards zero. */
static int64_t median(int64_t *numbers, size_t count)
{
	qsort(numbers, count, sizeof(*numbers), by_number);
	return plus(numbers[(count - 1) / 2], numbers[count / 2]) / 2;
}

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? minus(a, b) : minus(b, a);
}

/* How far a figure may be from the median: so many deviations, and no less than the effect. */
static int64_t room(const struct alarm_rule *rule, int64_t usual, int64_t deviation)
{
	const int64_t spread = times(times(deviation, DEVIATION_NUMERATOR, DEVIATION_DENOMINATOR),
	                             rule->deviations_milli, MILLI);
	const int64_t effect = times(distance(usual, 0), rule->effect_ppm, RATE_WHOLE);

	return spread > effect ? spread : effect;
}

static void judge_level(const struct alarm_rule *rule, const struct alarm_figure *usual,
                        size_t count, struct verdict *verdict)
{
	int64_t numbers[RULE_WEEKS_MAX];
	size_t known = 0;
	int64_t span;

	CHECK(count <= RULE_WEEKS_MAX);
	for (size_t i = 0; i < count; i++)
		known += figure_of(&usual[i], rule->of, &numbers[known]) ? 1 : 0;
	if (known == 0 || (int64_t)known < rule->weeks_min)
		return;
	verdict->usual = median(numbers, known);
	verdict->has_usual = true;
	if (rule->way == WAY_BELOW && verdict->usual < rule->minimum_usual)
		return;
	for (size_t i = 0; i < known; i++)
		numbers[i] = distance(numbers[i], verdict->usual);
	span = room(rule, verdict->usual, median(numbers, known));
	verdict->bound =
	    rule->way == WAY_ABOVE ? plus(verdict->usual, span) : minus(verdict->usual, span);
	verdict->excess = beyond(rule, verdict->figure, verdict->bound);
	verdict->is = verdict->excess > 0 ? VERDICT_BAD : VERDICT_WELL;
}

struct verdict judge_figure(const struct alarm_rule *rule, const struct alarm_figure *now,
                            const struct alarm_figure *usual, size_t count)
{
	struct verdict verdict = { .is = VERDICT_UNKNOWN,
		                   .over = *now,
		                   .severity = rule->severity };
	/* What falls has few: what is usual must be enough. A share of few says nothing. */
	const bool falls = rule->judge == JUDGE_UNLIKE && rule->way == WAY_BELOW &&
	                   rule->of != OF_SHARE && rule->of != OF_VALUE;

	if (!figure_of(now, rule->of, &verdict.figure) || (now->n < rule->minimum_n && !falls))
		return verdict;
	if (rule->judge == JUDGE_THRESHOLD)
		judge_threshold(rule, &verdict);
	else if (rule->of == OF_SHARE)
		judge_share(rule, usual, count, &verdict);
	else
		judge_level(rule, usual, count, &verdict);
	return verdict;
}

/* Budgets. */

static struct alarm_figure sum_of(const struct alarm_figure *windows, int64_t count)
{
	struct alarm_figure all = { .known = true };

	for (int64_t i = 0; i < count; i++) {
		if (!windows[i].known)
			continue;
		all.n = plus(all.n, windows[i].n);
		all.hits = plus(all.hits, windows[i].hits);
		all.sum = plus(all.sum, windows[i].sum);
	}
	return all;
}

/* How many times faster than the objective allows the budget is used, in thousandths. */
static int64_t burn_of(const struct alarm_rule *rule, const struct alarm_figure *over)
{
	int64_t bad;

	if (over->n <= 0 || !figure_of(over, rule->of, &bad) || bad < 0)
		return 0;
	return times(share_of(bad, over->n), MILLI, RATE_WHOLE - rule->target_ppm);
}

/* Does the pair's both spans burn too fast? */
static bool burns(const struct alarm_rule *rule, const struct rule_burn *pair,
                  const struct alarm_figure *windows, struct verdict *verdict)
{
	const struct alarm_figure lately = sum_of(windows, pair->short_windows);

	verdict->over = sum_of(windows, pair->long_windows);
	verdict->burn_milli = burn_of(rule, &verdict->over);
	verdict->excess = verdict->burn_milli;
	verdict->severity = pair->severity;
	verdict->bound = RATE_WHOLE - rule->target_ppm;
	verdict->figure = 0;
	if (verdict->over.n > 0 && figure_of(&verdict->over, rule->of, &verdict->figure))
		verdict->figure = share_of(verdict->figure, verdict->over.n);
	return verdict->over.n >= rule->minimum_n && verdict->burn_milli >= pair->milli &&
	       burn_of(rule, &lately) >= pair->milli;
}

struct verdict judge_budget(const struct alarm_rule *rule, const struct alarm_figure *windows)
{
	struct verdict verdict = { .is = VERDICT_UNKNOWN };

	for (size_t i = 0; i < rule->burn_count; i++)
		if (burns(rule, &rule->burn[i], windows, &verdict)) {
			verdict.is = VERDICT_BAD;
			return verdict;
		}
	verdict.is = windows[0].known ? VERDICT_WELL : VERDICT_UNKNOWN;
	return verdict;
}

bool judge_is_worse(const struct verdict *verdict, int64_t excess_before)
{
	const int64_t more = minus(verdict->excess, excess_before);

	return more > 0 && more >= excess_before / 2 &&
	       more >= distance(verdict->bound, 0) / LEAST_MORE;
}
