/*
 * What tickets are taken for, and what came of it, as sentences.
 */
#include "services/opsmesh/story_reading.h"

#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"

/* The decisions of each kind of fact. */

static struct story_decision of_classified(const Opsmesh__V1__TicketClassified *fact)
{
	return (struct story_decision){ fact->priority,      fact->queue, fact->escalations,
		                        fact->n_escalations, fact->rules, fact->n_rules };
}

static struct story_decision of_needs_human(const Opsmesh__V1__NeedsHuman *fact)
{
	return (struct story_decision){ fact->priority,      fact->queue, fact->escalations,
		                        fact->n_escalations, fact->rules, fact->n_rules };
}

/* Rules asked again: the message was judged before, and is judged as it was. */

static const Opsmesh__V1__TriageEvent *triage_of(const struct told *told)
{
	const void *const message = told->message;

	return told->topic == OPS_TRIAGE && !told->dead ? message : NULL;
}

static bool is_about(const Opsmesh__V1__TriageEvent *event,
                     Opsmesh__V1__TriageEvent__FactCase fact_case, const char *message)
{
	if (event->fact_case != fact_case)
		return false;
	return fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED
	           ? text_equal(event->classified->message_id, message)
	           : text_equal(event->needs_human->message_id, message);
}

/* The answer of the same kind to the same message that stood until this fact; NULL: none did. */
static const Opsmesh__V1__TriageEvent *before(const struct story *story, const struct told *told,
                                              Opsmesh__V1__TriageEvent__FactCase fact_case,
                                              const char *message)
{
	const Opsmesh__V1__TriageEvent *found = NULL;

	for (size_t i = 0; story->facts != NULL && i < story->facts->count; i++) {
		const struct told *const other = &story->facts->list[i];
		const Opsmesh__V1__TriageEvent *const event = triage_of(other);

		if (other->sequence == told->sequence && text_equal(other->stream, told->stream))
			return found;
		if (event == NULL || !text_equal(other->key, told->key))
			continue;
		if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED)
			found = NULL;
		else if (is_about(event, fact_case, message))
			found = event;
	}
	return NULL;
}

static bool judged_alike(const Opsmesh__V1__TicketClassified *one,
                         const Opsmesh__V1__TicketClassified *other)
{
	return one->category == other->category && text_equal(one->intent, other->intent) &&
	       text_equal(one->message_intent, other->message_intent) &&
	       text_equal(one->second_intent, other->second_intent) &&
	       one->confidence_ppm == other->confidence_ppm && one->pinned == other->pinned &&
	       text_equal(one->model_version, other->model_version) &&
	       text_equal(one->taxonomy, other->taxonomy);
}

static bool wanted_alike(const Opsmesh__V1__NeedsHuman *one, const Opsmesh__V1__NeedsHuman *other)
{
	bool alike = one->cause == other->cause && one->n_why == other->n_why &&
	             text_equal(one->intent, other->intent) &&
	             one->confidence_ppm == other->confidence_ppm &&
	             one->threshold_ppm == other->threshold_ppm &&
	             text_equal(one->model_version, other->model_version) &&
	             text_equal(one->taxonomy, other->taxonomy);

	for (size_t i = 0; alike && i < one->n_why; i++)
		alike = one->why[i] == other->why[i];
	return alike;
}

static bool escalates_alike(const struct story_decision *one, const struct story_decision *other)
{
	bool alike = one->escalation_count == other->escalation_count;

	for (size_t i = 0; alike && i < one->escalation_count; i++)
		alike = text_equal(one->escalations[i], other->escalations[i]);
	return alike;
}

static const char *or_none(const char *text)
{
	return text[0] == '\0' ? "none" : text;
}

static const char *decided_anew(const struct story *story, const struct story_decision *now,
                                const struct story_decision *was)
{
	const ProtobufCEnumDescriptor *const priorities = &opsmesh__v1__priority__descriptor;
	const char *text = "";

	if (now->priority != was->priority)
		text = arena_printf(story->arena, "; priority now %s (before %s)%s",
		                    story_word(story, priorities, (int)now->priority),
		                    story_word(story, priorities, (int)was->priority),
		                    story_rule(story, now, "priority"));
	if (!text_equal(now->queue, was->queue))
		text = arena_printf(story->arena, "%s; queue now %s (before %s)%s", text,
		                    or_none(now->queue), or_none(was->queue),
		                    story_rule(story, now, "routing"));
	if (!escalates_alike(now, was))
		text = arena_printf(story->arena, "%s; %s", text,
		                    now->escalation_count == 0 ? "nobody must hear of it any more"
		                                               : story_escalated(story, now));
	return arena_printf(story->arena, "asks the rules again%s",
	                    text[0] == '\0' ? "; they say the same" : text);
}

/* Classified. */

static const char *second(const struct story *story, const Opsmesh__V1__TicketClassified *fact)
{
	return fact->second_intent[0] == '\0'
	           ? ""
	           : arena_printf(story->arena, " (else %s, %s)",
	                          story_plain(story, fact->second_intent),
	                          story_share(story, fact->second_confidence_ppm));
}

/* Why, and how many places of the text are to be filled in by hand. */
static const char *suggested_because(const struct story *story,
                                     const Opsmesh__V1__Suggestion *suggestion)
{
	const char *text = "";
	size_t lacking = 0;

	for (size_t i = 0; i < suggestion->n_reasons; i++)
		if (text_starts(suggestion->reasons[i], "lacks "))
			lacking++;
		else
			text = arena_printf(story->arena, "%s%s%s", text,
			                    text[0] == '\0' ? "" : ", ", suggestion->reasons[i]);
	if (lacking > 0)
		text = arena_printf(story->arena, "%s%slacks %zu", text,
		                    text[0] == '\0' ? "" : ", ", lacking);
	return text[0] == '\0' ? "" : arena_printf(story->arena, " (%s)", text);
}

static const char *suggested(const struct story *story, const Opsmesh__V1__TicketClassified *fact)
{
	const char *text = "";

	for (size_t i = 0; i < fact->n_suggestions; i++)
		text =
		    arena_printf(story->arena, "%s%s%s %s%s", text, i == 0 ? "; suggests " : ", ",
		                 story_word(story, &opsmesh__v1__suggestion_kind__descriptor,
		                            (int)fact->suggestions[i]->kind),
		                 fact->suggestions[i]->id,
		                 suggested_because(story, fact->suggestions[i]));
	return text;
}

/* How sure the model is of what the message is about, which need not be what the ticket is about. */
static const char *how_sure(const struct story *story, const Opsmesh__V1__TicketClassified *fact)
{
	const char *const sure =
	    arena_printf(story->arena, "%s sure%s", story_share(story, fact->confidence_ppm),
	                 second(story, fact));

	if (fact->intent[0] == '\0' && !fact->pinned)
		return arena_printf(story->arena, ", %s sure",
		                    story_share(story, fact->category_confidence_ppm));
	if (fact->message_intent[0] == '\0' || text_equal(fact->message_intent, fact->intent))
		return fact->pinned ? "" : arena_printf(story->arena, ", %s", sure);
	return arena_printf(story->arena, "; this message alone is %s, %s",
	                    story_plain(story, fact->message_intent), sure);
}

/* Of a ticket that a person corrected, what that person said. */
static const char *taken_for(const struct story *story, const Opsmesh__V1__TicketClassified *fact)
{
	return arena_printf(story->arena, "%s %s%s%s",
	                    fact->pinned ? "keeps it as" : "takes it for",
	                    story_matter(story, fact->intent, fact->category),
	                    fact->pinned ? ", as a person said" : "", how_sure(story, fact));
}

static const char *classified(const struct story *story, const struct told *told,
                              const Opsmesh__V1__TicketClassified *fact)
{
	const struct story_source source = story_source_find(story, told->key, fact->message_id);
	const Opsmesh__V1__TriageEvent *const last =
	    before(story, told, OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED, fact->message_id);
	const struct story_decision now = of_classified(fact);

	if (last != NULL && judged_alike(last->classified, fact)) {
		const struct story_decision was = of_classified(last->classified);

		return decided_anew(story, &now, &was);
	}
	return arena_printf(story->arena, "%s%s%s%s%s%s", taken_for(story, fact),
	                    story_decided(story, &now),
	                    story_reasons(story, &source, fact->reasons, fact->n_reasons),
	                    story_read(story, &source, fact->reading), suggested(story, fact),
	                    story_versions(story, fact->model_version, fact->taxonomy));
}

/* A person must look. */

static const char *fell_short(const struct story *story, const Opsmesh__V1__NeedsHuman *fact)
{
	static const char *const words[] = {
		[OPSMESH__V1__SHORTFALL__SHORTFALL_ASKS_PERSON] = "the customer asks for a person",
		[OPSMESH__V1__SHORTFALL__SHORTFALL_ASKED_AGAIN] = "the customer asks again",
		[OPSMESH__V1__SHORTFALL__SHORTFALL_CONTRADICTION] =
		    "the customer says that an answer was wrong",
		[OPSMESH__V1__SHORTFALL__SHORTFALL_FALLING_SENTIMENT] =
		    "the customer grows less content",
		[OPSMESH__V1__SHORTFALL__SHORTFALL_LOW_CONFIDENCE] =
		    "what the customer wants is not clear",
	};
	const char *text = "";

	for (size_t i = 0; i < fact->n_why; i++) {
		const size_t why = (size_t)fact->why[i];

		text = arena_printf(story->arena, "%s%s%s", text, i == 0 ? ": " : ", ",
		                    why < COUNT_OF(words) && words[why] != NULL
		                        ? words[why]
		                        : story_word(story, &opsmesh__v1__shortfall__descriptor,
		                                     (int)fact->why[i]));
	}
	return text;
}

const char *story_needs_human(const struct story *story, const Opsmesh__V1__NeedsHuman *fact)
{
	switch (fact->cause) {
	case OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_LOW_CONFIDENCE:
		return arena_printf(story->arena,
		                    "the best guess is %s sure, where %s are asked for",
		                    story_share(story, fact->confidence_ppm),
		                    story_share(story, fact->threshold_ppm));
	case OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_NO_TEXT:
		return "there is nothing of the customer's to read";
	case OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_LANGUAGE:
		return "the model was not trained for the language";
	case OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_AI_FELL_SHORT:
		return arena_printf(story->arena, "a program's answers fell short%s",
		                    fell_short(story, fact));
	case OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_UNSPECIFIED:
	case _OPSMESH__V1__NEEDS_HUMAN_CAUSE_IS_INT_SIZE:
	default: break;
	}
	return fact->reason[0] == '\0' ? "it does not say why" : fact->reason;
}

static const char *needs_human(const struct story *story, const struct told *told,
                               const Opsmesh__V1__NeedsHuman *fact)
{
	const struct story_source source = story_source_find(story, told->key, fact->message_id);
	const Opsmesh__V1__TriageEvent *const last =
	    before(story, told, OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN, fact->message_id);
	const struct story_decision now = of_needs_human(fact);

	if (last != NULL && wanted_alike(last->needs_human, fact)) {
		const struct story_decision was = of_needs_human(last->needs_human);

		return decided_anew(story, &now, &was);
	}
	return arena_printf(story->arena, "wants a person to look: %s%s%s%s%s%s",
	                    story_needs_human(story, fact),
	                    fact->intent[0] == '\0' ? "" : "; the ticket is about ",
	                    story_plain(story, fact->intent), story_decided(story, &now),
	                    story_read(story, &source, fact->reading),
	                    story_versions(story, fact->model_version, fact->taxonomy));
}

/* Corrected. */

static const char *corrected(const struct story *story,
                             const Opsmesh__V1__ClassificationCorrected *fact)
{
	const struct story_decision now = { fact->priority, fact->queue,  NULL, 0,
		                            fact->rules,    fact->n_rules };

	return arena_printf(
	    story->arena, "says that it is %s%s%s (action %s)%s%s",
	    story_matter(story, fact->to_intent, fact->category),
	    fact->from_intent[0] == '\0' ? ", where nothing was known" : ", not ",
	    story_plain(story, fact->from_intent), fact->action_id, story_decided(story, &now),
	    fact->model_version[0] == '\0'
		? story_versions(story, "", fact->taxonomy)
		: arena_printf(story->arena, "; corrected %s",
	                       story_versions(story, fact->model_version, fact->taxonomy) +
	                           sizeof("; by ") - 1));
}

struct story_line story_triage(const struct story *story, const struct told *told)
{
	const void *const message = told->message;
	const Opsmesh__V1__TriageEvent *const event = message;

	if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED)
		return (struct story_line){ NULL, classified(story, told, event->classified) };
	if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN)
		return (struct story_line){ NULL, needs_human(story, told, event->needs_human) };
	if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED)
		return (struct story_line){ story_actor(story, event->corrected->by),
			                    corrected(story, event->corrected) };
	return (struct story_line){ NULL, story_pattern(story, event) };
}
