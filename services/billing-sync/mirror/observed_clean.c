/*
 * Depth is bounded by the parser (JSON_DEPTH_MAX), so that what follows may recurse.
 */
#include "services/billing-sync/mirror/observed_clean.h"

#include "common/base/money.h"
#include "common/base/text.h"

#include <string.h>

#define REAL_MAX 1e300 /* of rates and percentages, which are what has a fraction */

/* Of these amounts a text is refused too; others beside them are words and ids ("fee" of a fee_refund). */
static const char *const numbers[] = { "amount",
	                               "amount_due",
	                               "amount_paid",
	                               "amount_remaining",
	                               "amount_refunded",
	                               "amount_captured",
	                               "amount_received",
	                               "unit_amount",
	                               "subtotal",
	                               "total",
	                               "net",
	                               NULL };
static const char *const card_fields[] = { "id",        "object",
	                                   "customer",  "type",
	                                   "brand",     "last4",
	                                   "exp_month", "exp_year",
	                                   "country",   "funding",
	                                   "network",   "fingerprint",
	                                   "case_type", "network_reason_code",
	                                   NULL };
/* Of how the cardholder was authenticated: whether. */
static const char *const secure_fields[] = { "result", NULL };
static const char *const card_names[] = { "card", "card_present", "interac_present", NULL };
/* What the merchant wrote, and settings that carry a card's name and no card. */
static const char *const not_cards[] = { "metadata", "payment_method_options", NULL };

/* Checking. */

static bool check_member(const struct json_place *object, const char *field, const json_t *value,
                         struct json_error *error)
{
	if (json_is_real(value) && money_is_amount(field))
		return json_refuse(object, field, error, "must be a whole number of minor units");
	if ((json_is_string(value) || json_is_boolean(value)) && text_among(numbers, field))
		return json_refuse(object, field, error, "must be a whole number of minor units");
	if (!text_equal(field, "quantity") || json_is_null(value))
		return true;
	if (!json_is_integer(value))
		return json_refuse(object, field, error, "must be a whole number");
	return json_integer_value(value) >= 0 ||
	       json_refuse(object, field, error, "must not be negative");
}

/* The largest of them, written with fewer digits, is none that can be read. */
static bool is_extreme(const json_t *value)
{
	return json_is_real(value) &&
	       !(json_real_value(value) < REAL_MAX && json_real_value(value) > -REAL_MAX);
}

/* words: within what the merchant wrote, where no field is money. */
static bool check_place(const struct json_place *place, bool words, struct json_error *error)
{
	const char *field;
	json_t *value;

	if (is_extreme(place->value))
		return json_refuse(place, NULL, error, "is too large a number");
	json_object_foreach(place->value, field, value)
	{
		const struct json_place member = { .value = value, .above = place, .field = field };
		const bool below = words || text_equal(field, "metadata");
		if ((!below && !check_member(place, field, value, error)) ||
		    !check_place(&member, below, error))
			return false;
	}
	for (size_t i = 0; i < json_array_size(place->value); i++) {
		const struct json_place item = json_item(place, i);
		if (!check_place(&item, words, error))
			return false;
	}
	return true;
}

bool observed_check(const struct json_place *object, struct json_error *error)
{
	return check_place(object, false, error);
}

/* Cards. */

static bool is_card(const char *field, const json_t *value)
{
	const char *const type = json_string_value(json_object_get(value, "object"));

	return text_equal(type, "card") ||
	       (field != NULL && json_is_object(value) && text_among(card_names, field));
}

static bool is_plain(const json_t *value)
{
	return !(json_is_object(value) || json_is_array(value));
}

/* What is kept are words and numbers. */
static void strip_secure(json_t *secure)
{
	const char *field;
	json_t *value;
	void *next;

	json_object_foreach_safe(secure, next, field, value)
	{
		if (!text_among(secure_fields, field) || !is_plain(value))
			(void)json_object_del(secure, field);
	}
}

/* Likewise of a card; a customer may stand there with all it has. */
static bool is_kept(const char *field, const json_t *value)
{
	return text_among(card_fields, field) && (text_equal(field, "customer") || is_plain(value));
}

static void strip_card(json_t *card)
{
	const char *field;
	json_t *value;
	void *next;

	json_object_foreach_safe(card, next, field, value)
	{
		if (text_equal(field, "three_d_secure") && json_is_object(value))
			strip_secure(value);
		else if (!is_kept(field, value))
			(void)json_object_del(card, field);
	}
}

static void strip_below(const char *name, json_t *value)
{
	const char *field;
	json_t *member;

	if (name != NULL && text_among(not_cards, name))
		return;
	if (is_card(name, value))
		strip_card(value);
	json_object_foreach(value, field, member)
	{
		strip_below(field, member);
	}
	for (size_t i = 0; i < json_array_size(value); i++)
		strip_below(NULL, json_array_get(value, i));
}

void observed_strip(json_t *value)
{
	strip_below(NULL, value);
}
