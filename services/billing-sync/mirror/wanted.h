/*
 * wanted - what an object's row remembers to have asked for, so that it asks once.
 *
 * A list of texts in one: a letter of why, the id, a line feed. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_WANTED_H
#define SERVICES_BILLING_SYNC_MIRROR_WANTED_H

#include "common/base/arena.h"

#define WANTED_MAX 16 /* of one object, which names three at most; then the oldest is forgotten */

enum wanted_why {
	WANTED_NOT_CARRIED = 'n', /* no webhook carries it */
	WANTED_THIN = 't',        /* the event had the id alone */
	WANTED_CUT = 'c',         /* a list within it was cut */
};

/* True: it was not asked for yet; now it is. asked may be NULL and lives in the arena. */
bool wanted_ask(struct arena *arena, const char **asked, enum wanted_why why, const char *id);
/* It came. True: it had been asked for. NULL where nothing is left. */
bool wanted_came(struct arena *arena, const char **asked, enum wanted_why why, const char *id);

#endif
