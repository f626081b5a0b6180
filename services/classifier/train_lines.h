/*
 * train_lines - labelled texts from files: JSON lines, or CSV with a header.
 *
 * A JSON line is {"text": "...", "label": "refund", "language": "ja"}; language may be absent, other
 * fields are refused. In CSV (RFC 4180) the first of the columns text, utterance, instruction is the
 * text, and the first of label, intent, category is its label; others are passed over. The first thing
 * that is wrong is named with file, line and field; texts are never quoted.
 */
#ifndef SERVICES_CLASSIFIER_TRAIN_LINES_H
#define SERVICES_CLASSIFIER_TRAIN_LINES_H

#include "common/base/arena.h"
#include "common/io/digest.h"

#include <stdbool.h>

#define LINES_MAX 1000000
#define LINES_FILE_MAX ((size_t)256 << 20)
#define LINE_TEXT_MAX ((size_t)1 << 20)
#define LINES_ERROR 256
#define LINE_LABEL_MAX 63 /* a model's name has room for that */

struct line {
	const char *text;
	size_t size;
	const char *label;
	const char *language; /* NULL: not said */
};

struct lines {
	struct line *items;
	size_t count;
	uint8_t digest[DIGEST_SIZE]; /* SHA-256 of texts and labels, in order */
};

/* Whether a label is one of the taxonomy. */
typedef bool lines_label(const void *context, const char *label);

struct lines_source {
	const char *const *paths;
	size_t count;
	lines_label *known; /* NULL: every label is */
	const void *context;
};

/* Everything in the arena. False: error says "file:line: field: what is wrong". */
bool lines_read(struct arena *arena, const struct lines_source *source, struct lines *lines,
                char error[static LINES_ERROR]) MUST_CHECK;

#endif
