#include "services/opsmesh/story_reading.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>
#include <string.h>

#define REASONS_TOLD 3    /* of each side: the heaviest; all are in the JSON */
#define ENTITIES_TOLD 8   /* what a hand-over needs */
#define WORDS_TOLD_MAX 90 /* bytes of one span: about thirty Japanese characters */
#define DIGEST_TOLD 12    /* hex digits by which people tell models apart */

/* Where the words are. */

static void take_source(struct story_source *source, const Opsmesh__V1__TicketEvent *event,
                        const char *message)
{
	if (event->fact_case == OPSMESH__V1__TICKET_EVENT__FACT_OPENED)
		source->subject = event->opened->subject;
	else if (event->fact_case == OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED &&
	         text_equal(event->message_added->message_id, message))
		source->body = event->message_added->body;
}

struct story_source story_source_find(const struct story *story, const char *ticket,
                                      const char *message)
{
	struct story_source source = { NULL, NULL };

	for (size_t i = 0; story->facts != NULL && i < story->facts->count; i++) {
		const struct told *const told = &story->facts->list[i];
		const void *const event = told->message;

		if (told->topic == OPS_TICKETS && !told->dead && event != NULL &&
		    text_equal(told->key, ticket))
			take_source(&source, event, message);
	}
	return source;
}

static bool is_inside(char byte)
{
	return ((unsigned char)byte & 0xC0) == 0x80;
}

/* On one line, however long the span. NULL: not to be shown, or not there. */
static const char *cut(const struct story *story, const Opsmesh__V1__PersonalText *text,
                       const Opsmesh__V1__Span *span)
{
	size_t size = span->size;
	char *words;

	if (!story->revealed || text == NULL || size == 0 ||
	    text->content_case != OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT)
		return NULL;

	const size_t whole = strlen(text->text);

	if (span->at >= whole || size > whole - span->at || is_inside(text->text[span->at]) ||
	    is_inside(text->text[span->at + size]))
		return NULL;
	size = text_fit((struct bytes){ (const uint8_t *)text->text + span->at, size },
	                WORDS_TOLD_MAX);
	words = arena_text(story->arena, text->text + span->at, size);
	for (char *at = words; *at != '\0'; at++)
		if ((unsigned char)*at < ' ' || *at == '\x7f')
			*at = ' ';
	return arena_printf(story->arena, "\"%s%s\"", words, size < span->size ? "..." : "");
}

static const char *cut_of(const struct story *story, const struct story_source *source,
                          const Opsmesh__V1__Span *span)
{
	return cut(story, span->in_subject ? source->subject : source->body, span);
}

static const char *words_or_place(const struct story *story, const struct story_source *source,
                                  const Opsmesh__V1__Span *span)
{
	const char *const words = span == NULL ? "the whole" : cut_of(story, source, span);

	return words != NULL ? words
	                     : arena_printf(story->arena, "bytes %" PRIu32 " to %" PRIu64 "%s",
	                                    span->at, (uint64_t)span->at + span->size,
	                                    span->in_subject ? " of the subject" : "");
}

/* Small words. */

const char *story_share(const struct story *story, int64_t ppm)
{
	const int64_t size = ppm < 0 ? -ppm : ppm;
	const int64_t tenths = (size + 500) / 1000;
	const char *const sign = ppm < 0 && tenths > 0 ? "-" : "";

	return tenths % 10 == 0 ? arena_printf(story->arena, "%s%" PRId64 " %%", sign, tenths / 10)
	                        : arena_printf(story->arena, "%s%" PRId64 ".%" PRId64 " %%", sign,
	                                       tenths / 10, tenths % 10);
}

const char *story_language(const char *tag)
{
	static const char *const names[][2] = {
		{ "en", "English" },
		{ "ja", "Japanese" },
		{ "ko", "Korean" },
		{ "zh-Hans", "Chinese (simplified)" },
		{ "zh-Hant", "Chinese (traditional)" },
		{ "other", "another language" },
		{ "und", "no language that we know" },
		{ "", "no language that we know" },
	};

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (text_equal(names[i][0], tag))
			return names[i][1];
	return tag;
}

const char *story_matter(const struct story *story, const char *intent,
                         Opsmesh__V1__Category category)
{
	const char *const of =
	    category == OPSMESH__V1__CATEGORY__CATEGORY_UNSPECIFIED
		? ""
		: story_word(story, &opsmesh__v1__category__descriptor, (int)category);

	if (intent[0] == '\0')
		return of[0] == '\0' ? "nothing known"
		                     : arena_printf(story->arena, "a %s matter", of);
	return of[0] == '\0'
	           ? story_plain(story, intent)
	           : arena_printf(story->arena, "%s (%s)", story_plain(story, intent), of);
}

const char *story_versions(const struct story *story, const char *model, const char *taxonomy)
{
	const char *text = "";

	if (model[0] != '\0')
		text = arena_printf(story->arena, "; by model %.*s", DIGEST_TOLD, model);
	if (taxonomy[0] != '\0')
		text = arena_printf(story->arena, "%s%s taxonomy %s", text,
		                    text[0] == '\0' ? "; by" : ",", taxonomy);
	return text;
}

/* Rules. */

const char *story_rule(const struct story *story, const struct story_decision *decision,
                       const char *document)
{
	for (size_t i = 0; i < decision->rule_count; i++) {
		const Opsmesh__V1__RuleMatch *const match = decision->rules[i];

		if (!text_equal(match->document, document))
			continue;
		return arena_printf(
		    story->arena, " by rule %s, version %" PRId64 "%s", match->rule, match->version,
		    match->n_matched == 0
			? ""
			: arena_printf(story->arena, " (%s)",
		                       story_list(story, match->matched, match->n_matched)));
	}
	return "";
}

const char *story_escalated(const struct story *story, const struct story_decision *decision)
{
	return arena_printf(story->arena, "%s must hear of it at once%s",
	                    story_list(story, decision->escalations, decision->escalation_count),
	                    story_rule(story, decision, "escalation"));
}

const char *story_decided(const struct story *story, const struct story_decision *decision)
{
	return arena_printf(
	    story->arena, "; priority %s%s; queue %s%s%s%s",
	    story_word(story, &opsmesh__v1__priority__descriptor, (int)decision->priority),
	    story_rule(story, decision, "priority"),
	    decision->queue[0] == '\0' ? "none" : decision->queue,
	    story_rule(story, decision, "routing"), decision->escalation_count == 0 ? "" : "; ",
	    decision->escalation_count == 0 ? "" : story_escalated(story, decision));
}

/* Reasons. */

/* A rule by its name, else a part of the message. */
static const char *reason_text(const struct story *story, const struct story_source *source,
                               const Opsmesh__V1__ClassificationReason *reason)
{
	return reason->feature[0] == '\0' ? words_or_place(story, source, reason->span)
	                                  : arena_printf(story->arena, "rule %s", reason->feature);
}

static const char *weighed(const struct story *story, const struct story_source *source,
                           Opsmesh__V1__ClassificationReason **reasons, size_t count, bool against)
{
	const char *text = "";
	size_t told = 0;

	for (size_t i = 0; i < count && told < REASONS_TOLD; i++) {
		const int64_t weight = reasons[i]->weight_ppm;

		if ((weight < 0) != against)
			continue;
		text = arena_printf(story->arena, "%s%s%s (%s)", text, told++ == 0 ? "" : ", ",
		                    reason_text(story, source, reasons[i]),
		                    story_share(story, against ? -weight : weight));
	}
	return text;
}

const char *story_reasons(const struct story *story, const struct story_source *source,
                          Opsmesh__V1__ClassificationReason **reasons, size_t count)
{
	const char *const by = weighed(story, source, reasons, count, false);
	const char *const against = weighed(story, source, reasons, count, true);

	return arena_printf(story->arena, "%s%s%s%s", by[0] == '\0' ? "" : "; because of ", by,
	                    against[0] == '\0' ? "" : "; in spite of ", against);
}

/* Readings. */

static bool heard_before(const Opsmesh__V1__Reading *reading, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (reading->signals[i]->kind == reading->signals[at]->kind)
			return true;
	return false;
}

/* Each kind once, with the first words that said it. */
static const char *heard(const struct story *story, const struct story_source *source,
                         const Opsmesh__V1__Reading *reading)
{
	const char *text = "";

	for (size_t i = 0; i < reading->n_signals; i++) {
		const Opsmesh__V1__Signal *const signal = reading->signals[i];
		const char *const words =
		    signal->span == NULL ? NULL : cut_of(story, source, signal->span);

		if (!heard_before(reading, i))
			text = arena_printf(story->arena, "%s%s%s%s%s", text,
			                    text[0] == '\0' ? "; heard: " : ", ",
			                    story_word(story, &opsmesh__v1__signal_kind__descriptor,
			                               (int)signal->kind),
			                    words == NULL ? "" : " ", words == NULL ? "" : words);
	}
	return text;
}

/* A card's or a telephone's number is masked wherever it is shown. */
static bool is_masked(Opsmesh__V1__EntityKind kind)
{
	return kind == OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_CARD_NUMBER ||
	       kind == OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_PHONE;
}

static const char *amount(const struct story *story, const Opsmesh__V1__Money *of)
{
	struct money money = { .minor = of->minor };

	return money_currency(of->currency, money.currency) ? money_format(story->arena, money)
	                                                    : "(in no currency that we know)";
}

/* What may be read by anyone; else the words, where they may be shown. */
static const char *entity_text(const struct story *story, const struct story_source *source,
                               const Opsmesh__V1__Entity *entity)
{
	const char *words = NULL;

	if (entity->amount != NULL)
		return amount(story, entity->amount);
	if (entity->value[0] != '\0')
		return entity->value;
	if (entity->span != NULL && !is_masked(entity->kind))
		words = cut_of(story, source, entity->span);
	return words == NULL ? "[sealed]" : words;
}

static const char *seen(const struct story *story, const struct story_source *source,
                        const Opsmesh__V1__Reading *reading)
{
	const char *text = "";

	for (size_t i = 0; i < reading->n_entities && i < ENTITIES_TOLD; i++) {
		const Opsmesh__V1__Entity *const entity = reading->entities[i];

		text = arena_printf(
		    story->arena, "%s%s%s %s%s", text, text[0] == '\0' ? "; sees: " : ", ",
		    story_word(story, &opsmesh__v1__entity_kind__descriptor, (int)entity->kind),
		    entity_text(story, source, entity),
		    entity->open ? " (may mean several things)" : "");
	}
	return reading->n_entities <= ENTITIES_TOLD
	           ? text
	           : arena_printf(story->arena, "%s and %zu more", text,
	                          reading->n_entities - ENTITIES_TOLD);
}

const char *story_read(const struct story *story, const struct story_source *source,
                       const Opsmesh__V1__Reading *reading)
{
	if (reading == NULL)
		return "";

	const bool mixed = reading->second_language[0] != '\0';

	return arena_printf(story->arena, "; in %s%s%s%s%s", story_language(reading->language),
	                    mixed ? " and " : "",
	                    mixed ? story_language(reading->second_language) : "",
	                    heard(story, source, reading), seen(story, source, reading));
}
