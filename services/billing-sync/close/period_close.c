#include "services/billing-sync/close/period_close.h"

#include "common/base/money.h"
#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>

const char *const close_item_names[] = { "order",        "folded",   "unexplained", "ledger",
	                                 "roll_forward", "unbilled", "mrr",         "disputes",
	                                 "rates",        NULL };

/* The document. */

static bool limit_read(const struct json_place *place, struct period_amount *limit,
                       struct json_error *error)
{
	static const char *const fields[] = { "currency", "minor", NULL };

	return json_only(place, fields, error) &&
	       policy_currency_at(place, "currency", limit->currency, error) &&
	       json_integer_at(place, "minor", 0, INT64_MAX, &limit->minor, error);
}

static bool limits_read(struct arena *arena, const struct json_place *top,
                        struct close_policy *policy, struct json_error *error)
{
	struct json_place list;
	struct period_amount *limits;

	if (!json_array_at(top, "unexplained_at_most", PERIOD_LIMITS_MAX, &list, error))
		return false;
	limits = arena_zero(arena, (json_count(&list) + 1) * sizeof(*limits));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!limit_read(&place, &limits[i], error))
			return false;
		for (size_t k = 0; k < i; k++)
			if (text_equal(limits[k].currency, limits[i].currency))
				return json_refuse(&place, "currency", error, "is named twice");
	}
	policy->limits = limits;
	policy->limit_count = json_count(&list);
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "reporting_currency", "unexplained_at_most", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct close_policy *const policy = result;

	if (!policy_currency_at(top, "reporting_currency", policy->reporting_currency, error) ||
	    !limits_read(arena, top, policy, error))
		return false;
	return true;
}

const struct policy_kind close_policy_kind = {
	.folder = "close",
	.size = sizeof(struct close_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Periods. */

bool period_parse(const char *text, struct period *period)
{
	return date_span(text, &period->first_day, &period->end_day);
}

/* The checklist: NULL, or why an item does not hold. */

typedef const char *item_check(struct arena *arena, const struct period_figures *figures,
                               const struct close_policy *policy);

static const char *date_text(struct arena *arena, int64_t day)
{
	const struct date date = date_of_days(day);

	return arena_printf(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

/* A month may be closed after days of it, or all: those stay as they are sealed. */
static bool is_rest(const struct period_figures *figures)
{
	const struct period *const period = &figures->period;

	return !figures->sealed && period->end_day - period->first_day > 1 &&
	       figures->open_from > period->first_day && figures->open_from <= period->end_day;
}

static const char *check_order(struct arena *arena, const struct period_figures *figures,
                               const struct close_policy *policy)
{
	(void)policy;
	if (figures->period.end_day <= figures->period.first_day)
		return "the period has no days";
	if (figures->open_from == figures->period.first_day || is_rest(figures))
		return NULL;
	return arena_printf(arena,
	                    figures->open_from > figures->period.first_day
	                        ? "the books are closed up to %s already"
	                        : "the books are still open from %s on",
	                    date_text(arena, figures->open_from));
}

static const char *check_folded(struct arena *arena, const struct period_figures *figures,
                                const struct close_policy *policy)
{
	(void)policy;
	if (figures->shard_count != figures->shards_expected)
		return arena_printf(arena, "%zu of %zu shards say how far they are",
		                    figures->shard_count, figures->shards_expected);
	for (size_t i = 0; i < figures->shard_count; i++)
		if (time_before(figures->shards[i].folded_to, figures->cut))
			return arena_printf(arena, "%s/%" PRId32 " has not passed the cut",
			                    figures->shards[i].stage, figures->shards[i].number);
	return NULL;
}

static int64_t limit_of(const struct close_policy *policy, const char *currency)
{
	for (size_t i = 0; i < policy->limit_count; i++)
		if (text_equal(policy->limits[i].currency, currency))
			return policy->limits[i].minor;
	return 0;
}

static const char *amount_text(struct arena *arena, int64_t minor, const char *currency)
{
	struct money money = { .minor = minor };

	memcpy(money.currency, currency, strnlen(currency, sizeof(money.currency) - 1));
	return money_format(arena, money);
}

static const char *check_unexplained(struct arena *arena, const struct period_figures *figures,
                                     const struct close_policy *policy)
{
	for (size_t i = 0; i < figures->unexplained_count; i++) {
		const struct period_amount *const it = &figures->unexplained[i];

		if (it->minor < 0 || it->minor > limit_of(policy, it->currency))
			return arena_printf(arena, "%s are unexplained, at most %s may be",
			                    amount_text(arena, it->minor, it->currency),
			                    amount_text(arena, limit_of(policy, it->currency),
			                                it->currency));
	}
	return NULL;
}

static const char *check_ledger(struct arena *arena, const struct period_figures *figures,
                                const struct close_policy *policy)
{
	(void)policy;
	for (size_t i = 0; i < figures->balance_count; i++) {
		const char *const currency = figures->balances[i].currency;
		__extension__ __int128 sum = 0;

		for (size_t k = 0; k < figures->balance_count; k++)
			if (text_equal(figures->balances[k].currency, currency))
				sum += figures->balances[k].minor;
		if (sum != 0)
			return arena_printf(arena, "the accounts in %s are not zero in sum",
			                    currency);
	}
	return NULL;
}

static const char *check_roll(struct arena *arena, const struct period_figures *figures,
                              const struct close_policy *policy)
{
	(void)policy;
	for (size_t i = 0; i < figures->roll_count; i++) {
		const int64_t gap = recognition_gap(&figures->rolls[i]);

		if (gap != 0)
			return arena_printf(arena, "deferred revenue is off by %s",
			                    amount_text(arena, gap, figures->rolls[i].currency));
	}
	return NULL;
}

static const char *check_unbilled(struct arena *arena, const struct period_figures *figures,
                                  const struct close_policy *policy)
{
	(void)policy;
	for (size_t i = 0; i < figures->unbilled_count; i++) {
		const int64_t gap = unbilled_gap(&figures->unbilled[i]);

		if (gap != 0)
			return arena_printf(arena, "what is used and not billed yet is off by %s",
			                    amount_text(arena, gap, figures->unbilled[i].currency));
	}
	return NULL;
}

static const char *check_mrr(struct arena *arena, const struct period_figures *figures,
                             const struct close_policy *policy)
{
	(void)policy;
	for (size_t i = 0; i < figures->mrr_count; i++) {
		const int64_t gap = recurring_line_gap(&figures->mrr[i]);

		if (gap != 0)
			return arena_printf(arena, "recurring revenue is off by %s",
			                    amount_text(arena, gap, figures->mrr[i].currency));
	}
	if (recurring_line_gap(&figures->reported) != 0)
		return arena_printf(arena, "recurring revenue as reported is off by %s",
		                    amount_text(arena, recurring_line_gap(&figures->reported),
		                                figures->reported.currency));
	return NULL;
}

static const char *check_disputes(struct arena *arena, const struct period_figures *figures,
                                  const struct close_policy *policy)
{
	int64_t listed = 0;

	(void)policy;
	for (size_t i = 0; i < figures->dispute_count; i++)
		listed += figures->disputes[i].more > 0 ? figures->disputes[i].more : 1;
	if (listed == (int64_t)figures->disputes_open)
		return NULL;
	return arena_printf(arena, "%zu disputes are open, %" PRId64 " are listed",
	                    figures->disputes_open, listed);
}

static bool is_rated(const struct period_figures *figures, const char *currency)
{
	for (size_t i = 0; i < figures->rate_count; i++)
		if (text_equal(figures->rates[i].currency, currency))
			return figures->rates[i].frozen;
	return false;
}

static const char *check_rates(struct arena *arena, const struct period_figures *figures,
                               const struct close_policy *policy)
{
	for (size_t i = 0; i < figures->balance_count; i++) {
		const char *const currency = figures->balances[i].currency;

		if (!text_equal(currency, policy->reporting_currency) &&
		    !is_rated(figures, currency))
			return arena_printf(arena, "the rate from %s to %s is not frozen", currency,
			                    policy->reporting_currency);
	}
	return figures->unreported;
}

bool close_check(struct arena *arena, const struct period_figures *figures,
                 const struct close_policy *policy, struct close_checklist *checklist)
{
	static item_check *const checks[CLOSE_ITEMS] = {
		[CLOSE_ORDER] = check_order,
		[CLOSE_FOLDED] = check_folded,
		[CLOSE_UNEXPLAINED] = check_unexplained,
		[CLOSE_LEDGER] = check_ledger,
		[CLOSE_ROLL] = check_roll,
		[CLOSE_UNBILLED] = check_unbilled,
		[CLOSE_MRR] = check_mrr,
		[CLOSE_DISPUTES] = check_disputes,
		[CLOSE_RATES] = check_rates,
	};
	bool holds = true;

	for (size_t i = 0; i < CLOSE_ITEMS; i++) {
		checklist->reasons[i] = checks[i](arena, figures, policy);
		holds = holds && checklist->reasons[i] == NULL;
	}
	return holds;
}
