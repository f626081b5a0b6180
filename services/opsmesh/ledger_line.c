/*
 * The lines of a statement or a journal, in each form.
 */
#include "services/opsmesh/ledger_print.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>

#define AMOUNT_CELL "%20s"
#define DATE_SIZE 10 /* "2026-05-01" */

/* When it was, or from when the statement is. */
static struct instant time_of(const struct ledger_print *print, const struct ledger_line *line)
{
	return line->at.us == TIME_MIN.us ? print->ask->from : line->at;
}

static const char *reason_of(const struct ledger_line *line)
{
	return line->at.us == TIME_MIN.us ? "(before)" : line->reason;
}

static const char *amount(const struct ledger_print *print, const struct ledger_line *line,
                          int64_t minor)
{
	struct money money = { .minor = minor };

	memcpy(money.currency, line->currency, strnlen(line->currency, sizeof(money.currency) - 1));
	return money_format(print->page, money);
}

/* "" on the other side. */
static const char *side(const struct ledger_print *print, const struct ledger_line *line,
                        bool debit)
{
	if (debit != (line->minor > 0))
		return "";
	return decimal_text(print->page, line->currency, debit ? line->minor : -line->minor);
}

static const char *side_cell(const struct ledger_print *print, const struct ledger_line *line,
                             bool debit)
{
	return debit == (line->minor > 0) ? amount(print, line, debit ? line->minor : -line->minor)
	                                  : "";
}

/* For people. */

static void add(struct ledger_print *print, const char *text)
{
	table_add(&print->table, arena_string(print->page, text));
}

static void statement_row(struct ledger_print *print, const struct ledger_line *line, int64_t owes)
{
	table_add(&print->table, time_cell(print->page, time_of(print, line), "-"));
	add(print, reason_of(line));
	add(print, line->object);
	add(print, line->account);
	table_addf(&print->table, AMOUNT_CELL, amount(print, line, line->minor));
	table_addf(&print->table, AMOUNT_CELL, amount(print, line, owes));
	add(print, line->cause);
	ledger_page(print, false);
}

static void journal_row(struct ledger_print *print, const struct ledger_line *line)
{
	table_add(&print->table, time_cell(print->page, line->at, "-"));
	add(print, line->transaction);
	table_addf(&print->table, "%" PRId64, line->line);
	add(print, line->account);
	add(print, line->customer);
	add(print, line->object);
	table_addf(&print->table, AMOUNT_CELL, side_cell(print, line, true));
	table_addf(&print->table, AMOUNT_CELL, side_cell(print, line, false));
	add(print, line->cause);
	ledger_page(print, false);
}

/* For programs. */

static const char *stamp(const struct ledger_print *print, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? "" : arena_string(print->page, time_format(at, text));
}

static const char *number(const struct ledger_print *print, int64_t value)
{
	return arena_printf(print->page, "%" PRId64, value);
}

static void csv_head(struct ledger_print *print, const struct ledger_line *line)
{
	struct csv *const csv = &print->csv;

	csv_text(csv, line->customer);
	csv_plain(csv, stamp(print, time_of(print, line)));
	csv_plain(csv, stamp(print, line->booked_at));
	csv_text(csv, line->transaction);
	csv_plain(csv, number(print, line->line));
	csv_text(csv, line->account);
	csv_text(csv, line->object);
	csv_text(csv, reason_of(line));
	csv_text(csv, line->reverses);
	csv_text(csv, line->cause);
	csv_text(csv, line->currency);
}

static void statement_csv(struct ledger_print *print, const struct ledger_line *line, int64_t owes)
{
	csv_head(print, line);
	csv_plain(&print->csv, decimal_text(print->page, line->currency, line->minor));
	csv_plain(&print->csv, decimal_text(print->page, line->currency, owes));
	csv_plain(&print->csv, number(print, line->minor));
	csv_plain(&print->csv, number(print, owes));
	ledger_reach_cells(print);
	csv_line(&print->csv);
}

static void journal_csv(struct ledger_print *print, const struct ledger_line *line)
{
	csv_head(print, line);
	csv_plain(&print->csv, side(print, line, true));
	csv_plain(&print->csv, side(print, line, false));
	csv_plain(&print->csv, number(print, line->minor));
	csv_plain(&print->csv, ledger_part_name(line->part));
	ledger_reach_cells(print);
	csv_line(&print->csv);
}

/* A journal entry there has one currency: each currency of a transaction, zero by itself, is one. */
static void netsuite_row(struct ledger_print *print, const struct ledger_line *line)
{
	const char *const account = chart_number(print->chart, line->account);
	struct csv *const csv = &print->csv;

	if (account == NULL || money_exponent(line->currency) < 0) {
		print->wrong = arena_printf(print->arena, "%s: %s",
		                            account == NULL ? line->account : line->currency,
		                            account == NULL ? "the chart has no such account"
		                                            : "no currency of ISO 4217");
		return;
	}
	csv_text(csv, arena_printf(print->page, "%s/%s", line->transaction, line->currency));
	csv_plain(csv, arena_text(print->page, stamp(print, line->belongs_at), DATE_SIZE));
	csv_text(csv, line->currency);
	csv_text(csv, account);
	csv_plain(csv, side(print, line, true));
	csv_plain(csv, side(print, line, false));
	csv_text(csv, arena_printf(print->page, "%s %s", line->reason, line->object));
	csv_text(csv, line->customer);
	csv_line(csv);
}

static void print_row(struct ledger_print *print, const struct ledger_line *line, int64_t owes)
{
	const bool statement = print->ask->view == LEDGER_STATEMENT;

	if (print->ask->format == LEDGER_NETSUITE)
		netsuite_row(print, line);
	else if (print->ask->format == LEDGER_CSV && statement)
		statement_csv(print, line, owes);
	else if (print->ask->format == LEDGER_CSV)
		journal_csv(print, line);
	else if (statement)
		statement_row(print, line, owes);
	else
		journal_row(print, line);
	if (print->ask->format != LEDGER_TABLE)
		arena_reset(print->page);
}

void ledger_print_line(struct ledger_print *print, const struct ledger_line *line)
{
	int64_t sum;

	if (print->wrong != NULL || !ledger_enter(print, line->part))
		return;
	if (line->minor == INT64_MIN ||
	    !running_add(&print->sums, line->currency, line->minor, &sum))
		print->wrong = "a sum is beyond 64 bits, or there are too many currencies";
	else
		print_row(print, line, sum);
	print->rows++;
}
