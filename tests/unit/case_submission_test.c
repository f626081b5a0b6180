/*
 * case_submission_test - what an approval looks at, and what is asked to be sent holds all that its sender needs.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/before_fixture.h"
#include "tests/support/picture_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define CUSTOMER OPSMESH__V1__ROLE__ROLE_CUSTOMER
#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name
#define ACTION(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define NEXT_DAY "2026-06-02T00:00:00Z"
#define DAY_3 "2026-06-03T00:00:00Z"
#define DAY_4 "2026-06-04T00:00:00Z"

/* A verdict that comes late makes a request of a message that nobody answered. */
static void what_came_a_moment_before_an_approval_is_looked_at(void **state)
{
	(void)state;
	gather_begin("general");
	gather_message(GATHER_WROTE, "m2", CUSTOMER, false, "Where is it");
	gather_pass(DAY_3);
	const char *const first = arena_string(gather_stage.arena, gather_kept()->packet);

	gather_put_up(DAY_3);
	(void)gather_heard();
	gather_judged("2026-06-03T01:00:00Z", "m2", "refund");
	gather_approved("2026-06-03T01:00:01Z", first);
	assert_string_equal(gather_heard(),
	                    "collected 5 1 650000\npacket_withdrawn\nbuilt 5 0\naction_refused\n");
	const Opsmesh__V1__ActionRefused *const refused =
	    gather_last(FACT(ACTION_REFUSED))->action_refused;

	assert_string_equal(refused->field, "digest");
	assert_non_null(strstr(refused->reason, "speaks against us now"));
	assert_null(gather_kept()->gather_at);
	gather_pass(DAY_4);
	assert_string_equal(gather_heard(), "");
	assert_null(gather_last(FACT(SUBMISSION_REQUESTED)));
}

static void what_is_new_and_not_against_us_waits_behind_an_approval(void **state)
{
	(void)state;
	gather_begin("general");
	const char *const first = arena_string(gather_stage.arena, gather_kept()->packet);

	gather_put_up(NEXT_DAY);
	gather_message(DAY_3, "m2", CUSTOMER, false, "And another thing");
	gather_approved("2026-06-03T00:00:01Z", first);
	assert_string_equal(gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested->digest,
	                    first);
}

static void what_is_put_up_is_what_is_there(void **state)
{
	(void)state;
	gather_begin("general");
	(void)gather_heard();
	gather_message(DAY_3, "m2", CUSTOMER, false, "And another thing");
	gather_put_up("2026-06-03T00:00:01Z");
	assert_string_equal(gather_heard(), "collected 6 0 650000\nbuilt 6 0\naction_refused\n");
	gather_put_up("2026-06-03T00:00:02Z");
	assert_string_equal(gather_heard(), "decision_made\npacket_staged\naction_applied\n");
	assert_non_null(strstr(gather_standing(), "And another thing"));
}

/* An inquiry that was left to a refund, while something came of it. */
static void leave(void)
{
	static const char *const refund[] = { "decision", "refund", NULL };

	gather_payment(GATHER_PAID, "p1");
	gather_message(GATHER_WROTE, "m1", CUSTOMER, false, "I use it every day");
	gather_message(GATHER_WROTE, "m2", CUSTOMER, false, "Where is it");
	gather_dispute(GATHER_BEGAN, "warning_needs_response", "general");
	gather_pass(NEXT_DAY);
	assert_non_null(strstr(gather_standing(), "2026-05-20"));
	gather_asked(NEXT_DAY, ACTION(CLOSE), "kim", refund);
	gather_judged(DAY_3, "m2", "refund");
	gather_message(DAY_3, "m3", CUSTOMER, false, "And another thing");
	gather_pass(DAY_4);
}

static void assert_sent_as_it_is_now(void)
{
	const Opsmesh__V1__DisputeEvent *const event = gather_last(FACT(PACKET_STAGED));
	const char *const text = gather_packet_text(event->packet_staged->digest);
	const char *const withheld = strstr(text, "Where is it");
	const char *const sent = strstr(text, "And another thing");

	assert_non_null(sent);
	assert_true(withheld == NULL || withheld > sent);
}

static void what_was_left_alone_is_put_up_as_it_is_now(void **state)
{
	(void)state;
	leave();
	gather_put_up("2026-06-04T00:00:01Z");
	assert_sent_as_it_is_now();
}

static void what_was_left_alone_is_contested_as_it_is_now(void **state)
{
	static const char *const contest[] = { "decision", "contest", NULL };

	(void)state;
	leave();
	gather_asked("2026-06-04T00:00:01Z", ACTION(APPROVE), "kim", contest);
	gather_put_up("2026-06-04T00:00:02Z");
	gather_put_up("2026-06-04T00:00:03Z");
	assert_sent_as_it_is_now();
}

/* What came while it was put up was gathered, and made no packet then. */
static void what_was_put_up_and_left_alone_is_put_up_as_it_is_now(void **state)
{
	static const char *const refund[] = { "decision", "refund", NULL };

	(void)state;
	gather_payment(GATHER_PAID, "p1");
	gather_message(GATHER_WROTE, "m1", CUSTOMER, false, "I use it every day");
	gather_dispute(GATHER_BEGAN, "warning_needs_response", "general");
	gather_pass(NEXT_DAY);
	gather_put_up(NEXT_DAY);
	gather_message(NEXT_DAY, "m3", CUSTOMER, false, "And another thing");
	gather_pass(DAY_3);
	gather_asked(DAY_3, ACTION(CLOSE), "kim", refund);
	gather_pass(DAY_4);
	gather_put_up(DAY_4);
	assert_sent_as_it_is_now();
}

/* Fields. */

/* The provider has one field left, and the document of the others is gone. */
static const struct policy_book *one_field(void)
{
	static const char text[] =
	    "{\"id\":\"p\",\"version\":2,\"effective_from\":\"2026-01-01T00:00:00Z\","
	    "\"characters\":{\"together\":1000},"
	    "\"files\":{\"bytes_together\":1000,\"media_types\":[\"application/pdf\"]},"
	    "\"pages\":{\"most\":9},\"paper\":{\"size\":\"a4\",\"points\":12},"
	    "\"fields\":[{\"name\":\"receipt\",\"kind\":\"file\"}]}";
	const struct document file = { .name = "packet/p-2.json",
		                       .body = { text, sizeof(text) - 1 } };
	char reason[256] = "";
	static const struct policy_book *book; /* for as long as the process lives */

	book = policy_compile(&packet_limits_kind, &file, 1, reason, sizeof(reason));

	assert_string_equal(reason, "");
	return book;
}

static void all_that_was_approved_is_sent_though_the_provider_has_other_fields_by_now(void **state)
{
	static const char *const fields[] = { "cancellation_policy_disclosure",
		                              "uncategorized_text", "customer_communication",
		                              "receipt" };
	const Opsmesh__V1__SubmissionRequested *asked;

	(void)state;
	gather_begin("general");
	gather_put_up(NEXT_DAY);
	const char *const digest = arena_string(gather_stage.arena, gather_kept()->staged);

	gather_document(CASE_LIMITS, one_field());
	gather_approved(DAY_3, digest);
	asked = gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested;
	assert_int_equal(asked->n_fields, COUNT_OF(fields));
	for (size_t i = 0; i < COUNT_OF(fields); i++) {
		assert_string_equal(asked->fields[i]->field, fields[i]);
		assert_true((asked->fields[i]->text == NULL) ==
		            (*asked->fields[i]->file_digest != '\0'));
	}
}

/* The packet that is put up, without what an older version did not keep of it. */
static void forget_fields(const char *digest)
{
	struct case_packet_row row = { .home = gather_home,
		                       .dispute_id = GATHER_DISPUTE,
		                       .digest = digest };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	assert_true(stage_test_row(&gather_stage, &case_packet_table, &row));
	assert_true(proto_unpack(gather_stage.arena, &opsmesh__v1__packet_kept__descriptor,
	                         row.content, &message, reason));
	Opsmesh__V1__PacketKept *const kept = (void *)message;

	assert_int_equal(kept->n_fields, 4);
	kept->n_fields = 0;
	row.content = proto_pack(gather_stage.arena, message);
	stage_test_leave(&gather_stage, &case_packet_table, &row);
}

static void a_packet_that_an_older_version_kept_is_sent_in_the_fields_that_there_are(void **state)
{
	const Opsmesh__V1__SubmissionRequested *asked;

	(void)state;
	gather_begin("general");
	gather_put_up(NEXT_DAY);
	const char *const digest = arena_string(gather_stage.arena, gather_kept()->staged);

	forget_fields(digest);
	gather_approved(DAY_3, digest);
	asked = gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested;
	assert_int_equal(asked->n_fields, 4);
	for (size_t i = 0; i < asked->n_fields; i++)
		assert_true((asked->fields[i]->text == NULL) ==
		            (*asked->fields[i]->file_digest != '\0'));
}

static const Opsmesh__V1__SubmissionField *field_of(const char *name)
{
	const Opsmesh__V1__SubmissionRequested *const asked =
	    gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested;

	for (size_t i = 0; i < asked->n_fields; i++)
		if (text_equal(asked->fields[i]->field, name))
			return asked->fields[i];
	fail_msg("%s: nothing is in it", name);
	return NULL;
}

static void a_file_says_what_it_is(void **state)
{
	static const char *const signature[] = { "kind", "delivery", "field", "customer_signature",
		                                 NULL };

	(void)state;
	gather_begin("general");
	gather_uploaded(NEXT_DAY, "image/jpeg", picture_fixture(gather_stage.arena, "image/jpeg"),
	                4096, signature);
	gather_pass(DAY_3);
	gather_put_up(DAY_3);
	gather_approved(DAY_4, gather_kept()->staged);
	assert_string_equal(field_of("customer_signature")->media_type, "image/jpeg");
	assert_string_equal(field_of("receipt")->media_type, "application/pdf");
	assert_string_equal(field_of("uncategorized_text")->media_type, "");
}

static void a_field_that_the_provider_does_not_have_is_refused_with_those_that_it_has(void **state)
{
	static const char *const text[] = { "kind",  "delivery", "text", "Here it is.",
		                            "field", "reciept",  NULL };
	static const char *const file[] = { "kind", "delivery", "field", "uncategorized_text",
		                            NULL };

	(void)state;
	gather_begin("general");
	gather_asked(NEXT_DAY, ACTION(PIN), "kim", text);
	gather_pass(NEXT_DAY);
	const Opsmesh__V1__ActionRefused *refused =
	    gather_last(FACT(ACTION_REFUSED))->action_refused;

	assert_string_equal(refused->field, "field");
	assert_non_null(strstr(refused->reason, "but: product_description, customer_name, "));
	assert_non_null(strstr(refused->reason, ", receipt, "));
	gather_uploaded(NEXT_DAY, "image/jpeg", picture_fixture(gather_stage.arena, "image/jpeg"),
	                4096, file);
	gather_pass(DAY_3);
	refused = gather_last(FACT(ACTION_REFUSED))->action_refused;
	assert_string_equal(refused->field, "field");
	assert_non_null(strstr(refused->reason, "but: customer_communication, receipt, "));
	assert_int_equal(gather_kept()->n_added, 0);
}

/* Compelling evidence 3.0. */

static void paid(const char *id, const char *at)
{
	before_paid(at,
	            &(struct before_payment){ .id = id, .ip = "203.0.113.7", .account = "u-1" });
}

static void begin_proved(void)
{
	paid("ch_3", "2025-06-01T09:00:00Z");
	paid("ch_2", "2026-02-01T09:00:00Z");
	paid("ch_1", GATHER_BEGAN);
	before_disputed("2026-06-02T00:00:00Z", &(struct before_dispute){ .id = NULL });
	gather_pass(DAY_3);
	gather_put_up(DAY_3);
}

static void assert_proves(const Opsmesh__V1__CompellingJudged *judged)
{
	assert_non_null(judged);
	assert_string_equal(judged->status, "qualified");
	assert_int_equal(judged->n_payment_ids, 2);
	assert_string_equal(judged->payment_ids[0], "ch_2");
	assert_string_equal(judged->payment_ids[1], "ch_3");
	assert_int_equal(judged->n_matching, 2);
	assert_string_equal(judged->matching[0], "ip");
	assert_string_equal(judged->matching[1], "user");
}

static void what_proves_a_dispute_is_sent_with_what_was_approved(void **state)
{
	(void)state;
	begin_proved();
	assert_proves(gather_last(FACT(PACKET_STAGED))->packet_staged->compelling);
	gather_approved(DAY_4, gather_kept()->staged);
	assert_proves(gather_last(FACT(PACKET_APPROVED))->packet_approved->compelling);
	assert_proves(gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested->compelling);
}

static void a_dispute_that_nothing_proves_is_sent_without(void **state)
{
	(void)state;
	gather_begin("general");
	gather_put_up(NEXT_DAY);
	gather_approved(DAY_3, gather_kept()->staged);
	assert_null(gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested->compelling);
}

/* A payment that was to prove it is disputed itself; or the dispute is one of another code by now. */
static void what_proves_nothing_any_more_is_not_sent(void **state)
{
	static const struct before_dispute told[] = { { .id = "dp_2", .payment = "ch_2" },
		                                      { .code = "10.5" } };

	for (size_t i = 0; i < COUNT_OF(told); i++) {
		begin_proved();
		const char *const digest = arena_string(gather_stage.arena, gather_kept()->staged);

		before_disputed("2026-06-03T12:00:00Z", &told[i]);
		gather_approved("2026-06-03T12:00:01Z", digest);
		assert_null(gather_last(FACT(SUBMISSION_REQUESTED)));
		assert_string_equal(gather_last(FACT(ACTION_REFUSED))->action_refused->field,
		                    "digest");
		gather_put_up(DAY_4);
		gather_approved("2026-06-05T00:00:00Z", gather_kept()->staged);
		assert_null(
		    gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested->compelling);
		gather_stop(state);
		before_start(state);
	}
}

/* What an answer costs. */

static void a_fee_of_the_network_is_acknowledged_by_a_person(void **state)
{
	static const struct {
		struct before_dispute told;
		const char *field; /* NULL: nothing is to be acknowledged */
		int64_t fee;
	} rows[] = {
		{ { .reason = "noncompliant", .code = "" },
		  "visa_compliance.fee_acknowledged",
		  50000 },
		{ { .type = "compliance" }, "visa_compliance.fee_acknowledged", 50000 },
		{ { .code = "C030", .reason = "general" },
		  "visa_compliance.fee_acknowledged",
		  50000 },
		{ { .type = "compliance", .network = "mastercard" },
		  "mastercard_compliance.fee_acknowledged",
		  0 },
		{ { .type = "compliance", .network = "amex" }, NULL, 0 },
		{ { .type = "chargeback" }, NULL, 0 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *parameters[] = { "decision",         "submit", "digest", NULL,
			                     "fee_acknowledged", "true",   NULL };

		gather_payment(GATHER_PAID, "p1");
		before_disputed(GATHER_BEGAN, &rows[i].told);
		gather_pass(NEXT_DAY);
		gather_put_up(NEXT_DAY);
		parameters[3] = arena_string(gather_stage.arena, gather_kept()->staged);
		if (rows[i].field != NULL) {
			gather_approved(DAY_3, parameters[3]);
			assert_null(gather_last(FACT(SUBMISSION_REQUESTED)));
			const Opsmesh__V1__ActionRefused *const refused =
			    gather_last(FACT(ACTION_REFUSED))->action_refused;

			assert_string_equal(refused->field, "fee_acknowledged");
			assert_true((strstr(refused->reason, "500.00 USD") != NULL) ==
			            (rows[i].fee > 0));
		}
		gather_asked(DAY_4, ACTION(APPROVE), "lee", parameters);
		gather_pass(DAY_4);
		const Opsmesh__V1__ComplianceFee *const fee =
		    gather_last(FACT(SUBMISSION_REQUESTED))->submission_requested->compliance_fee;

		assert_true((fee != NULL) == (rows[i].field != NULL));
		if (fee != NULL) {
			assert_string_equal(fee->field, rows[i].field);
			assert_int_equal(fee->fee != NULL ? fee->fee->minor : 0, rows[i].fee);
			assert_string_equal(fee->acknowledged_by->principal, "lee");
			assert_string_equal(fee->policy, "packet/stripe/1");
		}
		gather_stop(state);
		before_start(state);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, gather_start, gather_stop)
#define PROVED(name) cmocka_unit_test_setup_teardown(name, before_start, gather_stop)
	const struct CMUnitTest tests[] = {
		CASE(what_came_a_moment_before_an_approval_is_looked_at),
		CASE(what_is_new_and_not_against_us_waits_behind_an_approval),
		CASE(what_is_put_up_is_what_is_there),
		CASE(what_was_left_alone_is_put_up_as_it_is_now),
		CASE(what_was_put_up_and_left_alone_is_put_up_as_it_is_now),
		CASE(what_was_left_alone_is_contested_as_it_is_now),
		CASE(all_that_was_approved_is_sent_though_the_provider_has_other_fields_by_now),
		CASE(a_packet_that_an_older_version_kept_is_sent_in_the_fields_that_there_are),
		CASE(a_file_says_what_it_is),
		CASE(a_dispute_that_nothing_proves_is_sent_without),
		PROVED(what_proves_a_dispute_is_sent_with_what_was_approved),
		PROVED(what_proves_nothing_any_more_is_not_sent),
		PROVED(a_fee_of_the_network_is_acknowledged_by_a_person),
		CASE(a_field_that_the_provider_does_not_have_is_refused_with_those_that_it_has),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
