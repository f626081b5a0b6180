/*
 * Where a ticket stands, from what was said about it: the first sentence of a hand-over.
 */
#include "services/opsmesh/story_reading.h"

#include "common/base/text.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

struct standing {
	Opsmesh__V1__TicketStatus status;
	Opsmesh__V1__Priority priority;
	Opsmesh__V1__Tier tier;
	const char *account;
	const char *assignee;
	const char *team;
	bool opened;
};

/* Triage. */

static void take_classified(struct triage_now *now, const Opsmesh__V1__TicketClassified *fact)
{
	if (now->person != NULL && !text_equal(now->person->message_id, fact->message_id))
		now->person = NULL;
	now->corrected = fact->pinned;
	now->priority = fact->priority;
	now->category = fact->category;
	now->intent = fact->intent;
	now->queue = fact->queue;
	now->confidence_ppm =
	    fact->intent[0] == '\0' ? fact->category_confidence_ppm : fact->confidence_ppm;
	now->model = fact->model_version;
	now->taxonomy = fact->taxonomy;
}

/* It leaves what the ticket is about as it was said before. */
static void take_person(struct triage_now *now, const Opsmesh__V1__NeedsHuman *fact)
{
	now->person = fact;
	now->priority = fact->priority;
	now->queue = fact->queue;
	now->model = fact->model_version;
	now->taxonomy = fact->taxonomy;
}

static void take_correction(struct triage_now *now,
                            const Opsmesh__V1__ClassificationCorrected *fact)
{
	now->person = NULL;
	now->corrected = true;
	now->priority = fact->priority;
	now->category = fact->category;
	now->intent = fact->to_intent;
	now->queue = fact->queue;
	now->model = fact->model_version;
	now->taxonomy = fact->taxonomy;
}

static bool take_triage(struct triage_now *now, const Opsmesh__V1__TriageEvent *event)
{
	if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED)
		take_classified(now, event->classified);
	else if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN)
		take_person(now, event->needs_human);
	else if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED)
		take_correction(now, event->corrected);
	else
		return false;
	return true;
}

struct triage_now story_triage_now(const struct told_list *facts)
{
	struct triage_now now = { .intent = "", .queue = "", .model = "", .taxonomy = "" };

	for (size_t i = 0; i < facts->count; i++) {
		const void *const message = facts->list[i].message;

		if (facts->list[i].topic == OPS_TRIAGE && !facts->list[i].dead && message != NULL)
			now.said = take_triage(&now, message) || now.said;
	}
	return now;
}

const char *story_triage_standing(const struct story *story, const struct triage_now *now)
{
	const char *const matter = story_matter(story, now->intent, now->category);
	const bool known =
	    now->intent[0] != '\0' || now->category != OPSMESH__V1__CATEGORY__CATEGORY_UNSPECIFIED;
	const char *text;

	if (!now->said)
		return "";
	if (!known)
		text = "What it is about is not known";
	else if (now->corrected)
		text = arena_printf(story->arena, "A person said that it is %s", matter);
	else
		text = arena_printf(story->arena, "It is taken for %s, %s sure", matter,
		                    story_share(story, now->confidence_ppm));
	return arena_printf(story->arena, "%s%s%s%s.%s%s%s", text,
	                    now->queue[0] == '\0' ? "" : "; queue ", now->queue,
	                    story_versions(story, now->model, now->taxonomy),
	                    now->person == NULL ? "" : "\nA person must look: ",
	                    now->person == NULL ? "" : story_needs_human(story, now->person),
	                    now->person == NULL ? "" : ".");
}

/* The ticket. */

static void take_opening(struct standing *standing, const Opsmesh__V1__TicketOpened *fact)
{
	standing->opened = true;
	standing->status = fact->status;
	standing->priority = fact->priority;
	standing->account = fact->account_id;
}

static void take_account(struct standing *standing, const char *account, Opsmesh__V1__Tier tier)
{
	standing->account = account;
	standing->tier = tier;
}

static void take(struct standing *standing, const Opsmesh__V1__TicketEvent *event)
{
	const Opsmesh__V1__TicketAssigned *const assigned = event->assigned;

	switch (event->fact_case) {
	case OPSMESH__V1__TICKET_EVENT__FACT_OPENED: take_opening(standing, event->opened); break;
	case OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED:
		standing->status = event->status_changed->to_status;
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_REOPENED:
		standing->status = event->reopened->to_status;
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_ASSIGNED:
		standing->assignee = assigned->assignee;
		standing->team = assigned->team;
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_PRIORITY_CHANGED:
		standing->priority = event->priority_changed->to_priority;
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED:
		take_account(standing, event->customer_resolved->account_id,
		             event->customer_resolved->tier);
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_ACCOUNT_CHANGED:
		take_account(standing, event->account_changed->account_id,
		             event->account_changed->tier);
		break;
	case OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED:
	case OPSMESH__V1__TICKET_EVENT__FACT_TAGGED:
	case OPSMESH__V1__TICKET_EVENT__FACT_CSAT_ANSWERED:
	case OPSMESH__V1__TICKET_EVENT__FACT_ACTION_APPLIED:
	case OPSMESH__V1__TICKET_EVENT__FACT_ACTION_REFUSED:
	case OPSMESH__V1__TICKET_EVENT__FACT_REQUEST_REFUSED:
	case OPSMESH__V1__TICKET_EVENT__FACT_ID_CONFLICT:
	case OPSMESH__V1__TICKET_EVENT__FACT_POSSIBLE_DUPLICATE:
	case OPSMESH__V1__TICKET_EVENT__FACT__NOT_SET:
	case _OPSMESH__V1__TICKET_EVENT__FACT__CASE_IS_INT_SIZE:
	default: break;
	}
}

static const char *whose(const struct story *story, const struct standing *standing)
{
	return standing->account[0] == '\0'
	           ? "of nobody that we know"
	           : arena_printf(story->arena, "of account %s (tier %s)", standing->account,
	                          story_word(story, &opsmesh__v1__tier__descriptor,
	                                     (int)standing->tier));
}

static const char *with(const struct story *story, const struct standing *standing)
{
	const char *const who = standing->assignee[0] == '\0' ? "nobody" : standing->assignee;

	return standing->team[0] == '\0'
	           ? arena_printf(story->arena, "with %s", who)
	           : arena_printf(story->arena, "with %s in team %s", who, standing->team);
}

const char *story_standing(const struct story *story, const struct told_list *facts)
{
	struct standing standing = { .account = "", .assignee = "", .team = "" };
	const struct triage_now triage = story_triage_now(facts);

	for (size_t i = 0; i < facts->count; i++) {
		const void *const message = facts->list[i].message;

		if (facts->list[i].topic == OPS_TICKETS && !facts->list[i].dead && message != NULL)
			take(&standing, message);
	}
	if (triage.priority != OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED)
		standing.priority = triage.priority;
	if (!standing.opened)
		return "It was never opened.";
	return arena_printf(
	    story->arena, "It is %s, priority %s, %s, %s.",
	    story_word(story, &opsmesh__v1__ticket_status__descriptor, (int)standing.status),
	    story_word(story, &opsmesh__v1__priority__descriptor, (int)standing.priority),
	    whose(story, &standing), with(story, &standing));
}
