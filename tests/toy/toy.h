/*
 * toy - three stages that keep a cash book, small enough to be judged from outside.
 *
 *   toy.journal.v1 -> intake -> toy.by-account.v1 -> account -> toy.accounts.v1 -> settlement -> toy.settled.v1
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
 * toy.settled.v1 one "settled" when TOY_SETTLE has passed since the first. The tables say the same.
 */
#ifndef TESTS_TOY_TOY_H
#define TESTS_TOY_TOY_H

#include "common/flow/service.h"

enum toyd_topic {
	TOYD_JOURNAL,
	TOYD_BY_ACCOUNT,
	TOYD_ACCOUNTS,
	TOYD_SETTLED,
	TOYD_PROGRESS,
	TOYD_TOPICS,
};

struct toyd_config {
	struct service_config common;
	struct duration settle; /* TOY_SETTLE */
};

extern const struct catalogue toyd_catalogue;
extern const struct stage toyd_stages[];

#endif
