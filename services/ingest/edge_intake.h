/*
 * edge_intake - one request on its way to the journal, inside the edge.
 *
 * Each step fills a part of it or names a problem: prove (edge_verify.c), locate (edge_locate.c),
 * pack (edge_record.c), send (edge.c).
 */
#ifndef SERVICES_INGEST_EDGE_INTAKE_H
#define SERVICES_INGEST_EDGE_INTAKE_H

#include "common/io/signature.h"
#include "opsmesh/v1/intake.pb-c.h"
#include "services/ingest/edge.h"
#include "services/ingest/edge_credential.h"

#include <stdatomic.h>

#define EDGE_RANDOM ((size_t)4000)
#define EDGE_HEADER_RECEIVED_AT "opsmesh-received-at"

struct edge_problem {
	int status;
	const char *field; /* NULL: the request as a whole */
	const char *reason;
};

/* What goes under one key: the whole body, an object of a list page, or a set clock. */
struct edge_part {
	struct bytes key;
	int32_t partition; /* -1: by the key */
	struct bytes body;
	const char *natural; /* appended to the natural id; NULL: nothing */
	const char *digest;  /* of the body, in hex */
};

struct edge_intake;

/* Checks form and says what belongs together: parts, ticket_id, source and natural. */
typedef bool edge_locate(struct edge_intake *intake, struct edge_problem *problem);

struct edge_route {
	const char *pattern;
	const char *scope;        /* NULL: signed by Stripe, or decided by the body */
	const char *const *media; /* NULL: any */
	edge_locate *locate;
	const char *schema;  /* of the body, in edge_openapi.c; NULL: no JSON of ours */
	const char *summary; /* for people */
	Opsmesh__V1__Route route;
	bool recorded_only;
};

struct edge {
	struct edge_settings settings;
	struct edge_journal journal;
	struct arena *arena;
	struct arena *scratch; /* of one record, on the server's thread */
	struct edge_credentials credentials;
	struct signature_secrets stripe;
	uint8_t random[EDGE_RANDOM]; /* drawn at once, used up by new ids, on the server's thread */
	size_t random_left;
	struct bytes openapi;
	atomic_int_least64_t newest_us; /* of what was received, recorded mode */
};

struct edge_intake {
	struct edge *edge;
	struct http_request *request;
	struct arena *arena; /* the request's */
	const struct edge_route *route;
	struct instant received_at;
	const struct edge_credential *credential; /* NULL: signed */
	Opsmesh__V1__VerificationMethod method;
	const char *principal;
	const char *secret_id; /* "": none */
	bool dated;            /* the signature says when */
	struct instant signed_at;
	const char *ticket_id; /* "": not known here */
	const char *source;    /* of the natural id; NULL: there is none */
	const char *natural;
	const char *id; /* see edge_id */
	struct edge_part *parts;
	size_t part_count;
};

/* The table of routes; ended by a pattern of NULL. */
extern const struct edge_route edge_route_table[];

bool edge_prove(struct edge_intake *intake, struct edge_problem *problem);
bool edge_may(const struct edge_intake *intake, const char *scope, struct edge_problem *problem);

/*
 * The id that is answered. With a natural id (which must be set by then) it is computed from that;
 * else in recorded mode from the recorded time and the request's digest; else it is new.
 */
const char *edge_id(struct edge_intake *intake);

/* How many records a part makes, and one of them; chunks from 0. */
size_t edge_chunk_count(const struct edge_part *part);
struct edge_record edge_record_make(const struct edge_intake *intake, struct arena *arena,
                                    const struct edge_part *part, size_t chunk);
const char *edge_digest(struct arena *arena, struct bytes data); /* SHA-256 in hex */

edge_locate edge_locate_ticket;
edge_locate edge_locate_message;
edge_locate edge_locate_status;
edge_locate edge_locate_csat;
edge_locate edge_locate_account;
edge_locate edge_locate_usage;
edge_locate edge_locate_action;
edge_locate edge_locate_clock;
edge_locate edge_locate_email;
edge_locate edge_locate_stripe_webhook;
edge_locate edge_locate_stripe_objects;

/* The OpenAPI 3.1 document of the table. */
struct bytes edge_openapi_make(struct arena *arena);

static inline bool edge_refuse(struct edge_problem *problem, int status, const char *field,
                               const char *reason)
{
	*problem = (struct edge_problem){ status, field, reason };
	return false;
}

#endif
