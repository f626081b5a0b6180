/*
 * restated - a transaction whose fact may become another: what of it stands, and what stands instead.
 *
 * The first time it is booked under its own id ("invoice/in_1"). When its fact says otherwise it is
 * reversed, and what holds now is booked under the next id ("invoice/in_1/2"): what was booked stays, and
 * to say the same again books nothing. A correction is reversed at its own time, so that the books of any
 * moment are as they are known now; what truly came to an end is undone at the time of that end. What is
 * booked anew after that is not booked before it.
 */
#ifndef SERVICES_BILLING_SYNC_ENTRY_RESTATED_H
#define SERVICES_BILLING_SYNC_ENTRY_RESTATED_H

#include "services/billing-sync/entry/entry.h"

#define RESTATED_MAX 200 /* times that one fact may become another; then somebody plays with it */

/* In a need function: it will be stated. */
void restated_need(struct task *task, const char *id);
/* What stands of it, as it was booked. False: nothing. */
bool restated_load(struct task *task, const char *id, struct journal *journal);
/* It was booked, and nothing of it stands any more. */
bool restated_ended(struct task *task, const char *id);
/* From now on this stands: a transaction under its first id, sealed or without lines. */
enum status restated_book(struct task *task, const struct journal *wanted, bool *booked) MUST_CHECK;
/* It came to an end at that time. */
enum status restated_undo(struct task *task, const char *id, const char *cause,
                          struct instant at) MUST_CHECK;

#endif
