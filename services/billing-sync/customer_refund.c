#include "services/billing-sync/customer_refund.h"
#include "services/billing-sync/customer_awaited.h"
#include "services/billing-sync/customer_dunning.h"
#include "services/billing-sync/policies.h"
#include "services/billing-sync/refund.h"
#include "services/billing-sync/stripe.h"

#include "common/base/text.h"

#include <string.h>

#define METADATA_FIELD "opsmesh_action"
#define SCOPE_OF_ROLE "actions:approve:"

static const struct column columns[] = {
	COLUMN(struct refundable_row, customer_id),
	COLUMN(struct refundable_row, charge_id),
	COLUMN(struct refundable_row, invoice_id),
	COLUMN(struct refundable_row, body),
	COLUMN_END,
};
const struct state_table refundable_table = { .name = "refundable",
	                                      .columns = columns,
	                                      .key_columns = 2,
	                                      .row_size = sizeof(struct refundable_row) };

/* One charge at hand. */
struct refundable {
	struct customer *customer;
	const char *charge_id;
	const char *invoice; /* NULL: not known */
	struct bytes before;
	bool told; /* the invoice's dunning knows what was open before */
	bool disputed;
	bool pending;
	struct refund_row *row;
};

static enum status load(struct customer *customer, const char *charge, struct refundable *it)
{
	struct task *const task = customer->task;
	struct refundable_row row = { .customer_id = customer->row.customer_id,
		                      .charge_id = charge };

	*it = (struct refundable){ .customer = customer,
		                   .charge_id = charge,
		                   .row = arena_zero(task->arena, sizeof(*it->row)) };
	if (!task_load(task, &refundable_table, &row))
		return STATUS_OK;
	it->before = row.body;
	it->invoice = row.invoice_id;
	it->told = row.invoice_id != NULL;
	if (!refund_decode(row.body, it->row))
		return task_fail(task, STATUS_FATAL, "charge %s: its row cannot be read", charge);
	it->disputed = refund_disputed(it->row);
	it->pending = refund_pending(it->row);
	return STATUS_OK;
}

/* What is open on the charge holds the dunning of its invoice. */
static enum status hold(const struct refundable *it, enum dunning_why why, bool before, bool now)
{
	return (it->told ? before : false) == now
	           ? STATUS_OK
	           : customer_dun_hold(it->customer, it->invoice, why, it->charge_id, now);
}

static enum status save(const struct refundable *it)
{
	struct task *const task = it->customer->task;
	const struct bytes body = refund_encode(task->arena, it->row);

	if (!bytes_equal(body, it->before) || it->told != (it->invoice != NULL))
		task_save(task, &refundable_table,
		          &(struct refundable_row){ .customer_id = it->customer->row.customer_id,
		                                    .charge_id = it->charge_id,
		                                    .invoice_id = it->invoice,
		                                    .body = body });
	if (it->invoice == NULL)
		return STATUS_OK;
	TRY(hold(it, DUNNING_DISPUTE, it->disputed, refund_disputed(it->row)));
	return hold(it, DUNNING_REFUND, it->pending, refund_pending(it->row));
}

static char *request_id(const struct refundable *it, const char *action)
{
	return arena_printf(it->customer->task->arena, "refund/%s/%s/%s",
	                    it->customer->row.customer_id, it->charge_id, action);
}

static Opsmesh__V1__Money *money_of(const struct refundable *it, int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(it->customer->task->arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = arena_string(it->customer->task->arena, it->row->currency);
	return made;
}

/* What is heard of the charge. */

/* What it says to have given back, and what is known to have made that up. */
static enum status await_back(const struct refundable *it, bool disputed)
{
	const struct awaited_figure back = { .what = AWAITED_REFUNDED,
		                             .type = "charge",
		                             .object = it->charge_id,
		                             .currency = arena_string(it->customer->task->arena,
		                                                      it->row->currency),
		                             .expected = it->row->said,
		                             .found = refund_heard(it->row) };
	const struct awaited_figure taken = { .what = AWAITED_DISPUTED,
		                              .type = "charge",
		                              .object = it->charge_id,
		                              .expected = disputed,
		                              .found = (int64_t)it->row->dispute_count };

	TRY(awaited_figure(it->customer, &back));
	return awaited_figure(it->customer, &taken);
}

enum status customer_hear_charge(struct thing *thing, const struct charge_heard *heard)
{
	struct refundable it;

	TRY(load(thing->customer, thing->mirrored->object_id, &it));
	refund_on_charge(it.row, heard->captured, heard->refunded, heard->at);
	if (it.invoice == NULL && *heard->invoice != '\0')
		it.invoice = heard->invoice;
	TRY(await_back(&it, heard->disputed));
	return save(&it);
}

enum status customer_hear_applied(struct customer *it, const char *charge, const char *invoice)
{
	struct refundable refundable;

	TRY(load(it, charge, &refundable));
	if (refundable.invoice != NULL)
		return STATUS_OK;
	refundable.invoice = invoice;
	return save(&refundable);
}

/* What whoever executed it wrote into the refund. */
static const char *action_of(struct thing *thing)
{
	struct json_place metadata;
	struct json_error error;
	const char *action = "";

	if (!json_has(&thing->object, "metadata") ||
	    !json_object_at(&thing->object, "metadata", &metadata, &error) ||
	    !json_text_if(&metadata, METADATA_FIELD, REFUND_ACTION_SIZE - 1, &action, &error))
		return "";
	return arena_string(thing->customer->task->arena, action);
}

static enum refund_state state_of(const char *status)
{
	if (text_equal(status, "succeeded"))
		return REFUND_SUCCEEDED;
	return text_equal(status, "failed") || text_equal(status, "canceled") ? REFUND_FAILED
	                                                                      : REFUND_PENDING;
}

static enum status say_settled(const struct refundable *it, const struct refund_approval *approval,
                               const struct refund_news *news)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RefundSettled settled = OPSMESH__V1__REFUND_SETTLED__INIT;

	settled.request_id = request_id(it, approval->action);
	settled.payment_id = text_mutable(it->charge_id);
	settled.refund_id = text_mutable(news->refund_id);
	settled.by_amount = !text_equal(news->action_id, approval->action);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_REFUND_SETTLED;
	event.refund_settled = &settled;
	return customer_say(it->customer, &event);
}

static enum status say_all_settled(const struct refundable *it, const struct refund_settled *before,
                                   const struct refund_news *news)
{
	const struct refund_settled after = refund_settle(it->row);

	for (size_t i = 0; i < it->row->approval_count; i++)
		if (after.by[i] != REFUND_NONE && before->by[i] == REFUND_NONE)
			TRY(say_settled(it, &it->row->approvals[i], news));
	return STATUS_OK;
}

enum status customer_hear_refund(struct thing *thing, const Opsmesh__V1__RefundChanged *changed)
{
	struct refund_news news = { .refund_id = changed->refund_id,
		                    .action_id = action_of(thing),
		                    .amount = changed->amount != NULL ? changed->amount->minor : 0,
		                    .state = state_of(changed->to_status),
		                    .at = thing->customer->at };
	struct refundable it;
	struct json_error error;
	bool dated;

	if (*changed->payment_id == '\0')
		return STATUS_OK;
	if (!stripe_time_if(&thing->object, "created", &dated, &news.at, &error))
		return customer_refuse(thing, &error);
	TRY(load(thing->customer, changed->payment_id, &it));
	const struct refund_settled before = refund_settle(it.row);

	refund_on_made(it.row, &news);
	TRY(say_all_settled(&it, &before, &news));
	TRY(awaited_found(it.customer, AWAITED_REFUNDED, it.charge_id, refund_heard(it.row)));
	return save(&it);
}

/* A status that nobody knows counts as open. */
static enum refund_dispute_state dispute_state_of(const char *status)
{
	static const char *const closed[] = {
		"won", "lost", "warning_closed", "prevented", "charge_refunded", NULL
	};

	if (text_among(closed, status))
		return REFUND_DISPUTE_CLOSED;
	return text_starts(status, "warning_") ? REFUND_DISPUTE_INQUIRY : REFUND_DISPUTE_OPEN;
}

/* What a lost one took; in another currency than the charge's nobody can say what it leaves. */
static int64_t taken_by(const struct refundable *it, const Opsmesh__V1__DisputeChanged *changed)
{
	if (!text_equal(changed->to_status, "lost") || changed->amount == NULL)
		return 0;
	if (it->row->known && !text_equal(changed->amount->currency, it->row->currency))
		return INT64_MAX;
	return changed->amount->minor;
}

enum status customer_hear_dispute(struct thing *thing, const Opsmesh__V1__DisputeChanged *changed)
{
	struct refundable it;

	if (*changed->payment_id == '\0')
		return STATUS_OK;
	TRY(load(thing->customer, changed->payment_id, &it));
	refund_on_dispute(it.row, changed->dispute_id, dispute_state_of(changed->to_status),
	                  taken_by(&it, changed));
	TRY(awaited_found(it.customer, AWAITED_DISPUTED, it.charge_id,
	                  (int64_t)it.row->dispute_count));
	return save(&it);
}

/* What is asked for. */

static const char *parameter(const struct order *order, const char *name)
{
	const Opsmesh__V1__ActionRequested *const requested = order->requested;

	for (size_t i = 0; i < requested->n_parameters; i++)
		if (text_equal(requested->parameters[i]->name, name) &&
		    requested->parameters[i]->value_case ==
		        OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN)
			return requested->parameters[i]->plain;
	return "";
}

/* As at the door: "actions:*" covers "actions:approve:finance". */
static bool scope_covers(const char *own, const char *scope)
{
	const size_t size = strlen(own);

	return text_equal(own, scope) ||
	       (text_ends(own, ":*") && strncmp(own, scope, size - 1) == 0);
}

static bool has_role(const struct order *order, const char *role)
{
	const char *const scope =
	    arena_printf(order->customer.task->arena, SCOPE_OF_ROLE "%s", role);

	for (size_t i = 0; i < order->requested->n_scopes; i++)
		if (scope_covers(order->requested->scopes[i], scope))
			return true;
	return false;
}

static const char *const *roles_of(const struct order *order, const struct refund_policy *policy)
{
	const char **const roles =
	    arena_alloc(order->customer.task->arena, (REFUND_ROLES_MAX + 1) * sizeof(*roles));
	size_t count = 0;

	for (size_t i = 0; policy->roles[i] != NULL && count < REFUND_ROLES_MAX; i++)
		if (has_role(order, policy->roles[i]))
			roles[count++] = policy->roles[i];
	roles[count] = NULL;
	return roles;
}

/* Of some currencies the provider carries fewer decimals than there are. */
static bool can_be_given(struct order *order, struct money money)
{
	const struct currency_policy *const policy =
	    policies_currency(order->customer.task, order->customer.at);
	char reason[CURRENCY_REASON_SIZE];
	int64_t units;

	return currency_write(policy, money, &units, reason) &&
	       currency_charges(policy, money.currency, units);
}

/* The parameter that is at fault, and why; NULL: none is. */
static const char *read_ask(struct order *order, struct refund_ask *ask, const char **why)
{
	*ask = (struct refund_ask){ .action_id = order->action->action_id,
		                    .intent = parameter(order, "intent"),
		                    .keyed = order->requested->natural_id != NULL,
		                    .at = order->customer.at };
	if (strlen(ask->action_id) >= REFUND_ACTION_SIZE || *ask->action_id == '\0') {
		*why = "The action's id is missing or too long.";
		return "action_id";
	}
	if (strchr(order->what, '/') != NULL || strlen(order->what) > STRIPE_ID_MAX) {
		*why = "This is not the id of a charge.";
		return "on.id";
	}
	if (!text_number(parameter(order, "amount"), 1, INT64_MAX, &ask->money.minor)) {
		*why = "The amount is a whole number of minor units above 0.";
		return "amount";
	}
	if (!money_currency(parameter(order, "currency"), ask->money.currency)) {
		*why = "The currency is missing or unknown.";
		return "currency";
	}
	if (!can_be_given(order, ask->money)) {
		*why = "The provider gives no such amount of this currency.";
		return "amount";
	}
	*why = "What it is for is missing.";
	return *ask->intent == '\0' ? "intent" : NULL;
}

static Opsmesh__V1__RefusalCode code_of(enum refund_refusal refusal)
{
	static const Opsmesh__V1__RefusalCode codes[] = {
		[REFUND_CHARGE_UNKNOWN] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_SUBJECT,
		[REFUND_ACTION_REUSED] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		[REFUND_WRONG_CURRENCY] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		[REFUND_WRONG_AMOUNT] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID,
		[REFUND_TOO_MANY] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE,
		[REFUND_DISPUTED] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE,
		[REFUND_INQUIRED] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE,
		[REFUND_TOO_MUCH] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE,
		[REFUND_REPEATED] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE,
		[REFUND_NO_RULE] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED,
		[REFUND_TOO_LATE] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_OUT_OF_TIME,
		[REFUND_OVER_LIMIT] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED,
		[REFUND_WRONG_ROLE] = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED,
	};

	return codes[refusal];
}

static enum status say_approved(struct order *order, const struct refundable *it,
                                const struct refund_policy *policy, const struct refund_ask *ask,
                                const struct refund_answer *answer)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RefundApproved approved = OPSMESH__V1__REFUND_APPROVED__INIT;

	approved.request_id = request_id(it, ask->action_id);
	approved.action_id = order->action->action_id;
	approved.payment_id = text_mutable(it->charge_id);
	approved.amount = money_of(it, answer->amount);
	approved.left = money_of(it, refund_left(it->row));
	approved.intent = text_mutable(ask->intent);
	approved.rule = text_mutable(answer->rule);
	approved.role = text_mutable(answer->role);
	approved.policy = arena_printf(order->customer.task->arena, "%s/%lld", policy->head.id,
	                               (long long)policy->head.version);
	approved.by = order->requested->by;
	approved.reason = order->requested->reason;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_REFUND_APPROVED;
	event.refund_approved = &approved;
	return customer_say(&order->customer, &event);
}

enum status customer_approve_refund(struct order *order)
{
	struct task *const task = order->customer.task;
	const struct refund_policy *const policy = policies_refund(task, order->customer.at);
	struct refundable it;
	struct refund_ask ask;
	const char *why;
	const char *const field = read_ask(order, &ask, &why);

	if (field != NULL)
		return order_refuse(order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID, field,
		                    why);
	ask.roles = roles_of(order, policy);
	TRY(load(&order->customer, order->what, &it));
	const struct refund_answer answer = refund_decide(task->arena, policy, it.row, &ask);

	if (!answer.approved)
		return order_refuse(order, code_of(answer.code), answer.field,
		                    arena_printf(task->arena, "%s: %s",
		                                 refund_refusal_names[answer.code], answer.reason));
	if (!answer.again)
		TRY(say_approved(order, &it, policy, &ask, &answer));
	TRY(save(&it));
	return order_apply(order);
}

/* Taking an approval back. */

static enum status say_withdrawn(struct order *order, const struct refundable *it,
                                 const char *action)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RefundWithdrawn withdrawn = OPSMESH__V1__REFUND_WITHDRAWN__INIT;

	withdrawn.request_id = request_id(it, action);
	withdrawn.payment_id = text_mutable(it->charge_id);
	withdrawn.left = money_of(it, refund_left(it->row));
	withdrawn.by = order->requested->by;
	withdrawn.reason = order->requested->reason;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_REFUND_WITHDRAWN;
	event.refund_withdrawn = &withdrawn;
	return customer_say(&order->customer, &event);
}

enum status customer_withdraw_refund(struct order *order)
{
	const size_t size = strcspn(order->what, "/");
	const char *const charge = arena_text(order->customer.task->arena, order->what, size);
	const char *const action = order->what[size] == '/' ? order->what + size + 1 : "";
	struct refundable it;

	TRY(load(&order->customer, charge, &it));
	switch (refund_standing(it.row, action)) {
	case REFUND_STANDING_NONE:
		return order_refuse(order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_SUBJECT,
		                    "on.id", "There is no such approval.");
	case REFUND_STANDING_SETTLED:
		return order_refuse(order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE,
		                    "on.id", "A refund has been made of it.");
	case REFUND_STANDING_FAILED:
		return order_refuse(order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE,
		                    "on.id", "It was taken back before.");
	case REFUND_STANDING_OPEN:
	default: break;
	}
	if (!refund_on_failure(it.row, action))
		return task_fail(order->customer.task, STATUS_FATAL, "%s: its approval is gone",
		                 action);
	TRY(say_withdrawn(order, &it, action));
	TRY(save(&it));
	return order_apply(order);
}

void customer_need_refundable(struct task *task, const char *customer, const char *what)
{
	task_need(task, &refundable_table,
	          &(struct refundable_row){
		      .customer_id = customer,
		      .charge_id = arena_text(task->arena, what, strcspn(what, "/")) });
}
