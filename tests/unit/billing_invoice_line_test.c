/*
 * billing_invoice_line_test - lines worked by hand: amounts, prorations, rates of tax.
 */
#include "tests/support/invoice_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct invoice_row lines[] = {
	{ "quantity times unit", INVOICE("usd", PLAIN(4500, 4500), LINE("a", 4500, 3, 1500, "")),
	  "", NOTHING },
	{ "a quantity that was not billed",
	  INVOICE("usd", PLAIN(3000, 3000), LINE("a", 3000, 3, 1500, "")),
	  "line_amount/a 4500 3000;", NOTHING },
	{ "half a cent 3 times is 2 cents, rounded once",
	  INVOICE("usd", PLAIN(2, 2), MODERN("a", 2, 3, "0.5", false, "")), "", NOTHING },
	{ "half a cent 3 times cut to 1 is a rounding",
	  INVOICE("usd", PLAIN(1, 1), MODERN("a", 1, 3, "0.5", false, "")), "", NOTHING },
	{ "half a cent 1000 times is 500, not the 1000 of rounding each",
	  INVOICE("usd", PLAIN(1000, 1000), MODERN("a", 1000, 1000, "0.5", false, "")),
	  "line_amount/a 500 1000;", NOTHING },
	{ "a third of a yen 3 times",
	  INVOICE("jpy", PLAIN(1, 1), MODERN("a", 1, 3, "0.333333333333", false, "")), "",
	  NOTHING },
	{ "a free line of a price that is not free",
	  INVOICE("usd", PLAIN(0, 0), LINE("a", 0, 1, 1500, "")), "line_free/a 1500 0;", NOTHING },
	{ "tiers are not multiplied",
	  INVOICE("usd", PLAIN(700, 700),
	          "{'id':'a','amount':700,'quantity':3,'proration':false,'price':{'id':'p',"
	          "'billing_scheme':'tiered','unit_amount':500}}"),
	  "", NOTHING },
	{ "a line that does not say whether it is a proration is not multiplied",
	  INVOICE("usd", PLAIN(700, 700),
	          "{'id':'a','amount':700,'quantity':3,'price':{'id':'p','unit_amount':500}}"),
	  "", NOTHING },
	{ "up in the middle of January: 7 for 5, 17/31 of the difference",
	  INVOICE("usd", PLAIN(1645, 1645),
	          PRORATED("a", -4113, 5, 1500, CREDITED) "," PRORATED("b", 5758, 7, 1500, "")),
	  "", NOTHING },
	{ "down: more comes back than is charged",
	  INVOICE("usd", PLAIN(-1645, -1645),
	          MODERN("a", -5758, 7, "1500", true, CREDITED) "," MODERN("b", 4113, 5, "1500",
	                                                                   true, "")),
	  "", NOTHING },
	{ "a proration is never computed again",
	  INVOICE("usd", PLAIN(1, 1), PRORATED("b", 1, 7, 1500, "")), "", NOTHING },
	{ "a proration of a whole period",
	  INVOICE("usd", PLAIN(10500, 10500), PRORATED("b", 10500, 7, 1500, "")), "", NOTHING },
	{ "and a rounding", INVOICE("usd", PLAIN(10501, 10501), PRORATED("b", 10501, 7, 1500, "")),
	  "", NOTHING },
	{ "but no more", INVOICE("usd", PLAIN(10502, 10502), PRORATED("b", 10502, 7, 1500, "")),
	  "proration_size/b 10500 10502;", NOTHING },
	{ "nor is more given back than was billed",
	  INVOICE("usd", PLAIN(-7502, -7502), PRORATED("a", -7502, 5, 1500, CREDITED)),
	  "proration_size/a -7500 -7502;", NOTHING },
	{ "a proration that gives back takes nothing",
	  INVOICE("usd", PLAIN(4113, 4113), PRORATED("a", 4113, 5, 1500, CREDITED)),
	  "proration_sign/a 0 4113;", NOTHING },
	{ "an old proration may give back without naming what",
	  INVOICE("usd", PLAIN(-4113, -4113), PRORATED("a", -4113, 5, 1500, "")), "", NOTHING },
};

static const struct invoice_row taxes[] = {
	{ "10 % of 5000 yen in Japan",
	  INVOICE("jpy", SUMS(5000, 5500) "," IN("JP") "," TOTAL_TAX(500, false),
	          LINE("a", 5000, 1, 5000, TAXED(500, false, 5000))),
	  "", WITH_TAX },
	{ "the reduced 8 % is a rate as well",
	  INVOICE("jpy", SUMS(5000, 5400) "," IN("JP") "," TOTAL_TAX(400, false),
	          LINE("a", 5000, 1, 5000, TAXED(400, false, 5000))),
	  "", WITH_TAX },
	{ "9 % is none: the nearer one is expected",
	  INVOICE("jpy", SUMS(5000, 5460) "," IN("JP") "," TOTAL_TAX(460, false),
	          LINE("a", 5000, 1, 5000, TAXED(460, false, 5000))),
	  "tax_rate/a 500 460;", WITH_TAX },
	{ "909 within 1000 is 91 by 10 %, rounded",
	  INVOICE("jpy", SUMS(1000, 1000) "," IN("JP") "," TOTAL_TAX(91, true),
	          LINE("a", 1000, 1, 1000, ",'tax_amounts':[{'amount':91,'inclusive':true}]")),
	  "", WITH_TAX },
	{ "200 within 1109 of 909 is not",
	  INVOICE("jpy", SUMS(1109, 1109) "," IN("JP") "," TOTAL_TAX(200, true),
	          LINE("a", 1109, 1, 1109, ",'tax_amounts':[{'amount':200,'inclusive':true}]")),
	  "tax_rate/a 91 200;", WITH_TAX },
	{ "19 % of 1000 in Germany, in 2026",
	  INVOICE("eur", SUMS(1000, 1190) "," IN("DE") "," TOTAL_TAXES(190, exclusive),
	          MODERN("a", 1000, 1, "1000", false, "")),
	  "", WITH_TAX },
	{ "the 16 % of 2020 are over",
	  INVOICE("eur", SUMS(1000, 1160) "," IN("DE") "," TOTAL_TAXES(160, exclusive),
	          MODERN("a", 1000, 1, "1000", false, "")),
	  "tax_rate 190 160;", WITH_TAX },
	{ "and were right in 2020",
	  "{'object':'invoice','id':'in_1','currency':'eur','created':1597000000," SUMS(
	      1000,
	      1160) "," IN("DE") "," TOTAL_TAXES(160,
	                                         exclusive) ",'lines':{'data':[" MODERN("a", 1000,
	                                                                                1, "1000",
	                                                                                false,
	                                                                                "") "]}}",
	  "", WITH_TAX },
	{ "a day for which no rate is configured",
	  "{'object':'invoice','id':'in_1','currency':'gbp','created':1000000000," SUMS(
	      1000,
	      1175) "," IN("GB") "," TOTAL_TAXES(175,
	                                         exclusive) ",'lines':{'data':[" MODERN("a", 1000,
	                                                                                1, "1000",
	                                                                                false,
	                                                                                "") "]}}",
	  "tax_rate_missing 1 0;", WITH_TAX },
	{ "a place that the document does not know",
	  INVOICE("usd", SUMS(1000, 1077) "," IN("US") "," TOTAL_TAXES(77, exclusive),
	          MODERN("a", 1000, 1, "1000", false, "")),
	  "", WITH_TAX },
	{ "tax after the discount: 10 % of 4500",
	  INVOICE("jpy", SUMS(5000, 4950) "," IN("JP") "," TOTAL_OFF(500) "," TOTAL_TAX(450, false),
	          LINE("a", 5000, 1, 5000,
	               OFF(500) ",'tax_amounts':[{'amount':450,'inclusive':false}]")),
	  "", WITH_TAX },
	{ "a customer who is exempt",
	  INVOICE("jpy",
	          SUMS(5000, 5000) "," IN("JP") ",'customer_tax_exempt':"
	                                        "'reverse'," TOTAL_TAX(0, false),
	          LINE("a", 5000, 1, 5000, "")),
	  "", WITH_TAX },
	{ "where we must collect, a day without a rate",
	  "{'object':'invoice','id':'in_1','currency':'nzd','created':1000000000," PLAIN(
	      5000, 5000) "," IN("NZ") ",'lines':{'data':[" LINE("a", 5000, 1, 5000, "") "]}}",
	  "tax_rate_missing 1 0;", WITH_TAX },
	{ "where we must collect, no tax is wrong: 15 % of 5000",
	  INVOICE("nzd", PLAIN(5000, 5000) "," IN("NZ"), LINE("a", 5000, 1, 5000, "")),
	  "tax_missing 750 0;", WITH_TAX },
};

static void a_line_is_held_to_its_price_and_bounds(void **state)
{
	(void)state;
	assert_int_equal(invoice_fixture_walk(lines, COUNT_OF(lines)), 0);
}

static void tax_is_held_to_the_rates_of_its_place_and_day(void **state)
{
	(void)state;
	assert_int_equal(invoice_fixture_walk(taxes, COUNT_OF(taxes)), 0);
}

static void what_is_wrong_with_the_documents_is_named(void **state)
{
#define HEAD "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
#define RATES(rows) \
	HEAD "\"jurisdictions\":[{\"country\":\"JP\",\"collected\":true,\"rates\":[" rows "]}]}"
#define FROM(kind, from, until)                                                                   \
	"{\"kind\":\"" kind "\",\"ppm\":1,\"from\":\"" from "T00:00:00Z\",\"source\":\"s\"" until \
	"}"
#define UNTIL(date) ",\"until\":\"" date "T00:00:00Z\""
	static const struct {
		const struct policy_kind *kind;
		const char *text;
		const char *want;
	} rows[] = {
		{ &tax_policy_kind, "{\"id\":\"t\",\"version\":1,\"jurisdictions\":[]}",
		  "effective_from: is missing" },
		{ &tax_policy_kind, HEAD "\"jurisdictions\":[{\"country\":\"jp\"}]}",
		  "jurisdictions[0].country: must be two capitals, as JP" },
		{ &tax_policy_kind, RATES("{\"kind\":\"standard\",\"ppm\":0.1}"),
		  "jurisdictions[0].rates[0].ppm: must be a whole number" },
		{ &tax_policy_kind, RATES(FROM("a", "2020-01-01", UNTIL("2020-01-01"))),
		  "jurisdictions[0].rates[0].until: must be after from" },
		{ &tax_policy_kind,
		  RATES(FROM("a", "2020-01-01", "") "," FROM("b", "2021-01-01",
		                                             "") "," FROM("a", "2022-01-01", "")),
		  "jurisdictions[0].rates[2].from: another rate of the kind is in force then" },
		{ &invoice_policy_kind, HEAD "\"tolerance_per_line\":101}",
		  "tolerance_per_line: must be between 0 and 100" },
		{ &invoice_policy_kind,
		  HEAD
		  "\"tolerance_per_line\":1,\"minimum_charge\":[{\"currency\":\"usd\",\"minor\":5}]}",
		  "minimum_charge[0].currency: must be a currency as USD" },
		{ &invoice_policy_kind,
		  HEAD
		  "\"tolerance_per_line\":1,\"minimum_charge\":[{\"currency\":\"USD\",\"minor\":5},"
		  "{\"currency\":\"USD\",\"minor\":6}]}",
		  "minimum_charge[1].currency: is another row's already" },
		{ &invoice_policy_kind,
		  HEAD
		  "\"tolerance_per_line\":1,\"minimum_charge\":[],\"twice\":{\"same_invoice\":\"5x\"}}",
		  "twice.same_invoice: must be a time as 90s, 15m, 2h or 14d" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		void *const policy = arena_zero(arena, rows[i].kind->size);
		struct json_error error;
		char reason[JSON_ERROR_SIZE];

		assert_false(
		    policy_parse(rows[i].kind, arena, bytes_of(rows[i].text), policy, &error));
		assert_string_equal(json_error_text(&error, reason), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_held_to_its_price_and_bounds),
		cmocka_unit_test(tax_is_held_to_the_rates_of_its_place_and_day),
		cmocka_unit_test(what_is_wrong_with_the_documents_is_named),
	};

	return cmocka_run_group_tests(tests, invoice_fixture_open, invoice_fixture_close);
}
