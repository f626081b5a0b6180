/*
 * pattern_report - what customers wrote within one step, as a bounded bag whose content does not depend
 * on the order in which it was filled.
 *
 * A bag keeps of each customer the earliest PATTERN_PER_CUSTOMER reports, so that nobody floods it, and of
 * these the earliest PATTERN_BAG_MAX; the rest is counted. "Earlier" is by time, then by message id. Where
 * the customer is not known the ticket stands for it.
 */
#ifndef SERVICES_CLASSIFIER_PATTERN_REPORT_H
#define SERVICES_CLASSIFIER_PATTERN_REPORT_H

#include "common/base/arena.h"
#include "common/base/time.h"

#define PATTERN_BAG_MAX 64 /* reports of one intent in one step: 13 a minute are known one by one */
#define PATTERN_PER_CUSTOMER 2 /* a second one may have the error code that the first one lacks */
#define PATTERN_TOKENS_MAX 8   /* of one report; the first in their order */
#define PATTERN_PLACES_MAX 32  /* of a sketch; more are left out */
#define PATTERN_PLACES_TOGETHER 4 /* in one number of the contract, the first one lowest */
#define PATTERN_TEXT_MAX 200      /* bytes of an id or token that comes in a fact; ours have 36 */

struct pattern_report {
	struct instant at;
	const char *ticket_id; /* texts are borrowed */
	const char *message_id;
	const char *customer; /* "": not known */
	const char *language;
	const char *tokens[PATTERN_TOKENS_MAX]; /* ascending */
	size_t token_count;
	uint16_t sketch[PATTERN_PLACES_MAX];
	size_t place_count;
};

struct pattern_reader;

struct pattern_bag {
	struct pattern_report reports[PATTERN_BAG_MAX]; /* earliest first */
	size_t count;
	int64_t overflow; /* reports that it does not keep */
};

int pattern_report_compare(const struct pattern_report *a, const struct pattern_report *b);
/* By whom it is counted: the customer's id, else the ticket's. Ids of both kinds never meet. */
const char *pattern_report_customer(const struct pattern_report *report);
bool pattern_report_has(const struct pattern_report *report, const char *token);
/* Are so many places (ppm of all) of two sketches equal? Never of sketches of other sizes, or empty. */
bool pattern_sketch_agrees(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count,
                           int32_t agree_ppm);
int32_t pattern_sketch_likeness(const uint16_t *a, size_t a_count, const uint16_t *b,
                                size_t b_count); /* ppm of the places that are equal */

/* False: it was in the bag already, which is as it was. */
bool pattern_bag_add(struct pattern_bag *bag, const struct pattern_report *report);

/* As bytes: a version, the number of reports, then each field in the order above; numbers big-endian. */
void pattern_report_encode(const struct pattern_report *report, struct buffer *out);
struct pattern_report pattern_report_decode(struct pattern_reader *reader);
void pattern_bag_encode(const struct pattern_bag *bag, struct buffer *out);
/* Texts live in the arena; the overflow is left as it is. */
bool pattern_bag_decode(struct arena *arena, struct bytes bytes, struct pattern_bag *bag);

#endif
