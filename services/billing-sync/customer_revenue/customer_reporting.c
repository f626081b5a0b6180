#include "services/billing-sync/customer_revenue/customer_reporting.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "services/billing-sync/customer_revenue/customer_unrated.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/customer_books.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/entry/figure_say.h"
#include "services/billing-sync/subscription/recurring_report.h"

#include <string.h>

#define OPEN "reporting"   /* the figure of no currency, on day 0: the first day that is not told */
#define DAYS_AT_ONCE 62    /* told in one go, when rates came late: two months */
#define CURRENCIES_MAX 192 /* more than there are */

static const struct column worth_columns[] = {
	COLUMN(struct worth_row, currency),
	COLUMN(struct worth_row, minor),
	COLUMN(struct worth_row, told_in),
	COLUMN(struct worth_row, worth),
	COLUMN_END,
};
const struct state_table worth_table = { .name = "worth",
	                                 .columns = worth_columns,
	                                 .key_columns = 1,
	                                 .row_size = sizeof(struct worth_row),
	                                 .resident = true };

static const struct column reported_columns[] = {
	COLUMN(struct reported_day_row, currency),
	COLUMN(struct reported_day_row, day),
	COLUMN(struct reported_day_row, starting),
	COLUMN(struct reported_day_row, added),
	COLUMN(struct reported_day_row, reactivation),
	COLUMN(struct reported_day_row, expansion),
	COLUMN(struct reported_day_row, contraction),
	COLUMN(struct reported_day_row, churn),
	COLUMN(struct reported_day_row, fx),
	COLUMN(struct reported_day_row, ending),
	COLUMN_END,
};
const struct state_table reported_day_table = { .name = "reported_day",
	                                        .columns = reported_columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct reported_day_row),
	                                        .resident = true };

/* One currency of the day at hand. */
struct weighed {
	struct worth_row row;
	struct recurring_worth worth;
	const char *rate; /* as the contract has it; NULL: nothing had to be weighed */
};

/* The day at hand, until it is told. */
struct report {
	struct task *task;
	const struct mrr_policy *policy;
	int64_t day;
	struct instant known_at; /* of rates */
	struct recurring_line line;
	size_t count;
	struct weighed *list;
	const char *lacking; /* the currency that could not be weighed; NULL: all were */
	char reason[FX_REASON_SIZE];
};

/* What stands. */

static const struct mrr_policy *policy_on(struct task *task, int64_t day)
{
	const struct books_policy *const books = policies_standing(task, task->now).books;

	return policies_standing(task, recognition_midnight(books->zone, day)).mrr;
}

static int64_t figure_on(struct task *task, const char *currency, const char *name, int64_t day)
{
	struct figure_row row = { .currency = currency, .name = name, .day = day };

	return task_load(task, &figure_table, &row) ? row.minor : 0;
}

static bool open_day(struct task *task, struct figure_row *open)
{
	*open = (struct figure_row){ .currency = "", .name = OPEN };
	return task_load(task, &figure_table, open);
}

/* In the books of its own currency, as that day began. */
static int64_t stood(struct task *task, const char *currency, int64_t day)
{
	struct figure_row row = { .currency = currency, .name = FIGURE_RECURRING };
	struct task_cursor cursor;
	int64_t sum = 0;

	task_scan(task, &figure_table, &row, 2, &cursor);
	while (task_next(task, &cursor, &row))
		if (row.day < day && __builtin_add_overflow(sum, row.minor, &sum))
			return row.minor < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static void take_over(struct task *task, const char *currency, int64_t day)
{
	struct worth_row row = { .currency = currency, .told_in = "" };

	if (task_load(task, &worth_table, &row))
		return;
	row.minor = stood(task, currency, day);
	task_save(task, &worth_table, &row);
}

static void begin(struct task *task, struct figure_row *open, int64_t day)
{
	const char *currency = "";

	open->minor = day;
	task_save(task, &figure_table, open);
	while ((currency = figure_currency_after(task, currency)) != NULL)
		take_over(task, currency, day);
	task_timer_set(task, CUSTOMER_TIMER_REPORTING, FIGURE_KEY, customer_books_due(task, day));
}

void customer_reporting_touch(struct task *task, const char *currency, int64_t day)
{
	struct figure_row open;

	if (policy_on(task, day)->reporting_currency[0] == '\0')
		return;
	if (!open_day(task, &open))
		begin(task, &open, day);
	take_over(task, currency, open.minor);
}

/* A day is weighed: nothing is kept or said yet. */

static struct recurring_line own_line(const struct report *it, const struct worth_row *row)
{
	struct task *const task = it->task;
	struct recurring_line line = { .starting = row->minor };

	memcpy(line.currency, row->currency, sizeof(line.currency));
	for (int kind = 0; kind < RECURRING_FX; kind++)
		line.moved[kind] = figure_on(task, row->currency,
		                             arena_printf(task->arena, FIGURE_RECURRING "_%s",
		                                          recurring_kind_names[kind]),
		                             it->day);
	if (__builtin_add_overflow(row->minor,
	                           figure_on(task, row->currency, FIGURE_RECURRING, it->day),
	                           &line.ending))
		line.ending = row->minor < 0 ? INT64_MIN : INT64_MAX;
	return line;
}

static bool is_empty(const struct recurring_line *line)
{
	bool empty = line->starting == 0 && line->ending == 0;

	for (size_t i = 0; i < RECURRING_KINDS; i++)
		empty = empty && line->moved[i] == 0;
	return empty;
}

static bool weigh_currency(struct report *it, struct weighed *at)
{
	struct task *const task = it->task;
	struct recurring_worth *const worth = &at->worth;
	const struct fx_question question = { it->day, it->known_at, at->row.currency,
		                              it->policy->reporting_currency };
	struct ratio rate;

	worth->own = own_line(it, &at->row);
	worth->told = text_equal(at->row.told_in, question.to);
	worth->worth = at->row.worth;
	if (is_empty(&worth->own))
		return true;
	if (!fx_rate(policies_rates(task), &question, &rate, it->reason) ||
	    !fx_minor(&question, rate, &worth->rate, it->reason))
		return false;
	at->rate = arena_printf(task->arena, "%lld/%lld", (long long)rate.numerator,
	                        (long long)rate.denominator);
	if (recurring_report_add(worth, it->policy->rounding, &it->line))
		return true;
	memcpy(it->reason, "the sum is beyond 64 bits", sizeof("the sum is beyond 64 bits"));
	return false;
}

static void weigh(struct report *it, struct task *task, int64_t day, struct instant known_at)
{
	struct worth_row row = { .currency = "" };
	struct task_cursor cursor;

	*it = (struct report){
		.task = task, .policy = policy_on(task, day), .day = day, .known_at = known_at
	};
	memcpy(it->line.currency, it->policy->reporting_currency, sizeof(it->line.currency));
	it->list = arena_zero(task->arena, CURRENCIES_MAX * sizeof(*it->list));
	task_scan(task, &worth_table, &row, 0, &cursor);
	while (task_next(task, &cursor, &row)) {
		struct weighed *const at = &it->list[it->count++];

		CHECK(it->count < CURRENCIES_MAX);
		at->row = row;
		if (it->lacking == NULL && !weigh_currency(it, at))
			it->lacking = row.currency;
	}
}

/* Out. */

static const char *version_of(const struct report *it)
{
	return arena_printf(it->task->arena, "mrr/%lld", (long long)it->policy->head.version);
}

static void fill_rates(const struct report *it, Opsmesh__V1__RecurringReported *fact)
{
	struct arena *const arena = it->task->arena;

	fact->rates = arena_alloc(arena, (it->count + 1) * sizeof(*fact->rates));
	for (size_t i = 0; i < it->count; i++) {
		const struct weighed *const at = &it->list[i];
		Opsmesh__V1__PeriodRate *made;

		if (at->rate == NULL || text_equal(at->row.currency, it->line.currency))
			continue;
		made = arena_alloc(arena, sizeof(*made));
		opsmesh__v1__period_rate__init(made);
		made->currency = text_mutable(at->row.currency);
		made->reporting_currency = arena_string(arena, it->line.currency);
		made->rate = text_mutable(at->rate);
		fact->rates[fact->n_rates++] = made;
	}
}

static enum status say_reported(const struct report *it)
{
	struct arena *const arena = it->task->arena;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RecurringReported fact = OPSMESH__V1__RECURRING_REPORTED__INIT;

	fact.day = text_mutable(figure_day_text(arena, it->day));
	fact.recurring = figure_say_recurring(arena, &it->line);
	fact.policy = text_mutable(version_of(it));
	fill_rates(it, &fact);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED;
	event.recurring_reported = &fact;
	return customer_books_say(it->task, &event);
}

static enum status say_unreported(const struct report *it, int64_t ended)
{
	struct arena *const arena = it->task->arena;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RecurringUnreported fact = OPSMESH__V1__RECURRING_UNREPORTED__INIT;

	fact.day = text_mutable(figure_day_text(arena, ended));
	fact.since = text_mutable(figure_day_text(arena, it->day));
	fact.currency = text_mutable(it->lacking);
	fact.reporting_currency = arena_string(arena, it->line.currency);
	fact.reason = arena_string(arena, it->reason);
	fact.policy = text_mutable(version_of(it));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED;
	event.recurring_unreported = &fact;
	TRY(unrated_follow(it->task,
	                   &(struct unrated){ .currency = it->lacking,
	                                      .reporting_currency = fact.reporting_currency,
	                                      .reason = fact.reason }));
	return customer_books_say(it->task, &event);
}

/*
 * What a day that waited leaves empty may have been moved since; and of the day after the one that just ended
 * something may be there already, at midnight sharp.
 */
static bool is_over(const struct report *it, const struct worth_row *row, int64_t ended)
{
	return row->minor == 0 && it->day == ended &&
	       figure_on(it->task, row->currency, FIGURE_RECURRING, ended + 1) == 0;
}

static void keep_currency(const struct report *it, const struct weighed *at, int64_t ended)
{
	struct worth_row row = at->row;

	row.minor = at->worth.own.ending;
	row.worth = at->worth.worth;
	if (at->rate != NULL)
		row.told_in = arena_string(it->task->arena, it->line.currency);
	if (is_over(it, &row, ended))
		task_remove(it->task, &worth_table, &row);
	else
		task_save(it->task, &worth_table, &row);
}

static enum status tell(const struct report *it, int64_t ended)
{
	const int64_t *const moved = it->line.moved;
	const struct reported_day_row row = {
		.currency = it->line.currency,
		.day = it->day,
		.starting = it->line.starting,
		.added = moved[RECURRING_NEW],
		.reactivation = moved[RECURRING_REACTIVATION],
		.expansion = moved[RECURRING_EXPANSION],
		.contraction = moved[RECURRING_CONTRACTION],
		.churn = moved[RECURRING_CHURN],
		.fx = moved[RECURRING_FX],
		.ending = it->line.ending,
	};

	TRY(unrated_follow(it->task, NULL));
	for (size_t i = 0; i < it->count; i++)
		keep_currency(it, &it->list[i], ended);
	if (is_empty(&it->line))
		return STATUS_OK;
	task_save(it->task, &reported_day_table, &row);
	return say_reported(it);
}

/* The end of a day. */

static bool nothing_stands(struct task *task)
{
	struct worth_row row = { .currency = "" };
	struct task_cursor cursor;

	task_scan(task, &worth_table, &row, 0, &cursor);
	return !task_next(task, &cursor, &row);
}

/* There is no such book any more, and nothing of it is known when there is one again. */
static void forget(struct task *task)
{
	struct worth_row row = { .currency = "" };
	struct task_cursor cursor;

	task_scan(task, &worth_table, &row, 0, &cursor);
	while (task_next(task, &cursor, &row))
		task_remove(task, &worth_table, &row);
}

static bool has_begun(struct task *task, const char *currency)
{
	struct reported_day_row row = { .currency = currency };
	struct task_cursor cursor;

	task_scan(task, &reported_day_table, &row, 1, &cursor);
	return task_next(task, &cursor, &row);
}

/*
 * There are rates, but none of so early a day. The reporting currency alone needs none; but a mesh that has no time yet
 * stands in 1970, and a book that began then would tell every day since.
 */
static bool is_before_rates(struct task *task, int64_t day)
{
	const int64_t rated = fx_day_after(policies_rates(task), day - 1);

	return rated != INT64_MAX && rated > day;
}

/* The book begins with a day whose rates are there, and what stands then: no day before is waited for. */
static int64_t begin_later(const struct report *it, int64_t ended)
{
	struct task *const task = it->task;
	const int64_t rated = fx_day_after(policies_rates(task), it->day);
	const int64_t day = rated <= ended ? rated : ended + 1;

	for (size_t i = 0; i < it->count; i++) {
		struct worth_row row = it->list[i].row;

		row.minor = stood(task, row.currency, day);
		task_save(task, &worth_table, &row);
	}
	return day;
}

/* When to look again: at the next day's end, or that of the first day of which there are rates. */
static int64_t next_end(struct task *task, const struct figure_row *open, int64_t ended)
{
	const char *const currency = policy_on(task, open->minor)->reporting_currency;
	const int64_t rated = fx_day_after(policies_rates(task), ended);

	return rated == INT64_MAX || has_begun(task, currency) ? ended + 1 : rated;
}

static void wait_on(struct task *task, struct figure_row *open, int64_t ended)
{
	if (nothing_stands(task)) {
		task_remove(task, &figure_table, open);
		return;
	}
	task_save(task, &figure_table, open);
	task_timer_set(task, CUSTOMER_TIMER_REPORTING, FIGURE_KEY,
	               customer_books_due(task, next_end(task, open, ended)));
}

/* The days that are not told, as far as they can be; *last is the last of them that was looked at. */
static enum status tell_days(struct task *task, struct figure_row *open, int64_t ended,
                             struct report *last)
{
	for (int told = 0; open->minor <= ended && told < DAYS_AT_ONCE; told++) {
		weigh(last, task, open->minor, task->due);
		if (last->line.currency[0] == '\0') {
			forget(task);
			return unrated_follow(task, NULL);
		}
		const bool begun = has_begun(task, last->line.currency);

		if (last->lacking == NULL && (begun || !is_before_rates(task, open->minor))) {
			TRY(tell(last, ended));
			open->minor++;
		} else if (begun) {
			return say_unreported(last, ended);
		} else {
			open->minor = begin_later(last, ended);
		}
	}
	return last->lacking != NULL ? say_unreported(last, ended) : STATUS_OK;
}

enum status customer_on_reporting(struct task *task, const char *key)
{
	const int64_t ended = figure_day(task, task->due) - 1;
	struct report last = { .lacking = NULL };
	struct figure_row open;

	if (!open_day(task, &open))
		return task_fail(task, STATUS_FATAL, "timer %s: no day of it is open", key);
	TRY(tell_days(task, &open, ended, &last));
	wait_on(task, &open, ended);
	return STATUS_OK;
}

/* A close. */

static void add(int64_t *sum, int64_t more)
{
	if (__builtin_add_overflow(*sum, more, sum))
		*sum = more < 0 ? INT64_MIN : INT64_MAX;
}

static void add_day(struct recurring_line *line, const struct reported_day_row *row)
{
	add(&line->moved[RECURRING_NEW], row->added);
	add(&line->moved[RECURRING_REACTIVATION], row->reactivation);
	add(&line->moved[RECURRING_EXPANSION], row->expansion);
	add(&line->moved[RECURRING_CONTRACTION], row->contraction);
	add(&line->moved[RECURRING_CHURN], row->churn);
	add(&line->moved[RECURRING_FX], row->fx);
}

/* False: nothing of it was told up to the end of the period. */
static bool period_line(struct task *task, const struct period *period, struct recurring_line *line)
{
	struct reported_day_row row = { .currency = line->currency };
	struct task_cursor cursor;
	bool within = false;
	bool any = false;

	task_scan(task, &reported_day_table, &row, 1, &cursor);
	while (task_next(task, &cursor, &row) && row.day < period->end_day) {
		if (!within)
			line->starting = row.day < period->first_day ? row.ending : row.starting;
		within = row.day >= period->first_day;
		if (within)
			add_day(line, &row);
		line->ending = row.ending;
		any = true;
	}
	return any;
}

void customer_reporting_answer(struct task *task, const struct period *period,
                               Opsmesh__V1__ShardFigured *answer)
{
	struct recurring_line line = { .starting = 0 };
	struct figure_row open;
	struct report report;

	memcpy(line.currency, policy_on(task, period->end_day - 1)->reporting_currency,
	       sizeof(line.currency));
	if (line.currency[0] == '\0')
		return;
	if (period_line(task, period, &line))
		answer->reported = figure_say_recurring(task->arena, &line);
	if (!open_day(task, &open) || open.minor >= period->end_day)
		return;
	weigh(&report, task, open.minor, task->now);
	answer->unreported =
	    arena_printf(task->arena, "recurring revenue is in %s up to %s alone: %s",
	                 line.currency, figure_day_text(task->arena, open.minor),
	                 report.lacking != NULL ? report.reason : "that day is not told yet");
}
