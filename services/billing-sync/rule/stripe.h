/*
 * stripe - reading Stripe's objects: bounded, validated, words verbatim. Over common/io/json.h.
 *
 * Ids and words stay as the provider wrote them; nothing is guessed. Where a getter answers false, the
 * error names the field and the reason and holds nothing of the value.
 */
#ifndef SERVICES_BILLING_SYNC_RULE_STRIPE_H
#define SERVICES_BILLING_SYNC_RULE_STRIPE_H

#include "common/base/arena.h"
#include "common/io/json.h"

#define STRIPE_ID_MAX 255   /* bytes; Stripe's own limit */
#define STRIPE_WORD_MAX 100 /* bytes of a type, a status, a version */

/* An id where the field is a text or an expanded object with an id; "" where absent or null. */
bool stripe_id_if(struct arena *arena, const struct json_place *object, const char *field,
                  const char **id, struct json_error *error) MUST_CHECK;
/* A word such as a type or a status; "" where absent or null. */
bool stripe_word_if(struct arena *arena, const struct json_place *object, const char *field,
                    const char **word, struct json_error *error) MUST_CHECK;
/* An object within it. False: there is none, or the mere id of one that is not expanded. */
bool stripe_inside(const struct json_place *object, const char *field, struct json_place *inside);
/* Of a card (or what a dispute says of one) in small letters; its brand where it names none; "" without either. */
bool stripe_network_if(struct arena *arena, const struct json_place *card, const char **network,
                       struct json_error *error) MUST_CHECK;
const char *stripe_small(struct arena *arena, const char *word); /* in small letters */
/* Whole seconds -> instant; *has is false, and *at untouched, where absent or null. */
bool stripe_time_if(const struct json_place *object, const char *field, bool *has,
                    struct instant *at, struct json_error *error) MUST_CHECK;
/* "usd" -> "USD"; refused when missing or unknown. */
bool stripe_currency_at(const struct json_place *object, const char *field, char currency[static 4],
                        struct json_error *error) MUST_CHECK;

/*
 * Keys of rows, timers and transactions are put together with slashes ("charge/ch_1", "cus_1/in_1"): what they
 * are made of has none. Only what merchants name themselves may, such as a product.
 */
bool stripe_is_key(const char *id);
/* Refuses an id that is none; "" is let by. */
bool stripe_key_if(struct arena *arena, const struct json_place *object, const char *field,
                   const char **id, struct json_error *error) MUST_CHECK;

/* By the prefix of its id: what else money comes from has others. */
bool stripe_is_charge(const char *id);
bool stripe_is_payout(const char *id);

#endif
