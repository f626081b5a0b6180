#include "common/flow/describe.h"

#include "common/base/check.h"
#include "common/base/fsm.h"
#include "common/flow/dead_letter.h"
#include "common/flow/effect.h"
#include "common/flow/health.h"
#include "common/flow/vitals.h"
#include "common/io/json.h"
#include "gen/flow_migrations.h"

#include <string.h>

static const char *const metric_kinds[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};
static const char *const column_kinds[] = {
	[COLUMN_INT] = "integer", [COLUMN_BOOL] = "boolean", [COLUMN_TIME] = "instant",
	[COLUMN_TEXT] = "text",   [COLUMN_BYTES] = "bytes",
};

/* Text of our own tables: a NULL is null. */
static json_t *text(const char *value)
{
	return value == NULL ? json_null() : json_string(value);
}

static void set(json_t *object, const char *name, json_t *value)
{
	CHECK(json_object_set_new(object, name, value) == 0);
}

static void add(json_t *array, json_t *value)
{
	CHECK(json_array_append_new(array, value) == 0);
}

static const char *topic_name(const struct daemon *daemon, int topic)
{
	return daemon->catalogue->topics[topic].name;
}

static json_t *describe_settings(const struct daemon *daemon)
{
	struct buffer written = { 0 };
	struct json_error error;
	json_t *settings = NULL;

	config_describe(daemon->keys, &written);
	CHECK(json_parse((struct bytes){ written.data, written.size }, written.size, &settings,
	                 &error));
	buffer_finish(&written);
	return settings;
}

static json_t *describe_documents(const struct daemon *daemon)
{
	const struct service_document *row = daemon->service->documents;
	json_t *const documents = json_array();

	for (; row != NULL && row->name != NULL; row++)
		add(documents, json_pack("{s:s, s:s, s:o}", "name", row->name, "path", row->path,
		                         "doc", text(row->doc)));
	return documents;
}

static json_t *describe_commands(const struct service *service)
{
	const struct service_command *row = service->commands;
	json_t *const commands = json_array();

	for (; row != NULL && row->name != NULL; row++)
		add(commands, json_pack("{s:s, s:s, s:s}", "name", row->name, "form",
		                        row->form + strspn(row->form, " "), "doc", row->doc));
	return commands;
}

/* Stages. */

static json_t *describe_table(const struct state_table *table)
{
	json_t *const columns = json_array();

	for (size_t i = 0; table->columns[i].name != NULL; i++)
		add(columns,
		    json_pack("{s:s, s:s, s:b}", "name", table->columns[i].name, "type",
		              column_kinds[table->columns[i].kind], "key", i < table->key_columns));
	return json_pack("{s:s, s:b, s:o}", "name", table->name, "resident", table->resident,
	                 "columns", columns);
}

static json_t *describe_tables(const struct stage *stage)
{
	json_t *const tables = json_array();

	for (size_t i = 0; stage->tables != NULL && stage->tables[i] != NULL; i++)
		add(tables, describe_table(stage->tables[i]));
	return tables;
}

static json_t *describe_events(const struct daemon *daemon, const struct stage *stage)
{
	json_t *const events = json_array();

	for (const struct stage_event *event = stage->events; event->topic >= 0; event++)
		add(events, json_pack("{s:s, s:o}", "topic", topic_name(daemon, event->topic),
		                      "fact", text(event->fact)));
	return events;
}

static json_t *describe_reads(const struct daemon *daemon, const struct stage *stage)
{
	json_t *const names = json_array();
	int topics[STAGE_TOPICS_MAX];
	const size_t count = stage_reads(daemon->catalogue, stage, topics);

	for (size_t i = 0; i < count; i++)
		add(names, text(topic_name(daemon, topics[i])));
	return names;
}

static json_t *describe_emits(const struct daemon *daemon, const struct stage *stage)
{
	json_t *const names = json_array();

	for (const int *topic = stage->emits; topic != NULL && *topic >= 0; topic++)
		add(names, text(topic_name(daemon, *topic)));
	return names;
}

static json_t *describe_timers(const struct stage *stage)
{
	json_t *const names = json_array();

	for (const struct stage_timer *timer = stage->timers; timer != NULL && timer->name != NULL;
	     timer++)
		add(names, text(timer->name));
	return names;
}

static json_t *describe_effects(const struct daemon *daemon, const struct stage *stage)
{
	const struct stage_effect *effect = stage->effects;
	json_t *const effects = json_array();

	for (; effect != NULL && effect->name != NULL; effect++)
		add(effects,
		    json_pack("{s:s, s:o, s:s}", "name", effect->name, "doc", text(effect->doc),
		              "results", topic_name(daemon, stage->results)));
	return effects;
}

static json_t *describe_stages(const struct daemon *daemon)
{
	json_t *const stages = json_array();

	for (const struct stage *stage = daemon->service->stages; stage->name != NULL; stage++) {
		json_t *const it = json_object();

		set(it, "name", text(stage->name));
		set(it, "doc", text(stage->doc));
		set(it, "parks", json_boolean(stage->parks));
		set(it, "reads", describe_reads(daemon, stage));
		set(it, "events", describe_events(daemon, stage));
		set(it, "emits", describe_emits(daemon, stage));
		set(it, "tables", describe_tables(stage));
		set(it, "timers", describe_timers(stage));
		set(it, "effects", describe_effects(daemon, stage));
		add(stages, it);
	}
	return stages;
}

/* The rest. */

static json_t *describe_machines(const struct service *service)
{
	json_t *const machines = json_array();

	for (const struct fsm *const *at = service->machines; at != NULL && *at != NULL; at++) {
		struct buffer mermaid = { 0 };

		fsm_mermaid(*at, &mermaid);
		add(machines, json_pack("{s:s, s:o}", "name", (*at)->name, "mermaid",
		                        json_stringn((const char *)mermaid.data, mermaid.size)));
		buffer_finish(&mermaid);
	}
	return machines;
}

static void add_metrics(json_t *metrics, struct metric *const *at)
{
	for (; at != NULL && *at != NULL; at++) {
		json_t *const labels = json_array();

		for (size_t i = 0; i < METRIC_LABELS_MAX && (*at)->labels[i] != NULL; i++)
			add(labels, text((*at)->labels[i]));
		add(metrics,
		    json_pack("{s:s, s:s, s:s, s:o}", "name", (*at)->name, "type",
		              metric_kinds[(*at)->kind], "help", (*at)->help, "labels", labels));
	}
}

static void add_routes(json_t *routes, const struct http_route *route)
{
	for (; route != NULL && route->method != NULL; route++)
		add(routes,
		    json_pack("{s:s, s:s}", "method", route->method, "path", route->pattern));
}

static void add_migrations(json_t *names, const struct migration *migration)
{
	for (; migration != NULL && migration->name != NULL; migration++)
		add(names, text(migration->name));
}

static json_t *describe_all(const struct daemon *daemon)
{
	const struct service *const service = daemon->service;
	json_t *const it = json_object();
	json_t *const metrics = json_array();
	json_t *const routes = json_array();
	json_t *const migrations = json_array();

	add_metrics(metrics, vitals_metrics);
	add_metrics(metrics, health_metrics);
	add_metrics(metrics, http_metrics);
	add_metrics(metrics, service->metrics);
	add_routes(routes, health_routes);
	add_routes(routes, service->extra.routes == NULL ? NULL : service->extra.routes());
	add_migrations(migrations, flow_migrations);
	add_migrations(migrations, service->migrations);
	set(it, "name", text(service->name));
	set(it, "summary", text(service->summary));
	set(it, "build", text(daemon->build));
	set(it, "schema", text(service->schema));
	set(it, "lead", text(topic_name(daemon, service->lead)));
	set(it, "settings", describe_settings(daemon));
	set(it, "documents", describe_documents(daemon));
	set(it, "commands", describe_commands(service));
	set(it, "stages", describe_stages(daemon));
	set(it, "machines", describe_machines(service));
	set(it, "metrics", metrics);
	set(it, "routes", routes);
	set(it, "migrations", migrations);
	return it;
}

static int keep(const char *data, size_t size, void *context)
{
	buffer_add(context, data, size);
	return 0;
}

void describe_service(const struct daemon *daemon, struct buffer *out)
{
	AUTO_JSON it = describe_all(daemon);

	CHECK(json_dump_callback(it, keep, out, JSON_INDENT(2)) == 0);
	buffer_add(out, "\n", 1);
}
