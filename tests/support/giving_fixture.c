#include "tests/support/giving_fixture.h"

#include <string.h>

#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static const char *const finance[] = { "actions:approve", "actions:approve:finance", NULL };

const char *giving_lapsed;

int giving_start(void **state)
{
	giving_lapsed = " ";
	return customer_start(state);
}

static void note_lapsed(const char *request)
{
	giving_lapsed =
	    arena_printf(customer_stage.arena, "%s%s ", giving_lapsed, strrchr(request, '/') + 1);
}

void giving_pass(void)
{
	const Opsmesh__V1__BillingEvent *event;

	while ((event = customer_heard()) != NULL)
		if (event->fact_case == FACT(REFUND_WITHDRAWN) ||
		    event->fact_case == FACT(CREDIT_NOTE_WITHDRAWN))
			note_lapsed(event->refund_withdrawn->request_id);
}

const char *giving_lines(const char *more, int amount)
{
	return arena_printf(customer_stage.arena,
	                    "\"lines\":{\"object\":\"list\",\"has_more\":%s,\"data\":["
	                    "{\"id\":\"il_1\",\"object\":\"line_item\",\"amount\":%d,"
	                    "\"currency\":\"jpy\",\"quantity\":1}]}",
	                    more, amount);
}

void giving_invoice_as(const char *id, int64_t revision, const char *status, int amount,
                       const char *more)
{
	customer_feed("invoice", id, revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"invoice\",\"customer\":\"%s\","
	                           "\"status\":\"%s\",\"currency\":\"jpy\",\"created\":%lld,"
	                           "\"subtotal\":%d,\"total\":%d,\"amount_due\":%d,%s}",
	                           id, customer_key, status, (long long)GIVING_DAY, amount, amount,
	                           amount, giving_lines(more, amount)));
	giving_pass();
}

void giving_invoice(const char *id, int amount)
{
	giving_invoice_as(id, 1, "paid", amount, "false");
}

void giving_charge(const char *id, int64_t revision, const char *invoice, int amount, int refunded,
                   int made)
{
	customer_feed("charge", id, revision, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"charge\","
	                           "\"status\":\"succeeded\",\"amount\":%d,"
	                           "\"amount_captured\":%d,\"amount_refunded\":%d,"
	                           "\"currency\":\"jpy\",\"invoice\":%s,\"created\":%lld}",
	                           id, amount, amount, refunded, invoice,
	                           (long long)GIVING_DAY + made));
	giving_pass();
}

void giving_payment(const char *id, const char *invoice, const char *charge, int amount)
{
	customer_feed("invoice_payment", id, 1, "paid",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"invoice_payment\","
	                           "\"invoice\":\"%s\",\"status\":\"paid\",\"currency\":\"jpy\","
	                           "\"amount_paid\":%d,\"payment\":{\"type\":\"charge\","
	                           "\"charge\":\"%s\"}}",
	                           id, invoice, amount, charge));
	giving_pass();
}

void giving_refund(const char *id, const char *charge, int amount, const char *action)
{
	customer_feed("refund", id, 1, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"refund\",\"status\":\"succeeded\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"%s\","
	                           "\"created\":%lld,\"metadata\":{\"opsmesh_action\":\"%s\"}}",
	                           id, amount, charge, (long long)GIVING_DAY + 7200, action));
	giving_pass();
}

void giving_note(const char *id, const char *invoice, int amount, const char *action)
{
	customer_feed("credit_note", id, 1, "issued",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"credit_note\",\"invoice\":\"%s\","
	                           "\"status\":\"issued\",\"type\":\"post_payment\",\"total\":%d,"
	                           "\"out_of_band_amount\":%d,\"currency\":\"jpy\","
	                           "\"created\":%lld,\"metadata\":{\"opsmesh_action\":\"%s\"}}",
	                           id, invoice, amount, amount, (long long)GIVING_DAY, action));
	giving_pass();
}

void giving_dispute(const char *id, const char *charge, int64_t revision, const char *status,
                    int amount)
{
	customer_feed("dispute", id, revision, status,
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"%s\",\"object\":\"dispute\",\"status\":\"%s\","
	                           "\"amount\":%d,\"currency\":\"jpy\",\"charge\":\"%s\"}",
	                           id, status, amount, charge));
	giving_pass();
}

void giving_ask(const char *action, const char *type, const char *what, int amount)
{
	const char *const parameters[] = {
		"amount",   arena_printf(customer_stage.arena, "%d", amount),
		"currency", "JPY",
		"intent",   "duplicate_charge",
		NULL
	};

	customer_feed_action(&(struct customer_ask){
	    .action_id = action,
	    .word = "approve",
	    .kind = KIND(APPROVE),
	    .type = type,
	    .id = arena_printf(customer_stage.arena, "%s/%s/%s", type, customer_key, what),
	    .reason = "charged twice",
	    .parameters = parameters,
	    .scopes = finance,
	    .keyed = true });
}

void giving_both(void)
{
	giving_invoice("in_1", 10000);
	giving_invoice("in_2", 4000);
	giving_charge("ch_1", 1, "null", 14000, 0, 0);
	giving_payment("inpay_1", "in_1", "ch_1", 10000);
	giving_payment("inpay_2", "in_2", "ch_1", 4000);
}
