/*
 * What the stage does with what it heard: each series is judged on the five minutes, window by window from the oldest, and once more
 * when a window is over in which nothing came.
 */
#include "services/kpi-aggregator/alarm/alarm.h"

#include "common/base/check.h"
#include "common/base/text.h"

static int kind_of(const char *name)
{
	int kind = 0;

	while (!text_equal(window_kind_names[kind], name))
		kind++;
	return kind;
}

static struct window window_of(const struct past *past, struct instant start)
{
	return window_at(past->zone, (enum window_kind)kind_of(past->known->kind), start);
}

/* The windows that were heard, from the oldest. */
static enum status judge_pending(const struct past *past)
{
	struct task *const task = past->task;
	const struct known_row *const known = past->known;
	const struct pending_row of = { .series = known->series,
		                        .value = known->value,
		                        .currency = known->currency,
		                        .kind = known->kind };
	struct instant last = TIME_MIN;
	struct task_cursor cursor;
	struct pending_row row;
	struct window window;

	task_scan(task, &alarm_pending_table, &of, 4, &cursor);
	while (task_next(task, &cursor, &row)) {
		window = window_of(past, row.start);
		if (row.first)
			past_forget(past, &window);
		TRY(alarm_judge_window(past, &window));
		last = row.start;
		task_remove(task, &alarm_pending_table, &row);
	}
	if (last.us == INT64_MIN || last.us == known->latest.us)
		return STATUS_OK;
	window = window_of(past, known->latest);
	return alarm_judge_window(past, &window);
}

/* Windows in which nothing came. */

static bool stands(const struct past *past, const struct alarm_rule *rule)
{
	struct standing_row row = { .series = past->known->series,
		                    .value = past->known->value,
		                    .currency = past->known->currency,
		                    .kind = past->known->kind,
		                    .rule = rule->head.id };

	return task_load(past->task, &alarm_standing_table, &row);
}

/* Does anybody look at windows in which nothing comes? And how long after their end? */
static bool looks_on(const struct past *past, struct duration *wait)
{
	const struct rule_book *const book = task_document(past->task, ALARM_RULES);
	bool any = false;

	wait->us = 0;
	for (size_t i = 0; i < book->count; i++) {
		const struct alarm_rule *const rule = &book->rules[i];

		if (!alarm_watches(book, rule, past->known, past->known->latest_end) ||
		    (!rule->silent && !stands(past, rule)))
			continue;
		any = true;
		wait->us = rule->wait.us > wait->us ? rule->wait.us : wait->us;
	}
	return any;
}

static void save_silent(const struct past *past, struct known_row *known,
                        const struct window *window)
{
	const struct figure_row row = { .series = known->series,
		                        .value = known->value,
		                        .currency = known->currency,
		                        .kind = known->kind,
		                        .start = window->start,
		                        .end = window->end,
		                        .silent = true };

	task_save(past->task, &alarm_figure_table, &row);
	known->latest = window->start;
	known->latest_end = window->end;
	task_save(past->task, &alarm_known_table, known);
	past_forget(past, window);
}

/* Judges what is over; due is when the next one will be, TIME_MAX where nobody looks. */
static enum status judge_silent(const struct past *past, struct known_row *known,
                                struct instant *due)
{
	struct window window = window_of(past, known->latest);
	struct duration wait;

	*due = TIME_MAX;
	for (int run = 0; looks_on(past, &wait); run++) {
		window = window_next(past->zone, &window);
		*due = time_add(window.end, wait);
		if (!time_before(*due, past->task->now) || run == ALARM_RUNS_MAX)
			return STATUS_OK;
		save_silent(past, known, &window);
		TRY(alarm_judge_window(past, &window));
		*due = TIME_MAX;
	}
	return STATUS_OK;
}

/* Nothing was heard for so long that nothing can be said of the value. */
static enum status give_up(const struct past *past)
{
	const struct known_row *const known = past->known;
	const struct standing_row of = { .series = known->series,
		                         .value = known->value,
		                         .currency = known->currency,
		                         .kind = known->kind };
	struct task_cursor cursor;
	struct standing_row row;

	task_scan(past->task, &alarm_standing_table, &of, 4, &cursor);
	while (task_next(past->task, &cursor, &row))
		TRY(alarm_resolve_standing(past, &row, known->latest_end,
		                           "Nothing came for so long that none is expected."));
	past_forget_all(past);
	return STATUS_OK;
}

static struct instant given_up_at(const struct known_row *known)
{
	return time_add(known->heard_until, time_since(past_horizon(known), known->heard_until));
}

static enum status judge_known(struct past *past, struct known_row *known, struct instant *due)
{
	struct instant silent_due;

	TRY(judge_pending(past));
	if (!time_before(past->task->now, given_up_at(known))) {
		*due = TIME_MAX;
		return give_up(past);
	}
	TRY(judge_silent(past, known, &silent_due));
	*due = time_earlier(silent_due, given_up_at(known));
	return STATUS_OK;
}

/* With the zone of its windows. */
static enum status judge_in_zone(struct task *task, struct known_row *known, struct instant *due)
{
	struct past past = { .task = task, .known = known, .zone = window_zone_open(known->zone) };
	enum status status;

	if (past.zone == NULL)
		return task_fail(task, STATUS_FATAL, "series %s: there is no zone %s",
		                 known->series, known->zone);
	status = judge_known(&past, known, due);
	window_zone_close(past.zone);
	return status;
}

/* Ahead of judging: what one value's pending windows are held against, in one trip. */
static void need_known(const struct past *past)
{
	const struct rule_book *const book = task_document(past->task, ALARM_RULES);
	const struct known_row *const known = past->known;
	const struct pending_row of = { .series = known->series,
		                        .value = known->value,
		                        .currency = known->currency,
		                        .kind = known->kind };
	struct task_cursor cursor;
	struct pending_row row;

	task_scan(past->task, &alarm_pending_table, &of, 4, &cursor);
	while (task_next(past->task, &cursor, &row)) {
		const struct window window = window_of(past, row.start);

		for (size_t i = 0; i < book->count; i++)
			if (alarm_watches(book, &book->rules[i], known, window.start))
				past_need(past, &book->rules[i], &window);
	}
}

void alarm_need_judge(struct task *task, const char *series)
{
	const struct known_row of = { .series = series };
	struct task_cursor cursor;
	struct known_row known;

	task_scan(task, &alarm_known_table, &of, 1, &cursor);
	while (task_next(task, &cursor, &known)) {
		struct past past = { .task = task,
			             .known = &known,
			             .zone = window_zone_open(known.zone) };

		if (past.zone == NULL)
			continue;
		need_known(&past);
		window_zone_close(past.zone);
	}
}

enum status alarm_judge(struct task *task, const char *series)
{
	const struct known_row of = { .series = series };
	struct instant next = TIME_MAX;
	struct task_cursor cursor;
	struct known_row known;

	task_scan(task, &alarm_known_table, &of, 1, &cursor);
	while (task_next(task, &cursor, &known)) {
		struct instant due = TIME_MAX;

		TRY(judge_in_zone(task, &known, &due));
		next = time_earlier(next, due);
	}
	if (next.us != INT64_MAX)
		task_timer_set(task, ALARM_TIMER_JUDGE, series,
		               time_later(next, time_add(task->now, ALARM_JUDGE_EVERY)));
	return STATUS_OK;
}
