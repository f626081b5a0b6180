/*
 * decode - from a journalled request's bytes to what was said, as pure functions.
 *
 * The edge has checked form already, but the journal outlives builds: a decoder stands alone and
 * checks again. What it refuses names the field and the reason, without personal data; what it
 * answers lives in the arena and is valid UTF-8. DECODER_VERSION goes up with every change that can
 * make something else of the same bytes.
 *
 * JSON bodies know these fields and no others (times are RFC 3339; * is required):
 *
 *   tickets   body*, subject, channel, contact {email, name, stripe_customer, slack_team}, account,
 *             priority, status, assignee, team, tags [], language, author {role, id}, occurred_at
 *   messages  body*, author {role*, id}, visibility, language, occurred_at
 *   status    status, assignee, team, priority, tags_added [], tags_removed [], reason,
 *             occurred_at: at least one of those before reason
 *   csat      ticket_id*, score*, scale (5), comment, occurred_at
 *   accounts  id*, name, tier, region, time_zone, owner, domains [], addresses [], slack_teams [],
 *             stripe_customers [], orders [] {id*, version*, customer*, price or product*, quantity,
 *             unit_amount, currency, from*, until}: units and minor units as the provider bills them
 *   usage     kind*, source*, id*, customer*, at*, and what belongs to the kind, or events* []: many
 *   actions   action*, on* {type*, id*}, by, reason, and whatever parameters the action has; of a pin to
 *             a case also file {media_type*, content*: base64}
 *
 * kind: meter (meter*, quantity* from 0), correction (meter*, quantity* below 0, refers*: the id of the
 * event of the same source that it takes from), cancel (refers*), seat_assigned and seat_released
 * (item*, subject*).
 *
 * priority: low normal high urgent. status: new open pending on_hold solved closed. role: customer
 * agent bot system. visibility: public private. An empty assignee or team takes it away.
 */
#ifndef SERVICES_INGEST_DECODE_H
#define SERVICES_INGEST_DECODE_H

#include "common/base/arena.h"
#include "common/base/time.h"

#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/common.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/usage.pb-c.h"

#define DECODER_VERSION 1

#define DECODE_JSON_MAX (1U << 20) /* the edge's limit of a body */
#define DECODE_ACTION_MAX \
	(7U << 20) /* of an action that brings a file: in base64, and what else it says */
#define DECODE_FILE_MAX \
	((size_t)4500000) /* bytes: what the provider takes of one dispute's files together */
#define DECODE_TEXT_MAX (256U << 10) /* bytes that a person writes in one message */
#define DECODE_SUBJECT_MAX 1000      /* as that of a mail */
#define DECODE_NAME_MAX 200
#define DECODE_ID_MAX 200
#define DECODE_WORD_MAX 50
#define DECODE_TAGS_MAX 50
#define DECODE_KEYS_MAX 1000 /* domains, addresses, teams, customers of one account */
#define DECODE_PARAMETERS_MAX 50
#define DECODE_ORDERS_MAX 100                 /* of one account */
#define DECODE_UNIT_MAX INT64_C(999999999999) /* minor units; the provider's own limit */
#define DECODE_USAGE_MAX 1000                 /* events of one request */
#define DECODE_USAGE_ID_MAX 128 /* of an event, its source, its meter, and what it is about */
#define DECODE_QUANTITY_MAX INT64_C(1000000000000000)
/* Clocks differ by seconds; what is said to happen later than this has not been seen by anybody. */
#define DECODE_SKEW_MAX MINUTES(5)
/* A message that reaches us later than a year after it was written is an import, not support. */
#define DECODE_AGE_MAX DAYS(366)
/* A mail is tried again for five days (RFC 5321); a Date older than a month is a broken clock. */
#define DECODE_MAIL_AGE_MAX DAYS(30)

struct refusal {
	Opsmesh__V1__RefusalCode code;
	const char *field; /* "contact.email"; "": the request as a whole */
	const char *reason;
};

/* Sorted, each once. */
struct texts {
	const char *const *items;
	size_t count;
};

/* Absent texts are "", absent enums unspecified. occurred_at is never later than received_at. */
struct ticket_body {
	const char *subject;
	const char *text;
	Opsmesh__V1__Channel channel;
	const char *channel_verbatim;
	const char *email; /* domain in lower case */
	const char *name;
	const char *stripe_customer;
	const char *slack_team;
	const char *account_id;
	Opsmesh__V1__Priority priority;
	const char *priority_verbatim;
	Opsmesh__V1__TicketStatus status;
	const char *status_verbatim;
	const char *assignee;
	const char *team;
	struct texts tags;
	const char *language;
	Opsmesh__V1__Role role; /* of who wrote the text; customer unless said */
	const char *author;
	struct instant occurred_at;
};

struct message_body {
	Opsmesh__V1__Role role; /* customer unless said: no reply is counted by mistake */
	const char *author;
	Opsmesh__V1__Visibility visibility; /* public unless said */
	const char *text;
	const char *language;
	struct instant occurred_at;
};

struct status_body {
	Opsmesh__V1__TicketStatus status;
	const char *status_verbatim;
	const char *assignee; /* NULL: stays; "": nobody */
	const char *team;     /* NULL: stays; "": none */
	Opsmesh__V1__Priority priority;
	const char *priority_verbatim;
	struct texts tags_added;
	struct texts tags_removed;
	const char *reason;
	struct instant occurred_at;
};

struct csat_body {
	const char *ticket_id;
	int32_t score; /* 1 to scale */
	int32_t scale; /* 2 to 10 */
	const char *comment;
	struct instant occurred_at;
};

/* What was agreed with a customer. */
struct order_body {
	const char *id;
	int64_t version;
	const char *customer;
	const char *price; /* one of price and product is "" */
	const char *product;
	int64_t quantity; /* 0: none was agreed */
	bool has_unit;
	int64_t unit_amount;
	const char *currency; /* ISO 4217; "" without a unit */
	struct instant from;
	struct instant until; /* TIME_MAX: no end was agreed */
};

struct account_body {
	const char *account_id;
	const char *name;
	Opsmesh__V1__Tier tier;
	const char *tier_verbatim;
	const char *region;
	const char *time_zone;  /* known to this machine's zone data */
	const char *owner;      /* a principal; "": nobody */
	struct texts domains;   /* lower case */
	struct texts addresses; /* domain in lower case */
	struct texts slack_teams;
	struct texts stripe_customers;
	const struct order_body *orders; /* by id and version, each once */
	size_t order_count;
};

/* What does not belong to the kind is "" or 0. */
struct usage_body {
	Opsmesh__V1__UsageKind kind;
	const char *source;
	const char *id;
	const char *customer; /* without a slash: ids are joined with one */
	struct instant at;
	const char *meter;
	int64_t quantity;
	const char *refers;
	const char *item;
	const char *subject; /* as the product names them: perhaps personal */
	struct bytes body;   /* of the event alone; borrowed */
};

struct action_parameter {
	const char *name;  /* dotted where nested: "target.id" */
	const char *value; /* text, or a number or true or false as written */
	bool personal;     /* something that people write: to be sealed */
};

/* A file that is, by its first bytes, what it says; the rest is for whoever takes it. */
struct action_file {
	const char *media_type; /* "application/pdf", "image/jpeg", "image/png" */
	struct bytes content;   /* at least one byte */
};

struct action_body {
	Opsmesh__V1__ActionKind kind;
	const char *action;
	const char *on_type;
	const char *on_id;
	const char *on_behalf_of;
	const char *reason;
	const struct action_parameter *parameters; /* sorted by name */
	size_t parameter_count;
	const struct action_file *file; /* NULL: none */
};

bool decode_ticket(struct arena *arena, struct bytes body, struct instant received_at,
                   struct ticket_body *ticket, struct refusal *refusal);
bool decode_message(struct arena *arena, struct bytes body, struct instant received_at,
                    struct message_body *message, struct refusal *refusal);
bool decode_status(struct arena *arena, struct bytes body, struct instant received_at,
                   struct status_body *status, struct refusal *refusal);
bool decode_csat(struct arena *arena, struct bytes body, struct instant received_at,
                 struct csat_body *csat, struct refusal *refusal);
bool decode_account(struct arena *arena, struct bytes body, struct account_body *account,
                    struct refusal *refusal);
/* One event, or each of a list: all or none. */
bool decode_usage(struct arena *arena, struct bytes body, const struct usage_body **events,
                  size_t *count, struct refusal *refusal);
bool decode_action(struct arena *arena, struct bytes body, struct action_body *action,
                   struct refusal *refusal);

/* What Stripe said of one object. Unknown types are as welcome as known ones. */
struct stripe_item {
	const char *event_id;    /* "": an object without an event */
	const char *event_type;  /* the provider's word; "" likewise */
	const char *api_version; /* "": did not say */
	const char *object_id;   /* "": it has none (invoice.upcoming) */
	const char *object_type; /* "": did not say */
	bool dated;
	struct instant created; /* the provider's time, whole seconds: never an order */
	bool live;
	bool has_previous;    /* previous_attributes came along */
	struct bytes payload; /* event or object as it came; borrowed from body */
};

#define STRIPE_ITEMS_MAX 1000           /* Stripe's pages have at most 100 */
#define STRIPE_PAYLOAD_MAX (880U << 10) /* a record takes 900 KiB, and says more than this */

/* A webhook's event. */
bool decode_stripe_event(struct arena *arena, struct bytes body, struct stripe_item *item,
                         struct refusal *refusal);
/* An object, an event, or a list page of either: one item each, all or none. */
bool decode_stripe_objects(struct arena *arena, struct bytes body, const struct stripe_item **items,
                           size_t *count, struct refusal *refusal);

#endif
