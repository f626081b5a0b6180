/*
 * usage - what a customer used: events are taken once, in time, late, corrected or cancelled.
 *
 * Events come as usage.proto says, checked by ingest and here once more.
 *
 * Where it goes is the policy's matter, a dated document:
 *
 *   {"id":"meters","version":1,"effective_from":"2026-01-01T00:00:00Z","source":"who says so",
 *    "past":"35d","ahead":"5m","cancel_within":"24h","remember":"36d","await":"24h",
 *    "meters":[{"provider":"mtr_1","meter":"calls"}, ...]}
 *
 * "meters", which may be absent, says by which name events know what a price names: the provider's id of the
 * meter, or the id of a price that is older than meters. What is not listed has the provider's id for a name.
 *
 * An event of up to "past" ago goes to the provider's meter, exactly so old included; an older one becomes an
 * adjustment of the next invoice; one more than "ahead" in the future is refused. A row is kept for
 * (customer, source, id) while it is remembered: the same event again has no effect, another one under the
 * same id is refused. After that nobody can tell it from a new one, which is why "remember" is at least a
 * day more than "past": it never reaches the meter twice. Events are never changed: what was too much is
 * taken back by a correction, at most as much as there was, or whole by a cancellation while the provider
 * still takes it. What is refused is not remembered here; that each id comes
 * once at most is ingest's matter.
 *
 * A correction or a cancellation may overtake what it is about, where a product sends over several connections or
 * tries one again. It waits for as long as "await" says (where that is absent, it is refused at once), and goes
 * where it would have gone had it come second: by its own time of receipt. Pure. The schema is deploy/policies/schema/usage.schema.json.
 */
#ifndef SERVICES_BILLING_SYNC_USAGE_USAGE_H
#define SERVICES_BILLING_SYNC_USAGE_USAGE_H

#include "common/flow/policy_head.h"
#include "opsmesh/v1/usage.pb-c.h"

#define USAGE_ID_MAX 128 /* bytes of an id, a source, a customer, a meter, a subject */
#define USAGE_QUANTITY_MAX INT64_C(1000000000000000)
#define USAGE_KEY_SIZE 65 /* SHA-256 in hex */

#define USAGE_NAMES_MAX 500 /* meters, and prices without one, that have another name here */

/* What a price names, and the meter of events. */
struct usage_name {
	const char *provider;
	const char *meter;
};

struct usage_policy {
	struct policy_head head;
	struct duration past;
	struct duration ahead;
	struct duration cancel_within; /* of when the event reached us */
	struct duration remember;      /* likewise */
	struct duration await;         /* likewise; 0: what is not known is refused at once */
	size_t name_count;
	const struct usage_name *names;
};

enum usage_kind {
	USAGE_METER,
	USAGE_CORRECTION,
	USAGE_CANCEL,
	USAGE_SEAT_ASSIGNED,
	USAGE_SEAT_RELEASED,
};
extern const char *const usage_kind_names[];

struct usage_event {
	enum usage_kind kind;
	const char *source;
	const char *id;
	const char *customer;
	const char *meter;  /* "" where the kind has none, as the others */
	const char *refers; /* the id of an event of the same source */
	const char *item;
	const char *subject;
	int64_t quantity;
	struct instant at;
};

enum usage_route {
	USAGE_TO_METER,      /* to the provider, as it is; a correction too */
	USAGE_TO_ADJUSTMENT, /* a line of the next invoice; of a correction a credit */
	USAGE_TO_CANCEL,     /* the provider, or we, forget the event that it refers to */
	USAGE_TO_SEATS,
	USAGE_WAITS,     /* for the event that it refers to */
	USAGE_DUPLICATE, /* taken before: nothing is done */
	USAGE_REFUSED,
};
extern const char *const usage_route_names[];

/* What is remembered of an event. */
struct usage_row {
	enum usage_kind kind;
	enum usage_route route; /* where it went */
	bool cancelled;
	uint64_t content; /* first bytes of a SHA-256 of all its fields */
	uint64_t meter;   /* likewise of its meter */
	int64_t quantity;
	int64_t corrected; /* so much of it was taken back */
	struct instant at;
	struct instant received;
};

struct usage_answer {
	enum usage_route route;
	const char *code;   /* of a refusal: "future", "conflict" ...; "" */
	const char *field;  /* of the event, that is wrong; "" */
	const char *reason; /* a sentence, in the arena */
};

extern const struct policy_kind usage_policy_kind; /* of a struct usage_policy */

/* The meter by which events know what a price of this id and meter bills; "": they do not know it. */
const char *usage_policy_meter(const struct usage_policy *policy, const char *price,
                               const char *meter);

/* As it was reported; texts are borrowed. False: it is none, and field says where. */
bool usage_event_take(const Opsmesh__V1__UsageEvent *reported, struct usage_event *event,
                      const char **field) MUST_CHECK;
/* The key of the row of an event of this customer. */
const char *usage_key(const char *customer, const char *source, const char *id,
                      char key[static USAGE_KEY_SIZE]);
/* When it is forgotten, or no longer waits. */
struct instant usage_row_ends(const struct usage_policy *policy, const struct usage_row *row);

/*
 * seen: the event's own row; original: the row of the event that it refers to; NULL: there is none. Where it
 * goes somewhere *row is what to remember of it, and the original, where it was touched, is to be kept too;
 * otherwise both are left as they were.
 */
struct usage_answer usage_decide(struct arena *arena, const struct usage_policy *policy,
                                 const struct usage_event *event, struct instant received,
                                 const struct usage_row *seen, struct usage_row *original,
                                 struct usage_row *row);

/*
 * Version 1 of its bytes: the version, kind, route, cancelled; content, meter, quantity, corrected, at,
 * received as 8 bytes each. Numbers are big-endian.
 */
struct bytes usage_encode(struct arena *arena, const struct usage_row *row);
bool usage_decode(struct bytes bytes, struct usage_row *row) MUST_CHECK;

#endif
