/*
 * billing_dispute_test - what is told of a dispute: each field as the provider says it, and again when one is another.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/dispute/dispute.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HEAD \
	"\"id\":\"dp_1\",\"object\":\"dispute\",\"charge\":\"ch_1\",\"currency\":\"eur\",\"amount\":10000"

static int64_t revision;

static int start(void **state)
{
	revision = 0;
	return customer_start(state);
}

static const char *object(const char *more)
{
	return arena_printf(customer_stage.arena, "{" HEAD "%s}", more);
}

static void feed(const char *status, const char *more)
{
	customer_feed("dispute", "dp_1", ++revision, status, object(more));
}

/* NULL: nothing was said of a dispute. */
static const Opsmesh__V1__DisputeChanged *heard(void)
{
	const Opsmesh__V1__BillingEvent *event;

	while ((event = customer_heard()) != NULL)
		if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED)
			return event->dispute_changed;
	return NULL;
}

/* Where there must be something. */
static const Opsmesh__V1__DisputeChanged *next(void)
{
	const Opsmesh__V1__DisputeChanged *const changed = heard();

	CHECK(changed != NULL);
	return changed;
}

static const char *list(char *const *items, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text =
		    arena_printf(customer_stage.arena, "%s%s%s", text, i > 0 ? " " : "", items[i]);
	return text;
}

/* All that is told, in one line; "-" for what is not. */
static const char *line_of(const Opsmesh__V1__DisputeChanged *it)
{
	return arena_printf(customer_stage.arena,
	                    "created %lld due %lld%s; %s %s %s %s; %s%s%lld; %s %s; [%s]%s%s; [%s]",
	                    it->created_at != NULL ? (long long)it->created_at->seconds : -1,
	                    it->due_by != NULL ? (long long)it->due_by->seconds : -1,
	                    it->unanswerable ? " unanswerable" : "", it->method, it->network,
	                    it->case_type, it->network_reason_code,
	                    it->has_evidence ? "evidence " : "", it->past_due ? "late " : "",
	                    (long long)it->submission_count, it->smart_disputes,
	                    it->intended_submission,
	                    list(it->enhanced_eligibility, it->n_enhanced_eligibility),
	                    it->compelling_evidence, it->refundable ? " refundable" : "",
	                    list(it->transaction_ids, it->n_transaction_ids));
}

#define CARD(more) "\"payment_method_details\":{\"type\":\"card\",\"card\":{" more "}}"

static const struct {
	const char *more;
	const char *told;
} readings[] = {
	{ "", "created -1 due -1;    ; 0;  ; []; []" },
	{ ",\"created\":1777600000,\"evidence_details\":{\"due_by\":1778630399}",
	  "created 1777600000 due 1778630399;    ; 0;  ; []; []" },
	{ ",\"evidence_details\":{\"due_by\":0}",
	  "created -1 due -1 unanswerable;    ; 0;  ; []; []" },
	{ ",\"evidence_details\":{\"due_by\":null}", "created -1 due -1;    ; 0;  ; []; []" },
	{ "," CARD("\"brand\":\"visa\",\"network\":\"cartes_bancaires\",\"case_type\":\"inquiry\","
	           "\"network_reason_code\":\"10.4\""),
	  "created -1 due -1; card cartes_bancaires inquiry 10.4; 0;  ; []; []" },
	{ "," CARD("\"brand\":\"Visa\",\"network\":null"),
	  "created -1 due -1; card visa  ; 0;  ; []; []" },
	{ ",\"network_reason_code\":\"4853\"," CARD("\"network_reason_code\":\"83\""),
	  "created -1 due -1; card   4853; 0;  ; []; []" },
	{ ",\"payment_method_details\":{\"type\":\"klarna\",\"klarna\":{\"reason_code\":\"x\"}}",
	  "created -1 due -1; klarna   ; 0;  ; []; []" },
	{ ",\"evidence_details\":{\"has_evidence\":true,\"past_due\":true,\"submission_count\":2}",
	  "created -1 due -1;    ; evidence late 2;  ; []; []" },
	{ ",\"smart_disputes\":{\"status\":\"requires_evidence\","
	  "\"recommended_evidence\":[[\"receipt\"]]},"
	  "\"intended_submission_method\":\"prefer_manual\"",
	  "created -1 due -1;    ; 0; requires_evidence prefer_manual; []; []" },
	{ ",\"smart_disputes\":null,\"intended_submission_method\":null",
	  "created -1 due -1;    ; 0;  ; []; []" },
	{ ",\"enhanced_eligibility_types\":[\"visa_compliance\",\"mastercard_compliance\"],"
	  "\"evidence_details\":{\"enhanced_eligibility\":{"
	  "\"visa_compelling_evidence_3\":{\"status\":\"not_qualified\"},"
	  "\"visa_compliance\":{\"status\":\"fee_acknowledged\"},\"tomorrow\":null}}",
	  "created -1 due -1;    ; 0;  ; "
	  "[mastercard_compliance visa_compelling_evidence_3 visa_compliance]not_qualified; []" },
	{ ",\"is_charge_refundable\":true", "created -1 due -1;    ; 0;  ; [] refundable; []" },
	{ ",\"balance_transactions\":[\"txn_2\",{\"id\":\"txn_1\"}],\"balance_transaction\":\"txn_2\"",
	  "created -1 due -1;    ; 0;  ; []; [txn_2 txn_1]" },
	{ ",\"balance_transaction\":\"txn_9\"", "created -1 due -1;    ; 0;  ; []; [txn_9]" },
};

static void read_it(const char *more, Opsmesh__V1__DisputeChanged *changed,
                    struct json_error *error, bool *good)
{
	static const struct currency_policy currencies = { .others = { .exponent = 2 } };
	const char *const json = object(more);
	AUTO_JSON document = NULL;

	assert_true(json_parse(bytes_of(json), 4096, &document, error));
	const struct json_place top = json_top(document);

	*good = dispute_read(customer_stage.arena, &currencies, &top, changed, error);
}

static void each_field_is_as_the_provider_says_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(readings); i++) {
		Opsmesh__V1__DisputeChanged changed;
		struct json_error error;
		bool good;

		read_it(readings[i].more, &changed, &error, &good);
		assert_true(good);
		assert_string_equal(changed.payment_id, "ch_1");
		assert_string_equal(line_of(&changed), readings[i].told);
	}
}

static const struct {
	const char *more;
	const char *field;
} refused[] = {
	{ ",\"evidence_details\":{\"due_by\":\"soon\"}", "evidence_details.due_by" },
	{ ",\"evidence_details\":{\"submission_count\":-1}", "evidence_details.submission_count" },
	{ ",\"evidence_details\":[]", "evidence_details" },
	{ ",\"is_charge_refundable\":1", "is_charge_refundable" },
	{ ",\"intended_submission_method\":7", "intended_submission_method" },
	{ ",\"smart_disputes\":{\"status\":1}", "smart_disputes.status" },
	{ ",\"enhanced_eligibility_types\":\"visa\"", "enhanced_eligibility_types" },
	{ ",\"evidence_details\":{\"enhanced_eligibility\":{\"visa_compelling_evidence_3\":{"
	  "\"status\":1}}}",
	  "evidence_details.enhanced_eligibility.visa_compelling_evidence_3.status" },
	{ ",\"balance_transactions\":[7]", "balance_transactions[0]" },
	{ "," CARD("\"case_type\":[]"), "payment_method_details.card.case_type" },
};

static void what_cannot_be_read_is_refused_with_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		Opsmesh__V1__DisputeChanged changed;
		struct json_error error;
		bool good;

		read_it(refused[i].more, &changed, &error, &good);
		assert_false(good);
		assert_string_equal(error.path, refused[i].field);
	}
}

static void all_of_it_reaches_the_fact(void **state)
{
	const Opsmesh__V1__DisputeChanged *changed;

	(void)state;
	feed("needs_response", ",\"reason\":\"fraudulent\",\"evidence_details\":{\"due_by\":0}");
	changed = next();
	assert_string_equal(changed->dispute_id, "dp_1");
	assert_string_equal(changed->payment_id, "ch_1");
	assert_string_equal(changed->from_status, "");
	assert_string_equal(changed->to_status, "needs_response");
	assert_string_equal(changed->reason, "fraudulent");
	assert_int_equal(changed->amount->minor, 10000);
	assert_true(changed->unanswerable);
	assert_null(changed->due_by);
}

/* It is refused, and whoever has to answer it hears what there is of it. */
static void what_cannot_be_read_is_told_by_what_can(void **state)
{
	const Opsmesh__V1__DisputeChanged *changed;

	(void)state;
	feed("needs_response", "");
	(void)next();
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		feed("under_review",
		     arena_printf(customer_stage.arena, ",\"reason\":\"general\",\"created\":%zu%s",
		                  i, refused[i].more));
		changed = next();
		assert_string_equal(changed->dispute_id, "dp_1");
		assert_string_equal(changed->payment_id, "ch_1");
		assert_string_equal(changed->from_status, "needs_response");
		assert_string_equal(changed->to_status, "under_review");
		assert_string_equal(changed->reason, "general");
		assert_int_equal(changed->amount->minor, 10000);
		assert_int_equal(changed->created_at->seconds, i);
		assert_null(changed->due_by);
	}
	feed("lost", "");
	assert_string_equal(next()->from_status, "needs_response");
}

/* One after the other, each another than the one before in one thing that is told. */
static void whatever_is_another_is_told_once(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(readings); i++) {
		const bool same = i > 0 && strcmp(readings[i].told, readings[i - 1].told) == 0;

		feed("needs_response", readings[i].more);
		assert_true((heard() != NULL) == !same);
		feed("needs_response",
		     arena_printf(customer_stage.arena, "%s,\"metadata\":{\"x\":\"1\"}",
		                  readings[i].more));
		assert_null(heard());
		stage_test_restart(&customer_stage);
		feed("needs_response", readings[i].more);
		assert_null(heard());
	}
}

static void a_status_that_moves_names_the_one_before(void **state)
{
	(void)state;
	feed("needs_response", "");
	assert_string_equal(next()->from_status, "");
	feed("under_review", "");
	assert_string_equal(next()->from_status, "needs_response");
	feed("under_review", "");
	assert_null(heard());
	feed("lost", "");
	feed("won", "");
	assert_string_equal(next()->to_status, "lost");
	assert_string_equal(next()->from_status, "lost");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(each_field_is_as_the_provider_says_it),
		CASE(what_cannot_be_read_is_refused_with_its_place),
		CASE(what_cannot_be_read_is_told_by_what_can),
		CASE(all_of_it_reaches_the_fact),
		CASE(whatever_is_another_is_told_once),
		CASE(a_status_that_moves_names_the_one_before),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
