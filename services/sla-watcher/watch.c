/*
 * A ticket's row in and out. replies holds for each reply a byte of metric, the instance in four bytes,
 * the size of the message's id in four bytes and the id.
 */
#include "services/sla-watcher/watcher.h"

#include "common/base/check.h"

#include <stdio.h>
#include <string.h>

#define REPLY_HEAD 9

/* The book. */

const void *watch_compile(const struct document *files, size_t count, char *reason,
                          size_t reason_size)
{
	struct arena *const arena = arena_create(65536);
	struct sla_library *const library = arena_alloc(arena, sizeof(*library));
	char error[SLA_BOOK_ERROR_SIZE];

	if (sla_library_compile(arena, files, count, library, error))
		return library;
	snprintf(reason, reason_size, "%s", error);
	arena_destroy(arena);
	return NULL;
}

/* In. */

static bool take_reply(struct arena *arena, struct bytes *packed, struct watch_reply *reply)
{
	const unsigned char *const at = packed->data;

	if (packed->size < REPLY_HEAD || at[0] >= SLA_METRICS)
		return false;
	const size_t size = bytes_u32(at + 5);

	if (size > packed->size - REPLY_HEAD)
		return false;
	*reply = (struct watch_reply){ .metric = (enum sla_metric)at[0],
		                       .instance = bytes_u32(at + 1),
		                       .message_id =
		                           arena_text(arena, (const char *)at + REPLY_HEAD, size) };
	*packed = (struct bytes){ at + REPLY_HEAD + size, packed->size - REPLY_HEAD - size };
	return true;
}

static bool read_replies(struct watch *watch, struct bytes packed)
{
	while (packed.size > 0) {
		if (watch->reply_count == SLA_CLOCKS_MAX ||
		    !take_reply(watch->task->arena, &packed, &watch->replies[watch->reply_count]))
			return false;
		watch->reply_count++;
	}
	return true;
}

enum status watch_open(struct task *task, const char *ticket_id, struct watch *watch)
{
	struct sla_ticket_row row = { .ticket_id = ticket_id };

	TRY(task_key(task, "ticket_id", ticket_id, WATCH_ID_MAX));
	*watch = (struct watch){ .task = task,
		                 .library = task_document(task, WATCH_BOOK),
		                 .ticket_id = ticket_id,
		                 .cause_id = "",
		                 .message_id = "",
		                 .ticket = SLA_TICKET_NEW };
	if (task->event != NULL)
		watch->cause_id =
		    arena_text(task->arena, task->event->id.data, task->event->id.size);
	if (task_load(task, &sla_ticket_table, &row) &&
	    (!sla_ticket_decode(row.body, &watch->ticket) || !read_replies(watch, row.replies)))
		return task_fail(task, STATUS_FATAL, "ticket %s: its row cannot be read",
		                 ticket_id);
	watch->before = watch->ticket;
	return STATUS_OK;
}

/* Replies. */

static const struct sla_clock *find_clock(const struct sla_ticket *ticket, unsigned metric,
                                          uint32_t instance)
{
	for (size_t i = 0; i < ticket->clock_count; i++)
		if (ticket->clocks[i].metric == metric && ticket->clocks[i].instance == instance)
			return &ticket->clocks[i];
	return NULL;
}

const char *watch_reply_of(const struct watch *watch, const struct sla_clock *clock)
{
	for (size_t i = 0; i < watch->reply_count; i++)
		if (watch->replies[i].metric == clock->metric &&
		    watch->replies[i].instance == clock->instance)
			return watch->replies[i].message_id;
	return "";
}

/* Is it this input that ends the clock, which is still to be judged? */
static bool ended_now(const struct watch *watch, const struct sla_clock *clock)
{
	const struct sla_clock *const before =
	    find_clock(&watch->before, clock->metric, clock->instance);

	return sla_clock_open(clock) && clock->end.us != SLA_NEVER.us && !clock->cancels &&
	       clock->metric != SLA_RESOLUTION &&
	       (before == NULL || before->end.us != clock->end.us);
}

/* Of the clocks that are not judged yet: the reply that was kept, or the one at hand. */
static void settle_replies(struct watch *watch, const struct sla_input *input)
{
	struct watch_reply kept[SLA_CLOCKS_MAX];
	size_t count = 0;

	for (size_t i = 0; i < watch->ticket.clock_count; i++) {
		const struct sla_clock *const clock = &watch->ticket.clocks[i];
		const char *const id = input->kind == SLA_INPUT_REPLY && ended_now(watch, clock)
		                           ? watch->message_id
		                           : watch_reply_of(watch, clock);

		if (sla_clock_open(clock) && *id != '\0')
			kept[count++] = (struct watch_reply){ (enum sla_metric)clock->metric,
				                              clock->instance, id };
	}
	memcpy(watch->replies, kept, count * sizeof(kept[0]));
	watch->reply_count = count;
}

/* Out. */

static struct bytes taken(struct arena *arena, struct buffer *buffer)
{
	const struct bytes kept = arena_bytes(arena, (struct bytes){ buffer->data, buffer->size });

	buffer_finish(buffer);
	return kept.data != NULL ? kept : (struct bytes){ "", 0 };
}

static struct bytes pack_replies(const struct watch *watch)
{
	struct buffer buffer = { 0 };

	for (size_t i = 0; i < watch->reply_count; i++) {
		const struct watch_reply *const reply = &watch->replies[i];
		const unsigned char metric = (unsigned char)reply->metric;

		buffer_add(&buffer, &metric, 1);
		buffer_add_u32(&buffer, reply->instance);
		buffer_add_u32(&buffer, (uint32_t)strlen(reply->message_id));
		buffer_add(&buffer, reply->message_id, strlen(reply->message_id));
	}
	return taken(watch->task->arena, &buffer);
}

static struct bytes pack_ticket(const struct watch *watch)
{
	struct buffer buffer = { 0 };

	sla_ticket_encode(&watch->ticket, &buffer);
	return taken(watch->task->arena, &buffer);
}

/* What the queue of those who work on tickets is ordered by. */
static void count_dues(const struct sla_ticket *ticket, struct sla_ticket_row *row)
{
	struct instant next = SLA_NEVER;

	for (size_t i = 0; i < ticket->clock_count; i++) {
		const struct sla_clock *const clock = &ticket->clocks[i];

		if (clock_overdue(clock))
			row->overdue++;
		else if (sla_clock_open(clock) && clock->end.us == SLA_NEVER.us)
			next = time_earlier(next, clock->due);
	}
	row->next_due = next.us == SLA_NEVER.us ? TIME_MIN : next;
}

static const char *or_null(const struct sla_text *text)
{
	return text->text[0] != '\0' ? text->text : NULL;
}

void watch_save(struct watch *watch, const struct sla_input *input)
{
	const struct sla_ticket *const ticket = &watch->ticket;
	struct instant due;

	settle_replies(watch, input);
	struct sla_ticket_row row = { .ticket_id = watch->ticket_id,
		                      .status = sla_status_names[ticket->status],
		                      .tier = or_null(&ticket->traits[SLA_TIER]),
		                      .priority = or_null(&ticket->traits[SLA_PRIORITY]),
		                      .channel = or_null(&ticket->traits[SLA_CHANNEL]),
		                      .policy = or_null(&ticket->policy),
		                      .rule = or_null(&ticket->rule),
		                      .calendar = or_null(&ticket->calendar),
		                      .opened_at = ticket->opened,
		                      .replies = pack_replies(watch),
		                      .body = pack_ticket(watch) };

	count_dues(ticket, &row);
	task_save(watch->task, &sla_ticket_table, &row);
	if (sla_next_due(ticket, &due))
		task_timer_set(watch->task, WATCH_TIMER, watch->ticket_id, due);
	else
		task_timer_clear(watch->task, WATCH_TIMER, watch->ticket_id);
}
