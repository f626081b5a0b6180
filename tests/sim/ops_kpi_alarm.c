/*
 * Alerts of figures: the hour of all tickets and of all refunds is above nothing, so each is raised once in it if there are any, and
 * resolved once, by the hour behind it.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/sim/ops_kpi.h"

#include <string.h>

/* Which metric leads to which alert, by what begins its id. */
static const struct {
	const char *series;
	const char *alerts;
} rules[] = {
	{ "support.tickets_opened@1", "alert/kpi/support.tickets_opened@1/some-tickets/" },
	{ "billing.refunds_amount@1", "alert/kpi/billing.refunds_amount@1/some-refunds/" },
};

/* Of one rule. */
struct heard {
	const char *id; /* of the alert that stands; NULL: none does */
	const char *ids;
	int raised;
	int resolved;
};

static const Opsmesh__V1__AlertEvent *alert_event(struct arena *arena, const struct fact *fact)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->dead_letter || fact->topic != OPS_ALERTS)
		return NULL;
	CHECK(proto_unpack(arena, &opsmesh__v1__alert_event__descriptor, fact->message, &message,
	                   problem));
	return (const Opsmesh__V1__AlertEvent *)(void *)message;
}

static bool hear(struct arena *arena, struct heard *heard, const Opsmesh__V1__AlertEvent *event,
                 char *why)
{
	const char *const id = arena_printf(arena, "<%s>", event->alert_id);

	switch ((int)event->fact_case) {
	case OPSMESH__V1__ALERT_EVENT__FACT_RAISED:
		if (strstr(heard->ids, id) != NULL || heard->id != NULL)
			return world_broken(why, "%s was raised again", event->alert_id);
		heard->id = event->alert_id;
		heard->ids = arena_printf(arena, "%s%s", heard->ids, id);
		heard->raised++;
		return true;
	case OPSMESH__V1__ALERT_EVENT__FACT_RESOLVED:
		if (!text_equal(heard->id, event->alert_id))
			return world_broken(why, "%s was resolved and did not stand",
			                    event->alert_id);
		heard->id = NULL;
		heard->resolved++;
		return true;
	default:
		return text_equal(heard->id, event->alert_id) ||
		       world_broken(why, "%s got worse and did not stand", event->alert_id);
	}
}

/* Hours that were bad by what was said of them last: one run of them in a world. */
static bool is_bad(const struct ops_figures *figures, const char *series)
{
	for (size_t i = 0; i < figures->count; i++) {
		const struct ops_said *const said = &figures->list[i];

		if (text_equal(said->series, series) && text_equal(said->kind, "hour") &&
		    said->figures->n > 0)
			return true;
	}
	return false;
}

static bool check_rule(struct world *world, struct arena *arena, const struct ops_figures *figures,
                       size_t rule, char *why)
{
	struct heard heard = { .ids = "" };
	const int wanted = is_bad(figures, rules[rule].series);

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__AlertEvent *const event =
			    alert_event(arena, &world->store.images[i].facts[k]);

			if (event != NULL && text_starts(event->alert_id, rules[rule].alerts) &&
			    !hear(arena, &heard, event, why))
				return false;
		}
	return (heard.raised == wanted && heard.resolved == wanted) ||
	       world_broken(why, "%s was raised %d times and resolved %d times, not %d",
	                    rules[rule].alerts, heard.raised, heard.resolved, wanted);
}

bool ops_check_alarms(struct world *world, struct arena *arena, const struct ops_figures *figures,
                      char *why)
{
	for (size_t i = 0; i < COUNT_OF(rules); i++)
		if (!check_rule(world, arena, figures, i, why))
			return false;
	return true;
}
