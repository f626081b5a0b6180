#include "services/billing-sync/customer/customer_mode.h"

#define CAUSE "mode_mixed"

static enum status observe(struct customer *it)
{
	const struct finding finding = {
		.cause = CAUSE,
		.root = it->row.customer_id,
		.evidence = { .object = it->row.test_object, .expected = 1, .found = 2 },
		.sentence =
		    arena_printf(it->task->arena,
		                 "%s is of test mode and %s of live mode, in one set of books.",
		                 it->row.test_object, it->row.live_object),
	};
	struct finding other = finding;

	other.evidence.object = it->row.live_object;
	TRY(customer_observe(it, &finding));
	return customer_observe(it, &other);
}

enum status customer_mode_seen(struct thing *thing)
{
	struct customer *const it = thing->customer;
	const json_t *const live = json_object_get(thing->object.value, "livemode");
	const char **const first = json_is_true(live) ? &it->row.live_object : &it->row.test_object;

	if (!json_is_boolean(live) || *first != NULL)
		return STATUS_OK;
	*first = thing->mirrored->object_id;
	task_save(it->task, &customer_table, &it->row);
	return it->row.live_object != NULL && it->row.test_object != NULL ? observe(it) : STATUS_OK;
}
