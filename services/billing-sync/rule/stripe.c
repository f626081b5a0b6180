#include "services/billing-sync/rule/stripe.h"

#include "common/base/money.h"
#include "common/base/text.h"

#include <ctype.h>
#include <string.h>

#define SECONDS_MAX (TIME_NEWEST.us / SECONDS(1).us)

bool stripe_id_if(struct arena *arena, const struct json_place *object, const char *field,
                  const char **id, struct json_error *error)
{
	struct json_place expanded;
	const char *text = "";

	if (json_is_object(json_object_get(object->value, field))) {
		if (!json_object_at(object, field, &expanded, error) ||
		    !json_text_if(&expanded, "id", STRIPE_ID_MAX, &text, error))
			return false;
	} else if (!json_text_if(object, field, STRIPE_ID_MAX, &text, error)) {
		return false;
	}
	*id = arena_string(arena, text);
	return true;
}

bool stripe_is_key(const char *id)
{
	return *id != '\0' && strlen(id) <= STRIPE_ID_MAX && strchr(id, '/') == NULL;
}

bool stripe_key_if(struct arena *arena, const struct json_place *object, const char *field,
                   const char **id, struct json_error *error)
{
	const char *read;

	if (!stripe_id_if(arena, object, field, &read, error))
		return false;
	if (*read != '\0' && !stripe_is_key(read))
		return json_refuse(object, field, error, "must not have a slash");
	*id = read;
	return true;
}

bool stripe_word_if(struct arena *arena, const struct json_place *object, const char *field,
                    const char **word, struct json_error *error)
{
	const char *text = "";

	if (!json_text_if(object, field, STRIPE_WORD_MAX, &text, error))
		return false;
	*word = arena_string(arena, text);
	return true;
}

bool stripe_inside(const struct json_place *object, const char *field, struct json_place *inside)
{
	struct json_error error;

	return json_is_object(json_object_get(object->value, field)) &&
	       json_object_at(object, field, inside, &error);
}

const char *stripe_small(struct arena *arena, const char *word)
{
	char *const small = arena_string(arena, word);

	for (char *at = small; *at != '\0'; at++)
		*at = (char)tolower((unsigned char)*at);
	return small;
}

bool stripe_network_if(struct arena *arena, const struct json_place *card, const char **network,
                       struct json_error *error)
{
	const char *named;
	const char *brand;

	if (!stripe_word_if(arena, card, "network", &named, error) ||
	    !stripe_word_if(arena, card, "brand", &brand, error))
		return false;
	*network = stripe_small(arena, *named != '\0' ? named : brand);
	return true;
}

bool stripe_time_if(const struct json_place *object, const char *field, bool *has,
                    struct instant *at, struct json_error *error)
{
	int64_t seconds = -1;

	if (!json_integer_if(object, field, 0, SECONDS_MAX, &seconds, error))
		return false;
	*has = seconds >= 0;
	if (*has)
		*at = (struct instant){ seconds * SECONDS(1).us };
	return true;
}

bool stripe_currency_at(const struct json_place *object, const char *field, char currency[static 4],
                        struct json_error *error)
{
	const char *text;

	if (!json_text_at(object, field, STRIPE_WORD_MAX, &text, error))
		return false;
	return money_currency(text, currency) ||
	       json_refuse(object, field, error, "is not a known currency");
}

bool stripe_is_charge(const char *id)
{
	return text_starts(id, "ch_") || text_starts(id, "py_");
}

bool stripe_is_payout(const char *id)
{
	return text_starts(id, "po_");
}
