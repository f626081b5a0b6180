/*
 * Patterns: once a day the payments of the last months are looked through, by country, by card and by release.
 *
 * A release counts from the first whole day of UTC behind its instant: payments are summed by days.
 */
#include "services/chargeback/monitor/monitor.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/pattern/dispute_pattern.h"
#include "services/chargeback/tally/tally.h"

#define DAY_US INT64_C(86400000000)
#define CELLS_MAX 4096 /* countries, networks by funding by country, releases */
#define FOUND_MAX 64   /* told at once: more are no hint any more */

static const struct column pattern_columns[] = {
	COLUMN(struct pattern_row, dimension),
	COLUMN(struct pattern_row, value),
	COLUMN(struct pattern_row, found_at),
	COLUMN_END,
};
const struct state_table dispute_pattern_table = { .name = "dispute_pattern",
	                                           .columns = pattern_columns,
	                                           .key_columns = 2,
	                                           .row_size = sizeof(struct pattern_row),
	                                           .resident = true };

struct looking {
	const struct monitoring *it;
	const struct dispute_pattern_policy *policy;
	struct instant since;
	struct dispute_cell *cells;
	size_t count;
	struct dispute_pattern found[FOUND_MAX];
	size_t found_count;
};

/* Cells. */

static bool dimension_of(const char *word, enum dispute_dimension *dimension)
{
	for (int i = 0; i < DISPUTE_DIMENSIONS; i++)
		if (text_equal(dispute_dimension_names[i], word)) {
			*dimension = (enum dispute_dimension)i;
			return true;
		}
	return false;
}

static struct dispute_cell *cell_of(struct looking *looking, enum dispute_dimension dimension,
                                    const char *value)
{
	struct dispute_cell *cell = looking->cells;

	for (size_t i = 0; i < looking->count; i++, cell++)
		if (cell->dimension == dimension && text_equal(cell->value, value))
			return cell;
	if (looking->count == CELLS_MAX)
		return NULL;
	*cell = (struct dispute_cell){ .dimension = dimension, .value = value };
	looking->count++;
	return cell;
}

static void add(struct looking *looking, const struct tally_row *row)
{
	enum dispute_dimension dimension;
	struct dispute_cell *cell;

	if (!dimension_of(row->dimension, &dimension))
		return;
	cell = cell_of(looking, dimension,
	               dimension == DISPUTE_BY_RELEASE
	                   ? dispute_pattern_release(looking->policy, row->day)
	                   : row->value);
	if (cell == NULL)
		return;
	cell->disputes += row->events;
	cell->payments += row->payments;
}

static struct instant months_before(struct instant at, int64_t months)
{
	const struct date date = date_of_days(at.us / DAY_US);
	const int32_t month = date.year * 12 + date.month - 1 - (int32_t)months;

	return (struct instant){ date_days((struct date){ month / 12, month % 12 + 1, 1 }) *
		                 DAY_US };
}

/* Where people dropped a letter, less than nothing may be left. */
static void floor_at_zero(struct looking *looking)
{
	for (size_t i = 0; i < looking->count; i++) {
		struct dispute_cell *const cell = &looking->cells[i];

		cell->disputes = cell->disputes < 0 ? 0 : cell->disputes;
		cell->payments = cell->payments < 0 ? 0 : cell->payments;
	}
}

static void gather(struct looking *looking)
{
	struct task *const task = looking->it->task;
	const struct tally_row before = { .watched = looking->it->watched,
		                          .day = time_sub(looking->since, (struct duration){ 1 }) };
	struct task_cursor cursor;
	struct tally_row row;

	task_scan(task, &programme_sum_table, &before, 1, &cursor);
	cursor.last = state_key(task->arena, &programme_sum_table, &before, 2);
	while (task_next(task, &cursor, &row) && !time_before(looking->it->as_of, row.day))
		add(looking, &row);
	floor_at_zero(looking);
}

/* Saying. */

static const char *policy_name(const struct looking *looking)
{
	const struct policy_head *const patterns = &looking->policy->head;
	const struct policy_head *const watch = &looking->it->watch->head;

	return arena_printf(looking->it->task->arena,
	                    "dispute-patterns/%s/%lld dispute-watch/%s/%lld", patterns->id,
	                    (long long)patterns->version, watch->id, (long long)watch->version);
}

static enum status say(const struct looking *looking, const struct dispute_pattern *pattern,
                       bool quieted)
{
	struct arena *const arena = looking->it->task->arena;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__DisputePatternFound found = OPSMESH__V1__DISPUTE_PATTERN_FOUND__INIT;

	found.dimension = text_mutable(dispute_dimension_names[pattern->cell.dimension]);
	found.value = text_mutable(pattern->cell.value);
	found.since = proto_timestamp(arena, looking->since);
	found.until = proto_timestamp(arena, (struct instant){ looking->it->as_of.us + 1 });
	found.disputed = pattern->cell.disputes;
	found.payments = pattern->cell.payments;
	found.share_ppm = pattern->share_ppm;
	found.low_ppm = pattern->interval.low_ppm;
	found.high_ppm = pattern->interval.high_ppm;
	found.other_disputed = pattern->other_disputes;
	found.other_payments = pattern->other_payments;
	found.other_ppm = pattern->other_ppm;
	found.policy = text_mutable(policy_name(looking));
	event.fact_case = quieted ? OPSMESH__V1__DISPUTE_EVENT__FACT_PATTERN_QUIETED
	                          : OPSMESH__V1__DISPUTE_EVENT__FACT_PATTERN_FOUND;
	event.pattern_found = &found;
	return monitor_emit(looking->it->task, looking->it->watched, &event);
}

/* Those that were not said before. What is of no release is nothing to look at. */
static enum status say_found(const struct looking *looking)
{
	struct task *const task = looking->it->task;

	for (size_t i = 0; i < looking->found_count; i++) {
		const struct dispute_cell *const cell = &looking->found[i].cell;
		struct pattern_row row = { .dimension = dispute_dimension_names[cell->dimension],
			                   .value = cell->value };

		if (*cell->value == '\0' || task_load(task, &dispute_pattern_table, &row))
			continue;
		row.found_at = task->due;
		task_save(task, &dispute_pattern_table, &row);
		TRY(say(looking, &looking->found[i], false));
	}
	return STATUS_OK;
}

static bool is_found(const struct looking *looking, const struct dispute_cell *cell)
{
	for (size_t i = 0; i < looking->found_count; i++)
		if (looking->found[i].cell.dimension == cell->dimension &&
		    text_equal(looking->found[i].cell.value, cell->value))
			return true;
	return false;
}

/* Its figures as they are now, against all others of the dimension. */
static struct dispute_pattern figures_of(const struct looking *looking,
                                         const struct dispute_cell *cell)
{
	struct dispute_pattern made = { .cell = *cell };

	for (size_t i = 0; i < looking->count; i++) {
		const struct dispute_cell *const other = &looking->cells[i];

		if (other->dimension != cell->dimension)
			continue;
		if (text_equal(other->value, cell->value)) {
			made.cell = *other;
			continue;
		}
		made.other_disputes += other->disputes;
		made.other_payments += other->payments;
	}
	if (made.cell.payments > 0)
		made.share_ppm = rate_share_ppm(made.cell.disputes, made.cell.payments);
	if (made.other_payments > 0)
		made.other_ppm = dispute_pattern_share_up(made.other_disputes, made.other_payments);
	return made;
}

static enum status say_quieted(const struct looking *looking)
{
	struct task *const task = looking->it->task;
	struct pattern_row row = { 0 };
	struct task_cursor cursor;

	task_scan(task, &dispute_pattern_table, &row, 0, &cursor);
	while (task_next(task, &cursor, &row)) {
		struct dispute_cell cell = { .value = row.value };

		CHECK(dimension_of(row.dimension, &cell.dimension));
		if (is_found(looking, &cell))
			continue;
		const struct dispute_pattern figures = figures_of(looking, &cell);

		TRY(say(looking, &figures, true));
		task_remove(task, &dispute_pattern_table, &row);
	}
	return STATUS_OK;
}

enum status monitor_patterns(const struct monitoring *it)
{
	struct looking *const looking = arena_zero(it->task->scratch, sizeof(*looking));

	looking->it = it;
	looking->policy = policy_at(task_document(it->task, MONITOR_PATTERNS), it->as_of);
	looking->since = months_before(it->as_of, it->watch->pattern_months - 1);
	looking->cells = arena_alloc(it->task->scratch, CELLS_MAX * sizeof(*looking->cells));
	gather(looking);
	looking->found_count = dispute_pattern_find(looking->policy, looking->cells, looking->count,
	                                            looking->found, FOUND_MAX);
	TRY(say_found(looking));
	return say_quieted(looking);
}
