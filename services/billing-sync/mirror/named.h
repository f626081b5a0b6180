/*
 * named - which other objects a state of one names that may not have come: a charge its invoice. Pure.
 *
 * One table, by the provider's words (API reference, the attributes of each object). What cannot be read names
 * nothing here: whoever has to read it refuses it.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_NAMED_H
#define SERVICES_BILLING_SYNC_MIRROR_NAMED_H

#include "common/base/arena.h"
#include "common/io/json.h"

#define NAMED_MAX 8 /* of one state; a charge names two */

struct named {
	const char *type; /* the provider's word */
	const char *id;
};

struct named_list {
	size_t count;
	struct named items[NAMED_MAX]; /* each once */
};

/* Objects of the type name others at all. */
bool named_by_type(const char *type);
/* The ids live in the arena. */
void named_read(struct arena *arena, const char *type, const struct json_place *object,
                struct named_list *list);
bool named_has(const struct named_list *list, const struct named *named);

#endif
