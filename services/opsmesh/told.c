#include "services/opsmesh/told.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"
#include "proto/opsmesh/v1/catalogue.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEAD ".dlq"

void told_add(struct told_list *list, const struct told *told)
{
	if (list->count == list->room) {
		const size_t room = list->room == 0 ? 64 : list->room * 2;
		struct told *const more = arena_alloc(list->arena, room * sizeof(*more));

		if (list->count > 0)
			memcpy(more, list->list, list->count * sizeof(*more));
		list->list = more;
		list->room = room;
	}
	list->list[list->count++] = *told;
}

/* Reading. */

static void find_topic(struct arena *arena, const char *name, struct told *told)
{
	const size_t size = strlen(name);
	const size_t behind = sizeof(DEAD) - 1;

	told->dead = size > behind && text_equal(name + size - behind, DEAD);
	told->topic = catalogue_find(&opsmesh_catalogue,
	                             arena_text(arena, name, told->dead ? size - behind : size));
}

void told_unpack(struct arena *arena, const char *topic, struct bytes bytes, struct told *told)
{
	ProtobufCMessage *message;
	char reason[PROTO_REASON_SIZE];

	find_topic(arena, topic, told);
	told->name = "";
	if (told->topic < 0 || !proto_unpack(arena, opsmesh_catalogue.topics[told->topic].message,
	                                     bytes, &message, reason))
		return;
	told->message = message;
	if (!proto_fact(message, &told->name, &told->fact))
		told->name = "";
}

static void read_row(struct told_list *list, const struct db_rows *rows, size_t at)
{
	struct arena *const arena = list->arena;
	struct told told = {
		.stream = arena_string(arena, db_text(rows, at, 0)),
		.sequence = db_int(rows, at, 1),
		.key = text_repair(arena, db_bytes(rows, at, 4), NULL),
		.type = arena_string(arena, db_text(rows, at, 5)),
		.time = db_time(rows, at, 7),
		.mesh = db_time(rows, at, 8),
		.headers = arena_bytes(arena, db_bytes(rows, at, 10)),
	};

	told_unpack(arena, db_text(rows, at, 2), db_bytes(rows, at, 9), &told);
	told_add(list, &told);
}

static enum status read_place(struct mesh_store *store, size_t place,
                              const struct db_statement *statement, struct db_value parameter,
                              struct told_list *list)
{
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_query(store, place, statement, &rows, parameter));
	for (size_t n = 0; n < db_rows_count(rows); n++)
		read_row(list, rows, n);
	return STATUS_OK;
}

static enum status read_facts(struct mesh_store *store, const struct db_statement *statement,
                              struct db_value parameter, struct told_list *list)
{
	for (size_t i = 0; i < store->count; i++)
		TRY(read_place(store, i, statement, parameter, list));
	return STATUS_OK;
}

enum status told_by_key(struct mesh_store *store, const char *key, struct told_list *list)
{
	return read_facts(store, &sql_fact_look, DB_BYTES(bytes_of(key)), list);
}

enum status told_of_case(struct mesh_store *store, const char *key, const char *text,
                         struct told_list *list)
{
	for (size_t i = 0; i < store->count; i++) {
		AUTO_ROWS rows = NULL;

		TRY(mesh_store_query(store, i, &sql_case_fact_look, &rows, DB_BYTES(bytes_of(key)),
		                     DB_BYTES(bytes_of(text))));
		for (size_t n = 0; n < db_rows_count(rows); n++)
			read_row(list, rows, n);
	}
	return STATUS_OK;
}

enum status told_by_id(struct mesh_store *store, size_t place, const char *id,
                       struct told_list *list)
{
	const char *const slash = strrchr(id, '/');
	int64_t sequence;
	AUTO_ROWS rows = NULL;

	if (slash == NULL || !text_number(slash + 1, 1, INT64_MAX, &sequence))
		return STATUS_OK;
	TRY(mesh_store_query(store, place, &sql_fact_at, &rows,
	                     DB_TEXT(arena_text(list->arena, id, (size_t)(slash - id))),
	                     DB_INT(sequence)));
	for (size_t n = 0; n < db_rows_count(rows); n++)
		read_row(list, rows, n);
	return STATUS_OK;
}

enum status told_by_content(struct mesh_store *store, const char *text, struct told_list *list)
{
	return read_facts(store, &sql_fact_search, DB_BYTES(bytes_of(text)), list);
}

enum status told_of_patterns(struct mesh_store *store, const char *text, struct told_list *list)
{
	size_t place;

	return mesh_store_find(store, "classifier", &place)
	           ? read_place(store, place, &sql_fact_search_pattern, DB_BYTES(bytes_of(text)),
	                        list)
	           : STATUS_OK;
}

enum status told_by_name(struct mesh_store *store, const char *name, struct told_list *list)
{
	for (const char *at = name; *at != '\0'; at++)
		if ((unsigned char)*at >= 0x80 || *at == '\\')
			return told_by_content(store, name, list);
	return read_facts(store, &sql_fact_search_name, DB_TEXT(name), list);
}

const char *told_id(struct arena *arena, const struct told *told)
{
	return arena_printf(arena, "%s/%" PRId64, told->stream, told->sequence);
}

static int compare(const void *a, const void *b)
{
	const struct told *const one = a;
	const struct told *const other = b;
	int order = (one->time.us > other->time.us) - (one->time.us < other->time.us);

	if (order == 0)
		order = one->topic - other->topic;
	if (order == 0)
		order = strcmp(one->stream, other->stream);
	return order != 0 ? order
	                  : (one->sequence > other->sequence) - (one->sequence < other->sequence);
}

void told_sort(struct told_list *list)
{
	if (list->count > 0)
		qsort(list->list, list->count, sizeof(*list->list), compare);
}

/* Searching. */

static bool has_member(const ProtobufCFieldDescriptor *field, const void *member, const char *text)
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		return strcasecmp(*(char *const *)member, text) == 0;
	return field->type == PROTOBUF_C_TYPE_MESSAGE &&
	       *(ProtobufCMessage *const *)member != NULL &&
	       message_has_text(*(ProtobufCMessage *const *)member, text);
}

static bool has_field(const ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
                      const char *text)
{
	const char *const base = (const char *)message;
	const void *const member = base + field->offset;

	if (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_MESSAGE)
		return false;
	if (field->label != PROTOBUF_C_LABEL_REPEATED)
		return ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
		        *(const uint32_t *)(const void *)(base + field->quantifier_offset) ==
		            field->id) &&
		       has_member(field, member, text);

	const size_t count = *(const size_t *)(const void *)(base + field->quantifier_offset);
	const void *const *const items = *(const void *const *const *)member;

	for (size_t i = 0; i < count; i++)
		if (has_member(field, &items[i], text))
			return true;
	return false;
}

bool message_has_text(const ProtobufCMessage *message, const char *text)
{
	for (unsigned i = 0; message != NULL && i < message->descriptor->n_fields; i++)
		if (has_field(message, &message->descriptor->fields[i], text))
			return true;
	return false;
}

const char *message_text(const ProtobufCMessage *message, const char *field)
{
	const ProtobufCFieldDescriptor *const found =
	    message == NULL
		? NULL
		: protobuf_c_message_descriptor_get_field_by_name(message->descriptor, field);

	if (found == NULL || found->type != PROTOBUF_C_TYPE_STRING ||
	    found->label == PROTOBUF_C_LABEL_REPEATED)
		return "";

	const void *const member = (const char *)message + found->offset;
	const char *const text = *(char *const *)member;

	return text == NULL ? "" : text;
}
