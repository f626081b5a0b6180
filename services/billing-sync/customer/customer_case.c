/*
 * What does not add up for a customer, as cases: opened, grown, healed, escalated by age.
 */
#include "services/billing-sync/customer/customer_case_inside.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/entry/figure.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"

#define PARTS_MAX 100 /* of one case: 6400 objects */

static const struct column columns[] = {
	COLUMN(struct case_row, customer_id),     COLUMN(struct case_row, discrepancy_id),
	COLUMN(struct case_row, cause),           COLUMN(struct case_row, state),
	COLUMN(struct case_row, opened_at),       COLUMN(struct case_row, body),
	COLUMN(struct case_row, owner),           COLUMN(struct case_row, acknowledged_by),
	COLUMN(struct case_row, acknowledged_at), COLUMN_END,
};
const struct state_table case_table = { .name = "discrepancy",
	                                .columns = columns,
	                                .key_columns = 2,
	                                .row_size = sizeof(struct case_row) };
const struct state_table balance_case_table = { .name = "balance_discrepancy",
	                                        .columns = columns,
	                                        .key_columns = 2,
	                                        .row_size = sizeof(struct case_row) };

const struct state_table *case_home(const struct task *task)
{
	return task_has(task, &case_table) ? &case_table : &balance_case_table;
}

/* Rows. */

static const char *state_word(const struct discrepancy *discrepancy)
{
	static const char *const words[DISCREPANCY_STATES] = { "new", "open", "healed",
		                                               "explained" };

	return words[discrepancy->state];
}

/* NULL: nobody. */
static const char *named(const char *who)
{
	return *who != '\0' ? who : NULL;
}

static void rule_of(struct matter *it)
{
	it->policy = policies_discrepancy(it->customer->task, it->customer->at);
	it->rule = discrepancy_rule_of(it->policy, it->discrepancy->cause);
}

enum status case_open(struct customer *customer, const char *id, struct matter *it, bool *known)
{
	static const struct discrepancy_evidence nothing = { .object = "" };
	struct task *const task = customer->task;
	struct case_row row = { .customer_id = customer->row.customer_id, .discrepancy_id = id };

	*it = (struct matter){ .customer = customer,
		               .id = id,
		               .sentence = "",
		               .evidence = &nothing,
		               .discrepancy = arena_alloc(task->arena, sizeof(*it->discrepancy)) };
	*known = task_load(task, case_home(task), &row);
	if (!*known)
		return STATUS_OK;
	if (!discrepancy_decode(task->arena, row.body, it->discrepancy))
		return task_fail(task, STATUS_FATAL, "%s: its row cannot be read", id);
	rule_of(it);
	return STATUS_OK;
}

/* A root is made of an id and of words beside it, and an id may be as long as a root. */
static const char *within(struct arena *arena, const char *root)
{
	const struct bytes whole = bytes_of(root);
	uint8_t digest[DIGEST_SIZE];

	if (whole.size <= DISCREPANCY_TEXT_MAX)
		return root;
	digest_sha256(whole, digest);
	return text_hex(arena, (struct bytes){ digest, sizeof(digest) });
}

static struct case_row row_of(struct task *task, struct discrepancy *of)
{
	char id[DISCREPANCY_ID_SIZE];

	return (struct case_row){ .customer_id = of->customer,
		                  .discrepancy_id =
		                      arena_string(task->arena, discrepancy_id(of, id)) };
}

void customer_need_case(struct task *task, const char *key, const char *cause, const char *root)
{
	struct discrepancy of;

	discrepancy_init(&of, key, cause, within(task->arena, root), 0);
	const struct case_row row = row_of(task, &of);

	task_need(task, case_home(task), &row);
}

static enum status load(struct matter *it, const char *cause, const char *root, uint32_t part)
{
	struct task *const task = it->customer->task;

	it->discrepancy = arena_alloc(task->arena, sizeof(*it->discrepancy));
	discrepancy_init(it->discrepancy, it->customer->row.customer_id, cause,
	                 within(task->arena, root), part);
	struct case_row row = row_of(task, it->discrepancy);

	it->id = row.discrepancy_id;
	if (task_load(task, case_home(task), &row) &&
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

	if (!task_load(task, case_home(task), &row) ||
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

void case_save(struct matter *it)
{
	struct task *const task = it->customer->task;
	const char *const key =
	    arena_printf(task->arena, "%s/%s", it->customer->row.customer_id, it->id);
	struct instant due;

	add_unexplained(it);
	task_save(task, case_home(task),
	          &(struct case_row){ .customer_id = it->customer->row.customer_id,
	                              .discrepancy_id = it->id,
	                              .cause = it->discrepancy->cause,
	                              .state = state_word(it->discrepancy),
	                              .opened_at = it->discrepancy->opened_at,
	                              .body = discrepancy_encode(task->arena, it->discrepancy),
	                              .owner = named(it->discrepancy->owner),
	                              .acknowledged_by = named(it->discrepancy->acknowledged_by),
	                              .acknowledged_at = it->discrepancy->acknowledged_at });
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

/* What is no money is counted; money may have been. */
static int64_t count_of(const struct matter *it, int64_t figure, int64_t beside)
{
	return it->evidence->currency[0] == '\0' ? figure : beside;
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
	opened.expected_count = count_of(it, it->evidence->expected, it->expected_count);
	opened.found_count = count_of(it, it->evidence->found, it->found_count);
	opened.object_ids = arena_alloc(arena, (found->count + 1) * sizeof(*opened.object_ids));
	for (size_t i = 0; i < found->count; i++)
		opened.object_ids[opened.n_object_ids++] = text_mutable(found->evidence[i].object);
	opened.severity = (Opsmesh__V1__Priority)it->rule->severity;
	opened.queue = text_mutable(it->rule->queue);
	opened.sentence = text_mutable(it->sentence);
	opened.policy = arena_printf(arena, "%s/%lld", it->policy->head.id,
	                             (long long)it->policy->head.version);
	opened.again = found->openings > 1;
	opened.owner = text_mutable(found->owner);
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
	moved.expected_count = count_of(it, it->evidence->expected, it->expected_count);
	moved.found_count = count_of(it, it->evidence->found, it->found_count);
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
	escalated.owner = text_mutable(it->discrepancy->owner);
	escalated.acknowledged_by = text_mutable(it->discrepancy->acknowledged_by);
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
	case DISCREPANCY_MOVE_ACKNOWLEDGED:
	case DISCREPANCY_MOVE_ASSIGNED:
	case DISCREPANCY_MOVE_FULL:
	default: return STATUS_OK;
	}
}

static enum status settle(struct matter *it, enum discrepancy_move move)
{
	if (move == DISCREPANCY_MOVE_NONE || move == DISCREPANCY_MOVE_FULL)
		return STATUS_OK;
	case_save(it);
	return say(it, move);
}

/* What others call. */

enum status customer_observe(struct customer *it, const struct finding *finding)
{
	struct matter matter = { .customer = it,
		                 .sentence = finding->sentence,
		                 .evidence = &finding->evidence,
		                 .expected_count = finding->expected_count,
		                 .found_count = finding->found_count };
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

/* By age: the key is "<customer>/<discrepancy id>". */

static struct case_row row_of_key(struct task *task, const char *key)
{
	const struct customer_timer timer = customer_timer_of(task, key);

	return (struct case_row){ .customer_id = timer.customer, .discrepancy_id = timer.about };
}

enum status customer_on_age(struct task *task, const char *key)
{
	const struct case_row row = row_of_key(task, key);
	struct customer customer = { .task = task,
		                     .cause_id = "",
		                     .at = task->due,
		                     .row = { .customer_id = row.customer_id } };
	struct matter matter;
	bool known;

	if (task_has(task, &customer_table))
		(void)task_load(task, &customer_table, &customer.row);
	TRY(case_open(&customer, row.discrepancy_id, &matter, &known));
	if (!known)
		return task_fail(task, STATUS_FATAL, "timer %s: its case is gone", key);
	return settle(&matter, discrepancy_escalate(matter.discrepancy, matter.rule, task->due));
}

void customer_need_age(struct task *task, const char *key)
{
	const struct case_row row = row_of_key(task, key);

	if (task_has(task, &customer_table))
		task_need(task, &customer_table,
		          &(struct customer_row){ .customer_id = row.customer_id });
	task_need(task, case_home(task), &row);
}
