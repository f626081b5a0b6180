#include "services/classifier/guide.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "services/classifier/signal_document.h"

#include <stdio.h>
#include <string.h>

#define REASON_SIZE 512
#define BLOCK_SIZE 65536

/* What is being compiled. */
struct making {
	struct arena *arena;
	const struct document *files;
	size_t count;
	struct taxonomy *taxonomies;
	size_t taxonomy_count;
	struct rule_document *rules;
	struct guide *guide;
	char *reason;
	size_t reason_size;
};

static bool fail(const struct making *it, const char *file, const char *reason)
{
	snprintf(it->reason, it->reason_size, "%s: %s", file, reason);
	return false;
}

static bool refuse(const struct making *it, const char *file, const struct json_error *error)
{
	char text[JSON_ERROR_SIZE];

	return fail(it, file, json_error_text(error, text));
}

/* Taxonomies and the model that names one of them. */

static bool take_taxonomies(struct making *it)
{
	struct json_error error;

	for (size_t i = 0; i < it->count; i++) {
		if (!text_starts(it->files[i].name, "taxonomy/"))
			continue;
		if (it->taxonomy_count == GUIDE_DOCUMENTS_MAX)
			return fail(it, it->files[i].name, "more than 64 documents");
		if (!taxonomy_parse(it->arena, it->files[i].body,
		                    &it->taxonomies[it->taxonomy_count++], &error))
			return refuse(it, it->files[i].name, &error);
	}
	return it->taxonomy_count > 0 || fail(it, "taxonomy/", "there is no taxonomy");
}

static const struct taxonomy *taxonomy_of_model(const struct making *it, const struct model *model)
{
	for (size_t i = 0; i < it->taxonomy_count; i++)
		if (text_equal(it->taxonomies[i].id, model_taxonomy(model)) &&
		    it->taxonomies[i].version == model_taxonomy_version(model))
			return &it->taxonomies[i];
	return NULL;
}

static bool take_labels(const struct making *it, const struct model *model)
{
	const size_t count = model_label_count(model, GUIDE_LABELS);
	enum category *const categories = arena_alloc(it->arena, (count + 1) * sizeof(*categories));

	for (size_t i = 0; i < count; i++) {
		const char *const label = model_label(model, GUIDE_LABELS, i);
		const struct taxonomy_intent *const intent =
		    taxonomy_find(it->guide->taxonomy, label);

		if (intent == NULL)
			return fail(it, GUIDE_MODEL,
			            arena_printf(it->arena, "the taxonomy has no intent %s",
			                         label));
		categories[i] = intent->category;
	}
	it->guide->label_categories = categories;
	it->guide->label_count = count;
	return count > 0 || fail(it, GUIDE_MODEL, "the model has no label set \"intent\"");
}

static bool take_model(struct making *it)
{
	char reason[REASON_SIZE];
	size_t at = 0;

	while (at < it->count && !text_equal(it->files[at].name, GUIDE_MODEL))
		at++;
	if (at == it->count)
		return fail(it, GUIDE_MODEL, "is missing: classifier --train makes it");
	if (!model_use(it->files[at].body, &it->guide->model, reason, sizeof(reason)))
		return fail(it, GUIDE_MODEL, reason);
	it->guide->taxonomy = taxonomy_of_model(it, it->guide->model);
	if (it->guide->taxonomy == NULL)
		return fail(it, GUIDE_MODEL,
		            arena_printf(it->arena,
		                         "was trained for the taxonomy %s/%lld, which is not here",
		                         model_taxonomy(it->guide->model),
		                         (long long)model_taxonomy_version(it->guide->model)));
	it->guide->model_digest =
	    text_hex(it->arena, (struct bytes){ model_digest(it->guide->model), DIGEST_SIZE });
	return take_labels(it, it->guide->model);
}

/* Rules. */

static bool take_rules(struct making *it)
{
	struct json_error error;
	char reason[REASON_SIZE];

	for (size_t i = 0; i < it->count; i++) {
		struct rule_document *const document = &it->rules[it->guide->rule_count];

		if (!text_starts(it->files[i].name, "rules/"))
			continue;
		if (it->guide->rule_count == GUIDE_DOCUMENTS_MAX)
			return fail(it, it->files[i].name, "more than 64 documents");
		if (!rule_document_parse(it->arena, it->files[i].body, document, &error))
			return refuse(it, it->files[i].name, &error);
		if (!rule_document_fits(document, it->guide->taxonomy, reason, sizeof(reason)))
			return fail(it, it->files[i].name, reason);
		for (size_t k = 0; k < it->guide->rule_count; k++)
			if (it->rules[k].kind == document->kind &&
			    it->rules[k].effective_from.us == document->effective_from.us)
				return fail(it, it->files[i].name,
				            "another file decides the same from the same time on");
		it->guide->rule_count++;
	}
	it->guide->rules = it->rules;
	return true;
}

const struct rule_document *guide_rules(const struct guide *guide, enum rule_kind kind,
                                        struct instant at)
{
	const struct rule_document *found = NULL;

	for (size_t i = 0; i < guide->rule_count; i++) {
		const struct rule_document *const rules = &guide->rules[i];

		if (rules->kind == kind && !time_before(at, rules->effective_from) &&
		    (found == NULL || time_before(found->effective_from, rules->effective_from)))
			found = rules;
	}
	return found;
}

/* Signals: of several versions of a document the one that began last. */
static bool take_signals(struct making *it)
{
	struct document *const mine = arena_zero(it->arena, (it->count + 1) * sizeof(*mine));
	char error[SIGNAL_ERROR_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < it->count; i++)
		if (text_starts(it->files[i].name, "signals/"))
			mine[count++] = it->files[i];
	if (signal_book_compile(it->arena, mine, count, TIME_NEWEST, &it->guide->signals, error))
		return true;
	snprintf(it->reason, it->reason_size, "%s", error);
	return false;
}

/* Shortfalls. */

static bool take_shortfalls(struct making *it)
{
	struct shortfall_rule *const rules =
	    arena_zero(it->arena, (it->count + 1) * sizeof(*rules));
	struct json_error error;

	for (size_t i = 0; i < it->count; i++) {
		if (!text_starts(it->files[i].name, "shortfall/"))
			continue;
		if (!shortfall_rule_parse(it->arena, it->files[i].body,
		                          &rules[it->guide->shortfall_count++], &error))
			return refuse(it, it->files[i].name, &error);
	}
	it->guide->shortfalls = rules;
	return true;
}

const struct shortfall_rule *guide_shortfall(const struct guide *guide, struct instant at)
{
	const struct shortfall_rule *found = NULL;

	for (size_t i = 0; i < guide->shortfall_count; i++) {
		const struct shortfall_rule *const rule = &guide->shortfalls[i];

		if (!time_before(at, rule->effective_from) &&
		    (found == NULL || time_before(found->effective_from, rule->effective_from)))
			found = rule;
	}
	return found;
}

/* All of it. */

static bool take_all(struct making *it)
{
	struct suggest_book *const advice = arena_zero(it->arena, sizeof(*advice));
	char reason[SUGGEST_ERROR_SIZE];

	it->guide->advice = advice;
	if (!take_taxonomies(it) || !take_model(it) || !take_rules(it))
		return false;
	if (!take_signals(it) || !take_shortfalls(it))
		return false;
	if (!suggest_book_compile(it->arena, it->files, it->count, it->guide->taxonomy, advice,
	                          reason)) {
		snprintf(it->reason, it->reason_size, "%s", reason);
		return false;
	}
	return true;
}

const void *guide_compile(const struct document *files, size_t count, char *reason,
                          size_t reason_size)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	struct making it = {
		.arena = arena,
		.files = files,
		.count = count,
		.taxonomies = arena_zero(arena, GUIDE_DOCUMENTS_MAX * sizeof(struct taxonomy)),
		.rules =
		    arena_zero(arena, (GUIDE_DOCUMENTS_MAX + 1) * sizeof(struct rule_document)),
		.guide = arena_zero(arena, sizeof(struct guide)),
		.reason = reason,
		.reason_size = reason_size,
	};

	it.guide->arena = arena;
	if (take_all(&it))
		return it.guide;
	arena_destroy(arena);
	return NULL;
}
