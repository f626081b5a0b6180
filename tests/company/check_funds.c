/*
 * check_funds - the money of disputes as it was told: of each balance transaction once, whatever order, crash and repetition
 * brought it, and none that the provider does not have.
 */
#include "tests/company/company.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>

static struct map told_funds; /* a transaction's id -> struct told */
static int64_t wrong;

static bool adds_up(const Opsmesh__V1__DisputeFundsMoved *funds, bool withdrawn)
{
	const int64_t gross = withdrawn ? -funds->amount->minor : funds->amount->minor;

	return funds->amount->minor > 0 && funds->net->minor == gross - funds->fee->minor;
}

static void tell_fact(const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__DisputeFundsMoved *const funds = event->dispute_funds_withdrawn;
	const bool withdrawn =
	    event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN;
	struct told *const told = company_told(event->customer_id);

	if (!withdrawn &&
	    event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED)
		return;
	const char *const id = arena_string(company.arena, funds->transaction_id);

	if (told == NULL || map_get(&told_funds, bytes_of(id)) != NULL ||
	    !adds_up(funds, withdrawn) || text_ends(id, "_back") == withdrawn) {
		company_differ("%s is told twice, or otherwise than it was", id);
		wrong++;
	}
	map_set(&told_funds, bytes_of(id), told);
}

/* What is lost may be what it waits for. */
static void look(const struct told *told, int64_t *moved)
{
	for (size_t i = 0; i < told->truth->moved_count; i++) {
		const char *const id = told->truth->moved[i].id;
		const bool said = map_get(&told_funds, bytes_of(id)) != NULL;

		if (!text_starts(id, "dp_")) {
			wrong += said;
			continue;
		}
		++*moved;
		if (said || told->lost_count > 0 || company_is_refused(told))
			continue;
		company_differ("nobody is told that %s moved a dispute's money", id);
		wrong++;
	}
}

int company_check_funds(struct world *world)
{
	int64_t moved = 0;

	wrong = 0;
	company_each_fact(world, tell_fact);
	for (int64_t i = 0; i < company.settings.customers; i++)
		look(&company.told[i], &moved);
	map_finish(&told_funds);
	return company_say("the money of disputes is told once", wrong, moved);
}
