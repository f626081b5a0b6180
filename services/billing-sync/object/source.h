/*
 * source - balance transactions that come by themselves meet the refund or dispute whose money they move.
 *
 * Such a transaction names its refund or dispute, and that one names the charge; often it names the id of the
 * transaction alone. The row of a refund or dispute keeps its charge and its amount, and the transactions that
 * came before those were known; both go on together, to the charge. A transaction that is none of a refund
 * or dispute (movement.h) goes no further here.
 */
#ifndef SERVICES_BILLING_SYNC_OBJECT_SOURCE_H
#define SERVICES_BILLING_SYNC_OBJECT_SOURCE_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"

#define SOURCE_WAITING_MAX 20 /* a refund has two transactions at most, a dispute as well */

struct source_row {
	const char *source_id;
	const char *object_type; /* NULL: it has not come */
	const char *charge_id;   /* NULL: not known */
	const char *currency;    /* NULL: not known */
	int64_t amount;          /* the provider's integer */
	int64_t revision;
	struct bytes waiting; /* MirroredList, packed; absent: nothing waits */
};

extern const struct state_table source_table;

enum status source_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored);
void source_need(struct task *task, const ProtobufCMessage *message);

#endif
