#include "services/billing-sync/customer_money/customer_giving.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

#define METADATA_FIELD "opsmesh_action"
#define SCOPE_OF_ROLE "actions:approve:"
#define REFUSAL(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name
#define FACT(name) OPSMESH__V1__BILLING_EVENT__FACT_##name

/* Its names. */

const char *giving_object(const struct order *order)
{
	return arena_text(order->customer.task->arena, order->what, strcspn(order->what, "/"));
}

/* "" none is named. */
static const char *named_action(const struct order *order)
{
	const char *const rest = order->what + strcspn(order->what, "/");

	return *rest == '/' ? rest + 1 : "";
}

static char *request_id(const struct giving *it, const char *action)
{
	return arena_printf(it->customer->task->arena, "%s/%s/%s/%s",
	                    it->note ? "credit_note" : "refund", it->customer->row.customer_id,
	                    it->object, action);
}

static char *payment_id(const struct giving *it)
{
	return text_mutable(it->note ? "" : it->object);
}

static char *invoice_id(const struct giving *it)
{
	return text_mutable(it->note ? it->object : "");
}

static Opsmesh__V1__Money *money_of(const struct giving *it, int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(it->customer->task->arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = arena_string(it->customer->task->arena, it->row->currency);
	return made;
}

/* What was made. */

const char *giving_action(struct thing *thing)
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

static enum status say_settled(const struct giving *it, const struct refund_approval *approval,
                               const struct refund_news *news)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RefundSettled settled = OPSMESH__V1__REFUND_SETTLED__INIT;

	settled.request_id = request_id(it, approval->action);
	settled.payment_id = payment_id(it);
	settled.invoice_id = invoice_id(it);
	settled.refund_id = text_mutable(news->refund_id);
	settled.by_amount = !text_equal(news->action_id, approval->action);
	event.fact_case = it->note ? FACT(CREDIT_NOTE_SETTLED) : FACT(REFUND_SETTLED);
	event.refund_settled = &settled;
	return customer_say(it->customer, &event);
}

enum status giving_say_settled(const struct giving *it, const struct refund_settled *before,
                               const struct refund_news *news)
{
	const struct refund_settled after = refund_settle(it->row);

	for (size_t i = 0; i < it->row->approval_count; i++)
		if (after.by[i] != REFUND_NONE && before->by[i] == REFUND_NONE)
			TRY(say_settled(it, &it->row->approvals[i], news));
	return STATUS_OK;
}

/* What is asked for. */

/* "": not given, or written by people. */
static const char *parameter(const struct order *order, const char *name)
{
	const Opsmesh__V1__ActionParameter *const given = action_parameter(order->requested, name);
	const char *const plain = given != NULL ? action_plain(given) : NULL;

	return plain != NULL ? plain : "";
}

static bool has_role(const struct order *order, const char *role)
{
	return action_may(order->requested,
	                  arena_printf(order->customer.task->arena, SCOPE_OF_ROLE "%s", role));
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

static void read_asker(const struct order *order, struct refund_ask *ask)
{
	const Opsmesh__V1__Actor *const by = order->requested->by;

	ask->key = by != NULL ? by->principal : "";
	ask->by = by != NULL && *by->on_behalf_of != '\0' ? by->on_behalf_of : ask->key;
}

/* Of some currencies the provider gives fewer decimals than it bills. */
static bool can_be_given(const struct giving *it, struct money money)
{
	const struct currency_policy *const policy =
	    policies_currency(it->customer->task, it->customer->at);
	char reason[CURRENCY_REASON_SIZE];
	int64_t units;

	return currency_write(policy, money, &units, reason) &&
	       (it->note || currency_charges(policy, money.currency, units));
}

/* The parameter that is at fault, and why; NULL: none is. */
static const char *read_ask(const struct order *order, const struct giving *it,
                            struct refund_ask *ask, const char **why)
{
	*ask = (struct refund_ask){ .action_id = order->action->action_id,
		                    .intent = parameter(order, "intent"),
		                    .keyed = order->requested->natural_id != NULL,
		                    .at = order->customer.at,
		                    .elsewhere = it->elsewhere };
	read_asker(order, ask);
	if (strlen(ask->action_id) >= REFUND_ACTION_SIZE || *ask->action_id == '\0') {
		*why = "The action's id is missing or too long.";
		return "action_id";
	}
	if (strlen(it->object) > STRIPE_ID_MAX) {
		*why = "This is not the id of anything that the provider charged or billed.";
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
	if (!can_be_given(it, ask->money)) {
		*why = "The provider gives no such amount of this currency.";
		return "amount";
	}
	*why = "What it is for is missing.";
	return *ask->intent == '\0' ? "intent" : NULL;
}

static Opsmesh__V1__RefusalCode code_of(enum refund_refusal refusal)
{
	static const Opsmesh__V1__RefusalCode codes[] = {
		[REFUND_UNKNOWN] = REFUSAL(UNKNOWN_SUBJECT),
		[REFUND_ACTION_REUSED] = REFUSAL(INVALID),
		[REFUND_WRONG_CURRENCY] = REFUSAL(INVALID),
		[REFUND_WRONG_AMOUNT] = REFUSAL(INVALID),
		[REFUND_TOO_MANY] = REFUSAL(TOO_LARGE),
		[REFUND_DISPUTED] = REFUSAL(ILLEGAL_MOVE),
		[REFUND_INQUIRED] = REFUSAL(ILLEGAL_MOVE),
		[REFUND_TOO_MUCH] = REFUSAL(ILLEGAL_MOVE),
		[REFUND_REPEATED] = REFUSAL(NO_CHANGE),
		[REFUND_NO_RULE] = REFUSAL(NOT_ALLOWED),
		[REFUND_TOO_LATE] = REFUSAL(OUT_OF_TIME),
		[REFUND_OVER_LIMIT] = REFUSAL(NOT_ALLOWED),
		[REFUND_WRONG_ROLE] = REFUSAL(NOT_ALLOWED),
		[REFUND_NOT_ASKED] = REFUSAL(UNKNOWN_SUBJECT),
		[REFUND_NOT_WAITING] = REFUSAL(NO_CHANGE),
		[REFUND_OTHER_CONTENT] = REFUSAL(INVALID),
		[REFUND_NAMELESS] = REFUSAL(NOT_ALLOWED),
		[REFUND_SAME_PERSON] = REFUSAL(NOT_ALLOWED),
		[REFUND_LAPSED] = REFUSAL(ILLEGAL_MOVE),
		[REFUND_WITHDRAWN] = REFUSAL(ILLEGAL_MOVE),
	};

	return codes[refusal];
}

/* Approved, or asked for. */

static void set_fact(const struct giving *it, const struct refund_answer *answer,
                     Opsmesh__V1__BillingEvent *event)
{
	if (answer->approved)
		event->fact_case = it->note ? FACT(CREDIT_NOTE_APPROVED) : FACT(REFUND_APPROVED);
	else
		event->fact_case = it->note ? FACT(CREDIT_NOTE_REQUESTED) : FACT(REFUND_REQUESTED);
}

static enum status say_approved(const struct order *order, const struct giving *it,
                                const struct refund_policy *policy, const struct refund_ask *ask,
                                const struct refund_answer *answer)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RefundApproved approved = OPSMESH__V1__REFUND_APPROVED__INIT;

	approved.request_id = request_id(it, ask->action_id);
	approved.action_id = text_mutable(ask->action_id);
	approved.payment_id = payment_id(it);
	approved.invoice_id = invoice_id(it);
	approved.amount = money_of(it, answer->amount);
	approved.left = money_of(it, answer->left);
	approved.intent = text_mutable(ask->intent);
	approved.rule = text_mutable(answer->rule);
	approved.role = text_mutable(answer->role);
	approved.policy = arena_printf(order->customer.task->arena, "%s/%lld", policy->head.id,
	                               (long long)policy->head.version);
	approved.by = order->requested->by;
	approved.reason = order->requested->reason;
	set_fact(it, answer, &event);
	event.refund_approved = &approved;
	return customer_say(it->customer, &event);
}

static bool refuse(struct order *order, const struct refund_answer *answer, enum status *status)
{
	*status = order_refuse(order, code_of(answer->code), answer->field,
	                       arena_printf(order->customer.task->arena, "%s: %s",
	                                    refund_refusal_names[answer->code], answer->reason));
	return false;
}

static bool conclude(struct order *order, const struct giving *it,
                     const struct refund_policy *policy, const struct refund_ask *ask,
                     const struct refund_answer *answer, enum status *status)
{
	if (!answer->approved && !answer->waits)
		return refuse(order, answer, status);
	*status = answer->again ? STATUS_OK : say_approved(order, it, policy, ask, answer);
	return *status == STATUS_OK;
}

static bool refuse_field(struct order *order, const char *field, const char *why,
                         enum status *status)
{
	*status = order_refuse(order, REFUSAL(INVALID), field, why);
	return false;
}

static bool approve(struct order *order, struct giving *it, enum status *status)
{
	struct task *const task = order->customer.task;
	const struct refund_policy *const policy = policies_refund(task, order->customer.at);
	struct refund_ask ask;
	const char *why = "This is the id of something that was asked for already.";
	const char *const field =
	    *named_action(order) != '\0' ? "on.id" : read_ask(order, it, &ask, &why);

	if (field != NULL)
		return refuse_field(order, field, why, status);
	ask.roles = roles_of(order, policy);
	const struct refund_answer answer = refund_decide(task->arena, policy, it->row, &ask);

	return conclude(order, it, policy, &ask, &answer, status);
}

static bool confirm(struct order *order, struct giving *it, enum status *status)
{
	struct task *const task = order->customer.task;
	const struct refund_policy *const policy = policies_refund(task, order->customer.at);
	struct refund_ask ask;
	const char *why;
	const char *const field = read_ask(order, it, &ask, &why);

	if (field != NULL)
		return refuse_field(order, field, why, status);
	ask.action_id = named_action(order);
	ask.roles = roles_of(order, policy);
	const struct refund_answer answer = refund_confirm(task->arena, policy, it->row, &ask);

	return conclude(order, it, policy, &ask, &answer, status);
}

/* Taken back. */

static enum status say_withdrawn(const struct giving *it, const char *action,
                                 const Opsmesh__V1__ActionRequested *requested, const char *why)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__RefundWithdrawn withdrawn = OPSMESH__V1__REFUND_WITHDRAWN__INIT;

	withdrawn.request_id = request_id(it, action);
	withdrawn.payment_id = payment_id(it);
	withdrawn.invoice_id = invoice_id(it);
	withdrawn.left = money_of(it, refund_left_beside(it->row, &it->elsewhere));
	withdrawn.by = requested != NULL ? requested->by : NULL;
	withdrawn.reason = requested != NULL ? requested->reason : NULL;
	withdrawn.why = text_mutable(why);
	event.fact_case = it->note ? FACT(CREDIT_NOTE_WITHDRAWN) : FACT(REFUND_WITHDRAWN);
	event.refund_withdrawn = &withdrawn;
	return customer_say(it->customer, &event);
}

enum status giving_lapse(const struct giving *it, bool *lapsed)
{
	const struct refund_policy *const policy =
	    policies_refund(it->customer->task, it->customer->at);
	const struct refund_approval *approval;

	*lapsed = false;
	while ((approval = refund_take_back(policy, it->row, &it->elsewhere, it->customer->at)) !=
	       NULL) {
		TRY(say_withdrawn(it, approval->action, NULL, refund_lapse_names[approval->lapse]));
		*lapsed = true;
	}
	return STATUS_OK;
}

static bool withdraw(struct order *order, struct giving *it, enum status *status)
{
	static const struct {
		Opsmesh__V1__RefusalCode code;
		const char *reason; /* NULL: it can be taken back */
	} rows[] = {
		[REFUND_STANDING_NONE] = { REFUSAL(UNKNOWN_SUBJECT), "There is no such approval." },
		[REFUND_STANDING_OPEN] = { REFUSAL(UNSPECIFIED), NULL },
		[REFUND_STANDING_SETTLED] = { REFUSAL(ILLEGAL_MOVE), "It has been made." },
		[REFUND_STANDING_FAILED] = { REFUSAL(NO_CHANGE), "It was taken back before." },
	};
	const char *const action = named_action(order);
	const enum refund_standing standing = refund_standing(it->row, action);

	if (rows[standing].reason != NULL) {
		*status = order_refuse(order, rows[standing].code, "on.id", rows[standing].reason);
		return false;
	}
	*status =
	    refund_on_failure(it->row, action, order->customer.at)
		? say_withdrawn(it, action, order->requested, "")
		: task_fail(order->customer.task, STATUS_FATAL, "%s: its approval is gone", action);
	return *status == STATUS_OK;
}

/* What each of these does. False: it was refused, and *status is how that went. */
typedef bool giving_step(struct order *order, struct giving *it, enum status *status);

static enum status act(struct order *order, giving_step *step)
{
	struct giving giving;
	enum status status;

	TRY(order->open(order, &giving));
	if (!step(order, &giving, &status))
		return status;
	TRY(giving.save(&giving));
	return order_apply(order);
}

enum status giving_approve(struct order *order)
{
	return act(order, approve);
}

enum status giving_confirm(struct order *order)
{
	return act(order, confirm);
}

enum status giving_withdraw(struct order *order)
{
	return act(order, withdraw);
}
