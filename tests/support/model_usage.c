/*
 * model_usage - what customers of the model company use by a meter: what their product reports of it, what it is worth
 * by the price of its item, and what the invoice of its period bills.
 *
 * One customer in five has a second item, by unit, in packages, in graduated or in volume tiers. Most reports come soon
 * or within their period. Some are taken back, some come after the invoice, and some after the provider's meter takes
 * nothing of then any more: these are a line of the next invoice. What is reported is remembered for 36 days, and all
 * may be told on one day: so only what comes within the last month is corrected, cancelled or said again.
 */
#include "tests/support/model_inside.h"

#include "common/base/check.h"
#include "common/base/status.h"
#include "common/base/text.h"
#include "common/base/time.h"

#include <inttypes.h>
#include <stdlib.h>

#define HOUR_S 3600
#define DAY_S (24 * HOUR_S)
#define CUSTOMERS 200    /* of a thousand */
#define REPORTS_MAX 6    /* in a period */
#define QUANTITY_MAX 40  /* of one */
#define TOO_LATE_DAYS 36 /* the meter takes 35 */
#define TENTHS 25        /* of a step: a unit where amounts need no rounding to steps */
#define STEPS 3          /* a unit where they do */
#define PACKAGE 10       /* units */
#define PACKAGE_STEPS 40 /* what one costs */
#define TOO_MUCH 10      /* units that were not used and are billed */
#define TOLERANCE 1      /* of a line, the provider's units */
#define LATE_STEPS 5     /* a unit that came too late */
#define BANDS 3

enum kind { NOTHING, BY_UNIT, BY_PACKAGE, GRADUATED, VOLUME };

/* In steps of the currency. */
static const struct band {
	int64_t up_to;
	int64_t unit;
	int64_t flat;
} bands[BANDS] = { { 20, 4, 0 }, { 60, 3, 50 }, { INT64_MAX, 2, 80 } };

void model_meter_choose(struct life *life, int64_t number)
{
	struct model_meter *const meter = &life->meter;

	chance_seed(&meter->chance, life->seed * UINT64_C(1000033) + (uint64_t)number);
	(void)chance_next(&meter->chance);
	if (life->yearly || life->ample || !chance_of(&meter->chance, CUSTOMERS))
		return;
	meter->kind = chance_between(&meter->chance, BY_UNIT, VOLUME);
}

/* What it is worth. */

static int64_t graduated(int64_t quantity, size_t band)
{
	const int64_t below = band == 0 ? 0 : bands[band - 1].up_to;
	const int64_t within = quantity < bands[band].up_to ? quantity : bands[band].up_to;

	return quantity > below ? (within - below) * bands[band].unit + bands[band].flat : 0;
}

static int64_t steps_of(enum kind kind, int64_t quantity)
{
	int64_t steps = 0;

	for (size_t i = 0; i < BANDS && kind == GRADUATED; i++)
		steps += graduated(quantity, i);
	for (size_t i = BANDS; i-- > 0 && kind == VOLUME && quantity > 0;)
		if (quantity <= bands[i].up_to)
			steps = quantity * bands[i].unit + bands[i].flat;
	return kind == BY_PACKAGE ? (quantity + PACKAGE - 1) / PACKAGE * PACKAGE_STEPS : steps;
}

static bool has_tenths(const struct life *life)
{
	return life->currency->step == 1;
}

static int64_t worth(const struct life *life, int64_t quantity)
{
	const enum kind kind = (enum kind)life->meter.kind;

	if (kind != BY_UNIT)
		return steps_of(kind, quantity) * life->currency->step;
	return has_tenths(life) ? model_share(quantity, TENTHS, 10)
	                        : quantity * STEPS * life->currency->step;
}

/* Its price and item. */

static const char *meter_of(const struct life *life)
{
	static const char *const meters[] = { "", "mtr_calls", "mtr_mails", "mtr_bytes",
		                              "mtr_rows" };

	return meters[life->meter.kind];
}

static const char *price_id(const struct life *life)
{
	return arena_printf(life->arena, "price_%s_used", life->customer->id);
}

static const char *unit_of(const struct life *life)
{
	const int64_t step = life->currency->step;

	if (life->meter.kind == BY_PACKAGE)
		return arena_printf(life->arena,
		                    "\"billing_scheme\":\"per_unit\",\"unit_amount\":%" PRId64
		                    ",\"transform_quantity\":{\"divide_by\":%d,\"round\":\"up\"}",
		                    PACKAGE_STEPS * step, PACKAGE);
	if (life->meter.kind != BY_UNIT)
		return arena_printf(life->arena,
		                    "\"billing_scheme\":\"tiered\",\"tiers_mode\":\"%s\","
		                    "\"unit_amount\":null",
		                    life->meter.kind == GRADUATED ? "graduated" : "volume");
	return arena_printf(life->arena,
	                    "\"billing_scheme\":\"per_unit\",\"unit_amount\":null,"
	                    "\"unit_amount_decimal\":\"%" PRId64 "%s\"",
	                    has_tenths(life) ? TENTHS / 10 : STEPS * step,
	                    has_tenths(life) ? ".5" : "");
}

static const char *price_body(const struct life *life, const char *tiers)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"%s\",\"object\":\"price\",\"active\":true,\"livemode\":false,\"currency\":\"%s\","
	    "\"created\":%" PRId64 ",\"product\":\"prod_used\",\"type\":\"recurring\",%s%s,"
	    "\"recurring\":{\"interval\":\"month\",\"interval_count\":1,\"usage_type\":\"metered\","
	    "\"meter\":\"%s\"}}",
	    price_id(life), life->currency->word, MODEL_START_S, unit_of(life), tiers,
	    meter_of(life));
}

const char *model_used_price_body(const struct life *life)
{
	return price_body(life, "");
}

const char *model_used_item_id(const struct life *life)
{
	return model_id(life, "su", life->subscription);
}

const char *model_used_item_body(const struct life *life)
{
	if (life->meter.kind == NOTHING)
		return "";
	return arena_printf(life->arena,
	                    ",{\"id\":\"%s\",\"object\":\"subscription_item\",\"price\":%s}",
	                    model_used_item_id(life), model_used_price_body(life));
}

static const char *tiers_body(const struct life *life)
{
	const int64_t step = life->currency->step;
	const char *tiers = "";

	for (size_t i = 0; i < BANDS; i++)
		tiers = arena_printf(
		    life->arena,
		    "%s%s{\"up_to\":%s,\"unit_amount\":%" PRId64 ",\"flat_amount\":%" PRId64 "}",
		    tiers, i > 0 ? "," : "",
		    i + 1 < BANDS ? arena_printf(life->arena, "%" PRId64, bands[i].up_to) : "null",
		    bands[i].unit * step, bands[i].flat * step);
	return arena_printf(life->arena, ",\"tiers\":[%s]", tiers);
}

/* A webhook does not carry the tiers. */
void model_say_tariff(struct life *life)
{
	struct model_state state = { .object_id = price_id(life),
		                     .type = "price",
		                     .event_type = "price.created",
		                     .status = "",
		                     .created_s = MODEL_START_S,
		                     .object = model_used_price_body(life) };

	if (life->meter.kind < GRADUATED)
		return;
	model_say(life, &state);
	state.event_type = "";
	state.created_s += HOUR_S;
	state.object = price_body(life, tiers_body(life));
	model_say(life, &state);
}

/* What is reported. */

struct report {
	int64_t quantity;
	int64_t at_s;
	int64_t received_s;
};

static const char *report_id(struct life *life)
{
	return arena_printf(life->arena, "use_%s_%d", life->customer->id, ++life->meter.reports);
}

static const char *used_body(const struct life *life, const char *id, const char *kind,
                             int64_t at_s, const char *more)
{
	char at[TIME_TEXT_SIZE];

	time_format((struct instant){ SECONDS(at_s).us }, at);
	return arena_printf(life->arena,
	                    "{\"source\":\"product\",\"id\":\"%s\",\"kind\":\"%s\","
	                    "\"customer\":\"%s\",\"at\":\"%s\"%s}",
	                    id, kind, life->customer->id, at, more);
}

static const char *quantity_of(const struct life *life, int64_t quantity)
{
	return arena_printf(life->arena, ",\"meter\":\"%s\",\"quantity\":%" PRId64, meter_of(life),
	                    quantity);
}

static void say(struct life *life, const char *id, int64_t received_s, const char *object)
{
	model_say(life, &(struct model_state){ .object_id = id,
	                                       .type = MODEL_USAGE,
	                                       .event_type = "",
	                                       .status = "",
	                                       .created_s = received_s,
	                                       .object = object });
}

static void say_report(struct life *life, const struct report *it)
{
	const char *const id = report_id(life);

	say(life, id, it->received_s,
	    used_body(life, id, "meter", it->at_s, quantity_of(life, it->quantity)));
}

/* It comes with what takes it back, in part or, where back is all of it, whole. */
static void say_taken_back(struct life *life, const struct report *it, int64_t back)
{
	const char *const id = report_id(life);
	const bool whole = back == it->quantity;
	const char *const refers = arena_printf(life->arena, ",\"refers\":\"%s\"%s", id,
	                                        whole ? "" : quantity_of(life, -back));

	say(life, id, it->received_s,
	    arena_printf(life->arena, "{\"events\":[%s,%s]}",
	                 used_body(life, id, "meter", it->at_s, quantity_of(life, it->quantity)),
	                 used_body(life, report_id(life), whole ? "cancel" : "correction",
	                           it->received_s, refers)));
}

static void report_late(struct life *life, struct report it)
{
	it.at_s = it.received_s - TOO_LATE_DAYS * (int64_t)DAY_S;
	say_report(life, &it);
	life->meter.late += it.quantity;
	life->customer->used_late += it.quantity;
}

/* The invoice of its period is out by then. */
static void report_after(struct life *life, struct report it)
{
	it.received_s = it.at_s + 3 * (int64_t)DAY_S;
	say_report(life, &it);
	life->meter.after += it.quantity;
	life->customer->used += it.quantity;
}

static void report_in_time(struct life *life, struct report it)
{
	struct model_meter *const meter = &life->meter;
	const bool remembered = it.received_s > MODEL_END_S - MODEL_REMEMBERED_S;
	const int fate = chance_below(&meter->chance, 1000);
	const int64_t back = fate < 100 ? it.quantity : it.quantity / 2;

	if (!remembered || fate >= 250 || back == 0) {
		say_report(life, &it);
	} else {
		say_taken_back(life, &it, back);
		it.quantity -= back;
	}
	meter->used += it.quantity;
	life->customer->used += it.quantity;
}

static void report(struct life *life, int64_t start_s, int64_t end_s)
{
	struct chance *const chance = &life->meter.chance;
	const int64_t days = (end_s - start_s) / DAY_S;
	const int fate = chance_below(chance, 1000);
	struct report it = { .quantity = chance_between(chance, 1, QUANTITY_MAX) };

	it.at_s = start_s + chance_below(chance, (int)days - 1) * (int64_t)DAY_S +
	          chance_below(chance, DAY_S);
	it.received_s = it.at_s + chance_between(chance, 1, HOUR_S);
	if (fate < 20) {
		report_late(life, it);
	} else if (fate < 30 && end_s < MODEL_END_S) {
		it.at_s = end_s - DAY_S + chance_below(chance, DAY_S);
		report_after(life, it);
	} else {
		if (fate < 150) /* days later, within the period */
			it.received_s += (end_s - HOUR_S - it.received_s) / 2;
		report_in_time(life, it);
	}
}

void model_meter_use(struct life *life, int64_t start_s, int64_t end_s)
{
	struct model_meter *const meter = &life->meter;
	const int reports = chance_below(&meter->chance, REPORTS_MAX);

	if (meter->kind == NOTHING)
		return;
	meter->start_s = start_s;
	meter->end_s = end_s;
	meter->free = text_equal(life->status, "trialing");
	meter->used = meter->after = 0;
	for (int i = 0; i < reports; i++)
		report(life, start_s, end_s);
}

/* What is billed. */

static struct model_line line_of(const struct life *life, int64_t quantity, int64_t amount)
{
	return (struct model_line){ .kind = MODEL_LINE_USED,
		                    .amount = amount,
		                    .quantity = quantity,
		                    .start_s = life->meter.start_s,
		                    .end_s = life->meter.end_s };
}

/* A line for each tier that was reached, or one for all. */
static size_t lines_of(const struct life *life, int64_t quantity, struct model_line *lines)
{
	const int64_t step = life->currency->step;
	size_t count = 0;

	for (size_t i = 0; i < BANDS && life->meter.kind == GRADUATED; i++) {
		const int64_t below = i == 0 ? 0 : bands[i - 1].up_to;
		const int64_t reached = quantity < bands[i].up_to ? quantity : bands[i].up_to;

		if (reached > below)
			lines[count++] =
			    line_of(life, reached - below, graduated(quantity, i) * step);
	}
	if (count == 0)
		lines[count++] = line_of(life, quantity, worth(life, quantity));
	return count;
}

size_t model_used_lines(struct life *life, struct model_line lines[static MODEL_USED_LINES_MAX])
{
	struct model_meter *const meter = &life->meter;
	const bool wrong = meter->used > 0 && chance_of(&meter->chance, 10);
	size_t count = 0;

	if (meter->start_s != 0 && !meter->free)
		count = lines_of(life, meter->used + (wrong ? TOO_MUCH : 0), lines);
	if (meter->late > 0)
		lines[count++] = (struct model_line){
			.kind = MODEL_LINE_LATE,
			.amount = meter->late * LATE_STEPS * life->currency->step,
			.quantity = meter->late,
			.start_s = meter->start_s,
			.end_s = meter->start_s,
		};
	meter->late = 0;
	CHECK(count <= MODEL_USED_LINES_MAX);
	return count;
}

void model_used_end(struct life *life, const struct model_invoice *invoice)
{
	struct model_meter *const meter = &life->meter;
	const int64_t value = worth(life, meter->used + meter->after);
	int64_t billed = 0, lines = 0;

	if (meter->start_s == 0 || meter->free) {
		meter->start_s = 0;
		return;
	}
	meter->start_s = 0;
	if (invoice == NULL) {
		if (text_equal(life->status, "canceled"))
			life->customer->used_unbilled = true;
		model_book_own(life, "unbilled_receivable", value);
		model_book_own(life, "revenue", -value);
		return;
	}
	for (size_t i = 0; i < invoice->line_count; i++)
		if (invoice->lines[i].kind == MODEL_LINE_USED) {
			billed += invoice->lines[i].amount;
			lines++;
		}
	if (llabs(billed - value) > TOLERANCE * lines)
		model_case_add(life, "usage_billed", invoice->id);
}
