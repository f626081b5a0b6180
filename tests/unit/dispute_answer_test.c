/*
 * dispute_answer_test - a dispute that becomes a customer's has two cases, and one answer for each stage whichever of them asks.
 */
#include "tests/support/guest_fixture.h"

#include "common/base/status.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/chance.h"
#include "tests/support/order.h"

#define HISTORIES 300
#define HISTORY_STEPS 30

static const char *at; /* of the step at hand */

static void begin(void)
{
	at = "2026-05-01T09:00:00Z";
	guest_told(at, "needs_response", true);
	at = "2026-05-01T10:00:00Z";
}

/* What may happen in any order. */

static void place(void)
{
	guest_placed(at);
}

static void tell_account(void)
{
	dispute_told(at, &(struct told_dispute){ .due = GUEST_DUE });
}

static void release_guests(void)
{
	guest_released(at, dispute_charge, "D1");
}

static void release_accounts(void)
{
	guest_released(at, dispute_account, "D2");
}

static void show_answer(void)
{
	dispute_told(at, &(struct told_dispute){
			     .status = "under_review", .due = GUEST_DUE, .submissions = 1 });
}

static void give_up_accounts(void)
{
	guest_closed(at, dispute_account, "mika", "accept");
	guest_asked(at, dispute_account, "ken", "accept", NULL);
}

/* By id of the dispute, over all its homes. */
static void assert_answered_once(void)
{
	const size_t asked = guest_asked_count();

	assert_int_equal(guest_count("submission_requested chargeback") +
	                     guest_count("accept_requested"),
	                 asked > 0 ? 1 : 0);
	assert_int_equal(guest_count("answer_withheld chargeback"), asked > 0 ? asked - 1 : 0);
	assert_int_equal(guest_count(""), asked);
}

static size_t walk(void **state, void (*const *steps)(void), size_t count, size_t crash)
{
	size_t order[] = { 0, 1, 2, 3, 4 };
	size_t twice = 0;

	assert_true(count <= COUNT_OF(order));
	do {
		assert_int_equal(guest_stop(state), 0);
		assert_int_equal(guest_start(state), 0);
		begin();
		for (size_t i = 0; i < count; i++) {
			steps[order[i]]();
			guest_pass(at);
			if (i == crash)
				guest_restart();
		}
		assert_answered_once();
		twice += guest_asked_count() > 1;
	} while (order_next(order, count));
	return twice;
}

static void in_any_order_of_what_happens_one_answer_is_asked_for(void **state)
{
	static void (*const steps[])(void) = { place, tell_account, release_guests,
		                               release_accounts, show_answer };

	for (size_t crash = 0; crash < COUNT_OF(steps); crash++)
		assert_true(walk(state, steps, COUNT_OF(steps), crash) > 0);
}

static void what_one_case_asks_to_send_the_other_cannot_give_up(void **state)
{
	static void (*const steps[])(void) = { place, tell_account, release_guests,
		                               give_up_accounts };

	assert_true(walk(state, steps, COUNT_OF(steps), 2) > 0);
}

/* Both have asked before either is heard of. */
static void whose_request_comes_first_is_the_disputes(void **state)
{
	(void)state;
	begin();
	tell_account();
	release_accounts();
	at = "2026-05-01T11:00:00Z";
	release_guests();
	place();
	guest_pass(at);
	assert_int_equal(guest_asked_count(), 2);
	assert_answered_once();
	assert_int_equal(guest_count("submission_requested chargeback D2"), 1);
	assert_int_equal(guest_count(arena_printf(guest_answer.arena,
	                                          "answer_withheld chargeback submission/%s/",
	                                          dispute_account)),
	                 1);
}

static void what_is_said_goes_to_its_case_and_names_the_first(void **state)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const Opsmesh__V1__DisputeEvent *event;
	struct instant first;

	(void)state;
	begin();
	release_guests();
	guest_pass(at);
	at = "2026-05-02T09:00:00Z";
	place();
	tell_account();
	release_accounts();
	guest_pass(at);
	fact = stage_test_next(&guest_answer, &message);
	assert_int_equal(fact->partition, DISPUTE_SHARD); /* of the charge, not of the dispute */
	fact = stage_test_next(&guest_answer, &message);
	event = (const void *)message;
	assert_int_equal(fact->topic, OPS_DISPUTES);
	assert_int_equal(event->fact_case, OPSMESH__V1__DISPUTE_EVENT__FACT_ANSWER_WITHHELD);
	assert_string_equal(event->account_id, dispute_account);
	assert_string_equal(event->answer_withheld->digest, "D2");
	assert_string_equal(event->answer_withheld->first_digest, "D1");
	assert_string_equal(event->answer_withheld->first_case_id,
	                    arena_printf(guest_answer.arena, "case/%s/" DISPUTE, dispute_charge));
	assert_true(proto_instant(event->answer_withheld->first_at, &first));
	assert_int_equal(first.us, dispute_time("2026-05-01T10:00:00Z").us);
	assert_null(stage_test_next(&guest_answer, &message));
}

static void the_chargeback_that_an_inquiry_becomes_has_an_answer_of_its_own(void **state)
{
	(void)state;
	at = "2026-05-01T09:00:00Z";
	guest_told(at, "warning_needs_response", true);
	release_guests();
	guest_pass(at);
	at = "2026-05-02T09:00:00Z";
	place();
	dispute_told(at, &(struct told_dispute){ .due = GUEST_DUE });
	release_accounts();
	guest_pass(at);
	assert_int_equal(guest_count("submission_requested inquiry D1"), 1);
	assert_int_equal(guest_count("submission_requested chargeback D2"), 1);
	assert_int_equal(guest_count("answer_withheld"), 0);
}

static void what_asks_for_nothing_is_refused(void **state)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	const struct instant now = dispute_time("2026-05-01T09:00:00Z");

	(void)state;
	event.dispute_id = text_mutable(DISPUTE);
	(void)stage_test_feed(&guest_answer, &(struct stage_test_event){ .topic = OPS_BY_DISPUTE,
	                                                                 .key = DISPUTE,
	                                                                 .time = now,
	                                                                 .mesh = now,
	                                                                 .message = &event.base });
	assert_int_equal(stage_test_fold(&guest_answer, STAGE_TEST_ALL, now), STATUS_OK);
	assert_int_equal(stage_test_fact_count(&guest_answer), 1);
	assert_true(stage_test_fact(&guest_answer, 0)->dead_letter);
}

static void histories_of_two_cases_end_with_one_answer(void **state)
{
	static void (*const steps[])(
	    void) = { place,       tell_account,     release_guests, release_accounts,
		      show_answer, give_up_accounts, guest_restart };
	char text[TIME_TEXT_SIZE];
	struct chance chance;
	size_t twice = 0;

	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct instant now = dispute_time("2026-05-01T10:00:00Z");

		chance_seed(&chance, seed);
		assert_int_equal(guest_stop(state), 0);
		assert_int_equal(guest_start(state), 0);
		begin();
		for (int i = 0; i < HISTORY_STEPS; i++) {
			now = time_add(now, SECONDS(chance_between(&chance, 0, 20000)));
			at = time_format(now, text);
			steps[chance_below(&chance, COUNT_OF(steps))]();
			if (chance_of(&chance, 300))
				guest_pass(at);
		}
		guest_pass(at);
		assert_answered_once();
		twice += guest_asked_count() > 1;
	}
	assert_true(twice > HISTORIES / 20); /* chance does ask twice for some */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, guest_start, guest_stop)
		TEST(in_any_order_of_what_happens_one_answer_is_asked_for),
		TEST(what_one_case_asks_to_send_the_other_cannot_give_up),
		TEST(whose_request_comes_first_is_the_disputes),
		TEST(what_is_said_goes_to_its_case_and_names_the_first),
		TEST(the_chargeback_that_an_inquiry_becomes_has_an_answer_of_its_own),
		TEST(what_asks_for_nothing_is_refused),
		TEST(histories_of_two_cases_end_with_one_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
