/*
 * Figures counted a second time, from all that the other daemons said: tickets, refunds, usage, seats, recurring revenue, customers,
 * and who was open at midnight.
 *
 * What happened is one list of amounts with a time each. Of a window is what lies in it; of a level what lies before its end.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/sim/ops_inside.h"
#include "tests/sim/ops_kpi.h"

#define THINGS_MAX 256
#define MIDNIGHT_S (INT64_C(86400) * 12 - OPS_KPI_EAST_S) /* the only one in a run */

/* Something that counts: a ticket, a refund, a report of usage, an account. */
struct thing {
	const char *metric;
	const char *id;
	const char *currency;
	struct instant at; /* TIME_MAX: what is about it was heard, not itself */
	int64_t amount;
	bool counts;
};

struct things {
	struct thing list[THINGS_MAX];
	size_t count;
};

#define TICKETS "support.tickets_opened@1"
#define BACKLOG "support.backlog@1"
#define REFUNDS "billing.refunds_amount@1"
#define USAGE "billing.usage@1"
#define SEATS "billing.seats@1"
#define REVENUE "billing.mrr@1"
#define CUSTOMERS "value.customers@1"

static const struct {
	const char *metric;
	bool level;
} metrics[] = {
	{ TICKETS, false }, { BACKLOG, false }, { REFUNDS, false },  { USAGE, false },
	{ SEATS, true },    { REVENUE, true },  { CUSTOMERS, true },
};

static struct thing *thing_of(struct things *things, const char *metric, const char *id)
{
	size_t i = 0;

	while (i < things->count &&
	       !(text_equal(things->list[i].metric, metric) && text_equal(things->list[i].id, id)))
		i++;
	CHECK(i < THINGS_MAX);
	if (i == things->count)
		things->list[things->count++] = (struct thing){
			.metric = metric, .id = id, .currency = "", .at = TIME_MAX, .counts = true
		};
	return &things->list[i];
}

static struct instant instant_of(const Google__Protobuf__Timestamp *timestamp)
{
	struct instant at;

	CHECK(proto_instant(timestamp, &at));
	return at;
}

/* Tickets, and how they stood at the last fact before midnight. */

static void move(struct things *things, const Opsmesh__V1__TicketEvent *event,
                 Opsmesh__V1__TicketStatus status)
{
	const struct instant midnight = time_add((struct instant){ 0 }, SECONDS(MIDNIGHT_S));
	struct thing *const thing = thing_of(things, BACKLOG, event->ticket_id);

	if (!time_before(instant_of(event->occurred_at), midnight))
		return;
	thing->at = midnight;
	thing->amount = 1;
	thing->counts = status != OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED &&
	                status != OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_CLOSED;
}

static void see_ticket(struct things *things, const Opsmesh__V1__TicketEvent *event)
{
	struct thing *thing;

	switch ((int)event->fact_case) {
	case OPSMESH__V1__TICKET_EVENT__FACT_OPENED:
		thing = thing_of(things, TICKETS, event->ticket_id);
		thing->at = instant_of(event->occurred_at);
		thing->amount = 1;
		move(things, event, event->opened->status);
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED:
		move(things, event, event->status_changed->to_status);
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_REOPENED:
		move(things, event, event->reopened->to_status);
		break;
	default: break;
	}
}

/* Money and usage. */

static struct thing *report_of(struct things *things, struct arena *arena, const char *customer,
                               const char *source, const char *id)
{
	return thing_of(things, USAGE, arena_printf(arena, "%s/%s/%s", customer, source, id));
}

static void see_late(struct things *things, struct arena *arena,
                     const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__UsageLate *const late = event->usage_late;
	const bool credit = *late->refers != '\0';
	struct thing *const thing = report_of(things, arena, event->customer_id, late->source,
	                                      credit ? late->refers : late->event_id);

	thing->amount += late->quantity;
	if (!credit)
		thing->at = instant_of(event->occurred_at);
}

static void see_seat(struct things *things, struct arena *arena,
                     const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__SeatMoved *const moved = event->seat_moved;
	struct thing *const thing =
	    thing_of(things, SEATS, arena_printf(arena, "%s/%s", moved->source, moved->event_id));

	thing->at = instant_of(event->occurred_at);
	thing->amount = moved->assigned ? 1 : -1;
}

/* Each is another; of a day of the books it is said at its noon. */
static void see_revenue(struct things *things, struct arena *arena,
                        const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__RecurringMoved *const moved = event->recurring_moved;
	const bool less = moved->move == OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CONTRACTION ||
	                  moved->move == OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CHURN;
	struct thing *const thing =
	    thing_of(things, REVENUE, arena_printf(arena, "%zu", things->count));
	struct date day;

	CHECK(moved->amount != NULL && date_parse(moved->day, &day));
	thing->at = (struct instant){ (date_days(day) * DAYS(1).us) + HOURS(12).us };
	thing->amount = less ? -moved->amount->minor : moved->amount->minor;
	thing->currency = moved->amount->currency;
}

static void see_billing(struct things *things, struct arena *arena,
                        const Opsmesh__V1__BillingEvent *event)
{
	const char *const customer = event->customer_id;
	struct thing *thing;

	switch ((int)event->fact_case) {
	case OPSMESH__V1__BILLING_EVENT__FACT_REFUND_CHANGED:
		thing = thing_of(things, REFUNDS, event->refund_changed->refund_id);
		thing->at = time_earlier(thing->at, instant_of(event->occurred_at));
		thing->amount = event->refund_changed->amount->minor;
		thing->currency = event->refund_changed->amount->currency;
		thing->counts = text_equal(event->refund_changed->to_status, "succeeded");
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN:
		thing = report_of(things, arena, customer, event->usage_taken->source,
		                  event->usage_taken->event_id);
		thing->at = instant_of(event->occurred_at);
		thing->amount += event->usage_taken->quantity;
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_SEAT_MOVED: see_seat(things, arena, event); break;
	case OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED:
		see_revenue(things, arena, event);
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_LATE: see_late(things, arena, event); break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CORRECTED:
		thing = report_of(things, arena, customer, event->usage_corrected->source,
		                  event->usage_corrected->refers);
		thing->amount += event->usage_corrected->quantity;
		break;
	case OPSMESH__V1__BILLING_EVENT__FACT_USAGE_CANCELLED:
		thing = report_of(things, arena, customer, event->usage_cancelled->source,
		                  event->usage_cancelled->refers);
		thing->counts = false;
		break;
	default: break;
	}
}

/* It is a customer from its first declaration on. */
static void see_account(struct things *things, const Opsmesh__V1__AccountEvent *event)
{
	if (event->fact_case != OPSMESH__V1__ACCOUNT_EVENT__FACT_DECLARED)
		return;
	struct thing *const thing = thing_of(things, CUSTOMERS, event->account_id);

	thing->at = time_earlier(thing->at, instant_of(event->occurred_at));
	thing->amount = 1;
}

static void see(struct things *things, struct arena *arena, const struct fact *fact)
{
	const ProtobufCMessageDescriptor *const type =
	    fact->dead_letter             ? NULL
	    : fact->topic == OPS_TICKETS  ? &opsmesh__v1__ticket_event__descriptor
	    : fact->topic == OPS_BILLING  ? &opsmesh__v1__billing_event__descriptor
	    : fact->topic == OPS_ACCOUNTS ? &opsmesh__v1__account_event__descriptor
					  : NULL;
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (type == NULL)
		return;
	CHECK(proto_unpack(arena, type, fact->message, &message, problem));
	if (fact->topic == OPS_TICKETS)
		see_ticket(things, (const void *)message);
	else if (fact->topic == OPS_BILLING)
		see_billing(things, arena, (const void *)message);
	else
		see_account(things, (const void *)message);
}

/* The two held against each other. */

static bool is_known(const char *series, bool *level)
{
	for (size_t i = 0; i < COUNT_OF(metrics); i++)
		if (text_equal(metrics[i].metric, series)) {
			*level = metrics[i].level;
			return true;
		}
	return false;
}

static bool lies_in(const struct thing *thing, const struct ops_said *said)
{
	bool level;

	if (!is_known(said->series, &level) || (!level && time_before(thing->at, said->start)))
		return false;
	return time_before(thing->at, said->end) && text_equal(thing->metric, said->series) &&
	       text_equal(thing->currency, said->currency) && thing->counts;
}

static bool check_window(const struct things *things, const struct ops_said *said, char *why)
{
	const int64_t value = said->figures->has_case == OPSMESH__V1__KPI_FIGURES__HAS_VALUE
	                          ? said->figures->value
	                          : 0;
	int64_t wanted = 0;

	for (size_t i = 0; i < things->count; i++)
		wanted += lies_in(&things->list[i], said) ? things->list[i].amount : 0;
	return value == wanted ||
	       world_broken(why, "%s, %s from %lld s: %lld %s, and %lld happened", said->series,
	                    said->kind, (long long)(said->start.us / SECONDS(1).us),
	                    (long long)value, said->currency, (long long)wanted);
}

/* What happened is in a window of each of these, if its metric has them. */
static bool check_there(const struct ops_figures *figures, const struct thing *thing,
                        const char *kind, char *why)
{
	bool has_kind = false;

	for (size_t i = 0; i < figures->count; i++) {
		const struct ops_said *const said = &figures->list[i];

		if (!text_equal(said->series, thing->metric) || !text_equal(said->kind, kind))
			continue;
		has_kind = true;
		if (lies_in(thing, said))
			return true;
	}
	return (!has_kind && !text_equal(kind, "day")) ||
	       world_broken(why, "%s of %s is in no %s", thing->id, thing->metric, kind);
}

bool ops_check_truth(struct world *world, struct arena *arena, const struct ops_figures *figures,
                     char *why)
{
	struct things *const things = arena_zero(arena, sizeof(*things));
	static const char *const kinds[] = { "minute", "hour", "day" };
	bool level;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++)
			see(things, arena, &world->store.images[i].facts[k]);
	for (size_t i = 0; i < figures->count; i++)
		if (is_known(figures->list[i].series, &level) &&
		    !check_window(things, &figures->list[i], why))
			return false;
	for (size_t i = 0; i < things->count; i++)
		for (size_t k = 0; k < COUNT_OF(kinds); k++)
			if (things->list[i].counts && things->list[i].at.us != TIME_MAX.us &&
			    things->list[i].amount != 0 &&
			    !check_there(figures, &things->list[i], kinds[k], why))
				return false;
	return true;
}

bool ops_check_kpi(struct world *world, struct arena *arena, char *why)
{
	struct ops_figures figures;

	return ops_check_said(world, arena, &figures, why) &&
	       ops_check_truth(world, arena, &figures, why) && ops_check_sums(&figures, why) &&
	       ops_check_alarms(world, arena, &figures, why);
}
