/*
 * Monthly recurring revenue: how it moved, by currency, and all of it in the reporting one.
 */
#include "services/opsmesh/ledger_print.h"

#include "common/base/text.h"

#include <inttypes.h>

#define AMOUNT_CELL "%16s"
#define AMOUNTS 9

/* What the ending is off. */
static bool off_by(const struct ledger_recurring *row, int64_t *off)
{
	__extension__ const __int128 should = (__int128)row->starting + row->added +
	                                      row->reactivation + row->expansion -
	                                      row->contraction - row->churn + row->fx;
	__extension__ const __int128 more = row->ending - should;

	if (more > INT64_MAX || more <= INT64_MIN)
		return false;
	*off = (int64_t)more;
	return true;
}

static const char *day_text(struct arena *arena, int64_t day)
{
	const struct date date = date_of_days(day);

	return arena_printf(arena, "%04d-%02d-%02d", date.year, date.month, date.day);
}

static void as_table(struct ledger_print *print, const struct ledger_recurring *row,
                     const int64_t amounts[static AMOUNTS])
{
	table_add(&print->table, arena_string(print->page, row->currency));
	table_add(&print->table, row->whole ? "all, in it" : "by itself");
	for (size_t i = 0; i < AMOUNTS; i++)
		table_addf(&print->table, AMOUNT_CELL,
		           decimal_text(print->page, row->currency, amounts[i]));
	table_add(&print->table,
	          row->whole && row->told_to >= 0 ? day_text(print->page, row->told_to) : "-");
	ledger_page(print, false);
}

static void as_csv(struct ledger_print *print, const struct ledger_recurring *row,
                   const int64_t amounts[static AMOUNTS])
{
	csv_text(&print->csv, row->currency);
	csv_plain(&print->csv, row->whole ? "all" : "own");
	for (size_t i = 0; i < AMOUNTS; i++)
		csv_plain(&print->csv, arena_printf(print->page, "%" PRId64, amounts[i]));
	csv_plain(&print->csv,
	          row->whole && row->told_to >= 0 ? day_text(print->page, row->told_to) : "");
	ledger_reach_cells(print);
	csv_line(&print->csv);
	arena_reset(print->page);
}

void ledger_print_recurring(struct ledger_print *print, const struct ledger_recurring *row)
{
	int64_t off = 0;
	int64_t now;

	if (print->wrong != NULL)
		return;
	if (!off_by(row, &off) ||
	    !running_add(&print->sums, row->currency, off < 0 ? -off : off, &now)) {
		print->wrong = "a sum is beyond 64 bits, or there are too many currencies";
		return;
	}
	const int64_t amounts[AMOUNTS] = { row->starting,  row->added,       row->reactivation,
		                           row->expansion, row->contraction, row->churn,
		                           row->fx,        row->ending,      off };

	if (print->ask->format == LEDGER_TABLE)
		as_table(print, row, amounts);
	else
		as_csv(print, row, amounts);
	print->rows++;
}
