/*
 * payout - what the files of the stage `payout` share: the provider's balance, and what was paid out of it.
 *
 * The stage hears every balance transaction, whoever books it, so that the balance is their sum, and books
 * those that are nobody's: fees, adjustments, what is unknown. What is a customer's it books to suspense when
 * nobody has placed it in time, and takes out of there when it is placed. A transaction's rows stand under
 * its own id; a payout's under the payout's, where it meets the transactions that it paid and its own.
 *
 * It keeps, too, what does not add up and no customer has: what waits for a charge that never came or that names
 * nobody, what was refused of an object whose customer is not known, what a list page had otherwise of such an object, a rate that
 * a day of the reporting currency waits for.
 */
#ifndef SERVICES_BILLING_SYNC_PAYOUT_PAYOUT_H
#define SERVICES_BILLING_SYNC_PAYOUT_PAYOUT_H

#include "services/billing-sync/customer/customer.h"
#include "services/billing-sync/ledger/balance_transaction.h"

/* A balance transaction; amounts are minor units of struct money. */
struct moved_row {
	const char *transaction_id;
	const char *type; /* the provider's word */
	struct instant at;
	const char *currency;
	int64_t amount;
	int64_t fee;
	bool paid_out;     /* it is a payout itself, or one that came back */
	const char *state; /* "waits", "booked" here, "held" in suspense, "placed" elsewhere */
};

struct payout_row {
	const char *payout_id;
	const char *currency; /* NULL: it has not come */
	int64_t amount;
	const char *status;
	struct instant arrives_at;
	bool complete; /* the provider says that what it paid is known */
	struct instant complete_at;
	int64_t paid;         /* what the transactions that it paid come to */
	int64_t transactions; /* of those */
	int64_t own;          /* what its own transactions come to: below zero */
	bool own_known;
	const char *verdict; /* "reconciled", "differs", "asked"; NULL: none yet */
};

/* A transaction that was counted for a payout. */
struct paid_row {
	const char *payout_id;
	const char *transaction_id;
};

/* The balance as the provider states it, in all. */
struct stated_row {
	const char *currency;
	struct instant at;
	int64_t minor;
	int64_t revision; /* of the state that says so */
};

extern const struct state_table moved_table;
extern const struct state_table payout_table;
extern const struct state_table paid_table;
extern const struct state_table stated_table;

/* What the stage books, or says, is of the object whose id is the customer's place in `it`. */

/* A balance transaction under its own id, and under a payout's. False: it cannot be read. */
bool payout_take_moved(struct thing *thing, enum status *status,
                       struct json_error *error) MUST_CHECK;
bool payout_take_paid(struct thing *thing, enum status *status,
                      struct json_error *error) MUST_CHECK;
bool payout_take(struct thing *thing, enum status *status, struct json_error *error) MUST_CHECK;
/* It was read: in minor units. */
bool payout_read_moved(struct thing *thing, struct balance_transaction *moved,
                       struct json_error *error) MUST_CHECK;

/* Handlers. */
#define PAYOUT_TIMER_PLACE "place"
#define PAYOUT_TIMER_PAID "paid"
enum status payout_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored);
enum status payout_on_placed(struct task *task, const Opsmesh__V1__MoneyPlaced *placed);
enum status payout_on_books_cut(struct task *task, const Opsmesh__V1__BooksCut *cut);
enum status payout_on_unmet(struct task *task, const Opsmesh__V1__ObjectUnmet *unmet);
enum status payout_on_not_taken(struct task *task, const Opsmesh__V1__ObjectNotTaken *refused);
enum status payout_on_swept(struct task *task, const Opsmesh__V1__ObjectSwept *swept);
enum status payout_on_rate_lacks(struct task *task, const Opsmesh__V1__RateLacks *lacks);
enum status payout_on_asked(struct task *task, const Opsmesh__V1__ActionEvent *asked);
void payout_need_asked(struct task *task, const ProtobufCMessage *message);
void payout_need_mirrored(struct task *task, const ProtobufCMessage *message);
void payout_need_placed(struct task *task, const ProtobufCMessage *message);
enum status payout_on_place(struct task *task, const char *key);
void payout_need_place(struct task *task, const char *key);
enum status payout_on_paid(struct task *task, const char *key);
void payout_need_paid(struct task *task, const char *key);
/* Shared by them: the object at hand, as a customer without one. */
enum status payout_open(struct task *task, struct customer *it) MUST_CHECK;
enum status payout_place(struct customer *it, const Opsmesh__V1__MoneyPlaced *placed) MUST_CHECK;

#endif
