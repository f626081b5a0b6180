/*
 * waiting - objects that wait for something else to be known: the newest state of each, in a row.
 */
#ifndef SERVICES_BILLING_SYNC_WAITING_H
#define SERVICES_BILLING_SYNC_WAITING_H

#include "common/flow/task.h"
#include "opsmesh/v1/mirror.pb-c.h"

/* A packed MirroredList; absent bytes are an empty one. False: it cannot be read. */
bool waiting_read(struct task *task, struct bytes waiting,
                  Opsmesh__V1__MirroredList *list) MUST_CHECK;
/* In the place of an older state of the same object, else where its id belongs. */
void waiting_put(struct arena *arena, Opsmesh__V1__MirroredList *list,
                 const Opsmesh__V1__ObjectMirrored *mirrored);

#endif
