/*
 * billing_invoice_test - invoices of both shapes of the API, and what is refused of hostile ones.
 */
#include "services/billing-sync/invoice/invoice.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BYTES_MAX 1000000

static bool read_text(const char *text, struct invoice *invoice, struct json_error *error)
{
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(bytes_of(text), BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	return invoice_read(arena, &top, invoice, error);
}

static struct invoice read_well(const char *text)
{
	struct invoice invoice = { .id = NULL };
	struct json_error error;
	char reason[JSON_ERROR_SIZE];

	if (!read_text(text, &invoice, &error))
		fail_msg("%s", json_error_text(&error, reason));
	return invoice;
}

static const char old_shape[] =
    "{\"id\":\"in_1\",\"object\":\"invoice\",\"currency\":\"jpy\",\"customer\":{\"id\":\"cus_1\","
    "\"object\":\"customer\"},\"subscription\":\"sub_1\",\"status\":\"open\",\"livemode\":true,"
    "\"created\":1700000000,\"billing_reason\":\"subscription_cycle\",\"subtotal\":3300,\"tax\":300,"
    "\"total\":3000,\"amount_due\":3000,\"amount_paid\":0,\"amount_remaining\":3000,"
    "\"starting_balance\":0,\"ending_balance\":null,\"period_start\":1700000000,"
    "\"period_end\":1702592000,\"customer_address\":{\"country\":\"JP\",\"state\":null},"
    "\"total_discount_amounts\":[{\"amount\":200,\"discount\":\"di_1\"},{\"amount\":100,"
    "\"discount\":\"di_2\"}],\"discounts\":[\"di_1\",\"di_2\"],"
    "\"total_tax_amounts\":[{\"amount\":300,\"inclusive\":true,\"tax_rate\":{\"id\":\"txr_1\","
    "\"country\":\"JP\",\"state\":null},\"taxable_amount\":3000}],"
    "\"lines\":{\"object\":\"list\",\"has_more\":false,\"total_count\":1,\"data\":[{\"id\":\"il_1\","
    "\"amount\":3300,\"currency\":\"jpy\",\"livemode\":true,\"quantity\":3,\"proration\":false,"
    "\"subscription\":\"sub_1\",\"subscription_item\":\"si_1\",\"description\":\"席 × 3\","
    "\"price\":{\"id\":\"price_1\",\"billing_scheme\":\"per_unit\",\"unit_amount\":1100,"
    "\"unit_amount_decimal\":\"1100\",\"transform_quantity\":null},"
    "\"discount_amounts\":[{\"amount\":300}],\"tax_amounts\":[{\"amount\":300,\"inclusive\":true,"
    "\"tax_rate\":\"txr_1\"}],\"period\":{\"start\":1700000000,\"end\":1702592000}}]}}";

static const char new_shape[] =
    "{\"id\":\"in_1\",\"object\":\"invoice\",\"currency\":\"jpy\",\"customer\":\"cus_1\","
    "\"parent\":{\"type\":\"subscription_details\",\"quote_details\":null,\"subscription_details\":"
    "{\"metadata\":null,\"subscription\":\"sub_1\"}},\"status\":\"open\",\"livemode\":true,"
    "\"created\":1700000000,\"billing_reason\":\"subscription_cycle\",\"subtotal\":3300,"
    "\"total\":3000,\"amount_due\":3000,\"amount_paid\":0,\"amount_remaining\":3000,"
    "\"starting_balance\":0,\"ending_balance\":null,\"period_start\":1700000000,"
    "\"period_end\":1702592000,\"customer_address\":{\"country\":\"JP\",\"state\":null},"
    "\"total_discount_amounts\":[{\"amount\":300,\"discount\":\"di_1\"}],\"discounts\":[\"di_1\"],"
    "\"total_taxes\":[{\"amount\":300,\"tax_behavior\":\"inclusive\",\"taxable_amount\":3000,"
    "\"tax_rate_details\":{\"tax_rate\":\"txr_1\"},\"type\":\"tax_rate_details\"}],"
    "\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\",\"amount\":3300,"
    "\"currency\":\"jpy\",\"livemode\":true,\"quantity\":3,\"description\":\"席 × 3\","
    "\"parent\":{\"type\":\"subscription_item_details\",\"invoice_item_details\":null,"
    "\"subscription_item_details\":{\"proration\":false,\"subscription\":\"sub_1\","
    "\"subscription_item\":\"si_1\",\"proration_details\":{\"credited_items\":null}}},"
    "\"pricing\":{\"type\":\"price_details\",\"price_details\":{\"price\":\"price_1\","
    "\"product\":\"prod_1\"},\"unit_amount_decimal\":\"1100\"},"
    "\"discount_amounts\":[{\"amount\":300}],\"taxes\":[{\"amount\":300,"
    "\"tax_behavior\":\"inclusive\",\"taxable_amount\":3000,\"tax_rate_details\":"
    "{\"tax_rate\":\"txr_1\"}}],\"period\":{\"start\":1700000000,\"end\":1702592000}}]}}";

static void assert_line(const struct invoice_line *line)
{
	assert_string_equal(line->id, "il_1");
	assert_string_equal(line->description, "席 × 3");
	assert_string_equal(line->price, "price_1");
	assert_string_equal(line->subscription, "sub_1");
	assert_string_equal(line->item, "si_1");
	assert_int_equal(line->minor, 3300);
	assert_true(line->quantity.has && line->by_unit && line->has_unit);
	assert_int_equal(line->quantity.minor, 3);
	assert_int_equal(line->unit.whole, 1100);
	assert_int_equal(line->proration, INVOICE_NO);
	assert_false(line->credits);
	assert_true(line->has_period);
	assert_int_equal(line->start.us, SECONDS(1700000000).us);
	assert_int_equal(line->end.us, SECONDS(1702592000).us);
	assert_int_equal(line->discount.minor, 300);
	assert_int_equal(line->taxes.count, 1);
	assert_true(line->taxes.items[0].inclusive);
	assert_string_equal(line->taxes.items[0].rate, "txr_1");
}

static void assert_invoice(const struct invoice *invoice)
{
	assert_string_equal(invoice->id, "in_1");
	assert_string_equal(invoice->customer, "cus_1");
	assert_string_equal(invoice->subscription, "sub_1");
	assert_string_equal(invoice->status, "open");
	assert_string_equal(invoice->reason, "subscription_cycle");
	assert_string_equal(invoice->currency, "JPY");
	assert_string_equal(invoice->country, "JP");
	assert_string_equal(invoice->state, "");
	assert_int_equal(invoice->live, INVOICE_YES);
	assert_true(invoice->has_issued && invoice->has_period);
	assert_int_equal(invoice->issued.us, SECONDS(1700000000).us);
	assert_int_equal(invoice->figures[INVOICE_SUBTOTAL].minor, 3300);
	assert_int_equal(invoice->figures[INVOICE_TOTAL].minor, 3000);
	assert_true(invoice->figures[INVOICE_PAID].has);
	assert_false(invoice->figures[INVOICE_ENDING_BALANCE].has);
	assert_int_equal(invoice->discounts.minor, 300);
	assert_true(invoice->taxes.has);
	assert_int_equal(invoice->taxes.count, 1);
	assert_int_equal(invoice->line_count, 1);
	assert_false(invoice->cut);
	if (invoice->taxes.items == NULL || invoice->lines == NULL)
		return;
	assert_int_equal(invoice->taxes.items[0].minor, 300);
	assert_int_equal(invoice->taxes.items[0].taxable.minor, 3000);
	assert_line(&invoice->lines[0]);
}

static void both_shapes_of_the_api_say_the_same(void **state)
{
	const struct invoice old = read_well(old_shape);
	const struct invoice new = read_well(new_shape);

	(void)state;
	assert_invoice(&old);
	assert_invoice(&new);
	assert_int_equal(old.figures[INVOICE_TAX].minor, 300);
	assert_false(new.figures[INVOICE_TAX].has);
	assert_string_equal(old.taxes.items[0].country, "JP");
	assert_string_equal(new.taxes.items[0].country, "");
}

#define HEAD "{\"object\":\"invoice\",\"id\":\"in_1\",\"currency\":\"usd\""

static void what_is_missing_is_not_zero(void **state)
{
	const struct invoice bare = read_well(HEAD "}");
	const struct invoice null = read_well(
	    HEAD
	    ",\"tax\":null,\"lines\":{\"data\":[{\"id\":\"il_1\",\"amount\":5,\"quantity\":null,"
	    "\"price\":null,\"period\":null,\"proration\":null}]}}");

	(void)state;
	for (size_t i = 0; i < INVOICE_FIGURES; i++)
		assert_false(bare.figures[i].has);
	assert_false(bare.has_lines || bare.taxes.has || bare.discounts.has || bare.has_issued);
	assert_false(null.figures[INVOICE_TAX].has);
	assert_true(null.has_lines);
	assert_false(null.lines[0].quantity.has || null.lines[0].has_unit);
	assert_false(null.lines[0].has_period || null.lines[0].discount.has);
	assert_int_equal(null.lines[0].proration, INVOICE_UNSAID);
}

static struct invoice_line line_of(const char *fields)
{
	const struct invoice invoice = read_well(arena_printf(
	    arena, HEAD ",\"lines\":{\"data\":[{\"id\":\"a\",\"amount\":1%s}]}}", fields));

	return invoice.lines != NULL ? invoice.lines[0] : (struct invoice_line){ .id = "" };
}

static void the_parents_type_says_which_details_hold(void **state)
{
	static const char both[] =
	    ",\"parent\":{\"type\":\"invoice_item_details\",\"invoice_item_details\":{\"proration\":"
	    "true,\"subscription\":\"sub_2\",\"proration_details\":{\"credited_items\":{\"invoice\":"
	    "\"in_0\"}}},\"subscription_item_details\":{\"proration\":false,\"subscription\":\"sub_3\","
	    "\"subscription_item\":\"si_3\"}}";
	const struct invoice_line line = line_of(both);

	(void)state;
	assert_int_equal(line.proration, INVOICE_YES);
	assert_true(line.credits);
	assert_string_equal(line.subscription, "sub_2");
	assert_string_equal(line.item, "");
}

static void tiers_packages_and_parts_are_no_plain_units(void **state)
{
	static const struct {
		const char *fields;
		bool by_unit;
		bool has_quantity;
	} rows[] = {
		{ ",\"quantity\":2,\"price\":{\"id\":\"p\",\"billing_scheme\":\"per_unit\"}", true,
		  true },
		{ ",\"quantity\":2,\"price\":{\"id\":\"p\",\"billing_scheme\":\"tiered\"}", false,
		  true },
		{ ",\"quantity\":2,\"price\":{\"id\":\"p\",\"transform_quantity\":{\"divide_by\":5}}",
		  false, true },
		{ ",\"quantity\":2,\"plan\":{\"id\":\"p\",\"transform_usage\":{\"divide_by\":5}}",
		  false, true },
		{ ",\"quantity\":2,\"quantity_decimal\":\"2.000\"", true, true },
		{ ",\"quantity\":2,\"quantity_decimal\":\"2.5\"", true, false },
		{ ",\"quantity\":0", true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct invoice_line line = line_of(rows[i].fields);

		assert_int_equal(line.by_unit, rows[i].by_unit);
		assert_int_equal(line.quantity.has, rows[i].has_quantity);
	}
}

static void the_unit_is_the_most_exact_that_is_stated(void **state)
{
	struct invoice_line line =
	    line_of(",\"price\":{\"id\":\"p\",\"unit_amount\":2,\"unit_amount_decimal\":\"1.5\"}");

	(void)state;
	assert_int_equal(line.unit.whole, 1);
	assert_int_equal(line.unit.fraction, 500000000000);
	line =
	    line_of(",\"price\":{\"id\":\"p\",\"unit_amount\":-700,\"unit_amount_decimal\":null}");
	assert_true(line.unit.negative);
	assert_int_equal(line.unit.whole, 700);
	line = line_of(",\"price\":null,\"plan\":{\"id\":\"gold\",\"amount\":100}");
	assert_int_equal(line.unit.whole, 100);
	assert_string_equal(line.price, "gold");
	line = line_of(",\"pricing\":{\"unit_amount_decimal\":null}");
	assert_false(line.has_unit);
}

static void cut_lines_are_seen(void **state)
{
	static const struct {
		const char *list;
		bool cut;
	} rows[] = {
		{ "{\"data\":[],\"has_more\":true}", true },
		{ "{\"data\":[],\"has_more\":false,\"total_count\":3}", true },
		{ "{\"data\":[],\"has_more\":false,\"total_count\":0}", false },
		{ "{\"data\":[]}", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct invoice invoice =
		    read_well(arena_printf(arena, HEAD ",\"lines\":%s}", rows[i].list));

		assert_int_equal(invoice.cut, rows[i].cut);
	}
}

static void an_invoice_counts_when_it_says(void **state)
{
	struct invoice invoice = read_well(
	    HEAD ",\"created\":3,\"status_transitions\":{\"finalized_at\":2},\"effective_at\":1}");

	(void)state;
	assert_int_equal(invoice.issued.us, SECONDS(1).us);
	invoice = read_well(HEAD ",\"created\":3,\"status_transitions\":{\"finalized_at\":2}}");
	assert_int_equal(invoice.issued.us, SECONDS(2).us);
	invoice = read_well(HEAD ",\"created\":3,\"status_transitions\":{\"finalized_at\":null}}");
	assert_int_equal(invoice.issued.us, SECONDS(3).us);
}

#define LINE(fields) HEAD ",\"lines\":{\"data\":[{\"id\":\"il_1\",\"amount\":1" fields "}]}}"

static const struct {
	const char *text;
	const char *want;
} hostile[] = {
	{ "[]", "must be an object" },
	{ "{}", "object: is missing" },
	{ "{\"object\":\"charge\"}", "object: must be one of: invoice" },
	{ "{\"object\":\"invoice\",\"currency\":\"usd\"}", "id: is missing" },
	{ "{\"object\":\"invoice\",\"id\":\"\"}", "id: must not be empty" },
	{ "{\"object\":\"invoice\",\"id\":\"in_1\"}", "currency: is missing" },
	{ "{\"object\":\"invoice\",\"id\":\"in_1\",\"currency\":\"gold\"}",
	  "currency: is not a known currency" },
	{ HEAD ",\"total\":1.5}", "total: must be a whole number" },
	{ HEAD ",\"total\":\"15\"}", "total: must be a whole number" },
	{ HEAD ",\"total\":9223372036854775807}",
	  "total: must be between -1000000000000000 and 1000000000000000" },
	{ HEAD ",\"total\":9223372036854775808}", "line 1, column 76: too big integer" },
	{ HEAD ",\"amount_paid\":-1}", "amount_paid: must be between 0 and 1000000000000000" },
	{ HEAD ",\"created\":-5}", "created: must be between 0 and 253402300799" },
	{ HEAD ",\"period_start\":9,\"period_end\":8}", "period_end: is before period_start" },
	{ HEAD ",\"livemode\":1}", "livemode: must be true or false" },
	{ HEAD ",\"lines\":[]}", "lines: must be an object" },
	{ HEAD ",\"lines\":{\"data\":{}}}", "lines.data: must be an array" },
	{ HEAD ",\"lines\":{\"data\":[7]}}", "lines.data[0]: must be an object" },
	{ HEAD ",\"lines\":{\"data\":[{\"amount\":1}]}}", "lines.data[0].id: is missing" },
	{ HEAD ",\"lines\":{\"data\":[{\"id\":\"a\"}]}}", "lines.data[0].amount: is missing" },
	{ LINE(",\"quantity\":-1"), "lines.data[0].quantity: must be between 0 and 1000000000000" },
	{ LINE(",\"quantity_decimal\":\"-1.5\""),
	  "lines.data[0].quantity_decimal: must be a decimal number that is not negative" },
	{ LINE(",\"currency\":\"eur\""), "lines.data[0].currency: is not the invoice's" },
	{ "{\"object\":\"invoice\",\"id\":\"in_1\",\"currency\":\"usd\",\"livemode\":true,"
	  "\"lines\":{\"data\":[{\"id\":\"a\",\"amount\":1,\"livemode\":false}]}}",
	  "lines.data[0].livemode: is not the invoice's" },
	{ LINE(",\"period\":{\"start\":2,\"end\":1}"),
	  "lines.data[0].period: ends before it starts" },
	{ LINE(",\"price\":{\"unit_amount_decimal\":\"1e3\"}"),
	  "lines.data[0].price.unit_amount_decimal: must be a decimal number of minor units" },
	{ LINE(",\"price\":7"), "lines.data[0].price: must be a text" },
	{ LINE(",\"tax_amounts\":[{\"amount\":1}]"),
	  "lines.data[0].tax_amounts[0].tax_behavior: is missing" },
	{ LINE(",\"taxes\":[{\"amount\":1,\"tax_behavior\":\"both\"}]"),
	  "lines.data[0].taxes[0].tax_behavior: must be one of: exclusive inclusive" },
	{ LINE(",\"discount_amounts\":[3]"),
	  "lines.data[0].discount_amounts[0]: must be an object" },
	{ HEAD ",\"lines\":{\"data\":[{\"id\":\"a\",\"amount\":1},{\"id\":\"b\",\"amount\":1},"
	       "{\"id\":\"a\",\"amount\":1}]}}",
	  "lines.data[2].id: is another line's already" },
};

static void what_is_hostile_is_refused_with_field_and_reason(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(hostile); i++) {
		struct invoice invoice = { .id = "untouched" };
		struct json_error error = { .path = "" };
		char reason[JSON_ERROR_SIZE];
		const bool read = read_text(hostile[i].text, &invoice, &error);

		json_error_text(&error, reason);
		if (!read && text_equal(reason, hostile[i].want) &&
		    text_equal(invoice.id, "untouched"))
			continue;
		print_error("%s: \"%s\"\n", hostile[i].text, reason);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void lines_are_bounded(void **state)
{
	struct buffer text = { .data = NULL };
	struct invoice invoice;
	struct json_error error;
	static const char head[] = HEAD ",\"lines\":{\"data\":[{\"id\":\"a\",\"amount\":1}";

	(void)state;
	buffer_add(&text, head, sizeof(head) - 1);
	for (int i = 0; i < INVOICE_LINES_MAX; i++) {
		const char *const line = arena_printf(arena, ",{\"id\":\"l%d\",\"amount\":1}", i);

		buffer_add(&text, line, strlen(line));
	}
	buffer_add(&text, "]}}", 4);
	assert_false(read_text((const char *)text.data, &invoice, &error));
	assert_string_equal(error.path, "lines.data");
	assert_string_equal(error.reason, "has more than 1000 items");
	buffer_finish(&text);
}

static void decimals_are_read_and_multiplied_without_reals(void **state)
{
	static const struct {
		const char *text;
		int64_t quantity;
		int64_t want;
	} rows[] = {
		{ "1500", 3, 4500 },
		{ "0.5", 1, 1 },
		{ "0.4", 1, 0 },
		{ "-0.5", 1, -1 },
		{ "-2.25", 10, -23 },
		{ "33.333333333333", 3, 100 },
		{ "0.000000000001", 1000, 0 },
		{ "1000000000000000", 1000000000000, INT64_MAX },
		{ "-0", 5, 0 },
		{ "-1000000000000000", 1000000000000, INT64_MIN },
		{ "5.123", 1000, 5123 },
		{ "0.015", 100, 2 },
	};
	static const char *const bad[] = { "",
		                           "-",
		                           ".5",
		                           "5.",
		                           "1e3",
		                           "+1",
		                           " 1",
		                           "1 ",
		                           "1.2.3",
		                           "0x10",
		                           "1,5",
		                           "--1",
		                           "NaN",
		                           "１",
		                           "1.0000000000000",
		                           "1000000000000001" };
	struct invoice_decimal decimal;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		assert_true(invoice_decimal_parse(rows[i].text, &decimal));
		assert_true(invoice_decimal_times(decimal, rows[i].quantity) == rows[i].want);
	}
	for (size_t i = 0; i < COUNT_OF(bad); i++)
		assert_false(invoice_decimal_parse(bad[i], &decimal));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_shapes_of_the_api_say_the_same),
		cmocka_unit_test(what_is_missing_is_not_zero),
		cmocka_unit_test(the_parents_type_says_which_details_hold),
		cmocka_unit_test(tiers_packages_and_parts_are_no_plain_units),
		cmocka_unit_test(the_unit_is_the_most_exact_that_is_stated),
		cmocka_unit_test(cut_lines_are_seen),
		cmocka_unit_test(an_invoice_counts_when_it_says),
		cmocka_unit_test(what_is_hostile_is_refused_with_field_and_reason),
		cmocka_unit_test(lines_are_bounded),
		cmocka_unit_test(decimals_are_read_and_multiplied_without_reals),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
