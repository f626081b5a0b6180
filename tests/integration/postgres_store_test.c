/*
 * postgres_store_test - the store against a real server: what is written comes back, byte for byte.
 *
 *   postgres_store_test URI     an empty schema of the role
 */
#include "common/base/text.h"
#include "common/flow/cache.h"
#include "tests/support/toy_store.h"

#include <stdio.h>
#include <string.h>

#define ROWS 1000
#define TEXT_MIXED "領収書 ₩ — naïve 🧾 'quoted' \"twice\" \\ {braces}"

static const struct store_ops *const ops = &postgres_store_ops;
static struct arena *arena;

/* Migrations. */

static void test_migrations(void)
{
	static const struct migration changed[] = { { "0001_thing", "select 1" }, { NULL, NULL } };
	static const struct migration none[] = { { NULL, NULL } };
	char reason[MIGRATE_REASON_SIZE];
	const enum status first = postgres_store_migrate(&toy_settings, toy_migrations, reason);
	const enum status second = postgres_store_migrate(&toy_settings, toy_migrations, reason);

	toy_check(first == STATUS_OK && second == STATUS_OK,
	          "migrations run once, and again without effect");
	if (reason[0] != '\0')
		puts(reason);
	toy_check(postgres_store_migrate(&toy_settings, changed, reason) == STATUS_FATAL &&
	              strstr(reason, "0001_thing: it was changed") != NULL,
	          "a migration that was changed after it ran is refused by name");
	toy_check(postgres_store_migrate(&toy_settings, none, reason) == STATUS_FATAL &&
	              strstr(reason, "0001_thing: it has run here") != NULL,
	          "a migration that ran and is missing is refused by name");
}

static void test_wrong_table(void)
{
	struct postgres_store *const store =
	    postgres_store_create(&toy_settings, &toy_catalogue, toy_wrong_stages);

	toy_check(ops->reconnect(store) == STATUS_FATAL &&
	              strstr(ops->reason(store), "table flag, column number") != NULL,
	          "a column of another type fails the start, by name");
	postgres_store_destroy(store);
}

/* All kinds of values. */

static bool blob_is(const struct bytes blob, const struct bytes want)
{
	return (blob.data == NULL) == (want.data == NULL) && bytes_equal(blob, want);
}

static struct bytes key_of(const struct state_table *table, const void *row)
{
	return state_key(arena, table, row, table->key_columns);
}

static const struct cache_row *found(struct shard *shard, const struct state_table *table,
                                     const void *row)
{
	return cache_find(shard->cache, cache_table(shard->cache, table), key_of(table, row));
}

static const unsigned char zeros[3] = { 0, 255, 0 };
static const struct thing things[] = {
	{ "full", 7, INT64_MIN, true, { TOY_MAY + 1 }, TEXT_MIXED, { zeros, 3 } },
	{ "", -7, INT64_MAX, false, { INT64_MIN }, NULL, { NULL, 0 } },
	{ "empty", 0, 0, false, { 0 }, "", { "", 0 } },
	{ "日本", 1, -1, true, { INT64_C(253402300799999999) }, "改行\n\ttab", { "x", 1 } },
};
static const struct thing absent = { .id = "absent" };
static const struct flag flags[] = { { "a", INT64_MIN }, { "a", INT64_MAX }, { "旗", 0 } };

static void test_saved(struct postgres_store *store)
{
	struct state_change changes[COUNT_OF(things) + COUNT_OF(flags)];
	struct shard *const shard = toy_shard(store, 0, true);
	struct batch batch = toy_batch(shard);

	for (size_t i = 0; i < COUNT_OF(things); i++)
		changes[batch.change_count++] = toy_change(arena, &thing_table, &things[i], false);
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		changes[batch.change_count++] = toy_change(arena, &flag_table, &flags[i], false);
	batch.changes = changes;
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "rows of all kinds are saved");
	batch.number++;
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "and saved again over themselves");
	shard_destroy(shard);
}

/* Asks for all things, and for one that is not there. */
static struct shard *loaded(struct postgres_store *store)
{
	struct shard *const shard = toy_shard(store, 0, false);
	struct bytes keys[COUNT_OF(things) + 1];

	for (size_t i = 0; i < COUNT_OF(things); i++)
		keys[i] = key_of(&thing_table, &things[i]);
	keys[COUNT_OF(things)] = key_of(&thing_table, &absent);
	toy_must(ops->load(store, shard, &thing_table, keys, COUNT_OF(keys)), store,
	         "loading rows");
	return shard;
}

static bool is_back(struct shard *shard, const struct thing *thing)
{
	const struct cache_row *const row = found(shard, &thing_table, thing);
	struct thing back;

	if (row == NULL || !bytes_equal(row->packed, state_pack(arena, &thing_table, thing)))
		return false;
	state_unpack(&thing_table, cache_row_key(row), row->packed, &back);
	return text_equal(back.note, thing->note) && blob_is(back.blob, thing->blob) &&
	       back.due.us == thing->due.us && back.open == thing->open;
}

static void test_loaded(struct postgres_store *store)
{
	struct shard *const shard = loaded(store);
	bool good = true;

	for (size_t i = 0; i < COUNT_OF(things); i++)
		good = good && is_back(shard, &things[i]);
	toy_check(good, "they come back byte for byte, NULLs and empty runs apart");
	toy_check(found(shard, &thing_table, &absent) != NULL &&
	              found(shard, &thing_table, &absent)->packed.data == NULL,
	          "a key without a row is told to be absent");
	for (size_t i = 0; i < COUNT_OF(flags); i++)
		good = good && found(shard, &flag_table, &flags[i]) != NULL;
	toy_check(good, "resident tables are there when the shard is opened");
	shard_destroy(shard);
}

static void test_removed(struct postgres_store *store)
{
	struct shard *shard = toy_shard(store, 0, false);
	struct state_change changes[] = { toy_change(arena, &thing_table, &things[0], true),
		                          toy_change(arena, &flag_table, &flags[1], true) };
	struct batch batch = toy_batch(shard);

	batch.changes = changes;
	batch.change_count = COUNT_OF(changes);
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "rows are removed");
	shard_destroy(shard);
	shard = loaded(store);
	toy_check(found(shard, &thing_table, &things[0])->packed.data == NULL &&
	              is_back(shard, &things[1]) && found(shard, &flag_table, &flags[1]) == NULL &&
	              found(shard, &flag_table, &flags[0]) != NULL,
	          "those that were removed are gone, and no others");
	shard_destroy(shard);
}

/* Positions, timers, facts. */

static struct fact kept[8];
static size_t kept_count;
static void keep_fact(void *argument, const struct fact *fact)
{
	(void)argument;
	kept[kept_count] = *fact;
	kept[kept_count].key = arena_bytes(arena, fact->key);
	kept[kept_count].message = arena_bytes(arena, fact->message);
	kept[kept_count].headers = arena_bytes(arena, fact->headers);
	kept[kept_count].type = arena_string(arena, fact->type);
	kept[kept_count].subject =
	    fact->subject != NULL ? arena_string(arena, fact->subject) : NULL;
	kept_count++;
}

static void test_positions(struct postgres_store *store)
{
	struct shard *const shard = toy_shard(store, 1, true);
	struct shard_row row = shard->row;
	const int input = mesh_time_find(&shard->inputs, TOY_IN, bytes_of("upstream/2"));
	struct batch batch;

	row.now = (struct instant){ TOY_MAY + 5 };
	row.sequence = 41;
	row.mark = 40;
	row.folded_count = 12345;
	memset(row.refusals, 0xa5, sizeof(row.refusals));
	shard->row = row;
	shard->topics[0].next = 99;
	shard->topics[0].appended = (struct instant){ TOY_MAY + 6 };
	shard->topics[0].hash = 0xfedcba98U;
	shard->inputs.inputs[input].folded = 77;
	shard->high[3] = 41;
	batch = toy_batch(shard);
	batch.left_out = "ops.in.v1:upstream/0";
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "positions are written");

	struct shard *const again = toy_shard(store, 1, false);

	row.batch++;
	toy_check(memcmp(&again->row, &row, sizeof(row)) == 0,
	          "the fence row comes back as it was left");
	toy_check(again->topics[0].next == 99 && again->topics[0].appended.us == TOY_MAY + 6 &&
	              again->topics[0].hash == 0xfedcba98U,
	          "so does where the reader stands");
	toy_check(again->inputs.inputs[input].folded == 77 &&
	              again->inputs.inputs[input].saved == 77 && again->high[3] == 41 &&
	              again->committed_high[3] == 41 && again->high[2] == 0,
	          "so do the sequences folded and emitted");
	shard_destroy(again);
	shard_destroy(shard);
}

/* Whoever asks for two is told all that are due with the second. */
static void test_timers_together(struct postgres_store *store, struct shard *shard,
                                 struct batch *batch)
{
	struct timer_change changes[] = {
		{ "sweep", "c", true, { TOY_MAY + 5 } },
		{ "sweep", "d", true, { TOY_MAY + 9 } },
		{ "sweep", "e", true, { TOY_MAY + 9 } },
		{ "sweep", "f", true, { TOY_MAY + 10 } },
	};

	batch->timers = changes;
	batch->timer_count = COUNT_OF(changes);
	batch->number++;
	toy_check(toy_commit(store, batch) == STORE_COMMITTED, "more timers are set");
	toy_check(ops->timers(store, shard, (struct instant){ TOY_MAY + 1 }, 2) == STATUS_OK &&
	              shard->timers.count == 4 &&
	              timer_queue_due(&shard->timers, 0, "f").us == TIME_MAX.us,
	          "timers of one instant are not parted");
}

static void test_timers(struct postgres_store *store)
{
	struct timer_change changes[] = {
		{ "sweep", "領収書", true, { TOY_MAY } },
		{ "sweep", "b", true, { TOY_MAY + 1 } },
		{ "remind", "b", true, TIME_NEWEST },
	};
	struct timer_change later[] = { { "sweep", "領収書", false, { 0 } },
		                        { "sweep", "b", true, { TOY_MAY + 9 } } };
	struct shard *const shard = toy_shard(store, 1, false);
	struct batch batch = toy_batch(shard);

	batch.timers = changes;
	batch.timer_count = COUNT_OF(changes);
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "timers are set");
	batch.timers = later;
	batch.timer_count = COUNT_OF(later);
	batch.number++;
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED, "timers are moved and cleared");

	struct shard *const again = toy_shard(store, 1, false);

	toy_check(again->timers.count == 0 && ops->timers(store, again, TIME_MIN, 1) == STATUS_OK &&
	              again->timers.count == 1 &&
	              timer_queue_due(&again->timers, 0, "b").us == TOY_MAY + 9,
	          "the earliest of the others comes back when it is asked for");
	toy_check(ops->timers(store, again, (struct instant){ TOY_MAY + 10 }, 5) == STATUS_OK &&
	              again->timers.count == 2 &&
	              timer_queue_due(&again->timers, 1, "b").us == TIME_NEWEST.us,
	          "and what is due later");
	shard_destroy(again);
	test_timers_together(store, shard, &batch);
	shard_destroy(shard);
}

static void test_facts(struct postgres_store *store)
{
	static const unsigned char message[] = { 0, 1, 255, 0 };
	struct fact facts[] = {
		toy_fact(1, TIME_OLDEST),
		toy_fact(2, (struct instant){ TOY_MAY - 1 }),
		toy_fact(3, (struct instant){ TOY_MAY }),
		toy_fact(4, (struct instant){ TOY_MAY + DAYS(31).us }),
		toy_fact(5, TIME_NEWEST),
	};
	struct shard *const shard = toy_shard(store, 2, true);
	struct batch batch = toy_batch(shard);
	bool good;

	facts[1].message = (struct bytes){ message, sizeof(message) };
	facts[1].partition = -1;
	facts[2].dead_letter = true;
	facts[2].headers = (struct bytes){ message, 2 };
	facts[3].subject = "鍵"; /* as its key: not kept twice */
	facts[3].key = bytes_of("鍵");
	facts[3].message = (struct bytes){ "", 0 };
	batch.facts = facts;
	batch.fact_count = COUNT_OF(facts);
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED,
	          "facts of several months are written at once");
	kept_count = 0;
	toy_must(ops->facts(store, shard, 1, 3, keep_fact, NULL), store, "reading facts");
	good = kept_count == 3;
	for (size_t i = 0; i < kept_count; i++) {
		const struct fact *const a = &kept[i];
		const struct fact *const b = &facts[i + 1];

		good = good && a->sequence == b->sequence && a->topic == b->topic &&
		       a->dead_letter == b->dead_letter && a->partition == b->partition &&
		       a->mesh.us == b->mesh.us && a->time.us == b->time.us &&
		       text_equal(a->type, b->type) && text_equal(a->subject, b->subject) &&
		       bytes_equal(a->key, b->key) && blob_is(a->message, b->message) &&
		       blob_is(a->headers, b->headers);
	}
	toy_check(good, "the first ones above a sequence come back in order, as they were said");
	shard_destroy(shard);
}

/* Rows and facts of all sizes up to 2,000 bytes. */
static void make_large(struct state_change *changes, struct fact *facts)
{
	static char body[2 * ROWS];

	memset(body, 'x', sizeof(body));
	for (int64_t i = 0; i < ROWS; i++) {
		const struct thing row = { .id = arena_printf(arena, "thing-%lld", (long long)i),
			                   .number = -i,
			                   .amount = i,
			                   .due = { TOY_MAY + i },
			                   .blob = { body, (size_t)i * 2 } };

		changes[i] = toy_change(arena, &thing_table, &row, false);
		facts[i] = toy_fact(i + 1, (struct instant){ TOY_MAY + i });
		facts[i].message = (struct bytes){ body, (size_t)i };
	}
}

static bool all_back(struct shard *shard, const struct state_change *changes)
{
	const int table = cache_table(shard->cache, &thing_table);
	bool good = true;

	for (size_t i = 0; i < ROWS; i++) {
		const struct cache_row *const row = cache_find(shard->cache, table, changes[i].key);

		good = good && row != NULL && bytes_equal(row->packed, changes[i].packed);
	}
	return good;
}

static void test_large(struct postgres_store *store)
{
	static struct state_change changes[ROWS];
	static struct fact facts[ROWS];
	static struct bytes keys[ROWS];
	struct shard *shard = toy_shard(store, 3, true);
	struct batch batch = toy_batch(shard);

	make_large(changes, facts);
	for (size_t i = 0; i < ROWS; i++)
		keys[i] = changes[i].key;
	batch.changes = changes;
	batch.facts = facts;
	batch.change_count = batch.fact_count = ROWS;
	toy_check(toy_commit(store, &batch) == STORE_COMMITTED,
	          "a batch of a thousand rows is written");
	shard_destroy(shard);
	shard = toy_shard(store, 3, false);
	toy_must(ops->load(store, shard, &thing_table, keys, ROWS), store, "loading rows");
	toy_check(all_back(shard, changes), "and loaded again, byte for byte");
	toy_check(toy_fact_count(store, shard) == ROWS, "its facts are all there");
	shard_destroy(shard);
}

int main(int argc, char **argv)
{
	struct postgres_store *store;

	if (argc != 2)
		return 2;
	toy_settings.uri = argv[1];
	arena = arena_create((size_t)1024 * 1024);
	test_migrations();
	test_wrong_table();
	store = toy_store_create();
	test_saved(store);
	test_loaded(store);
	test_removed(store);
	test_positions(store);
	test_timers(store);
	test_facts(store);
	test_large(store);
	postgres_store_destroy(store);
	arena_destroy(arena);
	return toy_failures > 0;
}
