/*
 * A metered item into the ledger: what its plan has otherwise than what is booked, day by day.
 */
#include "services/billing-sync/customer_seat/customer_metered_inside.h"

#include "common/base/text.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/customer_revenue/customer_earning.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/entry/figure_say.h"
#include "services/billing-sync/ledger/booking.h"
#include "services/billing-sync/rule/stripe.h"

#include <stdlib.h>
#include <string.h>

#define CAUSE "usage_billed"

/* One item, and what its facts say now. */
struct settling {
	struct metered *metered;
	const struct books_policy *books;
	int64_t today; /* the first day of the books that is not over */
	const char *currency;
	struct usage_plan plan;
};

/* A day's difference to what is booked. */
struct change {
	int64_t day;
	int64_t used;
	int64_t billed;
};

/* Facts. */

static enum status say(const struct settling *it, int64_t day, int64_t minor, bool billed)
{
	struct customer *const customer = it->metered->customer;
	struct arena *const arena = customer->task->arena;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageBooked booked = OPSMESH__V1__USAGE_BOOKED__INIT;

	booked.subscription_id = text_mutable(it->metered->book->subscription);
	booked.item_id = text_mutable(it->metered->item);
	booked.meter = text_mutable(it->metered->book->meter);
	booked.day = text_mutable(figure_day_text(arena, day));
	booked.amount = figure_say_money(arena, it->currency, minor);
	event.fact_case = billed ? OPSMESH__V1__BILLING_EVENT__FACT_USAGE_BILLED
	                         : OPSMESH__V1__BILLING_EVENT__FACT_USAGE_EARNED;
	if (billed)
		event.usage_billed = &booked;
	else
		event.usage_earned = &booked;
	return customer_say(customer, &event);
}

/* Booking. */

static enum status book(const struct settling *it, int64_t day, int64_t minor, bool billed)
{
	const struct customer *const customer = it->metered->customer;
	struct task *const task = customer->task;
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	const struct booking_fact fact = { .cause = *customer->cause_id != '\0' ? customer->cause_id
		                                                                : "timer",
		                           .customer = customer->row.customer_id,
		                           .at = earning_end(it->books, day + 1),
		                           .booked_at = task->now };
	const int64_t number = ++it->metered->book->bookings;
	struct money amount = { .minor = minor };
	bool good;

	if (minor == 0)
		return STATUS_OK;
	memcpy(amount.currency, it->currency, strlen(it->currency) + 1);
	good = billed
	           ? booking_usage_billed(task->arena, &fact, it->metered->item, number, amount,
	                                  booking)
	           : booking_used(task->arena, &fact, it->metered->item, number, amount, booking);
	if (!good)
		return task_refuse(task, "item %s: its usage cannot be booked: %s",
		                   it->metered->item, journal_fault_text(booking->journal.fault));
	(void)figure_book(task, &booking->journal);
	figure_add(task, it->currency, billed ? FIGURE_USAGE_BILLED : FIGURE_USED, day, minor);
	return say(it, day, minor, billed);
}

static int by_day(const void *a, const void *b)
{
	const struct change *const left = a;
	const struct change *const right = b;

	return left->day < right->day ? -1 : left->day > right->day;
}

static size_t add(struct change *changes, size_t count, const struct usage_posting *posting,
                  int sign)
{
	changes[count] = (struct change){ .day = posting->day,
		                          .used = sign * posting->used,
		                          .billed = sign * posting->billed };
	return count + 1;
}

/* Of all days that are over; those of one day become one. */
static size_t changes_of(const struct settling *it, struct change **changes)
{
	const struct usage_book *const book = it->metered->book;
	struct change *const list =
	    arena_alloc(it->metered->customer->task->arena,
	                (it->plan.count + book->posting_count + 1) * sizeof(*list));
	size_t count = 0;
	size_t kept = 0;

	for (size_t i = 0; i < it->plan.count; i++)
		if (it->plan.postings[i].day < it->today)
			count = add(list, count, &it->plan.postings[i], 1);
	for (size_t i = 0; i < book->posting_count; i++)
		count = add(list, count, &book->postings[i], -1);
	qsort(list, count, sizeof(*list), by_day);
	for (size_t i = 0; i < count; i++) {
		if (kept == 0 || list[kept - 1].day != list[i].day) {
			list[kept++] = list[i];
			continue;
		}
		list[kept - 1].used += list[i].used;
		list[kept - 1].billed += list[i].billed;
	}
	*changes = list;
	return kept;
}

static enum status book_changes(struct settling *it)
{
	struct usage_book *const book_of_item = it->metered->book;
	struct usage_posting *const kept =
	    arena_alloc(it->metered->customer->task->arena, (it->plan.count + 1) * sizeof(*kept));
	struct change *changes;
	const size_t count = changes_of(it, &changes);

	for (size_t i = 0; i < count; i++) {
		TRY(book(it, changes[i].day, changes[i].used, false));
		TRY(book(it, changes[i].day, changes[i].billed, true));
	}
	book_of_item->posting_count = 0;
	for (size_t i = 0; i < it->plan.count; i++)
		if (it->plan.postings[i].day < it->today)
			kept[book_of_item->posting_count++] = it->plan.postings[i];
	book_of_item->postings = kept;
	return STATUS_OK;
}

/* Discrepancies. */

static bool stands(const struct settling *it, const char *invoice)
{
	for (size_t i = 0; i < it->plan.finding_count; i++)
		if (text_equal(it->plan.findings[i].invoice, invoice))
			return true;
	return false;
}

const char *metered_amount(const struct metered *it, const char *currency, int64_t amount)
{
	struct task *const task = it->customer->task;

	return currency_text(task->arena, policies_currency(task, task->now), currency, amount);
}

static enum status observe(const struct settling *it, const struct usage_finding *found)
{
	struct finding finding = {
		.cause = CAUSE,
		.root = it->metered->item,
		.evidence = { .object = found->invoice,
		              .expected = found->expected,
		              .found = found->found },
		.sentence =
		    arena_printf(it->metered->customer->task->arena,
		                 "What was used of %s is worth %s, and %s are billed for it.",
		                 it->metered->book->meter,
		                 metered_amount(it->metered, found->currency, found->expected),
		                 metered_amount(it->metered, found->currency, found->found)),
	};

	memcpy(finding.evidence.currency, found->currency, sizeof(found->currency));
	return customer_observe(it->metered->customer, &finding);
}

/* What is new comes first, so that a case that goes on does not heal between. */
static enum status tell(struct settling *it)
{
	struct usage_book *const book_of_item = it->metered->book;

	for (size_t i = 0; i < it->plan.finding_count; i++)
		TRY(observe(it, &it->plan.findings[i]));
	for (size_t i = 0; i < book_of_item->shown_count; i++)
		if (!stands(it, book_of_item->shown[i]))
			TRY(customer_clear(it->metered->customer, CAUSE, it->metered->item,
			                   book_of_item->shown[i]));
	book_of_item->shown_count = it->plan.finding_count;
	for (size_t i = 0; i < it->plan.finding_count; i++)
		book_of_item->shown[i] = it->plan.findings[i].invoice;
	return STATUS_OK;
}

/* When the next day with something is over, or something is missed; what has no price yet is looked at each day. */
static void set_timer(const struct settling *it, struct instant missed)
{
	struct instant due = missed;
	int64_t next = it->plan.unpriced ? it->today : INT64_MAX;

	for (size_t i = 0; i < it->plan.count; i++)
		if (it->plan.postings[i].day >= it->today && it->plan.postings[i].day < next)
			next = it->plan.postings[i].day;
	if (next < INT64_MAX)
		due = time_earlier(due, recognition_midnight(it->books->zone, next + 1));
	if (time_before(due, TIME_MAX))
		metered_set_timer(it->metered->customer, it->metered->item,
		                  it->metered->book->meter, due);
}

/* Prices whose tiers no subscription told, and an uploaded price may have told since. */
static enum status look_for_prices(const struct metered *it)
{
	struct task *const task = it->customer->task;

	for (size_t i = 0; i < it->book->price_count; i++) {
		struct usage_price *const price = &it->book->prices[i];
		struct tariff_row row = { .price_id = price->id };

		if (usage_price_known(price) || !task_load(task, &tariff_table, &row))
			continue;
		if (!usage_price_decode(task->arena, row.body, price))
			return task_fail(task, STATUS_FATAL, "price %s: its row cannot be read",
			                 row.price_id);
		TRY(metered_price_came(it, price));
	}
	return STATUS_OK;
}

/* An id that merchants made, with a slash, may look like another's: such a price is not asked for. */
enum status metered_price_came(const struct metered *it, const struct usage_price *price)
{
	return stripe_is_key(price->id) ? awaited_ends(it->customer, price->id) : STATUS_OK;
}

/* Of a subscription's prices nothing but tiers is missing, and only where there is usage are they missed. */
static enum status await_prices(const struct metered *it, bool used)
{
	struct customer now = *it->customer;

	now.at = now.task->now;
	for (size_t i = 0; i < it->book->price_count; i++) {
		const struct usage_price *const price = &it->book->prices[i];

		if (usage_price_known(price) || !stripe_is_key(price->id))
			continue;
		TRY(used ? awaited_named(&now, "price", price->id, it->item)
		         : awaited_ends(&now, price->id));
	}
	return STATUS_OK;
}

struct instant metered_day_end(struct task *task)
{
	const struct books_policy *const books = policies_standing(task, task->now).books;

	return recognition_midnight(books->zone, recognition_day(books->zone, task->now) + 1);
}

void metered_set_timer(struct customer *it, const char *item, const char *meter, struct instant due)
{
	task_timer_set(it->task, CUSTOMER_TIMER_METERED,
	               arena_printf(it->task->arena, "%s/%s/%s", it->row.customer_id, item, meter),
	               due);
}

enum status metered_settle(struct metered *it)
{
	struct task *const task = it->customer->task;
	struct settling *const settling = arena_zero(task->arena, sizeof(*settling));
	const struct usage_rules rules = {
		.zone = policies_standing(task, task->now).books->zone,
		.currencies = policies_currency(task, task->now),
		.tolerance_per_line = policies_invoice(task, task->now)->tolerance_per_line,
	};

	struct instant missed;

	settling->metered = it;
	settling->books = policies_standing(task, task->now).books;
	settling->today = recognition_day(rules.zone, task->now);
	TRY(look_for_prices(it));
	usage_book_forget(task->arena, it->book, it->tally->since);
	usage_plan_make(task->arena, it->book, it->tally, &rules, &settling->plan);
	settling->currency = settling->plan.currency != NULL ? settling->plan.currency
	                     : it->book->price_count > 0     ? it->book->prices[0].currency
	                                                     : "";
	TRY(await_prices(it, settling->plan.unpriced));
	TRY(book_changes(settling));
	TRY(tell(settling));
	TRY(metered_miss(it, &settling->plan, &missed));
	set_timer(settling, missed);
	return STATUS_OK;
}
