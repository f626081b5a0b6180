/*
 * signature - the signatures with which providers sign what they send, checked and made.
 *
 * All are keyed digests over the raw bytes, compared in constant time against every secret, so that
 * secrets can be rolled. The age is judged against an instant that the caller passes in. What each
 * provider signs, in which header and encoding, is one row of the table in signature.c.
 */
#ifndef COMMON_IO_SIGNATURE_H
#define COMMON_IO_SIGNATURE_H

#include "common/base/arena.h"
#include "common/base/bytes.h"
#include "common/base/time.h"

#define SIGNATURE_SECRETS_MAX 8 /* two while one is rolled; the rest is for several endpoints */
#define SIGNATURE_HEADERS_MAX 3

enum signature_scheme {
	SIGNATURE_STRIPE,
	SIGNATURE_SLACK,
	SIGNATURE_ZENDESK,
	SIGNATURE_INTERCOM,
	SIGNATURE_LINEAR,
	SIGNATURE_STANDARD, /* Standard Webhooks */
	SIGNATURE_SCHEMES,
};

enum signature_result {
	SIGNATURE_GOOD,
	SIGNATURE_MISSING,   /* no signature header, or one that it needs beside it */
	SIGNATURE_MALFORMED, /* a header is not what the scheme says */
	SIGNATURE_STALE,     /* right, but older or newer than the scheme allows */
	SIGNATURE_MISMATCH,  /* made with none of the secrets over these bytes */
};

struct signature_secrets {
	struct bytes list[SIGNATURE_SECRETS_MAX];
	size_t count;
};

/* A header's value by its name in lower case; NULL: absent. */
typedef const char *signature_lookup(const void *context, const char *name);

struct signature_subject {
	signature_lookup *header;
	const void *context;
	struct bytes body;
};

struct signature_verdict {
	enum signature_result result;
	const char *header; /* at fault; the signature's own where that is good */
	const char *reason; /* one sentence */
	size_t secret;      /* which one made it, when good */
	bool dated;         /* signed_at is known */
	struct instant signed_at;
};

/* "stripe", "slack", ... */
const char *signature_name(enum signature_scheme scheme);

/*
 * Parts the text of a setting, "secret,secret": Standard Webhooks' begin with "whsec_" and are base64,
 * Linear's, Stripe's and the others' are taken as they are written. False: empty, too many, not
 * base64. Lives in the arena.
 */
bool signature_secrets_parse(struct arena *arena, enum signature_scheme scheme, const char *text,
                             struct signature_secrets *secrets) MUST_CHECK;

/*
 * Judges the signature first and the age only of what is rightly signed. Linear's time stands in the
 * body (webhookTimestamp), so its age is the caller's to judge, with signature_fresh.
 */
struct signature_verdict signature_verify(struct arena *arena, enum signature_scheme scheme,
                                          const struct signature_secrets *secrets,
                                          const struct signature_subject *subject,
                                          struct instant now);
/* Whether an instant is no further from now, either way, than the scheme allows. */
bool signature_fresh(enum signature_scheme scheme, struct instant signed_at, struct instant now);

struct signature_header {
	const char *name;
	const char *value;
};

struct signature_message {
	struct bytes body;
	struct instant at;
	const char *id; /* Standard Webhooks' webhook-id; the others ignore it */
};

/* The headers that the provider would send, in the arena; the number of them. */
size_t signature_sign(struct arena *arena, enum signature_scheme scheme, struct bytes secret,
                      const struct signature_message *message,
                      struct signature_header headers[static SIGNATURE_HEADERS_MAX]);

#endif
