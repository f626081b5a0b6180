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

struct publisher *publisher_create(const struct outside *outside, const struct catalogue *catalogue,
                                   const char *source, int32_t partitions, int64_t mark,
                                   uint64_t *tokens);
void publisher_destroy(struct publisher *publisher);
void publisher_add(struct publisher *publisher, const struct fact *fact); /* copies */
/* Hands over what it can; at most so many facts. */
void publisher_send(struct publisher *publisher, size_t most);
/* LOG_ACK carries the token of the publisher that sent: with another one it is nobody's any more. */
uint64_t publisher_token(const struct publisher *publisher);
void publisher_acked(struct publisher *publisher, int64_t sequence);
void publisher_restart(struct publisher *publisher); /* after LOG_FAILED */
int64_t publisher_mark(const struct publisher *publisher);
int64_t publisher_last(
    const struct publisher *publisher); /* the last sequence added, or the mark */
size_t publisher_memory(const struct publisher *publisher);

#endif
