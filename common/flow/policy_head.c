#include "common/flow/policy_head.h"

#include "common/base/check.h"
#include "common/base/money.h"
#include "common/base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool policy_word_at(struct arena *arena, const struct json_place *object, const char *field,
                    const char **word, struct json_error *error)
{
	const char *text;

	if (!json_text_at(object, field, POLICY_WORD_MAX, &text, error))
		return false;
	*word = arena_string(arena, text);
	return true;
}

bool policy_span_at(const struct json_place *object, const char *field, struct duration min,
                    struct duration max, struct duration *span, struct json_error *error)
{
	struct duration read;
	const char *text;

	if (!json_text_at(object, field, POLICY_WORD_MAX, &text, error))
		return false;
	if (!duration_parse(text, &read))
		return json_refuse(object, field, error, "must be a time as 90s, 15m, 2h or 14d");
	if (read.us < min.us || read.us > max.us)
		return json_refuse(object, field, error, "must be between %llds and %llds",
		                   (long long)(min.us / 1000000), (long long)(max.us / 1000000));
	*span = read;
	return true;
}

bool policy_span_if(const struct json_place *object, const char *field, struct duration min,
                    struct duration max, struct duration *span, struct json_error *error)
{
	return !json_has(object, field) || policy_span_at(object, field, min, max, span, error);
}

bool policy_words_if(struct arena *arena, const struct json_place *object, const char *field,
                     size_t max, const char *const **words, struct json_error *error)
{
	struct json_place list;
	const char **read;

	if (!json_array_if(object, field, max, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	for (size_t i = 0; i < json_count(&list); i++) {
		if (!json_text_in(&list, i, POLICY_WORD_MAX, &read[i], error))
			return false;
		read[i] = arena_string(arena, read[i]);
	}
	*words = read;
	return true;
}

bool policy_currency_at(const struct json_place *object, const char *field, char currency[static 4],
                        struct json_error *error)
{
	char read[4];
	const char *text;

	if (!json_text_at(object, field, 3, &text, error))
		return false;
	if (!money_currency(text, read) || !text_equal(read, text))
		return json_refuse(object, field, error, "must be a currency as USD");
	memcpy(currency, read, sizeof(read));
	return true;
}

/* One document. */

static const char *const head_fields[] = { "id", "version", "effective_from", "source" };

static bool only_known(const struct policy_kind *kind, const struct json_place *top,
                       struct json_error *error)
{
	const char *fields[COUNT_OF(head_fields) + POLICY_FIELDS_MAX + 1] = { NULL };
	size_t count = 0;

	for (; count < COUNT_OF(head_fields); count++)
		fields[count] = head_fields[count];
	for (const char *const *own = kind->fields; *own != NULL; own++) {
		CHECK(count + 1 < COUNT_OF(fields));
		fields[count++] = *own;
	}
	return json_only(top, fields, error);
}

static bool head_read(struct arena *arena, const struct json_place *top, struct policy_head *head,
                      struct json_error *error)
{
	const char *source = "";

	if (!policy_word_at(arena, top, "id", &head->id, error) ||
	    !json_integer_at(top, "version", 1, INT32_MAX, &head->version, error) ||
	    !json_instant_at(top, "effective_from", &head->effective_from, error) ||
	    !json_text_if(top, "source", POLICY_SOURCE_MAX, &source, error))
		return false;
	head->source = arena_string(arena, source);
	return true;
}

bool policy_parse(const struct policy_kind *kind, struct arena *arena, struct bytes text,
                  void *policy, struct json_error *error)
{
	void *const read = arena_zero(arena, kind->size);
	AUTO_JSON parsed = NULL;
	struct json_place top;

	if (!json_parse(text, POLICY_BYTES_MAX, &parsed, error))
		return false;
	top = json_top(parsed);
	if (!only_known(kind, &top, error) || !head_read(arena, &top, read, error) ||
	    !kind->read(arena, &top, read, error))
		return false;
	memcpy(policy, read, kind->size);
	return true;
}

/* The book. */

static const struct policy_head *head_of(const unsigned char *policy)
{
	return (const struct policy_head *)(const void *)policy;
}

static int by_effect(const void *a, const void *b)
{
	const struct policy_head *const left = a;
	const struct policy_head *const right = b;

	return (left->effective_from.us > right->effective_from.us) -
	       (left->effective_from.us < right->effective_from.us);
}

static bool policy_load(const struct policy_kind *kind, struct arena *arena,
                        const struct document *file, void *policy, char *reason, size_t reason_size)
{
	struct json_error error;
	char text[JSON_ERROR_SIZE];

	if (policy_parse(kind, arena, file->body, policy, &error))
		return true;
	snprintf(reason, reason_size, "%s: %s", file->name, json_error_text(&error, text));
	return false;
}

static bool book_read(const struct policy_kind *kind, struct arena *arena,
                      const struct document *files, unsigned char *policies, size_t count,
                      char *reason, size_t reason_size)
{
	for (size_t i = 0; i < count; i++) {
		unsigned char *const policy = policies + i * kind->size;

		if (!policy_load(kind, arena, &files[i], policy, reason, reason_size))
			return false;
		for (size_t k = 0; k < i; k++) {
			if (by_effect(policies + k * kind->size, policy) != 0)
				continue;
			snprintf(reason, reason_size,
			         "%s: effective_from: is another file's already", files[i].name);
			return false;
		}
	}
	return true;
}

const struct policy_book *policy_compile(const struct policy_kind *kind,
                                         const struct document *files, size_t count, char *reason,
                                         size_t reason_size)
{
	struct arena *const arena = arena_create(16384);
	struct policy_book *const book = arena_zero(arena, sizeof(*book));
	unsigned char *const policies = arena_zero(arena, POLICY_VERSIONS_MAX * kind->size);

	if (count == 0 || count > POLICY_VERSIONS_MAX) {
		snprintf(reason, reason_size, "%s/: must hold 1 to %d documents", kind->folder,
		         POLICY_VERSIONS_MAX);
	} else if (book_read(kind, arena, files, policies, count, reason, reason_size)) {
		qsort(policies, count, kind->size, by_effect);
		*book = (struct policy_book){ arena, policies, kind->size, count };
		return book;
	}
	arena_destroy(arena);
	return NULL;
}

const void *policy_at(const struct policy_book *book, struct instant at)
{
	const unsigned char *found = book->policies;

	CHECK(book->count > 0);
	for (size_t i = 1; i < book->count; i++)
		if (!time_before(at, head_of(book->policies + i * book->size)->effective_from))
			found = book->policies + i * book->size;
	return found;
}
