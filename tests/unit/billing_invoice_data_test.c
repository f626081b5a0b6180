/*
 * billing_invoice_data_test - the invoices that Stripe's own examples hold: each difference with its reason.
 */
#include "tests/support/invoice_fixture.h"

#include "common/base/text.h"
#include "common/io/file.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WEBHOOKS "../shared/data/stripe-ruby-mock-webhooks/lib/stripe_mock/webhook_fixtures"
#define FIXTURES "../shared/data/stripe-openapi-fixtures/openapi/fixtures3.json"
#define BYTES_MAX 8000000

static bool document_of(const char *path, json_t **document)
{
	struct json_error error;
	struct bytes text;

	if (!file_read(arena, path, BYTES_MAX, &text)) {
		print_message("skipped: %s is not there\n", path);
		return false;
	}
	assert_true(json_parse(text, BYTES_MAX, document, &error));
	return true;
}

/* What the rules say of an object, or why it cannot be read. */
static const char *verdict(json_t *object)
{
	const struct json_place top = json_top(object);
	const struct invoice_context context = invoice_fixture_context(WITH_TAX);
	struct json_error error;
	struct invoice invoice;
	char *const reason = arena_alloc(arena, JSON_ERROR_SIZE);

	if (!invoice_read(arena, &top, &invoice, &error))
		return json_error_text(&error, reason);
	return invoice_fixture_told(invoice_check(arena, &invoice, &context));
}

static void webhooks_differ_where_they_do(void **state)
{
	static const struct {
		const char *name;
		const char *want;
	} rows[] = {
		{ "created", "" },
		{ "finalized", "" },
		{ "paid", "" },
		{ "payment_action_required", "" },
		{ "payment_failed", "" },
		{ "payment_succeeded", "" },
		{ "updated", "" },
		/* A preview of what is to come has no id: there is nothing yet to be right or wrong. */
		{ "upcoming", "id: is missing" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		AUTO_JSON document = NULL;
		json_t *object;

		if (!document_of(arena_printf(arena, WEBHOOKS "/invoice.%s.json", rows[i].name),
		                 &document))
			skip();
		object = json_object_get(json_object_get(document, "data"), "object");
		assert_string_equal(verdict(object), rows[i].want);
	}
}

/* Given an id, it mixes the modes; with that mended, it says a subtotal of 1000 over one line of 100. */
static void a_preview_is_wrong_in_three_ways(void **state)
{
	AUTO_JSON document = NULL;
	json_t *object;
	json_t *line;

	(void)state;
	if (!document_of(WEBHOOKS "/invoice.upcoming.json", &document))
		skip();
	object = json_object_get(json_object_get(document, "data"), "object");
	line = json_array_get(json_object_get(json_object_get(object, "lines"), "data"), 0);
	assert_string_equal(verdict(object), "id: is missing");
	json_object_set_new(object, "id", json_string("in_upcoming"));
	assert_string_equal(verdict(object), "lines.data[0].livemode: is not the invoice's");
	json_object_set_new(line, "livemode", json_false());
	assert_string_equal(verdict(object), "lines_subtotal 100 1000;");
}

static void examples_differ_where_they_do(void **state)
{
	AUTO_JSON document = NULL;
	json_t *resources;

	(void)state;
	if (!document_of(FIXTURES, &document))
		skip();
	resources = json_object_get(document, "resources");
	/* Its line is a proration that names what it gives back, and takes 10.00 USD instead. */
	assert_string_equal(verdict(json_object_get(resources, "invoice")),
	                    "proration_sign/il_1Pgc6sB7WZ01zgkWFnxLrLCq 0 1000;");
	/* What is left of a deleted one is its id. */
	assert_string_equal(verdict(json_object_get(resources, "deleted_invoice")),
	                    "currency: is missing");
}

/* The same bytes with one figure bent: a check that finds nothing in them is not blind. */
static void a_webhook_that_is_bent_is_found_out(void **state)
{
	static const struct {
		const char *field;
		int64_t value;
		const char *want;
	} rows[] = {
		{ "subtotal", 2100, "lines_subtotal 2000 2100;invoice_total 2100 2000;" },
		{ "total", 2100,
		  "invoice_total 2000 2100;amount_due 2100 2000;ending_balance 100 0;" },
		{ "amount_due", 1900,
		  "amount_due 2000 1900;ending_balance 100 0;paid_and_remaining 1900 2000;" },
		{ "amount_paid", 1999, "paid_and_remaining 2000 1999;" },
		{ "starting_balance", -500, "amount_due 1500 2000;ending_balance -500 0;" },
		{ "pre_payment_credit_notes_amount", 300,
		  "amount_due 1700 2000;ending_balance -300 0;" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		AUTO_JSON document = NULL;
		json_t *object;

		if (!document_of(WEBHOOKS "/invoice.paid.json", &document))
			skip();
		object = json_object_get(json_object_get(document, "data"), "object");
		json_object_set_new(object, rows[i].field, json_integer(rows[i].value));
		assert_string_equal(verdict(object), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(webhooks_differ_where_they_do),
		cmocka_unit_test(a_preview_is_wrong_in_three_ways),
		cmocka_unit_test(examples_differ_where_they_do),
		cmocka_unit_test(a_webhook_that_is_bent_is_found_out),
	};

	return cmocka_run_group_tests(tests, invoice_fixture_open, invoice_fixture_close);
}
