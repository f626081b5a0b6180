#include "tests/support/tally_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/tally.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/chargeback.h"
#include "tests/support/instant_fixture.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SHARD 1
#define SUMS_MAX 64
#define MAY "2026-05-10T09:00:00Z"

struct stage_test tallying_stage;
static const char *customer;
struct instant tallying_mesh;

int tallying_start(void **state)
{
	(void)state;
	stage_test_init(&tallying_stage, &opsmesh_catalogue, &chargeback_stages[0], SHARD, NULL,
	                NULL);
	customer = stage_test_key(&tallying_stage, "cus_");
	tallying_mesh = instant_of(MAY);
	return 0;
}

int tallying_stop(void **state)
{
	(void)state;
	stage_test_finish(&tallying_stage);
	return 0;
}

/* Feeding. */

void tallying_feed(Opsmesh__V1__BillingEvent *event)
{
	event->customer_id = text_mutable(customer);
	event->occurred_at = proto_timestamp(tallying_stage.arena, tallying_mesh);
	(void)stage_test_feed(&tallying_stage,
	                      &(struct stage_test_event){ .topic = OPS_BILLING,
	                                                  .source = "customer/1",
	                                                  .key = customer,
	                                                  .time = tallying_mesh,
	                                                  .mesh = tallying_mesh,
	                                                  .message = &event->base });
	tallying_mesh = time_add(tallying_mesh, SECONDS(1));
}

void tallying_pay(const struct tallying_payment *payment)
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
	changed.three_d_secure = payment->secure;
	changed.card = payment->network != NULL ? &card : NULL;
	changed.created_at = proto_timestamp(tallying_stage.arena, instant_of(payment->at));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	event.payment_changed = &changed;
	tallying_feed(&event);
}

void tallying_pay_visa(const char *id)
{
	tallying_pay(&(struct tallying_payment){ id, "visa", "JP", "succeeded", false,
	                                         "2026-05-03T12:00:00Z", false });
}

void tallying_fill_dispute(Opsmesh__V1__DisputeChanged *changed, const char *status)
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
	changed->created_at =
	    proto_timestamp(tallying_stage.arena, instant_of("2026-05-08T01:00:00Z"));
}

void tallying_dispute(const char *status, const char *case_type)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed;

	tallying_fill_dispute(&changed, status);
	changed.case_type = text_mutable(case_type);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	event.dispute_changed = &changed;
	tallying_feed(&event);
}

void tallying_warn(void)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__FraudWarningChanged changed = OPSMESH__V1__FRAUD_WARNING_CHANGED__INIT;

	changed.warning_id = text_mutable("issfr_1");
	changed.payment_id = text_mutable("ch_1");
	changed.created_at =
	    proto_timestamp(tallying_stage.arena, instant_of("2026-05-06T01:00:00Z"));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED;
	event.fraud_warning_changed = &changed;
	tallying_feed(&event);
}

void tallying_fold(void)
{
	assert_int_equal(stage_test_fold(&tallying_stage, STAGE_TEST_ALL, tallying_mesh),
	                 STATUS_OK);
	tallying_mesh = time_add(tallying_mesh, MINUTES(30));
	assert_int_equal(stage_test_fold(&tallying_stage, STAGE_TEST_ALL, tallying_mesh),
	                 STATUS_OK);
}

/* Reading. */

struct sum {
	const char *what;
	int64_t payments;
	int64_t events;
	int64_t minor;
	int64_t secure;
};

static int by_what(const void *a, const void *b)
{
	return strcmp(((const struct sum *)a)->what, ((const struct sum *)b)->what);
}

static const char *what_of(const Opsmesh__V1__TallyCounted *counted)
{
	return arena_printf(tallying_stage.arena, "%s %s %s%s%s%s%s%s", counted->day,
	                    counted->dimension, counted->value, counted->warning ? " warning" : "",
	                    counted->fraud ? " fraud" : "", counted->inquiry ? " inquiry" : "",
	                    counted->prevented ? " prevented" : "",
	                    counted->compelling ? " compelling" : "");
}

static void add(struct sum *sums, size_t *count, const Opsmesh__V1__TallyCounted *counted)
{
	const struct sum more = { what_of(counted), counted->payments, counted->events,
		                  counted->amount != NULL ? counted->amount->minor : 0,
		                  counted->authenticated };
	size_t at = 0;

	while (at < *count && strcmp(sums[at].what, more.what) != 0)
		at++;
	assert_true(at < SUMS_MAX);
	if (at == *count)
		sums[(*count)++] = (struct sum){ .what = more.what };
	sums[at].payments += more.payments;
	sums[at].events += more.events;
	sums[at].minor += more.minor;
	sums[at].secure += more.secure;
}

static const char *secure(int64_t count)
{
	return count == 0 ? ""
	                  : arena_printf(tallying_stage.arena, ", %lld secure", (long long)count);
}

const char *tallying_told(const char *watched)
{
	struct sum sums[SUMS_MAX];
	size_t count = 0;
	const char *text = "";

	for (size_t i = 0; i < stage_test_fact_count(&tallying_stage); i++) {
		const struct fact *const fact = stage_test_fact(&tallying_stage, i);

		assert_false(fact->dead_letter);
		if (fact->topic != OPS_BY_PROGRAMME || !bytes_equal(fact->key, bytes_of(watched)))
			continue;
		add(sums, &count,
		    ((const Opsmesh__V1__TallyEvent *)(const void *)stage_test_message(
			 &tallying_stage, fact))
		        ->counted);
	}
	qsort(sums, count, sizeof(sums[0]), by_what);
	for (size_t i = 0; i < count; i++)
		if (sums[i].payments != 0 || sums[i].events != 0 || sums[i].minor != 0)
			text = arena_printf(tallying_stage.arena, "%s%s: %lld, %lld of %lld%s\n",
			                    text, sums[i].what, (long long)sums[i].payments,
			                    (long long)sums[i].events, (long long)sums[i].minor,
			                    secure(sums[i].secure));
	return text;
}

const char *tallying_told_visa(void)
{
	return tallying_told("programmes:visa");
}
