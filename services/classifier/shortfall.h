/*
 * shortfall - when a program's answers do not help a customer, and a person must look.
 *
 * A few small numbers are kept for a ticket: how often a program (ROLE_BOT) has written since a person of
 * ours did, and of the customer's last message its sentiment and a sketch of its words, from which nobody
 * can read them. A customer's message behind a program's is judged by them; where no program has written,
 * or a person has since, nothing falls short. The thresholds are a document:
 *
 *   {"id":"support","version":1,"effective_from":"2026-01-01T00:00:00Z",
 *    "bot_messages_at_least":1,"similar_ppm":420000,"sentiment_fall_ppm":300000,
 *    "sentiment_at_most_ppm":-100000,"confidence_below_ppm":450000,"content_from_ppm":100000}
 *
 * Pure. The schema is deploy/policies/schema/shortfall.schema.json.
 */
#ifndef SERVICES_CLASSIFIER_SHORTFALL_H
#define SERVICES_CLASSIFIER_SHORTFALL_H

#include "common/base/time.h"
#include "common/io/json.h"
#include "services/classifier/signal.h"

enum shortfall {
	SHORTFALL_ASKS_PERSON,
	SHORTFALL_ASKED_AGAIN, /* says so, or writes much the same again */
	SHORTFALL_CONTRADICTION,
	SHORTFALL_FALLING_SENTIMENT,
	SHORTFALL_LOW_CONFIDENCE, /* of the classifier; not where the customer is content */
	SHORTFALLS,
};
extern const char *const shortfall_names[]; /* "asks_person" ..., NULL at the end */

struct shortfall_rule {
	const char *id;
	int64_t version;
	struct instant effective_from;
	int32_t bot_messages_at_least; /* since a person wrote; 1 or more */
	int32_t similar_ppm;           /* from here on two messages ask the same */
	int32_t sentiment_fall_ppm;    /* from the message before, at least; and it is */
	int32_t sentiment_at_most_ppm; /* no better than this now */
	int32_t confidence_below_ppm;
	int32_t
	    content_from_ppm; /* sentiment from which a customer is content: "thanks, it works" */
};

/* Everything that it gives lives in the arena. */
bool shortfall_rule_parse(struct arena *arena, struct bytes text, struct shortfall_rule *rule,
                          struct json_error *error) MUST_CHECK;

/*
 * A set of words, or of pairs of characters where words are not parted, as the least of its hashes under
 * each of several functions: the share of equal ones is about what two sets have in common.
 */
#define SHORTFALL_SKETCH 64 /* the share is known to about 60000 ppm */
struct shortfall_sketch {
	uint8_t least[SHORTFALL_SKETCH]; /* their low bytes: one in 256 is equal by chance */
	uint16_t features;               /* how many there were */
};

void shortfall_sketch_make(const struct prepared *text, struct shortfall_sketch *sketch);
/* 0 to 1000000; of very short texts always 0. */
int32_t shortfall_similar(const struct shortfall_sketch *a, const struct shortfall_sketch *b);

/* What is kept for a ticket. Zero-initialised: nobody has written. */
struct shortfall_memory {
	uint16_t bot_messages;        /* since a person of ours wrote */
	bool answered;                /* by a program, since the customer's last message */
	bool asked;                   /* the customer has written: what follows is known */
	int32_t sentiment_ppm;        /* of their last message */
	struct shortfall_sketch said; /* in it */
};

#define SHORTFALL_MEMORY_SIZE 74
/*
 * Version 1 of its bytes: the version, 1 for answered plus 2 for asked, bot_messages, sentiment and the
 * sketch (features, then each least), numbers big-endian. False: they are no memory.
 */
void shortfall_encode(const struct shortfall_memory *memory,
                      uint8_t bytes[static SHORTFALL_MEMORY_SIZE]);
bool shortfall_decode(struct bytes bytes, struct shortfall_memory *memory) MUST_CHECK;

/* A public message of one of ours. */
void shortfall_on_bot(struct shortfall_memory *memory);
void shortfall_on_person(struct shortfall_memory *memory);

struct shortfall_message {
	uint32_t signals; /* as signals.said */
	int32_t sentiment_ppm;
	int32_t confidence_ppm; /* of the intent; below 0: it was not judged */
	struct shortfall_sketch words;
};

/* What fell short before this message of the customer: a bit for each; 0: nothing. It is remembered. */
uint32_t shortfall_on_customer(const struct shortfall_rule *rule, struct shortfall_memory *memory,
                               const struct shortfall_message *message);

#endif
