#include "common/flow/record.h"

#include "common/base/check.h"
#include "common/base/hash.h"

#include <string.h>

#define NUMBER_DIGITS_MAX 20 /* ce_sequence is written with 20 digits */

static bool read_number(struct bytes text, int64_t *number)
{
	const unsigned char *const digits = text.data;
	int64_t value = 0;

	if (text.size == 0 || text.size > NUMBER_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (digits[i] < '0' || digits[i] > '9' ||
		    __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, digits[i] - '0', &value))
			return false;
	*number = value;
	return true;
}

static bool read_time(struct bytes value, struct instant *instant)
{
	char text[TIME_TEXT_SIZE];

	if (value.data == NULL || value.size >= sizeof(text))
		return false;
	memcpy(text, value.data, value.size);
	text[value.size] = '\0';
	return time_parse(text, instant);
}

struct bytes record_header(const struct log_header *headers, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(headers[i].name, name) == 0)
			return headers[i].value;
	return (struct bytes){ 0 };
}

/* The headers that the runtime follows, found in one pass. */
static void find_headers(const struct log_record *record, struct event *event,
                         struct bytes *sequence, struct bytes *mesh, struct bytes *time)
{
	const struct {
		const char *name;
		struct bytes *value;
	} wanted[] = {
		{ "ce_id", &event->id },     { "ce_source", &event->source },
		{ "ce_type", &event->type }, { "ce_subject", &event->subject },
		{ "ce_sequence", sequence }, { "ce_meshtime", mesh },
		{ "ce_time", time },         { "traceparent", &event->traceparent },
	};

	for (size_t i = 0; i < record->header_count; i++)
		for (size_t k = 0; k < COUNT_OF(wanted); k++)
			if (wanted[k].value->data == NULL &&
			    strcmp(record->headers[i].name, wanted[k].name) == 0) {
				*wanted[k].value = record->headers[i].value;
				break;
			}
}

/* What every record says: headers found, its time read. */
static void read_common(const struct log_record *record, struct event *event,
                        struct bytes *sequence, struct bytes *mesh)
{
	struct bytes time = { 0 };

	*event = (struct event){ .record = *record, .mesh = TIME_MIN, .time = TIME_MIN };
	find_headers(record, event, sequence, mesh, &time);
	if (event->traceparent.size > TRACEPARENT_MAX)
		event->traceparent = (struct bytes){ 0 };
	if (record->header_count > RECORD_HEADERS_MAX)
		event->problem = "headers: too many";
	if (!read_time(time, &event->time))
		event->problem = "header ce_time: missing or not a time";
}

static void read_mesh(struct event *event, struct bytes mesh)
{
	if (!read_time(mesh, &event->mesh))
		event->problem = "header ce_meshtime: missing or not a time";
}

void event_read(const struct log_record *record, bool journal, struct event *event)
{
	struct bytes sequence = { 0 };
	struct bytes mesh = { 0 };

	read_common(record, event, &sequence, &mesh);
	if (journal) {
		event->source = bytes_of("edge");
		event->sequence = record->offset + 1;
		event->mesh = event->time;
		return;
	}
	read_mesh(event, mesh);
	if (!read_number(sequence, &event->sequence) || event->sequence < 1)
		event->problem = "header ce_sequence: missing or not a sequence";
	if (event->source.size == 0 || event->source.size >= SOURCE_SIZE)
		event->problem = "header ce_source: missing or too long";
}

void event_read_result(const struct log_record *record, struct event *event)
{
	struct bytes sequence = { 0 };
	struct bytes mesh = { 0 };

	read_common(record, event, &sequence, &mesh);
	read_mesh(event, mesh);
	event->source = bytes_of("effect");
	event->sequence = record->offset + 1;
}

void event_read_as(const struct catalogue *catalogue, const struct log_record *record,
                   struct event *event)
{
	if (catalogue_is_results(catalogue, record->topic))
		event_read_result(record, event);
	else
		event_read(record, record->topic == catalogue->journal, event);
}

struct bytes headers_pack(struct arena *arena, const struct log_header *headers, size_t count)
{
	struct buffer buffer = { 0 };

	CHECK(count <= LETTER_HEADERS_MAX);
	for (size_t i = 0; i < count; i++) {
		const size_t name_size = strlen(headers[i].name);

		buffer_add_u32(&buffer, (uint32_t)name_size);
		buffer_add(&buffer, headers[i].name, name_size);
		buffer_add_u32(&buffer, (uint32_t)headers[i].value.size);
		buffer_add(&buffer, headers[i].value.data, headers[i].value.size);
	}
	const struct bytes packed = arena_bytes(arena, (struct bytes){ buffer.data, buffer.size });

	buffer_finish(&buffer);
	return packed.data != NULL ? packed : (struct bytes){ "", 0 };
}

/* Takes one run with its size before it off the front. */
static bool take_run(struct bytes *packed, struct bytes *run)
{
	const unsigned char *const data = packed->data;

	if (packed->size < 4)
		return false;
	const uint32_t size = bytes_u32(data);

	if (size > packed->size - 4)
		return false;
	*run = (struct bytes){ data + 4, size };
	*packed = (struct bytes){ data + 4 + size, packed->size - 4 - size };
	return true;
}

bool headers_unpack(struct arena *arena, struct bytes packed, struct log_header **headers,
                    size_t *count)
{
	struct log_header *const found = arena_alloc(arena, LETTER_HEADERS_MAX * sizeof(*found));
	size_t n = 0;

	while (packed.size > 0) {
		struct bytes name;
		struct bytes value;

		if (n == LETTER_HEADERS_MAX || !take_run(&packed, &name) ||
		    !take_run(&packed, &value))
			return false;
		found[n++] = (struct log_header){ arena_text(arena, name.data, name.size), value };
	}
	*headers = found;
	*count = n;
	return true;
}

struct log_record record_copy(struct arena *arena, const struct log_record *record)
{
	struct log_record copy = *record;
	struct log_header *const headers =
	    arena_alloc(arena, (record->header_count + 1) * sizeof(*headers));

	for (size_t i = 0; i < record->header_count; i++)
		headers[i] = (struct log_header){ arena_string(arena, record->headers[i].name),
			                          arena_bytes(arena, record->headers[i].value) };
	copy.key = arena_bytes(arena, record->key);
	copy.value = arena_bytes(arena, record->value);
	copy.headers = headers;
	copy.handle = NULL;
	return copy;
}

uint32_t record_hash(const struct log_record *record)
{
	return hash_crc32c(record->key.data, record->key.size) * 31U +
	       hash_crc32c(record->value.data, record->value.size);
}
