/*
 * key_ring - the operator's API keys, by name.
 */
#ifndef SERVICES_OPSMESH_KEY_RING_H
#define SERVICES_OPSMESH_KEY_RING_H

#include "common/base/arena.h"

/*
 * The key of that name in a text as API_KEYS has it, "name:key:scope+scope;..." or [{"name","key",..}];
 * of the first for a name of NULL. NULL: there is none, or the text is malformed.
 */
const char *key_ring_find(struct arena *arena, const char *text, const char *name);

#endif
