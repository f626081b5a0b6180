/*
 * people - who is who by address: ours, a customer's company, or anybody at a free mail provider.
 *
 * Two documents of policy (deploy/policies/): team.json names the domains and addresses of our own
 * people, free-mail-domains.json the domains under which strangers share a provider and nothing
 * else. An address in From can be forged: whoever hands mails to the edge vouches for them with its
 * key, as a mail server that checks DKIM and DMARC does.
 */
#ifndef SERVICES_INGEST_PEOPLE_H
#define SERVICES_INGEST_PEOPLE_H

#include "common/base/arena.h"
#include "common/flow/document.h"

#define PEOPLE_DOCUMENT_MAX (4U << 20)
#define PEOPLE_ENTRIES_MAX 100000
#define CONTACT_SECRET_MIN 16 /* bytes; the hash hides addresses from who can list them */

struct name_list {
	const char *const *items; /* lower case, sorted */
	size_t count;
};

struct people {
	const char *team_version; /* "<id>@<version>", for what explains a decision */
	const char *free_version;
	struct name_list team_domains;
	struct name_list team_addresses;
	struct name_list free_domains;
	struct arena *arena; /* in which people_compile made it; else NULL */
};

/* {"id","version","effective_from","domains":[],"addresses":[]}; error is "path: reason". */
bool people_read_team(struct arena *arena, struct bytes json, struct people *people,
                      const char **error);
/* {"id","version","effective_from","domains":[]} */
bool people_read_free(struct arena *arena, struct bytes json, struct people *people,
                      const char **error);
/* Both, team.json and free-mail-domains.json, for a row of service_document. NULL: reason says why. */
const void *people_compile(const struct document *files, size_t count, char *reason,
                           size_t reason_size);
bool people_is_ours(const struct people *people, const char *address);

/*
 * The form by which addresses are compared: NFKC, no case, no "+tag" of the local part; NULL when
 * it is no address.
 */
const char *address_normalise(struct arena *arena, const char *address);
/*
 * "address:<hex>": a keyed hash of the normalised address, for keys, which hold no personal data. NULL
 * when it is no address.
 */
const char *contact_key_address(struct arena *arena, struct bytes secret, const char *address);
/* "domain:<domain>"; NULL where strangers share the domain, or it is no address. */
const char *contact_key_domain(struct arena *arena, const struct people *people,
                               const char *address);

/*
 * An address to answer to: "reply+<ticket>.<mac>". The local part keeps to 64 bytes for tickets of
 * up to 36, so the code is the first 80 bits of HMAC-SHA256. NULL: the ticket's id is too long or
 * would not survive a mail system that folds case.
 */
#define REPLY_TICKET_MAX 36
#define REPLY_MAC_SIZE 10

const char *reply_token_make(struct arena *arena, struct bytes secret, const char *ticket_id);
/* The ticket of a reply address that we made; NULL: it is none. Takes the same time for any code. */
const char *reply_token_verify(struct arena *arena, struct bytes secret, const char *address);

#endif
