/*
 * The story on paper: a line a fact, then the clocks with their spans, or the same as JSON.
 */
#include "services/opsmesh/explain.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "common/io/protojson.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>

/* For people. */

/* A row of its own for each day, so that the rows below it need but the time. */
static void add_day(struct table *table, const struct explain *explain, size_t at)
{
	const struct told *const list = explain->facts.list;
	const char *const day = story_day(&explain->story, list[at].time);

	if (at > 0 && text_equal(day, story_day(&explain->story, list[at - 1].time)))
		return;
	table_add(table, day);
	table_add(table, "");
	table_add(table, "");
}

static void print_facts(const struct explain *explain)
{
	static const char *const titles[] = { "WHEN", "WHO", "WHAT", NULL };
	const bool several = !text_equal(explain->kind, "ticket");
	struct arena *const arena = explain->tool->arena;
	struct table table;

	table_init(&table, arena, titles);
	for (size_t i = 0; i < explain->facts.count; i++) {
		const struct told *const told = &explain->facts.list[i];
		const struct story_line line = story_tell(&explain->story, told);
		const bool ticket = several && told->topic == OPS_TICKETS;

		add_day(&table, explain, i);
		table_addf(&table, "  %s", story_clock_time(&explain->story, told->time));
		table_add(&table, line.who);
		table_add(&table, ticket
		                      ? arena_printf(arena, "%s [ticket %s]", line.text, told->key)
		                      : line.text);
	}
	table_print(&table);
}

/* Where the ticket stands now, for who reads nothing else. */
static void print_standing(const struct explain *explain)
{
	const struct story *const story = &explain->story;
	const struct triage_now triage = story_triage_now(&explain->facts);

	printf("%s\n", story_standing(story, &explain->facts));
	if (triage.said)
		printf("%s\n", story_triage_standing(story, &triage));
	for (size_t i = 0; i < explain->sum_count; i++) {
		const Opsmesh__V1__SlaClock *const clock = explain->sums[i].clock;

		if (sum_clock_open(clock))
			printf("%s\n", story_clock_standing(story, clock));
	}
	putchar('\n');
}

static void print_spans(const struct explain *explain, const struct clock_sum *sum)
{
	const struct story *const story = &explain->story;

	for (size_t i = 0; i < sum->span_count; i++) {
		const struct sum_span *const span = &sum->spans[i];

		printf("    %s to %s: %s open by %s%s\n", story_time(story, span->from),
		       story_time(story, span->to), span_text(story->arena, span->used),
		       span->calendar[0] == '\0' ? "the clock on the wall" : "calendar ",
		       span->calendar);
	}
}

static void print_sum(const struct explain *explain, const struct clock_sum *sum)
{
	const struct story *const story = &explain->story;
	const Opsmesh__V1__SlaClock *const clock = sum->clock;

	printf("  %s is %s: %s used", story_clock(story, clock),
	       story_word(story, &opsmesh__v1__sla_state__descriptor, (int)clock->state),
	       span_text(story->arena, sum->used));
	if (clock->target_us > 0)
		printf(" of %s", span_text(story->arena, (struct duration){ clock->target_us }));
	printf(", as of %s\n", story_time(story, sum->last->time));
	print_spans(explain, sum);
	if (sum->agrees)
		puts("    the sum agrees with what was said");
	else
		printf("    DIFFERS: %s\n", sum->problem);
}

static int sums_answer(const struct explain *explain)
{
	size_t wrong = 0;

	for (size_t i = 0; i < explain->sum_count; i++)
		wrong += explain->sums[i].agrees ? 0 : 1;
	return wrong == 0 ? explain_figures_answer(explain)
	                  : tool_fail(explain->tool, ANSWER_NO,
	                              "%zu of %zu clocks do not agree with what was said", wrong,
	                              explain->sum_count);
}

int explain_print(const struct explain *explain)
{
	printf("%s %s, times in %s\n\n", explain->kind, explain->id, explain->story.zone_name);
	if (text_equal(explain->kind, "ticket"))
		print_standing(explain);
	explain_print_cases(explain);
	fputs(explain->journal, stdout);
	if (explain->journal[0] != '\0')
		putchar('\n');
	if (explain->facts.count > 0)
		print_facts(explain);
	else
		puts("Nothing was said about it.");
	for (size_t i = 0; i < explain->earned.count; i++)
		printf("%s%s\n", i == 0 ? "\nWhat is billed to be earned later:\n  " : "  ",
		       earned_text(explain->tool->arena, &explain->earned, i));
	if (explain->reach.count > 0)
		printf("\nThe books: %s\n", reach_sentence(explain->tool->arena, &explain->reach));
	explain_print_figures(explain);
	if (explain->sum_count > 0)
		puts("\nThe clocks, added up again:");
	for (size_t i = 0; i < explain->sum_count; i++)
		print_sum(explain, &explain->sums[i]);
	return sums_answer(explain);
}

/* For programs. */

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? json_null() : json_string(time_format(at, text));
}

static json_t *data_json(const struct explain *explain, const struct told *told)
{
	struct buffer out = { 0 };
	json_t *data = NULL;

	if (told->message == NULL)
		return json_null();
	protojson_write(&out, explain->tool->arena, told->message,
	                explain->story.revealed ? PROTOJSON_REVEALED : PROTOJSON_SEALED);
	data = json_loadb((const char *)out.data, out.size, 0, NULL);
	buffer_finish(&out);
	return data == NULL ? json_null() : data;
}

static json_t *fact_json(const struct explain *explain, const struct told *told)
{
	const struct story_line line = story_tell(&explain->story, told);
	json_t *const row = json_object();

	json_object_set_new(row, "id", json_string(told_id(explain->tool->arena, told)));
	json_object_set_new(row, "time", time_json(told->time));
	json_object_set_new(row, "mesh_time", time_json(told->mesh));
	json_object_set_new(row, "type", json_string(told->type));
	json_object_set_new(row, "key", json_string(told->key));
	json_object_set_new(row, "who", json_string(line.who));
	json_object_set_new(row, "what", json_string(line.text));
	json_object_set_new(row, "data", data_json(explain, told));
	return row;
}

/* What triage says now; null: nothing yet. */
static json_t *triage_json(const struct explain *explain)
{
	const struct triage_now now = story_triage_now(&explain->facts);
	const struct story *const story = &explain->story;
	json_t *const row = now.said ? json_object() : json_null();

	if (!now.said)
		return row;
	json_object_set_new(row, "priority",
	                    json_string(story_word(story, &opsmesh__v1__priority__descriptor,
	                                           (int)now.priority)));
	json_object_set_new(row, "category",
	                    json_string(story_word(story, &opsmesh__v1__category__descriptor,
	                                           (int)now.category)));
	json_object_set_new(row, "intent", json_string(now.intent));
	json_object_set_new(row, "queue", json_string(now.queue));
	json_object_set_new(row, "corrected", json_boolean(now.corrected));
	json_object_set_new(row, "needs_human",
	                    now.person == NULL ? json_null()
	                                       : json_string(story_needs_human(story, now.person)));
	json_object_set_new(row, "model_digest", json_string(now.model));
	json_object_set_new(row, "taxonomy", json_string(now.taxonomy));
	return row;
}

static json_t *earned_json(const struct earned *earned)
{
	json_t *const rows = json_array();

	for (size_t i = 0; i < earned->count; i++) {
		json_t *const row = json_object();

		json_object_set_new(row, "line", json_string(earned->lines[i].line));
		json_object_set_new(row, "currency", json_string(earned->currency));
		json_object_set_new(row, "minor", json_integer(earned->lines[i].minor));
		json_object_set_new(row, "earned_minor", json_integer(earned->lines[i].earned));
		json_array_append_new(rows, row);
	}
	return rows;
}

static json_t *sum_json(const struct explain *explain, const struct clock_sum *sum)
{
	json_t *const row = json_object();
	json_t *const spans = json_array();

	for (size_t i = 0; i < sum->span_count; i++) {
		json_t *const span = json_object();

		json_object_set_new(span, "from", time_json(sum->spans[i].from));
		json_object_set_new(span, "to", time_json(sum->spans[i].to));
		json_object_set_new(span, "used_us", json_integer(sum->spans[i].used.us));
		json_object_set_new(span, "calendar", json_string(sum->spans[i].calendar));
		json_array_append_new(spans, span);
	}
	json_object_set_new(row, "clock", json_string(story_clock(&explain->story, sum->clock)));
	json_object_set_new(row, "state",
	                    json_string(story_word(&explain->story,
	                                           &opsmesh__v1__sla_state__descriptor,
	                                           (int)sum->clock->state)));
	json_object_set_new(row, "said_us", json_integer(sum->clock->elapsed_us));
	json_object_set_new(row, "sum_us", json_integer(sum->used.us));
	json_object_set_new(row, "as_of", time_json(sum->last->time));
	json_object_set_new(row, "spans", spans);
	json_object_set_new(row, "agrees", json_boolean(sum->agrees));
	if (sum->problem != NULL)
		json_object_set_new(row, "problem", json_string(sum->problem));
	return row;
}

int explain_print_json(const struct explain *explain)
{
	AUTO_JSON top = json_object();
	json_t *const facts = json_array();
	json_t *const clocks = json_array();

	for (size_t i = 0; i < explain->facts.count; i++)
		json_array_append_new(facts, fact_json(explain, &explain->facts.list[i]));
	for (size_t i = 0; i < explain->sum_count; i++)
		json_array_append_new(clocks, sum_json(explain, &explain->sums[i]));
	json_object_set_new(top, "kind", json_string(explain->kind));
	json_object_set_new(top, "id", json_string(explain->id));
	json_object_set_new(top, "time_zone", json_string(explain->story.zone_name));
	if (explain->journal[0] != '\0')
		json_object_set_new(top, "journal", json_string(explain->journal));
	if (text_equal(explain->kind, "ticket")) {
		json_object_set_new(top, "standing",
		                    json_string(story_standing(&explain->story, &explain->facts)));
		json_object_set_new(top, "triage", triage_json(explain));
	}
	if (explain->earned.count > 0)
		json_object_set_new(top, "earned", earned_json(&explain->earned));
	if (explain->reach.count > 0) {
		struct arena *const arena = explain->tool->arena;

		json_object_set_new(top, "true_for",
		                    json_string(reach_time(arena, &explain->reach)));
		json_object_set_new(top, "shards_behind",
		                    json_string(reach_behind(arena, &explain->reach)));
	}
	if (explain->disputes.count > 0)
		json_object_set_new(top, "cases", explain_cases_json(explain));
	json_object_set_new(top, "facts", facts);
	json_object_set_new(top, "clocks", clocks);
	json_dumpf(top, stdout, JSON_COMPACT);
	putchar('\n');
	return sums_answer(explain);
}
