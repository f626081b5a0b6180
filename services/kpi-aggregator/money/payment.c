#include "services/kpi-aggregator/money/payment.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/money/known.h"

#include <stdlib.h>
#include <string.h>

#define FORMAT 1 /* of the bytes below */

struct attempt {
	const char *id;
	struct instant at; /* when it was made, else when it was first heard of */
	struct known_amount amount;
	const char *status; /* the provider's word */
	const char *reason; /* of a failure */
	const char *account;
	const char *network;
	const char *country;
	bool succeeded;
	bool failed;
	bool sent;
};

/* Attempts by their ids. */
struct payment {
	struct attempt attempts[PAYMENT_ATTEMPTS_MAX];
	size_t count;
	int64_t left_out; /* facts of attempts beyond them */
};

/* Bytes: the format, what was left out, how many attempts, then each, its members in their order. */

static void pack_attempt(struct buffer *out, const struct attempt *it)
{
	pack_text(out, it->id);
	pack_time(out, it->at);
	known_pack_amount(out, it->amount);
	pack_text(out, it->status);
	pack_text(out, it->reason);
	pack_text(out, it->account);
	pack_text(out, it->network);
	pack_text(out, it->country);
	pack_bool(out, it->succeeded);
	pack_bool(out, it->failed);
	pack_bool(out, it->sent);
}

static struct attempt unpack_attempt(struct arena *arena, struct packed *in)
{
	struct attempt it;

	it.id = packed_string(arena, in);
	it.at = packed_time(in);
	it.amount = known_unpack_amount(arena, in);
	it.status = packed_string(arena, in);
	it.reason = packed_string(arena, in);
	it.account = packed_string(arena, in);
	it.network = packed_string(arena, in);
	it.country = packed_string(arena, in);
	it.succeeded = packed_bool(in);
	it.failed = packed_bool(in);
	it.sent = packed_bool(in);
	return it;
}

static struct bytes pack(struct arena *arena, const struct payment *it)
{
	struct buffer out = { 0 };

	pack_u8(&out, FORMAT);
	pack_i64(&out, it->left_out);
	pack_u8(&out, (uint32_t)it->count);
	for (size_t i = 0; i < it->count; i++)
		pack_attempt(&out, &it->attempts[i]);
	return pack_end(arena, &out);
}

static bool unpack(struct arena *arena, struct bytes known, struct payment *it)
{
	struct packed in = packed_open(known);

	it->count = 0;
	it->left_out = 0;
	if (known.data == NULL)
		return true;
	if (packed_u8(&in, FORMAT) != FORMAT)
		return false;
	it->left_out = packed_i64(&in, 0, INT64_MAX);
	it->count = packed_u8(&in, PAYMENT_ATTEMPTS_MAX);
	for (size_t i = 0; i < it->count; i++)
		it->attempts[i] = unpack_attempt(arena, &in);
	return packed_done(&in);
}

/* What is heard. */

/* An attempt that failed before there was a charge never left us; of others billing-sync says it. */
static bool reached_network(const Opsmesh__V1__PaymentChanged *changed, bool failed)
{
	if (!failed)
		return true;
	return !text_equal(changed->payment_id, changed->payment_intent_id) &&
	       (changed->decline == NULL || !changed->decline->unsent);
}

static const char *reason_of(const Opsmesh__V1__PaymentChanged *changed)
{
	const char *const decided = changed->decline != NULL ? changed->decline->code : "";

	return known_either(decided, known_either(changed->decline_code, changed->failure_code));
}

static struct attempt attempt_of(struct arena *arena, const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__PaymentChanged *const changed = event->payment_changed;
	const Opsmesh__V1__PaymentCard *const card = changed->card;
	const bool succeeded = text_equal(changed->to_status, "succeeded");
	const bool failed =
	    !succeeded && (changed->decline != NULL || text_equal(changed->to_status, "failed"));

	return (struct attempt){
		.id = known_text(arena, changed->payment_id),
		.at = known_instant(changed->created_at),
		.amount = known_amount(arena, changed->amount),
		.status = known_text(arena, changed->to_status),
		.reason = failed ? known_text(arena, reason_of(changed)) : "",
		.account = known_text(arena, event->account_id),
		.network = card != NULL ? known_text(arena, card->network) : "",
		.country = card != NULL ? known_text(arena, card->country) : "",
		.succeeded = succeeded,
		.failed = failed,
		.sent = reached_network(changed, failed),
	};
}

/* Whose it is and when it was made do not change; what was not told at first is taken when it is. */
static void keep_first(struct attempt *now, const struct attempt *before, struct instant heard)
{
	if (now->at.us == TIME_MIN.us)
		now->at = before != NULL ? before->at : heard;
	if (before == NULL)
		return;
	now->account = known_either(before->account, now->account);
	now->network = known_either(now->network, before->network);
	now->country = known_either(now->country, before->country);
}

/* Where it is, or belongs. */
static size_t place_of(const struct payment *it, const char *id)
{
	size_t place = 0;

	while (place < it->count && strcmp(it->attempts[place].id, id) < 0)
		place++;
	return place;
}

static bool put(struct payment *it, size_t place, const struct attempt *attempt)
{
	if (it->count == PAYMENT_ATTEMPTS_MAX)
		return false;
	memmove(&it->attempts[place + 1], &it->attempts[place],
	        (it->count - place) * sizeof(*attempt));
	it->attempts[place] = *attempt;
	it->count++;
	return true;
}

const char *subject_payment_id(const Opsmesh__V1__PaymentChanged *changed)
{
	return known_either(changed->payment_intent_id,
	                    known_either(changed->invoice_id, changed->payment_id));
}

bool subject_payment_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed)
{
	const Opsmesh__V1__BillingEvent *const event = fact;
	struct payment *const it = arena_alloc(arena, sizeof(*it));
	struct attempt now = attempt_of(arena, event);

	if (!unpack(arena, known, it))
		return false;
	const size_t place = place_of(it, now.id);
	const bool here = place < it->count && text_equal(it->attempts[place].id, now.id);

	keep_first(&now, here ? &it->attempts[place] : NULL, known_instant(event->occurred_at));
	if (here)
		it->attempts[place] = now;
	else if (!put(it, place, &now))
		it->left_out++;
	*changed = pack(arena, it);
	return true;
}

/* What is observed. */

static int by_time(const void *left, const void *right)
{
	const struct attempt *const a = *(const struct attempt *const *)left;
	const struct attempt *const b = *(const struct attempt *const *)right;

	if (a->at.us != b->at.us)
		return a->at.us < b->at.us ? -1 : 1;
	return strcmp(a->id, b->id);
}

/* The attempt that decides: the first that came through, else the newest. */
static size_t deciding(const struct attempt *const *ordered, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (ordered[i]->succeeded)
			return i;
	return count - 1;
}

static bool failed_before(const struct attempt *const *ordered, size_t which)
{
	for (size_t i = 0; i < which; i++)
		if (ordered[i]->failed)
			return true;
	return false;
}

static void observe_attempt(const struct attempt *const *ordered, size_t which, size_t last,
                            struct observations *all)
{
	const struct attempt *const attempt = ordered[which];
	struct observation it = observation_of(OBSERVATION_PAYMENT, attempt->id);

	it.currency = attempt->amount.currency;
	it.numbers[NUMBER_MINOR] = attempt->amount.minor;
	it.times[TIME_AT] = attempt->at;
	it.times[TIME_BEGAN_AT] = ordered[0]->at;
	it.words[WORD_STATUS] = attempt->status;
	it.words[WORD_REASON] = attempt->reason;
	it.words[WORD_ACCOUNT] = attempt->account;
	it.words[WORD_NETWORK] = attempt->network;
	it.words[WORD_REGION] = attempt->country;
	observation_mark(&it, MARK_SUCCEEDED, attempt->succeeded);
	observation_mark(&it, MARK_DECIDED, attempt->succeeded || attempt->failed);
	observation_mark(&it, MARK_SENT, attempt->sent);
	observation_mark(&it, MARK_FIRST, which == 0);
	observation_mark(&it, MARK_LAST, which == last);
	observation_mark(&it, MARK_RETRIED, failed_before(ordered, which));
	observation_mark(&it, MARK_RECOVERED,
	                 attempt->failed && which < last && ordered[last]->succeeded);
	observations_add(all, &it);
}

static bool observe(const char *subject, struct bytes known, const struct subject_horizon *horizon,
                    struct observations *all)
{
	struct payment *const it = arena_alloc(all->arena, sizeof(*it));
	const struct attempt *ordered[PAYMENT_ATTEMPTS_MAX];

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, it))
		return false;
	for (size_t i = 0; i < it->count; i++)
		ordered[i] = &it->attempts[i];
	qsort(ordered, it->count, sizeof(ordered[0]), by_time);
	for (size_t i = 0; i < it->count; i++)
		observe_attempt(ordered, i, deciding(ordered, it->count), all);
	all->left_out += (size_t)it->left_out;
	return true;
}

const struct subject_kind subject_payment = { .prefix = "payment/", .observe = observe };
