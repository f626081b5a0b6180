/*
 * billing_owner_test - what an account declares reaches the customers that it names: whose they are, and what was
 * agreed with them.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/account.pb-c.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/object_fixture.h"

#include <string.h>

static Opsmesh__V1__Order order_of(const char *customer, int64_t version)
{
	Opsmesh__V1__Order order = OPSMESH__V1__ORDER__INIT;

	order.order_id = text_mutable("o-1");
	order.version = version;
	order.customer_id = text_mutable(customer);
	order.price_id = text_mutable("price_1");
	order.quantity = 5;
	order.from = proto_timestamp(object_stage.arena, object_now());
	return order;
}

/* Of cus_1 and cus_2; what was agreed with one of them, or (NULL) with nobody. */
static void declare(const char *agreed, int64_t version)
{
	static char *customers[] = { NULL, NULL };
	Opsmesh__V1__AccountEvent event = OPSMESH__V1__ACCOUNT_EVENT__INIT;
	Opsmesh__V1__AccountDeclared declared = OPSMESH__V1__ACCOUNT_DECLARED__INIT;
	Opsmesh__V1__Order order = order_of(agreed != NULL ? agreed : "", version);
	Opsmesh__V1__Order *orders[] = { &order };

	customers[0] = text_mutable("cus_1");
	customers[1] = text_mutable("cus_2");
	declared.n_stripe_customers = 2;
	declared.stripe_customers = customers;
	declared.n_orders = agreed != NULL ? 1 : 0;
	declared.orders = orders;
	event.account_id = text_mutable("acme");
	event.occurred_at = proto_timestamp(object_stage.arena, object_now());
	event.fact_case = OPSMESH__V1__ACCOUNT_EVENT__FACT_DECLARED;
	event.declared = &declared;
	(void)stage_test_feed(&object_stage, &(struct stage_test_event){ .topic = OPS_ACCOUNTS,
	                                                                 .key = "acme",
	                                                                 .time = object_now(),
	                                                                 .mesh = object_now(),
	                                                                 .message = &event.base });
	object_fold();
}

static const char *heard(void)
{
	const ProtobufCMessage *message;
	const char *all = "";

	while (stage_test_next(&object_stage, &message) != NULL) {
		const Opsmesh__V1__ByCustomerEvent *const event = (const void *)message;

		if (event->fact_case == OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_CONTRACTS)
			all = arena_printf(object_stage.arena, "%s%s agreed %zu;", all,
			                   event->customer_id, event->contracts->n_orders);
		else
			all = arena_printf(object_stage.arena, "%s%s linked;", all,
			                   event->customer_id);
	}
	return all;
}

static void what_was_agreed_reaches_its_customer_alone(void **state)
{
	(void)state;
	declare("cus_2", 1);
	assert_string_equal(heard(), "cus_1 linked;cus_2 linked;cus_2 agreed 1;");
	declare("cus_2", 2);
	assert_string_equal(heard(), "cus_2 agreed 1;");
	declare("cus_1", 3);
	assert_string_equal(heard(), "cus_1 agreed 1;cus_2 agreed 0;");
	declare(NULL, 4);
	assert_string_equal(heard(), "cus_1 agreed 0;");
	declare(NULL, 5);
	assert_string_equal(heard(), "");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TEST(what_was_agreed_reaches_its_customer_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
