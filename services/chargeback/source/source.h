/*
 * source - who says what a document says, part by part, and as of when.
 *
 *   "sources":[{"about":"visa","says":"...","as_of":"2026-05-09"},
 *              {"about":"mastercard","says":"...","as_of":"2026-05-09","verified":false}]
 *
 * Rules and fees of networks and vendors change, and not all of them can be read at their origin. What nobody
 * has verified says so in the document itself, so that who reads an answer can see how far it carries.
 */
#ifndef SERVICES_CHARGEBACK_SOURCE_SOURCE_H
#define SERVICES_CHARGEBACK_SOURCE_SOURCE_H

#include "common/flow/policy_head.h"

#define SOURCES_MAX 32
#define SOURCE_SAYS_MAX 511

struct source {
	const char *about; /* a part of the document, each once */
	const char *says;
	struct date as_of;
	bool verified;
};

struct sources {
	const struct source *items;
	size_t count; /* at least 1 */
};

/* The required field "sources" of a document's top. */
bool sources_read(struct arena *arena, const struct json_place *top, struct sources *sources,
                  struct json_error *error) MUST_CHECK;
/* NULL: the document says nothing about it. */
const struct source *source_about(const struct sources *sources, const char *about);

#endif
