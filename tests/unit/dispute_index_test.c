/*
 * dispute_index_test - what is said of tickets and customers comes under their account, whenever that is known.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/index/index.h"
#include "tests/support/order.h"

#define AT "2026-05-01T09:00:00Z"

static const char *ticket;
static const char *other; /* account */

static int start(void **state)
{
	if (dispute_start(state) != 0)
		return -1;
	ticket = stage_test_key(&dispute_index, "T-");
	other = stage_test_key(&dispute_index, "other");
	return 0;
}

static void feed_opened(const char *account)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__TicketOpened opened = OPSMESH__V1__TICKET_OPENED__INIT;

	opened.account_id = text_mutable(account);
	event.ticket_id = text_mutable(ticket);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_OPENED;
	event.opened = &opened;
	dispute_ticket(AT, &event);
}

static void feed_message(void)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded added = OPSMESH__V1__MESSAGE_ADDED__INIT;
	Opsmesh__V1__PersonalText text = OPSMESH__V1__PERSONAL_TEXT__INIT;

	text.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	text.text = text_mutable("Where is my parcel?");
	added.message_id = text_mutable("M-1");
	added.role = OPSMESH__V1__ROLE__ROLE_CUSTOMER;
	added.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	added.body = &text;
	event.ticket_id = text_mutable(ticket);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	event.message_added = &added;
	dispute_ticket(AT, &event);
}

static void feed_resolved(const char *account)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__CustomerResolved resolved = OPSMESH__V1__CUSTOMER_RESOLVED__INIT;

	resolved.account_id = text_mutable(account);
	event.ticket_id = text_mutable(ticket);
	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_CUSTOMER_RESOLVED;
	event.customer_resolved = &resolved;
	dispute_ticket(AT, &event);
}

static void feed_payment(const char *account)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;

	changed.payment_id = text_mutable("ch_1");
	changed.to_status = text_mutable("succeeded");
	event.customer_id = text_mutable(dispute_customer);
	event.account_id = text_mutable(account);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	event.payment_changed = &changed;
	dispute_billing(AT, dispute_customer, &event);
}

static void assert_dossier(const char *home, const char *lines)
{
	assert_string_equal(dispute_dossier(home), lines);
}

/* Tickets. */

static void what_came_before_the_account_was_known_is_brought_when_it_is(void **state)
{
	(void)state;
	feed_opened("");
	feed_message();
	assert_int_equal(stage_test_fact_count(&dispute_index), 0);
	feed_resolved(dispute_account);
	feed_message();
	feed_resolved(dispute_account);
	assert_int_equal(stage_test_fact_count(&dispute_index), 3);
	assert_dossier(dispute_account,
	               "opened ticket/2/1\nmessage ticket/2/2\nmessage ticket/2/4\n");
}

static void a_ticket_that_finds_no_account_is_nobodys(void **state)
{
	(void)state;
	feed_opened("");
	feed_message();
	feed_resolved("");
	assert_int_equal(stage_test_fact_count(&dispute_index), 0);
}

static void a_ticket_that_becomes_anothers_leaves_and_is_brought_there_whole(void **state)
{
	(void)state;
	feed_opened(dispute_account);
	feed_message();
	feed_resolved(other);
	feed_message();
	assert_dossier(dispute_account, "opened ticket/2/1\nmessage ticket/2/2\nleft ticket/2/3\n");
	assert_dossier(other, "opened ticket/2/1\nmessage ticket/2/2\nmessage ticket/2/4\n");
	feed_resolved(dispute_account);
	assert_dossier(other, "opened ticket/2/1\nmessage ticket/2/2\nmessage ticket/2/4\n"
	                      "left ticket/2/5\n");
	/* What left stands before that; what came back behind it, once. */
	assert_dossier(dispute_account, "left ticket/2/3\nopened ticket/2/1\nmessage ticket/2/2\n"
	                                "message ticket/2/4\n");
}

static void open_it(void)
{
	feed_opened("");
}

static void write_it(void)
{
	feed_message();
}

static void resolve_it(void)
{
	feed_resolved(dispute_account);
}

/* How many lines: the order is that in which they came. */
static size_t lines(const char *text)
{
	size_t count = 0;

	for (; *text != '\0'; text++)
		count += *text == '\n';
	return count;
}

static void what_is_brought_is_the_same_whenever_the_account_is_known(void **state)
{
	static void (*const steps[])(void) = { open_it, write_it, write_it, resolve_it, write_it };
	size_t order[] = { 0, 1, 2, 3, 4 };

	do {
		assert_int_equal(dispute_stop(state), 0);
		assert_int_equal(start(state), 0);
		for (size_t i = 0; i < COUNT_OF(steps); i++) {
			steps[order[i]]();
			if (i == 2)
				dispute_restart();
		}
		assert_int_equal(lines(dispute_dossier(dispute_account)), 4);
		assert_int_equal(stage_test_fact_count(&dispute_index), 4);
	} while (order_next(order, COUNT_OF(order)));
}

static void the_newest_are_kept_of_a_ticket_with_very_many_messages(void **state)
{
	const ProtobufCMessage *message;

	(void)state;
	feed_opened("");
	for (int i = 0; i < INDEX_KEPT_MAX + 9; i++)
		feed_message();
	feed_resolved(dispute_account);
	assert_int_equal(stage_test_fact_count(&dispute_index), INDEX_KEPT_MAX);
	message = stage_test_message(&dispute_index, stage_test_fact(&dispute_index, 0));
	assert_string_equal(((const Opsmesh__V1__MaterialEvent *)(const void *)message)->fact_id,
	                    "ticket/2/11");
}

/* Customers. */

static void a_customer_without_an_account_is_at_home_under_itself_until_it_has_one(void **state)
{
	(void)state;
	feed_payment("");
	assert_dossier(dispute_customer, "payment object/2/1\n");
	feed_payment(dispute_account);
	assert_dossier(dispute_account, "payment object/2/1\npayment object/2/2\n");
	/* A case may have stayed where the customer was. */
	assert_dossier(dispute_customer, "payment object/2/1\npayment object/2/2\n");
}

static void what_is_brought_to_an_account_again_counts_once(void **state)
{
	(void)state;
	feed_payment(dispute_account);
	feed_payment(other);
	feed_payment(dispute_account);
	assert_dossier(dispute_account,
	               "payment object/2/1\npayment object/2/2\npayment object/2/3\n");
}

static void a_dispute_keeps_the_home_that_it_had_first(void **state)
{
	(void)state;
	dispute_told(AT, &(struct told_dispute){ .homeless = true });
	dispute_told(AT, &(struct told_dispute){ .status = "under_review" });
	dispute_told(AT, &(struct told_dispute){ .id = "dp_2" });
	dispute_pass(AT);
	assert_string_equal(dispute_row(dispute_customer, DISPUTE).state, "under_review");
	assert_string_equal(dispute_row(dispute_account, "dp_2").state, "needs_response");
	assert_int_equal(dispute_count("opened"), 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, dispute_stop)
		TEST(what_came_before_the_account_was_known_is_brought_when_it_is),
		TEST(a_ticket_that_finds_no_account_is_nobodys),
		TEST(a_ticket_that_becomes_anothers_leaves_and_is_brought_there_whole),
		TEST(what_is_brought_is_the_same_whenever_the_account_is_known),
		TEST(the_newest_are_kept_of_a_ticket_with_very_many_messages),
		TEST(a_customer_without_an_account_is_at_home_under_itself_until_it_has_one),
		TEST(what_is_brought_to_an_account_again_counts_once),
		TEST(a_dispute_keeps_the_home_that_it_had_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
