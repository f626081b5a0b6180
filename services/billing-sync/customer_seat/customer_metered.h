/*
 * customer_metered - what a customer's usage is worth, in the ledger, in the stage `customer`.
 *
 * What is used of a meter is tallied (usage_tally.h); each subscription item that bills the meter has a book of
 * its periods, prices and invoices (usage_book.h), and both together say what each day is worth and what of it
 * is billed (usage_plan.h). At the end of each day of the books, and at once for days that are over, what the
 * plan has otherwise than the ledger is booked, dated at the end of its day: what was used as revenue that is
 * not billed yet, what an invoice bills out of it again, because the invoice's own transaction has the revenue.
 * So what is billed and was never reported is earned when it is billed, and in the end a period has earned what
 * was billed for it; what an invoice bills otherwise is the discrepancy `usage_billed`, and a period that no
 * invoice bills in the time of deploy/policies/invoices is `never_billed`.
 *
 * What came too late for the provider's meter is not valued: it is earned by the line of the next invoice that
 * bills it, so that no closed period becomes another (domain.md 3.10).
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_METERED_H
#define SERVICES_BILLING_SYNC_CUSTOMER_SEAT_CUSTOMER_METERED_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/invoice/invoice.h"
#include "services/billing-sync/subscription/subscription.h"

struct tally_row {
	const char *customer_id;
	const char *meter;
	struct bytes body; /* usage_tally_encode */
};

struct usage_book_row {
	const char *customer_id;
	const char *item_id;
	struct bytes body; /* usage_book_encode */
};

struct tariff_row {
	const char *price_id;
	struct bytes body; /* usage_price_encode */
};

extern const struct state_table tally_table;
extern const struct state_table usage_book_table;
extern const struct state_table tariff_table;

/* So much was used, or taken back, in time for the provider's meter. */
enum status customer_metered_use(struct customer *it, const char *meter, struct instant at,
                                 int64_t quantity) MUST_CHECK;
/*
 * A state of a subscription; revision 0: one that was older than what stands. False: a price of it cannot be
 * read; error says why.
 */
bool customer_metered_state(struct customer *it, const struct json_place *object, int64_t revision,
                            const struct subscription *state, enum status *status,
                            struct json_error *error) MUST_CHECK;
/* counts: it is no draft, and was not voided. */
enum status customer_metered_invoice(struct customer *it, const struct invoice *invoice,
                                     bool counts) MUST_CHECK;
/* A price, of which every shard hears: kept where it is metered, or of seats in tiers or packages. */
enum status customer_metered_price(struct task *task,
                                   const Opsmesh__V1__ObjectMirrored *mirrored) MUST_CHECK;

/* A day of the books is over; the key is "<customer>/<item>/<meter>". */
#define CUSTOMER_TIMER_METERED "metered"
enum status customer_on_metered(struct task *task, const char *key);
void customer_need_metered(struct task *task, const char *key);

#endif
