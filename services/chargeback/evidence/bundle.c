#include "services/chargeback/evidence/bundle.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

const char *const bundle_found_names[] = { "none", "exact", "unknown", "named", NULL };

/* What could still be disputed of it. */
static int64_t left_of(const struct chronicle_payment *payment)
{
	const Opsmesh__V1__Money *const paid = payment->last->amount;
	const Opsmesh__V1__Money *const back = payment->last->refunded;

	if (paid == NULL)
		return 0;
	return paid->minor -
	       (back != NULL && text_equal(back->currency, paid->currency) ? back->minor : 0);
}

static bool in_currency(const struct chronicle_payment *payment, const Opsmesh__V1__Money *money)
{
	return payment->last->amount != NULL &&
	       text_equal(payment->last->amount->currency, money->currency);
}

static const char *card_of(const struct chronicle_payment *payment)
{
	return payment->last->card != NULL ? payment->last->card->fingerprint : "";
}

/* "": none is known. */
static const char *subscription_of(const struct chronicle *chronicle,
                                   const struct chronicle_payment *payment)
{
	const struct chronicle_line *const invoice =
	    *payment->invoice_id != '\0'
		? chronicle_last(chronicle, "invoice", payment->invoice_id, NULL)
		: NULL;

	return invoice != NULL ? invoice->entry->detail : "";
}

/* Where both say a card or a subscription it is the same, and one of the two at least is said. */
static bool is_related(const struct chronicle *chronicle, const struct chronicle_payment *a,
                       const struct chronicle_payment *b)
{
	const char *const pairs[][2] = { { card_of(a), card_of(b) },
		                         { subscription_of(chronicle, a),
		                           subscription_of(chronicle, b) } };
	bool related = false;

	for (size_t i = 0; i < 2; i++) {
		if (*pairs[i][0] == '\0' || *pairs[i][1] == '\0')
			continue;
		if (!text_equal(pairs[i][0], pairs[i][1]))
			return false;
		related = true;
	}
	return related;
}

static int by_time(const void *a, const void *b)
{
	const struct chronicle_payment *const left = *(const struct chronicle_payment *const *)a;
	const struct chronicle_payment *const right = *(const struct chronicle_payment *const *)b;

	if (left->at.us != right->at.us)
		return left->at.us < right->at.us ? -1 : 1;
	return strcmp(left->last->about, right->last->about);
}

/* The named one among them, by time. */
static size_t candidates(const struct chronicle *chronicle, const struct chronicle_payment *payment,
                         const Opsmesh__V1__Money *disputed, const struct chronicle_payment **found)
{
	size_t count = 0;

	for (size_t i = 0; i < chronicle->payment_count; i++) {
		const struct chronicle_payment *const one = &chronicle->payments[i];

		if (one == payment || (one->first != NULL && in_currency(one, disputed) &&
		                       left_of(one) > 0 && is_related(chronicle, one, payment)))
			found[count++] = one;
	}
	qsort(found, count, sizeof(const struct chronicle_payment *), by_time);
	return count;
}

static size_t place_of(const struct chronicle_payment *const *all, size_t count,
                       const struct chronicle_payment *payment)
{
	size_t at = 0;

	while (at < count && all[at] != payment)
		at++;
	return at;
}

/* A run that holds the place and comes to the amount: how many there are, and the last one found. */
static size_t runs(const struct chronicle_payment *const *all, size_t count, size_t place,
                   int64_t amount, struct bundle *bundle)
{
	size_t found = 0;
	int64_t before = 0;

	for (size_t start = place + 1; start-- > 0 && place - start < BUNDLE_MAX;) {
		int64_t sum;
		size_t end = place + 1;

		if (__builtin_add_overflow(before, left_of(all[start]), &before) || before > amount)
			break;
		sum = before;
		for (; sum < amount && end < count && end - start < BUNDLE_MAX; end++)
			if (__builtin_add_overflow(sum, left_of(all[end]), &sum))
				return found;
		if (sum != amount)
			continue;
		found++;
		bundle->payments = &all[start];
		bundle->count = end - start;
	}
	return found;
}

/* Those nearest to the named one. */
static void keep_near(struct bundle *bundle, const struct chronicle_payment *const *all,
                      size_t count, size_t place)
{
	const size_t start = place > BUNDLE_MAX / 2 ? place - BUNDLE_MAX / 2 : 0;

	bundle->payments = &all[start];
	bundle->count = count - start < BUNDLE_MAX ? count - start : BUNDLE_MAX;
}

static void named(struct bundle *bundle, const struct chronicle *chronicle,
                  const struct chronicle_payment **all, char *const *charges, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct chronicle_payment *const one =
		    chronicle_payment_of(chronicle, charges[i]);

		if (one != NULL && one->first != NULL &&
		    place_of(all, bundle->count, one) == bundle->count)
			all[bundle->count++] = one;
	}
	qsort(all, bundle->count, sizeof(const struct chronicle_payment *), by_time);
	bundle->payments = all;
	bundle->found = BUNDLE_NAMED;
}

static struct bundle sum_up(struct bundle bundle)
{
	for (size_t i = 0; i < bundle.count; i++)
		if (__builtin_add_overflow(bundle.together, left_of(bundle.payments[i]),
		                           &bundle.together))
			bundle.together = INT64_MAX;
	return bundle;
}

struct bundle bundle_find(struct arena *arena, const struct chronicle *chronicle,
                          const struct chronicle_payment *payment,
                          const Opsmesh__V1__Money *disputed, char *const *charges, size_t count)
{
	const struct chronicle_payment **const all =
	    arena_alloc(arena, (chronicle->payment_count + count + 1) *
	                           sizeof(const struct chronicle_payment *));
	struct bundle bundle = { .found = BUNDLE_NONE };

	if (count > 0) {
		named(&bundle, chronicle, all, charges, count);
		return sum_up(bundle);
	}
	if (payment == NULL || disputed == NULL || !in_currency(payment, disputed) ||
	    disputed->minor <= payment->last->amount->minor)
		return bundle;
	const size_t found = candidates(chronicle, payment, disputed, all);
	const size_t place = place_of(all, found, payment);

	bundle.found = BUNDLE_EXACT;
	if (runs(all, found, place, disputed->minor, &bundle) != 1) {
		bundle.found = BUNDLE_UNKNOWN;
		keep_near(&bundle, all, found, place);
	}
	return sum_up(bundle);
}

bool bundle_may_hold(const struct bundle *bundle, const struct chronicle_payment *payment)
{
	return place_of(bundle->payments, bundle->count, payment) < bundle->count;
}

bool bundle_holds(const struct bundle *bundle, const char *payment_id)
{
	if (bundle->found != BUNDLE_EXACT && bundle->found != BUNDLE_NAMED)
		return false;
	for (size_t i = 0; i < bundle->count; i++)
		if (text_equal(bundle->payments[i]->last->about, payment_id))
			return true;
	return false;
}
