/*
 * case - what the handlers of the stage `case` share: the rows, and one case at hand.
 *
 * A handler loads a case (case_take), lets the pure parts decide, says what became of it (case_say.c), and saves the case with its
 * one timer (case_keep). A case is a row of its home (the account, or what stands in for it) and the provider's id of the
 * dispute or warning; its public id is "case/<home>/<dispute>".
 */
#ifndef SERVICES_CHARGEBACK_CASES_CASE_H
#define SERVICES_CHARGEBACK_CASES_CASE_H

#include "common/flow/task.h"
#include "opsmesh/v1/action.pb-c.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "opsmesh/v1/material.pb-c.h"
#include "services/chargeback/dossier/dossier.h"
#include "services/chargeback/evidence/evidence.h"
#include "services/chargeback/life/case_policy.h"
#include "services/chargeback/life/life.h"
#include "services/chargeback/packet/packet.h"

#define CASE_TIMER_JUDGE "judge"   /* one of a case: the next of its deadlines */
#define CASE_TIMER_GATHER "gather" /* one of a case: its evidence */
#define CASE_TIMER_SWEEP "sweep"   /* one of a shard */
#define CASE_REASONS "reasons"     /* documents, as the daemon names them */
#define CASE_LIMITS "packet"
#define CASE_ID_MAX 255   /* bytes of an id that is a key */
#define CASE_ADDED_MAX 64 /* items that people add to a case */
#define CASE_RUNBOOK "deploy/runbooks/dispute-deadline.md"

/* A case as people read it, and all else of it in kept. */
struct case_row {
	const char *home;
	const char *dispute_id;
	int64_t life;      /* enum life_state */
	const char *stage; /* in words, as is state */
	const char *state;
	const char *status; /* the provider's word */
	const char *payment_id;
	const char *customer_id;
	const char *reason;
	const char *network;
	const char *code;
	int64_t amount; /* minor units; with currency NULL: not known */
	const char *currency;
	struct instant created_at; /* when the bank began it; TIME_MIN: not told, as all below */
	struct instant opened_at;  /* when the case began here */
	struct instant due_by;
	struct instant deadline;
	struct instant next_due; /* of the timer */
	const char *owner;       /* principal; NULL: the queue has it */
	const char *queue;
	const char *
	    response; /* "none", "staged", "requested", "accept_proposed", "accepted", "given_up" */
	const char *decision; /* NULL: none */
	struct bytes kept;    /* CaseKept, packed */
};

/* What a sweep looks at: in memory for every open case. */
struct open_case_row {
	const char *home;
	const char *dispute_id;
	int64_t lacks; /* bits of enum case_lack */
};

enum case_lack { CASE_LACKS_OWNER = 1, CASE_LACKS_DEADLINE = 2, CASE_LACKS_EVIDENCE = 4 };

/* The sweep under way, and what the last one found; one row of a shard. */
struct sweep_row {
	const char *name;     /* "sweep" */
	struct instant began; /* TIME_MIN: none is under way */
	const char *home;     /* behind this case it goes on; NULL: at the beginning */
	const char *dispute_id;
	int64_t open;
	int64_t without_owner;
	int64_t without_deadline;
	int64_t without_evidence;
	const char *found; /* case ids, a line each (listed.h); NULL: none */
	int64_t last_open; /* of the last that was whole, as the two below */
	int64_t last_orphans;
	struct instant last_at; /* TIME_MIN: there was none */
};

extern const struct state_table dispute_case_table;
extern const struct state_table open_case_table;
extern const struct state_table sweep_table;
extern const struct state_table case_alert_table;

/* One case at hand, from the load of its row to the save. */
struct casework {
	struct task *task;
	const struct case_policy *policy;
	struct case_row row;
	Opsmesh__V1__CaseKept *kept;
	const char *case_id;
	const char *cause_id; /* ce_id of the event; "": a timer */
	struct instant at;    /* of the fact, action or timer */
	bool known;           /* the row was there */
};

/* Loads it, or begins it. */
enum status case_take(struct task *task, const char *home, const char *dispute_id,
                      struct instant at, struct casework *work) MUST_CHECK;
/* That of what the stage `index` brings. */
enum status case_take_at(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                         const char *dispute_id, struct casework *work) MUST_CHECK;
/* "case/<home>/<dispute>", apart; false: it is no such id. An account's id may have a slash, the provider's have none. */
bool case_id_parse(struct arena *arena, const char *case_id, const char **home,
                   const char **dispute_id) MUST_CHECK;
/* With its timer, and what sweeps and the dossier's list of open cases go by. */
enum status case_keep(struct casework *work) MUST_CHECK;
/* A later state may know less than an earlier one: what was known stays. */
void case_learn(const char **known, const char *told);
enum life_state case_life(const struct casework *work);
enum life_stage case_stage(const struct casework *work);
/* NULL: it is not known. */
Opsmesh__V1__Money *case_money(struct arena *arena, int64_t minor, const char *currency);
/* The documents that decide: "cases/1". */
const char *case_policy_name(const struct casework *work);

/* Saying. */

/* A fact of the case; the event's fact is set, the rest is filled here. */
enum status case_emit(struct casework *work, Opsmesh__V1__DisputeEvent *event) MUST_CHECK;
/* Likewise, of what is to be done at the provider: the stage `answer` says it, unless another case of the dispute was first. */
enum status case_ask(struct casework *work, Opsmesh__V1__DisputeEvent *event) MUST_CHECK;
Opsmesh__V1__CaseStage case_stage_number(enum life_stage stage);
Opsmesh__V1__CaseState case_state_number(enum life_state state);

/* Life (case_life.c). */

/* The case moves by a cause, and what follows from that is said. */
enum status case_move(struct casework *work, enum life_cause cause) MUST_CHECK;
/* As it stands now, with its problems (case_opened.c). */
enum status case_say_opened(struct casework *work) MUST_CHECK;
/* charge_unknown: the charge has not come, and nothing can be answered. */
enum status case_on_dispute(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                            const Opsmesh__V1__DisputeChanged *changed,
                            bool charge_unknown) MUST_CHECK;
/* A dispute or warning of which nobody knows the customer is a case all the same (case_place.c), and ends as placed when it goes on elsewhere. */
enum status case_on_unplaced(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                             const Opsmesh__V1__ObjectUnplaced *unplaced) MUST_CHECK;
enum status case_on_placed(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                           const Opsmesh__V1__ObjectPlaced *placed) MUST_CHECK;
/* By a balance transaction: taken, or given back. */
enum status case_on_funds(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                          const Opsmesh__V1__DisputeFundsMoved *moved, bool back) MUST_CHECK;
enum status case_on_warning(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                            const Opsmesh__V1__FraudWarningChanged *changed) MUST_CHECK;

/* Deadlines (case_deadline.c). */

/* As the provider's due_by is now: set, moved, withdrawn. */
enum status case_schedule(struct casework *work, struct instant due_by) MUST_CHECK;
/* When the timer is to look next; TIME_MAX: never. */
struct instant case_next_due(const struct casework *work);
enum status case_judge(struct task *task, const char *key);
void case_need_judge(struct task *task, const char *key);
/* An answer was asked to be sent, or none is needed any more: alerts of the deadline end. */
enum status case_answered(struct casework *work, const char *reason) MUST_CHECK;
/* It is answered after all: what has passed meanwhile is not said any more. */
void case_resume(struct casework *work);
/* The stage is over, and with it its deadline and all that was said of that. */
enum status case_end_stage(struct casework *work, const char *reason) MUST_CHECK;

/* The provider has an answer to this stage, ours or another's. */
bool case_is_answered(const struct casework *work);
/* Nothing that was asked to be sent is waited for. */
enum status case_seen(struct casework *work, const char *reason) MUST_CHECK;
/* Nor that it is shown as given up. */
enum status case_ended(struct casework *work, const char *reason) MUST_CHECK;

/* Alerts (case_alert.c). */

struct case_alarm {
	const char *rule; /* "deadline_missed": part of the alert's id */
	Opsmesh__V1__Severity severity;
	const char *summary;     /* one sentence, no personal data */
	const char *description; /* what it means and what to do first */
};

/* Nothing where it is raised already. */
enum status case_raise(struct casework *work, const struct case_alarm *alarm) MUST_CHECK;
enum status case_resolve(struct casework *work, const char *rule, const char *reason) MUST_CHECK;
enum status case_on_alert_action(struct task *task,
                                 const Opsmesh__V1__ActionRequested *requested) MUST_CHECK;

/* Sweeps (case_sweep.c). */

enum status case_sweep(struct task *task, const char *key);
/* The first open case of a shard begins its sweeps. */
enum status case_begin_sweeps(struct casework *work) MUST_CHECK;

/* Evidence (case_gather.c). */

/* What there is for the case now, and by which documents. */
struct case_evidence {
	struct reason_answer answer;
	struct evidence evidence;
	const char *policy; /* "reasons/networks/1 evidence/intents/1 shown/checkout/1" */
};

enum status case_look(struct casework *work, struct case_evidence *found) MUST_CHECK;
enum status case_gather(struct task *task, const char *key);
/* Which payments it is over, where it is over several; said when it is other than before (case_bundle.c). */
enum status case_bundle_say(struct casework *work, const struct bundle *bundle) MUST_CHECK;
/* Its evidence is looked at anew as soon as timers fire. */
void case_gather_soon(struct casework *work);
/* What waits to be gathered is gathered before somebody decides by it. The case at hand is loaded again: nothing of it is to be saved yet. */
enum status case_gather_now(struct casework *work) MUST_CHECK;
/* Something came that may be evidence: the cases of the dossier look again, soon. */
enum status case_stir(struct task *task, const struct dossier_row *dossier,
                      struct instant at) MUST_CHECK;

/* Packets (case_packet.c). */

/* A packet as it was put together: the one that stands, and each that was ever put up. */
struct case_packet_row {
	const char *home;
	const char *dispute_id;
	const char *digest;
	struct instant put_up_at; /* TIME_MIN: nobody did */
	struct bytes content;     /* PacketKept, packed */
};

extern const struct state_table case_packet_table;

/* A packet again, as it was put together. */
struct case_packet {
	struct packet packet; /* what is sent */
	const Opsmesh__V1__PacketKept *kept;
	const char *text; /* its canonical text, of which its digest is */
};

/* What was put up and speaks against us by now is put up no more. */
enum status case_packet_doubt(struct casework *work, const struct case_evidence *found) MUST_CHECK;
/* The packet of what there is now, unless one is put up or was asked to be sent. */
enum status case_pack(struct casework *work, const struct case_evidence *found) MUST_CHECK;
struct packet case_packet_read(struct arena *arena, const char *home,
                               const Opsmesh__V1__PacketKept *kept);
/* By its digest, from its row, whatever has come since; *found false: it is not kept. */
enum status case_packet_again(struct casework *work, const char *digest, struct case_packet *packet,
                              bool *found) MUST_CHECK;
/* None stands any more; its row goes, unless somebody has put it up. */
void case_packet_forget(struct casework *work);
/* It is kept from now on. */
void case_packet_put_up(struct casework *work, const char *digest);

/* What people ask for (case_action.c, case_release.c, case_item.c). */

struct case_request {
	struct casework *work;
	const Opsmesh__V1__ActionEvent *action;
	const Opsmesh__V1__ActionRequested *requested;
};

enum status case_on_action(struct task *task, const Opsmesh__V1__ActionRequested *requested);
void case_need_action(struct task *task, const ProtobufCMessage *message);
enum status case_refuse(struct case_request *request, Opsmesh__V1__RefusalCode code,
                        const char *field, const char *reason) MUST_CHECK;
enum status case_applied(struct case_request *request) MUST_CHECK;
/* Two people are two principals, neither for the other nor both for a third; whom nobody knows is no other person. */
bool case_same_person(const Opsmesh__V1__Actor *by, const char *principal, const char *behalf);
/* What is late is said, and after the provider's own time it must be meant so. */
bool case_is_past(const struct casework *work, struct instant limit);
/* What has to be acknowledged before the dispute at hand is answered; NULL: nothing. */
const struct packet_compliance *case_compliance(const struct casework *work);
/* The packet that is put up is to be sent: the fact that says so, with all that its sender needs (case_submission.c). */
enum status case_submission_ask(struct case_request *request) MUST_CHECK;
enum status case_release(struct case_request *request, const char *decision) MUST_CHECK;
enum status case_give_up(struct case_request *request, const char *decision) MUST_CHECK;
enum status case_pin(struct case_request *request) MUST_CHECK;
/* An item of people's is evidence from now on, and the action that brought it is answered. */
enum status case_add(struct case_request *request, Opsmesh__V1__EvidenceItem *item) MUST_CHECK;
enum status case_correct(struct case_request *request) MUST_CHECK;
/* Which payments it is over, as a person names them (case_bundle.c). */
enum status case_bundle_name(struct case_request *request) MUST_CHECK;
/* The packet is another by what somebody did: what was put up is not any more. */
enum status case_unstage(struct casework *work, const Opsmesh__V1__Actor *by) MUST_CHECK;

/* Handlers of what the stage index brings. */

enum status case_on_material(struct task *task, const ProtobufCMessage *message);
void case_need_material(struct task *task, const ProtobufCMessage *message);

#endif
