/*
 * billing_giving_test - refunds and credit notes over all charges and invoices of the same money.
 */
#include "common/base/text.h"
#include "tests/support/chance.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

#define CREATED (INT64_C(20000) * 86400) /* the fixture's day */

static const char *const finance[] = { "actions:approve", "actions:approve:finance", NULL };

static void pass_over(void)
{
	while (customer_heard() != NULL)
		continue;
}

static const char *list_of(const char *more, int amount)
{
	return arena_printf(customer_stage.arena,
	                    "\"lines\":{\"object\":\"list\",\"has_more\":%s,\"data\":["
	                    "{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":%d,"
	                    "\"currency\":\"jpy\",\"quantity\":1}]}",
	                    more, amount);
}

static void feed_invoice_as(const char *id, int64_t revision, const char *status, int amount,
                            const char *more)
{
	customer_feed("invoice", id, revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\","
	                           "\"status\":\"%s\",\"currency\":\"jpy\",\"created\":%lld,"
	                           "\"subtotal\":%d,\"total\":%d,\"amount_due\":%d,%s}",
	                           id, customer_key, status, (long long)CREATED, amount, amount,
	                           amount, list_of(more, amount)));
	pass_over();
}

static void feed_invoice(const char *id, int amount)
{
	feed_invoice_as(id, 1, "paid", amount, "false");
}

/* made: seconds after the day began. */
static void feed_charge(const char *id, int64_t revision, const char *invoice, int amount,
                        int refunded, int made)
{
	customer_feed("charge", id, revision, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"charge\","
	                           "\"status\":\"succeeded\",\"amount\":%d,"
	                           "\"amount_captured\":%d,\"amount_refunded\":%d,"
	                           "\"currency\":\"jpy\",\"invoice\":%s,\"created\":%lld}",
	                           id, amount, amount, refunded, invoice,
	                           (long long)CREATED + made));
	pass_over();
}

static void feed_payment(const char *id, const char *invoice, const char *charge, int amount)
{
	customer_feed("invoice_payment", id, 1, "paid",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"invoice_payment\","
	                           "\"invoice\":\"%s\",\"status\":\"paid\",\"currency\":\"jpy\","
	                           "\"amount_paid\":%d,\"payment\":{\"type\":\"charge\","
	                           "\"charge\":\"%s\"}}",
	                           id, invoice, amount, charge));
	pass_over();
}

static void feed_refund(const char *id, const char *charge, int amount, const char *action)
{
	customer_feed("refund", id, 1, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"succeeded\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"%s\","
	                           "\"created\":%lld,\"metadata\":{\"opsmesh_action\":\"%s\"}}",
	                           id, amount, charge, (long long)CREATED + 7200, action));
	pass_over();
}

static void feed_note(const char *id, const char *invoice, int amount, const char *action)
{
	customer_feed("credit_note", id, 1, "issued",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"credit_note\",\"invoice\":\"%s\","
	                           "\"status\":\"issued\",\"type\":\"post_payment\",\"total\":%d,"
	                           "\"out_of_band_amount\":%d,\"currency\":\"jpy\","
	                           "\"created\":%lld,\"metadata\":{\"opsmesh_action\":\"%s\"}}",
	                           id, invoice, amount, amount, (long long)CREATED, action));
	pass_over();
}

static void feed_dispute(const char *charge, const char *status)
{
	customer_feed("dispute", "dp_1", 1, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"%s\","
	                           "\"amount\":100,\"currency\":\"jpy\",\"charge\":\"%s\"}",
	                           status, charge));
	pass_over();
}

static void ask(const char *action, const char *type, const char *what, int amount)
{
	const char *const parameters[] = {
		"amount",   arena_printf(customer_stage.arena, "%d", amount),
		"currency", "JPY",
		"intent",   "duplicate_charge",
		NULL
	};

	customer_feed_action(&(struct customer_ask){
	    .action_id = action,
	    .word = "approve",
	    .kind = KIND(APPROVE),
	    .type = type,
	    .id = arena_printf(customer_stage.arena, "%s/%s/%s", type, customer_key, what),
	    .reason = "charged twice",
	    .parameters = parameters,
	    .scopes = finance,
	    .keyed = true });
}

/* What is left after it. */
static int64_t approved(void)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	if (event->fact_case == FACT(ACTION_REFUSED))
		fail_msg("%s", event->action_refused->reason);
	assert_true(event->fact_case == FACT(REFUND_APPROVED) ||
	            event->fact_case == FACT(CREDIT_NOTE_APPROVED));
	pass_over();
	return event->refund_approved->left->minor;
}

static void refused(const char *reason)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	if (!text_starts(event->action_refused->reason, reason))
		assert_string_equal(event->action_refused->reason, reason);
	pass_over();
}

static void feed_twice(void)
{
	feed_invoice("in_1", 10000);
	feed_charge("ch_1", 1, "\"in_1\"", 10000, 0, 0);
	feed_charge("ch_2", 1, "\"in_1\"", 10000, 0, 3600);
}

/* One charge for two invoices. */
static void feed_both(void)
{
	feed_invoice("in_1", 10000);
	feed_invoice("in_2", 4000);
	feed_charge("ch_1", 1, "null", 14000, 0, 0);
	feed_payment("inpay_1", "in_1", "ch_1", 10000);
	feed_payment("inpay_2", "in_2", "ch_1", 4000);
}

static void a_second_charge_goes_back_beside_the_invoice(void **state)
{
	(void)state;
	feed_twice();
	ask("a-1", "charge", "ch_2", 10000);
	assert_int_equal(approved(), 0);
	ask("a-2", "invoice", "in_1", 4000);
	assert_int_equal(approved(), 6000);
	ask("a-3", "charge", "ch_1", 6001);
	refused("too_much: 6000 of 10000 JPY is left");
	ask("a-4", "charge", "ch_1", 6000);
	assert_int_equal(approved(), 0);
	ask("a-5", "invoice", "in_1", 1);
	refused("too_much: 0 of 10000 JPY is left");
}

/* Whether the refund is made yet or not. */
static void when_the_first_goes_back_the_second_stands_behind_the_invoice(void **state)
{
	(void)state;
	feed_twice();
	ask("a-1", "charge", "ch_1", 10000);
	assert_int_equal(approved(), 0);
	ask("a-2", "invoice", "in_1", 3000);
	assert_int_equal(approved(), 7000);
	ask("a-3", "charge", "ch_2", 7001);
	refused("too_much: 7000 of 10000 JPY is left");
	feed_refund("re_1", "ch_1", 10000, "a-1");
	feed_charge("ch_1", 2, "\"in_1\"", 10000, 10000, 0);
	ask("a-4", "charge", "ch_2", 7001);
	refused("too_much: 7000 of 10000 JPY is left");
	ask("a-5", "charge", "ch_2", 7000);
	assert_int_equal(approved(), 0);
	ask("a-6", "invoice", "in_1", 1);
	refused("too_much: 0 of 10000 JPY is left");
}

static void credit_notes_of_all_invoices_leave_less_of_their_charge(void **state)
{
	(void)state;
	feed_both();
	ask("a-1", "invoice", "in_2", 4000);
	assert_int_equal(approved(), 0);
	stage_test_restart(&customer_stage);
	ask("a-2", "charge", "ch_1", 10001);
	refused("too_much: 10000 of 14000 JPY is left");
	feed_note("cn_1", "in_2", 4000, "a-1");
	ask("a-3", "charge", "ch_1", 10000);
	assert_int_equal(approved(), 0);
	ask("a-4", "invoice", "in_1", 1);
	refused("too_much: 0 of 10000 JPY is left");
}

/* Nobody says of which invoice a refund is: who comes first has it. */
static void a_refund_leaves_less_of_all_invoices_of_its_charge(void **state)
{
	(void)state;
	feed_both();
	ask("a-1", "charge", "ch_1", 3000);
	assert_int_equal(approved(), 11000);
	ask("a-2", "invoice", "in_2", 4001);
	refused("too_much: 4000 of 4000 JPY is left");
	ask("a-3", "invoice", "in_1", 8000);
	assert_int_equal(approved(), 2000);
	ask("a-4", "invoice", "in_2", 3001);
	refused("too_much: 3000 of 4000 JPY is left");
	ask("a-5", "charge", "ch_1", 3001);
	refused("too_much: 3000 of 14000 JPY is left");
	ask("a-6", "charge", "ch_1", 2999);
	assert_int_equal(approved(), 1);
	ask("a-7", "invoice", "in_2", 2);
	refused("too_much: 1 of 4000 JPY is left");
}

static void a_dispute_holds_what_its_charge_pays_and_nothing_else(void **state)
{
	(void)state;
	feed_both();
	feed_charge("ch_2", 1, "\"in_2\"", 4000, 0, 3600);
	feed_dispute("ch_2", "needs_response");
	ask("a-1", "invoice", "in_2", 100);
	assert_int_equal(approved(), 3900);
	feed_charge("ch_3", 1, "\"in_3\"", 500, 0, 3600);
	feed_invoice("in_3", 500);
	customer_feed("dispute", "dp_2", 1, "needs_response",
	              "{\"id\":\"dp_2\",\"object\":\"dispute\",\"status\":\"needs_response\","
	              "\"amount\":100,\"currency\":\"jpy\",\"charge\":\"ch_1\"}");
	pass_over();
	ask("a-2", "invoice", "in_1", 100);
	refused("disputed");
	ask("a-3", "invoice", "in_2", 100);
	refused("disputed");
	ask("a-4", "invoice", "in_3", 100);
	assert_int_equal(approved(), 400);
}

static void a_dispute_holds_the_dunning_of_all_invoices_of_its_charge(void **state)
{
	const Opsmesh__V1__BillingEvent *event;
	int held = 0;

	(void)state;
	for (int i = 1; i <= 2; i++)
		customer_feed(
		    "invoice", arena_printf(customer_stage.arena, "in_%d", i), 1, "open",
		    arena_printf(customer_stage.arena,
		                 "{\"id\":\"in_%d\",\"object\":\"invoice\",\"status\":\"open\","
		                 "\"currency\":\"jpy\",\"created\":%lld,\"total\":7000,"
		                 "\"amount_due\":7000,\"amount_paid\":0,"
		                 "\"amount_remaining\":7000,\"attempt_count\":1,%s}",
		                 i, (long long)CREATED, list_of("false", 7000)));
	feed_charge("ch_1", 1, "null", 2000, 0, 0);
	feed_payment("inpay_1", "in_1", "ch_1", 1000);
	feed_payment("inpay_2", "in_2", "ch_1", 1000);
	customer_feed("dispute", "dp_1", 1, "needs_response",
	              "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"needs_response\","
	              "\"amount\":100,\"currency\":\"jpy\",\"charge\":\"ch_1\"}");
	while ((event = customer_heard()) != NULL)
		held += event->fact_case == FACT(DUNNING_HELD);
	assert_int_equal(held, 2);
}

/* More charges and invoices hang together than can be looked at. */
static void what_hangs_together_is_bounded(void **state)
{
	(void)state;
	feed_invoice("in_1", 10000);
	for (int i = 0; i < 33; i++)
		feed_charge(arena_printf(customer_stage.arena, "ch_%d", i), 1, "\"in_1\"", 300, 0,
		            i);
	ask("a-1", "invoice", "in_1", 1);
	refused("too_many");
	ask("a-2", "charge", "ch_0", 1);
	refused("too_many");
}

/* Its lines are cut, so that nobody can say what of it is earned when; but it was issued over so much. */
static void an_invoice_whose_lines_are_cut_is_credited_by_its_total(void **state)
{
	(void)state;
	feed_invoice_as("in_1", 1, "draft", 10000, "true");
	ask("a-1", "invoice", "in_1", 1);
	refused("unknown");
	feed_invoice_as("in_1", 2, "open", 10000, "true");
	ask("a-2", "invoice", "in_1", 10001);
	refused("too_much: 10000 of 10000 JPY is left");
	ask("a-3", "invoice", "in_1", 6000);
	assert_int_equal(approved(), 4000);
	feed_invoice_as("in_1", 3, "open", 10000, "false");
	ask("a-4", "invoice", "in_1", 4000);
	assert_int_equal(approved(), 0);
	feed_invoice_as("in_1", 4, "void", 10000, "true");
	ask("a-5", "invoice", "in_1", 2);
	refused("unknown");
}

/* Histories: two charges of the first invoice, of which the first pays the second one as well. */

#define HISTORIES 150
#define STEPS 40
#define GIFTS_MAX (STEPS + 1)
#define PLACES 4

struct gift {
	const char *action;
	size_t place;
	int amount;
	bool made;
};

struct world {
	struct chance chance;
	struct gift gifts[GIFTS_MAX];
	int count;
	int64_t gave[PLACES];
	int64_t refunded[2];
	int64_t revision;
};

static const struct {
	const char *type;
	const char *id;
	int64_t most;
} places[PLACES] = { { "charge", "ch_1", 14000 },
	             { "charge", "ch_2", 10000 },
	             { "invoice", "in_1", 10000 },
	             { "invoice", "in_2", 4000 } };

static void world_asks(struct world *world)
{
	const size_t place = (size_t)chance_below(&world->chance, PLACES);
	struct gift *const gift = &world->gifts[world->count];

	*gift = (struct gift){ .action = arena_printf(customer_stage.arena, "a-%lld",
		                                      (long long)++world->revision),
		               .place = place,
		               .amount = chance_between(&world->chance, 1, 8) * 1000 };
	ask(gift->action, places[place].type, places[place].id, gift->amount);
	const bool given = customer_next()->fact_case != FACT(ACTION_REFUSED);

	pass_over();
	world->count += given;
	world->gave[place] += given ? gift->amount : 0;
}

static void world_makes(struct world *world)
{
	if (world->count == 0)
		return;
	const int which = chance_below(&world->chance, world->count);
	struct gift *const gift = &world->gifts[which];
	const char *const made = arena_printf(customer_stage.arena, "made_%d", which);

	if (gift->made)
		return;
	gift->made = true;
	if (gift->place >= 2) {
		feed_note(made, places[gift->place].id, gift->amount, gift->action);
		return;
	}
	world->refunded[gift->place] += gift->amount;
	feed_refund(made, places[gift->place].id, gift->amount, gift->action);
	feed_charge(places[gift->place].id, ++world->revision,
	            gift->place == 0 ? "null" : "\"in_1\"", (int)places[gift->place].most,
	            (int)world->refunded[gift->place], gift->place == 0 ? 0 : 3600);
}

static void check_world(const struct world *world, uint64_t seed)
{
	int64_t sum = 0;

	for (size_t i = 0; i < PLACES; i++) {
		sum += world->gave[i];
		if (world->gave[i] > places[i].most)
			fail_msg("seed %llu: %s gave %lld", (unsigned long long)seed, places[i].id,
			         (long long)world->gave[i]);
	}
	if (sum > 24000)
		fail_msg("seed %llu: %lld of 24000 went back", (unsigned long long)seed,
		         (long long)sum);
}

static void nothing_goes_back_twice_over_charges_and_invoices(void **state)
{
	int64_t most = 0;

	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct world world = { .revision = 1 };
		int64_t sum = 0;

		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(customer_start(state), 0);
		chance_seed(&world.chance, seed);
		feed_both();
		feed_charge("ch_2", 1, "\"in_1\"", 10000, 0, 3600);
		for (int step = 0; step < STEPS; step++) {
			if (chance_of(&world.chance, 600))
				world_asks(&world);
			else
				world_makes(&world);
			check_world(&world, seed);
		}
		for (size_t i = 0; i < PLACES; i++)
			sum += world.gave[i];
		most = sum > most ? sum : most;
	}
	assert_true(most > 22000);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, customer_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_second_charge_goes_back_beside_the_invoice),
		CASE(when_the_first_goes_back_the_second_stands_behind_the_invoice),
		CASE(credit_notes_of_all_invoices_leave_less_of_their_charge),
		CASE(a_refund_leaves_less_of_all_invoices_of_its_charge),
		CASE(a_dispute_holds_what_its_charge_pays_and_nothing_else),
		CASE(a_dispute_holds_the_dunning_of_all_invoices_of_its_charge),
		CASE(what_hangs_together_is_bounded),
		CASE(an_invoice_whose_lines_are_cut_is_credited_by_its_total),
		CASE(nothing_goes_back_twice_over_charges_and_invoices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
