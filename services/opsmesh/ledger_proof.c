/*
 * The provider's balance, proven: start + net - payouts = end, and the books have the same.
 */
#include "services/opsmesh/ledger_print.h"

#include "common/base/text.h"

#include <inttypes.h>

#define AMOUNT_CELL "%20s"

/* What the books have beyond what they should: all but what waits, and payouts until they have arrived. */
static bool off_by(const struct ledger_proof *proof, int64_t *off)
{
	__extension__ const __int128 should =
	    (__int128)proof->ending - proof->waits + proof->on_its_way;
	__extension__ const __int128 more = proof->books - should;

	if (more > INT64_MAX || more < INT64_MIN)
		return false;
	*off = (int64_t)more;
	return true;
}

static const char *stated_cell(const struct ledger_print *print, const struct ledger_proof *proof)
{
	return proof->stated ? decimal_text(print->page, proof->currency, proof->stated_off) : "-";
}

static void as_table(struct ledger_print *print, const struct ledger_proof *proof, int64_t off)
{
	const int64_t amounts[] = { proof->starting,   proof->net,   proof->paid_out, proof->ending,
		                    proof->on_its_way, proof->waits, proof->books,    off };

	table_add(&print->table, arena_string(print->page, proof->currency));
	for (size_t i = 0; i < COUNT_OF(amounts); i++)
		table_addf(&print->table, AMOUNT_CELL,
		           decimal_text(print->page, proof->currency, amounts[i]));
	table_addf(&print->table, AMOUNT_CELL, stated_cell(print, proof));
	ledger_page(print, false);
}

static void as_csv(struct ledger_print *print, const struct ledger_proof *proof, int64_t off)
{
	const int64_t amounts[] = { proof->starting,   proof->net,   proof->paid_out, proof->ending,
		                    proof->on_its_way, proof->waits, proof->books,    off };

	csv_text(&print->csv, proof->currency);
	for (size_t i = 0; i < COUNT_OF(amounts); i++)
		csv_plain(&print->csv, arena_printf(print->page, "%" PRId64, amounts[i]));
	csv_plain(&print->csv,
	          proof->stated ? arena_printf(print->page, "%" PRId64, proof->stated_off) : "");
	ledger_reach_cells(print);
	csv_line(&print->csv);
	arena_reset(print->page);
}

void ledger_print_proof(struct ledger_print *print, const struct ledger_proof *proof)
{
	int64_t off;
	int64_t now;

	if (print->wrong != NULL)
		return;
	if (!off_by(proof, &off) || !running_add(&print->sums, proof->currency, off, &now) ||
	    !running_add(&print->sums, proof->currency, proof->stated ? proof->stated_off : 0,
	                 &now))
		print->wrong = "a sum is beyond 64 bits, or there are too many currencies";
	else if (print->ask->format == LEDGER_TABLE)
		as_table(print, proof, off);
	else
		as_csv(print, proof, off);
	print->rows++;
}
