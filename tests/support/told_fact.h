/*
 * told_fact - a message of the contract from one line of text, for tests that tell stories of facts.
 *
 *   "occurred_at=5 account_id=acct_1 refund_changed.refund_id=re_1 refund_changed.amount=1000USD"
 *
 * A word sets a field by its path; the messages on the way come to be, and a member of a oneof is set. Timestamps are whole minutes since
 * OBSERVED_BASE, amounts minor units with their currency behind them, enums their names, lists of texts have commas. Values have no space.
 */
#ifndef TESTS_SUPPORT_TOLD_FACT_H
#define TESTS_SUPPORT_TOLD_FACT_H

#include "common/base/arena.h"

#include <protobuf-c/protobuf-c.h>

/* The test fails at a word that is wrong. */
const void *told_fact(struct arena *arena, const ProtobufCMessageDescriptor *type,
                      const char *line);

#endif
