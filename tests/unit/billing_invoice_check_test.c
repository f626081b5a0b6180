/*
 * billing_invoice_check_test - invoices worked by hand: sums, discounts, tax, credits and payments.
 */
#include "tests/support/invoice_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct invoice_row sums[] = {
	{ "one line that is the subtotal",
	  INVOICE("usd", PLAIN(1500, 1500), LINE("a", 1500, 1, 1500, "")), "", NOTHING },
	{ "no line and no amount", INVOICE("usd", PLAIN(0, 0), ""), "", NOTHING },
	{ "no line and an amount", INVOICE("usd", PLAIN(5, 5), ""), "lines_subtotal 0 5;",
	  NOTHING },
	{ "three lines add up: 1500 + 900 + 250",
	  INVOICE("usd", PLAIN(2650, 2650),
	          LINE("a", 1500, 1, 1500, "") "," LINE("b", 900, 3, 300, "") "," LINE("c", 250, 5,
	                                                                               50, "")),
	  "", NOTHING },
	{ "three lines may be off by three",
	  INVOICE("usd", PLAIN(2653, 2653),
	          LINE("a", 1500, 1, 1500, "") "," LINE("b", 900, 3, 300, "") "," LINE("c", 250, 5,
	                                                                               50, "")),
	  "", NOTHING },
	{ "and not by four",
	  INVOICE("usd", PLAIN(2654, 2654),
	          LINE("a", 1500, 1, 1500, "") "," LINE("b", 900, 3, 300, "") "," LINE("c", 250, 5,
	                                                                               50, "")),
	  "lines_subtotal 2650 2654;", NOTHING },
	{ "a negative line takes off: 1500 - 400",
	  INVOICE("usd", PLAIN(1100, 1100),
	          LINE("a", 1500, 1, 1500, "") "," LINE("b", -400, 1, -400, "")),
	  "", NOTHING },
	{ "a negative line that was added: 1900",
	  INVOICE("usd", PLAIN(1900, 1900),
	          LINE("a", 1500, 1, 1500, "") "," LINE("b", -400, 1, -400, "")),
	  "lines_subtotal 1100 1900;", NOTHING },
	{ "an invoice below zero", INVOICE("usd", PLAIN(-400, -400), LINE("b", -400, 1, -400, "")),
	  "", NOTHING },
	{ "yen have no minor units: 3 seats at 1100",
	  INVOICE("jpy", PLAIN(3300, 3300), LINE("a", 3300, 3, 1100, "")), "", NOTHING },
	{ "yen counted in hundredths",
	  INVOICE("jpy", PLAIN(330000, 330000), LINE("a", 3300, 3, 1100, "")),
	  "lines_subtotal 3300 330000;", NOTHING },
	{ "dinars have three decimals: 5.120 twice",
	  INVOICE("kwd", PLAIN(10240, 10240), LINE("a", 10240, 2, 5120, "")), "", NOTHING },
	{ "dinars counted in hundredths",
	  INVOICE("kwd", PLAIN(1024, 1024), LINE("a", 10240, 2, 5120, "")),
	  "lines_subtotal 10240 1024;", NOTHING },
	{ "the new shape adds up as well",
	  INVOICE("eur", PLAIN(2970, 2970), MODERN("a", 2970, 3, "990", false, "")), "", NOTHING },
	{ "the new shape that does not",
	  INVOICE("eur", PLAIN(2980, 2980), MODERN("a", 2970, 3, "990", false, "")),
	  "lines_subtotal 2970 2980;", NOTHING },
};

static const struct invoice_row totals[] = {
	{ "20 % off 5000 is 4000",
	  INVOICE("usd", SUMS(5000, 4000) "," TOTAL_OFF(1000), LINE("a", 5000, 1, 5000, OFF(1000))),
	  "", NOTHING },
	{ "a discount that was not taken off",
	  INVOICE("usd", SUMS(5000, 5000) "," TOTAL_OFF(1000), LINE("a", 5000, 1, 5000, OFF(1000))),
	  "invoice_total 4000 5000;", NOTHING },
	{ "a discount that was taken off twice",
	  INVOICE("usd", SUMS(5000, 3000) "," TOTAL_OFF(1000), LINE("a", 5000, 1, 5000, OFF(1000))),
	  "invoice_total 4000 3000;", NOTHING },
	{ "discounts of the lines are another sum: 600 + 300 against 1000",
	  INVOICE("usd", SUMS(5000, 4000) "," TOTAL_OFF(1000),
	          LINE("a", 3000, 1, 3000, OFF(600)) "," LINE("b", 2000, 1, 2000, OFF(300))),
	  "lines_discounts 900 1000;", NOTHING },
	{ "each line's share is rounded: 333 + 333 + 333 of 1000",
	  INVOICE("usd", SUMS(3000, 2000) "," TOTAL_OFF(1000),
	          LINE("a", 1000, 1, 1000, OFF(333)) "," LINE(
		      "b", 1000, 1, 1000, OFF(333)) "," LINE("c", 1000, 1, 1000, OFF(333))),
	  "", NOTHING },
	{ "a discount that is named without its amount leaves the total alone",
	  INVOICE("usd", SUMS(5000, 4000) ",'discount':{'id':'di_1'}",
	          LINE("a", 5000, 1, 5000, "")),
	  "", NOTHING },
	{ "without any discount named the total has to be the subtotal",
	  INVOICE("usd", SUMS(5000, 4000), LINE("a", 5000, 1, 5000, "")),
	  "invoice_total 5000 4000;", NOTHING },
	{ "exclusive tax comes on top: 10 % of 5000",
	  INVOICE("usd", SUMS(5000, 5500) ",'tax':500," TOTAL_TAX(500, false),
	          LINE("a", 5000, 1, 5000, TAXED(500, false, 5000))),
	  "", NOTHING },
	{ "exclusive tax that was forgotten in the total",
	  INVOICE("usd", SUMS(5000, 5000) ",'tax':500," TOTAL_TAX(500, false),
	          LINE("a", 5000, 1, 5000, TAXED(500, false, 5000))),
	  "invoice_total 5500 5000;", NOTHING },
	{ "inclusive tax is in there already: 1100 holds 100",
	  INVOICE(
	      "jpy",
	      SUMS(1100, 1100) ",'tax':100,'subtotal_excluding_tax':1000,'total_excluding_tax':1000," TOTAL_TAX(
		  100, true),
	      LINE("a", 1100, 1, 1100, TAXED(100, true, 1000))),
	  "", NOTHING },
	{ "inclusive tax that was added on top",
	  INVOICE("jpy", SUMS(1100, 1200) ",'tax':100," TOTAL_TAX(100, true),
	          LINE("a", 1100, 1, 1100, TAXED(100, true, 1000))),
	  "invoice_total 1100 1200;", NOTHING },
	{ "inclusive and exclusive tax side by side: 1100 + 50",
	  INVOICE("cad",
	          SUMS(1100,
	               1150) ",'tax':150,'total_excluding_tax':1000,'total_tax_amounts':["
	                     "{'amount':100,'inclusive':true},{'amount':50,'inclusive':false}]",
	          LINE("a", 1100, 1, 1100, "")),
	  "", NOTHING },
	{ "the new shape's tax on top",
	  INVOICE("eur", SUMS(1000, 1190) "," TOTAL_TAXES(190, exclusive),
	          MODERN("a", 1000, 1, "1000", false, "")),
	  "", NOTHING },
	{ "the new shape's tax within",
	  INVOICE("eur",
	          SUMS(1190, 1190) ",'total_excluding_tax':1000," TOTAL_TAXES(190, inclusive),
	          MODERN("a", 1190, 1, "1190", false, "")),
	  "", NOTHING },
	{ "a total without tax that still holds it",
	  INVOICE("eur",
	          SUMS(1190, 1190) ",'total_excluding_tax':1190," TOTAL_TAXES(190, inclusive),
	          MODERN("a", 1190, 1, "1190", false, "")),
	  "total_excluding_tax 1000 1190;", NOTHING },
	{ "a subtotal without tax that still holds it",
	  INVOICE("jpy",
	          SUMS(1100, 1100) ",'tax':100,'subtotal_excluding_tax':1100," TOTAL_TAX(100, true),
	          LINE("a", 1100, 1, 1100, "")),
	  "subtotal_excluding_tax 1000 1100;", NOTHING },
	{ "discount first, then tax: 5000 - 1000 + 400",
	  INVOICE("usd", SUMS(5000, 4400) ",'tax':400," TOTAL_OFF(1000) "," TOTAL_TAX(400, false),
	          LINE("a", 5000, 1, 5000, OFF(1000) TAXED(400, false, 4000))),
	  "", NOTHING },
	{ "a tax that its parts do not make",
	  INVOICE("usd", SUMS(5000, 5500) ",'tax':510," TOTAL_TAX(500, false),
	          LINE("a", 5000, 1, 5000, TAXED(500, false, 5000))),
	  "tax_figure 500 510;", NOTHING },
	{ "a tax that the lines do not make",
	  INVOICE("usd", SUMS(5000, 5500) ",'tax':500," TOTAL_TAX(500, false),
	          LINE("a", 5000, 1, 5000, TAXED(450, false, 5000))),
	  "lines_taxes 450 500;", NOTHING },
	{ "an old sum of tax lies on top",
	  INVOICE("usd", SUMS(5000, 5500) ",'tax':500", LINE("a", 5000, 1, 5000, "")), "",
	  NOTHING },
	{ "shipping is part of the total",
	  INVOICE("usd", PLAIN(5000, 5700) ",'amount_shipping':700", LINE("a", 5000, 1, 5000, "")),
	  "", NOTHING },
	{ "credits that were granted before tax: 5000 - 1200",
	  INVOICE("usd",
	          PLAIN(5000, 3800) ",'total_pretax_credit_amounts':[{'type':"
	                            "'credit_balance_transaction','amount':1200}]",
	          LINE("a", 5000, 1, 5000, "")),
	  "", NOTHING },
	{ "a discount among the granted credits counts once",
	  INVOICE("usd",
	          SUMS(5000, 4000) "," TOTAL_OFF(1000) ",'total_pretax_credit_amounts':[{'type':"
	                                               "'discount','amount':1000}]",
	          LINE("a", 5000, 1, 5000, OFF(1000))),
	  "", NOTHING },
};

static const struct invoice_row dues[] = {
	{ "what is due is the total",
	  INVOICE("usd", OWED(1500, 0, 0, 1500, 0) ",'amount_paid':0,'amount_remaining':1500", ""),
	  "", NOTHING },
	{ "a credit note takes off: 1500 - 600",
	  INVOICE("usd", OWED(1500, 600, 0, 900, 0) ",'amount_paid':900,'amount_remaining':0", ""),
	  "", NOTHING },
	{ "a credit note that was forgotten", INVOICE("usd", OWED(1500, 600, 0, 1500, 0), ""),
	  "amount_due 900 1500;ending_balance -600 0;", NOTHING },
	{ "a credit of the balance takes off: 1500 - 500",
	  INVOICE("usd", OWED(1500, 0, -500, 1000, 0), ""), "", NOTHING },
	{ "a credit larger than the total leaves some: 300 - 500",
	  INVOICE("usd", OWED(300, 0, -500, 0, -200), ""), "", NOTHING },
	{ "a credit that was used up for less", INVOICE("usd", OWED(300, 0, -500, 0, 0), ""),
	  "ending_balance -200 0;", NOTHING },
	{ "what was owed before comes on top: 1500 + 250",
	  INVOICE("usd", OWED(1500, 0, 250, 1750, 0), ""), "", NOTHING },
	{ "a negative total is not due but kept", INVOICE("usd", OWED(-400, 0, 0, 0, -400), ""), "",
	  NOTHING },
	{ "a negative total is never due", INVOICE("usd", OWED(-400, 0, 0, 100, -500), ""),
	  "amount_due 0 100;", NOTHING },
	{ "49 cents are too little to be charged and are kept",
	  INVOICE("usd", OWED(49, 0, 0, 0, 49), ""), "", NOTHING },
	{ "50 cents are not", INVOICE("usd", OWED(50, 0, 0, 0, 50), ""), "amount_due 50 0;",
	  NOTHING },
	{ "30 cents may be due, where no card is charged",
	  INVOICE("usd", OWED(30, 0, 0, 30, 0), ""), "", NOTHING },
	{ "49 yen are too little", INVOICE("jpy", OWED(49, 0, 0, 0, 49), ""), "", NOTHING },
	{ "175 forint less one are too little", INVOICE("huf", OWED(17499, 0, 0, 0, 17499), ""), "",
	  NOTHING },
	{ "a currency without a least charge", INVOICE("kwd", OWED(10, 0, 0, 0, 10), ""),
	  "amount_due 10 0;", NOTHING },
	{ "money that is due has no tolerance", INVOICE("usd", OWED(1500, 0, 0, 1501, -1), ""),
	  "amount_due 1500 1501;", NOTHING },
	{ "paid and remaining make the due", INVOICE("usd", PAID(1500, 600, 900), ""), "",
	  NOTHING },
	{ "a payment that was lost", INVOICE("usd", PAID(1500, 600, 800), ""),
	  "paid_and_remaining 1500 1400;", NOTHING },
	{ "a payment beyond what is due, said apart",
	  INVOICE("usd", PAID(1500, 1500, 0) ",'amount_overpaid':200", ""), "", NOTHING },
	{ "a payment beyond what is due, said within",
	  INVOICE("usd", PAID(1500, 1700, 0) ",'amount_overpaid':200", ""), "", NOTHING },
	{ "a payment beyond what is due, not said at all", INVOICE("usd", PAID(1500, 1700, 0), ""),
	  "paid_and_remaining 1500 1700;", NOTHING },
	{ "a voided invoice owes nothing any more",
	  "{'object':'invoice','id':'in_1','currency':'usd','status':'void'," OWED(
	      1500, 0, 0, 0, 0) ",'lines':{'data':[]}}",
	  "", NOTHING },
};

static void lines_make_the_subtotal(void **state)
{
	(void)state;
	assert_int_equal(invoice_fixture_walk(sums, COUNT_OF(sums)), 0);
}

static void discounts_and_tax_make_the_total(void **state)
{
	(void)state;
	assert_int_equal(invoice_fixture_walk(totals, COUNT_OF(totals)), 0);
}

static void credits_and_payments_make_what_is_due(void **state)
{
	(void)state;
	assert_int_equal(invoice_fixture_walk(dues, COUNT_OF(dues)), 0);
}

static void cut_lines_are_incomplete_and_nothing_else(void **state)
{
	static const char *const rows[] = {
		"{'object':'invoice','id':'in_1','currency':'usd'," SUMS(
		    99, 1) ",'lines':{'has_more':true,"
			   "'data':[" LINE("a", 5, 1, 4, "") "]}}",
		"{'object':'invoice','id':'in_1','currency':'usd'," SUMS(
		    99, 1) ",'lines':{'total_count':2,"
			   "'data':[" LINE("a", 5, 1, 4, "") "]}}",
		"{'object':'invoice','id':'in_1','currency':'usd'," SUMS(99, 1) "}",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct invoice invoice = invoice_fixture_read(rows[i]);
		const struct invoice_context context = invoice_fixture_context(NOTHING);
		const struct invoice_findings *const findings =
		    invoice_check(arena, &invoice, &context);

		assert_true(findings->incomplete);
		assert_string_not_equal(findings->why, "");
		assert_int_equal(findings->applied, 0);
		assert_int_equal(findings->count, 0);
	}
}

static void a_rule_whose_figures_are_missing_does_not_apply(void **state)
{
	static const struct {
		const char *invoice;
		enum invoice_check missing;
		enum invoice_check there;
	} rows[] = {
		{ INVOICE("usd", "'total':5,'amount_due':5", ""), INVOICE_CHECK_TOTAL,
		  INVOICE_CHECK_COUNT },
		{ INVOICE("usd", SUMS(0, 0) ",'amount_due':0,'starting_balance':0", ""),
		  INVOICE_CHECK_DUE, INVOICE_CHECK_TOTAL },
		{ INVOICE("usd", "'total':5,'pre_payment_credit_notes_amount':0,'amount_due':4",
		          ""),
		  INVOICE_CHECK_DUE, INVOICE_CHECK_COUNT },
		{ INVOICE("usd", OWED(5, 0, 0, 5, null), ""), INVOICE_CHECK_ENDING_BALANCE,
		  INVOICE_CHECK_DUE },
		{ INVOICE("usd", "'amount_due':5,'amount_paid':5", ""), INVOICE_CHECK_PAID,
		  INVOICE_CHECK_COUNT },
		{ INVOICE("usd", SUMS(9, 9), LINE("a", 9, null, 5, "")), INVOICE_CHECK_LINE_AMOUNT,
		  INVOICE_CHECK_LINES_SUBTOTAL },
		{ INVOICE("usd", SUMS(9, 9), LINE("a", 9, 3, null, "")), INVOICE_CHECK_LINE_AMOUNT,
		  INVOICE_CHECK_LINES_SUBTOTAL },
		{ INVOICE("usd", SUMS(9, 8) "," TOTAL_OFF(1), LINE("a", 9, 1, 9, "")),
		  INVOICE_CHECK_LINES_DISCOUNTS, INVOICE_CHECK_TOTAL },
		{ INVOICE("usd", PLAIN(9, 9), LINE("a", 9, 1, 9, "")), INVOICE_CHECK_LINES_TAXES,
		  INVOICE_CHECK_TOTAL },
		{ INVOICE("usd", PLAIN(9, 9), LINE("a", 9, 1, 9, "")), INVOICE_CHECK_TAX_RATE,
		  INVOICE_CHECK_LINE_AMOUNT },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct invoice invoice = invoice_fixture_read(rows[i].invoice);
		const struct invoice_context context = invoice_fixture_context(WITH_TAX);
		const struct invoice_findings *const findings =
		    invoice_check(arena, &invoice, &context);

		assert_string_equal(invoice_fixture_told(findings), "");
		assert_false(findings->applied >> rows[i].missing & 1);
		if (rows[i].there != INVOICE_CHECK_COUNT)
			assert_true(findings->applied >> rows[i].there & 1);
	}
}

static void a_difference_says_what_and_how_much(void **state)
{
	const struct invoice invoice =
	    invoice_fixture_read(INVOICE("kwd", PLAIN(5123, 6000) ",'customer_name':'Ada'",
	                                 LINE("a", 5123, 1, 5123, ",'description':'for Ada'")));
	const struct invoice_context context = invoice_fixture_context(NOTHING);
	const struct invoice_findings *const findings = invoice_check(arena, &invoice, &context);

	(void)state;
	assert_int_equal(findings->count, 1);
	assert_string_equal(findings->differences[0].sentence,
	                    "The total is, after discounts and tax, 6.000 KWD, not 5.123 KWD.");
	assert_string_equal(findings->differences[0].currency, "KWD");
	assert_int_equal(findings->differences[0].tolerance, 1);
}

static void differences_are_bounded_and_counted(void **state)
{
	struct buffer text = { .data = NULL };
	static const char head[] =
	    "{'object':'invoice','id':'in_1','currency':'usd','lines':{'data':[";
	struct invoice invoice;
	const struct invoice_findings *findings;
	const struct invoice_context context = invoice_fixture_context(NOTHING);

	(void)state;
	buffer_add(&text, head, sizeof(head) - 1);
	for (int i = 0; i < 100; i++) {
		const char *const line = arena_printf(
		    arena,
		    "%s{'id':'l%d','amount':9,'quantity':1,'proration':false,'price':{'id':"
		    "'p','unit_amount':5}}",
		    i > 0 ? "," : "", i);

		buffer_add(&text, line, strlen(line));
	}
	buffer_add(&text, "]}}", 4);
	invoice = invoice_fixture_read((const char *)text.data);
	buffer_finish(&text);
	findings = invoice_check(arena, &invoice, &context);
	assert_int_equal(findings->count, INVOICE_DIFFERENCES_MAX);
	assert_int_equal(findings->more, 100 - INVOICE_DIFFERENCES_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_make_the_subtotal),
		cmocka_unit_test(discounts_and_tax_make_the_total),
		cmocka_unit_test(credits_and_payments_make_what_is_due),
		cmocka_unit_test(cut_lines_are_incomplete_and_nothing_else),
		cmocka_unit_test(a_rule_whose_figures_are_missing_does_not_apply),
		cmocka_unit_test(a_difference_says_what_and_how_much),
		cmocka_unit_test(differences_are_bounded_and_counted),
	};

	return cmocka_run_group_tests(tests, invoice_fixture_open, invoice_fixture_close);
}
