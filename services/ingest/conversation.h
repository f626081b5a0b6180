/*
 * conversation - one request of the journal, on its way to becoming facts.
 */
#ifndef SERVICES_INGEST_CONVERSATION_H
#define SERVICES_INGEST_CONVERSATION_H

#include "common/base/text.h"
#include "services/ingest/ingest.h"
#include "services/ingest/people.h"

struct request;

/* Where a route's refusals and conflicts are said: on the topic of what it is about. */
typedef enum status conversation_say(struct request *request, Opsmesh__V1__RequestRefused *refused,
                                     Opsmesh__V1__IdConflict *conflict);

/* A whole request, its body put together. */
struct request {
	struct task *task;
	const struct ingest_config *config;
	const char *id;
	const char *key; /* of the journal: what belongs together */
	const Opsmesh__V1__RequestReceived *received;
	struct bytes body;
	struct instant received_at;
	conversation_say *say; /* of its route */
};

/* What a route does with a request: says facts, or refuses it. One of them for each route. */
enum status conversation_ticket(struct request *request);
enum status conversation_message(struct request *request);
enum status conversation_status(struct request *request);
enum status conversation_csat(struct request *request);
enum status conversation_email(struct request *request);
enum status conversation_account(struct request *request);
enum status conversation_usage(struct request *request);
enum status conversation_action(struct request *request);
enum status conversation_stripe_webhook(struct request *request);
enum status conversation_stripe_objects(struct request *request);

/* Where refusals and conflicts of the routes are said. */
conversation_say conversation_say_ticket;
conversation_say conversation_say_account;
conversation_say conversation_say_usage;
conversation_say conversation_say_action;
conversation_say conversation_say_provider;

/* Refuses what a decoder would not read, on the route's own topic. */
enum status conversation_refuse(struct request *request, const struct refusal *refusal);

/* Small things that several routes need; everything lives in the task's arena. */

/* Asks the ticket's owner; event's fact is set, the rest is filled here. */
enum status conversation_ask(struct request *request, const char *ticket_id,
                             struct instant occurred_at, Opsmesh__V1__ByTicketEvent *event);
/* Tells the directory under each of a contact's keys that it was seen in a ticket. */
enum status conversation_see(struct request *request, const char *ticket_id,
                             struct instant occurred_at, const char *const *keys, size_t count);
/* Whose a text is: the person's, or where nobody is known the ticket's; "" could never be erased. */
const char *personal_subject(const char *person, const char *ticket_id);
Opsmesh__V1__PersonalText *personal_text(struct arena *arena, const char *subject,
                                         const char *text);
Opsmesh__V1__Actor *actor_make(struct request *request, Opsmesh__V1__Role role, const char *behalf);
const char *request_parameter(const struct request *request,
                              const char *name); /* "" where absent */
/* An id for the ticket that a message opens when its own is closed: on the same partition. "": none. */
const char *conversation_next_ticket(struct request *request, const char *ticket_id);
/* An id that is the same for the same texts. */
const char *id_of_texts(struct arena *arena, const char *const *texts, size_t count);

#endif
