/*
 * Since when a shard counts by which definitions.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/text.h"

#define SHARD_KEY "" /* the shard's own row: it has begun */
#define ALL_KEY \
	"*" /* since when it counts by all definitions of a book, of which it has the digest */

const struct state_table definition_seen_table = {
	.name = "definition_seen",
	.columns =
	    (const struct column[]){
		COLUMN(struct definition_seen_row, key),
		COLUMN(struct definition_seen_row, digest),
		COLUMN(struct definition_seen_row, begun),
		COLUMN_END,
	    },
	.key_columns = 1,
	.row_size = sizeof(struct definition_seen_row),
	.resident = true,
};

static void count_by(struct task *task, const struct definition *definition, struct instant begun)
{
	task_save(task, &definition_seen_table,
	          &(struct definition_seen_row){
		      .key = definition->key, .digest = definition->digest, .begun = begun });
}

/* So that not every fact asks for each definition. */
static bool load_all(struct task *task, struct definition_seen_row *row)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);

	*row = (struct definition_seen_row){ .key = ALL_KEY };
	return task_load(task, &definition_seen_table, row) &&
	       text_equal(row->digest, book->digest);
}

static void save_all(struct task *task)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);
	struct definition_seen_row all = { ALL_KEY, book->digest, TIME_MIN };

	for (size_t i = 0; i < book->count; i++) {
		struct definition_seen_row row = { .key = book->definitions[i].key };

		if (!task_load(task, &definition_seen_table, &row))
			return;
		all.begun = time_later(all.begun, row.begun);
	}
	task_save(task, &definition_seen_table, &all);
}

/* Midnights from here on: what was open at earlier ones was open in another time than the mesh's. */
static void begin_zone(struct task *task, struct window_zone *zone)
{
	const struct window day = window_at(zone, WINDOW_DAY, task_time(task));
	const char *const name = window_zone_name(zone);

	task_save(task, &snapshot_table,
	          &(struct snapshot_row){ .zone = name, .until = day.start });
	task_timer_set(task, PARTIAL_TIMER_SNAPSHOT, name, day.end);
}

/* Is that a time in which something is counted? A shard that was told no time yet seems to be decades ago. */
static bool has_time(struct task *task)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);

	for (size_t i = 0; i < book->count; i++)
		if (!time_before(task_time(task), book->definitions[i].effective_from))
			return true;
	return false;
}

static void begin_zones(struct task *task)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);

	for (size_t i = 0; i < book->snapshot_zone_count; i++) {
		struct snapshot_row row = { .zone = window_zone_name(book->snapshot_zones[i]) };

		if (!task_load(task, &snapshot_table, &row))
			begin_zone(task, book->snapshot_zones[i]);
	}
}

/* A tick that moved with each event would never come while the shard has no time: it stays behind the first. */
struct instant partial_time(struct task *task)
{
	struct definition_seen_row row = { .key = SHARD_KEY };

	if (time_before(TIME_OLDEST, task->now) || !task_load(task, &definition_seen_table, &row))
		return time_later(task->now, TIME_OLDEST);
	return row.begun;
}

void partial_begin(struct task *task)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);
	struct definition_seen_row row;

	if (load_all(task, &row))
		return;
	row = (struct definition_seen_row){ .key = SHARD_KEY };
	if (task_load(task, &definition_seen_table, &row))
		return;
	row.digest = "";
	row.begun = task_time(task);
	task_save(task, &definition_seen_table, &row);
	for (size_t i = 0; i < book->count; i++)
		count_by(task, &book->definitions[i], TIME_MIN);
	save_all(task);
}

enum status partial_look_at_definitions(struct task *task)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);
	struct definition_seen_row all;

	for (size_t i = 0; i < book->count; i++) {
		const struct definition *const it = &book->definitions[i];
		struct definition_seen_row row = { .key = it->key };

		if (!task_load(task, &definition_seen_table, &row))
			count_by(task, it, time_later(task->due, task->now));
		else if (!text_equal(row.digest, it->digest))
			return task_fail(
			    task, STATUS_FATAL,
			    "metrics/: %s says otherwise than when it was first counted here: give it "
			    "a new version",
			    it->key);
	}
	if (!load_all(task, &all))
		save_all(task);
	if (has_time(task))
		begin_zones(task);
	return STATUS_OK;
}

/* Which definitions count what is born then; asked for one cell after the other, so the last answer is kept. */

struct partial_since partial_since_begin(struct task *task, struct instant born)
{
	struct definition_seen_row row;
	bool all = load_all(task, &row);

	if (!all) {
		partial_begin(task);
		all = load_all(task, &row);
	}
	return (struct partial_since){ .task = task,
		                       .born = born,
		                       .all = all && !time_before(born, row.begun) };
}

bool partial_since_counts(struct partial_since *since, const struct definition *definition)
{
	struct definition_seen_row row = { .key = definition->key };

	if (since->all)
		return true;
	if (since->asked != definition) {
		since->asked = definition;
		since->counts = task_load(since->task, &definition_seen_table, &row) &&
		                !time_before(since->born, row.begun);
	}
	return since->counts;
}
