#include "services/billing-sync/customer_money/customer_funds.h"

#include "common/base/text.h"

static Opsmesh__V1__Money *money_of(struct arena *arena, const struct balance_transaction *moved,
                                    int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = arena_string(arena, moved->currency);
	return made;
}

/* One that moves a fee alone goes by that. */
static bool withdraws(const struct balance_transaction *moved)
{
	return moved->amount < 0 || (moved->amount == 0 && moved->net < 0);
}

enum status customer_say_funds(const struct customer *it, const char *dispute, const char *charge,
                               const struct balance_transaction *moved)
{
	struct arena *const arena = it->task->arena;
	const int64_t gross = moved->amount < 0 ? -moved->amount : moved->amount;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeFundsMoved funds = OPSMESH__V1__DISPUTE_FUNDS_MOVED__INIT;
	struct customer then = *it;

	funds.dispute_id = text_mutable(dispute);
	funds.payment_id = text_mutable(charge);
	funds.transaction_id = text_mutable(moved->id);
	funds.amount = money_of(arena, moved, gross);
	funds.fee = money_of(arena, moved, moved->fee);
	funds.net = money_of(arena, moved, moved->net);
	event.fact_case = withdraws(moved)
	                      ? OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN
	                      : OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED;
	event.dispute_funds_withdrawn = &funds;
	then.at = moved->created;
	return customer_say(&then, &event);
}
