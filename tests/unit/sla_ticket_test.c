/*
 * sla_ticket_test - what the clocks of a ticket say: golden vectors, deferral, correction, the machine.
 */
#include "services/sla-watcher/ticket.h"
#include "tests/support/chance.h"
#include "tests/support/sla_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct sla_ticket ticket;
static struct sla_said said;
static size_t heard;

static struct instant when(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

/* Applies an input; a ticket goes through its encoding each time, as it does between two batches. */
static bool apply(struct sla_input input)
{
	struct buffer bytes = { 0 };
	bool applied;

	said.count = 0;
	heard = 0;
	applied = sla_apply(&sla_fixture_book, &ticket, &input, &said);
	sla_ticket_encode(&ticket, &bytes);
	memset(&ticket, 0x5a, sizeof(ticket));
	assert_true(sla_ticket_decode((struct bytes){ bytes.data, bytes.size }, &ticket));
	buffer_finish(&bytes);
	return applied;
}

static void open_ticket(const char *at, const char *tier, const char *priority)
{
	ticket = SLA_TICKET_NEW;
	assert_true(apply((struct sla_input){ .kind = SLA_INPUT_OPENED,
	                                      .at = when(at),
	                                      .status = SLA_STATUS_NEW,
	                                      .traits = { tier, priority, NULL, "email" } }));
}

static bool happens(enum sla_input_kind kind, const char *at)
{
	return apply((struct sla_input){ .kind = kind, .at = when(at) });
}

static bool moves(enum sla_status status, const char *at)
{
	return apply(
	    (struct sla_input){ .kind = SLA_INPUT_STATUS, .at = when(at), .status = status });
}

static bool becomes(const char *priority, const char *at)
{
	return apply((struct sla_input){
	    .kind = SLA_INPUT_TRAITS, .at = when(at), .traits = { NULL, priority, NULL, NULL } });
}

/* The timer fires once at what it is set to. */
static void fires(const char *at)
{
	struct instant due;

	assert_true(sla_next_due(&ticket, &due));
	assert_int_equal(due.us, when(at).us);
	assert_true(apply((struct sla_input){ .kind = SLA_INPUT_TIMER, .at = due }));
}

/* The next fact said. remaining in seconds. */
static const struct sla_fact *expect(enum sla_cause cause, enum sla_metric metric, const char *at,
                                     int64_t remaining)
{
	const struct sla_fact *const fact = &said.facts[heard];
	char text[TIME_TEXT_SIZE];

	if (heard >= said.count)
		fail_msg("no fact left, wanted %s", sla_clock_fsm.causes[cause]);
	if (fact->cause != cause || fact->clock.metric != (unsigned)metric ||
	    fact->at.us != when(at).us || fact->remaining.us != remaining * 1000000)
		fail_msg("%s %s at %s with %lld s left, not %s %s at %s with %lld",
		         sla_clock_fsm.causes[fact->cause], sla_metric_names[fact->clock.metric],
		         time_format(fact->at, text), (long long)fact->remaining.us / 1000000,
		         sla_clock_fsm.causes[cause], sla_metric_names[metric], at,
		         (long long)remaining);
	heard++;
	return fact;
}

static void expect_silence(void)
{
	if (heard < said.count)
		fail_msg("%zu facts more, the first %s", said.count - heard,
		         sla_clock_fsm.causes[said.facts[heard].cause]);
}

#define MINUTE INT64_C(60)
#define HOUR INT64_C(3600)

static void a_reply_in_time_is_met_and_judged_by_the_timer(void **state)
{
	(void)state;
	open_ticket("2026-06-05T16:00:00-04:00", "enterprise", "normal");
	expect(SLA_ACTIVATE, SLA_FIRST_REPLY, "2026-06-05T16:00:00-04:00", 2 * HOUR);
	expect(SLA_ACTIVATE, SLA_RESOLUTION, "2026-06-05T16:00:00-04:00", 16 * HOUR);
	expect_silence();
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T16:30:00-04:00"));
	expect_silence();
	fires("2026-06-05T16:30:00-04:00");
	expect(SLA_FULFIL, SLA_FIRST_REPLY, "2026-06-05T16:30:00-04:00", 3 * HOUR / 2);
	expect_silence();
}

static void a_reply_at_exactly_the_due_is_met(void **state)
{
	(void)state;
	open_ticket("2026-06-05T16:00:00-04:00", "enterprise", "normal");
	fires("2026-06-05T17:00:00-04:00");
	assert_int_equal(
	    expect(SLA_WARN, SLA_FIRST_REPLY, "2026-06-05T17:00:00-04:00", HOUR)->percent, 50);
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-08T10:00:00-04:00"));
	fires("2026-06-08T10:00:00-04:00");
	expect(SLA_FULFIL, SLA_FIRST_REPLY, "2026-06-08T10:00:00-04:00", 0);
	assert_int_equal(said.facts[0].clock.state, SLA_MET);
	expect_silence();
}

static void a_breach_is_a_fact_at_its_due_also_when_the_reply_is_known(void **state)
{
	(void)state;
	open_ticket("2026-06-05T16:00:00-04:00", "enterprise", "normal");
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-08T10:00:01-04:00"));
	expect_silence();
	fires("2026-06-05T17:00:00-04:00");
	fires("2026-06-08T10:00:00-04:00");
	expect(SLA_BREACH, SLA_FIRST_REPLY, "2026-06-08T10:00:00-04:00", 0);
	expect_silence();
	fires("2026-06-08T10:00:01-04:00");
	expect(SLA_FULFIL, SLA_FIRST_REPLY, "2026-06-08T10:00:01-04:00", -1);
	assert_int_equal(said.facts[0].clock.state, SLA_MISSED);
}

static void a_triage_on_its_way_still_moves_the_due(void **state)
{
	(void)state;
	open_ticket("2026-06-05T16:00:00-04:00", "enterprise", "normal");
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T16:40:00-04:00"));
	assert_true(becomes("urgent", "2026-06-05T16:00:00-04:00"));
	expect(SLA_RETARGET, SLA_FIRST_REPLY, "2026-06-05T16:00:00-04:00", HOUR / 2);
	expect(SLA_RETARGET, SLA_RESOLUTION, "2026-06-05T16:00:00-04:00", 4 * HOUR);
	fires("2026-06-05T16:15:00-04:00");
	fires("2026-06-05T16:30:00-04:00");
	expect(SLA_BREACH, SLA_FIRST_REPLY, "2026-06-05T16:30:00-04:00", 0);
}

static void a_breach_is_said(void **state)
{
	(void)state;
	open_ticket("2026-06-05T12:00:00-04:00", "enterprise", "normal");
	fires("2026-06-05T13:00:00-04:00");
	fires("2026-06-05T14:00:00-04:00");
	expect(SLA_BREACH, SLA_FIRST_REPLY, "2026-06-05T14:00:00-04:00", 0);
}

static void a_reply_that_arrived_late_corrects_the_breach(void **state)
{
	a_breach_is_said(state);
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T13:30:00-04:00"));
	fires("2026-06-05T13:30:00-04:00");
	expect(SLA_CORRECT, SLA_FIRST_REPLY, "2026-06-05T13:30:00-04:00", HOUR / 2);
	assert_int_equal(said.facts[0].clock.state, SLA_MET);
	assert_int_equal(said.facts[0].before.state, SLA_OVERDUE);
	expect_silence();
}

static void a_missed_clock_is_corrected_or_amended(void **state)
{
	a_breach_is_said(state);
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T16:00:00-04:00"));
	fires("2026-06-05T16:00:00-04:00");
	expect(SLA_FULFIL, SLA_FIRST_REPLY, "2026-06-05T16:00:00-04:00", -2 * HOUR);
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T15:00:00-04:00"));
	expect(SLA_AMEND, SLA_FIRST_REPLY, "2026-06-05T15:00:00-04:00", -HOUR);
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T14:00:00-04:00"));
	expect(SLA_CORRECT, SLA_FIRST_REPLY, "2026-06-05T14:00:00-04:00", 0);
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T15:30:00-04:00"));
	expect_silence();
}

static void vector_10_pending_over_a_weekend_credits_nothing(void **state)
{
	const struct sla_fact *fact;

	(void)state;
	open_ticket("2026-06-05T16:00:00-04:00", "enterprise", "normal");
	assert_true(moves(SLA_STATUS_PENDING, "2026-06-05T17:00:00-04:00"));
	fact = expect(SLA_PAUSE, SLA_RESOLUTION, "2026-06-05T17:00:00-04:00", 15 * HOUR);
	assert_int_equal(fact->clock.due.us, SLA_NEVER.us);
	assert_int_equal(fact->before.due.us, when("2026-06-09T16:00:00-04:00").us);
	assert_true(moves(SLA_STATUS_OPEN, "2026-06-08T09:00:00-04:00"));
	fact = expect(SLA_RESUME, SLA_RESOLUTION, "2026-06-08T09:00:00-04:00", 15 * HOUR);
	assert_int_equal(fact->clock.due.us, when("2026-06-09T16:00:00-04:00").us);
	expect_silence();
}

static void a_pause_past_the_due_does_not_hide_the_breach(void **state)
{
	(void)state;
	open_ticket("2026-06-05T12:00:00Z", "enterprise", "urgent");
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T12:01:00Z"));
	assert_true(moves(SLA_STATUS_PENDING, "2026-06-05T16:00:02Z"));
	expect(SLA_PAUSE, SLA_RESOLUTION, "2026-06-05T16:00:02Z", -2);
	fires("2026-06-05T12:01:00Z");
	fires("2026-06-05T14:00:00Z");
	fires("2026-06-05T16:00:00Z");
	expect(SLA_BREACH, SLA_RESOLUTION, "2026-06-05T16:00:00Z", 0);
	assert_int_equal(said.facts[0].clock.state, SLA_OVERDUE_PAUSED);
}

static void vector_11_a_target_cut_below_elapsed_is_due_in_the_past(void **state)
{
	const struct sla_fact *fact;

	(void)state;
	open_ticket("2026-06-05T09:00:00-04:00", "enterprise", "normal");
	fires("2026-06-05T10:00:00-04:00");
	assert_true(becomes("high", "2026-06-05T10:30:00-04:00"));
	fact = expect(SLA_RETARGET, SLA_FIRST_REPLY, "2026-06-05T10:30:00-04:00", -HOUR / 2);
	assert_true(fact->clock.retroactive);
	assert_int_equal(fact->clock.due.us, when("2026-06-05T10:00:00-04:00").us);
	fires("2026-06-05T10:00:00-04:00");
	assert_true(
	    expect(SLA_BREACH, SLA_FIRST_REPLY, "2026-06-05T10:00:00-04:00", 0)->clock.retroactive);
}

static void vector_12_a_ticket_reopened_after_a_bot_has_a_new_first_reply(void **state)
{
	const struct sla_fact *fact;

	(void)state;
	open_ticket("2026-06-01T13:00:00Z", "enterprise", "urgent");
	assert_true(moves(SLA_STATUS_SOLVED, "2026-06-01T13:05:00Z"));
	fires("2026-06-01T13:05:00Z");
	expect(SLA_CANCEL, SLA_FIRST_REPLY, "2026-06-01T13:05:00Z", 25 * MINUTE);
	expect(SLA_FULFIL, SLA_RESOLUTION, "2026-06-01T13:05:00Z", 4 * HOUR - 300);
	assert_false(happens(SLA_INPUT_TIMER, "2026-06-02T00:00:00Z") && said.count > 0);
	assert_true(happens(SLA_INPUT_MESSAGE, "2026-06-05T18:00:00Z"));
	assert_true(moves(SLA_STATUS_OPEN, "2026-06-05T18:00:00Z"));
	fact = expect(SLA_ACTIVATE, SLA_FIRST_REPLY, "2026-06-05T18:00:00Z", HOUR / 2);
	assert_int_equal(fact->clock.instance, 2);
	expect(SLA_ACTIVATE, SLA_RESOLUTION, "2026-06-05T18:00:00Z", 4 * HOUR);
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-05T18:10:00Z"));
	fires("2026-06-05T18:10:00Z");
	expect(SLA_FULFIL, SLA_FIRST_REPLY, "2026-06-05T18:10:00Z", 20 * MINUTE);
	assert_int_equal(said.facts[0].elapsed.us, MINUTES(10).us);
}

static void next_reply_runs_from_the_oldest_unanswered_message(void **state)
{
	(void)state;
	open_ticket("2026-06-01T13:00:00Z", "enterprise", "urgent");
	assert_false(happens(SLA_INPUT_MESSAGE, "2026-06-01T13:02:00Z"));
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-01T13:05:00Z"));
	assert_false(happens(SLA_INPUT_MESSAGE, "2026-06-01T13:04:00Z"));
	assert_true(happens(SLA_INPUT_MESSAGE, "2026-06-01T13:06:00Z"));
	expect(SLA_ACTIVATE, SLA_NEXT_REPLY, "2026-06-01T13:06:00Z", HOUR / 2);
	assert_false(happens(SLA_INPUT_MESSAGE, "2026-06-01T13:07:00Z"));
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-01T13:16:00Z"));
	fires("2026-06-01T13:05:00Z");
	fires("2026-06-01T13:16:00Z");
	expect(SLA_FULFIL, SLA_NEXT_REPLY, "2026-06-01T13:16:00Z", 20 * MINUTE);
	assert_true(happens(SLA_INPUT_MESSAGE, "2026-06-01T14:00:00Z"));
	assert_int_equal(
	    expect(SLA_ACTIVATE, SLA_NEXT_REPLY, "2026-06-01T14:00:00Z", HOUR / 2)->clock.instance,
	    2);
}

static void without_a_rule_clocks_run_and_are_never_due(void **state)
{
	struct instant due;

	(void)state;
	open_ticket("2026-06-01T13:00:00Z", "free", "normal");
	expect(SLA_ACTIVATE, SLA_FIRST_REPLY, "2026-06-01T13:00:00Z", 0);
	assert_false(sla_next_due(&ticket, &due));
	assert_true(happens(SLA_INPUT_REPLY, "2026-06-01T14:00:00Z"));
	fires("2026-06-01T14:00:00Z");
	expect(SLA_FULFIL, SLA_FIRST_REPLY, "2026-06-01T14:00:00Z", 0);
	assert_int_equal(said.facts[0].elapsed.us, HOURS(1).us);
}

static void a_longer_target_that_came_late_withdraws_the_breach(void **state)
{
	(void)state;
	open_ticket("2026-06-01T13:00:00Z", "enterprise", "urgent");
	fires("2026-06-01T13:15:00Z");
	fires("2026-06-01T13:30:00Z");
	expect(SLA_BREACH, SLA_FIRST_REPLY, "2026-06-01T13:30:00Z", 0);
	assert_true(becomes("normal", "2026-06-01T13:00:00Z"));
	expect(SLA_WITHDRAW, SLA_FIRST_REPLY, "2026-06-01T13:00:00Z", 2 * HOUR);
	expect(SLA_RETARGET, SLA_RESOLUTION, "2026-06-01T13:00:00Z", 16 * HOUR);
	assert_true(becomes("high", "2026-06-01T13:00:00Z"));
	expect(SLA_RETARGET, SLA_FIRST_REPLY, "2026-06-01T13:00:00Z", HOUR);
}

static void inputs_that_do_not_apply_change_nothing(void **state)
{
	(void)state;
	ticket = SLA_TICKET_NEW;
	assert_false(happens(SLA_INPUT_REPLY, "2026-06-01T13:00:00Z"));
	open_ticket("2026-06-01T13:00:00Z", "enterprise", "urgent");
	assert_false(happens(SLA_INPUT_OPENED, "2026-06-01T13:00:00Z"));
	assert_false(moves(SLA_STATUS_NEW, "2026-06-01T13:00:00Z"));
}

/* A move that the table does not list leaves the state; one that it lists has one end. */
static void every_state_and_cause_has_at_most_one_move(void **state)
{
	size_t listed = 0;

	(void)state;
	for (int from = 0; from < SLA_STATES; from++) {
		for (int cause = 0; cause < SLA_CAUSES; cause++) {
			size_t rows = 0;
			int to = from;

			for (size_t i = 0; i < sla_clock_fsm.move_count; i++)
				rows += sla_clock_fsm.moves[i].from == from &&
				        sla_clock_fsm.moves[i].cause == cause;
			assert_true(rows <= 1);
			assert_int_equal(fsm_step(&sla_clock_fsm, &to, cause), rows == 1);
			assert_true(rows == 1 || to == from);
			assert_true(to < SLA_STATES && (from == SLA_IDLE || to != SLA_IDLE));
			listed += rows;
		}
	}
	assert_int_equal(listed, sla_clock_fsm.move_count);
}

static struct chance luck;

static struct sla_input random_input(struct instant now)
{
	static const char *const words[] = { NULL, "urgent", "high", "enterprise", "free" };

	return (struct sla_input){
		.kind = (enum sla_input_kind)(SLA_INPUT_REPLY +
		                              chance_below(&luck, SLA_INPUT_TIMER - 1)),
		.at = time_add(now, MINUTES(chance_between(&luck, -90, 90))),
		.status = (enum sla_status)chance_below(&luck, SLA_STATUSES),
		.traits = { words[chance_below(&luck, 5)], words[chance_below(&luck, 5)] },
	};
}

/* What holds of every fact, whatever came before it. */
static void check_said(void)
{
	for (size_t i = 0; i < said.count; i++) {
		const struct sla_fact *const fact = &said.facts[i];
		const struct sla_clock *const clock = &fact->clock;

		assert_true(fact->elapsed.us >= 0);
		assert_true(fact->cause != SLA_BREACH || fact->at.us == clock->due.us);
		if (clock->state == SLA_MET)
			assert_true(clock->end.us <= clock->due.us);
		if (clock->state == SLA_MISSED)
			assert_true(clock->end.us > clock->due.us);
	}
}

static void walk_history(struct instant now, size_t steps)
{
	struct instant due;

	while (steps-- > 0) {
		now = time_add(now, MINUTES(chance_below(&luck, 120)));
		while (sla_next_due(&ticket, &due) && time_before(due, now)) {
			apply((struct sla_input){ .kind = SLA_INPUT_TIMER, .at = due });
			check_said();
		}
		apply(random_input(now));
		check_said();
	}
}

static void random_histories_keep_the_rules(void **state)
{
	(void)state;
	chance_seed(&luck, 20260601);
	for (size_t history = 0; history < 300; history++) {
		open_ticket("2026-06-01T13:00:00Z", "enterprise", "normal");
		walk_history(ticket.opened, 40);
	}
}

static void a_damaged_encoding_is_refused(void **state)
{
	struct buffer bytes = { 0 };
	struct sla_ticket decoded;

	(void)state;
	open_ticket("2026-06-01T13:00:00Z", "enterprise", "urgent");
	sla_ticket_encode(&ticket, &bytes);
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(sla_ticket_decode((struct bytes){ bytes.data, size }, &decoded));
	assert_true(sla_ticket_decode((struct bytes){ bytes.data, bytes.size }, &decoded));
	bytes.data[0] = 9;
	assert_false(sla_ticket_decode((struct bytes){ bytes.data, bytes.size }, &decoded));
	buffer_finish(&bytes);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_in_time_is_met_and_judged_by_the_timer),
		cmocka_unit_test(a_reply_at_exactly_the_due_is_met),
		cmocka_unit_test(a_breach_is_a_fact_at_its_due_also_when_the_reply_is_known),
		cmocka_unit_test(a_triage_on_its_way_still_moves_the_due),
		cmocka_unit_test(a_reply_that_arrived_late_corrects_the_breach),
		cmocka_unit_test(a_missed_clock_is_corrected_or_amended),
		cmocka_unit_test(vector_10_pending_over_a_weekend_credits_nothing),
		cmocka_unit_test(a_pause_past_the_due_does_not_hide_the_breach),
		cmocka_unit_test(vector_11_a_target_cut_below_elapsed_is_due_in_the_past),
		cmocka_unit_test(vector_12_a_ticket_reopened_after_a_bot_has_a_new_first_reply),
		cmocka_unit_test(next_reply_runs_from_the_oldest_unanswered_message),
		cmocka_unit_test(without_a_rule_clocks_run_and_are_never_due),
		cmocka_unit_test(a_longer_target_that_came_late_withdraws_the_breach),
		cmocka_unit_test(inputs_that_do_not_apply_change_nothing),
		cmocka_unit_test(every_state_and_cause_has_at_most_one_move),
		cmocka_unit_test(random_histories_keep_the_rules),
		cmocka_unit_test(a_damaged_encoding_is_refused),
	};

	return cmocka_run_group_tests(tests, sla_fixture_open, sla_fixture_close);
}
