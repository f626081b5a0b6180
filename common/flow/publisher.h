/*
 * publisher - the committed facts of one shard on their way to the log, and the mark.
 *
 * Facts leave in sequence. The mark is the highest sequence at and below which every record is
 * acknowledged by every partition. After a failed delivery everything above the mark is sent again.
 */
#ifndef COMMON_FLOW_PUBLISHER_H
#define COMMON_FLOW_PUBLISHER_H

#include "common/flow/outside.h"

struct publisher;

struct publisher *publisher_create(const struct outside *outside, const char *source,
                                   int32_t partitions, int64_t mark);
/* Safe while messages are on their way: it goes when the last of them has come back. */
void publisher_destroy(struct publisher *publisher);
void publisher_add(struct publisher *publisher, const struct fact *fact); /* copies */
/* Hands over what it can; at most so many facts. */
void publisher_send(struct publisher *publisher, size_t most);
void publisher_acked(void *token, uint64_t round);  /* LOG_ACK */
void publisher_restart(struct publisher *publisher); /* after LOG_FAILED */
int64_t publisher_mark(const struct publisher *publisher);
int64_t publisher_last(const struct publisher *publisher); /* the last sequence added, or the mark */
size_t publisher_memory(const struct publisher *publisher);

#endif
