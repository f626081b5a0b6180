/*
 * figure_answer - what a shard of the books answers when they are cut, of whichever stage it is.
 */
#ifndef SERVICES_BILLING_SYNC_ENTRY_FIGURE_ANSWER_H
#define SERVICES_BILLING_SYNC_ENTRY_FIGURE_ANSWER_H

#include "common/flow/task.h"
#include "opsmesh/v1/books.pb-c.h"

/*
 * The shard's figures of the period as they are now; what it books from here on comes after the cut. The lists
 * are the arena's, the cut is borrowed; disputes are left to the stage that knows them. Refuses a cut of no
 * period.
 */
enum status figure_answer(struct task *task, const char *stage, const Opsmesh__V1__BooksCut *cut,
                          Opsmesh__V1__ShardFigured *answer) MUST_CHECK;
/* To the stage `books`, as of when the close was asked for. Refuses a time that is missing. */
enum status figure_answer_say(struct task *task, Opsmesh__V1__ShardFigured *answer,
                              Google__Protobuf__Timestamp *asked_at) MUST_CHECK;

#endif
