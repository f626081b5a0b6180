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

/* Facts are counted by the thousand: the intent alone is read of most of them. */
static const char *intent_of(struct arena *arena, const ProtobufCMessageDescriptor *type,
                             struct bytes fact)
{
	static const char *const names[] = { "intent", "to_intent" };

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const ProtobufCFieldDescriptor *const field =
		    protobuf_c_message_descriptor_get_field_by_name(type, names[i]);

		if (field != NULL)
			return proto_text_packed(arena, field, fact);
	}
	return "";
}

static void count_fact(struct arena *arena, struct bytes packed)
{
	const ProtobufCFieldDescriptor *field;
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;
	struct bytes fact;

	if (!proto_fact_packed(&opsmesh__v1__triage_event__descriptor, packed, &field, &fact))
		return;
	count(&answers, field->name, intent_of(arena, field->descriptor, fact));
	if (field->descriptor == &opsmesh__v1__needs_human__descriptor &&
	    proto_unpack(arena, &opsmesh__v1__needs_human__descriptor, fact, &message, reason))
		count_human((const Opsmesh__V1__NeedsHuman *)(const void *)message);
}

void classifier_tally(const struct fact *fact)
{
	static _Thread_local struct arena *scratch;

	if (fact->topic != OPS_TRIAGE)
		return;
	if (scratch == NULL)
		scratch = arena_create(BLOCK_SIZE);
	count_fact(scratch, fact->message);
	arena_reset(scratch);
}
