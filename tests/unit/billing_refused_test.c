/*
 * billing_refused_test - what is not taken over of a customer's object is a case of theirs, until a state of it is.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/case_fixture.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/ledger_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *said(void)
{
	return case_said(NULL);
}

/* What the stage reads itself. */

static void feed_dispute(const char *id, int64_t revision, const char *currency, int amount,
                         const char *due)
{
	customer_feed("dispute", id, revision, "needs_response",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"dispute\",\"status\":"
	                           "\"needs_response\",\"currency\":\"%s\",\"amount\":%d,"
	                           "\"evidence_details\":%s}",
	                           id, currency, amount, due));
}

static void what_cannot_be_read_is_a_case_until_it_can(void **state)
{
	(void)state;
	feed_dispute("dp_1", 1, "jpy", 12000, "7");
	assert_string_equal(said(), "refused dp_1\nopened state_refused dp_1 12000 0 JPY\n");
	feed_dispute("dp_1", 2, "jpy", 12000, "8");
	assert_string_equal(said(), "refused dp_1\n");
	feed_dispute("dp_2", 1, "jpy", 5, "{}");
	assert_string_equal(said(), "");
	stage_test_restart(&customer_stage);
	feed_dispute("dp_1", 3, "jpy", 12000, "{}");
	assert_string_equal(said(), "healed state_refused dp_1\n");
	feed_dispute("dp_1", 4, "jpy", 13000, "{}");
	assert_string_equal(said(), "");
}

/* Something of it stands: how much of it is missing nobody knows. */
static void of_what_stands_in_another_state_it_is_counted(void **state)
{
	(void)state;
	feed_dispute("dp_1", 1, "jpy", 12000, "{}");
	feed_dispute("dp_1", 2, "jpy", 12000, "7");
	assert_string_equal(said(), "refused dp_1\nopened state_refused dp_1 1 0\n");
}

/* Of shillings nobody can say what the provider means (deploy/policies/currencies). */
static void an_amount_that_cannot_be_money_is_counted(void **state)
{
	(void)state;
	feed_dispute("dp_1", 1, "ugx", 1005, "{}");
	assert_string_equal(said(), "refused dp_1\nopened state_refused dp_1 1 0\n");
	feed_dispute("dp_1", 2, "jpy", 1000, "{}");
	assert_string_equal(said(), "healed state_refused dp_1\n");
}

/* Of what has several parts. */

#define TRANSACTION(id, type, source, amount)                                        \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type     \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount ",\"source\":\"" source \
	"\",\"created\":1777600100"
#define YEN ",\"currency\":\"jpy\"}"

static void feed_charge(void)
{
	customer_feed("charge", "ch_1", 1, "succeeded",
	              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	              "\"captured\":true,\"currency\":\"jpy\",\"amount\":12000,"
	              "\"amount_captured\":12000,\"amount_refunded\":0,\"created\":1777600000}");
	customer_feed("balance_transaction", "txn_1", 1, "available",
	              TRANSACTION("txn_1", "charge", "ch_1", "12000") YEN);
}

/* It took the money and gave it back; end is that of the second transaction. */
static void feed_won(int64_t revision, const char *end)
{
	customer_feed("dispute", "dp_1", revision, "won",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"won\","
	                           "\"charge\":\"ch_1\",\"currency\":\"jpy\",\"amount\":12000,"
	                           "\"balance_transactions\":[%s,%s%s]}",
	                           TRANSACTION("txn_2", "adjustment", "dp_1", "-12000") YEN,
	                           TRANSACTION("txn_3", "adjustment", "dp_1", "12000"), end));
}

#define CHARGED "cash_in_transit JPY 12000\nreceivable JPY -12000\n"

/* Also where it waits for its charge, which stands. */
static void of_what_is_refused_in_part_nothing_is_booked(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		if (first == 1)
			feed_won(1, "}");
		feed_charge();
		if (first == 0)
			feed_won(1, "}");
		assert_string_equal(ledger_trial(&customer_stage), CHARGED);
		assert_int_equal(ledger_count(&customer_stage), 2);
		assert_string_equal(case_said("state_refused"),
		                    "refused dp_1\nopened state_refused dp_1 12000 0 JPY\n");
		stage_test_restart(&customer_stage);
		feed_won(2, YEN);
		assert_string_equal(ledger_trial(&customer_stage), CHARGED);
		assert_true(ledger_count(&customer_stage) > 2);
		assert_string_equal(case_said("state_refused"), "healed state_refused dp_1\n");
		assert_int_equal(customer_stop(NULL), 0);
		assert_int_equal(customer_start(NULL), 0);
	}
}

/* Each by itself, though their ids begin or end alike. */
static void two_objects_are_two_matters(void **state)
{
	(void)state;
	feed_dispute("dp_11", 1, "jpy", 2, "7");
	(void)said();
	feed_dispute("dp_1", 1, "jpy", 1, "{}");
	feed_dispute("p_11", 1, "jpy", 1, "{}");
	assert_string_equal(said(), "");
	feed_dispute("dp_1", 2, "jpy", 1, "7");
	(void)said();
	feed_dispute("dp_11", 2, "jpy", 2, "{}");
	assert_string_equal(said(), "healed state_refused dp_11\n");
	feed_dispute("dp_1", 3, "jpy", 1, "{}");
	assert_string_equal(said(), "healed state_refused dp_1\n");
}

/* What the mirror tells. */

static void tell(const char *field, int64_t amount, bool healed)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectNotTaken refused = OPSMESH__V1__OBJECT_NOT_TAKEN__INIT;

	refused.object_id = text_mutable("in_1");
	refused.object_type = text_mutable("invoice");
	refused.field = text_mutable(field);
	refused.reason = text_mutable("changes within the object");
	refused.healed = healed;
	refused.currency = text_mutable(amount != 0 ? "EUR" : "");
	refused.amount = amount;
	event.customer_id = text_mutable(customer_key);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_NOT_TAKEN;
	event.not_taken = &refused;
	event.occurred_at = proto_timestamp(customer_stage.arena, customer_now());
	customer_feed_event(OPS_BY_CUSTOMER, &event.base);
}

static void what_the_mirror_refuses_is_a_case_by_its_field(void **state)
{
	static const struct {
		const char *field;
		int64_t amount;
		const char *matter; /* the case, and the object */
		const char *figures;
	} cases[] = {
		{ "currency", 9000, "currency_changed in_1", "9000 0 EUR" },
		{ "livemode", 0, "mode_mixed in_1", "1 0" },
		{ "charge", 0, "state_refused in_1", "1 0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		tell(cases[i].field, cases[i].amount, false);
		assert_string_equal(said(), arena_printf(customer_stage.arena, "opened %s %s\n",
		                                         cases[i].matter, cases[i].figures));
		tell(cases[i].field, cases[i].amount, false);
		assert_string_equal(said(), "");
		tell(cases[i].field, 0, true);
		assert_string_equal(said(), arena_printf(customer_stage.arena, "healed %s\n",
		                                         cases[i].matter));
		tell(cases[i].field, 0, true);
		assert_string_equal(said(), "");
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(what_cannot_be_read_is_a_case_until_it_can),
		CASE(of_what_stands_in_another_state_it_is_counted),
		CASE(an_amount_that_cannot_be_money_is_counted),
		CASE(of_what_is_refused_in_part_nothing_is_booked),
		CASE(two_objects_are_two_matters),
		CASE(what_the_mirror_refuses_is_a_case_by_its_field),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
