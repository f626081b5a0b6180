/*
 * catalogue - every topic of the mesh, as a table.
 *
 * README.md beside this file says the same for other teams.
 */
#include "proto/opsmesh/v1/catalogue.h"

#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "opsmesh/v1/books.pb-c.h"
#include "opsmesh/v1/contact.pb-c.h"
#include "opsmesh/v1/control.pb-c.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "opsmesh/v1/intake.pb-c.h"
#include "opsmesh/v1/kpi.pb-c.h"
#include "opsmesh/v1/material.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "opsmesh/v1/partial.pb-c.h"
#include "opsmesh/v1/progress.pb-c.h"
#include "opsmesh/v1/provider.pb-c.h"
#include "opsmesh/v1/report.pb-c.h"
#include "opsmesh/v1/request.pb-c.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "opsmesh/v1/tally.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "opsmesh/v1/usage.pb-c.h"

static const char *const edge[] = { "edge", NULL };
static const char *const conversation[] = { "conversation", NULL };
static const char *const conversation_and_directory[] = { "conversation", "directory", NULL };
static const char *const ticket[] = { "ticket", NULL };
static const char *const triage[] = { "triage", NULL };
static const char *const triage_and_pattern[] = { "triage", "pattern", NULL };
static const char *const clock_stage[] = { "clock", NULL };
static const char *const alert_writers[] = { "clock", "case", "programme", "watch", NULL };
static const char *const index_stage[] = { "index", NULL };
static const char *const effect[] = { "effect", NULL };
static const char *const case_stage[] = { "case", NULL };
static const char *const dispute_writers[] = { "case", "answer", "programme", NULL };
static const char *const claim[] = { "claim", NULL };
static const char *const object[] = { "object", NULL };
static const char *const object_and_source[] = { "object", "source", NULL };
static const char *const customer_tellers[] = { "object", "charge", "card", NULL };
static const char *const billing_writers[] = { "object", "charge", "customer",
	                                       "payout", "books",  NULL };
static const char *const customer_and_payout[] = { "customer", "payout", NULL };
static const char *const of_balance[] = { "object", "charge", "customer", NULL };
static const char *const partial[] = { "partial", NULL };
static const char *const series[] = { "series", NULL };
static const char *const every[] = {
	"conversation", "directory", "ticket",  "triage", "pattern", "clock", "object", "source",
	"charge",       "customer",  "payout",  "books",  "claim",   "card",  "index",  "case",
	"answer",       "programme", "partial", "series", "watch",   NULL
};

static const struct topic topics[] = {
	[OPS_INTAKE] = { .name = "ops.intake.v1",
	                 .writers = edge,
	                 .spread = SPREAD_ANY,
	                 .audience = TOPIC_INTERNAL,
	                 .message = &opsmesh__v1__intake_event__descriptor,
	                 .key = "what belongs together: ticket, thread, object, account",
	                 .doc = "The journal: every request as it came.",
	                 .retention = "unlimited" },
	[OPS_CONTROL] = { .name = "ops.control.v1",
	                  .writers = conversation,
	                  .spread = SPREAD_OWN,
	                  .audience = TOPIC_INTERNAL,
	                  .message = &opsmesh__v1__control_event__descriptor,
	                  .key = "action id; the partition is that of the shard that refused",
	                  .doc = "Retry and drop of dead letters.",
	                  .retention = "unlimited" },
	[OPS_BY_CONTACT] = { .name = "ops.ingest.by-contact.v1",
	                     .writers = conversation,
	                     .spread = SPREAD_ANY,
	                     .audience = TOPIC_INTERNAL,
	                     .message = &opsmesh__v1__by_contact_event__descriptor,
	                     .key = "contact key",
	                     .doc = "Contacts on their way to meet accounts.",
	                     .retention = "unlimited" },
	[OPS_BY_TICKET] = { .name = "ops.ingest.by-ticket.v1",
	                    .writers = conversation_and_directory,
	                    .spread = SPREAD_ANY,
	                    .audience = TOPIC_INTERNAL,
	                    .message = &opsmesh__v1__by_ticket_event__descriptor,
	                    .key = "ticket id",
	                    .doc = "What the owner of tickets is asked to decide.",
	                    .retention = "unlimited" },
	[OPS_ACCOUNTS] = { .name = "ops.accounts.v1",
	                   .writers = conversation,
	                   .spread = SPREAD_OWN,
	                   .audience = TOPIC_PUBLIC,
	                   .message = &opsmesh__v1__account_event__descriptor,
	                   .key = "account id",
	                   .doc = "The customers we know, and by what they are known.",
	                   .retention = "unlimited" },
	[OPS_ACTIONS] = { .name = "ops.actions.v1",
	                  .writers = conversation,
	                  .spread = SPREAD_OWN,
	                  .audience = TOPIC_INTERNAL,
	                  .message = &opsmesh__v1__action_event__descriptor,
	                  .key = "routing key of what it acts on",
	                  .doc = "What people and programs asked for, by whom and why.",
	                  .retention = "unlimited" },
	[OPS_PROVIDER_EVENTS] = { .name = "ops.provider-events.v1",
	                          .writers = conversation,
	                          .spread = SPREAD_OWN,
	                          .audience = TOPIC_INTERNAL,
	                          .message = &opsmesh__v1__provider_event__descriptor,
	                          .key = "object id",
	                          .doc = "What the payment provider said, as it said it.",
	                          .retention = "unlimited" },
	[OPS_USAGE] = { .name = "ops.usage.v1",
	                .writers = conversation,
	                .spread = SPREAD_OWN,
	                .audience = TOPIC_INTERNAL,
	                .message = &opsmesh__v1__usage_event__descriptor,
	                .key = "customer id",
	                .doc = "What customers used, and who has which seat.",
	                .retention = "unlimited" },
	[OPS_TICKETS] = { .name = "ops.tickets.v1",
	                  .writers = ticket,
	                  .spread = SPREAD_OWN,
	                  .audience = TOPIC_PUBLIC,
	                  .message = &opsmesh__v1__ticket_event__descriptor,
	                  .key = "ticket id",
	                  .doc = "What happened to each ticket.",
	                  .retention = "unlimited" },
	[OPS_BY_INTENT] = { .name = "ops.classifier.by-intent.v1",
	                    .writers = triage,
	                    .spread = SPREAD_ANY,
	                    .audience = TOPIC_INTERNAL,
	                    .message = &opsmesh__v1__by_intent_event__descriptor,
	                    .key = "intent",
	                    .doc = "Messages on their way to meet others about the same.",
	                    .retention = "unlimited" },
	[OPS_TRIAGE] = { .name = "ops.triage.v1",
	                 .writers = triage_and_pattern,
	                 .spread = SPREAD_OWN,
	                 .audience = TOPIC_PUBLIC,
	                 .message = &opsmesh__v1__triage_event__descriptor,
	                 .key = "ticket id; of patterns and duplicates the intent",
	                 .doc =
	                     "What each ticket is about, how sure we are, what many have in common.",
	                 .retention = "unlimited" },
	[OPS_SLA] = { .name = "ops.sla.v1",
	              .writers = clock_stage,
	              .spread = SPREAD_OWN,
	              .audience = TOPIC_PUBLIC,
	              .message = &opsmesh__v1__sla_event__descriptor,
	              .key = "ticket id",
	              .doc = "The clocks on each ticket: running, paused, met, missed.",
	              .retention = "unlimited" },
	[OPS_BY_ACCOUNT] = { .name = "ops.billing-sync.by-account.v1",
	                     .writers = claim,
	                     .spread = SPREAD_ANY,
	                     .audience = TOPIC_INTERNAL,
	                     .message = &opsmesh__v1__by_account_event__descriptor,
	                     .key = "account id",
	                     .doc = "Tickets about money on their way to the account's customers.",
	                     .retention = "unlimited" },
	[OPS_BY_SOURCE] = { .name = "ops.billing-sync.by-source.v1",
	                    .writers = object,
	                    .spread = SPREAD_ANY,
	                    .audience = TOPIC_INTERNAL,
	                    .message = &opsmesh__v1__by_source_event__descriptor,
	                    .key = "refund id, dispute id",
	                    .doc = "Balance transactions on their way to what they move money of.",
	                    .retention = "unlimited" },
	[OPS_BY_CHARGE] = { .name = "ops.billing-sync.by-charge.v1",
	                    .writers = object_and_source,
	                    .spread = SPREAD_ANY,
	                    .audience = TOPIC_INTERNAL,
	                    .message = &opsmesh__v1__by_charge_event__descriptor,
	                    .key = "charge id",
	                    .doc = "Refunds and disputes on their way to meet their charge.",
	                    .retention = "unlimited" },
	[OPS_BY_CARD] = { .name = "ops.billing-sync.by-card.v1",
	                  .writers = object,
	                  .spread = SPREAD_ANY,
	                  .audience = TOPIC_INTERNAL,
	                  .message = &opsmesh__v1__by_card_event__descriptor,
	                  .key = "network and fingerprint of a card",
	                  .doc = "Charges that failed on their way to be counted by their card.",
	                  .retention = "unlimited" },
	[OPS_BY_CUSTOMER] = { .name = "ops.billing-sync.by-customer.v1",
	                      .writers = customer_tellers,
	                      .spread = SPREAD_ANY,
	                      .audience = TOPIC_INTERNAL,
	                      .message = &opsmesh__v1__by_customer_event__descriptor,
	                      .key = "customer id; of prices and products their id",
	                      .doc = "Objects of the provider on their way to their customer.",
	                      .retention = "unlimited" },
	[OPS_BY_PAYOUT] = { .name = "ops.billing-sync.by-payout.v1",
	                    .writers = of_balance,
	                    .spread = SPREAD_ANY,
	                    .audience = TOPIC_INTERNAL,
	                    .message = &opsmesh__v1__by_payout_event__descriptor,
	                    .key = "balance transaction id, payout id, id of what no customer has",
	                    .doc = "The provider's balance, its payouts; what no customer has.",
	                    .retention = "unlimited" },
	[OPS_BY_BOOKS] = { .name = "ops.billing-sync.by-books.v1",
	                   .writers = customer_and_payout,
	                   .spread = SPREAD_ANY,
	                   .audience = TOPIC_INTERNAL,
	                   .message = &opsmesh__v1__by_books_event__descriptor,
	                   .key = "\"books\"",
	                   .doc = "Figures of all shards on their way to a close of the books.",
	                   .retention = "unlimited" },
	[OPS_BILLING] = { .name = "ops.billing.v1",
	                  .writers = billing_writers,
	                  .spread = SPREAD_OWN,
	                  .audience = TOPIC_PUBLIC,
	                  .message = &opsmesh__v1__billing_event__descriptor,
	                  .key = "customer id; of what concerns an object alone, its id",
	                  .doc = "What each customer has, owes and paid.",
	                  .retention = "unlimited" },
	[OPS_MATERIAL] = { .name = "ops.chargeback.by-account.v1",
	                   .writers = index_stage,
	                   .spread = SPREAD_ANY,
	                   .audience = TOPIC_INTERNAL,
	                   .message = &opsmesh__v1__material_event__descriptor,
	                   .key = "account id; without one the customer, charge or dispute",
	                   .doc = "Tickets, triage and billing, brought under their account.",
	                   .retention = "unlimited" },
	[OPS_CASE_RESULTS] = { .name = "ops.chargeback.results.v1",
	                       .writers = effect,
	                       .spread = SPREAD_OWN,
	                       .audience = TOPIC_INTERNAL,
	                       .message = &opsmesh__v1__case_result__descriptor,
	                       .key = "of the event that asked",
	                       .doc = "What came of what the stage case wants done: PDFs.",
	                       .retention = "unlimited" },
	[OPS_BY_PROGRAMME] = { .name = "ops.chargeback.by-programme.v1",
	                       .writers = index_stage,
	                       .spread = SPREAD_ANY,
	                       .audience = TOPIC_INTERNAL,
	                       .message = &opsmesh__v1__tally_event__descriptor,
	                       .key = "what is watched: a network's programmes, patterns",
	                       .doc =
	                           "Counts of payments, disputes and warnings on their way to be summed.",
	                       .retention = "unlimited" },
	[OPS_BY_DISPUTE] = { .name = "ops.chargeback.by-dispute.v1",
	                     .writers = case_stage,
	                     .spread = SPREAD_ANY,
	                     .audience = TOPIC_INTERNAL,
	                     .message = &opsmesh__v1__dispute_event__descriptor,
	                     .key = "dispute id",
	                     .doc =
	                         "Answers that a case asks for, on their way to be the dispute's one.",
	                     .retention = "unlimited" },
	[OPS_DISPUTES] = { .name = "ops.disputes.v1",
	                   .writers = dispute_writers,
	                   .spread = SPREAD_ANY,
	                   .audience = TOPIC_PUBLIC,
	                   .message = &opsmesh__v1__dispute_event__descriptor,
	                   .key = "account id; without one the customer, charge or dispute",
	                   .doc = "The cases of disputes, inquiries and fraud warnings.",
	                   .retention = "unlimited" },
	[OPS_BY_METRIC] = { .name = "ops.kpi-aggregator.by-metric.v1",
	                    .writers = partial,
	                    .spread = SPREAD_ANY,
	                    .audience = TOPIC_INTERNAL,
	                    .message = &opsmesh__v1__partial_event__descriptor,
	                    .key = "metric, with its version",
	                    .doc = "What each shard has counted, on its way to be merged.",
	                    .retention = "unlimited" },
	[OPS_KPI] = { .name = "ops.kpi.v1",
	              .writers = series,
	              .spread = SPREAD_ANY,
	              .audience = TOPIC_PUBLIC,
	              .message = &opsmesh__v1__kpi_event__descriptor,
	              .key = "series: metric, version, dimension",
	              .doc = "Each metric by window: provisional, sealed, restated with a reason.",
	              .retention = "unlimited" },
	[OPS_ALERTS] = { .name = "ops.alerts.v1",
	                 .writers = alert_writers,
	                 .spread = SPREAD_OWN,
	                 .audience = TOPIC_PUBLIC,
	                 .message = &opsmesh__v1__alert_event__descriptor,
	                 .key = "routing key of its subject",
	                 .doc = "What on-call must know: raised and resolved once.",
	                 .retention = "unlimited" },
	[OPS_PROGRESS] = { .name = "ops.progress.v1",
	                   .writers = every,
	                   .spread = SPREAD_ANY,
	                   .audience = TOPIC_INTERNAL,
	                   .message = &opsmesh__v1__progress__descriptor,
	                   .key = "none; one partition",
	                   .doc = "How far each shard has come.",
	                   .retention = "1h" },
};

const struct catalogue opsmesh_catalogue = {
	.topics = topics,
	.count = OPS_TOPICS,
	.journal = OPS_INTAKE,
	.control = OPS_CONTROL,
	.progress = OPS_PROGRESS,
};
