/*
 * ledger - the books of billing-sync: trial balance, statement of a customer, journal; as a table, as CSV, as
 * journal entries for NetSuite.
 *
 * Rows are shown as they come from the database, so that no size of the books is too large. Every answer says
 * which mesh time it is true for and which shards have not passed it: a table below itself, CSV in columns of
 * its own and, as NetSuite's, on standard error.
 */
#include "services/opsmesh/ledger_owed.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"

#include <stdio.h>

#define SPILL_BYTES (64UL * 1024) /* written in one go */

struct ledger {
	struct tool *tool;
	struct ledger_ask ask;
	struct mesh_store store;
	struct chart_numbers chart;
	struct reach reach;
	struct ledger_seal seal;
	struct ledger_print print;
	struct ledger_owed owed;
};

static void spill(struct ledger *ledger, size_t least)
{
	struct buffer *const out = &ledger->print.out;

	if (out->size <= least)
		return;
	fwrite(out->data, 1, out->size, stdout);
	buffer_clear(out);
}

/* Rows. */

static void take_sum(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;
	const struct ledger_sum sum = { db_text(row, 0, 0), db_text(row, 0, 1), db_int(row, 0, 2),
		                        db_int(row, 0, 3), (enum ledger_part)db_int(row, 0, 4) };

	ledger_print_sum(&ledger->print, &sum);
	spill(ledger, SPILL_BYTES);
}

static void take_proof(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;
	const struct ledger_proof proof = {
		.currency = db_text(row, 0, 0),
		.starting = db_int(row, 0, 1),
		.net = db_int(row, 0, 2),
		.paid_out = db_int(row, 0, 3),
		.ending = db_int(row, 0, 4),
		.on_its_way = db_int(row, 0, 5),
		.waits = db_int(row, 0, 6),
		.books = db_int(row, 0, 7),
		.stated = db_int(row, 0, 8) != 0,
		.stated_off = db_int(row, 0, 9),
	};

	ledger_print_proof(&ledger->print, &proof);
	spill(ledger, SPILL_BYTES);
}

static void take_recurring(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;
	const struct ledger_recurring recurring = {
		.whole = db_int(row, 0, 0) != 0,
		.currency = db_text(row, 0, 1),
		.starting = db_int(row, 0, 2),
		.added = db_int(row, 0, 3),
		.reactivation = db_int(row, 0, 4),
		.expansion = db_int(row, 0, 5),
		.contraction = db_int(row, 0, 6),
		.churn = db_int(row, 0, 7),
		.fx = db_int(row, 0, 8),
		.ending = db_int(row, 0, 9),
		.told_to = db_int(row, 0, 10),
	};

	ledger_print_recurring(&ledger->print, &recurring);
	spill(ledger, SPILL_BYTES);
}

static struct ledger_line line_of(const struct db_rows *row)
{
	return (struct ledger_line){
		.at = db_time(row, 0, 0),
		.booked_at = db_time(row, 0, 1),
		.transaction = db_text(row, 0, 2),
		.line = db_int(row, 0, 3),
		.account = db_text(row, 0, 4),
		.currency = db_text(row, 0, 5),
		.minor = db_int(row, 0, 6),
		.customer = db_text(row, 0, 7),
		.object = db_text(row, 0, 8),
		.reason = db_text(row, 0, 9),
		.reverses = db_text(row, 0, 10),
		.cause = db_text(row, 0, 11),
	};
}

static void take_line(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;
	struct ledger_line line = line_of(row);

	line.part = (enum ledger_part)db_int(row, 0, 12);
	line.belongs_at = db_time(row, 0, 13);

	ledger_print_line(&ledger->print, &line);
	spill(ledger, SPILL_BYTES);
}

static void take_owed(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;
	const struct ledger_line line = line_of(row);

	if (text_equal(line.account, LEDGER_UNBILLED))
		ledger_print_unbilled(&ledger->print, line.currency, line.minor);
	else
		ledger_owed_line(&ledger->owed, &line);
	spill(ledger, SPILL_BYTES);
}

static void take_before(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;
	const struct ledger_line line = {
		.at = TIME_MIN,
		.booked_at = TIME_MIN,
		.transaction = "",
		.account = "",
		.currency = db_text(row, 0, 0),
		.minor = db_int(row, 0, 1),
		.customer = ledger->ask.customer,
		.object = "",
		.reason = "",
		.reverses = "",
		.cause = "",
	};

	if (line.minor != 0)
		ledger_print_line(&ledger->print, &line);
	ledger_print_unbilled(&ledger->print, line.currency, db_int(row, 0, 2));
}

static void take_unbooked(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;

	ledger_print_unbooked(&ledger->print, db_text(row, 0, 0), db_text(row, 0, 1),
	                      db_int(row, 0, 2));
}

/* Of midnight in UTC. */
static int64_t day_of(struct instant at)
{
	return at.us / DAYS(1).us;
}

static void take_period(void *argument, const struct db_rows *row)
{
	struct ledger *const ledger = argument;
	struct ledger_seal *const seal = &ledger->seal;

	seal->cut = db_int(row, 0, 0);
	seal->closed = seal->cut >= 0;
	seal->digest = arena_string(ledger->tool->arena, db_text(row, 0, 1));
	seal->closed_to = db_time(row, 0, 2);
	ledger->ask.from = db_time(row, 0, 3);
	ledger->ask.before = db_time(row, 0, 4);
	ledger->ask.at = ledger->ask.before;
	seal->before = ledger->ask.before;
}

/* The period as the books have it, whose days are not those of UTC. */
static enum status read_period(struct ledger *ledger, size_t place)
{
	const struct ledger_ask *const ask = &ledger->ask;

	if (ask->period[0] == '\0')
		return STATUS_OK;
	return mesh_store_tell(&ledger->store, place, &sql_period_look, take_period, ledger,
	                       DB_TEXT(ask->period), DB_INT(day_of(ask->from)),
	                       DB_INT(day_of(ask->before)));
}

/* What was owed before the first line, where there may be something before it. */
static enum status read_statement(struct ledger *ledger, size_t place)
{
	const struct ledger_ask *const ask = &ledger->ask;
	enum status status;

	if (ask->from.us != TIME_MIN.us)
		TRY(mesh_store_tell(&ledger->store, place, &sql_entry_owed_before, take_before,
		                    ledger, DB_TIME(ask->from), DB_TEXT(ask->customer)));
	ledger_owed_begin(&ledger->owed, &ledger->print);
	status = mesh_store_tell(&ledger->store, place, &sql_entry_owed, take_owed, ledger,
	                         DB_TIME(ask->from), DB_TIME(ask->before), DB_TEXT(ask->customer));
	ledger_owed_end(&ledger->owed);
	TRY(status);
	return mesh_store_tell(&ledger->store, place, &sql_awaited_lines, take_unbooked, ledger,
	                       DB_TEXT(ask->customer), DB_TIME(ask->before));
}

/* Of days that are over; they are those of the books, whatever time of the day is asked for. */
static enum status read_recurring(struct ledger *ledger, size_t place)
{
	const struct ledger_ask *const ask = &ledger->ask;
	struct instant from = ask->from.us == TIME_MIN.us ? (struct instant){ 0 } : ask->from;
	struct instant before = ask->before;

	if (ask->period[0] != '\0' && !period_parse(ask->period, &from, &before))
		return STATUS_FATAL;
	return mesh_store_tell(&ledger->store, place, &sql_recurring_sum, take_recurring, ledger,
	                       DB_INT(day_of(from)), DB_INT(day_of(before)));
}

static enum status read_rows(struct ledger *ledger, size_t place)
{
	const struct ledger_ask *const ask = &ledger->ask;

	switch (ask->view) {
	case LEDGER_STATEMENT: return read_statement(ledger, place);
	case LEDGER_JOURNAL:
		return mesh_store_tell(&ledger->store, place, &sql_entry_look, take_line, ledger,
		                       DB_TIME(ask->from), DB_TIME(ask->before),
		                       DB_TEXT(ask->customer),
		                       DB_INT(ledger_seal_part(&ledger->seal)));
	case LEDGER_RECURRING: return read_recurring(ledger, place);
	case LEDGER_PROOF:
		return mesh_store_tell(&ledger->store, place, &sql_moved_proof, take_proof, ledger,
		                       DB_TIME(ask->from), DB_TIME(ask->before));
	case LEDGER_BALANCE:
	default:
		return mesh_store_tell(&ledger->store, place, &sql_entry_sum, take_sum, ledger,
		                       DB_TIME(ask->from), DB_TIME(ask->before),
		                       DB_TEXT(ask->customer),
		                       DB_INT(ledger_seal_part(&ledger->seal)));
	}
}

/* Where there are no books yet, nothing is booked. */
static enum status read_books(struct ledger *ledger)
{
	struct mesh_store *const store = &ledger->store;
	const size_t place = 0;
	bool there = false;

	mesh_store_open_one(store, ledger->tool->arena, ledger->tool->settings.database_url,
	                    "billing");
	TRY(mesh_store_has(store, place, "entry", &there));
	if (there)
		TRY(read_period(ledger, place));
	ledger->reach = reach_make(NULL, 0, ledger->ask.at);
	if (there)
		TRY(reach_read(store, place, ledger->ask.at, &ledger->reach));
	ledger_print_begin(&ledger->print, ledger->tool->arena, &ledger->ask, &ledger->reach,
	                   &ledger->seal, &ledger->chart);
	return there ? read_rows(ledger, place) : STATUS_OK;
}

/* The answer. */

static int conclude(struct ledger *ledger)
{
	struct ledger_print *const print = &ledger->print;

	ledger_print_end(print);
	spill(ledger, 0);
	if (print->wrong != NULL)
		return tool_fail(ledger->tool, ANSWER_NO, "%s; what is above is not whole",
		                 print->wrong);
	fflush(stdout);
	if (ledger->ask.format != LEDGER_TABLE)
		fprintf(stderr, "%s\n%s%s\n", ledger_verdict(print),
		        ledger_seal_sentence(ledger->tool->arena, &ledger->seal),
		        reach_sentence(ledger->tool->arena, &ledger->reach));
	return ledger_balances(print) ? ANSWER_YES : ANSWER_NO;
}

int ledger_command(struct tool *tool)
{
	struct ledger *const ledger = arena_zero(tool->arena, sizeof(*ledger));
	const char *wrong = "";
	int answer;

	ledger->tool = tool;
	if (!ledger_ask_read(tool, &ledger->ask, &wrong) ||
	    (ledger->ask.format == LEDGER_NETSUITE &&
	     !chart_numbers_read(tool->arena, tool->settings.policies, &ledger->chart, &wrong)))
		return tool_fail(tool, ANSWER_USAGE, "%s", wrong);
	ledger->seal = (struct ledger_seal){
		.period = ledger->ask.period,
		.digest = "",
		.before = ledger->ask.before,
		.closed_to = TIME_MIN,
	};
	if (read_books(ledger) == STATUS_OK)
		answer = conclude(ledger);
	else
		answer = tool_fail(tool, ANSWER_AWAY, "%s", ledger->store.reason);
	ledger_print_finish(&ledger->print);
	mesh_store_close(&ledger->store);
	return answer;
}
