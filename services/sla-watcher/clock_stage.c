/*
 * From a fact about a ticket to an input of ticket.h; what the contract does not know counts as open.
 */
#include "services/sla-watcher/watcher.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "common/io/unicode.h"
#include "proto/opsmesh/v1/words.h"

#include <string.h>

const char *const tier_words[TIER_WORDS] = { "", "free", "pro", "business", "enterprise" };
const char *const priority_words[PRIORITY_WORDS] = { "", "low", "normal", "high", "urgent" };

static enum sla_status status_of(Opsmesh__V1__TicketStatus status)
{
	static const enum sla_status statuses[] = { SLA_STATUS_OPEN,    SLA_STATUS_NEW,
		                                    SLA_STATUS_OPEN,    SLA_STATUS_PENDING,
		                                    SLA_STATUS_ON_HOLD, SLA_STATUS_SOLVED,
		                                    SLA_STATUS_CLOSED };

	return (unsigned)status < COUNT_OF(statuses) ? statuses[(unsigned)status] : SLA_STATUS_OPEN;
}

/* The contract's word; of a number that it does not know the sender's word, as rules write words. */
static const char *word_or(struct task *task, const char *word, const char *verbatim)
{
	return *word != '\0' ? word : unicode_fold(task->arena, verbatim);
}

static const char *tier_of(struct task *task, Opsmesh__V1__Tier tier, const char *verbatim)
{
	return word_or(task, (unsigned)tier < TIER_WORDS ? tier_words[(unsigned)tier] : "",
	               verbatim);
}

/* A priority that is not known counts as normal. */
static const char *priority_of(Opsmesh__V1__Priority priority)
{
	const unsigned number = (unsigned)priority;

	return number > 0 && number < PRIORITY_WORDS ? priority_words[number] : "normal";
}

/* One input. */

enum status watch_take(struct watch *watch, const struct sla_input *input)
{
	struct sla_said said = { .count = 0 };

	if (!sla_apply(&watch->library->book, &watch->ticket, input, &said))
		return STATUS_OK;
	TRY(say_facts(watch, &said));
	watch_save(watch, input);
	return STATUS_OK;
}

/* message_id: "" where the input is no message. */
static enum status take_of(struct task *task, const char *ticket_id,
                           const Google__Protobuf__Timestamp *occurred_at, struct sla_input input,
                           const char *message_id)
{
	struct watch *const watch = arena_alloc(task->arena, sizeof(*watch));

	if (!proto_instant(occurred_at, &input.at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	TRY(watch_open(task, ticket_id, watch));
	if (strlen(message_id) <= WATCH_ID_MAX)
		watch->message_id = message_id;
	return watch_take(watch, &input);
}

static enum status take(struct task *task, struct sla_input input, const char *message_id)
{
	const Opsmesh__V1__TicketEvent *const event = (const void *)task->message;

	return take_of(task, event->ticket_id, event->occurred_at, input, message_id);
}

enum status clock_on_opened(struct task *task, const Opsmesh__V1__TicketOpened *opened)
{
	const struct sla_input input = {
		.kind = SLA_INPUT_OPENED,
		.status = status_of(opened->status),
		.traits = { [SLA_PRIORITY] = priority_of(opened->priority),
		            [SLA_CHANNEL] = word_or(task, opsmesh_channel_word(opened->channel),
		                                    opened->channel_verbatim) },
	};

	return take(task, input, "");
}

/* Only what a person of ours lets the customer read is a reply; a program's words are neither. */
enum status clock_on_message_added(struct task *task, const Opsmesh__V1__MessageAdded *added)
{
	if (added->visibility != OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC)
		return STATUS_OK;
	if (added->role == OPSMESH__V1__ROLE__ROLE_AGENT)
		return take(task, (struct sla_input){ .kind = SLA_INPUT_REPLY }, added->message_id);
	if (added->role == OPSMESH__V1__ROLE__ROLE_CUSTOMER)
		return take(task, (struct sla_input){ .kind = SLA_INPUT_MESSAGE }, "");
	return STATUS_OK;
}

static enum status take_status(struct task *task, Opsmesh__V1__TicketStatus status)
{
	return take(task,
	            (struct sla_input){ .kind = SLA_INPUT_STATUS, .status = status_of(status) },
	            "");
}

enum status clock_on_status_changed(struct task *task, const Opsmesh__V1__StatusChanged *changed)
{
	return take_status(task, changed->to_status);
}

enum status clock_on_reopened(struct task *task, const Opsmesh__V1__TicketReopened *reopened)
{
	return take_status(task, reopened->to_status);
}

static enum status take_trait(struct task *task, enum sla_trait trait, const char *word)
{
	struct sla_input input = { .kind = SLA_INPUT_TRAITS };

	input.traits[trait] = word;
	return take(task, input, "");
}

enum status clock_on_priority_changed(struct task *task,
                                      const Opsmesh__V1__PriorityChanged *changed)
{
	return take_trait(task, SLA_PRIORITY, priority_of(changed->to_priority));
}

enum status clock_on_customer_resolved(struct task *task,
                                       const Opsmesh__V1__CustomerResolved *resolved)
{
	return take_trait(task, SLA_TIER, tier_of(task, resolved->tier, resolved->tier_verbatim));
}

enum status clock_on_account_changed(struct task *task, const Opsmesh__V1__AccountChanged *changed)
{
	return take_trait(task, SLA_TIER, tier_of(task, changed->tier, changed->tier_verbatim));
}

/* What the classifier says of the ticket, or a person whom it heard. */

static enum status take_triage(struct task *task, Opsmesh__V1__Category category,
                               Opsmesh__V1__Priority priority)
{
	static const char *const categories[] = { "", "billing", "product", "technical",
		                                  "account" };
	const Opsmesh__V1__TriageEvent *const event = (const void *)task->message;
	struct sla_input input = { .kind = SLA_INPUT_TRAITS };

	if (priority != OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED)
		input.traits[SLA_PRIORITY] = priority_of(priority);
	if ((unsigned)category < COUNT_OF(categories))
		input.traits[SLA_CATEGORY] = categories[(unsigned)category];
	return take_of(task, event->ticket_id, event->occurred_at, input, "");
}

enum status clock_on_classified(struct task *task, const Opsmesh__V1__TicketClassified *classified)
{
	return take_triage(task, classified->category, classified->priority);
}

enum status clock_on_corrected(struct task *task,
                               const Opsmesh__V1__ClassificationCorrected *corrected)
{
	return take_triage(task, corrected->category, corrected->priority);
}

/* Said beside a classification it repeats that one's priority; said alone it knows no category. */
enum status clock_on_needs_human(struct task *task, const Opsmesh__V1__NeedsHuman *human)
{
	return take_triage(task, (Opsmesh__V1__Category)-1, human->priority);
}

/* The timer: nothing older than its due can come any more. */

enum status clock_judge(struct task *task, const char *key)
{
	const struct sla_input input = { .kind = SLA_INPUT_TIMER, .at = task->due };
	struct watch *const watch = arena_alloc(task->arena, sizeof(*watch));

	TRY(watch_open(task, key, watch));
	return watch_take(watch, &input);
}

/* Rows that will be wanted. */

void clock_need_ticket(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__TicketEvent *const ticket = (const void *)event;

	task_need(task, &sla_ticket_table,
	          &(struct sla_ticket_row){ .ticket_id = ticket->ticket_id });
}

void clock_need_triaged(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__TriageEvent *const triage = (const void *)event;

	task_need(task, &sla_ticket_table,
	          &(struct sla_ticket_row){ .ticket_id = triage->ticket_id });
}

void clock_need_timer(struct task *task, const char *key)
{
	task_need(task, &sla_ticket_table, &(struct sla_ticket_row){ .ticket_id = key });
}
