/*
 * From a fact about a ticket to what is known of it.
 */
#include "services/classifier/triage.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "common/io/unicode.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "proto/opsmesh/v1/words.h"

static const char *const tier_words[] = { "", "free", "pro", "business", "enterprise" };
static const char *const priority_words[] = { "", "low", "normal", "high", "urgent" };

Opsmesh__V1__Priority priority_of_word(const char *word)
{
	for (unsigned i = 1; i < COUNT_OF(priority_words); i++)
		if (text_equal(priority_words[i], word))
			return (Opsmesh__V1__Priority)i;
	return OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED;
}

const char *word_of_priority(Opsmesh__V1__Priority priority)
{
	const unsigned number = (unsigned)priority;

	return number > 0 && number < COUNT_OF(priority_words) ? priority_words[number] : NULL;
}

/* Of a number that this build does not know the account list's own word. */
const char *word_of_tier(struct arena *arena, Opsmesh__V1__Tier tier, const char *verbatim)
{
	const unsigned number = (unsigned)tier;

	if (number > 0 && number < COUNT_OF(tier_words))
		return tier_words[number];
	return *verbatim != '\0' ? unicode_fold(arena, verbatim) : NULL;
}

static const char *channel_of(struct arena *arena, Opsmesh__V1__Channel channel,
                              const char *verbatim)
{
	const char *const word = opsmesh_channel_word(channel);

	if (*word != '\0')
		return word;
	return *verbatim != '\0' ? unicode_fold(arena, verbatim) : NULL;
}

static const char *or_null(const char *text)
{
	return *text != '\0' ? text : NULL;
}

/* A ticket at hand. */

enum status triage_open(struct task *task, const char *ticket_id, struct triage *it)
{
	TRY(task_key(task, "ticket_id", ticket_id, TRIAGE_ID_MAX));
	*it = (struct triage){
		.task = task,
		.guide = task_document(task, GUIDE_NAME),
		.cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size),
		.row = { .ticket_id = ticket_id, .opened_at = TIME_MIN, .judged_at = TIME_MIN }
	};
	it->known = task_load(task, &triage_table, &it->row);
	return STATUS_OK;
}

static enum status open_event(struct task *task, struct triage *it)
{
	const Opsmesh__V1__TicketEvent *const event = (const void *)task->message;

	TRY(triage_open(task, event->ticket_id, it));
	it->event = event;
	if (!proto_instant(event->occurred_at, &it->at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	return STATUS_OK;
}

static enum status save(struct triage *it)
{
	task_save(it->task, &triage_table, &it->row);
	return STATUS_OK;
}

enum status triage_say(struct triage *it, Opsmesh__V1__TriageEvent *event, struct bytes *said)
{
	event->ticket_id = text_mutable(it->row.ticket_id);
	event->occurred_at = proto_timestamp(it->task->arena, it->at);
	event->cause_id = text_mutable(it->cause_id);
	return task_emit(it->task, &(struct emission){ .topic = OPS_TRIAGE,
	                                               .key = it->row.ticket_id,
	                                               .time = it->at,
	                                               .message = &event->base,
	                                               .packed = said });
}

/* Handlers. */

enum status triage_on_opened(struct task *task, const Opsmesh__V1__TicketOpened *opened)
{
	struct triage it;

	TRY(open_event(task, &it));
	it.row.opened_at = it.at;
	it.row.account_id = or_null(opened->account_id);
	it.row.customer = or_null(opened->contact_key);
	it.row.channel = channel_of(task->arena, opened->channel, opened->channel_verbatim);
	it.row.asked = word_of_priority(opened->priority);
	if (opened->subject != NULL)
		it.row.subject = proto_pack(task->arena, &opened->subject->base);
	return save(&it);
}

static bool is_public(const Opsmesh__V1__MessageAdded *added)
{
	return added->visibility == OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
}

bool triage_recall(struct triage *it, struct shortfall_memory *memory)
{
	*memory = (struct shortfall_memory){ .asked = false };
	if (it->row.memory.size == 0 || shortfall_decode(it->row.memory, memory))
		return true;
	(void)task_fail(it->task, STATUS_FATAL, "ticket %s: its memory cannot be read",
	                it->row.ticket_id);
	return false;
}

void triage_remember(struct triage *it, const struct shortfall_memory *memory)
{
	uint8_t *const bytes = arena_alloc(it->task->arena, SHORTFALL_MEMORY_SIZE);

	shortfall_encode(memory, bytes);
	it->row.memory = (struct bytes){ bytes, SHORTFALL_MEMORY_SIZE };
}

/* What one of ours wrote is only remembered: it tells how well the customer is served. */
static enum status take_ours(struct triage *it, void (*wrote)(struct shortfall_memory *memory))
{
	struct shortfall_memory memory;

	if (!triage_recall(it, &memory))
		return STATUS_FATAL;
	wrote(&memory);
	triage_remember(it, &memory);
	return save(it);
}

enum status triage_on_message_added(struct task *task, const Opsmesh__V1__MessageAdded *added)
{
	struct triage it;

	TRY(open_event(task, &it));
	if (!is_public(added))
		return STATUS_OK;
	if (added->role == OPSMESH__V1__ROLE__ROLE_CUSTOMER)
		return triage_judge(&it, added);
	if (added->role == OPSMESH__V1__ROLE__ROLE_AGENT)
		return take_ours(&it, shortfall_on_person);
	if (added->role == OPSMESH__V1__ROLE__ROLE_BOT)
		return take_ours(&it, shortfall_on_bot);
	return STATUS_OK;
}

/* A priority that a person of ours has set stands against every rule. */
enum status triage_on_priority_changed(struct task *task,
                                       const Opsmesh__V1__PriorityChanged *changed)
{
	struct triage it;

	TRY(open_event(task, &it));
	it.row.fixed = word_of_priority(changed->to_priority);
	if (it.row.fixed != NULL)
		it.row.priority = it.row.fixed;
	TRY(triage_again(&it));
	return save(&it);
}

static enum status take_account(struct task *task, const char *account_id, const char *tier,
                                const char *region)
{
	struct triage it;

	TRY(open_event(task, &it));
	it.row.account_id = or_null(account_id);
	it.row.tier = tier;
	it.row.region = or_null(region);
	TRY(triage_again(&it));
	return save(&it);
}

enum status triage_on_customer_resolved(struct task *task,
                                        const Opsmesh__V1__CustomerResolved *resolved)
{
	return take_account(task, resolved->account_id,
	                    word_of_tier(task->arena, resolved->tier, resolved->tier_verbatim),
	                    resolved->region);
}

enum status triage_on_account_changed(struct task *task, const Opsmesh__V1__AccountChanged *changed)
{
	return take_account(task, changed->account_id,
	                    word_of_tier(task->arena, changed->tier, changed->tier_verbatim),
	                    changed->region);
}

/* Rows that will be wanted. */

void triage_need_ticket(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__TicketEvent *const ticket = (const void *)event;

	task_need(task, &triage_table, &(struct triage_row){ .ticket_id = ticket->ticket_id });
}
