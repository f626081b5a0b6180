/*
 * card_user - for which customers a card was tried, and what for: a budget may count one amount alone. Pure.
 *
 * The CARD_USERS_MAX that were tried last are kept, by the time of the last attempt, so that the order in which
 * attempts are heard does not matter.
 */
#ifndef SERVICES_BILLING_SYNC_CARD_CARD_USER_H
#define SERVICES_BILLING_SYNC_CARD_CARD_USER_H

#include "common/base/arena.h"
#include "common/base/money.h"
#include "common/base/time.h"

#define CARD_USERS_MAX 256 /* who pays for others with one card has a few dozen of them */

/* One customer and one amount. */
struct card_user {
	const char *customer_id;
	struct money money;
	struct instant at; /* of the last attempt */
};

/* Zero-initialised: nobody's. By customer, then currency and amount. */
struct card_users {
	size_t count;
	struct card_user list[CARD_USERS_MAX];
};

/* money NULL: whatever it was. */
bool card_user_known(const struct card_users *users, const char *customer,
                     const struct money *money) MUST_CHECK;
/* The customer's id is borrowed. */
void card_user_put(struct card_users *users, const struct card_user *user);

/*
 * Version 1 of its bytes: the version; then of each the customer's id, currency, amount, and the time of the last
 * attempt. How many follows from the size. Numbers are big-endian.
 */
struct bytes card_users_encode(struct arena *arena, const struct card_users *users);
/* False: they are no such thing, and what *users holds means nothing. */
bool card_users_decode(struct arena *arena, struct bytes bytes,
                       struct card_users *users) MUST_CHECK;

#endif
