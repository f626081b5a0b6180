/*
 * A number, told for programs: one object. What people wrote stays what it is.
 */
#include "services/kpi-aggregator/explain/answer.h"

#include "common/base/text.h"
#include "common/io/json.h"

#define FIGURES_MAX 65536

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? json_null() : json_string(time_format(at, text));
}

static json_t *definition_json(const struct definition *definition)
{
	json_t *const json = json_object();

	json_object_set_new(json, "metric", json_string(definition->id));
	json_object_set_new(json, "version", json_integer(definition->version));
	json_object_set_new(json, "effective_from", time_json(definition->effective_from));
	json_object_set_new(json, "digest", json_string(definition->digest));
	json_object_set_new(json, "title", json_string(definition->title));
	json_object_set_new(json, "says", json_string(definition->says));
	json_object_set_new(json, "unit", json_string(definition->unit));
	json_object_set_new(json, "zone", json_string(window_zone_name(definition->zone)));
	return json;
}

static json_t *window_json(const struct answer *answer)
{
	const struct recount_ask *const ask = &answer->recount->ask;
	json_t *const json = json_object();

	json_object_set_new(json, "label",
	                    json_string(
				window_label(answer->arena, ask->definition->zone, &ask->window)));
	json_object_set_new(json, "kind", json_string(window_kind_names[ask->window.kind]));
	json_object_set_new(json, "start", time_json(ask->window.start));
	json_object_set_new(json, "end", time_json(ask->window.end));
	return json;
}

/* Null where there are none, or they cannot be read. */
static json_t *figures_json(const char *text)
{
	struct json_error error;
	json_t *json;

	return *text != '\0' && json_parse(bytes_of(text), FIGURES_MAX, &json, &error)
	           ? json
	           : json_null();
}

static json_t *figure_json(const struct answer_figure *figure)
{
	json_t *const json = json_object();

	json_object_set_new(json, "currency", json_string(figure->currency));
	json_object_set_new(json, "state", json_string(figure->state));
	json_object_set_new(json, "said", figures_json(figure->said));
	json_object_set_new(json, "again", figures_json(figure->again));
	json_object_set_new(json, "agrees", json_boolean(answer_agrees(figure)));
	json_object_set_new(json, "waits", json_boolean(figure->waits));
	return json;
}

static void set_number(json_t *json, const char *name, int64_t number)
{
	if (number != 0)
		json_object_set_new(json, name, json_integer(number));
}

static json_t *asides_json(const struct definition *definition, const struct cell_sums *sums)
{
	json_t *const json = json_object();

	for (size_t i = 0; i < definition->aside_count; i++)
		set_number(json, definition->asides[i], sums->asides[i]);
	return json;
}

/* What is 0 is left out. */
static json_t *adds_json(const struct definition *definition, const struct cell_sums *sums)
{
	json_t *const json = json_object();

	set_number(json, "n", sums->n);
	set_number(json, "hits", sums->hits);
	set_number(json, "sum", sums->sum);
	json_object_set_new(json, "asides", asides_json(definition, sums));
	return json;
}

static json_t *line_json(const struct definition *definition, const struct recount_line *line)
{
	json_t *const json = json_object();

	json_object_set_new(json, "subject", json_string(line->subject));
	json_object_set_new(json, "kind", json_string(line->kind));
	json_object_set_new(json, "number", json_string(line->number));
	json_object_set_new(json, "at", time_json(line->at));
	json_object_set_new(json, "currency", json_string(line->currency));
	if (line->in)
		json_object_set_new(json, "adds", adds_json(definition, line->adds));
	else
		json_object_set_new(json, "why", json_string(line->how));
	return json;
}

static json_t *lines_json(const struct recount *recount, bool in)
{
	json_t *const list = json_array();

	for (const struct recount_line *line = recount->lines; line != NULL; line = line->next)
		if (line->in == in)
			json_array_append_new(list, line_json(recount->ask.definition, line));
	return list;
}

void answer_json(const struct answer *answer, struct buffer *out)
{
	const struct recount *const recount = answer->recount;
	const struct recount_ask *const ask = &recount->ask;
	const bool cut = ask->dimension >= 0;
	json_t *const figures = json_array();
	AUTO_JSON top = json_object();
	struct bytes text;

	for (const struct answer_figure *it = answer->figures; it != NULL; it = it->next)
		json_array_append_new(figures, figure_json(it));
	json_object_set_new(top, "definition", definition_json(ask->definition));
	json_object_set_new(top, "window", window_json(answer));
	json_object_set_new(top, "by",
	                    cut ? json_string(vocabulary_words[ask->dimension].name) : json_null());
	json_object_set_new(top, "value", cut ? json_string(ask->value) : json_null());
	json_object_set_new(top, "figures", figures);
	json_object_set_new(top, "agrees", json_boolean(answer_is_same(answer)));
	json_object_set_new(top, "in", lines_json(recount, true));
	json_object_set_new(top, "not_in", lines_json(recount, false));
	json_object_set_new(top, "unread", json_integer((json_int_t)answer->unread));
	json_object_set_new(top, "overflowed", json_boolean(recount->overflowed));
	text = json_compact(answer->arena, top);
	buffer_add(out, text.data, text.size);
	buffer_add(out, "\n", 1);
}
