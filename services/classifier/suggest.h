/*
 * suggest - macros and playbooks that may help who answers, at most three.
 *
 * All documents together are a book. A document is suggested for the intent of the message, or for the
 * second best, if the confidence reaches its floor and the tier is one of its own. Where the model
 * abstained no macro is: a text for a guess would be sent. A playbook for the best guess is, since its
 * first question finds out, and "best_guess" is said of it.
 *
 * Best first: the first intent before the second, the message's language before English, the tier's own
 * before anybody's, fewer required places without a value, macros before playbooks, ids by their bytes.
 */
#ifndef SERVICES_CLASSIFIER_SUGGEST_H
#define SERVICES_CLASSIFIER_SUGGEST_H

#include "common/flow/document.h"
#include "services/classifier/entity.h"
#include "services/classifier/glossary.h"
#include "services/classifier/macro.h"
#include "services/classifier/playbook.h"

#define SUGGESTIONS_MAX 3 /* more are not read */
#define SUGGEST_REASONS_MAX (4 + MACRO_PLACES_MAX)
#define SUGGEST_DOCUMENTS_MAX 1024 /* versions of all kinds; bounds what compares each with each */
#define SUGGEST_ERROR_SIZE 512

struct taxonomy;

/* In the order of their folders: macros/, playbooks/, glossary/. */
enum suggest_kind { SUGGEST_MACRO, SUGGEST_PLAYBOOK, SUGGEST_GLOSSARY, SUGGEST_KINDS };

/* A version of a document, in force from its effective_from to before `until`. */
struct suggest_entry {
	enum suggest_kind kind;
	const char *file; /* the document's name */
	const struct suggest_head *head;
	struct instant until;      /* where the next version begins */
	const struct macro *macro; /* of the three the one of its kind; others are NULL */
	const struct playbook *playbook;
	const struct glossary *glossary;
};

struct suggest_book {
	const struct suggest_entry *entries; /* by kind, id and effective_from */
	size_t count;
};

/* By a name such as "macros/refund_received.json". */
bool suggest_owns(const char *name);
/*
 * Documents that suggest_owns does not are passed over. The book lives in the arena. False: error is
 * "file: path: reason". Refused are also: two versions that begin at once, a language that a document of
 * the same kind has at the same time, a playbook's macro that is not in force when the playbook begins,
 * and, with a taxonomy, an intent that it has not.
 */
bool suggest_book_compile(struct arena *arena, const struct document *documents, size_t count,
                          const struct taxonomy *taxonomy, struct suggest_book *book,
                          char error[static SUGGEST_ERROR_SIZE]) MUST_CHECK;

/* Whether there is a time when both are in force. */
bool suggest_together(const struct suggest_entry *one, const struct suggest_entry *other);

struct suggest_ask {
	const char *intent; /* the best guess; NULL or empty: none, as for second */
	int32_t confidence_ppm;
	const char *second;
	int32_t second_ppm;
	bool abstained; /* the model did; not: a rule wants a person, the intent being known */
	const char *language; /* language_tag */
	const char *tier;     /* NULL or empty: unknown */
	uint32_t
	    known; /* a bit for each macro_place_kind that ticket or message give a value for */
	struct instant at; /* by it the versions are chosen */
};

struct suggestion {
	enum suggest_kind kind;
	const char *id;
	int64_t version;
	enum tongue tongue;
	bool second;                     /* its intent is the second one's */
	bool guess;                      /* the model abstained */
	bool translated;                 /* in the message's language; else in English instead */
	bool tier;                       /* it is for this tier alone */
	const struct macro *macro;       /* NULL: a playbook, then */
	const struct playbook *playbook; /* NULL: a macro */
	uint32_t filled;                 /* a bit for each of the macro's places that has a value */
	uint32_t missing;                /* required ones that have none */
};

/*
 * What a message gives values for: invoices, exact amounts in a certain currency and dates that stand by
 * themselves. Never an address: one that a customer wrote is not one to send. Whoever answers adds what
 * they know: MACRO_TICKET_ID, MACRO_CUSTOMER_NAME, MACRO_AGENT_NAME.
 */
uint32_t suggest_known(const struct entity *entities, size_t count);

/* How many there are. Everything that they point to is the book's. */
size_t suggest(const struct suggest_book *book, const struct suggest_ask *ask,
               struct suggestion out[static SUGGESTIONS_MAX]);
/*
 * "intent", "second_intent" or "best_guess"; "language" or "english"; "tier"; then "fills PLACE" and
 * "lacks PLACE" in the macro's order. Without anything of the message. Texts live in the arena.
 */
size_t suggestion_reasons(struct arena *arena, const struct suggestion *suggestion,
                          const char *reasons[static SUGGEST_REASONS_MAX]);

#endif
