/*
 * explain - what is gathered about one subject before it is told.
 */
#ifndef SERVICES_OPSMESH_EXPLAIN_H
#define SERVICES_OPSMESH_EXPLAIN_H

#include "common/io/json.h"
#include "services/opsmesh/dispute_sum.h"
#include "services/opsmesh/earned.h"
#include "services/opsmesh/opsmesh.h"
#include "services/opsmesh/reach.h"
#include "services/opsmesh/shelf.h"
#include "services/opsmesh/story.h"

struct explain {
	struct tool *tool;
	struct mesh_store store;
	struct shelf shelf;
	struct story story;
	const char *kind; /* "ticket", "account", "invoice", "dispute", "alert", "request" */
	const char *id;
	bool as_json;
	const char
	    *subject_type; /* what it is for actions, where that is not its kind; NULL: it is */
	const char *subject_id;
	bool asked_back; /* several tickets answer to that name: they were listed, all is said */
	const char *journal;    /* of a request: what the journal holds, a line each; "" nothing */
	struct told_list facts; /* of the story, in order */
	struct told_list all; /* of its ticket, also what the story leaves out; sums rest on them */
	struct clock_sum *sums;
	size_t sum_count;
	struct earned earned;         /* of an invoice */
	struct reach reach;           /* of an account or invoice: what its figures are true for */
	struct dispute_rows disputes; /* a dispute's cases, an account's cases */
	struct dispute_sum *dispute_sums; /* of a dispute: one a case; NULL: of an account */
};

/*
 * Finds the facts about the subject, and its id where it was asked for by another name. ANSWER_NO and a
 * sentence on standard error: there is nothing.
 */
int explain_find(struct explain *explain);
/* The cases of a dispute or warning, their facts, and their figures reckoned again. */
int explain_find_dispute(struct explain *explain);
/* The cases that an account has. */
enum status explain_find_cases(struct explain *explain) MUST_CHECK;
/* Where its cases stand; then what was reckoned again, and the evidence. */
void explain_print_cases(const struct explain *explain);
void explain_print_figures(const struct explain *explain);
json_t *explain_cases_json(const struct explain *explain);
/* ANSWER_NO: some figure of a case is not what was said. */
int explain_figures_answer(const struct explain *explain);
/* Adds up its clocks. */
void explain_sum(struct explain *explain);
/* ANSWER_NO: some sum differs. */
int explain_print(const struct explain *explain);
int explain_print_json(const struct explain *explain);

/* What the journal holds of a request, a line each; "" nothing. It is not read without KAFKA_BROKERS. */
int journal_find(struct tool *tool, const struct story *story, const char *request,
                 const char **lines);

#endif
