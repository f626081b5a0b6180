/*
 * document - a policy, calendar or list in force: kept by digest, so that a replay finds it again.
 */
#ifndef COMMON_FLOW_DOCUMENT_H
#define COMMON_FLOW_DOCUMENT_H

#include "common/base/bytes.h"

#define DIGEST_TEXT_SIZE 65 /* SHA-256 in hex */

struct document {
	const char *name;     /* as the service's table names it; NULL ends a list */
	const void *compiled; /* what handlers use */
	char digest[DIGEST_TEXT_SIZE];
	struct bytes body; /* as it was read */
};

#endif
