/*
 * What does not add up for a customer, as cases: opened, grown, healed, escalated by age.
 */
#include "services/billing-sync/customer_action.h"
#include "services/billing-sync/figure.h"
#include "services/billing-sync/policies.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <string.h>

#define PARTS_MAX 100 /* of one case: 6400 objects */

static const struct column columns[] = {
	COLUMN(struct case_row, customer_id),
	COLUMN(struct case_row, discrepancy_id),
	COLUMN(struct case_row, cause),
	COLUMN(struct case_row, state),
	COLUMN(struct case_row, opened_at),
	COLUMN(struct case_row, body),
	COLUMN_END,
};
const struct state_table case_table = { .name = "discrepancy",
	                                .columns = columns,
	                                .key_columns = 2,
	                                .row_size = sizeof(struct case_row) };
const struct state_table balance_case_table = { .name = "balance_discrepancy",
	                                        .columns = columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct case_row) };

static const struct state_table *home(const struct task *task)
{
	return task_has(task, &case_table) ? &case_table : &balance_case_table;
}

/* One case at hand. */
struct matter {
	struct customer *customer;
	const struct discrepancy_policy *policy;
	const struct discrepancy_rule *rule;
	struct discrepancy *discrepancy;
	const char *id;
	const char *sentence;
	const struct discrepancy_evidence
	    *evidence; /* that was observed; of clearing the object alone */
};

/* Rows. */

static const char *state_word(const struct discrepancy *discrepancy)
{
	static const char *const words[DISCREPANCY_STATES] = { "new", "open", "healed",
		                                               "explained" };

	return words[discrepancy->state];
}

static void rule_of(struct matter *it)
{
	it->policy = policies_discrepancy(it->customer->task, it->customer->at);
	it->rule = discrepancy_rule_of(it->policy, it->discrepancy->cause);
}

static enum status load(struct matter *it, const char *cause, const char *root, uint32_t part)
{
	struct task *const task = it->customer->task;
	char id[DISCREPANCY_ID_SIZE];
	struct case_row row = { .customer_id = it->customer->row.customer_id };

	it->discrepancy = arena_alloc(task->arena, sizeof(*it->discrepancy));
	discrepancy_init(it->discrepancy, row.customer_id, cause, root, part);
	it->id = arena_string(task->arena, discrepancy_id(it->discrepancy, id));
	row.discrepancy_id = it->id;
	if (task_load(task, home(task), &row) &&
	    !discrepancy_decode(task->arena, row.body, it->discrepancy))
		return task_fail(task, STATUS_FATAL, "%s: its row cannot be read", it->id);
	rule_of(it);
	return STATUS_OK;
}

/* Evidence is in the provider's units, the books are not; a part of a unit is a whole one that is off. */
static int64_t units_of(const struct currency_policy *policy, const struct discrepancy_total *total)
{
	int64_t times;
	int64_t per;
	int64_t minor;

	currency_scale(policy, total->currency, &times, &per);
	if (__builtin_mul_overflow(total->minor, times, &minor))
		return INT64_MAX;
	return minor / per + (minor % per > 0);
}

/* By the document of when it opened, so that what was added is what is taken away. */
static const struct discrepancy_totals *totals_of(struct task *task, const struct discrepancy *of)
{
	struct discrepancy_totals *const totals = arena_zero(task->arena, sizeof(*totals));
	const struct currency_policy *const policy = policies_currency(task, of->opened_at);

	discrepancy_totals_add(totals, of, 1);
	for (size_t i = 0; i < totals->count; i++)
		totals->items[i].minor = units_of(policy, &totals->items[i]);
	return totals;
}

static int64_t total_in(const struct discrepancy_totals *totals, const char *currency)
{
	for (size_t i = 0; i < totals->count; i++)
		if (text_equal(totals->items[i].currency, currency))
			return totals->items[i].minor;
	return 0;
}

/* What is unexplained in all, by what this case adds to it and what it did before. */
static void add_unexplained(const struct matter *it)
{
	struct task *const task = it->customer->task;
	struct discrepancy *const before = arena_alloc(task->arena, sizeof(*before));
	struct case_row row = { .customer_id = it->customer->row.customer_id,
		                .discrepancy_id = it->id };

	if (!task_load(task, home(task), &row) ||
	    !discrepancy_decode(task->arena, row.body, before))
		*before = (struct discrepancy){ .count = 0 };
	const struct discrepancy_totals *const was = totals_of(task, before);
	const struct discrepancy_totals *const is = totals_of(task, it->discrepancy);
	for (size_t i = 0; i < is->count; i++)
		figure_add(task, is->items[i].currency, FIGURE_UNEXPLAINED, 0,
		           is->items[i].minor - total_in(was, is->items[i].currency));
	for (size_t i = 0; i < was->count; i++)
		if (total_in(is, was->items[i].currency) == 0)
			figure_add(task, was->items[i].currency, FIGURE_UNEXPLAINED, 0,
			           -was->items[i].minor);
}

static void save(struct matter *it)
{
	struct task *const task = it->customer->task;
	const char *const key =
	    arena_printf(task->arena, "%s/%s", it->customer->row.customer_id, it->id);
	struct instant due;

	add_unexplained(it);
	task_save(task, home(task),
	          &(struct case_row){ .customer_id = it->customer->row.customer_id,
	                              .discrepancy_id = it->id,
	                              .cause = it->discrepancy->cause,
	                              .state = state_word(it->discrepancy),
	                              .opened_at = it->discrepancy->opened_at,
	                              .body = discrepancy_encode(task->arena, it->discrepancy) });
	if (discrepancy_due(it->discrepancy, it->rule, &due))
		task_timer_set(task, CUSTOMER_TIMER_AGE, key, due);
	else
		task_timer_clear(task, CUSTOMER_TIMER_AGE, key);
}

/* Facts. */

/* NULL: it is no money, or the provider's integer cannot be said as such. */
static Opsmesh__V1__Money *money_of(const struct matter *it, int64_t amount)
{
	struct task *const task = it->customer->task;
	char reason[CURRENCY_REASON_SIZE];
	struct money money;
	Opsmesh__V1__Money *made;

	if (it->evidence->currency[0] == '\0' ||
	    !currency_read(policies_currency(task, it->customer->at), it->evidence->currency,
	                   amount, &money, reason))
		return NULL;
	made = arena_alloc(task->arena, sizeof(*made));
	opsmesh__v1__money__init(made);
	made->minor = money.minor;
	made->currency = arena_string(task->arena, money.currency);
	return made;
}

static enum status say_opened(const struct matter *it)
{
	struct arena *const arena = it->customer->task->arena;
	const struct discrepancy *const found = it->discrepancy;
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DiscrepancyOpened opened = OPSMESH__V1__DISCREPANCY_OPENED__INIT;

	opened.discrepancy_id = text_mutable(it->id);
	opened.cause = text_mutable(found->cause);
	opened.expected = money_of(it, it->evidence->expected);
	opened.found = money_of(it, it->evidence->found);
	if (it->evidence->currency[0] == '\0') {
		opened.expected_count = it->evidence->expected;
		opened.found_count = it->evidence->found;
	}
	opened.object_ids = arena_alloc(arena, (found->count + 1) * sizeof(*opened.object_ids));
	for (size_t i = 0; i < found->count; i++)
		opened.object_ids[opened.n_object_ids++] = text_mutable(found->evidence[i].object);
	opened.severity = (Opsmesh__V1__Priority)it->rule->severity;
	opened.queue = text_mutable(it->rule->queue);
	opened.sentence = text_mutable(it->sentence);
	opened.policy = arena_printf(arena, "%s/%lld", it->policy->head.id,
	                             (long long)it->policy->head.version);
	opened.again = found->openings > 1;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_OPENED;
	event.discrepancy_opened = &opened;
	return customer_say(it->customer, &event);
}

static enum status say_moved(const struct matter *it, bool grown)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DiscrepancyMoved moved = OPSMESH__V1__DISCREPANCY_MOVED__INIT;

	moved.discrepancy_id = text_mutable(it->id);
	moved.cause = text_mutable(it->discrepancy->cause);
	moved.object_id = text_mutable(it->evidence->object);
	moved.expected = money_of(it, it->evidence->expected);
	moved.found = money_of(it, it->evidence->found);
	if (it->evidence->currency[0] == '\0') {
		moved.expected_count = it->evidence->expected;
		moved.found_count = it->evidence->found;
	}
	moved.objects = (int64_t)it->discrepancy->count;
	event.fact_case = grown ? OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_GROWN
	                        : OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_SHRUNK;
	event.discrepancy_grown = &moved;
	return customer_say(it->customer, &event);
}

static enum status say_healed(const struct matter *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DiscrepancyHealed healed = OPSMESH__V1__DISCREPANCY_HEALED__INIT;

	healed.discrepancy_id = text_mutable(it->id);
	healed.cause = text_mutable(it->discrepancy->cause);
	healed.object_id = text_mutable(it->evidence->object);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_HEALED;
	event.discrepancy_healed = &healed;
	return customer_say(it->customer, &event);
}

static enum status say_escalated(const struct matter *it)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DiscrepancyEscalated escalated = OPSMESH__V1__DISCREPANCY_ESCALATED__INIT;

	escalated.discrepancy_id = text_mutable(it->id);
	escalated.cause = text_mutable(it->discrepancy->cause);
	escalated.level = it->discrepancy->level;
	escalated.severity = (Opsmesh__V1__Priority)it->rule->severity;
	escalated.queue = text_mutable(it->rule->queue);
	escalated.opened_at =
	    proto_timestamp(it->customer->task->arena, it->discrepancy->opened_at);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DISCREPANCY_ESCALATED;
	event.discrepancy_escalated = &escalated;
	return customer_say(it->customer, &event);
}

static enum status say(const struct matter *it, enum discrepancy_move move)
{
	switch (move) {
	case DISCREPANCY_MOVE_OPENED: return say_opened(it);
	case DISCREPANCY_MOVE_GROWN: return say_moved(it, true);
	case DISCREPANCY_MOVE_SHRUNK: return say_moved(it, false);
	case DISCREPANCY_MOVE_HEALED: return say_healed(it);
	case DISCREPANCY_MOVE_ESCALATED: return say_escalated(it);
	case DISCREPANCY_MOVE_NONE:
	case DISCREPANCY_MOVE_EXPLAINED:
	case DISCREPANCY_MOVE_FULL:
	default: return STATUS_OK;
	}
}

static enum status settle(struct matter *it, enum discrepancy_move move)
{
	if (move == DISCREPANCY_MOVE_NONE || move == DISCREPANCY_MOVE_FULL)
		return STATUS_OK;
	save(it);
	return say(it, move);
}

/* What others call. */

enum status customer_observe(struct customer *it, const struct finding *finding)
{
	struct matter matter = { .customer = it,
		                 .sentence = finding->sentence,
		                 .evidence = &finding->evidence };
	enum discrepancy_move move = DISCREPANCY_MOVE_FULL;

	for (uint32_t part = 0; part < PARTS_MAX && move == DISCREPANCY_MOVE_FULL; part++) {
		TRY(load(&matter, finding->cause, finding->root, part));
		move = discrepancy_observe(matter.discrepancy, &finding->evidence, it->at);
	}
	return settle(&matter, move);
}

enum status customer_clear(struct customer *it, const char *cause, const char *root,
                           const char *object)
{
	const struct discrepancy_evidence evidence = { .object = object };
	struct matter matter = { .customer = it, .sentence = "", .evidence = &evidence };
	enum discrepancy_move move = DISCREPANCY_MOVE_NONE;
	uint32_t part = 0;

	do {
		TRY(load(&matter, cause, root, part));
		move = discrepancy_clear(matter.discrepancy, object, it->at);
	} while (move == DISCREPANCY_MOVE_NONE &&
	         matter.discrepancy->count == DISCREPANCY_EVIDENCE_MAX && ++part < PARTS_MAX);
	return settle(&matter, move);
}

/* Explaining. */

static enum status say_explained(struct matter *it, const struct order *order)
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

static Opsmesh__V1__RefusalCode code_of(const struct matter *it)
{
	if (it->discrepancy->state != DISCREPANCY_OPEN)
		return OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_ILLEGAL_MOVE;
	return it->rule->explainable ? OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID
	                             : OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NOT_ALLOWED;
}

static bool has_words(const Opsmesh__V1__PersonalText *reason)
{
	if (reason == NULL)
		return false;
	return reason->content_case != OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT ||
	       (reason->text != NULL && *reason->text != '\0');
}

/* The words are personal: what is kept is which action has them. */
enum status customer_explain(struct order *order)
{
	const struct discrepancy_evidence nothing = { .object = "" };
	const Opsmesh__V1__Actor *const by = order->requested->by;
	struct task *const task = order->customer.task;
	struct matter matter = { .customer = &order->customer,
		                 .id = order->requested->on->id,
		                 .sentence = "",
		                 .evidence = &nothing };
	struct case_row row = { .customer_id = order->customer.row.customer_id,
		                .discrepancy_id = matter.id };
	const bool worded = has_words(order->requested->reason);
	const char *refusal;

	matter.discrepancy = arena_alloc(task->arena, sizeof(*matter.discrepancy));
	if (!task_load(task, home(task), &row))
		return order_refuse(order, OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNKNOWN_SUBJECT,
		                    "on.id", "There is no such discrepancy.");
	if (!discrepancy_decode(task->arena, row.body, matter.discrepancy))
		return task_fail(task, STATUS_FATAL, "%s: its row cannot be read", matter.id);
	rule_of(&matter);
	if (discrepancy_explain(matter.discrepancy, matter.rule, by != NULL ? by->principal : "",
	                        worded ? order->action->action_id : "", order->customer.at,
	                        &refusal) == DISCREPANCY_MOVE_NONE)
		return order_refuse(order, code_of(&matter), worded ? "on.id" : "reason", refusal);
	save(&matter);
	TRY(say_explained(&matter, order));
	return order_apply(order);
}

/* By age: the key is "<customer>/<discrepancy id>". */

static struct case_row row_of_key(struct task *task, const char *key)
{
	const size_t size = strcspn(key, "/");

	return (struct case_row){ .customer_id = arena_text(task->arena, key, size),
		                  .discrepancy_id = key[size] == '/' ? key + size + 1 : "" };
}

enum status customer_on_age(struct task *task, const char *key)
{
	struct case_row row = row_of_key(task, key);
	struct customer customer = { .task = task,
		                     .cause_id = "",
		                     .at = task->due,
		                     .row = { .customer_id = row.customer_id } };
	const struct discrepancy_evidence nothing = { .object = "" };
	struct matter matter = { .customer = &customer,
		                 .id = row.discrepancy_id,
		                 .sentence = "",
		                 .evidence = &nothing };

	matter.discrepancy = arena_alloc(task->arena, sizeof(*matter.discrepancy));
	if (task_has(task, &customer_table))
		(void)task_load(task, &customer_table, &customer.row);
	if (!task_load(task, home(task), &row) ||
	    !discrepancy_decode(task->arena, row.body, matter.discrepancy))
		return task_fail(task, STATUS_FATAL, "timer %s: its row cannot be read", key);
	rule_of(&matter);
	return settle(&matter, discrepancy_escalate(matter.discrepancy, matter.rule, task->due));
}

void customer_need_age(struct task *task, const char *key)
{
	const struct case_row row = row_of_key(task, key);

	if (task_has(task, &customer_table))
		task_need(task, &customer_table,
		          &(struct customer_row){ .customer_id = row.customer_id });
	task_need(task, home(task), &row);
}
