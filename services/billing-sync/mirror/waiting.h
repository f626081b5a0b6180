/*
 * waiting - objects that wait for something else to be known: of each its newest state, in a row.
 *
 * A balance transaction that an older state told whole (its own, or within the object) and a newer one does not
 * tell, or tells otherwise, is money that nobody would hear of again: that older state waits as well, before the
 * newer one.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_WAITING_H
#define SERVICES_BILLING_SYNC_MIRROR_WAITING_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"

/* A packed MirroredList; absent bytes are an empty one. False: it cannot be read. */
bool waiting_read(struct task *task, struct bytes waiting,
                  Opsmesh__V1__MirroredList *list) MUST_CHECK;
/* Can it be read again once it is packed, with all that is noted beside what waits? One object alone always can. */
bool waiting_fits(const Opsmesh__V1__MirroredList *list) MUST_CHECK;
/* Where its id and revision belong; the states of its object that are not needed any longer go. */
void waiting_put(struct arena *arena, Opsmesh__V1__MirroredList *list,
                 const Opsmesh__V1__ObjectMirrored *mirrored);

#endif
