/*
 * quote - what the author of a message wrote now, apart from what they quote and how they sign.
 *
 * Left out are quoted lines ("> "), the sentence above them ("On ... wrote:", "2026年5月1日(金) 10:00
 * ... :"), everything behind "-----Original Message-----" or a block of From:, Sent:, To:, signatures
 * ("-- ", or a line of dashes above a telephone number) and the lines that telephones add. An answer
 * between quoted lines is found in as many parts as it has. A message that is history alone, forwarded
 * without a word for instance, has no parts, and says that it was one.
 *
 * Pure, and linear in the text. What is left out is not lost: the spans are of the original, which
 * nobody changes. It is a reading by rules: a quotation that no program has marked stays with the text.
 */
#ifndef SERVICES_CLASSIFIER_QUOTE_H
#define SERVICES_CLASSIFIER_QUOTE_H

#include "services/classifier/prepared.h"

#include <stdbool.h>

#define QUOTE_PARTS_MAX 32 /* an answer between 31 quotes; of what follows nothing is read */

struct quote {
	struct span parts[QUOTE_PARTS_MAX]; /* not empty, in order; blanks around them left out */
	size_t count;
	bool history; /* something was left out as somebody's earlier words */
};

/* The whole text is read, below 4 GiB; it need not be valid UTF-8. */
void quote_own(const char *text, size_t size, struct quote *own);
/*
 * The parts as one text to be judged, a blank between them: its points tell bytes of the original, and
 * together they are at most PREPARED_POINTS_MAX.
 */
void quote_prepare(struct arena *arena, const char *text, size_t size, const struct quote *own,
                   struct prepared *out);

#endif
