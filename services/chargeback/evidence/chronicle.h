/*
 * chronicle - an account's dossier put in order: each fact once, by time, then by its id; what is said of payments and
 * messages brought together. Pure.
 *
 * A ticket that left the account is none of its own: of its entries only those count that were brought after it left last.
 * An entry without a time is left out.
 */
#ifndef SERVICES_CHARGEBACK_EVIDENCE_CHRONICLE_H
#define SERVICES_CHARGEBACK_EVIDENCE_CHRONICLE_H

#include "common/base/arena.h"
#include "common/base/time.h"
#include "opsmesh/v1/material.pb-c.h"

#include <stdbool.h>

struct chronicle_line {
	struct instant at;
	const Opsmesh__V1__DossierEntry *entry;
};

/* What customers and those who answer them wrote, in public: by ticket, then by time. */
struct chronicle_message {
	struct chronicle_line line;
	const char *
	    intent; /* of a customer's: of the message, as it was judged last; NULL: nobody judged it */
	const char *language; /* as it was said, else as it was judged; "": not known */
	bool by_customer;
	bool by_us; /* by an agent or a bot; neither: by the system */
};

struct chronicle_payment {
	const Opsmesh__V1__DossierEntry *last; /* as it stands */
	const Opsmesh__V1__DossierEntry
	    *first;             /* in which it succeeded first; NULL: it never did */
	struct instant at;      /* when it was made, else when that was said; TIME_MIN: never */
	const char *invoice_id; /* "": not known */
};

struct chronicle {
	const struct chronicle_line *lines;
	size_t count;
	const struct chronicle_message *messages;
	size_t message_count;
	const struct chronicle_payment *payments; /* in the order of their ids */
	size_t payment_count;
};

struct chronicle chronicle_make(struct arena *arena, const Opsmesh__V1__DossierPage *page);
/* NULL: nothing is known of it. */
const struct chronicle_payment *chronicle_payment_of(const struct chronicle *chronicle,
                                                     const char *payment_id);
/* The last that was said of it; NULL: nothing. first (may be NULL): the first. */
const struct chronicle_line *chronicle_last(const struct chronicle *chronicle, const char *kind,
                                            const char *about, const struct chronicle_line **first);
/* The oldest; disputes and warnings are no history that speaks for anybody. NULL: there is nothing else. */
const struct chronicle_line *chronicle_first(const struct chronicle *chronicle);
bool chronicle_is(const struct chronicle_line *line, const char *kind);

#endif
