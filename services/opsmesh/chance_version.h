/*
 * chance_version - the next version of the economics document, with our outcomes in it, for a person to review. Pure.
 *
 * Each cell's outcomes are all that the mesh knows by then, in place of those that the document had: whoever writes it twice
 * counts nothing twice, and a late win corrects what was counted before. Version, date and "outcomes" are other than before; every
 * other byte of the document is as it was.
 */
#ifndef SERVICES_OPSMESH_CHANCE_VERSION_H
#define SERVICES_OPSMESH_CHANCE_VERSION_H

#include "services/opsmesh/chance_document.h"
#include "services/opsmesh/outcome_sum.h"

struct chance_change {
	int64_t version;
	struct instant effective_from;
	struct instant
	    until; /* the sums are of what was said by then; TIME_MIN: no shard has any time */
	struct instant latest; /* the farthest shard's time: what was recommended by then stands */
};

/* Into the arena. False: wrong is a sentence. */
bool chance_version_make(struct arena *arena, const struct chance_document *document,
                         const struct outcome_sum *sum, const struct chance_change *change,
                         struct bytes *text, const char **wrong) MUST_CHECK;

#endif
