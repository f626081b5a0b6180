#include "services/billing-sync/customer_money/customer_receivable.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer/customer_refused.h"
#include "services/billing-sync/customer_money/customer_booked.h"
#include "services/billing-sync/customer_money/customer_charged.h"
#include "services/billing-sync/customer_money/customer_foreign.h"
#include "services/billing-sync/customer_money/customer_funds.h"
#include "services/billing-sync/customer_money/customer_over.h"
#include "services/billing-sync/dispute/dispute.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/mirror/waiting.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

#define PAYLOAD_MAX ((size_t)1 << 20)

static const struct column columns[] = {
	COLUMN(struct charged_row, customer_id),
	COLUMN(struct charged_row, charge_id),
	COLUMN(struct charged_row, currency),
	COLUMN(struct charged_row, presented),
	COLUMN(struct charged_row, settled_currency),
	COLUMN(struct charged_row, settled),
	COLUMN(struct charged_row, taken),
	COLUMN(struct charged_row, waiting),
	COLUMN(struct charged_row, unsettled),
	COLUMN(struct charged_row, given),
	COLUMN(struct charged_row, released),
	COLUMN(struct charged_row, disputed),
	COLUMN(struct charged_row, cleared),
	COLUMN(struct charged_row, corrected),
	COLUMN(struct charged_row, settled_at),
	COLUMN_END,
};
const struct state_table charged_table = { .name = "charged",
	                                   .columns = columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct charged_row) };

/* A movement of money of a charge's. */
struct move {
	struct thing *thing;
	struct charged_row *row;
	struct balance_transaction moved;
	const char *object;  /* the refund's or dispute's id */
	struct money amount; /* as the object says it: in the charge's currency, or in doubt */
};

static enum status release(struct customer *it, struct charged_row *row);

/* Booking. */

static bool cannot(struct thing *thing, const struct booking *booking, struct json_error *error)
{
	return json_refuse(&thing->object, NULL, error, "cannot be booked: %s",
	                   journal_fault_text(booking->journal.fault));
}

/* Rows. */

static struct charged_row load(struct customer *it, const char *charge)
{
	struct charged_row row = { .customer_id = it->row.customer_id,
		                   .charge_id = charge,
		                   .settled_at = TIME_MIN };

	(void)task_load(it->task, &charged_table, &row);
	return row;
}

static enum status wait(struct thing *thing, struct charged_row *row)
{
	struct task *const task = thing->customer->task;
	Opsmesh__V1__MirroredList list;

	if (!waiting_read(task, row->waiting, &list))
		return task_fail(task, STATUS_FATAL, "charge %s: what waits cannot be read",
		                 row->charge_id);
	waiting_put(task->arena, &list, thing->mirrored);
	if (list.n_items > LEDGER_WAITING_MAX)
		return task_refuse(task, "charge %s: more than %d objects wait for it",
		                   row->charge_id, LEDGER_WAITING_MAX);
	if (!waiting_fits(&list))
		return task_refuse(task, "charge %s: what waits for it is more than is kept",
		                   row->charge_id);
	row->waiting = proto_pack(task->arena, &list.base);
	task_save(task, &charged_table, row);
	return STATUS_OK;
}

/* Reading. */

static bool read_transaction(struct thing *thing, const json_t *value,
                             struct balance_transaction *moved, struct json_error *error)
{
	struct task *const task = thing->customer->task;
	char reason[CURRENCY_REASON_SIZE];

	if (!balance_transaction_read(task->arena, json_compact(task->arena, value), moved, error))
		return false;
	if (!balance_transaction_in_money(policies_currency(task, moved->created), moved, reason))
		return json_refuse(&thing->object, "currency", error, "%s", reason);
	return true;
}

/* Money of a charge. */

static bool settle(struct thing *thing, struct charged_row *row,
                   const struct balance_transaction *settled, enum status *status,
                   struct json_error *error)
{
	struct customer *const it = thing->customer;
	const struct booking_fact fact = booked_fact(it, settled->created);
	struct money presented = { .minor = charged_part(row, settled) };
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	bool booked;

	memcpy(presented.currency, row->currency, strlen(row->currency) + 1);
	if (!booking_settlement(it->task->arena, &fact, row->charge_id, presented, settled,
	                        booking))
		return cannot(thing, booking, error);
	*status = booked_moved(it, booking, settled, &booked);
	if (booked && *status == STATUS_OK)
		*status = charged_settled(it, row, settled);
	return true;
}

struct booking_charged ledger_charged(const struct charged_row *row)
{
	struct booking_charged charged = { .charge = row->charge_id,
		                           .presented = { .minor = row->presented },
		                           .settled = { .minor = row->settled },
		                           .taken = row->taken };

	memcpy(charged.presented.currency, row->currency, strlen(row->currency) + 1);
	memcpy(charged.settled.currency, row->settled_currency, strlen(row->settled_currency) + 1);
	return charged;
}

/* Where no transaction says what of the charge a dispute moved, it is what the dispute says. */
static int64_t part_of(const struct move *move, const struct booking_charged *charged, bool dispute)
{
	int64_t part;

	return dispute && booking_disputed_part(charged, move->amount.minor, &move->moved, &part)
	           ? part
	           : move->amount.minor;
}

static bool take(struct move *move, bool dispute, enum status *status, struct json_error *error)
{
	struct customer *const it = move->thing->customer;
	const struct booking_fact fact = booked_fact(it, move->moved.created);
	const struct booking_charged charged = ledger_charged(move->row);
	struct booking *const booking = arena_alloc(it->task->arena, sizeof(*booking));
	const bool foreign = !text_equal(move->amount.currency, move->row->currency);
	int64_t part = part_of(move, &charged, dispute);
	const bool over = over_is(move->row);
	int64_t taken = move->row->taken;
	bool booked;

	if (foreign && !foreign_part(move->row, &move->moved, &part)) {
		*status = foreign_held(it, move->row, move->object, move->amount);
		return true;
	}
	const bool good = dispute ? booking_dispute(it->task->arena, &fact, &charged, move->object,
	                                            part, &move->moved, booking, &taken)
	                          : booking_refund(it->task->arena, &fact, &charged, move->object,
	                                           part, &move->moved, booking, &taken);

	if (!good)
		return cannot(move->thing, booking, error);
	*status = booked_moved(it, booking, &move->moved, &booked);
	if (!booked || *status != STATUS_OK)
		return true;
	const struct receivable_return back = { .charge = move->row->charge_id,
		                                .object = move->object,
		                                .dispute = dispute,
		                                .part = taken - move->row->taken,
		                                .at = move->moved.created };

	move->row->taken = taken;
	move->row->disputed += dispute ? back.part : 0;
	task_save(it->task, &charged_table, move->row);
	*status = over_weigh(it, move->row, over);
	if (*status == STATUS_OK && foreign)
		*status = foreign_booked(it, move->row, move->object);
	if (*status == STATUS_OK && dispute)
		*status = customer_say_funds(it, move->object, move->row->charge_id, &move->moved);
	if (*status == STATUS_OK)
		*status = receivable_returned(it, &back);
	return true;
}

static bool take_amount(struct move *move, const char *currency, int64_t amount,
                        struct json_error *error)
{
	struct task *const task = move->thing->customer->task;
	char reason[CURRENCY_REASON_SIZE];

	return currency_read(policies_currency(task, move->thing->customer->at), currency, amount,
	                     &move->amount, reason) ||
	       json_refuse(&move->thing->object, "amount", error, "%s", reason);
}

/* The charge's currency is that in which refunds and disputes name their amount. */
static bool read_amount(struct move *move, struct json_error *error)
{
	const struct json_place *const object = &move->thing->object;
	char currency[4];
	int64_t amount;

	return stripe_currency_at(object, "currency", currency, error) &&
	       json_integer_at(object, "amount", 0, INT64_MAX, &amount, error) &&
	       take_amount(move, currency, amount, error);
}

/* The transaction of a refund, and that of its failure, where they are within it. */
static bool take_refund(struct move *move, enum status *status, struct json_error *error)
{
	static const char *const fields[] = { "balance_transaction",
		                              "failure_balance_transaction" };

	for (size_t i = 0; i < COUNT_OF(fields) && *status == STATUS_OK; i++) {
		const json_t *const inside = json_object_get(move->thing->object.value, fields[i]);

		if (json_is_object(inside) &&
		    (!read_transaction(move->thing, inside, &move->moved, error) ||
		     !read_amount(move, error) || !take(move, false, status, error)))
			return false;
	}
	return true;
}

static bool take_dispute(struct move *move, enum status *status, struct json_error *error)
{
	struct json_place list;

	if (!json_array_if(&move->thing->object, "balance_transactions", DISPUTE_MOVES_MAX, &list,
	                   error) ||
	    !read_amount(move, error))
		return false;
	for (size_t i = 0; i < json_count(&list) && *status == STATUS_OK; i++) {
		const struct json_place item = json_item(&list, i);

		if (!json_is_object(item.value))
			continue;
		if (!read_transaction(move->thing, item.value, &move->moved, error) ||
		    !take(move, true, status, error))
			return false;
	}
	return true;
}

/* A transaction that came by itself, of a refund or dispute that it has met. */
static bool take_alone(struct move *move, enum status *status, struct json_error *error)
{
	const Opsmesh__V1__MoneySource *const about = move->thing->mirrored->about;

	move->object = about->object_id;
	return take_amount(move, about->currency, about->amount, error) &&
	       take(move, text_equal(about->object_type, "dispute"), status, error);
}

/* What only the balance knows of is booked there. */
static bool is_of_charge(struct thing *thing, const struct balance_transaction *moved)
{
	const struct movement_policy *const policy =
	    policies_movement(thing->customer->task, moved->created);

	return movement_place(policy, moved) == MOVEMENT_OF_CHARGE;
}

/* By type. What cannot be booked yet stays with the charge. */
static bool apply(struct thing *thing, struct charged_row *row, enum status *status,
                  struct json_error *error)
{
	const char *const type = thing->mirrored->object_type;
	const bool settled = row->currency != NULL && row->settled_currency != NULL;
	const bool alone = text_equal(type, "balance_transaction");
	struct move move = { .thing = thing, .row = row, .object = thing->mirrored->object_id };

	if (alone && !read_transaction(thing, thing->object.value, &move.moved, error))
		return false;
	if (row->currency != NULL && text_equal(type, "refund"))
		*status = foreign_refund(thing, row);
	if (*status != STATUS_OK)
		return true;
	if (alone && thing->mirrored->about == NULL) {
		if (!is_of_charge(thing, &move.moved))
			return true;
		if (row->currency != NULL)
			return settle(thing, row, &move.moved, status, error);
	} else if (settled && alone) {
		return take_alone(&move, status, error);
	} else if (settled) {
		return text_equal(type, "dispute") ? take_dispute(&move, status, error)
		                                   : take_refund(&move, status, error);
	}
	*status = wait(thing, row);
	return true;
}

/* "": it names none. */
static bool read_charge(struct thing *thing, const char **charge, struct json_error *error)
{
	const bool alone = text_equal(thing->mirrored->object_type, "balance_transaction");

	if (thing->mirrored->about == NULL)
		return stripe_id_if(thing->customer->task->arena, &thing->object,
		                    alone ? "source" : "charge", charge, error);
	*charge = thing->mirrored->about->charge_id;
	return true;
}

bool ledger_moved(struct thing *thing, enum status *status, struct json_error *error)
{
	const char *charge;

	if (!read_charge(thing, &charge, error))
		return false;
	if (*charge == '\0')
		return true;
	struct charged_row row = load(thing->customer, charge);
	const bool was_settled = row.settled_currency != NULL;

	if (!apply(thing, &row, status, error))
		return false;
	if (*status == STATUS_OK && !was_settled && row.settled_currency != NULL)
		*status = release(thing->customer, &row);
	return true;
}

/* What waited: the charge's own balance transaction first, since the others need it. */

static bool is_settlement(const Opsmesh__V1__ObjectMirrored *mirrored)
{
	return text_equal(mirrored->object_type, "balance_transaction") && mirrored->about == NULL;
}

/* What it waited for is in its row, and nothing waits any more. */
static enum status take_up(struct customer *it, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const struct bytes payload = { mirrored->payload.data, mirrored->payload.len };
	struct thing thing = { .customer = it, .mirrored = mirrored };
	AUTO_JSON document = NULL;
	struct json_error error;

	if (!json_parse_brief(payload, PAYLOAD_MAX, &document, &error))
		return refused_whole(&thing, &error);
	thing.object = json_top(document);
	return customer_take(&thing, ledger_moved);
}

static enum status release(struct customer *it, struct charged_row *row)
{
	Opsmesh__V1__MirroredList list;

	if (!waiting_read(it->task, row->waiting, &list))
		return task_fail(it->task, STATUS_FATAL, "charge %s: what waits cannot be read",
		                 row->charge_id);
	if (list.n_items == 0)
		return STATUS_OK;
	row->waiting = (struct bytes){ NULL, 0 };
	task_save(it->task, &charged_table, row);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < list.n_items; i++)
			if (is_settlement(list.items[i]) == (pass == 0))
				TRY(take_up(it, list.items[i]));
	return STATUS_OK;
}

/* Charges. */

static enum status refuse_charge(struct thing *thing, const struct booking *booking)
{
	struct json_error error;

	(void)cannot(thing, booking, &error);
	return customer_refuse(thing, &error);
}

static enum status book_charge(struct thing *thing, const struct ledger_charge *charge)
{
	struct customer *const it = thing->customer;
	struct arena *const arena = it->task->arena;
	const struct booking_fact fact = booked_fact(it, charge->at);
	struct booking *const booking = arena_alloc(arena, sizeof(*booking));
	bool booked;

	if (!booking_charge(arena, &fact, charge->id, charge->presented, booking))
		return refuse_charge(thing, booking);
	return booked_once(it, booking, &booked);
}

static enum status restate(struct thing *thing, struct charged_row *row,
                           const struct ledger_charge *charge)
{
	struct customer *const it = thing->customer;
	const bool over = over_is(row);

	if (row->presented != charge->presented.minor) {
		TRY(charged_anew(it, row, charge));
		task_save(it->task, &charged_table, row);
		TRY(over_weigh(it, row, over));
	}
	return receivable_charged(thing, charge);
}

enum status ledger_charge(struct thing *thing, const struct ledger_charge *charge)
{
	struct task *const task = thing->customer->task;
	struct charged_row row = load(thing->customer, charge->id);

	if (row.currency != NULL)
		return restate(thing, &row, charge);
	if (charge->presented.minor == 0)
		return STATUS_OK;
	TRY(book_charge(thing, charge));
	row.currency = arena_string(task->arena, charge->presented.currency);
	row.presented = charge->presented.minor;
	row.released = charge->released;
	task_save(task, &charged_table, &row);
	charged_await(thing->customer, &row);
	TRY(receivable_charged(thing, charge));
	TRY(over_weigh(thing->customer, &row, false));
	return release(thing->customer, &row);
}

bool ledger_settled_within(struct thing *thing, enum status *status, struct json_error *error)
{
	const json_t *const inside = json_object_get(thing->object.value, "balance_transaction");
	struct balance_transaction settled;

	if (!json_is_object(inside))
		return true;
	struct charged_row row = load(thing->customer, thing->mirrored->object_id);
	const bool was_settled = row.settled_currency != NULL;

	if (row.currency == NULL)
		return true;
	if (!read_transaction(thing, inside, &settled, error))
		return false;
	if (!is_of_charge(thing, &settled))
		return true;
	if (!settle(thing, &row, &settled, status, error))
		return false;
	if (*status == STATUS_OK && !was_settled && row.settled_currency != NULL)
		*status = release(thing->customer, &row);
	return true;
}
