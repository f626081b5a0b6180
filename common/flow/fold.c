#include "common/flow/fold.h"

#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/flow/crash_note.h"
#include "common/flow/dead_letter.h"
#include "common/flow/effect_fold.h"

#include <stdio.h>
#include <string.h>

static bool is_refused(const struct fold *fold, const struct event *event, const char **reason)
{
	for (size_t i = 0; i < fold->refused_count; i++)
		if (fold->refused[i].topic == event->record.topic &&
		    fold->refused[i].partition == event->record.partition &&
		    fold->refused[i].offset == event->record.offset) {
			*reason = fold->refused[i].reason;
			return true;
		}
	return false;
}

/* Time. */

static enum status fire(struct shard *shard, const struct timer *first)
{
	const struct stage_timer *const row = &shard->stage->timers[first->index];
	const char *const key = arena_string(shard->arena, first->key);
	struct task task = { .config = shard->context->config,
		             .arena = shard->arena,
		             .scratch = shard->scratch,
		             .due = first->due,
		             .shard_number = shard->number,
		             .partitions = shard->context->partitions,
		             .shard = shard };

	TRY(work_fetch_timer(shard, row, key, first->due));
	work_begin(shard);
	shard->work->traceparent = (struct bytes){ 0 };
	shard->row.now = time_later(shard->row.now, first->due);
	task.now = shard->row.now;
	work_timer(shard, first->index, key, TIME_MAX);
	const enum status status = row->handle(&task, key);

	arena_reset(shard->scratch);
	if (shard->work->trouble != STATUS_OK)
		return shard->work->trouble;
	if (status == STATUS_OK) {
		work_keep(shard);
		return STATUS_OK;
	}
	work_undo(shard);
	shard->stopped =
	    arena_printf(shard->arena, "timer %s of %s: %s", row->name, key, task.reason);
	return STATUS_FATAL;
}

static struct instant real_now(const struct shard *shard)
{
	const struct outside *const outside = shard->context->outside;

	return outside->now(outside->context);
}

/* Never within an instant: a replay fires all that is due before the frontier. */
static bool is_over(const struct shard *shard, const struct fold *fold, const struct timer *next)
{
	return fold->patience.us > 0 && fold->fired && time_before(shard->row.now, next->due) &&
	       time_since(fold->began, real_now(shard)).us >= fold->patience.us;
}

/* Timers due before `to` fire first; `now` never goes back. It stands still while an answer is awaited. */
static enum status move(struct shard *shard, struct fold *fold, struct instant to)
{
	const struct timer *first;

	if (effect_waits(shard))
		return STATUS_OK;
	TRY(work_next_timer(shard, to, &first));
	while (first != NULL) {
		fold->cut = is_over(shard, fold, first);
		if (fold->cut)
			return STATUS_OK;
		TRY(fire(shard, first));
		fold->fired = true;
		if (effect_waits(shard))
			return STATUS_OK;
		TRY(work_next_timer(shard, to, &first));
	}
	shard->row.now = time_later(shard->row.now, to);
	return STATUS_OK;
}

/* One event. */

/* Counts it as folded; its place in the stream is behind us, whatever became of it. */
static void pass_place(struct shard *shard, const struct held *held)
{
	struct input *const input = &shard->inputs.inputs[held->input];

	if (input->folded < held->event.sequence)
		input->folded = held->event.sequence;
}

static void pass_event(struct shard *shard, const struct held *held, bool refused)
{
	pass_place(shard, held);
	effect_settle(shard, &held->event);
	dead_letter_count(&shard->row, refused);
}

static enum status refuse(struct shard *shard, const struct held *held, const char *reason)
{
	char line[TASK_REASON_SIZE + 96];

	if (dead_letter_too_many(&shard->row)) {
		shard->stopped = "too many refusals";
		return STATUS_REJECT;
	}
	const int size = snprintf(line, sizeof(line), "%s:%lld %s\n",
	                          shard->context->catalogue->topics[held->event.record.topic].name,
	                          (long long)held->event.record.offset, reason);

	buffer_add(&shard->work->refused, line,
	           size < (int)sizeof(line) ? (size_t)size : sizeof(line) - 1);
	work_begin(shard);
	TRY(dead_letter_refuse(shard, held, reason));
	work_keep(shard);
	pass_event(shard, held, true);
	return STATUS_OK;
}

/* What a handler answers when no later try would help, and no dead letter either. */
static enum status stop(struct shard *shard, const struct event *event, const char *text)
{
	shard->stopped = arena_printf(shard->arena, "%s:%lld: %s",
	                              shard->context->catalogue->topics[event->record.topic].name,
	                              (long long)event->record.offset, text);
	return STATUS_FATAL;
}

/* REJECT: the shard has stopped itself before this event. */
static enum status fold_event(struct shard *shard, struct fold *fold, struct held *held)
{
	const struct event *const event = &held->event;
	char text[TASK_REASON_SIZE] = "";
	const char *reason = event->problem;
	enum status status = STATUS_OK;

	shard->work->traceparent = event->traceparent;
	if (reason != NULL || is_refused(fold, event, &reason))
		return refuse(shard, held, reason);
	if (event->record.topic == shard->context->catalogue->control)
		status = dead_letter_control(shard, held);
	else if (!dead_letter_parks(shard, held)) {
		crash_note_event(shard->context->catalogue->topics[event->record.topic].name,
		                 event->record.partition, event->record.offset);
		status = work_handle(shard, event, held->message, text);
		crash_note_event(NULL, 0, 0);
	}
	/* What the handler answered was a guess without the row. */
	if (shard->work->trouble != STATUS_OK)
		return shard->work->trouble;
	switch (status) {
	case STATUS_OK: pass_event(shard, held, false); return STATUS_OK;
	case STATUS_REJECT: return refuse(shard, held, text);
	case STATUS_FATAL: return stop(shard, event, text);
	case STATUS_RETRY: break;
	}
	return status;
}

/* The end of a batch. */

static struct instant least_mesh(struct held *const *held, size_t count)
{
	struct instant least = TIME_MAX;

	for (size_t i = 0; i < count; i++)
		least = time_earlier(least, held[i]->event.mesh);
	return least;
}

/* "tickets:17+3 triage:4+1": offsets in the order in which they were folded. */
static const char *write_runs(struct shard *shard, struct held *const *events, size_t count)
{
	struct buffer text = { 0 };
	char run[128];

	for (size_t i = 0; i < count;) {
		const struct log_record *const first = &events[i]->event.record;
		size_t n = 1;

		while (i + n < count && events[i + n]->event.record.topic == first->topic &&
		       events[i + n]->event.record.offset == first->offset + (int64_t)n)
			n++;
		const int size = snprintf(run, sizeof(run), "%s%s:%lld+%zu", i == 0 ? "" : " ",
		                          shard->context->catalogue->topics[first->topic].name,
		                          (long long)first->offset, n);

		CHECK(size > 0 && size < (int)sizeof(run));
		buffer_add(&text, run, (size_t)size);
		i += n;
	}
	const char *const runs = arena_text(shard->arena, (const char *)text.data, text.size);

	buffer_finish(&text);
	return runs;
}

static void gather_changes(struct shard *shard)
{
	struct batch *const batch = &shard->batch;

	batch->change_count = cache_changed_count(shard->cache);
	batch->changes =
	    arena_alloc(shard->arena, (batch->change_count + 1) * sizeof(*batch->changes));
	for (size_t i = 0; i < batch->change_count; i++) {
		const struct cache_row *const row = cache_changed(shard->cache, i);

		batch->changes[i] =
		    (struct state_change){ shard->tables[cache_row_table(row)], cache_row_key(row),
			                   row->packed, row->missing };
	}
	batch->timer_count = shard->work->timer_count;
	batch->timers =
	    arena_alloc(shard->arena, (batch->timer_count + 1) * sizeof(*batch->timers));
	for (size_t i = 0; i < batch->timer_count; i++) {
		const struct timer_touch *const touch = shard->work->timers[i];

		batch->timers[i] =
		    (struct timer_change){ shard->stage->timers[touch->index].name, touch->key,
			                   touch->due.us != TIME_MAX.us, touch->due };
	}
}

/* Takes the folded events off the front of what is held, and lets their records go. */
static void release_folded(struct shard *shard, struct held *const *events, size_t count)
{
	const struct outside *const outside = shard->context->outside;

	if (count == 0)
		return;
	CHECK(events == shard->held);
	for (size_t i = 0; i < count; i++) {
		shard->held_bytes -= events[i]->memory;
		outside->log_ops->release(outside->log, events[i]->event.record.handle);
		memory_free(events[i]);
	}
	shard->held_count -= count;
	memmove(shard->held, shard->held + count, shard->held_count * sizeof(struct held *));
}

/* The next offset is that of the first event not folded, never where the reader happens to stand. */
static void find_next(struct shard *shard)
{
	for (size_t i = 0; i < shard->topic_count; i++) {
		struct shard_topic *const topic = &shard->topics[i];

		topic->next = topic->top;
		topic->appended = topic->read_appended;
		topic->hash = topic->read_hash;
	}
	for (size_t i = 0; i < shard->held_count; i++) {
		const struct held *const held = shard->held[i];
		struct shard_topic *const topic = shard_topic(shard, held->event.record.topic);

		if (held->event.record.offset < topic->next) {
			topic->next = held->event.record.offset;
			topic->appended = held->before_appended;
			topic->hash = held->before_hash;
		}
	}
}

static enum status fold_events(struct shard *shard, struct fold *fold)
{
	for (fold->folded = 0; fold->folded < fold->count; fold->folded++) {
		struct held *const held = fold->events[fold->folded];

		if (effect_is_stale(shard, &held->event)) {
			pass_place(shard, held);
			continue;
		}
		TRY(move(shard, fold, time_earlier(held->event.mesh, fold->frontier)));
		if (fold->cut || (effect_waits(shard) && !effect_is_awaited(shard, &held->event)))
			break;
		const enum status status = fold_event(shard, fold, held);

		if (status == STATUS_REJECT) {
			fold->frontier =
			    time_earlier(fold->frontier, least_mesh(fold->events + fold->folded,
			                                            fold->count - fold->folded));
			break;
		}
		TRY(status);
	}
	/* A timer that asked is fired by a replay too: its due is before what the journal says. */
	if (effect_waits(shard))
		fold->frontier = time_add(shard->row.now, (struct duration){ 1 });
	if (!fold->cut)
		TRY(move(shard, fold, fold->frontier));
	if (fold->cut) { /* likewise of the last that fired */
		shard->row.now = time_add(shard->row.now, (struct duration){ 1 });
		fold->frontier = shard->row.now;
	}
	return STATUS_OK;
}

enum status shard_fold(struct shard *shard, struct fold *fold)
{
	struct work *const work = shard->work;

	CHECK(!shard->in_batch && shard->stopped == NULL);
	TRY(work_fetch(shard, fold));
	if (fold->patience.us > 0)
		fold->began = real_now(shard);
	TRY(fold_events(shard, fold));
	shard->batch =
	    (struct batch){ .shard = shard,
		            .number = shard->row.batch,
		            .frontier = fold->frontier,
		            .left_out = "",
		            .runs = write_runs(shard, fold->events, fold->folded),
		            .refused = arena_text(shard->arena, (const char *)work->refused.data,
		                                  work->refused.size),
		            .facts = work->facts,
		            .fact_count = work->fact_count,
		            .event_count = fold->folded };
	gather_changes(shard);
	release_folded(shard, fold->events, fold->folded);
	find_next(shard);
	shard->in_batch = true;
	return STATUS_OK;
}
