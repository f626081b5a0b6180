#include "common/flow/publisher.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <stdio.h>
#include <string.h>

#define HEADERS_MAX ((size_t)2 * RECORD_HEADERS_MAX) /* a dead letter's: the original's and why */
#define ARENA_BLOCK 4096
#define SENT_MEMORY 1500   /* of librdkafka's copy, mostly headers; measured */
#define SEQUENCE_DIGITS 20 /* of ce_sequence */

/* A fact on its way, with all that it points to behind it. */
struct outgoing {
	struct fact fact;
	int32_t handed;  /* to so many partitions, of those that it goes to */
	int32_t waiting; /* acknowledgements still to come */
	size_t size;
	char text[];
};

struct publisher {
	const struct outside *outside;
	const struct catalogue *catalogue;
	char source[SOURCE_SIZE];
	int32_t partitions;
	uint64_t *tokens; /* the last token given, of all publishers */
	uint64_t token;   /* comes back with acknowledgements; a new one after each failure */
	struct outgoing **queue; /* a ring, in sequence */
	size_t first;
	size_t count;
	size_t capacity;
	size_t sent; /* of the queue, so many are handed over whole */
	int64_t mark;
	int64_t last;
	size_t bytes;
	struct arena *arena; /* headers of the message being handed over */
};

struct publisher *publisher_create(const struct outside *outside, const struct catalogue *catalogue,
                                   const char *source, int32_t partitions, int64_t mark,
                                   uint64_t *tokens)
{
	struct publisher *const publisher = memory_zero(sizeof(*publisher));

	publisher->outside = outside;
	publisher->catalogue = catalogue;
	publisher->partitions = partitions;
	publisher->mark = publisher->last = mark;
	publisher->tokens = tokens;
	publisher->token = ++*tokens;
	publisher->arena = arena_create(ARENA_BLOCK);
	CHECK(snprintf(publisher->source, sizeof(publisher->source), "%s", source) <
	      (int)sizeof(publisher->source));
	return publisher;
}

static struct outgoing *queue_at(const struct publisher *publisher, size_t at)
{
	return publisher->queue[(publisher->first + at) % publisher->capacity];
}

static void queue_pop(struct publisher *publisher)
{
	struct outgoing *const head = queue_at(publisher, 0);

	publisher->bytes -= head->size;
	publisher->first = (publisher->first + 1) % publisher->capacity;
	publisher->count--;
	memory_free(head);
}

void publisher_destroy(struct publisher *publisher)
{
	if (publisher == NULL)
		return;
	while (publisher->count > 0)
		queue_pop(publisher);
	arena_destroy(publisher->arena);
	memory_free(publisher->queue);
	memory_free(publisher);
}

static struct bytes take_copy(char **at, struct bytes bytes)
{
	if (bytes.data == NULL)
		return bytes;
	char *const copy = *at;

	memcpy(copy, bytes.data, bytes.size);
	copy[bytes.size] = '\0';
	*at += bytes.size + 1;
	return (struct bytes){ copy, bytes.size };
}

static struct outgoing *outgoing_create(const struct fact *fact)
{
	const struct bytes runs[] = {
		bytes_of(fact->type), bytes_of(fact->subject), fact->key,
		fact->message,        fact->headers,           fact->traceparent
	};
	size_t size = sizeof(struct outgoing);

	for (size_t i = 0; i < COUNT_OF(runs); i++)
		size += runs[i].size + 1;
	struct outgoing *const out = memory_alloc(size);
	char *at = out->text;

	*out = (struct outgoing){ .fact = *fact, .size = size + SENT_MEMORY + fact->message.size };
	out->fact.type = take_copy(&at, runs[0]).data;
	out->fact.subject = take_copy(&at, runs[1]).data;
	out->fact.key = take_copy(&at, runs[2]);
	out->fact.message = take_copy(&at, runs[3]);
	out->fact.headers = take_copy(&at, runs[4]);
	out->fact.traceparent = take_copy(&at, runs[5]);
	return out;
}

static void queue_grow(struct publisher *publisher)
{
	const size_t capacity = publisher->capacity == 0 ? 256 : publisher->capacity * 2;
	struct outgoing **const queue = memory_alloc(capacity * sizeof(struct outgoing *));

	for (size_t i = 0; i < publisher->count; i++)
		queue[i] = queue_at(publisher, i);
	memory_free(publisher->queue);
	publisher->queue = queue;
	publisher->first = 0;
	publisher->capacity = capacity;
}

void publisher_add(struct publisher *publisher, const struct fact *fact)
{
	struct outgoing *const out = outgoing_create(fact);

	CHECK(fact->sequence == publisher->last + 1);
	if (publisher->count == publisher->capacity)
		queue_grow(publisher);
	publisher->queue[(publisher->first + publisher->count) % publisher->capacity] = out;
	publisher->count++;
	publisher->last = fact->sequence;
	publisher->bytes += out->size;
}

/* Headers. */

static size_t add_header(struct log_header *headers, size_t count, const char *name,
                         struct bytes value)
{
	headers[count] = (struct log_header){ name, value };
	return count + 1;
}

static struct bytes time_text(struct arena *arena, struct instant instant)
{
	return bytes_of(time_format(instant, arena_alloc(arena, TIME_TEXT_SIZE)));
}

/* ce_sequence; without printf, which would cost a fact as much as all else that is done here. */
static struct bytes sequence_text(struct arena *arena, int64_t sequence)
{
	char *const text = arena_alloc(arena, SEQUENCE_DIGITS);

	CHECK(sequence > 0);
	for (size_t i = SEQUENCE_DIGITS; i > 0; sequence /= 10)
		text[--i] = (char)('0' + sequence % 10);
	return (struct bytes){ text, SEQUENCE_DIGITS };
}

/* ce_id: the source, and the sequence without zeros before it. */
static struct bytes id_text(struct arena *arena, const char *source, struct bytes sequence)
{
	const char *const digits = sequence.data;
	const size_t source_size = strlen(source);
	size_t zeros = 0;

	while (digits[zeros] == '0')
		zeros++;
	const size_t size = source_size + 1 + SEQUENCE_DIGITS - zeros;
	char *const text = arena_alloc(arena, size + 1);

	memcpy(text, source, source_size);
	text[source_size] = '/';
	memcpy(text + source_size + 1, digits + zeros, SEQUENCE_DIGITS - zeros);
	text[size] = '\0';
	return (struct bytes){ text, size };
}

static size_t write_headers(struct publisher *publisher, const struct fact *fact,
                            struct log_header headers[static HEADERS_MAX])
{
	struct arena *const arena = publisher->arena;
	const char *const schema = publisher->catalogue->topics[fact->topic].message->name;
	const struct bytes sequence = sequence_text(arena, fact->sequence);
	struct log_header *more;
	size_t more_count = 0;
	size_t n = 0;

	n = add_header(headers, n, "ce_specversion", bytes_of("1.0"));
	n = add_header(headers, n, "ce_id", id_text(arena, publisher->source, sequence));
	n = add_header(headers, n, "ce_source", bytes_of(publisher->source));
	n = add_header(headers, n, "ce_type", bytes_of(fact->type));
	n = add_header(headers, n, "ce_subject", bytes_of(fact->subject));
	n = add_header(headers, n, "ce_time", time_text(arena, fact->time));
	n = add_header(headers, n, "ce_sequence", sequence);
	n = add_header(headers, n, "ce_meshtime", time_text(arena, fact->mesh));
	n = add_header(headers, n, "ce_dataschema", bytes_of(schema));
	n = add_header(headers, n, "content-type", bytes_of("application/protobuf"));
	if (fact->traceparent.data != NULL)
		n = add_header(headers, n, "traceparent", fact->traceparent);
	if (fact->headers.data != NULL && headers_unpack(arena, fact->headers, &more, &more_count))
		for (size_t i = 0; i < more_count && n < HEADERS_MAX; i++)
			headers[n++] = more[i];
	return n;
}

/* Sending. */

static bool hand_over(struct publisher *publisher, struct outgoing *out, int32_t partition)
{
	struct log_header headers[HEADERS_MAX];
	const struct log_message message = {
		.topic = out->fact.topic,
		.dead_letter = out->fact.dead_letter,
		.partition = partition,
		.key = out->fact.key,
		.value = out->fact.message,
		.headers = headers,
		.header_count = write_headers(publisher, &out->fact, headers),
		.token = publisher->token,
		.sequence = out->fact.sequence,
	};

	const bool taken = publisher->outside->log_ops->send(publisher->outside->log, &message);

	arena_reset(publisher->arena);
	if (!taken)
		return false;
	out->handed++;
	out->waiting++;
	return true;
}

void publisher_send(struct publisher *publisher, size_t most)
{
	for (; most > 0 && publisher->sent < publisher->count; most--) {
		struct outgoing *const out = queue_at(publisher, publisher->sent);
		const bool all = out->fact.partition < 0;
		const int32_t targets = all ? publisher->partitions : 1;

		while (out->handed < targets)
			if (!hand_over(publisher, out, all ? out->handed : out->fact.partition))
				return;
		publisher->sent++;
	}
}

static void move_mark(struct publisher *publisher)
{
	while (publisher->sent > 0 && queue_at(publisher, 0)->waiting == 0) {
		publisher->mark = queue_at(publisher, 0)->fact.sequence;
		publisher->sent--;
		queue_pop(publisher);
	}
}

uint64_t publisher_token(const struct publisher *publisher)
{
	return publisher->token;
}

void publisher_acked(struct publisher *publisher, int64_t sequence)
{
	if (sequence <= publisher->mark)
		return;
	struct outgoing *const out = queue_at(publisher, (size_t)(sequence - publisher->mark - 1));

	CHECK(out->fact.sequence == sequence && out->waiting > 0);
	out->waiting--;
	move_mark(publisher);
}

void publisher_restart(struct publisher *publisher)
{
	publisher->token = ++*publisher->tokens;
	publisher->sent = 0;
	for (size_t i = 0; i < publisher->count; i++) {
		struct outgoing *const out = queue_at(publisher, i);

		out->handed = 0;
		out->waiting = 0;
	}
}

int64_t publisher_mark(const struct publisher *publisher)
{
	return publisher->mark;
}

int64_t publisher_last(const struct publisher *publisher)
{
	return publisher->last;
}

size_t publisher_memory(const struct publisher *publisher)
{
	return publisher->bytes;
}
