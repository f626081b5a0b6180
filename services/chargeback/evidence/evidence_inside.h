/*
 * evidence_inside - what the parts of gathering share: what they look at, and how they put an item.
 */
#ifndef SERVICES_CHARGEBACK_EVIDENCE_EVIDENCE_INSIDE_H
#define SERVICES_CHARGEBACK_EVIDENCE_EVIDENCE_INSIDE_H

#include "services/chargeback/evidence/bundle.h"
#include "services/chargeback/evidence/chronicle.h"
#include "services/chargeback/evidence/evidence.h"

struct evidence_found {
	Opsmesh__V1__EvidenceItem *item;
	int kind;     /* enum evidence_kind; -1: a word that no document knows */
	int64_t rank; /* among its kind: the higher, the more telling */
};

struct gathering {
	struct arena *arena;
	const struct evidence_case *about;
	const struct chronicle *chronicle;
	const struct chronicle_payment *payment; /* NULL: it never succeeded, that we know */
	struct instant charged;                  /* TIME_MIN: likewise */
	struct bundle bundle;                    /* the payments that the dispute is over */
	struct instant
	    refunded; /* when a refund of it that succeeded or is on its way was said last; TIME_MIN: never */
	struct evidence_found *found;
	size_t count;
	size_t room;
};

/* An item to be put; what is not set is empty. */
struct evidence_piece {
	enum evidence_kind kind;
	const char *fact_id;
	const char *suffix; /* NULL: the fact gives this item alone */
	const char *title;
	struct instant at;
	const char *source_id;
	const char *text;                 /* in our words; NULL: `quote` */
	Opsmesh__V1__PersonalText *quote; /* in theirs */
	const char *language;
	const char *channel;
	const char *author;
	const char *field; /* NULL: the one that the reason names for the kind */
	int64_t rank;
	bool hurts;
};

/* Nothing where the reason does not ask for the kind, but for what hurts. */
void evidence_put(struct gathering *it, const struct evidence_piece *piece);
/* NULL: the reason does not ask for it. */
const struct reason_asked *evidence_asked(const struct gathering *it, enum evidence_kind kind);
/* Did a refund of the payment succeed, or is one on its way, that was said then or later? */
bool evidence_refunded_since(const struct gathering *it, struct instant since);
/* "120.00 USD"; "an amount that is not known". */
const char *evidence_money(struct arena *arena, const Opsmesh__V1__Money *money);
/* In UTC, to the second or finer, in the arena. */
const char *evidence_time(struct arena *arena, struct instant at);

/* The refunds of the payment, as they stand, that succeeded or are on their way. */
void evidence_of_refunds(struct gathering *it);
void evidence_of_messages(struct gathering *it);
void evidence_of_payments(struct gathering *it);
void evidence_of_duplicates(struct gathering *it);
void evidence_of_use(struct gathering *it);
void evidence_of_subscriptions(struct gathering *it);
void evidence_of_history(struct gathering *it);
void evidence_of_shown(struct gathering *it);

#endif
