/*
 * triage - what the files of the stage `triage` share: a ticket's row, one ticket at hand, its handlers.
 *
 * Every public message of a customer is judged (judge.h) and answered with TicketClassified or NeedsHuman.
 * The last answer stands in the ticket's row; when tier, region or a person's word about the priority
 * change, the rules are asked again of what was read, and the answer is said anew where they decide
 * otherwise. A priority rises with later messages and does not fall; only a person lowers it.
 */
#ifndef SERVICES_CLASSIFIER_TRIAGE_H
#define SERVICES_CLASSIFIER_TRIAGE_H

#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "services/classifier/guide.h"
#include "services/classifier/shortfall.h"

#define TRIAGE_UNKNOWN_INTENT "unknown" /* under which it is told to others */
#define TRIAGE_ID_MAX 200               /* bytes of an id that comes in a fact; ours have 36 */
#define TRIAGE_KEPT_TEXT_MAX 8192       /* bytes of a message that are kept for a correction */

/* A ticket as people read it; what is not known is NULL. */
struct triage_row {
	const char *ticket_id;
	const char *account_id;
	const char *customer; /* contact key */
	const char *tier;     /* words as rules write them */
	const char *region;
	const char *channel;
	const char *asked;    /* the priority that the sender asked for */
	const char *fixed;    /* the priority that a person of ours has set */
	const char *category; /* what stands */
	const char *intent;
	const char *priority;
	const char *queue;
	const char *language;
	const char *message_id; /* judged last */
	bool pinned;            /* category and intent are a person's */
	bool needs_human;
	int64_t confidence_ppm;
	int64_t contacts; /* messages of the customer */
	struct instant opened_at;
	struct instant judged_at;
	struct bytes subject; /* PersonalText, packed, until the first message is judged */
	struct bytes said;    /* the TriageEvent that stands, packed */
	struct bytes kept;    /* PersonalText, packed: the message judged last */
	struct bytes memory;  /* shortfall_encode */
};

/* What people corrected, to learn from. */
struct correction_row {
	const char *action_id;
	const char *ticket_id;
	const char *message_id;
	const char *from_intent;
	const char *intent;
	const char *language;
	const char *model;
	struct instant corrected_at;
	struct bytes body; /* PersonalText, packed */
};

extern const struct state_table triage_table;
extern const struct state_table correction_table;

/* One ticket at hand. */
struct triage {
	struct task *task;
	const struct guide *guide;
	const Opsmesh__V1__TicketEvent *event; /* NULL: an action */
	const char *cause_id;
	struct instant at; /* business time */
	struct triage_row row;
	bool known; /* there was a row */
};

/* Refuses an id that is not fit to be one, or that is another shard's. */
enum status triage_open(struct task *task, const char *ticket_id, struct triage *it) MUST_CHECK;
/* How the customer was served so far. False: the row cannot be read, and the task has failed (FATAL). */
bool triage_recall(struct triage *it, struct shortfall_memory *memory) MUST_CHECK;
void triage_remember(struct triage *it, const struct shortfall_memory *memory);
/*
 * On ops.triage.v1, under the ticket's key; the event is filled in but for what all of them have. *said is
 * set to its bytes, which live as long as the batch; NULL: nobody asks.
 */
enum status triage_say(struct triage *it, Opsmesh__V1__TriageEvent *event,
                       struct bytes *said) MUST_CHECK;

/* A customer's message: judged, answered, told to the stage pattern. */
enum status triage_judge(struct triage *it, const Opsmesh__V1__MessageAdded *added) MUST_CHECK;
/* The answer that stands, in the task's arena; NULL: none does yet. */
Opsmesh__V1__TriageEvent *triage_standing(const struct triage *it);
/* The rules once more over what stands; says it anew where they decide otherwise. */
enum status triage_again(struct triage *it) MUST_CHECK;

/* What was read, as the contract tells it (triage_read.c): nothing of it is the judgement's any more. */
struct judgement;
Opsmesh__V1__Reading *reading_make(struct arena *arena, const struct judgement *judgement);
Opsmesh__V1__ClassificationReason **reasons_make(struct arena *arena,
                                                 const struct judgement *judgement, size_t *count);

/* What the rules decide (triage_decide.c). */
struct decision {
	const char *priority; /* word */
	const char *queue;
	const char *escalation; /* NULL: nobody */
	Opsmesh__V1__RuleMatch **rules;
	size_t rule_count;
};
void triage_decide(const struct guide *guide, struct arena *arena, struct instant at,
                   const struct triage_row *row, const Opsmesh__V1__Reading *reading,
                   struct decision *decision);

Opsmesh__V1__Priority priority_of_word(const char *word);
const char *word_of_priority(Opsmesh__V1__Priority priority); /* NULL: unspecified */
const char *word_of_tier(struct arena *arena, Opsmesh__V1__Tier tier, const char *verbatim);

/* Handlers. */
enum status triage_on_opened(struct task *task, const Opsmesh__V1__TicketOpened *opened);
enum status triage_on_message_added(struct task *task, const Opsmesh__V1__MessageAdded *added);
enum status triage_on_priority_changed(struct task *task,
                                       const Opsmesh__V1__PriorityChanged *changed);
enum status triage_on_customer_resolved(struct task *task,
                                        const Opsmesh__V1__CustomerResolved *resolved);
enum status triage_on_account_changed(struct task *task,
                                      const Opsmesh__V1__AccountChanged *changed);
enum status triage_on_action_requested(struct task *task,
                                       const Opsmesh__V1__ActionRequested *requested);
void triage_need_ticket(struct task *task, const ProtobufCMessage *event);
void triage_need_action(struct task *task, const ProtobufCMessage *event);

#endif
