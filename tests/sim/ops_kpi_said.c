/*
 * What subscribers see of a window: provisional as often as it is another, sealed once, restated each time with what was said before.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "common/io/protojson.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/sim/ops_kpi.h"

#define GRACE MINUTES(10)
#define SAID_WITHIN MINUTES(10) /* a telling, and what is said of it */

static const Opsmesh__V1__KpiEvent *kpi_event(struct arena *arena, const struct fact *fact)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->dead_letter || fact->topic != OPS_KPI)
		return NULL;
	CHECK(proto_unpack(arena, &opsmesh__v1__kpi_event__descriptor, fact->message, &message,
	                   problem));
	const Opsmesh__V1__KpiEvent *const event = (const void *)message;

	return event->window != NULL ? event : NULL;
}

static const char *json_of(struct arena *arena, const Opsmesh__V1__KpiFigures *figures)
{
	struct buffer out = { 0 };

	protojson_write(&out, arena, &figures->base, PROTOJSON_REVEALED);
	const char *const text = arena_text(arena, (const char *)out.data, out.size);

	buffer_finish(&out);
	return text;
}

static struct ops_said *said_of(struct arena *arena, struct ops_figures *all,
                                const Opsmesh__V1__KpiEvent *event)
{
	struct ops_said said = { .series = event->series,
		                 .kind = event->window->kind,
		                 .value = event->value,
		                 .currency = event->currency };

	CHECK(proto_instant(event->window->start, &said.start) &&
	      proto_instant(event->window->end, &said.end));
	for (size_t i = 0; i < all->count; i++) {
		struct ops_said *const at = &all->list[i];

		if (at->start.us == said.start.us && text_equal(at->kind, said.kind) &&
		    text_equal(at->series, said.series) && text_equal(at->value, said.value) &&
		    text_equal(at->currency, said.currency))
			return at;
	}
	if (all->count == all->capacity) {
		all->capacity = all->capacity * 2 + 64;
		struct ops_said *const more = arena_zero(arena, all->capacity * sizeof(*more));

		for (size_t i = 0; i < all->count; i++)
			more[i] = all->list[i];
		all->list = more;
	}
	all->list[all->count] = said;
	return &all->list[all->count++];
}

static const char *name_of(struct arena *arena, const struct ops_said *said)
{
	return arena_printf(arena, "%s, %s from %lld s, \"%s\" %s", said->series, said->kind,
	                    (long long)(said->start.us / SECONDS(1).us), said->value,
	                    said->currency);
}

static bool hear_restated(struct arena *arena, struct ops_said *said,
                          const Opsmesh__V1__KpiRestated *restated, char *why)
{
	if (!said->sealed)
		return world_broken(why, "%s was restated before it was sealed",
		                    name_of(arena, said));
	if (!text_equal(restated->before, said->json))
		return world_broken(why, "%s was %s, and is restated as if it had been %s",
		                    name_of(arena, said), said->json, restated->before);
	if (restated->revision != ++said->revision || *restated->reason == '\0')
		return world_broken(why,
		                    "%s has revision %d, without a reason or a number left out",
		                    name_of(arena, said), restated->revision);
	return true;
}

/* What was said of the window before, and what is said of it now. */
static bool hear(struct arena *arena, struct ops_said *said, const Opsmesh__V1__KpiEvent *event,
                 char *why)
{
	const bool sealing = event->fact_case == OPSMESH__V1__KPI_EVENT__FACT_WINDOW_SEALED;
	const char *const before = said->json;

	if (event->fact_case == OPSMESH__V1__KPI_EVENT__FACT_RESTATED) {
		if (!hear_restated(arena, said, event->restated, why))
			return false;
		said->figures = event->restated->figures;
	} else if (said->sealed) {
		return world_broken(why, "%s was %s after it was sealed", name_of(arena, said),
		                    sealing ? "sealed" : "said as if it were open");
	} else if (sealing) {
		said->sealed = true;
		said->figures = event->window_sealed->figures;
	} else {
		said->figures = event->window_updated->figures;
	}
	said->json = json_of(arena, said->figures);
	return sealing || !text_equal(before, said->json) ||
	       world_broken(why, "%s was said twice", name_of(arena, said));
}

/* What is long over is sealed. */
static bool check_sealed(struct world *world, struct arena *arena,
                         const struct ops_figures *figures, char *why)
{
	const struct instant end = time_add((struct instant){ 0 }, SECONDS(world->last_s));

	for (size_t i = 0; i < figures->count; i++) {
		const struct ops_said *const said = &figures->list[i];

		if (!said->sealed &&
		    time_before(time_add(time_add(said->end, GRACE), SAID_WITHIN), end))
			return world_broken(why, "%s is over and was never sealed",
			                    name_of(arena, said));
	}
	return true;
}

bool ops_check_said(struct world *world, struct arena *arena, struct ops_figures *figures,
                    char *why)
{
	*figures = (struct ops_figures){ .count = 0 };
	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__KpiEvent *const event =
			    kpi_event(arena, &world->store.images[i].facts[k]);

			if (event != NULL &&
			    !hear(arena, said_of(arena, figures, event), event, why))
				return false;
		}
	return check_sealed(world, arena, figures, why);
}
