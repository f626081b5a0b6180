/*
 * decode_stripe_test - the provider's events and objects, kept as they came; amounts checked.
 */
#include "services/ingest/decode.h"

#include "common/base/text.h"
#include "common/io/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define WEBHOOKS "../shared/data/stripe-ruby-mock-webhooks/lib/stripe_mock/webhook_fixtures"
#define FIXTURES "../shared/data/stripe-openapi-fixtures/openapi/fixtures3.json"
#define PLACEHOLDER "\"currency\":\"currency\"" /* the fixtures' word where they have no currency */
#define FIXTURES_MAX (8U << 20)

#define EVENT(data_) "{\"id\":\"evt_1\",\"type\":\"invoice.paid\",\"data\":" data_ "}"

static struct arena *arena;

static void an_event_says_what_it_is_about(void **state)
{
	static const char body[] =
	    "{ \"id\": \"evt_1\", \"object\": \"event\", \"type\": \"thing.of_tomorrow\",\n"
	    "\"api_version\": \"2026-08-07\", \"created\": 1780000000, \"livemode\": true,\n"
	    "\"data\": {\"object\": {\"id\": \"in_1\", \"object\": \"invoice\", \"amount_due\": 1200,\n"
	    "\"currency\": \"jpy\"}, \"previous_attributes\": {\"status\": \"open\"}}}";
	struct stripe_item item;
	struct refusal refusal;
	char text[TIME_TEXT_SIZE];

	(void)state;
	assert_true(decode_stripe_event(arena, bytes_of(body), &item, &refusal));
	assert_string_equal(item.event_id, "evt_1");
	assert_string_equal(item.event_type, "thing.of_tomorrow");
	assert_string_equal(item.api_version, "2026-08-07");
	assert_string_equal(item.object_id, "in_1");
	assert_string_equal(item.object_type, "invoice");
	assert_string_equal(time_format(item.created, text), "2026-05-28T20:26:40Z");
	assert_true(item.dated && item.live && item.has_previous);
	assert_true(bytes_equal(item.payload, bytes_of(body)));
}

static void an_object_without_an_id_is_an_event_all_the_same(void **state)
{
	struct stripe_item item;
	struct refusal refusal;

	(void)state;
	assert_true(decode_stripe_event(
	    arena, bytes_of(EVENT("{\"object\":{\"object\":\"invoice\",\"total\":1}}")), &item,
	    &refusal));
	assert_string_equal(item.object_id, "");
	assert_string_equal(item.event_id, "evt_1");
	assert_false(item.dated);
	assert_false(item.has_previous);
}

struct wrong {
	const char *body;
	const char *field;
	const char *reason; /* its beginning */
};

static const struct wrong wrongs[] = {
	{ "", "", "is empty" },
	{ "[]", "", "must be an object" },
	{ "{\"id\":\"evt_1\",\"id\":\"evt_2\"}", "", "line 1" },
	{ "{\"type\":\"x\"}", "id", "" },
	{ "{\"id\":\"evt_1\"}", "type", "" },
	{ "{\"id\":\"evt_1\",\"type\":\"x\"}", "data", "" },
	{ EVENT("{}"), "data.object", "" },
	{ EVENT("{\"object\":{\"id\":7}}"), "data.object.id", "" },
	{ EVENT("{\"object\":{\"amount\":9223372036854775808}}"), "data.object.amount",
	  "does not fit 64 bits" },
	{ EVENT("{\"object\":{\"a\":\"\\\"{[\",\"lines\":[{},{\"amount\":-9223372036854775809}]}}"),
	  "data.object.lines[1].amount", "does not fit 64 bits" },
	{ EVENT("{\"object\":{\"amount\":1.5}}"), "data.object.amount", "must be a whole number" },
	{ EVENT("{\"object\":{\"amount\":1e3}}"), "data.object.amount", "must be a whole number" },
	{ EVENT("{\"object\":{\"fees\":[{\"application_fee_amount\":1.0}]}}"),
	  "data.object.fees[0].application_fee_amount", "must be a whole number" },
	{ EVENT("{\"object\":{\"currency\":\"xxy\"}}"), "data.object.currency",
	  "is not a known currency" },
	{ "{\"id\":\"evt_1\",\"type\":\"x\",\"created\":-1,\"data\":{\"object\":{}}}", "created",
	  "" },
};

static void a_refusal_names_the_field_and_the_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrongs); i++) {
		struct stripe_item item;
		struct refusal refusal;
		if (decode_stripe_event(arena, bytes_of(wrongs[i].body), &item, &refusal))
			fail_msg("%s", wrongs[i].body);
		assert_string_equal(refusal.field, wrongs[i].field);
		if (!text_starts(refusal.reason, wrongs[i].reason))
			fail_msg("%s: %s", wrongs[i].body, refusal.reason);
	}
}

static void the_largest_amounts_fit(void **state)
{
	struct stripe_item item;
	struct refusal refusal;

	(void)state;
	assert_true(decode_stripe_event(
	    arena,
	    bytes_of(
		EVENT("{\"object\":{\"amount\":9223372036854775807,\"net\":-9223372036854775808,"
	              "\"unit_amount_decimal\":\"0.5\",\"percent_off\":12.5}}")),
	    &item, &refusal));
}

static void metadata_are_the_merchants_words_and_no_money(void **state)
{
	struct stripe_item item;
	struct refusal refusal;

	(void)state;
	assert_true(decode_stripe_event(
	    arena,
	    bytes_of(EVENT("{\"object\":{\"metadata\":{\"currency\":\"points\",\"total\":1.5}}}")),
	    &item, &refusal));
}

static void each_object_of_a_page_is_an_item_with_its_own_bytes(void **state)
{
	static const char body[] =
	    "{\"object\":\"list\",\"x\":[[{\"data\":[1]}]],\"data\":[\n"
	    " {\"id\":\"ch_1\",\"object\":\"charge\",\"amount\": 100 ,\"refunds\":{\"data\":[{}]}} ,\n"
	    " {\"id\":\"evt_2\",\"object\":\"event\",\"type\":\"a.b\",\"data\":{\"object\":{\"id\":\"i\"}}},"
	    "{\"object\":\"balance\",\"note\":\"},{\\\\\"}],\"has_more\":false}";
	const struct stripe_item *items;
	struct refusal refusal;
	size_t count;

	(void)state;
	assert_true(decode_stripe_objects(arena, bytes_of(body), &items, &count, &refusal));
	assert_int_equal(count, 3);
	assert_string_equal(items[0].object_id, "ch_1");
	assert_string_equal(items[0].event_id, "");
	assert_true(bytes_equal(
	    items[0].payload,
	    bytes_of(
		"{\"id\":\"ch_1\",\"object\":\"charge\",\"amount\": 100 ,\"refunds\":{\"data\":[{}]}}")));
	assert_string_equal(items[1].event_id, "evt_2");
	assert_string_equal(items[1].object_id, "i");
	assert_string_equal(items[2].object_id, "");
	assert_true(bytes_equal(items[2].payload,
	                        bytes_of("{\"object\":\"balance\",\"note\":\"},{\\\\\"}")));
}

static void a_page_is_refused_as_a_whole(void **state)
{
	const struct stripe_item *items;
	struct refusal refusal;
	size_t count;

	(void)state;
	assert_false(decode_stripe_objects(
	    arena, bytes_of("{\"object\":\"list\",\"data\":[{\"object\":\"a\"},7]}"), &items,
	    &count, &refusal));
	assert_string_equal(refusal.field, "data[1]");
	assert_false(decode_stripe_objects(
	    arena, bytes_of("{\"object\":\"list\",\"data\":[{\"id\":\"x\"}]}"), &items, &count,
	    &refusal));
	assert_string_equal(refusal.field, "data[0].object");
}

static bool read_file(const char *path, struct buffer *content)
{
	char piece[4096];
	FILE *const file = fopen(path, "rb");
	size_t size;

	if (file == NULL)
		return false;
	while ((size = fread(piece, 1, sizeof(piece), file)) > 0)
		buffer_add(content, piece, size);
	fclose(file);
	return true;
}

static void decode_file(const char *path)
{
	struct buffer content = { 0 };
	struct stripe_item item;
	struct refusal refusal;

	assert_true(read_file(path, &content));
	if (!decode_stripe_event(arena, (struct bytes){ content.data, content.size }, &item,
	                         &refusal))
		fail_msg("%s: %s: %s", path, refusal.field, refusal.reason);
	assert_non_null(strstr(path, item.event_type));
	buffer_finish(&content);
}

static void real_webhooks_are_decoded(void **state)
{
	DIR *const folder = opendir(WEBHOOKS);
	const struct dirent *entry;
	int files = 0;

	(void)state;
	if (folder == NULL) {
		print_message("skipped: " WEBHOOKS " is not there\n");
		skip();
	}
	while ((entry = readdir(folder)) != NULL) {
		if (strstr(entry->d_name, ".json") == NULL)
			continue;
		decode_file(arena_printf(arena, WEBHOOKS "/%s", entry->d_name));
		files++;
	}
	closedir(folder);
	assert_int_equal(files, 88);
}

static void real_objects_are_decoded(void **state)
{
	struct buffer content = { 0 };
	AUTO_JSON document = NULL;
	struct json_error error;
	const char *name;
	json_t *object;

	(void)state;
	if (!read_file(FIXTURES, &content)) {
		print_message("skipped: " FIXTURES " is not there\n");
		skip();
	}
	assert_true(json_parse((struct bytes){ content.data, content.size }, FIXTURES_MAX,
	                       &document, &error));
	json_object_foreach(json_object_get(document, "resources"), name, object)
	{
		char *const text = json_dumps(object, JSON_COMPACT);
		const struct stripe_item *items;
		struct refusal refusal = { 0 };
		size_t count;
		if (!decode_stripe_objects(arena, bytes_of(text), &items, &count, &refusal) &&
		    !(strstr(text, PLACEHOLDER) != NULL && text_ends(refusal.field, "currency")))
			fail_msg("%s: %s: %s", name, refusal.field, refusal.reason);
		free(text);
	}
	buffer_finish(&content);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_says_what_it_is_about),
		cmocka_unit_test(an_object_without_an_id_is_an_event_all_the_same),
		cmocka_unit_test(a_refusal_names_the_field_and_the_reason),
		cmocka_unit_test(the_largest_amounts_fit),
		cmocka_unit_test(metadata_are_the_merchants_words_and_no_money),
		cmocka_unit_test(each_object_of_a_page_is_an_item_with_its_own_bytes),
		cmocka_unit_test(a_page_is_refused_as_a_whole),
		cmocka_unit_test(real_webhooks_are_decoded),
		cmocka_unit_test(real_objects_are_decoded),
	};

	arena = arena_create(65536);
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_destroy(arena);
	return failed;
}
