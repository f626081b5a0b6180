/*
 * The documents together: each parsed, put in order, and held against the others.
 */
#include "services/classifier/suggest.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/classifier/taxonomy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const folders[SUGGEST_KINDS] = { "macros/", "playbooks/", "glossary/" };

static bool fail(char error[static SUGGEST_ERROR_SIZE], const char *file, const char *reason)
{
	snprintf(error, SUGGEST_ERROR_SIZE, "%s: %s", file, reason);
	return false;
}

/* SUGGEST_KINDS: none of ours. */
static enum suggest_kind kind_of(const char *name)
{
	int kind = 0;

	while (kind < SUGGEST_KINDS && !text_starts(name, folders[kind]))
		kind++;
	return (enum suggest_kind)kind;
}

bool suggest_owns(const char *name)
{
	return kind_of(name) != SUGGEST_KINDS;
}

static bool macro_load(struct arena *arena, struct bytes body, struct suggest_entry *entry,
                       struct json_error *error)
{
	struct macro *const macro = arena_zero(arena, sizeof(*macro));

	entry->macro = macro;
	entry->head = &macro->head;
	return macro_parse(arena, body, macro, error);
}

static bool playbook_load(struct arena *arena, struct bytes body, struct suggest_entry *entry,
                          struct json_error *error)
{
	struct playbook *const playbook = arena_zero(arena, sizeof(*playbook));

	entry->playbook = playbook;
	entry->head = &playbook->head;
	return playbook_parse(arena, body, playbook, error);
}

static bool glossary_load(struct arena *arena, struct bytes body, struct suggest_entry *entry,
                          struct json_error *error)
{
	struct glossary *const glossary = arena_zero(arena, sizeof(*glossary));

	entry->glossary = glossary;
	entry->head = &glossary->head;
	return glossary_parse(arena, body, glossary, error);
}

typedef bool load_function(struct arena *arena, struct bytes body, struct suggest_entry *entry,
                           struct json_error *error);

static bool entry_load(struct arena *arena, const struct document *document,
                       const struct taxonomy *taxonomy, struct suggest_entry *entry,
                       char error[static SUGGEST_ERROR_SIZE])
{
	static load_function *const loads[SUGGEST_KINDS] = { macro_load, playbook_load,
		                                             glossary_load };
	struct json_error cause;
	char text[JSON_ERROR_SIZE];

	entry->kind = kind_of(document->name);
	entry->file = arena_string(arena, document->name);
	if (!loads[entry->kind](arena, document->body, entry, &cause))
		return fail(error, entry->file, json_error_text(&cause, text));
	for (size_t i = 0;
	     taxonomy != NULL && entry->head->intents != NULL && entry->head->intents[i] != NULL;
	     i++) {
		if (taxonomy_find(taxonomy, entry->head->intents[i]) == NULL) {
			snprintf(text, sizeof(text),
			         "intents[%zu]: the taxonomy has no such intent", i);
			return fail(error, entry->file, text);
		}
	}
	return true;
}

static int entry_compare(const void *a, const void *b)
{
	const struct suggest_entry *const one = a;
	const struct suggest_entry *const other = b;
	const int ids = strcmp(one->head->id, other->head->id);

	if (one->kind != other->kind)
		return one->kind < other->kind ? -1 : 1;
	if (ids != 0)
		return ids;
	return time_before(one->head->effective_from, other->head->effective_from)   ? -1
	       : time_before(other->head->effective_from, one->head->effective_from) ? 1
	                                                                             : 0;
}

static bool same_document(const struct suggest_entry *one, const struct suggest_entry *other)
{
	return one->kind == other->kind && text_equal(one->head->id, other->head->id);
}

/* Versions of one document lie side by side: each ends where the next begins. */
static bool versions_join(struct suggest_entry *entries, size_t count,
                          char error[static SUGGEST_ERROR_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		entries[i].until = (struct instant){ INT64_MAX };
		if (i + 1 == count || !same_document(&entries[i], &entries[i + 1]))
			continue;
		entries[i].until = entries[i + 1].head->effective_from;
		if (entries[i].until.us == entries[i].head->effective_from.us)
			return fail(error, entries[i + 1].file,
			            "effective_from: another version begins at once with it");
		if (entries[i].head->version >= entries[i + 1].head->version)
			return fail(error, entries[i + 1].file,
			            "version: must be above that of the one before");
	}
	return true;
}

bool suggest_together(const struct suggest_entry *one, const struct suggest_entry *other)
{
	return time_before(one->head->effective_from, other->until) &&
	       time_before(other->head->effective_from, one->until);
}

/* What is in force at one time is written in the same languages. */
static bool siblings_agree(const struct suggest_entry *entry, const struct suggest_book *book,
                           char error[static SUGGEST_ERROR_SIZE])
{
	for (size_t i = 0; i < book->count; i++) {
		const struct suggest_entry *const other = &book->entries[i];
		const uint32_t lacks = other->head->tongues & ~entry->head->tongues;

		if (other->kind == entry->kind && lacks != 0 && suggest_together(entry, other)) {
			snprintf(error, SUGGEST_ERROR_SIZE,
			         "%s: languages.%s: is missing, and %s has it", entry->file,
			         tongue_tags[__builtin_ctz(lacks)], other->file);
			return false;
		}
	}
	return true;
}

static bool macro_there(const struct suggest_book *book, const char *id, struct instant at)
{
	for (size_t i = 0; i < book->count; i++) {
		const struct suggest_entry *const entry = &book->entries[i];

		if (entry->kind == SUGGEST_MACRO && text_equal(entry->head->id, id) &&
		    !time_before(at, entry->head->effective_from))
			return true;
	}
	return false;
}

static bool macros_there(const struct suggest_entry *entry, const struct suggest_book *book,
                         char error[static SUGGEST_ERROR_SIZE])
{
	const struct playbook *const playbook = entry->playbook;

	for (size_t i = 0; playbook != NULL && i < playbook->step_count; i++) {
		const char *const id = playbook->steps[i].macro;

		if (id != NULL && !macro_there(book, id, entry->head->effective_from)) {
			snprintf(error, SUGGEST_ERROR_SIZE,
			         "%s: steps[%zu].macro: no macro has this id then", entry->file, i);
			return false;
		}
	}
	return true;
}

static bool entries_load(struct arena *arena, const struct document *documents, size_t count,
                         const struct taxonomy *taxonomy, struct suggest_entry *entries,
                         size_t *loaded, char error[static SUGGEST_ERROR_SIZE])
{
	for (size_t i = 0; i < count; i++) {
		if (!suggest_owns(documents[i].name))
			continue;
		if (*loaded == SUGGEST_DOCUMENTS_MAX)
			return fail(error, documents[i].name, "is one document too many");
		if (!entry_load(arena, &documents[i], taxonomy, &entries[*loaded], error))
			return false;
		++*loaded;
	}
	return true;
}

bool suggest_book_compile(struct arena *arena, const struct document *documents, size_t count,
                          const struct taxonomy *taxonomy, struct suggest_book *book,
                          char error[static SUGGEST_ERROR_SIZE])
{
	struct suggest_entry *const entries = arena_zero(arena, (count + 1) * sizeof(*entries));
	struct suggest_book result = { .entries = entries };

	if (!entries_load(arena, documents, count, taxonomy, entries, &result.count, error))
		return false;
	qsort(entries, result.count, sizeof(*entries), entry_compare);
	if (!versions_join(entries, result.count, error))
		return false;
	for (size_t i = 0; i < result.count; i++) {
		if (!siblings_agree(&entries[i], &result, error) ||
		    !macros_there(&entries[i], &result, error))
			return false;
	}
	*book = result;
	return true;
}
