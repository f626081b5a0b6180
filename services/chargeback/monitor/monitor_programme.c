/*
 * A network's programmes: what they count in their period, where their thresholds stand, and what becomes of that.
 */
#include "services/chargeback/monitor/monitor.h"

#include "common/base/text.h"
#include "services/chargeback/tally/tally.h"

#include <string.h>

static const struct column threshold_columns[] = {
	COLUMN(struct threshold_row, programme),
	COLUMN(struct threshold_row, name),
	COLUMN(struct threshold_row, network),
	COLUMN(struct threshold_row, period_start),
	COLUMN(struct threshold_row, standing),
	COLUMN(struct threshold_row, said_at),
	COLUMN(struct threshold_row, within),
	COLUMN(struct threshold_row, clean_months),
	COLUMN_END,
};
const struct state_table threshold_table = { .name = "threshold",
	                                     .columns = threshold_columns,
	                                     .key_columns = 2,
	                                     .row_size = sizeof(struct threshold_row) };

/* Sums. */

static bool in(struct instant day, struct instant start, struct instant end)
{
	return !time_before(day, start) && time_before(day, end);
}

/* One currency, or the amount is not known. */
static void add_amount(const struct tally_row *row, struct programme_tally *tally)
{
	char currency[4];

	if (!money_currency(row->currency, currency) ||
	    (tally->amount.currency[0] != '\0' && !text_equal(tally->amount.currency, currency))) {
		tally->amount_known = false;
		return;
	}
	memcpy(tally->amount.currency, currency, sizeof(currency));
	tally->amount.minor += row->minor;
}

static void add_events(const struct programme_policy *policy, const struct tally_row *row,
                       struct programme_tally *tally)
{
	const struct programme_event event = {
		.network = row->value,
		.warning = (row->kind & TALLY_WARNING) != 0,
		.fraud = (row->kind & TALLY_FRAUD) != 0,
		.inquiry = (row->kind & TALLY_INQUIRY) != 0,
		.prevented = (row->kind & TALLY_PREVENTED) != 0,
		.compelling = (row->kind & TALLY_COMPELLING) != 0,
	};

	if (row->events == 0 || !programme_counts(policy, &event))
		return;
	tally->events += row->events;
	add_amount(row, tally);
}

/* Of nothing the amount is nothing, in whatever currency a threshold asks for it. */
static void settle_amount(const struct programme_policy *policy, struct programme_tally *tally)
{
	if (!tally->amount_known)
		tally->amount = (struct money){ 0 };
	for (size_t i = 0; i < policy->threshold_count && tally->events == 0; i++)
		if (policy->thresholds[i].amount.minor != 0)
			memcpy(tally->amount.currency, policy->thresholds[i].amount.currency,
			       sizeof(tally->amount.currency));
}

static void add(const struct programme_policy *policy, const struct programme_period *period,
                const struct tally_row *row, struct programme_tally *tally)
{
	if (in(row->day, period->start, period->end))
		add_events(policy, row, tally);
	if (in(row->day, period->payments_start, period->payments_end)) {
		tally->payments += row->payments;
		tally->authenticated += row->authenticated;
	}
}

/* Where people dropped a letter, less than nothing may be left. */
static void floor_at_zero(struct programme_tally *tally)
{
	int64_t *const figures[] = { &tally->events, &tally->payments, &tally->authenticated,
		                     &tally->amount.minor };

	for (size_t i = 0; i < COUNT_OF(figures); i++)
		if (*figures[i] < 0)
			*figures[i] = 0;
}

struct programme_tally monitor_sum(const struct monitoring *it,
                                   const struct programme_policy *policy)
{
	const struct programme_period period =
	    programme_period_at(policy, it->watch->country, it->as_of);
	const struct instant first = time_earlier(period.start, period.payments_start);
	const struct tally_row before = { .watched = it->watched,
		                          .day = time_sub(first, (struct duration){ 1 }) };
	struct programme_tally tally = { .amount_known = true };
	struct task_cursor cursor;
	struct tally_row row;

	task_scan(it->task, &programme_sum_table, &before, 1, &cursor);
	cursor.last = state_key(it->task->arena, &programme_sum_table, &before, 2);
	while (task_next(it->task, &cursor, &row) && !time_before(it->as_of, row.day))
		add(policy, &period, &row, &tally);
	floor_at_zero(&tally);
	settle_amount(policy, &tally);
	return tally;
}

/* A threshold. */

static struct threshold_row load_threshold(const struct judging *judging, size_t threshold)
{
	struct threshold_row row = { .programme = judging->policy->head.id,
		                     .name = judging->policy->thresholds[threshold].name,
		                     .network = judging->policy->network,
		                     .period_start = judging->answer->period.start,
		                     .said_at = TIME_MIN };

	(void)task_load(judging->it->task, &threshold_table, &row);
	return row;
}

/* It is nearer than was said. */
static enum status rise(const struct judging *judging, size_t threshold, struct threshold_row *row)
{
	const enum programme_standing standing = judging->answer->standings[threshold];
	const bool is_met = standing == PROGRAMME_MET;

	row->standing = standing;
	row->said_at = judging->it->task->due;
	if (is_met) {
		row->within = true;
		row->clean_months = 0;
		TRY(monitor_resolve(judging, MONITOR_APPROACHING, threshold, "It is met now."));
	}
	TRY(monitor_say(judging, is_met ? MONITOR_CROSSED : MONITOR_APPROACHING, threshold, 0));
	return monitor_raise(judging, is_met ? MONITOR_CROSSED : MONITOR_APPROACHING, threshold);
}

/* A whole day that came after it was said is clear again. */
static bool is_over(const struct judging *judging, size_t threshold,
                    const struct threshold_row *row)
{
	return judging->it->day && judging->answer->standings[threshold] == PROGRAMME_CLEAR &&
	       row->standing != PROGRAMME_CLEAR && row->standing != PROGRAMME_MET &&
	       !time_before(judging->it->as_of, row->said_at);
}

static enum status move(const struct judging *judging, size_t threshold, struct threshold_row *row)
{
	if (judging->answer->standings[threshold] > (enum programme_standing)row->standing)
		return rise(judging, threshold, row);
	if (!is_over(judging, threshold, row))
		return STATUS_OK;
	row->standing = PROGRAMME_CLEAR;
	row->said_at = TIME_MIN;
	return monitor_resolve(judging, MONITOR_APPROACHING, threshold,
	                       "The threshold is not near any more.");
}

static enum status leave(const struct judging *judging, size_t threshold, struct threshold_row *row)
{
	if (judging->answer->standings[threshold] == PROGRAMME_MET) {
		row->clean_months = 0;
		return STATUS_OK;
	}
	row->clean_months++;
	if (!programme_is_left(judging->policy, row->clean_months))
		return STATUS_OK;
	TRY(monitor_say(judging, MONITOR_LEFT, threshold, row->clean_months));
	row->within = false;
	row->clean_months = 0;
	return monitor_resolve(judging, MONITOR_CROSSED, threshold,
	                       "As many months ended without it as the programme asks.");
}

/* The period is over: the next one begins clear. */
static enum status end_period(const struct judging *judging, size_t threshold,
                              struct threshold_row *row, struct instant next)
{
	row->period_start = next;
	row->standing = PROGRAMME_CLEAR;
	row->said_at = TIME_MIN;
	return monitor_resolve(judging, MONITOR_APPROACHING, threshold,
	                       "The programme's month is over.");
}

static bool is_last_day(const struct judging *judging)
{
	return judging->it->day && judging->it->as_of.us + 1 == judging->answer->period.end.us;
}

static enum status stand(const struct judging *judging, size_t threshold)
{
	const struct programme_period *const period = &judging->answer->period;
	const bool has_payments = judging->answer->tally.payments > 0;
	struct threshold_row row = load_threshold(judging, threshold);

	if (time_before(period->start, row.period_start))
		return STATUS_OK;
	if (time_before(row.period_start, period->start)) {
		if (!judging->it->day)
			return STATUS_OK;
		TRY(end_period(judging, threshold, &row, period->start));
	}
	if (has_payments)
		TRY(move(judging, threshold, &row));
	if (is_last_day(judging)) {
		if (has_payments && row.within)
			TRY(leave(judging, threshold, &row));
		TRY(end_period(judging, threshold, &row, period->end));
	}
	task_save(judging->it->task, &threshold_table, &row);
	return STATUS_OK;
}

/* A programme. */

static enum status judge_one(const struct monitoring *it, const struct programme_policy *policy)
{
	const struct programme_tally tally = monitor_sum(it, policy);
	const struct programme_answer answer =
	    programme_judge(policy, it->watch->country, it->watch->region, it->as_of, &tally);
	const struct judging judging = { it, policy, &answer };

	if (it->day && tally.payments > 0)
		TRY(monitor_say(&judging, MONITOR_RATIO, answer.threshold, 0));
	for (size_t i = 0; i < policy->threshold_count; i++)
		if (programme_is_for(&policy->thresholds[i], it->watch->region))
			TRY(stand(&judging, i));
	return STATUS_OK;
}

enum status monitor_programmes(const struct monitoring *it)
{
	const struct programme_book *const book = task_document(it->task, MONITOR_PROGRAMMES);
	const char *const network = it->watched + strlen(TALLY_PROGRAMMES);

	for (size_t i = 0; i < book->count; i++) {
		const struct programme_policy *const policy = programme_at(book, i, it->as_of);

		if (text_equal(policy->network, network))
			TRY(judge_one(it, policy));
	}
	return STATUS_OK;
}
