/*
 * vitals_test - what a service measures of its shards: those that are here, and that one is gone.
 */
#include "common/flow/vitals.h"
#include "tests/support/customer_fixture.h"

#include "common/base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static int looks;
static int losses;

static void look(const struct stage *stage, struct task *task)
{
	assert_string_equal(stage->name, "customer");
	assert_int_equal(task->shard_number, customer_stage.number);
	looks++;
}

static void lost(const struct stage *stage, int32_t shard)
{
	assert_string_equal(stage->name, "customer");
	assert_int_equal(shard, customer_stage.number);
	losses++;
}

static void look_once(struct vitals *vitals, int want_looks, int want_losses)
{
	vitals_look(vitals, (struct vitals_outages){ 0 });
	assert_int_equal(looks, want_looks);
	assert_int_equal(losses, want_losses);
}

/* A shard that is loaded anew, because the store was away, is still this instance's. */
static void a_shard_is_lost_once_and_only_to_another_instance(void **state)
{
	struct worker worker;
	struct slot *slot;

	(void)state;
	worker_init(&worker, &customer_stage.context, customer_stage.alone, 0, "one");
	slot = &worker.slots[customer_stage.number];
	struct vitals *const vitals =
	    vitals_create(&worker, "test", &(struct vitals_service){ NULL, look, lost });

	look_once(vitals, 0, 0);
	slot->state = SLOT_OWNED;
	slot->shard = customer_stage.shard;
	look_once(vitals, 1, 0);
	look_once(vitals, 2, 0);
	slot->state = SLOT_LOAD;
	look_once(vitals, 2, 0);
	slot->state = SLOT_ELSEWHERE;
	look_once(vitals, 2, 1);
	look_once(vitals, 2, 1);
	slot->state = SLOT_OWNED;
	look_once(vitals, 3, 1);
	slot->shard = NULL; /* the fixture's */
	slot->state = SLOT_ELSEWHERE;
	vitals_destroy(vitals);
	worker_finish(&worker);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_shard_is_lost_once_and_only_to_another_instance,
		                                customer_start, customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
