/*
 * model_body - the objects of the model company as the provider writes them.
 */
#include "tests/support/model_inside.h"

#include <inttypes.h>
#include <string.h>

/* What nobody reads, as much of it as the provider sends. */
static const char ample_text[] =
    ",\"billing_details\":{\"address\":{\"city\":null,\"country\":null,\"line1\":null,\"line2\":null,"
    "\"postal_code\":null,\"state\":null},\"email\":null,\"name\":null,\"phone\":null},"
    "\"calculated_statement_descriptor\":\"MODEL COMPANY\",\"fraud_details\":{},\"metadata\":{},"
    "\"on_behalf_of\":null,\"receipt_email\":null,\"receipt_number\":null,\"review\":null,"
    "\"shipping\":null,\"source_transfer\":null,\"statement_descriptor\":null,"
    "\"statement_descriptor_suffix\":null,\"transfer_data\":null,\"transfer_group\":null,"
    "\"application\":null,\"application_fee\":null,\"application_fee_amount\":null,"
    "\"automatic_tax\":{\"disabled_reason\":null,\"enabled\":false,\"liability\":null},"
    "\"payment_settings\":{\"default_mandate\":null,\"payment_method_options\":null,"
    "\"payment_method_types\":null,\"save_default_payment_method\":\"off\"},"
    "\"trial_settings\":{\"end_behavior\":{\"missing_payment_method\":\"create_invoice\"}},"
    "\"invoice_settings\":{\"account_tax_ids\":null,\"issuer\":{\"type\":\"self\"}}";

const char *model_filler(const struct life *life)
{
	return life->ample ? ample_text : "";
}

const char *model_id(const struct life *life, const char *prefix, int number)
{
	return arena_printf(life->arena, "%s_%s_%d", prefix, life->customer->id + strlen("cus_"),
	                    number);
}

const char *model_subscription_id(const struct life *life)
{
	return model_id(life, "sub", life->subscription);
}

const char *model_customer_body(const struct life *life, int64_t created_s)
{
	return arena_printf(life->arena,
	                    "{\"id\":\"%s\",\"object\":\"customer\",\"created\":%" PRId64
	                    ",\"currency\":\"%s\",\"balance\":%" PRId64
	                    ",\"delinquent\":false,\"livemode\":false"
	                    "%s}",
	                    life->customer->id, created_s, life->currency->word, life->balance,
	                    model_filler(life));
}

/* Subscriptions. */

const char *model_price_body(const struct life *life, int plan, int64_t unit)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"price_%s_%d\",\"object\":\"price\",\"active\":true,\"billing_scheme\":\"per_unit\","
	    "\"currency\":\"%s\",\"product\":\"prod_%d\",\"type\":\"recurring\",\"unit_amount\":%" PRId64
	    ",\"recurring\":{\"interval\":\"%s\",\"interval_count\":1,\"usage_type\":\"licensed\"}}",
	    life->customer->id, plan, life->currency->word, plan, unit,
	    life->yearly ? "year" : "month");
}

static const char *trial_time(const struct life *life, int64_t at_s)
{
	return at_s == 0 ? "null" : arena_printf(life->arena, "%" PRId64, at_s);
}

/* It is gone when it has ended. Either in the list, or named there and told beside it. */
static const char *discounts_body(const struct life *life)
{
	const struct model_coupon *const coupon = &life->coupon;
	const bool by_percent = coupon->percent > 0;
	const char *const id = model_id(life, "di", life->subscription);
	const char *body;

	if (!model_coupon_holds(life, life->changed_s))
		return "\"discount\":null,\"discounts\":[]";
	body = arena_printf(life->arena,
	                    "{\"id\":\"%s\",\"object\":\"discount\",\"start\":%" PRId64
	                    ",\"end\":%s,\"coupon\":{\"id\":\"co_%s\",\"object\":\"coupon\","
	                    "\"%s\":%" PRId64 ",\"currency\":\"%s\",\"duration\":\"%s\"}}",
	                    id, coupon->start_s, trial_time(life, coupon->end_s),
	                    life->customer->id, by_percent ? "percent_off" : "amount_off",
	                    by_percent ? coupon->percent : coupon->amount, life->currency->word,
	                    coupon->end_s == 0 ? "forever" : "repeating");
	return by_percent
	           ? arena_printf(life->arena, "\"discount\":%s,\"discounts\":[\"%s\"]", body, id)
	           : arena_printf(life->arena, "\"discounts\":[%s]", body);
}

const char *model_subscription_body(const struct life *life)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"%s\",\"object\":\"subscription\",\"customer\":\"%s\",\"status\":\"%s\","
	    "\"currency\":\"%s\",\"created\":%" PRId64 ",\"start_date\":%" PRId64
	    ",\"current_period_start\":%" PRId64 ",\"current_period_end\":%" PRId64
	    ",\"trial_start\":%s,\"trial_end\":%s,\"cancel_at_period_end\":%s,\"pause_collection\":%s,\"schedule\":%s,"
	    "\"livemode\":false,%s,"
	    "\"items\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"%s\","
	    "\"object\":\"subscription_item\",\"quantity\":%" PRId64
	    ",\"price\":%s}%s],\"total_count\":%d}%s}",
	    model_subscription_id(life), life->customer->id, life->status, life->currency->word,
	    MODEL_START_S, MODEL_START_S, life->period_start_s, life->period_end_s,
	    trial_time(life, life->trial_start_s), trial_time(life, life->trial_end_s),
	    life->ending ? "true" : "false",
	    life->paused ? "{\"behavior\":\"void\",\"resumes_at\":null}" : "null",
	    model_schedule_named(life), discounts_body(life),
	    model_id(life, "si", life->subscription), life->seats,
	    model_price_body(life, life->plan, life->unit), model_used_item_body(life),
	    1 + (life->meter.kind != 0), model_filler(life));
}

/* Payments. */

static const char *outcome_of(const struct life *life, const struct model_charge *charge)
{
	if (charge->failure == NULL)
		return "\"status\":\"succeeded\",\"failure_code\":null";
	return arena_printf(life->arena,
	                    "\"status\":\"failed\",\"failure_code\":\"card_declined\","
	                    "\"outcome\":{\"network_status\":\"declined_by_network\","
	                    "\"reason\":\"%s\",\"type\":\"issuer_declined\"}",
	                    charge->failure);
}

const char *model_charge_body(const struct life *life, const struct model_charge *charge)
{
	struct arena *const arena = life->arena;
	const bool failed = charge->failure != NULL;

	return arena_printf(
	    arena,
	    "{\"id\":\"%s\",\"object\":\"charge\",\"customer\":\"%s\",\"invoice\":%s,%s,"
	    "\"amount\":%" PRId64 ",\"amount_captured\":%" PRId64 ",\"amount_refunded\":%" PRId64
	    ",\"captured\":%s,\"disputed\":%s,\"currency\":\"%s\",\"created\":%" PRId64
	    ",\"balance_transaction\":%s,\"livemode\":false,\"paid\":%s,"
	    "\"payment_intent\":\"%s_pi\",\"payment_method\":\"pm_%s\",\"payment_method_details\":{"
	    "\"type\":\"card\",\"card\":{\"brand\":\"visa\",\"last4\":\"4242\",\"country\":\"US\","
	    "\"funding\":\"credit\",\"network\":\"visa\",\"fingerprint\":\"fp_%s\"}}%s}",
	    charge->id, life->customer->id,
	    *charge->invoice != '\0' ? arena_printf(arena, "\"%s\"", charge->invoice) : "null",
	    outcome_of(life, charge), charge->amount, failed ? 0 : charge->amount, charge->refunded,
	    failed ? "false" : "true", charge->disputed ? "true" : "false", life->currency->word,
	    charge->created_s, failed ? "null" : arena_printf(arena, "\"%s_txn\"", charge->id),
	    failed ? "false" : "true", charge->id, life->customer->id, life->customer->id,
	    model_filler(life));
}

const char *model_intent_body(const struct life *life, const struct model_charge *charge,
                              const char *status)
{
	return arena_printf(life->arena,
	                    "{\"id\":\"%s_pi\",\"object\":\"payment_intent\",\"customer\":\"%s\","
	                    "\"amount\":%" PRId64 ",\"currency\":\"%s\",\"created\":%" PRId64
	                    ",\"status\":\"%s\",\"livemode\":false,\"latest_charge\":%s%s}",
	                    charge->id, life->customer->id, charge->amount, life->currency->word,
	                    charge->created_s, status,
	                    strcmp(status, "succeeded") == 0
	                        ? arena_printf(life->arena, "\"%s\"", charge->id)
	                        : "null",
	                    model_filler(life));
}

static const char *quoted(struct arena *arena, const char *id)
{
	return id != NULL ? arena_printf(arena, "\"%s\"", id) : "null";
}

const char *model_move_body(struct arena *arena, const struct model_move *move)
{
	return arena_printf(
	    arena,
	    "{\"id\":\"%s\",\"object\":\"balance_transaction\",\"type\":\"%s\",\"source\":%s,"
	    "\"amount\":%" PRId64 ",\"fee\":%" PRId64 ",\"net\":%" PRId64
	    ",\"currency\":\"%s\",\"created\":%" PRId64 ",\"available_on\":%" PRId64
	    ",\"status\":\"available\",\"exchange_rate\":%s,\"reporting_category\":\"%s\","
	    "\"payout\":%s}",
	    move->id, move->type, quoted(arena, move->source), move->amount, move->fee,
	    move->amount - move->fee, move->currency, move->created_s, move->created_s,
	    move->rate_ppm == 0 ? "null"
				: arena_printf(arena, "%" PRId64 ".%06" PRId64,
	                                       move->rate_ppm / 1000000, move->rate_ppm % 1000000),
	    move->type, quoted(arena, move->payout));
}

const char *model_refund_body(const struct life *life, const struct model_charge *charge,
                              const char *id, int64_t amount, int64_t created_s, const char *move)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"%s\",\"object\":\"refund\",\"charge\":\"%s\",\"amount\":%" PRId64
	    ",\"currency\":\"%s\",\"created\":%" PRId64
	    ",\"status\":\"succeeded\",\"reason\":\"requested_by_customer\","
	    "\"balance_transaction\":%s}",
	    id, charge->id, amount, life->currency->word, created_s, move);
}

const char *model_dispute_body(const struct life *life, const struct model_charge *charge,
                               const char *id, const char *status, int64_t amount,
                               int64_t created_s, const char *moves)
{
	return arena_printf(
	    life->arena,
	    "{\"id\":\"%s\",\"object\":\"dispute\",\"charge\":\"%s\",\"amount\":%" PRId64
	    ",\"currency\":\"%s\",\"created\":%" PRId64
	    ",\"status\":\"%s\",\"reason\":\"fraudulent\",\"livemode\":false,"
	    "\"balance_transactions\":[%s]}",
	    id, charge->id, amount, life->currency->word, created_s, status, moves);
}
