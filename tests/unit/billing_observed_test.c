/*
 * billing_observed_test - objects as they come: what is read of them, what is kept, what is refused.
 */
#include "services/billing-sync/mirror/observed.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/order.h"
#include "tests/support/provider_fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WEBHOOKS "../shared/data/stripe-ruby-mock-webhooks/lib/stripe_mock/webhook_fixtures"
#define WEBHOOKS_MAX 200
#define FIXTURES "../shared/data/stripe-openapi-fixtures/openapi/fixtures3.json"
#define FIXTURES_MAX (8U << 20)
#define SHUFFLES 50

static struct arena *arena;

static struct observed look(const char *object)
{
	return provider_observe(arena, &(struct provider_said){ NULL, "", 0, object, NULL });
}

static bool try_read(struct bytes payload, const char *event_id, struct observed *seen,
                     struct json_error *error)
{
	return observed_read(arena,
	                     &(struct observed_source){ .payload = payload,
	                                                .event_id = event_id,
	                                                .api_version = "",
	                                                .received_at = provider_time(0) },
	                     seen, error);
}

/* Reading. */

static void to_whom_an_object_belongs_is_read_where_its_type_has_it(void **state)
{
	static const struct {
		const char *object;
		const char *customer;
		const char *charge;
		const char *source; /* NULL: none */
	} cases[] = {
		{ "{'id':'cus_1','object':'customer'}", "cus_1", "", NULL },
		{ "{'id':'in_1','object':'invoice','customer':'cus_1'}", "cus_1", "", NULL },
		{ "{'id':'in_1','object':'invoice','customer':{'id':'cus_2','object':'customer'}}",
		  "cus_2", "", NULL },
		{ "{'id':'in_1','object':'invoice','customer':null}", "", "", NULL },
		{ "{'id':'ch_1','object':'charge','customer':'cus_1'}", "cus_1", "ch_1", NULL },
		{ "{'id':'re_1','object':'refund','charge':'ch_1'}", "", "ch_1", "re_1" },
		{ "{'id':'re_1','object':'refund','charge':{'id':'ch_1','customer':'cus_3'}}",
		  "cus_3", "ch_1", "re_1" },
		{ "{'id':'dp_1','object':'dispute','charge':'ch_1'}", "", "ch_1", "dp_1" },
		{ "{'id':'issfr_1','object':'radar.early_fraud_warning','charge':'ch_1'}", "",
		  "ch_1", NULL },
		{ "{'id':'txn_1','object':'balance_transaction','source':'ch_1'}", "", "ch_1",
		  NULL },
		{ "{'id':'txn_1','object':'balance_transaction','source':'py_1'}", "", "py_1",
		  NULL },
		{ "{'id':'txn_1','object':'balance_transaction','source':'po_1'}", "", "", "po_1" },
		{ "{'id':'txn_1','object':'balance_transaction','source':{'id':'re_1',"
		  "'charge':'ch_9'}}",
		  "", "", "re_1" },
		{ "{'id':'txi_1','object':'tax_id','owner':{'customer':'cus_1'}}", "cus_1", "",
		  NULL },
		{ "{'id':'price_1','object':'price'}", "", "", NULL },
		{ "{'id':'x_1','object':'of.tomorrow','customer':'cus_1'}", "", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct observed seen = look(cases[i].object);

		assert_string_equal(seen.customer_id, cases[i].customer);
		assert_string_equal(seen.charge_id, cases[i].charge);
		assert_string_equal(seen.source_id, cases[i].source != NULL ? cases[i].source : "");
	}
}

static void an_event_dates_its_object_and_says_its_mode(void **state)
{
	const struct observed seen = provider_observe(
	    arena, &(struct provider_said){ "evt_1", "invoice.paid", 7,
	                                    "{'id':'in_1','object':'invoice','status':'paid',"
	                                    "'currency':'jpy','attempt_count':2}",
	                                    "2020-08-27" });

	(void)state;
	assert_true(seen.dated);
	assert_int_equal(seen.state_at.us, provider_time(7).us);
	assert_string_equal(seen.mode, "live");
	assert_string_equal(seen.account, "");
	assert_string_equal(seen.currency, "JPY");
	assert_string_equal(seen.api_version, "2020-08-27");
	assert_string_equal(seen.event_id, "evt_1");
	assert_string_equal(seen.event_type, "invoice.paid");
	assert_string_equal(seen.status, "paid");
	assert_int_equal(seen.rank, 5);
	assert_int_equal(seen.progress, 2);
	assert_false(seen.deleted || seen.bare || seen.ended || seen.cut);
}

static void an_object_alone_is_true_as_of_its_arrival(void **state)
{
	const struct observed seen = look("{'id':'re_1','object':'refund','created':5}");

	(void)state;
	assert_false(seen.dated);
	assert_int_equal(seen.state_at.us, provider_time(0).us);
	assert_null(seen.mode);
	assert_null(seen.account);
	assert_string_equal(seen.event_id, "");
}

static void an_event_of_the_far_future_counts_when_it_came(void **state)
{
	const char *const text = "{\"object\":\"event\",\"id\":\"e\",\"type\":\"a.b\","
				 "\"created\":9999999999,\"data\":{\"object\":{\"id\":\"x\","
				 "\"object\":\"charge\",\"status\":\"failed\"}}}";
	struct json_error error;
	struct observed seen;

	(void)state;
	assert_true(try_read(bytes_of(text), "e", &seen, &error));
	assert_false(seen.dated);
	assert_int_equal(seen.state_at.us, provider_time(0).us);
}

static void the_same_object_has_the_same_bytes(void **state)
{
	const struct observed one = look("{'id':'a_1','object':'thing','b':[1,{'y':1,'x':2}],"
	                                 "'rate':8.1,'of_tomorrow':{'k':null}}");
	const struct observed other = look("{ 'of_tomorrow': {'k':null}, 'rate':8.10,\n"
	                                   "'b': [1, {'x':2,'y':1}], 'object':'thing','id':'a_1'}");

	(void)state;
	assert_string_equal(one.digest, other.digest);
	assert_string_equal(arena_text(arena, one.body.data, one.body.size),
	                    "{\"b\":[1,{\"x\":2,\"y\":1}],\"id\":\"a_1\",\"object\":\"thing\","
	                    "\"of_tomorrow\":{\"k\":null},\"rate\":8.1}");
}

static void what_is_missing_is_named(void **state)
{
	const struct observed cut = look("{'id':'in_1','object':'invoice','lines':{'data':[],"
	                                 "'has_more':true}}");
	const struct observed charge = look("{'id':'ch_1','object':'charge','status':'failed',"
	                                    "'balance_transaction':'txn_1',"
	                                    "'failure_balance_transaction':null}");
	const struct observed payout = look("{'id':'po_1','object':'payout','status':'failed',"
	                                    "'balance_transaction':'txn_1',"
	                                    "'failure_balance_transaction':'txn_2'}");
	const struct observed expanded = look("{'id':'ch_1','object':'charge','status':'failed',"
	                                      "'balance_transaction':{'id':'txn_1'}}");

	(void)state;
	assert_true(cut.cut);
	assert_string_equal(charge.missing[0], "txn_1");
	assert_null(charge.missing[1]);
	assert_string_equal(payout.missing[1], "txn_2");
	assert_null(expanded.missing[0]);
}

static void a_note_without_content_is_bare(void **state)
{
	const struct observed thin = look("{'id':'in_1','object':'invoice','livemode':true}");
	const struct observed gone = look("{'id':'cus_1','object':'customer','deleted':true}");
	const struct observed reused = look("{'id':'SAVE','object':'coupon','deleted':true}");

	(void)state;
	assert_true(thin.bare && !thin.deleted && !thin.ended);
	assert_true(gone.bare && gone.deleted && gone.ended);
	assert_true(reused.bare && reused.deleted && !reused.ended);
}

/* Cards. */

static void of_a_card_nothing_is_kept_that_is_not_named(void **state)
{
	static const char *const kept[] = { "visa",    "4242",  "2030",     "US",
		                            "credit",  "fp_1",  "mandarin", "10.4",
		                            "any_3ds", "Jenny", "cus_7",    "authenticated" };
	static const char *const dropped[] = {
		"4111111111111111", "999",   "cvc_check", "pass", "dynamic",
		"challenge",        "iin_1", "zip_1",     "ds_1", "optional"
	};
	const struct observed seen = look(
	    "{'id':'ch_1','object':'charge','status':'succeeded','billing_details':{'name':'Jenny'},"
	    "'payment_method_details':{'type':'card','card':{'brand':'visa','last4':'4242',"
	    "'exp_month':8,'exp_year':2030,'country':'US','funding':'credit','fingerprint':'fp_1',"
	    "'network':'visa','number':'4111111111111111','cvc':'999','iin':'iin_1',"
	    "'checks':{'cvc_check':'pass'},'wallet':{'dynamic_last4':'dynamic'},"
	    "'three_d_secure':{'result':'authenticated','authentication_flow':'challenge',"
	    "'transaction_id':'ds_1','electronic_commerce_indicator':null}}},"
	    "'source':{'object':'card','brand':{'number':'4111111111111111'},'last4':'4242',"
	    "'address_zip':'zip_1','three_d_secure':'optional','customer':{'id':'cus_7',"
	    "'sources':{'data':[{'object':'card','number':'4111111111111111'}]}}},"
	    "'last':[{'payment_method':{'card_present':{'number':'4111111111111111',"
	    "'three_d_secure':{'result':['4111111111111111']}}}}],"
	    "'payment_method_options':{'card':{'request_three_d_secure_':'any_3ds'}},"
	    "'dispute':{'payment_method_details':{'card':{'network_reason_code':'10.4',"
	    "'case_type':'chargeback'}}},'metadata':{'card':'mandarin'}}");
	const char *const body = arena_text(arena, seen.body.data, seen.body.size);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(kept); i++)
		assert_non_null(strstr(body, kept[i]));
	for (size_t i = 0; i < COUNT_OF(dropped); i++) {
		if (strstr(body, dropped[i]) != NULL)
			fail_msg("%s is in %s", dropped[i], body);
	}
	assert_non_null(strstr(body, "\"three_d_secure\":{\"result\":\"authenticated\"}"));
}

static void a_card_itself_keeps_its_id_and_its_customer(void **state)
{
	const struct observed seen = look("{'id':'card_1','object':'card','customer':'cus_1',"
	                                  "'last4':'4242','name':'Jenny','address_line1':'x'}");

	(void)state;
	assert_string_equal(seen.customer_id, "cus_1");
	assert_string_equal(arena_text(arena, seen.body.data, seen.body.size),
	                    "{\"customer\":\"cus_1\",\"id\":\"card_1\",\"last4\":\"4242\","
	                    "\"object\":\"card\"}");
}

/* Hostile input. */

static void what_is_hostile_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *object;
		const char *path;
	} cases[] = {
		{ "", "" },
		{ "[]", "" },
		{ "'text'", "" },
		{ "{'object':'invoice'}", "id" },
		{ "{'id':'','object':'invoice'}", "id" },
		{ "{'id':5,'object':'invoice'}", "id" },
		{ "{'id':'in/1','object':'invoice'}", "id" },
		{ "{'id':'in_1','object':'invoice','customer':'cus/1'}", "customer" },
		{ "{'id':'in_1','object':'invoice','customer':{'id':'cus/1'}}", "customer" },
		{ "{'id':'re_1','object':'refund','charge':'ch/1'}", "charge" },
		{ "{'id':'txn_1','object':'balance_transaction','source':'/'}", "source" },
		{ "{'id':'in_1','object':7}", "object" },
		{ "{'id':'in_1','object':'invoice','id':'in_2'}", "" },
		{ "{'id':'in_1','object':'invoice','customer':7}", "customer" },
		{ "{'id':'in_1','object':'invoice','customer':{'id':[]}}", "customer.id" },
		{ "{'id':'in_1','object':'invoice','status':{}}", "status" },
		{ "{'id':'in_1','object':'invoice','livemode':'yes'}", "livemode" },
		{ "{'id':'in_1','object':'invoice','currency':'xyz'}", "currency" },
		{ "{'id':'in_1','object':'invoice','currency':7}", "currency" },
		{ "{'id':'in_1','object':'invoice','deleted':'yes'}", "deleted" },
		{ "{'id':'in_1','object':'invoice','total':9.5}", "total" },
		{ "{'id':'in_1','object':'invoice','total':'9'}", "total" },
		{ "{'id':'in_1','object':'invoice','amount_due':true}", "amount_due" },
		{ "{'id':'in_1','object':'invoice','total':92233720368547758080}", "" },
		{ "{'id':'in_1','object':'invoice','lines':{'data':[{'amount':1},{'amount':1e3}]}}",
		  "lines.data[1].amount" },
		{ "{'id':'in_1','object':'invoice','lines':{'data':[{'quantity':-1}]}}",
		  "lines.data[0].quantity" },
		{ "{'id':'sub_1','object':'subscription','quantity':1.5}", "quantity" },
		{ "{'id':'txr_1','object':'tax_rate','metadata':{'a':[1.797693134862315e308]}}",
		  "metadata.a[0]" },
		{ "{'id':'sub_1','object':'subscription','quantity':'5'}", "quantity" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider_said said = { NULL, "", 0, cases[i].object, NULL };
		struct observed seen = { .object_id = "untouched" };
		struct json_error error;

		if (try_read(provider_payload(arena, &said), "", &seen, &error))
			fail_msg("%s is taken", cases[i].object);
		assert_string_equal(error.path, cases[i].path);
		assert_true(error.reason[0] != '\0');
		assert_string_equal(seen.object_id, "untouched");
	}
}

static void what_merchants_name_may_have_a_slash(void **state)
{
	const struct provider_said said = { NULL, "", 0, "{'id':'gold/year','object':'plan'}",
		                            NULL };
	struct json_error error;
	struct observed seen;

	(void)state;
	assert_true(try_read(provider_payload(arena, &said), "", &seen, &error));
	assert_string_equal(seen.object_id, "gold/year");
}

static void an_envelope_is_held_to_the_same(void **state)
{
	static const struct {
		const char *event;
		const char *path;
	} cases[] = {
		{ "{'object':'event','id':'e','type':'a.b'}", "data" },
		{ "{'object':'event','id':'e','type':'a.b','data':{'object':[]}}", "" },
		{ "{'object':'event','id':'e','type':'a.b','data':{'object':{'object':'charge'}}}",
		  "id" },
		{ "{'object':'event','id':'e','type':'a.b','created':-1,'data':{'object':{}}}",
		  "created" },
		{ "{'object':'event','id':'e','type':'a.b','created':'now','data':{'object':{}}}",
		  "created" },
		{ "{'object':'event','id':'e','type':'a.b','livemode':true,'data':{'object':"
		  "{'id':'x','object':'charge','livemode':false}}}",
		  "livemode" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const struct provider_said said = { NULL, "", 0, cases[i].event, NULL };
		struct json_error error;
		struct observed seen;

		if (try_read(provider_payload(arena, &said), "e", &seen, &error))
			fail_msg("%s is taken", cases[i].event);
		assert_string_equal(error.path, cases[i].path);
	}
}

static void size_and_depth_are_bounded(void **state)
{
	const size_t size = OBSERVED_PAYLOAD_MAX + 1;
	char *const large = arena_alloc(arena, size);
	const char *deep = "1";
	struct json_error error;
	struct observed seen;

	(void)state;
	memset(large, ' ', size);
	assert_false(try_read((struct bytes){ large, size }, "", &seen, &error));
	memset(large, 'a', OBSERVED_PAYLOAD_MAX);
	memcpy(large, "{\"id\":\"", 7);
	memcpy(large + OBSERVED_PAYLOAD_MAX - 2, "\"}", 2);
	assert_false(try_read((struct bytes){ large, OBSERVED_PAYLOAD_MAX }, "", &seen, &error));
	assert_string_equal(error.path, "id");
	memcpy(large, "{\"id\":\"x\",\"v\":\"", 15);
	assert_false(try_read((struct bytes){ large, OBSERVED_PAYLOAD_MAX }, "", &seen, &error));
	assert_non_null(strstr(error.reason, "larger"));
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		deep = arena_printf(arena, "[%s]", deep);
	deep = arena_printf(arena, "{'id':'x','object':'invoice','v':%s}", deep);
	const struct provider_said said = { NULL, "", 0, deep, NULL };

	assert_false(try_read(provider_payload(arena, &said), "", &seen, &error));
	assert_non_null(strstr(error.reason, "deeper"));
}

/* Real data. */

/* Reads what has an id; false: it has none, and that is why it was refused. */
static bool read_real(const char *name, struct bytes payload, const char *event_id,
                      struct observed *seen)
{
	struct json_error error;
	char text[JSON_ERROR_SIZE];

	if (try_read(payload, event_id, seen, &error))
		return true;
	if (strcmp(error.path, "id") != 0)
		fail_msg("%s: %s", name, json_error_text(&error, text));
	return false;
}

static void hear_all(const struct observed *seen, const size_t *order, size_t count,
                     struct provider_mirror *mirror)
{
	mirror->count = 0;
	for (size_t i = 0; i < count; i++) {
		(void)provider_hear(mirror, &seen[order[i]]);
		(void)provider_hear(mirror, &seen[order[i]]);
	}
}

static void check_orders(const struct observed *seen, size_t count)
{
	static struct provider_mirror first;
	static struct provider_mirror other;
	size_t order[WEBHOOKS_MAX];
	struct chance chance;

	chance_seed(&chance, 5);
	order_shuffle(&chance, order, count);
	hear_all(seen, order, count, &first);
	for (int i = 0; i < SHUFFLES; i++) {
		order_shuffle(&chance, order, count);
		hear_all(seen, order, count, &other);
		provider_same(&first, &other);
	}
}

/* Of seven events the object has no id: nothing can be kept under it, and the stage says so. */
static void real_webhooks_converge_in_any_order(void **state)
{
	static struct observed seen[WEBHOOKS_MAX];
	const char *paths[WEBHOOKS_MAX];
	size_t files = 0;
	size_t count = 0;

	(void)state;
	if (!file_list(arena, WEBHOOKS, ".json", WEBHOOKS_MAX, paths, &files)) {
		print_message("skipped: " WEBHOOKS " is not there\n");
		skip();
	}
	for (size_t i = 0; i < files; i++) {
		struct bytes content;

		assert_true(file_read(arena, paths[i], FIXTURES_MAX, &content));
		count += read_real(paths[i], content, "evt_any", &seen[count]);
	}
	assert_int_equal(files, 88);
	assert_int_equal(count, 81);
	check_orders(seen, count);
}

static void real_objects_are_read_and_written_again_alike(void **state)
{
	static struct observed seen[WEBHOOKS_MAX];
	struct bytes content;
	AUTO_JSON document = NULL;
	struct json_error error;
	const char *name;
	size_t count = 0;
	json_t *object;

	(void)state;
	if (!file_read(arena, FIXTURES, FIXTURES_MAX, &content)) {
		print_message("skipped: " FIXTURES " is not there\n");
		skip();
	}
	assert_true(json_parse(content, FIXTURES_MAX, &document, &error));
	json_object_foreach(json_object_get(document, "resources"), name, object)
	{
		char *const text = json_dumps(object, JSON_COMPACT);
		struct observed again;

		if (count < WEBHOOKS_MAX && read_real(name, bytes_of(text), "", &seen[count])) {
			assert_true(read_real(name, seen[count].body, "", &again));
			assert_string_equal(seen[count].digest, again.digest);
			assert_true(bytes_equal(seen[count].body, again.body));
			count++;
		}
		free(text);
	}
	assert_int_equal(count, 156);
	check_orders(seen, count);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(to_whom_an_object_belongs_is_read_where_its_type_has_it),
		cmocka_unit_test(an_event_dates_its_object_and_says_its_mode),
		cmocka_unit_test(an_object_alone_is_true_as_of_its_arrival),
		cmocka_unit_test(an_event_of_the_far_future_counts_when_it_came),
		cmocka_unit_test(the_same_object_has_the_same_bytes),
		cmocka_unit_test(what_is_missing_is_named),
		cmocka_unit_test(a_note_without_content_is_bare),
		cmocka_unit_test(of_a_card_nothing_is_kept_that_is_not_named),
		cmocka_unit_test(a_card_itself_keeps_its_id_and_its_customer),
		cmocka_unit_test(what_is_hostile_is_refused_with_its_place),
		cmocka_unit_test(what_merchants_name_may_have_a_slash),
		cmocka_unit_test(an_envelope_is_held_to_the_same),
		cmocka_unit_test(size_and_depth_are_bounded),
		cmocka_unit_test(real_webhooks_converge_in_any_order),
		cmocka_unit_test(real_objects_are_read_and_written_again_alike),
	};
	int failed;

	arena = arena_create(65536);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
