/*
 * balance - the provider's balance as the shards have it: what its transactions come to, and what the books say.
 *
 * Of each currency start + net - payouts = end, where the start is nothing; and the books have the same in
 * transit, but for what waits for its owner, and for payouts that have not arrived. Added up from the rows, with
 * nothing of the code that booked them.
 */
#ifndef TESTS_SIM_BALANCE_H
#define TESTS_SIM_BALANCE_H

#include "tests/sim/world.h"

#define BALANCE_CURRENCIES_MAX 8

/* Minor units. */
struct balance {
	const char *currency;
	int64_t net;        /* of all transactions but payouts, with the fees of those */
	int64_t paid_out;   /* by the payouts' own transactions, less what came back */
	int64_t waits;      /* net of what nobody has booked */
	int64_t arrived;    /* of payouts that are paid */
	int64_t cash;       /* what the books say that payouts brought */
	int64_t in_transit; /* what the books have of the balance */
	bool stated;        /* the provider said what it is, */
	int64_t statement;  /* and when nothing moved later, is this */
};

struct balances {
	struct balance list[BALANCE_CURRENCIES_MAX];
	size_t count;
};

void balance_gather(struct world *world, struct balances *balances);
/* False: the books are off; why names the currency and both figures. */
bool balance_holds(const struct balance *balance, char why[static WORLD_REASON_SIZE]);

#endif
