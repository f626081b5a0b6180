/*
 * topics - the catalogue as a table, and what the broker has instead.
 *
 * Beside each topic that a stage reads stands its <topic>.dlq. Which topics are read is not said in
 * the catalogue, so all but progress and alerts have one: an empty topic costs nothing.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "common/io/bus_admin.h"
#include "common/io/bus_reader.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>

#define PARTITIONS_USUAL 6 /* enough for six busy instances, few enough for one */
#define WANTED_MAX (2UL * TOPICS_MAX)

/* One difference, or one topic that was made. */
struct note {
	const char *topic;
	const char *text;
};

#define NOTES_MAX (4 * WANTED_MAX) /* four things can differ in a topic */

struct notes {
	struct arena *arena;
	struct note list[NOTES_MAX];
	size_t count;
};

struct wanted {
	struct bus_topic list[WANTED_MAX];
	size_t count;
};

static void note(void *argument, const char *topic, const char *text)
{
	struct notes *const notes = argument;

	if (notes->count < NOTES_MAX)
		notes->list[notes->count++] = (struct note){ arena_string(notes->arena, topic),
			                                     arena_string(notes->arena, text) };
}

static int64_t retention_ms(const struct topic *topic)
{
	struct duration span;

	return duration_parse(topic->retention, &span) ? span.us / 1000 : BUS_RETENTION_UNLIMITED;
}

static bool read_by_stages(int place)
{
	return place != OPS_PROGRESS && place != OPS_ALERTS;
}

/* All topics have as many as the first; nothing changes that of a mesh that is there. */
static enum status count_partitions(struct tool *tool, const struct bus_settings *settings,
                                    int32_t *partitions, const char **wrong)
{
	const char *const names[] = { opsmesh_catalogue.topics[opsmesh_catalogue.journal].name };
	struct bus_settings journal = *settings;
	char reason[BUS_REASON_SIZE];
	struct bus_reader *reader;
	enum status status;

	*partitions = (int32_t)tool->settings.partitions;
	if (*partitions > 0)
		return STATUS_OK;
	journal.topics = names;
	journal.topic_count = 1;
	*wrong = "";
	reader = bus_reader_create(&journal, 0, reason);
	if (reader == NULL) {
		*wrong = arena_string(tool->arena, reason);
		return STATUS_REJECT;
	}
	status = bus_reader_partitions(reader, partitions, TOOL_PATIENCE);
	if (status != STATUS_OK)
		*wrong = arena_string(tool->arena, bus_reader_reason(reader));
	*partitions = *partitions > 0 ? *partitions : PARTITIONS_USUAL;
	bus_reader_destroy(reader);
	return status;
}

static void want(struct tool *tool, int32_t count, struct wanted *wanted)
{
	for (int i = 0; i < opsmesh_catalogue.count; i++) {
		const struct topic *const topic = &opsmesh_catalogue.topics[i];
		const int32_t partitions = i == opsmesh_catalogue.progress ? 1 : count;

		wanted->list[wanted->count++] =
		    (struct bus_topic){ topic->name, partitions, retention_ms(topic) };
		if (read_by_stages(i))
			wanted->list[wanted->count++] =
			    (struct bus_topic){ arena_printf(tool->arena, "%s.dlq", topic->name),
				                partitions, BUS_RETENTION_UNLIMITED };
	}
}

static const char *state_of(struct arena *arena, const struct notes *notes, const char *topic)
{
	const char *text = NULL;

	for (size_t i = 0; i < notes->count; i++) {
		if (!text_equal(notes->list[i].topic, topic))
			continue;
		text = text == NULL ? notes->list[i].text
		                    : arena_printf(arena, "%s; %s", text, notes->list[i].text);
	}
	return text == NULL ? "as it should be" : text;
}

static const char *writers_of(struct arena *arena, const struct topic *topic)
{
	const char *text = topic->writers[0];

	for (const char *const *writer = topic->writers + 1; *writer != NULL; writer++)
		text = arena_printf(arena, "%s, %s", text, *writer);
	return text;
}

static void print(struct tool *tool, const struct wanted *wanted, const struct notes *notes)
{
	static const char *const titles[] = { "TOPIC", "PARTITIONS", "RETENTION", "WRITTEN BY",
		                              "FOR",   "KEY",        "STATE",     NULL };
	struct table table;

	table_init(&table, tool->arena, titles);
	for (size_t i = 0; i < wanted->count; i++) {
		const struct bus_topic *const topic = &wanted->list[i];
		const int place = catalogue_find(&opsmesh_catalogue, topic->name);
		const struct topic *const row = place < 0 ? NULL : &opsmesh_catalogue.topics[place];

		table_add(&table, topic->name);
		table_addf(&table, "%" PRId32, topic->partitions);
		table_add(&table, row == NULL ? "unlimited" : row->retention);
		table_add(&table, row == NULL ? "who refused it" : writers_of(tool->arena, row));
		table_add(&table, row == NULL                     ? "operators"
		                  : row->audience == TOPIC_PUBLIC ? "everyone"
		                                                  : "the mesh");
		table_add(&table, row == NULL ? "as the original" : row->key);
		table_add(&table, state_of(tool->arena, notes, topic->name));
	}
	table_print(&table);
}

static int look(struct tool *tool, struct bus_admin *admin, int32_t partitions)
{
	struct wanted *const wanted = arena_zero(tool->arena, sizeof(*wanted));
	struct notes *const notes = arena_zero(tool->arena, sizeof(*notes));
	enum status status = STATUS_OK;

	notes->arena = tool->arena;
	want(tool, partitions, wanted);
	if (tool_option(tool, "--create") != NULL)
		status = bus_admin_create_missing(admin, wanted->list, wanted->count, TOOL_PATIENCE,
		                                  note, notes);
	if (status == STATUS_OK)
		status = bus_admin_compare(admin, wanted->list, wanted->count, TOOL_PATIENCE, note,
		                           notes);
	if (status == STATUS_RETRY)
		return tool_fail(tool, ANSWER_AWAY, "no answer from %s: %s", tool->settings.brokers,
		                 bus_admin_reason(admin));
	print(tool, wanted, notes);
	if (status != STATUS_OK)
		return tool_fail(tool, ANSWER_NO, "%s", bus_admin_reason(admin));
	return bus_admin_differences(admin) == 0 ? ANSWER_YES : ANSWER_NO;
}

int topics_command(struct tool *tool)
{
	const struct bus_settings settings = { .brokers = tool->settings.brokers,
		                               .client = "opsmesh",
		                               .wake = -1 };
	char reason[BUS_REASON_SIZE];
	const char *wrong = "";
	int32_t partitions = 0;
	struct bus_admin *admin;
	enum status status;
	int answer;

	status = count_partitions(tool, &settings, &partitions, &wrong);
	if (status == STATUS_REJECT)
		return tool_fail(tool, ANSWER_USAGE, "%s", wrong);
	if (status != STATUS_OK)
		return tool_fail(tool, ANSWER_AWAY, "no answer from %s: %s", tool->settings.brokers,
		                 wrong);
	admin = bus_admin_create(&settings, reason);
	if (admin == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s", reason);
	answer = look(tool, admin, partitions);
	bus_admin_destroy(admin);
	return answer;
}
