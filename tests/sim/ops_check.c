/*
 * ops_check - what must have become of the requests of the real mesh.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/sim/balance.h"
#include "tests/sim/ops_inside.h"
#include "tests/sim/ops_kpi.h"

#include <string.h>

/* How often the facts of a topic answer a request: by its id, and the names that count as an answer. */
static size_t count_answers(struct world *world, struct arena *arena, int topic, const char *ref,
                            const char *const *names)
{
	size_t count = 0;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct fact *const fact = &world->store.images[i].facts[k];
			char problem[PROTO_REASON_SIZE];
			ProtobufCMessage *message;
			const ProtobufCMessage *said;
			const char *name;

			if (fact->dead_letter || fact->topic != topic)
				continue;
			CHECK(proto_unpack(arena, &opsmesh__v1__ticket_event__descriptor,
			                   fact->message, &message, problem) &&
			      proto_fact(message, &name, &said));
			if (!text_equal(((const Opsmesh__V1__TicketEvent *)(const void *)message)
			                    ->request_id,
			                ref))
				continue;
			for (const char *const *wanted = names; *wanted != NULL; wanted++)
				count += text_equal(*wanted, name);
		}
	return count;
}

static const char *const *answers_of(const char *kind)
{
	static const char *const ticket[] = { "opened", "request_refused", NULL };
	static const char *const mail[] = { "message_added", NULL };
	static const char *const message[] = { "message_added", "request_refused", NULL };
	static const char *const csat[] = { "csat_answered", "request_refused", NULL };
	static const char *const action[] = { "action_applied", "action_refused", NULL };

	if (text_equal(kind, "ticket"))
		return ticket;
	if (text_equal(kind, "mail"))
		return mail;
	if (text_equal(kind, "message") || text_equal(kind, "reply"))
		return message;
	if (text_equal(kind, "csat"))
		return csat;
	return text_equal(kind, "action") ? action : NULL;
}

static bool is_first(const struct world *world, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (text_equal(world->accepted[i].ref, world->accepted[at].ref))
			return false;
	return true;
}

/* What the classifier says, fact by fact. */
static const Opsmesh__V1__TriageEvent *triage_of(struct arena *arena, const struct fact *fact)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->dead_letter || fact->topic != OPS_TRIAGE)
		return NULL;
	CHECK(proto_unpack(arena, &opsmesh__v1__triage_event__descriptor, fact->message, &message,
	                   problem));
	return (const Opsmesh__V1__TriageEvent *)(void *)message;
}

static bool is_correction(const struct request *request)
{
	return text_equal(request->kind, "action") && request->number == 3;
}

static size_t count_corrections(struct world *world, struct arena *arena, const char *ref)
{
	size_t count = 0;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__TriageEvent *const event =
			    triage_of(arena, &world->store.images[i].facts[k]);

			if (event == NULL)
				continue;
			if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_APPLIED)
				count += text_equal(event->action_applied->action_id, ref);
			if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_REFUSED)
				count += text_equal(event->action_refused->action_id, ref);
		}
	return count;
}

/* Classified, or left to a person with all that was read: one of the two is said of each message. */
static bool is_answer(const Opsmesh__V1__TriageEvent *event, const char *cause_id)
{
	if (!text_equal(event->cause_id, cause_id))
		return false;
	return event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED ||
	       (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN &&
	        event->needs_human->reading != NULL);
}

static size_t count_triage(struct world *world, struct arena *arena, const char *cause_id)
{
	size_t count = 0;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__TriageEvent *const event =
			    triage_of(arena, &world->store.images[i].facts[k]);

			count += event != NULL && is_answer(event, cause_id);
		}
	return count;
}

static bool is_customers_message(struct arena *arena, const struct fact *fact)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->dead_letter || fact->topic != OPS_TICKETS)
		return false;
	CHECK(proto_unpack(arena, &opsmesh__v1__ticket_event__descriptor, fact->message, &message,
	                   problem));
	const Opsmesh__V1__TicketEvent *const event = (const void *)message;

	return event->fact_case == OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED &&
	       event->message_added->role == OPSMESH__V1__ROLE__ROLE_CUSTOMER &&
	       event->message_added->visibility == OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
}

/* Every public message of a customer has exactly one answer of the classifier. */
static bool check_triage(struct world *world, struct arena *arena, char *why)
{
	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct image *const image = &world->store.images[i];

			if (!is_customers_message(arena, &image->facts[k]))
				continue;
			const char *const id =
			    arena_printf(arena, "%s/%d/%lld", image->stage->name,
			                 (int)image->number, (long long)image->facts[k].sequence);
			const size_t count = count_triage(world, arena, id);

			if (count != 1)
				return world_broken(why,
				                    "message %s has %zu answers of the classifier",
				                    id, count);
		}
	return true;
}

/* A message for a closed ticket opens another: that too says its request's id. */
static bool check_answers(struct world *world, struct arena *arena, char *why)
{
	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const request = &world->accepted[i];
		const char *const *const names = answers_of(request->kind);

		if (names == NULL || !is_first(world, i))
			continue;
		const size_t count =
		    is_correction(request)
			? count_corrections(world, arena, request->ref)
			: count_answers(world, arena, OPS_TICKETS, request->ref, names);

		if (count != 1)
			return world_broken(why, "%s %s was answered %zu times", request->kind,
			                    request->ref, count);
	}
	return true;
}

/* Each clock is activated once, and judged at most once more than it was corrected. */
static bool check_clocks(struct world *world, struct arena *arena, char *why)
{
	const char *activated = "";

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct fact *const fact = &world->store.images[i].facts[k];
			char problem[PROTO_REASON_SIZE];
			ProtobufCMessage *message;

			if (fact->dead_letter || fact->topic != OPS_SLA)
				continue;
			CHECK(proto_unpack(arena, &opsmesh__v1__sla_event__descriptor,
			                   fact->message, &message, problem));
			const Opsmesh__V1__SlaEvent *const event = (const void *)message;

			if (event->fact_case != OPSMESH__V1__SLA_EVENT__FACT_ACTIVATED)
				continue;
			const char *const name =
			    arena_printf(arena, "<%s/%d/%lld>", event->ticket_id,
			                 (int)event->activated->clock->metric,
			                 (long long)event->activated->clock->instance);

			if (strstr(activated, name) != NULL)
				return world_broken(why, "clock %s was activated twice", name);
			activated = arena_printf(arena, "%s%s", activated, name);
		}
	return true;
}

/* What the provider moved is what the books have in transit, and what was paid out arrived. */
static bool check_balance(struct world *world, char *why)
{
	struct balances balances;

	balance_gather(world, &balances);
	for (size_t i = 0; i < balances.count; i++)
		if (!balance_holds(&balances.list[i], why))
			return false;
	return true;
}

bool ops_check(struct world *world, struct arena *arena, char *why)
{
	return check_answers(world, arena, why) && check_triage(world, arena, why) &&
	       check_clocks(world, arena, why) && ops_check_refunds(world, arena, why) &&
	       ops_check_cards(world, arena, why) && ops_check_disputes(world, arena, why) &&
	       check_balance(world, why) && ops_check_kpi(world, arena, why);
}
