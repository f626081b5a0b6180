#include "tests/support/gather_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/chargeback.h"
#include "tests/support/deployed.h"
#include "tests/support/font_leak.h"
#include "tests/support/instant_fixture.h"

#include <string.h>

#define SHARD 2

struct stage_test gather_stage;
const char *gather_home;

static struct instant newest;
static int64_t actions;
static const char *network = "";
static const char *code = "";
static int64_t disputed;
static struct document in_force[DEPLOYED_MAX];

/* Documents, compiled once for all tests of a program: they never change. */

static const struct document *documents(void)
{
	static struct document all[DEPLOYED_MAX];

	font_leak_forgive();
	if (all[0].name == NULL)
		deployed_documents(chargeback_documents, all);
	for (size_t i = 0; i < DEPLOYED_MAX; i++)
		in_force[i] = all[i];
	return in_force;
}

void gather_document(const char *name, const void *compiled)
{
	struct document *document = in_force;

	while (!text_equal(document->name, name))
		document++;
	document->compiled = compiled;
}

int gather_start(void **state)
{
	(void)state;
	newest = TIME_MIN;
	actions = 0;
	disputed = 12000;
	stage_test_init(&gather_stage, &opsmesh_catalogue, &chargeback_stages[1], SHARD,
	                documents(), NULL);
	gather_home = stage_test_key(&gather_stage, "acme");
	return 0;
}

int gather_stop(void **state)
{
	(void)state;
	stage_test_finish(&gather_stage);
	gather_network("", "");
	return 0;
}

/* Feeding. */

static Google__Protobuf__Timestamp *stamp(const char *at)
{
	return proto_timestamp(gather_stage.arena, instant_of(at));
}

static void feed(int topic, const char *at, const ProtobufCMessage *message)
{
	newest = time_later(newest, instant_of(at));
	(void)stage_test_feed(&gather_stage, &(struct stage_test_event){ .topic = topic,
	                                                                 .key = gather_home,
	                                                                 .time = instant_of(at),
	                                                                 .mesh = newest,
	                                                                 .message = message });
}

static void feed_material(const char *at, const char *fact_id, Opsmesh__V1__MaterialEvent *event)
{
	event->home = text_mutable(gather_home);
	event->fact_id = text_mutable(fact_id);
	event->occurred_at = stamp(at);
	feed(OPS_MATERIAL, at, &event->base);
}

static void feed_billing(const char *at, const char *fact_id, Opsmesh__V1__BillingEvent *billing)
{
	Opsmesh__V1__MaterialEvent event = OPSMESH__V1__MATERIAL_EVENT__INIT;

	billing->customer_id = text_mutable("cus_1");
	billing->account_id = text_mutable(gather_home);
	billing->occurred_at = stamp(at);
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING;
	event.billing = billing;
	feed_material(at, fact_id, &event);
}

static Opsmesh__V1__Money *money(int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(gather_stage.arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = text_mutable("USD");
	return made;
}

void gather_payment(const char *at, const char *fact_id)
{
	gather_payment_of(at, fact_id, "ch_1");
}

void gather_payment_of(const char *at, const char *fact_id, const char *payment)
{
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;

	changed.payment_id = text_mutable(payment);
	changed.invoice_id = arena_printf(gather_stage.arena, "in_%s", payment);
	changed.to_status = text_mutable("succeeded");
	changed.amount = money(12000);
	billing.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	billing.payment_changed = &changed;
	feed_billing(at, fact_id, &billing);
}

void gather_network(const char *said, const char *said_code)
{
	network = said;
	code = said_code;
}

static void feed_dispute(const char *at, const char *dispute, const char *payment,
                         const char *status, const char *reason)
{
	Opsmesh__V1__BillingEvent billing = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;

	changed.dispute_id = text_mutable(dispute);
	changed.payment_id = text_mutable(payment);
	changed.to_status = text_mutable(status);
	changed.reason = text_mutable(reason);
	changed.network = text_mutable(network);
	changed.network_reason_code = text_mutable(code);
	changed.amount = money(disputed);
	changed.due_by = stamp("2026-06-20T00:00:00Z");
	changed.created_at = stamp("2026-06-01T00:00:00Z");
	billing.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	billing.dispute_changed = &changed;
	feed_billing(at, arena_printf(gather_stage.arena, "d-%s-%s", dispute, at), &billing);
}

void gather_disputed(int64_t minor)
{
	disputed = minor;
}

void gather_dispute(const char *at, const char *status, const char *reason)
{
	feed_dispute(at, GATHER_DISPUTE, "ch_1", status, reason);
}

void gather_dispute_of(const char *at, const char *dispute, const char *payment, const char *status)
{
	feed_dispute(at, dispute, payment, status, "general");
}

void gather_message(const char *at, const char *fact_id, Opsmesh__V1__Role role, bool private,
                    const char *text)
{
	Opsmesh__V1__MaterialEvent event = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__TicketEvent ticket = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__MessageAdded message = OPSMESH__V1__MESSAGE_ADDED__INIT;

	message.message_id = text_mutable(fact_id);
	message.role = role;
	message.channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	message.visibility = private ? OPSMESH__V1__VISIBILITY__VISIBILITY_PRIVATE
	                             : OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	message.body = evidence_text(gather_stage.arena, gather_home, text);
	ticket.ticket_id = text_mutable("T-1");
	ticket.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED;
	ticket.message_added = &message;
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET;
	event.ticket = &ticket;
	feed_material(at, fact_id, &event);
}

void gather_judged(const char *at, const char *message_id, const char *intent)
{
	Opsmesh__V1__MaterialEvent event = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__TriageEvent triage = OPSMESH__V1__TRIAGE_EVENT__INIT;
	Opsmesh__V1__TicketClassified classified = OPSMESH__V1__TICKET_CLASSIFIED__INIT;

	classified.message_id = text_mutable(message_id);
	classified.message_intent = text_mutable(intent);
	triage.ticket_id = text_mutable("T-1");
	triage.fact_case = OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED;
	triage.classified = &classified;
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TRIAGE;
	event.triage = &triage;
	feed_material(at, arena_printf(gather_stage.arena, "v-%s", message_id), &event);
}

void gather_left(const char *at)
{
	Opsmesh__V1__MaterialEvent event = OPSMESH__V1__MATERIAL_EVENT__INIT;
	Opsmesh__V1__TicketLeft left = OPSMESH__V1__TICKET_LEFT__INIT;

	left.ticket_id = text_mutable("T-1");
	event.fact_case = OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET_LEFT;
	event.ticket_left = &left;
	feed_material(at, "left", &event);
}

static void set_parameters(Opsmesh__V1__ActionRequested *requested, const char *const *pairs)
{
	size_t count = 0;

	while (pairs[2 * count] != NULL)
		count++;
	requested->parameters =
	    arena_alloc(gather_stage.arena, (count + 1) * sizeof(*requested->parameters));
	for (size_t i = 0; i < count; i++) {
		Opsmesh__V1__ActionParameter *const made =
		    arena_alloc(gather_stage.arena, sizeof(*made));

		opsmesh__v1__action_parameter__init(made);
		made->name = text_mutable(pairs[2 * i]);
		made->value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
		made->plain = text_mutable(pairs[2 * i + 1]);
		requested->parameters[requested->n_parameters++] = made;
	}
}

static void ask(const char *at, Opsmesh__V1__ActionKind kind, const char *by,
                const char *const *parameters, Opsmesh__V1__ActionFile *file)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;
	Opsmesh__V1__Actor actor = OPSMESH__V1__ACTOR__INIT;
	Opsmesh__V1__PersonalText reason = OPSMESH__V1__PERSONAL_TEXT__INIT;
	struct arena *const arena = gather_stage.arena;
	char *scopes[] = { text_mutable("actions:*") };

	actor.principal = text_mutable(by);
	reason.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	reason.text = text_mutable("It was decided so.");
	subject.type = text_mutable("case");
	subject.id = arena_printf(arena, "case/%s/" GATHER_DISPUTE, gather_home);
	requested.kind = kind;
	requested.action = text_mutable("asked");
	requested.reason = &reason;
	requested.scopes = scopes;
	requested.n_scopes = COUNT_OF(scopes);
	requested.on = &subject;
	requested.by = &actor;
	requested.file = file;
	set_parameters(&requested, parameters);
	event.action_id = arena_printf(arena, "A-%lld", (long long)++actions);
	event.routing_key = text_mutable(gather_home);
	event.occurred_at = stamp(at);
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = &requested;
	feed(OPS_ACTIONS, at, &event.base);
}

void gather_asked(const char *at, Opsmesh__V1__ActionKind kind, const char *by,
                  const char *const *parameters)
{
	ask(at, kind, by, parameters, NULL);
}

static char *digest_of(struct bytes content)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(content, digest);
	return text_hex(gather_stage.arena, (struct bytes){ digest, sizeof(digest) });
}

static char *feed_part(const char *at, struct bytes content)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__FilePartBrought part = OPSMESH__V1__FILE_PART_BROUGHT__INIT;

	part.digest = digest_of(content);
	part.content.data = (uint8_t *)(uintptr_t)content.data;
	part.content.len = content.size;
	event.routing_key = text_mutable(gather_home);
	event.occurred_at = stamp(at);
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_FILE_PART_BROUGHT;
	event.file_part_brought = &part;
	feed(OPS_ACTIONS, at, &event.base);
	return part.digest;
}

void gather_uploaded(const char *at, const char *media_type, struct bytes content, size_t part,
                     const char *const *parameters)
{
	Opsmesh__V1__ActionFile file = OPSMESH__V1__ACTION_FILE__INIT;

	file.digest = digest_of(content);
	file.media_type = text_mutable(media_type);
	file.bytes = (int64_t)content.size;
	file.parts =
	    arena_alloc(gather_stage.arena, (content.size / part + 1) * sizeof(*file.parts));
	for (size_t i = 0; i < content.size; i += part) {
		const size_t left = content.size - i;

		file.parts[file.n_parts++] =
		    feed_part(at, (struct bytes){ (const char *)content.data + i,
		                                  left < part ? left : part });
	}
	ask(at, OPSMESH__V1__ACTION_KIND__ACTION_KIND_PIN, "kim", parameters, &file);
}

void gather_pass(const char *frontier)
{
	newest = time_later(newest, instant_of(frontier));
	do
		CHECK(stage_test_fold(&gather_stage, STAGE_TEST_ALL, newest) == STATUS_OK);
	while (stage_test_effects(&gather_stage) > 0);
}

void gather_begin(const char *reason)
{
	gather_payment(GATHER_PAID, "p1");
	gather_message(GATHER_WROTE, "m1", OPSMESH__V1__ROLE__ROLE_CUSTOMER, false,
	               "I use it every day");
	gather_dispute(GATHER_BEGAN, "needs_response", reason);
	gather_pass("2026-06-02T00:00:00Z");
}

void gather_put_up(const char *at)
{
	static const char *const parameters[] = { "decision", "stage", NULL };

	gather_asked(at, OPSMESH__V1__ACTION_KIND__ACTION_KIND_APPROVE, "kim", parameters);
	gather_pass(at);
}

void gather_approved(const char *at, const char *digest)
{
	const char *const parameters[] = { "decision", "submit", "digest", digest, NULL };

	gather_asked(at, OPSMESH__V1__ACTION_KIND__ACTION_KIND_APPROVE, "lee", parameters);
	gather_pass(at);
}

/* Hearing. */

static const char *line_of(struct arena *arena, const Opsmesh__V1__DisputeEvent *event)
{
	const ProtobufCMessage *fact;
	const char *name;

	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_COLLECTED)
		return arena_printf(arena, "collected %lld %lld %lld",
		                    (long long)event->evidence_collected->items,
		                    (long long)event->evidence_collected->hurting,
		                    (long long)event->evidence_collected->complete_ppm);
	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_GAP_IDENTIFIED)
		return arena_printf(arena, "gap %s", event->evidence_gap_identified->kind);
	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_GAP_CLOSED)
		return arena_printf(arena, "closed %s", event->evidence_gap_closed->kind);
	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_BUILT)
		return arena_printf(arena, "built %lld %zu", (long long)event->packet_built->items,
		                    event->packet_built->n_dropped);
	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_REFUSED)
		return arena_printf(arena, "refused %s", event->packet_refused->limit);
	CHECK(proto_fact(&event->base, &name, &fact));
	return name;
}

static bool is_left_out(const Opsmesh__V1__DisputeEvent *event)
{
	return event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_ORPHANS_SWEPT ||
	       event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_RENDERED;
}

/* What it says, and what it asks for. */
static bool is_of_case(const struct fact *fact)
{
	return fact->topic == OPS_DISPUTES || fact->topic == OPS_BY_DISPUTE;
}

const char *gather_heard(void)
{
	struct arena *const arena = gather_stage.arena;
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *heard = "";

	while ((fact = stage_test_next(&gather_stage, &message)) != NULL)
		if (is_of_case(fact) && !is_left_out((const void *)message))
			heard = arena_printf(arena, "%s%s\n", heard,
			                     line_of(arena, (const void *)message));
	return heard;
}

const Opsmesh__V1__DisputeEvent *gather_last(Opsmesh__V1__DisputeEvent__FactCase kind)
{
	const Opsmesh__V1__DisputeEvent *last = NULL;

	for (size_t i = 0; i < stage_test_fact_count(&gather_stage); i++) {
		const struct fact *const fact = stage_test_fact(&gather_stage, i);

		if (!is_of_case(fact))
			continue;
		const Opsmesh__V1__DisputeEvent *const event =
		    (const void *)stage_test_message(&gather_stage, fact);

		if (event->fact_case == kind)
			last = event;
	}
	return last;
}

const Opsmesh__V1__CaseKept *gather_kept(void)
{
	struct case_row row = { .home = gather_home, .dispute_id = GATHER_DISPUTE };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(stage_test_row(&gather_stage, &dispute_case_table, &row));
	CHECK(proto_unpack(gather_stage.arena, &opsmesh__v1__case_kept__descriptor, row.kept,
	                   &message, reason));
	return (const void *)message;
}

const char *gather_packet_text(const char *digest)
{
	struct case_packet_row row = { .home = gather_home,
		                       .dispute_id = GATHER_DISPUTE,
		                       .digest = digest };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (!stage_test_row(&gather_stage, &case_packet_table, &row))
		return NULL;
	CHECK(proto_unpack(gather_stage.arena, &opsmesh__v1__packet_kept__descriptor, row.content,
	                   &message, reason));
	return ((const Opsmesh__V1__PacketKept *)(const void *)message)->text->text;
}

const char *gather_standing(void)
{
	return gather_packet_text(gather_kept()->packet);
}
