/*
 * billing_object_order_test - the stage `object` in all its shards: any order, any repetition, any cut.
 */
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/object_fixture.h"
#include "tests/support/order.h"

#include <string.h>

#define SEED 7
#define ORDERS 1000
#define CUTS 3

/* Orders. */

/* Two families of each kind, spread over the shards by their ids. */
static const struct provider_said events[] = {
	{ "evt_01", "customer.created", 1, "{'id':'cus_%d','object':'customer','name':'a'}", NULL },
	{ "evt_02", "customer.updated", 1, "{'id':'cus_%d','object':'customer','name':'b'}", NULL },
	{ "evt_03", "customer.deleted", 9, "{'id':'cus_%d','object':'customer','name':'b'}", NULL },
	{ "evt_04", "customer.updated", 8, "{'id':'cus_%d','object':'customer','name':'c'}", NULL },
	{ "evt_05", "charge.succeeded", 2,
	  "{'id':'ch_%d','object':'charge','status':'succeeded','customer':null,'currency':'jpy'}",
	  NULL },
	{ "evt_06", "charge.updated", 3,
	  "{'id':'ch_%d','object':'charge','status':'succeeded','customer':'cus_5','currency':'jpy'}",
	  "2019-12-03" },
	{ "evt_07", "charge.refunded", 3,
	  "{'id':'ch_%d','object':'charge','status':'succeeded','customer':'cus_5','currency':'jpy',"
	  "'amount_refunded':500,'balance_transaction':'txn_7'}",
	  NULL },
	{ "evt_08", "charge.refund.updated", 3,
	  "{'id':'re_%d','object':'refund','status':'pending','charge':'ch_5'}", NULL },
	{ "evt_09", "charge.refund.updated", 3,
	  "{'id':'re_%d','object':'refund','status':'failed','charge':'ch_5'}", NULL },
	{ "evt_10", "customer.subscription.updated", 4,
	  "{'id':'sub_%d','object':'subscription','status':'active','customer':'cus_5'}", NULL },
	{ "evt_11", "customer.subscription.deleted", 4,
	  "{'id':'sub_%d','object':'subscription','status':'canceled','customer':'cus_5'}", NULL },
	{ "evt_12", "customer.subscription.updated", 6,
	  "{'id':'sub_%d','object':'subscription','status':'active','customer':'cus_5'}", NULL },
	{ "evt_13", "price.updated", 6, "{'id':'price_%d','object':'price','unit_amount':5}",
	  NULL },
	{ NULL, "", 7, "{'id':'price_%d','object':'price','unit_amount':6}", NULL },
};
#define FAMILIES 4
#define SAID (COUNT_OF(events) * FAMILIES)

struct part {
	struct provider_said said;
	struct observed seen;
	int32_t shard;
};

static void make_parts(struct arena *arena, struct part parts[static SAID])
{
	for (size_t i = 0; i < SAID; i++) {
		const struct provider_said *const form = &events[i % COUNT_OF(events)];
		const int family = (int)(i / COUNT_OF(events));
		const char *const hole = strstr(form->object, "%d");

		parts[i].said = *form;
		parts[i].said.object = arena_printf(arena, "%.*s%d%s", (int)(hole - form->object),
		                                    form->object, family, hole + 2);
		parts[i].seen = provider_observe(arena, &parts[i].said);
		parts[i].shard =
		    hash_partition(parts[i].seen.object_id, strlen(parts[i].seen.object_id),
		                   STAGE_TEST_PARTITIONS);
	}
}

static const Opsmesh__V1__ObjectMirrored *mirrored_of(const struct fact *fact,
                                                      const ProtobufCMessage *message)
{
	const void *const event = message;

	if (fact->topic == OPS_BY_CHARGE)
		return ((const Opsmesh__V1__ByChargeEvent *)event)->mirrored;
	if (fact->topic == OPS_BY_SOURCE)
		return ((const Opsmesh__V1__BySourceEvent *)event)->mirrored;
	if (fact->topic == OPS_BY_PAYOUT)
		return ((const Opsmesh__V1__ByPayoutEvent *)event)->mirrored;
	return ((const Opsmesh__V1__ByCustomerEvent *)event)->mirrored;
}

/* The newest revision that was told of each object, its digest into the rows. */
static void listen(struct stage_test *test, struct provider_mirror *told, struct arena *arena)
{
	const ProtobufCMessage *message;
	const struct fact *fact;

	while ((fact = stage_test_next(test, &message)) != NULL) {
		uint8_t digest[DIGEST_SIZE];
		size_t at = 0;

		assert_false(fact->dead_letter);
		if (fact->topic == OPS_BILLING)
			continue;
		const Opsmesh__V1__ObjectMirrored *const it = mirrored_of(fact, message);

		if (it->revision == 0) /* it never stood */
			continue;
		while (at < told->count && strcmp(told->rows[at].object_id, it->object_id) != 0)
			at++;
		if (at == told->count)
			told->rows[told->count++] =
			    mirror_row(arena_string(arena, it->object_id), "");
		if (it->payload.len == 0) /* whose it is, and nothing more */
			continue;
		assert_true(it->revision >= told->rows[at].revision);
		if (told->rows[at].revision > 0)
			assert_true(it->revision <= told->rows[at].revision + 1);
		digest_sha256((struct bytes){ it->payload.data, it->payload.len }, digest);
		told->rows[at].revision = it->revision;
		told->rows[at].deleted = it->deleted;
		told->rows[at].digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	}
}

/* What stands and what was told last are what the mirror says of one order. */
static void check_part(struct stage_test *test, const struct part *part,
                       const struct provider_mirror *told, const struct provider_mirror *expected)
{
	const struct object_row *const twin =
	    provider_row(expected, part->seen.object_id, part->seen.object_type);
	struct object_row row = mirror_row(part->seen.object_id, part->seen.object_type);

	assert_true(stage_test_row(test, &object_table, &row));
	provider_same_row(&row, twin);
	for (size_t at = 0; at < told->count; at++) {
		if (!text_equal(told->rows[at].object_id, row.object_id))
			continue;
		if (told->rows[at].revision == 0)
			return;
		assert_string_equal(told->rows[at].digest, row.digest);
		assert_int_equal(told->rows[at].deleted, row.deleted);
		assert_int_equal(told->rows[at].revision, row.revision);
		return;
	}
	fail_msg("%s was told to nobody", row.object_id);
}

static void feed_some(struct stage_test *test, const struct part *part, struct chance *chance)
{
	for (int again = chance_of(chance, 200) ? 2 : 1; again > 0; again--)
		object_feed_payload(test, &part->said, part->seen.object_id, part->seen.object_type,
		                    provider_payload(test->arena, &part->said));
	if (chance_of(chance, 150))
		assert_int_equal(stage_test_fold(test, (size_t)chance_below(chance, CUTS),
		                                 TIME_OLDEST),
		                 STATUS_OK);
	if (chance_of(chance, 50))
		stage_test_restart(test);
}

static void run_order(struct arena *arena, const struct part *parts, struct chance *chance,
                      const struct provider_mirror *expected)
{
	static struct stage_test tests[STAGE_TEST_PARTITIONS];
	struct provider_mirror *const told = arena_zero(arena, sizeof(*told));
	size_t order[SAID];

	order_shuffle(chance, order, SAID);
	for (int n = 0; n < STAGE_TEST_PARTITIONS; n++)
		object_fixture_open(&tests[n], n);
	for (size_t i = 0; i < SAID; i++)
		feed_some(&tests[parts[order[i]].shard], &parts[order[i]], chance);
	for (int n = 0; n < STAGE_TEST_PARTITIONS; n++) {
		assert_int_equal(stage_test_fold(&tests[n], STAGE_TEST_ALL, object_now()),
		                 STATUS_OK);
		listen(&tests[n], told, arena);
	}
	for (size_t i = 0; i < SAID; i++)
		check_part(&tests[parts[i].shard], &parts[i], told, expected);
	for (int n = 0; n < STAGE_TEST_PARTITIONS; n++)
		stage_test_finish(&tests[n]);
}

static void families_over_several_shards_end_in_one_state(void **state)
{
	static struct part parts[SAID];
	static struct provider_mirror expected;
	struct arena *const arena = arena_create(65536);
	struct arena *const scratch = arena_create(65536);
	struct chance chance;

	(void)state;
	chance_seed(&chance, SEED);
	make_parts(arena, parts);
	for (size_t i = 0; i < SAID; i++)
		(void)provider_hear(&expected, &parts[i].seen);
	for (int i = 0; i < ORDERS; i++) {
		run_order(scratch, parts, &chance, &expected);
		arena_reset(scratch);
	}
	arena_destroy(scratch);
	arena_destroy(arena);
}

/* Cuts. */

static size_t say_all(bool one_by_one)
{
	object_feed("evt_1", "charge.succeeded", 1, "charge", "'status':'succeeded'");
	object_feed("evt_2", "charge.updated", 3, "charge",
	            "'status':'succeeded','customer':'cus_1','balance_transaction':'txn_1'");
	object_feed("evt_3", "charge.updated", 2, "charge",
	            "'status':'pending','customer':'cus_1'");
	object_feed("evt_4", "charge.updated", 2, "charge", "");
	object_feed("evt_5", "charge.updated", 2, "charge", "'quantity':-1");
	for (size_t i = 0; one_by_one && i < 5; i++) {
		assert_int_equal(stage_test_fold(&object_stage, 1, TIME_OLDEST), STATUS_OK);
		stage_test_restart(&object_stage);
	}
	object_fold();
	return stage_test_fact_count(&object_stage);
}

static void another_cut_says_the_same_bytes(void **state)
{
	struct bytes whole[16];
	const size_t count = say_all(false);
	struct arena *const kept = arena_create(65536);

	(void)state;
	assert_true(count > 4 && count <= COUNT_OF(whole));
	for (size_t i = 0; i < count; i++)
		whole[i] = arena_bytes(kept, stage_test_fact(&object_stage, i)->message);
	(void)object_fixture_stop(NULL);
	(void)object_fixture_start(NULL);
	assert_int_equal(say_all(true), count);
	for (size_t i = 0; i < count; i++)
		assert_true(bytes_equal(whole[i], stage_test_fact(&object_stage, i)->message));
	arena_destroy(kept);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(families_over_several_shards_end_in_one_state),
		TEST(another_cut_says_the_same_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
