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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_payment_says_who_paid_with_what_and_when_and_what_came_back),
		cmocka_unit_test(a_correction_is_of_the_message_that_was_judged_last),
		cmocka_unit_test(a_public_message_is_kept_and_a_long_one_cut),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
