/*
 * alerts - what on-call must know, from the topic of alerts: what stands, the gravest first; with --all what was resolved as well.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "common/io/bus_reader.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/alert_list.h"
#include "services/opsmesh/table.h"

#include <stdio.h>

#define ARENA_BLOCK (64UL * 1024)
#define WAIT SECONDS(1)

/* Reading. */

struct reading {
	struct tool *tool;
	struct bus_reader *reader;
	struct arena *arena; /* of one event */
	struct alert_list *list;
};

static int away(const struct reading *it)
{
	return tool_fail(it->tool, ANSWER_AWAY, "no answer from %s: %s", it->tool->settings.brokers,
	                 bus_reader_reason(it->reader));
}

/* What cannot be read is none of ours to judge: the topic is public, and subscribers skip what is newer. */
static void take(struct reading *it, const struct bus_record *record)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (proto_unpack(it->arena, &opsmesh__v1__alert_event__descriptor, record->value, &message,
	                 reason))
		alert_list_add(it->list, (const void *)message, record->appended);
}

static int read_ranges(struct reading *it, const struct bus_range *ranges, size_t count)
{
	struct bus_record record;

	bus_reader_begin(it->reader, ranges, count, false);
	for (;;) {
		switch (bus_reader_next(it->reader, WAIT, &record)) {
		case BUS_READ_DONE: return ANSWER_YES;
		case BUS_READ_ERROR: return away(it);
		case BUS_READ_NOTHING: break;
		case BUS_READ_RECORD:
			take(it, &record);
			bus_record_release(record.message);
			arena_reset(it->arena);
		}
	}
}

static int read_topic(struct reading *it)
{
	int32_t partitions = 0;
	struct bus_range *ranges;

	if (bus_reader_partitions(it->reader, &partitions, TOOL_PATIENCE) != STATUS_OK)
		return away(it);
	if (partitions == 0)
		return tool_fail(it->tool, ANSWER_NO, "%s does not exist on %s",
		                 opsmesh_catalogue.topics[OPS_ALERTS].name,
		                 it->tool->settings.brokers);
	ranges = arena_zero(it->tool->arena, (size_t)partitions * sizeof(*ranges));
	for (int32_t n = 0; n < partitions; n++)
		ranges[n] = (struct bus_range){ .partition = n, .from = BUS_FIRST };
	if (bus_reader_bound(it->reader, ranges, (size_t)partitions, TOOL_PATIENCE) != STATUS_OK)
		return away(it);
	return read_ranges(it, ranges, (size_t)partitions);
}

static int read_alerts(struct tool *tool, struct alert_list *list)
{
	const char *const topics[] = { opsmesh_catalogue.topics[OPS_ALERTS].name };
	const struct bus_settings settings = { .brokers = tool->settings.brokers,
		                               .client = "opsmesh",
		                               .topics = topics,
		                               .topic_count = 1,
		                               .wake = -1 };
	struct reading it = { .tool = tool, .list = list };
	char reason[BUS_REASON_SIZE];
	int answer;

	it.reader = bus_reader_create(&settings, 0, reason);
	if (it.reader == NULL)
		return tool_fail(tool, ANSWER_USAGE, "%s", reason);
	it.arena = arena_create(ARENA_BLOCK);
	answer = read_topic(&it);
	bus_reader_destroy(it.reader);
	arena_destroy(it.arena);
	return answer;
}

/* Showing. */

static void add_row(struct tool *tool, struct table *table, const struct alert_told *alert)
{
	table_add(table, alert_told_severity(alert));
	table_addf(table, "%s%s", alert_told_state(alert), alert->historic ? ", historic" : "");
	table_add(table, time_cell(tool->arena, alert->raised_at, "-"));
	table_add(table, time_cell(tool->arena, alert->resolved_at, "-"));
	table_add(table, alert->team[0] == '\0' ? "-" : alert->team);
	table_add(table, alert->acknowledged_by[0] == '\0' ? "-" : alert->acknowledged_by);
	table_add(table, alert->summary);
	table_add(table, alert->runbook);
	table_add(table, alert->id);
}

static void print_table(struct tool *tool, const struct alert_list *list)
{
	static const char *const titles[] = { "SEVERITY", "STATE",   "RAISED",  "RESOLVED", "TEAM",
		                              "SEEN BY",  "SUMMARY", "RUNBOOK", "ALERT",    NULL };
	struct table table;

	if (list->count == 0) {
		puts("No alert stands.");
		return;
	}
	table_init(&table, tool->arena, titles);
	for (size_t i = 0; i < list->count; i++)
		add_row(tool, &table, list->sorted[i]);
	table_print(&table);
}

static void print_json(json_t *rows)
{
	json_dumpf(rows, stdout, JSON_COMPACT);
	putchar('\n');
	json_decref(rows);
}

int alerts_command(struct tool *tool)
{
	struct alert_list list = { .arena = tool->arena };
	const char *const format =
	    tool_option(tool, "--format") != NULL ? tool_option(tool, "--format") : "table";
	static const char *const formats[] = { "table", "json", "alertmanager", NULL };
	int answer;

	if (!text_among(formats, format))
		return tool_fail(tool, ANSWER_USAGE, "--format: one of table, json, alertmanager");
	answer = read_alerts(tool, &list);
	alert_list_sort(&list, tool_option(tool, "--all") != NULL);
	if (answer == ANSWER_YES && text_equal(format, "table"))
		print_table(tool, &list);
	else if (answer == ANSWER_YES)
		print_json(text_equal(format, "json") ? alert_list_json(&list)
		                                      : alert_list_alertmanager(&list));
	alert_list_finish(&list);
	return answer;
}
