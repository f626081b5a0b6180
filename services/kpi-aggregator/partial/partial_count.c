/*
 * What one handler counts: its changes meet by cell before they reach a row, so that an observation of which only something
 * else became another changes nothing.
 */
#include "services/kpi-aggregator/partial/partial.h"

#include "common/base/map.h"
#include "common/base/text.h"

#include <string.h>

const struct state_table partial_cell_table = {
	.name = "partial_cell",
	.columns =
	    (const struct column[]){
		COLUMN(struct partial_cell_row, series),
		COLUMN(struct partial_cell_row, start),
		COLUMN(struct partial_cell_row, value),
		COLUMN(struct partial_cell_row, currency),
		COLUMN(struct partial_cell_row, n),
		COLUMN(struct partial_cell_row, hits),
		COLUMN(struct partial_cell_row, sum),
		COLUMN(struct partial_cell_row, came),
		COLUMN(struct partial_cell_row, taken_back),
		COLUMN(struct partial_cell_row, rest),
		COLUMN_END,
	    },
	.key_columns = 4,
	.row_size = sizeof(struct partial_cell_row),
	.resident = true,
};

/* A cell that the handler changes; its row's key is its own. */
struct waiting {
	struct waiting *next; /* in the order in which they came */
	struct bytes key;
	struct partial_cell_row row;
	struct cell_sums more;
};

enum counted { COUNTED_UNKNOWN, COUNTED_YES, COUNTED_NO };

struct partial_count {
	struct task *task;
	const struct definition_book *book;
	struct instant born;
	struct map by_key;
	struct waiting *first;
	struct waiting **last;
	unsigned char *counted; /* by the place of a definition: does it count what is born then */
	bool too_large;         /* a sum is beyond what fits */
};

struct partial_count *partial_count_begin(struct task *task, struct instant born)
{
	struct partial_count *const count = arena_zero(task->scratch, sizeof(struct partial_count));

	count->task = task;
	count->book = task_document(task, DEFINITIONS);
	count->born = born;
	count->last = &count->first;
	count->counted = arena_zero(task->scratch, count->book->count + 1);
	return count;
}

static bool counts(struct partial_count *count, const struct definition *definition)
{
	unsigned char *const known = &count->counted[definition - count->book->definitions];
	struct definition_seen_row row = { .key = definition->key };

	if (*known == COUNTED_UNKNOWN)
		*known = task_load(count->task, &definition_seen_table, &row) &&
		                 !time_before(count->born, row.begun)
		             ? COUNTED_YES
		             : COUNTED_NO;
	return *known == COUNTED_YES;
}

static struct waiting *find(struct partial_count *count, const struct cell_change *change)
{
	struct arena *const arena = count->task->scratch;
	const struct partial_cell_row row = { .series = cell_series(arena, change->definition,
		                                                    change->dimension),
		                              .start = change->window.start,
		                              .value = change->value,
		                              .currency = change->currency };
	const struct bytes key = state_key(arena, &partial_cell_table, &row, 4);
	struct waiting *it = map_get(&count->by_key, key);

	if (it != NULL)
		return it;
	it = arena_zero(arena, sizeof(struct waiting));
	it->key = key;
	it->row = row;
	(void)map_set(&count->by_key, key, it);
	*count->last = it;
	count->last = &it->next;
	return it;
}

static void see(const struct cell_change *change, void *context)
{
	struct partial_count *const count = context;

	if (counts(count, change->definition) &&
	    !cell_add(count->task->scratch, &find(count, change)->more, &change->sums))
		count->too_large = true;
}

void partial_count_add(struct partial_count *count, const struct observation *it, int sign)
{
	cell_expand(count->task->scratch, count->book, it, sign, see, count);
}

static bool is_nothing(const struct cell_sums *sums)
{
	struct cell_sums rest = *sums;

	rest.came = 0;
	rest.taken_back = 0;
	return cell_is_zero(&rest);
}

/* Into its row; one that is zero again has nothing to tell. */
static bool put(struct task *task, const struct waiting *it)
{
	struct partial_cell_row row = it->row;
	struct cell_sums sums = { 0 };

	if (task_load(task, &partial_cell_table, &row)) {
		sums = (struct cell_sums){ .n = row.n,
			                   .hits = row.hits,
			                   .sum = row.sum,
			                   .came = row.came,
			                   .taken_back = row.taken_back };
		if (!cell_rest_unpack(task->scratch, row.rest, &sums))
			return false;
	}
	if (!cell_add(task->scratch, &sums, &it->more))
		return false;
	row.n = sums.n;
	row.hits = sums.hits;
	row.sum = sums.sum;
	row.came = sums.came;
	row.taken_back = sums.taken_back;
	row.rest = cell_rest_pack(task->arena, &sums);
	if (is_nothing(&sums))
		task_remove(task, &partial_cell_table, &row);
	else
		task_save(task, &partial_cell_table, &row);
	return true;
}

/* On the clock of the mesh, whoever counted it. */
static void tell_soon(struct task *task)
{
	const int64_t step = PARTIAL_TELL_EVERY.us;
	const struct instant now = time_later(task->now, TIME_OLDEST);

	task_timer_set(task, PARTIAL_TIMER_TELL, PARTIAL_TIMER_TELL,
	               (struct instant){ (now.us / step + 1) * step });
}

enum status partial_count_end(struct partial_count *count)
{
	bool well = !count->too_large;

	for (const struct waiting *it = count->first; it != NULL && well; it = it->next)
		well = is_nothing(&it->more) || put(count->task, it);
	map_finish(&count->by_key);
	if (!well)
		return task_fail(count->task, STATUS_REJECT,
		                 "a sum of what it is about does not fit 64 bits");
	if (count->first != NULL)
		tell_soon(count->task);
	return STATUS_OK;
}
