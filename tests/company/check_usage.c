/*
 * check_usage - what was used, as it was passed on: each report counts once, for the provider's meter or, where that
 * takes it no more, for the next invoice. What it is worth is in the books.
 */
#include "tests/company/company.h"

#include "common/base/text.h"

#include <inttypes.h>

static void tell_fact(const Opsmesh__V1__BillingEvent *event)
{
	struct told *const told = company_told(event->customer_id);

	if (told == NULL)
		return;
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN)
		told->used += event->usage_taken->quantity;
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED)
		told->used += event->usage_corrected->quantity;
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED)
		told->used -= event->usage_cancelled->quantity;
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE)
		told->used_late += event->usage_late->quantity;
}

int company_check_usage(struct world *world)
{
	int64_t wrong = 0, used = 0;

	company_each_fact(world, tell_fact);
	for (int64_t i = 0; i < company.settings.customers; i++) {
		const struct told *const told = &company.told[i];
		const struct model_customer *const truth = told->truth;

		used += truth->used + truth->used_late;
		if (told->used == truth->used && told->used_late == truth->used_late)
			continue;
		company_differ("%s: %" PRId64 " used and %" PRId64 " late, not %" PRId64
		               " and %" PRId64,
		               truth->id, told->used, told->used_late, truth->used,
		               truth->used_late);
		wrong++;
	}
	return company_say("what is used counts once, in time or late", wrong, used);
}
