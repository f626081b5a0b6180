/*
 * A ticket as bytes. The version in front goes up with every change of the form.
 */
#include "services/sla-watcher/ticket.h"

#include "common/base/status.h"

#include <string.h>

#define CODEC_VERSION 1

/* A flag's place in the byte that follows a clock's state. */
#define FLAG_RETROACTIVE 1u
#define FLAG_CANCELS 2u

/* Encoding. */

static void add_byte(struct buffer *out, unsigned value)
{
	const unsigned char byte = (unsigned char)value;

	buffer_add(out, &byte, 1);
}

static void add_time(struct buffer *out, struct instant instant)
{
	buffer_add_u64(out, (uint64_t)instant.us);
}

static void add_text(struct buffer *out, const struct sla_text *text)
{
	const size_t size = strlen(text->text);

	add_byte(out, (unsigned)size);
	buffer_add(out, text->text, size);
}

static void add_clock(struct buffer *out, const struct sla_clock *clock)
{
	add_time(out, clock->started);
	add_time(out, clock->since);
	add_time(out, clock->until);
	buffer_add_u64(out, (uint64_t)clock->used.us);
	add_time(out, clock->due);
	add_time(out, clock->end);
	buffer_add_u32(out, (uint32_t)clock->target_s);
	buffer_add_u32(out, clock->instance);
	add_byte(out, clock->metric);
	add_byte(out, clock->state);
	add_byte(out, clock->warned);
	add_byte(out,
	         (clock->retroactive ? FLAG_RETROACTIVE : 0) | (clock->cancels ? FLAG_CANCELS : 0));
}

void sla_ticket_encode(const struct sla_ticket *ticket, struct buffer *out)
{
	add_byte(out, CODEC_VERSION);
	add_time(out, ticket->opened);
	add_time(out, ticket->replied);
	add_time(out, ticket->waiting);
	add_time(out, ticket->next);
	add_byte(out, ticket->status);
	for (size_t i = 0; i < COUNT_OF(ticket->traits); i++)
		add_text(out, &ticket->traits[i]);
	add_text(out, &ticket->policy);
	add_text(out, &ticket->rule);
	add_text(out, &ticket->calendar);
	buffer_add_u64(out, (uint64_t)ticket->policy_version);
	buffer_add_u64(out, (uint64_t)ticket->calendar_version);
	for (size_t i = 0; i < COUNT_OF(ticket->instances); i++)
		buffer_add_u32(out, ticket->instances[i]);
	add_byte(out, ticket->clock_count);
	for (size_t i = 0; i < ticket->clock_count; i++)
		add_clock(out, &ticket->clocks[i]);
}

/* Decoding. What is missing or out of its bounds makes the reader fail, and zeroes follow. */

struct reader {
	const unsigned char *data;
	size_t left;
	bool failed;
};

static const unsigned char *take(struct reader *reader, size_t size)
{
	static const unsigned char nothing[SLA_TEXT_MAX + 1];
	const unsigned char *const data = reader->data;

	if (reader->failed || reader->left < size) {
		reader->failed = true;
		return nothing;
	}
	reader->data += size;
	reader->left -= size;
	return data;
}

static unsigned take_byte(struct reader *reader, unsigned max)
{
	const unsigned value = *take(reader, 1);

	reader->failed = reader->failed || value > max;
	return reader->failed ? 0 : value;
}

static int64_t take_i64(struct reader *reader)
{
	return (int64_t)bytes_u64(take(reader, 8));
}

static uint32_t take_u32(struct reader *reader, uint32_t max)
{
	const uint32_t value = bytes_u32(take(reader, 4));

	reader->failed = reader->failed || value > max;
	return reader->failed ? 0 : value;
}

static struct instant take_time(struct reader *reader)
{
	return (struct instant){ take_i64(reader) };
}

static struct sla_text take_text(struct reader *reader)
{
	const unsigned size = take_byte(reader, SLA_TEXT_MAX);
	struct sla_text text = { "" };

	memcpy(text.text, take(reader, size), size);
	return text;
}

static struct sla_clock take_clock(struct reader *reader)
{
	struct sla_clock clock = { 0 };
	unsigned flags;

	clock.started = take_time(reader);
	clock.since = take_time(reader);
	clock.until = take_time(reader);
	clock.used.us = take_i64(reader);
	clock.due = take_time(reader);
	clock.end = take_time(reader);
	clock.target_s = (int32_t)take_u32(reader, INT32_MAX);
	clock.instance = take_u32(reader, UINT16_MAX) & UINT16_MAX;
	clock.metric = take_byte(reader, SLA_METRICS - 1) & 15u;
	clock.state = take_byte(reader, SLA_STATES - 1) & 15u;
	clock.warned = take_byte(reader, SLA_WARN_MAX) & 15u;
	flags = take_byte(reader, FLAG_RETROACTIVE | FLAG_CANCELS);
	clock.retroactive = (flags & FLAG_RETROACTIVE) != 0;
	clock.cancels = (flags & FLAG_CANCELS) != 0;
	return clock;
}

static struct sla_ticket take_ticket(struct reader *reader)
{
	struct sla_ticket ticket = { 0 };

	ticket.opened = take_time(reader);
	ticket.replied = take_time(reader);
	ticket.waiting = take_time(reader);
	ticket.next = take_time(reader);
	ticket.status = (enum sla_status)take_byte(reader, SLA_STATUSES - 1);
	for (size_t i = 0; i < COUNT_OF(ticket.traits); i++)
		ticket.traits[i] = take_text(reader);
	ticket.policy = take_text(reader);
	ticket.rule = take_text(reader);
	ticket.calendar = take_text(reader);
	ticket.policy_version = take_i64(reader);
	ticket.calendar_version = take_i64(reader);
	for (size_t i = 0; i < COUNT_OF(ticket.instances); i++)
		ticket.instances[i] = (uint16_t)take_u32(reader, UINT16_MAX);
	ticket.clock_count = (uint8_t)take_byte(reader, SLA_CLOCKS_MAX);
	for (size_t i = 0; i < ticket.clock_count; i++)
		ticket.clocks[i] = take_clock(reader);
	return ticket;
}

bool sla_ticket_decode(struct bytes bytes, struct sla_ticket *ticket)
{
	struct reader reader = { bytes.data, bytes.size, bytes.data == NULL };
	struct sla_ticket result;

	if (take_byte(&reader, CODEC_VERSION) != CODEC_VERSION)
		return false;
	result = take_ticket(&reader);
	if (reader.failed || reader.left > 0)
		return false;
	*ticket = result;
	return true;
}
