#include "services/billing-sync/dunning/attempt.h"

#include "common/base/packed.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <stdio.h>
#include <string.h>

#define ROW_VERSION 1
#define FLAG_FORBIDDEN 1U
#define FLAG_WAITS 2U
#define CATEGORIES_MAX 9
#define ADVICE_MAX 32

const char *const attempt_why_names[] = { "allowed",   "waits",     "budget",
	                                  "uncounted", "forbidden", NULL };

/* The document. */

static bool budget_read(struct arena *arena, const struct json_place *item,
                        struct attempt_budget *budget, struct json_error *error)
{
	static const char *const fields[] = { "network",     "most",      "within",
		                              "same_amount", "successes", NULL };
	int64_t most;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "network", &budget->network, error) ||
	    !json_integer_at(item, "most", 1, ATTEMPT_MOST_MAX, &most, error) ||
	    !policy_span_at(item, "within", HOURS(1), ATTEMPT_WITHIN_MAX, &budget->within, error) ||
	    !json_switch_if(item, "same_amount", &budget->same_amount, error) ||
	    !json_switch_if(item, "successes", &budget->successes, error))
		return false;
	budget->most = (int32_t)most;
	return true;
}

static bool categories_read(const struct json_place *item, uint32_t *categories,
                            struct json_error *error)
{
	struct json_place list;

	if (!json_array_if(item, "categories", CATEGORIES_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place category = json_item(&list, i);
		const json_int_t value = json_integer_value(category.value);

		if (!json_is_integer(category.value) || value < 1 || value > DECLINE_CATEGORY_MAX)
			return json_refuse(&category, NULL, error, "must be from 1 to %d",
			                   DECLINE_CATEGORY_MAX);
		*categories |= UINT32_C(1) << value;
	}
	return true;
}

static bool never_read(struct arena *arena, const struct json_place *item,
                       struct attempt_never *never, struct json_error *error)
{
	static const char *const fields[] = { "network", "categories", "advice", NULL };

	return json_only(item, fields, error) &&
	       policy_word_at(arena, item, "network", &never->network, error) &&
	       categories_read(item, &never->categories, error) &&
	       policy_words_if(arena, item, "advice", ADVICE_MAX, &never->advice, error);
}

static bool budgets_read(struct arena *arena, const struct json_place *top,
                         struct attempt_policy *policy, struct json_error *error)
{
	struct attempt_budget *budgets;
	struct json_place list;

	if (!json_array_at(top, "budgets", ATTEMPT_BUDGETS_MAX, &list, error))
		return false;
	budgets = arena_zero(arena, (json_count(&list) + 1) * sizeof(*budgets));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!budget_read(arena, &item, &budgets[i], error))
			return false;
	}
	policy->budgets = budgets;
	policy->budget_count = json_count(&list);
	return true;
}

static bool nevers_read(struct arena *arena, const struct json_place *top,
                        struct attempt_policy *policy, struct json_error *error)
{
	struct attempt_never *nevers;
	struct json_place list;

	if (!json_array_at(top, "never", ATTEMPT_BUDGETS_MAX, &list, error))
		return false;
	nevers = arena_zero(arena, (json_count(&list) + 1) * sizeof(*nevers));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!never_read(arena, &item, &nevers[i], error))
			return false;
	}
	policy->nevers = nevers;
	policy->never_count = json_count(&list);
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "budgets", "never", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct attempt_policy *const policy = result;

	if (!budgets_read(arena, top, policy, error) || !nevers_read(arena, top, policy, error))
		return false;
	return true;
}

const struct policy_kind attempt_policy_kind = {
	.folder = "attempts",
	.size = sizeof(struct attempt_policy),
	.fields = document_fields,
	.read = document_read,
};

/* What one charge says. */

static void forbid(const struct attempt_never *never, const struct payment_failure *charge,
                   const struct decline_answer *answer, char why[static ATTEMPT_WHY_SIZE])
{
	if (!text_equal(never->network, charge->network))
		return;
	if (answer->category != 0 && (never->categories >> answer->category & 1) != 0)
		snprintf(why, ATTEMPT_WHY_SIZE, "category %d", (int)answer->category);
	else if (text_among(never->advice, charge->network_advice_code))
		snprintf(why, ATTEMPT_WHY_SIZE, "advice %.12s", charge->network_advice_code);
}

bool attempt_from(const struct attempt_policy *policy, const struct payment_failure *charge,
                  const struct decline_answer *answer, struct attempt *attempt)
{
	struct attempt made = { .at = charge->created,
		                .amount = charge->amount,
		                .declined = charge->failed };
	uint8_t digest[DIGEST_SIZE];

	if (!payment_failure_sent(charge) || charge->charge_id[0] == '\0' ||
	    charge->fingerprint[0] == '\0' || !charge->has_created)
		return false;
	digest_sha256(bytes_of(charge->charge_id), digest);
	made.id = bytes_u64(digest);
	memcpy(made.currency, charge->currency, sizeof(made.currency));
	if (charge->failed) {
		made.has_wait = answer->wait.us > 0;
		made.wait_until = time_add(made.at, answer->wait);
		for (size_t i = 0; i < policy->never_count; i++)
			forbid(&policy->nevers[i], charge, answer, made.never);
	}
	*attempt = made;
	return true;
}

/* The row. */

static bool comes_before(struct instant at, uint64_t id, struct instant other_at, uint64_t other_id)
{
	return at.us != other_at.us ? time_before(at, other_at) : id < other_id;
}

/* Of several that forbid the earliest is named. */
static void add_never(struct attempt_row *row, const struct attempt *attempt)
{
	if (attempt->never[0] == '\0' ||
	    (row->forbidden &&
	     !comes_before(attempt->at, attempt->id, row->forbidden_at, row->forbidden_id)))
		return;
	row->forbidden = true;
	row->forbidden_at = attempt->at;
	row->forbidden_id = attempt->id;
	memcpy(row->forbidden_why, attempt->never, sizeof(row->forbidden_why));
}

static void add_wait(struct attempt_row *row, const struct attempt *attempt)
{
	if (!attempt->has_wait)
		return;
	row->wait_until =
	    row->waits ? time_later(row->wait_until, attempt->wait_until) : attempt->wait_until;
	row->waits = true;
}

/* So many are kept that come before it. */
static size_t place_of(const struct attempt_row *row, const struct attempt *attempt)
{
	size_t place = row->count;

	while (place > 0 && comes_before(attempt->at, attempt->id, row->kept[place - 1].at,
	                                 row->kept[place - 1].id))
		place--;
	return place;
}

static void keep(struct attempt_row *row, size_t place, const struct attempt *attempt)
{
	if (row->count == ATTEMPTS_KEPT && place == 0)
		return;
	if (row->count == ATTEMPTS_KEPT) {
		place--;
		memmove(row->kept, row->kept + 1, place * sizeof(row->kept[0]));
	} else {
		memmove(row->kept + place + 1, row->kept + place,
		        (row->count - place) * sizeof(row->kept[0]));
		row->count++;
	}
	row->kept[place] = (struct attempt){ .at = attempt->at,
		                             .id = attempt->id,
		                             .amount = attempt->amount,
		                             .declined = attempt->declined };
	memcpy(row->kept[place].currency, attempt->currency, sizeof(attempt->currency));
}

void attempt_add(struct attempt_row *row, const struct attempt *attempt)
{
	const size_t place = place_of(row, attempt);
	struct attempt *const same = place > 0 ? &row->kept[place - 1] : NULL;

	add_never(row, attempt);
	add_wait(row, attempt);
	if (same != NULL && same->id == attempt->id && same->at.us == attempt->at.us)
		same->declined = same->declined || attempt->declined;
	else
		keep(row, place, attempt);
}

/* Judging. */

static bool counts(const struct attempt_budget *budget, const struct attempt *attempt,
                   struct money money, struct instant now)
{
	return (attempt->declined || budget->successes) &&
	       (!budget->same_amount || (attempt->amount == money.minor &&
	                                 text_equal(attempt->currency, money.currency))) &&
	       time_before(now, time_add(attempt->at, budget->within));
}

/* The later refusal is the one that is said. */
static void refuse(struct attempt_answer *answer, enum attempt_why why, struct instant again)
{
	if (!answer->allowed && !time_before(answer->again, again))
		return;
	answer->allowed = false;
	answer->why = why;
	answer->again = again;
}

static void judge_budget(struct attempt_answer *answer, const struct attempt_budget *budget,
                         const struct attempt_row *row, struct money money, struct instant now)
{
	struct instant again = now;
	int32_t count = 0;

	for (size_t i = row->count; i-- > 0;) {
		if (!counts(budget, &row->kept[i], money, now))
			continue;
		if (++count == budget->most)
			again = time_add(row->kept[i].at, budget->within);
	}
	const int32_t left = count < budget->most ? budget->most - count : 0;
	const bool later = left == 0 && (answer->allowed || time_before(answer->again, again));

	if (left == 0)
		refuse(answer, ATTEMPT_BUDGET, again);
	if (later || (answer->left > 0 && left < answer->left)) {
		answer->budget = budget;
		answer->count = count;
		answer->left = left;
	}
}

static void judge_kept(struct attempt_answer *answer, const struct attempt_budget *budget,
                       const struct attempt_row *row, struct instant now)
{
	if (row->count == ATTEMPTS_KEPT &&
	    time_before(now, time_add(row->kept[0].at, budget->within)))
		refuse(answer, ATTEMPT_UNCOUNTED, time_add(row->kept[0].at, budget->within));
}

struct attempt_answer attempt_judge(const struct attempt_policy *policy,
                                    const struct attempt_row *row, const char *network,
                                    struct money money, struct instant now)
{
	struct attempt_answer answer = {
		.allowed = true, .left = INT32_MAX, .again = now, .detail = ""
	};

	for (size_t i = 0; i < policy->budget_count; i++) {
		const struct attempt_budget *const budget = &policy->budgets[i];

		if (!text_equal(budget->network, network))
			continue;
		judge_budget(&answer, budget, row, money, now);
		judge_kept(&answer, budget, row, now);
	}
	if (row->waits && time_before(now, row->wait_until))
		refuse(&answer, ATTEMPT_WAITS, row->wait_until);
	if (row->forbidden) {
		refuse(&answer, ATTEMPT_FORBIDDEN, TIME_MAX);
		answer.detail = row->forbidden_why;
	}
	return answer;
}

/* Bytes. */

struct bytes attempt_encode(struct arena *arena, const struct attempt_row *row)
{
	struct buffer out = { 0 };

	pack_u8(&out, ROW_VERSION);
	pack_u8(&out, (row->forbidden ? FLAG_FORBIDDEN : 0) | (row->waits ? FLAG_WAITS : 0));
	if (row->forbidden) {
		pack_time(&out, row->forbidden_at);
		buffer_add_u64(&out, row->forbidden_id);
		pack_text(&out, row->forbidden_why);
	}
	if (row->waits)
		pack_time(&out, row->wait_until);
	for (size_t i = 0; i < row->count; i++) {
		pack_time(&out, row->kept[i].at);
		buffer_add_u64(&out, row->kept[i].id);
		pack_i64(&out, row->kept[i].amount);
		buffer_add(&out, row->kept[i].currency, 3);
		pack_bool(&out, row->kept[i].declined);
	}
	return pack_end(arena, &out);
}

static void decode_attempt(struct packed *from, struct attempt *attempt)
{
	attempt->at = packed_time(from);
	attempt->id = packed_u64(from);
	attempt->amount = packed_i64(from, 0, INT64_MAX);
	packed_raw(from, attempt->currency, 3);
	attempt->declined = packed_bool(from);
}

bool attempt_decode(struct bytes bytes, struct attempt_row *row)
{
	struct packed from = packed_open(bytes);

	memset(row, 0, sizeof(*row));
	if (packed_u8(&from, ROW_VERSION) != ROW_VERSION)
		return false;
	const uint32_t flags = packed_u8(&from, FLAG_FORBIDDEN | FLAG_WAITS);
	row->forbidden = (flags & FLAG_FORBIDDEN) != 0;
	row->waits = (flags & FLAG_WAITS) != 0;
	if (row->forbidden) {
		row->forbidden_at = packed_time(&from);
		row->forbidden_id = packed_u64(&from);
		packed_text(&from, row->forbidden_why, sizeof(row->forbidden_why));
	}
	if (row->waits)
		row->wait_until = packed_time(&from);
	while (!from.failed && from.left > 0 && row->count < ATTEMPTS_KEPT)
		decode_attempt(&from, &row->kept[row->count++]);
	return packed_done(&from);
}
