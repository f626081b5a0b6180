/*
 * dispute_provider_test - the provider's own dispute objects, of every reason, status, method and network code, from the request
 * to the case: it stands where the status says, has all that it needs, and asks for the evidence of its reason.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/provider_chain.h"
#include "tests/support/provider_dispute.h"

#include <string.h>

#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name

/* The provider's categories, and what wins each most, by the document. The last is none of the provider's. */
static const struct {
	const char *word;
	const char *kind;
	const char *field;
} reasons[] = {
	{ "bank_cannot_process", "account_history", "uncategorized_text" },
	{ "check_returned", "account_history", "uncategorized_text" },
	{ "credit_not_processed", "refund_answer", "refund_refusal_explanation" },
	{ "customer_initiated", "customer_communication", "customer_communication" },
	{ "debit_not_authorized", "identity", "customer_signature" },
	{ "duplicate", "duplicate_explanation", "duplicate_charge_explanation" },
	{ "fraudulent", "earlier_payment", "uncategorized_file" },
	{ "general", "customer_communication", "customer_communication" },
	{ "incorrect_account_details", "account_history", "uncategorized_text" },
	{ "insufficient_funds", "account_history", "uncategorized_text" },
	{ "noncompliant", "service", "uncategorized_text" },
	{ "product_not_received", "access", "access_activity_log" },
	{ "product_unacceptable", "service", "product_description" },
	{ "subscription_canceled", "cancellation_request", "cancellation_rebuttal" },
	{ "unrecognized", "receipt", "receipt" },
	{ "of_tomorrow", "customer_communication", "customer_communication" },
};
#define REASONS COUNT_OF(reasons)
#define UNKNOWN_REASON (REASONS - 1)

/* Its words for where a dispute stands, and where the case begins; the last is none of its words. */
static const struct {
	const char *word;
	const char *stands;
	bool asks; /* for an answer */
} statuses[] = {
	{ "warning_needs_response", "opened inquiry needs_response", true },
	{ "warning_under_review", "opened inquiry under_review", false },
	{ "warning_closed", "opened inquiry closed_unanswered", false },
	{ "needs_response", "opened chargeback needs_response", true },
	{ "under_review", "opened chargeback under_review", false },
	{ "won", "opened chargeback won", false },
	{ "lost", "opened chargeback closed_unanswered", false },
	{ "prevented", "opened chargeback prevented", false },
	{ "charge_refunded", "opened chargeback prevented", false },
	{ "of_tomorrow", "opened chargeback needs_response", true },
};
#define STATUSES COUNT_OF(statuses)
#define UNKNOWN_STATUS (STATUSES - 1)

static const char *const methods[] = { "card",       "klarna",          "paypal",
	                               "amazon_pay", "us_bank_account", "sepa_debit" };

static void open_account(void)
{
	chain_account("{\"id\":\"" PROVIDER_ACCOUNT "\",\"stripe_customers\":[\"" PROVIDER_CUSTOMER
	              "\"]}");
	chain_upload("{\"id\":\"" PROVIDER_CUSTOMER "\",\"object\":\"customer\"}");
}

static struct instant seconds(int64_t since)
{
	return time_add((struct instant){ 0 }, SECONDS(since));
}

/* Evidence. */

static const struct reason *reason_of(const struct reason_said *said)
{
	const struct reason_policy *const policy =
	    policy_at(chain_document(CASE_REASONS), chain_now());

	return reason_find(policy, said).reason;
}

/* What speaks against us meets nothing that is asked for. */
static bool is_found(const char *dispute, const char *kind)
{
	const Opsmesh__V1__DisputeEvent *const event =
	    chain_find(dispute, FACT(EVIDENCE_COLLECTED));
	const Opsmesh__V1__EvidenceCollected *const it =
	    event != NULL ? event->evidence_collected : NULL;

	for (size_t i = 0; it != NULL && i < it->n_items_found; i++)
		if (!it->items_found[i]->hurts && text_equal(it->items_found[i]->kind, kind))
			return true;
	return false;
}

static const Opsmesh__V1__EvidenceGapIdentified *gap_of(const char *dispute, const char *kind)
{
	const Opsmesh__V1__DisputeEvent *event = NULL;

	while ((event = chain_next(dispute, event)) != NULL)
		if (event->fact_case == FACT(EVIDENCE_GAP_IDENTIFIED) &&
		    text_equal(event->evidence_gap_identified->kind, kind))
			return event->evidence_gap_identified;
	return NULL;
}

static size_t gap_count(const char *dispute)
{
	const Opsmesh__V1__DisputeEvent *event = NULL;
	size_t count = 0;

	while ((event = chain_next(dispute, event)) != NULL)
		count += event->fact_case == FACT(EVIDENCE_GAP_IDENTIFIED);
	return count;
}

/* Each kind that the reason asks for is there or missed, and no other is missed. */
static void check_asked(const char *dispute, const struct reason *reason)
{
	size_t missed = 0;

	for (size_t i = 0; i < reason->asked_count; i++) {
		const struct reason_asked *const asked = &reason->asked[i];
		const char *const kind = evidence_kind_names[asked->kind];
		const Opsmesh__V1__EvidenceGapIdentified *const gap = gap_of(dispute, kind);

		if ((gap != NULL) == is_found(dispute, kind))
			fail_msg("%s: %s is %s", dispute, kind,
			         gap != NULL ? "found and missed" : "not asked for");
		if (gap == NULL)
			continue;
		missed++;
		assert_string_equal(gap->field, asked->field);
		assert_int_equal(gap->required, asked->required);
		assert_int_equal(gap->weight_ppm, asked->weight_ppm);
	}
	assert_int_equal(gap_count(dispute), missed);
}

/* Every reason in every status. */

static const char *id_of(size_t reason, size_t status)
{
	return arena_printf(chain_arena(), "dp_%zu_%zu", reason, status);
}

static struct provider_dispute made(size_t reason, size_t status)
{
	return (struct provider_dispute){
		.id = id_of(reason, status),
		.status = statuses[status].word,
		.reason = reasons[reason].word,
		.method = methods[(reason + status) % COUNT_OF(methods)],
		.moved = text_starts(statuses[status].stands, "opened chargeback"),
	};
}

/* By a webhook or as an upload; the charge before it or after it. */
static void send(size_t reason, size_t status)
{
	const struct provider_dispute dispute = made(reason, status);
	const char *const charge =
	    provider_charge(chain_arena(), provider_dispute_charge(chain_arena(), dispute.id),
	                    "visa");

	if (reason % 2 == 0)
		chain_upload(charge);
	if (status % 2 == 0)
		chain_webhook(provider_dispute_event(
		    chain_arena(), (int)(reason * STATUSES + status), "created", &dispute));
	else
		chain_upload(provider_dispute(chain_arena(), &dispute));
	if (reason % 2 != 0)
		chain_upload(charge);
}

/* What is told first, with all that is wrong. */
static const char *opening(size_t reason, size_t status)
{
	const struct reason_said said = { "", "", "", reasons[reason].word };
	const bool known = reason != UNKNOWN_REASON;

	return arena_printf(chain_arena(), "%s%s%s%s%s\n", statuses[status].stands,
	                    known ? ": " : "", known ? reason_of(&said)->title : "",
	                    status == UNKNOWN_STATUS
	                        ? " [status: is no word that we know, and counts as open]"
	                        : "",
	                    known ? "" : " [reason: no document knows it]");
}

static void check_row(size_t reason, size_t status)
{
	const struct provider_dispute dispute = made(reason, status);
	const struct case_row row = chain_case(PROVIDER_ACCOUNT, dispute.id);

	assert_string_equal(row.status, dispute.status);
	assert_string_equal(row.reason, dispute.reason);
	assert_string_equal(row.network, text_equal(dispute.method, "card") ? "visa" : "");
	assert_string_equal(row.payment_id, provider_dispute_charge(chain_arena(), dispute.id));
	assert_string_equal(row.customer_id, PROVIDER_CUSTOMER);
	assert_int_equal(row.amount, 12000);
	assert_string_equal(row.currency, "USD");
	assert_int_equal(row.created_at.us, seconds(PROVIDER_CREATED).us);
	assert_int_equal(row.due_by.us, seconds(PROVIDER_DUE).us);
	if (statuses[status].asks)
		assert_int_equal(row.deadline.us, seconds(PROVIDER_DUE - 6 * 3600).us);
	assert_string_equal(row.response, "none");
}

static void check_evidence(size_t reason, size_t status)
{
	const struct reason_said said = { "", "", "", reasons[reason].word };
	const char *const dispute = id_of(reason, status);
	const struct reason *const asked = reason_of(&said);

	assert_string_equal(evidence_kind_names[asked->asked[0].kind], reasons[reason].kind);
	assert_string_equal(asked->asked[0].field, reasons[reason].field);
	if (statuses[status].asks)
		check_asked(dispute, asked);
	else
		assert_int_equal(gap_count(dispute), 0);
}

static void check(size_t reason, size_t status)
{
	const char *const story = chain_story(id_of(reason, status));
	const struct provider_dispute dispute = made(reason, status);

	if (!text_starts(story, opening(reason, status)))
		fail_msg("%s, %s: %s", dispute.reason, dispute.status, story);
	assert_int_equal(strstr(story, "deadline_set 2026-05-12T17:59:59Z\n") != NULL,
	                 statuses[status].asks);
	assert_int_equal(strstr(story,
	                        arena_printf(chain_arena(), "funds_withdrawn txn_%s 12000 USD\n",
	                                     dispute.id)) != NULL,
	                 dispute.moved);
	check_row(reason, status);
	check_evidence(reason, status);
}

static void every_reason_in_every_status_is_a_case_with_all_that_it_needs(void **state)
{
	(void)state;
	open_account();
	for (size_t reason = 0; reason < REASONS; reason++)
		for (size_t status = 0; status < STATUSES; status++)
			send(reason, status);
	chain_wait(MINUTES(20)); /* evidence is gathered */
	for (size_t reason = 0; reason < REASONS; reason++)
		for (size_t status = 0; status < STATUSES; status++)
			check(reason, status);
	assert_string_equal(chain_refused(), "");
}

/* Codes. */

/* Of a dispute that names no charge nothing is found, so that all that is asked for is missed. */
static const char *send_code(const char *network, const char *code, const char *category)
{
	static int number; /* of all tests: no two share an id */
	const struct provider_dispute dispute = {
		.id = arena_printf(chain_arena(), "dp_code_%d", ++number),
		.charge = "",
		.network = network,
		.code = code,
		.reason = category,
	};

	chain_webhook(provider_dispute_event(chain_arena(), number, "created", &dispute));
	return dispute.id;
}

static const Opsmesh__V1__CaseOpened *opened(const char *dispute)
{
	const Opsmesh__V1__DisputeEvent *const event = chain_find(dispute, FACT(OPENED));

	CHECK(event != NULL);
	return event->opened;
}

static void every_code_of_the_document_asks_for_the_evidence_of_its_category(void **state)
{
	const struct reason_policy *const policy =
	    policy_at(chain_document(CASE_REASONS), chain_now());
	const char *ids[REASONS_MAX];

	(void)state;
	for (size_t i = 0; i < policy->count; i++)
		ids[i] = send_code(policy->reasons[i].network, policy->reasons[i].code,
		                   policy->reasons[i].category);
	chain_wait(MINUTES(20));
	for (size_t i = 0; i < policy->count; i++) {
		const struct reason *const reason = &policy->reasons[i];

		/* What a network says in words beside its code the provider does not pass on. */
		if (text_equal(reason->network, REASON_ANY_NETWORK) || *reason->text != '\0')
			continue;
		assert_string_equal(opened(ids[i])->reason_title, reason->title);
		assert_string_equal(opened(ids[i])->network, reason->network);
		assert_string_equal(opened(ids[i])->network_reason_code, reason->code);
		check_asked(ids[i], reason);
	}
}

/* One code of Mastercard's means several things: the provider's category says which. */
static void a_code_means_what_the_provider_says_beside_it(void **state)
{
	static const struct {
		const char *network;
		const char *code;
		const char *category;
		const char *kind; /* that wins it most */
	} rows[] = {
		{ "visa", "10.4", "fraudulent", "earlier_payment" },
		{ "visa", "12.6", "duplicate", "duplicate_explanation" },
		{ "mastercard", "4837", "fraudulent", "earlier_payment" },
		{ "mastercard", "4853", "product_not_received", "access" },
		{ "mastercard", "4853", "product_unacceptable", "service" },
		{ "mastercard", "4853", "subscription_canceled", "cancellation_request" },
		{ "mastercard", "4853", "credit_not_processed", "refund_answer" },
		{ "mastercard", "4834", "duplicate", "duplicate_explanation" },
		{ "mastercard", "4834", "general", "customer_communication" },
		{ "amex", "C28", "subscription_canceled", "cancellation_request" },
		{ "discover", "4755", "product_not_received", "access" },
		{ "", "", "product_not_received", "access" },
	};
	const char *ids[COUNT_OF(rows)];

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		ids[i] = send_code(rows[i].network, rows[i].code, rows[i].category);
	chain_wait(MINUTES(20));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const Opsmesh__V1__DisputeEvent *const first =
		    chain_find(ids[i], FACT(EVIDENCE_GAP_IDENTIFIED));

		assert_non_null(first);
		assert_string_equal(first->evidence_gap_identified->kind, rows[i].kind);
		assert_true(first->evidence_gap_identified->required);
	}
}

static void a_code_that_no_document_has_is_said_and_answered_by_its_category(void **state)
{
	static const struct {
		const char *network;
		const char *code;
	} rows[] = { { "visa", "99.9" }, { "jcb", "10.4" }, { "mastercard", "10.4" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct reason_said said = { rows[i].network, rows[i].code, "", "duplicate" };
		const char *const id = send_code(rows[i].network, rows[i].code, "duplicate");
		const Opsmesh__V1__CaseOpened *const it = opened(id);

		chain_wait(MINUTES(20));
		assert_string_equal(it->problems[it->n_problems - 1],
		                    "network_reason_code: no document knows it");
		assert_string_equal(it->reason_title, "");
		assert_string_equal(it->network_reason_code, rows[i].code);
		check_asked(id, reason_of(&said));
		assert_non_null(gap_of(id, "duplicate_explanation"));
	}
}

/* One dispute. */

static void a_dispute_goes_through_its_life_as_its_webhooks_tell_it(void **state)
{
	static const char *const words[] = { "warning_needs_response",
		                             "warning_under_review",
		                             "needs_response",
		                             "under_review",
		                             "lost",
		                             "won" };

	(void)state;
	open_account();
	chain_upload(provider_charge(chain_arena(), "ch_dp_1", "amex"));
	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const struct provider_dispute dispute = {
			.status = words[i],
			.network = "amex",
			.code = "C28",
			.reason = "subscription_canceled",
			.submissions = (int64_t)(i + 1) / 2, /* one answer in each stage */
			.moved = i > 1,
		};

		chain_webhook(provider_dispute_event(chain_arena(), (int)i,
		                                     i == 0 ? "created" : "updated", &dispute));
		chain_wait(HOURS(1));
	}
	assert_string_equal(chain_story("dp_1"),
	                    "opened inquiry needs_response: Cancelled recurring billing\n"
	                    "deadline_set 2026-05-12T17:59:59Z\n"
	                    "reminder_due seven_days 2026-05-01T08:00:00Z\n"
	                    "moved inquiry under_review\n"
	                    "deadline_withdrawn\n"
	                    "escalated chargeback needs_response\n"
	                    "deadline_set 2026-05-12T17:59:59Z\n"
	                    "reminder_due seven_days 2026-05-01T08:00:00Z\n"
	                    "funds_withdrawn txn_dp_1 12000 USD\n"
	                    "moved chargeback under_review\n"
	                    "deadline_withdrawn\n"
	                    "lost chargeback lost\n"
	                    "late_won chargeback late_won\n");
	assert_string_equal(chain_refused(), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, chain_start, chain_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(every_reason_in_every_status_is_a_case_with_all_that_it_needs),
		CASE(every_code_of_the_document_asks_for_the_evidence_of_its_category),
		CASE(a_code_means_what_the_provider_says_beside_it),
		CASE(a_code_that_no_document_has_is_said_and_answered_by_its_category),
		CASE(a_dispute_goes_through_its_life_as_its_webhooks_tell_it),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
