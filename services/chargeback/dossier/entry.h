/*
 * entry - what is kept of a fact for the evidence of cases to come: a line of an account's dossier. Pure.
 *
 * Only what a customer could see is kept of a ticket: public messages, its subject, its statuses. Notes among us are no
 * evidence, and never leave. A very long text is cut, and says by how much; the whole is on ops.tickets.v1.
 */
#ifndef SERVICES_CHARGEBACK_DOSSIER_ENTRY_H
#define SERVICES_CHARGEBACK_DOSSIER_ENTRY_H

#include "common/base/arena.h"
#include "opsmesh/v1/material.pb-c.h"

#include <stdbool.h>

#define ENTRY_TEXT_MAX \
	((size_t)16 << 10) /* bytes: a provider's field takes 20,000 characters in all */

/* False: nothing of it is kept. The entry borrows what it can from the fact. */
bool entry_of(struct arena *arena, const Opsmesh__V1__MaterialEvent *material,
              Opsmesh__V1__DossierEntry *entry) MUST_CHECK;

#endif
