/*
 * kpi_ticket_verdict_test - what is observed of a ticket's clocks, and of what the classifier said.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/kpi-aggregator/ticket/ticket_pattern.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/kpi_ticket_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__SLA_EVENT__FACT_##name
#define STATE(name) OPSMESH__V1__SLA_STATE__SLA_STATE_##name
#define METRIC(name) OPSMESH__V1__SLA_METRIC__SLA_METRIC_##name
#define CAUSE(name) OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_##name
/* What life_clock says that a clock has used. */
#define TAKEN_US (INT64_C(20) * 60 * 1000000)
#define MARKED(mark) (UINT64_C(1) << MARK_##mark)

static struct life *asked(void)
{
	struct life *const life = life_open("01T09:00", ROLE_NOBODY);

	life_write(life, "01T09:00", ROLE_CUSTOMER, "m1", "c");
	life_assign(life, "01T09:05", "ann", "tier-1");
	return life;
}

/* Clocks. */

static void a_promise_is_what_became_of_its_clock(void **state)
{
	static const struct {
		const char *name;
		Opsmesh__V1__SlaEvent__FactCase fact;
		Opsmesh__V1__SlaState state;
		const char *due;
		bool retroactive;
		const char *at; /* NULL: none */
		uint64_t marks;
		int64_t span_us;
	} rows[] = {
		{ "running", FACT(ACTIVATED), STATE(ACTIVE), "01T10:00", false, NULL, MARKED(OPEN),
		  0 },
		{ "paused", FACT(PAUSED), STATE(PAUSED), NULL, false, NULL, MARKED(OPEN), 0 },
		{ "kept", FACT(FULFILLED), STATE(FULFILLED), "01T10:00", false, "01T09:30",
		  MARKED(MET) | MARKED(AGENTS), TAKEN_US },
		{ "kept at the due itself", FACT(FULFILLED), STATE(FULFILLED), "01T09:30", false,
		  "01T09:30", MARKED(MET) | MARKED(AGENTS), TAKEN_US },
		{ "kept, paused before it was due", FACT(FULFILLED), STATE(FULFILLED), NULL, false,
		  "01T09:30", MARKED(MET) | MARKED(AGENTS), TAKEN_US },
		{ "broken, and runs on", FACT(BREACHED), STATE(BREACHED), "01T09:20", false,
		  "01T09:20", MARKED(BREACHED) | MARKED(AGENTS), 0 },
		{ "broken, and came later", FACT(FULFILLED), STATE(FULFILLED), "01T09:20", false,
		  "01T09:20", MARKED(BREACHED) | MARKED(AGENTS), TAKEN_US },
		{ "broken, and of no interest later", FACT(CANCELLED), STATE(CANCELLED), "01T09:20",
		  false, "01T09:20", MARKED(BREACHED) | MARKED(AGENTS), 0 },
		{ "of no interest before it was due", FACT(CANCELLED), STATE(CANCELLED), "01T10:00",
		  false, "01T09:30", MARKED(CANCELLED), 0 },
		{ "broken by a target that came to be too late", FACT(BREACHED), STATE(BREACHED),
		  "01T09:20", true, "01T09:20", MARKED(BREACHED) | MARKED(RETROACTIVE), 0 },
		{ "in time after all", FACT(CORRECTED), STATE(FULFILLED), "01T10:00", false,
		  "01T09:30", MARKED(MET) | MARKED(AGENTS), TAKEN_US },
		{ "no breach after all", FACT(CORRECTED), STATE(ACTIVE), "01T12:00", false, NULL,
		  MARKED(OPEN), 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct life *const life = asked();
		const struct life_clock clock = { METRIC(FIRST_REPLY), 1,
			                          rows[i].state,       rows[i].due,
			                          rows[i].retroactive, false };

		life_clock(life, rows[i].fact, "01T09:30", &clock);
		const struct observation *const it =
		    life_find(life_see(life), OBSERVATION_PROMISE, "first_reply/1");
		const int64_t at = rows[i].at != NULL ? life_time(rows[i].at).us : TIME_MIN.us;

		assert_non_null(it);
		if (it->times[TIME_AT].us != at || it->marks != rows[i].marks ||
		    it->numbers[NUMBER_SPAN_US] != rows[i].span_us)
			fail_msg("%s", rows[i].name);
		assert_string_equal(it->words[WORD_PROMISE], "first_reply");
		assert_int_equal(it->times[TIME_BEGAN_AT].us, life_time("01T09:00").us);
	}
}

static void the_last_word_about_a_clock_counts(void **state)
{
	struct life *const life = asked();
	struct life_clock clock = { .metric = METRIC(NEXT_REPLY), .instance = 2 };
	const struct observations *seen;

	(void)state;
	clock.due = "01T09:20";
	clock.state = STATE(ACTIVE);
	life_clock(life, FACT(ACTIVATED), "01T09:10", &clock);
	clock.state = STATE(BREACHED);
	life_clock(life, FACT(BREACHED), "01T09:20", &clock);
	clock.state = STATE(FULFILLED);
	life_clock(life, FACT(CORRECTED), "01T09:15", &clock);
	clock.instance = 3;
	clock.state = STATE(ACTIVE);
	life_clock(life, FACT(ACTIVATED), "01T09:40", &clock);
	seen = life_see(life);
	assert_int_equal(life_count(seen, OBSERVATION_PROMISE), 2);
	assert_int_equal(life_find(seen, OBSERVATION_PROMISE, "next_reply/2")->marks,
	                 MARKED(MET) | MARKED(AGENTS));
	assert_int_equal(life_find(seen, OBSERVATION_PROMISE, "next_reply/3")->marks, MARKED(OPEN));
}

static void a_clock_without_a_target_promises_nothing(void **state)
{
	struct life *const life = asked();
	const struct life_clock clock = { .metric = METRIC(RESOLUTION),
		                          .instance = 1,
		                          .state = STATE(FULFILLED),
		                          .aimless = true };

	(void)state;
	life_clock(life, FACT(FULFILLED), "01T09:30", &clock);
	assert_int_equal(life_count(life_see(life), OBSERVATION_PROMISE), 0);
}

/* Whoever has the ticket later is not blamed. */
static void a_broken_promise_is_of_who_had_the_ticket(void **state)
{
	struct life *const life = asked();
	const struct life_clock clock = { METRIC(RESOLUTION), 1,     STATE(BREACHED),
		                          "01T10:00",         false, false };
	const struct observation *it;

	(void)state;
	life_assign(life, "01T11:00", "bob", "tier-2");
	life_clock(life, FACT(BREACHED), "01T10:00", &clock);
	it = life_find(life_see(life), OBSERVATION_PROMISE, "resolution/1");
	assert_non_null(it);
	assert_string_equal(it->words[WORD_AGENT], "ann");
	assert_string_equal(it->words[WORD_TEAM], "tier-1");
}

/* The classifier. */

static const struct observation *judgement_of(const struct life *life, const char *message)
{
	const struct observation *const it =
	    life_find(life_see(life), OBSERVATION_JUDGEMENT, message);

	assert_non_null(it);
	return it;
}

static void the_words_of_a_ticket_are_those_said_last(void **state)
{
	struct life *const life = asked();
	const struct observation *it;

	(void)state;
	life_classify(life, "01T09:00", "m1", "refund");
	life_classify(life, "01T09:10", "m2", "duplicate_charge");
	life_doubt(life, "01T09:20", "m3", CAUSE(LOW_CONFIDENCE));
	it = life_find(life_see(life), OBSERVATION_TICKET, "1");
	assert_string_equal(it->words[WORD_INTENT], "duplicate_charge");
	assert_string_equal(it->words[WORD_CATEGORY], "billing");
	assert_string_equal(it->words[WORD_LANGUAGE], "ja");
	assert_string_equal(it->words[WORD_QUEUE], "triage");
	assert_true(observation_is(it, MARK_ESCALATED));
	life_correct(life, "01T09:30", "m2", "duplicate_charge", "outage");
	it = life_find(life_see(life), OBSERVATION_REPLY, "m1");
	assert_string_equal(it->words[WORD_INTENT], "outage");
	assert_string_equal(it->words[WORD_CATEGORY], "technical");
	assert_string_equal(it->words[WORD_QUEUE], "technical");
}

static void a_judgement_is_sure_unsure_or_corrected(void **state)
{
	struct life *const life = asked();

	(void)state;
	life_classify(life, "01T09:00", "m1", "refund");
	life_doubt(life, "01T09:10", "m2", CAUSE(LANGUAGE));
	assert_int_equal(judgement_of(life, "m1")->marks, 0);
	assert_int_equal(judgement_of(life, "m1")->numbers[NUMBER_CONFIDENCE_PPM], 900000);
	assert_string_equal(judgement_of(life, "m1")->words[WORD_REASON], "");
	assert_int_equal(judgement_of(life, "m2")->marks, MARKED(ABSTAINED));
	assert_string_equal(judgement_of(life, "m2")->words[WORD_REASON], "language");
	assert_int_equal(judgement_of(life, "m2")->times[TIME_AT].us, life_time("01T09:10").us);
	life_correct(life, "01T10:00", "m1", "refund", "outage");
	life_correct(life, "01T10:00", "m2", "", "outage");
	assert_int_equal(judgement_of(life, "m1")->marks, MARKED(CORRECTED));
	assert_int_equal(judgement_of(life, "m2")->marks, MARKED(ABSTAINED));
	assert_int_equal(life_count(life_see(life), OBSERVATION_JUDGEMENT), 2);
}

/* What is said beside a classification is no second judgement. */
static void that_a_program_fell_short_is_no_abstention(void **state)
{
	struct life *const life = asked();

	(void)state;
	life_classify(life, "01T09:00", "m1", "refund");
	life_doubt(life, "01T09:00", "m1", CAUSE(AI_FELL_SHORT));
	assert_int_equal(judgement_of(life, "m1")->marks, 0);
	assert_int_equal(judgement_of(life, "m1")->numbers[NUMBER_CONFIDENCE_PPM], 900000);
	assert_int_equal(life_count(life_see(life), OBSERVATION_JUDGEMENT), 1);
}

static void a_message_that_is_judged_again_counts_once_at_its_first_time(void **state)
{
	struct life *const life = asked();

	(void)state;
	life_doubt(life, "01T09:00", "m1", CAUSE(LOW_CONFIDENCE));
	life_classify(life, "01T10:00", "m1", "refund");
	assert_int_equal(life_count(life_see(life), OBSERVATION_JUDGEMENT), 1);
	assert_int_equal(judgement_of(life, "m1")->marks, 0);
	assert_int_equal(judgement_of(life, "m1")->times[TIME_AT].us, life_time("01T09:00").us);
}

/* Patterns. */

static void a_ticket_of_a_pattern_is_of_its_account(void **state)
{
	static const struct {
		const char *customer;
		const char *account;
	} rows[] = { { "acme", "acme" }, { "address:0a1b", "" }, { "", "" } };
	Opsmesh__V1__PatternTicket ticket = OPSMESH__V1__PATTERN_TICKET__INIT;
	struct observation it;

	(void)state;
	ticket.ticket_id = text_mutable("t1");
	assert_false(ticket_pattern_observation(arena, "pattern/refund/1", "refund", &ticket, &it));
	ticket.occurred_at = proto_timestamp(arena, life_time("01T09:00"));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ticket.customer = text_mutable(rows[i].customer);
		assert_true(
		    ticket_pattern_observation(arena, "pattern/refund/1", "refund", &ticket, &it));
		assert_string_equal(it.number, "pattern/refund/1/t1");
		assert_string_equal(it.words[WORD_PATTERN], "pattern/refund/1");
		assert_string_equal(it.words[WORD_INTENT], "refund");
		assert_string_equal(it.words[WORD_ACCOUNT], rows[i].account);
		assert_int_equal(it.times[TIME_AT].us, life_time("01T09:00").us);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_promise_is_what_became_of_its_clock),
		cmocka_unit_test(the_last_word_about_a_clock_counts),
		cmocka_unit_test(a_clock_without_a_target_promises_nothing),
		cmocka_unit_test(a_broken_promise_is_of_who_had_the_ticket),
		cmocka_unit_test(the_words_of_a_ticket_are_those_said_last),
		cmocka_unit_test(a_judgement_is_sure_unsure_or_corrected),
		cmocka_unit_test(that_a_program_fell_short_is_no_abstention),
		cmocka_unit_test(a_message_that_is_judged_again_counts_once_at_its_first_time),
		cmocka_unit_test(a_ticket_of_a_pattern_is_of_its_account),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
