/*
 * ticket_action - what people ask for of a ticket: assign, close, correct, explain.
 *
 * Each is answered once, with ActionApplied or ActionRefused, behind the facts that it led to.
 */
#include "services/ingest/desk.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "services/ingest/decode_json.h"

#define REFUSAL(name) OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##name

/* An action on the ticket at hand. */
struct order {
	struct desk *desk;
	const Opsmesh__V1__ActionRequested *requested;
};

/* Answers. */

static enum status refuse(struct order *order, Opsmesh__V1__RefusalCode code, const char *field,
                          const char *reason)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__ActionRefused refused =
	    action_refused(order->desk->request_id, order->requested, code, field, reason);

	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_ACTION_REFUSED;
	event.action_refused = &refused;
	return desk_say(order->desk, &event);
}

static enum status apply(struct order *order)
{
	Opsmesh__V1__TicketEvent event = OPSMESH__V1__TICKET_EVENT__INIT;
	Opsmesh__V1__ActionApplied applied =
	    action_applied(order->desk->request_id, order->requested);

	event.fact_case = OPSMESH__V1__TICKET_EVENT__FACT_ACTION_APPLIED;
	event.action_applied = &applied;
	return desk_say(order->desk, &event);
}

/* Behind the facts of a change: saved and applied, or refused because nothing has changed. */
static enum status conclude(struct order *order)
{
	if (!order->desk->changed)
		return refuse(order, REFUSAL(NO_CHANGE), "", "The ticket is so already.");
	desk_save(order->desk);
	return apply(order);
}

/* Parameters. */

/* NULL: not given. Personal: what people wrote where an id or a word of a list belongs. */
static const char *parameter(const struct order *order, const char *name, bool *personal)
{
	const Opsmesh__V1__ActionParameter *const given = action_parameter(order->requested, name);
	const char *const plain = given != NULL ? action_plain(given) : NULL;

	*personal = given != NULL && plain == NULL;
	return *personal ? "" : plain;
}

/* The first that is not in names; NULL: all are. */
static const char *stranger(const struct order *order, const char *const *names)
{
	for (size_t i = 0; i < order->requested->n_parameters; i++) {
		const char *const given = order->requested->parameters[i]->name;
		const char *const *name = names;

		while (*name != NULL && !text_equal(*name, given))
			name++;
		if (*name == NULL)
			return given;
	}
	return NULL;
}

/* The actions. */

static enum status assign(struct order *order)
{
	static const char *const names[] = { "assignee", "team", NULL };
	const char *values[2];
	bool personal;

	for (size_t i = 0; i < COUNT_OF(values); i++) {
		values[i] = parameter(order, names[i], &personal);
		if (personal)
			return refuse(order, REFUSAL(INVALID), names[i], "This is not an id.");
	}
	if (stranger(order, names) != NULL)
		return refuse(order, REFUSAL(INVALID), stranger(order, names),
		              "Assign takes assignee and team.");
	if (values[0] == NULL && values[1] == NULL)
		return refuse(order, REFUSAL(INVALID), "assignee", "Name an assignee or a team.");
	TRY(desk_assign(order->desk, values[0], values[1]));
	return conclude(order);
}

static enum status close_ticket(struct order *order)
{
	static const char *const names[] = { NULL };
	const struct status_move move = { .cause = TICKET_SET_CLOSED,
		                          .verbatim = "",
		                          .reason = "closed by an action",
		                          .message_id = "" };
	bool allowed;

	if (stranger(order, names) != NULL)
		return refuse(order, REFUSAL(INVALID), stranger(order, names),
		              "Close takes no parameters.");
	TRY(desk_move(order->desk, &move, &allowed));
	return conclude(order);
}

static Opsmesh__V1__Priority priority_of(const char *word)
{
	static const char *const words[] = { "low", "normal", "high", "urgent" };

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (text_equal(words[i], word))
			return (Opsmesh__V1__Priority)(i + 1);
	return OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED;
}

/*
 * What was understood wrongly: how urgent it is, and whose ticket it is. What it is about is the
 * classifier's, which answers for it on its own topic.
 */
static enum status correct(struct order *order)
{
	static const char *const names[] = { "account_id", "priority", NULL };
	bool personal_account, personal;
	const char *const account_id = parameter(order, names[0], &personal_account);
	const char *const word = parameter(order, names[1], &personal);

	if (stranger(order, names) != NULL)
		return refuse(order, REFUSAL(INVALID), stranger(order, names),
		              "Correct takes priority and account_id.");
	if (account_id == NULL && word == NULL)
		return refuse(order, REFUSAL(INVALID), "priority",
		              "Name a priority or an account_id.");
	if (word != NULL && priority_of(word) == OPSMESH__V1__PRIORITY__PRIORITY_UNSPECIFIED)
		return refuse(order, REFUSAL(INVALID), "priority",
		              "This is none of low, normal, high and urgent.");
	if (account_id != NULL && (personal_account || !decoding_is_account(account_id)))
		return refuse(order, REFUSAL(INVALID), "account_id",
		              "This is not an id: visible ASCII without blanks or a slash.");
	if (word != NULL)
		TRY(desk_prioritise(order->desk, priority_of(word), "", "corrected by a person"));
	if (account_id != NULL)
		TRY(desk_resolve_named(order->desk, account_id));
	return conclude(order);
}

/* Personal text was shown: that is the whole effect. */
static enum status explain(struct order *order)
{
	return apply(order);
}

static bool is_classifiers(const struct order *order)
{
	bool personal;

	return order->requested->kind == OPSMESH__V1__ACTION_KIND__ACTION_KIND_CORRECT &&
	       parameter(order, "intent", &personal) != NULL;
}

static enum status act(struct order *order)
{
	static const struct {
		Opsmesh__V1__ActionKind kind;
		bool on_closed;
		enum status (*act)(struct order *order);
	} actions[] = {
		{ OPSMESH__V1__ACTION_KIND__ACTION_KIND_ASSIGN, false, assign },
		{ OPSMESH__V1__ACTION_KIND__ACTION_KIND_CLOSE, true, close_ticket },
		{ OPSMESH__V1__ACTION_KIND__ACTION_KIND_CORRECT, false, correct },
		{ OPSMESH__V1__ACTION_KIND__ACTION_KIND_EXPLAIN, true, explain },
	};
	size_t at = 0;

	if (is_classifiers(order))
		return STATUS_OK;
	while (at < COUNT_OF(actions) && actions[at].kind != order->requested->kind)
		at++;
	if (at == COUNT_OF(actions))
		return refuse(order, REFUSAL(UNSUPPORTED), "action",
		              "A ticket can be assigned, corrected, closed and explained.");
	if (!order->desk->row.opened)
		return refuse(order, REFUSAL(UNKNOWN_SUBJECT), "on.id", "There is no such ticket.");
	if (desk_closed(order->desk) && !actions[at].on_closed)
		return refuse(order, REFUSAL(ILLEGAL_MOVE), "on.id",
		              "The ticket is closed, and stays as it is.");
	return actions[at].act(order);
}

enum status ticket_on_action_requested(struct task *task,
                                       const Opsmesh__V1__ActionRequested *requested)
{
	struct desk desk;
	struct order order = { .desk = &desk, .requested = requested };

	TRY(desk_open_request(&desk, task));
	desk.actor = requested->by;
	return act(&order);
}
