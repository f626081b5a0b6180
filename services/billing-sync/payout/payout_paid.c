/*
 * A payout: booked when it has arrived, held against the transactions that it paid and against its own.
 */
#include "services/billing-sync/payout/payout.h"

#include "common/base/text.h"
#include "services/billing-sync/customer/customer_refused.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/ledger/booking.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

#define RECONCILED "reconciled"
#define DIFFERS "differs"
#define ASKED "asked"

static const struct column columns[] = {
	COLUMN(struct payout_row, payout_id),
	COLUMN(struct payout_row, currency),
	COLUMN(struct payout_row, amount),
	COLUMN(struct payout_row, status),
	COLUMN(struct payout_row, arrives_at),
	COLUMN(struct payout_row, complete),
	COLUMN(struct payout_row, complete_at),
	COLUMN(struct payout_row, paid),
	COLUMN(struct payout_row, transactions),
	COLUMN(struct payout_row, own),
	COLUMN(struct payout_row, own_known),
	COLUMN(struct payout_row, verdict),
	COLUMN_END,
};
const struct state_table payout_table = { .name = "payout",
	                                  .columns = columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct payout_row) };

static const struct column paid_columns[] = {
	COLUMN(struct paid_row, payout_id),
	COLUMN(struct paid_row, transaction_id),
	COLUMN_END,
};
const struct state_table paid_table = { .name = "paid",
	                                .columns = paid_columns,
	                                .key_columns = 2,
	                                .row_size = sizeof(struct paid_row) };

static struct payout_row load(struct task *task, const char *id)
{
	struct payout_row row = { .payout_id = id,
		                  .arrives_at = TIME_MIN,
		                  .complete_at = TIME_MIN };

	(void)task_load(task, &payout_table, &row);
	return row;
}

/* Saying. */

static Opsmesh__V1__Money *money_of(const struct customer *it, const struct payout_row *row,
                                    int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(it->task->arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = text_mutable(row->currency);
	return made;
}

static enum status say_reconciled(struct customer *it, const struct payout_row *row)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PayoutReconciled fact = OPSMESH__V1__PAYOUT_RECONCILED__INIT;

	fact.payout_id = text_mutable(row->payout_id);
	fact.amount = money_of(it, row, row->amount);
	fact.transactions = row->transactions;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYOUT_RECONCILED;
	event.payout_reconciled = &fact;
	return customer_say(it, &event);
}

static enum status say_differs(struct customer *it, const struct payout_row *row, int64_t found,
                               int64_t transactions)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PayoutDiffers fact = OPSMESH__V1__PAYOUT_DIFFERS__INIT;

	fact.payout_id = text_mutable(row->payout_id);
	fact.expected = money_of(it, row, row->amount);
	fact.found = money_of(it, row, found);
	fact.transactions = transactions;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYOUT_DIFFERS;
	event.payout_differs = &fact;
	return customer_say(it, &event);
}

static enum status ask(struct customer *it, const struct payout_row *row)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__FetchRequested fact = OPSMESH__V1__FETCH_REQUESTED__INIT;

	fact.object_id = text_mutable(row->payout_id);
	fact.object_type = text_mutable("payout");
	fact.cause = OPSMESH__V1__FETCH_CAUSE__FETCH_CAUSE_CUT;
	fact.named_by = text_mutable(row->payout_id);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FETCH_REQUESTED;
	event.fetch_requested = &fact;
	return customer_say(it, &event);
}

static int64_t units_of(const struct customer *it, const struct payout_row *row, int64_t minor)
{
	struct money money = { .minor = minor };

	memcpy(money.currency, row->currency, strlen(row->currency) + 1);
	return policies_units(it->task, it->at, money);
}

/* In the provider's units. */
static enum status observe_units(struct customer *it, const struct payout_row *row,
                                 struct discrepancy_evidence evidence, const char *sentence)
{
	struct finding finding = {
		.cause = "payout_differs",
		.root = row->payout_id,
		.evidence = evidence,
		.sentence = sentence,
	};

	memcpy(finding.evidence.currency, row->currency, strlen(row->currency) + 1);
	return customer_observe(it, &finding);
}

/* Equal figures heal. The object is what it was held against: its own transaction, or those that it paid. */
static enum status observe(struct customer *it, const struct payout_row *row, const char *object,
                           int64_t found)
{
	return observe_units(it, row,
	                     (struct discrepancy_evidence){
				 .object = object,
				 .expected = units_of(it, row, row->amount),
				 .found = units_of(it, row, found),
			     },
	                     "A payout is not what the balance transactions of it come to.");
}

/* Judging. */

static bool came_back(const struct payout_row *row)
{
	return text_equal(row->status, "failed") || text_equal(row->status, "canceled");
}

static const char *own_of(const struct customer *it, const struct payout_row *row)
{
	return arena_printf(it->task->arena, "%s/own", row->payout_id);
}

static const char *amount_of(const struct customer *it, const struct payout_row *row)
{
	return arena_printf(it->task->arena, "%s/amount", row->payout_id);
}

/* Of some currencies the provider pays out whole units alone: what is beyond them nobody can explain. */
static enum status judge_amount(struct customer *it, const struct payout_row *row, int64_t before)
{
	const struct currency_policy *const policy = policies_currency(it->task, it->at);
	const int64_t units = units_of(it, row, row->amount);
	const int64_t old = units_of(it, row, before);
	const struct discrepancy_evidence evidence = {
		.object = amount_of(it, row),
		.expected = currency_payable(policy, row->currency, units),
		.found = units,
	};

	if (came_back(row) ||
	    (evidence.expected == units && currency_payable(policy, row->currency, old) == old))
		return STATUS_OK;
	return observe_units(it, row, evidence,
	                     "The provider pays out no such amount of this currency.");
}

/* Against its own transaction: what left the balance is what arrives. */
static enum status judge_own(struct customer *it, const struct payout_row *row, bool is_new)
{
	const bool differs = row->own_known && -row->own != row->amount;

	if (!row->own_known)
		return STATUS_OK;
	if (differs && is_new)
		TRY(say_differs(it, row, -row->own, 0));
	return observe(it, row, own_of(it, row), -row->own);
}

static enum status reconcile(struct customer *it, struct payout_row *row)
{
	if (text_equal(row->verdict, RECONCILED))
		return STATUS_OK;
	task_timer_clear(it->task, PAYOUT_TIMER_PAID, row->payout_id);
	row->verdict = RECONCILED;
	TRY(observe(it, row, row->payout_id, row->paid));
	return say_reconciled(it, row);
}

/* Against what it paid, once the provider says that this is known; the rest of it is given time to come. */
static enum status judge_paid(struct customer *it, struct payout_row *row)
{
	const struct suspense_policy *const policy = policies_suspense(it->task, row->complete_at);

	if (!row->complete)
		return STATUS_OK;
	if (row->transactions > 0 && row->paid == row->amount)
		return reconcile(it, row);
	if (text_equal(row->verdict, DIFFERS))
		return observe(it, row, row->payout_id, row->paid);
	row->verdict = text_equal(row->verdict, ASKED) ? ASKED : NULL;
	task_timer_set(it->task, PAYOUT_TIMER_PAID, row->payout_id,
	               time_add(row->verdict == NULL ? row->complete_at : it->at, policy->pay_out));
	return STATUS_OK;
}

/* What came back was no payout in the end. */
static enum status forget(struct customer *it, struct payout_row *row)
{
	task_timer_clear(it->task, PAYOUT_TIMER_PAID, row->payout_id);
	row->verdict = NULL;
	TRY(customer_clear(it, "payout_differs", row->payout_id, row->payout_id));
	TRY(customer_clear(it, "payout_differs", row->payout_id, amount_of(it, row)));
	return customer_clear(it, "payout_differs", row->payout_id, own_of(it, row));
}

static enum status judge(struct customer *it, struct payout_row *row, bool own_is_new)
{
	if (row->currency == NULL)
		return STATUS_OK;
	if (came_back(row))
		return forget(it, row);
	TRY(judge_own(it, row, own_is_new));
	return judge_paid(it, row);
}

enum status payout_on_paid(struct task *task, const char *key)
{
	struct payout_row row = load(task, key);
	struct customer it = {
		.task = task, .cause_id = "", .at = task->due, .row = { .customer_id = key }
	};

	if (row.currency == NULL || came_back(&row) || text_equal(row.verdict, RECONCILED))
		return STATUS_OK;
	if (row.transactions == 0) {
		if (text_equal(row.verdict, ASKED))
			return STATUS_OK;
		row.verdict = ASKED;
		TRY(ask(&it, &row));
	} else {
		row.verdict = DIFFERS;
		TRY(say_differs(&it, &row, row.paid, row.transactions));
		TRY(observe(&it, &row, row.payout_id, row.paid));
	}
	task_save(task, &payout_table, &row);
	return STATUS_OK;
}

void payout_need_paid(struct task *task, const char *key)
{
	task_need(task, &payout_table, &(struct payout_row){ .payout_id = key });
}

/* The payout itself. */

static bool read_payout(struct thing *thing, struct payout_row *row, struct json_error *error)
{
	struct task *const task = thing->customer->task;
	const struct json_place *const object = &thing->object;
	char reason[CURRENCY_REASON_SIZE];
	const char *reconciliation;
	struct money money;
	char currency[4];
	int64_t amount;
	bool dated;

	if (!stripe_currency_at(object, "currency", currency, error) ||
	    !json_integer_at(object, "amount", INT64_MIN + 1, INT64_MAX, &amount, error) ||
	    !stripe_word_if(task->arena, object, "reconciliation_status", &reconciliation, error))
		return false;
	row->arrives_at = thing->customer->at;
	if (!stripe_time_if(object, "arrival_date", &dated, &row->arrives_at, error))
		return false;
	if (!currency_read(policies_currency(task, thing->customer->at), currency, amount, &money,
	                   reason))
		return json_refuse(object, "amount", error, "%s", reason);
	row->currency = arena_string(task->arena, currency);
	row->amount = money.minor;
	row->status = thing->mirrored->status;
	if (!row->complete && text_equal(reconciliation, "completed"))
		row->complete_at = thing->customer->at;
	row->complete = row->complete || text_equal(reconciliation, "completed");
	return true;
}

static enum status book(struct customer *it, const struct payout_row *row)
{
	struct money amount = { .minor = row->amount };
	const struct booking_fact fact = { .cause = it->cause_id,
		                           .customer = "",
		                           .at = row->arrives_at,
		                           .booked_at = it->task->now };
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	const char *const id = arena_printf(it->task->arena, "payout/%s", row->payout_id);
	bool booked;

	if (came_back(row))
		return restated_undo(it->task, id, it->cause_id, it->at);
	if (!text_equal(row->status, "paid"))
		return STATUS_OK;
	memcpy(amount.currency, row->currency, strlen(row->currency) + 1);
	if (!booking_payout(it->task->arena, &fact, row->payout_id, amount, booking))
		return task_refuse(it->task, "%s cannot be booked: %s", row->payout_id,
		                   journal_fault_text(booking->journal.fault));
	return restated_book(it->task, &booking->journal, &booked);
}

bool payout_take(struct thing *thing, enum status *status, struct json_error *error)
{
	struct customer *const it = thing->customer;
	struct payout_row row = load(it->task, it->row.customer_id);
	const bool first = row.currency == NULL;
	const int64_t before = row.amount;

	if (!read_payout(thing, &row, error))
		return false;
	*status = book(it, &row);
	if (*status == STATUS_OK)
		*status = judge_amount(it, &row, before);
	if (*status == STATUS_OK)
		*status = judge(it, &row, first);
	if (*status == STATUS_OK)
		task_save(it->task, &payout_table, &row);
	if (*status == STATUS_OK)
		*status = refused_heal_nobodys(thing);
	return true;
}

/* A transaction that it paid, or of its own. */

static bool add(struct payout_row *row, const struct balance_transaction *moved)
{
	if (text_equal(moved->source, row->payout_id)) {
		row->own_known = true;
		return !__builtin_add_overflow(row->own, moved->amount, &row->own);
	}
	row->transactions++;
	return !__builtin_add_overflow(row->paid, moved->net, &row->paid);
}

bool payout_take_paid(struct thing *thing, enum status *status, struct json_error *error)
{
	struct customer *const it = thing->customer;
	struct paid_row paid = { .payout_id = it->row.customer_id,
		                 .transaction_id = thing->mirrored->object_id };
	struct balance_transaction moved;

	if (task_load(it->task, &paid_table, &paid))
		return true;
	if (!payout_read_moved(thing, &moved, error))
		return false;
	struct payout_row row = load(it->task, paid.payout_id);

	if (row.currency != NULL && !text_equal(row.currency, moved.currency))
		return json_refuse(&thing->object, "currency", error,
		                   "is another currency than its payout's");
	if (!add(&row, &moved))
		return json_refuse(&thing->object, "amount", error,
		                   "is beyond 64 bits with the rest of its payout");
	task_save(it->task, &paid_table, &paid);
	*status = judge(it, &row, text_equal(moved.source, paid.payout_id));
	if (*status == STATUS_OK)
		task_save(it->task, &payout_table, &row);
	if (*status == STATUS_OK)
		*status = refused_heal_nobodys(thing);
	return true;
}
