/*
 * A charge and the invoices that it pays, as the ledger has to have them.
 */
#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/customer_money/customer_receivable.h"
#include "services/billing-sync/customer_revenue/customer_deferral.h"
#include "services/billing-sync/entry/restated.h"
#include "services/billing-sync/ledger/returned.h"

#include "common/base/text.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct payment_row, customer_id),
	COLUMN(struct payment_row, payment_id),
	COLUMN(struct payment_row, other_id),
	COLUMN(struct payment_row, currency),
	COLUMN(struct payment_row, presented),
	COLUMN(struct payment_row, charged_at),
	COLUMN(struct payment_row, said),
	COLUMN(struct payment_row, returned),
	COLUMN(struct payment_row, shared),
	COLUMN(struct payment_row, refunded),
	COLUMN_END,
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
	struct applied_part *parts; /* by invoice: what is said to be for it, then what it takes */
	struct paying_claim *claims;
	struct payer *shares;
	size_t count;
	int64_t left; /* pays no invoice */
	int64_t back; /* of that, went back */
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

/* All of it, for the invoice that it names itself, is what was said of it when it was paid. */
static bool is_told(const struct settling *it, size_t which, bool booked)
{
	const struct applied_part *const part = &it->parts[which];
	const bool named = text_equal(part->invoice, it->told);
	const bool whole = part->minor == it->charged.minor;

	return booked ? named && whole : whole || !named || !it->claims[which].fresh;
}

static enum status book_part(struct settling *it, size_t which)
{
	const struct applied_part *const part = &it->parts[which];
	struct task *const task = it->customer->task;
	struct booking *const booking = arena_alloc(task->arena, sizeof(*booking));
	const struct booking_fact fact = fact_of(it->customer, it->row.charged_at);
	struct money amount = it->charged;
	bool booked;

	amount.minor = part->minor;
	if (!booking_applied(task->arena, &fact, it->row.payment_id, part->invoice, amount,
	                     booking))
		return cannot(it->customer, booking);
	TRY(restated_book(task, &booking->journal, &booked));
	it->left -= part->minor;
	return is_told(it, which, booked) ? STATUS_OK : say(it, part);
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

/* Of refunds that the charge knows of, and whose money has not been heard of. */
static int64_t unbooked_of(const struct payment_row *row, const struct returned_list *list)
{
	int64_t left = row->refunded;

	for (size_t i = 0; i < list->count && left > 0; i++)
		if (!list->items[i].dispute && list->items[i].minor > 0)
			left -= list->items[i].minor < left ? list->items[i].minor : left;
	return left;
}

/* All that went back; below zero it came back before it is known to have gone. */
static int64_t gone_of(const struct payment_row *row, const struct returned_list *list)
{
	int64_t gone = unbooked_of(row, list);

	for (size_t i = 0; i < list->count; i++)
		if (list->items[i].minor > 0 &&
		    __builtin_add_overflow(gone, list->items[i].minor, &gone))
			gone = INT64_MAX;
	return gone;
}

/* What is not booked of it yet goes the same way. */
static int64_t own_of(const struct settling *it, const struct returned_shares *shares,
                      int64_t unbooked)
{
	int64_t own = unbooked;

	for (size_t i = 0; i < shares->count; i++)
		if (*shares->items[i].invoice == '\0')
			own += shares->items[i].of.minor;
	return own < it->left ? own : it->left;
}

static enum status book_returned(struct settling *it, const struct returned_list *list)
{
	struct arena *const arena = it->customer->task->arena;
	struct arena *const scratch = it->customer->task->scratch;
	struct returned_shares *const before = arena_alloc(scratch, sizeof(*before));
	struct returned_shares *const after = arena_alloc(scratch, sizeof(*after));

	after->count = 0;
	it->back = own_of(it, after, unbooked_of(&it->row, list));
	if (list->count == 0)
		return STATUS_OK;
	TRY(read_shares(it->customer, &it->row, before));
	returned_share_out(list, it->left, it->parts, it->count, after);
	it->back = own_of(it, after, unbooked_of(&it->row, list));
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

/* An intent whose charge is another one says nothing of this one, and no longer what it did. */
static enum status join_intent(struct settling *it, struct applied *applied)
{
	struct applied *const more = arena_alloc(it->customer->task->scratch, sizeof(*more));

	if (it->row.other_id == NULL)
		return STATUS_OK;
	const struct payment_row intent = load(it->customer, it->row.other_id);

	if (intent.other_id == NULL)
		return STATUS_OK;
	TRY(read_said(it->customer, &intent, more));
	if (text_equal(intent.other_id, it->row.payment_id))
		applied_join(applied, more);
	else
		applied_leave(applied, more);
	return STATUS_OK;
}

static enum status read_parts(struct settling *it)
{
	struct arena *const scratch = it->customer->task->scratch;
	struct applied *const applied = arena_alloc(scratch, sizeof(*applied));

	it->charged.minor = it->left = it->row.presented;
	memcpy(it->charged.currency, it->row.currency, strlen(it->row.currency) + 1);
	it->parts = arena_alloc(scratch, 2 * APPLIED_MAX * sizeof(*it->parts));
	TRY(read_said(it->customer, &it->row, applied));
	TRY(join_intent(it, applied));
	it->count = applied_parts(applied, it->charged, it->parts);
	return STATUS_OK;
}

/* What paid no invoice goes back first, then what pays them, in their order. */
static void set_claims(struct settling *it, int64_t gone)
{
	int64_t own = it->charged.minor;

	for (size_t i = 0; i < it->count; i++)
		own -= it->parts[i].minor;
	gone -= own < gone ? own : gone;
	for (size_t i = 0; i < it->count; i++) {
		struct payer payer = { .charge = it->row.payment_id,
			               .at = it->row.charged_at,
			               .wants = it->charged };

		payer.wants.minor = it->parts[i].minor;
		payer.gone = gone < payer.wants.minor ? gone : payer.wants.minor;
		gone -= payer.gone;
		it->claims[i] =
		    (struct paying_claim){ .invoice = it->parts[i].invoice, .payer = payer };
	}
}

static enum status claim_parts(struct settling *it, const struct returned_list *list)
{
	struct arena *const scratch = it->customer->task->scratch;

	it->claims = arena_alloc(scratch, (it->count + 1) * sizeof(*it->claims));
	it->shares = arena_alloc(scratch, (it->count + 1) * sizeof(*it->shares));
	set_claims(it, gone_of(&it->row, list));
	for (size_t i = 0; i < it->count; i++) {
		TRY(paying_claim(it->customer, &it->claims[i], &it->shares[i]));
		it->parts[i].minor = it->shares[i].given;
	}
	return STATUS_OK;
}

/* Who was charged for an invoice beyond what it takes, and has not got that back. */
static enum status weigh(const struct settling *it)
{
	int64_t held = it->left - it->back;

	for (size_t i = 0; i < it->count; i++) {
		const struct payer *const share = &it->shares[i];
		const int64_t beyond = share->wants.minor - share->given;
		const int64_t over = beyond < held ? beyond : held;

		held -= over;
		TRY(paying_over(it->customer, it->parts[i].invoice, share, over));
	}
	return STATUS_OK;
}

static enum status settle(struct customer *customer, const char *charge, const char *told)
{
	struct returned_list *const list = arena_alloc(customer->task->scratch, sizeof(*list));
	struct settling it = { .customer = customer, .row = load(customer, charge), .told = told };

	if (it.row.currency == NULL)
		return STATUS_OK;
	TRY(read_parts(&it));
	TRY(read_returned(customer, &it.row, list));
	TRY(claim_parts(&it, list));
	for (size_t i = 0; i < it.count; i++)
		TRY(book_part(&it, i));
	TRY(book_returned(&it, list));
	return weigh(&it);
}

enum status receivable_settle(struct customer *it, const char *charge)
{
	return settle(it, charge, "");
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
		row.charged_at = charge->at;
	}
	const bool same = row.presented == 0 || row.presented == charge->presented.minor;

	row.presented = charge->presented.minor;
	row.refunded = charge->refunded;
	if (*charge->intent != '\0')
		row.other_id = charge->intent;
	if (*charge->invoice != '\0')
		TRY(put(it, &row, &word));
	save(it, &row);
	TRY(meet_intent(it, charge->id, charge->intent));
	return settle(it, charge->id, same ? charge->invoice : "");
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
