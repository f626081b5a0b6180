/*
 * decode_usage_test - POST /v1/usage: events of each kind, lists, and what is wrong with its place.
 */
#include "common/base/text.h"
#include "services/ingest/decode.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__USAGE_KIND__USAGE_KIND_##name
#define HEAD \
	"\"source\":\"api\",\"id\":\"e-1\",\"customer\":\"cus_1\",\"at\":\"2026-05-01T00:00:00Z\""
#define METER "{\"kind\":\"meter\"," HEAD ",\"meter\":\"calls\",\"quantity\":12}"
#define CANCEL "{\"kind\":\"cancel\"," HEAD ",\"refers\":\"e-0\"}"

static void events_are_read(void **state)
{
	static const struct {
		const char *text;
		Opsmesh__V1__UsageKind kind;
		int64_t quantity;
	} rows[] = {
		{ METER, KIND(METER), 12 },
		{ "{\"kind\":\"meter\"," HEAD ",\"meter\":\"calls\",\"quantity\":0}", KIND(METER),
		  0 },
		{ "{\"kind\":\"correction\"," HEAD
		  ",\"meter\":\"calls\",\"quantity\":-12,\"refers\":\"e-0\"}",
		  KIND(CORRECTION), -12 },
		{ CANCEL, KIND(CANCEL), 0 },
		{ "{\"kind\":\"seat_assigned\"," HEAD ",\"item\":\"si_1\",\"subject\":\"山田\"}",
		  KIND(SEAT_ASSIGNED), 0 },
		{ "{\"kind\":\"seat_released\"," HEAD ",\"item\":\"si_1\",\"subject\":\"u-1\"}",
		  KIND(SEAT_RELEASED), 0 },
	};
	struct instant at;

	(void)state;
	assert_true(time_parse("2026-05-01T00:00:00Z", &at));
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct usage_body *events;
		struct refusal refusal;
		size_t count;

		if (!decode_usage(arena, bytes_of(rows[i].text), &events, &count, &refusal))
			fail_msg("%s: %s %s", rows[i].text, refusal.field, refusal.reason);
		assert_int_equal(count, 1);
		assert_int_equal(events->kind, rows[i].kind);
		assert_int_equal(events->quantity, rows[i].quantity);
		assert_string_equal(events->customer, "cus_1");
		assert_int_equal(events->at.us, at.us);
	}
}

static void a_list_has_the_bytes_of_each_event(void **state)
{
	static const char body[] = "{ \"events\" : [ " METER ", " CANCEL " ] }";
	const struct usage_body *events;
	struct refusal refusal;
	size_t count;

	(void)state;
	assert_true(decode_usage(arena, bytes_of(body), &events, &count, &refusal));
	assert_int_equal(count, 2);
	assert_true(bytes_equal(events[0].body, bytes_of(METER)));
	assert_true(bytes_equal(events[1].body, bytes_of(CANCEL)));
	assert_string_equal(events[1].refers, "e-0");
}

static void more_events_than_one_request_may_have_are_refused(void **state)
{
	struct buffer body = { 0 };
	const struct usage_body *events;
	struct refusal refusal;
	size_t count;

	(void)state;
	buffer_add(&body, "{\"events\":[", 11);
	for (size_t i = 0; i <= DECODE_USAGE_MAX; i++)
		buffer_add(&body, i == 0 ? "{}" : ",{}", i == 0 ? 2 : 3);
	buffer_add(&body, "]}", 2);
	assert_false(
	    decode_usage(arena, (struct bytes){ body.data, body.size }, &events, &count, &refusal));
	buffer_finish(&body);
	assert_string_equal(refusal.field, "events");
}

static void what_is_no_event_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text;
		const char *field;
		const char *reason; /* how it begins */
	} rows[] = {
		{ "[]", "", "must be an object" },
		{ "{\"kind\":\"gift\"," HEAD "}", "kind", "" },
		{ "{\"kind\":\"unspecified\"," HEAD "}", "kind", "" },
		{ "{\"kind\":\"meter\"," HEAD ",\"quantity\":1}", "meter", "" },
		{ "{\"kind\":\"meter\"," HEAD ",\"meter\":\"calls\"}", "quantity", "" },
		{ "{\"kind\":\"meter\"," HEAD ",\"meter\":\"calls\",\"quantity\":-1}", "quantity",
		  "" },
		{ "{\"kind\":\"meter\"," HEAD ",\"meter\":\"calls\",\"quantity\":1.5}", "quantity",
		  "" },
		{ "{\"kind\":\"meter\"," HEAD ",\"meter\":\"calls\",\"quantity\":1000000000000001}",
		  "quantity", "" },
		{ "{\"kind\":\"meter\"," HEAD
		  ",\"meter\":\"calls\",\"quantity\":1,\"refers\":\"e\"}",
		  "refers", "does not belong" },
		{ "{\"kind\":\"correction\"," HEAD ",\"meter\":\"calls\",\"quantity\":1,"
		  "\"refers\":\"e-0\"}",
		  "quantity", "" },
		{ "{\"kind\":\"correction\"," HEAD ",\"meter\":\"calls\",\"quantity\":-1}",
		  "refers", "" },
		{ "{\"kind\":\"cancel\"," HEAD ",\"refers\":\"e-1\"}", "refers",
		  "is the event itself" },
		{ "{\"kind\":\"cancel\"," HEAD ",\"refers\":\"e-0\",\"quantity\":1}", "quantity",
		  "does not belong" },
		{ "{\"kind\":\"seat_assigned\"," HEAD ",\"item\":\"si_1\"}", "subject", "" },
		{ "{\"kind\":\"seat_assigned\"," HEAD ",\"subject\":\"u\"}", "item", "" },
		{ "{\"kind\":\"cancel\"," HEAD ",\"refers\":\"e-0\",\"colour\":1}", "colour", "" },
		{ "{\"kind\":\"cancel\",\"source\":\"api\",\"id\":\"e-1\",\"customer\":\"cus_1\","
		  "\"at\":\"yesterday\",\"refers\":\"e-0\"}",
		  "at", "" },
		{ "{\"kind\":\"cancel\",\"source\":\"api\",\"id\":\"e-1\",\"customer\":\"cus/1\","
		  "\"at\":\"2026-05-01T00:00:00Z\",\"refers\":\"e-0\"}",
		  "customer", "must not have a slash" },
		{ "{\"events\":[]}", "events", "holds no event" },
		{ "{\"events\":[7]}", "events[0]", "must be an object" },
		{ "{\"events\":[" CANCEL "],\"kind\":\"cancel\"}", "kind", "" },
		{ "{\"events\":[" CANCEL ",{\"kind\":\"cancel\"}]}", "events[1].source", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct usage_body *events;
		struct refusal refusal = { .field = "", .reason = "" };
		size_t count;

		if (decode_usage(arena, bytes_of(rows[i].text), &events, &count, &refusal) ||
		    !text_equal(refusal.field, rows[i].field) ||
		    !text_starts(refusal.reason, rows[i].reason))
			fail_msg("%s: %s %s", rows[i].text, refusal.field, refusal.reason);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_are_read),
		cmocka_unit_test(a_list_has_the_bytes_of_each_event),
		cmocka_unit_test(more_events_than_one_request_may_have_are_refused),
		cmocka_unit_test(what_is_no_event_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
