/*
 * vocabulary - what can be observed: the kinds of observations, and the fields that they have.
 *
 * An observation is one thing that happened, as it is known by now: a ticket, a reply, an outcome of a promise, a payment. A subject
 * (subject/) makes the observations of what it knows; when it learns more, those that changed are taken back and told anew. So what
 * is counted does not depend on the order in which things became known.
 *
 * A definition (definition/) names kinds and fields by these words. Everything about the vocabulary is in the tables below.
 */
#ifndef SERVICES_KPI_AGGREGATOR_VOCABULARY_VOCABULARY_H
#define SERVICES_KPI_AGGREGATOR_VOCABULARY_VOCABULARY_H

#include "common/base/time.h"

#include <stdbool.h>

/* Texts: what a figure is cut by, and what conditions ask for. */
#define VOCABULARY_WORDS(ON)                                                                       \
	ON(CHANNEL, channel, "The way by which the ticket came: \"email\".")                       \
	ON(TIER, tier, "What the account had bought when the ticket became known as its.")         \
	ON(REGION, region, "The account's region then; of payments the country of the card.")      \
	ON(LANGUAGE, language, "Of the customer's words, as last judged.")                         \
	ON(CATEGORY, category, "Of the ticket, as last judged or corrected.")                      \
	ON(INTENT, intent, "Of the ticket, as last judged or corrected.")                          \
	ON(QUEUE, queue, "Where the ticket should go, as last judged.")                            \
	ON(AGENT, agent, "Who did it, or had the ticket at that time.")                            \
	ON(TEAM, team, "Of whoever had the ticket at that time.")                                  \
	ON(PRODUCT, product, "What it is about: of a ticket its tag \"product:...\".")             \
	ON(ACCOUNT, account, "Account id.")                                                        \
	ON(ROLE, role, "Who did it: \"customer\", \"agent\", \"bot\", \"system\".")                \
	ON(PROMISE, promise, "Of a promise: \"first_reply\", \"next_reply\", \"resolution\", ...") \
	ON(STATUS, status, "What became of it.")                                                   \
	ON(REASON, reason, "Why: the code of a decline, a dispute, a discrepancy.")                \
	ON(NETWORK, network, "Of the card.")                                                       \
	ON(STAGE, stage, "Of a dispute: \"inquiry\", \"chargeback\".")                             \
	ON(PROGRAMME, programme, "Of a network: \"visa-vamp\".")                                   \
	ON(MOVE, move, "Of recurring revenue: \"new\", \"expansion\", \"churn\", ...")             \
	ON(PATTERN, pattern, "Id of the pattern of tickets.")                                      \
	ON(ZONE, zone, "Of a snapshot: whose midnight it is.")                                     \
	ON(OWNER, owner, "Who looks after the account, as it was declared last.")                  \
	ON(ACCOUNT_METER, account_meter, "Whose usage, of which meter: \"acme/calls\".")

/* Instants: by which window an observation counts, and the ends of measured spans. */
#define VOCABULARY_TIMES(ON)                                                         \
	ON(AT, at, "When it happened.")                                              \
	ON(BEGAN_AT, began_at, "Since when it was waited for.")                      \
	ON(DECIDED_AT, decided_at, "When it was decided, or paid.")                  \
	ON(OPENED_AT, opened_at, "When the ticket was opened.")                      \
	ON(ASKED_AT, asked_at, "When the customer first wrote.")                     \
	ON(REPLIED_AT, replied_at, "When a person of ours first replied in public.") \
	ON(SOLVED_AT, solved_at, "When the ticket was first solved.")                \
	ON(LAST_SOLVED_AT, last_solved_at, "When it was solved last, and is so still.")

/* Whole numbers. */
#define VOCABULARY_NUMBERS(ON)                                                      \
	ON(MINOR, minor, "An amount in minor units of the observation's currency.") \
	ON(SCORE_PPM, score_ppm, "A score as a share of the best one.")             \
	ON(CONFIDENCE_PPM, confidence_ppm, "How sure the model was.")               \
	ON(REPLIES, replies, "Public replies of people until it was first solved.") \
	ON(UNITS, units, "Seats, units of usage; below zero: fewer.")               \
	ON(CHANGE, change, "One more, or one less, of what is counted as a level.") \
	ON(AGE_US, age_us, "How old it was at that time.")                          \
	ON(SPAN_US, span_us, "How long it took on the clock of its own promise.")   \
	ON(RATIO_PPM, ratio_ppm, "A ratio as somebody else computed it.")

/* What is so, or is not. */
#define VOCABULARY_MARKS(ON)                                                        \
	ON(BY_CUSTOMER, by_customer, "A customer began it.")                        \
	ON(ANSWERED, answered, "A person of ours has replied in public.")           \
	ON(SOLVED, solved, "It has been solved.")                                   \
	ON(ONE_TOUCH, one_touch,                                                    \
	   "Solved with at most one public reply, and not reopened within 7 days.") \
	ON(REOPENED, reopened, "It was reopened after it was solved.")              \
	ON(REOPENED_SOON, reopened_soon, "Reopened within 7 days of being solved.") \
	ON(ESCALATED, escalated, "Somebody had to hear of it at once.")             \
	ON(BOT_REPLIED, bot_replied, "A program has replied.")                      \
	ON(FIRST, first, "The first of its kind on its subject.")                   \
	ON(MET, met, "In time.")                                                    \
	ON(BREACHED, breached, "Not in time.")                                      \
	ON(CANCELLED, cancelled, "Of no interest any more.")                        \
	ON(RETROACTIVE, retroactive, "Due already when the target came to be.")     \
	ON(AGENTS, agents, "Counts for the score of agents.")                       \
	ON(WAITING, waiting, "The customer waits for us.")                          \
	ON(UNTOUCHED, untouched, "Nobody of ours has written on it or taken it.")   \
	ON(SATISFIED, satisfied, "At least 4 of 5, or the better of two.")          \
	ON(ABSTAINED, abstained, "The model was not sure.")                         \
	ON(CORRECTED, corrected, "A person said otherwise.")                        \
	ON(SUCCEEDED, succeeded, "It came through.")                                \
	ON(RECOVERED, recovered, "It failed first, and came through later.")        \
	ON(LAST, last, "Of all attempts the first success, else the newest.")       \
	ON(SENT, sent, "It reached the network.")                                   \
	ON(EXHAUSTED, exhausted, "All was done to collect it.")                     \
	ON(WON, won, "Decided for us.")                                             \
	ON(DECIDED, decided, "It is decided.")                                      \
	ON(OPEN, open, "It is open still.")                                         \
	ON(EXPLAINED, explained, "Its cause is known.")                             \
	ON(RETRIED, retried, "Tried again after a failure.")                        \
	ON(PROMISED, promised, "A promise had begun and not ended.")

#define VOCABULARY_WORD(NAME, name, doc) WORD_##NAME,
#define VOCABULARY_TIME(NAME, name, doc) TIME_##NAME,
#define VOCABULARY_NUMBER(NAME, name, doc) NUMBER_##NAME,
#define VOCABULARY_MARK(NAME, name, doc) MARK_##NAME,
enum observation_word { VOCABULARY_WORDS(VOCABULARY_WORD) OBSERVATION_WORDS };
enum observation_time { VOCABULARY_TIMES(VOCABULARY_TIME) OBSERVATION_TIMES };
enum observation_number { VOCABULARY_NUMBERS(VOCABULARY_NUMBER) OBSERVATION_NUMBERS };
enum observation_mark { VOCABULARY_MARKS(VOCABULARY_MARK) OBSERVATION_MARKS };
#undef VOCABULARY_WORD
#undef VOCABULARY_TIME
#undef VOCABULARY_NUMBER
#undef VOCABULARY_MARK

enum observation_kind {
	OBSERVATION_TICKET, /* a ticket, once, whatever became of it */
	OBSERVATION_REPLY, /* a public reply to what a customer wrote; one that has not come has no `at` */
	OBSERVATION_SOLVE,       /* a ticket was solved */
	OBSERVATION_REOPEN,      /* a solved ticket was reopened */
	OBSERVATION_CSAT,        /* a customer said how content they are */
	OBSERVATION_BACKLOG,     /* a ticket that is open at a local midnight */
	OBSERVATION_PROMISE,     /* a clock of a ticket: met, breached, cancelled, open */
	OBSERVATION_JUDGEMENT,   /* what the classifier said of a message */
	OBSERVATION_ASSISTANCE,  /* a ticket on which a program replied */
	OBSERVATION_PATTERN,     /* a ticket of a pattern */
	OBSERVATION_ACCOUNT,     /* an account that we know */
	OBSERVATION_PAYMENT,     /* a payment, whatever became of it */
	OBSERVATION_REFUND,      /* a refund */
	OBSERVATION_CREDIT,      /* a credit note */
	OBSERVATION_INVOICE,     /* an invoice */
	OBSERVATION_DISCREPANCY, /* a discrepancy of the books */
	OBSERVATION_RECURRING,   /* recurring revenue moved */
	OBSERVATION_SEAT,        /* seats moved */
	OBSERVATION_USAGE,       /* usage was taken */
	OBSERVATION_DISPUTE,     /* a dispute's case */
	OBSERVATION_WARNING,     /* an early fraud warning */
	OBSERVATION_PROGRAMME,   /* how a network's monitoring programme stands */
	OBSERVATION_ENTITLEMENT, /* seats that may be used became more or fewer */
	OBSERVATION_RENEWAL,     /* the end of a paid time that is to come */
	OBSERVATION_OWNER,       /* who looks after an account */
	OBSERVATION_KINDS
};

/* Texts are borrowed, "" where not known; times TIME_MIN where there is none. Made by observation_of. */
struct observation {
	enum observation_kind kind;
	const char *number; /* tells those of one kind of one subject apart: "1", a message id */
	const char *currency;
	const char *words[OBSERVATION_WORDS];
	struct instant times[OBSERVATION_TIMES];
	int64_t numbers[OBSERVATION_NUMBERS];
	uint64_t marks; /* bit 1 << enum observation_mark */
};

/* Where an observation is found again once it was counted. */
enum vocabulary_kept {
	KEPT_NOT,
	KEPT_ROW, /* in a row of the table `observation` */
	KEPT_SUBJECT, /* in its subject's row, among all that was told of it: they would be too many rows */
};

struct vocabulary_kind {
	const char *name; /* "first_reply" */
	const char *doc;
	enum vocabulary_kept kept;
	/* Which fields it has, bits by the enums above. */
	uint64_t words;
	uint64_t times;
	uint64_t numbers;
	uint64_t marks;
};
struct vocabulary_field {
	const char *name;
	const char *doc;
};
extern const struct vocabulary_kind vocabulary_kinds[OBSERVATION_KINDS];
extern const struct vocabulary_field vocabulary_words[OBSERVATION_WORDS];
extern const struct vocabulary_field vocabulary_times[OBSERVATION_TIMES];
extern const struct vocabulary_field vocabulary_numbers[OBSERVATION_NUMBERS];
extern const struct vocabulary_field vocabulary_marks[OBSERVATION_MARKS];

/* -1: there is none of that name. */
int vocabulary_find(const struct vocabulary_field *fields, size_t count, const char *name);
int vocabulary_find_kind(const char *name);

/* With nothing known. */
struct observation observation_of(enum observation_kind kind, const char *number);
static inline bool observation_is(const struct observation *it, enum observation_mark mark)
{
	return (it->marks >> mark & 1) != 0;
}
static inline void observation_mark(struct observation *it, enum observation_mark mark, bool is)
{
	it->marks = (it->marks & ~(UINT64_C(1) << mark)) | ((uint64_t)is << mark);
}
/* Do they say the same? */
bool observation_same(const struct observation *a, const struct observation *b);

#endif
