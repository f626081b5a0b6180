#include "services/billing-sync/customer/customer_awaited.h"
#include "services/billing-sync/document/policies.h"

#include "common/base/text.h"

#include <string.h>

#define CUSTOMER "customer"

static const struct column columns[] = {
	COLUMN(struct awaited_row, customer_id), COLUMN(struct awaited_row, awaited_id),
	COLUMN(struct awaited_row, type),        COLUMN(struct awaited_row, named_by),
	COLUMN(struct awaited_row, currency),    COLUMN(struct awaited_row, expected),
	COLUMN(struct awaited_row, found),       COLUMN(struct awaited_row, since),
	COLUMN(struct awaited_row, asked),       COLUMN_END,
};
const struct state_table awaited_table = { .name = "awaited",
	                                   .columns = columns,
	                                   .key_columns = 2,
	                                   .row_size = sizeof(struct awaited_row) };

/* Rows. */

static bool load(struct customer *it, const char *id, struct awaited_row *row)
{
	*row = (struct awaited_row){ .customer_id = it->row.customer_id,
		                     .awaited_id = id,
		                     .since = it->at };
	return task_load(it->task, &awaited_table, row);
}

static const char *timer_key(const struct customer *it, const struct awaited_row *row)
{
	return arena_printf(it->task->arena, "%s/%s", it->row.customer_id, row->awaited_id);
}

/* What is to be fetched: of a figure what stands behind its word. */
static const char *object_of(const struct awaited_row *row)
{
	const char *const slash = strrchr(row->awaited_id, '/');

	return row->named_by == NULL && slash != NULL ? slash + 1 : row->awaited_id;
}

static bool is_of(const struct awaited_row *row, const char *figure)
{
	return row->named_by == NULL && text_starts(row->awaited_id, figure);
}

/* The case. */

static const char *cause_of(const struct awaited_row *row)
{
	return is_of(row, AWAITED_LINES "/") ? "lines_cut" : "never_came";
}

static const char *sentence_of(struct arena *arena, const struct awaited_row *row)
{
	static const struct {
		const char *what;
		const char *sentence;
	} rows[] = {
		{ AWAITED_PAID "/", "More of the invoice is paid than known charges pay." },
		{ AWAITED_REFUNDED "/", "More of the charge went back than known refunds give." },
		{ AWAITED_DISPUTED "/", "The charge is disputed, and no dispute is known." },
		{ AWAITED_CREDITED "/",
		  "More of the invoice is credited than known credit notes say." },
		{ AWAITED_LINES "/", "The invoice has more lines than came with it: it is not in "
		                     "the books as it stands." },
	};

	if (text_equal(row->awaited_id, row->customer_id))
		return arena_printf(arena,
		                    "Objects of customer %s have come, and the customer never has.",
		                    row->customer_id);
	if (text_equal(row->type, "price"))
		return arena_printf(
		    arena,
		    "The tiers of price %s, by which %s is billed, have never come: "
		    "what was used is worth nothing yet.",
		    row->awaited_id, row->named_by);
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (is_of(row, rows[i].what))
			return rows[i].sentence;
	return arena_printf(arena, "The %s %s is named by %s, and has never come.", row->type,
	                    row->awaited_id, row->named_by != NULL ? row->named_by : "");
}

static int64_t units(struct customer *it, const struct awaited_row *row, int64_t minor)
{
	struct money money = { .minor = minor };

	if (row->currency == NULL)
		return minor;
	memcpy(money.currency, row->currency, strlen(row->currency) + 1);
	return policies_units(it->task, it->at, money);
}

static enum status observe(struct customer *it, const struct awaited_row *row)
{
	struct finding finding = { .cause = cause_of(row),
		                   .root = row->awaited_id,
		                   .evidence = { .object = object_of(row),
		                                 .expected = units(it, row, row->expected),
		                                 .found = units(it, row, row->found) },
		                   .sentence = sentence_of(it->task->arena, row) };

	if (row->currency != NULL)
		memcpy(finding.evidence.currency, row->currency, strlen(row->currency) + 1);
	return customer_observe(it, &finding);
}

static enum status say_fetch(struct customer *it, const struct awaited_row *row)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__FetchRequested requested = OPSMESH__V1__FETCH_REQUESTED__INIT;

	requested.object_id = text_mutable(object_of(row));
	requested.object_type = text_mutable(row->type);
	requested.cause = OPSMESH__V1__FETCH_CAUSE__FETCH_CAUSE_NAMED;
	requested.named_by = text_mutable(row->named_by != NULL ? row->named_by : object_of(row));
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_FETCH_REQUESTED;
	event.fetch_requested = &requested;
	return customer_say(it, &event);
}

/* What no webhook carries was asked for when it was first named (object_stage.c), and takes its time. */
static bool is_silent(const struct awaited_row *row)
{
	return text_equal(row->type, "balance_transaction");
}

static struct instant due_of(struct customer *it, const struct awaited_row *row)
{
	const struct suspense_policy *const policy = policies_suspense(it->task, row->since);

	if (text_equal(row->type, AWAITED_PAYMENTS))
		return time_add(row->since, policy->payment);
	return time_add(row->since, is_silent(row) ? policy->settle : policy->place);
}

/* Whatever was another: it waits for what is missing, or does no longer. */

static enum status end(struct customer *it, const struct awaited_row *row)
{
	task_timer_clear(it->task, CUSTOMER_TIMER_AWAITED, timer_key(it, row));
	task_remove(it->task, &awaited_table, row);
	return row->asked ? customer_clear(it, cause_of(row), row->awaited_id, object_of(row))
	                  : STATUS_OK;
}

/* More may be known than is shown: what shows it is behind. A balance is the sum of all, and lines are booked. */
static bool is_missing(const struct awaited_row *row)
{
	return is_of(row, AWAITED_BALANCE "/") || is_of(row, AWAITED_LINES "/")
	           ? row->expected != row->found
	           : row->expected > row->found;
}

static enum status follow(struct customer *it, struct awaited_row *row, bool waits)
{
	if (!is_missing(row))
		return waits ? end(it, row) : STATUS_OK;
	row->since = time_earlier(row->since, it->at);
	task_save(it->task, &awaited_table, row);
	if (row->asked)
		return observe(it, row);
	task_timer_set(it->task, CUSTOMER_TIMER_AWAITED, timer_key(it, row), due_of(it, row));
	return STATUS_OK;
}

/* Of what something may have named (customer_named.c): of all else no row is looked for. */
static bool may_be_awaited(const Opsmesh__V1__ObjectMirrored *mirrored)
{
	static const char *const types[] = { "charge", "invoice", "payment_intent", "subscription",
		                             NULL };

	return mirrored->about != NULL || text_among(types, mirrored->object_type);
}

enum status awaited_ends(struct customer *it, const char *id)
{
	struct awaited_row row;

	return load(it, id, &row) ? end(it, &row) : STATUS_OK;
}

enum status awaited_came(struct thing *thing)
{
	return may_be_awaited(thing->mirrored)
	           ? awaited_ends(thing->customer, thing->mirrored->object_id)
	           : STATUS_OK;
}

enum status awaited_figure(struct customer *it, const struct awaited_figure *figure)
{
	const char *const id = arena_printf(it->task->arena, "%s/%s", figure->what, figure->object);
	struct awaited_row row;
	const bool waits = load(it, id, &row);

	row.type = figure->type;
	row.currency = figure->currency;
	row.expected = figure->expected;
	row.found = figure->found;
	return follow(it, &row, waits);
}

enum status awaited_found(struct customer *it, const char *what, const char *object, int64_t found)
{
	const char *const id = arena_printf(it->task->arena, "%s/%s", what, object);
	struct awaited_row row;

	if (!load(it, id, &row) || row.found == found)
		return STATUS_OK;
	row.found = found;
	return follow(it, &row, true);
}

/* So that what it is worth counts in what is unexplained. */
static bool is_told(const struct awaited_row *row, const Opsmesh__V1__Money *worth)
{
	return worth == NULL || (row->currency != NULL && row->expected == worth->minor);
}

static enum status follow_named(struct customer *it, struct awaited_row *row, const char *by,
                                const Opsmesh__V1__Money *worth)
{
	const char *const type = row->type;
	const bool waits = load(it, row->awaited_id, row);

	if (waits && row->asked && is_told(row, worth))
		return STATUS_OK;
	row->type = type;
	row->named_by = waits && strcmp(row->named_by, by) < 0 ? row->named_by : by;
	if (worth != NULL) {
		row->currency = worth->currency;
		row->expected = worth->minor;
	} else if (row->currency == NULL) {
		row->expected = 1;
	}
	return follow(it, row, waits);
}

enum status awaited_named(struct customer *it, const char *type, const char *id, const char *by)
{
	struct awaited_row row = { .awaited_id = id, .type = type };

	return follow_named(it, &row, by, NULL);
}

enum status awaited_object(struct thing *thing, const char *type, const char *id,
                           const Opsmesh__V1__Money *worth)
{
	struct customer *const it = thing->customer;
	struct held_row held = { .customer_id = it->row.customer_id, .object_id = id };
	struct awaited_row row = { .awaited_id = id, .type = type };

	return task_load(it->task, &held_table, &held)
	           ? STATUS_OK
	           : follow_named(it, &row, thing->mirrored->object_id, worth);
}

/* The customer's row tells whether there is anything to do, so that nothing is looked for. */
enum status awaited_customer(struct thing *thing)
{
	struct customer *const it = thing->customer;
	const char *const id = it->row.customer_id;
	const bool named = it->row.named_us != 0;

	if (it->row.came)
		return STATUS_OK;
	if (text_equal(thing->mirrored->object_type, CUSTOMER)) {
		it->row.came = true;
		it->row.named_us = 0;
		task_save(it->task, &customer_table, &it->row);
		return named ? awaited_ends(it, id) : STATUS_OK;
	}
	if (named && it->at.us >= it->row.named_us)
		return STATUS_OK;
	it->row.named_us = it->at.us;
	task_save(it->task, &customer_table, &it->row);
	return awaited_named(it, CUSTOMER, id, id);
}

enum status awaited_within(struct thing *thing, const char *type, const char *id)
{
	struct customer *const it = thing->customer;
	struct held_row held = { .customer_id = it->row.customer_id, .object_id = id };

	if (task_load(it->task, &held_table, &held))
		return STATUS_OK;
	held.type = type;
	task_save(it->task, &held_table, &held);
	return awaited_ends(it, id);
}

/* The timer. */

static void split(struct task *task, const char *key, struct awaited_row *row)
{
	const struct customer_timer timer = customer_timer_of(task, key);

	*row = (struct awaited_row){ .customer_id = timer.customer, .awaited_id = timer.about };
}

enum status customer_on_awaited(struct task *task, const char *key)
{
	struct awaited_row row;

	split(task, key, &row);
	struct customer it = { .task = task,
		               .cause_id = "",
		               .at = task->due,
		               .row = { .customer_id = row.customer_id } };

	(void)task_load(task, &customer_table, &it.row);
	if (!task_load(task, &awaited_table, &row) || row.asked)
		return STATUS_OK;
	row.asked = true;
	task_save(task, &awaited_table, &row);
	if (!is_silent(&row) && !is_of(&row, AWAITED_LINES "/"))
		TRY(say_fetch(&it, &row));
	return observe(&it, &row);
}

void customer_need_awaited(struct task *task, const char *key)
{
	struct awaited_row row;

	split(task, key, &row);
	task_need(task, &customer_table, &(struct customer_row){ .customer_id = row.customer_id });
	task_need(task, &awaited_table, &row);
}
