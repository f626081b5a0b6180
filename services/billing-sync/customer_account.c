/*
 * Whose a customer is, as accounts declare it. The last to declare it has it; while others do too, that is a case,
 * which heals when they let it go.
 */
#include "services/billing-sync/customer.h"

#include "common/base/text.h"

#include <string.h>

#define CAUSE "account_contested"
#define RIVALS_MAX \
	32 /* accounts that are kept beside the one that has it: more than ever were wrong at once */

static enum status open(struct task *task, struct customer *it)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;

	return customer_open(task, event->customer_id, event->occurred_at, it);
}

/* Lists are texts of ids, each with a line feed behind it: the last one has come last. */

static size_t count_of(const char *list)
{
	size_t count = 0;

	for (const char *at = list; *at != '\0'; at++)
		count += *at == '\n';
	return count;
}

static const char *rivals_of(const struct customer *it)
{
	return it->row.rivals != NULL ? it->row.rivals : "";
}

static const char *last_of(struct arena *arena, const char *list)
{
	const char *last = list;

	for (const char *at = list; *at != '\0'; at += strcspn(at, "\n") + 1)
		last = at;
	return arena_text(arena, last, strcspn(last, "\n"));
}

/* True: the list held the id, and is now without it. */
static bool drop(struct arena *arena, const char **list, const char *id)
{
	const char *rest = "";
	const char *one;

	for (const char *at = *list; *at != '\0'; at += strcspn(at, "\n") + 1) {
		one = arena_text(arena, at, strcspn(at, "\n"));
		if (!text_equal(one, id))
			rest = arena_printf(arena, "%s%s\n", rest, one);
	}
	const bool held = strlen(rest) != strlen(*list);

	*list = rest;
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
	const char *rivals = rivals_of(&it);
	const bool again = drop(task->arena, &rivals, linked->account_id);
	const bool contested = before != NULL && !text_equal(before, linked->account_id) &&
	                       count_of(rivals) < RIVALS_MAX;

	if (contested)
		rivals = arena_printf(task->arena, "%s%s\n", rivals, before);
	it.row.account_id = linked->account_id;
	it.row.rivals = *rivals != '\0' ? rivals : NULL;
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
	const char *rivals = rivals_of(&it);
	const char *gone = unlinked->account_id;

	if (text_equal(it.row.account_id, gone)) {
		gone = last_of(task->arena, rivals);
		it.row.account_id = *gone != '\0' ? gone : NULL;
	}
	const bool rival = drop(task->arena, &rivals, gone);

	it.row.rivals = *rivals != '\0' ? rivals : NULL;
	task_save(task, &customer_table, &it.row);
	return rival ? settle(&it, gone) : STATUS_OK;
}
