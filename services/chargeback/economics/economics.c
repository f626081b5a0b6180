#include "services/chargeback/economics/economics.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

const char *const economics_advice_names[] = { "contest", "accept", "refund", "ignore", NULL };
const char *const economics_ratio_names[] = { "counted", "avoided", "at_risk", NULL };

size_t economics_level_of(const struct economics_policy *policy, int64_t complete_ppm,
                          size_t required_missing)
{
	size_t level = 0;

	while (complete_ppm < policy->levels[level].from_ppm)
		level++;
	return required_missing > 0 && level < policy->required_missing ? policy->required_missing
	                                                                : level;
}

struct economics_cell economics_cell_of(const struct economics_policy *policy, const char *category,
                                        const char *level)
{
	for (size_t i = 0; i < policy->cell_count; i++)
		if (text_equal(policy->cells[i].category, category) &&
		    text_equal(policy->cells[i].level, level))
			return policy->cells[i];
	return (struct economics_cell){ .category = category, .level = level };
}

/* By what is worth the same. */

static const struct money *worth_of(const struct economics_policy *policy, const char *currency)
{
	for (size_t i = 0; i < policy->worth_count; i++)
		if (text_equal(policy->worth[i].currency, currency))
			return &policy->worth[i];
	return NULL;
}

const struct economics_exchange *economics_exchanges(struct arena *arena,
                                                     const struct economics_policy *policy,
                                                     const char *currency, size_t *count)
{
	const struct money *const into = worth_of(policy, currency);
	struct economics_exchange *const exchanges =
	    arena_zero(arena, (policy->worth_count + 1) * sizeof(*exchanges));

	*count = into != NULL ? policy->worth_count : 0;
	for (size_t i = 0; i < *count; i++) {
		memcpy(exchanges[i].currency, policy->worth[i].currency,
		       sizeof(exchanges[i].currency));
		exchanges[i].rate = ratio_of(into->minor, policy->worth[i].minor);
	}
	return exchanges;
}

bool economics_weigh(const struct economics_policy *policy, struct money amount,
                     const char *currency, struct money *weighed)
{
	const struct money *const from = worth_of(policy, amount.currency);
	const struct money *const into = worth_of(policy, currency);
	struct money it = amount;

	if (text_equal(amount.currency, currency)) {
		*weighed = amount;
		return true;
	}
	if (from == NULL || into == NULL ||
	    !ratio_apply(amount.minor, ratio_of(into->minor, from->minor), ROUNDING_HALF_UP,
	                 &it.minor) ||
	    it.minor > ECONOMICS_AMOUNT_MAX)
		return false;
	memcpy(it.currency, into->currency, sizeof(it.currency));
	*weighed = it;
	return true;
}

bool economics_convert(const struct economics_exchange *exchanges, size_t count,
                       const struct money *money, const char *currency, int64_t *minor)
{
	int64_t converted;

	if (money->minor == 0 || text_equal(money->currency, currency)) {
		*minor = money->minor;
		return true;
	}
	for (size_t i = 0; i < count; i++) {
		if (!text_equal(exchanges[i].currency, money->currency))
			continue;
		if (!ratio_apply(money->minor, exchanges[i].rate, ROUNDING_HALF_UP, &converted) ||
		    converted > ECONOMICS_AMOUNT_MAX)
			return false;
		*minor = converted;
		return true;
	}
	return false;
}

/* In the currency of the dispute. */
static bool converted(const struct economics_inputs *inputs, const struct money *money,
                      int64_t *minor)
{
	return economics_convert(inputs->exchanges, inputs->exchange_count, money,
	                         inputs->amount.currency, minor);
}

/* chance of amount, rounded half up. */
static int64_t expected(int64_t amount, int64_t chance_ppm)
{
	__extension__ const __int128 exact = (__int128)amount * chance_ppm;

	return (int64_t)((exact + RATE_WHOLE / 2) / RATE_WHOLE);
}

/* The least chance from which it gains. */
static int64_t break_even_of(int64_t cost, int64_t stake)
{
	__extension__ const __int128 exact = (__int128)cost * RATE_WHOLE + stake - 1;

	return exact / stake > RATE_WHOLE ? RATE_WHOLE + 1 : (int64_t)(exact / stake);
}

static bool fees_take(const struct economics_policy *policy, struct economics_recommendation *it,
                      const char **reason)
{
	const struct economics_inputs *const inputs = &it->inputs;
	const struct economics_fee *const fee = economics_fee_of(policy, inputs->country);
	const struct economics_category *const category =
	    economics_category_of(policy, inputs->category);

	if (!converted(inputs, &fee->received, &it->received) ||
	    !converted(inputs, &fee->counter, &it->counter) ||
	    !converted(inputs, &category->network_fee, &it->network_fee) ||
	    !converted(inputs, &category->effort, &it->effort)) {
		*reason = "a fee or the effort is in a currency without a rate, or too large";
		return false;
	}
	if (inputs->inquiry) {
		it->counter = 0;
		it->network_fee = 0;
		it->stake = inputs->amount.minor + it->received;
		it->cost = it->received + it->effort;
		return true;
	}
	it->stake = inputs->amount.minor + it->network_fee +
	            (fee->received_returned ? it->received : 0) +
	            (fee->counter_returned ? it->counter : 0);
	it->cost = it->counter + it->network_fee + it->effort;
	return true;
}

/* A category that is not listed shares the cell of every other. */
static void chance_take(const struct economics_policy *policy, struct economics_recommendation *it)
{
	const struct economics_inputs *const inputs = &it->inputs;
	const struct economics_category *const category =
	    economics_category_of(policy, inputs->category);
	const bool compelling = inputs->compelling && policy->has_compelling;
	bool share;

	it->level = economics_level_of(policy, inputs->complete_ppm, inputs->required_missing);
	it->band = category->bands[compelling ? 0 : it->level];
	if (compelling && policy->compelling < it->band)
		it->band = policy->compelling;
	it->cell =
	    economics_cell_of(policy, category->category,
	                      compelling ? ECONOMICS_COMPELLING : policy->levels[it->level].name);
	share = rate_after((struct rate_prior){ policy->bands[it->band].rate_ppm,
	                                        policy->prior_weight },
	                   it->cell.won, it->cell.answered, policy->z_milli, &it->rate);
	CHECK(share);
}

static void value_take(struct economics_recommendation *it)
{
	const int64_t lost = it->inputs.amount.minor + (it->inputs.inquiry ? 0 : it->received);

	it->gain = expected(it->stake, it->rate.ppm) - it->cost;
	it->otherwise = -lost;
	it->contest = it->gain - lost;
	it->break_even_ppm = break_even_of(it->cost, it->stake);
	it->close = it->break_even_ppm >= it->rate.interval.low_ppm &&
	            it->break_even_ppm <= it->rate.interval.high_ppm;
}

static int64_t minimum_of(const struct economics_policy *policy, const char *currency)
{
	for (size_t i = 0; i < policy->minimum_count; i++)
		if (text_equal(policy->minimums[i].currency, currency))
			return policy->minimums[i].minor;
	return 0;
}

static void advise(struct economics_recommendation *it, enum economics_advice advice,
                   enum economics_ratio ratio, const char *rule, const char *sentence)
{
	it->advice = advice;
	it->ratio = ratio;
	it->rule = rule;
	it->sentence = sentence;
}

static void advise_inquiry(struct economics_recommendation *it)
{
	if (it->gain > 0)
		advise(it, ECONOMICS_CONTEST, ECONOMICS_RATIO_AT_RISK, "inquiry",
		       "Answering the inquiry is expected to cost less than a full refund; if it "
		       "does not convince, a chargeback follows and counts.");
	else
		advise(it, ECONOMICS_REFUND, ECONOMICS_RATIO_AVOIDED, "inquiry",
		       "A full refund ends the inquiry without a fee, and it never counts as a "
		       "dispute.");
}

static void advise_chargeback(struct economics_recommendation *it)
{
	if (it->inputs.amount.minor < it->minimum)
		advise(it, ECONOMICS_ACCEPT, ECONOMICS_RATIO_COUNTED, "below_minimum",
		       "The amount is below the least that is contested; the dispute counts "
		       "whatever is done.");
	else if (it->gain > 0)
		advise(it, ECONOMICS_CONTEST, ECONOMICS_RATIO_COUNTED, "gains",
		       "Contesting is expected to bring back more than it costs; the dispute "
		       "counts even when it is won.");
	else
		advise(it, ECONOMICS_ACCEPT, ECONOMICS_RATIO_COUNTED, "does_not_gain",
		       "Contesting is expected to cost more than it brings back; the dispute "
		       "counts whatever is done.");
}

bool economics_recommend(const struct economics_policy *policy,
                         const struct economics_inputs *inputs,
                         struct economics_recommendation *recommendation, const char **reason)
{
	struct economics_recommendation it = { .inputs = *inputs,
		                               .policy_version = policy->head.version };

	CHECK(inputs->complete_ppm >= 0);
	if (inputs->amount.minor <= 0 || inputs->amount.minor > ECONOMICS_AMOUNT_MAX) {
		*reason = "the disputed amount is none, or too large";
		return false;
	}
	if (!fees_take(policy, &it, reason))
		return false;
	chance_take(policy, &it);
	value_take(&it);
	it.minimum = minimum_of(policy, inputs->amount.currency);
	if (!inputs->answerable)
		advise(&it, ECONOMICS_IGNORE,
		       inputs->inquiry ? ECONOMICS_RATIO_AT_RISK : ECONOMICS_RATIO_COUNTED,
		       "unanswerable", "No response is allowed any more: there is nothing to do.");
	else if (inputs->inquiry)
		advise_inquiry(&it);
	else
		advise_chargeback(&it);
	*recommendation = it;
	return true;
}
