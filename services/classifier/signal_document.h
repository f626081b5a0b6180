/*
 * signal_document - the phrases of signal.h as people write them, a document for each language.
 *
 *   {"id":"english","version":1,"effective_from":"2026-01-01T00:00:00Z","language":"en",
 *    "signals":[{"id":"en.content","kind":"positive","weight_ppm":600000,"negated":"negative",
 *                "phrases":["happy with","{works|working} great"],
 *                "pairs":[{"first":["solved"],"then":["problem","issue"],"reach":2}]}],
 *    "exceptions":{"phrases":["cancel {the|our} meeting"]},
 *    "negators":[{"side":"before","reach":2,"phrases":["not","no longer"]}],
 *    "breaks":["but"]}
 *
 * A weight of 1000000 alone makes a score of a half. What happens to a signal behind (or, side "after", in
 * front of) a negator is said in `negated`: "void", which is the default, "stands" where the phrase has a
 * negation of its own, or the kind that it becomes. `reach` is how many words may stand between, and
 * neither punctuation nor a break may; a character of Chinese, Japanese or Korean counts as a word.
 * A pair is met where both of its parts are, the first one first. What an exception touches is no hit. Of
 * several versions of one id the one that began last is in force. The schema is
 * deploy/policies/schema/signals.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_SIGNAL_DOCUMENT_H
#define SERVICES_CLASSIFIER_SIGNAL_DOCUMENT_H

#include "common/flow/document.h"
#include "common/io/json.h"
#include "services/classifier/signal.h"

#define SIGNAL_DOCUMENTS_MAX 64
#define SIGNAL_GROUPS_MAX 256 /* in one document */
#define SIGNAL_PAIRS_MAX 64   /* of one group */
#define SIGNAL_LINES_MAX 512  /* phrases of one group as they are written */
#define SIGNAL_LINE_MAX 512   /* bytes of one */
#define SIGNAL_ID_MAX 63
#define SIGNAL_REACH_MAX 16
#define SIGNAL_WEIGHT_MAX 4000000
#define SIGNAL_ERROR_SIZE 512

/*
 * What is in force at an instant. False: error is "file: path: reason"; every document is checked, in
 * force or not. The book lives in the arena.
 */
bool signal_book_compile(struct arena *arena, const struct document *documents, size_t count,
                         struct instant at, const struct signal_book **book,
                         char error[static SIGNAL_ERROR_SIZE]) MUST_CHECK;

#endif
