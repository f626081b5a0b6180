#include "services/billing-sync/card/card_user.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

#define VERSION 1

static int compare(const struct card_user *a, const struct card_user *b)
{
	const int by_customer = strcmp(a->customer_id, b->customer_id);
	const int by_currency = strcmp(a->money.currency, b->money.currency);

	if (by_customer != 0 || by_currency != 0)
		return by_customer != 0 ? by_customer : by_currency;
	return (a->money.minor > b->money.minor) - (a->money.minor < b->money.minor);
}

/* So many come before it. */
static size_t place_of(const struct card_users *users, const struct card_user *user)
{
	size_t place = 0;

	while (place < users->count && compare(&users->list[place], user) < 0)
		place++;
	return place;
}

static bool is_at(const struct card_users *users, size_t place, const struct card_user *user)
{
	return place < users->count && compare(&users->list[place], user) == 0;
}

bool card_user_known(const struct card_users *users, const char *customer,
                     const struct money *money)
{
	struct card_user user = { .customer_id = customer };

	if (money != NULL)
		user.money = *money;
	const size_t place = place_of(users, &user);

	return money != NULL
	           ? is_at(users, place, &user)
	           : place < users->count && text_equal(users->list[place].customer_id, customer);
}

/* Of several of one time the first in order. */
static size_t oldest(const struct card_users *users)
{
	size_t place = 0;

	for (size_t i = 1; i < users->count; i++)
		if (time_before(users->list[i].at, users->list[place].at))
			place = i;
	return place;
}

static void drop(struct card_users *users, size_t place)
{
	users->count--;
	memmove(&users->list[place], &users->list[place + 1],
	        (users->count - place) * sizeof(users->list[0]));
}

/* Is it to be left out itself? */
static bool is_older(const struct card_user *user, const struct card_user *other)
{
	return user->at.us != other->at.us ? time_before(user->at, other->at)
	                                   : compare(user, other) < 0;
}

static void insert(struct card_users *users, const struct card_user *user)
{
	const size_t place = place_of(users, user);

	memmove(&users->list[place + 1], &users->list[place],
	        (users->count - place) * sizeof(users->list[0]));
	users->list[place] = *user;
	users->count++;
}

void card_user_put(struct card_users *users, const struct card_user *user)
{
	const size_t place = place_of(users, user);

	if (is_at(users, place, user)) {
		users->list[place].at = time_later(users->list[place].at, user->at);
		return;
	}
	if (users->count == CARD_USERS_MAX) {
		const size_t first = oldest(users);

		if (is_older(user, &users->list[first]))
			return;
		drop(users, first);
	}
	insert(users, user);
}

struct bytes card_users_encode(struct arena *arena, const struct card_users *users)
{
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	for (size_t i = 0; i < users->count; i++) {
		const struct card_user *const user = &users->list[i];

		pack_text(&out, user->customer_id);
		buffer_add(&out, user->money.currency, 3);
		pack_i64(&out, user->money.minor);
		pack_time(&out, user->at);
	}
	return pack_end(arena, &out);
}

static void decode_user(struct arena *arena, struct packed *from, struct card_user *user)
{
	user->customer_id = packed_string(arena, from);
	packed_raw(from, user->money.currency, 3);
	user->money.minor = packed_i64(from, 0, INT64_MAX);
	user->at = packed_time(from);
}

bool card_users_decode(struct arena *arena, struct bytes bytes, struct card_users *users)
{
	struct packed from = packed_open(bytes);

	memset(users, 0, sizeof(*users));
	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	while (!from.failed && from.left > 0 && users->count < CARD_USERS_MAX)
		decode_user(arena, &from, &users->list[users->count++]);
	return packed_done(&from);
}
