/*
 * billing_provider_test - which of the provider's objects are ours, by the document; what is not is a fact.
 */
#include "common/base/text.h"
#include "services/billing-sync/mirror/provider_policy.h"
#include "tests/support/object_fixture.h"
#include "tests/support/policy_fixture.h"

#define FILE_NAME "provider/standard-1.json"
#define CAME ((struct instant){ SECONDS(PROVIDER_START_S).us })
#define DAY_S 86400

static void a_bent_document_is_refused_with_its_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "a mode that is a word", "\"accounts\": []", "\"livemode\": \"live\"",
		  "livemode: " },
		{ "a mode that is not said", "\"accounts\": []", "\"livemode\": null", NULL },
		{ "an account that is a number", "\"accounts\": []", "\"accounts\": [1]",
		  "accounts[0]: " },
		{ "no accounts", "\"accounts\": [],", "", NULL },
		{ "a first day that is none", "2000-01-01T00:00:00Z", "2000", "earliest: " },
		{ "a span without a unit", "\"1d\"", "\"1\"", "ahead: " },
		{ "a span of years", "\"1d\"", "\"367d\"", "ahead: " },
	};

	(void)state;
	policy_fixture_refuses(object_stage.arena, &provider_policy_kind,
	                       policy_fixture_text(object_stage.arena, FILE_NAME), rows,
	                       COUNT_OF(rows));
}

static void what_is_not_ours_is_told_by_its_field(void **state)
{
	static const char *const ours[] = { "acct_1", "acct_2", NULL };
	static const struct {
		const char *name;
		const char *books; /* their mode */
		struct observed seen;
		const char *field; /* NULL: it is ours */
	} rows[] = {
		{ "what says nothing is ours", "live", { .mode = NULL }, NULL },
		{ "live in books of live", "live", { .mode = "live" }, NULL },
		{ "test in books of live", "live", { .mode = "test" }, "livemode" },
		{ "live in books of test", "test", { .mode = "live" }, "livemode" },
		{ "test where it is not said", NULL, { .mode = "test" }, NULL },
		{ "the platform itself", NULL, { .account = "" }, NULL },
		{ "an account of ours", NULL, { .account = "acct_2" }, NULL },
		{ "a stranger's", NULL, { .account = "acct_3" }, "account" },
		{ "a part of a name", NULL, { .account = "acct_" }, "account" },
		{ "made a day later than it came",
		  NULL,
		  { .made = true, .made_s = PROVIDER_START_S + DAY_S },
		  NULL },
		{ "made later than that",
		  NULL,
		  { .made = true, .made_s = PROVIDER_START_S + DAY_S + 1 },
		  "created" },
		{ "made at no time", NULL, { .made = true, .made_s = INT64_MAX }, "created" },
		{ "made in 1970", NULL, { .made = true, .made_s = 0 }, "created" },
		{ "made before that", NULL, { .made = true, .made_s = INT64_MIN }, "created" },
		{ "made in 2010", NULL, { .made = true, .made_s = 1262304000 }, NULL },
	};
	struct provider_policy policy;
	struct json_error error;

	(void)state;
	policy_fixture_read(object_stage.arena, &provider_policy_kind, FILE_NAME, &policy);
	policy.accounts = ours;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		policy.mode = rows[i].books;
		error.path[0] = '\0';
		if (provider_takes(&policy, &rows[i].seen, CAME, &error) !=
		        (rows[i].field == NULL) ||
		    (rows[i].field != NULL && !text_equal(error.path, rows[i].field)))
			fail_msg("%s: %s", rows[i].name, error.path);
	}
}

/* By the tree's own document: no account but the platform's. */
static void what_is_not_ours_is_a_fact_and_not_in_the_mirror(void **state)
{
	static const struct {
		const char *envelope;
		const char *made;
		const char *field;
	} rows[] = {
		{ "'account':'acct_Stranger'", "'created':1700000000", "account" },
		{ "'livemode':true", "'created':5", "created" },
		{ "'livemode':true", "'created':253370764800", "created" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct provider_said event = {
			.object = arena_printf(
			    object_stage.arena,
			    "{'id':'e','object':'event','type':'charge.created','created':%d,%s,"
			    "'data':{'object':{'id':'%s','object':'charge','customer':'cus_1',%s}}}",
			    PROVIDER_START_S, rows[i].envelope, object_fed, rows[i].made),
		};

		object_feed_payload(
		    &object_stage,
		    &(struct provider_said){ .event_id = "e", .type = "charge.created" },
		    object_fed, "charge", provider_payload(object_stage.arena, &event));
		object_fold();
		const Opsmesh__V1__ObjectRefused *const it =
		    object_hear_billing(FACT(OBJECT_REFUSED))->object_refused;

		assert_string_equal(it->field, rows[i].field);
		assert_int_equal(it->code, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED);
		object_hear_nothing();
		struct object_row row = { .object_id = object_fed, .object_type = "charge" };

		assert_false(stage_test_row(&object_stage, &object_table, &row));
	}
	object_feed("e", "charge.created", 1, "charge", "'customer':'cus_1','created':1700000000");
	object_fold();
	(void)object_hear_customer("cus_1");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(a_bent_document_is_refused_with_its_place),
		TEST(what_is_not_ours_is_told_by_its_field),
		TEST(what_is_not_ours_is_a_fact_and_not_in_the_mirror),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
