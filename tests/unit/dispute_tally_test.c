/*
 * dispute_tally_test - the stage index counts each payment, dispute and warning once, whatever comes first.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/chargeback.h"
#include "services/chargeback/tally/tally.h"
#include "tests/support/order.h"
#include "tests/support/stage_test.h"

#include "opsmesh/v1/tally.pb-c.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SHARD 1
#define SUMS_MAX 64
#define MAY "2026-05-10T09:00:00Z"

static struct stage_test test;
static const char *customer;
static struct instant mesh;

static struct instant time_of(const char *text)
{
	struct instant at = { 0 };

	assert_true(time_parse(text, &at));
	return at;
}

static int start(void **state)
{
	(void)state;
	stage_test_init(&test, &opsmesh_catalogue, &chargeback_stages[0], SHARD, NULL, NULL);
	customer = stage_test_key(&test, "cus_");
	mesh = time_of(MAY);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&test);
	return 0;
}

/* Feeding. */

static void feed(Opsmesh__V1__BillingEvent *event)
{
	event->customer_id = text_mutable(customer);
	event->occurred_at = proto_timestamp(test.arena, mesh);
	(void)stage_test_feed(&test, &(struct stage_test_event){ .topic = OPS_BILLING,
	                                                         .source = "customer/1",
	                                                         .key = customer,
	                                                         .time = mesh,
	                                                         .mesh = mesh,
	                                                         .message = &event->base });
	mesh = time_add(mesh, SECONDS(1));
}

struct payment {
	const char *id;
	const char *network; /* NULL: no card */
	const char *country;
	const char *status;
	bool reserved; /* and not captured */
	const char *at;
};

static void pay(const struct payment *payment)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;
	Opsmesh__V1__PaymentCard card = OPSMESH__V1__PAYMENT_CARD__INIT;

	card.network = text_mutable(payment->network);
	card.country = text_mutable(payment->country);
	card.funding = text_mutable("credit");
	changed.payment_id = text_mutable(payment->id);
	changed.to_status = text_mutable(payment->status);
	changed.captured = !payment->reserved;
	changed.card = payment->network != NULL ? &card : NULL;
	changed.created_at = proto_timestamp(test.arena, time_of(payment->at));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	event.payment_changed = &changed;
	feed(&event);
}

static void pay_visa(const char *id)
{
	pay(&(struct payment){ id, "visa", "JP", "succeeded", false, "2026-05-03T12:00:00Z" });
}

static void fill_dispute(Opsmesh__V1__DisputeChanged *changed, const char *status)
{
	static Opsmesh__V1__Money amount;

	opsmesh__v1__dispute_changed__init(changed);
	opsmesh__v1__money__init(&amount);
	amount.minor = 5000;
	amount.currency = text_mutable("USD");
	changed->dispute_id = text_mutable("dp_1");
	changed->payment_id = text_mutable("ch_1");
	changed->to_status = text_mutable(status);
	changed->reason = text_mutable("fraudulent");
	changed->network = text_mutable("visa");
	changed->amount = &amount;
	changed->created_at = proto_timestamp(test.arena, time_of("2026-05-08T01:00:00Z"));
}

static void dispute(const char *status)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed;

	fill_dispute(&changed, status);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	event.dispute_changed = &changed;
	feed(&event);
}

static void warn(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__FraudWarningChanged changed = OPSMESH__V1__FRAUD_WARNING_CHANGED__INIT;

	changed.warning_id = text_mutable("issfr_1");
	changed.payment_id = text_mutable("ch_1");
	changed.created_at = proto_timestamp(test.arena, time_of("2026-05-06T01:00:00Z"));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED;
	event.fraud_warning_changed = &changed;
	feed(&event);
}

/* Everything that was fed, and a quarter of an hour for the telling. */
static void fold(void)
{
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, mesh), STATUS_OK);
	mesh = time_add(mesh, MINUTES(30));
	assert_int_equal(stage_test_fold(&test, STAGE_TEST_ALL, mesh), STATUS_OK);
}

/* Reading. */

struct sum {
	const char *what;
	int64_t payments;
	int64_t events;
	int64_t minor;
};

static int by_what(const void *a, const void *b)
{
	return strcmp(((const struct sum *)a)->what, ((const struct sum *)b)->what);
}

static const char *what_of(const Opsmesh__V1__TallyCounted *counted)
{
	return arena_printf(test.arena, "%s %s %s%s%s%s%s", counted->day, counted->dimension,
	                    counted->value, counted->warning ? " warning" : "",
	                    counted->fraud ? " fraud" : "", counted->inquiry ? " inquiry" : "",
	                    counted->prevented ? " prevented" : "");
}

static void add(struct sum *sums, size_t *count, const Opsmesh__V1__TallyCounted *counted)
{
	const struct sum more = { what_of(counted), counted->payments, counted->events,
		                  counted->amount != NULL ? counted->amount->minor : 0 };
	size_t at = 0;

	while (at < *count && strcmp(sums[at].what, more.what) != 0)
		at++;
	assert_true(at < SUMS_MAX);
	if (at == *count)
		sums[(*count)++] = (struct sum){ .what = more.what };
	sums[at].payments += more.payments;
	sums[at].events += more.events;
	sums[at].minor += more.minor;
}

/* What was ever told under a key, summed: "2026-05-08 network visa fraud: 0 payments, 1 events of 5000". */
static const char *told(const char *watched)
{
	struct sum sums[SUMS_MAX];
	size_t count = 0;
	const char *text = "";

	for (size_t i = 0; i < stage_test_fact_count(&test); i++) {
		const struct fact *const fact = stage_test_fact(&test, i);

		assert_false(fact->dead_letter);
		if (fact->topic != OPS_BY_PROGRAMME || !bytes_equal(fact->key, bytes_of(watched)))
			continue;
		add(sums, &count,
		    ((const Opsmesh__V1__TallyEvent *)(const void *)stage_test_message(&test, fact))
		        ->counted);
	}
	qsort(sums, count, sizeof(sums[0]), by_what);
	for (size_t i = 0; i < count; i++)
		if (sums[i].payments != 0 || sums[i].events != 0 || sums[i].minor != 0)
			text = arena_printf(test.arena, "%s%s: %lld, %lld of %lld\n", text,
			                    sums[i].what, (long long)sums[i].payments,
			                    (long long)sums[i].events, (long long)sums[i].minor);
	return text;
}

static const char *told_visa(void)
{
	return told("programmes:visa");
}

/* Cases. */

static void a_payment_counts_once_when_it_is_captured(void **state)
{
	(void)state;
	pay(&(struct payment){ "ch_1", "visa", "JP", "succeeded", true, "2026-05-03T12:00:00Z" });
	pay(&(struct payment){ "ch_2", "visa", "JP", "failed", false, "2026-05-03T12:00:00Z" });
	fold();
	assert_string_equal(told_visa(), "");
	pay_visa("ch_1");
	pay_visa("ch_1");
	fold();
	assert_string_equal(told_visa(), "2026-05-03 network visa: 1, 0 of 0\n");
	assert_string_equal(told("patterns"), "2026-05-01 card visa/credit/JP: 1, 0 of 0\n"
	                                      "2026-05-01 country JP: 1, 0 of 0\n"
	                                      "2026-05-03 release : 1, 0 of 0\n");
}

static void a_payment_without_a_card_is_of_no_network(void **state)
{
	(void)state;
	pay(&(struct payment){ "ch_1", NULL, NULL, "succeeded", false, "2026-05-03T12:00:00Z" });
	fold();
	assert_string_equal(told("patterns"), "2026-05-03 release : 1, 0 of 0\n");
	assert_string_equal(told("programmes:"), "");
}

#define WARNED "2026-05-06 network visa warning fraud: 0, 1 of 0\n"
#define PAID "2026-05-03 network visa: 1, 0 of 0\n"
#define DISPUTED "2026-05-08 network visa fraud: 0, 1 of 5000\n"
#define DISPUTED_PATTERNS                             \
	"2026-05-01 card visa/credit/JP: 1, 1 of 0\n" \
	"2026-05-01 country JP: 1, 1 of 0\n"          \
	"2026-05-03 release : 1, 1 of 0\n"

static void a_warning_and_a_dispute_of_one_payment_count_once_each(void **state)
{
	(void)state;
	pay_visa("ch_1");
	warn();
	warn();
	dispute("needs_response");
	dispute("lost");
	dispute("won");
	fold();
	assert_string_equal(told_visa(), PAID WARNED DISPUTED);
	assert_string_equal(told("patterns"), DISPUTED_PATTERNS);
}

static void what_comes_first_makes_no_difference(void **state)
{
	size_t order[] = { 0, 1, 2, 3 };

	(void)state;
	do {
		(void)stop(NULL);
		(void)start(NULL);
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			if (order[i] == 0)
				pay_visa("ch_1");
			else if (order[i] == 1)
				warn();
			else
				dispute("needs_response");
			if (i % 2 == 0)
				fold();
		}
		fold();
		assert_string_equal(told_visa(), PAID WARNED DISPUTED);
		assert_string_equal(told("patterns"), DISPUTED_PATTERNS);
	} while (order_next(order, COUNT_OF(order)));
}

static void an_inquiry_is_a_dispute_from_the_day_on_which_it_escalates(void **state)
{
	(void)state;
	pay_visa("ch_1");
	dispute("warning_needs_response");
	fold();
	assert_string_equal(told_visa(),
	                    PAID "2026-05-08 network visa fraud inquiry: 0, 1 of 5000\n");
	dispute("needs_response");
	fold();
	assert_string_equal(told_visa(), PAID "2026-05-10 network visa fraud: 0, 1 of 5000\n");
	dispute("lost");
	fold();
	assert_string_equal(told_visa(), PAID "2026-05-10 network visa fraud: 0, 1 of 5000\n");
}

static void an_inquiry_that_ends_so_is_no_disputed_payment(void **state)
{
	(void)state;
	pay_visa("ch_1");
	dispute("warning_needs_response");
	dispute("warning_closed");
	fold();
	assert_string_equal(told("patterns"), "2026-05-01 card visa/credit/JP: 1, 0 of 0\n"
	                                      "2026-05-01 country JP: 1, 0 of 0\n"
	                                      "2026-05-03 release : 1, 0 of 0\n");
}

static void a_dispute_of_nobody_counts_until_it_is_placed(void **state)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectUnplaced unplaced = OPSMESH__V1__OBJECT_UNPLACED__INIT;
	Opsmesh__V1__ObjectPlaced placed = OPSMESH__V1__OBJECT_PLACED__INIT;
	Opsmesh__V1__DisputeChanged changed;

	(void)state;
	fill_dispute(&changed, "needs_response");
	changed.payment_id = text_mutable(stage_test_key(&test, "ch_"));
	unplaced.object_case = OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE;
	unplaced.dispute = &changed;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED;
	event.object_unplaced = &unplaced;
	feed(&event);
	fold();
	assert_string_equal(told_visa(), DISPUTED);
	placed.object_id = text_mutable("dp_1");
	placed.charge_id = changed.payment_id;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED;
	event.object_placed = &placed;
	feed(&event);
	fold();
	assert_string_equal(told_visa(), "");
}

static void start_subscription(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__SubscriptionStarted started = OPSMESH__V1__SUBSCRIPTION_STARTED__INIT;
	Opsmesh__V1__SubscriptionItem item = OPSMESH__V1__SUBSCRIPTION_ITEM__INIT;
	Opsmesh__V1__SubscriptionItem *items[] = { &item };

	item.product_id = text_mutable("prod_pro");
	started.subscription_id = text_mutable("sub_1");
	started.items = items;
	started.n_items = COUNT_OF(items);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED;
	event.subscription_started = &started;
	feed(&event);
}

static void bill(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__InvoiceChanged changed = OPSMESH__V1__INVOICE_CHANGED__INIT;

	changed.invoice_id = text_mutable("in_1");
	changed.subscription_id = text_mutable("sub_1");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED;
	event.invoice_changed = &changed;
	feed(&event);
}

static void apply(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentApplied applied = OPSMESH__V1__PAYMENT_APPLIED__INIT;

	applied.payment_id = text_mutable("ch_1");
	applied.invoice_id = text_mutable("in_1");
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED;
	event.payment_applied = &applied;
	feed(&event);
}

static void the_product_of_a_payment_is_found_in_any_order(void **state)
{
	size_t order[] = { 0, 1, 2, 3, 4 };

	(void)state;
	do {
		(void)stop(NULL);
		(void)start(NULL);
		for (size_t i = 0; i < COUNT_OF(order); i++) {
			if (order[i] == 0)
				pay_visa("ch_1");
			else if (order[i] == 1)
				start_subscription();
			else if (order[i] == 2)
				bill();
			else if (order[i] == 3)
				apply();
			else
				dispute("needs_response");
			if (i == 2)
				fold();
		}
		fold();
		assert_string_equal(told("patterns"), "2026-05-01 card visa/credit/JP: 1, 1 of 0\n"
		                                      "2026-05-01 country JP: 1, 1 of 0\n"
		                                      "2026-05-01 product prod_pro: 1, 1 of 0\n"
		                                      "2026-05-03 release : 1, 1 of 0\n");
	} while (order_next(order, COUNT_OF(order)));
}

/* Each fact as it was said, not summed. */
static const char *raw(void)
{
	const char *text = "";

	for (size_t i = 0; i < stage_test_fact_count(&test); i++)
		if (stage_test_fact(&test, i)->topic == OPS_BY_PROGRAMME)
			text =
			    arena_printf(test.arena, "%s%s\n", text,
			                 text_hex(test.arena, stage_test_fact(&test, i)->message));
	return text;
}

static void no_batch_shows_in_what_is_told(void **state)
{
	const char *whole;

	(void)state;
	pay_visa("ch_1");
	pay_visa("ch_2");
	dispute("needs_response");
	fold();
	whole = strdup(raw());
	(void)stop(NULL);
	(void)start(NULL);
	pay_visa("ch_1");
	assert_int_equal(stage_test_fold(&test, 1, mesh), STATUS_OK);
	pay_visa("ch_2");
	assert_int_equal(stage_test_fold(&test, 1, mesh), STATUS_OK);
	stage_test_restart(&test);
	dispute("needs_response");
	fold();
	assert_string_equal(raw(), whole);
	free(text_mutable(whole));
}

static void what_was_told_is_not_told_again(void **state)
{
	struct instant due;
	size_t facts;

	(void)state;
	pay_visa("ch_1");
	fold();
	facts = stage_test_fact_count(&test);
	assert_false(stage_test_timer(&test, TALLY_TIMER, TALLY_TIMER, &due));
	pay_visa("ch_1");
	fold();
	assert_int_equal(stage_test_fact_count(&test), facts + 1); /* what is brought */
	assert_string_equal(told_visa(), PAID);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		CASE(a_payment_counts_once_when_it_is_captured),
		CASE(a_payment_without_a_card_is_of_no_network),
		CASE(a_warning_and_a_dispute_of_one_payment_count_once_each),
		CASE(what_comes_first_makes_no_difference),
		CASE(an_inquiry_is_a_dispute_from_the_day_on_which_it_escalates),
		CASE(an_inquiry_that_ends_so_is_no_disputed_payment),
		CASE(a_dispute_of_nobody_counts_until_it_is_placed),
		CASE(the_product_of_a_payment_is_found_in_any_order),
		CASE(no_batch_shows_in_what_is_told),
		CASE(what_was_told_is_not_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
