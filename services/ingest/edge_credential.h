/*
 * edge_credential - API keys: who may do what.
 *
 * The setting API_KEYS is "name:key:scope+scope;name:key:scope" or the same as JSON,
 * [{"name":..,"key":..,"scopes":[..]}]. A scope is tickets, csat, usage, email, accounts, provider,
 * clock, on_behalf, or actions:<action>; actions:* is every action. Keys are kept as their SHA-256 and
 * compared in constant time.
 */
#ifndef SERVICES_INGEST_EDGE_CREDENTIAL_H
#define SERVICES_INGEST_EDGE_CREDENTIAL_H

#include "common/base/arena.h"
#include "common/io/digest.h"

#define CREDENTIALS_MAX 100
#define CREDENTIAL_SCOPES_MAX 32
#define CREDENTIAL_KEY_MIN 16 /* characters: shorter ones are guessed */

struct edge_credential {
	const char *name; /* the principal */
	uint8_t digest[DIGEST_SIZE];
	char *scopes[CREDENTIAL_SCOPES_MAX]; /* sorted */
	size_t scope_count;
};

struct edge_credentials {
	struct edge_credential *list;
	size_t count;
};

/* False: reason says which one is wrong, without its key. An empty text has none. */
bool edge_credentials_parse(struct arena *arena, const char *text,
                            struct edge_credentials *credentials, const char **reason) MUST_CHECK;
/* By the value of an Authorization header, which may be NULL; NULL: nobody. */
const struct edge_credential *edge_credential_find(const struct edge_credentials *credentials,
                                                   const char *authorization);
/* A family's name followed by a colon and a star stands for all of it. */
bool edge_credential_may(const struct edge_credential *credential, const char *scope);

#endif
