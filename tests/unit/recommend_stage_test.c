/*
 * recommend_stage_test - what contesting is worth in the real stage, said when it changes; and what was predicted against what came.
 *
 * The account is in Japan, whose fees have no counter fee.
 */
#include "tests/support/before_fixture.h"

#include "common/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define OPENED "opened chargeback\n"
#define LOW_USD \
	"worth accept 50000 of none, gains -2400 USD\n" /* 120.00 USD: 5 % of it less 30.00 */

/* Of a network whose cards are not indexed. */
static void disputed(const char *at, const char *status, int64_t minor, const char *currency,
                     int64_t submissions)
{
	before_disputed(at, &(struct before_dispute){ .network = "jcb",
	                                              .code = "",
	                                              .status = status,
	                                              .minor = minor,
	                                              .currency = currency,
	                                              .submissions = submissions });
}

static const Opsmesh__V1__RecommendationMade *made(void)
{
	const Opsmesh__V1__DisputeEvent *const event =
	    gather_last(OPSMESH__V1__DISPUTE_EVENT__FACT_RECOMMENDATION_MADE);

	assert_non_null(event);
	return event->recommendation_made;
}

static void in_japan_there_is_no_counter_fee_and_effort_is_weighed_in_yen(void **state)
{
	(void)state;
	disputed("2026-06-01T09:00:00Z", NULL, 1000000, "JPY", 0);
	gather_pass("2026-06-01T10:00:00Z");
	before_expect(OPENED "worth contest 50000 of none, gains 45350 JPY\n");
	assert_string_equal(made()->country, "JP");
	assert_null(made()->counter_fee);
	assert_int_equal(made()->received_fee->minor, 1500);
	assert_string_equal(made()->received_fee->currency, "JPY");
	assert_int_equal(made()->effort->minor, 4650);
	assert_int_equal(made()->cost->minor, 4650);
	assert_int_equal(made()->stake->minor, 1000000);
	assert_int_equal(made()->own_count, 0);
	assert_true(made()->counts_in_ratio);
	assert_string_equal(made()->ratio, "counted");
	assert_string_equal(made()->cell, "fraudulent/none");
	assert_string_equal(made()->policy, "economics/standard/1 reasons/networks/1");
}

static void it_is_said_again_when_the_amount_or_the_evidence_changed_alone(void **state)
{
	(void)state;
	disputed("2026-06-01T09:00:00Z", NULL, 12000, NULL, 0);
	gather_pass("2026-06-01T10:00:00Z");
	before_expect(OPENED LOW_USD);
	disputed("2026-06-01T11:00:00Z", NULL, 12000, NULL, 0);
	gather_pass("2026-06-01T12:00:00Z");
	before_expect("");
	disputed("2026-06-01T13:00:00Z", NULL, 100000, NULL, 0);
	gather_pass("2026-06-01T14:00:00Z");
	before_expect("worth contest 50000 of none, gains 2000 USD\n");
	disputed("2026-06-02T13:00:00Z", "under_review", 200000, NULL, 1);
	gather_pass("2026-06-02T14:00:00Z");
	before_expect("");
}

static void an_inquiry_has_a_worth_of_its_own(void **state)
{
	(void)state;
	disputed("2026-06-01T09:00:00Z", "warning_needs_response", 12000, NULL, 0);
	gather_pass("2026-06-01T10:00:00Z");
	before_expect("opened inquiry\nworth refund 50000 of none, gains -3320 USD\n");
	assert_false(made()->counts_in_ratio);
	assert_string_equal(made()->ratio, "avoided");
	disputed("2026-06-02T09:00:00Z", "needs_response", 12000, NULL, 0);
	gather_pass("2026-06-02T10:00:00Z");
	before_expect(LOW_USD);
	assert_true(made()->counts_in_ratio);
}

#define IP "203.0.113.7"

/* Two payments that prove it, or cannot, are there at either time; the document's second version has a chance for those that do. */
static void a_dispute_that_earlier_payments_prove_has_their_chance_from_its_date_on(void **state)
{
	static const struct {
		const char *disputed;
		const char *judged;
		const char *ip; /* of the earlier payments */
		const char *worth;
		const char *cell;
	} rows[] = {
		{ "2026-11-30T09:00:00Z", "2026-11-30T12:00:00Z", IP,
		  "worth accept 50000 of little, gains -2400 USD\n", "fraudulent/little" },
		{ "2026-12-01T09:00:00Z", "2026-12-01T12:00:00Z", IP,
		  "worth contest 600000 of little, gains 4200 USD\n", "fraudulent/compelling" },
		{ "2026-12-01T09:00:00Z", "2026-12-01T12:00:00Z", "198.51.100.9",
		  "worth accept 50000 of little, gains -2400 USD\n", "fraudulent/little" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct before_payment payment = { .id = "ch_3",
			                          .ip = rows[i].ip,
			                          .account = "u-1" };

		before_paid("2026-04-01T09:00:00Z", &payment);
		payment.id = "ch_2";
		before_paid("2026-05-01T09:00:00Z", &payment);
		payment.id = "ch_1";
		payment.ip = IP;
		before_paid("2026-11-01T09:00:00Z", &payment);
		before_disputed(rows[i].disputed, &(struct before_dispute){ .id = NULL });
		gather_pass(rows[i].judged);
		assert_non_null(strstr(before_heard(), rows[i].worth));
		assert_string_equal(made()->cell, rows[i].cell);
		assert_string_equal(made()->category, "fraudulent");
		gather_stop(state);
		before_start(state);
	}
}

static void a_currency_without_a_worth_is_said_not_guessed(void **state)
{
	static const char said[] =
	    "unreckoned What contesting is worth cannot be reckoned: a fee or the effort is in a "
	    "currency without a rate, or too large.\n";

	(void)state;
	disputed("2026-06-01T09:00:00Z", NULL, 12000, "KWD", 0);
	gather_pass("2026-06-01T10:00:00Z");
	before_expect(arena_printf(gather_stage.arena, OPENED "%s", said));
	disputed("2026-06-01T11:00:00Z", NULL, 13000, "KWD", 0);
	gather_pass("2026-06-01T12:00:00Z");
	before_expect("");
	disputed("2026-06-01T13:00:00Z", NULL, 12000, NULL, 0);
	gather_pass("2026-06-01T14:00:00Z");
	before_expect(LOW_USD);
	disputed("2026-06-01T15:00:00Z", NULL, 12000, "KWD", 0);
	gather_pass("2026-06-01T16:00:00Z");
	before_expect(said);
	assert_string_equal(gather_kept()->recommended, "");
}

static void a_late_win_is_compared_again_and_counts_once(void **state)
{
	const Opsmesh__V1__OutcomeCompared *compared;
	const Opsmesh__V1__CalibrationBand *band;

	(void)state;
	disputed("2026-06-01T09:00:00Z", NULL, 12000, NULL, 0);
	gather_pass("2026-06-01T10:00:00Z");
	before_expect(OPENED LOW_USD);
	disputed("2026-06-02T09:00:00Z", "under_review", 12000, NULL, 1);
	disputed("2026-07-02T09:00:00Z", "lost", 12000, NULL, 1);
	disputed("2026-07-03T09:00:00Z", "lost", 12000, NULL, 1);
	gather_pass("2026-07-03T10:00:00Z");
	before_expect("compared lost at 50000, accept decided , 0 of 1\n");
	stage_test_restart(&gather_stage);
	disputed("2026-08-02T09:00:00Z", "won", 12000, NULL, 1);
	gather_pass("2026-08-03T10:00:00Z");
	before_expect("compared late_won at 50000, accept decided , 1 of 1\n");
	compared = gather_last(OPSMESH__V1__DISPUTE_EVENT__FACT_OUTCOME_COMPARED)->outcome_compared;
	assert_string_equal(compared->cell, "fraudulent/none");
	assert_string_equal(compared->was, "lost");
	assert_true(compared->answered);
	band = compared->calibration[0];
	assert_int_equal(band->from_ppm, 0);
	assert_int_equal(band->predicted_ppm, 50000);
	assert_int_equal(band->observed_ppm, 1000000);
	assert_int_equal(band->observed_low_ppm, 206543);
	assert_true(band->surprising);
}

static void what_was_not_answered_is_compared_and_does_not_count(void **state)
{
	static const char *const accept[] = { "decision", "ignore", NULL };

	(void)state;
	disputed("2026-06-01T09:00:00Z", NULL, 12000, NULL, 0);
	gather_pass("2026-06-01T10:00:00Z");
	before_expect(OPENED LOW_USD);
	gather_asked("2026-06-01T11:00:00Z", OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, "ann",
	             accept);
	gather_pass("2026-06-01T12:00:00Z");
	disputed("2026-06-02T09:00:00Z", "won", 12000, NULL, 0);
	gather_pass("2026-06-02T10:00:00Z");
	before_expect("compared won at 50000, accept decided ignore, uncounted\n");
}

static void outcomes_of_several_disputes_add_up_in_their_band(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		const char *const id = arena_printf(gather_stage.arena, "dp_%d", 10 + i);
		struct before_dispute dispute = {
			.id = id, .payment = id, .network = "jcb", .code = ""
		};

		before_disputed("2026-06-01T09:00:00Z", &dispute);
		gather_pass("2026-06-01T10:00:00Z");
		dispute.submissions = 1;
		dispute.status = i < 2 ? "won" : "lost";
		before_disputed("2026-06-01T11:00:00Z", &dispute);
		gather_pass("2026-06-01T12:00:00Z");
	}
	assert_non_null(
	    strstr(before_heard(), "compared lost at 50000, accept decided , 2 of 5\n"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, before_start, gather_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(in_japan_there_is_no_counter_fee_and_effort_is_weighed_in_yen),
		CASE(it_is_said_again_when_the_amount_or_the_evidence_changed_alone),
		CASE(an_inquiry_has_a_worth_of_its_own),
		CASE(a_dispute_that_earlier_payments_prove_has_their_chance_from_its_date_on),
		CASE(a_currency_without_a_worth_is_said_not_guessed),
		CASE(a_late_win_is_compared_again_and_counts_once),
		CASE(what_was_not_answered_is_compared_and_does_not_count),
		CASE(outcomes_of_several_disputes_add_up_in_their_band),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
