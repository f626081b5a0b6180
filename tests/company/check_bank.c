/*
 * check_bank - the provider's balance and its payouts: what was brought and paid out, each payout against what it
 * paid, and the balance as the provider states it.
 */
#include "tests/company/company.h"
#include "tests/sim/balance.h"

#include "common/base/text.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/payout/payout.h"

#include <inttypes.h>

static int64_t wrong;
static int64_t payouts;
static int64_t missing; /* cases of those that differ */

static const struct model_payout *payout_of(const char *id)
{
	for (size_t i = 0; i < company.bank->payout_count; i++)
		if (text_equal(company.bank->payouts[i].id, id))
			return &company.bank->payouts[i];
	return NULL;
}

/* A transaction of it never came. */
static bool misses(const char *id)
{
	for (int64_t i = 0; i < company.settings.customers; i++) {
		const struct told *const told = &company.told[i];

		for (size_t j = 0; j < told->truth->moved_count; j++)
			if (company_is_lost(told, told->truth->moved[j].id) &&
			    told->truth->moved[j].payout != NULL &&
			    text_equal(told->truth->moved[j].payout, id))
				return true;
	}
	return false;
}

static bool differs(const struct model_payout *payout)
{
	return !payout->failed && (payout->differs || misses(payout->id));
}

static void tell_payout(const void *data)
{
	const struct payout_row *const row = data;
	const struct model_payout *const payout = payout_of(row->payout_id);
	const char *const expected = payout == NULL || payout->failed ? ""
	                             : differs(payout)                ? "differs"
	                                                              : "reconciled";

	if (payout == NULL)
		return;
	payouts++;
	missing += differs(payout);
	if (text_equal(row->verdict != NULL ? row->verdict : "", expected))
		return;
	company_differ("%s: %s, not %s", row->payout_id, row->verdict != NULL ? row->verdict : "-",
	               expected);
	wrong++;
}

/*
 * Of the stage the object's id is the customer's. Where something never comes, or is refused, others than payouts may
 * have one, too.
 */
static void tell_case(const void *data)
{
	const struct case_row *const row = data;
	const struct model_payout *const payout = payout_of(row->customer_id);

	if (!text_equal(row->state, "open") ||
	    (payout == NULL && (company.lost > 0 || company.settings.refused)))
		return;
	if (payout != NULL && differs(payout) && text_equal(row->cause, "payout_differs")) {
		missing--;
		return;
	}
	company_differ("%s: a %s is open, and nothing is wrong", row->customer_id, row->cause);
	wrong++;
}

static void tell_entry(const void *data)
{
	company_tell_sum(&company.told[company.settings.customers], data);
}

static int64_t end_of(const struct balance *balance)
{
	for (size_t i = 0; i < MODEL_SETTLED_MAX; i++)
		if (text_equal(model_settled[i], balance->currency))
			return company.bank->ends[i];
	return 0;
}

/* What never came the provider has all the same. */
static bool same_end(const struct balance *balance)
{
	const int64_t end = balance->net - balance->paid_out;

	if ((end == end_of(balance) || company.lost > 0) && balance->stated &&
	    balance->statement == end_of(balance))
		return true;
	company_differ("the balance of %s is %" PRId64 ", stated %" PRId64 ", not %" PRId64,
	               balance->currency, end, balance->statement, end_of(balance));
	return false;
}

static int check_balances(struct world *world)
{
	struct balances balances;
	char why[WORLD_REASON_SIZE];
	int64_t off = 0;

	balance_gather(world, &balances);
	for (size_t i = 0; i < balances.count; i++) {
		const struct balance *const balance = &balances.list[i];

		if (!same_end(balance))
			off++;
		if (balance_holds(balance, why))
			continue;
		company_differ("%s", why);
		off++;
	}
	if (company.lost == 0 && !company.settings.refused)
		off += !company_same_books(&company.told[company.settings.customers], true);
	return company_say("the balance is what came less what was paid out", off,
	                   (int64_t)balances.count);
}

int company_check_bank(struct world *world)
{
	struct payout_row payout;
	struct case_row one;
	struct entry_row entry;

	company_each_row(world, "payout", &payout_table, &payout, tell_payout);
	company_each_row(world, "payout", &balance_case_table, &one, tell_case);
	company_each_row(world, "payout", &balance_entry_table, &entry, tell_entry);
	wrong += (int64_t)company.bank->payout_count != payouts;
	wrong += missing != 0;
	return company_say("payouts are what they paid, where they are", wrong, payouts) +
	       check_balances(world);
}
