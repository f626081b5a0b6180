/*
 * signal - what a message says beside its matter: mood, haste, threats, a wish for a person.
 *
 * Documents list phrases by kind and language (signal_document.h); a message is walked through once, in
 * time linear in it. Latin phrases match whole words, others anywhere; a small rule about negation, which
 * the documents fill, takes "not happy" for its opposite and leaves "解約しません" out. Every score is the
 * recomputable sum of the hits: the spans with their weights. Irony is not understood, and a threat that
 * no phrase has foreseen is not heard.
 */
#ifndef SERVICES_CLASSIFIER_SIGNAL_H
#define SERVICES_CLASSIFIER_SIGNAL_H

#include "services/classifier/language.h"

enum signal_kind {
	SIGNAL_NEGATIVE,
	SIGNAL_POSITIVE,
	SIGNAL_URGENT,
	SIGNAL_CANCEL_THREAT, /* leaving us if nothing happens; a plain wish to cancel is an intent */
	SIGNAL_DISPUTE_THREAT, /* having the bank reverse the charge */
	SIGNAL_PUBLIC_THREAT, /* reviews, social networks, the press, bodies that publish complaints */
	SIGNAL_LEGAL_THREAT,
	SIGNAL_ASKS_PERSON,
	SIGNAL_ASKED_AGAIN,
	SIGNAL_CONTRADICTS, /* the answer that they had */
	SIGNALS,
};
extern const char *const signal_kind_names[]; /* "negative" ..., NULL at the end */

#define SIGNAL_KIND_HITS_MAX 6 /* who has said it six times need not say it again */
#define SIGNAL_HITS_MAX 64     /* there is a place for each kind's */

struct signal_hit {
	enum signal_kind kind; /* after negation: "not happy" is negative */
	struct span span;
	int32_t weight_ppm;
	const char *phrase_id; /* the group's in the document; lives as long as the book */
};

struct signals {
	int32_t sentiment_ppm;                   /* -1000000 to 1000000 */
	int32_t urgency_ppm;                     /* 0 to 1000000 */
	uint32_t said;                           /* a bit for each kind: 1 << SIGNAL_NEGATIVE */
	struct signal_hit hits[SIGNAL_HITS_MAX]; /* in the order of their ends */
	size_t hit_count;
};

struct signal_book;

/*
 * Pure. Phrases of English count in every language, since every language borrows them; Japanese ones not
 * in Chinese, nor the other way round.
 */
void signals_find(const struct signal_book *book, const struct prepared *text,
                  enum language language, struct signals *found);

/*
 * The scores of hits. Each weighs on sentiment s and urgency u by its kind: negative -1 and 0, positive
 * +1 and 0, urgent 0 and 1, the threats and asking again -1/2 and 1/2, a contradiction -1/2 and 0, asking
 * for a person 0 and 1/4. A sum x becomes x / (1 + |x|), in millionths and rounded towards zero: two strong
 * words weigh more than one, and no number of them reaches 1.
 */
void signals_score(const struct signal_hit *hits, size_t count, int32_t *sentiment_ppm,
                   int32_t *urgency_ppm);

#endif
