/*
 * Subscriptions against their invoices: seats, periods, prices.
 */
#include "services/billing-sync/customer_seat/customer_seat.h"

#include "common/base/text.h"
#include "services/billing-sync/customer_seat/customer_agreed.h"
#include "services/billing-sync/customer_seat/customer_holding.h"
#include "services/billing-sync/customer_seat/customer_metered.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/seat/seat_agreed.h"

#include <string.h>

#define BOOKS_MAX 200 /* subscriptions of one customer */

static const struct column columns[] = {
	COLUMN(struct book_row, customer_id),
	COLUMN(struct book_row, subscription_id),
	COLUMN(struct book_row, body),
	COLUMN_END,
};
const struct state_table book_table = { .name = "seat_book",
	                                .columns = columns,
	                                .key_columns = 2,
	                                .row_size = sizeof(struct book_row) };

/* One subscription at hand. */
struct account {
	struct customer *customer;
	const char *id;
	struct seat_book *book;
	size_t items; /* that it had before */
	const struct seat_contract *contracts;
	size_t contract_count;
	uint64_t billed; /* of them, before */
};

/* In and out. */

/* Whatever is agreed later is held against all of them. */
static void enlist(struct customer *customer, const char *id)
{
	const char *const list = customer->row.books != NULL ? customer->row.books : "";
	size_t count = 0;

	for (const char *at = list; *at != '\0'; at++)
		count += *at == '\n';
	if (count >= BOOKS_MAX)
		return;
	customer->row.books = arena_printf(customer->task->arena, "%s%s\n", list, id);
	task_save(customer->task, &customer_table, &customer->row);
}

static enum status open(struct account *it, struct customer *customer, const char *id)
{
	struct task *const task = customer->task;
	struct book_row row = { .customer_id = customer->row.customer_id, .subscription_id = id };

	*it = (struct account){ .customer = customer,
		                .id = id,
		                .book = arena_zero(task->scratch, sizeof(*it->book)) };
	if (!task_load(task, &book_table, &row))
		enlist(customer, id);
	else if (!seat_book_decode(task->arena, row.body, it->book))
		return task_fail(task, STATUS_FATAL, "seats of %s: their row cannot be read", id);
	it->items = it->book->item_count;
	if (customer->row.agreed.size == 0)
		return STATUS_OK;
	if (!seat_contracts_decode(task->arena, customer->row.agreed, &it->contracts,
	                           &it->contract_count))
		return task_fail(task, STATUS_FATAL, "customer %s: its contracts cannot be read",
		                 customer->row.customer_id);
	it->billed = seat_agreed_digest(it->book, it->contracts, it->contract_count);
	return STATUS_OK;
}

static void keep(struct account *it)
{
	struct task *const task = it->customer->task;

	task_save(task, &book_table,
	          &(struct book_row){ .customer_id = it->customer->row.customer_id,
	                              .subscription_id = it->id,
	                              .body = seat_book_encode(task->arena, it->book) });
}

/* What does not agree. */

static enum status observe(struct account *it, const struct seat_finding *found)
{
	struct finding finding = {
		.cause = seat_check_word(found->check),
		.root = found->item,
		.evidence = { .object = found->invoice,
		              .expected = found->expected,
		              .found = found->found },
		.sentence = found->sentence,
	};

	memcpy(finding.evidence.currency, found->currency, sizeof(found->currency));
	customer_seat_worth(&finding, &found->worth);
	return customer_observe(it->customer, &finding);
}

void customer_seat_worth(struct finding *finding, const struct seat_worth *worth)
{
	struct discrepancy_evidence *const evidence = &finding->evidence;

	if (*worth->currency == '\0')
		return;
	finding->expected_count = evidence->expected;
	finding->found_count = evidence->found;
	evidence->expected = worth->expected;
	evidence->found = worth->found;
	memcpy(evidence->currency, worth->currency, sizeof(worth->currency));
}

static bool stands(const struct seat_findings *findings, const struct seat_shown *shown)
{
	for (size_t i = 0; i < findings->count; i++)
		if (findings->list[i].check == shown->check &&
		    text_equal(findings->list[i].item, shown->item) &&
		    text_equal(findings->list[i].invoice, shown->invoice))
			return true;
	return false;
}

/* What is new comes first, so that a case that goes on does not heal between. */
static enum status tell(struct account *it, const struct seat_findings *findings)
{
	struct seat_book *const book = it->book;

	for (size_t i = 0; i < findings->count; i++)
		TRY(observe(it, &findings->list[i]));
	for (size_t i = 0; i < book->shown_count; i++)
		if (!stands(findings, &book->shown[i]))
			TRY(customer_clear(it->customer, seat_check_word(book->shown[i].check),
			                   book->shown[i].item, book->shown[i].invoice));
	for (size_t i = 0; i < findings->count; i++)
		book->shown[i] =
		    (struct seat_shown){ findings->list[i].check, findings->list[i].item,
			                 findings->list[i].invoice };
	book->shown_count = findings->count;
	return STATUS_OK;
}

/* Who has the seats is reported by item: each has to know whose it is. */
static enum status look_at_holders(struct account *it)
{
	for (size_t i = it->items; i < it->book->item_count; i++)
		TRY(customer_link_seats(it->customer, it->id, it->book, i));
	for (size_t i = 0; i < it->book->item_count; i++)
		if (it->book->held[i])
			TRY(customer_judge_seats(it->customer, it->book, i));
	return STATUS_OK;
}

/* What an invoice may be off by is said by the document that was in force when it was issued. */
static void tolerate(struct account *it)
{
	for (size_t i = 0; i < it->book->invoice_count; i++)
		it->book->invoices[i].tolerance =
		    policies_invoice(it->customer->task, it->book->invoices[i].issued)
			->tolerance_per_line;
}

static bool is_worthless(const struct seat_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		if (*findings->list[i].currency == '\0' &&
		    *findings->list[i].worth.currency == '\0')
			return true;
	return false;
}

/* What webhooks do not say of a price: its tiers, where it was uploaded. */
static enum status look_for_tariffs(struct account *it, bool *found)
{
	struct task *const task = it->customer->task;

	*found = false;
	for (size_t i = 0; i < it->book->price_count; i++) {
		struct seat_price *const price = &it->book->prices[i];
		struct tariff_row row = { .price_id = price->id };
		struct usage_price *const read = arena_alloc(task->arena, sizeof(*read));

		if (price->has_unit || !task_load(task, &tariff_table, &row))
			continue;
		if (!usage_price_decode(task->arena, row.body, read))
			return task_fail(task, STATUS_FATAL, "price %s: its row cannot be read",
			                 row.price_id);
		price->tariff = read;
		*found = true;
	}
	return STATUS_OK;
}

/* Where nobody knows what something is worth, the price may. */
static enum status check(struct account *it, struct seat_findings *findings)
{
	struct task *const task = it->customer->task;
	const struct currency_policy *const currencies = policies_currency(task, it->customer->at);
	struct arena *const arena = task->arena;
	bool found = false;

	seat_book_check(arena, it->book, it->contracts, it->contract_count, currencies, findings);
	if (is_worthless(findings))
		TRY(look_for_tariffs(it, &found));
	if (found)
		seat_book_check(arena, it->book, it->contracts, it->contract_count, currencies,
		                findings);
	return STATUS_OK;
}

static enum status look(struct account *it)
{
	struct seat_findings *const findings =
	    arena_alloc(it->customer->task->arena, sizeof(*findings));

	tolerate(it);
	TRY(check(it, findings));
	TRY(tell(it, findings));
	TRY(customer_agreed_billed(it->customer, it->book, it->contracts, it->contract_count,
	                           it->billed));
	TRY(look_at_holders(it));
	keep(it);
	return STATUS_OK;
}

/* What others call. */

enum status customer_seat_state(struct customer *it, const char *subscription_id,
                                struct seat_seen seen, const struct subscription *state,
                                struct moment *owing)
{
	struct account account;
	struct instant since;

	TRY(open(&account, it, subscription_id));
	seat_book_state(it->task->arena, account.book, seen, state);
	if (seat_book_owing(account.book, &since))
		*owing = (struct moment){ true, since };
	return look(&account);
}

static enum status bill(struct customer *it, const char *subscription_id,
                        const struct invoice *invoice, bool counts)
{
	struct account account;

	TRY(open(&account, it, subscription_id));
	seat_book_invoice(it->task->arena, account.book, subscription_id, invoice, counts);
	return look(&account);
}

/* The first of the lines that names it, where the invoice itself does not. */
static bool is_first(const struct invoice *invoice, size_t line)
{
	const char *const id = invoice->lines[line].subscription;

	if (*id == '\0' || text_equal(id, invoice->subscription))
		return false;
	for (size_t i = 0; i < line; i++)
		if (text_equal(invoice->lines[i].subscription, id))
			return false;
	return true;
}

enum status customer_seat_invoice(struct customer *it, const struct invoice *invoice, bool counts)
{
	if (*invoice->subscription != '\0')
		TRY(bill(it, invoice->subscription, invoice, counts));
	for (size_t i = 0; i < invoice->line_count; i++)
		if (is_first(invoice, i))
			TRY(bill(it, invoice->lines[i].subscription, invoice, counts));
	return STATUS_OK;
}

void customer_need_book(struct task *task, const Opsmesh__V1__ByCustomerEvent *event)
{
	if (text_equal(event->mirrored->object_type, "subscription"))
		task_need(task, &book_table,
		          &(struct book_row){ .customer_id = event->customer_id,
		                              .subscription_id = event->mirrored->object_id });
}

/* What was agreed. */

static enum status look_at_all(struct customer *it)
{
	struct account account;

	for (const char *at = it->row.books != NULL ? it->row.books : ""; *at != '\0';
	     at += strcspn(at, "\n") + 1) {
		TRY(open(&account, it, arena_text(it->task->arena, at, strcspn(at, "\n"))));
		TRY(look(&account));
	}
	return STATUS_OK;
}

/* An account that lets a customer go says nothing of what another has agreed with it since. */
enum status customer_on_contracts(struct task *task, const Opsmesh__V1__ContractsDeclared *declared)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;
	struct seat_contract *const contracts =
	    arena_alloc(task->arena, (declared->n_orders + 1) * sizeof(*contracts));
	struct customer it;

	TRY(customer_open(task, event->customer_id, event->occurred_at, &it));
	if (declared->n_orders > SEAT_CONTRACTS_MAX)
		return task_fail(task, STATUS_REJECT, "orders: more than %d", SEAT_CONTRACTS_MAX);
	for (size_t i = 0; i < declared->n_orders; i++)
		if (!seat_contract_take(declared->orders[i], &contracts[i]))
			return task_fail(task, STATUS_REJECT, "orders[%zu]: out of bounds", i);
	if (declared->n_orders == 0 &&
	    !text_equal(it.row.agreed_by != NULL ? it.row.agreed_by : "", declared->account_id))
		return STATUS_OK;
	it.row.agreed_by = declared->n_orders > 0 ? declared->account_id : NULL;
	it.row.agreed = declared->n_orders > 0
	                    ? seat_contracts_encode(task->arena, contracts, declared->n_orders)
	                    : (struct bytes){ NULL, 0 };
	task_save(task, &customer_table, &it.row);
	TRY(customer_agreed(&it, contracts, declared->n_orders));
	return look_at_all(&it);
}
