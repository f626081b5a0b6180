/*
 * billing_refund_second_test - where two people have to approve a refund, one is never enough.
 */
#include "common/base/text.h"
#include "tests/support/chance.h"
#include "tests/support/refund_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HISTORIES 1500
#define STEPS 60
#define ALONE 3000 /* up to which one is enough, by the fixture */
#define PEOPLE 4

struct person {
	const char *by;
	const char *key;
};

static const struct person mika = { "mika", "mika" };
static const struct person ada = { "ada", "ada" };

static struct refund_ask asked(const char *action, int64_t amount, struct person who)
{
	return (struct refund_ask){ .action_id = action,
		                    .money = { amount, "USD" },
		                    .intent = "outage",
		                    .roles = refund_finance,
		                    .at = time_add(refund_start_at, DAYS(1)),
		                    .keyed = true,
		                    .by = who.by,
		                    .key = who.key };
}

static struct refund_answer ask(struct refund_row *row, const char *action, int64_t amount,
                                struct person who)
{
	const struct refund_ask one = asked(action, amount, who);

	return refund_decide(refund_arena, &refund_book, row, &one);
}

static struct refund_answer confirm(struct refund_row *row, const char *action, int64_t amount,
                                    struct person who)
{
	const struct refund_ask one = asked(action, amount, who);

	return refund_confirm(refund_arena, &refund_book, row, &one);
}

static void what_waits_takes_nothing_until_another_confirms_it(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	struct refund_answer answer = ask(row, "a-1", 5000, mika);

	(void)state;
	assert_true(answer.waits);
	assert_false(answer.approved);
	assert_string_equal(answer.rule, "two");
	assert_int_equal(answer.left, 5000);
	assert_int_equal(refund_left(row), REFUND_CHARGED);
	assert_true(ask(row, "a-1", 5000, mika).waits);
	assert_true(ask(row, "a-1", 5000, mika).again);
	refund_assert_refused(ask(row, "a-2", 5000, ada), REFUND_REPEATED, "on.id");
	refund_assert_refused(confirm(row, "a-1", 5000, mika), REFUND_SAME_PERSON, "by");
	refund_assert_refused(confirm(row, "a-1", 4999, ada), REFUND_OTHER_CONTENT, "amount");
	refund_assert_refused(confirm(row, "a-9", 5000, ada), REFUND_NOT_ASKED, "on.id");
	answer = confirm(row, "a-1", 5000, ada);
	assert_true(answer.approved);
	assert_int_equal(refund_left(row), 5000);
	refund_assert_refused(confirm(row, "a-1", 5000, ada), REFUND_NOT_WAITING, "on.id");
}

static void one_is_enough_up_to_the_limit_and_never_beyond_it_in_parts(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	assert_true(ask(row, "a-1", 2000, mika).approved);
	assert_true(ask(row, "a-2", 1000, mika).approved);
	assert_true(ask(row, "a-3", 1, mika).waits);
	assert_true(confirm(row, "a-3", 1, ada).approved);
	assert_int_equal(refund_left(row), REFUND_CHARGED - 3001);
}

/* Whoever acts for another, or has another act for them, is one person. */
static void who_is_another(void **state)
{
	static const struct {
		const char *name;
		struct person first;
		struct person second;
		bool approved;
	} rows[] = {
		{ "two with keys of their own", { "mika", "mika" }, { "ada", "ada" }, true },
		{ "two by one program", { "mika", "console" }, { "ada", "console" }, true },
		{ "one by two programs", { "mika", "console" }, { "mika", "desk" }, false },
		{ "one by a program and a key", { "mika", "console" }, { "mika", "mika" }, false },
		{ "one for another first", { "ada", "mika" }, { "mika", "mika" }, false },
		{ "one for another second", { "mika", "mika" }, { "ada", "mika" }, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct refund_row *const row = refund_charged("USD");

		print_message("%s\n", rows[i].name);
		assert_true(ask(row, "a-1", 5000, rows[i].first).waits);
		assert_int_equal(confirm(row, "a-1", 5000, rows[i].second).approved,
		                 rows[i].approved);
	}
}

static void nobody_is_no_person(void **state)
{
	struct refund_row *const row = refund_charged("USD");

	(void)state;
	refund_assert_refused(ask(row, "a-1", 5000, (struct person){ "", "" }), REFUND_NAMELESS,
	                      "by");
	assert_true(ask(row, "a-1", 5000, mika).waits);
	refund_assert_refused(confirm(row, "a-1", 5000, (struct person){ "", "" }), REFUND_NAMELESS,
	                      "by");
}

static void the_second_is_judged_as_the_first_was(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	struct refund_ask late = asked("a-1", 8000, ada);

	(void)state;
	assert_true(ask(row, "a-1", 8000, mika).waits);
	late.roles = refund_support;
	refund_assert_refused(refund_confirm(refund_arena, &refund_book, row, &late),
	                      REFUND_WRONG_ROLE, "by");
	late.roles = refund_finance;
	late.at = time_add(refund_start_at, DAYS(31));
	refund_assert_refused(refund_confirm(refund_arena, &refund_book, row, &late),
	                      REFUND_TOO_LATE, "on.id");
	assert_true(refund_ask_for(row, "a-2", 3000).approved);
	refund_assert_refused(confirm(row, "a-1", 8000, ada), REFUND_TOO_MUCH, "amount");
}

static void what_waits_is_settled_by_hand_or_taken_back(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	const struct refund_news by_hand = { .refund_id = "re_1",
		                             .action_id = "",
		                             .amount = 4000,
		                             .state = REFUND_SUCCEEDED,
		                             .at = time_add(refund_start_at, DAYS(2)) };

	(void)state;
	assert_true(ask(row, "a-1", 4000, mika).waits);
	assert_true(ask(row, "a-2", 5000, mika).waits);
	assert_true(refund_pending(row));
	refund_on_made(row, &by_hand);
	refund_assert_refused(confirm(row, "a-1", 4000, ada), REFUND_NOT_WAITING, "on.id");
	assert_true(refund_on_failure(row, "a-2", refund_start_at));
	refund_assert_refused(confirm(row, "a-2", 5000, ada), REFUND_NOT_WAITING, "on.id");
	assert_false(refund_pending(row));
	assert_int_equal(refund_left(row), 6000);
}

static void bytes_keep_who_asked(void **state)
{
	struct refund_row *const row = refund_charged("USD");
	struct refund_row *const read = arena_zero(refund_arena, sizeof(*read));

	(void)state;
	assert_true(ask(row, "a-1", 5000, mika).waits);
	assert_true(refund_decode(refund_encode(refund_arena, row), read));
	refund_assert_refused(confirm(read, "a-1", 5000, mika), REFUND_SAME_PERSON, "by");
	assert_true(confirm(read, "a-1", 5000, ada).approved);
}

/* Many people ask and confirm, each by a way of their own. */
struct history {
	struct chance chance;
	struct refund_row *row;
	int count;
	int64_t amounts[STEPS];
	int people[STEPS][2]; /* who asked, who confirmed; -1 nobody */
	bool approved[STEPS];
};

static struct person person_of(int which)
{
	static const char *const names[PEOPLE] = { "ada", "bo", "cho", "dee" };

	return (struct person){ names[which], which % 2 == 0 ? "console" : names[which] };
}

static void history_asks(struct history *it)
{
	const int which = it->count;
	const int who = chance_below(&it->chance, PEOPLE);
	const int64_t amount = chance_between(&it->chance, 1, REFUND_CHARGED);
	const struct refund_answer answer =
	    ask(it->row, arena_printf(refund_arena, "a-%d", which), amount, person_of(who));

	if (!answer.approved && !answer.waits)
		return;
	it->amounts[which] = amount;
	it->people[which][0] = who;
	it->people[which][1] = -1;
	it->approved[which] = answer.approved;
	it->count++;
}

static void history_confirms(struct history *it)
{
	const int which = it->count > 0 ? chance_below(&it->chance, it->count) : 0;
	const int who = chance_below(&it->chance, PEOPLE);

	if (it->count == 0 || !confirm(it->row, arena_printf(refund_arena, "a-%d", which),
	                               it->amounts[which], person_of(who))
	                           .approved)
		return;
	assert_false(it->approved[which]);
	it->approved[which] = true;
	it->people[which][1] = who;
}

static void history_check(const struct history *it, uint64_t seed)
{
	int64_t alone = 0;
	int64_t all = 0;

	for (int i = 0; i < it->count; i++) {
		if (!it->approved[i])
			continue;
		all += it->amounts[i];
		alone += it->people[i][1] < 0 ? it->amounts[i] : 0;
		if (it->people[i][1] == it->people[i][0])
			fail_msg("seed %llu: one person approved twice", (unsigned long long)seed);
	}
	if (all > REFUND_CHARGED || alone > ALONE)
		fail_msg("seed %llu: %lld in all, %lld by one", (unsigned long long)seed,
		         (long long)all, (long long)alone);
}

static void one_person_never_gives_more_than_the_limit(void **state)
{
	int confirmed = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct history it = { .row = refund_charged("USD") };

		chance_seed(&it.chance, seed);
		for (int step = 0; step < STEPS; step++) {
			if (chance_of(&it.chance, 500))
				history_asks(&it);
			else
				history_confirms(&it);
			history_check(&it, seed);
		}
		for (int i = 0; i < it.count; i++)
			confirmed += it.approved[i] && it.people[i][1] >= 0;
		arena_reset(refund_arena);
		refund_read_book();
	}
	assert_true(confirmed > HISTORIES / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_takes_nothing_until_another_confirms_it),
		cmocka_unit_test(one_is_enough_up_to_the_limit_and_never_beyond_it_in_parts),
		cmocka_unit_test(who_is_another),
		cmocka_unit_test(nobody_is_no_person),
		cmocka_unit_test(the_second_is_judged_as_the_first_was),
		cmocka_unit_test(what_waits_is_settled_by_hand_or_taken_back),
		cmocka_unit_test(bytes_keep_who_asked),
		cmocka_unit_test(one_person_never_gives_more_than_the_limit),
	};

	return cmocka_run_group_tests(tests, refund_start, refund_stop);
}
