#include "services/billing-sync/customer_revenue/customer_deferral.h"

#include "common/base/text.h"
#include "services/billing-sync/customer_revenue/customer_earning.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/ledger/booking.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct deferral_row, customer_id), COLUMN(struct deferral_row, invoice_id),
	COLUMN(struct deferral_row, currency),    COLUMN(struct deferral_row, bookings),
	COLUMN(struct deferral_row, facts),       COLUMN(struct deferral_row, plan),
	COLUMN(struct deferral_row, schedule),    COLUMN_END,
};
const struct state_table deferral_table = { .name = "deferral",
	                                    .columns = columns,
	                                    .key_columns = 2,
	                                    .row_size = sizeof(struct deferral_row) };

/* One invoice at hand: as it was, and as it is with the fact that came. */
struct replan {
	struct customer *customer;
	const struct books_policy *books;
	struct deferral_row row;
	struct deferral_facts old_facts;
	struct deferral old;
	struct deferral old_life; /* of one that has ended: what it was until then */
	struct deferral_facts facts;
	struct deferral plan; /* what is still to be earned: empty where it has ended */
	struct deferral life;
	int64_t today; /* the first day that was not booked yet */
};

/* In. */

/* What is earned until it ends, and what is left then. */
static bool make_plan(struct arena *arena, const struct books_policy *books,
                      struct deferral_facts *facts, struct deferral *life, struct deferral *plan,
                      const char **reason)
{
	if (!deferral_plan(arena, facts, books, life, reason))
		return false;
	*plan = *life;
	if (facts->ended)
		plan->count = 0;
	return true;
}

static struct plan_reversal *copy_reversals(struct arena *arena, const struct deferral_facts *facts)
{
	return arena_copy(arena, facts->reversals,
	                  facts->reversal_count * sizeof(*facts->reversals));
}

static enum status recall_life(struct replan *it)
{
	struct task *const task = it->customer->task;
	struct deferral_facts facts = it->old_facts;
	struct deferral none;
	const char *reason;

	it->old_life = it->old;
	if (!facts.ended)
		return STATUS_OK;
	facts.reversals = copy_reversals(task->arena, &facts);
	return make_plan(task->arena, it->books, &facts, &it->old_life, &none, &reason)
	           ? STATUS_OK
	           : task_refuse(task, "invoice %s: %s", it->row.invoice_id, reason);
}

static enum status recall(struct customer *it, const char *invoice, struct replan *replan)
{
	struct task *const task = it->task;
	struct deferral_row *const row = &replan->row;

	*replan =
	    (struct replan){ .customer = it,
		             .books = policies_standing(task, task->now).books,
		             .row = { .customer_id = it->row.customer_id, .invoice_id = invoice },
		             .old_facts = { .currency = "" } };
	if (task_load(task, &deferral_table, row) &&
	    (!deferral_facts_decode(task->arena, row->facts, &replan->old_facts) ||
	     !deferral_decode(task->arena, row->plan, &replan->old)))
		return task_fail(task, STATUS_FATAL, "invoice %s: its deferral cannot be read",
		                 invoice);
	replan->facts = replan->old_facts;
	replan->facts.reversals = copy_reversals(task->arena, &replan->old_facts);
	return recall_life(replan);
}

/* Booking. Each transaction has a number of its own within its invoice, and the invoice in its id. */

static enum status settle(struct replan *it, bool good, const struct booking *booking)
{
	struct task *const task = it->customer->task;

	if (!good)
		return task_refuse(task, "invoice %s: %s cannot be booked: %s", it->row.invoice_id,
		                   booking->journal.reason,
		                   journal_fault_text(booking->journal.fault));
	if (booking->journal.count > 0)
		(void)figure_book(task, &booking->journal);
	return STATUS_OK;
}

static const char *next_subject(struct replan *it)
{
	return arena_printf(it->customer->task->arena, "%s/%lld", it->row.invoice_id,
	                    (long long)++it->row.bookings);
}

static struct booking_fact fact_of(const struct replan *it, struct instant at)
{
	const struct customer *const customer = it->customer;

	return (struct booking_fact){ .cause = *customer->cause_id != '\0' ? customer->cause_id
		                                                           : "timer",
		                      .customer = customer->row.customer_id,
		                      .at = at,
		                      .booked_at = customer->task->now };
}

static struct money money_of(const struct replan *it, int64_t minor)
{
	struct money money = { .minor = minor };

	memcpy(money.currency, it->row.currency, strlen(it->row.currency) + 1);
	return money;
}

static void add_figure(const struct replan *it, const char *name, struct instant at, int64_t minor)
{
	struct task *const task = it->customer->task;

	figure_add(task, it->row.currency, name, figure_day(task, at), minor);
}

static enum status book_earned(struct replan *it, struct instant at, int64_t minor)
{
	struct arena *const arena = it->customer->task->arena;
	const struct booking_fact fact = fact_of(it, at);
	struct booking *const booking = arena_alloc(arena, sizeof(*booking));

	add_figure(it, FIGURE_RECOGNISED, at, minor);
	return settle(
	    it, booking_recognised(arena, &fact, next_subject(it), money_of(it, minor), booking),
	    booking);
}

static enum status book_cleared(struct replan *it, const struct plan_reversal *reversal,
                                struct instant at, int64_t minor)
{
	struct arena *const arena = it->customer->task->arena;
	const struct booking_fact fact = fact_of(it, at);
	struct booking *const booking = arena_alloc(arena, sizeof(*booking));

	add_figure(it, FIGURE_CLEARED, at, minor);
	return settle(it,
	              booking_cleared(arena, &fact, next_subject(it),
	                              reversal->dispute ? ACCOUNT_DISPUTES : ACCOUNT_REFUNDS,
	                              money_of(it, minor), booking),
	              booking);
}

/* What the two plans differ by. */

static int64_t earned_before(const struct deferral *plan, int64_t day)
{
	int64_t sum = 0;

	for (size_t i = 0; i < plan->count; i++)
		sum += recognition_before(&plan->lines[i].schedule, day);
	return sum;
}

static int64_t first_day(const struct replan *it)
{
	const struct deferral *const plans[] = { &it->old, &it->old_life, &it->life };
	int64_t day = INT64_MAX;

	for (size_t i = 0; i < COUNT_OF(plans); i++)
		if (plans[i]->count > 0 && plans[i]->lines[0].schedule.booked_day < day)
			day = plans[i]->lines[0].schedule.booked_day;
	return day;
}

static int64_t month_after(int64_t day)
{
	const struct date date = date_of_days(day);

	return date.month == 12 ? date_days((struct date){ date.year + 1, 1, 1 })
	                        : date_days((struct date){ date.year, date.month + 1, 1 });
}

/* Days that are over, month by month, each month dated at its end. */
static enum status differ_days(struct replan *it, const struct deferral *before,
                               const struct deferral *now, int64_t day, int64_t to)
{
	int64_t done = earned_before(now, day) - earned_before(before, day);

	while (day < to) {
		const int64_t end = month_after(day) < to ? month_after(day) : to;
		const int64_t owed = earned_before(now, end) - earned_before(before, end);

		if (owed != done)
			TRY(book_earned(it, earning_end(it->books, end), owed - done));
		done = owed;
		day = end;
	}
	return STATUS_OK;
}

/* What was earned until it ended is given back then; what was after that was never earned. */
static enum status differ_ended(struct replan *it, int64_t day)
{
	const int64_t last = recognition_day(it->books->zone, it->facts.ended_at);
	const int64_t end = last < it->today ? last : it->today;
	int64_t given = -earned_before(&it->life, end);

	if (it->old_facts.ended)
		given += earned_before(&it->old_life, end);
	TRY(differ_days(it, &it->old_life, &it->life, day, end));
	if (given != 0)
		TRY(book_earned(it, it->facts.ended_at, given));
	return differ_days(it, &it->old, &it->plan, end, it->today);
}

static enum status differ_past(struct replan *it)
{
	const int64_t day = first_day(it);

	if (day == INT64_MAX)
		return STATUS_OK;
	return it->facts.ended ? differ_ended(it, day)
	                       : differ_days(it, &it->old, &it->plan, day, it->today);
}

static bool stands(const struct deferral_facts *facts)
{
	return facts->billed && !facts->ended;
}

/* What is billed anew is taken back when it was booked; what came to an end, then. */
static void differ_billed(const struct replan *it)
{
	const int64_t before = deferral_plan_billed(&it->old, &it->old_facts);
	const int64_t now = deferral_plan_billed(&it->plan, &it->facts);

	if (stands(&it->old_facts))
		add_figure(it, FIGURE_BILLED,
		           it->facts.ended ? it->facts.ended_at : it->old_facts.booked, -before);
	if (stands(&it->facts))
		add_figure(it, FIGURE_BILLED, it->facts.booked, now);
}

static int64_t cleared_by(const struct deferral_facts *facts, const char *object)
{
	for (size_t i = 0; i < facts->reversal_count; i++)
		if (text_equal(facts->reversals[i].object, object))
			return facts->reversals[i].cleared;
	return 0;
}

/* What was cleared until it ended is given back then. */
static enum status differ_one(struct replan *it, const struct plan_reversal *reversal)
{
	const bool again = it->old_facts.ended && !it->facts.ended;
	const int64_t before = again ? 0 : cleared_by(&it->old_facts, reversal->object);
	const int64_t given = reversal->cleared - (it->old_facts.ended ? before : 0);

	if (reversal->cleared != before)
		TRY(book_cleared(it, reversal, time_later(reversal->at, it->facts.finalised),
		                 reversal->cleared - before));
	return it->facts.ended && given != 0
	           ? book_cleared(it, reversal, it->facts.ended_at, -given)
	           : STATUS_OK;
}

static enum status differ_cleared(struct replan *it)
{
	for (size_t i = 0; i < it->facts.reversal_count; i++)
		TRY(differ_one(it, &it->facts.reversals[i]));
	return STATUS_OK;
}

/* The new facts are complete. */
static enum status apply(struct replan *it)
{
	struct task *const task = it->customer->task;
	const char *reason;

	if (!make_plan(task->arena, it->books, &it->facts, &it->life, &it->plan, &reason))
		return task_refuse(task, "invoice %s: %s", it->row.invoice_id, reason);
	const struct bytes facts = deferral_facts_encode(task->arena, &it->facts);

	if (bytes_equal(facts, it->row.facts))
		return STATUS_OK;
	if (it->facts.billed) {
		it->row.currency = it->facts.currency;
		it->today = earning_today(task, it->books, it->row.currency);
		differ_billed(it);
		TRY(differ_past(it));
		TRY(differ_cleared(it));
		TRY(earning_follow(task, it->books, it->row.currency, &it->old, &it->plan));
	}
	it->row.facts = facts;
	it->row.plan = deferral_encode(task->arena, &it->plan);
	it->row.schedule = deferral_text(task->arena, &it->plan);
	task_save(task, &deferral_table, &it->row);
	return STATUS_OK;
}

/* Facts. */

static void set_billed(struct deferral_facts *facts, const struct customer_billed *billed)
{
	facts->billed = true;
	facts->ended = false;
	facts->ended_at = TIME_MIN;
	facts->currency = billed->currency;
	facts->finalised = billed->finalised;
	facts->booked = billed->booked;
	facts->line_count = billed->count;
	facts->lines = billed->lines;
}

bool customer_deferral_fits(struct customer *it, const struct customer_billed *billed,
                            const char **reason)
{
	const struct books_policy *const books = policies_standing(it->task, it->task->now).books;
	struct deferral_facts facts = { .billed = false };
	struct deferral plan;

	set_billed(&facts, billed);
	return deferral_plan(it->task->arena, &facts, books, &plan, reason);
}

enum status customer_deferral_open(struct customer *it, const struct customer_billed *billed)
{
	struct replan replan;

	TRY(recall(it, billed->invoice, &replan));
	if (billed->count == 0 && replan.row.facts.size == 0)
		return STATUS_OK;
	set_billed(&replan.facts, billed);
	return apply(&replan);
}

enum status customer_deferral_void(struct customer *it, const char *invoice, struct instant at)
{
	struct replan replan;

	TRY(recall(it, invoice, &replan));
	if (!stands(&replan.facts))
		return STATUS_OK;
	replan.facts.ended = true;
	replan.facts.ended_at = at;
	return apply(&replan);
}

enum status customer_deferral_reverse(struct customer *it, const struct customer_reversed *reversed)
{
	const struct plan_reversal more = { .object = reversed->object,
		                            .currency = reversed->currency,
		                            .dispute = reversed->dispute,
		                            .minor = reversed->minor,
		                            .at = reversed->at };
	struct replan replan;

	if (reversed->invoice == NULL || reversed->minor == 0)
		return STATUS_OK;
	TRY(recall(it, reversed->invoice, &replan));
	if (!deferral_facts_reverse(it->task->arena, &replan.facts, &more))
		return task_refuse(it->task,
		                   "invoice %s: too much was taken back of it, or too often",
		                   reversed->invoice);
	return apply(&replan);
}

enum status customer_deferral_note(struct customer *it, const char *invoice,
                                   const struct plan_reversal *note)
{
	struct replan replan;

	if (*invoice == '\0')
		return STATUS_OK;
	TRY(recall(it, invoice, &replan));
	if (note->minor == 0 && replan.row.facts.size == 0)
		return STATUS_OK;
	if (!deferral_facts_note(it->task->arena, &replan.facts, note))
		return task_refuse(it->task, "invoice %s: it was taken back too often", invoice);
	return apply(&replan);
}

void customer_need_deferral(struct task *task, const char *customer, const char *invoice)
{
	task_need(task, &deferral_table,
	          &(struct deferral_row){ .customer_id = customer, .invoice_id = invoice });
}
