/*
 * The documents by which kpi-aggregator counts in a simulated world: those of the tree, one of each formula and of each kind of
 * subject, in force since the world's begin, with as little grace as there may be and windows that end within a run.
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

#define FOLDER "deploy/policies/metrics/"
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

/* Windows and dimensions in place of the document's. */
static const struct {
	const char *file;
	const char *windows;
	const char *dimensions;
} metrics[] = {
	{ "support.tickets_opened-1", "[\"minute\",\"hour\",\"day\"]", "[\"channel\",\"tier\"]" },
	{ "support.solved-1", "[\"hour\",\"day\"]", "[\"agent\"]" },
	{ "support.csat_mean-1", "[\"hour\"]", "[\"intent\"]" },
	{ "support.first_reply_elapsed-1", "[\"hour\",\"day\"]", "[\"tier\"]" },
	{ "support.attainment-1", "[\"hour\",\"day\"]", "[\"promise\"]" },
	{ "support.backlog-1", "[\"day\"]", "[\"tier\"]" },
	{ "support.backlog_age-1", "[\"day\"]", "[\"channel\"]" },
	{ "billing.refunds_amount-1", "[\"hour\",\"day\"]", "[\"account\"]" },
	{ "billing.usage-1", "[\"minute\",\"hour\",\"day\"]", "[\"product\"]" },
	{ "billing.discrepancies_open-1", "[\"hour\",\"day\"]", "[\"reason\"]" },
	{ "value.customers-1", "[\"day\"]", "[\"tier\"]" },
	{ "value.tickets_per_100_customers-1", "[\"day\"]", "[\"tier\"]" },
};

#define RULE(id, metric, of, more)                                                                 \
	"{\"id\":\"" id "\",\"version\":1,\"effective_from\":\"1970-01-01T00:00:00Z\","            \
	"\"metric\":\"" metric "\",\"window\":\"hour\",\"sealed\":false,"                          \
	"\"judge\":{\"by\":\"threshold\",\"of\":\"" of "\",\"above\":0,\"minimum_n\":0,"           \
	"\"wait\":\"11m\"},\"resolve\":{\"windows\":1},\"severity\":\"warning\",\"team\":\"team\"" \
	",\"runbook\":\"deploy/runbooks/csat-falling.md\",\"says\":{\"summary\":\"{figure}.\","    \
	"\"description\":\"In {window}.\"}" more "}"

static void put(json_t *document, const char *field, const char *text)
{
	struct json_error error;
	json_t *value;

	CHECK(json_parse(bytes_of(text), BODY_MAX, &value, &error));
	CHECK(json_object_set_new(document, field, value) == 0);
}

static const char *metric_document(struct arena *arena, size_t which)
{
	struct json_error error;
	AUTO_JSON document = NULL;
	struct bytes body;

	CHECK(file_read(arena, arena_printf(arena, FOLDER "%s.json", metrics[which].file), BODY_MAX,
	                &body) &&
	      json_parse(body, BODY_MAX, &document, &error));
	put(document, "effective_from", "\"1970-01-01T00:00:00Z\"");
	put(document, "zone", "\"" OPS_KPI_ZONE "\"");
	put(document, "grace", "\"10m\"");
	put(document, "windows", metrics[which].windows);
	put(document, "dimensions", metrics[which].dimensions);
	body = json_canonical(arena, document);
	return arena_text(arena, body.data, body.size);
}

static const void *compile_metrics(char reason[static DEFINITION_REASON_SIZE])
{
	struct arena *const arena = arena_create(65536);
	const char *documents[COUNT_OF(metrics) + 1] = { NULL };

	for (size_t i = 0; i < COUNT_OF(metrics); i++)
		documents[i] = metric_document(arena, i);
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
