#include "tests/support/dispute_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/dispute_document.h"
#include "tests/support/dispute_line.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#define EVENTS_MAX 8
#define TIMERS_MAX 8

struct stage_test dispute_index;
struct stage_test dispute_stage;
const char *dispute_account;
const char *dispute_customer;
const char *dispute_charge;

static struct stage_event events[EVENTS_MAX];
static struct stage_timer timers[TIMERS_MAX];
static struct stage stage;
static struct instant newest;
static int64_t number; /* of the next action */
static const char *read;

/* The stage, but for what gathers, and with a door for packets. */

static enum status gather(struct task *task, const char *key)
{
	struct casework work;
	const char *home;
	const char *dispute;

	CHECK(case_id_parse(task->arena, key, &home, &dispute));
	TRY(case_take(task, home, dispute, task->due, &work));
	work.kept->gather_at = NULL;
	if (work.kept->n_added > 0)
		work.kept->gathered = text_mutable("gathered");
	return case_keep(&work);
}

static enum status take_packet(struct task *task, const Opsmesh__V1__ActionEvent *action)
{
	static const Opsmesh__V1__PacketKept nothing = OPSMESH__V1__PACKET_KEPT__INIT;
	struct casework work;
	const char *home;
	const char *dispute;
	struct instant at;

	CHECK(case_id_parse(task->arena, action->requested->on->id, &home, &dispute));
	CHECK(proto_instant(action->occurred_at, &at));
	TRY(case_take(task, home, dispute, at, &work));
	work.kept->packet = action->requested->action;
	work.kept->pdf = text_mutable(text_starts(work.kept->packet, "unrendered") ? "" : "PDF");
	task_save(task, &case_packet_table,
	          &(struct case_packet_row){ .home = home,
	                                     .dispute_id = dispute,
	                                     .digest = work.kept->packet,
	                                     .put_up_at = TIME_MIN,
	                                     .content = proto_pack(task->arena, &nothing.base) });
	return case_keep(&work);
}

static enum status crowd(struct task *task, const Opsmesh__V1__ActionRequested *requested)
{
	struct casework work;
	int64_t count;
	int64_t remainder;

	CHECK(text_number(requested->on->id, 0, INT32_MAX, &count));
	CHECK(text_number(requested->action, 1, INT32_MAX, &remainder));
	for (int i = 0; i < (int)count; i++)
		task_save(task, &open_case_table,
		          &(struct open_case_row){
			      .home = dispute_account,
			      .dispute_id = arena_printf(task->arena, "dp_%06d", i),
			      .lacks = i % remainder == 0 ? CASE_LACKS_OWNER | CASE_LACKS_DEADLINE |
		                                                CASE_LACKS_EVIDENCE
		                                          : 0 });
	TRY(case_take(task, dispute_account, "dp_000000", task->event->time, &work));
	return case_begin_sweeps(&work);
}

static enum status read_dossier(struct task *task, const char *home)
{
	const struct dossier_row dossier = dossier_open(task, home);
	struct arena *const arena = dispute_stage.arena;
	Opsmesh__V1__DossierPage all;

	TRY(dossier_read(task, &dossier, &all));
	read = "";
	for (size_t i = 0; i < all.n_entries; i++)
		read = arena_printf(arena, "%s%s %s\n", read, all.entries[i]->kind,
		                    all.entries[i]->fact_id);
	return STATUS_OK;
}

static enum status act(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)message;
	const char *const type = action->requested->on != NULL ? action->requested->on->type : "";

	if (text_equal(type, "fixture_packet"))
		return take_packet(task, action);
	if (text_equal(type, "fixture_dossier"))
		return read_dossier(task, action->requested->on->id);
	return text_equal(type, "fixture_crowd") ? crowd(task, action->requested)
	                                         : case_on_action(task, action->requested);
}

static void build_stage(void)
{
	stage = chargeback_stages[1];
	for (size_t i = 0; i == 0 || events[i - 1].topic >= 0; i++) {
		CHECK(i < EVENTS_MAX);
		events[i] = stage.events[i];
		if (events[i].topic == OPS_ACTIONS)
			events[i] = (struct stage_event){ .topic = OPS_ACTIONS, .handle = act };
	}
	for (size_t i = 0; i == 0 || timers[i - 1].name != NULL; i++) {
		CHECK(i < TIMERS_MAX);
		timers[i] = stage.timers[i];
		if (text_equal(timers[i].name, CASE_TIMER_GATHER))
			timers[i].handle = gather;
	}
	stage.events = events;
	stage.timers = timers;
}

static int start(const struct document *documents)
{
	build_stage();
	newest = TIME_MIN;
	number = 0;
	stage_test_init(&dispute_index, &opsmesh_catalogue, &chargeback_stages[0], DISPUTE_SHARD,
	                documents, NULL);
	stage_test_init(&dispute_stage, &opsmesh_catalogue, &stage, DISPUTE_SHARD, documents, NULL);
	dispute_account = stage_test_key(&dispute_stage, "acme");
	dispute_customer = stage_test_key(&dispute_stage, "cus_");
	dispute_charge = stage_test_key(&dispute_stage, "ch_guest_");
	return 0;
}

int dispute_start(void **state)
{
	(void)state;
	return start(dispute_documents(false));
}

int dispute_start_working(void **state)
{
	(void)state;
	return start(dispute_documents(true));
}

int dispute_stop(void **state)
{
	(void)state;
	stage_test_finish(&dispute_index);
	stage_test_finish(&dispute_stage);
	return 0;
}

void dispute_restart(void)
{
	stage_test_restart(&dispute_index);
	stage_test_restart(&dispute_stage);
}

struct instant dispute_time(const char *text)
{
	struct instant instant;

	CHECK(time_parse(text, &instant));
	return instant;
}

struct instant dispute_newest(void)
{
	return newest;
}

/* Feeding. */

static void feed(struct stage_test *test, int topic, const char *key, struct instant at,
                 const ProtobufCMessage *message)
{
	newest = time_later(newest, at);
	(void)stage_test_feed(
	    test, &(struct stage_test_event){
		      .topic = topic, .key = key, .time = at, .mesh = newest, .message = message });
}

/* What the index said of it goes on to the cases. */
static void bring(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;

	CHECK(stage_test_fold(&dispute_index, STAGE_TEST_ALL, newest) == STATUS_OK);
	while ((fact = stage_test_next(&dispute_index, &message)) != NULL)
		if (fact->partition == DISPUTE_SHARD)
			feed(&dispute_stage, OPS_MATERIAL,
			     ((const Opsmesh__V1__MaterialEvent *)(const void *)message)->home,
			     fact->time, message);
}

void dispute_billing(const char *at, const char *key, Opsmesh__V1__BillingEvent *event)
{
	event->occurred_at = proto_timestamp(dispute_index.arena, dispute_time(at));
	feed(&dispute_index, OPS_BILLING, key, dispute_time(at), &event->base);
	bring();
}

void dispute_ticket(const char *at, Opsmesh__V1__TicketEvent *event)
{
	event->occurred_at = proto_timestamp(dispute_index.arena, dispute_time(at));
	feed(&dispute_index, OPS_TICKETS, event->ticket_id, dispute_time(at), &event->base);
	bring();
}

static Google__Protobuf__Timestamp *stamp(const char *text)
{
	return text != NULL ? proto_timestamp(dispute_index.arena, dispute_time(text)) : NULL;
}

static char *or_else(const char *text, const char *other)
{
	return text_mutable(text != NULL ? text : other);
}

static Opsmesh__V1__BillingEvent of_customer(const char *customer, bool homeless)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;

	event.customer_id = or_else(customer, dispute_customer);
	event.account_id = text_mutable(homeless ? "" : dispute_account);
	return event;
}

void dispute_told(const char *at, const struct told_dispute *told)
{
	Opsmesh__V1__BillingEvent event = of_customer(told->customer, told->homeless);
	Opsmesh__V1__DisputeChanged changed = OPSMESH__V1__DISPUTE_CHANGED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;

	amount.minor = told->amount != 0 || told->zero ? told->amount : 10000;
	amount.currency = text_mutable("USD");
	changed.dispute_id = or_else(told->id, DISPUTE);
	changed.payment_id = or_else(told->payment, "ch_1");
	changed.to_status = or_else(told->status, "needs_response");
	changed.reason = or_else(told->reason, "");
	changed.network = or_else(told->network, "");
	changed.network_reason_code = or_else(told->code, "");
	changed.amount = told->amount >= 0 ? &amount : NULL;
	changed.due_by = stamp(told->due);
	changed.created_at = stamp(told->created);
	changed.submission_count = told->submissions;
	changed.unanswerable = told->unanswerable;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED;
	event.dispute_changed = &changed;
	dispute_billing(at, event.customer_id, &event);
}

void dispute_funds_in(const char *at, const char *transaction, int64_t minor, const char *currency)
{
	Opsmesh__V1__BillingEvent event = of_customer(NULL, false);
	Opsmesh__V1__DisputeFundsMoved moved = OPSMESH__V1__DISPUTE_FUNDS_MOVED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;

	amount.minor = minor < 0 ? -minor : minor;
	amount.currency = text_mutable(currency);
	moved.dispute_id = text_mutable(DISPUTE);
	moved.payment_id = text_mutable("ch_1");
	moved.transaction_id = text_mutable(transaction);
	moved.amount = &amount;
	event.fact_case = minor < 0 ? OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED
	                            : OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN;
	event.dispute_funds_withdrawn = &moved;
	dispute_billing(at, event.customer_id, &event);
}

void dispute_funds(const char *at, const char *transaction, int64_t minor)
{
	dispute_funds_in(at, transaction, minor, "USD");
}

void dispute_warned(const char *at, const char *id, bool actionable)
{
	Opsmesh__V1__BillingEvent event = of_customer(NULL, false);
	Opsmesh__V1__FraudWarningChanged changed = OPSMESH__V1__FRAUD_WARNING_CHANGED__INIT;

	changed.warning_id = text_mutable(id);
	changed.payment_id = text_mutable("ch_1");
	changed.actionable = actionable;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED;
	event.fraud_warning_changed = &changed;
	dispute_billing(at, event.customer_id, &event);
}

/* Asking. */

static Opsmesh__V1__ActionParameter **parameters_of(const char *const *given, size_t *count)
{
	struct arena *const arena = dispute_stage.arena;
	Opsmesh__V1__ActionParameter **list;

	*count = 0;
	for (size_t i = 0; given != NULL && given[i] != NULL; i += 2)
		++*count;
	list = arena_alloc(arena, (*count + 1) * sizeof(Opsmesh__V1__ActionParameter *));
	for (size_t i = 0; i < *count; i++) {
		list[i] = arena_alloc(arena, sizeof(*list[i]));
		opsmesh__v1__action_parameter__init(list[i]);
		list[i]->name = text_mutable(given[2 * i]);
		list[i]->value_case = OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN;
		list[i]->plain = text_mutable(given[2 * i + 1]);
	}
	return list;
}

static void feed_action(const char *at, Opsmesh__V1__ActionRequested *requested, const char *type,
                        const char *id)
{
	Opsmesh__V1__ActionEvent event = OPSMESH__V1__ACTION_EVENT__INIT;
	Opsmesh__V1__ActionSubject subject = OPSMESH__V1__ACTION_SUBJECT__INIT;

	subject.type = or_else(type, "case");
	subject.id = id != NULL
	                 ? text_mutable(id)
	                 : arena_printf(dispute_stage.arena, "case/%s/" DISPUTE, dispute_account);
	requested->on = &subject;
	event.action_id = arena_printf(dispute_stage.arena, "A-%lld", (long long)++number);
	event.routing_key = text_mutable(dispute_account);
	event.occurred_at = stamp(at);
	event.fact_case = OPSMESH__V1__ACTION_EVENT__FACT_REQUESTED;
	event.requested = requested;
	feed(&dispute_stage, OPS_ACTIONS, dispute_account, dispute_time(at), &event.base);
}

void dispute_asked(const char *at, const struct told_action *asked)
{
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;
	Opsmesh__V1__PersonalText reason = OPSMESH__V1__PERSONAL_TEXT__INIT;
	Opsmesh__V1__Actor by = OPSMESH__V1__ACTOR__INIT;
	char *scopes[] = { or_else(asked->scope, "actions:*") };

	reason.content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	reason.text = or_else(asked->reason, "");
	by.principal = or_else(asked->by, "");
	by.on_behalf_of = or_else(asked->behalf, "");
	requested.kind = asked->kind;
	requested.action = or_else(asked->action, "asked");
	requested.scopes = scopes;
	requested.n_scopes = COUNT_OF(scopes);
	requested.reason = &reason;
	requested.by = asked->by != NULL ? &by : NULL;
	requested.parameters = parameters_of(asked->parameters, &requested.n_parameters);
	feed_action(at, &requested, asked->type, asked->id);
}

void dispute_approved(const char *at, const char *by, const char *decision, const char *digest)
{
	const char *const parameters[] = { "decision", decision, digest != NULL ? "digest" : NULL,
		                           digest, NULL };

	dispute_asked(at, &(struct told_action){
			      .kind = ACT(APPROVE), .by = by, .parameters = parameters });
}

void dispute_closed(const char *at, const char *by, const char *decision)
{
	const char *const parameters[] = { "decision", decision, NULL };

	dispute_asked(at, &(struct told_action){ .kind = ACT(CLOSE),
	                                         .by = by,
	                                         .reason = "It cannot be won.",
	                                         .parameters = parameters });
}

static void feed_door(const char *at, const char *word, const char *type, const char *id)
{
	Opsmesh__V1__ActionRequested requested = OPSMESH__V1__ACTION_REQUESTED__INIT;

	requested.action = text_mutable(word);
	feed_action(at, &requested, type, id);
}

void dispute_packet(const char *at, const char *digest)
{
	feed_door(at, digest, "fixture_packet", NULL);
}

void dispute_crowd(const char *at, int count, int remainder)
{
	feed_door(at, arena_printf(dispute_stage.arena, "%d", remainder), "fixture_crowd",
	          arena_printf(dispute_stage.arena, "%d", count));
}

const char *dispute_dossier(const char *home)
{
	char at[TIME_TEXT_SIZE];

	feed_door(time_format(newest, at), "", "fixture_dossier", home);
	dispute_pass_at(newest);
	return read;
}

/* Hearing. */

void dispute_pass_at(struct instant frontier)
{
	newest = time_later(newest, frontier);
	CHECK(stage_test_fold(&dispute_index, STAGE_TEST_ALL, newest) == STATUS_OK);
	CHECK(stage_test_fold(&dispute_stage, STAGE_TEST_ALL, newest) == STATUS_OK);
}

void dispute_pass(const char *frontier)
{
	dispute_pass_at(dispute_time(frontier));
}

const char *dispute_heard(void)
{
	struct arena *const arena = dispute_stage.arena;
	const ProtobufCMessage *message;
	const struct fact *fact;
	const char *text = "";

	while ((fact = stage_test_next(&dispute_stage, &message)) != NULL) {
		const char *const line = dispute_line(arena, fact, message);

		if (!text_starts(line, "orphans_swept"))
			text = arena_printf(arena, "%s%s\n", text, line);
	}
	return text;
}

void dispute_expect(const char *lines)
{
	assert_string_equal(dispute_heard(), lines);
}

size_t dispute_count(const char *beginning)
{
	struct arena *const arena = dispute_stage.arena;
	size_t count = 0;

	for (size_t i = 0; i < stage_test_fact_count(&dispute_stage); i++) {
		const struct fact *const fact = stage_test_fact(&dispute_stage, i);

		count +=
		    text_starts(dispute_line(arena, fact, stage_test_message(&dispute_stage, fact)),
		                beginning);
	}
	return count;
}

struct case_row dispute_row(const char *home, const char *dispute)
{
	struct case_row row = { .home = home != NULL ? home : dispute_account,
		                .dispute_id = dispute != NULL ? dispute : DISPUTE };

	CHECK(stage_test_row(&dispute_stage, &dispute_case_table, &row));
	return row;
}
