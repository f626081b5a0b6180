/*
 * report_words - a figure of a report in words: the number, what changed, of how many, what stands aside, how final it is.
 *
 * The words are the same in every format; a format escapes them as its own rules say.
 */
#ifndef SERVICES_OPSMESH_REPORT_WORDS_H
#define SERVICES_OPSMESH_REPORT_WORDS_H

#include "services/opsmesh/report_book.h"

enum report_mood {
	MOOD_NONE, /* no change, nobody says which way is better, or chance may have done it */
	MOOD_BETTER,
	MOOD_WORSE,
};

/* Texts are "" where there is nothing to say. */
struct report_words {
	const char *number;     /* "2h 05m"; "none" without a population */
	const char *of;         /* the number's name in a distribution: "median" */
	const char *change;     /* "+1.20 points since 2026-W17 (83.10 %)" */
	enum report_mood mood;  /* of the change */
	const char *population; /* "36 of 42; 95 % interval 71.20 % to 93.10 %" */
	const char *more;       /* "90th percentile 4h 10m, 99th percentile 1d 02h" */
	const char *asides;     /* "3 unanswered, 1 opened by us" */
	const char *state;      /* "provisional", "sealed", "restated 2 times, was 12: why" */
};

/* Of a metric without any line: "none", or that it is not counted by such periods. */
const char *report_nothing(struct arena *arena, const struct report *report,
                           const struct report_metric *metric);
/* Of the period itself; a cell that is not there has a number of "none". */
void report_words_of(struct arena *arena, const struct report_metric *metric,
                     const struct report_line *line, struct report_words *words);
/* "restated 2 times, was 50.00 %, 1 of 2: why" */
const char *report_restated_words(struct arena *arena, const struct report_metric *metric,
                                  const char *currency, const struct report_cell *cell);
/* The same with the metric, the window, what it is now, and when that was said. */
const char *report_restated_line(struct arena *arena, const struct report_restated *it);
/* "Report of the week 2026-W18" */
const char *report_title(struct arena *arena, const struct report *report);
/* Which days, how far the figures are, how many of them may still change, in sentences. */
const char *report_standing(struct arena *arena, const struct report *report);
/* How exact the figures of distributions are. */
extern const char report_legend_of_quantiles[];
/* Which bars stand beside the numbers of a page that has them. */
extern const char report_legend_of_bars[];

#endif
