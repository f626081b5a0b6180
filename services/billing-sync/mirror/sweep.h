/*
 * sweep - what an object in a list page that was asked for in bulk says against the mirror. Pure.
 *
 * A page (provenance backfill) is true as of when it comes, or as of when its sender says (as_of). Of a page
 * that is older than the state that stands only what never changes is held against it: what else is another
 * has changed since. What it has otherwise than the mirror has one cause:
 *
 *   missed_event     the provider has an object that was made after webhooks began and that none told of, or
 *                    a field that matters is another
 *   stale            the page is of an earlier stage than what stood: alive what has ended; where nobody says
 *                    as of when it is, an earlier status, or less of what only grows. Of a page that says so
 *                    and is later, an invoice is really open again, and no event said it
 *   version          it is written otherwise, and says the same: fields that one of them has not, an object
 *                    within in the place of its id
 *   edited_by_hand   nothing but what people write into an object: description, metadata, ...
 *   own_bug          what the provider never changes is another: the time at which it was made, an amount of
 *                    money that moved, or whatever else while its own `updated` is the same
 *
 * Who begins to use the mesh has objects without number that no webhook told of: what was made before the
 * first webhook that the shard heard of is no difference. Neither is what no webhook carries (object_type.h:
 * silent), nor what was asked for because it was cut or came without its content.
 */
#ifndef SERVICES_BILLING_SYNC_MIRROR_SWEEP_H
#define SERVICES_BILLING_SYNC_MIRROR_SWEEP_H

#include "services/billing-sync/mirror/mirror.h"

#define SWEEP_FIELDS_MAX 8 /* that are named; there may be more */

enum sweep_cause {
	SWEEP_EQUAL,
	SWEEP_MISSED_EVENT,
	SWEEP_STALE,
	SWEEP_VERSION,
	SWEEP_EDITED_BY_HAND,
	SWEEP_OWN_BUG,
	SWEEP_CAUSES,
};

struct sweep {
	enum sweep_cause cause;
	const char *fields[SWEEP_FIELDS_MAX]; /* that are other, in the order of their names */
	size_t field_count;
};

/* The word by which discrepancies name it. */
const char *sweep_word(enum sweep_cause cause);
/*
 * Standing is the row before the page was folded; webhooks began at since, TIME_MAX: none came. dated: the
 * page's sender said as of when it is.
 */
struct sweep sweep_compare(struct arena *arena, const struct object_row *standing,
                           const struct observed *page, bool dated, struct instant since);

#endif
