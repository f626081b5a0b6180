#include "services/billing-sync/customer_money/customer_booked.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/entry/restated.h"

#include <string.h>

#define NOT_PLACED "not_placed"

struct booking_fact booked_fact(const struct customer *it, struct instant at)
{
	return (struct booking_fact){ .cause = *it->cause_id != '\0' ? it->cause_id : "timer",
		                      .customer = it->row.customer_id,
		                      .at = at,
		                      .booked_at = it->task->now };
}

int64_t booked_units(const struct customer *it, const char *currency, int64_t minor)
{
	struct money money = { .minor = minor };

	memcpy(money.currency, currency, strnlen(currency, sizeof(money.currency) - 1));
	return policies_units(it->task, it->at, money);
}

/* It is in the books as it is: what the rate would have made of it is what may be missing, or too much. */
static enum status doubt_rate(struct customer *it, const struct booking *booking)
{
	const struct money *const settled = &booking->settled;
	struct finding finding = {
		.cause = "rate_differs",
		.root = booking->journal.id,
		.evidence = { .object = booking->journal.object, .expected = 1 },
		.sentence = "A balance transaction's amount is not what its exchange rate makes of "
			    "what was presented; it is booked as it is.",
	};

	if (booking->rated.currency[0] != '\0') {
		memcpy(finding.evidence.currency, settled->currency, sizeof(settled->currency));
		finding.evidence.expected =
		    booked_units(it, settled->currency, booking->rated.minor);
		finding.evidence.found = booked_units(it, settled->currency, settled->minor);
	}
	return customer_observe(it, &finding);
}

/* What two sources do not agree on is in suspense, and somebody has to look. */
static enum status doubt(struct customer *it, const struct booking *booking)
{
	struct finding finding = {
		.cause = NOT_PLACED,
		.root = booking->journal.object,
		.evidence = { .object = booking->journal.object,
		              .found = booked_units(it, booking->unexplained.currency,
		                                    booking->unexplained.minor) },
		.sentence =
		    "A part of the amount cannot be explained by what is known, and is in suspense.",
	};

	if (booking->doubt == BOOKING_RATE)
		return doubt_rate(it, booking);
	if (booking->doubt != BOOKING_AMOUNT)
		return STATUS_OK;
	memcpy(finding.evidence.currency, booking->unexplained.currency,
	       sizeof(finding.evidence.currency));
	return customer_observe(it, &finding);
}

enum status booked_once(struct customer *it, const struct booking *booking, bool *booked)
{
	*booked = booking->journal.count > 0 && figure_book(it->task, &booking->journal);
	return *booked ? doubt(it, booking) : STATUS_OK;
}

enum status booked_anew(struct customer *it, const struct booking *booking)
{
	const char *const object = booking->journal.object;
	bool booked;

	TRY(restated_book(it->task, &booking->journal, &booked));
	if (!booked || booking->doubt == BOOKING_AMOUNT)
		return booked ? doubt(it, booking) : STATUS_OK;
	return customer_clear(it, NOT_PLACED, object, object);
}

/* A transaction moves one amount: who says another later is heard, and nothing is booked by it. */
static enum status compare(struct customer *it, const struct journal *booked,
                           const struct balance_transaction *moved)
{
	const int64_t before = journal_of(booked, ACCOUNT_CASH_IN_TRANSIT, moved->currency);
	struct finding finding = {
		.cause = "balance_transaction_differs",
		.root = moved->id,
		.evidence = { .object = moved->id,
		              .expected = booked_units(it, moved->currency, before),
		              .found = booked_units(it, moved->currency, moved->net) },
		.sentence = "A balance transaction was told with two different amounts; the first "
			    "stands in the books.",
	};

	if (before == moved->net)
		return STATUS_OK;
	memcpy(finding.evidence.currency, moved->currency, sizeof(moved->currency));
	return customer_observe(it, &finding);
}

/* So that it is not taken for nobody's. */
static enum status tell_placed(struct customer *it, const struct balance_transaction *moved)
{
	Opsmesh__V1__ByPayoutEvent event = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;
	Opsmesh__V1__MoneyPlaced placed = OPSMESH__V1__MONEY_PLACED__INIT;

	placed.type = text_mutable(moved->type);
	placed.created_at = proto_timestamp(it->task->arena, moved->created);
	placed.currency = text_mutable(moved->currency);
	placed.amount = moved->amount;
	placed.fee = moved->fee;
	event.subject_id = text_mutable(moved->id);
	event.occurred_at = proto_timestamp(it->task->arena, it->at);
	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_PLACED;
	event.placed = &placed;
	return task_emit(it->task, &(struct emission){ .topic = OPS_BY_PAYOUT,
	                                               .key = moved->id,
	                                               .time = it->at,
	                                               .message = &event.base });
}

enum status booked_moved(struct customer *it, const struct booking *booking,
                         const struct balance_transaction *moved, bool *booked)
{
	struct journal before;

	*booked = false;
	if (booking->journal.count > 0 && entry_load(it->task, booking->journal.id, &before))
		return compare(it, &before, moved);
	TRY(booked_once(it, booking, booked));
	return *booked ? tell_placed(it, moved) : STATUS_OK;
}
