/*
 * The tables of the stages, apart from main.c so that the simulator and the tests of their handlers have
 * them without a broker's or a database's library.
 */
#include "services/billing-sync/billing.h"

#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/account/billing_ticket.h"
#include "services/billing-sync/account/claim.h"
#include "services/billing-sync/account/owner.h"
#include "services/billing-sync/books/books.h"
#include "services/billing-sync/books/period_action.h"
#include "services/billing-sync/card/card.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/customer/refused.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/customer_dunning/customer_failure.h"
#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_money/customer_foreign.h"
#include "services/billing-sync/customer_money/customer_noted.h"
#include "services/billing-sync/customer_money/customer_receivable.h"
#include "services/billing-sync/customer_money/customer_refund.h"
#include "services/billing-sync/customer_revenue/customer_cut.h"
#include "services/billing-sync/customer_revenue/customer_deferral.h"
#include "services/billing-sync/customer_revenue/customer_earning.h"
#include "services/billing-sync/customer_revenue/customer_reporting.h"
#include "services/billing-sync/customer_revenue/customer_unrated.h"
#include "services/billing-sync/customer_seat/customer_agreed.h"
#include "services/billing-sync/customer_seat/customer_holding.h"
#include "services/billing-sync/customer_seat/customer_metered.h"
#include "services/billing-sync/customer_seat/customer_seat.h"
#include "services/billing-sync/customer_seat/customer_usage.h"
#include "services/billing-sync/customer_stage/customer_action.h"
#include "services/billing-sync/entry/customer_books.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/object/charge.h"
#include "services/billing-sync/object/object.h"
#include "services/billing-sync/object/source.h"
#include "services/billing-sync/payout/payout.h"

/* object */

#define OBJECT_EVENTS(ON)                                                                   \
	ON(OPS_ACCOUNTS, Opsmesh__V1__AccountEvent, declared, Opsmesh__V1__AccountDeclared, \
	   owner_on_declared, owner_need_declared)                                          \
	ON(OPS_ACTIONS, Opsmesh__V1__ActionEvent, requested, Opsmesh__V1__ActionRequested,  \
	   period_on_action_requested, period_need_action)                                  \
	ON(OPS_BY_ACCOUNT, Opsmesh__V1__ByAccountEvent, billing_ticket,                     \
	   Opsmesh__V1__BillingTicket, owner_on_ticket, owner_need_ticket)                  \
	ON(OPS_PROVIDER_EVENTS, Opsmesh__V1__ProviderEvent, received,                       \
	   Opsmesh__V1__ProviderReceived, object_on_received, object_need)

STAGE_EVENTS_NEEDING(object_events, OBJECT_EVENTS);

static const struct state_table *const object_tables[] = {
	&object_table, &owner_table, &cut_table, &webhooks_table, &billing_ticket_table, NULL
};
static const int object_emits[] = { OPS_BY_SOURCE, OPS_BY_CHARGE, OPS_BY_CARD, OPS_BY_CUSTOMER,
	                            OPS_BY_PAYOUT, OPS_BILLING,   -1 };

/* source */

#define SOURCE_EVENTS(ON)                                                                    \
	ON(OPS_BY_SOURCE, Opsmesh__V1__BySourceEvent, mirrored, Opsmesh__V1__ObjectMirrored, \
	   source_on_mirrored, source_need)

STAGE_EVENTS_NEEDING(source_events, SOURCE_EVENTS);

static const struct state_table *const source_tables[] = { &source_table, NULL };
static const int source_emits[] = { OPS_BY_CHARGE, OPS_BILLING, -1 };

/* charge */

#define CHARGE_EVENTS(ON)                                                                    \
	ON(OPS_BY_CHARGE, Opsmesh__V1__ByChargeEvent, mirrored, Opsmesh__V1__ObjectMirrored, \
	   charge_on_mirrored, charge_need)

STAGE_EVENTS_NEEDING(charge_events, CHARGE_EVENTS);

static const struct state_table *const charge_tables[] = { &charge_table, NULL };
static const struct stage_timer charge_timers[] = {
	{ .name = CHARGE_TIMER_PLACE, .handle = charge_on_place, .need = charge_need_place },
	{ .name = NULL },
};
static const int charge_emits[] = { OPS_BY_CUSTOMER, OPS_BY_PAYOUT, OPS_BILLING, -1 };

/* card */

#define CARD_EVENTS(ON)                                                                  \
	ON(OPS_BY_CARD, Opsmesh__V1__ByCardEvent, mirrored, Opsmesh__V1__ObjectMirrored, \
	   card_on_mirrored, card_need)

STAGE_EVENTS_NEEDING(card_events, CARD_EVENTS);

static const struct state_table *const card_tables[] = { &card_table, NULL };
static const int card_emits[] = { OPS_BY_CUSTOMER, -1 };

/* customer */

#define CUSTOMER(ON, member, Fact)                                                     \
	ON(OPS_BY_CUSTOMER, Opsmesh__V1__ByCustomerEvent, member, Opsmesh__V1__##Fact, \
	   customer_on_##member, customer_need)
#define CUSTOMER_EVENTS(ON)                                                                     \
	CUSTOMER(ON, mirrored, ObjectMirrored)                                                  \
	CUSTOMER(ON, account_linked, AccountLinked)                                             \
	CUSTOMER(ON, books_cut, BooksCut)                                                       \
	CUSTOMER(ON, account_unlinked, AccountUnlinked)                                         \
	CUSTOMER(ON, not_taken, ObjectNotTaken)                                                 \
	CUSTOMER(ON, swept, ObjectSwept)                                                        \
	CUSTOMER(ON, left, ObjectLeft)                                                          \
	CUSTOMER(ON, billing_ticket, BillingTicket)                                             \
	CUSTOMER(ON, card_spent, AttemptBudgetSpent)                                            \
	ON(OPS_BY_CUSTOMER, Opsmesh__V1__ByCustomerEvent, earlier, Opsmesh__V1__ObjectMirrored, \
	   customer_on_earlier, customer_need_earlier)                                          \
	CUSTOMER(ON, contracts, ContractsDeclared)                                              \
	ON(OPS_USAGE, Opsmesh__V1__UsageEvent, reported, Opsmesh__V1__UsageReported,            \
	   customer_on_reported, customer_need_reported)                                        \
	ON(OPS_ACTIONS, Opsmesh__V1__ActionEvent, requested, Opsmesh__V1__ActionRequested,      \
	   customer_on_action_requested, customer_need_action)

STAGE_EVENTS_NEEDING(customer_events, CUSTOMER_EVENTS);

static const struct state_table *const customer_tables[] = { &customer_table,
	                                                     &held_table,
	                                                     &case_table,
	                                                     &charged_table,
	                                                     &entry_table,
	                                                     &standing_table,
	                                                     &deferral_table,
	                                                     &earning_table,
	                                                     &pace_table,
	                                                     &reported_table,
	                                                     &used_table,
	                                                     &refundable_table,
	                                                     &figure_table,
	                                                     &open_dispute_table,
	                                                     &payment_table,
	                                                     &receivable_table,
	                                                     &dunning_table,
	                                                     &owed_table,
	                                                     &book_table,
	                                                     &holding_table,
	                                                     &awaited_table,
	                                                     &worth_table,
	                                                     &reported_day_table,
	                                                     &unrated_table,
	                                                     &tally_table,
	                                                     &usage_book_table,
	                                                     &tariff_table,
	                                                     &creditable_table,
	                                                     &foreign_table,
	                                                     &noted_table,
	                                                     &customer_ticket_table,
	                                                     NULL };
static const struct stage_timer customer_timers[] = {
	{ .name = CUSTOMER_TIMER_AGE, .handle = customer_on_age, .need = customer_need_age },
	{ .name = CUSTOMER_TIMER_STANDING,
	  .handle = customer_on_standing,
	  .need = customer_need_standing },
	{ .name = LEDGER_TIMER_SETTLE, .handle = ledger_on_settle, .need = ledger_need_settle },
	{ .name = CUSTOMER_TIMER_EARN, .handle = customer_on_earn },
	{ .name = CUSTOMER_TIMER_BOOKS, .handle = customer_on_books },
	{ .name = CUSTOMER_TIMER_REPORTING, .handle = customer_on_reporting },
	{ .name = CUSTOMER_TIMER_DUNNING,
	  .handle = customer_on_dunning,
	  .need = customer_need_dunning },
	{ .name = CUSTOMER_TIMER_TRIAL, .handle = customer_on_trial, .need = customer_need_timer },
	{ .name = CUSTOMER_TIMER_SEATS, .handle = customer_on_seats, .need = customer_need_seats },
	{ .name = CUSTOMER_TIMER_AGREED,
	  .handle = customer_on_agreed,
	  .need = customer_need_agreed },
	{ .name = CUSTOMER_TIMER_AWAITED,
	  .handle = customer_on_awaited,
	  .need = customer_need_awaited },
	{ .name = CUSTOMER_TIMER_USAGE, .handle = customer_on_usage, .need = customer_need_usage },
	{ .name = CUSTOMER_TIMER_METERED,
	  .handle = customer_on_metered,
	  .need = customer_need_metered },
	{ .name = NULL },
};
static const int customer_emits[] = { OPS_BY_PAYOUT, OPS_BY_BOOKS, OPS_BILLING, -1 };

/* payout */

#define PAYOUT(ON, member, Fact)                                                   \
	ON(OPS_BY_PAYOUT, Opsmesh__V1__ByPayoutEvent, member, Opsmesh__V1__##Fact, \
	   payout_on_##member, payout_need_##member)
#define UNPLACED(ON, member, Fact)                                                 \
	ON(OPS_BY_PAYOUT, Opsmesh__V1__ByPayoutEvent, member, Opsmesh__V1__##Fact, \
	   payout_on_##member, NULL)
#define PAYOUT_EVENTS(ON)                       \
	PAYOUT(ON, mirrored, ObjectMirrored)    \
	PAYOUT(ON, placed, MoneyPlaced)         \
	PAYOUT(ON, asked, ActionEvent)          \
	UNPLACED(ON, unmet, ObjectUnmet)        \
	UNPLACED(ON, not_taken, ObjectNotTaken) \
	UNPLACED(ON, swept, ObjectSwept)        \
	UNPLACED(ON, rate_lacks, RateLacks)     \
	UNPLACED(ON, books_cut, BooksCut)

STAGE_EVENTS_NEEDING(payout_events, PAYOUT_EVENTS);

static const struct state_table *const payout_tables[] = {
	&moved_table,         &payout_table,       &paid_table,           &stated_table,
	&balance_entry_table, &balance_case_table, &balance_figure_table, NULL
};
static const struct stage_timer payout_timers[] = {
	{ .name = CUSTOMER_TIMER_AGE, .handle = customer_on_age, .need = customer_need_age },
	{ .name = PAYOUT_TIMER_PLACE, .handle = payout_on_place, .need = payout_need_place },
	{ .name = PAYOUT_TIMER_PAID, .handle = payout_on_paid, .need = payout_need_paid },
	{ .name = NULL },
};
static const int payout_emits[] = { OPS_BY_BOOKS, OPS_BILLING, -1 };

/* books */

#define BOOKS_EVENTS(ON)                                                                      \
	ON(OPS_BY_BOOKS, Opsmesh__V1__ByBooksEvent, shard_figured, Opsmesh__V1__ShardFigured, \
	   books_on_shard_figured)

STAGE_EVENTS(books_events, BOOKS_EVENTS);

static const struct state_table *const books_tables[] = { &closing_table, &period_table, NULL };
static const int books_emits[] = { OPS_BILLING, -1 };

/* claim */

#define CLAIM_TICKET(ON, member, Fact)                                                            \
	ON(OPS_TICKETS, Opsmesh__V1__TicketEvent, member, Opsmesh__V1__##Fact, claim_on_##member, \
	   claim_need_ticket)
#define CLAIM_TRIAGE(ON, member, Fact)                                                           \
	ON(OPS_TRIAGE, Opsmesh__V1__TriageEvent, member, Opsmesh__V1__##Fact, claim_on_##member, \
	   claim_need_triaged)
#define CLAIM_EVENTS(ON)                                     \
	CLAIM_TICKET(ON, opened, TicketOpened)               \
	CLAIM_TICKET(ON, status_changed, StatusChanged)      \
	CLAIM_TICKET(ON, reopened, TicketReopened)           \
	CLAIM_TICKET(ON, account_changed, AccountChanged)    \
	CLAIM_TRIAGE(ON, classified, TicketClassified)       \
	CLAIM_TRIAGE(ON, corrected, ClassificationCorrected) \
	CLAIM_TRIAGE(ON, needs_human, NeedsHuman)

STAGE_EVENTS_NEEDING(claim_events, CLAIM_EVENTS);

static const struct state_table *const claim_tables[] = { &claim_table, NULL };
static const int claim_emits[] = { OPS_BY_ACCOUNT, -1 };

const struct stage billing_sync_stages[] = {
	[BILLING_OBJECT] = { .name = "object",
	                     .doc =
	                         "Mirrors the provider's objects, whatever order their states come in.",
	                     .events = object_events,
	                     .tables = object_tables,
	                     .emits = object_emits },
	[BILLING_SOURCE] = { .name = "source",
	                     .doc =
	                         "Balance transactions meet the refund or dispute that they are of.",
	                     .events = source_events,
	                     .tables = source_tables,
	                     .emits = source_emits,
	                     .refused = refused_by_source },
	[BILLING_CHARGE] = { .name = "charge",
	                     .doc =
	                         "Refunds and disputes meet their charge, which knows the customer.",
	                     .events = charge_events,
	                     .tables = charge_tables,
	                     .timers = charge_timers,
	                     .emits = charge_emits,
	                     .refused = refused_by_charge },
	[BILLING_CUSTOMER] = { .name = "customer",
	                       .doc =
	                           "Says what became another of what a customer has, owes and paid.",
	                       .events = customer_events,
	                       .tables = customer_tables,
	                       .timers = customer_timers,
	                       .emits = customer_emits,
	                       .refused = refused_by_customer },
	[BILLING_PAYOUT] = { .name = "payout",
	                     .doc =
	                         "The provider's balance: what it is made of, what was paid out.",
	                     .events = payout_events,
	                     .tables = payout_tables,
	                     .timers = payout_timers,
	                     .emits = payout_emits,
	                     .refused = refused_by_payout },
	[BILLING_BOOKS] = { .name = "books",
	                    .doc = "Closes a period of the books, or says what does not hold.",
	                    .events = books_events,
	                    .tables = books_tables,
	                    .emits = books_emits },
	[BILLING_CLAIM] = { .name = "claim",
	                    .doc = "Tickets about money reach the customers of their account.",
	                    .events = claim_events,
	                    .tables = claim_tables,
	                    .emits = claim_emits },
	[BILLING_CARD] = { .name = "card",
	                   .doc =
	                       "Counts the attempts of a card over all customers that pay with it.",
	                   .events = card_events,
	                   .tables = card_tables,
	                   .emits = card_emits },
	{ .name = NULL },
};
