#include "services/kpi-aggregator/money/account.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/money/known.h"

#include <string.h>

#define FORMAT 2           /* of the bytes below */
#define FORMAT_OWNERLESS 1 /* as they were before accounts had owners */

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
	const char *owner;       /* of the newest declaration; "": nobody */
	int64_t owner_number;    /* of the newest declaration */
	struct instant owner_at; /* since when it names him */
};

/* Bytes: the format, what was left out, how many versions, then each, its members in their order; the owner, its number, since when. */

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
	pack_text(&out, it->owner);
	pack_i64(&out, it->owner_number);
	pack_time(&out, it->owner_at);
	return pack_end(arena, &out);
}

static void unpack_owner(struct arena *arena, struct packed *in, struct account *it)
{
	it->owner = packed_string(arena, in);
	it->owner_number = packed_i64(in, INT64_MIN, INT64_MAX);
	it->owner_at = packed_time(in);
}

static bool unpack(struct arena *arena, struct bytes known, struct account *it)
{
	struct packed in = packed_open(known);
	uint32_t format;

	*it = (struct account){ .owner = "", .owner_number = INT64_MIN, .owner_at = TIME_MIN };
	if (known.data == NULL)
		return true;
	format = packed_u8(&in, FORMAT);
	if (format < FORMAT_OWNERLESS)
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
	if (format > FORMAT_OWNERLESS)
		unpack_owner(arena, &in, it);
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

/* By the newest declaration, whichever is heard first: what it does not name is gone. */
static void put_owner(struct account *it, const char *owner, int64_t number, struct instant at)
{
	if (number <= it->owner_number)
		return;
	it->owner_number = number;
	if (text_equal(it->owner, owner))
		return;
	it->owner = owner;
	it->owner_at = at;
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
	put_owner(it, known_text(arena, declared->owner), version.number, version.at);
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

static void observe_owner(const char *account, const struct account *what, struct observations *all)
{
	struct observation it = observation_of(OBSERVATION_OWNER, "1");

	it.times[TIME_AT] = what->owner_at;
	it.words[WORD_ACCOUNT] = account;
	it.words[WORD_OWNER] = what->owner;
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
	if (*it->owner != '\0')
		observe_owner(account, it, all);
	all->left_out += (size_t)it->left_out;
	return true;
}

const struct subject_kind subject_account = { .prefix = "account/", .observe = observe };
