/*
 * A balance transaction as a part of the provider's balance: nobody's own is booked here, what is somebody's
 * waits for them, and is in suspense when they do not come.
 */
#include "services/billing-sync/payout/payout.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer/customer_refused.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/ledger/booking.h"

#include <string.h>

#define WAITS "waits"
#define BOOKED "booked"
#define HELD "held"
#define PLACED "placed"

static const struct column columns[] = {
	COLUMN(struct moved_row, transaction_id),
	COLUMN(struct moved_row, type),
	COLUMN(struct moved_row, at),
	COLUMN(struct moved_row, currency),
	COLUMN(struct moved_row, amount),
	COLUMN(struct moved_row, fee),
	COLUMN(struct moved_row, paid_out),
	COLUMN(struct moved_row, state),
	COLUMN_END,
};
const struct state_table moved_table = {
	.name = "moved", .columns = columns, .key_columns = 1, .row_size = sizeof(struct moved_row)
};

static struct booking_fact fact_of(const struct customer *it, const struct moved_row *row)
{
	return (struct booking_fact){ .cause = *it->cause_id != '\0' ? it->cause_id : "timer",
		                      .customer = "",
		                      .at = row->at,
		                      .booked_at = it->task->now };
}

static struct balance_transaction moved_of(const struct moved_row *row)
{
	struct balance_transaction moved = { .id = row->transaction_id,
		                             .type = row->type,
		                             .amount = row->amount,
		                             .fee = row->fee,
		                             .net = row->amount - row->fee,
		                             .exchange_rate = "",
		                             .source = "",
		                             .created = row->at };

	memcpy(moved.currency, row->currency, strlen(row->currency) + 1);
	return moved;
}

/* Suspense. */

static struct finding finding_of(struct customer *it, const struct moved_row *row)
{
	const struct balance_transaction moved = moved_of(row);
	struct money amount = { .minor = row->amount };
	struct finding finding = {
		.cause = "not_placed",
		.root = row->transaction_id,
		.evidence = { .object = row->transaction_id },
		.sentence = "Nobody is known whose money this balance transaction moved; it is in "
			    "suspense.",
	};

	memcpy(amount.currency, moved.currency, sizeof(amount.currency));
	memcpy(finding.evidence.currency, moved.currency, sizeof(moved.currency));
	finding.evidence.found = policies_units(it->task, row->at, amount);
	return finding;
}

static enum status hold(struct customer *it, struct moved_row *row)
{
	const struct booking_fact fact = fact_of(it, row);
	const struct balance_transaction moved = moved_of(row);
	const struct finding finding = finding_of(it, row);
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	bool booked;

	if (!booking_held(it->task->arena, &fact, &moved, booking))
		return task_refuse(it->task, "%s cannot be held: %s", row->transaction_id,
		                   journal_fault_text(booking->journal.fault));
	TRY(restated_book(it->task, &booking->journal, &booked));
	row->state = HELD;
	return customer_observe(it, &finding);
}

/* It is known whose it is: suspense is as if it had always been known. */
static enum status let_go(struct customer *it, const struct moved_row *row)
{
	const struct journal nothing = journal_open(it->task->arena, "held", row->transaction_id,
	                                            it->cause_id, row->at, it->task->now);
	bool booked;

	TRY(restated_book(it->task, &nothing, &booked));
	return customer_clear(it, "not_placed", row->transaction_id, row->transaction_id);
}

/* Nobody's own. */

/* A payout is booked when it has arrived; here the fee that was taken for it. */
static enum status book_fee(struct customer *it, struct moved_row *row)
{
	const struct booking_fact fact = fact_of(it, row);
	struct balance_transaction moved = moved_of(row);
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));

	row->state = BOOKED;
	if (row->paid_out) {
		moved.amount = 0;
		moved.net = -moved.fee;
	}
	if (!booking_fee(it->task->arena, &fact, &moved, booking))
		return task_refuse(it->task, "%s cannot be booked: %s", row->transaction_id,
		                   journal_fault_text(booking->journal.fault));
	if (booking->journal.count > 0)
		(void)figure_book(it->task, &booking->journal);
	return STATUS_OK;
}

static enum status wait(struct customer *it, struct moved_row *row)
{
	const struct suspense_policy *const policy = policies_suspense(it->task, it->at);

	row->state = WAITS;
	task_timer_set(it->task, PAYOUT_TIMER_PLACE, row->transaction_id,
	               time_add(it->at, policy->place));
	return STATUS_OK;
}

static enum status sort(struct customer *it, const struct balance_transaction *moved,
                        struct moved_row *row)
{
	const struct movement_policy *const policy = policies_movement(it->task, moved->created);
	const enum movement movement = movement_of(policy, moved);

	row->paid_out = movement == MOVEMENT_PAYOUT;
	if (movement == MOVEMENT_FEE || movement == MOVEMENT_PAYOUT)
		return book_fee(it, row);
	if (movement_place(policy, moved) == MOVEMENT_OF_BALANCE)
		return hold(it, row);
	return wait(it, row);
}

/* What comes. */

bool payout_take_moved(struct thing *thing, enum status *status, struct json_error *error)
{
	struct customer *const it = thing->customer;
	struct moved_row row = { .transaction_id = it->row.customer_id };
	struct balance_transaction moved;

	if (task_load(it->task, &moved_table, &row))
		return true;
	if (!payout_read_moved(thing, &moved, error))
		return false;
	row.type = moved.type;
	row.at = moved.created;
	row.currency = arena_string(it->task->arena, moved.currency);
	row.amount = moved.amount;
	row.fee = moved.fee;
	*status = sort(it, &moved, &row);
	if (*status == STATUS_OK)
		task_save(it->task, &moved_table, &row);
	if (*status == STATUS_OK)
		*status = refused_heal_nobodys(thing);
	return true;
}

/* It may have come within its charge, refund or dispute alone, and be new here. */
enum status payout_place(struct customer *it, const Opsmesh__V1__MoneyPlaced *placed)
{
	struct moved_row row = { .transaction_id = it->row.customer_id };

	if (!task_load(it->task, &moved_table, &row)) {
		row.type = placed->type;
		row.currency = placed->currency;
		row.amount = placed->amount;
		row.fee = placed->fee;
		row.state = "";
		if (!proto_instant(placed->created_at, &row.at))
			return task_fail(it->task, STATUS_REJECT,
			                 "created_at: missing or out of range");
	}
	if (text_equal(row.state, HELD))
		TRY(let_go(it, &row));
	if (text_equal(row.state, WAITS))
		task_timer_clear(it->task, PAYOUT_TIMER_PLACE, row.transaction_id);
	row.state = PLACED;
	task_save(it->task, &moved_table, &row);
	return STATUS_OK;
}

enum status payout_on_place(struct task *task, const char *key)
{
	struct moved_row row = { .transaction_id = key };
	struct customer it = {
		.task = task, .cause_id = "", .at = task->due, .row = { .customer_id = key }
	};

	if (!task_load(task, &moved_table, &row) || !text_equal(row.state, WAITS))
		return STATUS_OK;
	TRY(hold(&it, &row));
	task_save(task, &moved_table, &row);
	return STATUS_OK;
}

void payout_need_place(struct task *task, const char *key)
{
	task_need(task, &moved_table, &(struct moved_row){ .transaction_id = key });
}
