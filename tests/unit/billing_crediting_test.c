/*
 * billing_crediting_test - credit notes and refunds of the same money: never one too many, whatever is heard first.
 */
#include "common/base/text.h"
#include "services/billing-sync/ledger/backing.h"
#include "services/billing-sync/refund/crediting.h"
#include "services/billing-sync/refund/refund_inside.h"
#include "tests/support/chance.h"
#include "tests/support/refund_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define HISTORIES 2500
#define STEPS 80
#define WAITING_MAX 256
#define GIFTS_MAX 40

/* An invoice of 10,000 that one charge paid whole. */
struct billed {
	struct crediting *invoice;
	struct refund_row *charge;
};

static struct billed billed(void)
{
	struct billed it = { .invoice = arena_zero(refund_arena, sizeof(*it.invoice)),
		             .charge = refund_charged("USD") };

	refund_on_charge(&it.invoice->book, (struct money){ REFUND_CHARGED, "USD" }, 0,
	                 refund_start_at);
	return it;
}

static struct refund_ask asked(const char *action, int64_t amount)
{
	return (struct refund_ask){ .action_id = action,
		                    .money = { amount, "USD" },
		                    .intent = "duplicate_charge",
		                    .roles = refund_finance,
		                    .at = time_add(refund_start_at, DAYS(1)),
		                    .keyed = true };
}

static const struct backing *backing_of(const struct billed *it)
{
	const int64_t back = refund_plus(refund_given(it->charge), refund_taken(it->charge));
	struct backing *const made = arena_zero(refund_arena, sizeof(*made));

	made->charge_count = made->invoice_count = 1;
	made->charges[0].money = it->charge->charged > back ? it->charge->charged - back : 0;
	made->charges[0].disputed = refund_disputed(it->charge);
	made->invoices[0] = (struct backing_invoice){ crediting_back(it->invoice),
		                                      crediting_linked(it->invoice, it->charge),
		                                      it->charge->charged };
	made->parts[0][0] = (struct backing_part){ .wants = it->charge->charged, .pays = true };
	return made;
}

static struct refund_elsewhere beside_notes(const struct billed *it)
{
	const struct backing *const backing = backing_of(it);

	return (struct refund_elsewhere){ .given = backing_gone(backing, 0),
		                          .disputed = backing_disputed(backing, 0) };
}

static struct refund_elsewhere beside_refunds(const struct billed *it)
{
	return (struct refund_elsewhere){ .given = backing_kept(backing_of(it), 0) };
}

static struct refund_answer ask_note(struct billed *it, const char *action, int64_t amount)
{
	struct refund_ask ask = asked(action, amount);

	ask.elsewhere = beside_notes(it);
	return refund_decide(refund_arena, &refund_book, &it->invoice->book, &ask);
}

static struct refund_answer ask_refund(struct billed *it, const char *action, int64_t amount)
{
	struct refund_ask ask = asked(action, amount);

	ask.elsewhere = beside_refunds(it);
	return refund_decide(refund_arena, &refund_book, it->charge, &ask);
}

/* It was made after all that was paid: refund "" is to the balance, or outside of the provider. */
static void hear_note(struct billed *it, const char *note, const char *action, int64_t amount,
                      enum refund_state state, const char *refund)
{
	const struct refund_news news = { .refund_id = note,
		                          .action_id = action,
		                          .amount = amount,
		                          .paid = amount,
		                          .state = state,
		                          .at = refund_start_at };

	crediting_on_note(it->invoice, &news, &refund, *refund != '\0' ? 1 : 0);
}

static void hear_refund(struct billed *it, const char *refund, const char *action, int64_t amount,
                        enum refund_state state)
{
	refund_on_made(it->charge, &(struct refund_news){ .refund_id = refund,
	                                                  .action_id = action,
	                                                  .amount = amount,
	                                                  .state = state,
	                                                  .at = refund_start_at });
}

static void a_credit_note_leaves_less_of_the_invoice_and_of_its_charge(void **state)
{
	struct billed it = billed();

	(void)state;
	assert_int_equal(ask_note(&it, "a-1", 6000).left, 4000);
	refund_assert_refused(ask_note(&it, "a-2", 4001), REFUND_TOO_MUCH, "amount");
	refund_assert_refused(ask_refund(&it, "a-3", 4001), REFUND_TOO_MUCH, "amount");
	hear_note(&it, "cn_1", "a-1", 6000, REFUND_SUCCEEDED, "");
	refund_assert_refused(ask_refund(&it, "a-3", 4001), REFUND_TOO_MUCH, "amount");
	assert_true(ask_refund(&it, "a-4", 4000).approved);
	refund_assert_refused(ask_note(&it, "a-5", 1), REFUND_TOO_MUCH, "amount");
	hear_note(&it, "cn_1", "a-1", 6000, REFUND_FAILED, "");
	assert_true(ask_note(&it, "a-6", 6000).approved);
}

/* Whichever of the two is heard first. */
static void a_refund_by_a_credit_note_counts_once(void **state)
{
	(void)state;
	for (int first = 0; first < 2; first++) {
		struct billed it = billed();

		assert_true(ask_note(&it, "a-1", 6000).approved);
		if (first == 0)
			hear_note(&it, "cn_1", "a-1", 6000, REFUND_SUCCEEDED, "re_1");
		else
			hear_refund(&it, "re_1", "", 6000, REFUND_PENDING);
		refund_assert_refused(ask_refund(&it, "a-2", 4001), REFUND_TOO_MUCH, "amount");
		refund_assert_refused(ask_note(&it, "a-2", 4001), REFUND_TOO_MUCH, "amount");
		if (first == 0)
			hear_refund(&it, "re_1", "", 6000, REFUND_SUCCEEDED);
		else
			hear_note(&it, "cn_1", "a-1", 6000, REFUND_SUCCEEDED, "re_1");
		refund_assert_refused(ask_refund(&it, "a-3", 4001), REFUND_TOO_MUCH, "amount");
		assert_true(ask_refund(&it, "a-4", 3000).approved);
		assert_true(ask_note(&it, "a-5", 1000).approved);
		refund_assert_refused(ask_note(&it, "a-6", 1), REFUND_TOO_MUCH, "amount");
	}
}

/* And no more of it than they gave. */
static void a_refund_that_two_credit_notes_name_counts_once(void **state)
{
	struct billed it = billed();

	(void)state;
	hear_refund(&it, "re_1", "", 6000, REFUND_SUCCEEDED);
	hear_note(&it, "cn_1", "", 4000, REFUND_SUCCEEDED, "re_1");
	assert_int_equal(crediting_linked(it.invoice, it.charge), 4000);
	assert_int_equal(beside_notes(&it).given, 2000);
	hear_note(&it, "cn_2", "", 2000, REFUND_SUCCEEDED, "re_1");
	assert_int_equal(crediting_linked(it.invoice, it.charge), 6000);
	hear_note(&it, "cn_3", "", 1000, REFUND_SUCCEEDED, "re_1");
	assert_int_equal(crediting_linked(it.invoice, it.charge), 6000);
	assert_int_equal(beside_refunds(&it).given, 1000);
}

/* So a state of the note that was overtaken is not missed. */
static void a_refund_that_a_credit_note_names_no_more_is_not_its_own(void **state)
{
	struct billed it = billed();

	(void)state;
	hear_refund(&it, "re_1", "", 4000, REFUND_SUCCEEDED);
	hear_note(&it, "cn_1", "", 4000, REFUND_SUCCEEDED, "re_1");
	hear_note(&it, "cn_1", "", 4000, REFUND_SUCCEEDED, "re_2");
	assert_int_equal(crediting_linked(it.invoice, it.charge), 0);
	hear_refund(&it, "re_2", "", 4000, REFUND_SUCCEEDED);
	assert_int_equal(crediting_linked(it.invoice, it.charge), 4000);
}

static void what_takes_off_an_unpaid_invoice_takes_nothing_off_the_charge(void **state)
{
	struct billed it = billed();
	const struct refund_news before = { .refund_id = "cn_1",
		                            .action_id = "",
		                            .amount = 3000,
		                            .state = REFUND_SUCCEEDED,
		                            .at = refund_start_at };

	(void)state;
	refund_on_charge(it.charge, (struct money){ 7000, "USD" }, 0, refund_start_at);
	crediting_on_note(it.invoice, &before, NULL, 0);
	assert_int_equal(crediting_back(it.invoice), 0);
	assert_true(ask_refund(&it, "a-1", 7000).approved);
	refund_assert_refused(ask_note(&it, "a-2", 1), REFUND_TOO_MUCH, "amount");
}

static void what_the_invoice_says_was_credited_counts_before_the_note_comes(void **state)
{
	struct billed it = billed();

	(void)state;
	it.invoice->book.said = 9000;
	refund_assert_refused(ask_note(&it, "a-1", 1001), REFUND_TOO_MUCH, "amount");
	hear_note(&it, "cn_1", "", 9000, REFUND_SUCCEEDED, "");
	assert_int_equal(ask_note(&it, "a-1", 1000).left, 0);
}

static void while_a_charge_is_disputed_nothing_is_credited(void **state)
{
	struct billed it = billed();

	(void)state;
	refund_on_dispute(it.charge, "dp_1", REFUND_DISPUTE_OPEN, 0);
	refund_assert_refused(ask_note(&it, "a-1", 1), REFUND_DISPUTED, "on.id");
	refund_on_dispute(it.charge, "dp_1", REFUND_DISPUTE_CLOSED, 4000);
	refund_assert_refused(ask_note(&it, "a-1", 6001), REFUND_TOO_MUCH, "amount");
	assert_true(ask_note(&it, "a-2", 6000).approved);
}

static void more_than_can_be_kept_closes_the_invoice(void **state)
{
	struct billed it = billed();

	(void)state;
	for (int i = 0; i <= CREDITING_CHARGES_MAX; i++)
		crediting_on_charge(it.invoice, arena_printf(refund_arena, "ch_%d", i));
	refund_assert_refused(ask_note(&it, "a-1", 1), REFUND_TOO_MANY, "on.id");
}

/* Bytes. */

static void bytes_come_back_and_cut_ones_are_refused(void **state)
{
	struct billed it = billed();
	struct crediting *const read = arena_zero(refund_arena, sizeof(*read));

	(void)state;
	crediting_on_charge(it.invoice, "ch_2");
	crediting_on_charge(it.invoice, "ch_1");
	crediting_on_charge(it.invoice, "ch_2");
	assert_true(ask_note(&it, "a-1", 100).approved);
	hear_note(&it, "cn_1", "a-1", 100, REFUND_SUCCEEDED, "re_1");
	const struct bytes bytes = crediting_encode(refund_arena, it.invoice);
	assert_true(crediting_decode(refund_arena, bytes, read));
	assert_int_equal(read->charge_count, 2);
	assert_string_equal(read->charges[0], "ch_1");
	assert_true(bytes_equal(bytes, crediting_encode(refund_arena, read)));
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(
		    crediting_decode(refund_arena, (struct bytes){ bytes.data, size }, read));
}

/* The promise. */

/* Something that was approved, and what became of it at the provider. */
struct gift {
	bool note;
	bool by_refund;
	int64_t amount;
	bool made;
	bool undone; /* a refund that failed, a credit note that was voided */
};

struct news {
	int gift;
	bool note; /* else its refund */
	enum refund_state state;
};

struct world {
	struct chance chance;
	struct billed it;
	int count;
	struct gift gifts[GIFTS_MAX];
	size_t waiting;
	struct news news[WAITING_MAX];
};

static void send_news(struct world *world, int gift, bool note, enum refund_state state)
{
	const int copies = chance_of(&world->chance, 200) ? 2 : 1;

	for (int i = 0; i < copies && world->waiting < WAITING_MAX; i++)
		world->news[world->waiting++] = (struct news){ gift, note, state };
}

/* No two of one amount, or what was made by hand would be taken for what was approved. */
static void world_asks(struct world *world)
{
	const bool note = chance_of(&world->chance, 500);
	const int64_t amount =
	    chance_between(&world->chance, 1, REFUND_CHARGED / GIFTS_MAX) * GIFTS_MAX -
	    world->count;
	const char *const action = arena_printf(refund_arena, "a-%d", world->count);
	const struct refund_answer answer =
	    note ? ask_note(&world->it, action, amount) : ask_refund(&world->it, action, amount);

	if (world->count == GIFTS_MAX - 1 || !answer.approved)
		return;
	world->gifts[world->count++] = (struct gift){
		.note = note, .by_refund = note && chance_of(&world->chance, 500), .amount = amount
	};
}

static void world_executes(struct world *world)
{
	const int which = world->count > 0 ? chance_below(&world->chance, world->count) : 0;
	struct gift *const gift = &world->gifts[which];

	if (world->count == 0 || gift->made)
		return;
	gift->made = true;
	if (gift->note)
		send_news(world, which, true, REFUND_SUCCEEDED);
	if (!gift->note || gift->by_refund)
		send_news(world, which, false, REFUND_PENDING);
}

/* A credit note by a refund stays. */
static void provider_moves(struct world *world)
{
	const int which = world->count > 0 ? chance_below(&world->chance, world->count) : 0;
	struct gift *const gift = &world->gifts[which];

	if (world->count == 0 || !gift->made || gift->undone || gift->by_refund)
		return;
	gift->undone = chance_of(&world->chance, 300);
	send_news(world, which, gift->note, gift->undone ? REFUND_FAILED : REFUND_SUCCEEDED);
}

static void world_hears(struct world *world)
{
	if (world->waiting == 0)
		return;
	const size_t at = (size_t)chance_below(&world->chance, (int)world->waiting);
	const struct news news = world->news[at];
	const struct gift *const gift = &world->gifts[news.gift];
	const char *const action = arena_printf(refund_arena, "a-%d", news.gift);
	const char *const refund = arena_printf(refund_arena, "re_%d", news.gift);

	world->news[at] = world->news[--world->waiting];
	if (news.note)
		hear_note(&world->it, arena_printf(refund_arena, "cn_%d", news.gift), action,
		          gift->amount, news.state, gift->by_refund ? refund : "");
	else
		hear_refund(&world->it, refund, gift->note ? "" : action, gift->amount, news.state);
}

static int64_t world_gave(const struct world *world)
{
	int64_t sum = 0;

	for (int i = 0; i < world->count; i++)
		sum += world->gifts[i].undone ? 0 : world->gifts[i].amount;
	return sum;
}

static void run_history(struct world *world, uint64_t seed, int64_t *most)
{
	static void (*const moves[])(struct world *) = { world_asks, world_executes, provider_moves,
		                                         world_hears };

	for (int step = 0; step < STEPS; step++) {
		moves[chance_below(&world->chance, COUNT_OF(moves))](world);
		const int64_t gave = world_gave(world);

		if (gave > REFUND_CHARGED)
			fail_msg("seed %llu: %lld of %d went back", (unsigned long long)seed,
			         (long long)gave, REFUND_CHARGED);
		*most = gave > *most ? gave : *most;
	}
	while (world->waiting > 0)
		world_hears(world);
}

/* When all is heard nothing is counted twice either. */
static void check_end(struct world *world)
{
	const struct refund_elsewhere refunds = beside_notes(&world->it);
	const struct refund_elsewhere notes = beside_refunds(&world->it);

	assert_int_equal(refund_left_beside(&world->it.invoice->book, &refunds),
	                 REFUND_CHARGED - world_gave(world));
	assert_int_equal(refund_left_beside(world->it.charge, &notes),
	                 REFUND_CHARGED - world_gave(world));
}

static void a_double_credit_note_is_impossible(void **state)
{
	int64_t most = 0;
	int gifts = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= HISTORIES; seed++) {
		struct world world = { .it = billed() };

		chance_seed(&world.chance, seed);
		run_history(&world, seed, &most);
		check_end(&world);
		gifts += world.count;
		arena_reset(refund_arena);
		refund_read_book();
	}
	assert_true(most > REFUND_CHARGED * 9 / 10);
	assert_true(gifts > HISTORIES * 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_credit_note_leaves_less_of_the_invoice_and_of_its_charge),
		cmocka_unit_test(a_refund_by_a_credit_note_counts_once),
		cmocka_unit_test(a_refund_that_two_credit_notes_name_counts_once),
		cmocka_unit_test(a_refund_that_a_credit_note_names_no_more_is_not_its_own),
		cmocka_unit_test(what_takes_off_an_unpaid_invoice_takes_nothing_off_the_charge),
		cmocka_unit_test(what_the_invoice_says_was_credited_counts_before_the_note_comes),
		cmocka_unit_test(while_a_charge_is_disputed_nothing_is_credited),
		cmocka_unit_test(more_than_can_be_kept_closes_the_invoice),
		cmocka_unit_test(bytes_come_back_and_cut_ones_are_refused),
		cmocka_unit_test(a_double_credit_note_is_impossible),
	};

	return cmocka_run_group_tests(tests, refund_start, refund_stop);
}
