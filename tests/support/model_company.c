#include "tests/support/model_inside.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/time.h"

#include <inttypes.h>
#include <string.h>

#define DAY_S (24 * 3600)
#define MONTHS 6
#define YEAR_MONTHS 12
#define STATES_MORE 32
#define BESIDE 100    /* where a second subscription's numbers begin */
#define BESIDE_DAYS 5 /* that its months begin after others */
#define LAGS 150 /* of a thousand changes of a plan: the month after is billed as the one before */

static const struct model_currency currencies[] = {
	{ "usd", "USD", 1, 1500, 1, "usd", "USD", 0, 1 },
	{ "eur", "EUR", 1, 1400, 1, "usd", "USD", 1080000, 1 },
	{ "jpy", "JPY", 1, 1500, 1, "jpy", "JPY", 0, 1 },
	{ "kwd", "KWD", 1, 4560, 10, "usd", "USD", 3250000, 10 },
	{ "isk", "ISK", 100, 210000, 100, "isk", "ISK", 0, 1 },
	{ "huf", "HUF", 1, 540000, 100, "huf", "HUF", 0, 1 },
	{ "twd", "TWD", 1, 48000, 100, "twd", "TWD", 0, 1 },
	{ "ugx", "UGX", 100, 5500000, 100, "usd", "USD", 270, 1 },
};
static const int currency_shares[] = { 500, 740, 880, 930, 955, 970, 985, 1000 };

/* The first of each month of 2026 and of the one after it, in days from the beginning. */
static const int month_days[YEAR_MONTHS + 1] = { 0,   31,  59,  90,  120, 151, 181,
	                                         212, 243, 273, 304, 334, 365 };

/* States and truth. */

void model_say(struct life *life, const struct model_state *state)
{
	struct model_customer *const customer = life->customer;

	if (customer->state_count == customer->state_room) {
		const size_t room = customer->state_room + STATES_MORE;
		struct model_state *const states = arena_alloc(life->arena, room * sizeof(*states));

		if (customer->state_count > 0)
			memcpy(states, customer->states, customer->state_count * sizeof(*states));
		customer->states = states;
		customer->state_room = room;
	}
	CHECK(customer->state_count < MODEL_STATES_MAX);
	customer->states[customer->state_count++] = *state;
}

void model_book(struct life *life, const char *account, const char *currency, int64_t minor)
{
	struct model_customer *const customer = life->customer;
	size_t at = 0;

	while (at < customer->sum_count && !(text_equal(customer->sums[at].account, account) &&
	                                     text_equal(customer->sums[at].currency, currency)))
		at++;
	if (at == customer->sum_count) {
		CHECK(customer->sum_count < MODEL_SUMS_MAX);
		customer->sums[customer->sum_count++] = (struct model_sum){ account, currency, 0 };
	}
	customer->sums[at].minor += minor;
}

void model_case_add(struct life *life, const char *cause, const char *object_id)
{
	struct model_customer *const customer = life->customer;

	CHECK(customer->case_count < MODEL_CASES_MAX);
	customer->cases[customer->case_count++] = (struct model_case){ cause, object_id };
}

void model_say_subscription(struct life *life, const char *event, int64_t at_s)
{
	life->changed_s = at_s;
	model_say(life, &(struct model_state){ .object_id = model_subscription_id(life),
	                                       .type = "subscription",
	                                       .event_type = event,
	                                       .status = life->status,
	                                       .created_s = at_s,
	                                       .object = model_subscription_body(life) });
}

void model_say_customer(struct life *life, const char *event, int64_t at_s)
{
	model_say(life,
	          &(struct model_state){ .object_id = life->customer->id,
	                                 .type = "customer",
	                                 .event_type = event,
	                                 .status = "",
	                                 .created_s = at_s,
	                                 .object = model_customer_body(life, MODEL_START_S) });
}

/* What is uploaded is true as of then; of the others the later one stands. */
static bool is_after(const struct model_state *state, const struct model_state *other)
{
	const bool uploaded = *state->event_type == '\0';

	if (uploaded != (*other->event_type == '\0'))
		return uploaded;
	return state->created_s >= other->created_s;
}

void model_let_stand(struct model_customer *customer)
{
	for (size_t i = 0; i < customer->state_count; i++) {
		struct model_state *const state = &customer->states[i];

		state->stands = true;
		for (size_t k = 0; k < i; k++) {
			struct model_state *const other = &customer->states[k];

			if (!other->stands || !text_equal(other->object_id, state->object_id))
				continue;
			state->stands = is_after(state, other);
			other->stands = !state->stands;
		}
	}
}

/* A life. */

static int64_t month_s(const struct life *life, int month)
{
	return MODEL_START_S + (int64_t)(life->anchor_days + month_days[month]) * DAY_S;
}

static void choose(struct life *life)
{
	const int share = chance_below(&life->chance, 1000);
	size_t which = 0;

	while (share >= currency_shares[which])
		which++;
	if (life->ample && text_equal(currencies[which].code, "UGX"))
		which--;
	life->currency = &currencies[which];
	life->seats = chance_between(&life->chance, 1, 20);
	life->yearly = chance_of(&life->chance, 120);
	life->unit = life->currency->unit * (life->yearly ? 10 : 1);
	life->taxed = chance_of(&life->chance, 300);
}

/* By what is taken off, and for how long: from the month in which it begins. */
static void choose_coupon(struct life *life, int month)
{
	static const int percents[] = { 10, 15, 25, 50 };
	struct model_coupon *const coupon = &life->coupon;
	const int last = month + chance_between(&life->chance, 1, 8);

	*coupon = (struct model_coupon){ .percent = 0 };
	if (!chance_of(&life->chance, 150))
		return;
	if (chance_of(&life->chance, 600))
		coupon->percent = percents[chance_below(&life->chance, COUNT_OF(percents))];
	else
		coupon->amount =
		    life->currency->unit / 3 / life->currency->step * life->currency->step;
	coupon->start_s = month_s(life, month);
	if (!chance_of(&life->chance, 300))
		coupon->end_s = month_s(life, last < YEAR_MONTHS ? last : YEAR_MONTHS);
}

static void enter_period(struct life *life, int month)
{
	life->period_start_s = month_s(life, month);
	life->period_end_s =
	    life->yearly ? life->period_start_s + INT64_C(365) * DAY_S : month_s(life, month + 1);
}

static void begin(struct life *life, int month, bool trial)
{
	life->subscription++;
	life->status = trial ? "trialing" : "active";
	enter_period(life, month);
	choose_coupon(life, month);
	life->trial_start_s = trial ? month_s(life, month) : 0;
	life->trial_end_s = trial ? month_s(life, month + 1) : 0;
	model_schedule_begin(life, month_s(life, month), month_s(life, month + 2),
	                     month_s(life, month + 3));
	model_contract_begin(life, month_s(life, month), month_s(life, month + 2),
	                     month_s(life, YEAR_MONTHS));
	model_say_subscription(life, "customer.subscription.created", month_s(life, month));
}

/* At the beginning of a month, before it is billed. */
static void change(struct life *life, int month)
{
	const bool seats = chance_of(&life->chance, 100);
	const bool turns = model_schedule_turns(life, month_s(life, month));
	const bool plan = (!life->yearly && chance_of(&life->chance, 40)) || turns;
	const bool paused = life->paused;

	if (!life->yearly || life->trial_end_s == month_s(life, month))
		enter_period(life, month);
	if (text_equal(life->status, "trialing"))
		life->status = "active";
	life->paused =
	    !life->yearly && !paused && chance_of(&life->chance, 40) && life->meter.kind == 0;
	if (seats)
		life->seats = chance_between(&life->chance, 1, 30);
	if (plan) {
		life->lag.on = !life->ample && !life->yearly && chance_of(&life->lag.chance, LAGS);
		life->lag.plan = life->plan;
		life->lag.unit = life->unit;
		life->plan++;
		life->unit += life->currency->step * 500;
	}
	model_schedule_move(life, month_s(life, month));
	model_say_subscription(life, "customer.subscription.updated", month_s(life, month) + 60);
}

/* Within the month: more seats or fewer, or a dearer plan; what it comes to is billed now, or next time. */
static void amend(struct life *life, int month)
{
	const int64_t at_s = month_s(life, month) + 19 * DAY_S + 5 * 3600;
	const struct life before = *life;

	if (life->yearly || life->beside || life->paused || life->pending_count > 0 ||
	    !text_equal(life->status, "active") || !chance_of(&life->chance, 50))
		return;
	if (chance_of(&life->chance, 300)) {
		life->plan++;
		life->unit += life->currency->step * 300;
	} else {
		life->seats += chance_of(&life->chance, 600) || life->seats < 3
		                   ? chance_between(&life->chance, 1, 6)
		                   : -chance_between(&life->chance, 1, 2);
	}
	model_say_subscription(life, "customer.subscription.updated", at_s);
	model_prorate(life, &before, at_s, chance_of(&life->chance, 500));
}

/* False: it is over. */
static bool may_leave(struct life *life, int month)
{
	if (!chance_of(&life->chance, 40) || (life->beside && month + 1 == MONTHS))
		return true;
	life->ending = true;
	model_say_subscription(life, "customer.subscription.updated",
	                       month_s(life, month) + 22 * DAY_S);
	if (chance_of(&life->chance, 200)) { /* thought better of it */
		life->ending = false;
		model_say_subscription(life, "customer.subscription.updated",
		                       month_s(life, month) + 24 * DAY_S);
		return true;
	}
	life->status = "canceled";
	model_say_subscription(life, "customer.subscription.deleted", month_s(life, month + 1));
	if (month + 1 < MONTHS)
		model_bill_rest(life, month_s(life, month + 1) + 120);
	return false;
}

static void live_month(struct life *life, int month, int begun)
{
	if (month > begun)
		change(life, month);
	const bool renews =
	    !life->yearly || month == begun || life->trial_end_s == month_s(life, month);

	if (text_equal(life->status, "trialing") || !renews)
		return;
	if (chance_of(&life->chance, 8) && !life->beside)
		model_give(life, model_in_steps(life, life->currency->unit, 1, 2),
		           month_s(life, month) + 100);
	if (life->paused)
		model_bill_nothing(life, month_s(life, month) + 120);
	else
		model_bill(life, month_s(life, month) + 120);
}

static bool is_over(const struct life *life)
{
	return text_equal(life->status, "canceled");
}

static void live(struct life *life)
{
	int begun = chance_below(&life->chance, 3);

	begin(life, begun, chance_of(&life->chance, 200));
	for (int month = begun; month < MONTHS; month++) {
		if (is_over(life)) {
			model_schedule_end(life, month_s(life, month));
			if (!chance_of(&life->chance, 300))
				return;
			life->paused = life->ending = false;
			life->pending_count = 0;
			begun = month;
			begin(life, month, false);
		}
		live_month(life, month, begun);
		if (text_equal(life->status, "past_due") || text_equal(life->status, "unpaid"))
			return;
		if (!is_over(life)) {
			model_meter_use(life, month_s(life, month), month_s(life, month + 1));
			amend(life, month);
			(void)may_leave(life, month);
		}
	}
}

/* People. */

static void report(struct life *life, const char *kind, int person, int64_t at_s)
{
	const char *const id =
	    arena_printf(life->arena, "use_%s_%s_%d", life->customer->id, kind, person);
	char at[TIME_TEXT_SIZE];

	time_format((struct instant){ SECONDS(at_s).us }, at);
	model_say(life, &(struct model_state){
			    .object_id = id,
			    .type = MODEL_USAGE,
			    .event_type = "",
			    .status = "",
			    .created_s = at_s,
			    .object = arena_printf(
				life->arena,
				"{\"source\":\"product\",\"id\":\"%s\",\"kind\":\"%s\","
				"\"customer\":\"%s\",\"item\":\"%s\",\"subject\":\"person_%d\","
				"\"at\":\"%s\"}",
				id, kind, life->customer->id,
				model_id(life, "si", life->subscription), person, at) });
}

/* In the last month: one leaves and another comes in their place; sometimes there is one too many. */
static void assign_seats(struct life *life)
{
	const int64_t at_s = month_s(life, MONTHS - 1) + 25 * DAY_S;
	const bool over = chance_of(&life->chance, 100);
	const int people = (int)life->seats + over;

	if (life->yearly || life->paused || life->seats > 12 ||
	    !text_equal(life->status, "active") || !chance_of(&life->chance, 150))
		return;
	for (int i = 0; i < people; i++)
		report(life, "seat_assigned", i, at_s + i * 60);
	report(life, "seat_released", 0, at_s + DAY_S);
	report(life, "seat_assigned", people, at_s + DAY_S + 3600);
	if (over)
		model_case_add(life, "seats_assigned", model_id(life, "si", life->subscription));
}

/* Of what it brings a month: exact, so that it is rounded once, for all of a customer's. */
static int64_t recurring(const struct life *life, int64_t at_s)
{
	const int64_t times = life->yearly ? 1 : YEAR_MONTHS;
	const bool less = model_coupon_holds(life, at_s);

	if (life->paused ||
	    !(text_equal(life->status, "active") || text_equal(life->status, "past_due")))
		return 0;
	return (life->seats * life->unit - (less ? life->coupon.amount : 0)) *
	       (100 - (less ? life->coupon.percent : 0)) * times;
}

static void keep_recurring(struct life *life)
{
	struct model_customer *const customer = life->customer;

	CHECK(customer->brought_count < MODEL_SUBSCRIPTIONS_MAX);
	customer->currency = life->currency->code;
	customer->brought_in = 100 * YEAR_MONTHS * life->currency->scale;
	customer->brought[customer->brought_count++] = (struct model_brought){
		.parts = recurring(life, MODEL_END_S),
		.past_due_s = text_equal(life->status, "past_due") ? life->past_due_s : 0,
	};
}

/* Another subscription. */

/* Both would draw on one balance, in the order of their days. */
static bool has_balance(const struct life *life)
{
	for (size_t i = 0; i < life->customer->state_count; i++)
		if (text_equal(life->customer->states[i].event_type, "customer.updated"))
			return true;
	return false;
}

static void choose_lag(struct life *life, int64_t number)
{
	chance_seed(&life->lag.chance, life->seed * UINT64_C(1000133) + (uint64_t)number);
	(void)chance_next(&life->lag.chance);
}

/* Some customers have a second one, with days and invoices of its own. */
static void live_beside(const struct life *first, int64_t number)
{
	struct life life = { .arena = first->arena,
		             .seed = first->seed,
		             .customer = first->customer,
		             .currency = first->currency,
		             .taxed = first->taxed,
		             .beside = true,
		             .anchor_days = BESIDE_DAYS,
		             .plan = BESIDE,
		             .subscription = BESIDE,
		             .charge = BESIDE,
		             .invoice = BESIDE,
		             .note = BESIDE };

	chance_seed(&life.chance, first->seed * UINT64_C(1000081) + (uint64_t)number);
	(void)chance_next(&life.chance);
	if (first->ample || has_balance(first) || !chance_of(&life.chance, 150))
		return;
	life.seats = chance_between(&life.chance, 1, 9);
	life.unit = 2 * life.currency->unit;
	choose_lag(&life, number);
	live(&life);
	keep_recurring(&life);
}

/* As the provider's own: of two that come after each other the ids are nowhere near. */
static const char *scattered_id(struct arena *arena, uint64_t seed, int64_t number)
{
	const uint64_t words[] = { seed, (uint64_t)number };

	return arena_printf(arena, "cus_%016" PRIx64, hash_bytes(words, sizeof(words)));
}

void model_customer_make(struct arena *arena, uint64_t seed, int64_t number, bool ample,
                         struct model_customer *customer)
{
	struct life life = { .arena = arena, .seed = seed, .customer = customer, .ample = ample };

	*customer =
	    (struct model_customer){ .id = ample ? scattered_id(arena, seed, number)
		                                 : arena_printf(arena, "cus_m%" PRIx64 "x%" PRId64,
		                                                seed, number) };
	chance_seed(&life.chance, seed * UINT64_C(1000003) + (uint64_t)number);
	(void)chance_next(&life.chance);
	choose(&life);
	model_meter_choose(&life, number);
	model_schedule_choose(&life, number);
	model_contract_choose(&life, number);
	choose_lag(&life, number);
	model_say_customer(&life, "customer.created", MODEL_START_S);
	model_say_tariff(&life);
	live(&life);
	model_used_end(&life, NULL);
	assign_seats(&life);
	keep_recurring(&life);
	live_beside(&life, number);
	model_let_stand(customer);
}

/* Events. */

const char *model_event_id(struct arena *arena, const struct model_state *state)
{
	return arena_printf(arena, "evt_%s_%" PRId64 "_%s", state->object_id,
	                    state->created_s - MODEL_START_S, state->event_type);
}

const char *model_payload(struct arena *arena, const struct model_state *state, bool uploaded)
{
	if (uploaded || *state->event_type == '\0')
		return state->object;
	return arena_printf(
	    arena,
	    "{\"id\":\"%s\",\"object\":\"event\",\"type\":\"%s\",\"created\":%" PRId64
	    ",\"livemode\":false,\"api_version\":\"2024-06-20\","
	    "\"data\":{\"object\":%s}}",
	    model_event_id(arena, state), state->event_type, state->created_s, state->object);
}
