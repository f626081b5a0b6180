/*
 * What happens to a ticket, as sentences.
 */
#include "services/opsmesh/story.h"

#include "common/base/text.h"
#include "opsmesh/v1/ticket.pb-c.h"

#include <inttypes.h>

static const char *status_word(const struct story *story, Opsmesh__V1__TicketStatus status)
{
	return story_word(story, &opsmesh__v1__ticket_status__descriptor, (int)status);
}

static const char *priority_word(const struct story *story, Opsmesh__V1__Priority priority)
{
	return story_word(story, &opsmesh__v1__priority__descriptor, (int)priority);
}

static const char *named(const struct story *story, const char *name, const char *value)
{
	return value[0] == '\0' ? "" : arena_printf(story->arena, ", %s %s", name, value);
}

static const char *problems(const struct story *story, Opsmesh__V1__Problem **list, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = arena_printf(story->arena, "%s; %s%s%s%s", text,
		                    story_word(story, &opsmesh__v1__problem_code__descriptor,
		                               (int)list[i]->code),
		                    list[i]->field[0] == '\0' ? "" : " in ", list[i]->field,
		                    story_because(story, list[i]->reason));
	return text;
}

static const char *opened(const struct story *story, const Opsmesh__V1__TicketOpened *fact)
{
	const char *const channel =
	    story_verbatim(story,
	                   story_word(story, &opsmesh__v1__channel__descriptor, (int)fact->channel),
	                   fact->channel_verbatim);

	return arena_printf(
	    story->arena, "opens the ticket by %s%s%s%s%s%s, priority %s, status %s%s%s", channel,
	    named(story, "mailbox", fact->mailbox),
	    named(story, "subject", story_personal(story, fact->subject)),
	    named(story, "from", story_personal(story, fact->requester)),
	    named(story, "contact", story_contact(story, fact->contact_key)),
	    named(story, "account", fact->account_id),
	    story_verbatim(story, priority_word(story, fact->priority), fact->priority_verbatim),
	    story_verbatim(story, status_word(story, fact->status), fact->status_verbatim),
	    named(story, "after the closed ticket", fact->previous_ticket_id),
	    problems(story, fact->problems, fact->n_problems));
}

static const char *message_added(const struct story *story, const Opsmesh__V1__MessageAdded *fact)
{
	const char *const files =
	    fact->n_attachments == 0
		? ""
		: arena_printf(story->arena, ", with %zu attachment%s", fact->n_attachments,
	                       fact->n_attachments == 1 ? "" : "s");

	return arena_printf(
	    story->arena, "writes a %s message%s: %s%s",
	    fact->visibility == OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC ? "public" : "private",
	    files, fact->body == NULL ? "no text" : story_personal(story, fact->body),
	    problems(story, fact->problems, fact->n_problems));
}

static const char *status_changed(const struct story *story, const Opsmesh__V1__StatusChanged *fact)
{
	return arena_printf(
	    story->arena, "moves the status from %s to %s%s",
	    story_verbatim(story, status_word(story, fact->from_status), fact->from_verbatim),
	    story_verbatim(story, status_word(story, fact->to_status), fact->to_verbatim),
	    story_because(story, fact->reason));
}

static const char *reopened(const struct story *story, const Opsmesh__V1__TicketReopened *fact)
{
	return arena_printf(story->arena, "reopens the ticket: it was %s and is %s%s",
	                    status_word(story, fact->from_status),
	                    status_word(story, fact->to_status),
	                    fact->message_id[0] == '\0' ? "" : ", because of a message");
}

static const char *assigned(const struct story *story, const Opsmesh__V1__TicketAssigned *fact)
{
	return arena_printf(story->arena, "assigns it to %s%s (before: %s%s)",
	                    fact->assignee[0] == '\0' ? "nobody" : fact->assignee,
	                    named(story, "team", fact->team),
	                    fact->previous_assignee[0] == '\0' ? "nobody" : fact->previous_assignee,
	                    named(story, "team", fact->previous_team));
}

static const char *priority_changed(const struct story *story,
                                    const Opsmesh__V1__PriorityChanged *fact)
{
	return arena_printf(story->arena, "moves the priority from %s to %s%s",
	                    priority_word(story, fact->from_priority),
	                    story_verbatim(story, priority_word(story, fact->to_priority),
	                                   fact->to_verbatim),
	                    story_because(story, fact->reason));
}

static const char *account_words(const struct story *story, Opsmesh__V1__Tier tier,
                                 const char *verbatim, const char *region, const char *zone)
{
	return arena_printf(
	    story->arena, "tier %s%s%s",
	    story_verbatim(story, story_word(story, &opsmesh__v1__tier__descriptor, (int)tier),
	                   verbatim),
	    named(story, "region", region), named(story, "time zone", zone));
}

static const char *customer_resolved(const struct story *story,
                                     const Opsmesh__V1__CustomerResolved *fact)
{
	return arena_printf(
	    story->arena, "recognises account %s (%s; version %" PRId64 ") by %s, %d.%d %% sure%s",
	    fact->account_id,
	    account_words(story, fact->tier, fact->tier_verbatim, fact->region, fact->time_zone),
	    fact->account_version,
	    story_word(story, &opsmesh__v1__resolution_rule__descriptor, (int)fact->rule),
	    fact->confidence_per_mille / 10, fact->confidence_per_mille % 10,
	    story_because(story, fact->reason));
}

static const char *account_changed(const struct story *story,
                                   const Opsmesh__V1__AccountChanged *fact)
{
	return arena_printf(story->arena, "learns that account %s is now %s (version %" PRId64 ")",
	                    fact->account_id,
	                    account_words(story, fact->tier, fact->tier_verbatim, fact->region,
	                                  fact->time_zone),
	                    fact->account_version);
}

static const char *tagged(const struct story *story, const Opsmesh__V1__TicketTagged *fact)
{
	return arena_printf(story->arena, "tags it: added %s, removed %s; now %s",
	                    story_list(story, fact->added, fact->n_added),
	                    story_list(story, fact->removed, fact->n_removed),
	                    story_list(story, fact->tags, fact->n_tags));
}

static const char *csat_answered(const struct story *story, const Opsmesh__V1__CsatAnswered *fact)
{
	return arena_printf(story->arena, "says how content they are: %d of %d%s%s", fact->score,
	                    fact->scale,
	                    named(story, "comment", story_personal(story, fact->comment)),
	                    named(story, "about", fact->assignee));
}

static const char *possible_duplicate(const struct story *story,
                                      const Opsmesh__V1__PossibleDuplicate *fact)
{
	return arena_printf(story->arena,
	                    "thinks that ticket %s may be about the same, %d.%d %% sure%s",
	                    fact->other_ticket_id, fact->confidence_per_mille / 10,
	                    fact->confidence_per_mille % 10, story_because(story, fact->reason));
}

static const char *sentence(const struct story *story, const Opsmesh__V1__TicketEvent *ticket)
{
	switch (ticket->fact_case) {
	case OPSMESH__V1__TICKET_EVENT__FACT_OPENED: return opened(story, ticket->opened);
	case OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED:
		return message_added(story, ticket->message_added);
	case OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED:
		return status_changed(story, ticket->status_changed);
	case OPSMESH__V1__TICKET_EVENT__FACT_REOPENED: return reopened(story, ticket->reopened);
	case OPSMESH__V1__TICKET_EVENT__FACT_ASSIGNED: return assigned(story, ticket->assigned);
	case OPSMESH__V1__TICKET_EVENT__FACT_PRIORITY_CHANGED:
		return priority_changed(story, ticket->priority_changed);
	case OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED:
		return customer_resolved(story, ticket->customer_resolved);
	case OPSMESH__V1__TICKET_EVENT__FACT_ACCOUNT_CHANGED:
		return account_changed(story, ticket->account_changed);
	case OPSMESH__V1__TICKET_EVENT__FACT_TAGGED: return tagged(story, ticket->tagged);
	case OPSMESH__V1__TICKET_EVENT__FACT_CSAT_ANSWERED:
		return csat_answered(story, ticket->csat_answered);
	case OPSMESH__V1__TICKET_EVENT__FACT_POSSIBLE_DUPLICATE:
		return possible_duplicate(story, ticket->possible_duplicate);
	case OPSMESH__V1__TICKET_EVENT__FACT_ACTION_APPLIED:
	case OPSMESH__V1__TICKET_EVENT__FACT_ACTION_REFUSED:
	case OPSMESH__V1__TICKET_EVENT__FACT_REQUEST_REFUSED:
	case OPSMESH__V1__TICKET_EVENT__FACT_ID_CONFLICT:
	case OPSMESH__V1__TICKET_EVENT__FACT__NOT_SET:
	case _OPSMESH__V1__TICKET_EVENT__FACT__CASE_IS_INT_SIZE:
	default: return NULL;
	}
}

/* A customer's contact key says nothing that the opening does not. */
static const char *author(const struct story *story, const Opsmesh__V1__MessageAdded *fact)
{
	const char *const role = story_word(story, &opsmesh__v1__role__descriptor, (int)fact->role);

	return fact->author[0] == '\0' || fact->role == OPSMESH__V1__ROLE__ROLE_CUSTOMER
	           ? role
	           : arena_printf(story->arena, "%s %s", role, story_contact(story, fact->author));
}

struct story_line story_ticket(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__TicketEvent *const ticket = message;
	const bool says = ticket->fact_case == OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	const char *const who =
	    says ? author(story, ticket->message_added) : story_actor(story, ticket->actor);

	return (struct story_line){ who, sentence(story, ticket) };
}
