/*
 * partial_money - what the stage partial hears about money, disputes and accounts.
 */
#ifndef SERVICES_KPI_AGGREGATOR_PARTIAL_PARTIAL_MONEY_H
#define SERVICES_KPI_AGGREGATOR_PARTIAL_PARTIAL_MONEY_H

#include "common/flow/task.h"
#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/dispute.pb-c.h"

/* Rows of STAGE_EVENTS_NEEDING. */
#define PARTIAL_MONEY_ROW(ON, member, Fact)                                     \
	ON(OPS_BILLING, Opsmesh__V1__BillingEvent, member, Opsmesh__V1__##Fact, \
	   partial_on_money_##member, partial_need_money)
#define PARTIAL_DISPUTE_ROW(ON, member, Fact)                                    \
	ON(OPS_DISPUTES, Opsmesh__V1__DisputeEvent, member, Opsmesh__V1__##Fact, \
	   partial_on_dispute_##member, partial_need_dispute)
#define PARTIAL_ACCOUNT_ROW(ON, member, Fact)                                    \
	ON(OPS_ACCOUNTS, Opsmesh__V1__AccountEvent, member, Opsmesh__V1__##Fact, \
	   partial_on_account_##member, partial_need_account)

#define PARTIAL_MONEY_EVENTS(ON)                                           \
	PARTIAL_MONEY_ROW(ON, payment_changed, PaymentChanged)             \
	PARTIAL_MONEY_ROW(ON, refund_changed, RefundChanged)               \
	PARTIAL_MONEY_ROW(ON, credit_note_changed, CreditNoteChanged)      \
	PARTIAL_MONEY_ROW(ON, invoice_changed, InvoiceChanged)             \
	PARTIAL_MONEY_ROW(ON, dunning_recovered, DunningEnded)             \
	PARTIAL_MONEY_ROW(ON, dunning_exhausted, DunningEnded)             \
	PARTIAL_MONEY_ROW(ON, discrepancy_opened, DiscrepancyOpened)       \
	PARTIAL_MONEY_ROW(ON, discrepancy_healed, DiscrepancyHealed)       \
	PARTIAL_MONEY_ROW(ON, discrepancy_grown, DiscrepancyMoved)         \
	PARTIAL_MONEY_ROW(ON, discrepancy_shrunk, DiscrepancyMoved)        \
	PARTIAL_MONEY_ROW(ON, discrepancy_explained, DiscrepancyExplained) \
	PARTIAL_MONEY_ROW(ON, access_changed, AccessChanged)               \
	PARTIAL_MONEY_ROW(ON, usage_taken, UsageTaken)                     \
	PARTIAL_MONEY_ROW(ON, usage_late, UsageLate)                       \
	PARTIAL_MONEY_ROW(ON, usage_corrected, UsageCorrected)             \
	PARTIAL_MONEY_ROW(ON, usage_cancelled, UsageCancelled)
#define PARTIAL_DISPUTE_EVENTS(ON)                                       \
	PARTIAL_DISPUTE_ROW(ON, opened, CaseOpened)                      \
	PARTIAL_DISPUTE_ROW(ON, moved, CaseMoved)                        \
	PARTIAL_DISPUTE_ROW(ON, escalated, CaseMoved)                    \
	PARTIAL_DISPUTE_ROW(ON, won, CaseMoved)                          \
	PARTIAL_DISPUTE_ROW(ON, lost, CaseMoved)                         \
	PARTIAL_DISPUTE_ROW(ON, late_won, CaseMoved)                     \
	PARTIAL_DISPUTE_ROW(ON, partially_recovered, CaseMoved)          \
	PARTIAL_DISPUTE_ROW(ON, withdrawn, CaseMoved)                    \
	PARTIAL_DISPUTE_ROW(ON, prevented, CaseMoved)                    \
	PARTIAL_DISPUTE_ROW(ON, closed_unanswered, CaseMoved)            \
	PARTIAL_DISPUTE_ROW(ON, placed, CaseMoved)                       \
	PARTIAL_DISPUTE_ROW(ON, deadline_missed, DeadlineMissed)         \
	PARTIAL_DISPUTE_ROW(ON, submission_observed, SubmissionObserved) \
	PARTIAL_DISPUTE_ROW(ON, warning_triaged, WarningTriaged)         \
	PARTIAL_DISPUTE_ROW(ON, warning_resolved, WarningResolved)
/* Of these no subject is kept. */
#define PARTIAL_MOVED_EVENTS(ON)                                                                 \
	ON(OPS_BILLING, Opsmesh__V1__BillingEvent, recurring_moved, Opsmesh__V1__RecurringMoved, \
	   partial_on_recurring_moved, partial_need_nothing)                                     \
	ON(OPS_BILLING, Opsmesh__V1__BillingEvent, seat_moved, Opsmesh__V1__SeatMoved,           \
	   partial_on_seat_moved, partial_need_nothing)
#define PARTIAL_PROGRAMME_EVENTS(ON)                                                              \
	ON(OPS_DISPUTES, Opsmesh__V1__DisputeEvent, ratio_projected, Opsmesh__V1__ProgrammeStood, \
	   partial_on_ratio_projected, partial_need_nothing)
#define PARTIAL_ACCOUNT_EVENTS(ON) PARTIAL_ACCOUNT_ROW(ON, declared, AccountDeclared)

#define PARTIAL_MONEY_HANDLER(topic, Type, member, Fact, handler, need) \
	enum status handler(struct task *task, const Fact *fact);
PARTIAL_MONEY_EVENTS(PARTIAL_MONEY_HANDLER)
PARTIAL_MOVED_EVENTS(PARTIAL_MONEY_HANDLER)
PARTIAL_DISPUTE_EVENTS(PARTIAL_MONEY_HANDLER)
PARTIAL_PROGRAMME_EVENTS(PARTIAL_MONEY_HANDLER)
PARTIAL_ACCOUNT_EVENTS(PARTIAL_MONEY_HANDLER)
#undef PARTIAL_MONEY_HANDLER

void partial_need_money(struct task *task, const ProtobufCMessage *event);
void partial_need_nothing(struct task *task, const ProtobufCMessage *event);
void partial_need_dispute(struct task *task, const ProtobufCMessage *event);
void partial_need_account(struct task *task, const ProtobufCMessage *event);

#endif
