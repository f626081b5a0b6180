#include "tests/support/story_fixture.h"

#include "common/base/text.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MIDNIGHT INT64_C(1777593600000000) /* 2026-05-01T00:00:00Z */
#define MODEL "0123456789abcdef0123456789abcdef"
#define BODY "5月分が二重に請求されています。返金して\nください。card 4242"
#define SUBJECT "請求の件"

static struct arena *arena;

void scene_open(void)
{
	arena = arena_create(64UL * 1024);
}

void scene_close(void)
{
	arena_destroy(arena);
}

struct scene *scene_make(bool revealed)
{
	struct scene *const scene = arena_zero(arena, sizeof(*scene));

	scene->facts.arena = arena;
	scene->story = (struct story){ .arena = arena,
		                       .zone_name = "UTC",
		                       .revealed = revealed,
		                       .ticket = "t1",
		                       .facts = &scene->facts };
	return scene;
}

static const struct told *add(struct scene *scene, int topic, const char *key,
                              const ProtobufCMessage *message)
{
	struct told told = { .stream = topic == OPS_TICKETS ? "ticket/3" : "triage/3",
		             .sequence = (int64_t)scene->facts.count + 1,
		             .topic = topic,
		             .key = key,
		             .type = "ops.test.v1",
		             .time = { MIDNIGHT },
		             .mesh = TIME_MIN,
		             .message = message };

	assert_true(proto_fact(message, &told.name, &told.fact));
	told_add(&scene->facts, &told);
	return &scene->facts.list[scene->facts.count - 1];
}

static Opsmesh__V1__PersonalText *personal(const char *text)
{
	Opsmesh__V1__PersonalText *const result = arena_alloc(arena, sizeof(*result));

	opsmesh__v1__personal_text__init(result);
	result->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	result->text = text_mutable(text);
	return result;
}

/* A ticket with its subject and the message m1. */
struct scene *scene_of(bool revealed)
{
	struct scene *const scene = scene_make(revealed);
	Opsmesh__V1__TicketEvent *const events = arena_alloc(arena, 2 * sizeof(*events));
	Opsmesh__V1__TicketOpened *const opened = arena_alloc(arena, sizeof(*opened));
	Opsmesh__V1__MessageAdded *const said = arena_alloc(arena, sizeof(*said));

	opsmesh__v1__ticket_event__init(&events[0]);
	opsmesh__v1__ticket_event__init(&events[1]);
	opsmesh__v1__ticket_opened__init(opened);
	opsmesh__v1__message_added__init(said);
	opened->subject = personal(SUBJECT);
	opened->status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_OPEN;
	said->message_id = text_mutable("m1");
	said->body = personal(BODY);
	events[0].fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	events[0].opened = opened;
	events[1].fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	events[1].message_added = said;
	add(scene, OPS_TICKETS, "t1", &events[0].base);
	add(scene, OPS_TICKETS, "t1", &events[1].base);
	return scene;
}

Opsmesh__V1__TriageEvent *event_make(void)
{
	Opsmesh__V1__TriageEvent *const event = arena_alloc(arena, sizeof(*event));

	opsmesh__v1__triage_event__init(event);
	return event;
}

struct story_line scene_tell(struct scene *scene, const Opsmesh__V1__TriageEvent *event)
{
	return story_tell(&scene->story, add(scene, OPS_TRIAGE, "t1", &event->base));
}

char **two_words(const char *one, const char *other)
{
	char **const list = arena_alloc(arena, 2 * sizeof(*list));

	list[0] = text_mutable(one);
	list[1] = text_mutable(other);
	return list;
}

Opsmesh__V1__Span *span_make(uint32_t at, uint32_t size, bool in_subject)
{
	Opsmesh__V1__Span *const span = arena_alloc(arena, sizeof(*span));

	opsmesh__v1__span__init(span);
	span->at = at;
	span->size = size;
	span->in_subject = in_subject;
	return span;
}

/* The place of words in the body or the subject. */
static Opsmesh__V1__Span *span_of(const char *text)
{
	const char *const in_body = strstr(BODY, text);

	return in_body != NULL
	           ? span_make((uint32_t)(in_body - BODY), (uint32_t)strlen(text), false)
	           : span_make(0, (uint32_t)strlen(text), true);
}

Opsmesh__V1__ClassificationReason *reason_make(Opsmesh__V1__Span *span, int32_t weight_ppm)
{
	Opsmesh__V1__ClassificationReason *const reason = arena_alloc(arena, sizeof(*reason));

	opsmesh__v1__classification_reason__init(reason);
	reason->span = span;
	reason->weight_ppm = weight_ppm;
	return reason;
}

Opsmesh__V1__RuleMatch **rules_make(const char *priority, const char *routing)
{
	static const char *const documents[] = { "priority", "routing" };
	const char *const ids[] = { priority, routing };
	Opsmesh__V1__RuleMatch **const list =
	    arena_alloc(arena, 2 * sizeof(Opsmesh__V1__RuleMatch *));

	for (size_t i = 0; i < 2; i++) {
		list[i] = arena_alloc(arena, sizeof(*list[i]));
		opsmesh__v1__rule_match__init(list[i]);
		list[i]->document = text_mutable(documents[i]);
		list[i]->version = 2;
		list[i]->rule = text_mutable(ids[i]);
	}
	list[0]->matched = two_words("tier=pro", "intent=duplicate_charge");
	list[0]->n_matched = 2;
	return list;
}

static Opsmesh__V1__Signal *signal_make(Opsmesh__V1__SignalKind kind, const char *text)
{
	Opsmesh__V1__Signal *const signal = arena_alloc(arena, sizeof(*signal));

	opsmesh__v1__signal__init(signal);
	signal->kind = kind;
	signal->span = span_of(text);
	signal->phrase = text_mutable("a-phrase");
	return signal;
}

static Opsmesh__V1__Entity *entity_make(Opsmesh__V1__EntityKind kind, const char *text,
                                        const char *value)
{
	Opsmesh__V1__Entity *const entity = arena_alloc(arena, sizeof(*entity));

	opsmesh__v1__entity__init(entity);
	entity->kind = kind;
	entity->span = span_of(text);
	entity->value = text_mutable(value);
	return entity;
}

static Opsmesh__V1__Entity *amount_make(int64_t minor, const char *currency)
{
	Opsmesh__V1__Entity *const entity =
	    entity_make(OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_AMOUNT, "5月", "");

	entity->amount = arena_alloc(arena, sizeof(*entity->amount));
	opsmesh__v1__money__init(entity->amount);
	entity->amount->minor = minor;
	entity->amount->currency = text_mutable(currency);
	return entity;
}

static Opsmesh__V1__Reading *reading_make(void)
{
	Opsmesh__V1__Reading *const reading = arena_alloc(arena, sizeof(*reading));

	opsmesh__v1__reading__init(reading);
	reading->language = text_mutable("ja");
	reading->second_language = text_mutable("en");
	reading->n_signals = 3;
	reading->signals = arena_alloc(arena, 3 * sizeof(void *));
	reading->signals[0] = signal_make(OPSMESH__V1__SIGNAL_KIND__SIGNAL_KIND_NEGATIVE, "二重に");
	reading->signals[1] = signal_make(OPSMESH__V1__SIGNAL_KIND__SIGNAL_KIND_NEGATIVE, "返金");
	reading->signals[2] =
	    signal_make(OPSMESH__V1__SIGNAL_KIND__SIGNAL_KIND_ASKS_PERSON, "ください");
	reading->n_entities = 4;
	reading->entities = arena_alloc(arena, 4 * sizeof(void *));
	reading->entities[0] = amount_make(12000, "JPY");
	reading->entities[1] =
	    entity_make(OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_INVOICE, "5月", "INV-1");
	reading->entities[2] =
	    entity_make(OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_EMAIL, "5月分", "");
	reading->entities[3] =
	    entity_make(OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_CARD_NUMBER, "4242", "");
	return reading;
}

static Opsmesh__V1__Suggestion **suggestions_make(void)
{
	Opsmesh__V1__Suggestion **const list = arena_alloc(arena, 2 * sizeof(void *));

	for (size_t i = 0; i < 2; i++) {
		list[i] = arena_alloc(arena, sizeof(*list[i]));
		opsmesh__v1__suggestion__init(list[i]);
		list[i]->kind = (Opsmesh__V1__SuggestionKind)(i + 1);
		list[i]->id = text_mutable(i == 0 ? "refund_received" : "refund");
	}
	list[0]->reasons = two_words("intent", "lacks amount");
	list[0]->n_reasons = 2;
	return list;
}

/* With everything that an answer can have. */
Opsmesh__V1__TriageEvent *classified_make(void)
{
	Opsmesh__V1__TriageEvent *const event = event_make();
	Opsmesh__V1__TicketClassified *const fact = arena_alloc(arena, sizeof(*fact));

	opsmesh__v1__ticket_classified__init(fact);
	fact->message_id = text_mutable("m1");
	fact->category = OPSMESH__V1__CATEGORY__CATEGORY_BILLING;
	fact->intent = text_mutable("duplicate_charge");
	fact->message_intent = fact->intent;
	fact->confidence_ppm = 968000;
	fact->second_intent = text_mutable("refund");
	fact->second_confidence_ppm = 21000;
	fact->priority = OPSMESH__V1__PRIORITY__PRIORITY_HIGH;
	fact->queue = text_mutable("billing");
	fact->escalations = two_words("on-call", "");
	fact->n_escalations = 1;
	fact->rules = rules_make("charged-twice", "by-category");
	fact->n_rules = 2;
	fact->n_reasons = 3;
	fact->reasons = arena_alloc(arena, 3 * sizeof(void *));
	fact->reasons[0] = reason_make(span_of("返金して\nください"), 480000);
	fact->reasons[1] = reason_make(span_of("請求の件"), 205500);
	fact->reasons[2] = reason_make(span_of("card"), -50000);
	fact->reading = reading_make();
	fact->suggestions = suggestions_make();
	fact->n_suggestions = 2;
	fact->model_version = text_mutable(MODEL);
	fact->taxonomy = text_mutable("support/1");
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED;
	event->classified = fact;
	return event;
}

Opsmesh__V1__TriageEvent *needs_human_make(Opsmesh__V1__NeedsHumanCause cause)
{
	static Opsmesh__V1__Shortfall why[] = { OPSMESH__V1__SHORTFALL__SHORTFALL_ASKS_PERSON,
		                                OPSMESH__V1__SHORTFALL__SHORTFALL_ASKED_AGAIN };
	Opsmesh__V1__TriageEvent *const event = event_make();
	Opsmesh__V1__NeedsHuman *const fact = arena_alloc(arena, sizeof(*fact));

	opsmesh__v1__needs_human__init(fact);
	fact->message_id = text_mutable("m1");
	fact->cause = cause;
	fact->why = why;
	fact->n_why = COUNT_OF(why);
	fact->confidence_ppm = 431000;
	fact->threshold_ppm = 450000;
	fact->priority = OPSMESH__V1__PRIORITY__PRIORITY_NORMAL;
	fact->queue = text_mutable("support");
	fact->model_version = text_mutable(MODEL);
	fact->taxonomy = text_mutable("support/1");
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN;
	event->needs_human = fact;
	return event;
}

Opsmesh__V1__TriageEvent *corrected_make(const char *from)
{
	Opsmesh__V1__TriageEvent *const event = event_make();
	Opsmesh__V1__ClassificationCorrected *const fact = arena_alloc(arena, sizeof(*fact));

	opsmesh__v1__classification_corrected__init(fact);
	fact->action_id = text_mutable("a1");
	fact->from_intent = text_mutable(from);
	fact->to_intent = text_mutable("refund");
	fact->category = OPSMESH__V1__CATEGORY__CATEGORY_BILLING;
	fact->priority = OPSMESH__V1__PRIORITY__PRIORITY_NORMAL;
	fact->queue = text_mutable("billing");
	fact->model_version = text_mutable(MODEL);
	fact->taxonomy = text_mutable("support/1");
	fact->by = arena_alloc(arena, sizeof(*fact->by));
	opsmesh__v1__actor__init(fact->by);
	fact->by->role = OPSMESH__V1__ROLE__ROLE_AGENT;
	fact->by->principal = text_mutable("hanako");
	event->fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED;
	event->corrected = fact;
	return event;
}

Opsmesh__V1__PatternEvidence *evidence_make(void)
{
	Opsmesh__V1__PatternEvidence *const evidence = arena_alloc(arena, sizeof(*evidence));

	opsmesh__v1__pattern_evidence__init(evidence);
	evidence->rule = OPSMESH__V1__PATTERN_RULE__PATTERN_RULE_BURST;
	evidence->token = text_mutable("");
	evidence->customers = 12;
	evidence->tickets = 14;
	evidence->threshold = 9;
	evidence->baseline_ppm = 2100000;
	evidence->window_s = 3600;
	evidence->policy = text_mutable("patterns/1");
	evidence->languages = two_words("en", "ja");
	evidence->n_languages = 2;
	return evidence;
}

Google__Protobuf__Timestamp *stamp_make(void)
{
	return proto_timestamp(arena, (struct instant){ MIDNIGHT });
}
