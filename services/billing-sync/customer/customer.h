/*
 * customer - what the files of the stage `customer` share: a customer's rows, one mirrored object at hand.
 *
 * The stage hears every state that the mirror takes over of what belongs to a customer, in the order of the
 * object's revisions, and says on ops.billing.v1 what became another by it. Of each object it keeps what the
 * next state is held against.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_H
#define SERVICES_BILLING_SYNC_CUSTOMER_CUSTOMER_H

#include "common/flow/task.h"
#include "common/io/json.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "services/billing-sync/discrepancy/discrepancy.h"

#define CUSTOMER_PAYLOAD_MAX ((size_t)1 << 20) /* of an object: what a broker carries */

/* What is known of a customer itself; what is not known is NULL. */
struct customer_row {
	const char *customer_id;
	const char *account_id;
	const char *alive;    /* its subscriptions in force or suspended, a line each; NULL: none */
	struct bytes charges; /* charge_ring_encode: the recent ones; absent: none */
	bool subscribed;      /* it has had one */
	const char
	    *books; /* subscriptions that are held against invoices, a line each; NULL: none */
	const char *agreed_by;   /* the account that says what was agreed; NULL: nothing was */
	struct bytes agreed;     /* seat_contracts_encode; absent: nothing */
	struct bytes balance;    /* balance_words_encode: that the provider keeps; absent: none */
	const char *live_object; /* the first of live mode that came, and of test mode */
	const char *test_object;
	const char *missed;  /* contracts and periods that nothing bills, a line each */
	const char *rivals;  /* accounts that declare it too, a line each; NULL: none */
	bool came;           /* the customer's own object has */
	int64_t named_us;    /* until then: the earliest of the others, since 1970; 0: none */
	const char *refused; /* objects of which a state cannot be read, a line each; NULL: none */
};

/* What an object was when it was last heard of. */
struct held_row {
	const char *customer_id;
	const char *object_id;
	const char *type;
	const char *status; /* the provider's word; NULL: it has none */
	int64_t revision;
	struct bytes body; /* what the next state is held against, by type */
};

/* Something that does not add up; rows of healed cases stay. */
struct case_row {
	const char *customer_id; /* of the stage `payout` the object's that it is about */
	const char *discrepancy_id;
	const char *cause;
	const char *state; /* "open", "healed", "explained" */
	struct instant opened_at;
	struct bytes body; /* discrepancy_encode */
	const char *owner; /* NULL: nobody's */
	const char *acknowledged_by;
	struct instant acknowledged_at; /* TIME_MIN: nobody has */
};

/* What was said last of a customer's access and of what it brings a month. */
struct standing_row {
	const char *customer_id;
	struct bytes body; /* standing_encode */
};

extern const struct state_table customer_table;
extern const struct state_table standing_table;
extern const struct state_table held_table;
extern const struct state_table case_table;
extern const struct state_table balance_case_table; /* of the stage `payout`: the same rows */

/* One event at hand, under its customer. */
struct customer {
	struct task *task;
	const char *cause_id;
	struct instant at; /* business time */
	struct customer_row row;
	bool nobody; /* the row has the key of an object that is no customer's */
};

/* One mirrored object. */
struct thing {
	struct customer *customer;
	const Opsmesh__V1__ObjectMirrored *mirrored;
	struct json_place object;
	struct held_row held;             /* as it was */
	bool known;                       /* it was heard of before */
	const struct json_error *refused; /* by customer_refuse; NULL: it is not */
	bool turned_away;                 /* by customer_take: nothing of it stands */
};

/* The customer of the event at hand, and when it happened. A key that is none of this shard's is refused. */
enum status customer_open(struct task *task, const char *customer_id,
                          const Google__Protobuf__Timestamp *occurred_at,
                          struct customer *it) MUST_CHECK;
/*
 * On ops.billing.v1, under the customer's key; the event is filled in but for what all of them have. The stage
 * `payout` knows no customer: there the key is the object's.
 */
enum status customer_say(struct customer *it, Opsmesh__V1__BillingEvent *event) MUST_CHECK;
/* Keeps what the next state is held against. */
enum status customer_hold(struct thing *thing, struct bytes body) MUST_CHECK;
/* The provider's integer as the contract tells money. False: it cannot be told, and error says why. */
bool customer_amount(struct thing *thing, const char *field, const char *currency, int64_t amount,
                     Opsmesh__V1__Money **money, struct json_error *error) MUST_CHECK;
/* The same of a field of the object's; NULL where it is absent. */
bool customer_money(struct thing *thing, const char *field, const char *currency,
                    Opsmesh__V1__Money **money, struct json_error *error) MUST_CHECK;
/* The status now is another than the one that was held. */
bool customer_moved(const struct thing *thing);

/* What an object of a type has to say. False: it cannot be read, and error says why. */
typedef bool thing_reader(struct thing *thing, enum status *status, struct json_error *error);
/*
 * All that read does for the object stands, or nothing of it: where it cannot be read, or something refuses it
 * (customer_refuse, task_refuse), that is said, once for each state, and is a case; the mirror has it whole.
 */
enum status customer_take(struct thing *thing, thing_reader *read) MUST_CHECK;
/* Of the object at hand within what takes it: answers REJECT. */
enum status customer_refuse(struct thing *thing, const struct json_error *error) MUST_CHECK;
thing_reader customer_read_invoice;
thing_reader customer_read_charge;
thing_reader customer_read_intent;
thing_reader customer_read_refund;
thing_reader customer_read_dispute;
thing_reader customer_read_warning;
thing_reader customer_read_transaction;
thing_reader customer_read_subscription;

/* A charge that succeeded, in its state now. */
struct charge_seen;
enum status customer_see_charge(struct customer *it, const struct charge_seen *charge) MUST_CHECK;
/* It is known now what an invoice asks, and with that which of its charges are too much. */
enum status customer_twice_asked(struct customer *it, const char *invoice) MUST_CHECK;

/* What one object of the customer's shows. */
struct finding {
	const char *cause;
	const char *root; /* what all objects that show it have in common */
	struct discrepancy_evidence evidence;
	int64_t expected_count; /* beside evidence of money: seats, seconds; both 0: none */
	int64_t found_count;
	const char *sentence; /* for people, no personal data */
};
/* Equal figures clear the object's. Texts live as long as the batch. */
enum status customer_observe(struct customer *it, const struct finding *finding) MUST_CHECK;
enum status customer_clear(struct customer *it, const char *cause, const char *root,
                           const char *object) MUST_CHECK;
/* In a need function: one of these will look for the case. */
void customer_need_case(struct task *task, const char *key, const char *cause, const char *root);
#define CUSTOMER_TIMER_AGE "age"
enum status customer_on_age(struct task *task, const char *key);
void customer_need_age(struct task *task, const char *key);

/* Whenever a subscription is another ("": none is at hand), and when the last look said. */
enum status customer_look(struct customer *it, const char *at_hand) MUST_CHECK;
#define CUSTOMER_TIMER_STANDING "standing"
enum status customer_on_standing(struct task *task, const char *key);
void customer_need_standing(struct task *task, const char *key);

/* A timer's key, "<customer>/<what it is about>"; both live in the arena, about is "" where there is none. */
struct customer_timer {
	const char *customer;
	const char *about;
};
struct customer_timer customer_timer_of(struct task *task, const char *key);

/* Of a timer whose key is "<customer>/<object>": both rows; what it says is caused by nothing that came. */
#define CUSTOMER_TIMER_TRIAL "trial"
enum status customer_open_timer(struct task *task, const char *key, struct customer *it,
                                struct held_row *held) MUST_CHECK;
void customer_need_timer(struct task *task, const char *key);
enum status customer_on_trial(struct task *task, const char *key);

/* Handlers. */
enum status customer_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored);
enum status customer_on_billing_ticket(struct task *task, const Opsmesh__V1__BillingTicket *ticket);
enum status customer_on_account_linked(struct task *task, const Opsmesh__V1__AccountLinked *linked);
enum status customer_on_account_unlinked(struct task *task,
                                         const Opsmesh__V1__AccountUnlinked *unlinked);
enum status customer_on_not_taken(struct task *task, const Opsmesh__V1__ObjectNotTaken *refused);
enum status customer_on_swept(struct task *task, const Opsmesh__V1__ObjectSwept *swept);
/* One case a cause and type: it is no money, but one object each. */
struct finding swept_finding(const Opsmesh__V1__ObjectSwept *swept);
enum status customer_on_left(struct task *task, const Opsmesh__V1__ObjectLeft *left);
/* That is the last that was heard of the object. */
bool customer_has_left(const struct held_row *held);
void customer_need(struct task *task, const ProtobufCMessage *message);
/* What an object of the customer's names in its payload, and what that will be looked up for. */
void customer_need_named(struct task *task, const char *customer,
                         const Opsmesh__V1__ObjectMirrored *mirrored);

#endif
