/*
 * What the timers judge: a step's windows, the life of a pattern, the tickets of one customer.
 */
#include "services/classifier/pattern.h"

#include "common/base/text.h"

#include <stdlib.h>

#define KNOWN_ROOM \
	16 /* so many may be found in one judgement when the memory is full of quiet ones */

/* One judgement; what is said and saved lives in the task's arena, the rest as long as this. */
struct judging {
	struct task *task;
	struct arena *scratch;
	const char *intent;
	struct pattern_intent_row row;
	struct pattern_baseline baseline;
	struct pattern_window window;
	bool changed; /* the intent's row */
};

static struct instant step_start(const struct pattern_step_row *row)
{
	return (struct instant){ row->start_s * 1000000 };
}

/* Reports. */

static int by_order(const void *a, const void *b)
{
	return pattern_report_compare(a, b);
}

/* Those of the bag that lie in what is judged. */
static void take_bag(struct judging *judging, const struct pattern_bag *bag,
                     struct pattern_report *reports)
{
	struct pattern_window *const window = &judging->window;
	const struct instant start = time_sub(window->end, pattern_policy_keeps(window->policy));

	for (size_t i = 0; i < bag->count; i++)
		if (!time_before(bag->reports[i].at, start) &&
		    time_before(bag->reports[i].at, window->end))
			reports[window->count++] = bag->reports[i];
}

static enum status take_step(struct judging *judging, const struct pattern_step_row *row,
                             struct pattern_report *reports)
{
	struct pattern_window *const window = &judging->window;
	const struct instant burst = time_sub(window->end, window->policy->burst.window);
	struct pattern_bag *const bag = arena_alloc(judging->scratch, sizeof(*bag));

	if (!pattern_bag_load(judging->task, judging->scratch, row, bag))
		return task_fail(judging->task, STATUS_FATAL,
		                 "intent %s: a step's row cannot be read", judging->intent);
	take_bag(judging, bag, reports);
	if (!time_before(step_start(row), burst))
		window->overflow += row->overflow;
	return STATUS_OK;
}

/* Steps that no window will reach any more go. */
static bool drop_old_step(struct judging *judging, const struct pattern_step_row *row)
{
	const struct pattern_policy *const policy = judging->window.policy;
	const struct instant end = time_add(step_start(row), policy->step);

	if (time_before(time_sub(judging->window.end, pattern_policy_keeps(policy)), end))
		return false;
	pattern_bag_remove(judging->task, row);
	return true;
}

static size_t count_reports(struct judging *judging)
{
	struct pattern_step_row row = { .intent = judging->intent };
	struct task_cursor cursor;
	size_t count = 0;

	task_scan(judging->task, &pattern_step_table, &row, 1, &cursor);
	while (task_next(judging->task, &cursor, &row))
		count += (size_t)row.reports;
	return count;
}

static enum status gather_reports(struct judging *judging)
{
	struct pattern_report *const reports =
	    arena_alloc(judging->scratch, (count_reports(judging) + 1) * sizeof(*reports));
	struct pattern_step_row row = { .intent = judging->intent };
	struct task_cursor cursor;

	task_scan(judging->task, &pattern_step_table, &row, 1, &cursor);
	while (task_next(judging->task, &cursor, &row))
		if (!drop_old_step(judging, &row) &&
		    time_before(step_start(&row), judging->window.end))
			TRY(take_step(judging, &row, reports));
	qsort(reports, judging->window.count, sizeof(*reports), by_order);
	judging->window.reports = reports;
	return STATUS_OK;
}

/* Patterns. */

static size_t longest_quiet(const struct pattern_window *window)
{
	size_t found = window->known_count;

	for (size_t i = 0; i < window->known_count; i++)
		if (window->known[i].quiet &&
		    (found == window->known_count ||
		     time_before(window->known[i].quiet_since, window->known[found].quiet_since)))
			found = i;
	return found;
}

/* Where the memory is full those that have been quiet for longest are forgotten before their time. */
static void make_room(struct judging *judging)
{
	struct pattern_window *const window = &judging->window;

	while (window->known_count > PATTERN_KNOWN_MAX - KNOWN_ROOM) {
		const size_t found = longest_quiet(window);

		if (found == window->known_count)
			return;
		pattern_known_remove(judging->task, judging->intent, window->known[found].number);
		window->known_count--;
		for (size_t i = found; i < window->known_count; i++)
			window->known[i] = window->known[i + 1];
	}
}

static enum status gather_known(struct judging *judging)
{
	struct pattern_window *const window = &judging->window;
	struct pattern_known_row row = { .intent = judging->intent };
	struct task_cursor cursor;

	window->known = arena_alloc(judging->scratch, PATTERN_KNOWN_MAX * sizeof(*window->known));
	task_scan(judging->task, &pattern_known_table, &row, 1, &cursor);
	while (window->known_count < PATTERN_KNOWN_MAX && task_next(judging->task, &cursor, &row)) {
		if (!pattern_known_load(judging->scratch, &row,
		                        &window->known[window->known_count]))
			return task_fail(judging->task, STATUS_FATAL,
			                 "intent %s: a pattern's row cannot be read",
			                 judging->intent);
		window->known_count++;
	}
	make_room(judging);
	return STATUS_OK;
}

/* Judging. */

/*
 * The hour that ends here becomes part of the baseline: not by more than its threshold, once there is
 * one, so that a burst does not make the next one usual.
 */
static void close_hour(struct judging *judging)
{
	const struct pattern_window *const window = &judging->window;
	const struct instant start = time_sub(window->end, HOURS(1));
	const int32_t limit = pattern_threshold(window->policy, window->usual);
	int32_t customers;

	if (pattern_hour_of(window->end).us != window->end.us)
		return;
	customers = pattern_customers_within(judging->scratch, window->reports, window->count,
	                                     start, window->end);
	if (window->usual.weeks >= window->policy->burst.min_weeks && customers > limit)
		customers = limit;
	pattern_baseline_add(&judging->baseline, start, customers);
	judging->changed = true;
}

static enum status tell(struct judging *judging)
{
	struct pattern_window *const window = &judging->window;
	struct pattern_fact *const facts =
	    arena_alloc(judging->scratch, PATTERN_KNOWN_MAX * sizeof(*facts));
	const size_t count = pattern_judge_window(window, facts);

	for (size_t i = 0; i < count; i++)
		TRY(pattern_say_fact(judging->task, judging->intent, window->policy, &facts[i]));
	for (size_t i = 0; i < window->known_count; i++)
		if (window->known[i].changed)
			pattern_known_save(judging->task, judging->intent, window->policy,
			                   &window->known[i]);
	judging->changed = judging->changed || window->numbers != judging->row.patterns;
	judging->row.patterns = window->numbers;
	return STATUS_OK;
}

/* The hour's end is judged as well, and what is left of the steps goes when nobody writes any more. */
static void look_ahead(struct judging *judging)
{
	const struct pattern_window *const window = &judging->window;
	const struct instant hour = pattern_hour_of(window->end);
	const struct instant unkept =
	    time_add(time_add(window->end, pattern_policy_keeps(window->policy)),
	             window->policy->step);

	if (window->count > 0 && !time_before(window->reports[window->count - 1].at, hour) &&
	    time_before(hour, window->end))
		pattern_judgement_set(judging->task, judging->intent, window->policy,
		                      time_add(hour, HOURS(1)));
	task_timer_set(judging->task, PATTERN_TIMER_CLEAN, judging->intent,
	               time_add(unkept, window->policy->settle));
}

static enum status judge(struct judging *judging)
{
	struct pattern_window *const window = &judging->window;
	const struct instant now = time_sub(window->end, (struct duration){ 1 });

	TRY(gather_reports(judging));
	const struct instant first = window->count > 0 ? window->reports[0].at : now;

	TRY(pattern_intent_load(judging->task, judging->intent, first, &judging->row,
	                        &judging->baseline));
	window->numbers = judging->row.patterns;
	window->usual = pattern_baseline_usual(&judging->baseline, judging->row.since, now);
	TRY(gather_known(judging));
	TRY(tell(judging));
	close_hour(judging);
	look_ahead(judging);
	if (judging->changed)
		pattern_intent_save(judging->task, &judging->row, &judging->baseline);
	return STATUS_OK;
}

enum status pattern_judge(struct task *task, const char *key)
{
	int64_t end_s;
	const char *intent;

	TRY(pattern_key_read(task, key, &intent, &end_s));
	struct arena *const scratch = arena_create(65536);
	struct judging *const judging = arena_zero(scratch, sizeof(*judging));

	judging->task = task;
	judging->scratch = scratch;
	judging->intent = intent;
	judging->window.arena = scratch;
	judging->window.end = (struct instant){ end_s * 1000000 };
	judging->window.policy = pattern_policy_of(task, judging->window.end);
	const enum status status = judge(judging);

	arena_destroy(scratch);
	return status;
}

enum status pattern_clean(struct task *task, const char *key)
{
	const struct pattern_policy *const policy = pattern_policy_of(task, task->due);
	struct judging judging = { .task = task,
		                   .intent = key,
		                   .window = { .policy = policy,
		                               .end = time_sub(task->due, policy->settle) } };
	struct pattern_step_row row = { .intent = key };
	struct task_cursor cursor;

	task_scan(task, &pattern_step_table, &row, 1, &cursor);
	while (task_next(task, &cursor, &row))
		(void)drop_old_step(&judging, &row);
	return STATUS_OK;
}

/* The life of a pattern. */

static enum status live_on(struct task *task, const char *intent, struct pattern_known *known)
{
	const struct pattern_policy *const policy = pattern_policy_of(task, task->due);
	const struct instant due = pattern_known_due(policy, known);

	if (!time_before(task->due, due) && known->quiet) {
		pattern_known_remove(task, intent, known->number);
		return STATUS_OK;
	}
	if (!time_before(task->due, due)) {
		const struct instant at = pattern_known_quiet_at(policy, known);

		TRY(pattern_say_quieted(task, intent, known, at));
		known->quiet = true;
		known->quiet_since = at;
	}
	pattern_known_save(task, intent, policy, known);
	return STATUS_OK;
}

enum status pattern_life(struct task *task, const char *key)
{
	struct pattern_known_row row = { 0 };
	struct pattern_known known;

	TRY(pattern_key_read(task, key, &row.intent, &row.number));
	if (!task_load(task, &pattern_known_table, &row))
		return STATUS_OK;
	if (!pattern_known_load(task->arena, &row, &known))
		return task_fail(task, STATUS_FATAL, "pattern %s: its row cannot be read", key);
	return live_on(task, row.intent, &known);
}

/* Duplicates. */

enum status pattern_judge_duplicates(struct task *task, const char *key)
{
	const struct pattern_policy *const policy = pattern_policy_of(task, task->due);
	const struct instant end =
	    pattern_policy_step_start(policy, time_sub(task->due, policy->settle));
	struct pattern_tickets *const tickets = arena_alloc(task->arena, sizeof(*tickets));
	struct pattern_duplicate *const duplicates =
	    arena_alloc(task->arena, PATTERN_TICKETS_MAX * sizeof(*duplicates));
	const char *intent;
	const char *customer;

	pattern_key_split(task, key, &intent, &customer);
	if (!pattern_tickets_load(task, intent, customer, tickets))
		return task_fail(task, STATUS_FATAL, "intent %s: a customer's row cannot be read",
		                 intent);
	const size_t count = pattern_tickets_judge(policy, tickets, end, duplicates);

	for (size_t i = 0; i < count; i++)
		TRY(pattern_say_duplicate(task, intent, customer, &duplicates[i]));
	pattern_tickets_expire(policy, tickets, end);
	pattern_tickets_save(task, intent, customer, policy, tickets);
	return STATUS_OK;
}

void pattern_need_duplicates(struct task *task, const char *key)
{
	struct pattern_customer_row row = { 0 };

	pattern_key_split(task, key, &row.intent, &row.customer);
	task_need(task, &pattern_customer_table, &row);
}
