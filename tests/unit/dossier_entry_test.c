/*
 * dossier_entry_test - what is kept of a fact for evidence: of a payment who paid and with what, of a verdict whose message it is.
 */
#include "common/base/text.h"
#include "services/chargeback/dossier/entry.h"
#include "tests/support/arena_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void a_payment_says_who_paid_with_what_and_when_and_what_came_back(void **state)
{
	Opsmesh__V1__MaterialEvent material = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;
	Opsmesh__V1__PaymentCard card = OPSMESH__V1__PAYMENT_CARD__INIT;
	Opsmesh__V1__PaymentIdentity identity = OPSMESH__V1__PAYMENT_IDENTITY__INIT;
	Opsmesh__V1__Money refunded = OPSMESH__V1__MONEY__INIT;
	Google__Protobuf__Timestamp made = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
	Opsmesh__V1__DossierEntry entry;

	(void)state;
	changed.payment_id = text_mutable("ch_1");
	changed.invoice_id = text_mutable("in_1");
	changed.to_status = text_mutable("succeeded");
	changed.card = &card;
	changed.identity = &identity;
	changed.refunded = &refunded;
	changed.created_at = &made;
	changed.statement_descriptor = text_mutable("ACME");
	changed.three_d_secure = true;
	changed.disputed = true;
	billing.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	billing.payment_changed = &changed;
	material.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING;
	material.billing = &billing;
	assert_true(entry_of(arena, &material, &entry));
	assert_string_equal(entry.kind, "payment");
	assert_string_equal(entry.about, "ch_1");
	assert_string_equal(entry.detail, "in_1");
	assert_ptr_equal(entry.card, &card);
	assert_ptr_equal(entry.identity, &identity);
	assert_ptr_equal(entry.refunded, &refunded);
	assert_ptr_equal(entry.made_at, &made);
	assert_string_equal(entry.statement_descriptor, "ACME");
	assert_true(entry.three_d_secure);
	assert_true(entry.disputed);
}

static void a_correction_is_of_the_message_that_was_judged_last(void **state)
{
	Opsmesh__V1__MaterialEvent material = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__TriageEvent triage = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__ClassificationCorrected corrected =
	    OPSMESH__V1__CLASSIFICATION_CORRECTED__INIT;
	Opsmesh__V1__DossierEntry entry;

	(void)state;
	triage.ticket_id = text_mutable("T-1");
	corrected.message_id = text_mutable("m1");
	corrected.to_intent = text_mutable("cancel");
	triage.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED;
	triage.corrected = &corrected;
	material.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TRIAGE;
	material.triage = &triage;
	assert_true(entry_of(arena, &material, &entry));
	assert_string_equal(entry.kind, "triaged");
	assert_string_equal(entry.message_id, "m1");
	assert_string_equal(entry.detail, "cancel");
	corrected.to_intent = text_mutable("");
	assert_false(entry_of(arena, &material, &entry));
}

/* Who reads a message decides; its length is cut at a character. */
static void a_public_message_is_kept_and_a_long_one_cut(void **state)
{
	Opsmesh__V1__MaterialEvent material = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__TicketEvent ticket = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded message = OPSMESH__V1__MESSAGE_ADDED__INIT;
	Opsmesh__V1__PersonalText body = OPSMESH__V1__PERSONAL_TEXT__INIT;
	char *const text = arena_alloc(arena, ENTRY_TEXT_MAX + 3);
	Opsmesh__V1__DossierEntry entry;

	(void)state;
	memset(text, 'x', ENTRY_TEXT_MAX + 2);
	memcpy(text + ENTRY_TEXT_MAX - 1, "円", 3);
	text[ENTRY_TEXT_MAX + 2] = '\0';
	body.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	body.text = text;
	message.body = &body;
	ticket.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	ticket.message_added = &message;
	material.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET;
	material.ticket = &ticket;
	assert_false(entry_of(arena, &material, &entry));
	message.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PRIVATE;
	assert_false(entry_of(arena, &material, &entry));
	message.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	assert_true(entry_of(arena, &material, &entry));
	assert_int_equal(strlen(entry.text->text), ENTRY_TEXT_MAX - 1);
	assert_int_equal(entry.cut, 3);
}

/* What billing says, a line each: kind, about, word, detail, amount, quantity. */

#define BILLING(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

static const char *line_of(Opsmesh__V1__BillingEvent *billing,
                           Opsmesh__V1__BillingEvent__FactCase fact)
{
	Opsmesh__V1__MaterialEvent material = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__DossierEntry entry;

	billing->fact_case = fact;
	material.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING;
	material.billing = billing;
	material.fact_id = text_mutable("f1");
	if (!entry_of(arena, &material, &entry))
		return "none";
	assert_string_equal(entry.fact_id, "f1");
	return arena_printf(arena, "%s %s %s %s %lld %lld", entry.kind, entry.about, entry.word,
	                    entry.detail,
	                    entry.amount != NULL ? (long long)entry.amount->minor : -1LL,
	                    (long long)entry.quantity);
}

static void what_happens_to_a_subscription_is_a_line(void **state)
{
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SubscriptionStarted started = OPSMESH__V1__SUBSCRIPTION_STARTED__INIT;
	Opsmesh__V1__SubscriptionChanged changed = OPSMESH__V1__SUBSCRIPTION_CHANGED__INIT;
	Opsmesh__V1__SubscriptionEnded ended = OPSMESH__V1__SUBSCRIPTION_ENDED__INIT;
	Opsmesh__V1__AccessChanged access = OPSMESH__V1__ACCESS_CHANGED__INIT;
	Opsmesh__V1__SeatMoved seat = OPSMESH__V1__SEAT_MOVED__INIT;

	(void)state;
	started.subscription_id = text_mutable("sub_1");
	started.status = text_mutable("active");
	billing.subscription_started = &started;
	assert_string_equal(line_of(&billing, BILLING(SUBSCRIPTION_STARTED)),
	                    "subscription sub_1 started active -1 0");
	changed.subscription_id = text_mutable("sub_1");
	changed.status = text_mutable("active");
	changed.move = OPSMESH__V1__SUBSCRIPTION_MOVE__SUBSCRIPTION_MOVE_CANCEL_ASKED;
	billing.subscription_changed = &changed;
	assert_string_equal(line_of(&billing, BILLING(SUBSCRIPTION_CHANGED)),
	                    "subscription sub_1 cancel_asked active -1 0");
	ended.subscription_id = text_mutable("sub_1");
	ended.reason = text_mutable("payment_failed");
	billing.subscription_ended = &ended;
	assert_string_equal(line_of(&billing, BILLING(SUBSCRIPTION_ENDED)),
	                    "subscription sub_1 ended payment_failed -1 0");
	access.subscription_id = text_mutable("sub_1");
	access.move = OPSMESH__V1__ACCESS_MOVE__ACCESS_MOVE_WITHDRAWN;
	access.reason = text_mutable("ended");
	access.quantity = 3;
	billing.access_changed = &access;
	assert_string_equal(line_of(&billing, BILLING(ACCESS_CHANGED)),
	                    "access sub_1 withdrawn ended -1 3");
	seat.item_id = text_mutable("si_1");
	seat.assigned = true;
	billing.seat_moved = &seat;
	assert_string_equal(line_of(&billing, BILLING(SEAT_MOVED)), "seat si_1 assigned  -1 0");
}

static void what_is_billed_paid_and_disputed_is_a_line(void **state)
{
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;
	Opsmesh__V1__UsageBooked usage = OPSMESH__V1__USAGE_BOOKED__INIT;
	Opsmesh__V1__InvoiceChanged invoice = OPSMESH__V1__INVOICE_CHANGED__INIT;
	Opsmesh__V1__PaymentApplied applied = OPSMESH__V1__PAYMENT_APPLIED__INIT;
	Opsmesh__V1__RefundChanged refund = OPSMESH__V1__REFUND_CHANGED__INIT;
	Opsmesh__V1__DisputeChanged dispute = OPSMESH__V1__DISPUTE_CHANGED__INIT;
	Opsmesh__V1__FraudWarningChanged warning = OPSMESH__V1__FRAUD_WARNING_CHANGED__INIT;

	(void)state;
	amount.minor = 500;
	usage.subscription_id = text_mutable("sub_1");
	usage.day = text_mutable("2026-05-01");
	usage.meter = text_mutable("calls");
	usage.amount = &amount;
	billing.usage_earned = &usage;
	assert_string_equal(line_of(&billing, BILLING(USAGE_EARNED)),
	                    "usage sub_1 2026-05-01 calls 500 0");
	invoice.invoice_id = text_mutable("in_1");
	invoice.to_status = text_mutable("paid");
	invoice.subscription_id = text_mutable("sub_1");
	invoice.total = &amount;
	billing.invoice_changed = &invoice;
	assert_string_equal(line_of(&billing, BILLING(INVOICE_CHANGED)),
	                    "invoice in_1 paid sub_1 500 0");
	applied.payment_id = text_mutable("ch_1");
	applied.invoice_id = text_mutable("in_1");
	applied.amount = &amount;
	billing.payment_applied = &applied;
	assert_string_equal(line_of(&billing, BILLING(PAYMENT_APPLIED)),
	                    "applied ch_1  in_1 500 0");
	refund.refund_id = text_mutable("re_1");
	refund.to_status = text_mutable("succeeded");
	refund.payment_id = text_mutable("ch_1");
	refund.amount = &amount;
	billing.refund_changed = &refund;
	assert_string_equal(line_of(&billing, BILLING(REFUND_CHANGED)),
	                    "refund re_1 succeeded ch_1 500 0");
	dispute.dispute_id = text_mutable("dp_1");
	dispute.to_status = text_mutable("lost");
	dispute.payment_id = text_mutable("ch_1");
	dispute.amount = &amount;
	billing.dispute_changed = &dispute;
	assert_string_equal(line_of(&billing, BILLING(DISPUTE_CHANGED)),
	                    "dispute dp_1 lost ch_1 500 0");
	warning.warning_id = text_mutable("issfr_1");
	warning.fraud_type = text_mutable("made_with_stolen_card");
	warning.payment_id = text_mutable("ch_1");
	billing.fraud_warning_changed = &warning;
	assert_string_equal(line_of(&billing, BILLING(FRAUD_WARNING_CHANGED)),
	                    "warning issfr_1 made_with_stolen_card ch_1 -1 0");
	assert_string_equal(line_of(&billing, BILLING(OBJECT_PLACED)), "none");
}

static void where_a_ticket_stands_is_a_line(void **state)
{
	Opsmesh__V1__MaterialEvent material = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__TicketEvent ticket = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;
	Opsmesh__V1__StatusChanged moved = OPSMESH__V1__STATUS_CHANGED__INIT;
	Opsmesh__V1__DossierEntry entry;

	(void)state;
	material.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET;
	material.ticket = &ticket;
	ticket.ticket_id = text_mutable("T-1");
	ticket.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	ticket.opened = &opened;
	opened.status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW;
	opened.language_hint = text_mutable("ja");
	assert_true(entry_of(arena, &material, &entry));
	assert_string_equal(entry.kind, "opened");
	assert_string_equal(entry.about, "T-1");
	assert_string_equal(entry.word, "new");
	assert_string_equal(entry.language, "ja");
	ticket.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED;
	ticket.status_changed = &moved;
	moved.to_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED;
	assert_true(entry_of(arena, &material, &entry));
	assert_string_equal(entry.kind, "status");
	assert_string_equal(entry.word, "solved");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payment_says_who_paid_with_what_and_when_and_what_came_back),
		cmocka_unit_test(a_correction_is_of_the_message_that_was_judged_last),
		cmocka_unit_test(a_public_message_is_kept_and_a_long_one_cut),
		cmocka_unit_test(what_happens_to_a_subscription_is_a_line),
		cmocka_unit_test(what_is_billed_paid_and_disputed_is_a_line),
		cmocka_unit_test(where_a_ticket_stands_is_a_line),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
