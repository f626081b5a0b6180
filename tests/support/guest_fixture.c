#include "tests/support/guest_fixture.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/dispute_document.h"
#include "tests/support/dispute_line.h"

#include <string.h>

struct stage_test guest_answer;
static size_t brought; /* facts of the stage `case` that were looked at */

static const struct stage *answer_stage(void)
{
	const struct stage *stage = chargeback_stages;

	while (!text_equal(stage->name, "answer"))
		stage++;
	return stage;
}

int guest_start(void **state)
{
	if (dispute_start(state) != 0)
		return -1;
	brought = 0;
	stage_test_init(&guest_answer, &opsmesh_catalogue, answer_stage(),
	                hash_partition(DISPUTE, strlen(DISPUTE), STAGE_TEST_PARTITIONS),
	                dispute_documents(false), NULL);
	return 0;
}

int guest_stop(void **state)
{
	stage_test_finish(&guest_answer);
	return dispute_stop(state);
}

void guest_restart(void)
{
	dispute_restart();
	stage_test_restart(&guest_answer);
}

/* Billing. */

static void tell(const char *at, const char *dispute, const char *charge, const char *status,
                 bool charge_known)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectUnplaced unplaced = OPSMESH__V1__OBJECT_UNPLACED__INIT;
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;

	amount.minor = 10000;
	amount.currency = text_mutable("USD");
	changed.dispute_id = text_mutable(dispute);
	changed.payment_id = text_mutable(charge);
	changed.to_status = text_mutable(status);
	changed.amount = &amount;
	changed.due_by = proto_timestamp(dispute_index.arena, dispute_time(GUEST_DUE));
	unplaced.object_case = OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE;
	unplaced.dispute = &changed;
	unplaced.charge_known = charge_known;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED;
	event.object_unplaced = &unplaced;
	dispute_billing(at, *charge != '\0' ? charge : dispute, &event);
}

void guest_told(const char *at, const char *status, bool charge_known)
{
	tell(at, DISPUTE, dispute_charge, status, charge_known);
}

void guest_told_of(const char *at, const char *dispute, const char *charge)
{
	tell(at, dispute, charge, "needs_response", *charge != '\0');
}

void guest_placed_of(const char *at, const char *dispute)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__ObjectPlaced placed = OPSMESH__V1__OBJECT_PLACED__INIT;

	placed.object_id = text_mutable(dispute);
	placed.object_type = text_mutable("dispute");
	placed.customer_id = text_mutable(dispute_customer);
	placed.charge_id = text_mutable(dispute_charge);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED;
	event.object_placed = &placed;
	dispute_billing(at, dispute_charge, &event);
}

void guest_placed(const char *at)
{
	guest_placed_of(at, DISPUTE);
}

/* People. */

static void ask(const char *at, const char *home, const struct told_action *asked)
{
	struct told_action told = *asked;

	told.id = arena_printf(dispute_stage.arena, "case/%s/" DISPUTE, home);
	dispute_asked(at, &told);
}

void guest_asked(const char *at, const char *home, const char *by, const char *decision,
                 const char *digest)
{
	const char *const parameters[] = { "decision", decision, digest != NULL ? "digest" : NULL,
		                           digest, NULL };

	ask(at, home,
	    &(struct told_action){ .kind = ACT(APPROVE), .by = by, .parameters = parameters });
}

void guest_closed(const char *at, const char *home, const char *by, const char *decision)
{
	const char *const parameters[] = { "decision", decision, NULL };

	ask(at, home,
	    &(struct told_action){ .kind = ACT(CLOSE),
	                           .by = by,
	                           .reason = "It cannot be won.",
	                           .parameters = parameters });
}

void guest_packet(const char *at, const char *home, const char *digest)
{
	const char *const account = dispute_account;

	dispute_account = home;
	dispute_packet(at, digest);
	dispute_account = account;
}

void guest_released(const char *at, const char *home, const char *digest)
{
	guest_packet(at, home, digest);
	guest_asked(at, home, "mika", "stage", NULL);
	guest_asked(at, home, "ken", "submit", digest);
}

/* What the cases ask for goes on, under the dispute. */
static void bring(void)
{
	for (; brought < stage_test_fact_count(&dispute_stage); brought++) {
		const struct fact *const fact = stage_test_fact(&dispute_stage, brought);

		if (fact->topic != OPS_BY_DISPUTE)
			continue;
		assert_int_equal(fact->partition, guest_answer.number);
		(void)stage_test_feed(&guest_answer,
		                      &(struct stage_test_event){
					  .topic = OPS_BY_DISPUTE,
					  .source = "case/2",
					  .key = DISPUTE,
					  .time = fact->time,
					  .mesh = dispute_newest(),
					  .message = stage_test_message(&dispute_stage, fact) });
	}
}

void guest_pass(const char *frontier)
{
	dispute_pass(frontier);
	bring();
	CHECK(stage_test_fold(&guest_answer, STAGE_TEST_ALL, dispute_newest()) == STATUS_OK);
}

size_t guest_count(const char *beginning)
{
	size_t count = 0;

	for (size_t i = 0; i < stage_test_fact_count(&guest_answer); i++) {
		const struct fact *const fact = stage_test_fact(&guest_answer, i);

		count += text_starts(dispute_line(guest_answer.arena, fact,
		                                  stage_test_message(&guest_answer, fact)),
		                     beginning);
	}
	return count;
}

size_t guest_asked_count(void)
{
	size_t count = 0;

	for (size_t i = 0; i < stage_test_fact_count(&dispute_stage); i++)
		count += stage_test_fact(&dispute_stage, i)->topic == OPS_BY_DISPUTE;
	return count;
}
