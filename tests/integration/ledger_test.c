/*
 * ledger_test - the table `entry` refuses what the pure journal refuses, and changes nothing it has.
 *
 *   ledger_test URI      of a role that owns its schema, which is empty
 *
 * First by plain statements, then as the runtime writes its batches.
 */
#include "common/base/text.h"
#include "common/io/db.h"
#include "gen/billing_sync_migrations.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/ledger/booking.h"
#include "tests/support/chance.h"
#include "tests/support/toy_store.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS 400
#define LINES_MAX 5
#define MAY INT64_C(1777593600000000) /* 2026-05-01T00:00:00Z */

static struct arena *arena;
static struct db *db;
static bool failed;
static const struct db_statement entries = { "entries", "select count(*) from entry", 0 };

static void check(bool good, const char *name)
{
	printf("%s ledger: %s\n", good ? "ok" : "FAIL", name);
	failed = failed || !good;
}

static const char *quoted(const char *text)
{
	return text != NULL ? arena_printf(arena, "'%s'", text) : "null";
}

static const char *row_text(const struct entry_row *row)
{
	char at[TIME_TEXT_SIZE];
	char booked_at[TIME_TEXT_SIZE];

	return arena_printf(arena,
	                    "(0, '%s', %" PRId64 ", '%s', '%s', '%s', '%s', %" PRId64
	                    ", %s, %s, '%s', '%s', %s)",
	                    row->transaction_id, row->line, time_format(row->at, at),
	                    time_format(row->booked_at, booked_at), row->account, row->currency,
	                    row->minor, quoted(row->customer_id), quoted(row->object_id),
	                    row->cause, row->reason, quoted(row->reverses));
}

/* One statement for all of them, as the runtime writes. */
static bool insert(const struct entry_row *rows, size_t count)
{
	const char *text = "insert into entry values ";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(arena, "%s%s%s", text, i > 0 ? ", " : "", row_text(&rows[i]));
	return db_script(db, text) == STATUS_OK;
}

static bool refused(const char *sql, const char *state)
{
	return db_script(db, sql) != STATUS_OK && text_equal(db_state(db), state);
}

static int64_t count_entries(void)
{
	AUTO_ROWS rows = NULL;

	if (db_query_values(db, &entries, NULL, 0, &rows) != STATUS_OK)
		return -1;
	return db_int(rows, 0, 0);
}

static void migrate(const char *uri)
{
	char reason[MIGRATE_REASON_SIZE] = "";

	toy_settings.uri = uri;
	check(postgres_store_migrate(&toy_settings, billing_sync_migrations, reason) == STATUS_OK &&
	          db_prepare(db, &entries) == STATUS_OK,
	      "the ledger's table is made");
	if (reason[0] != '\0')
		puts(reason);
}

static void test_what_is_booked(void)
{
	const struct booking_fact fact = { "ce-1", "cus_1", { MAY }, { MAY } };
	const struct money presented = { 10000, "EUR" };
	const struct balance_transaction settled = { .id = "txn_1",
		                                     .amount = 10800,
		                                     .fee = 343,
		                                     .net = 10457,
		                                     .currency = "USD",
		                                     .exchange_rate = "1.08" };
	struct entry_row rows[JOURNAL_LINES_MAX];
	struct booking booking;
	struct journal reversal;

	check(booking_settlement(arena, &fact, "ch_1", presented, &settled, &booking),
	      "a charge in two currencies is booked");
	journal_rows(&booking.journal, rows);
	check(!insert(rows, booking.journal.count - 1) && count_entries() == 0,
	      "a transaction that lacks a line is refused whole");
	check(insert(rows, booking.journal.count) && count_entries() == 5,
	      "the whole one is taken");
	check(!insert(rows, booking.journal.count) && text_equal(db_state(db), "23505"),
	      "the same thing is not booked twice");
	rows[0].line = 6;
	check(!insert(rows, 1) && text_equal(db_state(db), "23514"), "a line more is refused");
	reversal = journal_reverse(arena, &booking.journal, "ce-2", fact.at, fact.at);
	check(journal_seal(&reversal), "its reversal is whole");
	journal_rows(&reversal, rows);
	check(insert(rows, reversal.count), "its reversal is taken");
	for (size_t i = 0; i < reversal.count; i++)
		rows[i].transaction_id = "reversal/again";
	check(!insert(rows, reversal.count), "nothing is reversed twice");
}

static void test_nothing_is_changed(void)
{
	static const char *const changes[] = { "update entry set minor = minor + 1",
		                               "delete from entry", "truncate entry" };
	const int64_t before = count_entries();
	bool kept = true;

	for (size_t i = 0; i < COUNT_OF(changes); i++)
		kept = refused(changes[i], "42501") && kept;
	check(kept, "the role that books may not change what it booked");
	check(db_script(db, "grant all on entry to current_user") == STATUS_OK,
	      "it can give itself the right, because it owns the table");
	for (size_t i = 0; i < COUNT_OF(changes); i++)
		kept = refused(changes[i], "42501") && kept;
	check(kept && count_entries() == before, "and changes nothing even so");
}

/* Small amounts, so that about half of them balance, and the ends of 64 bits. */
static int64_t random_minor(struct chance *chance)
{
	static const int64_t ends[] = { INT64_MAX, -INT64_MAX, INT64_MIN };

	if (chance_of(chance, 150))
		return ends[chance_below(chance, COUNT_OF(ends))];
	return chance_between(chance, -2, 2);
}

static bool agree(struct chance *chance, int round)
{
	static const char *const currencies[] = { "USD", "JPY" };
	struct journal journal =
	    journal_open(arena, "twin", arena_printf(arena, "%d", round), "ce-1",
	                 (struct instant){ MAY }, (struct instant){ MAY });
	struct entry_row rows[LINES_MAX];
	size_t count = 0;
	bool whole;

	for (int i = chance_between(chance, 1, LINES_MAX); i > 0; i--) {
		const char *const currency = currencies[chance_below(chance, 2)];
		const int64_t minor = random_minor(chance);

		journal_add(&journal, ACCOUNT_CASH, "", "", currency, minor);
		if (minor == 0)
			continue;
		rows[count] = (struct entry_row){ .transaction_id = journal.id,
			                          .line = (int64_t)count + 1,
			                          .at = journal.at,
			                          .booked_at = journal.at,
			                          .account = "cash",
			                          .currency = currency,
			                          .minor = minor,
			                          .cause = "ce-1",
			                          .reason = "twin" };
		count++;
	}
	whole = journal_seal(&journal);
	return count == 0 || insert(rows, count) == whole;
}

static void test_the_twin(void)
{
	struct chance chance;
	bool same = true;
	int64_t before = count_entries();

	chance_seed(&chance, 18);
	for (int i = 0; i < ROUNDS; i++)
		same = agree(&chance, i) && same;
	check(same, "the table takes and refuses what the journal does");
	check(count_entries() > before, "and some were taken");
}

/* As the runtime writes. */

static const struct store_ops *const ops = &postgres_store_ops;
static const struct state_table *const tables[] = { &entry_table, NULL };
static const struct stage_event events[] = { { .topic = TOY_IN, .fact = "something" },
	                                     { .topic = -1 } };
static const struct stage_timer timers[] = { { 0 } };
static const int emits[] = { TOY_OUT, -1 };
static const struct stage stages[] = {
	{ .name = "toy", .events = events, .tables = tables, .timers = timers, .emits = emits },
	{ .name = NULL },
};

/* A batch of one transaction on a connection of its own; bent: its first line has a unit more. */
static bool commit(const char *id, bool fresh, bool bent)
{
	struct postgres_store *const store =
	    postgres_store_create(&toy_settings, &toy_catalogue, stages);
	struct shard *const shard = shard_create(&toy_context, &stages[0], 0);
	struct journal journal = journal_open(arena, "batch", id, "ce-1", (struct instant){ MAY },
	                                      (struct instant){ MAY });
	struct entry_row rows[JOURNAL_LINES_MAX];
	struct state_change changes[2];
	struct batch batch;
	bool done;

	journal_add(&journal, ACCOUNT_CASH, "", "po_1", "JPY", 500);
	journal_take(&journal, ACCOUNT_CASH_IN_TRANSIT, "", "po_1", "JPY", 500);
	check(journal_seal(&journal), "a payout is booked");
	journal_rows(&journal, rows);
	rows[0].minor += bent;
	for (size_t i = 0; i < COUNT_OF(changes); i++) {
		changes[i] = toy_change(arena, &entry_table, &rows[i], false);
		changes[i].fresh = fresh;
	}
	toy_must(ops->reconnect(store), store, "connecting");
	toy_must(ops->open(store, shard, true), store, "opening a shard");
	batch = toy_batch(shard);
	batch.changes = changes;
	batch.change_count = COUNT_OF(changes);
	done = toy_commit(store, &batch) == STORE_COMMITTED;
	shard_destroy(shard);
	postgres_store_destroy(store);
	return done;
}

static void test_batches(void)
{
	const int64_t before = count_entries();

	check(commit("po_1", true, false) && count_entries() == before + 2,
	      "a batch adds rows that are known to be new");
	check(!commit("po_2", true, true), "a batch that does not sum to zero is refused");
	check(!commit("po_3", false, false), "a batch may not write as if it could change a row");
	check(!commit("po_1", true, false), "a batch does not book the same thing again");
	check(count_entries() == before + 2, "and nothing of those is there");
}

int main(int argc, char **argv)
{
	struct db_settings settings = { .name = "ledger_test" };

	if (argc != 2) {
		fprintf(stderr, "usage: %s URI\n", argv[0]);
		return 2;
	}
	settings.uri = argv[1];
	arena = arena_create(1 << 16);
	db = db_create(&settings);
	check(db_connect(db) == STATUS_OK, "the server answers");
	migrate(argv[1]);
	test_what_is_booked();
	test_nothing_is_changed();
	test_the_twin();
	test_batches();
	db_destroy(db);
	arena_destroy(arena);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
