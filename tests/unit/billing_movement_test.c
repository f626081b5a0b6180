/*
 * billing_movement_test - what a balance transaction is to the ledger, by the document of the tree.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/movement.h"
#include "tests/support/bent_document.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static const char *text;
static struct movement_policy policy;

static int start(void **state)
{
	struct json_error error;
	struct bytes content;

	(void)state;
	arena = arena_create(65536);
	assert_true(
	    file_read(arena, "deploy/policies/movements/stripe.json", POLICY_BYTES_MAX, &content));
	text = arena_text(arena, content.data, content.size);
	assert_true(movement_parse(arena, content, &policy, &error));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static void a_transaction_is_what_its_words_say(void **state)
{
	static const struct {
		const char *type;
		const char *category;
		const char *source;
		enum movement movement;
	} rows[] = {
		{ "charge", "charge", "ch_1", MOVEMENT_CHARGE },
		{ "payment", "charge", "py_1", MOVEMENT_CHARGE },
		{ "refund", "refund", "re_1", MOVEMENT_REFUND },
		{ "payment_refund", "refund", "pyr_1", MOVEMENT_REFUND },
		{ "refund_failure", "refund_failure", "re_1", MOVEMENT_REFUND },
		{ "adjustment", "dispute", "dp_1", MOVEMENT_DISPUTE },
		{ "adjustment", "dispute_reversal", "dp_1", MOVEMENT_DISPUTE },
		{ "adjustment", "", "dp_1", MOVEMENT_DISPUTE },
		{ "adjustment", "", "du_1", MOVEMENT_DISPUTE },
		{ "adjustment", "refund_failure", "re_1", MOVEMENT_REFUND },
		{ "adjustment", "other_adjustment", "", MOVEMENT_UNKNOWN },
		{ "stripe_fee", "fee", "", MOVEMENT_FEE },
		{ "payout", "payout", "po_1", MOVEMENT_PAYOUT },
		{ "payout_failure", "payout_reversal", "po_1", MOVEMENT_PAYOUT },
		{ "topup", "topup", "tu_1", MOVEMENT_UNKNOWN },
		{ "a_type_of_tomorrow", "charge", "ch_1", MOVEMENT_UNKNOWN },
		{ "", "", "", MOVEMENT_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct balance_transaction transaction = {
			.type = rows[i].type,
			.reporting_category = rows[i].category,
			.source = rows[i].source,
		};

		if (movement_of(&policy, &transaction) != rows[i].movement)
			fail_msg("%s, %s, %s", rows[i].type, rows[i].category, rows[i].source);
	}
}

static void a_document_that_is_wrong_is_refused_with_its_place(void **state)
{
	static const struct bent_document rows[] = {
		{ "no such movement", "\"movement\": \"charge\"", "\"movement\": \"sale\"",
		  "rules[0].movement: " },
		{ "no type", "[\"charge\", \"payment\"]", "[]",
		  "rules[0].types: must name a type" },
		{ "a type that is a number", "[\"charge\", \"payment\"]", "[7]",
		  "rules[0].types[0]: " },
		{ "a field that nobody knows", "\"categories\"", "\"category\"",
		  "rules[2].category: " },
		{ "no date of effect", "\"effective_from\"", "\"from\"", "from: " },
		{ "no rules", "\"rules\"", "\"rule\"", "rule: " },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *const wrong = document_bend(arena, text, &rows[i]);
		struct movement_policy read;
		struct json_error error;
		char line[JSON_ERROR_SIZE];

		assert_false(movement_parse(arena, bytes_of(wrong), &read, &error));
		json_error_text(&error, line);
		if (!text_starts(line, rows[i].want))
			fail_msg("%s: %s", rows[i].name, line);
	}
}

static void a_folder_is_a_book_of_versions(void **state)
{
	const struct document files[] = { { .name = "movements/a.json", .body = bytes_of(text) } };
	char reason[256] = "";
	const struct policy_book *const book =
	    policy_compile(&movement_kind, files, 1, reason, sizeof(reason));
	const struct movement_policy *found;

	(void)state;
	assert_non_null(book);
	found = policy_at(book, TIME_OLDEST);
	assert_string_equal(found->head.id, "stripe");
	arena_destroy(book->arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_is_what_its_words_say),
		cmocka_unit_test(a_document_that_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(a_folder_is_a_book_of_versions),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
