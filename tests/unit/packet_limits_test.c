/*
 * packet_limits_test - the document of what the provider takes, and what is refused of one.
 */
#include "services/chargeback/packet/limits.h"

#include "tests/support/arena_fixture.h"
#include "tests/support/packet_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void the_document_says_what_the_provider_says(void **state)
{
	const struct packet_limits limits = packet_fixture_limits(arena);

	(void)state;
	assert_int_equal(limits.characters, 150000);
	assert_int_equal(limits.bytes, 4500000);
	assert_int_equal(limits.points, 12);
	assert_int_equal(limits.paper, PACKET_A4);
	assert_int_equal(limits.field_count, 27);
	assert_int_equal(packet_field_of(&limits, "uncategorized_text")->characters, 20000);
	assert_int_equal(packet_field_of(&limits, "receipt")->kind, PACKET_FILE);
	assert_int_equal(packet_field_of(&limits, "customer_name")->kind, PACKET_VALUE);
	assert_null(packet_field_of(&limits, "receipts"));
	assert_int_equal(packet_pages_most(&limits, "visa"), 49);
	assert_int_equal(packet_pages_most(&limits, "mastercard"), 19);
	assert_int_equal(packet_pages_most(&limits, ""), 49);
}

static void a_networks_most_never_widens_the_providers(void **state)
{
	static const struct packet_network wide = { "visa", 60 };
	const struct packet_limits limits = { .pages = 49, .networks = &wide, .network_count = 1 };

	(void)state;
	assert_int_equal(packet_pages_most(&limits, "visa"), 49);
}

static void characters_are_code_points(void **state)
{
	static const struct {
		const char *text;
		int64_t count;
	} rows[] = {
		{ "", 0 },          { "abc", 3 }, { "取消", 2 }, { "\xF0\x9F\x98\x80", 1 },
		{ "e\xCC\x81", 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(packet_characters(rows[i].text), rows[i].count);
}

static void what_is_wrong_is_refused_by_its_place(void **state)
{
	static const char whole[] =
	    "{\"id\":\"p\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
	    "\"characters\":{\"together\":10,\"source\":\"s\"},"
	    "\"files\":{\"bytes_together\":20,\"media_types\":[\"application/pdf\"]},"
	    "\"pages\":{\"most\":3,\"networks\":[{\"network\":\"visa\",\"most\":2}]},"
	    "\"paper\":{\"size\":\"letter\",\"points\":12},"
	    "\"compliance\":{\"networks\":[{\"network\":\"visa\",\"field\":\"v\","
	    "\"fee\":{\"currency\":\"USD\",\"minor\":7}}]},"
	    "\"fields\":[{\"name\":\"a\",\"kind\":\"text\",\"characters\":5},"
	    "{\"name\":\"b\",\"kind\":\"file\"}]}";
	static const struct bent_document rows[] = {
		{ "a part is missing", "\"characters\":{", "\"letters\":{",
		  "letters: is not known" },
		{ "no characters", "\"together\":10", "\"together\":0", "characters.together: " },
		{ "bytes without end", "\"bytes_together\":20", "\"bytes_together\":100000001",
		  "files.bytes_together: " },
		{ "a film", "application/pdf", "video/mp4",
		  "files.media_types: has one that cannot be joined with others" },
		{ "no media type", "[\"application/pdf\"]", "[]",
		  "files.media_types: must have a media type" },
		{ "no page", "\"most\":3", "\"most\":0", "pages.most: " },
		{ "a network without a number", "\"network\":\"visa\",\"most\":2",
		  "\"network\":\"visa\"", "pages.networks[0].most: " },
		{ "a network twice", "{\"network\":\"visa\",\"most\":2}",
		  "{\"network\":\"visa\",\"most\":2},{\"network\":\"visa\",\"most\":1}",
		  "pages.networks[1].network: stands in the list twice" },
		{ "no network", ",\"networks\":[{\"network\":\"visa\",\"most\":2}]", "", NULL },
		{ "letters too small to read", "\"points\":12", "\"points\":11", "paper.points: " },
		{ "another paper", "\"letter\"", "\"legal\"", "paper.size: " },
		{ "no field",
		  "[{\"name\":\"a\",\"kind\":\"text\",\"characters\":5},"
		  "{\"name\":\"b\",\"kind\":\"file\"}]",
		  "[]", "fields: must have a field" },
		{ "a field twice", "\"name\":\"b\"", "\"name\":\"a\"",
		  "fields[1].name: stands in the list twice" },
		{ "a text without a number", ",\"characters\":5", "", "fields[0].characters: " },
		{ "a file with one", "\"kind\":\"file\"", "\"kind\":\"file\",\"characters\":5",
		  "fields[1].characters: must not stand at a file" },
		{ "a fee of nothing", "\"minor\":7", "\"minor\":0",
		  "compliance.networks[0].fee.minor: " },
		{ "a fee without a currency", "\"USD\"", "\"usd\"",
		  "compliance.networks[0].fee.currency: " },
		{ "a fee that nobody knows", ",\"fee\":{\"currency\":\"USD\",\"minor\":7}", "",
		  NULL },
		{ "a fee without a field", "\"field\":\"v\",", "",
		  "compliance.networks[0].field: " },
		{ "a fee twice", "{\"network\":\"visa\",\"field\":\"v\",",
		  "{\"network\":\"visa\",\"field\":\"v\"},{\"network\":\"visa\",\"field\":\"v\",",
		  "compliance.networks[1].network: stands in the list twice" },
		{ "an unknown kind", "\"kind\":\"file\"", "\"kind\":\"sound\"",
		  "fields[1].kind: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &packet_limits_kind, whole, rows, COUNT_OF(rows));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_document_says_what_the_provider_says),
		cmocka_unit_test(a_networks_most_never_widens_the_providers),
		cmocka_unit_test(characters_are_code_points),
		cmocka_unit_test(what_is_wrong_is_refused_by_its_place),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
