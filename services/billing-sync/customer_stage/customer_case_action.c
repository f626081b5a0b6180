/*
 * What people do about a case: they acknowledge it, give it to somebody, or explain why it may stay so.
 *
 * A customer's case is answered by the stage `customer`. What is no case there may be one of the provider's
 * balance: it is handed on to the stage `payout`, which answers for those, and for what nobody knows.
 */
#include "services/billing-sync/customer/customer_case_inside.h"
#include "services/billing-sync/customer_stage/customer_action.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"

#define REFUSAL(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name

static const char *asker(const struct order *order)
{
	return order->requested->by != NULL ? order->requested->by->principal : "";
}

/* A case that is not open stays as it is. */
static Opsmesh__V1__RefusalCode unless_open(const struct matter *it, Opsmesh__V1__RefusalCode code)
{
	return it->discrepancy->state == DISCREPANCY_OPEN ? code : REFUSAL(ILLEGAL_MOVE);
}

/* Explained. */

static enum status say_explained(const struct matter *it, const struct order *order)
{
	struct arena *const arena = it->customer->task->arena;
	const struct discrepancy *const found = it->discrepancy;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DiscrepancyExplained explained = OPSMESH__V1__DISCREPANCY_EXPLAINED__INIT;

	explained.discrepancy_id = text_mutable(it->id);
	explained.cause = text_mutable(found->cause);
	explained.by = order->requested->by;
	explained.reason = order->requested->reason;
	explained.object_ids =
	    arena_alloc(arena, (found->count + 1) * sizeof(*explained.object_ids));
	for (size_t i = 0; i < found->count; i++)
		explained.object_ids[explained.n_object_ids++] =
		    text_mutable(found->evidence[i].object);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_EXPLAINED;
	event.discrepancy_explained = &explained;
	return customer_say(it->customer, &event);
}

/* The words are personal: what is kept is which action has them. */
static enum status explain(struct matter *it, struct order *order)
{
	const bool worded = action_has_words(order->requested->reason);
	const char *refusal;

	if (discrepancy_explain(it->discrepancy, it->rule, asker(order),
	                        worded ? order->action->action_id : "", order->customer.at,
	                        &refusal) == DISCREPANCY_MOVE_NONE)
		return order_refuse(order,
		                    unless_open(it, it->rule->explainable ? REFUSAL(INVALID)
		                                                          : REFUSAL(NOT_ALLOWED)),
		                    worded ? "on.id" : "reason", refusal);
	case_save(it);
	TRY(say_explained(it, order));
	return order_apply(order);
}

/* Acknowledged. */

static enum status acknowledge(struct matter *it, struct order *order)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DiscrepancyAcknowledged seen = OPSMESH__V1__DISCREPANCY_ACKNOWLEDGED__INIT;
	const char *refusal;

	if (discrepancy_acknowledge(it->discrepancy, asker(order), order->customer.at, &refusal) ==
	    DISCREPANCY_MOVE_NONE)
		return order_refuse(order,
		                    unless_open(it, *asker(order) == '\0' ? REFUSAL(INVALID)
		                                                          : REFUSAL(NO_CHANGE)),
		                    "on.id", refusal);
	case_save(it);
	seen.discrepancy_id = text_mutable(it->id);
	seen.cause = text_mutable(it->discrepancy->cause);
	seen.quiet_until = proto_timestamp(it->customer->task->arena,
	                                   discrepancy_quiet(it->discrepancy, it->rule));
	seen.by = order->requested->by;
	seen.reason = order->requested->reason;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_ACKNOWLEDGED;
	event.discrepancy_acknowledged = &seen;
	TRY(customer_say(it->customer, &event));
	return order_apply(order);
}

/* Assigned. */

static enum status assign(struct matter *it, struct order *order)
{
	const Opsmesh__V1__ActionParameter *const given =
	    action_parameter(order->requested, "assignee");
	const char *const owner = given != NULL ? action_plain(given) : NULL;
	const char *const before = it->discrepancy->owner;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DiscrepancyAssigned assigned = OPSMESH__V1__DISCREPANCY_ASSIGNED__INIT;
	const char *refusal;

	if (owner == NULL)
		return order_refuse(order, REFUSAL(INVALID), "assignee",
		                    given == NULL ? "Name an assignee." : "This is not an id.");
	if (discrepancy_assign(it->discrepancy, owner, &refusal) == DISCREPANCY_MOVE_NONE)
		return order_refuse(order,
		                    unless_open(it, text_equal(owner, before) ? REFUSAL(NO_CHANGE)
		                                                              : REFUSAL(INVALID)),
		                    "assignee", refusal);
	case_save(it);
	assigned.discrepancy_id = text_mutable(it->id);
	assigned.cause = text_mutable(it->discrepancy->cause);
	assigned.owner = text_mutable(owner);
	assigned.from_owner = text_mutable(before);
	assigned.by = order->requested->by;
	assigned.reason = order->requested->reason;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_ASSIGNED;
	event.discrepancy_assigned = &assigned;
	TRY(customer_say(it->customer, &event));
	return order_apply(order);
}

/* Which case, and whose. */

static enum status hand_on(const struct order *order)
{
	Opsmesh__V1__ByPayoutEvent event = OPSMESH__V1__BY_PAYOUT_EVENT__INIT;
	struct task *const task = order->customer.task;
	Opsmesh__V1__ActionEvent asked = *order->action;

	event.subject_id = text_mutable(order->customer.row.customer_id);
	event.occurred_at = proto_timestamp(task->arena, order->customer.at);
	event.fact_case = OPSMESH__V1__BY_PAYOUT_EVENT__FACT_ASKED;
	event.asked = &asked;
	return task_emit(task, &(struct emission){ .topic = OPS_BY_PAYOUT,
	                                           .key = event.subject_id,
	                                           .time = order->customer.at,
	                                           .message = &event.base });
}

typedef enum status case_handler(struct matter *it, struct order *order);

static enum status act(struct order *order, case_handler *handle)
{
	struct task *const task = order->customer.task;
	struct matter matter;
	bool known;

	TRY(case_open(&order->customer, order->requested->on->id, &matter, &known));
	if (known)
		return handle(&matter, order);
	return task_has(task, &customer_table)
	           ? hand_on(order)
	           : order_refuse(order, REFUSAL(UNKNOWN_SUBJECT), "on.id",
	                          "There is no such discrepancy.");
}

enum status case_explain(struct order *order)
{
	return act(order, explain);
}

enum status case_acknowledge(struct order *order)
{
	return act(order, acknowledge);
}

enum status case_assign(struct order *order)
{
	return act(order, assign);
}

void case_need(struct task *task, const char *customer, const Opsmesh__V1__ActionSubject *on)
{
	task_need(task, case_home(task),
	          &(struct case_row){ .customer_id = customer, .discrepancy_id = on->id });
}
