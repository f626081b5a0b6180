/*
 * Usage, subscriptions, invoices and prices meet here: each is kept, and what it touches is settled.
 */
#include "services/billing-sync/customer_seat/customer_metered_inside.h"

#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/billing-sync/customer/refused.h"
#include "services/billing-sync/document/policies.h"

#include <string.h>

static const struct column tally_columns[] = {
	COLUMN(struct tally_row, customer_id),
	COLUMN(struct tally_row, meter),
	COLUMN(struct tally_row, body),
	COLUMN_END,
};
const struct state_table tally_table = { .name = "usage_tally",
	                                 .columns = tally_columns,
	                                 .key_columns = 2,
	                                 .row_size = sizeof(struct tally_row) };

static const struct column book_columns[] = {
	COLUMN(struct usage_book_row, customer_id),
	COLUMN(struct usage_book_row, item_id),
	COLUMN(struct usage_book_row, body),
	COLUMN_END,
};
const struct state_table usage_book_table = { .name = "usage_book",
	                                      .columns = book_columns,
	                                      .key_columns = 2,
	                                      .row_size = sizeof(struct usage_book_row) };

static const struct column tariff_columns[] = {
	COLUMN(struct tariff_row, price_id),
	COLUMN(struct tariff_row, body),
	COLUMN_END,
};
const struct state_table tariff_table = { .name = "tariff",
	                                  .columns = tariff_columns,
	                                  .key_columns = 1,
	                                  .row_size = sizeof(struct tariff_row) };

/* Rows. */

static enum status open_tally(struct customer *it, const char *meter, struct usage_tally **tally)
{
	struct task *const task = it->task;
	struct tally_row row = { .customer_id = it->row.customer_id, .meter = meter };

	*tally = arena_zero(task->scratch, sizeof(**tally));
	(*tally)->since = TIME_MIN;
	if (!task_load(task, &tally_table, &row) ||
	    usage_tally_decode(task->arena, row.body, *tally))
		return STATUS_OK;
	return task_fail(task, STATUS_FATAL, "usage of %s: its row cannot be read", meter);
}

static void keep_tally(struct customer *it, const char *meter, const struct usage_tally *tally)
{
	task_save(it->task, &tally_table,
	          &(struct tally_row){ .customer_id = it->row.customer_id,
	                               .meter = meter,
	                               .body = usage_tally_encode(it->task->arena, tally) });
}

static enum status open_book(struct customer *it, const char *item, struct usage_book **book,
                             bool *known)
{
	struct task *const task = it->task;
	struct usage_book_row row = { .customer_id = it->row.customer_id, .item_id = item };

	*book = arena_zero(task->scratch, sizeof(**book));
	(*book)->newest = (*book)->since = TIME_MIN;
	*known = task_load(task, &usage_book_table, &row);
	if (!*known || usage_book_decode(task->arena, row.body, *book))
		return STATUS_OK;
	return task_fail(task, STATUS_FATAL, "usage of item %s: its row cannot be read", item);
}

static void keep_book(const struct metered *it)
{
	struct task *const task = it->customer->task;

	task_save(task, &usage_book_table,
	          &(struct usage_book_row){ .customer_id = it->customer->row.customer_id,
	                                    .item_id = it->item,
	                                    .body = usage_book_encode(task->arena, it->book) });
}

/* The item is settled with its facts as they are now. */
static enum status settle_item(struct customer *it, const char *meter,
                               const struct usage_tally *tally, const char *item)
{
	struct metered metered = { .customer = it, .item = item, .tally = tally };
	bool known;

	TRY(open_book(it, item, &metered.book, &known));
	if (!known || !text_equal(metered.book->meter != NULL ? metered.book->meter : "", meter))
		return STATUS_OK;
	TRY(metered_settle(&metered));
	keep_book(&metered);
	return STATUS_OK;
}

/* The tally knows whose meter it is, and what must not be mixed. */
static void link(const struct metered *it, struct usage_tally *tally)
{
	const struct usage_book *const book = it->book;
	const size_t place = usage_tally_item(tally, it->item);

	for (size_t i = 0; i < book->period_count; i++)
		usage_tally_span(tally, book->periods[i].start, book->periods[i].end);
	for (size_t i = 0; i < book->line_count; i++) {
		usage_tally_span(tally, book->lines[i].start, book->lines[i].end);
		if (place != SIZE_MAX)
			tally->items[place].billed_to =
			    time_later(tally->items[place].billed_to, book->lines[i].end);
	}
}

static enum status settle_linked(struct metered *it)
{
	const char *const meter = it->book->meter;
	struct usage_tally *tally;

	TRY(open_tally(it->customer, meter, &tally));
	link(it, tally);
	keep_tally(it->customer, meter, tally);
	it->tally = tally;
	TRY(metered_settle(it));
	keep_book(it);
	return STATUS_OK;
}

/* Usage. */

enum status customer_metered_use(struct customer *it, const char *meter, struct instant at,
                                 int64_t quantity)
{
	struct task *const task = it->task;
	struct zone *const zone = policies_standing(task, task->now).books->zone;
	const int64_t today = recognition_day(zone, task->now);
	struct usage_tally *tally;

	TRY(open_tally(it, meter, &tally));
	if (!usage_tally_add(tally, zone, at, quantity))
		return STATUS_OK;
	keep_tally(it, meter, tally);
	for (size_t i = 0; i < tally->item_count; i++)
		if (recognition_day(zone, at) < today || time_before(at, tally->items[i].billed_to))
			TRY(settle_item(it, meter, tally, tally->items[i].item));
		else
			metered_set_timer(it, tally->items[i].item, meter, metered_day_end(task));
	return STATUS_OK;
}

/* Subscriptions. */

static const struct subscription_item *item_of(const struct subscription *state, const char *id)
{
	for (size_t i = 0; i < state->item_count; i++)
		if (text_equal(state->items[i].id, id))
			return &state->items[i];
	return NULL;
}

/* Also when the subscription has ended with it. */
static bool is_trial(const struct subscription *state, struct instant period_end)
{
	return state->status == SUBSCRIPTION_TRIALING ||
	       (state->trial_end.has && !time_before(state->trial_end.at, period_end));
}

/* What the state says of its period; a subscription that is over has none beyond its end. */
static struct usage_period period_of(const struct customer *it, const struct subscription *state,
                                     const struct subscription_item *item, int64_t revision)
{
	struct usage_period period = { .start = item->period_start.at,
		                       .end = item->period_end.at,
		                       .at = it->at,
		                       .revision = revision,
		                       .price = item->price.id };

	if (state->ended_at.has)
		period.end = time_later(period.start, time_earlier(period.end, state->ended_at.at));
	period.free = is_trial(state, period.end);
	return period;
}

static enum status take_state(struct customer *it, const char *item,
                              const struct usage_state *state)
{
	struct metered metered = { .customer = it, .item = item };
	bool known;

	TRY(open_book(it, item, &metered.book, &known));
	const struct usage_price *const before = usage_book_price(metered.book, state->price->id);

	if (before != NULL && !usage_price_known(before) && usage_price_known(state->price))
		TRY(metered_price_came(&metered, state->price));
	usage_book_state(it->task->arena, metered.book, state);
	return settle_linked(&metered);
}

/* One item of the object, where it is metered and events know its meter. */
static bool read_item(struct customer *it, const struct json_place *place, int64_t revision,
                      const struct subscription *state, enum status *status,
                      struct json_error *error)
{
	struct arena *const arena = it->task->arena;
	struct usage_state made = { .subscription = state->id };
	struct json_place object;
	struct usage_price price;
	const char *id;

	if (!json_text_at(place, "id", STRIPE_ID_MAX, &id, error))
		return false;
	const struct subscription_item *const item = item_of(state, id);

	if (item == NULL || !item->price.metered || !item->period_start.has ||
	    !item->period_end.has)
		return true;
	if (!json_object_at(place, json_has(place, "price") ? "price" : "plan", &object, error) ||
	    !usage_price_read(arena, &object, &price, error))
		return false;
	made.meter = usage_policy_meter(policies_usage(it->task, it->at), price.id, price.meter);
	made.price = &price;
	made.period = period_of(it, state, item, revision);
	if (*made.meter != '\0')
		*status = take_state(it, item->id, &made);
	return true;
}

bool customer_metered_state(struct customer *it, const struct json_place *object, int64_t revision,
                            const struct subscription *state, enum status *status,
                            struct json_error *error)
{
	struct json_place list;
	struct json_place data;
	bool metered = false;

	for (size_t i = 0; i < state->item_count; i++)
		metered = metered || state->items[i].price.metered;
	if (!metered)
		return true;
	if (!json_object_at(object, "items", &list, error) ||
	    !json_array_at(&list, "data", SUBSCRIPTION_ITEMS_MAX, &data, error))
		return false;
	for (size_t i = 0; i < json_count(&data) && *status == STATUS_OK; i++) {
		const struct json_place place = json_item(&data, i);

		if (!read_item(it, &place, revision, state, status, error))
			return false;
	}
	return true;
}

/* Invoices. */

static enum status bill_item(struct customer *it, const char *item, const struct invoice *invoice,
                             bool counts)
{
	struct metered metered = { .customer = it, .item = item };
	bool known;

	TRY(open_book(it, item, &metered.book, &known));
	if (!known && !counts)
		return STATUS_OK;
	usage_book_invoice(it->task->arena, metered.book, item, invoice, counts);
	if (metered.book->meter != NULL)
		return settle_linked(&metered);
	keep_book(&metered);
	return STATUS_OK;
}

/* Of the lines of an item that may be of usage. */
static bool is_first(const struct invoice *invoice, size_t line)
{
	if (!usage_book_bills(invoice, &invoice->lines[line]))
		return false;
	for (size_t i = 0; i < line; i++)
		if (text_equal(invoice->lines[i].item, invoice->lines[line].item) &&
		    usage_book_bills(invoice, &invoice->lines[i]))
			return false;
	return true;
}

enum status customer_metered_invoice(struct customer *it, const struct invoice *invoice,
                                     bool counts)
{
	for (size_t i = 0; i < invoice->line_count; i++)
		if (is_first(invoice, i))
			TRY(bill_item(it, invoice->lines[i].item, invoice, counts));
	return STATUS_OK;
}

/* Prices. */

/* It went everywhere: the shard of its own key says why it cannot be read. */
static enum status refuse_price(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored,
                                const struct json_error *error)
{
	const Opsmesh__V1__ByCustomerEvent *const event = (const void *)task->message;
	const char *const id = mirrored->object_id;
	struct customer it = {
		.task = task,
		.cause_id = arena_text(task->arena, task->event->id.data, task->event->id.size),
		.row = { .customer_id = id },
		.nobody = true,
	};

	if (hash_partition(id, strlen(id), task->partitions) != task->shard_number)
		return STATUS_OK;
	if (!proto_instant(event->occurred_at, &it.at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	return refused_say(&it, mirrored, error->path, error->reason);
}

static bool says(struct bytes payload, const char *text)
{
	return memmem(payload.data, payload.size, text, strlen(text)) != NULL;
}

/* A price of seats that cannot be read is worth nothing here: its subscriptions say why. */
enum status customer_metered_price(struct task *task, const Opsmesh__V1__ObjectMirrored *mirrored)
{
	const struct bytes payload = { mirrored->payload.data, mirrored->payload.len };
	struct tariff_row row = { .price_id = mirrored->object_id };
	AUTO_JSON document = NULL;
	struct usage_price price;
	struct json_error error;

	const bool metered = says(payload, "\"metered\"");

	if (!metered && !says(payload, "\"up_to\":") && !says(payload, "\"divide_by\":"))
		return STATUS_OK;
	if (!json_parse(payload, CUSTOMER_PAYLOAD_MAX, &document, &error))
		return metered ? refuse_price(task, mirrored, &error) : STATUS_OK;
	const struct json_place object = json_top(document);

	if (!usage_price_read(task->arena, &object, &price, &error))
		return metered ? refuse_price(task, mirrored, &error) : STATUS_OK;
	if (!usage_price_known(&price))
		return STATUS_OK;
	row.body = usage_price_encode(task->arena, &price);
	task_save(task, &tariff_table, &row);
	return STATUS_OK;
}

/* A day's end. */

/* "<customer>/<item>/<meter>"; the meter alone may have a slash. */
struct key {
	const char *customer;
	const char *item;
	const char *meter;
};

static struct key key_of(struct task *task, const char *text)
{
	const size_t customer = strcspn(text, "/");
	const char *const rest = text[customer] == '/' ? text + customer + 1 : "";
	const size_t item = strcspn(rest, "/");

	return (struct key){ arena_text(task->arena, text, customer),
		             arena_text(task->arena, rest, item),
		             rest[item] == '/' ? rest + item + 1 : "" };
}

enum status customer_on_metered(struct task *task, const char *key)
{
	const struct key parts = key_of(task, key);
	struct customer customer = { .task = task,
		                     .cause_id = "",
		                     .at = task->due,
		                     .row = { .customer_id = parts.customer } };
	struct usage_tally *tally;

	(void)task_load(task, &customer_table, &customer.row);
	TRY(open_tally(&customer, parts.meter, &tally));
	return settle_item(&customer, parts.meter, tally, parts.item);
}

void customer_need_metered(struct task *task, const char *key)
{
	const struct key parts = key_of(task, key);

	task_need(task, &customer_table, &(struct customer_row){ .customer_id = parts.customer });
	task_need(task, &tally_table,
	          &(struct tally_row){ .customer_id = parts.customer, .meter = parts.meter });
	task_need(task, &usage_book_table,
	          &(struct usage_book_row){ .customer_id = parts.customer, .item_id = parts.item });
}
