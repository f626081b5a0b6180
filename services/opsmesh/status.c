/*
 * status - how far each daemon and shard has come, once or until all have come far enough.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "services/opsmesh/mesh_status.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>

#define TIMEOUT SECONDS(60)
#define ROUND MILLISECONDS(50)
#define FIRST_LISTEN SECONDS(2) /* until the first shard is heard: each tells once a second */

struct look {
	struct tool *tool;
	struct mesh_store store;
	struct mesh_status status;
	bool open;
};

static void look_close(struct look *look)
{
	if (look->open) {
		mesh_status_close(&look->status);
		mesh_store_close(&look->store);
	}
	look->open = false;
}

/* Opens what is not open. Whatever fails is closed, so that the next round begins anew. */
static enum status look_open(struct look *look)
{
	const struct tool_settings *const settings = &look->tool->settings;
	enum status status;

	if (look->open)
		return STATUS_OK;
	look->open = true;
	look->status = (struct mesh_status){ .count = 0 };
	status = mesh_store_open(&look->store, look->tool->arena, settings->database_url);
	if (status == STATUS_OK)
		status = mesh_status_open(&look->status, look->tool->arena, settings->brokers);
	return status == STATUS_OK ? mesh_status_listen(&look->status, FIRST_LISTEN) : status;
}

static enum status look_again(struct look *look, struct duration wait)
{
	TRY(look_open(look));
	TRY(mesh_status_listen(&look->status, wait));
	return mesh_status_look(&look->status, &look->store);
}

static int away(const struct look *look)
{
	return tool_fail(look->tool, ANSWER_AWAY, "%s",
	                 look->store.reason[0] != '\0' ? look->store.reason : look->status.reason);
}

/* Shown. */

static const char *age_cell(struct arena *arena, const struct shard_status *shard)
{
	if (shard->lag < 0)
		return "?";
	return shard->oldest.us == TIME_MAX.us
	           ? "-"
	           : span_text(arena, time_since(shard->oldest, time_now()));
}

/* "2, oldest 40s, 3 failed tries". */
static const char *effect_cell(struct arena *arena, const struct shard_status *shard)
{
	const char *text = arena_printf(arena, "%" PRId64, shard->effects);

	if (shard->effects == 0)
		return "-";
	if (shard->oldest_effect.us != TIME_MAX.us)
		text = arena_printf(arena, "%s, oldest %s", text,
		                    span_text(arena, time_since(shard->oldest_effect, time_now())));
	return shard->effect_tries > 0
	           ? arena_printf(arena, "%s, %" PRId64 " failed tries", text, shard->effect_tries)
	           : text;
}

static void add_row(struct table *table, struct arena *arena, const struct shard_status *shard)
{
	table_add(table, shard->daemon);
	table_addf(table, "%s/%" PRId32, shard->stage, shard->shard);
	table_add(table, shard->instance != NULL ? shard->instance
	                 : shard->begun          ? "silent"
	                                         : "never owned");
	table_add(table, shard->lag < 0 ? "?" : arena_printf(arena, "%" PRId64, shard->lag));
	table_add(table, age_cell(arena, shard));
	table_add(table, time_cell(arena, shard->now, "none yet"));
	table_addf(table, "%" PRId64, shard->sequence - shard->published);
	table_addf(table, "%" PRId64, shard->dead_letters);
	table_addf(table, "%" PRId64, shard->parked_keys);
	table_add(table, effect_cell(arena, shard));
	table_add(table, shard->left_out[0] == '\0' ? "-" : shard->left_out);
}

static void print_table(struct look *look)
{
	static const char *const titles[] = { "DAEMON",     "SHARD",        "INSTANCE",
		                              "LAG",        "OLDEST",       "MESH TIME",
		                              "TO PUBLISH", "DEAD LETTERS", "PARKED KEYS",
		                              "EFFECTS",    "LEFT OUT",     NULL };
	struct table table;

	if (look->status.count == 0) {
		puts("No daemon has a schema here yet.");
		return;
	}
	table_init(&table, look->tool->arena, titles);
	for (size_t i = 0; i < look->status.count; i++)
		add_row(&table, look->tool->arena, &look->status.shards[i]);
	table_print(&table);
}

static json_t *shard_json(const struct shard_status *shard)
{
	json_t *const row = json_object();
	char text[TIME_TEXT_SIZE];

	json_object_set_new(row, "daemon", json_string(shard->daemon));
	json_object_set_new(row, "stage", json_string(shard->stage));
	json_object_set_new(row, "shard", json_integer(shard->shard));
	json_object_set_new(row, "instance",
	                    shard->instance == NULL ? json_null() : json_string(shard->instance));
	json_object_set_new(row, "epoch", json_integer(shard->epoch));
	json_object_set_new(row, "lag", shard->lag < 0 ? json_null() : json_integer(shard->lag));
	json_object_set_new(row, "oldest_unprocessed",
	                    shard->oldest.us == TIME_MAX.us
	                        ? json_null()
	                        : json_string(time_format(shard->oldest, text)));
	json_object_set_new(row, "mesh_time",
	                    shard->now.us == TIME_MIN.us
	                        ? json_null()
	                        : json_string(time_format(shard->now, text)));
	json_object_set_new(row, "sequence", json_integer(shard->sequence));
	json_object_set_new(row, "published", json_integer(shard->published));
	json_object_set_new(row, "dead_letters", json_integer(shard->dead_letters));
	json_object_set_new(row, "parked_keys", json_integer(shard->parked_keys));
	json_object_set_new(row, "effects_pending", json_integer(shard->effects));
	json_object_set_new(row, "oldest_effect",
	                    shard->oldest_effect.us == TIME_MAX.us
	                        ? json_null()
	                        : json_string(time_format(shard->oldest_effect, text)));
	json_object_set_new(row, "effect_tries", json_integer(shard->effect_tries));
	json_object_set_new(row, "left_out", json_string(shard->left_out));
	return row;
}

static void print_json(struct look *look)
{
	AUTO_JSON top = json_object();
	json_t *const shards = json_array();

	for (size_t i = 0; i < look->status.count; i++)
		json_array_append_new(shards, shard_json(&look->status.shards[i]));
	json_object_set_new(top, "shards", shards);
	json_dumpf(top, stdout, JSON_COMPACT);
	putchar('\n');
}

static int show(struct look *look)
{
	if (mesh_status_measure(&look->status, &look->store) != STATUS_OK)
		return away(look);
	if (tool_option(look->tool, "--json") != NULL)
		print_json(look);
	else
		print_table(look);
	return ANSWER_YES;
}

static int look_once(struct look *look)
{
	if (look_again(look, ROUND) != STATUS_OK)
		return away(look);
	return show(look);
}

/* Waiting. */

static const struct shard_status *first_behind(const struct look *look, struct instant at)
{
	for (size_t i = 0; i < look->status.count; i++)
		if (!shard_status_reached(&look->status.shards[i], at))
			return &look->status.shards[i];
	return NULL;
}

static int give_up(struct look *look, struct instant at)
{
	const struct shard_status *const shard = first_behind(look, at);

	if (shard == NULL)
		return tool_fail(look->tool, ANSWER_NO, "timed out: there is no shard yet");
	return tool_fail(look->tool, ANSWER_NO,
	                 "timed out: %s/%" PRId32 " of %s is at %s, with %" PRId64
	                 " facts to be published",
	                 shard->stage, shard->shard, shard->daemon,
	                 time_cell(look->tool->arena, shard->now, "no mesh time"),
	                 shard->sequence - shard->published);
}

static int wait_until(struct look *look, struct instant at, struct duration timeout)
{
	const struct instant end = time_add(time_monotonic(), timeout);
	enum status status;

	do {
		status = look_again(look, ROUND);
		if (status == STATUS_OK && look->status.count > 0 && first_behind(look, at) == NULL)
			return tool_option(look->tool, "--json") != NULL ? show(look) : ANSWER_YES;
		if (status != STATUS_OK) {
			look_close(look);
			(void)bus_wake_wait(-1, ROUND);
		}
	} while (time_before(time_monotonic(), end));
	return status == STATUS_OK ? give_up(look, at) : away(look);
}

int status_command(struct tool *tool)
{
	struct look *const look = arena_zero(tool->arena, sizeof(*look));
	struct duration timeout = TIMEOUT;
	struct instant at = TIME_MIN;
	int answer;

	look->tool = tool;
	if (!tool_instant(tool, "--wait", &at))
		return tool_wrong(tool, "--wait");
	if (!tool_span(tool, "--timeout", &timeout))
		return tool_wrong(tool, "--timeout");
	answer =
	    tool_option(tool, "--wait") == NULL ? look_once(look) : wait_until(look, at, timeout);
	look_close(look);
	return answer;
}
