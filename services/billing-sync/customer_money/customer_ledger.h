/*
 * customer_ledger - a customer's money facts on their way into the ledger.
 *
 * Each fact is booked once, under an id of its own, at the time that the object itself names; so the ledger
 * does not depend on the order in which facts come. What a refund or dispute took can be booked when its
 * charge and that charge's balance transaction are known; until then it waits with the charge.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_LEDGER_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_CUSTOMER_LEDGER_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/invoice/invoice.h"
#include "services/billing-sync/ledger/booking.h"

#define LEDGER_WAITING_MAX 100 /* objects that wait for one charge */

/* What the ledger knows of a charge. Amounts are minor units of struct money. */
struct charged_row {
	const char *customer_id;
	const char *charge_id;
	const char *currency; /* NULL: not booked yet */
	int64_t presented;
	const char *settled_currency; /* NULL: its balance transaction is not known */
	int64_t settled;              /* by all of its balance transactions in that currency */
	int64_t cleared;              /* of presented, by these */
	int64_t corrected;    /* of settled: what returns relieved at a rate that is another now */
	int64_t taken;        /* of presented, by refunds and disputes */
	struct bytes waiting; /* MirroredList, packed; absent: nothing waits */
	bool unsettled;       /* for too long: it was said */
	int64_t given;        /* by all refunds that did not fail, booked or not */
	int64_t released;     /* was reserved beyond what was captured */
	int64_t disputed;     /* of taken, by disputes */
	struct instant settled_at; /* the latest of its balance transactions; TIME_MIN: not known */
};

extern const struct state_table charged_table;

/* A charge that was captured: what the customer was charged, and when; nothing of one that failed after all. */
struct ledger_charge {
	const char *id;
	const char *invoice; /* that it names itself; "": none */
	const char *intent;  /* its payment intent; "": none */
	struct money presented;
	int64_t released; /* was reserved beyond it */
	int64_t refunded; /* as it says itself, but for what was released */
	struct instant at;
};
struct booking_charged ledger_charged(const struct charged_row *row);
enum status ledger_charge(struct thing *thing, const struct ledger_charge *charge) MUST_CHECK;
/*
 * The charge at hand, which is booked, may have the balance transaction that settles it within it, whole; that
 * may come by itself as well. False: it cannot be booked; error says why.
 */
bool ledger_settled_within(struct thing *thing, enum status *status,
                           struct json_error *error) MUST_CHECK;
/* It has not settled in time; the key is "<customer>/<charge>". */
#define LEDGER_TIMER_SETTLE "settle"
enum status ledger_on_settle(struct task *task, const char *key);
void ledger_need_settle(struct task *task, const char *key);
/*
 * An invoice in its state now: owed, given up, owed by nobody. What an earlier state booked otherwise is
 * booked anew; one that is void and says since when was owed until then, whatever was heard of it before.
 * False: it cannot be booked; error says why.
 */
bool ledger_invoice(struct thing *thing, const struct invoice *invoice, enum status *status,
                    struct json_error *error) MUST_CHECK;
/* A refund, a dispute, a balance transaction: whatever money it moved and whatever charge it is of. */
bool ledger_moved(struct thing *thing, enum status *status, struct json_error *error) MUST_CHECK;

#endif
