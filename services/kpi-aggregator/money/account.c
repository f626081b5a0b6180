#include "services/kpi-aggregator/money/account.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/money/known.h"

#include <string.h>

#define FORMAT 1 /* of the bytes below */

/* What it was from a declaration on. */
struct version {
	int64_t number;
	struct instant at;
	const char *tier;
	const char *region;
};

/* By their numbers; neighbours differ in tier or region. */
struct account {
	struct version versions[ACCOUNT_VERSIONS_MAX];
	size_t count;
	int64_t left_out;
};

/* Bytes: the format, what was left out, how many versions, then each, its members in their order. */

static struct bytes pack(struct arena *arena, const struct account *it)
{
	struct buffer out = { 0 };

	pack_u8(&out, FORMAT);
	pack_i64(&out, it->left_out);
	pack_u8(&out, (uint32_t)it->count);
	for (size_t i = 0; i < it->count; i++) {
		pack_i64(&out, it->versions[i].number);
		pack_time(&out, it->versions[i].at);
		pack_text(&out, it->versions[i].tier);
		pack_text(&out, it->versions[i].region);
	}
	return pack_end(arena, &out);
}

static bool unpack(struct arena *arena, struct bytes known, struct account *it)
{
	struct packed in = packed_open(known);

	it->count = 0;
	it->left_out = 0;
	if (known.data == NULL)
		return true;
	if (packed_u8(&in, FORMAT) != FORMAT)
		return false;
	it->left_out = packed_i64(&in, 0, INT64_MAX);
	it->count = packed_u8(&in, ACCOUNT_VERSIONS_MAX);
	for (size_t i = 0; i < it->count; i++) {
		struct version *const version = &it->versions[i];

		version->number = packed_i64(&in, INT64_MIN, INT64_MAX);
		version->at = packed_time(&in);
		version->tier = packed_string(arena, &in);
		version->region = packed_string(arena, &in);
	}
	return packed_done(&in);
}

/* What is heard. */

/* A word that this build has no number for is the sender's own. */
static const char *tier_of(struct arena *arena, const Opsmesh__V1__AccountDeclared *declared)
{
	static const char *const words[] = { "", "free", "pro", "business", "enterprise" };
	const size_t tier = (size_t)declared->tier;

	return tier > 0 && tier < COUNT_OF(words) ? words[tier]
	                                          : known_text(arena, declared->tier_verbatim);
}

static bool same(const struct version *a, const struct version *b)
{
	return text_equal(a->tier, b->tier) && text_equal(a->region, b->region);
}

/* An older declaration that comes later changes nothing, as with everybody else who reads them. */
static void put(struct account *it, const struct version *version)
{
	const struct version *const last = it->count > 0 ? &it->versions[it->count - 1] : NULL;

	if (last != NULL && (version->number <= last->number || same(last, version)))
		return;
	if (it->count == ACCOUNT_VERSIONS_MAX)
		it->left_out++;
	else
		it->versions[it->count++] = *version;
}

bool subject_account_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed)
{
	const Opsmesh__V1__AccountEvent *const event = fact;
	const Opsmesh__V1__AccountDeclared *const declared = event->declared;
	struct account *const it = arena_alloc(arena, sizeof(*it));
	const struct version version = { .number = declared->version,
		                         .at = known_instant(event->occurred_at),
		                         .tier = tier_of(arena, declared),
		                         .region = known_text(arena, declared->region) };

	if (!unpack(arena, known, it))
		return false;
	put(it, &version);
	*changed = pack(arena, it);
	return true;
}

/* What is observed. */

static void observe_one(const char *account, const struct version *what, struct instant at,
                        int64_t change, struct observations *all)
{
	const char *const number =
	    arena_printf(all->arena, "%lld%s", (long long)what->number, change > 0 ? "" : "-");
	struct observation it = observation_of(OBSERVATION_ACCOUNT, number);

	it.times[TIME_AT] = at;
	it.numbers[NUMBER_CHANGE] = change;
	it.words[WORD_ACCOUNT] = account;
	it.words[WORD_TIER] = what->tier;
	it.words[WORD_REGION] = what->region;
	observations_add(all, &it);
}

static bool observe(const char *subject, struct bytes known, const struct subject_horizon *horizon,
                    struct observations *all)
{
	struct account *const it = arena_alloc(all->arena, sizeof(*it));
	const char *const account = text_starts(subject, subject_account.prefix)
	                                ? subject + strlen(subject_account.prefix)
	                                : subject;

	(void)horizon;
	if (!unpack(all->arena, known, it))
		return false;
	for (size_t i = 0; i < it->count; i++) {
		const struct version *const version = &it->versions[i];

		if (i > 0)
			observe_one(account, &it->versions[i - 1], version->at, -1, all);
		observe_one(account, version, version->at, 1, all);
	}
	all->left_out += (size_t)it->left_out;
	return true;
}

const struct subject_kind subject_account = { .prefix = "account/", .observe = observe };
