/*
 * judge - all that is read in one message, before anything is known of its ticket.
 *
 * The subject line, a line feed and what the author wrote themselves are one text to judge; places before
 * body_at are of the subject. Pure: the same for the same text and the same documents.
 */
#ifndef SERVICES_CLASSIFIER_JUDGE_H
#define SERVICES_CLASSIFIER_JUDGE_H

#include "services/classifier/entity.h"
#include "services/classifier/guide.h"
#include "services/classifier/model.h"
#include "services/classifier/signal.h"

/* Why the model says nothing. */
enum doubt { DOUBT_NONE, DOUBT_LOW_CONFIDENCE, DOUBT_NO_TEXT, DOUBT_LANGUAGE };
extern const char *const doubt_names[]; /* "low_confidence" ... behind an empty one */

struct judgement {
	struct prepared text;
	uint32_t body_at;
	struct language_verdict language;
	struct entity *entities;
	size_t entity_count;
	struct signals signals;
	bool modelled; /* the model was asked */
	struct model_verdict model;
	enum category category; /* the likeliest, by the sum of its intents */
	int32_t category_ppm;
	enum doubt doubt;
	bool intent_sure; /* else, without a doubt, only the category is */
};

/* Texts are valid UTF-8; subject may be NULL. What it points to lives in the arena. */
void judge(const struct guide *guide, struct arena *arena, const char *subject, const char *body,
           struct judgement *judgement);

#endif
