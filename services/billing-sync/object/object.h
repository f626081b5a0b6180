/*
 * object - what the files of the stage `object` share: its table, one observation at hand, what it says.
 *
 * The stage hears what the provider said about its objects, in any order and as often as it comes, folds it
 * into the mirror (mirror.h) and tells each state that it takes over to whom it belongs: the object's
 * customer, the charge that it must meet, and every shard where it is reference data. What it refuses is
 * a fact and never a dead letter: what strangers send must not stop a shard.
 *
 *   by-customer  of an object whose customer is known; a state is told again, with its revision, when the
 *                customer becomes known by what is otherwise old; who had it before hears that it has gone
 *   by-charge    charges, refunds, disputes, fraud warnings, and balance transactions that name a charge
 *   by-card      charges that failed and name a card
 *   by-source    refunds and disputes, and balance transactions that name another object than a charge
 *   by-payout    payouts and balance transactions, these also under the payout that is their source and that
 *                paid them; the balance as the provider states it; what was not taken over, or is otherwise in a
 *                list page, of what has no customer
 *   billing      StaleObserved, FetchRequested, ObjectRefused, ObjectDiffered, ObjectAgreed, under the object's id;
 *                ObjectUnplaced of a dispute or fraud warning that names no charge
 */
#ifndef SERVICES_BILLING_SYNC_OBJECT_OBJECT_H
#define SERVICES_BILLING_SYNC_OBJECT_OBJECT_H

#include "common/flow/task.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "services/billing-sync/mirror/mirror.h"

extern const struct state_table object_table;

/* When the first webhook of the shard was made: of what is older nobody had told us. */
struct webhooks_row {
	const char *name; /* the provider's */
	struct instant since;
};

extern const struct state_table webhooks_table;

/* One observation, and the row that it is about. */
struct object {
	struct task *task;
	const Opsmesh__V1__ProviderEvent *event;
	const char *cause_id;
	struct instant received_at;
	struct observed seen;
	struct object_row row;
	Opsmesh__V1__NamedList
	    named; /* what its row has of that; told with the state that stands */
	Opsmesh__V1__Unplaced *unplaced; /* as it was said without a charge; NULL: it was not */
};

/* What its states name that nobody is told as such; in *more whether that is more than before. */
enum status object_follow_names(struct object *it, const struct object_row *before,
                                bool *more) MUST_CHECK;
/* The state that stands, to whom it belongs; brought by what was observed. */
enum status object_tell_everyone(struct object *it) MUST_CHECK;
enum status object_tell_customer(struct object *it) MUST_CHECK;
/* It is not this customer's, but the row's. */
enum status object_tell_left(struct object *it, const char *customer) MUST_CHECK;
enum status object_tell_charge(struct object *it) MUST_CHECK;
enum status object_tell_source(struct object *it) MUST_CHECK;
/* Of a charge that failed "<network>/<fingerprint>"; NULL: it is none, or names none. */
const char *object_card(const struct object *it);
enum status object_tell_card(struct object *it) MUST_CHECK;
/* What was observed, though a later state stands: of what is looked back at. */
enum status object_tell_earlier(struct object *it) MUST_CHECK;
enum status object_tell_balance(struct object *it) MUST_CHECK; /* and the payout */
enum status object_tell_payout(struct object *it) MUST_CHECK;
/* Facts on ops.billing.v1. */
enum status object_say_stale(struct object *it, enum mirror_stale stale,
                             const struct object_row *standing) MUST_CHECK;
enum status object_say_fetch(struct object *it, Opsmesh__V1__FetchCause cause,
                             const char *object_type, const char *object_id) MUST_CHECK;
enum status object_say_refused(struct object *it, Opsmesh__V1__RefusalCode code, const char *field,
                               const char *reason) MUST_CHECK;

/* A dispute or fraud warning that names no charge: nobody else hears of it. Of anything else nothing is said. */
enum status object_say_unplaced(struct object *it) MUST_CHECK;

/* Not taken over: said, and a case of its customer's, or, where none is known, of the stage `payout`. */
enum status object_refuse(struct object *it, Opsmesh__V1__RefusalCode code, const char *field,
                          const char *reason) MUST_CHECK;
enum status object_refuse_unread(struct object *it, const struct json_error *error) MUST_CHECK;
/* A state was taken over, or is so again: it may end such a case. */
enum status object_accept(struct object *it) MUST_CHECK;

/* What was observed against the row as it was (sweep.h); in *moved whether the row knows more of that. */
enum status object_sweep(struct object *it, const struct object_row *before,
                         bool *moved) MUST_CHECK;
void object_need_sweep(struct task *task);
/* A page has it otherwise; or, of SWEEP_EQUAL, what was otherwise for that cause is explained. */
struct sweep;
enum status object_say_swept(struct object *it, const struct object_row *standing,
                             const struct sweep *sweep, const char *cause) MUST_CHECK;
/* The same to the customer; NULL: none is known, the stage `payout` hears it. */
enum status object_tell_swept(struct object *it, const char *customer, const char *cause,
                              bool healed) MUST_CHECK;
/* The same of what was not taken over; all is filled in but which object it is. */
enum status object_tell_not_taken(struct object *it, const char *customer,
                                  Opsmesh__V1__ObjectNotTaken *refused) MUST_CHECK;

enum status object_on_received(struct task *task, const Opsmesh__V1__ProviderReceived *received);
void object_need(struct task *task, const ProtobufCMessage *event);

#endif
