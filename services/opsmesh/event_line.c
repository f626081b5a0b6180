#include "services/opsmesh/event_line.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <inttypes.h>
#include <string.h>

struct writer {
	struct buffer *out;
	struct arena *arena;
	const struct event_line *line;
};

static void add(const struct writer *w, const char *text)
{
	buffer_add(w->out, text, strlen(text));
}

/* NULL is null. */
static void add_text(const struct writer *w, const char *name, const char *text)
{
	add(w, ",\"");
	add(w, name);
	add(w, "\":");
	if (text == NULL) {
		add(w, "null");
		return;
	}
	add(w, "\"");
	text_json(w->out, text);
	add(w, "\"");
}

static struct bytes header(struct arena *arena, const struct event_line *line, const char *name)
{
	const char *const real = line->dead ? arena_printf(arena, "orig_%s", name) : name;

	return record_header(line->record->headers, line->record->header_count, real);
}

static const char *text_of(struct arena *arena, struct bytes value)
{
	return value.data == NULL ? NULL : text_repair(arena, value, NULL);
}

const char *event_line_header(struct arena *arena, const struct event_line *line, const char *name)
{
	const char *const text = text_of(arena, header(arena, line, name));

	return text == NULL ? "" : text;
}

static void add_header(const struct writer *w, const char *field, const char *name)
{
	add_text(w, field, text_of(w->arena, header(w->arena, w->line, name)));
}

static void add_number(const struct writer *w, const char *name, const char *text)
{
	int64_t number;

	if (text != NULL && text_number(text, 0, INT64_MAX, &number))
		add(w, arena_printf(w->arena, ",\"%s\":%" PRId64, name, number));
	else
		add(w, arena_printf(w->arena, ",\"%s\":null", name));
}

static void add_dead_letter(const struct writer *w)
{
	static const char *const names[] = { "consumer",  "topic",    "partition",
		                             "source",    "sequence", "offset",
		                             "timestamp", "reason",   "attempts" };
	const struct log_record *const record = w->line->record;

	add(w, ",\"dead_letter\":{");
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const char *const name = arena_printf(w->arena, "dlq_%s", names[i]);
		const char *const text =
		    text_of(w->arena, record_header(record->headers, record->header_count, name));

		add(w, i == 0 ? "\"" : ",\"");
		add(w, names[i]);
		add(w, "\":\"");
		text_json(w->out, text == NULL ? "" : text);
		add(w, "\"");
	}
	add(w, "}");
}

static void add_data(const struct writer *w)
{
	ProtobufCMessage *message;
	char reason[PROTO_REASON_SIZE];

	add(w, ",\"data\":");
	if (proto_unpack(w->arena, w->line->message, w->line->record->value, &message, reason)) {
		protojson_write(w->out, w->arena, message, w->line->view);
		return;
	}
	add(w, "null");
	add_text(w, "problem", reason);
}

void event_line_write(struct buffer *out, struct arena *arena, const struct event_line *line)
{
	const struct writer w = { out, arena, line };
	const struct log_record *const record = line->record;

	add(&w, "{\"topic\":\"");
	text_json(out, line->topic);
	add(&w, arena_printf(arena, "\",\"partition\":%" PRId32 ",\"offset\":%" PRId64,
	                     record->partition, record->offset));
	add_text(&w, "key", text_of(arena, record->key));
	add_header(&w, "id", "ce_id");
	add_header(&w, "source", "ce_source");
	add_header(&w, "type", "ce_type");
	add_header(&w, "subject", "ce_subject");
	add_header(&w, "time", "ce_time");
	add_number(&w, "sequence", text_of(arena, header(arena, line, "ce_sequence")));
	add_header(&w, "mesh_time", "ce_meshtime");
	if (line->dead)
		add_dead_letter(&w);
	add_data(&w);
	add(&w, "}\n");
}
