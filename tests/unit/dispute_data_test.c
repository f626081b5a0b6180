/*
 * dispute_data_test - the provider's own examples of disputes, from the request to the case, where they lie beside the checkout.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "common/io/json.h"
#include "tests/support/provider_chain.h"

#include <stdlib.h>
#include <string.h>

#define DATA "../shared/data/"
#define WEBHOOKS DATA "stripe-ruby-mock-webhooks/lib/stripe_mock/webhook_fixtures/"
#define FIXTURES DATA "stripe-openapi-fixtures/openapi/fixtures3.json"
#define FIXTURES_MAX (8U << 20)
#define FRAUD "The cardholder says that he did not make the payment"
#define NOT_COME " [charge: has not come] [customer: nobody knows whose charge it is]\n"

/* False: it is not there, which is said. */
static bool read(const char *path, const char **text)
{
	struct bytes content;

	if (!file_read(chain_arena(), path, FIXTURES_MAX, &content)) {
		print_message("skipped: %s is not there\n", path);
		return false;
	}
	*text = arena_text(chain_arena(), content.data, content.size);
	return true;
}

/* Several of the examples have one id for their event: each gets one of its own. */
static bool send_event(const char *name, char number)
{
	const char *text = "";

	if (!read(arena_printf(chain_arena(), WEBHOOKS "%s.json", name), &text))
		return false;
	char *const event = strstr(text_mutable(text), "\"evt_0");

	assert_non_null(event);
	event[strlen("\"evt_")] = number;
	chain_webhook(text);
	return true;
}

static const struct {
	const char *name;
	const char *dispute; /* that is a case then; NULL: it names none, and is refused */
	const char *home;
	const char *story; /* its beginning */
	const char *status;
	const char *reason;
	int64_t amount;
	int64_t created_s;
	int64_t due_s;
} events[] = {
	{ "charge.dispute.created", "dp_000000000000000000000000", "ch_000000000000000000000000",
	  "opened inquiry needs_response: " FRAUD NOT_COME "deadline_set 2022-04-04T17:59:59Z\n",
	  "warning_needs_response", "fraudulent", 100, 1648319940, 1649116799 },
	{ "charge.dispute.funds_withdrawn", "dp_00000000000000", "ch_00000000000000",
	  "opened chargeback needs_response: " FRAUD NOT_COME "deadline_set 2018-02-01T17:59:59Z\n",
	  "needs_response", "fraudulent", 25000, 1516145022, 1517529599 },
	{ "charge.dispute.funds_reinstated", "dp_00000000000000", "ch_00000000000000",
	  "opened chargeback needs_response: " FRAUD NOT_COME "deadline_set 2018-02-01T17:59:59Z\n",
	  "needs_response", "fraudulent", 25000, 1516145022, 1517529599 },
	{ .name = "charge.dispute.updated" },
	{ .name = "charge.dispute.closed" },
};

static void check_event(size_t i)
{
	const struct case_row row = chain_case(events[i].home, events[i].dispute);

	assert_true(text_starts(chain_story(events[i].dispute), events[i].story));
	assert_string_equal(row.status, events[i].status);
	assert_string_equal(row.reason, events[i].reason);
	assert_string_equal(row.payment_id, events[i].home);
	assert_int_equal(row.amount, events[i].amount);
	assert_string_equal(row.currency, "USD");
	assert_int_equal(row.created_at.us, SECONDS(events[i].created_s).us);
	assert_int_equal(row.due_by.us, SECONDS(events[i].due_s).us);
}

/* Their charges never came: after a while each is a case under its charge. Two are of a version without ids. */
static void each_dispute_event_is_a_case_or_refused(void **state)
{
	for (size_t i = 0; i < COUNT_OF(events); i++) {
		(void)chain_start(state);
		if (!send_event(events[i].name, 'A')) {
			skip();
		}
		chain_wait(HOURS(100));
		if (events[i].dispute != NULL)
			check_event(i);
		assert_string_equal(
		    chain_refused(),
		    events[i].dispute != NULL
			? ""
			: "object_refused dispute/evt_A0000000000000 id: is missing\n");
		(void)chain_stop(state);
	}
	(void)chain_start(state); /* which is stopped behind the test */
}

/* An example of a charge says whose it is: the case goes to that customer, and the one under the charge ends. */
static void the_dispute_events_together_are_two_cases(void **state)
{
	struct case_row row;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(events); i++)
		if (!send_event(events[i].name, (char)('A' + i)))
			skip();
	chain_wait(HOURS(100));
	assert_true(send_event("charge.updated", 'Z'));
	assert_string_equal(chain_case("ch_00000000000000", "dp_00000000000000").state, "placed");
	row = chain_case("cus_00000000000000", "dp_00000000000000");
	assert_string_equal(row.state, "needs_response");
	assert_string_equal(row.customer_id, "cus_00000000000000");
	assert_int_equal(row.amount, 25000);
	assert_string_equal(chain_case(events[0].home, events[0].dispute).state, "inquiry");
}

static const char *example(const json_t *resources, const char *name)
{
	char *const text = json_dumps(json_object_get(resources, name), JSON_COMPACT);
	const char *const kept = arena_string(chain_arena(), text);

	free(text);
	return kept;
}

static void the_uploaded_examples_are_cases_with_their_codes(void **state)
{
	static const char *const names[] = { "charge", "dispute", "radar.early_fraud_warning",
		                             "issuing.dispute" };
	const char *const dispute = "dp_1Pgc71B7WZ01zgkWMevJiAUx";
	AUTO_JSON document = NULL;
	struct json_error error;
	const char *text = "";
	struct case_row row;

	(void)state;
	if (!read(FIXTURES, &text))
		skip();
	assert_true(json_parse(bytes_of(text), FIXTURES_MAX, &document, &error));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		chain_upload(example(json_object_get(document, "resources"), names[i]));
	chain_wait(HOURS(100));
	assert_true(text_starts(chain_story(dispute),
	                        "opened inquiry needs_response: Other fraud: card absent "
	                        "[customer: nobody knows whose charge it is]\n"
	                        "deadline_set 2024-08-14T17:59:59Z\n"));
	row = chain_case("ch_1PgafuB7WZ01zgkWXYmPNZs8", dispute);
	assert_string_equal(row.network, "visa");
	assert_string_equal(row.code, "10.4");
	assert_string_equal(row.reason, "general");
	assert_string_equal(row.status, "warning_needs_response");
	assert_int_equal(row.amount, 1000);
	assert_int_equal(row.due_by.us, SECONDS(1723679999).us);
	assert_true(text_starts(chain_story("issfr_1Pgc79B7WZ01zgkWxwDzEIPX"),
	                        "opened warning needs_response [customer: nobody knows whose "
	                        "charge it is]\n"));
	assert_string_equal(chain_case("ch_1234", "issfr_1Pgc79B7WZ01zgkWxwDzEIPX").reason, "misc");
	assert_string_equal(chain_refused(), "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, chain_start, chain_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		cmocka_unit_test_teardown(each_dispute_event_is_a_case_or_refused, chain_stop),
		CASE(the_dispute_events_together_are_two_cases),
		CASE(the_uploaded_examples_are_cases_with_their_codes),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
