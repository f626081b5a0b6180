/*
 * model_bank - the model company's balance at the payment provider: what each week brought in a currency is paid out in
 * the next, to the unit. Some payouts come back and are paid with the next ones, and of a few the amount is wrong.
 */
#include "tests/support/model_inside.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <inttypes.h>

#define DAY_S (24 * 3600)
#define WEEK_S (7 * DAY_S)
#define PAID_AFTER_S DAY_S /* the week */
#define ARRIVES_AFTER_S (2 * DAY_S)
#define FAILS_AFTER_S (4 * DAY_S)
#define WEEKS_PAID (MODEL_WEEKS - 1)
#define WEEKLY_FEE 700

const char *const model_settled[MODEL_SETTLED_MAX + 1] = {
	"USD", "JPY", "ISK", "HUF", "TWD", NULL
};

static const struct {
	const char *word;
	int64_t scale; /* the provider's units in one minor unit */
} settled[MODEL_SETTLED_MAX] = {
	{ "usd", 1 }, { "jpy", 1 }, { "isk", 100 }, { "huf", 1 }, { "twd", 1 },
};

static size_t settled_of(const char *word)
{
	size_t at = 0;

	while (!text_equal(settled[at].word, word)) {
		at++;
		CHECK(at < MODEL_SETTLED_MAX);
	}
	return at;
}

int model_week(int64_t created_s)
{
	return (int)((created_s - MODEL_START_S) / WEEK_S);
}

const char *model_payout_id(struct arena *arena, uint64_t seed, const char *currency,
                            int64_t created_s)
{
	const int week = model_week(created_s);

	return week < WEEKS_PAID ? arena_printf(arena, "po_m%" PRIx64 "x%s%d", seed, currency, week)
	                         : NULL;
}

void model_say_move(struct life *life, const struct model_move *move, bool heavy)
{
	struct model_customer *const customer = life->customer;

	CHECK(customer->moved_count < MODEL_MOVED_MAX);
	customer->moved[customer->moved_count++] =
	    (struct model_moved){ .id = move->id,
		                  .settled = settled_of(move->currency),
		                  .net = move->amount - move->fee,
		                  .payout = move->payout,
		                  .week = model_week(move->created_s) };
	model_say(life, &(struct model_state){ .object_id = move->id,
	                                       .type = "balance_transaction",
	                                       .event_type = "",
	                                       .status = "available",
	                                       .created_s = move->created_s,
	                                       .object = model_move_body(life->arena, move),
	                                       .heavy = heavy });
}

/* A week of a currency. */

struct payout {
	struct life life; /* of nobody */
	struct model_payout *payout;
	size_t currency;
	int64_t created_s;
	int64_t amount; /* the provider's units */
};

static const char *body_of(const struct payout *it, const char *status)
{
	struct arena *const arena = it->life.arena;
	const bool failed = text_equal(status, "failed");

	return arena_printf(
	    arena,
	    "{\"id\":\"%s\",\"object\":\"payout\",\"amount\":%" PRId64
	    ",\"currency\":\"%s\",\"created\":%" PRId64 ",\"arrival_date\":%" PRId64
	    ",\"automatic\":true,\"livemode\":false,\"method\":\"standard\",\"type\":\"bank_account\","
	    "\"status\":\"%s\",\"balance_transaction\":\"%s_txn\",\"failure_balance_transaction\":%s,"
	    "\"reconciliation_status\":\"%s\"}",
	    it->payout->id, it->amount, settled[it->currency].word, it->created_s,
	    it->created_s + ARRIVES_AFTER_S, status, it->payout->id,
	    failed ? arena_printf(arena, "\"%s_back\"", it->payout->id) : "null",
	    text_equal(status, "pending") ? "in_progress" : "completed");
}

static void say(struct payout *it, const char *event, const char *status, int64_t after_s)
{
	model_say(&it->life, &(struct model_state){ .object_id = it->payout->id,
	                                            .type = "payout",
	                                            .event_type = event,
	                                            .status = status,
	                                            .created_s = it->created_s + after_s,
	                                            .object = body_of(it, status) });
}

/* Of the balance alone: it stands in the sums of its week, if it has one. */
static void move(struct payout *it, struct model_bank *bank, struct model_move move, bool paid)
{
	const int week = model_week(move.created_s);

	move.currency = settled[it->currency].word;
	if (paid)
		move.payout =
		    model_payout_id(it->life.arena, it->life.seed, move.currency, move.created_s);
	if (paid && week < MODEL_WEEKS) {
		bank->nets[it->currency][week] += move.amount - move.fee;
		bank->counts[it->currency][week]++;
	}
	bank->ends[it->currency] += move.amount - move.fee;
	it->life.customer->moved_count = 0; /* nobody asks for those of the bank */
	model_say_move(&it->life, &move, false);
}

static void book(struct payout *it, const char *account, int64_t amount)
{
	model_book(&it->life, account, model_settled[it->currency],
	           amount / settled[it->currency].scale);
}

static void fail(struct payout *it, struct model_bank *bank)
{
	say(it, "payout.failed", "failed", FAILS_AFTER_S);
	move(it, bank,
	     (struct model_move){ .id = arena_printf(it->life.arena, "%s_back", it->payout->id),
	                          .type = "payout_failure",
	                          .source = it->payout->id,
	                          .created_s = it->created_s + FAILS_AFTER_S,
	                          .amount = it->amount },
	     true);
}

static void pay(struct payout *it, struct model_bank *bank)
{
	say(it, "payout.created", "pending", 0);
	say(it, "payout.paid", "paid", ARRIVES_AFTER_S);
	move(it, bank,
	     (struct model_move){ .id = arena_printf(it->life.arena, "%s_txn", it->payout->id),
	                          .type = "payout",
	                          .source = it->payout->id,
	                          .payout = it->payout->id,
	                          .created_s = it->created_s,
	                          .amount = -it->amount },
	     false);
	if (it->payout->failed) {
		fail(it, bank);
		return;
	}
	book(it, "cash", it->amount);
	book(it, "cash_in_transit", -it->amount);
}

/* What the provider takes for itself. */
static void take_fee(struct payout *it, struct model_bank *bank, int week)
{
	const char *const word = settled[it->currency].word;

	move(it, bank,
	     (struct model_move){ .id = arena_printf(it->life.arena, "txn_m%" PRIx64 "x%s%d",
	                                             it->life.seed, word, week),
	                          .type = "stripe_fee",
	                          .created_s = MODEL_START_S + week * (int64_t)WEEK_S,
	                          .amount = -WEEKLY_FEE * settled[it->currency].scale },
	     true);
	book(it, "fees", WEEKLY_FEE * settled[it->currency].scale);
	book(it, "cash_in_transit", -WEEKLY_FEE * settled[it->currency].scale);
}

static void live_week(struct payout *it, struct model_bank *bank, int week)
{
	struct life *const life = &it->life;
	const int64_t step = 100 * settled[it->currency].scale;

	if (bank->counts[it->currency][week] == 0)
		return;
	take_fee(it, bank, week);
	if (week >= WEEKS_PAID || bank->nets[it->currency][week] == 0)
		return;
	CHECK(bank->payout_count < MODEL_PAYOUTS_MAX);
	it->payout = &bank->payouts[bank->payout_count++];
	*it->payout = (struct model_payout){
		.id = model_payout_id(life->arena, life->seed, settled[it->currency].word,
		                      MODEL_START_S + week * (int64_t)WEEK_S),
		.failed = chance_of(&life->chance, 60),
		.differs = chance_of(&life->chance, 30),
	};
	it->created_s = MODEL_START_S + (week + 1) * (int64_t)WEEK_S + PAID_AFTER_S;
	it->amount = bank->nets[it->currency][week] - (it->payout->differs ? step : 0);
	pay(it, bank);
}

/* As it is in the end: all that was paid out has arrived. */
static void state_balance(struct life *life, const struct model_bank *bank)
{
	const char *parts = "";

	for (size_t i = 0; i < MODEL_SETTLED_MAX; i++)
		parts =
		    arena_printf(life->arena, "%s%s{\"amount\":%" PRId64 ",\"currency\":\"%s\"}",
		                 parts, i > 0 ? "," : "", bank->ends[i], settled[i].word);
	model_say(life, &(struct model_state){
			    .object_id = "balance",
			    .type = "balance",
			    .event_type = "",
			    .status = "",
			    .created_s = MODEL_END_S,
			    .object = arena_printf(life->arena,
	                                           "{\"id\":\"balance\",\"object\":\"balance\","
	                                           "\"livemode\":false,\"pending\":[],"
	                                           "\"available\":[%s]}",
	                                           parts) });
}

void model_bank_add(struct model_bank *bank, const struct model_customer *customer)
{
	for (size_t i = 0; i < customer->moved_count; i++) {
		const struct model_moved *const moved = &customer->moved[i];

		bank->ends[moved->settled] += moved->net;
		if (moved->week >= MODEL_WEEKS)
			continue;
		bank->nets[moved->settled][moved->week] += moved->net;
		bank->counts[moved->settled][moved->week]++;
	}
}

void model_bank_tell(struct arena *arena, uint64_t seed, struct model_bank *bank)
{
	struct payout it = { .life = { .arena = arena, .seed = seed, .customer = &bank->told } };

	bank->told.id = "bank";
	bank->told.currency = "";
	chance_seed(&it.life.chance, seed);
	for (it.currency = 0; it.currency < MODEL_SETTLED_MAX; it.currency++)
		for (int week = 0; week < MODEL_WEEKS; week++)
			live_week(&it, bank, week);
	state_balance(&it.life, bank);
	for (size_t i = 0; i < MODEL_SETTLED_MAX; i++)
		bank->ends[i] /= settled[i].scale;
	model_let_stand(&bank->told);
}
