#include "services/billing-sync/books/books.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/books/books_say.h"
#include "services/billing-sync/books/books_sum.h"
#include "services/billing-sync/document/policies.h"

#include <string.h>

#define STAGES_ANSWERING 2 /* `customer` and `payout`, each with all its shards */

/* What a shard has answered, as long as others have not. */
struct closing_row {
	const char *action_id;
	const char *source;
	struct bytes body; /* ShardFigured */
};

static const struct column closing_columns[] = {
	COLUMN(struct closing_row, action_id),
	COLUMN(struct closing_row, source),
	COLUMN(struct closing_row, body),
	COLUMN_END,
};
const struct state_table closing_table = { .name = "closing",
	                                   .columns = closing_columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct closing_row),
	                                   .resident = true };

static const struct column period_columns[] = {
	COLUMN(struct period_row, period),  COLUMN(struct period_row, first_day),
	COLUMN(struct period_row, end_day), COLUMN(struct period_row, cut),
	COLUMN(struct period_row, cut_at),  COLUMN(struct period_row, digest),
	COLUMN(struct period_row, body),    COLUMN_END,
};
const struct state_table period_table = { .name = "period",
	                                  .columns = period_columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct period_row),
	                                  .resident = true };

/* One close that all shards have answered. */
struct close {
	struct task *task;
	const Opsmesh__V1__BooksCut *cut;
	const Opsmesh__V1__ShardFigured *const *answers;
	size_t count;
	const struct close_policy *policy;
	struct period_figures figures;
	uint8_t before[DIGEST_SIZE]; /* of the period before; zeros: none */
};

static size_t answers_expected(const struct task *task)
{
	return STAGES_ANSWERING * (size_t)task->partitions;
}

/*
 * What was closed last, which is before the next seal, and the first day that is open; false: nothing ever was
 * closed. A month ends with its last day, and its close may come after that day's.
 */
static bool last_closed(struct task *task, struct period_row *last, int64_t *open_from)
{
	struct period_row row = { .period = "" };
	struct task_cursor cursor;
	bool any = false;

	task_scan(task, &period_table, &row, 0, &cursor);
	while (task_next(task, &cursor, &row)) {
		*open_from = any && *open_from > row.end_day ? *open_from : row.end_day;
		if (!any || row.cut > last->cut)
			*last = row;
		any = true;
	}
	return any;
}

/* Items that do not hold, each with why. A rate that is missing is named by its day. */
static const char *reasons_of(struct arena *arena, const struct close_checklist *checklist,
                              const char *lacking)
{
	const char *text = "";

	for (int item = 0; item < CLOSE_ITEMS; item++) {
		const char *const reason =
		    item == CLOSE_RATES && lacking != NULL ? lacking : checklist->reasons[item];

		if (reason != NULL)
			text = arena_printf(arena, "%s%s%s: %s", text, *text != '\0' ? "; " : "",
			                    close_item_names[item], reason);
	}
	return text;
}

static void prepare(struct close *it, const struct period *period)
{
	struct task *const task = it->task;
	const struct books_policy *const books = policies_standing(task, task->now).books;
	struct period_row row = { .period = it->cut->period };
	struct period_row last;
	int64_t open_from = period->first_day;
	struct bytes digest;

	if (last_closed(task, &last, &open_from) && text_unhex(task->arena, last.digest, &digest) &&
	    digest.size == DIGEST_SIZE)
		memcpy(it->before, digest.data, DIGEST_SIZE);
	it->figures = (struct period_figures){
		.period = *period,
		.open_from = open_from,
		.sealed = task_load(task, &period_table, &row),
		.cut = recognition_midnight(books->zone, period->end_day),
		.shards_expected = answers_expected(task),
	};
	it->policy = policies_close(task, it->figures.cut);
	books_sum(task->arena, it->answers, it->count, &it->figures);
}

static enum status seal(struct close *it)
{
	struct task *const task = it->task;
	uint8_t digest[DIGEST_SIZE];

	close_seal(task->arena, &it->figures, it->policy, it->before, digest);
	const struct books_closed closed = {
		.cut = it->cut,
		.figures = &it->figures,
		.policy = it->policy,
		.digest = text_hex(task->arena, (struct bytes){ digest, DIGEST_SIZE }),
		.before = text_hex(task->arena, (struct bytes){ it->before, DIGEST_SIZE }),
	};
	struct period_row row = { .period = it->cut->period,
		                  .first_day = it->figures.period.first_day,
		                  .end_day = it->figures.period.end_day,
		                  .cut = it->cut->number,
		                  .cut_at = it->figures.cut,
		                  .digest = closed.digest };

	TRY(books_say_closed(task, &closed, &row.body));
	task_save(task, &period_table, &row);
	return books_say_applied(task, it->cut);
}

static enum status judge(struct close *it)
{
	struct task *const task = it->task;
	struct close_checklist checklist;
	struct period period;

	if (!period_parse(it->cut->period, &period))
		return task_fail(task, STATUS_REJECT, "shard_figured: no period");
	prepare(it, &period);
	const char *const lacking =
	    books_rates(task->arena, policies_rates(task), task->now, it->policy, &it->figures);
	const bool holds = close_check(task->arena, &it->figures, it->policy, &checklist);

	return holds
	           ? seal(it)
	           : books_say_refused(task, it->cut, reasons_of(task->arena, &checklist, lacking));
}

static const char *source_of(struct task *task, const Opsmesh__V1__ShardFigured *figured)
{
	return arena_printf(task->arena, "%s/%d", figured->stage, (int)figured->shard);
}

/* All answers, which are kept no longer. */
static enum status collect(struct task *task, const char *action, size_t count,
                           const Opsmesh__V1__ShardFigured **answers)
{
	struct closing_row row = { .action_id = action };
	struct task_cursor cursor;

	task_scan(task, &closing_table, &row, 1, &cursor);
	for (size_t i = 0; i < count && task_next(task, &cursor, &row); i++) {
		char reason[PROTO_REASON_SIZE];
		ProtobufCMessage *message;

		if (!proto_unpack(task->arena, &opsmesh__v1__shard_figured__descriptor, row.body,
		                  &message, reason))
			return task_fail(task, STATUS_FATAL, "close %s: an answer cannot be read",
			                 action);
		answers[i] = (const void *)message;
	}
	for (size_t i = 0; i < count; i++)
		task_remove(task, &closing_table,
		            &(struct closing_row){ .action_id = action,
		                                   .source = source_of(task, answers[i]) });
	return STATUS_OK;
}

static size_t count_answers(struct task *task, const char *action)
{
	struct closing_row row = { .action_id = action };
	struct task_cursor cursor;
	size_t count = 0;

	task_scan(task, &closing_table, &row, 1, &cursor);
	while (task_next(task, &cursor, &row))
		count++;
	return count;
}

enum status books_on_shard_figured(struct task *task, const Opsmesh__V1__ShardFigured *figured)
{
	const Opsmesh__V1__ShardFigured **answers;
	struct close close = { .task = task, .cut = figured->cut };

	if (figured->cut == NULL)
		return task_fail(task, STATUS_REJECT, "shard_figured: of no cut");
	const struct closing_row row = { .action_id = figured->cut->action_id,
		                         .source = source_of(task, figured),
		                         .body = proto_pack(task->arena, &figured->base) };

	task_save(task, &closing_table, &row);
	close.count = count_answers(task, row.action_id);
	if (close.count < answers_expected(task))
		return STATUS_OK;
	answers = arena_alloc(task->arena,
	                      close.count * sizeof(const struct Opsmesh__V1__ShardFigured *));
	TRY(collect(task, row.action_id, close.count, answers));
	close.answers = answers;
	return judge(&close);
}
