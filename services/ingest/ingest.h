/*
 * ingest - what its three stages share: settings, state rows, and the handlers that stages.c lists.
 *
 * conversation reads the journal: it deduplicates, decodes and decides which ticket. directory brings
 * contacts and accounts together. ticket owns every ticket and alone writes ops.tickets.v1.
 */
#ifndef SERVICES_INGEST_INGEST_H
#define SERVICES_INGEST_INGEST_H

#include "common/flow/service.h"
#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/contact.pb-c.h"
#include "opsmesh/v1/intake.pb-c.h"
#include "opsmesh/v1/request.pb-c.h"
#include "services/ingest/decode.h"

/* Longer than the longest time after which somebody sends again: meters 35 days, Stripe by hand 30. */
#define NATURAL_ID_KEPT DAYS(40)
/* Of a request whose other parts never came: it was never answered with 202. */
#define CHUNKS_KEPT DAYS(1)
#define CONTACT_TICKETS_MAX 100 /* of one contact key, that a later account is told of */

struct ingest_config {
	struct service_config service;
	const char *api_keys;
	const char *stripe_secrets;
	const char *contact_secret; /* of the digests that stand for addresses and ids */
	const char *reply_secret;   /* of signed reply addresses */
	int64_t edge_queue_bytes;
};

#define PEOPLE "people" /* the document of people.h */

extern const struct stage ingest_stages[];

/* The edge, as struct service_extra wants it (edge_service.c). */

bool ingest_edge_check(const void *config, char *reason, size_t reason_size);
bool ingest_edge_start(const void *config, bool recorded, char *reason, size_t reason_size);
const struct http_route *ingest_edge_routes(void);
void *ingest_edge_context(void);
bool ingest_edge_ready(const char **reason);
void ingest_edge_drain(void);
void ingest_edge_stop(void);

/* Rows of conversation. */

struct natural_id_row {
	const char *source;
	const char *id_digest;
	const char *digests;    /* of all contents that came under it, with a blank between */
	const char *request_id; /* of the first */
};

struct intake_chunk_row {
	const char *request_id;
	const char *digest; /* SHA-256 of the whole, hex: other bytes may come under the same id */
	int64_t place;      /* from 0 */
	struct bytes body;
};

struct mail_thread_row {
	const char *mailbox;
	const char *message_digest;
	const char *ticket_id;
};

/* A file that came with a mail, once for each content; its bytes are the parts in order. */
struct attachment_row {
	const char *digest; /* SHA-256 of the content, hex */
	int64_t size;
	const char *request_id; /* of the first mail that brought it */
};

#define ATTACHMENT_PART_SIZE (256U << 10)

struct attachment_part_row {
	const char *digest;
	int64_t place; /* from 0 */
	struct bytes body;
};

struct account_row {
	const char *account_id;
	int64_t version;
	const char *contact_keys; /* sorted, a line each */
};

/* Rows of directory. */

struct contact_row {
	const char *contact_key;
	const char *account_id; /* NULL: no account yet */
	int64_t tier;
	const char *tier_verbatim;
	const char *region;
	const char *time_zone;
	int64_t account_version;
	const char *tickets; /* that were seen with it, newest last, a line each */
};

/* Rows of ticket. */

struct ticket_row {
	const char *ticket_id;
	bool opened;
	int64_t status; /* opsmesh.v1.TicketStatus */
	const char *status_verbatim;
	int64_t priority; /* opsmesh.v1.Priority */
	const char *assignee;
	const char *team;
	const char *account_id; /* NULL: not resolved */
	int64_t account_rule;   /* opsmesh.v1.ResolutionRule: by what; a stronger one replaces it */
	int64_t account_version; /* that the ticket was last told */
	int64_t tier;
	const char *contact_key; /* strongest key of who asked; NULL: unknown */
	const char *tags;        /* sorted, a line each; NULL: none */
	int64_t messages;
	struct instant opened_at;
	struct instant changed_at;  /* when the status last moved */
	const char *next_ticket_id; /* where messages go since it is closed; NULL: nowhere yet */
	struct bytes early; /* CustomerResolved, packed, that came before the ticket was opened */
};

/* An account as every partition knows it. */
struct ticket_account_row {
	const char *account_id;
	int64_t tier;
	const char *tier_verbatim;
	const char *region;
	const char *time_zone;
	int64_t version;
};

/* Tickets of an account on this partition, so that its changes reach them. */
struct account_ticket_row {
	const char *account_id;
	const char *ticket_id;
};

extern const struct state_table natural_id_table;
extern const struct state_table intake_chunk_table;
extern const struct state_table mail_thread_table;
extern const struct state_table attachment_table;
extern const struct state_table attachment_part_table;
extern const struct state_table account_table;
extern const struct state_table contact_table;
extern const struct state_table ticket_table;
extern const struct state_table ticket_account_table;
extern const struct state_table account_ticket_table;

/* Handlers. */

enum status conversation_on_received(struct task *task,
                                     const Opsmesh__V1__RequestReceived *received);
enum status conversation_on_clock_set(struct task *task, const Opsmesh__V1__ClockSet *clock);
void conversation_need_received(struct task *task, const ProtobufCMessage *event);
enum status conversation_forget_id(struct task *task, const char *key);
enum status conversation_forget_chunks(struct task *task, const char *key);

enum status directory_on_contact_seen(struct task *task, const Opsmesh__V1__ContactSeen *seen);
enum status directory_on_account_declared(struct task *task,
                                          const Opsmesh__V1__AccountKeyDeclared *declared);
enum status directory_on_account_withdrawn(struct task *task,
                                           const Opsmesh__V1__AccountKeyWithdrawn *withdrawn);
void directory_need(struct task *task, const ProtobufCMessage *event);

enum status ticket_on_ticket_requested(struct task *task,
                                       const Opsmesh__V1__TicketRequested *requested);
enum status ticket_on_message_received(struct task *task,
                                       const Opsmesh__V1__MessageReceived *received);
enum status ticket_on_status_requested(struct task *task,
                                       const Opsmesh__V1__StatusRequested *requested);
enum status ticket_on_csat_received(struct task *task, const Opsmesh__V1__CsatAnswered *answered);
enum status ticket_on_customer_resolved(struct task *task,
                                        const Opsmesh__V1__CustomerResolved *resolved);
enum status ticket_on_account_changed(struct task *task,
                                      const Opsmesh__V1__AccountChanged *changed);
enum status ticket_on_request_refused(struct task *task,
                                      const Opsmesh__V1__RequestRefused *refused);
enum status ticket_on_id_conflict(struct task *task, const Opsmesh__V1__IdConflict *conflict);
enum status ticket_on_possible_duplicate(struct task *task,
                                         const Opsmesh__V1__PossibleDuplicate *duplicate);
enum status ticket_on_action_requested(struct task *task,
                                       const Opsmesh__V1__ActionRequested *requested);
void ticket_need(struct task *task, const ProtobufCMessage *event);

#endif
