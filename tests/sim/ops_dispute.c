/*
 * What three people ask of disputes while the provider's news of them are on their way: they pin to a case, put its packet
 * up, take it back, approve it, and propose to give it up, in any order. One dispute has two cases, because it names its charge
 * late. Whatever crashes in between, an answer is asked to be sent once for a dispute, and by two of them.
 */
#include "tests/sim/ops_inside.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/chargeback/cases/case.h"
#include "services/chargeback/chargeback.h"
#include "tests/support/deployed.h"

#include <stdio.h>
#include <stdlib.h>

#define STAGES_MAX 5
#define TIMERS_MAX 8
#define PACKET "D1"

/* Deadlines as near as they may be, so that they warn and pass within a run. */
#define CASES                                                                             \
	"{\"id\":\"standard\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\"," \
	"\"buffer\":\"10s\",\"reminders\":[{\"step\":\"soon\",\"before\":\"2m\"}],"       \
	"\"on_call_before\":\"1m\",\"sweep_every\":\"1m\",\"gather_wait\":\"1s\","        \
	"\"lease\":\"1m\",\"queue\":\"disputes\",\"team\":\"billing\"}"

/* What the provider takes; only its field of texts is asked for here. */
#define LIMITS                                                                       \
	"{\"id\":\"p\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","   \
	"\"characters\":{\"together\":1000,\"source\":\"s\"},"                       \
	"\"files\":{\"bytes_together\":1000,\"media_types\":[\"application/pdf\"],"  \
	"\"source\":\"s\"},\"pages\":{\"most\":9,\"networks\":[],\"source\":\"s\"}," \
	"\"paper\":{\"size\":\"a4\",\"points\":12,\"source\":\"s\"},"                \
	"\"fields\":[{\"name\":\"uncategorized_text\",\"kind\":\"text\",\"characters\":1000}]}"

struct stage ops_dispute_stages[STAGES_MAX];
struct document ops_dispute_documents[DEPLOYED_MAX];
static struct stage_timer timers[TIMERS_MAX];

/* What is gathered is another test's: here a packet is there at once, and always the same. */
static enum status gather(struct task *task, const char *key)
{
	static const Opsmesh__V1__PacketKept nothing = OPSMESH__V1__PACKET_KEPT__INIT;
	struct case_packet_row row = { .digest = PACKET, .put_up_at = TIME_MIN };
	struct casework work;
	const char *home;
	const char *dispute;

	CHECK(case_id_parse(task->arena, key, &home, &dispute));
	TRY(case_take(task, home, dispute, task->due, &work));
	work.kept->gather_at = NULL;
	work.kept->gathered = text_mutable("gathered");
	work.kept->packet = text_mutable(PACKET);
	work.kept->pdf = text_mutable(PACKET);
	row.home = home;
	row.dispute_id = dispute;
	(void)task_load(task, &case_packet_table, &row);
	row.content = proto_pack(task->arena, &nothing.base);
	task_save(task, &case_packet_table, &row);
	return case_keep(&work);
}

static void take_timers(struct stage *stage)
{
	for (size_t i = 0; i == 0 || timers[i - 1].name != NULL; i++) {
		CHECK(i < TIMERS_MAX);
		timers[i] = stage->timers[i];
		if (text_equal(timers[i].name, CASE_TIMER_GATHER))
			timers[i].handle = gather;
	}
	stage->timers = timers;
}

/* In place of the one that is deployed. */
static void put_document(const char *name, const void *compiled, const char *reason)
{
	struct document *at = ops_dispute_documents;

	while (!text_equal(at->name, name))
		at++;
	at->compiled = compiled;
	if (compiled == NULL) {
		fprintf(stderr, "sim: a document does not compile: %s\n", reason);
		exit(EXIT_FAILURE);
	}
}

void ops_dispute_init(void)
{
	const struct document file = { .name = "cases/standard.json", .body = bytes_of(CASES) };
	const struct document limits = { .name = "packet/p.json", .body = bytes_of(LIMITS) };
	char reason[256];

	for (size_t i = 0; chargeback_stages[i].name != NULL; i++) {
		CHECK(i + 1 < STAGES_MAX);
		ops_dispute_stages[i] = chargeback_stages[i];
		if (text_equal(ops_dispute_stages[i].name, "case"))
			take_timers(&ops_dispute_stages[i]);
	}
	deployed_documents(chargeback_documents, ops_dispute_documents);
	put_document(CASE_POLICY, case_policy_compile(&file, 1, reason, sizeof(reason)), reason);
	put_document(CASE_LIMITS,
	             policy_compile(&packet_limits_kind, &limits, 1, reason, sizeof(reason)),
	             reason);
}

/* Asking. */

static const struct {
	const char *action;
	const char *rest; /* of the body */
} asked[] = {
	{ "pin", "\"kind\":\"delivery\",\"text\":\"Here it is.\"" },
	{ "approve", "\"decision\":\"stage\"" },
	{ "approve", "\"decision\":\"submit\",\"digest\":\"" PACKET "\"" },
	{ "approve", "\"decision\":\"stage\"" },
	{ "approve", "\"decision\":\"submit\",\"digest\":\"" PACKET "\"" },
	{ "close", "\"decision\":\"unstage\"" },
	{ "close", "\"decision\":\"accept\",\"reason\":\"It cannot be won.\"" },
	{ "approve", "\"decision\":\"accept\"" },
};

/* A request is of the case whose place begins its id. */
static const struct {
	const char *id;
	const char *home;
	const char *dispute;
} cases[] = {
	{ "d", "cus_1", OPS_DISPUTED },
	{ "g", OPS_GUESTS_CHARGE, OPS_GUESTS }, /* while nobody knows its customer */
	{ "h", "cus_1", OPS_GUESTS },
};

static void put_requests(struct world *world, struct chance *chance, int64_t at, size_t which)
{
	static const char *const people[] = { "mika", "ken", "aya" };
	const char *const home = cases[which].home;
	char ref[24];

	for (int i = chance_between(chance, 6, 14); i > 0; i--) {
		const bool first = chance_of(chance, 700);
		struct request *request;

		(void)snprintf(ref, sizeof(ref), "%s%d", cases[which].id, i);
		request = ops_put(world, at + chance_between(chance, 5, 70), "dispute", home, ref);
		request->number = which > 0 && first
		                      ? chance_between(chance, 1, 2)
		                      : chance_below(chance, first ? 5 : (int)COUNT_OF(asked));
		(void)snprintf(request->text, sizeof(request->text), "%s",
		               people[chance_below(chance, COUNT_OF(people))]);
		if (chance_of(chance, 200)) { /* it is sent twice */
			struct request *const again =
			    ops_put(world, request->at_s + 3, "dispute", home, ref);

			again->number = request->number;
			(void)snprintf(again->text, sizeof(again->text), "%s", request->text);
		}
	}
}

void ops_put_disputes(struct world *world, struct chance *chance, int64_t at)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		put_requests(world, chance, at, i);
}

static const char *case_of(struct arena *arena, size_t which)
{
	return arena_printf(arena, "case/%s/%s", cases[which].home, cases[which].dispute);
}

const char *ops_dispute_body(struct arena *arena, const struct request *request)
{
	size_t which = 0;

	while (cases[which].id[0] != request->ref[0])
		which++;
	return arena_printf(arena,
	                    "{\"action\":\"%s\",\"on\":{\"type\":\"case\",\"id\":\"%s\"},%s}",
	                    asked[request->number].action, case_of(arena, which),
	                    asked[request->number].rest);
}

/* Judging. */

static const Opsmesh__V1__DisputeEvent *dispute_event(struct arena *arena, const struct fact *fact)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->dead_letter || (fact->topic != OPS_DISPUTES && fact->topic != OPS_BY_DISPUTE))
		return NULL;
	CHECK(proto_unpack(arena, &opsmesh__v1__dispute_event__descriptor, fact->message, &message,
	                   problem));
	return (const Opsmesh__V1__DisputeEvent *)(void *)message;
}

static bool is_answer(const Opsmesh__V1__DisputeEvent *event, const char *ref)
{
	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_ACTION_APPLIED)
		return text_equal(event->action_applied->action_id, ref);
	return event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_ACTION_REFUSED &&
	       text_equal(event->action_refused->action_id, ref);
}

/* Of one case, so far. */
struct heard {
	const Opsmesh__V1__PacketStaged *staged; /* NULL: nothing is put up */
	const Opsmesh__V1__PacketStaged *approved;
	int asked;  /* answers */
	int missed; /* deadlines of it */
	int given_up;
};

static bool hear_asked(struct heard *heard, const Opsmesh__V1__SubmissionRequested *request,
                       char *why)
{
	if (heard->asked++ > 0 || heard->given_up > 0)
		return world_broken(why, "an answer was asked for again, or of what was given up");
	if (heard->staged == NULL || heard->approved == NULL ||
	    !text_equal(heard->approved->digest, request->digest) ||
	    !text_equal(heard->staged->digest, request->digest))
		return world_broken(why, "an answer was asked for that nobody approved");
	return !text_equal(heard->approved->by->principal, heard->staged->by->principal) ||
	       world_broken(why, "one person put up and approved an answer");
}

static bool hear(struct heard *heard, const Opsmesh__V1__DisputeEvent *event, char *why)
{
	switch ((int)event->fact_case) {
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_STAGED:
		heard->staged = event->packet_staged;
		return true;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_WITHDRAWN: heard->staged = NULL; return true;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_APPROVED:
		heard->approved = event->packet_approved;
		return true;
	case OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_REQUESTED:
		return hear_asked(heard, event->submission_requested, why);
	case OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_REQUESTED:
		return heard->given_up++ == 0 || world_broken(why, "a dispute was given up twice");
	case OPSMESH__V1__DISPUTE_EVENT__FACT_DEADLINE_MISSED:
		return heard->missed++ == 0 || world_broken(why, "a deadline was missed twice");
	default: return true;
	}
}

static bool is_asked(const Opsmesh__V1__DisputeEvent *event)
{
	return event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_REQUESTED ||
	       event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_ACCEPT_REQUESTED;
}

/* What the case says, and what it asks for: all of it one shard's, in its order. */
static bool check_case(struct world *world, struct arena *arena, const char *case_id, char *why)
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		struct heard heard = { .asked = 0 };

		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct fact *const fact = &world->store.images[i].facts[k];
			const Opsmesh__V1__DisputeEvent *const event = dispute_event(arena, fact);

			if (event != NULL && text_equal(event->case_id, case_id) &&
			    (fact->topic == OPS_BY_DISPUTE || !is_asked(event)) &&
			    !hear(&heard, event, why))
				return false;
		}
	}
	return true;
}

/* Of one dispute, over all its cases. */
struct answers {
	int asked; /* by its cases */
	int told;  /* to whoever does it */
	int withheld;
};

static void count_fact(struct answers *answers, const struct fact *fact,
                       const Opsmesh__V1__DisputeEvent *event)
{
	if (event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_ANSWER_WITHHELD)
		answers->withheld++;
	else if (is_asked(event) && fact->topic == OPS_BY_DISPUTE)
		answers->asked++;
	else if (is_asked(event))
		answers->told++;
}

static bool check_dispute(struct world *world, struct arena *arena, const char *dispute, char *why)
{
	struct answers answers = { 0 };

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct fact *const fact = &world->store.images[i].facts[k];
			const Opsmesh__V1__DisputeEvent *const event = dispute_event(arena, fact);

			if (event != NULL && text_equal(event->dispute_id, dispute))
				count_fact(&answers, fact, event);
		}
	return (answers.told == (answers.asked > 0 ? 1 : 0) &&
	        answers.told + answers.withheld == answers.asked) ||
	       world_broken(why, "of %d answers to %s %d are told and %d withheld", answers.asked,
	                    dispute, answers.told, answers.withheld);
}

static bool check_release(struct world *world, struct arena *arena, char *why)
{
	for (size_t i = 0; i < COUNT_OF(cases); i++)
		if (!check_case(world, arena, case_of(arena, i), why))
			return false;
	return check_dispute(world, arena, OPS_DISPUTED, why) &&
	       check_dispute(world, arena, OPS_GUESTS, why);
}

static int count_answers(struct world *world, struct arena *arena, const char *ref)
{
	int count = 0;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const Opsmesh__V1__DisputeEvent *const event =
			    dispute_event(arena, &world->store.images[i].facts[k]);

			count += event != NULL && is_answer(event, ref);
		}
	return count;
}

bool ops_check_disputes(struct world *world, struct arena *arena, char *why)
{
	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const request = &world->accepted[i];

		if (!text_equal(request->kind, "dispute"))
			continue;
		const int answers = count_answers(world, arena, request->ref);

		if (answers != 1)
			return world_broken(why, "dispute %s was answered %d times", request->ref,
			                    answers);
	}
	return check_release(world, arena, why);
}
