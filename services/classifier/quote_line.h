/*
 * quote_line - what one line of a mail is: a quote, the head of one, a signature, or what somebody wrote.
 *
 * Lines are looked at one by one and with a few that follow, never with all of them, so that a walk
 * over a text is linear in it. The words that mail programs write are tables here: English, Japanese,
 * Korean, Chinese and the commonest European forms.
 */
#ifndef SERVICES_CLASSIFIER_QUOTE_LINE_H
#define SERVICES_CLASSIFIER_QUOTE_LINE_H

#include "services/classifier/quote_text.h"

enum quote_kind {
	QUOTE_BLANK,
	QUOTE_OWN,
	QUOTE_DIVIDER,     /* a line of dashes: it belongs to what follows */
	QUOTE_QUOTED,      /* "> ..." */
	QUOTE_ATTRIBUTION, /* "On 1 May 2026 at 10:00, Ann wrote:", of up to three lines */
	QUOTE_HISTORY,     /* "-----Original Message-----", a block of From:, Sent:, To: */
	QUOTE_SIGNATURE,   /* "-- ", or a divider above somebody's telephone number */
	QUOTE_MOBILE,      /* "Sent from my iPhone": this line alone */
};

#define QUOTE_TRIES 64 /* dividers that may head a signature; a text with more of them is a table */

/*
 * The line that begins at byte at. *next is where to go on: behind all lines that make it what it is. *tries
 * begins as QUOTE_TRIES for a text and is counted down.
 */
enum quote_kind quote_line_kind(const char *text, size_t size, size_t at, int *tries, size_t *next);

#endif
