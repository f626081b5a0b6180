#include "services/billing-sync/mirror/object_type.h"

#include "common/base/status.h"
#include "common/base/text.h"

#define LIFE(...) ((const char *const[]){ __VA_ARGS__, NULL })

static const struct object_type types[] = {
	{ .name = "customer", .customer = { "id" } },
	{ .name = "product", .everywhere = true, .reused = true },
	{ .name = "price", .everywhere = true, .one_currency = true },
	{ .name = "plan", .everywhere = true, .reused = true },
	{ .name = "coupon", .counters = { "times_redeemed" }, .everywhere = true, .reused = true },
	{ .name = "tax_rate", .everywhere = true },
	{ .name = "promotion_code",
	  .customer = { "customer", "restrictions.customer" },
	  .counters = { "times_redeemed" } },
	{ .name = "discount", .customer = { "customer" } },
	{ .name = "tax_id",
	  .customer = { "customer", "owner.customer" },
	  .status = "verification.status",
	  .life = LIFE("pending", "unavailable", "unverified", "verified") },
	{ .name = "payment_method", .customer = { "customer" } },
	{ .name = "card", .customer = { "customer" } },
	{ .name = "subscription",
	  .customer = { "customer" },
	  .status = "status",
	  .life = LIFE("incomplete", "trialing", "active", "past_due", "unpaid", "paused",
	               "incomplete_expired", "canceled"),
	  .ended = "incomplete_expired",
	  .counters = { "current_period_start" },
	  .list = "items",
	  .one_currency = true },
	{ .name = "subscription_schedule",
	  .customer = { "customer" },
	  .status = "status",
	  .life = LIFE("not_started", "active", "completed", "released", "canceled") },
	{ .name = "invoiceitem", .customer = { "customer" }, .one_currency = true },
	{ .name = "invoice",
	  .customer = { "customer" },
	  .status = "status",
	  .life = LIFE("draft", "open", "uncollectible", "void", "paid"),
	  .counters = { "attempt_count", "amount_paid", "post_payment_credit_notes_amount" },
	  .list = "lines",
	  .one_currency = true },
	{ .name = "credit_note",
	  .customer = { "customer" },
	  .status = "status",
	  .life = LIFE("issued", "void"),
	  .list = "lines",
	  .one_currency = true },
	{ .name = "customer_balance_transaction",
	  .silent = true,
	  .customer = { "customer" },
	  .one_currency = true },
	{ .name = "payment_intent",
	  .customer = { "customer" },
	  .charge = { "id" },
	  .status = "status",
	  .life = LIFE("requires_source", "requires_payment_method", "requires_confirmation",
	               "requires_source_action", "requires_action", "processing",
	               "requires_capture", "canceled", "succeeded"),
	  .counters = { "amount_received" },
	  .moves = true },
	{ .name = "invoice_payment",
	  .customer = { "invoice.customer" },
	  .charge = { "payment.charge", "payment.payment_intent" },
	  .status = "status",
	  .life = LIFE("open", "canceled", "paid") },
	{ .name = "charge",
	  .customer = { "customer" },
	  .charge = { "id" },
	  .status = "status",
	  .life = LIFE("pending", "failed", "succeeded"),
	  .counters = { "amount_captured", "amount_refunded" },
	  .missing = { "balance_transaction", "failure_balance_transaction" },
	  .one_currency = true },
	{ .name = "refund",
	  .customer = { "customer", "charge.customer" },
	  .charge = { "charge" },
	  .source = "id",
	  .status = "status",
	  .life = LIFE("pending", "requires_action", "succeeded", "canceled", "failed"),
	  .missing = { "balance_transaction", "failure_balance_transaction" },
	  .one_currency = true },
	{ .name = "dispute",
	  .customer = { "charge.customer" },
	  .charge = { "charge" },
	  .source = "id",
	  .status = "status",
	  .life =
	      LIFE("warning_needs_response", "warning_under_review", "warning_closed",
	           "needs_response", "under_review", "prevented", "charge_refunded", "lost", "won"),
	  .counters = { "evidence_details.submission_count" },
	  .missing = { "balance_transaction" },
	  .one_currency = true },
	{ .name = "radar.early_fraud_warning",
	  .customer = { "charge.customer" },
	  .charge = { "charge" } },
	{ .name = "balance_transaction",
	  .silent = true,
	  .charge = { "source" },
	  .source = "source",
	  .payout = "payout",
	  .status = "status",
	  .life = LIFE("pending", "available"),
	  .one_currency = true,
	  .one_amount = true,
	  .of_balance = true,
	  .by_prefix = true },
	{ .name = "payout",
	  .status = "status",
	  .life = LIFE("pending", "in_transit", "paid", "canceled", "failed"),
	  .missing = { "balance_transaction", "failure_balance_transaction" },
	  .one_currency = true,
	  .of_balance = true },
	{ .name = "balance", .of_balance = true },
	{ .name = NULL, .status = "status" },
};

const struct object_type *object_type_of(const char *name)
{
	const struct object_type *type = types;

	while (type->name != NULL && !text_equal(type->name, name))
		type++;
	return type;
}

int object_type_rank(const struct object_type *type, const char *status)
{
	for (int i = 0; type->life != NULL && type->life[i] != NULL; i++) {
		if (text_equal(type->life[i], status))
			return i + 1;
	}
	return 0;
}

bool object_type_ends(const struct object_type *type, const char *status)
{
	return type->ended != NULL &&
	       object_type_rank(type, status) >= object_type_rank(type, type->ended);
}
