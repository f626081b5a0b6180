/*
 * What was found, as TriageEvent: each fact with all that decided it. The key is the intent.
 */
#include "services/classifier/pattern.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

static const Opsmesh__V1__PatternRule rules[PATTERN_RULES] = {
	[PATTERN_BURST] = OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_BURST,
	[PATTERN_ERROR_CODE] = OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_ERROR_CODE,
	[PATTERN_NEAR_DUPLICATE] = OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_NEAR_DUPLICATE,
};

static char *pattern_id(struct arena *arena, const char *intent, const struct pattern_known *known)
{
	return arena_printf(arena, "pattern/%s/%lld", intent, (long long)known->number);
}

static enum status say(struct task *task, const char *intent, const char *subject,
                       struct instant at, Opsmesh__V1__TriageEvent *event)
{
	event->occurred_at = proto_timestamp(task->arena, at);
	return task_emit(task, &(struct emission){ .topic = OPS_TRIAGE,
	                                           .key = intent,
	                                           .subject = subject,
	                                           .time = at,
	                                           .message = &event->base });
}

/* Parts. */

static Opsmesh__V1__PatternTicket **tickets_make(struct arena *arena,
                                                 const struct pattern_fact *fact)
{
	Opsmesh__V1__PatternTicket **const list =
	    arena_alloc(arena, (fact->ticket_count + 1) * sizeof(void *));

	for (size_t i = 0; i < fact->ticket_count; i++) {
		const struct pattern_report *const report = &fact->tickets[i];

		list[i] = arena_alloc(arena, sizeof(*list[i]));
		opsmesh__v1__pattern_ticket__init(list[i]);
		list[i]->ticket_id = text_mutable(report->ticket_id);
		list[i]->message_id = text_mutable(report->message_id);
		list[i]->customer = text_mutable(report->customer);
		list[i]->language = text_mutable(report->language);
		list[i]->occurred_at = proto_timestamp(arena, report->at);
	}
	return list;
}

static Opsmesh__V1__PatternEvidence *evidence_make(struct arena *arena,
                                                   const struct pattern_policy *policy,
                                                   const struct pattern_fact *fact)
{
	const struct pattern_evidence *const evidence = &fact->evidence;
	Opsmesh__V1__PatternEvidence *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__pattern_evidence__init(made);
	made->rule = rules[fact->known->rule];
	made->token = text_mutable(fact->known->token);
	made->customers = evidence->customers;
	made->tickets = evidence->tickets;
	made->threshold = evidence->threshold;
	made->baseline_ppm = evidence->usual.customers_ppm;
	made->baseline_weeks = evidence->usual.weeks;
	made->window_s = (int32_t)(evidence->window.us / 1000000);
	made->policy = arena_printf(arena, "%s/%lld", policy->id, (long long)policy->version);
	made->n_languages = evidence->language_count;
	made->languages = arena_alloc(arena, (evidence->language_count + 1) * sizeof(char *));
	for (size_t i = 0; i < evidence->language_count; i++)
		made->languages[i] = text_mutable(evidence->languages[i]);
	return made;
}

/* Facts. */

static enum status say_found(struct task *task, const char *intent,
                             const struct pattern_policy *policy, const struct pattern_fact *fact)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__PatternFound found = OPSMESH__V1__PATTERN_FOUND__INIT;

	found.pattern_id = pattern_id(task->arena, intent, fact->known);
	found.intent = text_mutable(intent);
	found.evidence = evidence_make(task->arena, policy, fact);
	found.n_tickets = fact->ticket_count;
	found.tickets = tickets_make(task->arena, fact);
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_FOUND;
	event.pattern_found = &found;
	return say(task, intent, found.pattern_id, fact->at, &event);
}

static enum status say_grew(struct task *task, const char *intent,
                            const struct pattern_policy *policy, const struct pattern_fact *fact)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__PatternGrew grew = OPSMESH__V1__PATTERN_GREW__INIT;

	grew.pattern_id = pattern_id(task->arena, intent, fact->known);
	grew.intent = text_mutable(intent);
	grew.evidence = evidence_make(task->arena, policy, fact);
	grew.n_added = fact->ticket_count;
	grew.added = tickets_make(task->arena, fact);
	grew.customers_ever = (int32_t)fact->known->customers.count;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_GREW;
	event.pattern_grew = &grew;
	return say(task, intent, grew.pattern_id, fact->at, &event);
}

static enum status say_returned(struct task *task, const char *intent,
                                const struct pattern_policy *policy,
                                const struct pattern_fact *fact)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__PatternReturned returned = OPSMESH__V1__PATTERN_RETURNED__INIT;

	returned.pattern_id = pattern_id(task->arena, intent, fact->known);
	returned.intent = text_mutable(intent);
	returned.evidence = evidence_make(task->arena, policy, fact);
	returned.n_tickets = fact->ticket_count;
	returned.tickets = tickets_make(task->arena, fact);
	returned.quiet_since = proto_timestamp(task->arena, fact->quiet_since);
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_RETURNED;
	event.pattern_returned = &returned;
	return say(task, intent, returned.pattern_id, fact->at, &event);
}

enum status pattern_say_fact(struct task *task, const char *intent,
                             const struct pattern_policy *policy, const struct pattern_fact *fact)
{
	switch (fact->kind) {
	case PATTERN_GREW: return say_grew(task, intent, policy, fact);
	case PATTERN_RETURNED: return say_returned(task, intent, policy, fact);
	case PATTERN_FOUND: break;
	}
	return say_found(task, intent, policy, fact);
}

enum status pattern_say_quieted(struct task *task, const char *intent,
                                const struct pattern_known *known, struct instant at)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__PatternQuieted quieted = OPSMESH__V1__PATTERN_QUIETED__INIT;

	quieted.pattern_id = pattern_id(task->arena, intent, known);
	quieted.intent = text_mutable(intent);
	quieted.last_report = proto_timestamp(task->arena, known->last_report);
	quieted.customers_ever = (int32_t)known->customers.count;
	quieted.tickets_ever = (int32_t)known->tickets.count;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_QUIETED;
	event.pattern_quieted = &quieted;
	return say(task, intent, quieted.pattern_id, at, &event);
}

enum status pattern_say_duplicate(struct task *task, const char *intent, const char *customer,
                                  const struct pattern_duplicate *duplicate)
{
	const struct pattern_report *const later = &duplicate->later->report;
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__DuplicateSuspected suspected = OPSMESH__V1__DUPLICATE_SUSPECTED__INIT;

	suspected.ticket_id = text_mutable(later->ticket_id);
	suspected.other_ticket_id = text_mutable(duplicate->earlier->report.ticket_id);
	suspected.intent = text_mutable(intent);
	suspected.customer = text_mutable(customer);
	suspected.similarity_ppm = duplicate->likeness_ppm;
	suspected.n_shared = duplicate->shared_count;
	suspected.shared = arena_alloc(task->arena, (duplicate->shared_count + 1) * sizeof(char *));
	for (size_t i = 0; i < duplicate->shared_count; i++)
		suspected.shared[i] = text_mutable(duplicate->shared[i]);
	suspected.other_channel = duplicate->later->channel != duplicate->earlier->channel;
	event.ticket_id = text_mutable(later->ticket_id);
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_DUPLICATE_SUSPECTED;
	event.duplicate_suspected = &suspected;
	return say(task, intent, later->ticket_id, later->at, &event);
}
