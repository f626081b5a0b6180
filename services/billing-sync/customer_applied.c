/*
 * A charge and the invoices that it pays, as the ledger has to have them.
 */
#include "services/billing-sync/customer_deferral.h"
#include "services/billing-sync/customer_receivable.h"
#include "services/billing-sync/customer_refund.h"
#include "services/billing-sync/restated.h"
#include "services/billing-sync/returned.h"

#include "common/base/text.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct payment_row, customer_id), COLUMN(struct payment_row, payment_id),
	COLUMN(struct payment_row, other_id),    COLUMN(struct payment_row, currency),
	COLUMN(struct payment_row, presented),   COLUMN(struct payment_row, charged_at),
	COLUMN(struct payment_row, said),        COLUMN(struct payment_row, returned),
	COLUMN(struct payment_row, shared),      COLUMN_END,
};
const struct state_table payment_table = { .name = "payment",
	                                   .columns = columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct payment_row) };

/* One charge whose figures are another. */
struct settling {
	struct customer *customer;
	struct payment_row row;
	struct money charged;
	int64_t left; /* pays no invoice */
	const char
	    *told; /* the invoice that the charge names itself, as was said of it; "": none */
};

/* Rows. */

static struct payment_row load(struct customer *it, const char *id)
{
	struct payment_row row = { .customer_id = it->row.customer_id,
		                   .payment_id = id,
		                   .charged_at = TIME_MIN };

	(void)task_load(it->task, &payment_table, &row);
	return row;
}

static void save(struct customer *it, const struct payment_row *row)
{
	task_save(it->task, &payment_table, row);
}

static enum status read_said(struct customer *it, const struct payment_row *row,
                             struct applied *applied)
{
	applied->count = 0;
	if (row->said.size == 0 || applied_decode(it->task->arena, row->said, applied))
		return STATUS_OK;
	return task_fail(it->task, STATUS_FATAL, "payment %s: what is said of it cannot be read",
	                 row->payment_id);
}

/* Booking. */

static struct booking_fact fact_of(const struct customer *it, struct instant at)
{
	return (struct booking_fact){ .cause = it->cause_id,
		                      .customer = it->row.customer_id,
		                      .at = at,
		                      .booked_at = it->task->now };
}

static enum status cannot(struct customer *it, const struct booking *booking)
{
	return task_refuse(it->task, "%s cannot be booked: %s", booking->journal.id,
	                   journal_fault_text(booking->journal.fault));
}

static enum status say(struct settling *it, const struct applied_part *part)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__PaymentApplied applied = OPSMESH__V1__PAYMENT_APPLIED__INIT;
	Opsmesh__V1__Money amount = OPSMESH__V1__MONEY__INIT;

	amount.minor = part->minor;
	amount.currency = it->charged.currency;
	applied.payment_id = text_mutable(it->row.payment_id);
	applied.invoice_id = text_mutable(part->invoice);
	applied.amount = &amount;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED;
	event.payment_applied = &applied;
	return customer_say(it->customer, &event);
}

/* What of the charge was for the invoice so far. */
static int64_t standing(const struct settling *it, const char *id)
{
	struct task *const task = it->customer->task;
	struct journal *const journal = arena_alloc(task->arena, sizeof(*journal));

	return restated_load(task, id, journal) ? journal->lines->amount.minor : 0;
}

static enum status book_part(struct settling *it, const struct applied_part *part)
{
	struct task *const task = it->customer->task;
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	const struct booking_fact fact = fact_of(it->customer, it->row.charged_at);
	struct money amount = it->charged;
	bool booked;

	amount.minor = part->minor;
	if (!booking_applied(task->arena, &fact, it->row.payment_id, part->invoice, amount,
	                     booking))
		return cannot(it->customer, booking);
	const int64_t before = standing(it, booking->journal.id);

	TRY(restated_book(task, &booking->journal, &booked));
	it->left -= part->minor;
	if (!booked)
		return STATUS_OK;
	amount.minor -= before;
	TRY(receivable_paid(it->customer, part->invoice, amount));
	TRY(customer_hear_applied(it->customer, it->row.payment_id, part->invoice));
	return part->minor == it->charged.minor && text_equal(part->invoice, it->told)
	           ? STATUS_OK
	           : say(it, part);
}

/* What went back. */

static enum status read_returned(struct customer *it, const struct payment_row *row,
                                 struct returned_list *list)
{
	list->count = 0;
	if (row->returned.size == 0 || returned_decode(it->task->arena, row->returned, list))
		return STATUS_OK;
	return task_fail(it->task, STATUS_FATAL, "payment %s: what went back cannot be read",
	                 row->payment_id);
}

static enum status read_shares(struct customer *it, const struct payment_row *row,
                               struct returned_shares *shares)
{
	shares->count = 0;
	if (row->shared.size == 0 || returned_shares_decode(it->task->arena, row->shared, shares))
		return STATUS_OK;
	return task_fail(it->task, STATUS_FATAL, "payment %s: whose it was cannot be read",
	                 row->payment_id);
}

/* So much of it was the customer's own. */
static enum status book_own(struct settling *it, const struct returned_shares *shares)
{
	struct task *const task = it->customer->task;
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	struct booking_fact fact = fact_of(it->customer, it->row.charged_at);
	int64_t own[2] = { 0 };
	bool booked;

	for (size_t i = 0; i < shares->count; i++) {
		const struct returned_share *const share = &shares->items[i];

		if (*share->invoice != '\0')
			continue;
		own[share->of.dispute] += share->of.minor;
		fact.at = time_later(fact.at, share->of.at);
	}
	if (!booking_returned(task->arena, &fact, it->row.payment_id, it->charged.currency, own[0],
	                      own[1], booking))
		return cannot(it->customer, booking);
	return restated_book(task, &booking->journal, &booked);
}

/* Of an invoice's part so much more went back than was known. */
static enum status clear(struct settling *it, const struct returned_share *share, int64_t more)
{
	const struct customer_reversed reversed = { .invoice = share->invoice,
		                                    .currency = it->charged.currency,
		                                    .object = share->of.object,
		                                    .instead = "",
		                                    .dispute = share->of.dispute,
		                                    .minor = more,
		                                    .at = share->of.at };

	if (*share->invoice == '\0' || more == 0)
		return STATUS_OK;
	return customer_deferral_reverse(it->customer, &reversed);
}

static int64_t minor_of(const struct returned_share *share)
{
	return share != NULL ? share->of.minor : 0;
}

static enum status book_returned(struct settling *it, const struct applied_part *parts,
                                 size_t count)
{
	struct arena *const arena = it->customer->task->arena;
	struct arena *const scratch = it->customer->task->scratch;
	struct returned_list *const list = arena_alloc(scratch, sizeof(*list));
	struct returned_shares *const before = arena_alloc(scratch, sizeof(*before));
	struct returned_shares *const after = arena_alloc(scratch, sizeof(*after));

	TRY(read_returned(it->customer, &it->row, list));
	if (list->count == 0)
		return STATUS_OK;
	TRY(read_shares(it->customer, &it->row, before));
	returned_share_out(list, it->left, parts, count, after);
	TRY(book_own(it, after));
	for (size_t i = 0; i < before->count; i++)
		if (returned_find(after, &before->items[i]) == NULL)
			TRY(clear(it, &before->items[i], -before->items[i].of.minor));
	for (size_t i = 0; i < after->count; i++)
		TRY(clear(it, &after->items[i],
		          after->items[i].of.minor -
		              minor_of(returned_find(before, &after->items[i]))));
	it->row.shared = returned_shares_encode(arena, after);
	save(it->customer, &it->row);
	return STATUS_OK;
}

/* The invoices. */

/* An intent whose charge is another one says nothing of this one. */
static enum status join_intent(struct settling *it, struct applied *applied)
{
	struct applied *const more = arena_alloc(it->customer->task->scratch, sizeof(*more));

	if (it->row.other_id == NULL)
		return STATUS_OK;
	const struct payment_row intent = load(it->customer, it->row.other_id);

	if (intent.other_id == NULL || !text_equal(intent.other_id, it->row.payment_id))
		return STATUS_OK;
	TRY(read_said(it->customer, &intent, more));
	applied_join(applied, more);
	return STATUS_OK;
}

static enum status settle(struct customer *customer, const char *charge, const char *told)
{
	struct arena *const scratch = customer->task->scratch;
	struct applied *const applied = arena_alloc(scratch, sizeof(*applied));
	struct applied_part *const parts = arena_alloc(scratch, 2 * APPLIED_MAX * sizeof(*parts));
	struct settling it = { .customer = customer, .row = load(customer, charge), .told = told };

	if (it.row.currency == NULL)
		return STATUS_OK;
	it.charged.minor = it.left = it.row.presented;
	memcpy(it.charged.currency, it.row.currency, strlen(it.row.currency) + 1);
	TRY(read_said(customer, &it.row, applied));
	TRY(join_intent(&it, applied));
	const size_t count = applied_parts(applied, it.charged, parts);

	for (size_t i = 0; i < count; i++)
		TRY(book_part(&it, &parts[i]));
	return book_returned(&it, parts, count);
}

/* What others call. */

/* One charge of an intent succeeds; were there two, the first by its id is the one that is meant. */
static enum status meet_intent(struct customer *it, const char *charge, const char *intent)
{
	if (*intent == '\0')
		return STATUS_OK;
	struct payment_row row = load(it, intent);
	const char *const before = row.other_id;

	if (before != NULL && strcmp(before, charge) <= 0)
		return STATUS_OK;
	row.other_id = charge;
	save(it, &row);
	return before != NULL ? settle(it, before, "") : STATUS_OK;
}

static enum status put(struct customer *it, struct payment_row *row,
                       const struct applied_word *word)
{
	struct applied *const applied = arena_alloc(it->task->scratch, sizeof(*applied));

	TRY(read_said(it, row, applied));
	if (!applied_put(applied, word))
		return task_refuse(it->task, "payment %s: more than %d things say what it pays",
		                   row->payment_id, APPLIED_MAX);
	row->said = applied_encode(it->task->arena, applied);
	return STATUS_OK;
}

enum status receivable_charged(struct thing *thing, const struct ledger_charge *charge)
{
	const struct applied_word word = { .source = APPLIED_NAMED,
		                           .id = charge->invoice,
		                           .invoice = charge->invoice };
	struct customer *const it = thing->customer;
	struct payment_row row = load(it, charge->id);

	if (row.currency == NULL) {
		row.currency = arena_string(it->task->arena, charge->presented.currency);
		row.presented = charge->presented.minor;
		row.charged_at = charge->at;
	}
	if (*charge->intent != '\0')
		row.other_id = charge->intent;
	if (*charge->invoice != '\0')
		TRY(put(it, &row, &word));
	save(it, &row);
	TRY(meet_intent(it, charge->id, charge->intent));
	return settle(it, charge->id, charge->invoice);
}

enum status receivable_returned(struct customer *it, const struct receivable_return *back)
{
	struct returned_list *const list = arena_alloc(it->task->scratch, sizeof(*list));
	const struct returned more = { back->object, back->dispute, back->part, back->at };
	struct payment_row row = load(it, back->charge);

	TRY(read_returned(it, &row, list));
	if (!returned_add(list, &more))
		return task_refuse(it->task,
		                   "charge %s: too much was taken back of it, or too often",
		                   back->charge);
	row.returned = returned_encode(it->task->arena, list);
	save(it, &row);
	return settle(it, back->charge, "");
}

enum status receivable_said(struct customer *it, const char *payment,
                            const struct applied_word *word)
{
	struct payment_row row = load(it, payment);

	TRY(put(it, &row, word));
	save(it, &row);
	return settle(it, row.currency == NULL && row.other_id != NULL ? row.other_id : payment,
	              "");
}
