/*
 * ticket_read - from facts of the contract to records.
 *
 * Pure. What the contract does not know counts as not said; the fact must be valid protobuf with its instant in range.
 */
#ifndef SERVICES_KPI_AGGREGATOR_TICKET_TICKET_READ_H
#define SERVICES_KPI_AGGREGATOR_TICKET_TICKET_READ_H

#include "opsmesh/v1/sla.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "services/kpi-aggregator/ticket/ticket.h"

/* Each fills a fact; of a fact that tells no figure anything it has no records. Texts are borrowed. */
void ticket_read(const Opsmesh__V1__TicketEvent *event, struct instant at, int64_t sequence,
                 struct ticket_fact *fact);
void ticket_read_triage(const Opsmesh__V1__TriageEvent *event, struct instant at, int64_t sequence,
                        struct ticket_fact *fact);
void ticket_read_sla(const Opsmesh__V1__SlaEvent *event, struct instant at, int64_t sequence,
                     struct ticket_fact *fact);

#endif
