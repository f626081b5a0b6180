#include "services/billing-sync/customer_money/customer_balance.h"

#include "common/base/text.h"
#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

static enum status weigh(struct customer *it, const struct balance_words *words,
                         const char *currency, bool agreed)
{
	struct awaited_figure figure = {
		.what = arena_printf(it->task->arena, AWAITED_BALANCE "/%s", currency),
		.type = "customer",
		.object = it->row.customer_id,
		.currency = arena_string(it->task->arena, currency),
	};

	balance_words_weigh(words, currency, &figure.expected, &figure.found);
	return agreed && figure.expected == figure.found ? STATUS_OK : awaited_figure(it, &figure);
}

enum status customer_balance_hear(struct customer *it, const struct balance_word *word)
{
	struct arena *const arena = it->task->arena;
	struct balance_words *const words = arena_alloc(it->task->scratch, sizeof(*words));
	const bool nothing = word->moved.minor == 0 && !word->states;
	int64_t stated;
	int64_t moved;

	if (nothing && it->row.balance.size == 0)
		return STATUS_OK;
	if (!balance_words_decode(arena, it->row.balance, words))
		return task_fail(it->task, STATUS_FATAL, "balance of %s: its row cannot be read",
		                 it->row.customer_id);
	balance_words_weigh(words, word->moved.currency, &stated, &moved);
	balance_words_put(words, word);
	it->row.balance = balance_words_encode(arena, words);
	task_save(it->task, &customer_table, &it->row);
	return weigh(it, words, word->moved.currency, stated == moved);
}

/* The customer itself: older versions of the API call it otherwise. */
bool customer_read_customer(struct thing *thing, enum status *status, struct json_error *error)
{
	const char *const field =
	    json_has(&thing->object, "balance") ? "balance" : "account_balance";
	struct balance_word word = { .object = thing->mirrored->object_id,
		                     .at = thing->customer->at };
	Opsmesh__V1__Money *balance;
	char currency[4];

	if (!json_has(&thing->object, "currency") || !json_has(&thing->object, field))
		return true;
	if (!stripe_currency_at(&thing->object, "currency", currency, error) ||
	    !customer_money(thing, field, currency, &balance, error))
		return false;
	word.states = !thing->mirrored->deleted;
	word.stated = balance->minor;
	memcpy(word.moved.currency, balance->currency, strlen(balance->currency) + 1);
	*status = customer_balance_hear(thing->customer, &word);
	return true;
}

/* Invoices. */

/* When it took of the balance: it may count as of another day. */
static struct instant finalised(struct thing *thing, const struct invoice *invoice)
{
	struct instant at = invoice->has_issued ? invoice->issued : thing->customer->at;
	struct json_place moves;
	struct json_error error;
	bool has;

	if (!json_has(&thing->object, "status_transitions") ||
	    !json_object_at(&thing->object, "status_transitions", &moves, &error) ||
	    !stripe_time_if(&moves, "finalized_at", &has, &at, &error))
		return invoice->has_issued ? invoice->issued : thing->customer->at;
	return at;
}

/* A draft has not taken anything yet, and what a void one took is given back. */
static bool is_counted(const struct thing *thing, const struct invoice *invoice)
{
	const struct invoice_amount *const start = &invoice->figures[INVOICE_STARTING_BALANCE];
	const struct invoice_amount *const end = &invoice->figures[INVOICE_ENDING_BALANCE];

	return start->has && end->has && (start->minor != 0 || end->minor != 0) &&
	       !thing->mirrored->deleted && !text_equal(invoice->status, "draft") &&
	       !text_equal(invoice->status, "void");
}

bool customer_balance_invoice(struct thing *thing, const struct invoice *invoice,
                              enum status *status, struct json_error *error)
{
	const int64_t start = invoice->figures[INVOICE_STARTING_BALANCE].minor;
	const int64_t end = invoice->figures[INVOICE_ENDING_BALANCE].minor;
	struct balance_word word = { .object = invoice->id };
	Opsmesh__V1__Money *moved;
	Opsmesh__V1__Money *stated;

	word.states = is_counted(thing, invoice);
	if (!word.states && thing->customer->row.balance.size == 0)
		return true;
	if (!customer_amount(thing, "starting_balance", invoice->currency,
	                     word.states ? end - start : 0, &moved, error) ||
	    !customer_amount(thing, "ending_balance", invoice->currency, end, &stated, error))
		return false;
	word.at = finalised(thing, invoice);
	word.moved.minor = moved->minor;
	word.stated = stated->minor;
	memcpy(word.moved.currency, moved->currency, strlen(moved->currency) + 1);
	*status = customer_balance_hear(thing->customer, &word);
	return true;
}
