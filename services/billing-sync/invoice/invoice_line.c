#include "services/billing-sync/invoice/invoice_line.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "services/billing-sync/rule/stripe.h"

#include <string.h>

#define DECIMAL_TEXT_MAX 40 /* bytes: 16 digits, a point, 12 decimals and room */

/* An object that may be absent, null or a bare id; then there is nothing in it. */
static bool inside(const struct json_place *object, const char *field, struct json_place *result,
                   struct json_error *error)
{
	*result = (struct json_place){ .above = object, .field = field };
	if (!json_has(object, field) || json_is_string(json_object_get(object->value, field)))
		return true;
	return json_object_at(object, field, result, error);
}

bool invoice_amount_if(const struct json_place *object, const char *field, int64_t min,
                       struct invoice_amount *amount, struct json_error *error)
{
	struct invoice_amount read = { .has = json_has(object, field) };

	if (!json_integer_if(object, field, min, INVOICE_AMOUNT_MAX, &read.minor, error))
		return false;
	*amount = read;
	return true;
}

bool invoice_flag_if(const struct json_place *object, const char *field, enum invoice_flag *flag,
                     struct json_error *error)
{
	bool on = false;

	if (!json_has(object, field))
		return true;
	if (!json_switch_if(object, field, &on, error))
		return false;
	*flag = on ? INVOICE_YES : INVOICE_NO;
	return true;
}

bool invoice_sum_if(const struct json_place *object, const char *field, const char *type,
                    struct invoice_amount *sum, struct json_error *error)
{
	struct invoice_amount read = { .has = json_has(object, field) };
	struct json_place list;

	if (!json_array_if(object, field, INVOICE_DISCOUNTS_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);
		const char *kind = "";
		int64_t minor;

		if (!json_integer_at(&item, "amount", -INVOICE_AMOUNT_MAX, INVOICE_AMOUNT_MAX,
		                     &minor, error) ||
		    !json_text_if(&item, "type", STRIPE_WORD_MAX, &kind, error))
			return false;
		read.minor += type == NULL || text_equal(kind, type) ? minor : 0;
	}
	*sum = read;
	return true;
}

/* Taxes. */

/* The place of a rate: from the rate itself where it is expanded. */
static bool rate_read(struct arena *arena, const struct json_place *tax, struct invoice_tax *result,
                      struct json_error *error)
{
	struct json_place details;
	struct json_place rate;

	if (!inside(tax, "tax_rate_details", &details, error))
		return false;
	if (details.value == NULL)
		details = *tax;
	return inside(&details, "tax_rate", &rate, error) &&
	       stripe_id_if(arena, &details, "tax_rate", &result->rate, error) &&
	       stripe_word_if(arena, &rate, "country", &result->country, error) &&
	       stripe_word_if(arena, &rate, "state", &result->state, error);
}

/* Old: a switch `inclusive`. New: a word, which is inclusive or exclusive. */
static bool inclusive_read(const struct json_place *tax, bool *inclusive, struct json_error *error)
{
	static const char *const words[] = { "exclusive", "inclusive", NULL };
	int word;

	if (json_has(tax, "inclusive"))
		return json_switch_at(tax, "inclusive", inclusive, error);
	if (!json_word_at(tax, "tax_behavior", words, &word, error))
		return false;
	*inclusive = word == 1;
	return true;
}

static bool tax_read(struct arena *arena, const struct json_place *tax, struct invoice_tax *result,
                     struct json_error *error)
{
	return json_integer_at(tax, "amount", -INVOICE_AMOUNT_MAX, INVOICE_AMOUNT_MAX,
	                       &result->minor, error) &&
	       inclusive_read(tax, &result->inclusive, error) &&
	       invoice_amount_if(tax, "taxable_amount", -INVOICE_AMOUNT_MAX, &result->taxable,
	                         error) &&
	       rate_read(arena, tax, result, error);
}

bool invoice_taxes_read(struct arena *arena, const struct json_place *object, const char *old_field,
                        const char *new_field, struct invoice_taxes *taxes,
                        struct json_error *error)
{
	const char *const field = json_has(object, new_field) ? new_field : old_field;
	struct invoice_taxes read = { .has = json_has(object, field) };
	struct json_place list;

	if (!json_array_if(object, field, INVOICE_TAXES_MAX, &list, error))
		return false;
	read.count = json_count(&list);
	read.items = arena_zero(arena, (read.count + 1) * sizeof(*read.items));
	for (size_t i = 0; i < read.count; i++) {
		const struct json_place item = json_item(&list, i);

		if (!tax_read(arena, &item, &read.items[i], error))
			return false;
	}
	*taxes = read;
	return true;
}

/* What a unit costs. */

static bool unit_text_if(const struct json_place *place, const char *field,
                         struct invoice_line *line, struct json_error *error)
{
	const char *text = NULL;

	if (line->has_unit || !json_has(place, field))
		return true;
	if (!json_text_if(place, field, DECIMAL_TEXT_MAX, &text, error))
		return false;
	line->has_unit = text != NULL && invoice_decimal_parse(text, &line->unit);
	return line->has_unit ||
	       json_refuse(place, field, error, "must be a decimal number of minor units");
}

static bool unit_whole_if(const struct json_place *place, const char *field,
                          struct invoice_line *line, struct json_error *error)
{
	struct invoice_amount unit = { .has = false };

	if (!invoice_amount_if(place, field, -INVOICE_AMOUNT_MAX, &unit, error))
		return false;
	if (line->has_unit || !unit.has)
		return true;
	line->unit = invoice_decimal_of(unit.minor);
	line->has_unit = true;
	return true;
}

/* A price, or what it was called before: a plan. */
struct price_fields {
	const char *price;
	const char *amount;
	const char *decimal;
};

/* Tiers and packages are no plain units. */
static bool is_plain(const struct json_place *price, const char *scheme)
{
	return (scheme[0] == '\0' || text_equal(scheme, "per_unit")) &&
	       !json_has(price, "transform_quantity") && !json_has(price, "transform_usage");
}

static bool price_read(struct arena *arena, const struct json_place *object,
                       const struct price_fields *fields, struct invoice_line *line,
                       struct json_error *error)
{
	const char *id;
	const char *scheme;
	struct json_place price;

	if (!stripe_id_if(arena, object, fields->price, &id, error) ||
	    !inside(object, fields->price, &price, error) ||
	    !stripe_word_if(arena, &price, "billing_scheme", &scheme, error) ||
	    !unit_text_if(&price, fields->decimal, line, error) ||
	    !unit_whole_if(&price, fields->amount, line, error))
		return false;
	if (line->price[0] == '\0')
		line->price = id;
	line->by_unit = line->by_unit && is_plain(&price, scheme);
	return true;
}

static bool pricing_read(struct arena *arena, const struct json_place *object,
                         struct invoice_line *line, struct json_error *error)
{
	static const struct price_fields now = { "price", "unit_amount", "unit_amount_decimal" };
	static const struct price_fields before = { "plan", "amount", "amount_decimal" };
	struct json_place pricing;
	struct json_place details;

	line->price = "";
	line->by_unit = true;
	return inside(object, "pricing", &pricing, error) &&
	       inside(&pricing, "price_details", &details, error) &&
	       stripe_id_if(arena, &details, "price", &line->price, error) &&
	       unit_text_if(&pricing, "unit_amount_decimal", line, error) &&
	       price_read(arena, object, &now, line, error) &&
	       price_read(arena, object, &before, line, error);
}

static bool quantity_read(const struct json_place *object, struct invoice_line *line,
                          struct json_error *error)
{
	struct invoice_decimal exact = { .fraction = 0 };
	const char *text = NULL;

	line->quantity.has = json_has(object, "quantity");
	if (!json_integer_if(object, "quantity", 0, INVOICE_QUANTITY_MAX, &line->quantity.minor,
	                     error) ||
	    !json_text_if(object, "quantity_decimal", DECIMAL_TEXT_MAX, &text, error))
		return false;
	if (text == NULL)
		return true;
	if (!invoice_decimal_parse(text, &exact) || exact.negative)
		return json_refuse(object, "quantity_decimal", error,
		                   "must be a decimal number that is not negative");
	if (exact.fraction != 0)
		line->quantity.has = false;
	return true;
}

/* Where a line comes from. */

static bool credits_read(const struct json_place *object, struct invoice_line *line,
                         struct json_error *error)
{
	struct json_place details;

	if (!inside(object, "proration_details", &details, error))
		return false;
	line->credits = line->credits || json_has(&details, "credited_items");
	return true;
}

/* The parent's details are those that its type names. */
static bool parent_read(struct arena *arena, const struct json_place *object,
                        struct invoice_line *line, struct json_error *error)
{
	const char *type;
	struct json_place parent;
	struct json_place details;

	if (!inside(object, "parent", &parent, error) ||
	    !stripe_word_if(arena, &parent, "type", &type, error) ||
	    !inside(&parent, type, &details, error) ||
	    !invoice_flag_if(&details, "proration", &line->proration, error) ||
	    !credits_read(&details, line, error))
		return false;
	if (details.value == NULL)
		return true;
	return stripe_id_if(arena, &details, "subscription", &line->subscription, error) &&
	       stripe_id_if(arena, &details, "subscription_item", &line->item, error);
}

static bool origin_read(struct arena *arena, const struct json_place *object,
                        struct invoice_line *line, struct json_error *error)
{
	const char *subscription;
	const char *item;

	line->subscription = "";
	line->item = "";
	if (!invoice_flag_if(object, "proration", &line->proration, error) ||
	    !credits_read(object, line, error) || !parent_read(arena, object, line, error) ||
	    !stripe_id_if(arena, object, "subscription", &subscription, error) ||
	    !stripe_id_if(arena, object, "subscription_item", &item, error))
		return false;
	if (line->subscription[0] == '\0')
		line->subscription = subscription;
	if (line->item[0] == '\0')
		line->item = item;
	return true;
}

static bool period_read(const struct json_place *object, struct invoice_line *line,
                        struct json_error *error)
{
	struct json_place period;
	bool has_start = false;
	bool has_end = false;

	if (!inside(object, "period", &period, error) ||
	    !stripe_time_if(&period, "start", &has_start, &line->start, error) ||
	    !stripe_time_if(&period, "end", &has_end, &line->end, error))
		return false;
	line->has_period = has_start && has_end;
	if (line->has_period && time_before(line->end, line->start))
		return json_refuse(object, "period", error, "ends before it starts");
	return true;
}

/* One object, one currency and one mode. */
static bool belongs(const struct json_place *object, const char *currency, enum invoice_flag live,
                    struct json_error *error)
{
	enum invoice_flag mode = INVOICE_UNSAID;
	char own[4];

	if (json_has(object, "currency")) {
		if (!stripe_currency_at(object, "currency", own, error))
			return false;
		if (strcmp(own, currency) != 0)
			return json_refuse(object, "currency", error, "is not the invoice's");
	}
	if (!invoice_flag_if(object, "livemode", &mode, error))
		return false;
	return mode == INVOICE_UNSAID || live == INVOICE_UNSAID || mode == live ||
	       json_refuse(object, "livemode", error, "is not the invoice's");
}

bool invoice_line_read(struct arena *arena, const struct json_place *line, const char *currency,
                       enum invoice_flag live, struct invoice_line *result,
                       struct json_error *error)
{
	struct invoice_line read = { .proration = INVOICE_UNSAID };
	const char *id;
	const char *description = "";

	if (!json_text_at(line, "id", STRIPE_ID_MAX, &id, error) ||
	    !belongs(line, currency, live, error) ||
	    !json_integer_at(line, "amount", -INVOICE_AMOUNT_MAX, INVOICE_AMOUNT_MAX, &read.minor,
	                     error) ||
	    !json_text_if(line, "description", INVOICE_DESCRIPTION_MAX, &description, error) ||
	    !quantity_read(line, &read, error) || !pricing_read(arena, line, &read, error) ||
	    !origin_read(arena, line, &read, error) || !period_read(line, &read, error) ||
	    !invoice_sum_if(line, "discount_amounts", NULL, &read.discount, error) ||
	    !invoice_taxes_read(arena, line, "tax_amounts", "taxes", &read.taxes, error))
		return false;
	read.id = arena_string(arena, id);
	read.description = arena_string(arena, description);
	*result = read;
	return true;
}

bool invoice_line_is_of_item(const struct invoice_line *line, const char *subscription)
{
	return (*line->subscription != '\0' || *subscription != '\0') && *line->item != '\0' &&
	       line->has_period && line->quantity.has && line->proration != INVOICE_UNSAID &&
	       time_before(line->start, line->end);
}
