/*
 * dispute_warning_test - early fraud warnings: refund, contact, watch or nothing, and the loss that is expected.
 */
#include "services/chargeback/warning/warning.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT "warnings/standard-1.json"
#define BECAUSE(name) (1U << WARNING_BECAUSE_##name)

static struct warning_policy read_document(void)
{
	struct warning_policy policy;

	policy_fixture_read(arena, &warning_policy_kind, DOCUMENT, &policy);
	return policy;
}

static struct warning_inputs dollars(int64_t minor, int64_t refunded)
{
	return (struct warning_inputs){
		.amount = { minor, "USD" },
		.fee = { 1500, "USD" },
		.refunded = refunded,
		.actionable = true,
	};
}

static void a_refund_is_made_where_the_dispute_would_cost_more(void **state)
{
	static const struct {
		const char *name;
		int64_t minor;
		int64_t refunded;
		int64_t waiting;
		bool idle; /* not actionable */
		bool disputed;
		bool shifted;
		enum warning_triage triage;
		uint32_t reasons;
		int64_t disputed_ppm;
		int64_t loss;
	} rows[] = {
		{ "as much as the fee", 1500, 0, 0, false, false, false, WARNING_REFUND,
		  BECAUSE(SMALL), 800000, 2400 },
		{ "35 % above the fee", 2025, 0, 0, false, false, false, WARNING_REFUND,
		  BECAUSE(SMALL), 800000, 2820 },
		{ "a cent more", 2026, 0, 0, false, false, false, WARNING_WATCH, BECAUSE(LARGE),
		  800000, 2821 },
		{ "so much is left after what was refunded", 10000, 7975, 0, false, false, false,
		  WARNING_REFUND, BECAUSE(SMALL), 800000, 2820 },
		{ "a large one whose customer waits for an answer", 10000, 0, 1, false, false,
		  false, WARNING_CONTACT, BECAUSE(LARGE) | BECAUSE(TICKET), 850000, 9775 },
		{ "many tickets are no more than certain", 10000, 0, 90, false, false, false,
		  WARNING_CONTACT, BECAUSE(LARGE) | BECAUSE(TICKET), 1000000, 11500 },
		{ "a small one whose customer waits is refunded", 1500, 0, 1, false, false, false,
		  WARNING_REFUND, BECAUSE(SMALL) | BECAUSE(TICKET), 850000, 2550 },
		{ "the bank bears it", 1500, 0, 1, false, false, true, WARNING_WATCH,
		  BECAUSE(SHIFTED) | BECAUSE(SMALL) | BECAUSE(TICKET), 0, 0 },
		{ "the dispute is there", 1500, 0, 0, false, true, false, WARNING_NONE,
		  BECAUSE(DISPUTED), 0, 0 },
		{ "nothing can be done", 1500, 0, 0, true, false, false, WARNING_NONE,
		  BECAUSE(NOT_ACTIONABLE), 0, 0 },
		{ "it was refunded in full", 1500, 1500, 2, true, false, false, WARNING_NONE,
		  BECAUSE(REFUNDED) | BECAUSE(NOT_ACTIONABLE), 0, 0 },
		{ "more was refunded than was paid", 1500, 1600, 0, false, false, false,
		  WARNING_NONE, BECAUSE(REFUNDED), 0, 0 },
	};
	const struct warning_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct warning_inputs inputs = dollars(rows[i].minor, rows[i].refunded);
		struct warning_answer got;
		const char *reason = "";

		print_message("%s\n", rows[i].name);
		inputs.waiting_tickets = rows[i].waiting;
		inputs.actionable = !rows[i].idle;
		inputs.disputed = rows[i].disputed;
		inputs.liability_shifted = rows[i].shifted;
		assert_true(warning_judge(&policy, &inputs, &got, &reason));
		assert_int_equal(got.triage, rows[i].triage);
		assert_int_equal(got.reasons, rows[i].reasons);
		assert_int_equal(got.disputed_ppm, rows[i].disputed_ppm);
		assert_int_equal(got.loss, rows[i].loss);
		assert_int_equal(got.up_to, 2025);
		assert_int_equal(got.inputs.amount.minor, rows[i].minor);
	}
}

static void without_a_fee_nothing_is_refunded(void **state)
{
	const struct warning_policy policy = read_document();
	struct warning_inputs inputs = dollars(WARNING_AMOUNT_MAX, 0);
	struct warning_answer got;
	const char *reason = "";

	(void)state;
	inputs.fee.minor = 0;
	assert_true(warning_judge(&policy, &inputs, &got, &reason));
	assert_int_equal(got.triage, WARNING_WATCH);
	assert_int_equal(got.up_to, 0);
	assert_true(got.loss == WARNING_AMOUNT_MAX / 10 * 8);
	inputs.fee.minor = -1;
	assert_false(warning_judge(&policy, &inputs, &got, &reason));
	inputs.fee.minor = WARNING_AMOUNT_MAX + 1;
	assert_false(warning_judge(&policy, &inputs, &got, &reason));
}

static void what_cannot_be_judged_is_said(void **state)
{
	const struct warning_policy policy = read_document();
	struct warning_inputs foreign = dollars(1500, 0);
	struct warning_inputs none = dollars(0, 0);
	struct warning_inputs less = dollars(1500, -1);
	struct warning_answer got = { .loss = 7 };
	const char *reason = "";

	(void)state;
	foreign.fee = (struct money){ 1500, "JPY" };
	assert_false(warning_judge(&policy, &foreign, &got, &reason));
	assert_string_equal(reason, "the fee is in another currency than the payment");
	assert_false(warning_judge(&policy, &none, &got, &reason));
	assert_string_equal(reason, "the payment or the fee is none, or too large");
	assert_false(warning_judge(&policy, &less, &got, &reason));
	assert_string_equal(reason, "what was refunded, or the tickets, are less than none");
	assert_int_equal(got.loss, 7);
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "without sources", "\"sources\"", "\"origins\"", "origins: " },
		{ "never over", "\"expires\": \"120d\"", "\"expires\": \"0d\"", "expires: " },
		{ "a chance above one", "\"disputed_ppm\": 800000", "\"disputed_ppm\": 8000000",
		  "disputed_ppm: " },
		{ "more with the liability shifted than without", "\"disputed_shifted_ppm\": 0",
		  "\"disputed_shifted_ppm\": 900000",
		  "disputed_shifted_ppm: must not be above disputed_ppm" },
		{ "a chance that is not whole", "\"ticket_adds_ppm\": 50000",
		  "\"ticket_adds_ppm\": 0.05", "ticket_adds_ppm: " },
		{ "a share of less than nothing", "\"fee_ppm\": 1350000", "\"fee_ppm\": -1",
		  "refund_up_to.fee_ppm: " },
		{ "a field nobody knows", "\"fee_ppm\"", "\"fee\"", "refund_up_to.fee: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &warning_policy_kind, policy_fixture_text(arena, DOCUMENT),
	                       rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_refund_is_made_where_the_dispute_would_cost_more),
		cmocka_unit_test(without_a_fee_nothing_is_refunded),
		cmocka_unit_test(what_cannot_be_judged_is_said),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
