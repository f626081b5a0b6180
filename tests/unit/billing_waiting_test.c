/*
 * billing_waiting_test - money that waits is not lost when a newer state of its object comes.
 */
#include "services/billing-sync/mirror/waiting.h"

#include "common/base/text.h"
#include "tests/support/customer_fixture.h"
#include "tests/support/customer_story.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define TXN(id, type, source, amount)                                            \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount                     \
	",\"currency\":\"jpy\",\"created\":1777600100,\"source\":\"" source      \
	"\",\"exchange_rate\":null,\"status\":\"available\"}"
#define REFUND(status, more)                                                                      \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"" status                             \
	"\",\"charge\":\"ch_1\",\"currency\":\"jpy\",\"amount\":400,\"created\":1777600200," more \
	"}"
#define BACK TXN("txn_2", "refund", "re_1", "-400")
#define FAILED TXN("txn_3", "refund_failure", "re_1", "400")

/* The list. */

static const struct {
	const char *name;
	const char *states[3]; /* of one refund, by revision */
	const char *wait;      /* the revisions that do */
} lists[] = {
	{ "a newer state takes the place of one that tells no money",
	  { REFUND("pending", "\"balance_transaction\":\"txn_2\""),
	    REFUND("succeeded", "\"a\":1") },
	  "2" },
	{ "and of one whose transaction it tells itself",
	  { REFUND("succeeded", "\"balance_transaction\":" BACK),
	    REFUND("succeeded", "\"a\":1,\"balance_transaction\":" BACK) },
	  "2" },
	{ "it waits beside one whose transaction it only names",
	  { REFUND("succeeded", "\"balance_transaction\":" BACK),
	    REFUND("succeeded", "\"balance_transaction\":\"txn_2\"") },
	  "12" },
	{ "a third that tells it replaces both",
	  { REFUND("succeeded", "\"balance_transaction\":" BACK),
	    REFUND("succeeded", "\"balance_transaction\":\"txn_2\""),
	    REFUND("succeeded", "\"balance_transaction\":" BACK) },
	  "3" },
	{ "a third that tells the failure's alone leaves the first",
	  { REFUND("succeeded", "\"balance_transaction\":" BACK),
	    REFUND("succeeded", "\"balance_transaction\":\"txn_2\""),
	    REFUND("failed", "\"failure_balance_transaction\":" FAILED) },
	  "13" },
	{ "another amount of the same transaction is not the same",
	  { REFUND("succeeded", "\"balance_transaction\":" BACK),
	    REFUND("succeeded",
	           "\"balance_transaction\":" TXN("txn_2", "refund", "re_1", "-500")) },
	  "12" },
	{ "what cannot be read tells nothing", { "{", REFUND("succeeded", "\"a\":1") }, "2" },
};

/* In two orders: the newest first, and last. */
static void a_state_waits_as_long_as_it_alone_tells_of_money(void **state)
{
	struct arena *const arena = customer_stage.arena;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lists) * 2; i++) {
		Opsmesh__V1__MirroredList list = OPSMESH__V1__MIRRORED_LIST__INIT;
		const char *wait = "";

		for (size_t k = 0; k < COUNT_OF(lists[0].states); k++) {
			const size_t at = i % 2 == 0 ? k : COUNT_OF(lists[0].states) - 1 - k;
			const char *const json = lists[i / 2].states[at];
			Opsmesh__V1__ObjectMirrored *const made = arena_alloc(arena, sizeof(*made));

			if (json == NULL)
				continue;
			*made =
			    customer_mirrored("refund", "re_1", (int64_t)at + 1, "succeeded", json);
			waiting_put(arena, &list, made);
			waiting_put(arena, &list, made);
		}
		for (size_t k = 0; k < list.n_items; k++)
			wait =
			    arena_printf(arena, "%s%lld", wait, (long long)list.items[k]->revision);
		if (!text_equal(wait, lists[i / 2].wait))
			fail_msg("%s: %s wait", lists[i / 2].name, wait);
	}
}

/* In the books. */

#define CHARGE                                                                                    \
	"{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\"," \
	"\"captured\":true,\"currency\":\"jpy\",\"amount\":1000,\"amount_captured\":1000,"        \
	"\"created\":1777600000}"

static const struct customer_told replaced[] = {
	{ "charge", "ch_1", 1, "succeeded", CHARGE },
	{ "balance_transaction", "txn_1", 1, "available", TXN("txn_1", "charge", "ch_1", "1000") },
	{ "refund", "re_1", 1, "succeeded", REFUND("succeeded", "\"balance_transaction\":" BACK) },
	{ "refund", "re_1", 2, "succeeded",
	  REFUND("succeeded", "\"balance_transaction\":\"txn_2\"") },
};
static const struct customer_told failed[] = {
	{ "charge", "ch_1", 1, "succeeded", CHARGE },
	{ "balance_transaction", "txn_1", 1, "available", TXN("txn_1", "charge", "ch_1", "1000") },
	{ "refund", "re_1", 1, "succeeded", REFUND("succeeded", "\"balance_transaction\":" BACK) },
	{ "refund", "re_1", 2, "failed",
	  REFUND("failed",
	         "\"balance_transaction\":\"txn_2\",\"failure_balance_transaction\":" FAILED) },
};

static void a_refund_is_booked_whose_next_state_only_names_its_transaction(void **state)
{
	(void)state;
	customer_every_order(&(struct customer_story){
	    .states = replaced,
	    .count = COUNT_OF(replaced),
	    .tell = customer_tell,
	    .trial = "cash_in_transit JPY 600\nreceivable JPY -600\n",
	    .owed = "ch_1 JPY -600\n",
	    .cases = "",
	});
}

static void a_refund_that_fails_is_booked_both_ways(void **state)
{
	(void)state;
	customer_every_order(&(struct customer_story){
	    .states = failed,
	    .count = COUNT_OF(failed),
	    .tell = customer_tell,
	    .trial = "cash_in_transit JPY 1000\nreceivable JPY -1000\n",
	    .owed = "ch_1 JPY -1000\n",
	    .cases = "",
	});
}

/* At the charge. */

/* The revision of a refund that goes on to the customer; 0: nothing does. */
static int64_t forwarded(void)
{
	const ProtobufCMessage *message;

	while (stage_test_next(&customer_stage, &message) != NULL) {
		const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

		if (text_equal(event->mirrored->object_type, "refund"))
			return event->mirrored->revision;
	}
	return 0;
}

static void the_customer_hears_each_state_that_alone_tells_of_money(void **state)
{
	(void)state;
	for (size_t i = 2; i < COUNT_OF(replaced); i++)
		customer_feed_by_charge("refund", "re_1", replaced[i].revision, "succeeded",
		                        replaced[i].json);
	assert_int_equal(forwarded(), 0);
	customer_feed_by_charge("charge", customer_key, 1, "succeeded", CHARGE);
	assert_int_equal(forwarded(), 1);
	assert_int_equal(forwarded(), 2);
	assert_int_equal(forwarded(), 0);
}

/* More than can be read again at once: two of them are, in one row. */

#define LARGE ((size_t)600 << 10)

static const char *large(const char *id)
{
	char *const words = arena_alloc(customer_stage.arena, LARGE + 1);

	memset(words, 'x', LARGE);
	words[LARGE] = '\0';
	return arena_printf(customer_stage.arena,
	                    "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"succeeded\","
	                    "\"charge\":\"%s\",\"currency\":\"jpy\",\"amount\":400,"
	                    "\"created\":1777600200,\"balance_transaction\":" BACK ","
	                    "\"reason\":\"duplicate\",\"description\":\"%s\"}",
	                    id, customer_key, words);
}

/* The shard goes on: what is small still waits, and all that waits goes on when the charge comes. */
static void what_is_too_much_to_wait_for_a_charge_is_refused(void **state)
{
	(void)state;
	customer_feed_by_charge("refund", "re_1", 1, "succeeded", large("re_1"));
	customer_feed_by_charge("refund", "re_2", 2, "succeeded", large("re_2"));
	customer_feed_by_charge("refund", "re_3", 3, "succeeded", "{\"id\":\"re_3\"}");
	stage_test_restart(&customer_stage);
	customer_feed_by_charge("charge", customer_key, 1, "succeeded", CHARGE);
	assert_int_equal(forwarded(), 1);
	assert_int_equal(forwarded(), 3);
	assert_int_equal(forwarded(), 0);
}

static void what_is_too_much_to_wait_in_the_books_is_refused(void **state)
{
	const Opsmesh__V1__BillingEvent *event;

	(void)state;
	customer_feed("refund", "re_1", 1, "succeeded", large("re_1"));
	customer_feed("refund", "re_2", 1, "succeeded", large("re_2"));
	do
		event = customer_next();
	while (event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_REFUSED);
	assert_string_equal(event->object_refused->object_id, "re_2");
	assert_non_null(strstr(event->object_refused->reason, "more than is kept"));
	stage_test_restart(&customer_stage);
	customer_feed("refund", "re_2", 2, "succeeded", "{\"id\":\"re_2\"}");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_state_waits_as_long_as_it_alone_tells_of_money),
		CASE(a_refund_is_booked_whose_next_state_only_names_its_transaction),
		CASE(a_refund_that_fails_is_booked_both_ways),
		cmocka_unit_test_setup_teardown(
		    the_customer_hears_each_state_that_alone_tells_of_money, customer_start_charge,
		    customer_stop),
		cmocka_unit_test_setup_teardown(what_is_too_much_to_wait_for_a_charge_is_refused,
		                                customer_start_charge, customer_stop),
		CASE(what_is_too_much_to_wait_in_the_books_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
