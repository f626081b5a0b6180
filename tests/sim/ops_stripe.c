/*
 * What a payment provider says of one customer within a few minutes, delivered in any order and some of it
 * twice: a subscription that grows and ends, its invoice, the charge, a refund, a fraud warning, a dispute won late, a card that is
 * declined for two customers, the balance transactions of all of these, each by itself, a payout, a fee and what nobody has heard of.
 */
#include "tests/sim/ops_inside.h"

#include "common/base/status.h"
#include "common/base/text.h"

#include <stdio.h>

#define ITEMS                                                                                             \
	"\"currency\":\"jpy\",\"items\":{\"object\":\"list\",\"data\":[{\"id\":\"si_1\",\"quantity\":2,"  \
	"\"price\":{\"id\":\"price_1\",\"product\":\"prod_1\",\"currency\":\"jpy\",\"unit_amount\":1500," \
	"\"recurring\":{\"interval\":\"month\",\"interval_count\":1}}},"                                  \
	"{\"id\":\"si_2\",\"current_period_start\":864000,\"current_period_end\":1728000,"                \
	"\"price\":{\"id\":\"price_2\",\"product\":\"prod_2\",\"currency\":\"jpy\",\"unit_amount\":3,"    \
	"\"recurring\":{\"interval\":\"month\",\"usage_type\":\"metered\",\"meter\":\"calls\"}}}]}"

#define LINES                                                                               \
	",\"subtotal\":12000,\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{" \
	"\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":12000,\"currency\":\"jpy\","   \
	"\"quantity\":1}]}"

/* One card for two customers. */
#define DECLINED(customer, advice)                                                             \
	"\"object\":\"charge\",\"status\":\"failed\",\"amount\":3000,\"currency\":\"jpy\","    \
	"\"customer\":\"" customer "\",\"created\":1000002,\"outcome\":{\"reason\":"           \
	"\"do_not_honor\",\"network_advice_code\":\"" advice "\"},\"payment_method_details\":" \
	"{\"type\":\"card\",\"card\":{\"network\":\"mastercard\",\"fingerprint\":\"fp_1\"}}"

#define TXN(type, source, amount, fee, net)                                             \
	"\"object\":\"balance_transaction\",\"type\":\"" type "\",\"source\":\"" source \
	"\",\"amount\":" amount ",\"fee\":" fee ",\"net\":" net                         \
	",\"currency\":\"jpy\",\"created\":1000003,\"status\":\"available\""

#define LATE 20 /* a state that comes behind all others */

static const struct {
	const char *object_id;
	const char *event_type;
	int created_s; /* several in one second */
	const char *object;
} states[] = {
	{ "sub_1", "customer.subscription.created", 1,
	  "\"object\":\"subscription\",\"status\":\"active\",\"customer\":\"cus_1\"," ITEMS },
	{ "sub_1", "customer.subscription.updated", 9,
	  "\"object\":\"subscription\",\"status\":\"past_due\",\"customer\":\"cus_1\"," ITEMS },
	{ "sub_1", "customer.subscription.deleted", 9,
	  "\"object\":\"subscription\",\"status\":\"canceled\",\"customer\":\"cus_1\"," ITEMS },
	{ "in_1", "invoice.updated", 3,
	  "\"object\":\"invoice\",\"status\":\"open\",\"customer\":\"cus_1\",\"currency\":\"jpy\","
	  "\"total\":12000,\"amount_due\":12000,\"amount_paid\":0,\"amount_remaining\":12000" LINES },
	{ "in_1", "invoice.paid", 3,
	  "\"object\":\"invoice\",\"status\":\"paid\",\"customer\":\"cus_1\",\"currency\":\"jpy\","
	  "\"total\":12000,\"amount_due\":12000,\"amount_paid\":12000,\"amount_remaining\":0" LINES },
	{ "ch_1", "charge.failed", 2,
	  "\"object\":\"charge\",\"status\":\"failed\",\"amount\":12000,\"currency\":\"jpy\"" },
	{ "ch_1", "charge.succeeded", 3,
	  "\"object\":\"charge\",\"status\":\"succeeded\",\"amount\":12000,\"currency\":\"jpy\","
	  "\"customer\":\"cus_1\",\"amount_refunded\":0" },
	{ "ch_1", "charge.refunded", 5,
	  "\"object\":\"charge\",\"status\":\"succeeded\",\"amount\":12000,\"currency\":\"jpy\","
	  "\"customer\":\"cus_1\",\"amount_refunded\":2000" },
	{ OPS_FORBIDDING, "charge.failed", 2, DECLINED("cus_1", "03") },
	{ OPS_DECLINED, "charge.failed", 2, DECLINED("cus_2", "") },
	{ "re_1", "refund.created", 5,
	  "\"object\":\"refund\",\"status\":\"succeeded\",\"amount\":2000,\"currency\":\"jpy\","
	  "\"charge\":\"ch_1\"" },
	{ "cn_1", "credit_note.created", 5,
	  "\"object\":\"credit_note\",\"status\":\"issued\",\"invoice\":\"in_1\","
	  "\"customer\":\"cus_1\",\"currency\":\"jpy\",\"type\":\"post_payment\","
	  "\"total\":2000,\"out_of_band_amount\":2000,\"created\":1000005" },
	{ "dp_1", "charge.dispute.created", 6,
	  "\"object\":\"dispute\",\"status\":\"needs_response\",\"amount\":10000,\"currency\":\"jpy\","
	  "\"charge\":\"ch_1\"" },
	{ "dp_1", "charge.dispute.closed", 7,
	  "\"object\":\"dispute\",\"status\":\"lost\",\"amount\":10000,\"currency\":\"jpy\","
	  "\"charge\":\"ch_1\"" },
	{ "dp_1", "charge.dispute.closed", 8,
	  "\"object\":\"dispute\",\"status\":\"won\",\"amount\":10000,\"currency\":\"jpy\","
	  "\"charge\":\"ch_1\"" },
	{ "issfr_1", "radar.early_fraud_warning.created", 5,
	  "\"object\":\"radar.early_fraud_warning\",\"actionable\":true,\"charge\":\"ch_1\"" },
	{ "issfr_1", "radar.early_fraud_warning.updated", 6,
	  "\"object\":\"radar.early_fraud_warning\",\"actionable\":false,\"charge\":\"ch_1\"" },
	{ OPS_DISPUTED, "charge.dispute.created", 6,
	  "\"object\":\"dispute\",\"status\":\"needs_response\",\"amount\":500,\"currency\":\"jpy\","
	  "\"charge\":\"ch_1\",\"evidence_details\":{\"due_by\":1000200,\"submission_count\":0}" },
	{ OPS_GUESTS, "charge.dispute.created", 6,
	  "\"object\":\"dispute\",\"status\":\"needs_response\",\"amount\":700,\"currency\":\"jpy\","
	  "\"evidence_details\":{\"due_by\":1000200,\"submission_count\":0}" },
	{ OPS_GUESTS_CHARGE, "charge.succeeded", 3,
	  "\"object\":\"charge\",\"status\":\"succeeded\",\"amount\":700,\"currency\":\"jpy\","
	  "\"amount_refunded\":0" },
	{ OPS_GUESTS_CHARGE, "charge.updated", LATE,
	  "\"object\":\"charge\",\"status\":\"succeeded\",\"amount\":700,\"currency\":\"jpy\","
	  "\"customer\":\"cus_1\",\"amount_refunded\":0" },
	{ OPS_GUESTS, "charge.dispute.updated", 7,
	  "\"object\":\"dispute\",\"status\":\"needs_response\",\"amount\":700,\"currency\":\"jpy\","
	  "\"charge\":\"" OPS_GUESTS_CHARGE
	  "\",\"evidence_details\":{\"due_by\":1000200,\"submission_count\":0}" },
	{ "txn_1", "balance_transaction.created", 3,
	  TXN("charge", "ch_1", "12000", "432", "11568") },
	{ "txn_2", "balance_transaction.created", 5, TXN("refund", "re_1", "-2000", "0", "-2000") },
	{ "txn_3", "balance_transaction.created", 6,
	  TXN("adjustment", "dp_1", "-10000", "1500", "-11500") },
	{ "txn_5", "balance_transaction.created", 8, TXN("stripe_fee", "", "-50", "0", "-50") },
	{ "txn_6", "balance_transaction.created", 8, TXN("of_tomorrow", "", "70", "0", "70") },
	{ "txn_7", "balance_transaction.created", 9,
	  TXN("payout", "po_1", "-11568", "0", "-11568") },
	{ "txn_1", "balance_transaction.updated", 9,
	  TXN("charge", "ch_1", "12000", "432", "11568") ",\"payout\":\"po_1\"" },
	{ "po_1", "payout.created", 9,
	  "\"object\":\"payout\",\"status\":\"in_transit\",\"amount\":11568,\"currency\":\"jpy\"" },
	{ "po_1", "payout.paid", 10,
	  "\"object\":\"payout\",\"status\":\"paid\",\"amount\":11568,\"currency\":\"jpy\","
	  "\"reconciliation_status\":\"completed\"" },
	{ "txn_4", "balance_transaction.created", 8,
	  TXN("adjustment", "dp_1", "10000", "-1500", "11500") },
};

void ops_put_stripe(struct world *world, struct chance *chance, int64_t at)
{
	char ref[24];

	for (size_t i = 0; i < COUNT_OF(states); i++) {
		const int times = chance_of(chance, 200) ? 2 : 1;

		if (chance_of(chance, 150)) /* it never comes */
			continue;
		(void)snprintf(ref, sizeof(ref), "s%zu", i);
		for (int k = 0; k < times; k++)
			ops_put(world,
			        at + chance_between(chance, 0, 25) +
			            (states[i].created_s == LATE ? 30 : 0),
			        "stripe", states[i].object_id, ref)
			    ->number = (int64_t)i;
	}
}

const char *ops_stripe_body(struct arena *arena, const struct request *request)
{
	const size_t i = (size_t)request->number;

	return arena_printf(arena,
	                    "{\"id\":\"evt_%zu\",\"object\":\"event\",\"type\":\"%s\","
	                    "\"created\":%d,\"livemode\":false,\"data\":{\"object\":{\"id\":\"%s\","
	                    "\"livemode\":false,%s}}}",
	                    i, states[i].event_type, 1000000 + states[i].created_s,
	                    states[i].object_id, states[i].object);
}
