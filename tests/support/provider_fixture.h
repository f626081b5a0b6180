/*
 * provider_fixture - what the payment provider says, written short, and the mirror that hears it.
 */
#ifndef TESTS_SUPPORT_PROVIDER_FIXTURE_H
#define TESTS_SUPPORT_PROVIDER_FIXTURE_H

#include "services/billing-sync/mirror/mirror.h"

#define PROVIDER_START_S \
	1767225600            /* 2026-01-01T00:00:00Z; what happens is told in seconds since */
#define PROVIDER_DELAY_S 3600 /* an event reaches us so much later */
#define PROVIDER_ROWS_MAX 256

struct provider_said {
	const char *event_id; /* NULL: the object itself, as of `at` */
	const char *type;     /* "invoice.paid" */
	int at;
	const char *object;  /* JSON; single quotes stand for double ones */
	const char *version; /* NULL: "2024-06-20" */
};

/* The bytes as they would come. */
struct bytes provider_payload(struct arena *arena, const struct provider_said *said);
struct instant provider_time(int at);
/* When it came to us. */
struct instant provider_arrival(const struct provider_said *said);
/* It has to be readable. */
struct observed provider_observe(struct arena *arena, const struct provider_said *said);

/* The rows of all objects that were heard of. */
struct provider_mirror {
	struct object_row rows[PROVIDER_ROWS_MAX];
	size_t count;
};
struct mirror_answer provider_hear(struct provider_mirror *mirror, const struct observed *seen);
/* Into an empty mirror: each `times` one after the other, and the whole order so often. */
void provider_hear_order(const struct observed *seen, const size_t *order, size_t count, int times,
                         struct provider_mirror *mirror);
const struct object_row *provider_row(const struct provider_mirror *mirror, const char *id,
                                      const char *type);
/* Fails where two mirrors differ in anything but how often and when a state came. */
void provider_same(const struct provider_mirror *mirror, const struct provider_mirror *other);
void provider_same_row(const struct object_row *row, const struct object_row *other);

#endif
