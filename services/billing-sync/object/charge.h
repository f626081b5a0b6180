/*
 * charge - refunds, disputes, fraud warnings and invoice payments meet the charge that they are about.
 *
 * They name their charge, or of an invoice payment its payment intent, and not its customer. A charge's row knows
 * the customer, and keeps what came before that was known (waiting.h). What is forwarded keeps its revisions, so
 * the stage `customer` hears each object's states in order. What waits for longer than a document allows is said;
 * disputes and fraud warnings are told whole then.
 */
#ifndef SERVICES_BILLING_SYNC_OBJECT_CHARGE_H
#define SERVICES_BILLING_SYNC_OBJECT_CHARGE_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"

#define CHARGE_WAITING_MAX 100 /* objects of one charge; a charge has a few refunds and a dispute */

struct charge_row {
	const char *charge_id;
	const char *customer_id; /* NULL: not known */
	struct bytes waiting;    /* MirroredList, packed; absent: nothing waits */
	bool known;              /* it has come itself, perhaps without a customer */
	bool idle; /* so, and it is nothing that took money: nobody misses its customer */
};

extern const struct state_table charge_table;

enum status charge_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored);
void charge_need(struct task *task, const ProtobufCMessage *message);

/* What waits for too long. */

/* Of an object it was said that it waits for what it waits for now. */
bool charge_is_told(const Opsmesh__V1__MirroredList *list, const char *id);
/* Of something in the list, or of the charge itself, it is yet to be said: the timer is set. */
bool charge_waits(const struct charge_row *row, const Opsmesh__V1__MirroredList *list);
/* It will be said, unless the customer is known by then. */
enum status charge_be_patient(struct task *task, const struct charge_row *row) MUST_CHECK;
/* The charge has come, or its customer is known: whatever was said is over. */
enum status charge_end_waits(struct task *task, const struct charge_row *row,
                             Opsmesh__V1__MirroredList *list) MUST_CHECK;
/*
 * Disputes and fraud warnings do not wait in silence: whoever answers them has a deadline. They are told whole
 * (unplaced.h) when it is said that they wait, and in each later state from then on.
 */

/* It is told now; of any other type, or where its customer hears of it already, nothing is. */
enum status charge_say_unplaced(struct task *task, const struct charge_row *row,
                                Opsmesh__V1__MirroredList *list,
                                const Opsmesh__V1__ObjectMirrored *mirrored,
                                struct instant at) MUST_CHECK;
/* A state that comes is told where an earlier one was, here or by the stage `object`. Before it is put into the list. */
bool charge_is_unplaced(const Opsmesh__V1__MirroredList *list,
                        const Opsmesh__V1__ObjectMirrored *mirrored);
/* Such a state: it is told, or, where it names its customer itself, whose it is. */
enum status charge_say_again(struct task *task, const struct charge_row *row,
                             Opsmesh__V1__MirroredList *list,
                             const Opsmesh__V1__ObjectMirrored *mirrored,
                             struct instant at) MUST_CHECK;
/* The customer of them all is known. */
enum status charge_say_placed(struct task *task, const struct charge_row *row,
                              Opsmesh__V1__MirroredList *list, struct instant at) MUST_CHECK;

#define CHARGE_TIMER_PLACE "place"
enum status charge_on_place(struct task *task, const char *key);
void charge_need_place(struct task *task, const char *key);

#endif
