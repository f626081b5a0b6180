#include "tests/support/dispute_line.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/alert.pb-c.h"
#include "opsmesh/v1/dispute.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <string.h>

#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name

static const char *const stages[] = { "-", "warning", "inquiry", "chargeback" };
static const char *const states[] = {
	"-",        "needs_response",      "under_review", "won",       "lost",
	"late_won", "partially_recovered", "withdrawn",    "prevented", "closed_unanswered",
	"placed"
};

static const char *time_text(struct arena *arena, const Google__Protobuf__Timestamp *stamp)
{
	char text[TIME_TEXT_SIZE];
	struct instant at;

	return proto_instant(stamp, &at) ? arena_string(arena, time_format(at, text)) : "none";
}

static const char *opened_line(struct arena *arena, const Opsmesh__V1__CaseOpened *opened)
{
	const char *line =
	    arena_printf(arena, "opened %s %s%s%s", stages[opened->stage], states[opened->state],
	                 *opened->reason_title != '\0' ? ": " : "", opened->reason_title);

	for (size_t i = 0; i < opened->n_problems; i++)
		line = arena_printf(arena, "%s [%s]", line, opened->problems[i]);
	return line;
}

static const char *funds_line(struct arena *arena, const char *name,
                              const Opsmesh__V1__CaseFundsMoved *moved)
{
	return arena_printf(arena, "%s %s %lld %s", name, moved->transaction_id,
	                    (long long)moved->amount->minor, moved->amount->currency);
}

static const char *refused_line(struct arena *arena, const Opsmesh__V1__ActionRefused *refused)
{
	const ProtobufCEnumValue *const code =
	    protobuf_c_enum_descriptor_get_value(&opsmesh__v1__refusal_code__descriptor,
	                                         (int)refused->code);

	return arena_printf(arena, "action_refused %s %s", refused->field,
	                    code->name + strlen("REFUSAL_CODE_"));
}

static const char *swept_line(struct arena *arena, const Opsmesh__V1__CaseSwept *swept)
{
	return arena_printf(arena, "orphans_swept %lld: %lld %lld %lld, %zu named",
	                    (long long)swept->open, (long long)swept->without_owner,
	                    (long long)swept->without_deadline, (long long)swept->without_evidence,
	                    swept->n_case_ids);
}

static const char *near_line(struct arena *arena, const char *name,
                             const Opsmesh__V1__DisputeEvent *event)
{
	return arena_printf(arena, "%s %s %s", name, event->reminder_due->step,
	                    time_text(arena, event->occurred_at));
}

static const char *asked_line(struct arena *arena, const Opsmesh__V1__SubmissionRequested *asked)
{
	return arena_printf(arena, "submission_requested %s %s%s", stages[asked->stage],
	                    asked->digest, asked->late ? " late" : "");
}

static const char *case_line(struct arena *arena, const char *name,
                             const Opsmesh__V1__DisputeEvent *event)
{
	switch ((int)event->fact_case) {
	case FACT(OPENED): return opened_line(arena, event->opened);
	case FACT(FUNDS_WITHDRAWN):
	case FACT(FUNDS_REINSTATED): return funds_line(arena, name, event->funds_withdrawn);
	case FACT(DEADLINE_SET):
	case FACT(DEADLINE_MOVED):
		return arena_printf(arena, "%s %s", name,
		                    time_text(arena, event->deadline_set->deadline));
	case FACT(REMINDER_DUE):
	case FACT(DEADLINE_APPROACHING): return near_line(arena, name, event);
	case FACT(DEADLINE_MISSED):
		return arena_printf(arena, "%s %s %s", name, event->deadline_missed->state,
		                    time_text(arena, event->occurred_at));
	case FACT(ASSIGNED): return arena_printf(arena, "%s %s", name, event->assigned->owner);
	case FACT(ORPHANS_SWEPT): return swept_line(arena, event->orphans_swept);
	case FACT(DECISION_MADE):
		return arena_printf(arena, "%s %s", name, event->decision_made->decision);
	case FACT(PACKET_STAGED):
	case FACT(PACKET_APPROVED):
	case FACT(PACKET_WITHDRAWN):
		return arena_printf(arena, "%s %s", name, event->packet_staged->digest);
	case FACT(SUBMISSION_REQUESTED): return asked_line(arena, event->submission_requested);
	case FACT(SUBMISSION_OBSERVED):
		return arena_printf(arena, "%s %lld %s", name,
		                    (long long)event->submission_observed->submission_count,
		                    event->submission_observed->ours ? "ours" : "another's");
	case FACT(ANSWER_WITHHELD):
		return arena_printf(arena, "%s %s %s", name, stages[event->answer_withheld->stage],
		                    event->answer_withheld->first_request_id);
	case FACT(ACTION_REFUSED): return refused_line(arena, event->action_refused);
	default: return name;
	}
}

static bool is_move(const Opsmesh__V1__DisputeEvent *event)
{
	return (event->fact_case >= FACT(MOVED) && event->fact_case <= FACT(CLOSED_UNANSWERED)) ||
	       event->fact_case == FACT(PLACED);
}

static const char *alert_line(struct arena *arena, const char *name, const struct fact *fact,
                              const Opsmesh__V1__AlertEvent *event)
{
	const char *rule = event->alert_id;
	char time[TIME_TEXT_SIZE];

	for (int i = 0; i < 4; i++) /* alert/chargeback/<home>/<dispute>/ */
		rule = strchr(rule, '/') != NULL ? strchr(rule, '/') + 1 : "";
	return arena_printf(arena, "%s %s %s", name, rule, time_format(fact->time, time));
}

const char *dispute_line(struct arena *arena, const struct fact *fact,
                         const ProtobufCMessage *message)
{
	const Opsmesh__V1__DisputeEvent *const event = (const void *)message;
	const ProtobufCMessage *unused;
	const char *name;

	CHECK(proto_fact(message, &name, &unused));
	if (fact->topic == OPS_ALERTS)
		return alert_line(arena, name, fact, (const void *)message);
	return is_move(event) ? arena_printf(arena, "%s %s %s", name, stages[event->moved->stage],
	                                     states[event->moved->state])
	                      : case_line(arena, name, event);
}
