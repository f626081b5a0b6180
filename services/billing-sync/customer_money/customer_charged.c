#include "services/billing-sync/customer_money/customer_charged.h"

#include "services/billing-sync/customer_money/customer_booked.h"
#include "services/billing-sync/document/policies.h"

#include "common/base/text.h"

#include <string.h>

/* Nothing settles it. */

static struct finding unsettled_of(const struct customer *it, const struct charged_row *row)
{
	struct finding finding = {
		.cause = "not_settled",
		.root = row->charge_id,
		.evidence = { .object = row->charge_id,
		              .expected = booked_units(it, row->currency, row->presented) },
		.sentence =
		    "A charge has no balance transaction yet: nobody has fetched it, or the "
		    "money has never come.",
	};

	memcpy(finding.evidence.currency, row->currency, strlen(row->currency) + 1);
	return finding;
}

static const char *settle_key(const struct customer *it, const struct charged_row *row)
{
	return arena_printf(it->task->arena, "%s/%s", it->row.customer_id, row->charge_id);
}

static enum status stop_waiting(struct customer *it, struct charged_row *row)
{
	const bool said = row->unsettled;

	task_timer_clear(it->task, LEDGER_TIMER_SETTLE, settle_key(it, row));
	row->unsettled = false;
	return said ? customer_clear(it, "not_settled", row->charge_id, row->charge_id) : STATUS_OK;
}

enum status ledger_on_settle(struct task *task, const char *key)
{
	const struct customer_timer timer = customer_timer_of(task, key);
	struct customer it = { .task = task,
		               .cause_id = "",
		               .at = task->due,
		               .row = { .customer_id = timer.customer } };
	struct charged_row row = { .customer_id = timer.customer,
		                   .charge_id = timer.about,
		                   .settled_at = TIME_MIN };

	(void)task_load(task, &charged_table, &row);
	(void)task_load(task, &customer_table, &it.row);
	if (row.currency == NULL || row.settled_currency != NULL)
		return STATUS_OK;
	const struct finding finding = unsettled_of(&it, &row);

	row.unsettled = true;
	task_save(task, &charged_table, &row);
	return customer_observe(&it, &finding);
}

void ledger_need_settle(struct task *task, const char *key)
{
	const struct customer_timer timer = customer_timer_of(task, key);

	task_need(task, &customer_table, &(struct customer_row){ .customer_id = timer.customer });
}

void charged_await(struct customer *it, const struct charged_row *row)
{
	task_timer_set(it->task, LEDGER_TIMER_SETTLE, settle_key(it, row),
	               time_add(it->at, policies_suspense(it->task, it->at)->settle));
}

/* A charge of nothing is not waited for, and of what is waited for too long the amount is another. */
static enum status wait_anew(struct customer *it, struct charged_row *row, int64_t before)
{
	if (row->settled_currency != NULL)
		return STATUS_OK;
	if (row->presented == 0)
		return stop_waiting(it, row);
	if (before == 0)
		charged_await(it, row);
	const struct finding finding = unsettled_of(it, row);

	return row->unsettled ? customer_observe(it, &finding) : STATUS_OK;
}

/* What settles it. */

static bool is_exchanged(const struct charged_row *row)
{
	return !text_equal(row->currency, row->settled_currency);
}

int64_t charged_part(const struct charged_row *row, const struct balance_transaction *settled)
{
	if (text_equal(row->currency, settled->currency))
		return settled->amount;
	return row->settled_currency == NULL ? row->presented : 0;
}

static enum status cannot(struct customer *it, const struct booking *booking)
{
	return task_refuse(it->task, "%s cannot be booked: %s", booking->journal.id,
	                   journal_fault_text(booking->journal.fault));
}

/* False: beyond 64 bits. */
static bool rest_of(const struct charged_row *row, int64_t *rest)
{
	*rest = 0;
	return row->settled_currency == NULL ||
	       !__builtin_sub_overflow(row->presented, row->cleared, rest);
}

/* By the rate that the row has, of what had gone back before. */
static int64_t relief_of(const struct charged_row *row)
{
	int64_t relief;

	if (row->settled_currency == NULL || row->taken == 0 || !is_exchanged(row))
		return 0;
	const struct booking_charged charged = ledger_charged(row);

	return booking_relief(&charged, &relief) ? relief : 0;
}

/* False: beyond 64 bits. */
static bool correct(struct charged_row *row, const struct charged_row *before, bool *same)
{
	int64_t more = 0;

	if (before->settled_currency != NULL &&
	    __builtin_sub_overflow(relief_of(row), relief_of(before), &more))
		return false;
	*same = more == 0;
	return !__builtin_add_overflow(row->corrected, more, &row->corrected);
}

/* The row is as it is now, and was as before. */
static enum status true_up(struct customer *it, struct charged_row *row,
                           const struct charged_row *before)
{
	struct booking *const booking = arena_alloc(it->task->scratch, sizeof(*booking));
	const struct instant at = row->settled_at.us != TIME_MIN.us ? row->settled_at : it->at;
	const struct booking_fact fact = booked_fact(it, at);
	int64_t rest;
	int64_t was;
	bool same;

	if (!rest_of(row, &rest) || !rest_of(before, &was) || !correct(row, before, &same))
		return task_refuse(it->task,
		                   "charge %s: what is not settled of it is beyond 64 bits",
		                   row->charge_id);
	if (row->settled_currency == NULL || (same && rest == was))
		return STATUS_OK;
	const struct booking_charged charged = ledger_charged(row);

	if (!booking_unsettled(it->task->arena, &fact, &charged, rest, row->corrected, booking))
		return cannot(it, booking);
	return booked_anew(it, booking);
}

/* One of those that settle it. */
static bool add_settled(struct charged_row *row, const struct balance_transaction *settled)
{
	const int64_t part = charged_part(row, settled);
	const bool same =
	    row->settled_currency == NULL || text_equal(row->settled_currency, settled->currency);

	row->settled_at = time_later(row->settled_at, settled->created);
	return !__builtin_add_overflow(row->cleared, part, &row->cleared) &&
	       (!same || !__builtin_add_overflow(row->settled, settled->amount, &row->settled));
}

enum status charged_settled(struct customer *it, struct charged_row *row,
                            const struct balance_transaction *settled)
{
	const struct charged_row before = *row;

	if (!add_settled(row, settled))
		return task_refuse(it->task, "charge %s: what settles it is beyond 64 bits",
		                   row->charge_id);
	if (row->settled_currency == NULL)
		row->settled_currency = arena_string(it->task->arena, settled->currency);
	TRY(stop_waiting(it, row));
	TRY(true_up(it, row, &before));
	task_save(it->task, &charged_table, row);
	return STATUS_OK;
}

enum status charged_anew(struct customer *it, struct charged_row *row,
                         const struct ledger_charge *charge)
{
	struct booking *const booking = arena_alloc(it->task->scratch, sizeof(*booking));
	const struct booking_fact fact = booked_fact(it, charge->at);
	const struct charged_row before = *row;

	if (!booking_charge(it->task->arena, &fact, charge->id, charge->presented, booking))
		return cannot(it, booking);
	TRY(booked_anew(it, booking));
	row->presented = charge->presented.minor;
	row->released = charge->released;
	TRY(true_up(it, row, &before));
	return wait_anew(it, row, before.presented);
}
