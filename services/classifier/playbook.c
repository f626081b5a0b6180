#include "services/classifier/playbook.h"

#include "common/base/text.h"
#include "common/io/calendar_document.h"

static bool languages_read(const struct json_place *document, struct playbook *playbook,
                           struct json_error *error)
{
	struct json_place list;
	int tongue;

	if (!json_array_at(document, "languages", TONGUES, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_word_in(&list, i, tongue_tags, &tongue, error))
			return false;
		if ((playbook->head.tongues >> tongue & 1) != 0)
			return json_refuse(&item, NULL, error, "is there already");
		playbook->head.tongues |= UINT32_C(1) << tongue;
	}
	return (playbook->head.tongues >> TONGUE_EN & 1) != 0 ||
	       json_refuse(document, "languages", error, "must have en");
}

/* Steps. Where an answer leads is known once all ids are. */

static bool step_find(const struct playbook_step *steps, size_t count, const char *id,
                      size_t *found)
{
	for (size_t i = 0; i < count; i++) {
		if (text_equal(steps[i].id, id)) {
			*found = i;
			return true;
		}
	}
	return false;
}

static bool answers_read(struct arena *arena, const struct json_place *place,
                         const struct playbook *playbook, struct playbook_step *step,
                         struct json_error *error)
{
	static const char *const fields[] = { "when", "go", NULL };
	struct json_place list;
	struct playbook_answer *answers;
	const char *go;

	if (!json_array_at(place, "answers", PLAYBOOK_ANSWERS_MAX, &list, error))
		return false;
	if (json_count(&list) < 2)
		return json_refuse(place, "answers", error, "must be two at least");
	answers = arena_zero(arena, json_count(&list) * sizeof(*answers));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_only(&item, fields, error) ||
		    !suggest_texts_at(arena, &item, "when", PLAYBOOK_TEXT_MAX,
		                      playbook->head.tongues, answers[i].when, error) ||
		    !json_text_at(&item, "go", SUGGEST_ID_MAX, &go, error))
			return false;
		if (!step_find(playbook->steps, playbook->step_count, go, &answers[i].go))
			return json_refuse(&item, "go", error, "no step has this id");
	}
	step->answers = answers;
	step->answer_count = json_count(&list);
	return true;
}

static bool deed_read(struct arena *arena, const struct json_place *place,
                      const struct playbook *playbook, struct playbook_step *step,
                      struct json_error *error)
{
	bool end;

	if (!suggest_texts_at(arena, place, "do", PLAYBOOK_TEXT_MAX, playbook->head.tongues,
	                      step->words, error) ||
	    (json_has(place, "macro") &&
	     !suggest_id_at(arena, place, "macro", &step->macro, error)) ||
	    !json_switch_at(place, "end", &end, error))
		return false;
	return end || json_refuse(place, "end", error, "must be true: what is done ends the path");
}

static bool step_read(struct arena *arena, const struct json_place *place,
                      const struct playbook *playbook, struct playbook_step *step,
                      struct json_error *error)
{
	static const char *const asks[] = { "id", "ask", "answers", NULL };
	static const char *const does[] = { "id", "do", "macro", "end", NULL };

	if (json_has(place, "ask") == json_has(place, "do"))
		return json_refuse(place, NULL, error, "must have either ask or do");
	if (json_has(place, "do"))
		return json_only(place, does, error) &&
		       deed_read(arena, place, playbook, step, error);
	return json_only(place, asks, error) &&
	       suggest_texts_at(arena, place, "ask", PLAYBOOK_TEXT_MAX, playbook->head.tongues,
	                        step->words, error) &&
	       answers_read(arena, place, playbook, step, error);
}

static bool ids_read(struct arena *arena, const struct json_place *list,
                     struct playbook_step *steps, struct json_error *error)
{
	size_t other;

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_place item = json_item(list, i);

		if (!suggest_id_at(arena, &item, "id", &steps[i].id, error))
			return false;
		if (step_find(steps, i, steps[i].id, &other))
			return json_refuse(&item, "id", error, "is another step's already");
	}
	return true;
}

/* The tree. */

static bool step_ends(const struct playbook_step *step, const bool *ends)
{
	for (size_t i = 0; i < step->answer_count; i++) {
		if (!ends[step->answers[i].go])
			return false;
	}
	return true;
}

/* In each round a step is known to end or the search is over; so there are as many rounds as steps. */
static bool paths_end(const struct json_place *list, const struct playbook *playbook,
                      struct json_error *error)
{
	bool ends[PLAYBOOK_STEPS_MAX] = { false };

	for (size_t round = 0; round < playbook->step_count; round++) {
		for (size_t i = 0; i < playbook->step_count; i++)
			ends[i] = ends[i] || step_ends(&playbook->steps[i], ends);
	}
	for (size_t i = 0; i < playbook->step_count; i++) {
		const struct json_place item = json_item(list, i);

		if (!ends[i])
			return json_refuse(&item, "answers", error, "lead in a circle");
	}
	return true;
}

static bool steps_reached(const struct json_place *list, const struct playbook *playbook,
                          struct json_error *error)
{
	bool reached[PLAYBOOK_STEPS_MAX] = { false };

	reached[playbook->start] = true;
	for (size_t round = 0; round < playbook->step_count; round++) {
		for (size_t i = 0; i < playbook->step_count; i++) {
			const struct playbook_step *const step = &playbook->steps[i];

			for (size_t j = 0; reached[i] && j < step->answer_count; j++)
				reached[step->answers[j].go] = true;
		}
	}
	for (size_t i = 0; i < playbook->step_count; i++) {
		const struct json_place item = json_item(list, i);

		if (!reached[i])
			return json_refuse(&item, NULL, error, "no path leads here");
	}
	return true;
}

static bool steps_read(struct arena *arena, const struct json_place *document,
                       struct playbook *playbook, struct json_error *error)
{
	struct json_place list;
	struct playbook_step *steps;
	const char *start;

	if (!json_array_at(document, "steps", PLAYBOOK_STEPS_MAX, &list, error))
		return false;
	if (json_count(&list) == 0)
		return json_refuse(document, "steps", error, "must have a step");
	steps = arena_zero(arena, json_count(&list) * sizeof(*steps));
	if (!ids_read(arena, &list, steps, error) ||
	    !json_text_at(document, "start", SUGGEST_ID_MAX, &start, error))
		return false;
	playbook->steps = steps;
	playbook->step_count = json_count(&list);
	if (!step_find(steps, playbook->step_count, start, &playbook->start))
		return json_refuse(document, "start", error, "no step has this id");
	for (size_t i = 0; i < playbook->step_count; i++) {
		const struct json_place item = json_item(&list, i);

		if (!step_read(arena, &item, playbook, &steps[i], error))
			return false;
	}
	return paths_end(&list, playbook, error) && steps_reached(&list, playbook, error);
}

bool playbook_parse(struct arena *arena, struct bytes text, struct playbook *playbook,
                    struct json_error *error)
{
	static const char *const fields[] = { "id",        "version",   "effective_from",
		                              "title",     "intents",   "tiers",
		                              "floor_ppm", "languages", "start",
		                              "steps",     NULL };
	struct playbook result = { 0 };
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!json_only(&top, fields, error) ||
	    !suggest_head_read(arena, &top, PLAYBOOK_FLOOR_PPM, &result.head, error) ||
	    !languages_read(&top, &result, error) || !steps_read(arena, &top, &result, error))
		return false;
	*playbook = result;
	return true;
}
