/*
 * answer - the stage that says what is to be done at the provider, once for each stage of a dispute.
 *
 * A dispute may have two cases: one from when nobody knew its customer, and one under the account. They lie in two shards,
 * neither of which can look into the other, and people may release either at any moment before or after the dispute is
 * placed. So what a case asks for comes here, under the dispute's id: the first request of a stage is said as it is, every
 * other is withheld, and that is said. A request is a submission or the giving up of the dispute: one excludes the other.
 */
#ifndef SERVICES_CHARGEBACK_ANSWER_ANSWER_H
#define SERVICES_CHARGEBACK_ANSWER_ANSWER_H

#include "common/flow/task.h"

#define ANSWER_ID_MAX 255 /* bytes of an id that is a key */

/* What was asked for first; kept for ever. */
struct answer_row {
	const char *dispute_id;
	int64_t stage; /* CaseStage */
	const char *case_id;
	const char *request_id;
	const char *digest; /* of the packet; NULL: the dispute is given up */
	struct instant asked_at;
};

extern const struct state_table answer_table;

enum status answer_on_asked(struct task *task, const ProtobufCMessage *message);
void answer_need(struct task *task, const ProtobufCMessage *message);

#endif
