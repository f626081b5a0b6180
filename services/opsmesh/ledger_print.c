#include "services/opsmesh/ledger_print.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PAGE_BLOCK (64UL * 1024)
#define PAGE_ROWS 500 /* of a table, which is as wide as its widest cell: so many are held */
#define AMOUNT_CELL "%20s"

static const char *const balance_titles[] = { "CURRENCY",
	                                      "ACCOUNT",
	                                      "               DEBIT",
	                                      "              CREDIT",
	                                      "             BALANCE",
	                                      NULL };
static const char *const statement_titles[] = {
	"AT",    "REASON", "OBJECT", "ACCOUNT", "              AMOUNT", "                OWES",
	"CAUSE", NULL
};
static const char *const journal_titles[] = { "AT",
	                                      "TRANSACTION",
	                                      "LINE",
	                                      "ACCOUNT",
	                                      "CUSTOMER",
	                                      "OBJECT",
	                                      "               DEBIT",
	                                      "              CREDIT",
	                                      "CAUSE",
	                                      NULL };
static const char *const proof_titles[] = { "CURRENCY",
	                                    "               START",
	                                    "                 NET",
	                                    "            PAID OUT",
	                                    "                 END",
	                                    "          ON ITS WAY",
	                                    "               WAITS",
	                                    "               BOOKS",
	                                    "           BOOKS OFF",
	                                    "          STATED OFF",
	                                    NULL };
static const char *const recurring_titles[] = { "CURRENCY",
	                                        "WHAT",
	                                        "           START",
	                                        "             NEW",
	                                        "            BACK",
	                                        "            MORE",
	                                        "            LESS",
	                                        "            LOST",
	                                        "        BY RATES",
	                                        "             END",
	                                        "          OFF BY",
	                                        "TOLD TO",
	                                        NULL };
static const char *const *const table_titles[] = {
	[LEDGER_BALANCE] = balance_titles,     [LEDGER_STATEMENT] = statement_titles,
	[LEDGER_JOURNAL] = journal_titles,     [LEDGER_PROOF] = proof_titles,
	[LEDGER_RECURRING] = recurring_titles,
};

static const char *const balance_columns[] = { "currency",     "account",       "debit",
	                                       "credit",       "balance",       "debit_minor",
	                                       "credit_minor", "balance_minor", "state",
	                                       "true_for",     "shards_behind", NULL };
static const char *const statement_columns[] = {
	"customer_id", "at",           "booked_at",  "transaction", "line",          "account",
	"object_id",   "reason",       "reverses",   "cause",       "currency",      "amount",
	"owes",        "amount_minor", "owes_minor", "true_for",    "shards_behind", NULL
};
static const char *const journal_columns[] = {
	"customer_id", "at",           "booked_at", "transaction", "line",          "account",
	"object_id",   "reason",       "reverses",  "cause",       "currency",      "debit",
	"credit",      "amount_minor", "state",     "true_for",    "shards_behind", NULL
};
static const char *const proof_columns[] = {
	"currency",         "start_minor",   "net_minor",   "paid_out_minor",  "end_minor",
	"on_its_way_minor", "waits_minor",   "books_minor", "books_off_minor", "stated_off_minor",
	"true_for",         "shards_behind", NULL
};
static const char *const recurring_columns[] = { "currency",
	                                         "what",
	                                         "start_minor",
	                                         "new_minor",
	                                         "reactivation_minor",
	                                         "expansion_minor",
	                                         "contraction_minor",
	                                         "churn_minor",
	                                         "fx_minor",
	                                         "end_minor",
	                                         "off_minor",
	                                         "told_to",
	                                         "true_for",
	                                         "shards_behind",
	                                         NULL };
static const char *const *const csv_columns[] = {
	[LEDGER_BALANCE] = balance_columns,     [LEDGER_STATEMENT] = statement_columns,
	[LEDGER_JOURNAL] = journal_columns,     [LEDGER_PROOF] = proof_columns,
	[LEDGER_RECURRING] = recurring_columns,
};

/* As NetSuite's import of journal entries names them. */
static const char *const netsuite_columns[] = { "External ID", "Date",  "Currency",
	                                        "Account",     "Debit", "Credit",
	                                        "Memo",        "Name",  NULL };

void ledger_print_begin(struct ledger_print *print, struct arena *arena,
                        const struct ledger_ask *ask, const struct reach *reach,
                        const struct ledger_seal *seal, const struct chart_numbers *chart)
{
	*print = (struct ledger_print){
		.ask = ask, .chart = chart, .arena = arena, .reach = reach, .seal = seal
	};
	print->unbooked = "";
	print->page = arena_create(PAGE_BLOCK);
	print->true_for = reach_time(arena, reach);
	print->behind = reach_behind(arena, reach);
	print->csv.out = &print->out;
	if (ask->format == LEDGER_TABLE)
		table_init(&print->table, print->page, table_titles[ask->view]);
	else
		csv_titles(&print->csv,
		           ask->format == LEDGER_CSV ? csv_columns[ask->view] : netsuite_columns);
}

void ledger_print_finish(struct ledger_print *print)
{
	arena_destroy(print->page);
	buffer_finish(&print->out);
}

/* Pages. */

void ledger_page(struct ledger_print *print, bool last)
{
	const size_t rows = table_rows(&print->table);

	if (rows > 0 && (last || rows >= PAGE_ROWS)) {
		table_write(&print->table, &print->out);
		buffer_add(&print->out, "\n", 1);
		arena_reset(print->page);
		table_init(&print->table, print->page, table_titles[print->ask->view]);
	}
}

void ledger_reach_cells(struct ledger_print *print)
{
	csv_plain(&print->csv, print->true_for);
	csv_plain(&print->csv, print->behind);
}

/* Balances. */

static void add_sum(struct ledger_print *print, const char *account, const struct ledger_sum *sum,
                    int64_t balance)
{
	struct arena *const page = print->page;

	table_add(&print->table, arena_string(page, sum->currency));
	table_add(&print->table, arena_string(page, account));
	table_addf(&print->table, AMOUNT_CELL, decimal_text(page, sum->currency, sum->debit));
	table_addf(&print->table, AMOUNT_CELL, decimal_text(page, sum->currency, sum->credit));
	table_addf(&print->table, AMOUNT_CELL, decimal_text(page, sum->currency, balance));
}

/* The line below the accounts of a currency. */
static void close_currency(struct ledger_print *print)
{
	struct ledger_sum sum = { .currency = print->currency };

	if (print->currency[0] == '\0' || print->ask->format != LEDGER_TABLE)
		return;
	if (!running_add(&print->debits, sum.currency, 0, &sum.debit) ||
	    !running_add(&print->credits, sum.currency, 0, &sum.credit))
		print->wrong = "there are too many currencies";
	else
		add_sum(print, "(sum)", &sum, sum.debit - sum.credit);
}

/* Parts. */

static void begin_part(struct ledger_print *print, enum ledger_part part)
{
	const char *const heading = ledger_part_heading(part);
	const char *text;

	print->part = part;
	if (print->ask->format != LEDGER_TABLE)
		return;
	if (print->ask->view == LEDGER_BALANCE)
		close_currency(print);
	print->currency[0] = '\0';
	print->debits.count = 0;
	print->credits.count = 0;
	ledger_page(print, true);
	if (heading == NULL)
		return;
	text = arena_printf(print->arena, "%s\n\n", heading);
	buffer_add(&print->out, text, strlen(text));
}

bool ledger_enter(struct ledger_print *print, enum ledger_part part)
{
	if (part == LEDGER_CORRECTION && print->ask->format == LEDGER_NETSUITE)
		return false;
	if (part != print->part)
		begin_part(print, part);
	return true;
}

static void sum_as_csv(struct ledger_print *print, const struct ledger_sum *sum, int64_t balance)
{
	const int64_t amounts[] = { sum->debit, sum->credit, balance };
	struct arena *const page = print->page;

	csv_text(&print->csv, sum->currency);
	csv_text(&print->csv, sum->account);
	for (size_t i = 0; i < COUNT_OF(amounts); i++)
		csv_plain(&print->csv, decimal_text(page, sum->currency, amounts[i]));
	for (size_t i = 0; i < COUNT_OF(amounts); i++)
		csv_plain(&print->csv, arena_printf(page, "%" PRId64, amounts[i]));
	csv_plain(&print->csv, ledger_part_name(sum->part));
	ledger_reach_cells(print);
	csv_line(&print->csv);
}

/* The balance of an account as a line of a journal entry, one entry for each currency. */
static void sum_as_netsuite(struct ledger_print *print, const struct ledger_sum *sum,
                            int64_t balance)
{
	const struct ledger_ask *const ask = print->ask;
	const char *const of = ask->period[0] != '\0' ? ask->period : print->true_for;
	const struct instant last = time_sub(ask->before, (struct duration){ 1 });
	const struct ledger_line line = {
		.at = last,
		.belongs_at = last,
		.transaction = arena_printf(print->page, "balance/%s", of),
		.account = sum->account,
		.currency = sum->currency,
		.minor = balance,
		.customer = "",
		.object = of,
		.reason = "balance",
		.part = sum->part,
	};

	if (balance != 0)
		ledger_print_line(print, &line);
}

static bool count_sum(struct ledger_print *print, const struct ledger_sum *sum, int64_t *balance)
{
	int64_t now;

	if (__builtin_sub_overflow(sum->debit, sum->credit, balance) ||
	    !running_add(&print->debits, sum->currency, sum->debit, &now) ||
	    !running_add(&print->credits, sum->currency, sum->credit, &now))
		return false;
	return print->ask->format == LEDGER_NETSUITE ||
	       running_add(&print->sums, sum->currency, *balance, &now);
}

void ledger_print_sum(struct ledger_print *print, const struct ledger_sum *sum)
{
	int64_t balance;

	if (print->wrong != NULL || !ledger_enter(print, sum->part))
		return;
	if (!text_equal(print->currency, sum->currency)) {
		close_currency(print);
		snprintf(print->currency, sizeof(print->currency), "%s", sum->currency);
	}
	if (!count_sum(print, sum, &balance)) {
		print->wrong = "a sum is beyond 64 bits, or there are too many currencies";
	} else if (print->ask->format == LEDGER_TABLE) {
		add_sum(print, sum->account, sum, balance);
		ledger_page(print, false);
	} else if (print->ask->format == LEDGER_CSV) {
		sum_as_csv(print, sum, balance);
		arena_reset(print->page);
	} else {
		sum_as_netsuite(print, sum, balance);
	}
	print->rows += print->ask->format != LEDGER_NETSUITE;
}

void ledger_print_unbilled(struct ledger_print *print, const char *currency, int64_t minor)
{
	int64_t now;

	if (!running_add(&print->unbilled, currency, minor, &now))
		print->wrong = "a sum is beyond 64 bits, or there are too many currencies";
}

void ledger_print_unbooked(struct ledger_print *print, const char *invoice, const char *currency,
                           int64_t minor)
{
	struct arena *const arena = print->arena;

	print->unbooked =
	    arena_printf(arena, "%s%s%s %s %s", print->unbooked,
	                 print->unbooked[0] == '\0' ? "; billed and not booked, its lines are cut: "
	                                            : ", ",
	                 invoice, decimal_text(arena, currency, minor), currency);
}

/* The end. */

static bool even(const struct ledger_print *print)
{
	for (size_t i = 0; i < print->sums.count; i++)
		if (print->sums.sums[i].minor != 0)
			return false;
	return true;
}

/* One customer's lines are not whole transactions: another line of theirs may be nobody's. */
static bool is_whole(const struct ledger_print *print)
{
	return print->ask->view == LEDGER_JOURNAL || print->ask->view == LEDGER_PROOF ||
	       print->ask->view == LEDGER_RECURRING ||
	       (print->ask->view == LEDGER_BALANCE && print->ask->customer[0] == '\0');
}

bool ledger_balances(const struct ledger_print *print)
{
	return !is_whole(print) || even(print);
}

const char *ledger_verdict(const struct ledger_print *print)
{
	struct arena *const arena = print->arena;
	const char *const off = running_text(arena, &print->sums);
	const char *const unbilled = running_text(arena, &print->unbilled);

	if (print->rows == 0 && unbilled[0] == '\0' && print->unbooked[0] == '\0')
		return "Nothing is booked.";
	if (print->ask->view == LEDGER_PROOF)
		return off[0] == '\0'
		           ? "Every balance is what its transactions come to."
		           : arena_printf(arena, "The provider's balance is off by %s.", off);
	if (print->ask->view == LEDGER_RECURRING)
		return off[0] == '\0' ? "Recurring revenue adds up."
		                      : arena_printf(arena, "Recurring revenue is off by %s.", off);
	if (print->ask->view == LEDGER_STATEMENT)
		return arena_printf(arena, "%s owes %s%s%s%s.", print->ask->customer,
		                    off[0] == '\0' ? "nothing" : off,
		                    unbilled[0] == '\0' ? "" : "; used and not billed yet: ",
		                    unbilled, print->unbooked);
	if (!is_whole(print))
		return arena_printf(
		    arena,
		    "What %s's lines come to: %s; what is earned is booked under no "
		    "customer and still stands in deferred_revenue here.",
		    print->ask->customer, off[0] == '\0' ? "zero" : off);
	return off[0] == '\0' ? "Every currency sums to zero."
	                      : arena_printf(arena, "It does not sum to zero: %s.", off);
}

void ledger_print_end(struct ledger_print *print)
{
	const char *text;

	if (print->ask->format != LEDGER_TABLE || print->wrong != NULL)
		return;
	if (print->ask->view == LEDGER_BALANCE)
		close_currency(print);
	ledger_page(print, true);
	text = arena_printf(print->arena, "%s\n%s%s\n", ledger_verdict(print),
	                    ledger_seal_sentence(print->arena, print->seal),
	                    reach_sentence(print->arena, print->reach));
	buffer_add(&print->out, text, strlen(text));
}
