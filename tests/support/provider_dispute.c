#include "tests/support/provider_dispute.h"

#include "common/base/text.h"

#define EVIDENCE                                                                               \
	"{\"access_activity_log\":null,\"billing_address\":null,\"cancellation_policy\":null," \
	"\"cancellation_policy_disclosure\":null,\"cancellation_rebuttal\":null,"              \
	"\"customer_communication\":null,\"customer_email_address\":null,"                     \
	"\"customer_name\":null,\"customer_purchase_ip\":null,\"customer_signature\":null,"    \
	"\"duplicate_charge_documentation\":null,\"duplicate_charge_explanation\":null,"       \
	"\"duplicate_charge_id\":null,\"enhanced_evidence\":{},\"product_description\":null,"  \
	"\"receipt\":null,\"refund_policy\":null,\"refund_policy_disclosure\":null,"           \
	"\"refund_refusal_explanation\":null,\"service_date\":null,"                           \
	"\"service_documentation\":null,\"shipping_address\":null,\"shipping_carrier\":null,"  \
	"\"shipping_date\":null,\"shipping_documentation\":null,"                              \
	"\"shipping_tracking_number\":null,\"uncategorized_file\":null,"                       \
	"\"uncategorized_text\":null}"

static const char *or_else(const char *given, const char *other)
{
	return given != NULL ? given : other;
}

/* A JSON text, or null for an empty one. */
static const char *text_or_null(struct arena *arena, const char *text)
{
	return *text != '\0' ? arena_printf(arena, "\"%s\"", text) : "null";
}

const char *provider_dispute_charge(struct arena *arena, const char *dispute_id)
{
	return arena_printf(arena, "ch_%s", dispute_id);
}

/* Of an inquiry no money moves. */
static const char *case_type(const char *status)
{
	return text_starts(status, "warning_") ? "inquiry" : "chargeback";
}

static const char *card_details(struct arena *arena, const struct provider_dispute *dispute)
{
	const char *const network = or_else(dispute->network, "visa");

	return arena_printf(arena,
	                    "{\"type\":\"card\",\"card\":{\"brand\":%s,\"case_type\":\"%s\","
	                    "\"network\":%s,\"network_reason_code\":%s}}",
	                    text_or_null(arena, network),
	                    case_type(or_else(dispute->status, "needs_response")),
	                    text_or_null(arena, network),
	                    text_or_null(arena, or_else(dispute->code, "")));
}

/* Each method's own object has what that method says: a reason code, or a case. */
static const char *details(struct arena *arena, const struct provider_dispute *dispute)
{
	const char *const method = or_else(dispute->method, "card");

	if (text_equal(method, "card"))
		return card_details(arena, dispute);
	if (text_equal(method, "klarna"))
		return "{\"type\":\"klarna\",\"klarna\":{\"chargeback_loss_reason_code\":null,"
		       "\"reason_code\":\"goods_not_received\"}}";
	if (text_equal(method, "paypal"))
		return "{\"type\":\"paypal\",\"paypal\":{\"case_id\":\"PP-D-1\","
		       "\"reason_code\":\"MERCHANDISE_OR_SERVICE_NOT_RECEIVED\"}}";
	if (text_equal(method, "amazon_pay"))
		return "{\"type\":\"amazon_pay\",\"amazon_pay\":{\"dispute_type\":\"chargeback\"}}";
	return arena_printf(arena, "{\"type\":\"%s\",\"%s\":{}}", method, method);
}

static const char *transactions(struct arena *arena, const char *id, bool moved)
{
	if (!moved)
		return "[]";
	return arena_printf(arena,
	                    "[{\"id\":\"txn_%s\",\"object\":\"balance_transaction\","
	                    "\"amount\":-12000,\"available_on\":%d,\"created\":%d,"
	                    "\"currency\":\"usd\",\"exchange_rate\":null,\"fee\":1500,"
	                    "\"fee_details\":[{\"amount\":1500,\"currency\":\"usd\","
	                    "\"type\":\"stripe_fee\"}],\"net\":-13500,"
	                    "\"reporting_category\":\"dispute\",\"source\":\"%s\","
	                    "\"status\":\"available\",\"type\":\"adjustment\"}]",
	                    id, PROVIDER_CREATED, PROVIDER_CREATED, id);
}

const char *provider_dispute(struct arena *arena, const struct provider_dispute *dispute)
{
	const char *const id = or_else(dispute->id, "dp_1");
	const char *const amount = or_else(dispute->amount, "12000");

	return arena_printf(
	    arena,
	    "{\"id\":\"%s\",\"object\":\"dispute\",%s%s%s\"balance_transactions\":%s,"
	    "\"charge\":%s,\"created\":%d,\"currency\":\"usd\",\"enhanced_eligibility_types\":[],"
	    "\"evidence\":" EVIDENCE ",\"evidence_details\":{\"due_by\":%s,"
	    "\"enhanced_eligibility\":{},\"has_evidence\":false,\"past_due\":false,"
	    "\"submission_count\":%lld},\"is_charge_refundable\":false,\"livemode\":false,"
	    "\"metadata\":{},\"payment_intent\":null,\"payment_method_details\":%s,"
	    "\"reason\":\"%s\",\"status\":\"%s\"}",
	    id, *amount != '\0' ? "\"amount\":" : "", amount, *amount != '\0' ? "," : "",
	    transactions(arena, id, dispute->moved),
	    text_or_null(arena, or_else(dispute->charge, provider_dispute_charge(arena, id))),
	    PROVIDER_CREATED, or_else(dispute->due, arena_printf(arena, "%d", PROVIDER_DUE)),
	    (long long)dispute->submissions, details(arena, dispute),
	    or_else(dispute->reason, "fraudulent"), or_else(dispute->status, "needs_response"));
}

const char *provider_dispute_event(struct arena *arena, int number, const char *what,
                                   const struct provider_dispute *dispute)
{
	return arena_printf(
	    arena,
	    "{\"id\":\"evt_%d\",\"object\":\"event\",\"api_version\":\"2026-08-07\","
	    "\"created\":%d,\"livemode\":false,\"pending_webhooks\":1,"
	    "\"request\":null,\"type\":\"charge.dispute.%s\","
	    "\"data\":{\"object\":%s}}",
	    number, PROVIDER_CREATED + number, what, provider_dispute(arena, dispute));
}

const char *provider_charge(struct arena *arena, const char *id, const char *network)
{
	return arena_printf(
	    arena,
	    "{\"id\":\"%s\",\"object\":\"charge\",\"amount\":12000,\"amount_captured\":12000,"
	    "\"amount_refunded\":0,\"balance_transaction\":{\"id\":\"txn_%s\","
	    "\"object\":\"balance_transaction\",\"amount\":12000,\"created\":1777000000,"
	    "\"currency\":\"usd\",\"fee\":300,\"net\":11700,\"source\":\"%s\",\"type\":\"charge\"},"
	    "\"captured\":true,\"created\":1777000000,\"currency\":\"usd\",\"customer\":\"%s\","
	    "\"disputed\":true,\"livemode\":false,\"paid\":true,\"payment_method_details\":{"
	    "\"card\":{\"brand\":\"%s\",\"fingerprint\":\"print_1\",\"network\":\"%s\"},"
	    "\"type\":\"card\"},\"refunded\":false,\"status\":\"succeeded\"}",
	    id, id, id, PROVIDER_CUSTOMER, network, network);
}
