#include "services/billing-sync/account/owner.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/account/billing_ticket.h"
#include "services/billing-sync/rule/stripe.h"
#include "services/billing-sync/seat/seat_contract.h"

#include <string.h>

static const struct column columns[] = {
	COLUMN(struct owner_row, account_id),
	COLUMN(struct owner_row, customers),
	COLUMN(struct owner_row, agreed),
	COLUMN_END,
};
const struct state_table owner_table = { .name = "account",
	                                 .columns = columns,
	                                 .key_columns = 1,
	                                 .row_size = sizeof(struct owner_row) };

/* Of what is handled: a declaration, or a ticket. */
static Google__Protobuf__Timestamp *occurred_at(struct task *task)
{
	return task->message->descriptor == &opsmesh__v1__account_event__descriptor
	           ? ((const Opsmesh__V1__AccountEvent *)(const void *)task->message)->occurred_at
	           : ((const Opsmesh__V1__ByAccountEvent *)(const void *)task->message)
	                 ->occurred_at;
}

static enum status tell(struct task *task, const char *customer,
                        Opsmesh__V1__ByCustomerEvent *event)
{
	struct instant at;

	if (!proto_instant(occurred_at(task), &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	event->customer_id = text_mutable(customer);
	event->occurred_at = occurred_at(task);
	return task_emit(task, &(struct emission){ .topic = OPS_BY_CUSTOMER,
	                                           .key = customer,
	                                           .time = at,
	                                           .message = &event->base });
}

static enum status tell_linked(struct task *task, const char *customer, const char *account)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__AccountLinked linked = OPSMESH__V1__ACCOUNT_LINKED__INIT;

	linked.account_id = text_mutable(account);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_ACCOUNT_LINKED;
	event.account_linked = &linked;
	return tell(task, customer, &event);
}

static enum status tell_unlinked(struct task *task, const char *customer, const char *account)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__AccountUnlinked unlinked = OPSMESH__V1__ACCOUNT_UNLINKED__INIT;

	unlinked.account_id = text_mutable(account);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_ACCOUNT_UNLINKED;
	event.account_unlinked = &unlinked;
	return tell(task, customer, &event);
}

static enum status tell_ticket(struct task *task, const char *customer, const char *account,
                               const Opsmesh__V1__BillingTicket *ticket)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__BillingTicket copy = *ticket;

	copy.account_id = text_mutable(account);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_BILLING_TICKET;
	event.billing_ticket = &copy;
	return tell(task, customer, &event);
}

/* All that are open on the account, to a customer who becomes its own or was it. */
static enum status tell_tickets(struct task *task, const char *customer, const char *account,
                                bool open)
{
	struct billing_ticket_row row = { .account_id = account };
	struct task_cursor cursor;

	task_scan(task, &billing_ticket_table, &row, 1, &cursor);
	while (task_next(task, &cursor, &row)) {
		const Opsmesh__V1__BillingTicket ticket =
		    billing_ticket_of(task->arena, &row, open);

		TRY(tell_ticket(task, customer, account, &ticket));
	}
	return STATUS_OK;
}

/* Lists are texts of ids, each with a line feed behind it. */

static bool holds(const char *list, const char *id)
{
	const size_t size = strlen(id);

	for (const char *at = list; *at != '\0'; at += strcspn(at, "\n") + 1)
		if (strcspn(at, "\n") == size && memcmp(at, id, size) == 0)
			return true;
	return false;
}

static bool is_id(const char *id)
{
	return stripe_is_key(id) && strchr(id, '\n') == NULL;
}

static enum status check(struct task *task, const Opsmesh__V1__AccountEvent *event,
                         const Opsmesh__V1__AccountDeclared *declared)
{
	const size_t size = strlen(event->account_id);

	if (size == 0 || size > OWNER_ID_MAX)
		return task_fail(task, STATUS_REJECT, "account_id: %s",
		                 size == 0 ? "empty" : "too long");
	if (declared->n_stripe_customers > OWNER_CUSTOMERS_MAX)
		return task_fail(task, STATUS_REJECT, "declared.stripe_customers: more than %d",
		                 OWNER_CUSTOMERS_MAX);
	if (declared->n_orders > SEAT_CONTRACTS_MAX)
		return task_fail(task, STATUS_REJECT, "declared.orders: more than %d",
		                 SEAT_CONTRACTS_MAX);
	for (size_t i = 0; i < declared->n_orders; i++)
		if (!is_id(declared->orders[i]->customer_id))
			return task_fail(task, STATUS_REJECT,
			                 "declared.orders[%zu].customer_id: no id", i);
	for (size_t i = 0; i < declared->n_stripe_customers; i++) {
		const char *const id = declared->stripe_customers[i];

		if (!is_id(id))
			return task_fail(task, STATUS_REJECT,
			                 "declared.stripe_customers[%zu]: no id", i);
	}
	return STATUS_OK;
}

static const char *list_of(struct arena *arena, const Opsmesh__V1__AccountDeclared *declared)
{
	struct buffer list = { 0 };
	const char *text;

	for (size_t i = 0; i < declared->n_stripe_customers; i++) {
		buffer_add(&list, declared->stripe_customers[i],
		           strlen(declared->stripe_customers[i]));
		buffer_add(&list, "\n", 1);
	}
	text = arena_text(arena, (const char *)list.data, list.size);
	buffer_finish(&list);
	return text;
}

/* Whom the account no longer names. */
static enum status let_go(struct task *task, const struct owner_row *before, const char *now)
{
	const char *const list = before->customers != NULL ? before->customers : "";

	for (const char *at = list; *at != '\0'; at += strcspn(at, "\n") + 1) {
		const char *const id = arena_text(task->arena, at, strcspn(at, "\n"));

		if (holds(now, id))
			continue;
		TRY(tell_unlinked(task, id, before->account_id));
		TRY(tell_tickets(task, id, before->account_id, false));
	}
	return STATUS_OK;
}

/* What was agreed. */

static enum status tell_contracts(struct task *task, const char *customer, const char *account,
                                  const Opsmesh__V1__AccountDeclared *declared)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ContractsDeclared contracts = OPSMESH__V1__CONTRACTS_DECLARED__INIT;

	contracts.account_id = text_mutable(account);
	contracts.orders =
	    arena_alloc(task->arena, (declared->n_orders + 1) * sizeof(*contracts.orders));
	for (size_t i = 0; i < declared->n_orders; i++)
		if (text_equal(declared->orders[i]->customer_id, customer))
			contracts.orders[contracts.n_orders++] = declared->orders[i];
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_CONTRACTS;
	event.contracts = &contracts;
	return tell(task, customer, &event);
}

/* Those that orders name, each once. */
static const char *agreed_of(struct arena *arena, const Opsmesh__V1__AccountDeclared *declared)
{
	const char *list = "";

	for (size_t i = 0; i < declared->n_orders; i++)
		if (!holds(list, declared->orders[i]->customer_id))
			list =
			    arena_printf(arena, "%s%s\n", list, declared->orders[i]->customer_id);
	return list;
}

/* Each with whom something is agreed hears of it whole, and each with whom nothing is any more. */
static enum status tell_agreed(struct task *task, struct owner_row *row,
                               const Opsmesh__V1__AccountDeclared *declared)
{
	const char *const before = row->agreed != NULL ? row->agreed : "";

	row->agreed = agreed_of(task->arena, declared);
	for (const char *at = row->agreed; *at != '\0'; at += strcspn(at, "\n") + 1)
		TRY(tell_contracts(task, arena_text(task->arena, at, strcspn(at, "\n")),
		                   row->account_id, declared));
	for (const char *at = before; *at != '\0'; at += strcspn(at, "\n") + 1) {
		const char *const id = arena_text(task->arena, at, strcspn(at, "\n"));

		if (!holds(row->agreed, id))
			TRY(tell_contracts(task, id, row->account_id, declared));
	}
	return STATUS_OK;
}

enum status owner_on_declared(struct task *task, const Opsmesh__V1__AccountDeclared *declared)
{
	const Opsmesh__V1__AccountEvent *const event = (const void *)task->message;
	struct owner_row row = { .account_id = event->account_id };

	TRY(check(task, event, declared));
	(void)task_load(task, &owner_table, &row);
	const char *const list = list_of(task->arena, declared);

	TRY(let_go(task, &row, list));
	for (size_t i = 0; i < declared->n_stripe_customers; i++) {
		const char *const id = declared->stripe_customers[i];

		if (row.customers != NULL && holds(row.customers, id))
			continue;
		TRY(tell_linked(task, id, row.account_id));
		TRY(tell_tickets(task, id, row.account_id, true));
	}
	TRY(tell_agreed(task, &row, declared));
	row.customers = list;
	task_save(task, &owner_table, &row);
	return STATUS_OK;
}

void owner_need_declared(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__AccountEvent *const account = (const void *)event;

	task_need(task, &owner_table, &(struct owner_row){ .account_id = account->account_id });
}

/* An account that is not declared yet keeps it for whom it will name. */
enum status owner_on_ticket(struct task *task, const Opsmesh__V1__BillingTicket *ticket)
{
	const Opsmesh__V1__ByAccountEvent *const event = (const void *)task->message;
	struct owner_row row = { .account_id = event->account_id };

	(void)task_load(task, &owner_table, &row);
	billing_ticket_at_account(task, row.account_id, ticket);
	for (const char *at = row.customers; at != NULL && *at != '\0'; at += strcspn(at, "\n") + 1)
		TRY(tell_ticket(task, arena_text(task->arena, at, strcspn(at, "\n")),
		                row.account_id, ticket));
	return STATUS_OK;
}

void owner_need_ticket(struct task *task, const ProtobufCMessage *event)
{
	const Opsmesh__V1__ByAccountEvent *const account = (const void *)event;

	task_need(task, &owner_table, &(struct owner_row){ .account_id = account->account_id });
}
