/*
 * A customer's message: judged, answered, and told to those who look for patterns.
 */
#include "services/classifier/triage.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/report.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/classifier/judge.h"
#include "services/classifier/pattern_report.h"
#include "services/classifier/pattern_sketch.h"

#include <stdlib.h>
#include <string.h>

#define PASSAGE_BLOCK ((size_t)128 << 10) /* what a message of some 200 bytes takes */
#define CAUSE(name) OPSMESH__V1__NEEDS_HUMAN_CAUSE__NEEDS_HUMAN_CAUSE_##name

/* One message on its way through. */
struct passage {
	struct triage *ticket;
	struct arena
	    *arena; /* its own: what judging takes is far more than what a batch keeps of it */
	const Opsmesh__V1__MessageAdded *added;
	struct judgement judgement;
	Opsmesh__V1__Reading *reading;
	const char *message_intent; /* NULL: not known */
	struct decision decision;
	uint32_t shortfalls; /* a bit for each enum shortfall */
};

/* In. */

static const char *personal_text(const Opsmesh__V1__PersonalText *text)
{
	const bool plain =
	    text != NULL && text->content_case == OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;

	return plain ? text->text : "";
}

/* The subject line is judged with the first message, and not kept any longer. */
static const char *take_subject(struct triage *it)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (it->row.subject.size == 0 ||
	    !proto_unpack(it->task->arena, &opsmesh__v1__personal_text__descriptor, it->row.subject,
	                  &message, reason))
		return NULL;
	it->row.subject = (struct bytes){ NULL, 0 };
	return personal_text((const Opsmesh__V1__PersonalText *)(const void *)message);
}

/* What a correction would teach: the words, cut at a character. */
static struct bytes keep_text(struct arena *arena, const Opsmesh__V1__PersonalText *body)
{
	const char *const text = personal_text(body);
	Opsmesh__V1__PersonalText kept = OPSMESH__V1__PERSONAL_TEXT__INIT;

	if (body == NULL || *text == '\0')
		return (struct bytes){ NULL, 0 };
	kept.subject = body->subject;
	kept.key_id = body->key_id;
	kept.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	kept.text = arena_text(arena, text, text_fit(bytes_of(text), TRIAGE_KEPT_TEXT_MAX));
	return proto_pack(arena, &kept.base);
}

/* What the ticket is about. */

/* Thanks or anger on a ticket that is about something do not make it about thanks or anger. */
static bool passing(const struct triage *it, const char *intent)
{
	return it->row.intent != NULL && taxonomy_find(it->guide->taxonomy, intent)->passing;
}

/* True: the message has an answer that is no NeedsHuman. */
static bool settle_intent(struct passage *it)
{
	struct triage_row *const row = &it->ticket->row;
	const struct judgement *const judgement = &it->judgement;

	if (judgement->doubt != DOUBT_NONE)
		return row->pinned;
	if (judgement->intent_sure)
		it->message_intent = judgement->model.label;
	if (row->pinned || (judgement->intent_sure && passing(it->ticket, it->message_intent)))
		return true;
	if (!judgement->intent_sure && row->intent != NULL)
		return true; /* a category alone does not unsay an intent */
	row->category = category_name(judgement->category);
	row->intent = NULL;
	if (judgement->intent_sure) {
		const struct taxonomy *const taxonomy = it->ticket->guide->taxonomy;

		row->intent = judgement->model.label;
		row->category = category_name(taxonomy_find(taxonomy, row->intent)->category);
	}
	return true;
}

/* Out. */

static Opsmesh__V1__Category category_of(const char *word)
{
	for (unsigned i = 0; category_names[i] != NULL; i++)
		if (text_equal(category_names[i], word))
			return (Opsmesh__V1__Category)(i + 1);
	return OPSMESH__V1__CATEGORY__CATEGORY_UNSPECIFIED;
}

static char **escalations_of(struct passage *it, size_t *count)
{
	char **const list = arena_alloc(it->arena, sizeof(*list));

	*count = it->decision.escalation != NULL ? 1 : 0;
	list[0] = text_mutable(it->decision.escalation);
	return list;
}

static Opsmesh__V1__Suggestion *suggestion_make(struct arena *arena,
                                                const struct suggestion *suggestion)
{
	Opsmesh__V1__Suggestion *const made = arena_alloc(arena, sizeof(*made));
	const char **const reasons = arena_alloc(arena, SUGGEST_REASONS_MAX * sizeof(*reasons));

	opsmesh__v1__suggestion__init(made);
	made->kind = suggestion->kind == SUGGEST_MACRO
	                 ? OPSMESH__V1__SUGGESTION_KIND__SUGGESTION_KIND_MACRO
	                 : OPSMESH__V1__SUGGESTION_KIND__SUGGESTION_KIND_PLAYBOOK;
	made->id = text_mutable(suggestion->id);
	made->version = suggestion->version;
	made->language = text_mutable(tongue_tags[suggestion->tongue]);
	made->n_reasons = suggestion_reasons(arena, suggestion, reasons);
	made->reasons = (char **)(uintptr_t)reasons;
	return made;
}

static void add_suggestions(struct passage *it, Opsmesh__V1__TicketClassified *classified)
{
	const struct triage_row *const row = &it->ticket->row;
	struct suggestion found[SUGGESTIONS_MAX];
	const struct suggest_ask ask = {
		.intent = row->intent,
		.confidence_ppm = row->pinned ? MODEL_PPM : it->judgement.model.confidence_ppm,
		.second = it->judgement.model.second,
		.second_ppm = it->judgement.model.second_ppm,
		.language = it->reading->language,
		.tier = row->tier,
		.known = suggest_known(it->judgement.entities, it->judgement.entity_count),
		.at = it->ticket->at,
	};
	const size_t count = suggest(it->ticket->guide->advice, &ask, found);

	classified->suggestions =
	    arena_alloc(it->arena, (count + 1) * sizeof(*classified->suggestions));
	for (size_t i = 0; i < count; i++)
		classified->suggestions[classified->n_suggestions++] =
		    suggestion_make(it->arena, &found[i]);
}

static void fill_model(const struct passage *it, Opsmesh__V1__TicketClassified *classified)
{
	const struct model_verdict *const model = &it->judgement.model;

	if (!it->judgement.modelled)
		return;
	classified->confidence_ppm = model->confidence_ppm;
	classified->category_confidence_ppm = it->judgement.category_ppm;
	classified->confidence_per_mille = it->judgement.category_ppm / 1000;
	if (model->second != NULL)
		classified->second_intent = text_mutable(model->second);
	classified->second_confidence_ppm = model->second_ppm;
	classified->reasons = reasons_make(it->arena, &it->judgement, &classified->n_reasons);
}

static enum status say_classified(struct passage *it, struct bytes *said)
{
	const struct triage_row *const row = &it->ticket->row;
	const struct guide *const guide = it->ticket->guide;
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__TicketClassified classified = OPSMESH__V1__TICKET_CLASSIFIED__INIT;

	classified.message_id = it->added->message_id;
	classified.category = category_of(row->category);
	classified.intent = text_mutable(row->intent != NULL ? row->intent : "");
	if (it->message_intent != NULL)
		classified.message_intent = text_mutable(it->message_intent);
	classified.priority = priority_of_word(it->decision.priority);
	classified.queue = text_mutable(it->decision.queue);
	classified.escalations = escalations_of(it, &classified.n_escalations);
	classified.reading = it->reading;
	classified.rules = it->decision.rules;
	classified.n_rules = it->decision.rule_count;
	classified.model_version = text_mutable(guide->model_digest);
	classified.language = it->reading->language;
	classified.taxonomy = text_mutable(guide->taxonomy->name);
	classified.pinned = row->pinned;
	fill_model(it, &classified);
	add_suggestions(it, &classified);
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED;
	event.classified = &classified;
	return triage_say(it->ticket, &event, said);
}

static Opsmesh__V1__NeedsHumanCause cause_of(enum doubt doubt)
{
	switch (doubt) {
	case DOUBT_LOW_CONFIDENCE: return CAUSE(LOW_CONFIDENCE);
	case DOUBT_NO_TEXT: return CAUSE(NO_TEXT);
	case DOUBT_LANGUAGE: return CAUSE(LANGUAGE);
	case DOUBT_NONE: break;
	}
	return CAUSE(UNSPECIFIED);
}

/* By the cause's number. */
static const char *const sentences[] = {
	"",
	"The model is not sure enough.",
	"Nothing that the customer wrote can be read.",
	"The model was not trained for this language.",
	"A program has answered, and the customer is not helped.",
};

static void add_why(const struct passage *it, Opsmesh__V1__NeedsHuman *human)
{
	human->why = arena_alloc(it->arena, SHORTFALLS * sizeof(*human->why));
	for (unsigned i = 0; i < SHORTFALLS; i++)
		if ((it->shortfalls & (UINT32_C(1) << i)) != 0)
			human->why[human->n_why++] = (Opsmesh__V1__Shortfall)(i + 1);
}

/* Beside a classification (`alone` is false) it tells only what that one does not. */
static enum status say_human(struct passage *it, Opsmesh__V1__NeedsHumanCause cause, bool alone,
                             struct bytes *said)
{
	const struct guide *const guide = it->ticket->guide;
	const struct triage_row *const row = &it->ticket->row;
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__NeedsHuman human = OPSMESH__V1__NEEDS_HUMAN__INIT;

	human.message_id = it->added->message_id;
	human.cause = cause;
	human.reason = text_mutable(sentences[cause]);
	human.intent = text_mutable(row->intent != NULL ? row->intent : "");
	human.confidence_ppm = it->judgement.modelled ? it->judgement.model.confidence_ppm : 0;
	human.threshold_ppm = guide->taxonomy->intent_ppm;
	human.priority = priority_of_word(it->decision.priority);
	human.queue = text_mutable(it->decision.queue);
	human.escalations = escalations_of(it, &human.n_escalations);
	if (alone)
		human.reading = it->reading;
	add_why(it, &human);
	human.rules = it->decision.rules;
	human.n_rules = it->decision.rule_count;
	human.model_version = text_mutable(guide->model_digest);
	human.confidence_per_mille = human.confidence_ppm / 1000;
	human.taxonomy = text_mutable(guide->taxonomy->name);
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN;
	event.needs_human = &human;
	return triage_say(it->ticket, &event, said);
}

/* Exactly one answer, and a second one where a program's answers have not helped. */
static enum status answer(struct passage *it, bool classified)
{
	struct triage_row *const row = &it->ticket->row;

	row->needs_human = !classified || it->shortfalls != 0;
	if (!classified)
		return say_human(it, cause_of(it->judgement.doubt), true, &row->said);
	TRY(say_classified(it, &row->said));
	if (it->shortfalls == 0)
		return STATUS_OK;
	return say_human(it, CAUSE(AI_FELL_SHORT), false, NULL);
}

/* To the stage pattern. */

static int compare_tokens(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static bool is_token(enum entity_kind kind)
{
	return kind == ENTITY_ERROR_CODE || kind <= ENTITY_PROVIDER_ID;
}

/* A number alone may be an invoice's and an error's: the invoice's says what it is. */
static const char *token_of(struct passage *it, const struct entity *entity)
{
	const bool bare = strspn(entity->value, "0123456789-") == strlen(entity->value);

	return entity->kind != ENTITY_ERROR_CODE && bare
	           ? arena_printf(it->arena, "%s:%s", entity_kind_name(entity->kind), entity->value)
	           : entity->value;
}

static void add_tokens(struct passage *it, Opsmesh__V1__TroubleReported *reported)
{
	char **const tokens =
	    arena_alloc(it->arena, (it->judgement.entity_count + 1) * sizeof(*tokens));
	size_t count = 0;

	for (size_t i = 0; i < it->judgement.entity_count; i++) {
		const struct entity *const entity = &it->judgement.entities[i];

		if (is_token(entity->kind) && entity->value != NULL && *entity->value != '\0')
			tokens[count++] = text_mutable(token_of(it, entity));
	}
	qsort(tokens, count, sizeof(*tokens), compare_tokens);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !text_equal(tokens[i], tokens[i - 1]))
			tokens[reported->n_tokens++] = tokens[i];
	reported->tokens = tokens;
}

static void add_sketch(struct passage *it, Opsmesh__V1__TroubleReported *reported)
{
	uint16_t places[PATTERN_SKETCH_PLACES];
	const size_t count = pattern_sketch_make(&it->judgement.text, places);

	reported->n_sketch = count / PATTERN_PLACES_TOGETHER;
	reported->sketch = arena_zero(it->arena, sizeof(places));
	for (size_t i = 0; i < count; i++)
		reported->sketch[i / PATTERN_PLACES_TOGETHER] |=
		    (uint64_t)places[i] << 16 * (i % PATTERN_PLACES_TOGETHER);
}

static enum status report(struct passage *it)
{
	const struct triage_row *const row = &it->ticket->row;
	Opsmesh__V1__ByIntentEvent event = OPSMESH__V1__BY_INTENT_EVENT__INIT;
	Opsmesh__V1__TroubleReported reported = OPSMESH__V1__TROUBLE_REPORTED__INIT;

	reported.ticket_id = text_mutable(row->ticket_id);
	reported.message_id = it->added->message_id;
	if (row->account_id != NULL || row->customer != NULL)
		reported.customer =
		    text_mutable(row->account_id != NULL ? row->account_id : row->customer);
	reported.channel = it->added->channel;
	reported.language = it->reading->language;
	reported.opening = row->contacts == 1;
	add_tokens(it, &reported);
	add_sketch(it, &reported);
	event.intent = text_mutable(row->intent != NULL ? row->intent : TRIAGE_UNKNOWN_INTENT);
	event.occurred_at = proto_timestamp(it->arena, it->ticket->at);
	event.fact_case = OPSMESH__V1__BY_INTENT_EVENT__FACT_REPORTED;
	event.reported = &reported;
	return task_emit(it->ticket->task, &(struct emission){ .topic = OPS_BY_INTENT,
	                                                       .key = event.intent,
	                                                       .time = it->ticket->at,
	                                                       .message = &event.base });
}

/* The passage. */

static enum status measure_shortfall(struct passage *it)
{
	const struct judgement *const judgement = &it->judgement;
	const struct shortfall_rule *const rule =
	    guide_shortfall(it->ticket->guide, it->ticket->at);
	struct shortfall_message message = {
		.signals = judgement->signals.said,
		.sentiment_ppm = judgement->signals.sentiment_ppm,
		.confidence_ppm = judgement->modelled ? judgement->model.confidence_ppm : -1,
	};
	struct shortfall_memory memory;

	if (!triage_recall(it->ticket, &memory))
		return STATUS_FATAL;
	if (rule == NULL)
		return STATUS_OK;
	shortfall_sketch_make(&judgement->text, &message.words);
	it->shortfalls = shortfall_on_customer(rule, &memory, &message);
	triage_remember(it->ticket, &memory);
	return STATUS_OK;
}

static void stand(struct passage *it)
{
	struct triage_row *const row = &it->ticket->row;

	row->priority = it->decision.priority;
	row->queue = it->decision.queue;
	row->language = it->reading->language;
	row->message_id = it->added->message_id;
	row->confidence_ppm = it->judgement.modelled ? it->judgement.model.confidence_ppm : 0;
	row->judged_at = it->ticket->at;
	row->kept = keep_text(it->ticket->task->arena, it->added->body);
}

static enum status pass(struct passage *it)
{
	struct triage *const ticket = it->ticket;
	const char *const subject = take_subject(ticket);
	bool classified;

	judge(ticket->guide, it->arena, subject, personal_text(it->added->body), &it->judgement);
	it->reading = reading_make(it->arena, &it->judgement);
	classified = settle_intent(it);
	TRY(measure_shortfall(it));
	triage_decide(ticket->guide, it->arena, ticket->at, &ticket->row, it->reading,
	              &it->decision);
	TRY(answer(it, classified));
	TRY(report(it));
	stand(it);
	task_save(ticket->task, &triage_table, &ticket->row);
	return STATUS_OK;
}

enum status triage_judge(struct triage *ticket, const Opsmesh__V1__MessageAdded *added)
{
	/* Of the worker's thread, kept from message to message: made anew for each it leaves holes in the heap. */
	static _Thread_local struct arena *scratch;
	struct passage *it;
	enum status status;

	if (scratch == NULL)
		scratch = arena_create(PASSAGE_BLOCK);
	it = arena_zero(scratch, sizeof(*it));
	*it = (struct passage){ .ticket = ticket, .arena = scratch, .added = added };
	ticket->row.contacts++;
	if (ticket->row.customer == NULL && *added->author != '\0')
		ticket->row.customer = added->author;
	status = pass(it);
	arena_reset(scratch);
	return status;
}
