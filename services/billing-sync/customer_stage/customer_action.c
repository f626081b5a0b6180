#include "services/billing-sync/customer_stage/customer_action.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_money/customer_refund.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

/* What can be asked for. */

#define ACTS_MAX 3 /* of one type of subject */
#define KIND(name) OPSMESH__V1__ACTION_KIND__ACTION_KIND_##name

struct act {
	Opsmesh__V1__ActionKind kind;
	order_handler *handle;
};

/* Which rows it will ask for, by whose the subject is. */
typedef void order_need(struct task *task, const char *customer,
                        const Opsmesh__V1__ActionSubject *on);

struct row {
	const char *type;
	struct act acts[ACTS_MAX]; /* ended by one without a handler, where there are fewer */
	const char *otherwise;     /* what is said of any other action */
	order_need *need;
	giving_open *open; /* NULL: nothing can go back of it */
};

static order_need need_charge;
static order_need need_invoice;

static const struct row rows[] = {
	{ "discrepancy",
	  { { KIND(ACKNOWLEDGE), case_acknowledge },
	    { KIND(ASSIGN), case_assign },
	    { KIND(EXPLAIN), case_explain } },
	  "A discrepancy can be acknowledged, assigned and explained, nothing else.",
	  case_need,
	  NULL },
	{ "charge",
	  { { KIND(APPROVE), giving_approve } },
	  "Of a charge a refund can be approved, nothing else.",
	  need_charge,
	  customer_open_refund },
	{ "refund",
	  { { KIND(APPROVE), giving_confirm }, { KIND(CLOSE), giving_withdraw } },
	  "A refund that was asked for can be approved by another and closed, nothing else.",
	  need_charge,
	  customer_open_refund },
	{ "invoice",
	  { { KIND(APPROVE), giving_approve } },
	  "Of an invoice a credit note can be approved, nothing else.",
	  need_invoice,
	  customer_open_credit },
	{ "credit_note",
	  { { KIND(APPROVE), giving_confirm }, { KIND(CLOSE), giving_withdraw } },
	  "A credit note that was asked for can be approved by another and closed, nothing else.",
	  need_invoice,
	  customer_open_credit },
};

/* Personal text of an invoice's story was shown: that is answered at the door. */
static bool is_shown(const Opsmesh__V1__ActionRequested *requested)
{
	return requested->kind == KIND(EXPLAIN) && text_equal(requested->on->type, "invoice");
}

static const struct row *row_of(const Opsmesh__V1__ActionRequested *requested)
{
	if (requested == NULL || requested->on == NULL || is_shown(requested))
		return NULL;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_equal(rows[i].type, requested->on->type))
			return &rows[i];
	return NULL;
}

/* NULL: none may. */
static order_handler *handler_of(const struct row *row, Opsmesh__V1__ActionKind kind)
{
	for (size_t i = 0; i < ACTS_MAX; i++)
		if (row->acts[i].handle != NULL && row->acts[i].kind == kind)
			return row->acts[i].handle;
	return NULL;
}

/* The order at hand. */

/* "<type>/<customer>/<what>", none of them empty; NULL: it is no such id. */
static const char *what_of(const Opsmesh__V1__ActionSubject *on, const char *customer)
{
	const size_t type = strlen(on->type);
	const size_t size = strlen(customer);

	if (size == 0 || size > STRIPE_ID_MAX || strncmp(on->id, on->type, type) != 0 ||
	    on->id[type] != '/' || strncmp(on->id + type + 1, customer, size) != 0 ||
	    on->id[type + 1 + size] != '/' || on->id[type + 2 + size] == '\0')
		return NULL;
	return on->id + type + 2 + size;
}

static void need_charge(struct task *task, const char *customer,
                        const Opsmesh__V1__ActionSubject *on)
{
	const char *const what = what_of(on, customer);

	if (what != NULL)
		customer_need_refundable(task, customer, what);
}

static void need_invoice(struct task *task, const char *customer,
                         const Opsmesh__V1__ActionSubject *on)
{
	const char *const what = what_of(on, customer);

	if (what != NULL)
		customer_need_creditable(task, customer, what);
}

/* Handlers. */

enum status customer_act(const struct customer *customer, const Opsmesh__V1__ActionEvent *action)
{
	const struct row *const row = row_of(action->requested);
	struct order order = { .customer = *customer,
		               .action = action,
		               .requested = action->requested };

	if (row == NULL)
		return STATUS_OK;
	order.open = row->open;
	order.what = what_of(action->requested->on, customer->row.customer_id);
	if (order.what == NULL)
		return order_refuse(&order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		                    "on.id",
		                    arena_printf(customer->task->arena,
		                                 "This is no id of the type %s.", row->type));
	order_handler *const handle = handler_of(row, action->requested->kind);

	return handle != NULL
	           ? handle(&order)
	           : order_refuse(&order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNSUPPORTED,
	                          "action", row->otherwise);
}

enum status customer_on_action_requested(struct task *task,
                                         const Opsmesh__V1__ActionRequested *requested)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)task->message;
	struct customer it = { .task = task,
		               .cause_id = arena_text(task->arena, task->event->id.data,
		                                      task->event->id.size),
		               .row = { .customer_id = action->routing_key } };

	if (row_of(requested) == NULL)
		return STATUS_OK;
	if (!proto_instant(action->occurred_at, &it.at))
		it.at = task->event->time;
	(void)task_load(task, &customer_table, &it.row);
	return customer_act(&it, action);
}

void customer_need_action(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)message;
	const struct row *const row = row_of(action->requested);

	if (row == NULL)
		return;
	task_need(task, &customer_table,
	          &(struct customer_row){ .customer_id = action->routing_key });
	row->need(task, action->routing_key, action->requested->on);
}
