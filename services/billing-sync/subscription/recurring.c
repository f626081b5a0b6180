#include "services/billing-sync/subscription/recurring.h"

#include "common/base/text.h"
#include "services/billing-sync/rule/exact.h"

#include <string.h>

#define PPM 1000000
#define MONTHS_A_YEAR 12
#define WEEKS_A_YEAR 52
#define DAYS_A_YEAR 365

/* The document. */

/* Besides those of the head. */
static const char *const document_fields[] = { "past_due_at_most", "collection_paused_counts",
	                                       "rounding", "reporting_currency", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct mrr_policy *const policy = result;
	static const char *const roundings[] = { "half_up", "half_even", NULL };
	int rounding;

	(void)arena;
	if (!policy_span_at(top, "past_due_at_most", SECONDS(0), DAYS(366),
	                    &policy->past_due_at_most, error) ||
	    !json_switch_at(top, "collection_paused_counts", &policy->collection_paused_counts,
	                    error) ||
	    !json_word_at(top, "rounding", roundings, &rounding, error) ||
	    (json_has(top, "reporting_currency") &&
	     !policy_currency_at(top, "reporting_currency", policy->reporting_currency, error)))
		return false;
	policy->rounding = rounding == 0 ? ROUNDING_HALF_UP : ROUNDING_HALF_EVEN;
	return true;
}

const struct policy_kind mrr_policy_kind = {
	.folder = "mrr",
	.size = sizeof(struct mrr_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Which subscriptions count. */

static struct instant debt_end(const struct subscription_memory *memory,
                               const struct mrr_policy *policy)
{
	return time_add(memory->past_due_since.at, policy->past_due_at_most);
}

static bool counts(const struct subscription_memory *memory, const struct mrr_policy *policy,
                   struct instant at)
{
	if (!memory->known || (memory->seen.collection_paused && !policy->collection_paused_counts))
		return false;
	if (memory->seen.status == SUBSCRIPTION_PAST_DUE)
		return memory->past_due_since.has && time_before(at, debt_end(memory, policy));
	return memory->seen.status == SUBSCRIPTION_ACTIVE;
}

/* One subscription. */

/* It at hand: what each item brings in a month, less the discounts so far. */
struct summing {
	const struct subscription *subscription;
	struct exact *items;
	struct recurring *recurring;
};

/* What comes once an interval, brought to a month. */
static bool a_month(struct exact value, const struct subscription_price *price,
                    struct exact *monthly)
{
	static const int64_t times[] = { [SUBSCRIPTION_DAY] = DAYS_A_YEAR,
		                         [SUBSCRIPTION_WEEK] = WEEKS_A_YEAR,
		                         [SUBSCRIPTION_MONTH] = MONTHS_A_YEAR,
		                         [SUBSCRIPTION_YEAR] = 1 };

	return exact_times(value, times[price->interval],
	                   (int64_t)MONTHS_A_YEAR * price->interval_count, monthly);
}

static int64_t packages(const struct subscription_item *item)
{
	const int64_t rest = item->quantity % item->price.divide_by;

	return item->quantity / item->price.divide_by + (item->price.divide_up && rest > 0);
}

static int64_t power_of_ten(int32_t exponent)
{
	int64_t power = 1;

	while (exponent-- > 0)
		power *= 10;
	return power;
}

static bool item_value(struct summing *it, const struct subscription_item *item,
                       struct exact *value)
{
	const struct subscription_unit *const unit = &item->price.unit;

	*value = exact_of(0);
	if (item->price.metered)
		return true;
	it->recurring->unpriced += !unit->has;
	return exact_times(exact_of(unit->digits), packages(item), power_of_ten(unit->decimals),
	                   value) &&
	       a_month(*value, &item->price, value);
}

static bool recurs(const struct subscription_discount *discount, struct instant at)
{
	return discount->duration != SUBSCRIPTION_ONCE &&
	       (!discount->end.has || time_before(at, discount->end.at));
}

static bool is_for(const struct subscription_discount *discount,
                   const struct subscription_item *item)
{
	if (discount->item[0] != '\0' && !text_equal(discount->item, item->id))
		return false;
	for (size_t i = 0; i < discount->product_count; i++)
		if (text_equal(discount->products[i], item->price.product))
			return true;
	return discount->product_count == 0;
}

static bool take_percent(struct summing *it, const struct subscription_discount *discount)
{
	for (size_t i = 0; i < it->subscription->item_count; i++)
		if (is_for(discount, &it->subscription->items[i]) &&
		    !exact_times(it->items[i], PPM - discount->ppm, PPM, &it->items[i]))
			return false;
	return true;
}

/* An amount comes off each invoice: as often as the item that is billed most often, of those it is for. */
static bool off_a_month(const struct summing *it, const struct subscription_discount *discount,
                        struct exact *off)
{
	*off = exact_of(0);
	for (size_t i = 0; i < it->subscription->item_count; i++) {
		const struct subscription_item *const item = &it->subscription->items[i];
		struct exact monthly;
		struct exact more;

		if (item->price.metered || !is_for(discount, item))
			continue;
		if (!a_month(exact_of(discount->minor), &item->price, &monthly) ||
		    !exact_subtract(monthly, *off, &more))
			return false;
		if (more.numerator > 0)
			*off = monthly;
	}
	return true;
}

/* From one item after the other, and never below nothing. */
static bool take_amount(struct summing *it, const struct subscription_discount *discount)
{
	struct exact left;

	if (!off_a_month(it, discount, &left))
		return false;
	for (size_t i = 0; i < it->subscription->item_count; i++) {
		struct exact rest;

		if (!is_for(discount, &it->subscription->items[i]))
			continue;
		if (!exact_subtract(it->items[i], left, &rest))
			return false;
		if (rest.numerator >= 0) {
			it->items[i] = rest;
			return true;
		}
		it->items[i] = exact_of(0);
		left = (struct exact){ -rest.numerator, rest.denominator };
	}
	return true;
}

static bool take_discounts(struct summing *it, struct instant at)
{
	for (size_t i = 0; i < it->subscription->discount_count; i++) {
		const struct subscription_discount *const discount =
		    &it->subscription->discounts[i];
		bool good = true;

		if (discount->kind == SUBSCRIPTION_DISCOUNT_UNKNOWN)
			it->recurring->unknown_discounts++;
		else if (recurs(discount, at))
			good = discount->kind == SUBSCRIPTION_DISCOUNT_PERCENT
			           ? take_percent(it, discount)
			           : take_amount(it, discount);
		if (!good)
			return false;
	}
	return true;
}

static bool subscription_value(struct arena *arena, const struct subscription *subscription,
                               struct instant at, struct recurring *recurring, struct exact *value)
{
	struct summing it = { .subscription = subscription, .recurring = recurring };
	struct exact sum = exact_of(0);

	it.items = arena_zero(arena, (subscription->item_count + 1) * sizeof(*it.items));
	for (size_t i = 0; i < subscription->item_count; i++)
		if (!item_value(&it, &subscription->items[i], &it.items[i]))
			return false;
	if (!take_discounts(&it, at))
		return false;
	for (size_t i = 0; i < subscription->item_count; i++)
		if (!exact_add(sum, it.items[i], &sum))
			return false;
	*value = sum;
	return true;
}

/* A customer. */

struct sums {
	size_t count;
	char currencies[RECURRING_CURRENCIES_MAX][4];
	struct exact values[RECURRING_CURRENCIES_MAX];
};

/* Where a currency stands, or is put: they are in order. False: there are too many. */
static bool place_of(struct sums *sums, const char *currency, size_t *place)
{
	size_t at = 0;

	while (at < sums->count && strcmp(sums->currencies[at], currency) < 0)
		at++;
	*place = at;
	if (at < sums->count && text_equal(sums->currencies[at], currency))
		return true;
	if (sums->count == RECURRING_CURRENCIES_MAX)
		return false;
	for (size_t i = sums->count++; i > at; i--) {
		memcpy(sums->currencies[i], sums->currencies[i - 1], sizeof(sums->currencies[i]));
		sums->values[i] = sums->values[i - 1];
	}
	memcpy(sums->currencies[at], currency, sizeof(sums->currencies[at]));
	sums->values[at] = exact_of(0);
	return true;
}

/* The one place where MRR is rounded, and from where on it is in minor units of the standard. */
static bool round_sums(const struct sums *sums, enum rounding mode,
                       const struct currency_policy *currencies, struct recurring_amounts *amounts)
{
	for (size_t i = 0; i < sums->count; i++) {
		struct recurring_amount *const amount = &amounts->list[amounts->count];
		struct exact value;
		int64_t times;
		int64_t per;

		currency_scale(currencies, sums->currencies[i], &times, &per);
		if (!exact_times(sums->values[i], times, per, &value) ||
		    !exact_round(value, mode, &amount->minor))
			return false;
		memcpy(amount->currency, sums->currencies[i], sizeof(amount->currency));
		amounts->count += amount->minor > 0;
	}
	return true;
}

bool recurring_of(struct arena *arena, const struct subscription_memory *const *subscriptions,
                  size_t count, const struct mrr_policy *policy,
                  const struct currency_policy *currencies, struct instant at,
                  struct recurring *recurring, const char **reason)
{
	struct recurring result = { .unpriced = 0 };
	struct sums sums = { .count = 0 };

	for (size_t i = 0; i < count; i++) {
		const struct subscription *const seen = &subscriptions[i]->seen;
		struct exact value;
		size_t place;

		if (!counts(subscriptions[i], policy, at))
			continue;
		if (!place_of(&sums, seen->currency, &place)) {
			*reason = "subscriptions: are in too many currencies";
			return false;
		}
		if (!subscription_value(arena, seen, at, &result, &value) ||
		    !exact_add(sums.values[place], value, &sums.values[place])) {
			*reason = "subscriptions: come to more than can be told exactly";
			return false;
		}
	}
	if (!round_sums(&sums, policy->rounding, currencies, &result.amounts)) {
		*reason = "subscriptions: come to more than 64 bits hold";
		return false;
	}
	*recurring = result;
	return true;
}

static void sooner(struct moment *next, struct instant candidate, struct instant at)
{
	if (time_before(at, candidate) && (!next->has || time_before(candidate, next->at)))
		*next = (struct moment){ true, candidate };
}

struct moment recurring_next(const struct subscription_memory *const *subscriptions, size_t count,
                             const struct mrr_policy *policy, struct instant at)
{
	struct moment next = { .has = false };

	for (size_t i = 0; i < count; i++) {
		const struct subscription *const seen = &subscriptions[i]->seen;

		if (!counts(subscriptions[i], policy, at))
			continue;
		if (seen->status == SUBSCRIPTION_PAST_DUE)
			sooner(&next, debt_end(subscriptions[i], policy), at);
		for (size_t k = 0; k < seen->discount_count; k++)
			if (recurs(&seen->discounts[k], at) && seen->discounts[k].end.has)
				sooner(&next, seen->discounts[k].end.at, at);
	}
	return next;
}
