/*
 * story_reading - what the classifier read in a message and what the rules made of it, as parts of
 * sentences.
 *
 * Facts of triage hold places in a message instead of its words. The words are cut out here, out of the
 * message as the story has it, and only where personal text is shown; else the place itself is told.
 */
#ifndef SERVICES_OPSMESH_STORY_READING_H
#define SERVICES_OPSMESH_STORY_READING_H

#include "opsmesh/v1/triage.pb-c.h"
#include "services/opsmesh/story.h"

/* What the spans of a judgement are of; NULL: the story does not have it. */
struct story_source {
	const Opsmesh__V1__PersonalText *subject;
	const Opsmesh__V1__PersonalText *body;
};

struct story_source story_source_find(const struct story *story, const char *ticket,
                                      const char *message);

/* What rules decided, of whichever fact says it. */
struct story_decision {
	Opsmesh__V1__Priority priority;
	const char *queue;
	char **escalations;
	size_t escalation_count;
	Opsmesh__V1__RuleMatch **rules;
	size_t rule_count;
};

/* "96.8 %" of 968000; "-5 %" */
const char *story_share(const struct story *story, int64_t ppm);
/* "Japanese" of "ja" */
const char *story_language(const char *tag);
/* "duplicate charge (billing)"; "a billing matter" where the intent is not sure; "nothing known" */
const char *story_matter(const struct story *story, const char *intent,
                         Opsmesh__V1__Category category);
/* " by rule charged-twice, version 1 (intent=duplicate_charge)", or "" where none of the document matched. */
const char *story_rule(const struct story *story, const struct story_decision *decision,
                       const char *document);
/* "; priority high by rule ...; queue billing; on-call must hear of it at once" */
const char *story_decided(const struct story *story, const struct story_decision *decision);
/* "on-call must hear of it at once by rule ..."; only where there are any. */
const char *story_escalated(const struct story *story, const struct story_decision *decision);
/* "; because of "..." (48 %)", or "" */
const char *story_reasons(const struct story *story, const struct story_source *source,
                          Opsmesh__V1__ClassificationReason **reasons, size_t count);
/* "; in Japanese; heard: urgent, negative; sees: invoice INV-1", or "" */
const char *story_read(const struct story *story, const struct story_source *source,
                       const Opsmesh__V1__Reading *reading);
/* "; by model 0123456789ab, taxonomy support/1", or "" */
const char *story_versions(const struct story *story, const char *model, const char *taxonomy);

#endif
