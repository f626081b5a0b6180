/*
 * A card of two customers: by one attempt its network forbids all others, and both hear it.
 */
#include "tests/sim/ops_inside.h"

#include "common/base/text.h"

static bool came(const struct world *world, const char *charge)
{
	for (size_t i = 0; i < world->accepted_count; i++)
		if (text_equal(world->accepted[i].kind, "stripe") &&
		    text_equal(world->accepted[i].key, charge))
			return true;
	return false;
}

/* How often the customer heard that the card may not be tried any more. */
static int heard(struct world *world, struct arena *arena, const char *customer)
{
	int count = 0;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__BillingEvent *const event =
			    ops_billing(arena, &world->store.images[i].facts[k]);

			count += event != NULL && text_equal(event->customer_id, customer) &&
			         event->fact_case ==
			             OPSMESH__V1__BILLING_EVENT__FACT_ATTEMPT_BUDGET_SPENT;
		}
	return count;
}

bool ops_check_cards(struct world *world, struct arena *arena, char *why)
{
	const bool forbidden = came(world, OPS_FORBIDDING);
	const int first = heard(world, arena, "cus_1");
	const int second = heard(world, arena, "cus_2");

	if (first != forbidden)
		return world_broken(why, "whose attempt forbids a card heard it %d times", first);
	if (second != (forbidden && came(world, OPS_DECLINED)))
		return world_broken(why, "who shares a forbidden card heard it %d times", second);
	return true;
}
