#include "services/classifier/judge.h"

#include "common/base/text.h"
#include "services/classifier/quote.h"

#include <string.h>

const char *const doubt_names[] = { "", "low_confidence", "no_text", "language", NULL };

/* The author's own words: of the subject all, of the body what is no quote. */
static void take_words(struct arena *arena, const char *subject, const char *body,
                       struct judgement *it)
{
	const size_t head = subject != NULL && *subject != '\0' ? strlen(subject) + 1 : 0;
	const size_t size = strlen(body);
	char *const whole = arena_alloc(arena, head + size + 1);
	struct quote *const own = arena_zero(arena, sizeof(*own));
	struct quote *const shifted = arena_zero(arena, sizeof(*shifted));

	if (head > 0) {
		memcpy(whole, subject, head - 1);
		whole[head - 1] = '\n';
		shifted->parts[shifted->count++] =
		    (struct span){ .at = 0, .size = (uint32_t)(head - 1) };
	}
	memcpy(whole + head, body, size + 1);
	quote_own(body, size, own);
	for (size_t i = 0; i < own->count && shifted->count < QUOTE_PARTS_MAX; i++)
		shifted->parts[shifted->count++] =
		    (struct span){ .at = own->parts[i].at + (uint32_t)head,
			           .size = own->parts[i].size };
	quote_prepare(arena, whole, head + size, shifted, &it->text);
	it->body_at = (uint32_t)head;
}

/* The likeliest category: what its intents have together. */
static void take_category(const struct guide *guide, struct judgement *it)
{
	int64_t sums[CATEGORIES] = { 0 };

	for (size_t i = 0; i < guide->label_count; i++)
		sums[guide->label_categories[i]] += it->model.confidences[i];
	for (int i = CATEGORY_BILLING; i < CATEGORIES; i++) {
		if (sums[i] <= it->category_ppm)
			continue;
		it->category = (enum category)i;
		it->category_ppm = (int32_t)sums[i];
	}
}

static void ask_model(const struct guide *guide, struct arena *arena, struct judgement *it)
{
	const struct taxonomy *const taxonomy = guide->taxonomy;

	it->modelled = model_judge(guide->model, arena, GUIDE_LABELS, &it->text, &it->model);
	if (!it->modelled) {
		it->doubt = DOUBT_LOW_CONFIDENCE;
		return;
	}
	take_category(guide, it);
	it->intent_sure = it->model.confidence_ppm >= taxonomy->intent_ppm;
	if (!it->intent_sure && it->category_ppm < taxonomy->category_ppm)
		it->doubt = DOUBT_LOW_CONFIDENCE;
}

void judge(const struct guide *guide, struct arena *arena, const char *subject, const char *body,
           struct judgement *it)
{
	*it = (struct judgement){ .category = CATEGORY_NONE };
	take_words(arena, subject, body, it);
	language_detect(&it->text, &it->language);
	it->entities = arena_alloc(arena, ENTITIES_MAX * sizeof(*it->entities));
	it->entity_count =
	    entities_find(arena, &it->text, it->language.language, it->entities, ENTITIES_MAX);
	signals_find(guide->signals, &it->text, it->language.language, &it->signals);
	if (it->text.count == 0 || it->language.language == LANGUAGE_UNKNOWN)
		it->doubt = DOUBT_NO_TEXT;
	else if (it->language.language == LANGUAGE_OTHER)
		it->doubt = DOUBT_LANGUAGE;
	else
		ask_model(guide, arena, it);
}
