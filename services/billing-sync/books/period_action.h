/*
 * period_action - a period of the books is asked to be closed: the beginning of a close.
 *
 *   {"action":"close","on":{"type":"period","id":"2026-05-01"},"reason":"..."}      or "2026-05"
 *
 * All actions on periods come to one shard of the stage `object`, which counts the cuts and tells every shard
 * of the stages `customer` and `payout` of this one: what they book from then on comes after it. They answer
 * the stage `books` (books.h), which closes the period or says why not.
 */
#ifndef SERVICES_BILLING_SYNC_BOOKS_PERIOD_ACTION_H
#define SERVICES_BILLING_SYNC_BOOKS_PERIOD_ACTION_H

#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"

extern const struct state_table cut_table;

enum status period_on_action_requested(struct task *task,
                                       const Opsmesh__V1__ActionRequested *requested);
void period_need_action(struct task *task, const ProtobufCMessage *event);

#endif
