/*
 * check_debt - how the invoices of which payments failed were collected, against what became of them.
 *
 * Whether steps were taken before the payment was heard of depends on what came first, as all of it comes at
 * once. What does not: an invoice that is still open is dunned by each of its attempts (until every step was
 * taken), and one that was paid or given up is not. That every attempt was made, and that every step was taken, is
 * said once each.
 */
#include "tests/company/company.h"

#include "common/base/text.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"

#include <inttypes.h>

#define ATTEMPTS 8 /* the policy dunning/standard */

/* NULL: nothing failed of it. */
static struct told_debt *debt_of(const char *customer, const char *invoice)
{
	struct told *const told = company_told(customer);

	for (size_t i = 0; told != NULL && i < told->truth->debt_count; i++)
		if (text_equal(told->truth->debts[i].invoice_id, invoice))
			return &told->debts[i];
	return NULL;
}

static bool is_asked_for(const char *status)
{
	return text_equal(status, "running") || text_equal(status, "over");
}

static void tell_row(const void *data)
{
	const struct dunning_state_row *const row = data;
	struct told *const told = company_told(row->customer_id);
	struct told_debt *const debt = debt_of(row->customer_id, row->invoice_id);
	struct dunning_row dunning;

	if (told == NULL || !dunning_decode(row->body, &dunning))
		return;
	told->dunned = told->dunned || (debt == NULL && is_asked_for(row->status));
	if (debt == NULL)
		return;
	debt->status = arena_string(company.arena, row->status);
	debt->failed = dunning_attempts(&dunning);
}

static void tell_fact(const Opsmesh__V1__BillingEvent *event)
{
	const bool recovered =
	    event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RECOVERED;
	struct told_debt *debt;

	if (!recovered && event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_EXHAUSTED)
		return;
	debt = debt_of(event->customer_id, recovered ? event->dunning_recovered->invoice_id
	                                             : event->dunning_exhausted->invoice_id);
	if (debt == NULL)
		return;
	debt->recovered += recovered;
	debt->exhausted += !recovered;
}

/* NULL: it is as it should be. */
static const char *wrong_with(const struct model_debt *truth, const struct told_debt *debt)
{
	const bool over = debt->status != NULL && text_equal(debt->status, "over");
	const bool asked = debt->status != NULL && is_asked_for(debt->status);

	if (company.settings.ordered ? debt->recovered != truth->recovered
	                             : debt->recovered > truth->paid)
		return "was said to be paid too often, or too rarely";
	if (!text_equal(truth->status, "open")) {
		if (asked)
			return "is still asked for";
		return company.settings.ordered && debt->exhausted != (truth->failed >= ATTEMPTS)
		           ? "was exhausted otherwise"
		           : NULL;
	}
	if (!asked)
		return "is open, and nobody asks for it";
	if (over ? debt->failed > truth->failed : debt->failed != truth->failed)
		return "failed another number of times";
	return over + (debt->failed >= ATTEMPTS) == debt->exhausted
	           ? NULL
	           : "is exhausted by attempts, by steps or both otherwise";
}

static int64_t wrong_of(const struct told *told)
{
	int64_t wrong = told->dunned;

	if (told->dunned)
		company_differ("%s is dunned for what it does not owe", told->truth->id);
	for (size_t i = 0; i < told->truth->debt_count; i++) {
		const struct model_debt *const truth = &told->truth->debts[i];
		const struct told_debt *const debt = &told->debts[i];
		const char *const why = wrong_with(truth, debt);

		if (why == NULL)
			continue;
		company_differ("%s (%s, dunning %s, %" PRId64 " of %" PRId64
		               " failed, recovered %d of %d times) %s",
		               truth->invoice_id, truth->status,
		               debt->status != NULL ? debt->status : "-", debt->failed,
		               truth->failed, debt->recovered, truth->recovered, why);
		wrong++;
	}
	return wrong;
}

int company_check_debts(struct world *world)
{
	struct dunning_state_row row;
	int64_t wrong = 0, debts = 0;

	company_each_row(world, "customer", &dunning_table, &row, tell_row);
	company_each_fact(world, tell_fact);
	for (int64_t i = 0; i < company.settings.customers; i++) {
		const struct told *const told = &company.told[i];

		if (!company_is_known(told))
			continue;
		debts += (int64_t)told->truth->debt_count;
		wrong += wrong_of(told);
	}
	return company_say("what is owed is asked for, and nothing else", wrong, debts);
}
