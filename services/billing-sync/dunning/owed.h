/*
 * owed - which invoices of a customer are open now, what is left of each, and since when it is due.
 *
 * The dunning of one invoice asks what all of its currency come to. Pure.
 */
#ifndef SERVICES_BILLING_SYNC_DUNNING_OWED_H
#define SERVICES_BILLING_SYNC_DUNNING_OWED_H

#include "services/billing-sync/dunning/dunning.h"

#define OWED_INVOICES_MAX 128 /* of a customer; who owes more is dunned for these */
#define OWED_ID_SIZE 256      /* of an invoice's id, with its NUL */

struct owed_invoice {
	char id[OWED_ID_SIZE];
	char currency[4];
	int64_t remaining;  /* minor units */
	struct instant due; /* when it became due: its deadline, else when it was issued */
	bool has_deadline;  /* nobody collects it: it is overdue from `due` on */
};

/* By id, so that the order in which they are heard leaves no trace. */
struct owed_book {
	size_t count;
	struct owed_invoice list[OWED_INVOICES_MAX];
};

/* False: it has no room, or the id is too long; nothing is changed. */
bool owed_put(struct owed_book *book, const char *id,
              const struct owed_invoice *invoice) MUST_CHECK;
void owed_remove(struct owed_book *book, const char *id);
/* NULL: it is not open. */
const struct owed_invoice *owed_find(const struct owed_book *book, const char *id);
struct dunning_facts owed_facts(const struct owed_book *book, const char *currency);

/*
 * Version 1 of its bytes: the version; how many; each: id (its size in a byte before it), currency (3
 * bytes), remaining, due, 1 for has_deadline. Numbers are big-endian.
 */
struct bytes owed_encode(struct arena *arena, const struct owed_book *book);
/* False: they are none, and what *book holds means nothing. */
bool owed_decode(struct bytes bytes, struct owed_book *book) MUST_CHECK;

#endif
