/*
 * evidence_test - what a dossier has for and against us: every kind, every rule of what hurts, and what is missing.
 */
#include "tests/support/arena_fixture.h"
#include "tests/support/evidence_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define JUDGED(message_, intent_)                                                 \
	{                                                                         \
		.id = "v-" message_, .kind = "triaged", .about = "T1",            \
		.at = "2026-07-01T00:00:00Z", .word = intent_, .detail = message_ \
	}
#define SUBSCRIPTION(id_, at_, word_)                                                         \
	{                                                                                     \
		.id = id_, .kind = "subscription", .about = "sub_1", .at = at_, .word = word_ \
	}
#define BEFORE "2026-05-01T09:00:00Z"
#define BEFORE_2 "2026-05-02T09:00:00Z"
#define AFTER "2026-05-20T09:00:00Z"
#define AFTER_2 "2026-05-21T09:00:00Z"
#define AFTER_3 "2026-05-22T09:00:00Z"

struct evidence_row {
	const char *name;
	const char *category;
	struct evidence_fact facts[EVIDENCE_FIXTURE_FACTS];
	const char *want[4];  /* each is told */
	const char *never[3]; /* none of these is */
};

static const char *told_of(const struct evidence_row *row)
{
	const struct evidence_setting setting = { .category = row->category };
	const struct evidence evidence =
	    evidence_fixture_gather(arena, evidence_fixture_page(arena, evidence_story, row->facts),
	                            &setting);

	return evidence_fixture_told(arena, &evidence);
}

static void hold(const struct evidence_row *rows, size_t count)
{
	size_t wrong = 0;

	for (size_t i = 0; i < count; i++) {
		const char *const told = told_of(&rows[i]);

		for (size_t k = 0; k < COUNT_OF(rows[i].want) && rows[i].want[k] != NULL; k++)
			if (strstr(told, rows[i].want[k]) == NULL) {
				print_error("%s: no \"%s\" in\n%s\n", rows[i].name, rows[i].want[k],
				            told);
				wrong++;
			}
		for (size_t k = 0; k < COUNT_OF(rows[i].never) && rows[i].never[k] != NULL; k++)
			if (strstr(told, rows[i].never[k]) != NULL) {
				print_error("%s: \"%s\" in\n%s\n", rows[i].name, rows[i].never[k],
				            told);
				wrong++;
			}
	}
	assert_int_equal(wrong, 0);
}

static const struct evidence_row gathered_rows[] = {
	{ "a message of the customer's, and our own",
	  "general",
	  { FACT_CUSTOMER("m1", AFTER, "How do I invite?"),
	    FACT_OURS("m2", AFTER_2, "Like this.") },
	  .want = { " customer_communication@customer_communication#m1 ",
	            " customer_communication@customer_communication#m2 " } },
	{ "a request to cancel, and our answer",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", AFTER, "Please cancel"), JUDGED("m1", "cancel"),
	    FACT_OURS("m2", AFTER_2, "Done") },
	  .want = { " cancellation_request@cancellation_rebuttal#m1 ",
	            " cancellation_request@cancellation_rebuttal#m2 " } },
	{ "a request to cancel is communication where nobody asks for such",
	  "general",
	  { FACT_CUSTOMER("m1", AFTER, "Please cancel"), JUDGED("m1", "cancel") },
	  .want = { " customer_communication@customer_communication#m1 " } },
	{ "the end of the subscription",
	  "subscription_canceled",
	  { SUBSCRIPTION("s1", AFTER, "ended") },
	  .want = { " cancellation_request@cancellation_rebuttal#s1 " } },
	{ "a request for a refund, our answer and the refund",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"), JUDGED("m1", "refund"),
	    FACT_OURS("m2", AFTER_2, "The terms allow none"),
	    FACT_REFUND("r1", AFTER_3, "succeeded") },
	  .want = { " refund_request@refund_refusal_explanation#m1 ",
	            " refund_answer@refund_refusal_explanation#m2 ",
	            " refund_answer@refund_refusal_explanation#r1 " } },
	{ "a refund that failed is none",
	  "credit_not_processed",
	  { FACT_REFUND("r1", AFTER, "pending"), FACT_REFUND("r2", AFTER_2, "failed") },
	  .want = { " ?refund_answer " },
	  .never = { "#r1", "#r2" } },
	{ "usage by its meter, with its seats",
	  "product_not_received",
	  { { "u1", "usage", "sub_1", AFTER, "2026-05-20", "calls", .minor = 120 },
	    { "u2", "usage", "sub_1", AFTER_2, "2026-05-21", "calls", .minor = 130 },
	    { "u3", "usage", "sub_1", AFTER_2, "2026-05-21", "storage", .minor = 10 },
	    { "t1", "seat", "si_1", AFTER, "assigned", .role = NULL } },
	  .want = { " usage@service_documentation#u1 ", " usage@service_documentation#u3 ",
	            " usage@service_documentation#t1 " },
	  .never = { "#u2", "unused" } },
	{ "usage before the payment and after the dispute is none of it",
	  "product_not_received",
	  { { "u1", "usage", "sub_1", BEFORE, "2026-05-09", "calls", .minor = 120 },
	    { "u2", "usage", "sub_1", AFTER, "2026-06-02", "calls", .minor = 120 },
	    { "t1", "seat", "si_1", "2026-06-01T00:00:00Z", "assigned", .role = NULL } },
	  .want = { " ?usage " },
	  .never = { "#u1", "#u2", "#t1" } },
	{ "access as it stood at the payment",
	  "product_not_received",
	  { { "a0", "access", "sub_1", BEFORE, "granted", "trial", .role = NULL },
	    { "a1", "access", "sub_1", BEFORE_2, "granted", "active", .role = NULL } },
	  .want = { " access@access_activity_log#a1 " },
	  .never = { "#a0" } },
	{ "access that was withdrawn before is none",
	  "product_not_received",
	  { { "a0", "access", "sub_1", BEFORE, "granted", "active", .role = NULL },
	    { "a1", "access", "sub_1", BEFORE_2, "withdrawn", "ended", .role = NULL } },
	  .want = { " ?access " },
	  .never = { "#a0", "#a1" } },
	{ "earlier payments, but for those refunded, disputed or failed",
	  "fraudulent",
	  { { "p1", "payment", "ch_a", BEFORE, "succeeded", .minor = 100 },
	    { "p2", "payment", "ch_b", BEFORE, "succeeded", .minor = 100, .refunded = 50 },
	    { "p3", "payment", "ch_c", BEFORE, "succeeded", .minor = 100, .disputed = true },
	    { "p4", "payment", "ch_d", BEFORE, "failed", .minor = 100 },
	    { "p5", "payment", "ch_e", AFTER, "succeeded", .minor = 100 } },
	  .want = { " earlier_payment@uncategorized_file#p1 " },
	  .never = { "#p2", "#p3", "#p4" } },
	{ "no earlier payment of which there is a dispute or a warning",
	  "fraudulent",
	  { { "p1", "payment", "ch_a", BEFORE, "succeeded", .minor = 100 },
	    { "p2", "payment", "ch_b", BEFORE, "succeeded", .minor = 100 },
	    { "d1", "dispute", "dp_a", BEFORE_2, "won", "ch_a", .role = NULL },
	    { "w1", "warning", "issfr_1", BEFORE_2, "misc", "ch_b", .role = NULL } },
	  .want = { " ?earlier_payment " },
	  .never = { "#p1", "#p2" } },
	{ "an earlier payment is one that was made earlier, whenever it is told of",
	  "fraudulent",
	  { { "p1", "payment", "ch_a", AFTER, "succeeded", .minor = 100, .made = BEFORE },
	    { "p2", "payment", "ch_b", BEFORE, "succeeded", .minor = 100, .made = AFTER } },
	  .want = { " earlier_payment@uncategorized_file#p1 " },
	  .never = { "#p2" } },
	{ "receipt, invoice and history",
	  "general",
	  { { .kind = NULL } },
	  .want = { " receipt@receipt#f2 ", " invoice@uncategorized_file#f1 ",
	            " account_history@uncategorized_text#f0/history " } },
	{ "what was shown at the purchase",
	  "subscription_canceled",
	  { { .kind = NULL } },
	  .want = { " policy_shown@cancellation_policy_disclosure#shown/checkout/1/cancellation_policy ",
	            " policy_shown@cancellation_policy_disclosure#shown/checkout/1/terms " },
	  .never = { "refund_policy" } },
	{ "the refund policy where that is asked for",
	  "credit_not_processed",
	  { { .kind = NULL } },
	  .want = { " policy_shown@refund_policy_disclosure#shown/checkout/1/refund_policy " },
	  .never = { "/cancellation_policy" } },
	{ "two payments of one amount that paid different invoices",
	  "duplicate",
	  { { "i2", "invoice", "in_2", AFTER, "paid", "sub_2", .minor = 12000 },
	    { "p2", "payment", "ch_2", "2026-05-12T09:00:00Z", "succeeded", "in_2",
	      .minor = 12000 } },
	  .want = { " duplicate_explanation@duplicate_charge_explanation#p2/explanation ",
	            " duplicate_explanation@duplicate_charge_id#p2/charge ",
	            " invoice@duplicate_charge_documentation#i2 ", " receipt@receipt#p2 " } },
	{ "two payments that are far apart are no duplicate",
	  "duplicate",
	  { { "p2", "payment", "ch_2", "2026-05-17T09:00:01Z", "succeeded", "in_2",
	      .minor = 12000 } },
	  .want = { " ?duplicate_explanation " },
	  .never = { "#p2" } },
};

static void every_kind_is_gathered_into_the_field_that_the_reason_names(void **state)
{
	(void)state;
	hold(gathered_rows, COUNT_OF(gathered_rows));
}

static const struct evidence_row hurting_rows[] = {
	{ "a request to cancel before the payment that nothing met",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "Cancel, please"), JUDGED("m1", "cancel"),
	    FACT_OURS("m2", BEFORE_2, "We will") },
	  .want = { "#m1! ", "#m2! ", " ?cancellation_request " } },
	{ "one that a cancelling met",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "Cancel, please"), JUDGED("m1", "cancel"),
	    SUBSCRIPTION("s1", BEFORE_2, "cancel_asked") },
	  .want = { "#m1 " },
	  .never = { "#m1! " } },
	{ "one that was met only after the payment",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "Cancel, please"), JUDGED("m1", "cancel"),
	    SUBSCRIPTION("s1", AFTER, "ended") },
	  .want = { "#m1! " } },
	{ "one that the customer took back",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "Cancel, please"), JUDGED("m1", "cancel"),
	    SUBSCRIPTION("s1", BEFORE_2, "cancel_undone") },
	  .want = { "#m1 " } },
	{ "in Japanese",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "解約してください。"), JUDGED("m1", "cancel") },
	  .want = { "#m1! " } },
	{ "a request for a refund that nobody answered",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"), JUDGED("m1", "refund") },
	  .want = { "#m1! ", " ?refund_request " } },
	{ "it hurts where no refund is asked about as well",
	  "general",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"), JUDGED("m1", "refund") },
	  .want = { " refund_request@uncategorized_text#m1! " } },
	{ "an answer in another ticket is none",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"),
	    JUDGED("m1", "refund"),
	    { .id = "m2",
	      .kind = "message",
	      .about = "T2",
	      .at = AFTER_2,
	      .role = "agent",
	      .text = "No" } },
	  .want = { "#m1! " } },
	{ "what the system writes is no answer",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"),
	    JUDGED("m1", "refund"),
	    { .id = "m2",
	      .kind = "message",
	      .about = "T1",
	      .at = AFTER_2,
	      .role = "system",
	      .text = "We got your mail" } },
	  .want = { "#m1! " },
	  .never = { "#m2" } },
	{ "a refund meets it without a word",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"), JUDGED("m1", "refund"),
	    FACT_REFUND("r1", AFTER_2, "pending") },
	  .want = { "#m1 " } },
	{ "a refund that was made before it was asked for does not",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER_2, "And the rest?"), JUDGED("m1", "refund"),
	    FACT_REFUND("r1", AFTER, "succeeded") },
	  .want = { "#m1! " } },
	{ "one that was promised and not paid",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"), JUDGED("m1", "refund"),
	    FACT_OURS("m2", AFTER_2, "Sorry. WE WILL REFUND you tomorrow.") },
	  .want = { "#m1! ", "#m2! " } },
	{ "promised in Japanese and not paid",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "返金してください"), JUDGED("m1", "refund"),
	    FACT_OURS("m2", AFTER_2, "承知しました。全額を返金いたします。") },
	  .want = { "#m1! ", "#m2! " } },
	{ "promised and paid",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", AFTER, "Refund me"), JUDGED("m1", "refund"),
	    FACT_OURS("m2", AFTER_2, "We will refund you"),
	    FACT_REFUND("r1", AFTER_3, "succeeded") },
	  .want = { "#m1 ", "#m2 " },
	  .never = { "!" } },
	{ "a request before the payment was about another one",
	  "credit_not_processed",
	  { FACT_CUSTOMER("m1", BEFORE, "Refund me"), JUDGED("m1", "refund") },
	  .want = { " customer_communication@customer_communication#m1 " } },
	{ "a complaint that nobody answered",
	  "product_unacceptable",
	  { FACT_CUSTOMER("m1", AFTER, "It is down"), JUDGED("m1", "outage") },
	  .want = { " customer_communication@customer_communication#m1! " } },
	{ "a complaint that was answered",
	  "product_unacceptable",
	  { FACT_CUSTOMER("m1", AFTER, "It is down"), JUDGED("m1", "outage"),
	    FACT_OURS("m2", AFTER_2, "It is up again") },
	  .want = { "#m1 ", "#m2 " } },
	{ "a refund where nobody asks for the answer",
	  "fraudulent",
	  { FACT_REFUND("r1", AFTER, "succeeded") },
	  .want = { " refund_answer@uncategorized_text#r1! " } },
	{ "charged twice for one invoice",
	  "duplicate",
	  { { "p2", "payment", "ch_2", AFTER, "succeeded", "in_1", .minor = 12000 } },
	  .want = { "#p2/twice! ", " ?duplicate_explanation " } },
	{ "twice, and one was given back",
	  "duplicate",
	  { { "p2", "payment", "ch_2", AFTER, "succeeded", "in_1", .minor = 12000,
	      .refunded = 12000 } },
	  .want = { " ?duplicate_explanation " },
	  .never = { "#p2/twice" } },
	{ "nothing was used, and the reason is about the service",
	  "product_not_received",
	  { { .kind = NULL } },
	  .want = { " usage@service_documentation#f2/unused! " } },
	{ "nothing was used, and the reason is another",
	  "fraudulent",
	  { { .kind = NULL } },
	  .want = { " ?usage " },
	  .never = { "unused" } },
};

static void what_speaks_against_us_hurts(void **state)
{
	(void)state;
	hold(hurting_rows, COUNT_OF(hurting_rows));
}

static const struct evidence_row silent_rows[] = {
	{ "no message at all",
	  "subscription_canceled",
	  { { .kind = NULL } },
	  .want = { "#f2/cancellation_request " } },
	{ "one that is about something else",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "Hello"), JUDGED("m1", "how_to") },
	  .want = { "#f2/cancellation_request " } },
	{ "one that nobody judged may ask for it",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "Hello") },
	  .want = { " ?cancellation_request " } },
	{ "one that asks for it after the payment",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", AFTER, "Cancel"), JUDGED("m1", "cancel") },
	  .want = { "#f2/cancellation_request ", "#m1 " } },
	{ "a person corrected what was judged",
	  "subscription_canceled",
	  { FACT_CUSTOMER("m1", BEFORE, "Stop it"),
	    JUDGED("m1", "how_to"),
	    { .id = "v2",
	      .kind = "triaged",
	      .about = "T1",
	      .at = "2026-07-02T00:00:00Z",
	      .word = "cancel",
	      .detail = "m1" } },
	  .want = { "#m1! " },
	  .never = { "#f2/cancellation_request" } },
	{ "a subscription that was cancelled before",
	  "subscription_canceled",
	  { SUBSCRIPTION("s1", BEFORE, "cancel_asked") },
	  .want = { "#s1 " },
	  .never = { "#f2/cancellation_request" } },
	{ "no request for a refund",
	  "credit_not_processed",
	  { { .kind = NULL } },
	  .want = { " refund_request@refund_refusal_explanation#f2/refund_request " } },
};

static void that_nobody_asked_is_said_when_all_was_judged(void **state)
{
	(void)state;
	hold(silent_rows, COUNT_OF(silent_rows));
}

static struct evidence silent(bool is_cut)
{
	const struct evidence_setting setting = { .category = "subscription_canceled",
		                                  .is_cut = is_cut };

	return evidence_fixture_gather(arena, evidence_fixture_page(arena, evidence_story, NULL),
	                               &setting);
}

static void that_nobody_asked_is_said_of_our_records_alone(void **state)
{
	(void)state;
	const struct evidence whole = silent(false);
	const struct evidence cut = silent(true);
	const char *const text =
	    evidence_fixture_item(&whole, "f2/cancellation_request")->text->text;

	assert_ptr_equal(strstr(text, "In our records since 2026-01-10T09:00:00Z:\n"), text);
	assert_null(strstr(evidence_fixture_told(arena, &cut), "f2/cancellation_request"));
	assert_non_null(strstr(evidence_fixture_told(arena, &cut), " ?cancellation_request "));
}

static const struct evidence_row foreign_rows[] = {
	{ "a ticket that left",
	  "general",
	  { FACT_CUSTOMER("m1", AFTER, "Hello"),
	    { .id = "l1", .kind = "left", .about = "T1", .at = AFTER_2 } },
	  .want = { " ?customer_communication " },
	  .never = { "#m1" } },
	{ "a ticket that left and came back",
	  "general",
	  { FACT_CUSTOMER("m0", AFTER, "Of theirs"),
	    { .id = "l1", .kind = "left", .about = "T1", .at = AFTER_2 },
	    FACT_CUSTOMER("m1", AFTER, "Hello") },
	  .want = { "#m1 " },
	  .never = { "#m0" } },
	{ "another ticket stays",
	  "general",
	  { FACT_CUSTOMER("m1", AFTER, "Hello"),
	    { .id = "l1", .kind = "left", .about = "T2", .at = AFTER_2 } },
	  .want = { "#m1 " } },
	{ "what is sealed, and what is blank",
	  "general",
	  { { .id = "m1",
	      .kind = "message",
	      .about = "T1",
	      .at = AFTER,
	      .role = "customer",
	      .text = "x",
	      .sealed = true },
	    FACT_CUSTOMER("m2", AFTER, " \n ") },
	  .want = { " ?customer_communication " },
	  .never = { "#m1", "#m2" } },
	{ "a fact that came twice",
	  "general",
	  { FACT_CUSTOMER("m1", AFTER, "Hello"), FACT_CUSTOMER("m1", AFTER, "Hello") },
	  .want = { "#m1 " },
	  .never = { "#m1 customer_communication@customer_communication#m1" } },
};

static void what_is_not_ours_to_show_is_left_out(void **state)
{
	(void)state;
	hold(foreign_rows, COUNT_OF(foreign_rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_is_gathered_into_the_field_that_the_reason_names),
		cmocka_unit_test(what_speaks_against_us_hurts),
		cmocka_unit_test(that_nobody_asked_is_said_when_all_was_judged),
		cmocka_unit_test(that_nobody_asked_is_said_of_our_records_alone),
		cmocka_unit_test(what_is_not_ours_to_show_is_left_out),
	};

	return cmocka_run_group_tests(tests, evidence_fixture_open, evidence_fixture_close);
}
