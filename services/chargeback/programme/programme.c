#include "services/chargeback/programme/programme.h"

#include "common/base/check.h"
#include "common/base/text.h"

#define DAY_US INT64_C(86400000000)

const char *const programme_standing_names[] = { "clear", "approaching", "projected", "met", NULL };

/* What is counted. */

static bool is_excepted(const struct programme_policy *policy, const struct programme_event *event)
{
	const uint32_t except = policy->except;

	return ((except & 1U << PROGRAMME_EXCEPT_INQUIRY) != 0 && event->inquiry) ||
	       ((except & 1U << PROGRAMME_EXCEPT_PREVENTED) != 0 && event->prevented) ||
	       ((except & 1U << PROGRAMME_EXCEPT_COMPELLING_WARNING) != 0 && event->compelling &&
	        event->warning);
}

bool programme_counts(const struct programme_policy *policy, const struct programme_event *event)
{
	const uint32_t counts = policy->counts;

	if (!text_equal(policy->network, event->network) || is_excepted(policy, event))
		return false;
	if (event->warning)
		return (counts & 1U << PROGRAMME_FRAUD_WARNINGS) != 0;
	return (counts & 1U << PROGRAMME_DISPUTES) != 0 ||
	       ((counts & 1U << PROGRAMME_FRAUD_DISPUTES) != 0 && event->fraud);
}

/* The period. */

/* The month so many before or behind, on a day that every month has. */
static struct date month_off(struct date date, int32_t months, int64_t day)
{
	const int32_t month = date.year * 12 + date.month - 1 + months;

	return (struct date){ month / 12, month % 12 + 1, (int32_t)day };
}

static struct instant midnight(struct date date)
{
	return (struct instant){ date_days(date) * DAY_US };
}

struct programme_period programme_period_at(const struct programme_policy *policy,
                                            const char *country, struct instant at)
{
	const int64_t starts_on = programme_month_starts_on(policy, country);
	const struct date today = date_of_days(at.us / DAY_US);
	const struct date month = month_off(today, today.day < starts_on ? -1 : 0, starts_on);
	const int32_t back = policy->against == PROGRAMME_MONTH_BEFORE ? -1 : 0;

	return (struct programme_period){
		.start = midnight(month),
		.end = midnight(month_off(month, 1, starts_on)),
		.payments_start = midnight(month_off(month, back, 1)),
		.payments_end = midnight(month_off(month, back + 1, 1)),
	};
}

/* Figures. */

static int64_t passed_of(struct instant start, struct instant end, struct instant at)
{
	return time_before(at, end) ? rate_share_ppm(at.us - start.us, end.us - start.us)
	                            : RATE_WHOLE;
}

/* So much at the end, rounded up. */
static int64_t grown(int64_t value, int64_t elapsed_ppm)
{
	__extension__ const __int128 exact = (__int128)value * RATE_WHOLE + elapsed_ppm - 1;

	CHECK(elapsed_ppm > 0);
	return exact / elapsed_ppm > INT64_MAX ? INT64_MAX : (int64_t)(exact / elapsed_ppm);
}

static struct programme_figures figures_of(int64_t events, int64_t payments, int64_t amount)
{
	return (struct programme_figures){ events, payments, amount,
		                           payments > 0 ? rate_share_ppm(events, payments) : 0 };
}

static int64_t payments_at_end(const struct programme_answer *answer, struct instant at)
{
	const struct programme_period *const period = &answer->period;
	const bool is_period = period->payments_start.us == period->start.us;

	return grown(answer->now.payments,
	             is_period ? answer->elapsed_ppm
	                       : passed_of(period->payments_start, period->payments_end, at));
}

static struct programme_figures at_end_of(const struct programme_answer *answer, struct instant at)
{
	return figures_of(grown(answer->now.events, answer->elapsed_ppm),
	                  payments_at_end(answer, at),
	                  grown(answer->now.amount, answer->elapsed_ppm));
}

/* Thresholds. */

/* Is value at least that share of what is wanted? */
static bool reaches(int64_t value, int64_t wanted, int64_t share_ppm)
{
	__extension__ const __int128 have = (__int128)value * RATE_WHOLE;
	__extension__ const __int128 want = (__int128)wanted * share_ppm;

	return have >= want;
}

static bool ratio_reaches(const struct programme_figures *figures, int64_t ratio_bp,
                          int64_t share_ppm)
{
	__extension__ const __int128 have =
	    (__int128)figures->events * PROGRAMME_POINTS * RATE_WHOLE;
	__extension__ const __int128 want = (__int128)figures->payments * ratio_bp * share_ppm;

	return figures->payments > 0 && have >= want;
}

static bool is_hardly_authenticated(const struct programme_tally *tally, int64_t most_bp)
{
	__extension__ const __int128 have = (__int128)tally->authenticated * PROGRAMME_POINTS;
	__extension__ const __int128 most = (__int128)tally->payments * most_bp;

	return have <= most;
}

static bool is_met(const struct programme_threshold *threshold,
                   const struct programme_figures *figures, const struct programme_tally *tally,
                   int64_t share_ppm)
{
	const bool amount = threshold->amount.minor == 0 || !tally->amount_known ||
	                    reaches(figures->amount, threshold->amount.minor, share_ppm);

	return amount && reaches(figures->events, threshold->count, share_ppm) &&
	       ratio_reaches(figures, threshold->ratio_bp, share_ppm) &&
	       figures->payments >= threshold->payments &&
	       is_hardly_authenticated(tally, threshold->authenticated_bp);
}

bool programme_is_for(const struct programme_threshold *threshold, const char *region)
{
	return (threshold->region[0] == '\0' || text_equal(threshold->region, region)) &&
	       (threshold->outside[0] == '\0' || !text_equal(threshold->outside, region));
}

static enum programme_standing standing_of(const struct programme_policy *policy,
                                           const struct programme_threshold *threshold,
                                           const struct programme_answer *answer)
{
	if (is_met(threshold, &answer->now, &answer->tally, RATE_WHOLE))
		return PROGRAMME_MET;
	if (is_met(threshold, &answer->at_end, &answer->tally, RATE_WHOLE))
		return PROGRAMME_PROJECTED;
	return is_met(threshold, &answer->at_end, &answer->tally, policy->approaching_ppm)
	           ? PROGRAMME_APPROACHING
	           : PROGRAMME_CLEAR;
}

/* An amount in another currency than a threshold's is not known. */
static void amounts_check(const struct programme_policy *policy, const char *region,
                          struct programme_answer *answer)
{
	for (size_t i = 0; i < policy->threshold_count; i++) {
		const struct money *const amount = &policy->thresholds[i].amount;

		if (amount->minor == 0 || !programme_is_for(&policy->thresholds[i], region))
			continue;
		if (!text_equal(amount->currency, answer->tally.amount.currency))
			answer->tally.amount_known = false;
		answer->amount_unjudged = !answer->tally.amount_known;
	}
}

struct programme_answer programme_judge(const struct programme_policy *policy, const char *country,
                                        const char *region, struct instant at,
                                        const struct programme_tally *tally)
{
	struct programme_answer answer = { .period = programme_period_at(policy, country, at),
		                           .tally = *tally };

	CHECK(tally->events >= 0);
	CHECK(tally->payments >= 0);
	CHECK(tally->amount.minor >= 0);
	amounts_check(policy, region, &answer);
	answer.now = figures_of(tally->events, tally->payments, tally->amount.minor);
	answer.has_interval =
	    rate_interval_of(tally->events, tally->payments, policy->z_milli, &answer.interval);
	answer.elapsed_ppm = passed_of(answer.period.start, answer.period.end, at);
	answer.is_projected = answer.elapsed_ppm >= policy->project_from_ppm;
	answer.at_end = answer.is_projected ? at_end_of(&answer, at) : answer.now;
	for (size_t i = 0; i < policy->threshold_count; i++) {
		if (!programme_is_for(&policy->thresholds[i], region))
			continue;
		answer.standings[i] = standing_of(policy, &policy->thresholds[i], &answer);
		if (answer.standings[i] >= answer.standing) {
			answer.standing = answer.standings[i];
			answer.threshold = i;
		}
	}
	return answer;
}

bool programme_is_left(const struct programme_policy *policy, int64_t clean_months)
{
	return clean_months >= policy->clean_months;
}
