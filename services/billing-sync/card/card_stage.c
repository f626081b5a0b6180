#include "services/billing-sync/card/card.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/card/card_user.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/dunning/payment_failure.h"

#include <string.h>

#define PAYLOAD_MAX ((size_t)1 << 20) /* what a broker carries */

static const struct column columns[] = {
	COLUMN(struct card_row, card),
	COLUMN(struct card_row, body),
	COLUMN(struct card_row, users),
	COLUMN_END,
};
const struct state_table card_table = {
	.name = "card", .columns = columns, .key_columns = 1, .row_size = sizeof(struct card_row)
};

/* One attempt, and its card before it and with it. */
struct trial {
	struct task *task;
	struct instant at; /* business time */
	const char *customer_id;
	struct money money;
	struct payment_failure failure;
	const struct attempt_policy *policy;
	struct attempt attempt;
	struct instant
	    now; /* of the newest attempt: the order in which they are heard says nothing */
	struct attempt_row *before;
	struct attempt_row *with;
	struct card_users *users; /* before it */
	struct card_row row;
};

/* Reading. What cannot be read the stage `customer` says. */

static bool read_failure(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored,
                         struct payment_failure *failure)
{
	const struct bytes payload = { mirrored->payload.data, mirrored->payload.len };
	AUTO_JSON document = NULL;
	struct json_error error;

	if (!json_parse_brief(payload, PAYLOAD_MAX, &document, &error))
		return false;
	const struct json_place charge = json_top(document);

	return payment_failure_read(task->arena, &charge, failure, &error);
}

/* False: it is none that counts. */
static bool read_attempt(struct trial *it, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	if (!read_failure(it->task, mirrored, &it->failure) || !it->failure.failed)
		return false;
	const struct decline_answer decline =
	    decline_judge(policies_decline(it->task, it->failure.created), &it->failure);

	it->policy = policies_attempt(it->task, it->failure.created);
	if (!attempt_from(it->policy, &it->failure, &decline, &it->attempt))
		return false;
	it->money.minor = it->attempt.amount;
	memcpy(it->money.currency, it->attempt.currency, sizeof(it->money.currency));
	return true;
}

/* Counting. */

static enum status load(struct trial *it)
{
	struct task *const task = it->task;

	it->before = arena_zero(task->scratch, sizeof(*it->before));
	it->with = arena_zero(task->scratch, sizeof(*it->with));
	it->users = arena_zero(task->scratch, sizeof(*it->users));
	if (!task_load(task, &card_table, &it->row))
		return STATUS_OK;
	if (!attempt_decode(it->row.body, it->before) ||
	    !card_users_decode(task->arena, it->row.users, it->users))
		return task_fail(task, STATUS_FATAL, "a card's row cannot be read");
	return STATUS_OK;
}

static void count(struct trial *it)
{
	const struct attempt_row *const before = it->before;
	const struct instant newest =
	    before->count > 0 ? before->kept[before->count - 1].at : it->attempt.at;

	it->now = time_later(newest, it->attempt.at);
	*it->with = *before;
	attempt_add(it->with, &it->attempt);
}

static void save(struct trial *it)
{
	const struct card_user user = { it->customer_id, it->money, it->attempt.at };

	if (*it->customer_id != '\0')
		card_user_put(it->users, &user);
	it->row.body = attempt_encode(it->task->arena, it->with);
	it->row.users = card_users_encode(it->task->arena, it->users);
	task_save(it->task, &card_table, &it->row);
}

/* Telling. */

static bool is_spent(const struct attempt_answer *answer)
{
	return answer->why == ATTEMPT_BUDGET || answer->why == ATTEMPT_UNCOUNTED ||
	       answer->why == ATTEMPT_FORBIDDEN;
}

static struct attempt_answer judge(const struct trial *it, const struct attempt_row *row,
                                   struct money money)
{
	return attempt_judge(it->policy, row, it->failure.network, money, it->now);
}

static void fill(const struct trial *it, const struct attempt_answer *answer,
                 Opsmesh__V1__AttemptBudgetSpent *spent)
{
	struct arena *const arena = it->task->arena;
	const struct policy_head *const head = &it->policy->head;

	spent->network = text_mutable(it->failure.network);
	spent->card = text_mutable(it->failure.fingerprint);
	spent->why = text_mutable(attempt_why_names[answer->why]);
	spent->detail = text_mutable(answer->detail);
	spent->attempts = answer->count;
	if (answer->budget != NULL) {
		spent->most = answer->budget->most;
		spent->within_us = answer->budget->within.us;
	}
	if (time_before(answer->again, TIME_MAX))
		spent->again_at = proto_timestamp(arena, answer->again);
	spent->policy = arena_printf(arena, "%s/%lld", head->id, (long long)head->version);
}

/* Of an attempt of another's who is told hears neither charge nor invoice. */
static enum status tell(const struct trial *it, const char *customer,
                        const struct attempt_answer *answer)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__AttemptBudgetSpent spent = OPSMESH__V1__ATTEMPT_BUDGET_SPENT__INIT;

	fill(it, answer, &spent);
	if (text_equal(customer, it->customer_id)) {
		spent.payment_id = text_mutable(it->failure.charge_id);
		spent.invoice_id = text_mutable(it->failure.invoice_id);
	}
	event.customer_id = text_mutable(customer);
	event.occurred_at = proto_timestamp(it->task->arena, it->at);
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_CARD_SPENT;
	event.card_spent = &spent;
	return task_emit(it->task, &(struct emission){ .topic = OPS_BY_CUSTOMER,
	                                               .key = customer,
	                                               .time = it->at,
	                                               .message = &event.base });
}

/* For the same reason: what forbids it for longer, or for ever, is news. */
static bool is_same(const struct attempt_answer *answer, const struct attempt_answer *other)
{
	return answer->why == other->why &&
	       (answer->why != ATTEMPT_BUDGET || answer->budget == other->budget);
}

/* A budget that counts one amount alone concerns who has tried that. */
static bool was_told(const struct trial *it, const char *customer, const struct money *money,
                     const struct attempt_answer *with)
{
	const struct attempt_answer before = judge(it, it->before, *money);
	const bool by_amount = with->why == ATTEMPT_BUDGET && with->budget->same_amount;

	return is_same(&before, with) &&
	       card_user_known(it->users, customer, by_amount ? money : NULL);
}

/* In *told whether it was. */
static enum status tell_if_news(const struct trial *it, const char *customer,
                                const struct money *money, bool *told)
{
	const struct attempt_answer with = judge(it, it->with, *money);

	*told = is_spent(&with) && !was_told(it, customer, money, &with);
	return *told ? tell(it, customer, &with) : STATUS_OK;
}

static enum status tell_own(const struct trial *it)
{
	bool told;

	return *it->customer_id != '\0' ? tell_if_news(it, it->customer_id, &it->money, &told)
	                                : STATUS_OK;
}

/* Whoever tries several amounts hears it once. */
static enum status tell_others(const struct trial *it)
{
	const char *heard = it->customer_id;

	for (size_t i = 0; i < it->users->count; i++) {
		const struct card_user *const user = &it->users->list[i];
		bool told = false;

		if (!text_equal(user->customer_id, heard) &&
		    !text_equal(user->customer_id, it->customer_id))
			TRY(tell_if_news(it, user->customer_id, &user->money, &told));
		if (told)
			heard = user->customer_id;
	}
	return STATUS_OK;
}

enum status card_on_mirrored(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const Opsmesh__V1__ByCardEvent *const event = (const void *)task->message;
	struct trial it = { .task = task,
		            .customer_id = mirrored->customer_id,
		            .row = { .card = event->card } };

	TRY(task_key(task, "card", event->card, CARD_KEY_MAX));
	if (!proto_instant(event->occurred_at, &it.at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	if (!read_attempt(&it, mirrored))
		return STATUS_OK;
	TRY(load(&it));
	count(&it);
	TRY(tell_own(&it));
	TRY(tell_others(&it));
	save(&it);
	return STATUS_OK;
}

void card_need(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ByCardEvent *const event = (const void *)message;

	task_need(task, &card_table, &(struct card_row){ .card = event->card });
}
