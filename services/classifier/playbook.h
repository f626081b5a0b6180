/*
 * playbook - a decision tree that leads an agent through a case, question by question.
 *
 *   {"id":"refund","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "title":"Refund","intents":["refund"],"tiers":[...],"floor_ppm":300000,    as a macro's
 *    "languages":["en","ja"],"start":"paid",
 *    "steps":[{"id":"paid","ask":{"en":"Was it paid?","ja":"..."},
 *              "answers":[{"when":{"en":"Yes","ja":"はい"},"go":"send"},
 *                         {"when":{"en":"No","ja":"いいえ"},"go":"explain"}]},
 *             {"id":"send","do":{"en":"...","ja":"..."},"macro":"refund_received","end":true}]}
 *
 * A step asks, with at least two answers, or it does something and ends the path. Every step is reached
 * from start, no path leads in a circle, and every text is written in all of the languages. The schema is
 * deploy/policies/schema/playbook.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_PLAYBOOK_H
#define SERVICES_CLASSIFIER_PLAYBOOK_H

#include "services/classifier/suggest_document.h"

#define PLAYBOOK_FLOOR_PPM 300000 /* its first question costs little where the guess was wrong */
#define PLAYBOOK_STEPS_MAX 64     /* more than one person can keep in view */
#define PLAYBOOK_ANSWERS_MAX 8
#define PLAYBOOK_TEXT_MAX 1024

struct playbook_answer {
	const char *when[TONGUES];
	size_t go; /* the step's index */
};

struct playbook_step {
	const char *id;
	const char *words[TONGUES]; /* what is asked, or to be done */
	const struct playbook_answer *answers;
	size_t answer_count; /* 0: the path ends here */
	const char *macro;   /* the id of one to be sent; NULL: none */
};

struct playbook {
	struct suggest_head head;
	const struct playbook_step *steps;
	size_t step_count;
	size_t start;
};

/* Everything that it gives lives in the arena. Whether its macros exist is for who has them. */
bool playbook_parse(struct arena *arena, struct bytes text, struct playbook *playbook,
                    struct json_error *error) MUST_CHECK;

#endif
