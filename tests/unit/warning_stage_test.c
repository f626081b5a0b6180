/*
 * warning_stage_test - early fraud warnings in the real stage: judged when they come and when anything new comes, ended by a dispute.
 *
 * The account is in Japan: the fee is 1,500 JPY, weighed as 9.68 USD, and what is refunded goes up to 13.07 USD.
 */
#include "tests/support/before_fixture.h"
#include "tests/support/order.h"

#include "common/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EFW "issfr_1"
#define CUSTOMER OPSMESH__V1__ROLE__ROLE_CUSTOMER
#define AGENT OPSMESH__V1__ROLE__ROLE_AGENT
#define BOT OPSMESH__V1__ROLE__ROLE_BOT
#define WARNED "opened warning\n"
#define LARGE "triaged watch large 80 %, 10374 USD\n"
#define DISPUTED_WHY "over: It became a dispute of the same payment.\n"

static void a_small_payment_is_to_be_refunded_and_a_large_one_watched(void **state)
{
	static const struct {
		int64_t minor;
		int64_t refunded;
		bool secure;
		const char *recommended; /* what a decision is held against */
		const char *lines;
	} rows[] = {
		{ 1307, 0, false, "refund",
		  WARNED "triaged refund small 80 %, 1820 USD\nrefund 1307 USD\n" },
		{ 1308, 0, false, "", WARNED "triaged watch large 80 %, 1821 USD\n" },
		{ 12000, 10693, false, "refund",
		  WARNED "triaged refund small 80 %, 1820 USD\nrefund 1307 USD\n" },
		{ 1307, 0, true, "", WARNED "triaged watch liability_shifted,small 0 %, 0 USD\n" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		before_paid("2026-05-01T09:00:00Z",
		            &(struct before_payment){ .minor = rows[i].minor,
		                                      .refunded = rows[i].refunded,
		                                      .secure = rows[i].secure,
		                                      .network = "mastercard" });
		before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
		gather_pass("2026-05-02T10:00:00Z");
		before_expect(rows[i].lines);
		assert_string_equal(before_kept(EFW)->recommended, rows[i].recommended);
		gather_stop(state);
		before_start(state);
	}
}

static void a_ticket_that_waits_makes_it_one_to_contact_until_an_agent_answers(void **state)
{
	(void)state;
	before_paid("2026-05-01T09:00:00Z", &(struct before_payment){ .network = "jcb" });
	before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
	gather_pass("2026-05-02T10:00:00Z");
	before_expect(WARNED LARGE);
	before_wrote("2026-05-02T11:00:00Z", "T-1", CUSTOMER);
	before_wrote("2026-05-02T11:00:01Z", "T-1", BOT);
	before_wrote("2026-05-02T11:00:02Z", "T-2", CUSTOMER);
	gather_pass("2026-05-02T12:00:00Z");
	before_expect("triaged contact large,ticket 90 %, 11671 USD\n");
	before_wrote("2026-05-02T13:00:00Z", "T-1", AGENT);
	gather_pass("2026-05-02T14:00:00Z");
	before_expect("triaged contact large,ticket 85 %, 11023 USD\n");
	before_solved("2026-05-02T15:00:00Z", "T-2");
	gather_pass("2026-05-02T16:00:00Z");
	before_expect(LARGE);
	before_wrote("2026-05-02T17:00:00Z", "T-1", AGENT);
	gather_pass("2026-05-02T18:00:00Z");
	before_expect("");
}

static void a_warning_whose_payment_comes_later_is_judged_then(void **state)
{
	(void)state;
	before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
	gather_pass("2026-05-02T10:00:00Z");
	before_expect(WARNED);
	before_paid("2026-05-02T11:00:00Z", &(struct before_payment){ .network = "jcb" });
	gather_pass("2026-05-02T12:00:00Z");
	before_expect(LARGE);
}

static void a_fee_that_cannot_be_weighed_is_said_once(void **state)
{
	(void)state;
	before_paid("2026-05-01T09:00:00Z",
	            &(struct before_payment){ .network = "jcb", .currency = "KWD" });
	before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
	gather_pass("2026-05-02T10:00:00Z");
	before_expect(WARNED "unreckoned What is to be done about the warning cannot be reckoned: "
	                     "there is no fee for a dispute in the currency of the payment.\n");
	before_wrote("2026-05-02T11:00:00Z", "T-1", CUSTOMER);
	gather_pass("2026-05-02T12:00:00Z");
	before_expect("");
}

static void a_warning_refunded_in_time_is_saved_until_a_dispute_comes_all_the_same(void **state)
{
	const Opsmesh__V1__DisputeEvent *event;

	(void)state;
	before_paid("2026-05-01T09:00:00Z",
	            &(struct before_payment){ .network = "jcb", .minor = 1000 });
	before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
	gather_pass("2026-05-02T10:00:00Z");
	before_expect(WARNED "triaged refund small 80 %, 1574 USD\nrefund 1000 USD\n");
	before_paid("2026-05-03T09:00:00Z",
	            &(struct before_payment){ .network = "jcb", .minor = 1000, .refunded = 1000 });
	gather_pass("2026-05-03T10:00:00Z");
	before_expect("triaged none refunded 0 %, 0 USD\n"
	              "over: The payment was refunded in full, and no dispute had come.\n"
	              "resolved refunded\n");
	event = gather_last(OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_RESOLVED);
	assert_string_equal(event->warning_resolved->triage, "refund");
	assert_int_equal(event->warning_resolved->expected_loss->minor, 1574);
	before_warned("2026-05-03T11:00:00Z", EFW, "ch_1", false);
	before_warned("2026-05-03T12:00:00Z", EFW, "ch_1", true);
	gather_pass("2026-05-03T13:00:00Z");
	before_expect("triaged none refunded,not_actionable 0 %, 0 USD\n"
	              "triaged none refunded 0 %, 0 USD\n");
	before_disputed("2026-06-01T09:00:00Z", &(struct before_dispute){ .network = "jcb" });
	gather_pass("2026-06-01T09:00:00Z");
	event = gather_last(OPSMESH__V1__DISPUTE_EVENT__FACT_WARNING_RESOLVED);
	assert_string_equal(event->warning_resolved->how, "disputed");
	assert_string_equal(event->warning_resolved->was, "refunded");
	assert_string_equal(event->warning_resolved->dispute_id, GATHER_DISPUTE);
}

static void a_dispute_ends_its_warning_and_names_it(void **state)
{
	(void)state;
	before_paid("2026-05-01T09:00:00Z", &(struct before_payment){ .network = "jcb" });
	before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
	before_warned("2026-05-02T09:00:00Z", "issfr_2", "ch_2", true);
	gather_pass("2026-05-02T10:00:00Z");
	before_expect(WARNED WARNED LARGE);
	before_disputed("2026-05-10T09:00:00Z",
	                &(struct before_dispute){ .network = "jcb", .code = "", .minor = 100 });
	gather_pass("2026-05-10T09:00:01Z");
	before_expect("triaged none disputed 0 %, 0 USD\n" DISPUTED_WHY "resolved disputed\n"
	              "opened chargeback, warned by " EFW "\n"
	              "worth accept 50000 of none, gains -2995 USD\n");
	before_warned("2026-05-10T10:00:00Z", EFW, "ch_1", false);
	before_warned("2026-05-10T11:00:00Z", EFW, "ch_1", true);
	gather_pass("2026-05-12T10:00:00Z");
	assert_string_equal(before_kept(EFW)->resolved, "disputed");
	assert_string_equal(before_kept("issfr_2")->resolved, "");
}

/* The bank may warn again of a payment. */
static void a_dispute_ends_each_warning_of_its_payment(void **state)
{
	(void)state;
	before_paid("2026-05-01T09:00:00Z", &(struct before_payment){ .network = "jcb" });
	before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
	before_warned("2026-05-03T09:00:00Z", "issfr_2", "ch_1", true);
	gather_pass("2026-05-03T10:00:00Z");
	before_disputed("2026-05-10T09:00:00Z", &(struct before_dispute){ .network = "jcb" });
	gather_pass("2026-05-10T09:30:00Z");
	assert_string_equal(before_kept(EFW)->resolved, "disputed");
	assert_string_equal(before_kept("issfr_2")->resolved, "disputed");
	gather_pass("2026-10-01T00:00:00Z");
	assert_string_equal(before_kept("issfr_2")->resolved, "disputed");
}

static void a_warning_of_which_nothing_came_is_over_after_its_time(void **state)
{
	(void)state;
	before_paid("2026-05-01T09:00:00Z", &(struct before_payment){ .network = "jcb" });
	before_warned("2026-05-02T09:00:00Z", EFW, "ch_1", true);
	gather_pass("2026-08-30T09:00:00Z");
	before_expect(WARNED LARGE);
	gather_pass("2026-08-30T09:00:01Z");
	before_expect("over: Nothing came of it in time.\nresolved expired\n");
}

static void nothing_is_recommended_where_a_person_has_decided(void **state)
{
	static const char *const ignore[] = { "decision", "ignore", NULL };

	(void)state;
	before_warned("2026-05-02T09:00:00Z", GATHER_DISPUTE, "ch_1", true);
	gather_pass("2026-05-02T10:00:00Z");
	gather_asked("2026-05-02T11:00:00Z", OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, "ann",
	             ignore);
	gather_pass("2026-05-02T12:00:00Z");
	before_paid("2026-05-02T13:00:00Z",
	            &(struct before_payment){ .network = "jcb", .minor = 1000 });
	gather_pass("2026-05-02T14:00:00Z");
	before_expect(WARNED "triaged refund small 80 %, 1574 USD\n");
}

/* All told at one time. */
#define AT "2026-05-02T09:00:00Z"

static void tell(size_t which)
{
	switch (which) {
	case 0: before_paid(AT, &(struct before_payment){ .network = "jcb" }); break;
	case 1: before_warned(AT, EFW, "ch_1", true); break;
	case 2: before_wrote(AT, "T-1", CUSTOMER); break;
	case 3: before_disputed(AT, &(struct before_dispute){ .code = "" }); break;
	default: before_warned(AT, EFW, "ch_1", false); break;
	}
}

static void the_end_does_not_depend_on_the_order(void **state)
{
	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct chance chance;
		size_t places[5] = { 0, 1, 2, 3, 4 };

		chance_seed(&chance, seed);
		order_shuffle(&chance, places, COUNT_OF(places));
		for (size_t i = 0; i < COUNT_OF(places); i++) {
			tell(places[i]);
			if (seed % 2 == 0)
				gather_pass(AT);
		}
		gather_pass("2026-06-01T10:00:00Z");
		assert_string_equal(before_kept(EFW)->resolved, "disputed");
		assert_string_equal(before_kept(EFW)->triaged->triage, "none");
		assert_true(before_kept(EFW)->warning_disputed);
		assert_string_equal(before_kept(GATHER_DISPUTE)->recommended, "accept");
		gather_stop(state);
		before_start(state);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, before_start, gather_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_small_payment_is_to_be_refunded_and_a_large_one_watched),
		CASE(a_ticket_that_waits_makes_it_one_to_contact_until_an_agent_answers),
		CASE(a_warning_whose_payment_comes_later_is_judged_then),
		CASE(a_fee_that_cannot_be_weighed_is_said_once),
		CASE(a_warning_refunded_in_time_is_saved_until_a_dispute_comes_all_the_same),
		CASE(a_dispute_ends_its_warning_and_names_it),
		CASE(a_dispute_ends_each_warning_of_its_payment),
		CASE(a_warning_of_which_nothing_came_is_over_after_its_time),
		CASE(nothing_is_recommended_where_a_person_has_decided),
		CASE(the_end_does_not_depend_on_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
