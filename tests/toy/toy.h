/*
 * toy - three stages that keep a cash book, small enough to be judged from outside.
 *
 *   toy.journal.v1 -> intake -> toy.by-account.v1 -> account -> toy.accounts.v1 -> settlement -> toy.settled.v1
 *                                                                                     effect <-> toy.receipts.v1
 *
 * Every message is a sim.v1.Toy (tests/sim/toy.proto). What a feeder puts on the journal, with a ce_time
 * header and any partition:
 *
 *   kind "post"   key: the account; ref: unique, a second one with it has no effect; number: the amount
 *   kind "rate"   key: a name; number: told to every shard of account, through all partitions
 *   bad           "intake" or "account": that stage refuses the event; "<stage> dies": its handler aborts
 *
 * What must come out, however often anything was killed: for each account on toy.accounts.v1 one "counted" a
 * ref, whose number counts 1, 2, 3 ... and whose text is the sum of the amounts so far; and on
 * toy.settled.v1 one "settled" when TOY_SETTLE has passed since the first, and one "receipted" when its receipt is
 * kept, which is an effect: a blob, whose digest the row has. An
 * account whose name begins with "deadly" has none: whoever writes its receipt aborts. The tables say the same.
 */
#ifndef TESTS_TOY_TOY_H
#define TESTS_TOY_TOY_H

#include "common/flow/effect.h"
#include "common/flow/service.h"

enum toyd_topic {
	TOYD_JOURNAL,
	TOYD_BY_ACCOUNT,
	TOYD_ACCOUNTS,
	TOYD_SETTLED,
	TOYD_RECEIPTS,
	TOYD_PROGRESS,
	TOYD_TOPICS,
};

struct toyd_config {
	struct service_config common;
	struct duration settle;  /* TOY_SETTLE */
	struct duration receipt; /* TOY_RECEIPT: how long the effect takes */
};

extern const struct catalogue toyd_catalogue;
extern const struct stage toyd_stages[];

/* The receipt of an account that was settled. */
extern const struct state_table toyd_receipt_table;
extern const struct stage_effect toyd_effects[];
enum status toyd_ask_receipt(struct task *task, const char *account, int64_t count);
enum status toyd_on_receipt(struct task *task, const ProtobufCMessage *message);

#endif
