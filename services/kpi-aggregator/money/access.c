#include "services/kpi-aggregator/money/access.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/money/known.h"

#define FORMAT 1 /* of the bytes below */

struct turn {
	struct instant at;
	int64_t more; /* seats; below zero: fewer */
};

struct access {
	const char *product;
	const char *account;
	const char *reason; /* why there is access, or went */
	bool withdrawn;
	int64_t seats;
	struct instant granted_at;
	struct instant until; /* TIME_MIN: until further notice */
	struct turn turns[ACCESS_TURNS_MAX];
	size_t count;
};

/* Bytes: the format, the members in their order, how many turns (a byte), then each. */

static struct bytes pack(struct arena *arena, const struct access *it)
{
	struct buffer out = { 0 };

	pack_u8(&out, FORMAT);
	pack_text(&out, it->product);
	pack_text(&out, it->account);
	pack_text(&out, it->reason);
	pack_bool(&out, it->withdrawn);
	pack_i64(&out, it->seats);
	pack_time(&out, it->granted_at);
	pack_time(&out, it->until);
	pack_u8(&out, (uint32_t)it->count);
	for (size_t i = 0; i < it->count; i++) {
		pack_time(&out, it->turns[i].at);
		pack_i64(&out, it->turns[i].more);
	}
	return pack_end(arena, &out);
}

static bool unpack(struct arena *arena, struct bytes known, struct access *it)
{
	struct packed in = packed_open(known);

	*it = (struct access){ .product = "",
		               .account = "",
		               .reason = "",
		               .withdrawn = true,
		               .granted_at = TIME_MIN,
		               .until = TIME_MIN };
	if (known.data == NULL)
		return true;
	if (packed_u8(&in, FORMAT) != FORMAT)
		return false;
	it->product = packed_string(arena, &in);
	it->account = packed_string(arena, &in);
	it->reason = packed_string(arena, &in);
	it->withdrawn = packed_bool(&in);
	it->seats = packed_i64(&in, INT64_MIN, INT64_MAX);
	it->granted_at = packed_time(&in);
	it->until = packed_time(&in);
	it->count = packed_u8(&in, ACCESS_TURNS_MAX);
	for (size_t i = 0; i < it->count; i++) {
		it->turns[i].at = packed_time(&in);
		it->turns[i].more = packed_i64(&in, INT64_MIN, INT64_MAX);
	}
	return packed_done(&in);
}

/* What is heard. */

static void turn(struct access *it, int64_t seats, struct instant at)
{
	int64_t more;

	if (__builtin_sub_overflow(seats, it->seats, &more) || more == 0)
		return;
	it->seats = seats;
	if (it->count < ACCESS_TURNS_MAX)
		it->turns[it->count++] = (struct turn){ at, more };
	else if (__builtin_add_overflow(it->turns[it->count - 1].more, more,
	                                &it->turns[it->count - 1].more))
		it->turns[it->count - 1].more = more < 0 ? INT64_MIN : INT64_MAX;
}

const char *subject_access_id(struct arena *arena, const Opsmesh__V1__BillingEvent *event)
{
	return arena_printf(arena, "%s/%s/%s", event->customer_id,
	                    event->access_changed->subscription_id, event->access_changed->item_id);
}

bool subject_access_apply(struct arena *arena, struct bytes known, const void *fact,
                          struct bytes *changed)
{
	const Opsmesh__V1__BillingEvent *const event = fact;
	const Opsmesh__V1__AccessChanged *const access = event->access_changed;
	const struct instant at = known_instant(event->occurred_at);
	const bool withdrawn = access->move == OPSMESH__V1__ACCESS_MOVE__ACCESS_MOVE_WITHDRAWN;
	struct access *const it = arena_alloc(arena, sizeof(*it));

	if (!unpack(arena, known, it))
		return false;
	if (it->withdrawn && !withdrawn)
		it->granted_at = at;
	it->withdrawn = withdrawn;
	it->product = known_text(arena, access->product_id);
	it->account = known_either(it->account, known_text(arena, event->account_id));
	it->reason = known_text(arena, access->reason);
	it->until = known_instant(access->until);
	turn(it, withdrawn ? 0 : access->quantity, at);
	*changed = pack(arena, it);
	return true;
}

/* What is observed. */

static void observe_turn(const struct access *access, size_t which, struct observations *all)
{
	struct observation it =
	    observation_of(OBSERVATION_ENTITLEMENT, arena_printf(all->arena, "%zu", which + 1));

	it.times[TIME_AT] = access->turns[which].at;
	it.numbers[NUMBER_UNITS] = access->turns[which].more;
	it.words[WORD_PRODUCT] = access->product;
	it.words[WORD_ACCOUNT] = access->account;
	observations_add(all, &it);
}

static void observe_renewal(const struct access *access, struct observations *all)
{
	struct observation it = observation_of(OBSERVATION_RENEWAL, "next");

	it.times[TIME_AT] = access->until;
	it.times[TIME_BEGAN_AT] = access->granted_at;
	it.numbers[NUMBER_UNITS] = access->seats;
	it.words[WORD_STATUS] = access->reason;
	it.words[WORD_PRODUCT] = access->product;
	it.words[WORD_ACCOUNT] = access->account;
	observation_mark(&it, MARK_CANCELLED, text_equal(access->reason, "cancelling"));
	observations_add(all, &it);
}

static bool observe(const char *subject, struct bytes known, const struct subject_horizon *horizon,
                    struct observations *all)
{
	struct access *const it = arena_alloc(all->arena, sizeof(*it));

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, it))
		return false;
	for (size_t i = 0; i < it->count; i++)
		observe_turn(it, i, all);
	if (!it->withdrawn && it->until.us != TIME_MIN.us)
		observe_renewal(it, all);
	return true;
}

const struct subject_kind subject_access = { .prefix = "access/", .observe = observe };
