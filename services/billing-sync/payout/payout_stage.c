/*
 * What the stage `payout` hears, and to which of its files each goes; the balance as the provider states it.
 */
#include "services/billing-sync/payout/payout.h"

#include "common/base/text.h"
#include "services/billing-sync/customer/customer_refused.h"
#include "services/billing-sync/customer_stage/customer_action.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure_answer.h"
#include "services/billing-sync/rule/stripe.h"

#define PAYLOAD_MAX ((size_t)1 << 20) /* what a broker carries */
#define STATED_MAX 200                /* currencies of a balance */

static const struct column stated_columns[] = {
	COLUMN(struct stated_row, currency),
	COLUMN(struct stated_row, at),
	COLUMN(struct stated_row, minor),
	COLUMN(struct stated_row, revision),
	COLUMN_END,
};
const struct state_table stated_table = { .name = "stated",
	                                  .columns = stated_columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct stated_row) };

/* The balance as the provider states it. */

static bool add_stated(struct thing *thing, const struct json_place *part, struct json_error *error)
{
	struct customer *const it = thing->customer;
	char reason[CURRENCY_REASON_SIZE];
	struct money money;
	char currency[4];
	int64_t amount;

	if (!stripe_currency_at(part, "currency", currency, error) ||
	    !json_integer_at(part, "amount", INT64_MIN, INT64_MAX, &amount, error))
		return false;
	if (!currency_read(policies_currency(it->task, it->at), currency, amount, &money, reason))
		return json_refuse(part, "amount", error, "%s", reason);
	struct stated_row row = { .currency = arena_string(it->task->arena, currency),
		                  .at = TIME_MIN };

	(void)task_load(it->task, &stated_table, &row);
	if (row.revision != thing->mirrored->revision)
		row.minor = 0;
	row.revision = thing->mirrored->revision;
	row.at = it->at;
	if (__builtin_add_overflow(row.minor, money.minor, &row.minor))
		return json_refuse(part, "amount", error, "is beyond 64 bits in all");
	task_save(it->task, &stated_table, &row);
	return true;
}

/* Two parts that add up. */
static bool take_stated(struct thing *thing, enum status *status, struct json_error *error)
{
	static const char *const parts[] = { "pending", "available" };

	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		struct json_place list;

		if (!json_array_if(&thing->object, parts[i], STATED_MAX, &list, error))
			return false;
		for (size_t k = 0; k < json_count(&list); k++) {
			const struct json_place part = json_item(&list, k);

			if (!add_stated(thing, &part, error))
				return false;
		}
	}
	*status = refused_heal_nobodys(thing);
	return true;
}

/* Handlers. */

static thing_reader *reader_of(const struct thing *thing)
{
	const char *const type = thing->mirrored->object_type;

	if (text_equal(type, "payout"))
		return payout_take;
	if (text_equal(type, "balance"))
		return take_stated;
	if (!text_equal(type, "balance_transaction"))
		return NULL;
	return text_equal(thing->mirrored->object_id, thing->customer->row.customer_id)
	           ? payout_take_moved
	           : payout_take_paid;
}

enum status payout_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const struct bytes payload = { mirrored->payload.data, mirrored->payload.len };
	struct customer it;
	struct thing thing = { .customer = &it, .mirrored = mirrored };
	AUTO_JSON document = NULL;
	struct json_error error;

	TRY(payout_open(task, &it));
	thing_reader *const read = reader_of(&thing);

	if (read == NULL)
		return STATUS_OK;
	if (!json_parse_brief(payload, PAYLOAD_MAX, &document, &error))
		return refused_whole(&thing, &error);
	thing.object = json_top(document);
	return customer_take(&thing, read);
}

enum status payout_on_placed(struct task *task, const Opsmesh__V1__MoneyPlaced *placed)
{
	struct customer it;

	TRY(payout_open(task, &it));
	return payout_place(&it, placed);
}

/* About a case that no customer has. */
enum status payout_on_asked(struct task *task, const Opsmesh__V1__ActionEvent *asked)
{
	struct customer it;

	TRY(payout_open(task, &it));
	return customer_act(&it, asked);
}

/* Fees, payouts and what is held are in no customer's books, but in the close. */
enum status payout_on_books_cut(struct task *task, const Opsmesh__V1__BooksCut *cut)
{
	const Opsmesh__V1__ByPayoutEvent *const cause = (const void *)task->message;
	Opsmesh__V1__ShardFigured answer;

	TRY(figure_answer(task, "payout", cut, &answer));
	return figure_answer_say(task, &answer, cause->occurred_at);
}

void payout_need_mirrored(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;
	const Opsmesh__V1__ObjectMirrored *const mirrored = event->mirrored;

	if (text_equal(mirrored->object_id, event->subject_id) &&
	    text_equal(mirrored->object_type, "balance_transaction")) {
		payout_need_placed(task, message);
		return;
	}
	refused_need_nobodys(task, event->subject_id, mirrored);
	task_need(task, &payout_table, &(struct payout_row){ .payout_id = event->subject_id });
	task_need(task, &paid_table,
	          &(struct paid_row){ .payout_id = event->subject_id,
	                              .transaction_id = mirrored->object_id });
}

void payout_need_asked(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;
	const Opsmesh__V1__ActionRequested *const requested = event->asked->requested;

	if (requested != NULL && requested->on != NULL)
		case_need(task, event->subject_id, requested->on);
}

void payout_need_placed(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByPayoutEvent *const event = (const void *)message;

	task_need(task, &moved_table, &(struct moved_row){ .transaction_id = event->subject_id });
}
