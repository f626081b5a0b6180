/*
 * charge_twice - a customer's recent charges, and which of them was taken a second time.
 *
 * What is kept is bounded: the latest CHARGES_MAX by their own time. A charge is a second one when an earlier
 * of the same amount and currency, not returned either, lies within the policy's window and names the same
 * invoice or is described the same. The answer depends on what is in the ring, not on the order in which it
 * came: after every change, ask for each.
 */
#ifndef SERVICES_BILLING_SYNC_INVOICE_CHARGE_TWICE_H
#define SERVICES_BILLING_SYNC_INVOICE_CHARGE_TWICE_H

#include "services/billing-sync/invoice/invoice_policy.h"

#define CHARGED_TWICE "charged_twice" /* the cause */
#define CHARGES_MAX 32      /* of one customer; a window with more of one amount is no accident */
#define CHARGE_TEXT_SIZE 16 /* bytes of a description's digest: people may have written it */

struct charge_seen {
	const char *id;
	const char *invoice; /* "" */
	int64_t minor;
	char currency[4];
	struct instant at; /* when it was taken */
	bool returned;     /* in full */
	bool described;
	uint8_t description[CHARGE_TEXT_SIZE];
};

/* By time, the earliest first. Zero-initialised: none. */
struct charge_ring {
	struct charge_seen charges[CHARGES_MAX];
	size_t count;
};

/* A charge that succeeded. The texts are borrowed, the description ("": none) is kept as a digest only. */
struct charge_seen charge_seen_make(const char *id, const char *invoice, const char *currency,
                                    int64_t minor, struct instant at, const char *description);
/* Puts it in its place; another state of the same id takes the place of the one before. */
void charge_ring_put(struct charge_ring *ring, const struct charge_seen *charge);

enum charge_why { CHARGE_SAME_INVOICE, CHARGE_SAME_DESCRIPTION };

struct charge_twice {
	const struct charge_seen *first;
	const struct charge_seen *second;
	enum charge_why why;
	const char
	    *root; /* what both are for, the same for a third: an invoice's id, or a digest */
};

/* Whether the ring's charge at an index is a second one. The root lives in the arena. */
bool charge_twice(struct arena *arena, const struct charge_ring *ring,
                  const struct invoice_policy *policy, size_t index,
                  struct charge_twice *twice) MUST_CHECK;

/* Version 1 of its bytes: count, and each charge field by field. */
struct bytes charge_ring_encode(struct arena *arena, const struct charge_ring *ring);
bool charge_ring_decode(struct arena *arena, struct bytes bytes,
                        struct charge_ring *ring) MUST_CHECK;

#endif
