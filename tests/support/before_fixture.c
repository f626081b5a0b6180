#include "tests/support/before_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/evidence/evidence.h"
#include "tests/support/instant_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define ARENA gather_stage.arena
#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name

static struct instant newest;
static int64_t number; /* of the next fact */

int before_start(void **state)
{
	newest = TIME_MIN;
	number = 0;
	return gather_start(state);
}

/* Feeding. */

static Google__Protobuf__Timestamp *stamp(const char *at)
{
	return proto_timestamp(ARENA, instant_of(at));
}

static char *or_else(const char *text, const char *other)
{
	return text_mutable(text != NULL ? text : other);
}

static Opsmesh__V1__Money *money(int64_t minor, const char *currency)
{
	return case_money(ARENA, minor, currency != NULL ? currency : "USD");
}

static void feed(const char *at, Opsmesh__V1__MaterialEvent *event)
{
	newest = time_later(newest, instant_of(at));
	event->home = text_mutable(gather_home);
	event->fact_id = arena_printf(ARENA, "f-%06lld", (long long)++number);
	event->occurred_at = stamp(at);
	(void)stage_test_feed(&gather_stage, &(struct stage_test_event){ .topic = OPS_MATERIAL,
	                                                                 .key = gather_home,
	                                                                 .time = instant_of(at),
	                                                                 .mesh = newest,
	                                                                 .message = &event->base });
}

static void feed_billing(const char *at, Opsmesh__V1__BillingEvent *billing)
{
	Opsmesh__V1__MaterialEvent event = OPSMESH__V1__MATERIAL_EVENT__INIT;

	billing->customer_id = text_mutable("cus_1");
	billing->account_id = text_mutable(gather_home);
	billing->occurred_at = stamp(at);
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING;
	event.billing = billing;
	feed(at, &event);
}

void before_paid(const char *at, const struct before_payment *payment)
{
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;
	Opsmesh__V1__PaymentCard card = OPSMESH__V1__PAYMENT_CARD__INIT;
	Opsmesh__V1__PaymentIdentity identity = OPSMESH__V1__PAYMENT_IDENTITY__INIT;

	card.network = or_else(payment->network, "visa");
	card.fingerprint = or_else(payment->card, "card_1");
	if (payment->ip != NULL)
		identity.purchase_ip = evidence_text(ARENA, "cus_1", payment->ip);
	identity.device_id = or_else(payment->device, "");
	identity.account_id = or_else(payment->account, "");
	changed.payment_id = or_else(payment->id, "ch_1");
	changed.to_status = text_mutable("succeeded");
	changed.captured = !payment->reserved;
	changed.amount = money(payment->minor != 0 ? payment->minor : 12000, payment->currency);
	changed.refunded = money(payment->refunded, payment->currency);
	changed.three_d_secure = payment->secure;
	changed.created_at = stamp(payment->created != NULL ? payment->created : at);
	changed.card = &card;
	changed.identity = &identity;
	billing.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	billing.payment_changed = &changed;
	feed_billing(at, &billing);
}

void before_warned(const char *at, const char *warning_id, const char *payment_id, bool actionable)
{
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__FraudWarningChanged changed = OPSMESH__V1__FRAUD_WARNING_CHANGED__INIT;

	changed.warning_id = text_mutable(warning_id);
	changed.payment_id = text_mutable(payment_id);
	changed.actionable = actionable;
	billing.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED;
	billing.fraud_warning_changed = &changed;
	feed_billing(at, &billing);
}

void before_disputed(const char *at, const struct before_dispute *dispute)
{
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;

	changed.dispute_id = or_else(dispute->id, GATHER_DISPUTE);
	changed.payment_id = or_else(dispute->payment, "ch_1");
	changed.to_status = or_else(dispute->status, "needs_response");
	changed.network = or_else(dispute->network, "visa");
	changed.network_reason_code = or_else(dispute->code, "10.4");
	changed.reason = or_else(dispute->reason, "fraudulent");
	changed.case_type = or_else(dispute->type, "");
	changed.amount = money(dispute->minor != 0 ? dispute->minor : 12000, dispute->currency);
	changed.submission_count = dispute->submissions;
	changed.due_by = stamp("2026-12-20T00:00:00Z");
	billing.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	billing.dispute_changed = &changed;
	feed_billing(at, &billing);
}

static void feed_ticket(const char *at, Opsmesh__V1__TicketEvent *ticket)
{
	Opsmesh__V1__MaterialEvent event = OPSMESH__V1__MATERIAL_EVENT__INIT;

	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET;
	event.ticket = ticket;
	feed(at, &event);
}

void before_wrote(const char *at, const char *ticket_id, Opsmesh__V1__Role role)
{
	Opsmesh__V1__TicketEvent ticket = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded message = OPSMESH__V1__MESSAGE_ADDED__INIT;

	message.message_id = arena_printf(ARENA, "m-%lld", (long long)number);
	message.role = role;
	message.visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	message.body = evidence_text(ARENA, "cus_1", "Hello.");
	ticket.ticket_id = text_mutable(ticket_id);
	ticket.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	ticket.message_added = &message;
	feed_ticket(at, &ticket);
}

void before_solved(const char *at, const char *ticket_id)
{
	Opsmesh__V1__TicketEvent ticket = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__StatusChanged changed = OPSMESH__V1__STATUS_CHANGED__INIT;

	changed.to_status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_SOLVED;
	ticket.ticket_id = text_mutable(ticket_id);
	ticket.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED;
	ticket.status_changed = &changed;
	feed_ticket(at, &ticket);
}

/* Hearing. */

static const char *joined(char *const *words, size_t count)
{
	const char *line = "";

	for (size_t i = 0; i < count; i++)
		line = arena_printf(ARENA, "%s%s%s", line, i > 0 ? "," : "", words[i]);
	return line;
}

static const char *amount(const Opsmesh__V1__Money *it)
{
	return it != NULL ? arena_printf(ARENA, "%lld %s", (long long)it->minor, it->currency)
	                  : "nothing";
}

static const char *triaged_line(const Opsmesh__V1__WarningTriaged *it)
{
	return arena_printf(ARENA, "triaged %s %s %lld %%, %s\n", it->triage,
	                    joined(it->reasons, it->n_reasons),
	                    (long long)(it->disputed_ppm / 10000), amount(it->expected_loss));
}

static const char *resolved_line(const Opsmesh__V1__WarningResolved *it)
{
	return arena_printf(ARENA, "resolved %s%s%s\n", it->how, *it->was != '\0' ? ", was " : "",
	                    it->was);
}

static const char *compelling_line(const Opsmesh__V1__CompellingJudged *it)
{
	const char *const line = arena_printf(ARENA, "compelling %s %s of %s", it->status, it->why,
	                                      joined(it->payment_ids, it->n_payment_ids));

	return arena_printf(ARENA, "%s, same %s, missing %s\n", line,
	                    joined(it->matching, it->n_matching),
	                    joined(it->missing, it->n_missing));
}

static const char *lacks_line(const Opsmesh__V1__CompellingLacks *it)
{
	const char *line = it->n_lacking == 0 ? "lacks nothing" : "lacks";

	for (size_t i = 0; i < it->n_lacking; i++)
		line =
		    arena_printf(ARENA, "%s%s %lld %s", line, i > 0 ? "," : "",
		                 (long long)it->lacking[i]->payments, it->lacking[i]->identifier);
	return arena_printf(ARENA, "%s\n", line);
}

static const char *worth_line(const Opsmesh__V1__RecommendationMade *it)
{
	return arena_printf(ARENA, "worth %s %lld of %s, gains %s\n", it->recommendation,
	                    (long long)it->win_ppm, it->band, amount(it->expected));
}

static const char *compared_line(const Opsmesh__V1__OutcomeCompared *it)
{
	const char *const line =
	    arena_printf(ARENA, "compared %s at %lld, %s decided %s", it->outcome,
	                 (long long)it->predicted_ppm, it->recommended, it->decided);

	for (size_t i = 0; i < it->n_calibration; i++)
		if (it->answered && it->calibration[i]->from_ppm == it->band * 100000)
			return arena_printf(ARENA, "%s, %lld of %lld\n", line,
			                    (long long)it->calibration[i]->won,
			                    (long long)it->calibration[i]->count);
	return arena_printf(ARENA, "%s, uncounted\n", line);
}

static const char *opened_line(const Opsmesh__V1__CaseOpened *it)
{
	static const char *const stages[] = { "-", "warning", "inquiry", "chargeback" };

	return arena_printf(ARENA, "opened %s%s%s\n", stages[it->stage],
	                    *it->warning_id != '\0' ? ", warned by " : "", it->warning_id);
}

static const char *line_of(const Opsmesh__V1__DisputeEvent *event)
{
	switch ((int)event->fact_case) {
	case FACT(OPENED): return opened_line(event->opened);
	case FACT(WITHDRAWN): return arena_printf(ARENA, "over: %s\n", event->withdrawn->why);
	case FACT(WARNING_TRIAGED): return triaged_line(event->warning_triaged);
	case FACT(REFUND_RECOMMENDED):
		return arena_printf(ARENA, "refund %s\n", amount(event->refund_recommended->left));
	case FACT(WARNING_RESOLVED): return resolved_line(event->warning_resolved);
	case FACT(COMPELLING_JUDGED): return compelling_line(event->compelling_judged);
	case FACT(COMPELLING_LACKS): return lacks_line(event->compelling_lacks);
	case FACT(RECOMMENDATION_MADE): return worth_line(event->recommendation_made);
	case FACT(RECOMMENDATION_REFUSED):
		return arena_printf(ARENA, "unreckoned %s\n",
		                    event->recommendation_refused->reason);
	case FACT(OUTCOME_COMPARED): return compared_line(event->outcome_compared);
	default: return "";
	}
}

const char *before_heard(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *heard = "";

	while ((fact = stage_test_next(&gather_stage, &message)) != NULL)
		if (fact->topic == OPS_DISPUTES)
			heard = arena_printf(ARENA, "%s%s", heard, line_of((const void *)message));
	return heard;
}

void before_expect(const char *lines)
{
	assert_string_equal(before_heard(), lines);
}

const Opsmesh__V1__CaseKept *before_kept(const char *dispute_id)
{
	struct case_row row = { .home = gather_home, .dispute_id = dispute_id };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(stage_test_row(&gather_stage, &dispute_case_table, &row));
	CHECK(proto_unpack(ARENA, &opsmesh__v1__case_kept__descriptor, row.kept, &message, reason));
	return (const void *)message;
}
