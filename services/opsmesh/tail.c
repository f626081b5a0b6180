/*
 * tail - follows topics, an event a line.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "common/io/bus_reader.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/action.h"
#include "services/opsmesh/event_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define DEAD ".dlq"
#define ARENA_BLOCK (64UL * 1024)
#define WAIT SECONDS(1)

struct tail {
	struct tool *tool;
	struct bus_reader *reader;
	const struct topic *topics[WORDS_MAX]; /* as the words name them */
	bool dead[WORDS_MAX];
	struct bus_range *ranges;
	size_t range_count;
	struct arena *arena; /* of one event */
	struct buffer out;
	enum protojson_view view;
	const char *type;
	const char *key;
	int64_t left;
	bool follow;
};

static bool find_topic(struct tail *tail, int place)
{
	const char *const name = tail->tool->words[place];
	const size_t size = strlen(name);
	const size_t behind = sizeof(DEAD) - 1;
	int found;

	tail->dead[place] = size > behind && text_equal(name + size - behind, DEAD);
	found = catalogue_find(&opsmesh_catalogue,
	                       arena_text(tail->tool->arena, name,
	                                  tail->dead[place] ? size - behind : size));
	tail->topics[place] = found < 0 ? NULL : &opsmesh_catalogue.topics[found];
	return found >= 0;
}

static int options_read(struct tail *tail)
{
	struct tool *const tool = tail->tool;

	tail->type = tool_option(tool, "--type");
	tail->key = tool_option(tool, "--key");
	tail->follow = tool_option(tool, "--until-end") == NULL;
	tail->left = INT64_MAX;
	if (!tool_number(tool, "--limit", &tail->left))
		return tool_wrong(tool, "--limit");
	for (int i = 0; i < tool->word_count; i++)
		if (!find_topic(tail, i))
			return tool_fail(tool, ANSWER_USAGE,
			                 "%s is no topic; opsmesh topics lists them",
			                 tool->words[i]);
	return ANSWER_YES;
}

static int away(const struct tail *tail)
{
	return tool_fail(tail->tool, ANSWER_AWAY, "no answer from %s: %s",
	                 tail->tool->settings.brokers, bus_reader_reason(tail->reader));
}

static int partitions_find(struct tail *tail)
{
	struct tool *const tool = tail->tool;
	int32_t counts[WORDS_MAX] = { 0 };
	size_t all = 0;

	if (bus_reader_partitions(tail->reader, counts, TOOL_PATIENCE) != STATUS_OK)
		return away(tail);
	for (int i = 0; i < tool->word_count; i++) {
		if (counts[i] == 0)
			return tool_fail(tool, ANSWER_NO, "%s does not exist on %s", tool->words[i],
			                 tool->settings.brokers);
		all += (size_t)counts[i];
	}
	tail->ranges = arena_zero(tool->arena, all * sizeof(*tail->ranges));
	for (int i = 0; i < tool->word_count; i++)
		for (int32_t n = 0; n < counts[i]; n++)
			tail->ranges[tail->range_count++] =
			    (struct bus_range){ .topic = i, .partition = n, .from = BUS_FIRST };
	return ANSWER_YES;
}

/* From where to where. */
static int bound(struct tail *tail)
{
	struct tool *const tool = tail->tool;
	const char *from = tool_option(tool, "--from");
	struct instant since;
	enum status status;

	if (from == NULL)
		from = tail->follow ? "end" : "start";
	const bool timed = time_parse(from, &since);

	if (!timed && !text_equal(from, "start") && !text_equal(from, "end"))
		return tool_wrong(tool, "--from");
	for (size_t i = 0; i < tail->range_count; i++)
		tail->ranges[i].from = text_equal(from, "end") ? BUS_END : BUS_FIRST;
	status = bus_reader_bound(tail->reader, tail->ranges, tail->range_count, TOOL_PATIENCE);
	if (status == STATUS_OK && timed)
		status = bus_reader_since(tail->reader, tail->ranges, tail->range_count, since,
		                          TOOL_PATIENCE);
	return status == STATUS_OK ? ANSWER_YES : away(tail);
}

/* Reading. */

static bool wanted(struct tail *tail, const struct event_line *line)
{
	if (tail->key != NULL && !bytes_equal(line->record->key, bytes_of(tail->key)))
		return false;
	return tail->type == NULL ||
	       text_equal(event_line_header(tail->arena, line, "ce_type"), tail->type);
}

static void show(struct tail *tail, const struct bus_record *record)
{
	struct log_header *const headers =
	    arena_alloc(tail->arena, (record->header_count + 1) * sizeof(*headers));
	const struct log_record plain = { .topic = record->topic,
		                          .partition = record->partition,
		                          .offset = record->offset,
		                          .appended = record->appended,
		                          .key = record->key,
		                          .value = record->value,
		                          .headers = headers,
		                          .header_count = record->header_count };
	const struct event_line line = { .topic = tail->tool->words[record->topic],
		                         .message = tail->topics[record->topic]->message,
		                         .dead = tail->dead[record->topic],
		                         .record = &plain,
		                         .view = tail->view };

	for (size_t i = 0; i < record->header_count; i++) {
		struct bus_header header;

		bus_record_header(record, i, &header);
		headers[i] = (struct log_header){ header.name, header.value };
	}
	if (!wanted(tail, &line))
		return;
	buffer_clear(&tail->out);
	event_line_write(&tail->out, tail->arena, &line);
	fwrite(tail->out.data, 1, tail->out.size, stdout);
	tail->left--;
}

static int read_all(struct tail *tail)
{
	struct bus_record record;

	bus_reader_begin(tail->reader, tail->ranges, tail->range_count, tail->follow);
	while (tail->left > 0 && !ferror(stdout)) {
		switch (bus_reader_next(tail->reader, WAIT, &record)) {
		case BUS_READ_DONE: return ANSWER_YES;
		case BUS_READ_ERROR: return away(tail);
		case BUS_READ_NOTHING: break;
		case BUS_READ_RECORD:
			show(tail, &record);
			bus_record_release(record.message);
			arena_reset(tail->arena);
		}
		if (tail->follow)
			fflush(stdout);
	}
	return ANSWER_YES;
}

static int look(struct tail *tail)
{
	int answer = partitions_find(tail);

	if (answer == ANSWER_YES)
		answer = bound(tail);
	return answer == ANSWER_YES ? read_all(tail) : answer;
}

int tail_command(struct tool *tool)
{
	const struct bus_settings settings = { .brokers = tool->settings.brokers,
		                               .client = "opsmesh",
		                               .topics = tool->words,
		                               .topic_count = tool->word_count,
		                               .wake = -1 };
	struct tail *const tail = arena_zero(tool->arena, sizeof(*tail));
	char reason[BUS_REASON_SIZE];
	bool revealed = false;
	int answer;

	tail->tool = tool;
	answer = options_read(tail);
	if (answer == ANSWER_YES)
		answer = action_reveal(tool, "topic", tool->words[0], &revealed);
	if (answer != ANSWER_YES)
		return answer;
	tail->view = revealed ? PROTOJSON_REVEALED : PROTOJSON_SEALED;
	tail->reader = bus_reader_create(&settings, 0, reason);
	if (tail->reader == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s", reason);
	tail->arena = arena_create(ARENA_BLOCK);
	answer = look(tail);
	bus_reader_destroy(tail->reader);
	arena_destroy(tail->arena);
	buffer_finish(&tail->out);
	return answer;
}
