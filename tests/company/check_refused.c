/*
 * check_refused - customers of a currency that the documents refuse: each invoice and charge of theirs is said to be
 * refused, with its reason, and none of their money is in the books.
 */
#include "tests/company/company.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>

static struct map told_refused; /* an object's id */

static void tell_fact(const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__ObjectRefused *const refused = event->object_refused;
	struct told *const told = company_told(event->customer_id);

	if (event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED ||
	    !company_is_refused(told) || strstr(refused->reason, "UGX is refused") == NULL)
		return;
	map_set(&told_refused, bytes_of(arena_string(company.arena, refused->object_id)), told);
}

static bool has_money(const struct model_state *state)
{
	return state->stands &&
	       ((text_equal(state->type, "invoice") && !text_equal(state->status, "void")) ||
	        (text_equal(state->type, "charge") && text_equal(state->status, "succeeded")));
}

static int64_t silent_of(const struct told *told, int64_t *objects)
{
	int64_t silent = told->found_count > 0 || told->mrr != 0;

	if (silent > 0)
		company_differ("%s is in the books", told->truth->id);
	for (size_t i = 0; i < told->truth->state_count; i++) {
		const struct model_state *const state = &told->truth->states[i];

		if (!has_money(state) || company_is_lost(told, state->object_id))
			continue;
		++*objects;
		if (map_get(&told_refused, bytes_of(state->object_id)) != NULL)
			continue;
		company_differ("nobody is told that %s is refused", state->object_id);
		silent++;
	}
	return silent;
}

int company_check_refused(struct world *world)
{
	int64_t silent = 0, objects = 0;

	company_each_fact(world, tell_fact);
	for (int64_t i = 0; i < company.settings.customers; i++)
		if (company_is_refused(&company.told[i]))
			silent += silent_of(&company.told[i], &objects);
	map_finish(&told_refused);
	return company_say("what is refused is said, and booked nowhere", silent, objects);
}
