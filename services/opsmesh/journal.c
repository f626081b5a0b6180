/*
 * What the journal holds of a request: when it was accepted, what it asked for, by what it was believed.
 *
 * The journal is read from its beginning: nothing lists its requests but the journal.
 */
#include "services/opsmesh/explain.h"

#include "common/base/text.h"
#include "common/io/bus_reader.h"
#include "opsmesh/v1/intake.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK (64UL * 1024)

struct search {
	struct tool *tool;
	const struct story *story;
	const char *request;
	struct bus_reader *reader;
	struct arena *arena; /* of one record */
	const char *lines;
};

static const char *proof(const struct story *story, const Opsmesh__V1__Verification *verification)
{
	return verification == NULL
	           ? ""
	           : arena_printf(story->arena, ", proved by %s of %s",
	                          story_word(story, &opsmesh__v1__verification_method__descriptor,
	                                     (int)verification->method),
	                          verification->principal);
}

static const char *size(const struct story *story, const Opsmesh__V1__RequestReceived *received)
{
	return received->chunk == NULL
	           ? arena_printf(story->arena, "%zu bytes", received->body.len)
	           : arena_printf(story->arena, "%" PRId64 " bytes in %" PRId32 " parts",
	                          received->chunk->total_size, received->chunk->count);
}

/* Of a request in parts the first one tells of all. */
static bool is_first(const Opsmesh__V1__IntakeEvent *event)
{
	return event->fact_case != OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED ||
	       event->received->chunk == NULL || event->received->chunk->index == 0;
}

/* What was asked for; "" for a fact that this build does not know. */
static const char *asked(const struct story *story, const Opsmesh__V1__IntakeEvent *event)
{
	const Opsmesh__V1__RequestReceived *const received = event->received;

	if (event->fact_case == OPSMESH__V1__INTAKE_EVENT__FACT_CLOCK_SET)
		return arena_printf(story->arena, "sets the clock to %s",
		                    story_stamp(story, event->clock_set->now));
	if (event->fact_case != OPSMESH__V1__INTAKE_EVENT__FACT_RECEIVED)
		return "";
	return arena_printf(story->arena, "%s %s%s, %s", received->method, received->path,
	                    proof(story, received->verification), size(story, received));
}

static void look_at(struct search *search, const struct bus_record *record)
{
	ProtobufCMessage *message;
	char reason[PROTO_REASON_SIZE];

	if (memmem(record->value.data, record->value.size, search->request,
	           strlen(search->request)) == NULL ||
	    !proto_unpack(search->arena, &opsmesh__v1__intake_event__descriptor, record->value,
	                  &message, reason))
		return;

	const void *const unpacked = message;
	const Opsmesh__V1__IntakeEvent *const event = unpacked;

	if (text_equal(event->request_id, search->request) && is_first(event))
		search->lines =
		    arena_printf(search->story->arena,
		                 "%sAccepted %s: %s; on the journal's partition %" PRId32
		                 " at offset %" PRId64 ".\n",
		                 search->lines, story_stamp(search->story, event->received_at),
		                 asked(search->story, event), record->partition, record->offset);
}

static int away(const struct search *search)
{
	return tool_fail(search->tool, ANSWER_AWAY, "no answer from %s: %s",
	                 search->tool->settings.brokers, bus_reader_reason(search->reader));
}

static int read_journal(struct search *search)
{
	struct bus_range ranges[PARTITIONS_MAX] = { 0 };
	struct bus_record record;
	int32_t partitions = 0;

	if (bus_reader_partitions(search->reader, &partitions, TOOL_PATIENCE) != STATUS_OK)
		return away(search);
	partitions = partitions > PARTITIONS_MAX ? PARTITIONS_MAX : partitions;
	for (int32_t i = 0; i < partitions; i++)
		ranges[i] = (struct bus_range){ .partition = i, .from = BUS_FIRST };
	if (bus_reader_bound(search->reader, ranges, (size_t)partitions, TOOL_PATIENCE) !=
	    STATUS_OK)
		return away(search);
	bus_reader_begin(search->reader, ranges, (size_t)partitions, false);
	for (;;) {
		const enum bus_read read = bus_reader_next(search->reader, SECONDS(1), &record);

		if (read == BUS_READ_DONE)
			return ANSWER_YES;
		if (read == BUS_READ_ERROR)
			return away(search);
		if (read != BUS_READ_RECORD)
			continue;
		look_at(search, &record);
		bus_record_release(record.message);
		arena_reset(search->arena);
	}
}

int journal_find(struct tool *tool, const struct story *story, const char *request,
                 const char **lines)
{
	const char *const names[] = { opsmesh_catalogue.topics[opsmesh_catalogue.journal].name };
	const struct bus_settings settings = { .brokers = tool->settings.brokers,
		                               .client = "opsmesh",
		                               .topics = names,
		                               .topic_count = 1,
		                               .wake = -1 };
	struct search search = { .tool = tool, .story = story, .request = request, .lines = "" };
	char reason[BUS_REASON_SIZE];
	int answer;

	if (tool->settings.brokers[0] == '\0') {
		*lines = "The journal was not looked at: KAFKA_BROKERS is not set.\n";
		return ANSWER_YES;
	}
	search.reader = bus_reader_create(&settings, 0, reason);
	if (search.reader == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s", reason);
	search.arena = arena_create(ARENA_BLOCK);
	answer = read_journal(&search);
	*lines = search.lines;
	bus_reader_destroy(search.reader);
	arena_destroy(search.arena);
	return answer;
}
