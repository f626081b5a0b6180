/*
 * answer - what --explain says of a number: its definition, its window, what was said of it, what comes out now, who is in it and who
 * is not; for people, or as one JSON object. Pure.
 */
#ifndef SERVICES_KPI_AGGREGATOR_EXPLAIN_ANSWER_H
#define SERVICES_KPI_AGGREGATOR_EXPLAIN_ANSWER_H

#include "services/kpi-aggregator/explain/recount.h"

/* Of one currency, or of none. Figures are ProtoJSON (KpiFigures). */
struct answer_figure {
	const char *currency; /* "" none */
	const char *state;    /* "open", "sealed", "restated"; "never": nothing was said */
	const char *said;     /* "": nothing yet */
	const char *again;
	bool waits; /* it is another since, which is said soon */
	struct answer_figure *next;
};

struct answer {
	struct arena *arena;
	const struct recount *recount; /* with what was asked, and the observations */
	struct answer_figure *figures;
	struct answer_figure **end;
	size_t unread; /* rows that are no observations */
};

void answer_init(struct answer *answer, struct arena *arena, const struct recount *recount);
/* Texts are copied; what comes out now is counted here. */
void answer_add(struct answer *answer, const char *currency, const char *state, const char *said,
                bool waits);
bool answer_agrees(const struct answer_figure *figure);
/* All of them, and all rows were read and added up. */
bool answer_is_same(const struct answer *answer);

void answer_text(const struct answer *answer, struct buffer *out);
/*
 * One object and a line feed. README.md has its fields. Integers are numbers, but for those of `said` and `again`, which are ProtoJSON:
 * there 64 bits are texts.
 */
void answer_json(const struct answer *answer, struct buffer *out);

#endif
