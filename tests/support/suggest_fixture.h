/*
 * suggest_fixture - small macros, playbooks and glossaries, and books made of them.
 */
#ifndef TESTS_SUPPORT_SUGGEST_FIXTURE_H
#define TESTS_SUPPORT_SUGGEST_FIXTURE_H

#include "services/classifier/suggest.h"

/* Texts are literals: ids as they are, intents as a JSON array, dates as 2026-01-01. */
#define DOCUMENT_HEAD(id, version, from, intents, more)                                         \
	"{\"id\":\"" id "\",\"version\":" version ",\"effective_from\":\"" from "T00:00:00Z\"," \
	"\"title\":\"t\",\"intents\":" intents "," more
#define DOCUMENT_MACRO(id, intents, more)                   \
	DOCUMENT_HEAD(id, "1", "2026-01-01", intents, more) \
	"\"languages\":{\"en\":{\"text\":\"Hello\"},\"ja\":{\"text\":\"今日は\"}}}"
#define DOCUMENT_ENGLISH_MACRO(id, version, from)        \
	DOCUMENT_HEAD(id, version, from, "[\"refund\"]", \
	              "\"languages\":{\"en\":{\"text\":\"Hello\"}}}")
#define DOCUMENT_PLACED_MACRO(id, intents)                                                   \
	DOCUMENT_HEAD(id, "1", "2026-01-01", intents, "")                                    \
	"\"languages\":{\"en\":{\"text\":\"{{i}}{{d}}\"},\"ja\":{\"text\":\"{{i}}{{d}}\"}}," \
	"\"places\":[{\"name\":\"i\",\"kind\":\"invoice\",\"required\":true},"               \
	"{\"name\":\"d\",\"kind\":\"date\",\"required\":false}]}"
#define DOCUMENT_PLAYBOOK_IN(id, intents, languages, words, macro)                           \
	DOCUMENT_HEAD(id, "1", "2026-01-01", intents, "")                                    \
	"\"languages\":" languages ",\"start\":\"a\",\"steps\":[{\"id\":\"a\",\"do\":" words \
	",\"macro\":\"" macro "\",\"end\":true}]}"
#define DOCUMENT_PLAYBOOK(id, intents, macro)                                                   \
	DOCUMENT_PLAYBOOK_IN(id, intents, "[\"en\",\"ja\"]", "{\"en\":\"Do\",\"ja\":\"する\"}", \
	                     macro)
#define DOCUMENT_GLOSSARY(from, version, en, ja)                                      \
	"{\"id\":\"g\",\"version\":" version ",\"effective_from\":\"" from            \
	"T00:00:00Z\",\"terms\":[{\"id\":\"greeting\",\"en\":\"" en "\",\"ja\":\"" ja \
	"\",\"avoid\":{\"ja\":[\"やあ\"]}}]}"

#define SUGGEST_FILES_MAX 8

struct suggest_file {
	const char *name; /* NULL ends a list before its max */
	const char *text;
};

/* At most SUGGEST_FILES_MAX files. */
bool suggest_fixture_compile(struct arena *arena, const struct suggest_file *files, size_t max,
                             struct suggest_book *book, char error[static SUGGEST_ERROR_SIZE]);

#endif
