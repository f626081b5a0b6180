/*
 * decode_json - what the decoders of JSON bodies have in common. For them alone.
 *
 * A text that is absent is "". Everything is copied into the arena, for the document goes.
 */
#ifndef SERVICES_INGEST_DECODE_JSON_H
#define SERVICES_INGEST_DECODE_JSON_H

#include "common/io/json.h"
#include "services/ingest/decode.h"

#define ADDRESS_MAX 320 /* RFC 3696: 64 + @ + 255 */

struct decoding {
	struct arena *arena;
	struct instant received_at;
	struct json_error *error;
	Opsmesh__V1__RefusalCode code; /* unspecified: INVALID */
	size_t body_max;               /* 0: DECODE_JSON_MAX */
};

enum list_kind { LIST_WORDS, LIST_IDS, LIST_DOMAINS, LIST_ADDRESSES };

/* An object at the top; else the refusal is filled. */
bool decoding_parse(struct decoding *d, struct bytes body, json_t **document,
                    struct refusal *refusal);
/* What the error says, as a refusal; false. */
bool decoding_refused(struct decoding *d, struct refusal *refusal);

bool decoding_text(struct decoding *d, const struct json_place *object, const char *field,
                   size_t max, const char **text);
/* body: there, and more than blanks. */
bool decoding_body(struct decoding *d, const struct json_place *object, const char **text);
/* Visible ASCII: an id may become a key, a header, a part of a path. */
bool decoding_id(struct decoding *d, const struct json_place *object, const char *field,
                 const char **id);
bool decoding_id_at(struct decoding *d, const struct json_place *object, const char *field,
                    const char **id);
/* An account's id stands within other ids ("case/<account>/<dispute>"), so it has no slash. */
bool decoding_account(struct decoding *d, const struct json_place *object, const char *field,
                      const char **id);
bool decoding_is_account(const char *id);
/* occurred_at, or received_at where it is absent or a little later than that. */
bool decoding_time(struct decoding *d, const struct json_place *object, struct instant *at);
/* Sorted, each once. */
bool decoding_list(struct decoding *d, const struct json_place *object, const char *field,
                   enum list_kind kind, size_t max, struct texts *list);
/* What an account has agreed with these customers. */
bool decoding_orders(struct decoding *d, const struct json_place *top,
                     const struct texts *customers, const struct order_body **orders,
                     size_t *count);
/* A file that comes with a pin to a case; *file NULL: none comes, and "file" is a parameter as any other. */
bool decoding_file(struct decoding *d, const struct json_place *top,
                   const struct action_body *action, const struct action_file **file);
/* The place of a word in a list that ends with NULL; 0: not there. */
int decoding_number(const char *const *words, const char *word);
/* Domain in lower case; NULL: not an address. */
const char *decoding_address(struct arena *arena, const char *text);

#endif
