/*
 * policies - the dated documents that this daemon goes by, and which of their versions is in force.
 */
#ifndef SERVICES_BILLING_SYNC_DOCUMENT_POLICIES_H
#define SERVICES_BILLING_SYNC_DOCUMENT_POLICIES_H

#include "common/flow/service.h"
#include "services/billing-sync/close/period_close.h"
#include "services/billing-sync/discrepancy/discrepancy_policy.h"
#include "services/billing-sync/dunning/attempt.h"
#include "services/billing-sync/dunning/dunning_policy.h"
#include "services/billing-sync/invoice/invoice_policy.h"
#include "services/billing-sync/invoice/tax.h"
#include "services/billing-sync/ledger/movement.h"
#include "services/billing-sync/mirror/provider_policy.h"
#include "services/billing-sync/refund/refund_policy.h"
#include "services/billing-sync/rule/currency.h"
#include "services/billing-sync/rule/fx.h"
#include "services/billing-sync/rule/suspense_policy.h"
#include "services/billing-sync/subscription/standing.h"
#include "services/billing-sync/usage/usage.h"

extern const struct service_document billing_documents[]; /* ended by a name of NULL */

const struct currency_policy *policies_currency(struct task *task, struct instant at);
const struct invoice_policy *policies_invoice(struct task *task, struct instant at);
const struct tax_policy *policies_tax(struct task *task, struct instant at);
const struct movement_policy *policies_movement(struct task *task, struct instant at);
struct standing_rules policies_standing(struct task *task, struct instant at);
const struct discrepancy_policy *policies_discrepancy(struct task *task, struct instant at);
const struct usage_policy *policies_usage(struct task *task, struct instant at);
const struct refund_policy *policies_refund(struct task *task, struct instant at);
const struct decline_policy *policies_decline(struct task *task, struct instant at);
const struct attempt_policy *policies_attempt(struct task *task, struct instant at);
const struct dunning_policy *policies_dunning(struct task *task, struct instant at);
const struct provider_policy *policies_provider(struct task *task, struct instant at);
const struct suspense_policy *policies_suspense(struct task *task, struct instant at);
/* Minor units as the provider's integer, as evidence has it; where it has none as they are. */
int64_t policies_units(struct task *task, struct instant at, struct money money);
const struct close_policy *policies_close(struct task *task, struct instant at);
const struct policy_book *policies_rates(struct task *task); /* all of them: fx.h */

#endif
