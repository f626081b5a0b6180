/*
 * taxonomy_test - what a taxonomy may say, and what is refused with path and reason.
 */
#include "services/classifier/taxonomy.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "{\"id\":\"t\",\"version\":2,\"effective_from\":\"2026-01-01T00:00:00Z\","
#define CATEGORIES_ALL "\"categories\":[\"billing\",\"product\",\"technical\",\"account\"],"
#define QUEUES "\"queues\":[\"money\",\"rest\"],\"fallback_queue\":\"rest\","
#define THRESHOLDS "\"thresholds\":{\"intent_ppm\":500000,\"category_ppm\":700000},"
#define INTENT(id, category, queue)                                                 \
	"{\"id\":\"" id "\",\"category\":\"" category "\",\"queue\":\"" queue "\"," \
	"\"definition\":\"d\",\"examples\":[\"e\"]}"
#define REFUND INTENT("refund", "billing", "money")
#define WHOLE                                                        \
	HEAD CATEGORIES_ALL QUEUES THRESHOLDS "\"intents\":[" REFUND \
					      "," INTENT("bug", "technical", "rest") "]}"

static void a_taxonomy_answers_for_its_intents_and_queues(void **state)
{
	struct taxonomy taxonomy;
	struct json_error error;

	(void)state;
	assert_true(taxonomy_parse(arena, bytes_of(WHOLE), &taxonomy, &error));
	assert_string_equal(taxonomy.name, "t/2");
	assert_int_equal(taxonomy.count, 2);
	assert_int_equal(taxonomy.intent_ppm, 500000);
	assert_int_equal(taxonomy.category_ppm, 700000);
	assert_int_equal(taxonomy_find(&taxonomy, "refund")->category, CATEGORY_BILLING);
	assert_string_equal(taxonomy_find(&taxonomy, "bug")->queue, "rest");
	assert_null(taxonomy_find(&taxonomy, "Refund"));
	assert_true(taxonomy_has_queue(&taxonomy, "money"));
	assert_false(taxonomy_has_queue(&taxonomy, "sales"));
	assert_string_equal(category_name(CATEGORY_TECHNICAL), "technical");
	assert_string_equal(category_name(CATEGORY_NONE), "");
}

static void what_is_wrong_is_named_with_its_path(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{ "[]", "must be an object" },
		{ HEAD "\"color\":1}", "color" },
		{ HEAD CATEGORIES_ALL QUEUES THRESHOLDS "\"intents\":[]}", "intents" },
		{ HEAD CATEGORIES_ALL QUEUES THRESHOLDS "\"intents\":[" REFUND "," REFUND "]}",
		  "intents[1].id: another intent has this id" },
		{ HEAD CATEGORIES_ALL QUEUES THRESHOLDS
		  "\"intents\":[" INTENT("a", "legal", "rest") "]}",
		  "intents[0].category" },
		{ HEAD CATEGORIES_ALL QUEUES THRESHOLDS
		  "\"intents\":[" INTENT("a", "billing", "sales") "]}",
		  "intents[0].queue: is none of the queues" },
		{ HEAD "\"categories\":[\"billing\"]," QUEUES THRESHOLDS "\"intents\":[" REFUND
		       "]}",
		  "categories: must be the four of the contract" },
		{ HEAD CATEGORIES_ALL "\"queues\":[\"a\"],\"fallback_queue\":\"b\"," THRESHOLDS
		                      "\"intents\":[" REFUND "]}",
		  "fallback_queue: is none of the queues" },
		{ HEAD CATEGORIES_ALL QUEUES
		  "\"thresholds\":{\"intent_ppm\":1000001,\"category_ppm\":0},\"intents\":[" REFUND
		  "]}",
		  "thresholds.intent_ppm" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct taxonomy taxonomy;
		struct json_error error;
		char text[JSON_ERROR_SIZE];

		assert_false(taxonomy_parse(arena, bytes_of(cases[i].text), &taxonomy, &error));
		if (strstr(json_error_text(&error, text), cases[i].error) == NULL)
			fail_msg("%s instead of %s", text, cases[i].error);
	}
}

static void the_project_s_own_taxonomy_is_good(void **state)
{
	struct taxonomy taxonomy;
	struct json_error error;
	struct bytes body;

	(void)state;
	assert_true(file_read(arena, "deploy/policies/taxonomy/support-1.json", 1 << 20, &body));
	assert_true(taxonomy_parse(arena, body, &taxonomy, &error));
	assert_true(taxonomy.count >= 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_taxonomy_answers_for_its_intents_and_queues),
		cmocka_unit_test(what_is_wrong_is_named_with_its_path),
		cmocka_unit_test(the_project_s_own_taxonomy_is_good),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
