/*
 * story_fixture - a ticket with a Japanese message, and facts of triage about it with all that they can
 * have.
 *
 * The message m1 of ticket t1: "5月分が二重に請求されています。返金して<line feed>ください。card 4242",
 * under the subject "請求の件". All lives until scene_close.
 */
#ifndef TESTS_SUPPORT_STORY_FIXTURE_H
#define TESTS_SUPPORT_STORY_FIXTURE_H

#include "opsmesh/v1/triage.pb-c.h"
#include "services/opsmesh/story.h"

struct scene {
	struct told_list facts;
	struct story story;
};

void scene_open(void);
void scene_close(void);

struct scene *scene_make(bool revealed); /* of which nothing is known */
struct scene *scene_of(bool revealed);   /* with the ticket's opening and m1 */
/* Adds the fact to the scene, and tells it. */
struct story_line scene_tell(struct scene *scene, const Opsmesh__V1__TriageEvent *event);

/* Facts. */
Opsmesh__V1__TriageEvent *event_make(void);
Opsmesh__V1__TriageEvent *classified_make(void); /* a duplicate charge, 96.8 % sure */
Opsmesh__V1__TriageEvent *needs_human_make(Opsmesh__V1__NeedsHumanCause cause);
Opsmesh__V1__TriageEvent *corrected_make(const char *from); /* to refund */

/* Parts. */
char **two_words(const char *one, const char *other);
Opsmesh__V1__Span *span_make(uint32_t at, uint32_t size, bool in_subject);
Opsmesh__V1__ClassificationReason *reason_make(Opsmesh__V1__Span *span, int32_t weight_ppm);
Opsmesh__V1__RuleMatch **rules_make(const char *priority, const char *routing);
Opsmesh__V1__PatternEvidence *evidence_make(void); /* a burst of 12 within an hour */
Google__Protobuf__Timestamp *stamp_make(void);     /* 2026-05-01 */

#endif
