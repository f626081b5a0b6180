/*
 * macro - an answer that an agent sends after filling in its places.
 *
 *   {"id":"invoice_copy_sent","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "title":"A copy of an invoice is sent","intents":["invoice_copy"],
 *    "tiers":["enterprise"],                                  optional: for these tiers alone
 *    "floor_ppm":500000,                                      optional: see MACRO_FLOOR_PPM
 *    "languages":{"en":{"subject":"...","text":"Dear {{customer_name}}, ..."},"ja":{...}},
 *    "places":[{"name":"invoice","kind":"invoice","required":true}]}
 *
 * subject is optional, text is lines. A place stands as {{name}}; every place is declared, and is used in
 * every language. A line with an optional place that was given nothing is left out; so a subject holds
 * required places alone. The schema is deploy/policies/schema/macro.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_MACRO_H
#define SERVICES_CLASSIFIER_MACRO_H

#include "services/classifier/suggest_document.h"

#define MACRO_FLOOR_PPM 500000 /* a macro tells the customer something: rather right than wrong */
#define MACRO_PLACES_MAX 16    /* a bit each in a suggestion */
#define MACRO_TEXT_MAX 8192    /* nobody reads a longer answer */
#define MACRO_SUBJECT_MAX 256
#define MACRO_VALUE_MAX 2048 /* a URL's usual limit */
#define MACRO_ERROR_SIZE 256

#define MACRO_PLACE_KINDS_LIST(ON)               \
	ON(MACRO_TICKET_ID, "ticket_id")         \
	ON(MACRO_INVOICE, "invoice")             \
	ON(MACRO_AMOUNT, "amount")               \
	ON(MACRO_DATE, "date")                   \
	ON(MACRO_CUSTOMER_NAME, "customer_name") \
	ON(MACRO_AGENT_NAME, "agent_name")       \
	ON(MACRO_URL, "url")                     \
	ON(MACRO_TEXT, "text")
#define MACRO_KIND_ENUM(kind, name) kind,
enum macro_place_kind { MACRO_PLACE_KINDS_LIST(MACRO_KIND_ENUM) MACRO_PLACE_KINDS };
extern const char *const macro_place_kind_names[MACRO_PLACE_KINDS + 1]; /* ends with NULL */

struct macro_place {
	const char *name;
	enum macro_place_kind kind;
	bool required;
};

/* Both with their places; text is NULL in a language that it is not written in. */
struct macro_text {
	const char *subject; /* NULL: none */
	const char *text;
};

struct macro {
	struct suggest_head head;
	struct macro_text texts[TONGUES];
	const struct macro_place *places;
	size_t place_count;
};

/* What stands in a place. The value is checked by the place's kind. */
struct macro_value {
	const char *name;
	const char *value;
};

/* Everything that it gives lives in the arena. */
bool macro_parse(struct arena *arena, struct bytes text, struct macro *macro,
                 struct json_error *error) MUST_CHECK;
/*
 * The macro with its places filled. False: the error names the place and what is wrong, and holds nothing
 * of the values. A value is taken as it is: {{x}} in it stays.
 */
bool macro_render(struct arena *arena, const struct macro *macro, enum tongue tongue,
                  const struct macro_value *values, size_t count, struct macro_text *filled,
                  char error[static MACRO_ERROR_SIZE]) MUST_CHECK;

/*
 * The first place in text and what lies between: text up to `before` is prose. False: no more places.
 * Only for texts of a macro that was parsed.
 */
struct macro_piece {
	const char *name; /* of the place, name_size bytes */
	size_t name_size;
	const char *after;
	size_t before; /* bytes of prose */
};
bool macro_piece_next(const char *text, struct macro_piece *piece);
/* The prose alone, a blank for each place: what a glossary judges. */
char *macro_prose(struct arena *arena, const char *text);

#endif
