/*
 * billing_movement_test - what a balance transaction is to the ledger, by the document of the tree.
 */
#include "common/base/text.h"
#include "common/io/file.h"
#include "services/billing-sync/ledger/movement.h"
#include "tests/support/booking_fixture.h"
#include "tests/support/policy_fixture.h"

#include <stdlib.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WEBHOOKS "../shared/data/stripe-ruby-mock-webhooks/lib/stripe_mock/webhook_fixtures"
#define BYTES_MAX 8000000

static struct arena *arena;
static const char *text;
static struct movement_policy policy;

static int start(void **state)
{
	(void)state;
	arena = arena_create(65536);
	text = policy_fixture_text(arena, "movements/stripe.json");
	policy_fixture_read(arena, &movement_kind, "movements/stripe.json", &policy);
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
	policy_fixture_refuses(arena, &movement_kind, text, rows, COUNT_OF(rows));
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

static bool read_event(const char *path, struct balance_transaction *read)
{
	AUTO_JSON document = NULL;
	struct json_error error;
	struct bytes content;
	json_t *part;
	char *json;

	if (!file_read(arena, path, BYTES_MAX, &content)) {
		print_message("skipped: %s is not there\n", path);
		return false;
	}
	assert_true(json_parse(content, BYTES_MAX, &document, &error));
	assert_int_equal(json_unpack(document, "{s:{s:{s:[o]}}}", "data", "object",
	                             "balance_transactions", &part),
	                 0);
	json = json_dumps(part, JSON_COMPACT);
	assert_true(balance_transaction_read(arena, bytes_of(json), read, &error));
	free(json);
	return true;
}

/*
 * Two recorded events of one dispute of 250.00 carry the same balance transaction, of a version that has no
 * reporting category: it withdraws 250.00 and a fee of 15.00, once.
 */
static void recorded_disputes_are_booked_by_their_balance_transaction_once(void **state)
{
	static const char *const events[] = { WEBHOOKS "/charge.dispute.funds_withdrawn.json",
		                              WEBHOOKS "/charge.dispute.funds_reinstated.json" };
	const struct booking_charged charged = { .charge = "ch_1",
		                                 .presented = { 25000, "USD" },
		                                 .settled = { 25000, "USD" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(events); i++) {
		struct balance_transaction read;
		struct booking booking;
		int64_t taken = 0;

		if (!read_event(events[i], &read))
			return;
		assert_int_equal(movement_of(&policy, &read), MOVEMENT_DISPUTE);
		booking_expect(arena,
		               booking_dispute(arena, &booking_known, &charged, read.source, 25000,
		                               &read, &booking, &taken),
		               &booking, BOOKING_SURE, "dispute/txn_1Bl3mMGWCopOTFn18p8iALq8",
		               "disputes +25000 USD, cash_in_transit -26500 USD, fees +1500 USD");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_transaction_is_what_its_words_say),
		cmocka_unit_test(a_document_that_is_wrong_is_refused_with_its_place),
		cmocka_unit_test(recorded_disputes_are_booked_by_their_balance_transaction_once),
		cmocka_unit_test(a_folder_is_a_book_of_versions),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
