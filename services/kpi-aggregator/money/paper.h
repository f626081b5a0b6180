/*
 * paper - what the provider writes and which stands in one status at a time: refunds, credit notes, invoices.
 *
 * A refund and a credit note count by when they were made, whatever becomes of them later: one that failed is no refund. An invoice
 * counts by when it left the state of a draft (`at`), which it may not have done yet; `decided_at` is when it was paid.
 */
#ifndef SERVICES_KPI_AGGREGATOR_MONEY_PAPER_H
#define SERVICES_KPI_AGGREGATOR_MONEY_PAPER_H

#include "opsmesh/v1/billing.pb-c.h"
#include "services/kpi-aggregator/subject/subject.h"

extern const struct subject_kind subject_refund;
extern const struct subject_kind subject_credit;
extern const struct subject_kind subject_invoice;

/* The fact is a BillingEvent: with refund_changed, with credit_note_changed; */
bool subject_refund_apply(struct arena *arena, struct bytes known, const void *fact,
                          struct bytes *changed);
bool subject_credit_apply(struct arena *arena, struct bytes known, const void *fact,
                          struct bytes *changed);
/* with invoice_changed, dunning_recovered or dunning_exhausted. */
bool subject_invoice_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed);

#endif
