/*
 * ticket_triage - what the classifier said of a ticket and of its messages.
 */
#include "services/kpi-aggregator/ticket/ticket_observe.h"

#include "common/base/text.h"

#include <inttypes.h>

#define CATEGORIES 5
#define CAUSES 5

/* As in the contract (Category). */
static const char *const categories[CATEGORIES] = { "", "billing", "product", "technical",
	                                            "account" };
/* As in the contract (NeedsHumanCause). */
static const char *const causes[CAUSES] = { "", "low_confidence", "no_text", "language",
	                                    "ai_fell_short" };

static void say(const char **word, const char *said)
{
	if (*said != '\0')
		*word = said;
}

/* An unsure model says nothing of what the ticket is about: what stood stands. */
void ticket_triage_read(struct ticket_view *view)
{
	const struct ticket_list *const list = &view->story->records.of[RECORD_JUDGED];

	for (size_t i = 0; i < list->count; i++) {
		const struct ticket_record *const record = &list->items[i];

		say(&view->words[WORD_LANGUAGE], record->language);
		say(&view->words[WORD_QUEUE], record->queue);
		view->escalated = view->escalated || record->escalated;
		if (record->kind != JUDGED_SURELY && record->kind != JUDGED_CORRECTED)
			continue;
		view->words[WORD_INTENT] = record->intent;
		view->words[WORD_CATEGORY] =
		    record->category < CATEGORIES ? categories[record->category] : "";
	}
}

static bool judges(const struct ticket_record *record)
{
	return record->kind == JUDGED_SURELY || record->kind == JUDGED_UNSURE;
}

/* Did an earlier one judge the same message? */
static bool judged_before(const struct ticket_list *list, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (judges(&list->items[i]) &&
		    text_equal(list->items[i].message, list->items[at].message))
			return true;
	return false;
}

/* By whose time it counts is the first of them; what it says is what was said last. */
static void observe_judgement(const struct ticket_view *view, size_t first)
{
	const struct ticket_list *const list = &view->story->records.of[RECORD_JUDGED];
	const struct ticket_record *const record = &list->items[first];
	const struct ticket_record *last = record;
	const struct ticket_holding holding = ticket_holding_at(view->story, record->at);
	const char *const number = *record->message != '\0'
	                               ? record->message
	                               : arena_printf(view->arena, "%" PRId64, record->sequence);
	struct observation it = ticket_observation(view, OBSERVATION_JUDGEMENT, number, &holding);
	bool corrected = false;

	for (size_t i = first + 1; i < list->count; i++) {
		if (!text_equal(list->items[i].message, record->message))
			continue;
		if (judges(&list->items[i]))
			last = &list->items[i];
		corrected = corrected || list->items[i].otherwise;
	}
	it.times[TIME_AT] = record->at;
	it.words[WORD_REASON] =
	    last->kind == JUDGED_UNSURE && last->cause < CAUSES ? causes[last->cause] : "";
	it.numbers[NUMBER_CONFIDENCE_PPM] = last->confidence_ppm;
	observation_mark(&it, MARK_ABSTAINED, last->kind == JUDGED_UNSURE);
	observation_mark(&it, MARK_CORRECTED, corrected);
	observations_add(view->all, &it);
}

void ticket_observe_triage(const struct ticket_view *view)
{
	const struct ticket_list *const list = &view->story->records.of[RECORD_JUDGED];

	for (size_t i = 0; i < list->count; i++)
		if (judges(&list->items[i]) && !judged_before(list, i))
			observe_judgement(view, i);
}
