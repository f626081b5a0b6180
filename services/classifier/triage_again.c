/*
 * The rules once more over what stands, when something that they look at has changed.
 */
#include "services/classifier/triage.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

Opsmesh__V1__TriageEvent *triage_standing(const struct triage *it)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (it->row.said.size == 0 ||
	    !proto_unpack(it->task->arena, &opsmesh__v1__triage_event__descriptor, it->row.said,
	                  &message, reason))
		return NULL;
	return (Opsmesh__V1__TriageEvent *)(void *)message;
}

/* What both kinds of answer have that rules decide. */
struct decided {
	Opsmesh__V1__Priority *priority;
	char **queue;
	size_t *n_escalations;
	char ***escalations;
	size_t *n_rules;
	Opsmesh__V1__RuleMatch ***rules;
	const Opsmesh__V1__Reading *reading;
};

static bool decided_of(Opsmesh__V1__TriageEvent *event, struct decided *parts)
{
	if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED) {
		Opsmesh__V1__TicketClassified *const it = event->classified;

		*parts = (struct decided){ &it->priority,    &it->queue,   &it->n_escalations,
			                   &it->escalations, &it->n_rules, &it->rules,
			                   it->reading };
	} else if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN) {
		Opsmesh__V1__NeedsHuman *const it = event->needs_human;

		*parts = (struct decided){ &it->priority,    &it->queue,   &it->n_escalations,
			                   &it->escalations, &it->n_rules, &it->rules,
			                   it->reading };
	} else {
		return false;
	}
	return parts->reading != NULL;
}

static bool differs(const struct decided *parts, const struct decision *decision)
{
	const char *const before = *parts->n_escalations > 0 ? (*parts->escalations)[0] : NULL;

	return *parts->priority != priority_of_word(decision->priority) ||
	       !text_equal(*parts->queue, decision->queue) ||
	       !text_equal(before, decision->escalation);
}

static void take(struct triage *it, struct decided *parts, struct decision *decision)
{
	char **const escalations = arena_alloc(it->task->arena, sizeof(*escalations));

	escalations[0] = text_mutable(decision->escalation);
	*parts->priority = priority_of_word(decision->priority);
	*parts->queue = text_mutable(decision->queue);
	*parts->n_escalations = decision->escalation != NULL ? 1 : 0;
	*parts->escalations = escalations;
	*parts->rules = decision->rules;
	*parts->n_rules = decision->rule_count;
	it->row.priority = decision->priority;
	it->row.queue = decision->queue;
}

enum status triage_again(struct triage *it)
{
	Opsmesh__V1__TriageEvent *const event = triage_standing(it);
	struct decision decision;
	struct decided parts;

	if (event == NULL || !decided_of(event, &parts))
		return STATUS_OK;
	triage_decide(it->guide, it->task->arena, it->at, &it->row, parts.reading, &decision);
	if (!differs(&parts, &decision))
		return STATUS_OK;
	take(it, &parts, &decision);
	TRY(triage_say(it, event, &it->row.said));
	return STATUS_OK;
}
