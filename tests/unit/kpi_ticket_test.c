/*
 * kpi_ticket_test - what is observed of a ticket's own facts: the traps that figures of support fall into.
 */
#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/kpi_ticket_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void is_at(const struct observation *it, enum observation_time time, const char *text)
{
	assert_non_null(it);
	assert_int_equal(it->times[time].us, text != NULL ? life_time(text).us : TIME_MIN.us);
}

static void is_word(const struct observation *it, enum observation_word word, const char *text)
{
	assert_non_null(it);
	assert_string_equal(it->words[word], text);
}

/* All marks that it has; the others it has not. */
#define MARKED(mark) (UINT64_C(1) << MARK_##mark)
static void is_marked(const struct observation *it, uint64_t marks)
{
	assert_non_null(it);
	assert_int_equal(it->marks, marks);
}

static const struct observation *ticket_of(const struct life *life)
{
	return life_find(life_see(life), OBSERVATION_TICKET, "1");
}

static const struct observation *reply_of(const struct life *life, const char *message)
{
	return life_find(life_see(life), OBSERVATION_REPLY, message);
}

/* A customer asks at nine, ann replies at ten and solves it at eleven. */
static struct life *simple_life(void)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);

	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	life_assign(life, "01T09:30", "ann", "tier-1");
	life_write(life, "01T10:00", ROLE_AGENT, "m2", "ann");
	life_move(life, "01T10:00", TICKET_NEW, TICKET_OPEN);
	life_move(life, "01T11:00", TICKET_OPEN, TICKET_SOLVED);
	return life;
}

static void a_ticket_that_is_answered_and_solved(void **state)
{
	const struct life *const life = simple_life();
	const struct observation *const it = ticket_of(life);

	(void)state;
	is_at(it, TIME_AT, "01T09:00");
	is_at(it, TIME_OPENED_AT, "01T09:00");
	is_at(it, TIME_ASKED_AT, "01T09:00");
	is_at(it, TIME_REPLIED_AT, "01T10:00");
	is_at(it, TIME_SOLVED_AT, "01T11:00");
	is_at(it, TIME_LAST_SOLVED_AT, "01T11:00");
	is_marked(it, MARKED(BY_CUSTOMER) | MARKED(ANSWERED) | MARKED(SOLVED) | MARKED(ONE_TOUCH));
	is_word(it, WORD_CHANNEL, "email");
	is_word(it, WORD_STATUS, "solved");
	is_word(it, WORD_AGENT, "ann");
	is_word(it, WORD_TEAM, "tier-1");
	assert_int_equal(it->numbers[NUMBER_REPLIES], 1);
	is_marked(reply_of(life, "m1"), MARKED(FIRST) | MARKED(ANSWERED));
	is_at(reply_of(life, "m1"), TIME_AT, "01T10:00");
	is_at(reply_of(life, "m1"), TIME_BEGAN_AT, "01T09:00");
}

static void a_program_s_words_are_no_reply(void **state)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);
	const struct observation *it;

	(void)state;
	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	life_write(life, "01T09:01", ROLE_BOT, "m2", "helper");
	it = ticket_of(life);
	is_at(it, TIME_REPLIED_AT, NULL);
	is_marked(it, MARKED(BY_CUSTOMER) | MARKED(BOT_REPLIED));
	is_marked(reply_of(life, "m1"), MARKED(FIRST));
	is_marked(life_find(life_see(life), OBSERVATION_ASSISTANCE, "1"), 0);
	life_note(life, "01T09:02", ROLE_AGENT);
	is_at(reply_of(life, "m1"), TIME_AT, NULL);
	life_write(life, "01T10:00", ROLE_AGENT, "m3", "ann");
	is_at(ticket_of(life), TIME_REPLIED_AT, "01T10:00");
	is_marked(life_find(life_see(life), OBSERVATION_ASSISTANCE, "1"), MARKED(ANSWERED));
}

static void what_we_began_has_no_first_reply(void **state)
{
	struct life *const life = life_open("01T09:00", ROLE_AGENT);
	const struct observation *it;

	(void)state;
	life_write(life, "01T09:00", ROLE_AGENT, "m1", "ann");
	it = ticket_of(life);
	is_at(it, TIME_ASKED_AT, NULL);
	is_at(it, TIME_REPLIED_AT, NULL);
	is_marked(it, 0);
	life_write(life, "01T10:00", ROLE_CUSTOMER, "m2", "c");
	life_write(life, "01T10:05", ROLE_AGENT, "m3", "ann");
	is_marked(ticket_of(life), MARKED(ANSWERED));
	is_marked(reply_of(life, "m2"), MARKED(ANSWERED));
}

static void who_began_a_ticket_its_first_words_tell(void **state)
{
	static const struct {
		const char *name;
		enum ticket_role opened;
		enum ticket_role wrote; /* ROLE_NOBODY: nobody */
		bool note;
		bool by_customer;
	} rows[] = {
		{ "mail of a customer", ROLE_NOBODY, ROLE_CUSTOMER, false, true },
		{ "an integration that tells a customer's words", ROLE_SYSTEM, ROLE_CUSTOMER, false,
		  true },
		{ "an agent who tells a customer's words", ROLE_AGENT, ROLE_CUSTOMER, false, true },
		{ "an agent who writes", ROLE_AGENT, ROLE_AGENT, false, false },
		{ "an agent's note of a telephone call", ROLE_AGENT, ROLE_AGENT, true, false },
		{ "a program that writes", ROLE_BOT, ROLE_BOT, false, false },
		{ "an integration without words", ROLE_SYSTEM, ROLE_NOBODY, false, true },
		{ "an agent without words", ROLE_AGENT, ROLE_NOBODY, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct life *const life = life_open("01T09:00", rows[i].opened);

		if (rows[i].note)
			life_note(life, "01T09:00", rows[i].wrote);
		else if (rows[i].wrote != ROLE_NOBODY)
			life_write(life, "01T09:00", rows[i].wrote, "m1", "x");
		if (observation_is(ticket_of(life), MARK_BY_CUSTOMER) != rows[i].by_customer)
			fail_msg("%s", rows[i].name);
	}
}

static void an_unanswered_wait_is_there_and_has_no_time(void **state)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);
	const struct observation *it;

	(void)state;
	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	life_write(life, "01T12:00", ROLE_CUSTOMER, "m2", "c");
	it = reply_of(life, "m1");
	is_at(it, TIME_BEGAN_AT, "01T09:00");
	is_at(it, TIME_AT, NULL);
	is_marked(it, MARKED(FIRST));
	assert_null(reply_of(life, "m2"));
	is_at(ticket_of(life), TIME_ASKED_AT, "01T09:00");
}

static void the_next_wait_is_from_the_oldest_unanswered_message(void **state)
{
	struct life *const life = simple_life();
	const struct observation *it;

	(void)state;
	life_write(life, "01T12:00", ROLE_CUSTOMER, "m3", "c");
	life_reopen(life, "01T12:00", "m3");
	life_write(life, "01T12:30", ROLE_CUSTOMER, "m4", "c");
	life_write(life, "01T13:00", ROLE_AGENT, "m5", "bob");
	life_write(life, "01T13:10", ROLE_AGENT, "m6", "bob");
	it = reply_of(life, "m3");
	is_at(it, TIME_BEGAN_AT, "01T12:00");
	is_at(it, TIME_AT, "01T13:00");
	is_word(it, WORD_AGENT, "bob");
	is_word(it, WORD_TEAM, "tier-1");
	is_marked(it, MARKED(ANSWERED));
	assert_null(reply_of(life, "m4"));
	assert_int_equal(life_count(life_see(life), OBSERVATION_REPLY), 2);
}

/* Vector 12: a program solved it at 09:05, it came back at 14:00 days later, and was answered in ten minutes. */
static void a_reopened_ticket_waits_from_its_reopening(void **state)
{
	struct life *const life = life_open("04T09:00", ROLE_NOBODY);

	(void)state;
	life_write(life, "04T09:00", ROLE_CUSTOMER, "m1", "c");
	life_write(life, "04T09:05", ROLE_BOT, "m2", "helper");
	life_move(life, "04T09:05", TICKET_NEW, TICKET_SOLVED);
	is_marked(reply_of(life, "m1"), MARKED(FIRST) | MARKED(CANCELLED));
	is_marked(life_find(life_see(life), OBSERVATION_ASSISTANCE, "1"), MARKED(SOLVED));
	assert_true(observation_is(ticket_of(life), MARK_CANCELLED));
	life_write(life, "08T14:00", ROLE_CUSTOMER, "m3", "c");
	life_reopen(life, "08T14:00", "m3");
	assert_false(observation_is(ticket_of(life), MARK_CANCELLED));
	life_write(life, "08T14:10", ROLE_AGENT, "m4", "ann");
	is_marked(reply_of(life, "m1"), MARKED(FIRST) | MARKED(CANCELLED));
	is_marked(reply_of(life, "m3"), MARKED(FIRST) | MARKED(ANSWERED));
	is_at(reply_of(life, "m3"), TIME_BEGAN_AT, "08T14:00");
	is_at(ticket_of(life), TIME_ASKED_AT, "08T14:00");
	is_at(ticket_of(life), TIME_REPLIED_AT, "08T14:10");
	is_at(ticket_of(life), TIME_SOLVED_AT, "04T09:05");
	is_at(ticket_of(life), TIME_LAST_SOLVED_AT, NULL);
}

static void mail_that_was_spooled_counts_when_it_was_written(void **state)
{
	struct life *const life = simple_life();

	(void)state;
	life_write(life, "01T09:30", ROLE_CUSTOMER, "m0", "c");
	life_reopen(life, "01T11:00", "m0");
	assert_null(reply_of(life, "m0"));
	is_at(reply_of(life, "m1"), TIME_AT, "01T10:00");
	life_write(life, "01T10:30", ROLE_CUSTOMER, "m3", "c");
	life_write(life, "01T10:20", ROLE_AGENT, "m4", "ann");
	is_at(reply_of(life, "m1"), TIME_AT, "01T10:00");
	is_marked(reply_of(life, "m3"), MARKED(CANCELLED));
	assert_int_equal(life_count(life_see(life), OBSERVATION_REPLY), 2);
}

static void what_was_on_its_way_when_it_was_solved_waits_on(void **state)
{
	struct life *const life = simple_life();

	(void)state;
	life_write(life, "01T10:30", ROLE_CUSTOMER, "m3", "c");
	life_reopen(life, "01T11:00", "m3");
	is_marked(reply_of(life, "m3"), 0);
	is_at(reply_of(life, "m3"), TIME_BEGAN_AT, "01T10:30");
	assert_int_equal(life_count(life_see(life), OBSERVATION_REPLY), 2);
	life_write(life, "01T12:00", ROLE_AGENT, "m4", "ann");
	is_at(reply_of(life, "m3"), TIME_AT, "01T12:00");
}

static void an_earlier_reply_that_comes_late_restates_the_first(void **state)
{
	struct life *const life = simple_life();

	(void)state;
	life_write(life, "01T09:20", ROLE_AGENT, "m3", "bob");
	is_at(ticket_of(life), TIME_REPLIED_AT, "01T09:20");
	is_word(reply_of(life, "m1"), WORD_AGENT, "bob");
	assert_int_equal(ticket_of(life)->numbers[NUMBER_REPLIES], 2);
	assert_false(observation_is(ticket_of(life), MARK_ONE_TOUCH));
}

static void a_reopened_ticket_is_solved_no_more(void **state)
{
	struct life *const life = simple_life();
	const struct observation *it;

	(void)state;
	life_write(life, "08T11:00", ROLE_CUSTOMER, "m3", "c");
	life_reopen(life, "08T11:00", "m3");
	it = ticket_of(life);
	is_at(it, TIME_SOLVED_AT, "01T11:00");
	is_at(it, TIME_LAST_SOLVED_AT, NULL);
	is_word(it, WORD_STATUS, "open");
	is_marked(it, MARKED(BY_CUSTOMER) | MARKED(ANSWERED) | MARKED(SOLVED) | MARKED(REOPENED) |
	                  MARKED(REOPENED_SOON));
	is_marked(life_find(life_see(life), OBSERVATION_SOLVE, "6"),
	          MARKED(FIRST) | MARKED(REOPENED) | MARKED(REOPENED_SOON));
	it = life_find(life_see(life), OBSERVATION_REOPEN, "8");
	is_at(it, TIME_AT, "08T11:00");
	is_at(it, TIME_BEGAN_AT, "01T11:00");
	is_marked(it, MARKED(REOPENED_SOON));
	assert_true(subject_ticket.is_open(life_known(life, NULL)));
	life_assign(life, "08T12:00", "bob", "tier-2");
	life_move(life, "08T13:00", TICKET_OPEN, TICKET_SOLVED);
	life_assign(life, "08T14:00", "eve", "archive");
	it = ticket_of(life);
	is_at(it, TIME_LAST_SOLVED_AT, "08T13:00");
	is_word(it, WORD_AGENT, "bob");
	is_word(life_find(life_see(life), OBSERVATION_SOLVE, "6"), WORD_AGENT, "ann");
	is_word(life_find(life_see(life), OBSERVATION_SOLVE, "10"), WORD_AGENT, "bob");
	is_marked(life_find(life_see(life), OBSERVATION_SOLVE, "10"), 0);
	assert_false(subject_ticket.is_open(life_known(life, NULL)));
}

static void a_week_and_a_minute_is_not_soon(void **state)
{
	struct life *const life = simple_life();

	(void)state;
	life_reopen(life, "08T11:01", "");
	is_marked(ticket_of(life), MARKED(BY_CUSTOMER) | MARKED(ANSWERED) | MARKED(SOLVED) |
	                               MARKED(REOPENED) | MARKED(ONE_TOUCH));
	is_marked(life_find(life_see(life), OBSERVATION_REOPEN, "7"), 0);
}

static void closing_solves_what_was_not_and_no_other(void **state)
{
	struct life *const life = simple_life();

	(void)state;
	life_move(life, "02T11:00", TICKET_SOLVED, TICKET_CLOSED);
	is_at(ticket_of(life), TIME_LAST_SOLVED_AT, "01T11:00");
	is_word(ticket_of(life), WORD_STATUS, "closed");
	assert_int_equal(life_count(life_see(life), OBSERVATION_SOLVE), 1);
	struct life *const other = life_open("01T09:00", ROLE_NOBODY);

	life_move(other, "01T10:00", TICKET_NEW, TICKET_CLOSED);
	is_at(ticket_of(other), TIME_SOLVED_AT, "01T10:00");
}

static void a_ticket_may_come_solved(void **state)
{
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	struct life *const life = arena_zero(arena, sizeof(*life));

	(void)state;
	opened.status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED;
	life_open_as(life, "01T09:00", opened);
	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	is_at(ticket_of(life), TIME_SOLVED_AT, "01T09:00");
	is_marked(reply_of(life, "m1"), MARKED(FIRST) | MARKED(CANCELLED));
	assert_false(subject_ticket.is_open(life_known(life, NULL)));
}

static void a_score_is_whose_it_was_when_it_was_given(void **state)
{
	static const struct {
		int score;
		int scale;
		int64_t ppm; /* -1: it is none */
		bool satisfied;
	} rows[] = {
		{ 5, 5, 1000000, true },  { 4, 5, 800000, true },  { 3, 5, 600000, false },
		{ 2, 2, 1000000, true },  { 1, 2, 500000, false }, { 8, 10, 800000, true },
		{ 7, 10, 700000, false }, { 0, 5, -1, false },     { 6, 5, -1, false },
		{ 1, 1, -1, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct life *const life = simple_life();
		const struct observation *it;

		life_rate(life, "02T09:00", rows[i].score, rows[i].scale, "ann");
		life_assign(life, "03T09:00", "bob", "tier-2");
		it = life_find(life_see(life), OBSERVATION_CSAT, "7");
		assert_int_equal(it != NULL, rows[i].ppm >= 0);
		if (it == NULL)
			continue;
		is_at(it, TIME_AT, "02T09:00");
		is_word(it, WORD_AGENT, "ann");
		is_word(it, WORD_TEAM, "tier-1");
		is_word(it, WORD_CHANNEL, "email");
		assert_int_equal(it->numbers[NUMBER_SCORE_PPM], rows[i].ppm);
		assert_int_equal(observation_is(it, MARK_SATISFIED), rows[i].satisfied);
	}
}

static void whose_ticket_it_is_the_first_says_who_knows(void **state)
{
	struct life *const life = simple_life();
	const struct observation *it;

	(void)state;
	life_resolve(life, "01T09:01", "a1", OPSMESH__V1__TIER__TIER_UNSPECIFIED, "");
	life_resolve(life, "01T09:02", "a2", OPSMESH__V1__TIER__TIER_PRO, "JP");
	life_resolve(life, "01T09:03", "a3", OPSMESH__V1__TIER__TIER_ENTERPRISE, "US");
	it = ticket_of(life);
	is_word(it, WORD_ACCOUNT, "a1");
	is_word(it, WORD_TIER, "pro");
	is_word(it, WORD_REGION, "JP");
	is_word(reply_of(life, "m1"), WORD_REGION, "JP");
}

static void the_product_is_the_first_tag_that_names_one(void **state)
{
	struct life *const life = simple_life();

	(void)state;
	is_word(ticket_of(life), WORD_PRODUCT, "");
	life_tag(life, "01T12:00", "product:mail", "product:phone");
	is_word(ticket_of(life), WORD_PRODUCT, "mail");
	life_tag(life, "01T13:00", "beta", "product:phone");
	is_word(ticket_of(life), WORD_PRODUCT, "phone");
	life_tag(life, "01T14:00", "beta", "vip");
	is_word(ticket_of(life), WORD_PRODUCT, "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_ticket_that_is_answered_and_solved),
		cmocka_unit_test(a_program_s_words_are_no_reply),
		cmocka_unit_test(what_we_began_has_no_first_reply),
		cmocka_unit_test(who_began_a_ticket_its_first_words_tell),
		cmocka_unit_test(an_unanswered_wait_is_there_and_has_no_time),
		cmocka_unit_test(the_next_wait_is_from_the_oldest_unanswered_message),
		cmocka_unit_test(a_reopened_ticket_waits_from_its_reopening),
		cmocka_unit_test(mail_that_was_spooled_counts_when_it_was_written),
		cmocka_unit_test(what_was_on_its_way_when_it_was_solved_waits_on),
		cmocka_unit_test(an_earlier_reply_that_comes_late_restates_the_first),
		cmocka_unit_test(a_reopened_ticket_is_solved_no_more),
		cmocka_unit_test(a_week_and_a_minute_is_not_soon),
		cmocka_unit_test(closing_solves_what_was_not_and_no_other),
		cmocka_unit_test(a_ticket_may_come_solved),
		cmocka_unit_test(a_score_is_whose_it_was_when_it_was_given),
		cmocka_unit_test(whose_ticket_it_is_the_first_says_who_knows),
		cmocka_unit_test(the_product_is_the_first_tag_that_names_one),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
