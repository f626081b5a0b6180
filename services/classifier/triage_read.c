/*
 * What was read in a message, as the contract tells it: spans and ids, never the words.
 */
#include "services/classifier/triage.h"

#include "common/base/text.h"
#include "services/classifier/judge.h"

#include <string.h>

#define KIND(name) OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_##name

static Opsmesh__V1__Span *span_make(struct arena *arena, const struct judgement *judgement,
                                    struct span span)
{
	Opsmesh__V1__Span *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__span__init(made);
	made->in_subject = span.at < judgement->body_at;
	made->at = made->in_subject ? span.at : span.at - judgement->body_at;
	made->size = span.size;
	return made;
}

/* Signals. */

static void add_signals(struct arena *arena, const struct judgement *judgement,
                        Opsmesh__V1__Reading *reading)
{
	const struct signals *const signals = &judgement->signals;

	reading->signals = arena_alloc(arena, (signals->hit_count + 1) * sizeof(*reading->signals));
	for (size_t i = 0; i < signals->hit_count; i++) {
		const struct signal_hit *const hit = &signals->hits[i];
		Opsmesh__V1__Signal *const made = arena_alloc(arena, sizeof(*made));

		opsmesh__v1__signal__init(made);
		made->kind = (Opsmesh__V1__SignalKind)(hit->kind + 1);
		made->span = span_make(arena, judgement, hit->span);
		made->weight_ppm = hit->weight_ppm;
		made->phrase = text_mutable(hit->phrase_id);
		reading->signals[reading->n_signals++] = made;
	}
}

/* Entities. */

static const Opsmesh__V1__EntityKind kinds[ENTITIES] = {
	[ENTITY_INVOICE] = KIND(INVOICE),
	[ENTITY_CHARGE] = KIND(CHARGE),
	[ENTITY_PAYMENT_INTENT] = KIND(PAYMENT_INTENT),
	[ENTITY_REFUND] = KIND(REFUND),
	[ENTITY_SUBSCRIPTION] = KIND(SUBSCRIPTION),
	[ENTITY_CUSTOMER] = KIND(CUSTOMER),
	[ENTITY_DISPUTE] = KIND(DISPUTE),
	[ENTITY_EVENT] = KIND(PROVIDER_OBJECT),
	[ENTITY_REQUEST] = KIND(REQUEST),
	[ENTITY_PROVIDER_ID] = KIND(PROVIDER_OBJECT),
	[ENTITY_TICKET] = KIND(TICKET),
	[ENTITY_AMOUNT] = KIND(AMOUNT),
	[ENTITY_CARD_NUMBER] = KIND(CARD_NUMBER),
	[ENTITY_PHONE] = KIND(PHONE),
	[ENTITY_DATE] = KIND(DATE),
	[ENTITY_TIME] = KIND(TIME),
	[ENTITY_EMAIL] = KIND(EMAIL),
	[ENTITY_ERROR_CODE] = KIND(ERROR_CODE),
	[ENTITY_VERSION] = KIND(VERSION),
	[ENTITY_URL] = KIND(URL),
};

static Opsmesh__V1__Money *amount_make(struct arena *arena, const struct entity *entity)
{
	Opsmesh__V1__Money *made;

	if (entity->kind != ENTITY_AMOUNT || !entity->has_minor || entity->currency_open)
		return NULL;
	made = arena_alloc(arena, sizeof(*made));
	opsmesh__v1__money__init(made);
	made->minor = entity->minor;
	made->currency = arena_string(arena, entity->currency);
	return made;
}

static bool is_open(const struct entity *entity)
{
	return entity->currency_open || entity->ambiguous || entity->relative ||
	       (entity->kind == ENTITY_AMOUNT && !entity->has_minor);
}

static void add_entities(struct arena *arena, const struct judgement *judgement,
                         Opsmesh__V1__Reading *reading)
{
	reading->entities =
	    arena_alloc(arena, (judgement->entity_count + 1) * sizeof(*reading->entities));
	for (size_t i = 0; i < judgement->entity_count; i++) {
		const struct entity *const entity = &judgement->entities[i];
		Opsmesh__V1__Entity *const made = arena_alloc(arena, sizeof(*made));

		opsmesh__v1__entity__init(made);
		made->kind = kinds[entity->kind];
		made->span = span_make(arena, judgement, entity->span);
		made->value = arena_string(arena, entity->value != NULL ? entity->value : "");
		made->amount = amount_make(arena, entity);
		made->open = is_open(entity);
		reading->entities[reading->n_entities++] = made;
	}
}

Opsmesh__V1__Reading *reading_make(struct arena *arena, const struct judgement *judgement)
{
	Opsmesh__V1__Reading *const reading = arena_alloc(arena, sizeof(*reading));

	opsmesh__v1__reading__init(reading);
	reading->language = text_mutable(language_tag(judgement->language.language));
	if (judgement->language.second != LANGUAGE_UNKNOWN)
		reading->second_language = text_mutable(language_tag(judgement->language.second));
	reading->sentiment_ppm = judgement->signals.sentiment_ppm;
	reading->urgency_ppm = judgement->signals.urgency_ppm;
	add_signals(arena, judgement, reading);
	add_entities(arena, judgement, reading);
	return reading;
}

Opsmesh__V1__ClassificationReason **reasons_make(struct arena *arena,
                                                 const struct judgement *judgement, size_t *count)
{
	Opsmesh__V1__ClassificationReason **const reasons =
	    arena_alloc(arena, (judgement->model.reason_count + 1) * sizeof(*reasons));

	for (*count = 0; *count < judgement->model.reason_count; ++*count) {
		Opsmesh__V1__ClassificationReason *const made = arena_alloc(arena, sizeof(*made));

		opsmesh__v1__classification_reason__init(made);
		made->span = span_make(arena, judgement, judgement->model.reasons[*count].span);
		made->weight_ppm = judgement->model.reasons[*count].weight_ppm;
		made->weight_per_mille = made->weight_ppm / 1000;
		reasons[*count] = made;
	}
	return reasons;
}
