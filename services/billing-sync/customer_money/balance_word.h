/*
 * balance_word - what moved the balance that the provider keeps for a customer, and what states it. Pure.
 *
 * An invoice moves it from its starting to its ending balance, a credit note gives to it, and so do movements
 * that are neither's. Invoices, movements and the customer itself state what it came to at their time. The
 * latest that states it has to be what all that moved it by then come to; of several of one second it is
 * enough that one of them is. What is negative is the customer's, as the provider writes it.
 *
 * Each object has one word, in the place of what it said before, so that the order does not matter. When
 * there are too many the oldest are summed up, and what is as old as they are is not looked at any more.
 */
#ifndef SERVICES_BILLING_SYNC_CUSTOMER_MONEY_BALANCE_WORD_H
#define SERVICES_BILLING_SYNC_CUSTOMER_MONEY_BALANCE_WORD_H

#include "common/base/arena.h"
#include "common/base/money.h"
#include "common/base/time.h"

#define BALANCE_WORDS_MAX 200

struct balance_word {
	const char *object; /* "": what the oldest come to */
	struct instant at;
	struct money moved; /* its currency is that of both */
	bool states;
	int64_t stated;
};

/* By currency and object. */
struct balance_words {
	struct balance_word words[BALANCE_WORDS_MAX];
	size_t count;
};

/* One that neither moves nor states anything takes away what the object said. */
void balance_words_put(struct balance_words *words, const struct balance_word *word);
/* What is stated, and what is known to have moved; equal where nothing states it. */
void balance_words_weigh(const struct balance_words *words, const char *currency, int64_t *stated,
                         int64_t *moved);

struct bytes balance_words_encode(struct arena *arena, const struct balance_words *words);
/* Absent bytes are none. False: they are no such thing. */
bool balance_words_decode(struct arena *arena, struct bytes bytes,
                          struct balance_words *words) MUST_CHECK;

#endif
