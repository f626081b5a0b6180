/*
 * invoice_fixture - invoices written by hand in few words, and what is known beside them.
 *
 * An invoice is a JSON text with ' in place of ".
 */
#ifndef TESTS_SUPPORT_INVOICE_FIXTURE_H
#define TESTS_SUPPORT_INVOICE_FIXTURE_H

#include "services/billing-sync/invoice/invoice_check.h"
#include "tests/support/arena_fixture.h"

/* January and February 2026, UTC. */
#define JANUARY "1767225600"
#define FEBRUARY "1769904000"

#define INVOICE(currency, figures, lines)                                                      \
	"{'object':'invoice','id':'in_1','currency':'" currency "','status':'open','created':" \
	"1767225600," figures ",'lines':{'has_more':false,'data':[" lines "]}}"
#define SUMS(subtotal, total) "'subtotal':" #subtotal ",'total':" #total
#define NOTHING_OFF "'total_discount_amounts':[],'total_tax_amounts':[]"
#define PLAIN(subtotal, total) SUMS(subtotal, total) "," NOTHING_OFF
#define OWED(total, credits, start, due, end)                                                    \
	"'total':" #total ",'pre_payment_credit_notes_amount':" #credits                         \
	",'post_payment_credit_notes_amount':0,'starting_balance':" #start ",'amount_due':" #due \
	",'ending_balance':" #end
#define PAID(due, paid, remaining) \
	"'amount_due':" #due ",'amount_paid':" #paid ",'amount_remaining':" #remaining

#define PERIOD ",'period':{'start':" JANUARY ",'end':" FEBRUARY "}"
/* Old shape: id, amount, quantity, unit amount, and more fields. */
#define LINE(id, amount, quantity, unit, more)                                            \
	"{'id':'" id "','amount':" #amount ",'quantity':" #quantity ",'proration':false," \
	"'subscription_item':'si_1','price':{'id':'price_1','billing_scheme':'per_unit'," \
	"'unit_amount':" #unit "}" PERIOD more "}"
#define PRORATED(id, amount, quantity, unit, more)                                                \
	"{'id':'" id "','amount':" #amount ",'quantity':" #quantity ",'proration':true,"          \
	"'subscription_item':'si_1','price':{'id':'price_1','unit_amount':" #unit "}" PERIOD more \
	"}"
/* New shape: the unit amount is a text. */
#define MODERN(id, amount, quantity, unit, proration, more)                                \
	"{'id':'" id "','amount':" #amount ",'quantity':" #quantity ",'parent':{'type':"   \
	"'subscription_item_details','subscription_item_details':{'proration':" #proration \
	",'subscription_item':'si_1'" more "}},'pricing':{'type':'price_details',"         \
	"'price_details':{'price':'price_1'},'unit_amount_decimal':'" unit "'}" PERIOD "}"
#define CREDITED ",'proration_details':{'credited_items':{'invoice':'in_0'}}"
#define OFF(minor) ",'discount_amounts':[{'amount':" #minor "}]"
#define TAXED(minor, inclusive, taxable)                               \
	",'tax_amounts':[{'amount':" #minor ",'inclusive':" #inclusive \
	",'taxable_amount':" #taxable "}]"
#define TOTAL_OFF(minor) "'total_discount_amounts':[{'amount':" #minor "}]"
#define TOTAL_TAX(minor, inclusive) \
	"'total_tax_amounts':[{'amount':" #minor ",'inclusive':" #inclusive "}]"
#define TOTAL_TAXES(minor, behavior) \
	"'total_taxes':[{'amount':" #minor ",'tax_behavior':'" #behavior "'}]"
#define IN(country) "'customer_address':{'country':'" country "'}"

enum { NOTHING, WITH_TAX };

struct invoice_row {
	const char *name;
	const char *invoice;
	const char *want; /* "cause[/line] expected found;" for each difference */
	int known;        /* beside the invoice */
};

/* As cmocka calls them before and after. */
int invoice_fixture_open(void **state);
int invoice_fixture_close(void **state);
/* The documents of the tree, and by what is known the rates of tax. */
struct invoice_context invoice_fixture_context(int known);
struct invoice invoice_fixture_read(const char *single_quoted);
/* As in a row's want; "incomplete" when it is. */
const char *invoice_fixture_told(const struct invoice_findings *findings);
/* How many rows are not as they want to be; each is said. */
int invoice_fixture_walk(const struct invoice_row *rows, size_t count);

#endif
