#include "services/classifier/classify.h"

#include "common/base/memory.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "common/io/json.h"
#include "services/classifier/judge.h"
#include "services/classifier/triage.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES ((size_t)2 << 20) /* 1 MiB of text, escaped */
#define BLOCK_SIZE ((size_t)256 << 10)

/* One text on its way. */
struct classified {
	const struct guide *guide;
	struct arena *arena;
	struct judgement judgement;
	struct decision decision;
	struct triage_row row;
};

static const struct guide *find_guide(const struct document *documents)
{
	while (!text_equal(documents->name, GUIDE_NAME))
		documents++;
	return documents->compiled;
}

/* Out. */

static json_t *entities_of(const struct classified *it)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < it->judgement.entity_count; i++) {
		const struct entity *const entity = &it->judgement.entities[i];
		json_t *const made =
		    json_pack("{s:s, s:I, s:I}", "kind", entity_kind_name(entity->kind), "at",
		              (json_int_t)entity->span.at, "size", (json_int_t)entity->span.size);

		if (entity->value != NULL && *entity->value != '\0')
			json_object_set_new(made, "value", json_string(entity->value));
		if (entity->kind == ENTITY_AMOUNT && entity->has_minor)
			json_object_set_new(made, "minor", json_integer(entity->minor));
		if (entity->currency[0] != '\0')
			json_object_set_new(made, "currency", json_string(entity->currency));
		json_array_append_new(list, made);
	}
	return list;
}

static json_t *reasons_of(const struct classified *it)
{
	json_t *const list = json_array();

	for (size_t i = 0; it->judgement.modelled && i < it->judgement.model.reason_count; i++) {
		const struct model_reason *const reason = &it->judgement.model.reasons[i];

		json_array_append_new(list, json_pack("{s:I, s:I, s:i}", "at",
		                                      (json_int_t)reason->span.at, "size",
		                                      (json_int_t)reason->span.size, "weight_ppm",
		                                      reason->weight_ppm));
	}
	for (size_t i = 0; i < it->decision.rule_count; i++) {
		const Opsmesh__V1__RuleMatch *const rule = it->decision.rules[i];

		json_array_append_new(list,
		                      json_pack("{s:s, s:s, s:s}", "document", rule->document,
		                                "rule", rule->rule, "decision", rule->decision));
	}
	return list;
}

static json_t *signals_of(const struct classified *it)
{
	json_t *const list = json_array();

	for (int i = 0; i < SIGNALS; i++)
		if ((it->judgement.signals.said & (UINT32_C(1) << i)) != 0)
			json_array_append_new(list, json_string(signal_kind_names[i]));
	return list;
}

static json_t *text_or_null(const char *text)
{
	return text != NULL && *text != '\0' ? json_string(text) : json_null();
}

static json_t *answer_of(const struct classified *it)
{
	const struct judgement *const judgement = &it->judgement;
	json_t *const answer = json_object();

	json_object_set_new(answer, "language",
	                    json_string(language_tag(judgement->language.language)));
	json_object_set_new(answer, "category", text_or_null(it->row.category));
	json_object_set_new(answer, "intent", text_or_null(it->row.intent));
	json_object_set_new(answer, "priority", json_string(it->decision.priority));
	json_object_set_new(answer, "queue", json_string(it->decision.queue));
	json_object_set_new(answer, "sentiment", json_integer(judgement->signals.sentiment_ppm));
	json_object_set_new(answer, "urgency", json_integer(judgement->signals.urgency_ppm));
	json_object_set_new(answer, "confidence",
	                    json_integer(judgement->modelled ? judgement->model.confidence_ppm
	                                                     : 0));
	json_object_set_new(answer, "needs_human",
	                    judgement->doubt == DOUBT_NONE
	                        ? json_null()
	                        : json_string(doubt_names[judgement->doubt]));
	json_object_set_new(answer, "signals", signals_of(it));
	json_object_set_new(answer, "entities", entities_of(it));
	json_object_set_new(answer, "reasons", reasons_of(it));
	return answer;
}

static void print(json_t *answer)
{
	(void)json_dumpf(answer, stdout, JSON_COMPACT);
	printf("\n");
	json_decref(answer);
}

/* In. */

static bool complain(const char *reason)
{
	print(json_pack("{s:s}", "error", reason));
	return false;
}

/* A line is JSON when it begins with a brace and reads as an object with a text. */
static const char *text_of(struct arena *arena, struct bytes line, const char **reason)
{
	AUTO_JSON parsed = NULL;
	struct json_error error;
	const char *text;

	*reason = NULL;
	if (line.size == 0 || ((const char *)line.data)[0] != '{')
		return text_repair(arena, line, NULL);
	if (json_parse(line, LINE_MAX_BYTES, &parsed, &error)) {
		const struct json_place top = json_top(parsed);

		if (json_has(&top, "text") && json_is_string(json_object_get(parsed, "text"))) {
			text = json_string_value(json_object_get(parsed, "text"));
			return arena_string(arena, text);
		}
	}
	*reason = "neither an object with a text, nor a plain line";
	return NULL;
}

static bool classify(const struct guide *guide, struct arena *arena, struct bytes line)
{
	struct classified *const it = arena_zero(arena, sizeof(*it));
	const char *reason;
	const char *text;

	if (line.size > LINE_MAX_BYTES)
		return complain("longer than 2 MiB");
	text = text_of(arena, line, &reason);
	if (text == NULL)
		return complain(reason);
	it->guide = guide;
	it->arena = arena;
	judge(guide, arena, NULL, text, &it->judgement);
	it->row.contacts = 1;
	if (it->judgement.doubt == DOUBT_NONE) {
		it->row.category = category_name(it->judgement.category);
		it->row.intent = it->judgement.intent_sure ? it->judgement.model.label : NULL;
	}
	triage_decide(guide, arena, TIME_NEWEST, &it->row, reading_make(arena, &it->judgement),
	              &it->decision);
	print(answer_of(it));
	return true;
}

static bool classify_file(const struct guide *guide, FILE *file)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	char *const room = memory_alloc(LINE_MAX_BYTES + 1);
	bool good = true;
	size_t size;

	while (file_line(file, room, LINE_MAX_BYTES, &size)) {
		good = classify(guide, arena, (struct bytes){ room, size }) && good;
		arena_reset(arena);
	}
	memory_free(room);
	arena_destroy(arena);
	return good;
}

int classify_texts(const struct service_given *given, int argc, char **argv)
{
	const struct guide *const guide = find_guide(given->documents);
	bool good = true;

	if (argc == 1)
		return classify_file(guide, stdin) ? 0 : 1;
	for (int i = 1; i < argc; i++) {
		FILE *const file = fopen(argv[i], "rbe");

		if (file == NULL) {
			fprintf(stderr, "classifier: %s: %s\n", argv[i], strerrordesc_np(errno));
			return 1;
		}
		good = classify_file(guide, file) && good;
		fclose(file);
	}
	return good ? 0 : 1;
}
