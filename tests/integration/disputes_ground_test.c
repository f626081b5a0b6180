/*
 * disputes_ground_test - makes the cases that disputes.py looks at with the operator's tool.
 *
 *   disputes_ground_test URI      of a role that may write the schemas chargeback, billing and ingest
 *
 * dp_1 is a chargeback of 120.00 USD whose funds were taken, with an owner, evidence and a recommendation; dp_10 an inquiry whose
 * deadline is near, with a PDF and a picture that a person uploaded; dp_3 takes no answer; dp_4 is won; dp_5 has no amount; dp_6 was
 * nobody's at first, and is won; issfr_1 is a fraud warning. Of dp_20 to dp_23 there is only what became of them.
 * Prints the account.
 */
#include "common/base/text.h"
#include "tests/support/case_ground.h"
#include "tests/support/picture_fixture.h"
#include "tests/support/upload_fixture.h"

#include <stdio.h>

#define MAY "2026-05-"

struct told {
	const char *id;
	const char *status;
	const char *due;
	int64_t amount; /* below zero: none */
	const char *currency;
	bool unanswerable;
};

static Opsmesh__V1__DisputeChanged changed_by(const struct told *told)
{
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;

	changed.dispute_id = text_mutable(told->id);
	changed.payment_id = text_mutable("ch_1");
	changed.to_status = text_mutable(told->status);
	changed.amount = told->amount < 0 ? NULL : ground_money(told->amount, told->currency);
	changed.reason = text_mutable("fraudulent");
	changed.network = text_mutable("visa");
	changed.network_reason_code = text_mutable("10.4");
	changed.due_by = ground_stamp(told->due);
	changed.created_at = ground_stamp(MAY "01T00:00:00Z");
	changed.unanswerable = told->unanswerable;
	return changed;
}

static void tell(const char *at, const struct told *told)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed = changed_by(told);

	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	event.dispute_changed = &changed;
	ground_billing(at, &event);
}

/* A dispute of a charge that has not come, whose customer is known ten minutes later. */
static void place(const struct told *told)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed = changed_by(told);
	Opsmesh__V1__ObjectUnplaced unplaced = OPSMESH__V1__OBJECT_UNPLACED__INIT;
	Opsmesh__V1__ObjectPlaced placed = OPSMESH__V1__OBJECT_PLACED__INIT;
	const char *const charge = ground_unplaced(true);

	changed.payment_id = text_mutable(charge);
	unplaced.object_case = OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE;
	unplaced.dispute = &changed;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED;
	event.object_unplaced = &unplaced;
	ground_billing(MAY "01T15:10:00Z", &event);
	placed.object_id = text_mutable(told->id);
	placed.object_type = text_mutable("dispute");
	placed.customer_id = text_mutable(GROUND_CUSTOMER);
	placed.charge_id = text_mutable(charge);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED;
	event.object_placed = &placed;
	ground_billing(MAY "01T15:20:00Z", &event);
	ground_unplaced(false);
}

static void funds(const char *at, const char *transaction, int64_t minor, int64_t fee, bool back)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeFundsMoved moved = OPSMESH__V1__DISPUTE_FUNDS_MOVED__INIT;

	moved.dispute_id = text_mutable("dp_1");
	moved.payment_id = text_mutable("ch_1");
	moved.transaction_id = text_mutable(transaction);
	moved.amount = ground_money(minor, "USD");
	moved.fee = ground_money(fee, "USD");
	event.fact_case = back ? OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED
	                       : OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN;
	event.dispute_funds_withdrawn = &moved;
	ground_billing(at, &event);
}

static void warn(const char *at)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__FraudWarningChanged changed = OPSMESH__V1__FRAUD_WARNING_CHANGED__INIT;

	changed.warning_id = text_mutable("issfr_1");
	changed.payment_id = text_mutable("ch_2");
	changed.fraud_type = text_mutable("made_with_stolen_card");
	changed.actionable = true;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED;
	event.fraud_warning_changed = &changed;
	ground_billing(at, &event);
}

/* People. */

static Opsmesh__V1__PersonalText *personal(const char *text)
{
	Opsmesh__V1__PersonalText *const made = arena_alloc(ground_arena(), sizeof(*made));

	opsmesh__v1__personal_text__init(made);
	made->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made->text = text_mutable(text);
	return made;
}

static Opsmesh__V1__ActionParameter *plain(const char *name, const char *value)
{
	Opsmesh__V1__ActionParameter *const made = arena_alloc(ground_arena(), sizeof(*made));

	opsmesh__v1__action_parameter__init(made);
	made->name = text_mutable(name);
	made->value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
	made->plain = text_mutable(value);
	return made;
}

static Opsmesh__V1__ActionParameter *written(const char *name, const char *value)
{
	Opsmesh__V1__ActionParameter *const made = plain(name, "");

	made->value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PERSONAL;
	made->personal = personal(value);
	return made;
}

/* What an action is asked of, and with. */
struct asking {
	const char *dispute;
	Opsmesh__V1__ActionFile *file;
	Opsmesh__V1__ActionParameter **parameters;
	size_t count;
};

static void ask(const char *at, const char *id, Opsmesh__V1__ActionKind kind, const char *word,
                const struct asking *asking)
{
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject on = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__Actor by = OPSMESH__V1__ACTOR__INIT;

	on.type = text_mutable("case");
	on.id = arena_printf(ground_arena(), "case/%s/%s", ground_home(), asking->dispute);
	by.principal = text_mutable("hanako");
	by.role = OPSMESH__V1__ROLE__ROLE_AGENT;
	requested.kind = kind;
	requested.action = text_mutable(word);
	requested.on = &on;
	requested.by = &by;
	requested.reason = personal("Mr. Sato wrote twice");
	requested.parameters = asking->parameters;
	requested.n_parameters = asking->count;
	requested.file = asking->file;
	ground_action(at, id, &requested);
}

static void act(void)
{
	Opsmesh__V1__ActionParameter *assignee[] = { plain("assignee", "taro") };
	Opsmesh__V1__ActionParameter *pinned[] = { plain("field", "refund_policy"),
		                                   plain("kind", "refund_answer"),
		                                   plain("language", "en"),
		                                   written("text", "Sato asked, we paid") };

	ask(MAY "02T09:00:00Z", "act-1", OPSMESH__V1__ACTION_KIND__ACTION_KIND_ASSIGN, "assign",
	    &(struct asking){ "dp_1", NULL, assignee, COUNT_OF(assignee) });
	ask(MAY "02T10:00:00Z", "act-2", OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, "pin",
	    &(struct asking){ "dp_1", NULL, pinned, COUNT_OF(pinned) });
}

/* A PDF of two pages and a picture, together into one field: "Lantern page 1". */
static void upload(void)
{
	Opsmesh__V1__ActionParameter *document[] = { plain("field", "receipt"),
		                                     plain("kind", "invoice"),
		                                     written("text", "The signed order") };
	Opsmesh__V1__ActionParameter *picture[] = { plain("field", "receipt"),
		                                    plain("kind", "usage") };

	ask(MAY "02T11:00:00Z", "act-3", OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, "pin",
	    &(struct asking){ "dp_10",
	                      ground_file(MAY "02T11:00:00Z", "application/pdf",
	                                  upload_fixture_pdf(ground_arena(), "Lantern", 2)),
	                      document, COUNT_OF(document) });
	ask(MAY "02T12:00:00Z", "act-4", OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, "pin",
	    &(struct asking){ "dp_10",
	                      ground_file(MAY "02T12:00:00Z", "image/png",
	                                  picture_fixture(ground_arena(), "image/png")),
	                      picture, COUNT_OF(picture) });
	ask(MAY "02T13:00:00Z", "act-5", OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, "pin",
	    &(struct asking){ "dp_10",
	                      ground_file(MAY "02T13:00:00Z", "application/pdf",
	                                  upload_fixture_locked(ground_arena(), "x")),
	                      picture, COUNT_OF(picture) });
}

static void recommend(const char *at, const char *dispute, Opsmesh__V1__CaseStage stage,
                      const char *word, int64_t win_ppm, Opsmesh__V1__Money *amount)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__RecommendationMade made = OPSMESH__V1__RECOMMENDATION_MADE__INIT;
	Opsmesh__V1__CaseKept kept = OPSMESH__V1__CASE_KEPT__INIT;

	made.stage = stage;
	made.recommendation = text_mutable(word);
	made.expected = ground_money(1000, "USD");
	made.win_ppm = win_ppm;
	made.amount = amount;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_RECOMMENDATION_MADE;
	event.recommendation_made = &made;
	ground_say(at, dispute, &event);
	kept.recommendation = &made;
	ground_keep(dispute, &kept);
}

/* Of a dispute that the tables have no more: what is summed are facts alone. */
static void compare(const char *at, const char *dispute, const char *outcome, const char *cell,
                    bool answered)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__OutcomeCompared compared = OPSMESH__V1__OUTCOME_COMPARED__INIT;

	compared.outcome = text_mutable(outcome);
	compared.predicted_ppm = 250000;
	compared.band = 2;
	compared.cell = text_mutable(cell);
	compared.answered = answered;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_OUTCOME_COMPARED;
	event.outcome_compared = &compared;
	ground_say(at, dispute, &event);
}

static void play(void)
{
	tell(MAY "01T10:00:00Z",
	     &(struct told){ "dp_1", "needs_response", MAY "20T00:00:00Z", 12000, "USD", false });
	funds(MAY "01T10:00:01Z", "txn_1", 12000, 1500, false);
	tell(MAY "01T11:00:00Z", &(struct told){ "dp_10", "warning_needs_response",
	                                         MAY "10T00:00:00Z", 5000, "EUR", false });
	tell(MAY "01T12:00:00Z",
	     &(struct told){ "dp_3", "needs_response", NULL, 9000, "JPY", true });
	tell(MAY "01T13:00:00Z",
	     &(struct told){ "dp_4", "needs_response", MAY "20T00:00:00Z", 700, "USD", false });
	tell(MAY "01T14:00:00Z", &(struct told){ "dp_4", "won", NULL, 700, "USD", false });
	tell(MAY "01T15:00:00Z",
	     &(struct told){ "dp_5", "needs_response", MAY "30T00:00:00Z", -1, "", false });
	place(&(struct told){ "dp_6", "needs_response", MAY "30T00:00:00Z", 300, "USD", false });
	tell(MAY "01T15:30:00Z",
	     &(struct told){ "dp_6", "needs_response", MAY "30T00:00:00Z", 300, "USD", false });
	tell(MAY "01T15:40:00Z", &(struct told){ "dp_6", "won", NULL, 300, "USD", false });
	warn(MAY "01T16:00:00Z");
	act();
	upload();
	funds(MAY "03T10:00:00Z", "txn_2", 2000, -1500, true);
	ground_pass(MAY "09T12:00:00Z");
	recommend(MAY "03T00:00:00Z", "dp_1", OPSMESH__V1__CASE_STAGE__CASE_STAGE_CHARGEBACK,
	          "contest", 300000, ground_money(12000, "USD"));
	recommend(MAY "04T00:00:00Z", "dp_1", OPSMESH__V1__CASE_STAGE__CASE_STAGE_CHARGEBACK,
	          "contest", 450000, ground_money(12000, "USD"));
	recommend(MAY "04T00:00:00Z", "dp_10", OPSMESH__V1__CASE_STAGE__CASE_STAGE_INQUIRY,
	          "accept", 900000, ground_money(5000, "EUR"));
	compare(MAY "05T00:00:00Z", "dp_20", "lost", "fraudulent/full", true);
	compare(MAY "05T00:00:00Z", "dp_21", "lost", "fraudulent/full", true);
	compare(MAY "05T00:00:00Z", "dp_22", "won", "fraudulent/full", false);
	compare(MAY "05T00:00:00Z", "dp_23", "won", "weather/full", true);
	compare(MAY "06T00:00:00Z", "dp_20", "late_won", "fraudulent/full", true);
}

int main(int argc, char **argv)
{
	enum status status;

	if (argc != 2)
		return 2;
	ground_open();
	play();
	puts(ground_home());
	status = ground_write(argv[1]);
	ground_close();
	return status == STATUS_OK ? 0 : 1;
}
