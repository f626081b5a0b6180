#include "services/billing-sync/entry/restated.h"

#include "common/base/text.h"
#include "services/billing-sync/entry/figure.h"

/* The latest generation, or the next where that was undone. */
struct generation {
	const char *id;
	struct journal journal; /* where it stands */
	bool stands;
	struct instant since; /* the one before was undone then */
};

static const char *id_of(struct task *task, const char *id, int number)
{
	return number == 1 ? id : arena_printf(task->arena, "%s/%d", id, number);
}

static const char *reversal_of(struct task *task, const char *id)
{
	return arena_printf(task->arena, "reversal/%s", id);
}

static enum status find(struct task *task, const char *id, struct generation *found)
{
	struct journal *const reversal = arena_alloc(task->arena, sizeof(*reversal));

	*found = (struct generation){ .since = TIME_MIN };
	for (int number = 1; number <= RESTATED_MAX; number++) {
		found->id = id_of(task, id, number);
		if (!entry_load(task, found->id, &found->journal))
			return STATUS_OK;
		if (!entry_load(task, reversal_of(task, found->id), reversal)) {
			found->stands = true;
			return STATUS_OK;
		}
		if (time_before(found->journal.at, reversal->at))
			found->since = reversal->at;
	}
	return task_refuse(task, "%s became another more than %d times", id, RESTATED_MAX);
}

void restated_need(struct task *task, const char *id)
{
	entry_need_lines(task, id);
	entry_need(task, reversal_of(task, id));
}

bool restated_load(struct task *task, const char *id, struct journal *journal)
{
	struct generation *const last = arena_alloc(task->arena, sizeof(*last));

	if (find(task, id, last) != STATUS_OK || !last->stands)
		return false;
	*journal = last->journal;
	return true;
}

bool restated_ended(struct task *task, const char *id)
{
	struct generation *const last = arena_alloc(task->arena, sizeof(*last));

	return find(task, id, last) == STATUS_OK && !last->stands && !text_equal(last->id, id);
}

static bool same_line(const struct journal_line *a, const struct journal_line *b)
{
	return a->account == b->account && text_equal(a->customer, b->customer) &&
	       text_equal(a->object, b->object) && a->amount.minor == b->amount.minor &&
	       text_equal(a->amount.currency, b->amount.currency);
}

static bool same_lines(const struct journal *a, const struct journal *b)
{
	size_t i = 0;

	while (i < a->count && i < b->count && same_line(&a->lines[i], &b->lines[i]))
		i++;
	return i == a->count && i == b->count;
}

static enum status reverse(struct task *task, const struct journal *standing, const char *cause,
                           struct instant at)
{
	struct journal undone = journal_reverse(task->arena, standing, cause, at, task->now);

	if (!journal_seal(&undone))
		return task_refuse(task, "%s cannot be undone: %s", standing->id,
		                   journal_fault_text(undone.fault));
	(void)figure_book(task, &undone);
	return STATUS_OK;
}

enum status restated_book(struct task *task, const struct journal *wanted, bool *booked)
{
	struct generation *const last = arena_alloc(task->arena, sizeof(*last));
	struct journal next = *wanted;

	*booked = false;
	TRY(find(task, wanted->id, last));
	if (last->stands ? same_lines(&last->journal, wanted) : wanted->count == 0)
		return STATUS_OK;
	*booked = true;
	if (last->stands) {
		TRY(reverse(task, &last->journal, wanted->cause, last->journal.at));
		TRY(find(task, wanted->id, last));
	}
	if (wanted->count == 0)
		return STATUS_OK;
	next.id = last->id;
	if (time_before(next.at, last->since))
		next.at = last->since;
	(void)figure_book(task, &next);
	return STATUS_OK;
}

enum status restated_undo(struct task *task, const char *id, const char *cause, struct instant at)
{
	struct generation *const last = arena_alloc(task->arena, sizeof(*last));

	TRY(find(task, id, last));
	return last->stands ? reverse(task, &last->journal, cause, at) : STATUS_OK;
}
