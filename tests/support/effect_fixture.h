/*
 * effect_fixture - a stage that asks for effects, and what its tests say to it and see of it.
 *
 * It answers an event with a fact "heard", a timer with "rang" and an answer with the answer's own kind, each with
 * its ref. What it asks for is called "render"; it is answered by "done", or by the reason why it failed.
 */
#ifndef TESTS_SUPPORT_EFFECT_FIXTURE_H
#define TESTS_SUPPORT_EFFECT_FIXTURE_H

#include "common/flow/effect.h"
#include "sim/toy.pb-c.h"
#include "tests/support/stage_test.h"

enum { EFFECT_IN, EFFECT_RESULTS, EFFECT_OUT, EFFECT_PROGRESS, EFFECT_TOPICS };

#define EFFECT_NUMBER 1

extern const struct catalogue effect_catalogue;
extern struct stage effect_asker;
extern struct stage_test effect_test;
extern int effect_tries;      /* how often one was run */
extern int effect_opened;     /* tools that are open now */
extern bool effect_shut;      /* none can be opened */
extern size_t effect_padding; /* bytes that its answer has beside */
extern size_t effect_asking;  /* bytes that what is asked for has beside */
extern bool effect_half; /* a try that fails leaves an answer, and one that succeeds gives none */
/* Called while it runs; NULL: nothing is. */
extern void (*effect_meanwhile)(const struct effect_request *request);
extern enum status effect_status;    /* what that answers */
extern enum status effect_id_status; /* of effect_ask_whole */

int effect_set_up(void **state);
int effect_tear_down(void **state);

/* Asks for each letter of ids; ring: when a timer asks for "t", 0: none; bad, not empty: is refused after all. */
void effect_feed(int64_t mesh, const char *ref, const char *ids, const char *bad, int64_t ring);
/* Asks for one id, as it is. */
void effect_ask_whole(const char *id);
/* An answer that the log has, whoever gave it; bad, not empty: its handler refuses it before mesh time 100. */
void effect_feed_result(const char *id, const char *bad);
/* All that is held, up to a frontier. */
void effect_fold_to(int64_t frontier);
void effect_assert_said(const char *kind, const char *ref);
void effect_assert_silent(void);
bool effect_asked(const char *id); /* and not answered */
bool effect_answered(const char *id);

#endif
