/*
 * One window by the rules that look at it: so many windows in a row that are bad raise, so many that are well resolve.
 */
#include "services/kpi-aggregator/alarm/alarm.h"

#include "common/base/text.h"

bool alarm_watches(const struct rule_book *book, const struct alarm_rule *rule,
                   const struct known_row *known, struct instant at)
{
	return text_equal(rule->series, known->series) &&
	       text_equal(window_kind_names[rule->window], known->kind) &&
	       rule_takes_value(rule, known->value) && rule_in_force(book, rule, at);
}

/* The verdict on windows in a row. */

static struct verdict budget_at(const struct past *past, const struct alarm_rule *rule,
                                const struct window *window)
{
	struct alarm_figure *const figures =
	    arena_alloc(past->task->scratch, (size_t)rule->span * sizeof(*figures));
	struct window at = *window;

	for (int64_t i = 0; i < rule->span; i++) {
		figures[i] = past_figure(past, rule, &at);
		at = past_before(past, &at);
	}
	return judge_budget(rule, figures);
}

static struct verdict verdict_at(const struct past *past, const struct alarm_rule *rule,
                                 const struct window *window)
{
	struct alarm_figure usual[RULE_WEEKS_MAX];
	struct alarm_figure now;
	size_t count = 0;

	if (rule->judge == JUDGE_BUDGET)
		return budget_at(past, rule, window);
	now = past_figure(past, rule, window);
	if (rule->judge == JUDGE_UNLIKE && !past_usual(past, rule, window, usual, &count))
		return (struct verdict){ .is = VERDICT_UNKNOWN, .over = now };
	return judge_figure(rule, &now, usual, count);
}

/* Of so many windows in a row; one that is otherwise makes it unknown. */
static struct verdict verdict_of(const struct past *past, const struct alarm_rule *rule,
                                 const struct window *window)
{
	struct verdict verdict = verdict_at(past, rule, window);
	const int64_t count = verdict.is == VERDICT_BAD ? rule->windows : rule->well_windows;
	const enum verdict_is wanted = verdict.is;
	struct window at = *window;

	for (int64_t i = 1; i < count && verdict.is != VERDICT_UNKNOWN; i++) {
		at = past_before(past, &at);
		if (verdict_at(past, rule, &at).is != wanted)
			verdict.is = VERDICT_UNKNOWN;
	}
	return verdict;
}

/* What follows of it. */

/*
 * When it could be known: as soon as it is judged, and no later than the document waits for a window. So what is judged late, or of a
 * window that was restated, has a time of then, and pages nobody (cause_at in alert.proto).
 */
static struct instant said_at(const struct alarm_said *said)
{
	return time_earlier(time_add(said->window->end, said->rule->wait), said->past->task->now);
}

static struct alert_scope scope_of(const struct past *past, const char *about, struct instant at)
{
	return (struct alert_scope){ .task = past->task,
		                     .kind = &alarm_alert_kind,
		                     .home = past->known->series,
		                     .about = about,
		                     .cause_id = "",
		                     .at = at };
}

static struct standing_row standing_of(const struct alarm_said *said, const char *about)
{
	const struct known_row *const known = said->past->known;

	return (struct standing_row){ .series = known->series,
		                      .value = known->value,
		                      .currency = known->currency,
		                      .kind = known->kind,
		                      .rule = said->rule->head.id,
		                      .about = about,
		                      .bad = said->window->start,
		                      .excess = said->verdict->excess,
		                      .severity = said->verdict->severity };
}

/* Has this very window raised before, and it is over? */
static bool has_raised(const struct alert_scope *scope)
{
	struct alert_row row;

	return alert_find(scope, &row) || !text_ends(row.alert_id, scope->about);
}

static enum status raise(const struct alarm_said *said)
{
	struct task *const task = said->past->task;
	const char *const about = alarm_about(said);
	const struct alert_scope scope = scope_of(said->past, about, said_at(said));
	const struct standing_row row = standing_of(said, about);
	const struct alert_notice notice = alarm_notice(said);

	if (has_raised(&scope))
		return STATUS_OK;
	task_save(task, &alarm_standing_table, &row);
	return alert_raise(&scope, &notice);
}

static enum status go_on(const struct alarm_said *said, struct standing_row *row)
{
	const struct alert_scope scope = scope_of(said->past, row->about, said_at(said));
	const bool graver = said->verdict->severity > (Opsmesh__V1__Severity)row->severity;
	const struct alert_notice notice = alarm_notice(said);

	if (time_before(said->window->start, row->bad))
		return STATUS_OK;
	row->bad = said->window->start;
	if (!graver && !judge_is_worse(said->verdict, row->excess)) {
		task_save(said->past->task, &alarm_standing_table, row);
		return STATUS_OK;
	}
	row->excess = said->verdict->excess;
	row->severity = said->verdict->severity;
	task_save(said->past->task, &alarm_standing_table, row);
	return alert_update(&scope, &notice);
}

enum status alarm_resolve_standing(const struct past *past, const struct standing_row *standing,
                                   struct instant at, const char *reason)
{
	const struct alert_scope scope = scope_of(past, standing->about, at);

	task_remove(past->task, &alarm_standing_table, standing);
	return alert_resolve(&scope, reason);
}

/* Why it is over; NULL: it is not. */
static const char *why_over(const struct alarm_said *said, const struct standing_row *row)
{
	struct arena *const arena = said->past->task->arena;
	const char *const label = window_label(arena, said->past->zone, said->window);

	if (said->verdict->is == VERDICT_WELL && time_before(row->bad, said->window->start))
		return arena_printf(arena, "It is as it should be in %s.", label);
	if (said->window->start.us == row->bad.us && said->is_final)
		return arena_printf(arena, "%s turned out otherwise than was said.", label);
	return NULL;
}

static enum status follow(const struct alarm_said *said)
{
	struct standing_row row = standing_of(said, "");
	const char *why;

	if (!task_load(said->past->task, &alarm_standing_table, &row))
		return said->verdict->is == VERDICT_BAD ? raise(said) : STATUS_OK;
	if (said->verdict->is == VERDICT_BAD)
		return go_on(said, &row);
	why = why_over(said, &row);
	return why == NULL ? STATUS_OK
	                   : alarm_resolve_standing(said->past, &row, said_at(said), why);
}

/* Alerts of documents that are in force no more. */
static enum status resolve_unwatched(const struct past *past, const struct window *window)
{
	const struct rule_book *const book = task_document(past->task, ALARM_RULES);
	const struct known_row *const known = past->known;
	const struct standing_row of = { .series = known->series,
		                         .value = known->value,
		                         .currency = known->currency,
		                         .kind = known->kind };
	struct task_cursor cursor;
	struct standing_row row;

	task_scan(past->task, &alarm_standing_table, &of, 4, &cursor);
	while (task_next(past->task, &cursor, &row)) {
		bool is_watched = false;

		for (size_t i = 0; i < book->count; i++)
			is_watched |= text_equal(book->rules[i].head.id, row.rule) &&
			              alarm_watches(book, &book->rules[i], known, window->start);
		if (!is_watched)
			TRY(alarm_resolve_standing(past, &row, window->end,
			                           "No document watches it any more."));
	}
	return STATUS_OK;
}

enum status alarm_judge_window(const struct past *past, const struct window *window)
{
	const struct rule_book *const book = task_document(past->task, ALARM_RULES);

	for (size_t i = 0; i < book->count; i++) {
		const struct alarm_rule *const rule = &book->rules[i];

		if (!alarm_watches(book, rule, past->known, window->start))
			continue;

		const struct verdict verdict = verdict_of(past, rule, window);
		const struct alarm_said said = { .past = past,
			                         .rule = rule,
			                         .window = window,
			                         .verdict = &verdict,
			                         .is_final = past_is_final(past, window) };

		TRY(follow(&said));
	}
	return resolve_unwatched(past, window);
}
