/*
 * A report into the bag of its step, and an opening one among its customer's tickets.
 */
#include "services/classifier/pattern.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

/* Who wrote later than so far behind its arrival has a wrong clock: the report counts when it came. */
#define AHEAD_MAX HOURS(1)
#define LANGUAGE_MAX 35 /* bytes of a BCP 47 tag */
#define SCRATCH_BLOCK ((size_t)64 << 10)

/* What came. */

static enum status check_text(struct task *task, const char *field, const char *text, size_t min,
                              size_t max)
{
	const size_t size = strlen(text);

	if (size < min || size > max)
		return task_fail(task, STATUS_REJECT, "%s: %s", field,
		                 size < min ? "empty" : "too long");
	return STATUS_OK;
}

static enum status check_event(struct task *task, const Opsmesh__V1__ByIntentEvent *event,
                               const Opsmesh__V1__TroubleReported *reported)
{
	TRY(check_text(task, "intent", event->intent, 1, PATTERN_ID_MAX));
	TRY(check_text(task, "reported.ticket_id", reported->ticket_id, 1, PATTERN_TEXT_MAX));
	TRY(check_text(task, "reported.message_id", reported->message_id, 1, PATTERN_TEXT_MAX));
	TRY(check_text(task, "reported.customer", reported->customer, 0, PATTERN_TEXT_MAX));
	TRY(check_text(task, "reported.language", reported->language, 0, LANGUAGE_MAX));
	if (strchr(event->intent, '/') != NULL)
		return task_fail(task, STATUS_REJECT, "intent: must not have a '/'");
	return task_key(task, "intent", event->intent, PATTERN_ID_MAX);
}

/* Ascending and each once, whatever the writer did; a token that is too long is none. */
static void add_token(struct pattern_report *report, const char *token)
{
	const size_t size = strlen(token);
	size_t place = report->token_count;

	if (size == 0 || size > PATTERN_TEXT_MAX || pattern_report_has(report, token))
		return;
	while (place > 0 && strcmp(token, report->tokens[place - 1]) < 0)
		place--;
	if (place == PATTERN_TOKENS_MAX)
		return;
	if (report->token_count < PATTERN_TOKENS_MAX)
		report->token_count++;
	memmove(&report->tokens[place + 1], &report->tokens[place],
	        (report->token_count - 1 - place) * sizeof(report->tokens[0]));
	report->tokens[place] = token;
}

static void take_sketch(struct pattern_report *report, const Opsmesh__V1__TroubleReported *reported)
{
	const size_t told = reported->n_sketch * PATTERN_PLACES_TOGETHER;

	report->place_count = told < PATTERN_PLACES_MAX ? told : PATTERN_PLACES_MAX;
	for (size_t i = 0; i < report->place_count; i++)
		report->sketch[i] = (uint16_t)(reported->sketch[i / PATTERN_PLACES_TOGETHER] >>
		                               16 * (i % PATTERN_PLACES_TOGETHER));
}

static enum status read_report(struct task *task, const Opsmesh__V1__ByIntentEvent *event,
                               const Opsmesh__V1__TroubleReported *reported,
                               struct pattern_report *report)
{
	const struct instant came = task->event->mesh;

	TRY(check_event(task, event, reported));
	*report = (struct pattern_report){ .ticket_id = reported->ticket_id,
		                           .message_id = reported->message_id,
		                           .customer = reported->customer,
		                           .language = reported->language };
	if (!proto_instant(event->occurred_at, &report->at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	if (time_before(time_add(came, AHEAD_MAX), report->at))
		report->at = time_later(came, TIME_OLDEST);
	for (size_t i = 0; i < reported->n_tokens; i++)
		add_token(report, reported->tokens[i]);
	take_sketch(report, reported);
	return STATUS_OK;
}

/* For rows unpacked: far more than what a batch keeps of them. */
static struct arena *scratch_arena(void)
{
	static _Thread_local struct arena *scratch;

	if (scratch == NULL)
		scratch = arena_create(SCRATCH_BLOCK);
	return scratch;
}

/* Its bag. */

static enum status count_late(struct task *task, const char *intent)
{
	struct pattern_baseline *const baseline = arena_alloc(task->arena, sizeof(*baseline));
	struct pattern_intent_row row;

	TRY(pattern_intent_load(task, intent, task->now, &row, baseline));
	row.late++;
	pattern_intent_save(task, &row, baseline);
	return STATUS_OK;
}

static enum status fill_bag(struct task *task, struct pattern_step_row *step,
                            const struct pattern_report *report)
{
	struct arena *const scratch = scratch_arena();
	struct pattern_bag *const bag = arena_alloc(scratch, sizeof(*bag));
	enum status status = STATUS_OK;

	if (!pattern_bag_load(task, scratch, step, bag))
		status = task_fail(task, STATUS_FATAL, "intent %s: a step's row cannot be read",
		                   step->intent);
	else if (pattern_bag_add(bag, report))
		pattern_bag_save(task, step, bag);
	arena_reset(scratch);
	return status;
}

/* What comes behind all that a full bag holds is counted without a look into it. */
static enum status fill_step(struct task *task, const char *intent, struct instant start,
                             const struct pattern_report *report)
{
	struct pattern_step_row step = { .intent = intent, .start_s = start.us / 1000000 };

	(void)task_load(task, &pattern_step_table, &step);
	if (step.reports < PATTERN_BAG_MAX || !time_before(step.last, report->at))
		return fill_bag(task, &step, report);
	step.overflow++;
	task_save(task, &pattern_step_table, &step);
	return STATUS_OK;
}

static enum status keep_report(struct task *task, const char *intent,
                               const struct pattern_policy *policy,
                               const struct pattern_report *report)
{
	struct instant end = pattern_policy_step_end(policy, report->at);
	const struct instant start = time_sub(end, policy->step);

	if (time_before(time_add(end, policy->settle), task->now))
		end = pattern_policy_step_end(policy, time_sub(task->now, policy->settle));
	if (time_before(report->at, time_sub(end, pattern_policy_keeps(policy))))
		return count_late(task, intent);
	TRY(fill_step(task, intent, start, report));
	pattern_judgement_set(task, intent, policy, end);
	return STATUS_OK;
}

static enum status keep_ticket(struct task *task, const char *intent,
                               const struct pattern_policy *policy,
                               const struct pattern_report *report, uint32_t channel)
{
	struct arena *const scratch = scratch_arena();
	struct pattern_tickets *const tickets = arena_alloc(scratch, sizeof(*tickets));
	struct pattern_ticket ticket = { .report = *report, .channel = channel };
	enum status status = STATUS_OK;

	ticket.report.customer = "";
	ticket.report.language = "";
	if (!pattern_tickets_load(task, intent, report->customer, tickets))
		status = task_fail(task, STATUS_FATAL, "intent %s: a customer's row cannot be read",
		                   intent);
	else if (pattern_tickets_add(policy, tickets, &ticket))
		pattern_tickets_save(task, intent, report->customer, policy, tickets);
	arena_reset(scratch);
	return status;
}

enum status pattern_on_reported(struct task *task, const Opsmesh__V1__TroubleReported *reported)
{
	const Opsmesh__V1__ByIntentEvent *const event = (const void *)task->message;
	struct pattern_report report;

	TRY(read_report(task, event, reported, &report));
	const struct pattern_policy *const policy = pattern_policy_of(task, report.at);

	if (pattern_policy_skips(policy, event->intent))
		return STATUS_OK;
	TRY(keep_report(task, event->intent, policy, &report));
	if (!reported->opening || report.customer[0] == '\0')
		return STATUS_OK;
	return keep_ticket(task, event->intent, policy, &report, (uint32_t)reported->channel);
}

void pattern_need_reported(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByIntentEvent *const event = (const void *)message;

	if (event->reported->opening && event->reported->customer[0] != '\0')
		task_need(task, &pattern_customer_table,
		          &(struct pattern_customer_row){ .intent = event->intent,
		                                          .customer = event->reported->customer });
}
