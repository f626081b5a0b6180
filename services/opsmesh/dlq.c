/*
 * dlq - dead letters: what was refused, who is affected, what waits behind; retry and drop as actions.
 *
 * The identity is that of DESIGN.md, written as the door takes it:
 * <stage>/<topic>/<partition>/<source>/<sequence>; on the journal the source is "edge" and the offset
 * stands for the sequence.
 */
#include "services/opsmesh/opsmesh.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "gen/opsmesh_sql.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/action.h"
#include "services/opsmesh/event_line.h"
#include "services/opsmesh/mesh_store.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct letter {
	const char *id;
	const char *stage;
	const char *topic;
	int32_t shard;
	int64_t offset;
	const char *reason;
	int64_t attempts;
	struct instant refused_at;
	struct instant appended;
	const char *park_key; /* NULL: nothing waits */
	const char *key;
	struct bytes value;
	struct bytes headers;
	int64_t waiting;
	size_t place; /* of its schema in the store */
};

struct letters {
	struct tool *tool;
	struct mesh_store store;
	struct letter *list;
	size_t count;
};

static int away(const struct letters *letters)
{
	return tool_fail(letters->tool, ANSWER_AWAY, "%s", letters->store.reason);
}

/* Reading. */

static const char *text_or_empty(struct arena *arena, const char *text)
{
	return arena_string(arena, text == NULL ? "" : text);
}

static void read_letter(struct arena *arena, const struct db_rows *rows, size_t at,
                        struct letter *letter)
{
	*letter = (struct letter){
		.stage = text_or_empty(arena, db_text(rows, at, 0)),
		.topic = text_or_empty(arena, db_text(rows, at, 1)),
		.shard = (int32_t)db_int(rows, at, 2),
		.offset = db_int(rows, at, 5),
		.reason = text_or_empty(arena, db_text(rows, at, 6)),
		.attempts = db_int(rows, at, 7),
		.refused_at = db_time(rows, at, 8),
		.appended = db_time(rows, at, 9),
		.park_key =
		    db_is_null(rows, at, 10) ? NULL : arena_string(arena, db_text(rows, at, 10)),
		.key = text_repair(arena, db_bytes(rows, at, 11), NULL),
		.value = arena_bytes(arena, db_bytes(rows, at, 12)),
		.headers = arena_bytes(arena, db_bytes(rows, at, 13)),
		.waiting = db_int(rows, at, 14),
	};
	letter->id =
	    arena_printf(arena, "%s/%s/%" PRId32 "/%s/%" PRId64, letter->stage, letter->topic,
	                 letter->shard, db_text(rows, at, 3), db_int(rows, at, 4));
}

static enum status read_schema(struct letters *letters, size_t place)
{
	struct arena *const arena = letters->tool->arena;
	struct letter *list;
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_all(&letters->store, place, &sql_dead_letter_look, &rows));
	list = arena_alloc(arena, (letters->count + db_rows_count(rows) + 1) * sizeof(*list));
	if (letters->count > 0)
		memcpy(list, letters->list, letters->count * sizeof(*list));
	letters->list = list;
	for (size_t i = 0; i < db_rows_count(rows); i++) {
		read_letter(arena, rows, i, &list[letters->count]);
		list[letters->count++].place = place;
	}
	return STATUS_OK;
}

static enum status read_letters(struct letters *letters)
{
	TRY(mesh_store_open(&letters->store, letters->tool->arena,
	                    letters->tool->settings.database_url));
	for (size_t i = 0; i < letters->store.count; i++)
		TRY(read_schema(letters, i));
	return STATUS_OK;
}

static const struct letter *find(const struct letters *letters, const char *id)
{
	for (size_t i = 0; i < letters->count; i++)
		if (text_equal(letters->list[i].id, id))
			return &letters->list[i];
	return NULL;
}

/* A header of the refused event; "" where it has none. */
static const char *header_of(struct arena *arena, struct bytes packed, const char *name)
{
	struct log_header *headers;
	size_t count = 0;

	if (!headers_unpack(arena, packed, &headers, &count))
		return "";

	const struct bytes value = record_header(headers, count, name);

	return value.data == NULL ? "" : text_repair(arena, value, NULL);
}

static const char *time_text(struct arena *arena, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? "no time" : arena_string(arena, time_format(at, text));
}

/* List. */

static json_t *letter_json(struct arena *arena, const struct letter *letter)
{
	json_t *const row = json_object();

	json_object_set_new(row, "id", json_string(letter->id));
	json_object_set_new(row, "stage", json_string(letter->stage));
	json_object_set_new(row, "topic", json_string(letter->topic));
	json_object_set_new(row, "partition", json_integer(letter->shard));
	json_object_set_new(row, "offset", json_integer(letter->offset));
	json_object_set_new(row, "key", json_string(letter->key));
	json_object_set_new(row, "type", json_string(header_of(arena, letter->headers, "ce_type")));
	json_object_set_new(row, "subject",
	                    json_string(header_of(arena, letter->headers, "ce_subject")));
	json_object_set_new(row, "reason", json_string(letter->reason));
	json_object_set_new(row, "attempts", json_integer(letter->attempts));
	json_object_set_new(row, "refused_at", json_string(time_text(arena, letter->refused_at)));
	json_object_set_new(row, "waiting", json_integer(letter->waiting));
	return row;
}

static void list_json(const struct letters *letters)
{
	AUTO_JSON list = json_array();

	for (size_t i = 0; i < letters->count; i++)
		json_array_append_new(list, letter_json(letters->tool->arena, &letters->list[i]));
	json_dumpf(list, stdout, JSON_COMPACT);
	putchar('\n');
}

static void list_table(const struct letters *letters)
{
	static const char *const titles[] = { "ID",       "KEY",     "TYPE",   "REFUSED AT",
		                              "ATTEMPTS", "WAITING", "REASON", NULL };
	struct arena *const arena = letters->tool->arena;
	struct table table;

	if (letters->count == 0) {
		puts("There are no dead letters.");
		return;
	}
	table_init(&table, arena, titles);
	for (size_t i = 0; i < letters->count; i++) {
		const struct letter *const letter = &letters->list[i];

		table_add(&table, letter->id);
		table_add(&table, letter->key[0] == '\0' ? "-" : letter->key);
		table_add(&table, header_of(arena, letter->headers, "ce_type"));
		table_add(&table, time_text(arena, letter->refused_at));
		table_addf(&table, "%" PRId64, letter->attempts);
		table_addf(&table, "%" PRId64, letter->waiting);
		table_add(&table, letter->reason);
	}
	table_print(&table);
}

static int list(const struct letters *letters)
{
	if (tool_option(letters->tool, "--json") != NULL)
		list_json(letters);
	else
		list_table(letters);
	return ANSWER_YES;
}

/* Show. */

static void show_event(const struct letters *letters, const struct letter *letter, bool revealed)
{
	struct arena *const arena = letters->tool->arena;
	const int topic = catalogue_find(&opsmesh_catalogue, letter->topic);
	struct log_record record = { .partition = letter->shard,
		                     .offset = letter->offset,
		                     .key = bytes_of(letter->key),
		                     .value = letter->value };
	struct event_line line = { .topic = letter->topic,
		                   .record = &record,
		                   .view = revealed ? PROTOJSON_REVEALED : PROTOJSON_SEALED };
	struct log_header *headers = NULL;
	struct buffer out = { 0 };

	if (topic < 0)
		return;
	line.message = opsmesh_catalogue.topics[topic].message;
	if (headers_unpack(arena, letter->headers, &headers, &record.header_count))
		record.headers = headers;
	event_line_write(&out, arena, &line);
	printf("event       ");
	fwrite(out.data, 1, out.size, stdout);
	buffer_finish(&out);
	printf("bytes       %s\n", revealed ? text_base64(arena, letter->value) : "[sealed]");
}

static enum status show_waiting(struct letters *letters, const struct letter *letter)
{
	struct arena *const arena = letters->tool->arena;
	AUTO_ROWS rows = NULL;

	if (letter->park_key == NULL)
		return STATUS_OK;
	TRY(mesh_store_query(&letters->store, letter->place, &sql_parked_look, &rows,
	                     DB_TEXT(letter->stage), DB_SMALL(letter->shard),
	                     DB_TEXT(letter->park_key)));
	for (size_t i = 0; i < db_rows_count(rows); i++)
		printf("waiting     %s/%" PRId32 " at %" PRId64 "  %s\n", db_text(rows, i, 1),
		       letter->shard, db_int(rows, i, 2),
		       header_of(arena, arena_bytes(arena, db_bytes(rows, i, 4)), "ce_type"));
	return STATUS_OK;
}

static int show(struct letters *letters, const struct letter *letter)
{
	struct arena *const arena = letters->tool->arena;
	bool revealed;
	const int answer = action_reveal(letters->tool, "dead_letter", letter->id, &revealed);

	if (answer != ANSWER_YES)
		return answer;
	printf("dead letter %s\n"
	       "refused     at %s by %s: %s\n"
	       "attempts    %" PRId64 "\n"
	       "affected    %s\n"
	       "behind it   %" PRId64 " events of the same key\n",
	       letter->id, time_text(arena, letter->refused_at), letter->stage, letter->reason,
	       letter->attempts, letter->key[0] == '\0' ? "nobody is named" : letter->key,
	       letter->waiting);
	show_event(letters, letter, revealed);
	return show_waiting(letters, letter) == STATUS_OK ? ANSWER_YES : away(letters);
}

/* Retry, drop. */

static int order(struct letters *letters, const struct letter *letter)
{
	struct tool *const tool = letters->tool;
	const struct action action = { tool->words[0], "dead_letter", letter->id,
		                       tool_option(tool, "--reason") };
	const char *request = "";
	int answer;

	if (action.reason == NULL || action.reason[strspn(action.reason, " \t")] == '\0')
		return tool_fail(tool, ANSWER_USAGE, "%s wants --reason", action.action);
	answer = action_post(tool, &action, &request);
	if (answer == ANSWER_YES)
		printf("%s of %s is journalled as request %s; opsmesh dlq list says whether it is "
		       "gone\n",
		       action.action, letter->id, request);
	return answer;
}

/* The command. */

/* Those that want an ID; the other is list. */
static const struct verb {
	const char *name;
	int (*run)(struct letters *letters, const struct letter *letter);
} verbs[] = {
	{ "show", show },
	{ "retry", order },
	{ "drop", order },
};

static int run_verb(struct letters *letters, const struct verb *verb)
{
	const struct letter *letter = NULL;

	if (read_letters(letters) != STATUS_OK)
		return away(letters);
	if (verb == NULL)
		return list(letters);
	letter = find(letters, letters->tool->words[1]);
	if (letter == NULL)
		return tool_fail(letters->tool, ANSWER_NO, "there is no dead letter %s",
		                 letters->tool->words[1]);
	return verb->run(letters, letter);
}

int dlq_command(struct tool *tool)
{
	struct letters *const letters = arena_zero(tool->arena, sizeof(*letters));
	const struct verb *verb = NULL;
	int answer;

	letters->tool = tool;
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		if (text_equal(verbs[i].name, tool->words[0]))
			verb = &verbs[i];
	if (verb == NULL && !text_equal(tool->words[0], "list"))
		return tool_fail(tool, ANSWER_USAGE, "%s: one of list, show, retry, drop",
		                 tool->words[0]);
	if ((verb != NULL) != (tool->word_count == 2))
		return tool_fail(tool, ANSWER_USAGE, "%s",
		                 verb != NULL ? "which one?" : "list takes no ID");
	answer = run_verb(letters, verb);
	mesh_store_close(&letters->store);
	return answer;
}
