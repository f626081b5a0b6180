/*
 * watcher - what the files of the stage `clock` share: its rows, one ticket at hand, its handlers.
 *
 * A handler decodes a fact to an input (clock_stage.c), lets the pure part decide (ticket.h), says what it
 * decided (say.c, alert.c) and saves the ticket with its one timer (watch.c).
 */
#ifndef SERVICES_SLA_WATCHER_WATCHER_H
#define SERVICES_SLA_WATCHER_WATCHER_H

#include "common/base/text.h"
#include "common/flow/alert.h"
#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/ticket.pb-c.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "services/sla-watcher/policy_document.h"
#include "services/sla-watcher/ticket.h"

/* The name of the document that holds policies, calendars and holidays: a struct sla_library. */
#define WATCH_BOOK "book"
#define WATCH_TIMER "judge" /* one for each ticket */
#define WATCH_ID_MAX 200    /* bytes of an id that comes in a fact; ours have 36 */

/* A ticket as people read it, and all of it in body. */
struct sla_ticket_row {
	const char *ticket_id;
	const char *status;
	const char *tier; /* NULL: not known, as all below */
	const char *priority;
	const char *channel;
	const char *policy; /* ids; NULL: none applies */
	const char *rule;
	const char *calendar;
	struct instant opened_at;
	struct instant next_due; /* the earliest due that is still to come; TIME_MIN: none */
	int64_t overdue;         /* clocks that have breached and run on */
	struct bytes replies;    /* struct watch_reply, packed */
	struct bytes body;       /* sla_ticket_encode */
};

/* An alert about one breach. */
struct sla_alert_row {
	struct alert_row alert; /* its home is the ticket */
	const char *metric;
	int64_t instance;
	const char *breach_id; /* ce_id of the SlaBreached */
};
static_assert(offsetof(struct sla_alert_row, alert) == 0, "what is common is at the beginning");

extern const struct state_table sla_ticket_table;
extern const struct state_table sla_alert_table;
extern const struct stage sla_watcher_stages[]; /* ended by a name of NULL */

/* The book from its documents, for as long as the process lives; NULL: reason names path and field. */
const void *watch_compile(const struct document *files, size_t count, char *reason,
                          size_t reason_size);

/* The reply by which a clock ended that is not judged yet. */
struct watch_reply {
	enum sla_metric metric;
	uint32_t instance;
	const char *message_id;
};

/* One ticket at hand, from the load of its row to the save. */
struct watch {
	struct task *task;
	const struct sla_library *library;
	const char *ticket_id;
	const char *cause_id;   /* ce_id of the event; "": a timer */
	const char *message_id; /* of the message that is the input; "": none */
	struct sla_ticket before;
	struct sla_ticket ticket;
	struct watch_reply replies[SLA_CLOCKS_MAX];
	size_t reply_count;
};

/* Refuses an id that is not fit to be one, or that is another shard's. */
enum status watch_open(struct task *task, const char *ticket_id, struct watch *watch) MUST_CHECK;
/* Decides and says; nothing is saved where the input does not apply. */
enum status watch_take(struct watch *watch, const struct sla_input *input) MUST_CHECK;
/* After the ticket has changed by an input, and what was said has been said. */
void watch_save(struct watch *watch, const struct sla_input *input);
/* The reply that ended a clock; "": it is not known, or none did. */
const char *watch_reply_of(const struct watch *watch, const struct sla_clock *clock);

/* Every fact as an SlaEvent, with the alerts that follow from it. */
enum status say_facts(struct watch *watch, const struct sla_said *said) MUST_CHECK;
/* What a fact means for the alert on its clock; sla_id is the ce_id of the SlaEvent just said. */
enum status alert_follow(struct watch *watch, const struct sla_fact *fact,
                         const char *sla_id) MUST_CHECK;
/* ce_id of the breach that an alert not yet resolved rests on; "": there is none. */
const char *alert_breach_id(struct watch *watch, const struct sla_clock *clock);

/* Words of the contract's enums by number, as rules write them; the first has none. */
#define TIER_WORDS 5
#define PRIORITY_WORDS 5
extern const char *const tier_words[TIER_WORDS];
extern const char *const priority_words[PRIORITY_WORDS];

static inline bool clock_overdue(const struct sla_clock *clock)
{
	return clock->state == SLA_OVERDUE || clock->state == SLA_OVERDUE_PAUSED;
}

/* Handlers. */

enum status clock_on_opened(struct task *task, const Opsmesh__V1__TicketOpened *opened);
enum status clock_on_message_added(struct task *task, const Opsmesh__V1__MessageAdded *added);
enum status clock_on_status_changed(struct task *task, const Opsmesh__V1__StatusChanged *changed);
enum status clock_on_reopened(struct task *task, const Opsmesh__V1__TicketReopened *reopened);
enum status clock_on_priority_changed(struct task *task,
                                      const Opsmesh__V1__PriorityChanged *changed);
enum status clock_on_customer_resolved(struct task *task,
                                       const Opsmesh__V1__CustomerResolved *resolved);
enum status clock_on_account_changed(struct task *task, const Opsmesh__V1__AccountChanged *changed);
enum status clock_on_classified(struct task *task, const Opsmesh__V1__TicketClassified *classified);
enum status clock_on_corrected(struct task *task,
                               const Opsmesh__V1__ClassificationCorrected *corrected);
enum status clock_on_needs_human(struct task *task, const Opsmesh__V1__NeedsHuman *human);
enum status clock_on_action_requested(struct task *task,
                                      const Opsmesh__V1__ActionRequested *requested);
enum status clock_judge(struct task *task, const char *key);
void clock_need_ticket(struct task *task, const ProtobufCMessage *event);
void clock_need_triaged(struct task *task, const ProtobufCMessage *event);
void clock_need_alert(struct task *task, const ProtobufCMessage *event);
void clock_need_timer(struct task *task, const char *key);

#endif
