/*
 * How often what was said: counted when it became true, by intent.
 */
#include "services/classifier/classifier.h"

#include "common/base/metrics.h"
#include "common/io/proto.h"
#include "opsmesh/v1/triage.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/classifier/shortfall.h"

#define BLOCK_SIZE 16384

static struct metric answers = { .name = "opsmesh_triage_facts_total",
	                         .help = "What was said on ops.triage.v1, by fact and intent.",
	                         .kind = METRIC_COUNTER,
	                         .labels = { "fact", "intent" } };
static struct metric people = { .name = "opsmesh_triage_needs_human_total",
	                        .help = "Messages that a person must look at, by cause and intent.",
	                        .kind = METRIC_COUNTER,
	                        .labels = { "cause", "intent" } };
static struct metric shortfalls = {
	.name = "opsmesh_ai_shortfalls_total",
	.help = "Customers whom an AI agent's answers did not help, by what fell short and intent.",
	.kind = METRIC_COUNTER,
	.labels = { "why", "intent" }
};

struct metric *const classifier_metrics[] = { &answers, &people, &shortfalls, NULL };

static const char *or_unknown(const char *intent)
{
	return *intent != '\0' ? intent : "unknown";
}

static void count(struct metric *metric, const char *label, const char *intent)
{
	metric_add(metric_series(
		       metric, (const char *const[METRIC_LABELS_MAX]){ label, or_unknown(intent) }),
	           1);
}

static void count_human(const Opsmesh__V1__NeedsHuman *human)
{
	static const char *const causes[] = { "unspecified", "low_confidence", "no_text",
		                              "language", "ai_fell_short" };

	if ((unsigned)human->cause < COUNT_OF(causes))
		count(&people, causes[human->cause], human->intent);
	for (size_t i = 0; i < human->n_why; i++)
		if (human->why[i] > 0 && (unsigned)human->why[i] <= SHORTFALLS)
			count(&shortfalls, shortfall_names[human->why[i] - 1], human->intent);
}

static const char *intent_of(const Opsmesh__V1__TriageEvent *event)
{
	switch (event->fact_case) {
	case OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED: return event->classified->intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN: return event->needs_human->intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED: return event->corrected->to_intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_FOUND: return event->pattern_found->intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_GREW: return event->pattern_grew->intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_QUIETED: return event->pattern_quieted->intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_PATTERN_RETURNED:
		return event->pattern_returned->intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_DUPLICATE_SUSPECTED:
		return event->duplicate_suspected->intent;
	case OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_APPLIED:
	case OPSMESH__V1__TRIAGE_EVENT__FACT_ACTION_REFUSED:
	case OPSMESH__V1__TRIAGE_EVENT__FACT__NOT_SET:
	default: return "";
	}
}

static void count_fact(struct arena *arena, struct bytes packed)
{
	char reason[PROTO_REASON_SIZE];
	const ProtobufCMessage *said;
	ProtobufCMessage *message;
	const char *name;

	if (!proto_unpack(arena, &opsmesh__v1__triage_event__descriptor, packed, &message,
	                  reason) ||
	    !proto_fact(message, &name, &said))
		return;
	const Opsmesh__V1__TriageEvent *const event = (const void *)message;

	count(&answers, name, intent_of(event));
	if (event->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_NEEDS_HUMAN)
		count_human(event->needs_human);
}

void classifier_tally(const struct fact *fact)
{
	struct arena *arena;

	if (fact->topic != OPS_TRIAGE)
		return;
	arena = arena_create(BLOCK_SIZE);
	count_fact(arena, fact->message);
	arena_destroy(arena);
}
