/*
 * billing_giving_test - refunds and credit notes over all charges and invoices of the same money.
 */
#include "common/base/text.h"
#include "tests/support/chance.h"
#include "tests/support/giving_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* What is left after it. */
static int64_t approved(void)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	if (event->fact_case == FACT(ACTION_REFUSED))
		fail_msg("%s", event->action_refused->reason);
	assert_true(event->fact_case == FACT(REFUND_APPROVED) ||
	            event->fact_case == FACT(CREDIT_NOTE_APPROVED));
	giving_pass();
	return event->refund_approved->left->minor;
}

static void refused(const char *reason)
{
	const Opsmesh__V1__BillingEvent *const event = customer_next();

	assert_int_equal(event->fact_case, FACT(ACTION_REFUSED));
	if (!text_starts(event->action_refused->reason, reason))
		assert_string_equal(event->action_refused->reason, reason);
	giving_pass();
}

static void feed_twice(void)
{
	giving_invoice("in_1", 10000);
	giving_charge("ch_1", 1, "\"in_1\"", 10000, 0, 0);
	giving_charge("ch_2", 1, "\"in_1\"", 10000, 0, 3600);
}

static void a_second_charge_goes_back_beside_the_invoice(void **state)
{
	(void)state;
	feed_twice();
	giving_ask("a-1", "charge", "ch_2", 10000);
	assert_int_equal(approved(), 0);
	giving_ask("a-2", "invoice", "in_1", 4000);
	assert_int_equal(approved(), 6000);
	giving_ask("a-3", "charge", "ch_1", 6001);
	refused("too_much: 6000 JPY of 10000 JPY is left");
	giving_ask("a-4", "charge", "ch_1", 6000);
	assert_int_equal(approved(), 0);
	giving_ask("a-5", "invoice", "in_1", 1);
	refused("too_much: 0 JPY of 10000 JPY is left");
}

/* Whether the refund is made yet or not. */
static void when_the_first_goes_back_the_second_stands_behind_the_invoice(void **state)
{
	(void)state;
	feed_twice();
	giving_ask("a-1", "charge", "ch_1", 10000);
	assert_int_equal(approved(), 0);
	giving_ask("a-2", "invoice", "in_1", 3000);
	assert_int_equal(approved(), 7000);
	giving_ask("a-3", "charge", "ch_2", 7001);
	refused("too_much: 7000 JPY of 10000 JPY is left");
	giving_refund("re_1", "ch_1", 10000, "a-1");
	giving_charge("ch_1", 2, "\"in_1\"", 10000, 10000, 0);
	giving_ask("a-4", "charge", "ch_2", 7001);
	refused("too_much: 7000 JPY of 10000 JPY is left");
	giving_ask("a-5", "charge", "ch_2", 7000);
	assert_int_equal(approved(), 0);
	giving_ask("a-6", "invoice", "in_1", 1);
	refused("too_much: 0 JPY of 10000 JPY is left");
}

static void credit_notes_of_all_invoices_leave_less_of_their_charge(void **state)
{
	(void)state;
	giving_both();
	giving_ask("a-1", "invoice", "in_2", 4000);
	assert_int_equal(approved(), 0);
	stage_test_restart(&customer_stage);
	giving_ask("a-2", "charge", "ch_1", 10001);
	refused("too_much: 10000 JPY of 14000 JPY is left");
	giving_note("cn_1", "in_2", 4000, "a-1");
	giving_ask("a-3", "charge", "ch_1", 10000);
	assert_int_equal(approved(), 0);
	giving_ask("a-4", "invoice", "in_1", 1);
	refused("too_much: 0 JPY of 10000 JPY is left");
}

/* Nobody says of which invoice a refund is: who comes first has it. */
static void a_refund_leaves_less_of_all_invoices_of_its_charge(void **state)
{
	(void)state;
	giving_both();
	giving_ask("a-1", "charge", "ch_1", 3000);
	assert_int_equal(approved(), 11000);
	giving_ask("a-2", "invoice", "in_2", 4001);
	refused("too_much: 4000 JPY of 4000 JPY is left");
	giving_ask("a-3", "invoice", "in_1", 8000);
	assert_int_equal(approved(), 2000);
	giving_ask("a-4", "invoice", "in_2", 3001);
	refused("too_much: 3000 JPY of 4000 JPY is left");
	giving_ask("a-5", "charge", "ch_1", 3001);
	refused("too_much: 3000 JPY of 14000 JPY is left");
	giving_ask("a-6", "charge", "ch_1", 2999);
	assert_int_equal(approved(), 1);
	giving_ask("a-7", "invoice", "in_2", 2);
	refused("too_much: 1 JPY of 4000 JPY is left");
}

static void a_dispute_holds_what_its_charge_pays_and_nothing_else(void **state)
{
	(void)state;
	giving_both();
	giving_charge("ch_2", 1, "\"in_2\"", 4000, 0, 3600);
	giving_dispute("dp_1", "ch_2", 1, "needs_response", 100);
	giving_ask("a-1", "invoice", "in_2", 100);
	assert_int_equal(approved(), 3900);
	giving_charge("ch_3", 1, "\"in_3\"", 500, 0, 3600);
	giving_invoice("in_3", 500);
	giving_dispute("dp_2", "ch_1", 1, "needs_response", 100);
	giving_ask("a-2", "invoice", "in_1", 100);
	refused("disputed");
	giving_ask("a-3", "invoice", "in_2", 100);
	refused("disputed");
	giving_ask("a-4", "invoice", "in_3", 100);
	assert_int_equal(approved(), 400);
}

static void a_charge_that_says_it_is_disputed_waits_for_its_dispute(void **state)
{
	(void)state;
	customer_feed("charge", "ch_1", 1, "succeeded",
	              "{\"id\":\"ch_1\",\"object\":\"charge\",\"status\":\"succeeded\","
	              "\"amount\":10000,\"amount_captured\":10000,\"amount_refunded\":0,"
	              "\"currency\":\"jpy\",\"created\":1728000000,\"disputed\":true}");
	giving_pass();
	giving_ask("a-1", "charge", "ch_1", 100);
	refused("disputed: the charge says that it is disputed");
	giving_dispute("dp_1", "ch_1", 1, "needs_response", 100);
	giving_ask("a-2", "charge", "ch_1", 100);
	refused("disputed: a dispute of the charge is open");
	giving_dispute("dp_1", "ch_1", 2, "won", 100);
	giving_ask("a-3", "charge", "ch_1", 100);
	assert_int_equal(approved(), 9900);
}

/* What it took of the charge's own currency nobody can say: nothing may be left. */
static void a_dispute_that_was_lost_in_another_currency_leaves_nothing(void **state)
{
	(void)state;
	giving_charge("ch_1", 1, "null", 10000, 0, 0);
	customer_feed("dispute", "dp_1", 1, "lost",
	              "{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"lost\","
	              "\"amount\":100,\"currency\":\"usd\",\"charge\":\"ch_1\"}");
	giving_pass();
	giving_ask("a-1", "charge", "ch_1", 1);
	refused("too_much: 0 JPY of 10000 JPY is left");
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
		                 i, (long long)GIVING_DAY, giving_lines("false", 7000)));
	giving_charge("ch_1", 1, "null", 2000, 0, 0);
	giving_payment("inpay_1", "in_1", "ch_1", 1000);
	giving_payment("inpay_2", "in_2", "ch_1", 1000);
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
	giving_invoice("in_1", 10000);
	for (int i = 0; i < 33; i++)
		giving_charge(arena_printf(customer_stage.arena, "ch_%d", i), 1, "\"in_1\"", 300, 0,
		              i);
	giving_ask("a-1", "invoice", "in_1", 1);
	refused("too_many");
	giving_ask("a-2", "charge", "ch_0", 1);
	refused("too_many");
}

/* Its lines are cut, so that nobody can say what of it is earned when; but it was issued over so much. */
static void an_invoice_whose_lines_are_cut_is_credited_by_its_total(void **state)
{
	(void)state;
	giving_invoice_as("in_1", 1, "draft", 10000, "true");
	giving_ask("a-1", "invoice", "in_1", 1);
	refused("unknown");
	giving_invoice_as("in_1", 2, "open", 10000, "true");
	giving_ask("a-2", "invoice", "in_1", 10001);
	refused("too_much: 10000 JPY of 10000 JPY is left");
	giving_ask("a-3", "invoice", "in_1", 6000);
	assert_int_equal(approved(), 4000);
	giving_invoice_as("in_1", 3, "open", 10000, "false");
	giving_ask("a-4", "invoice", "in_1", 4000);
	assert_int_equal(approved(), 0);
	giving_invoice_as("in_1", 4, "void", 10000, "true");
	giving_ask("a-5", "invoice", "in_1", 2);
	refused("unknown");
}

/*
 * Histories: two charges of the first invoice, of which the first pays the second one as well. Banks dispute, win and
 * lose. Who executes what is approved looks first whether it has lapsed.
 */

#define HISTORIES 150
#define STEPS 40
#define GIFTS_MAX (STEPS + 1)
#define PLACES 4
#define CHARGES 2  /* the first of the places */
#define DISPUTES 2 /* of each charge */

struct gift {
	const char *action;
	size_t place;
	int amount;
	bool made;
};

struct quarrel {
	const char *status; /* NULL: there is none */
	int amount;
};

struct world {
	struct chance chance;
	struct gift gifts[GIFTS_MAX];
	int count;
	struct quarrel quarrels[CHARGES][DISPUTES];
	int64_t refunded[CHARGES];
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

static bool is_open(const struct gift *gift)
{
	return !gift->made && strstr(giving_lapsed, arena_printf(customer_stage.arena, " %s ",
	                                                         gift->action)) == NULL;
}

static void world_asks(struct world *world)
{
	const size_t place = (size_t)chance_below(&world->chance, PLACES);
	struct gift *const gift = &world->gifts[world->count];

	*gift = (struct gift){ .action = arena_printf(customer_stage.arena, "a-%lld",
		                                      (long long)++world->revision),
		               .place = place,
		               .amount = chance_between(&world->chance, 1, 8) * 1000 };
	giving_ask(gift->action, places[place].type, places[place].id, gift->amount);
	world->count += customer_next()->fact_case != FACT(ACTION_REFUSED);
	giving_pass();
}

static void world_makes(struct world *world)
{
	const int which = world->count > 0 ? chance_below(&world->chance, world->count) : 0;
	struct gift *const gift = &world->gifts[which];
	const char *const made = arena_printf(customer_stage.arena, "made_%d", which);

	if (world->count == 0 || !is_open(gift))
		return;
	gift->made = true;
	if (gift->place >= CHARGES) {
		giving_note(made, places[gift->place].id, gift->amount, gift->action);
		return;
	}
	world->refunded[gift->place] += gift->amount;
	giving_refund(made, places[gift->place].id, gift->amount, gift->action);
	giving_charge(places[gift->place].id, ++world->revision,
	              gift->place == 0 ? "null" : "\"in_1\"", (int)places[gift->place].most,
	              (int)world->refunded[gift->place], gift->place == 0 ? 0 : 3600);
}

/* Any state of it may be the first that comes. */
static void world_disputes(struct world *world)
{
	static const char *const statuses[] = { "needs_response", "under_review", "won", "lost" };
	const int charge = chance_below(&world->chance, CHARGES);
	const int which = chance_below(&world->chance, DISPUTES);
	struct quarrel *const quarrel = &world->quarrels[charge][which];

	if (quarrel->status == NULL)
		quarrel->amount = chance_between(&world->chance, 1, 10) * 1000;
	quarrel->status = statuses[chance_below(&world->chance, COUNT_OF(statuses))];
	giving_dispute(arena_printf(customer_stage.arena, "dp_%d_%d", charge, which),
	               places[charge].id, ++world->revision, quarrel->status, quarrel->amount);
}

/* Made, or open as well. */
static int64_t given(const struct world *world, size_t place, bool open)
{
	int64_t sum = 0;

	for (int i = 0; i < world->count; i++)
		if (world->gifts[i].place == place &&
		    (world->gifts[i].made || (open && is_open(&world->gifts[i]))))
			sum += world->gifts[i].amount;
	return sum;
}

/* Nothing while a dispute is open. */
static int64_t left(const struct world *world, size_t charge)
{
	int64_t sum = places[charge].most - given(world, charge, true);

	for (size_t i = 0; i < DISPUTES; i++) {
		const struct quarrel *const quarrel = &world->quarrels[charge][i];

		if (quarrel->status == NULL || text_equal(quarrel->status, "won"))
			continue;
		if (!text_equal(quarrel->status, "lost"))
			return 0;
		sum -= quarrel->amount;
	}
	return sum;
}

static bool is_disputed(const struct world *world, size_t charge)
{
	for (size_t i = 0; i < DISPUTES; i++)
		if (world->quarrels[charge][i].status != NULL &&
		    !text_among((const char *const[]){ "won", "lost", NULL },
		                world->quarrels[charge][i].status))
			return true;
	return false;
}

/* What is behind that of which something is open: for it, and for all that it has given. */
static bool is_covered(const struct world *world, size_t place)
{
	const int64_t first = left(world, 0) > 0 ? left(world, 0) : 0;
	const int64_t second = left(world, 1) > 0 ? left(world, 1) : 0;

	if (given(world, place, true) == given(world, place, false))
		return true;
	if (given(world, place, true) > places[place].most)
		return false;
	if (place < CHARGES)
		return !is_disputed(world, place) && left(world, place) >= 0;
	return given(world, place, true) <= first + (place == 2 ? second : 0);
}

/* All that is approved could be made, and nothing would go twice; without disputes nothing ever has. */
static void check_world(const struct world *world, uint64_t seed, bool disputes)
{
	int64_t sum = 0;

	for (size_t i = 0; i < PLACES; i++) {
		sum += given(world, i, true);
		if (!is_covered(world, i))
			fail_msg("seed %llu: %s gave %lld, and may give %lld",
			         (unsigned long long)seed, places[i].id,
			         (long long)given(world, i, false),
			         (long long)given(world, i, true));
	}
	if (!disputes && sum > 24000)
		fail_msg("seed %llu: %lld of 24000 went back", (unsigned long long)seed,
		         (long long)sum);
}

static void play(struct world *world, uint64_t seed, bool disputes)
{
	giving_both();
	giving_charge("ch_2", 1, "\"in_1\"", 10000, 0, 3600);
	for (int step = 0; step < STEPS; step++) {
		if (chance_of(&world->chance, 600))
			world_asks(world);
		else if (disputes && chance_of(&world->chance, 300))
			world_disputes(world);
		else
			world_makes(world);
		check_world(world, seed, disputes);
	}
}

static void nothing_goes_back_twice_over_charges_and_invoices(void **state)
{
	int64_t most = 0;
	int lapsed = 0;

	for (uint64_t seed = 1; seed <= 2 * HISTORIES; seed++) {
		struct world world = { .revision = 1 };
		int64_t sum = 0;

		assert_int_equal(customer_stop(state), 0);
		assert_int_equal(giving_start(state), 0);
		chance_seed(&world.chance, seed);
		play(&world, seed, seed > HISTORIES);
		for (size_t i = 0; i < PLACES; i++)
			sum += given(&world, i, true);
		most = sum > most ? sum : most;
		lapsed += !text_equal(giving_lapsed, " ");
	}
	assert_true(most > 22000);
	assert_true(lapsed > HISTORIES / 2);
}

int main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, giving_start, customer_stop)
	const struct CMUnitTest tests[] = {
		CASE(a_second_charge_goes_back_beside_the_invoice),
		CASE(when_the_first_goes_back_the_second_stands_behind_the_invoice),
		CASE(credit_notes_of_all_invoices_leave_less_of_their_charge),
		CASE(a_refund_leaves_less_of_all_invoices_of_its_charge),
		CASE(a_dispute_holds_what_its_charge_pays_and_nothing_else),
		CASE(a_charge_that_says_it_is_disputed_waits_for_its_dispute),
		CASE(a_dispute_that_was_lost_in_another_currency_leaves_nothing),
		CASE(a_dispute_holds_the_dunning_of_all_invoices_of_its_charge),
		CASE(what_hangs_together_is_bounded),
		CASE(an_invoice_whose_lines_are_cut_is_credited_by_its_total),
		CASE(nothing_goes_back_twice_over_charges_and_invoices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
