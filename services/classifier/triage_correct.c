/*
 * A person says what a ticket is about: that stands, and is kept to learn from.
 *
 * The action is `correct` on a ticket with the parameter `intent`; other corrections of a ticket are
 * answered by ingest.
 */
#include "services/classifier/triage.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"

#include <string.h>

#define REFUSAL(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define CORRECT OPSMESH__V1__ACTION_KIND__ACTION_KIND_CORRECT

/* One correction. */
struct correction {
	struct triage *ticket;
	const Opsmesh__V1__ActionEvent *action;
	const Opsmesh__V1__ActionRequested *requested;
};

static bool is_ours(const Opsmesh__V1__ActionRequested *requested)
{
	return requested->kind == CORRECT && requested->on != NULL &&
	       text_equal(requested->on->type, "ticket") &&
	       action_parameter(requested, "intent") != NULL;
}

/* Answers. */

static enum status refuse(struct correction *it, Opsmesh__V1__RefusalCode code, const char *field,
                          const char *reason)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__ActionRefused refused =
	    action_refused(it->action->action_id, it->requested, code, field, reason);

	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_REFUSED;
	event.action_refused = &refused;
	return triage_say(it->ticket, &event, NULL);
}

static enum status say_applied(struct correction *it)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__ActionApplied applied = action_applied(it->action->action_id, it->requested);

	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_APPLIED;
	event.action_applied = &applied;
	return triage_say(it->ticket, &event, NULL);
}

/* The correction. */

/*
 * The answer that stands as a classification, whatever it was: what it says of the message is the model's,
 * what it says of the ticket is to become the person's. NULL: nothing was judged yet.
 */
static Opsmesh__V1__TicketClassified *standing_of(const struct triage *it)
{
	Opsmesh__V1__TriageEvent *const event = triage_standing(it);
	Opsmesh__V1__TicketClassified *made;

	if (event == NULL || event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED)
		return event != NULL ? event->classified : NULL;
	if (event->fact_case != OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN)
		return NULL;
	made = arena_alloc(it->task->arena, sizeof(*made));
	opsmesh__v1__ticket_classified__init(made);
	made->message_id = event->needs_human->message_id;
	made->reading = event->needs_human->reading;
	if (made->reading != NULL)
		made->language = made->reading->language;
	made->model_version = event->needs_human->model_version;
	made->taxonomy = event->needs_human->taxonomy;
	made->confidence_ppm = event->needs_human->confidence_ppm;
	made->confidence_per_mille = event->needs_human->confidence_per_mille;
	return made;
}

/* What the rules are asked of from now on, and what is said again when they decide otherwise. */
static void restate(struct correction *it, Opsmesh__V1__TicketClassified *standing,
                    const struct taxonomy_intent *intent, const struct decision *decision)
{
	struct arena *const arena = it->ticket->task->arena;
	char **const escalations = arena_alloc(arena, sizeof(*escalations));
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;

	escalations[0] = text_mutable(decision->escalation);
	standing->category = (Opsmesh__V1__Category)intent->category;
	standing->intent = text_mutable(intent->id);
	standing->pinned = true;
	standing->priority = priority_of_word(decision->priority);
	standing->queue = text_mutable(decision->queue);
	standing->escalations = escalations;
	standing->n_escalations = decision->escalation != NULL ? 1 : 0;
	standing->rules = decision->rules;
	standing->n_rules = decision->rule_count;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED;
	event.classified = standing;
	it->ticket->row.said = proto_pack(arena, &event.base);
}

static enum status say_corrected(struct correction *it, const char *from,
                                 const struct taxonomy_intent *intent,
                                 const struct decision *decision)
{
	const struct guide *const guide = it->ticket->guide;
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__ClassificationCorrected corrected =
	    OPSMESH__V1__CLASSIFICATION_CORRECTED__INIT;

	corrected.action_id = it->action->action_id;
	if (it->ticket->row.message_id != NULL) {
		corrected.message_id = text_mutable(it->ticket->row.message_id);
		corrected.model_version = text_mutable(guide->model_digest);
	}
	corrected.from_intent = text_mutable(from != NULL ? from : "");
	corrected.to_intent = text_mutable(intent->id);
	corrected.category = (Opsmesh__V1__Category)intent->category;
	corrected.priority = priority_of_word(decision->priority);
	corrected.queue = text_mutable(decision->queue);
	corrected.rules = decision->rules;
	corrected.n_rules = decision->rule_count;
	corrected.taxonomy = text_mutable(guide->taxonomy->name);
	corrected.by = it->requested->by;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED;
	event.corrected = &corrected;
	return triage_say(it->ticket, &event, NULL);
}

static void keep(struct correction *it, const char *from)
{
	const struct triage_row *const row = &it->ticket->row;

	task_save(it->ticket->task, &correction_table,
	          &(struct correction_row){ .action_id = it->action->action_id,
	                                    .ticket_id = row->ticket_id,
	                                    .message_id = row->message_id,
	                                    .from_intent = from,
	                                    .intent = row->intent,
	                                    .language = row->language,
	                                    .model = it->ticket->guide->model_digest,
	                                    .corrected_at = it->ticket->at,
	                                    .body = row->kept });
}

static enum status apply(struct correction *it, const struct taxonomy_intent *intent)
{
	static const Opsmesh__V1__Reading nothing = OPSMESH__V1__READING__INIT;
	struct triage_row *const row = &it->ticket->row;
	Opsmesh__V1__TicketClassified *const standing = standing_of(it->ticket);
	const bool read = standing != NULL && standing->reading != NULL;
	const char *const from = row->intent;
	struct decision decision;

	row->intent = intent->id;
	row->category = category_name(intent->category);
	row->pinned = true;
	row->needs_human = false;
	if (row->fixed == NULL)
		row->priority = NULL; /* it was raised for what the ticket is not about */
	triage_decide(it->ticket->guide, it->ticket->task->arena, it->ticket->at, row,
	              read ? standing->reading : &nothing, &decision);
	row->priority = decision.priority;
	row->queue = decision.queue;
	if (standing != NULL)
		restate(it, standing, intent, &decision);
	TRY(say_corrected(it, from, intent, &decision));
	keep(it, from);
	task_save(it->ticket->task, &triage_table, row);
	return say_applied(it);
}

static enum status act(struct correction *it)
{
	const Opsmesh__V1__ActionParameter *const given = action_parameter(it->requested, "intent");

	if (given == NULL)
		return STATUS_OK;
	const char *const plain = action_plain(given);
	const struct taxonomy_intent *const intent =
	    plain != NULL ? taxonomy_find(it->ticket->guide->taxonomy, plain) : NULL;

	if (it->requested->n_parameters > 1)
		return refuse(it, REFUSAL(INVALID), "action",
		              "Correct takes intent alone, or priority and account_id.");
	if (intent == NULL)
		return refuse(it, REFUSAL(INVALID), "intent", "The taxonomy has no such intent.");
	if (!it->ticket->known)
		return refuse(it, REFUSAL(UNKNOWN_SUBJECT), "on.id", "There is no such ticket.");
	if (it->ticket->row.pinned && text_equal(it->ticket->row.intent, intent->id))
		return refuse(it, REFUSAL(NO_CHANGE), "intent", "A person has said so before.");
	return apply(it, intent);
}

enum status triage_on_action_requested(struct task *task,
                                       const Opsmesh__V1__ActionRequested *requested)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)task->message;
	struct triage ticket;
	struct correction it = { .ticket = &ticket, .action = action, .requested = requested };

	if (!is_ours(requested))
		return STATUS_OK;
	TRY(triage_open(task, requested->on->id, &ticket));
	if (!proto_instant(action->occurred_at, &ticket.at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	return act(&it);
}

void triage_need_action(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)event;

	if (is_ours(action->requested))
		task_need(task, &triage_table,
		          &(struct triage_row){ .ticket_id = action->requested->on->id });
}
