/*
 * signal_fixture - the signal documents of the tree, compiled, and tables of what messages say by them.
 */
#ifndef TESTS_SUPPORT_SIGNAL_FIXTURE_H
#define TESTS_SUPPORT_SIGNAL_FIXTURE_H

#include "services/classifier/signal_document.h"

enum {
	URGENT = 1 << SIGNAL_URGENT,
	CANCEL = 1 << SIGNAL_CANCEL_THREAT,
	DISPUTE = 1 << SIGNAL_DISPUTE_THREAT,
	PUBLIC = 1 << SIGNAL_PUBLIC_THREAT,
	LEGAL = 1 << SIGNAL_LEGAL_THREAT,
	PERSON = 1 << SIGNAL_ASKS_PERSON,
	AGAIN = 1 << SIGNAL_ASKED_AGAIN,
	CONTRADICTS = 1 << SIGNAL_CONTRADICTS,
	MOODS = 1 << SIGNAL_NEGATIVE | 1 << SIGNAL_POSITIVE,
};

/* Kinds beside the two moods; the sign of the sentiment, '?' where it says nothing. */
struct signal_row {
	const char *text;
	unsigned int kinds;
	char mood;
};

/* Of the tree's documents, all in force; NULL: they do not compile, which was printed. */
const struct signal_book *signal_fixture_book(struct arena *arena);
void signal_fixture_find(const struct signal_book *book, struct arena *arena, const char *text,
                         enum language language, struct signals *found);
/* How many rows are wrong; each was printed. */
int signal_fixture_check(const struct signal_row *rows, size_t count, enum language language);

#endif
