/*
 * compelling - the payments of one card, kept so that two of them can prove a third; and what they lack, while there
 * is time.
 *
 * An index holds the payments of one credential (the provider's fingerprint of a card). Identifiers come as digests,
 * made by the caller with a key, since they are personal data; nothing here can be turned back into one. It is
 * bounded: where it is full, the unmarked payment goes that lies closest after another one, so that a year of daily
 * payments still leaves some of every week; of marked ones (disputed, or with fraud reported) the oldest goes, last,
 * since forgetting the mark would make evidence of it.
 *
 * Pure: the same payments and marks in the same order give the same index, and questions do not change it.
 */
#ifndef SERVICES_CHARGEBACK_COMPELLING_COMPELLING_H
#define SERVICES_CHARGEBACK_COMPELLING_COMPELLING_H

#include "common/base/arena.h"
#include "services/chargeback/compelling/compelling_policy.h"

#define COMPELLING_PAYMENTS_MAX 64 /* of one credential: five years of months */
#define COMPELLING_ID_SIZE 64      /* of the provider's id of a charge, with its NUL */

struct compelling_identifier {
	uint64_t digest; /* keyed; of the value in the form that the caller holds equal */
	int32_t length;  /* characters of the value; 0: there is none */
};

struct compelling_payment {
	char charge[COMPELLING_ID_SIZE];
	int64_t day; /* of processing, in UTC: date_days */
	struct compelling_identifier identifiers[COMPELLING_KINDS];
	bool disputed;
	bool refunded; /* in full */
	bool fraud_reported;
};

struct compelling_index {
	struct compelling_payment payments[COMPELLING_PAYMENTS_MAX]; /* by day, then charge */
	size_t count;
};

enum compelling_mark {
	COMPELLING_DISPUTED,
	COMPELLING_REFUNDED,
	COMPELLING_FRAUD_REPORTED,
};

/* A charge that is known is replaced, and keeps its marks. False: its id does not fit, or is none. */
bool compelling_add(struct compelling_index *index,
                    const struct compelling_payment *payment) MUST_CHECK;
/* False: the index does not have the charge (any more, or yet): the caller keeps the mark, or lets it go. */
bool compelling_mark(struct compelling_index *index, const char *charge,
                     enum compelling_mark mark) MUST_CHECK;

enum compelling_status {
	COMPELLING_QUALIFIED,
	COMPELLING_REQUIRES_ACTION, /* it would be, with what is missing */
	COMPELLING_NOT_QUALIFIED,
};
extern const char *const compelling_status_names[];

enum compelling_why {
	COMPELLING_WHY_NOTHING,      /* it is qualified */
	COMPELLING_WHY_MISSING,      /* identifiers are missing, or too short */
	COMPELLING_WHY_OTHER_REASON, /* not this network, or not this code */
	COMPELLING_WHY_TOO_FEW,      /* fewer than two payments are in the window and unmarked */
	COMPELLING_WHY_NO_MATCH,     /* there are, but someone else's */
};
extern const char *const compelling_why_names[];

/* Sets of elements are 1 << enum compelling_element. */
struct compelling_answer {
	enum compelling_status status;
	enum compelling_why why;
	size_t eligible;   /* payments in the window and unmarked */
	size_t earlier[2]; /* places in the index, the newer first; where there are two */
	uint32_t matching; /* elements that are the same in all three */
	uint32_t missing;  /* that could match, if those of the three that lack them had them */
};

/* The network in small letters. disputed need not be in the index; if it is, it is not evidence for itself. */
struct compelling_answer compelling_find(const struct compelling_policy *policy,
                                         const struct compelling_index *index, const char *network,
                                         const char *code,
                                         const struct compelling_payment *disputed);

/* Elements that a payment lacks, where those that it has are too few to be evidence; 0: it is fit. */
uint32_t compelling_lacks(const struct compelling_policy *policy,
                          const struct compelling_payment *payment);

/* What a dispute of a payment made on a day would find, and what to collect before it comes. */
struct compelling_readiness {
	size_t usable;   /* in the window, unmarked and fit */
	size_t unfit;    /* in the window and unmarked, with too few identifiers */
	size_t maturing; /* too young yet, unmarked and fit */
	size_t young; /* too young yet and unmarked, with too few: there is time to collect more */
	uint32_t lacking;                           /* what the unfit and the young lack */
	size_t lacking_counts[COMPELLING_ELEMENTS]; /* how many of them lack each */
};

struct compelling_readiness compelling_ready(const struct compelling_policy *policy,
                                             const struct compelling_index *index, int64_t day);

/* A row's bytes (packed.h): a version, a count, then the payments, each with the kinds that it has. */
struct bytes compelling_encode(struct arena *arena, const struct compelling_index *index);
/* False: these are not the bytes of an index in its order; *index is then of no use. */
bool compelling_decode(struct bytes bytes, struct compelling_index *index) MUST_CHECK;

#endif
