/*
 * dispute_bad_input_test - dispute objects that are not as they should be, from the request to the case: a clear problem, and nothing lost.
 */
#include "common/base/text.h"
#include "tests/support/provider_chain.h"
#include "tests/support/provider_dispute.h"

#include <string.h>

#define TITLE "The cardholder says that he did not make the payment"
#define OPENED "opened chargeback needs_response"
#define SET "deadline_set 2026-05-12T17:59:59Z\n"
#define REMINDED "reminder_due seven_days 2026-05-01T08:00:00Z\n"
#define REFUSED "object_refused dispute/dp_1 "
#define LONG \
	"a_word_of_more_than_a_hundred_bytes_that_no_version_of_the_providers_api_has_ever_had_for_the_reason_of_a_dispute"

static int events;

static int start(void **state)
{
	(void)chain_start(state);
	events = 0;
	chain_account("{\"id\":\"" PROVIDER_ACCOUNT "\",\"stripe_customers\":[\"" PROVIDER_CUSTOMER
	              "\"]}");
	chain_upload("{\"id\":\"" PROVIDER_CUSTOMER "\",\"object\":\"customer\"}");
	return 0;
}

static void send_charge(void)
{
	chain_upload(provider_charge(chain_arena(), "ch_dp_1", "visa"));
}

static void send(const struct provider_dispute *dispute)
{
	chain_webhook(provider_dispute_event(chain_arena(), ++events, "updated", dispute));
}

/* What is told of it, and what of it is refused besides. */
static const struct {
	struct provider_dispute dispute;
	const char *story;
	const char *refused;
} rows[] = {
	{ { .amount = "0" }, OPENED ": " TITLE " [amount: is not above zero]\n" SET REMINDED, "" },
	{ { .amount = "-12000" },
	  OPENED ": " TITLE " [amount: is not above zero]\n" SET REMINDED,
	  REFUSED "amount: must be between 0 and 9223372036854775807\n" },
	{ { .amount = "" },
	  OPENED ": " TITLE " [amount: is missing or cannot be read]\n" SET REMINDED,
	  REFUSED "amount: is missing\n" },
	{ { .amount = "9223372036854775807" },
	  OPENED ": " TITLE " [amount: is missing or cannot be read]\n" SET REMINDED,
	  REFUSED "amount: USD: the amount has more than 15 digits\n" },
	{ { .due = "1577836800" },
	  OPENED ": " TITLE " [evidence_details.due_by: is before the dispute began]\n"
	         "deadline_set 2019-12-31T18:00:00Z\n"
	         "deadline_missed no_packet 2026-04-29T22:00:01Z\n",
	  "" },
	{ { .due = "0" }, OPENED ": " TITLE "\n", "" },
	{ { .due = "null" }, OPENED ": " TITLE "\n", "" },
	{ { .due = "\"soon\"" },
	  OPENED ": " TITLE "\n",
	  REFUSED "evidence_details.due_by: must be a whole number\n" },
	{ { .due = "99999999999999" },
	  OPENED ": " TITLE "\n",
	  REFUSED "evidence_details.due_by: must be between 0 and 253402300799\n" },
	{ { .reason = "of_tomorrow" },
	  OPENED " [reason: no document knows it]\n" SET REMINDED,
	  "" },
	{ { .reason = "" }, OPENED "\n" SET REMINDED, "" },
	{ { .reason = LONG },
	  OPENED "\n" SET REMINDED,
	  REFUSED "reason: is longer than 100 bytes\n" },
	{ { .status = "of_tomorrow" },
	  OPENED ": " TITLE " [status: is no word that we know, and counts as open]\n" SET REMINDED,
	  "" },
	{ { .status = "" },
	  OPENED ": " TITLE " [status: is no word that we know, and counts as open]\n" SET REMINDED,
	  "" },
	{ { .status = "warning_of_tomorrow" },
	  "opened inquiry needs_response: " TITLE
	  " [status: is no word that we know, and counts as open]\n" SET REMINDED,
	  "" },
	{ { .code = "99.9" },
	  OPENED " [network_reason_code: no document knows it]\n" SET REMINDED,
	  "" },
	{ { .network = "of_mars", .code = "10.4" },
	  OPENED " [network_reason_code: no document knows it]\n" SET REMINDED,
	  "" },
	{ { .status = "of_tomorrow", .reason = "of_tomorrow", .code = "99.9", .amount = "0" },
	  OPENED
	  " [amount: is not above zero] [status: is no word that we know, and counts as open]"
	  " [network_reason_code: no document knows it] [reason: no document knows it]\n" SET
	      REMINDED,
	  "" },
	{ { .submissions = -1 },
	  OPENED ": " TITLE "\n" SET REMINDED,
	  REFUSED "evidence_details.submission_count: must be between 0 and 1000000\n" },
};

/* A state that is as it should be mends what the one before could not tell, in the same case. */
static void check_mended(void)
{
	struct case_row row;

	send(&(struct provider_dispute){ .moved = true });
	chain_wait(SECONDS(1));
	row = chain_case(PROVIDER_ACCOUNT, "dp_1");
	assert_string_equal(row.status, "needs_response");
	assert_string_equal(row.reason, "fraudulent");
	assert_string_equal(row.payment_id, "ch_dp_1");
	assert_string_equal(row.customer_id, PROVIDER_CUSTOMER);
	assert_int_equal(row.amount, 12000);
	assert_string_equal(row.currency, "USD");
	assert_int_equal(row.due_by.us, SECONDS(PROVIDER_DUE).us);
	assert_non_null(strstr(chain_story("dp_1"), "funds_withdrawn txn_dp_1 12000 USD\n"));
	assert_string_equal(chain_refused(), "");
}

static void what_is_wrong_is_a_case_that_says_so_and_is_mended_by_the_next_state(void **state)
{
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		start(state);
		send_charge();
		send(&rows[i].dispute);
		chain_wait(SECONDS(1));
		assert_string_equal(chain_story("dp_1"), rows[i].story);
		assert_string_equal(chain_refused(), rows[i].refused);
		check_mended();
		chain_stop(state);
	}
	start(state); /* which is stopped behind the test */
}

/* What is no amount at all never gets as far as the mirror: it is refused with its place, and what comes next is taken. */
static void what_is_no_amount_is_refused_at_the_door(void **state)
{
	static const struct {
		const char *amount;
		const char *refused;
	} wrong[] = {
		{ "1.5",
		  "request_refused refused data.object.amount: must be a whole number of minor "
		  "units within 64 bits\n" },
		{ "\"12000\"", REFUSED "amount: must be a whole number of minor units\n" },
	};

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		start(state);
		send_charge();
		send(&(struct provider_dispute){ .amount = wrong[i].amount });
		assert_string_equal(chain_refused(), wrong[i].refused);
		assert_string_equal(chain_story("dp_1"), "");
		check_mended();
		chain_stop(state);
	}
	start(state);
}

static void a_dispute_without_a_charge_is_a_case_at_once_and_goes_to_its_account_with_it(
    void **state)
{
	(void)state;
	send_charge();
	send(&(struct provider_dispute){ .charge = "" });
	assert_string_equal(chain_story("dp_1"),
	                    OPENED ": " TITLE " [charge: the dispute names none] "
	                           "[customer: nobody knows whose charge it is]\n" SET);
	assert_string_equal(chain_case("dp_1", "dp_1").payment_id, "");
	check_mended();
	assert_string_equal(chain_case("dp_1", "dp_1").state, "placed");
}

/* It waits for its charge as long as the document says, and then is somebody's all the same. */
static void a_dispute_whose_charge_does_not_come_is_a_case_after_a_while(void **state)
{
	(void)state;
	send(&(struct provider_dispute){ 0 });
	chain_wait(HOURS(36)); /* 71 after it was disputed */
	assert_string_equal(chain_story("dp_1"), "");
	chain_wait(HOURS(2));
	assert_true(text_starts(chain_story("dp_1"),
	                        OPENED ": " TITLE " [charge: has not come] "
	                               "[customer: nobody knows whose charge it is]\n" SET));
	send_charge();
	check_mended();
	assert_string_equal(chain_case("ch_dp_1", "dp_1").state, "placed");
}

static void a_dispute_without_an_id_is_refused_and_stops_nobody(void **state)
{
	(void)state;
	send_charge();
	chain_webhook("{\"id\":\"evt_x\",\"object\":\"event\",\"type\":\"charge.dispute.created\","
	              "\"created\":1777500000,\"data\":{\"object\":{\"object\":\"dispute\","
	              "\"charge\":\"ch_dp_1\",\"amount\":1,\"currency\":\"usd\"}}}");
	assert_string_equal(chain_refused(), "object_refused dispute/evt_x id: is missing\n");
	check_mended();
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, chain_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test_teardown(
		    what_is_wrong_is_a_case_that_says_so_and_is_mended_by_the_next_state,
		    chain_stop),
		cmocka_unit_test_teardown(what_is_no_amount_is_refused_at_the_door, chain_stop),
		CASE(a_dispute_without_a_charge_is_a_case_at_once_and_goes_to_its_account_with_it),
		CASE(a_dispute_whose_charge_does_not_come_is_a_case_after_a_while),
		CASE(a_dispute_without_an_id_is_refused_and_stops_nobody),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
