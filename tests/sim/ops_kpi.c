/*
 * The documents by which kpi-aggregator counts in a simulated world: those of the tree, in force since the world's begin, with as
 * little grace as there may be, windows that end within a run, and no more dimensions than two.
 */
#include "tests/sim/ops_kpi.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/file.h"
#include "common/io/json.h"
#include "services/kpi-aggregator/alarm/rule.h"
#include "services/kpi-aggregator/definition/definition.h"
#include "tests/sim/ops_inside.h"
#include "tests/support/definition_fixture.h"

#include <stdio.h>
#include <stdlib.h>

#define FOLDER "deploy/policies/metrics"
#define METRICS_MAX 160
#define DIMENSIONS 2
#define BODY_MAX ((size_t)1 << 20)

/* How often a run changes what is late. */
#define LATE_EVENTS 4

const int64_t ops_kpi_times[MESH_AGAIN_TIMES] = {
	WORLD_START_S + 1390,
	WORLD_START_S + 1690,
	WORLD_START_S + 1990,
	WORLD_START_S + 4390,
};
struct document ops_kpi_documents[3];

#define RULE(id, metric, of, more)                                                                 \
	"{\"id\":\"" id "\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","            \
	"\"metric\":\"" metric "\",\"window\":\"hour\",\"sealed\":false,"                          \
	"\"judge\":{\"by\":\"threshold\",\"of\":\"" of "\",\"above\":0,\"minimum_n\":0,"           \
	"\"wait\":\"11m\"},\"resolve\":{\"windows\":1},\"severity\":\"warning\",\"team\":\"team\"" \
	",\"runbook\":\"deploy/runbooks/csat-falling.md\",\"says\":{\"summary\":\"{figure}.\","    \
	"\"description\":\"In {window}.\"}" more "}"

static void put(json_t *document, const char *field, const char *text)
{
	CHECK(json_object_set_new(document, field, json_string(text)) == 0);
}

/* Weeks and months never end here; some metrics have nothing shorter. */
static void shorten_windows(json_t *document)
{
	static const char *const by_minute[] = { "support.tickets_opened", "billing.usage", NULL };
	const char *const id = json_string_value(json_object_get(document, "id"));
	json_t *const windows = json_object_get(document, "windows");

	for (size_t i = json_array_size(windows); i-- > 1;)
		if (text_starts(json_string_value(json_array_get(windows, i)), "week") ||
		    text_starts(json_string_value(json_array_get(windows, i)), "month"))
			CHECK(json_array_remove(windows, i) == 0);
	if (text_among(by_minute, id))
		CHECK(json_array_insert_new(windows, 0, json_string("minute")) == 0);
}

static void cut_dimensions(json_t *document)
{
	json_t *const dimensions = json_object_get(document, "dimensions");

	for (size_t i = json_array_size(dimensions); i-- > DIMENSIONS;)
		CHECK(json_array_remove(dimensions, i) == 0);
}

static const char *metric_document(struct arena *arena, const char *path)
{
	struct json_error error;
	AUTO_JSON document = NULL;
	struct bytes body;

	CHECK(file_read(arena, path, BODY_MAX, &body) &&
	      json_parse(body, BODY_MAX, &document, &error));
	/* One version after the other. */
	put(document, "effective_from",
	    arena_printf(arena, "1970-01-0%lldT00:00:00Z",
	                 json_integer_value(json_object_get(document, "version"))));
	put(document, "zone", OPS_KPI_ZONE);
	put(document, "grace", "10m");
	shorten_windows(document);
	cut_dimensions(document);
	body = json_canonical(arena, document);
	return arena_text(arena, body.data, body.size);
}

static const void *compile_metrics(char reason[static DEFINITION_REASON_SIZE])
{
	struct arena *const arena = arena_create(65536);
	const char *documents[METRICS_MAX + 1] = { NULL };
	const char *paths[METRICS_MAX];
	size_t path_count;
	size_t count = 0;

	CHECK(file_list(arena, FOLDER, ".json", METRICS_MAX, paths, &path_count));
	for (size_t i = 0; i < path_count; i++)
		if (!text_ends(paths[i], "published.json"))
			documents[count++] = metric_document(arena, paths[i]);
	const void *const book = definition_fixture(documents, reason);

	arena_destroy(arena);
	return book;
}

void ops_kpi_init(void)
{
	const struct document rules[] = {
		{ .name = "alerts/some-tickets-1.json",
		  .body = bytes_of(RULE("some-tickets", "support.tickets_opened@1", "n", "")) },
		{ .name = "alerts/some-refunds-1.json",
		  .body = bytes_of(RULE("some-refunds", "billing.refunds_amount@1", "sum",
		                        ",\"at_risk\":\"sum\"")) },
	};
	char reason[DEFINITION_REASON_SIZE] = "";

	ops_kpi_documents[0] =
	    (struct document){ .name = DEFINITIONS, .compiled = compile_metrics(reason) };
	ops_kpi_documents[1] =
	    (struct document){ .name = ALARM_RULES,
		               .compiled =
		                   rule_compile(rules, COUNT_OF(rules), reason, sizeof(reason)) };
	if (ops_kpi_documents[0].compiled == NULL || ops_kpi_documents[1].compiled == NULL) {
		fprintf(stderr, "sim: a document does not compile: %s\n", reason);
		exit(EXIT_FAILURE);
	}
}

/* What is late. */

#define TEXT(field, ...) CHECK(snprintf((field), sizeof(field), __VA_ARGS__) < (int)sizeof(field))

void ops_put_late(struct world *world, struct chance *chance)
{
	const int64_t from = WORLD_START_S + OPS_KPI_LATE_S;
	char ref[24];

	for (int i = 0; i < LATE_EVENTS; i++) {
		struct request *request;

		if (chance_of(chance, 300))
			continue;
		TEXT(ref, "z%d", i);
		request = ops_put(world, from + chance_between(chance, 0, 100),
		                  i == 0   ? "action"
		                  : i == 1 ? "csat"
		                           : "usage",
		                  i < 2 ? "t0" : "cus_1", ref);
		request->number = i == 0   ? 3
		                  : i == 1 ? chance_below(chance, 4)
		                           : OPS_LATE_USAGE + i - 2;
	}
}
