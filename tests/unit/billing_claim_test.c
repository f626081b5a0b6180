/*
 * billing_claim_test - tickets about money on their way to the customers whose dunning they hold.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/customer_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define STATUS(name) OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_##name
#define CATEGORY(name) OPSMESH__V1__CATEGORY__CATEGORY_##name

static int start_claim(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_CLAIM, "T-");
	return 0;
}

static int start_object(void **state)
{
	(void)state;
	customer_fixture_start(BILLING_OBJECT, "acc_");
	return 0;
}

static Google__Protobuf__Timestamp *now(void)
{
	return proto_timestamp(customer_stage.arena, customer_now());
}

static void feed_opened(const char *account)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;

	event.ticket_id = text_mutable(customer_key);
	event.occurred_at = now();
	opened.account_id = text_mutable(account);
	opened.status = STATUS(NEW);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = &opened;
	customer_feed_event(OPS_TICKETS, &event.base);
}

static void feed_account(const char *account)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__AccountChanged changed = OPSMESH__V1__ACCOUNT_CHANGED__INIT;

	event.ticket_id = text_mutable(customer_key);
	event.occurred_at = now();
	changed.account_id = text_mutable(account);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_ACCOUNT_CHANGED;
	event.account_changed = &changed;
	customer_feed_event(OPS_TICKETS, &event.base);
}

static void feed_status(Opsmesh__V1__TicketStatus status)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__StatusChanged changed = OPSMESH__V1__STATUS_CHANGED__INIT;

	event.ticket_id = text_mutable(customer_key);
	event.occurred_at = now();
	changed.to_status = status;
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED;
	event.status_changed = &changed;
	customer_feed_event(OPS_TICKETS, &event.base);
}

static void feed_reopened(void)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketReopened reopened = OPSMESH__V1__TICKET_REOPENED__INIT;

	event.ticket_id = text_mutable(customer_key);
	event.occurred_at = now();
	reopened.to_status = STATUS(OPEN);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_REOPENED;
	event.reopened = &reopened;
	customer_feed_event(OPS_TICKETS, &event.base);
}

/* invoice: as it was read; "": none was. */
static void feed_classified(Opsmesh__V1__Category category, const char *invoice)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__TicketClassified classified = OPSMESH__V1__TICKET_CLASSIFIED__INIT;
	Opsmesh__V1__Reading reading = OPSMESH__V1__READING__INIT;
	Opsmesh__V1__Entity entity = OPSMESH__V1__ENTITY__INIT;
	Opsmesh__V1__Entity *entities[] = { &entity };

	event.ticket_id = text_mutable(customer_key);
	event.occurred_at = now();
	entity.kind = OPSMESH__V1__ENTITY_KIND__ENTITY_KIND_INVOICE;
	entity.value = text_mutable(invoice);
	reading.entities = entities;
	reading.n_entities = *invoice != '\0' ? 1 : 0;
	classified.category = category;
	classified.reading = &reading;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED;
	event.classified = &classified;
	customer_feed_event(OPS_TRIAGE, &event.base);
}

static void feed_corrected(Opsmesh__V1__Category category)
{
	Opsmesh__V1__TriageEvent event = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__ClassificationCorrected corrected =
	    OPSMESH__V1__CLASSIFICATION_CORRECTED__INIT;

	event.ticket_id = text_mutable(customer_key);
	event.occurred_at = now();
	corrected.category = category;
	event.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED;
	event.corrected = &corrected;
	customer_feed_event(OPS_TRIAGE, &event.base);
}

static const char *ticket_text(const char *whom, const Opsmesh__V1__BillingTicket *ticket)
{
	return arena_printf(customer_stage.arena, "%s %s %zu", whom,
	                    ticket->open ? "open" : "closed", ticket->n_invoice_ids);
}

/* What an account was told next, "" nothing: "acme open 1" for one invoice. */
static const char *told(void)
{
	const ProtobufCMessage *message;

	if (stage_test_next(&customer_stage, &message) == NULL)
		return "";
	const Opsmesh__V1__ByAccountEvent *const event = (const void *)message;

	assert_string_equal(event->billing_ticket->ticket_id, customer_key);
	return ticket_text(event->account_id, event->billing_ticket);
}

static void a_ticket_about_money_is_told_while_it_is_open(void **state)
{
	(void)state;
	feed_opened("acme");
	feed_classified(CATEGORY(TECHNICAL), "");
	assert_string_equal(told(), "");
	feed_classified(CATEGORY(BILLING), "INV-0007");
	assert_string_equal(told(), "acme open 0");
	feed_classified(CATEGORY(BILLING), "in_7");
	assert_string_equal(told(), "acme open 1");
	feed_classified(CATEGORY(BILLING), "in_7");
	assert_string_equal(told(), "");
	stage_test_restart(&customer_stage);
	feed_status(STATUS(PENDING));
	assert_string_equal(told(), "");
	feed_status(STATUS(SOLVED));
	assert_string_equal(told(), "acme closed 1");
	feed_reopened();
	assert_string_equal(told(), "acme open 1");
	feed_corrected(CATEGORY(ACCOUNT));
	assert_string_equal(told(), "acme closed 1");
	feed_corrected(CATEGORY(BILLING));
	assert_string_equal(told(), "acme open 1");
	feed_account("other");
	assert_string_equal(told(), "acme closed 1");
	assert_string_equal(told(), "other open 1");
	assert_string_equal(told(), "");
}

/* Each topic in its order, the two mixed in every way: 0 to 2 of tickets, 3 and 4 of triage. */
static void step(int which)
{
	switch (which) {
	case 0: feed_opened(""); break;
	case 1: feed_account("acme"); break;
	case 2: feed_status(STATUS(ON_HOLD)); break;
	case 3: feed_classified(CATEGORY(PRODUCT), "in_1"); break;
	default: feed_classified(CATEGORY(BILLING), "in_2"); break;
	}
}

static void it_ends_the_same_however_the_topics_mix(void **state)
{
	int tried = 0;

	(void)state;
	for (unsigned mask = 0; mask < 32; mask++) {
		int ticket = 0;
		int triage = 3;
		const char *last = "";

		if (__builtin_popcount(mask) != 3)
			continue;
		(void)start_claim(NULL);
		for (unsigned bit = 0; bit < 5; bit++)
			step((mask >> bit & 1U) != 0 ? ticket++ : triage++);
		for (const char *next = told(); *next != '\0'; next = told())
			last = next;
		assert_string_equal(last, "acme open 2");
		(void)customer_stop(NULL);
		tried++;
	}
	assert_int_equal(tried, 10);
}

/* The account's customers. */

static void feed_declared(char **customers, size_t count)
{
	Opsmesh__V1__AccountEvent event = OPSMESH__V1__ACCOUNT_EVENT__INIT;
	Opsmesh__V1__AccountDeclared declared = OPSMESH__V1__ACCOUNT_DECLARED__INIT;

	event.account_id = text_mutable(customer_key);
	event.occurred_at = now();
	declared.stripe_customers = customers;
	declared.n_stripe_customers = count;
	event.fact_case = OPSMESH__V1__ACCOUNT_EVENT__FACT_DECLARED;
	event.declared = &declared;
	customer_feed_event(OPS_ACCOUNTS, &event.base);
}

static void feed_ticket(const char *id, bool open)
{
	Opsmesh__V1__ByAccountEvent event = OPSMESH__V1__BY_ACCOUNT_EVENT__INIT;
	Opsmesh__V1__BillingTicket ticket = OPSMESH__V1__BILLING_TICKET__INIT;

	event.account_id = text_mutable(customer_key);
	event.occurred_at = now();
	ticket.ticket_id = text_mutable(id);
	ticket.open = open;
	event.fact_case = OPSMESH__V1__BY_ACCOUNT_EVENT__FACT_BILLING_TICKET;
	event.billing_ticket = &ticket;
	customer_feed_event(OPS_BY_ACCOUNT, &event.base);
}

/* What customers were told of tickets since it was asked last, a line each. */
static const char *customers_told(void)
{
	const ProtobufCMessage *message;
	const char *text = "";

	while (stage_test_next(&customer_stage, &message) != NULL) {
		const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

		if (event->fact_case == OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BILLING_TICKET)
			text = arena_printf(customer_stage.arena, "%s%s%s", text,
			                    *text == '\0' ? "" : ", ",
			                    ticket_text(event->customer_id, event->billing_ticket));
	}
	return text;
}

static void all_customers_of_the_account_hear_of_it_also_those_of_later(void **state)
{
	char *both[] = { text_mutable("cus_1"), text_mutable("cus_2") };

	(void)state;
	feed_ticket("T-1", true);
	assert_string_equal(customers_told(), "");
	feed_declared(both, 1);
	assert_string_equal(customers_told(), "cus_1 open 0");
	stage_test_restart(&customer_stage);
	feed_declared(both, 2);
	assert_string_equal(customers_told(), "cus_2 open 0");
	feed_declared(both + 1, 1);
	assert_string_equal(customers_told(), "cus_1 closed 0");
	feed_ticket("T-1", false);
	assert_string_equal(customers_told(), "cus_2 closed 0");
	feed_declared(both, 2);
	assert_string_equal(customers_told(), "");
}

/* How many tickets a customer was told since it was asked last. */
static int count_told(bool open)
{
	const ProtobufCMessage *message;
	int count = 0;

	while (stage_test_next(&customer_stage, &message) != NULL) {
		const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

		if (event->fact_case != OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BILLING_TICKET)
			continue;
		assert_int_equal(event->billing_ticket->open, open);
		assert_string_equal(event->billing_ticket->account_id, customer_key);
		count++;
	}
	return count;
}

static void feed_many(int count, bool open)
{
	for (int i = 0; i < count; i++)
		feed_ticket(arena_printf(customer_stage.arena, "T-%d", i), open);
}

/* More than any list had room for; twice, as after a crash. */
static void an_account_may_have_ten_thousand_tickets(void **state)
{
	char *one[] = { text_mutable("cus_1") };

	(void)state;
	feed_many(10000, true);
	feed_many(10, true);
	stage_test_restart(&customer_stage);
	feed_declared(one, 1);
	assert_int_equal(count_told(true), 10000);
	feed_many(9999, false);
	assert_int_equal(count_told(false), 9999);
	feed_declared(one, 0);
	assert_int_equal(count_told(false), 1);
	feed_ticket("T-9999", false);
	feed_ticket("T-never", false);
	feed_declared(one, 1);
	assert_int_equal(count_told(true), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_ticket_about_money_is_told_while_it_is_open,
		                                start_claim, customer_stop),
		cmocka_unit_test(it_ends_the_same_however_the_topics_mix),
		cmocka_unit_test_setup_teardown(
		    all_customers_of_the_account_hear_of_it_also_those_of_later, start_object,
		    customer_stop),
		cmocka_unit_test_setup_teardown(an_account_may_have_ten_thousand_tickets,
		                                start_object, customer_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
