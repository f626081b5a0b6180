/*
 * chance_document - the economics document as far as chances go: each cell with what is believed of it and our outcomes in it.
 *
 * Its schema is deploy/policies/schema/economics.schema.json; what else it has is chargeback's business, whose compiler
 * (services/chargeback/economics) is the one that says whether a document is valid. Pure, but for reading the file.
 */
#ifndef SERVICES_OPSMESH_CHANCE_DOCUMENT_H
#define SERVICES_OPSMESH_CHANCE_DOCUMENT_H

#include "common/base/arena.h"
#include "common/base/rate.h"
#include "common/io/json.h"

#define CHANCE_CELLS_MAX 288 /* 32 categories, each with 8 levels and compelling evidence */

struct chance_cell {
	const char *name; /* "fraudulent/full", as facts say it */
	const char *category;
	const char *level;
	int64_t prior_ppm;
	int64_t answered; /* of ours, that the document has taken in */
	int64_t won;
};

struct chance_document {
	struct bytes text; /* borrowed */
	const char *id;
	int64_t version;
	struct instant effective_from;
	struct instant until; /* by which its outcomes were decided; TIME_MIN: it has none */
	int32_t z_milli;
	int64_t prior_weight;
	struct chance_cell cells[CHANCE_CELLS_MAX]; /* in the document's order */
	size_t count;
};

/* All but the text lives in the arena. */
bool chance_document_parse(struct arena *arena, struct bytes text, struct chance_document *document,
                           struct json_error *error) MUST_CHECK;
/* The latest version in economics/ of the folder. False, and a sentence: none can be read, or one is no such document. */
bool chance_document_read(struct arena *arena, const char *folder, struct chance_document *document,
                          const char **wrong) MUST_CHECK;
/* NULL: the document has no such cell. */
const struct chance_cell *chance_document_cell(const struct chance_document *document,
                                               const char *name);
/* What a cell says with these outcomes; those of the cell itself, or newer ones. */
struct rate chance_document_rate(const struct chance_document *document,
                                 const struct chance_cell *cell, int64_t won, int64_t answered);

#endif
