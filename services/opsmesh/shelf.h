/*
 * shelf - the calendars that once decided something, as the daemons keep them: by the digest of their
 * bytes, never as the files are today.
 */
#ifndef SERVICES_OPSMESH_SHELF_H
#define SERVICES_OPSMESH_SHELF_H

#include "common/io/calendar_document.h"
#include "opsmesh/v1/sla.pb-c.h"
#include "services/opsmesh/mesh_store.h"

#define SHELF_MAX 64 /* versions of calendars in one story */

struct shelf_book {
	const char *digest; /* of the calendar, then of its holiday lists */
	struct calendar_document document;
};

struct shelf {
	struct mesh_store *store;
	struct arena *arena;
	struct shelf_book books[SHELF_MAX];
	size_t count;
};

/*
 * The calendar by which a clock counts, with the holiday lists that it names; *document is NULL for one
 * that names none: always open. REJECT: it is not kept, or is none, and reason says so. Anything else: the
 * store says why.
 */
enum status shelf_find(struct shelf *shelf, const Opsmesh__V1__SlaClock *clock,
                       const struct calendar_document **document, const char **reason) MUST_CHECK;
void shelf_close(struct shelf *shelf);

#endif
