/*
 * Whose a customer is, as accounts declare it. The last to declare it has it; while others do too, that is a case,
 * which heals when they let it go.
 */
#include "common/base/listed.h"
#include "services/billing-sync/customer/customer.h"

#include "common/base/text.h"

#define CAUSE "account_contested"
#define RIVALS_MAX \
	32 /* accounts that are kept beside the one that has it: more than ever were wrong at once */

static enum status open(struct task *task, struct customer *it)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;

	return customer_open(task, event->customer_id, event->occurred_at, it);
}

/* The rivals are listed as they came: the last one has come last. */
static const char *last_of(struct arena *arena, const char *list)
{
	const char *last = NULL;
	const char *one;

	while ((one = listed_next(arena, &list)) != NULL)
		last = one;
	return last;
}

/* True: it was among the rivals, and no longer is. */
static bool drop(struct customer *it, const char *id)
{
	const bool held = id != NULL && listed_has(it->row.rivals, id);

	if (held)
		it->row.rivals = listed_without(it->task->arena, it->row.rivals, id);
	return held;
}

static enum status contest(struct customer *it, const char *rival)
{
	const struct finding finding = {
		.cause = CAUSE,
		.root = it->row.customer_id,
		.evidence = { .object = rival, .expected = 0, .found = 1 },
		.sentence = arena_printf(
		    it->task->arena,
		    "Account %s declares this customer too; it counts as %s's, which did so last.",
		    rival, it->row.account_id),
	};

	return customer_observe(it, &finding);
}

static enum status settle(struct customer *it, const char *rival)
{
	return customer_clear(it, CAUSE, it->row.customer_id, rival);
}

enum status customer_on_account_linked(struct task *task, const Opsmesh__V1__AccountLinked *linked)
{
	struct customer it;

	TRY(open(task, &it));
	const char *const before = it.row.account_id;
	const bool again = drop(&it, linked->account_id);
	const bool contested = before != NULL && !text_equal(before, linked->account_id) &&
	                       listed_count(it.row.rivals) < RIVALS_MAX;

	if (contested)
		it.row.rivals = listed_with(task->arena, it.row.rivals, before);
	it.row.account_id = linked->account_id;
	task_save(task, &customer_table, &it.row);
	if (contested)
		TRY(contest(&it, before));
	return again ? settle(&it, linked->account_id) : STATUS_OK;
}

/* Who declared it before has it again. */
enum status customer_on_account_unlinked(struct task *task,
                                         const Opsmesh__V1__AccountUnlinked *unlinked)
{
	struct customer it;

	TRY(open(task, &it));
	const char *gone = unlinked->account_id;

	if (text_equal(it.row.account_id, gone)) {
		gone = last_of(task->arena, it.row.rivals);
		it.row.account_id = gone;
	}
	const bool rival = drop(&it, gone);

	task_save(task, &customer_table, &it.row);
	return rival ? settle(&it, gone) : STATUS_OK;
}
