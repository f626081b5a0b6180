#include "services/billing-sync/invoice/invoice.h"

#include "common/base/text.h"
#include "services/billing-sync/rule/stripe.h"

#include <stdlib.h>
#include <string.h>

static bool inside(const struct json_place *object, const char *field, struct json_place *result,
                   struct json_error *error)
{
	*result = (struct json_place){ .above = object, .field = field };
	return !json_has(object, field) || json_object_at(object, field, result, error);
}

static bool figures_read(const struct json_place *object, struct invoice *invoice,
                         struct json_error *error)
{
	static const struct {
		const char *field;
		bool negative;
	} rows[] = {
#define ON(name, field_, negative_) [INVOICE_##name] = { field_, negative_ },
		INVOICE_AMOUNTS(ON)
#undef ON
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (!invoice_amount_if(object, rows[i].field,
		                       rows[i].negative ? -INVOICE_AMOUNT_MAX : 0,
		                       &invoice->figures[i], error))
			return false;
	return true;
}

/* Since 2025-03 the parent says whose it is, where it is a subscription. */
static bool subscription_read(struct arena *arena, const struct json_place *object,
                              struct invoice *invoice, struct json_error *error)
{
	struct json_place parent;
	struct json_place details;
	const char *type;

	if (!stripe_id_if(arena, object, "subscription", &invoice->subscription, error) ||
	    !inside(object, "parent", &parent, error) ||
	    !stripe_word_if(arena, &parent, "type", &type, error))
		return false;
	if (invoice->subscription[0] != '\0' || !text_equal(type, "subscription_details"))
		return true;
	return inside(&parent, "subscription_details", &details, error) &&
	       stripe_id_if(arena, &details, "subscription", &invoice->subscription, error);
}

/* When it counts: as it says itself, else when it was finalised, else when it was made. */
static bool issued_read(const struct json_place *object, struct invoice *invoice,
                        struct json_error *error)
{
	struct json_place moves;
	bool has[3] = { false };
	struct instant at[3];

	if (!inside(object, "status_transitions", &moves, error) ||
	    !stripe_time_if(object, "effective_at", &has[0], &at[0], error) ||
	    !stripe_time_if(&moves, "finalized_at", &has[1], &at[1], error) ||
	    !stripe_time_if(object, "created", &has[2], &at[2], error))
		return false;
	for (size_t i = 0; i < COUNT_OF(has) && !invoice->has_issued; i++) {
		invoice->has_issued = has[i];
		invoice->issued = has[i] ? at[i] : invoice->issued;
	}
	invoice->drawn = has[2] ? at[2] : (struct instant){ 0 };
	return true;
}

/* When it became what it is. */
static bool moved_read(const struct json_place *object, struct invoice *invoice,
                       struct json_error *error)
{
	static const struct {
		const char *status;
		const char *field;
	} rows[] = { { "paid", "paid_at" },
		     { "void", "voided_at" },
		     { "uncollectible", "marked_uncollectible_at" } };
	struct json_place moves;

	if (!inside(object, "status_transitions", &moves, error) ||
	    !json_switch_if(object, "paid_out_of_band", &invoice->outside, error))
		return false;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (text_equal(invoice->status, rows[i].status))
			return stripe_time_if(&moves, rows[i].field, &invoice->has_moved,
			                      &invoice->moved, error);
	return true;
}

static bool period_read(const struct json_place *object, struct invoice *invoice,
                        struct json_error *error)
{
	bool has_start = false;
	bool has_end = false;

	if (!stripe_time_if(object, "period_start", &has_start, &invoice->period_start, error) ||
	    !stripe_time_if(object, "period_end", &has_end, &invoice->period_end, error))
		return false;
	invoice->has_period = has_start && has_end;
	if (invoice->has_period && time_before(invoice->period_end, invoice->period_start))
		return json_refuse(object, "period_end", error, "is before period_start");
	return true;
}

static bool place_read(struct arena *arena, const struct json_place *object,
                       struct invoice *invoice, struct json_error *error)
{
	struct json_place address;
	const char *exempt;

	if (!inside(object, "customer_address", &address, error) ||
	    !stripe_word_if(arena, &address, "country", &invoice->country, error) ||
	    !stripe_word_if(arena, &address, "state", &invoice->state, error) ||
	    !stripe_word_if(arena, object, "customer_tax_exempt", &exempt, error))
		return false;
	invoice->exempt = text_equal(exempt, "exempt") || text_equal(exempt, "reverse");
	return true;
}

static bool reductions_read(struct arena *arena, const struct json_place *object,
                            struct invoice *invoice, struct json_error *error)
{
	struct json_place discounts;

	if (!json_array_if(object, "discounts", INVOICE_DISCOUNTS_MAX, &discounts, error))
		return false;
	invoice->discounted = json_count(&discounts) > 0 || json_has(object, "discount");
	return invoice_sum_if(object, "total_discount_amounts", NULL, &invoice->discounts, error) &&
	       invoice_sum_if(object, "total_pretax_credit_amounts", "credit_balance_transaction",
	                      &invoice->grants, error) &&
	       invoice_taxes_read(arena, object, "total_tax_amounts", "total_taxes",
	                          &invoice->taxes, error);
}

/* Lines. */

struct numbered {
	const char *id;
	size_t index;
};

static int by_id(const void *a, const void *b)
{
	const struct numbered *const left = a;
	const struct numbered *const right = b;
	const int order = strcmp(left->id, right->id);

	if (order != 0)
		return order;
	return (left->index > right->index) - (left->index < right->index);
}

/* Pages of a list that overlap would count a line twice. */
static bool each_once(struct arena *arena, const struct json_place *data,
                      const struct invoice *invoice, struct json_error *error)
{
	struct numbered *const ids =
	    arena_alloc(arena, (invoice->line_count + 1) * sizeof(struct numbered));

	for (size_t i = 0; i < invoice->line_count; i++)
		ids[i] = (struct numbered){ invoice->lines[i].id, i };
	qsort(ids, invoice->line_count, sizeof(*ids), by_id);
	for (size_t i = 1; i < invoice->line_count; i++) {
		const struct json_place line = json_item(data, ids[i].index);

		if (text_equal(ids[i].id, ids[i - 1].id))
			return json_refuse(&line, "id", error, "is another line's already");
	}
	return true;
}

static bool cut_read(const struct json_place *list, struct invoice *invoice,
                     struct json_error *error)
{
	int64_t total = (int64_t)invoice->line_count;

	if (!json_switch_if(list, "has_more", &invoice->cut, error) ||
	    !json_integer_if(list, "total_count", 0, INT64_MAX, &total, error))
		return false;
	invoice->cut = invoice->cut || total > (int64_t)invoice->line_count;
	return true;
}

static bool lines_read(struct arena *arena, const struct json_place *object,
                       struct invoice *invoice, struct json_error *error)
{
	struct json_place list;
	struct json_place data;

	if (!inside(object, "lines", &list, error) ||
	    !json_array_if(&list, "data", INVOICE_LINES_MAX, &data, error))
		return false;
	invoice->has_lines = json_has(&list, "data");
	invoice->line_count = json_count(&data);
	invoice->lines = arena_zero(arena, (invoice->line_count + 1) * sizeof(*invoice->lines));
	for (size_t i = 0; i < invoice->line_count; i++) {
		const struct json_place line = json_item(&data, i);

		if (!invoice_line_read(arena, &line, invoice->currency, invoice->live,
		                       &invoice->lines[i], error))
			return false;
	}
	return each_once(arena, &data, invoice, error) && cut_read(&list, invoice, error);
}

static bool head_read(struct arena *arena, const struct json_place *object, struct invoice *invoice,
                      struct json_error *error)
{
	static const char *const kinds[] = { "invoice", NULL };
	const char *id;
	int kind;

	if (!json_word_at(object, "object", kinds, &kind, error) ||
	    !json_text_at(object, "id", STRIPE_ID_MAX, &id, error) ||
	    !stripe_currency_at(object, "currency", invoice->currency, error) ||
	    !invoice_flag_if(object, "livemode", &invoice->live, error) ||
	    !stripe_word_if(arena, object, "status", &invoice->status, error) ||
	    !stripe_word_if(arena, object, "billing_reason", &invoice->reason, error) ||
	    !stripe_id_if(arena, object, "customer", &invoice->customer, error))
		return false;
	invoice->id = arena_string(arena, id);
	return true;
}

bool invoice_read(struct arena *arena, const struct json_place *object, struct invoice *invoice,
                  struct json_error *error)
{
	struct invoice read = { .live = INVOICE_UNSAID };

	if (!head_read(arena, object, &read, error) ||
	    !subscription_read(arena, object, &read, error) || !issued_read(object, &read, error) ||
	    !moved_read(object, &read, error) || !period_read(object, &read, error) ||
	    !place_read(arena, object, &read, error) || !figures_read(object, &read, error) ||
	    !reductions_read(arena, object, &read, error) ||
	    !lines_read(arena, object, &read, error))
		return false;
	*invoice = read;
	return true;
}
