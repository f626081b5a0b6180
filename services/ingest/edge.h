/*
 * edge - the door of the mesh: HTTP requests become records of the journal.
 *
 * It proves who sent a request (API key or signature over the raw bytes), checks its form, gives it
 * an id, and answers 202 once every record of it is acknowledged. It has no database and no
 * knowledge: an unknown ticket, or a known id with other bytes, is accepted and refused later by a
 * fact. Without a broker it answers 503 with Retry-After.
 *
 * What belongs together gets one key, and keys hold no personal data: a ticket's id; of a mail the
 * ticket of a signed reply address, else the keyed digest of its thread's first Message-ID; of
 * Stripe the object's id; the account's id; what an action acts on. The recorded clock, and actions
 * on dead letters, go to partitions given explicitly.
 */
#ifndef SERVICES_INGEST_EDGE_H
#define SERVICES_INGEST_EDGE_H

#include "common/base/bytes.h"
#include "common/io/bus.h"
#include "common/io/http_server.h"

#define EDGE_REASON_SIZE 160
#define EDGE_JSON_MAX ((size_t)1 << 20)
#define EDGE_ACTION_MAX ((size_t)7 << 20) /* with a file; decode_action bounds those without */
#define EDGE_MAIL_MAX ((size_t)25 << 20)  /* what mail servers take */
#define EDGE_CHUNK ((size_t)512 << 10)    /* of a body in one record: half of what a broker takes */
#define EDGE_HEADERS_MAX 8

/* One record of ops.intake.v1. */
struct edge_record {
	int32_t partition;
	struct bytes key; /* data NULL: none (the recorded clock) */
	struct bytes value;
	const struct bus_header *headers;
	size_t header_count;
};

typedef void edge_done(void *argument, bool acknowledged);

/* Where records go. send is called from the server's thread, the others from any. */
struct edge_journal {
	void *context;
	/*
	 * Copies the record. True: done is called exactly once, from any thread, within the second in
	 * which the sender is to have its answer. False: full or without a broker; done is not called.
	 */
	bool (*send)(void *context, const struct edge_record *record, edge_done *done,
	             void *argument);
	bool (*healthy)(void *context);   /* what is sent now will be acknowledged soon */
	int (*partitions)(void *context); /* at least 1 when it was ever healthy */
};

struct edge_settings {
	bool recorded;               /* mode: received_at comes with each request */
	const char *api_keys;        /* see edge_credential.h; "": nobody */
	const char *stripe_secrets;  /* "secret,secret"; "": no Stripe */
	struct bytes contact_secret; /* keys digests of ids, as struct mail_secrets */
	struct bytes reply_secret;   /* of signed reply addresses */
};

struct edge;

/* NULL: reason is one sentence that names the setting. The texts must outlive the edge. */
struct edge *edge_create(const struct edge_settings *settings, const struct edge_journal *journal,
                         char reason[static EDGE_REASON_SIZE]);
/* For http_server_add with an edge as the context. */
const struct http_route *edge_routes(void);
void edge_destroy(struct edge *edge); /* its server is stopped; NULL is allowed */

#endif
