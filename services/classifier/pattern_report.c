#include "services/classifier/pattern_report.h"

#include "common/base/text.h"
#include "services/classifier/pattern_codec.h"

#include <string.h>

#define CODEC_VERSION 1

int pattern_report_compare(const struct pattern_report *a, const struct pattern_report *b)
{
	if (a->at.us != b->at.us)
		return a->at.us < b->at.us ? -1 : 1;
	return strcmp(a->message_id, b->message_id);
}

const char *pattern_report_customer(const struct pattern_report *report)
{
	return report->customer[0] != '\0' ? report->customer : report->ticket_id;
}

bool pattern_report_has(const struct pattern_report *report, const char *token)
{
	for (size_t i = 0; i < report->token_count; i++)
		if (text_equal(report->tokens[i], token))
			return true;
	return false;
}

/* Sketches. */

static size_t places_equal(const uint16_t *a, const uint16_t *b, size_t count)
{
	size_t equal = 0;

	for (size_t i = 0; i < count; i++)
		equal += a[i] == b[i];
	return equal;
}

int32_t pattern_sketch_likeness(const uint16_t *a, size_t a_count, const uint16_t *b,
                                size_t b_count)
{
	if (a_count != b_count || a_count == 0)
		return 0;
	return (int32_t)(places_equal(a, b, a_count) * 1000000 / a_count);
}

/* Gives up as soon as too many places differ: nearly all pairs are of other texts. */
bool pattern_sketch_agrees(const uint16_t *a, size_t a_count, const uint16_t *b, size_t b_count,
                           int32_t agree_ppm)
{
	const size_t may_differ = a_count * (size_t)(1000000 - agree_ppm) / 1000000;
	size_t differ = 0;

	if (a_count != b_count || a_count == 0)
		return false;
	for (size_t i = 0; i < a_count && differ <= may_differ; i++)
		differ += a[i] != b[i];
	return differ <= may_differ;
}

/* The bag. */

static void take_out(struct pattern_bag *bag, size_t place)
{
	bag->count--;
	memmove(&bag->reports[place], &bag->reports[place + 1],
	        (bag->count - place) * sizeof(bag->reports[0]));
}

static void put_in(struct pattern_bag *bag, const struct pattern_report *report)
{
	size_t place = bag->count;

	while (place > 0 && pattern_report_compare(report, &bag->reports[place - 1]) < 0)
		place--;
	memmove(&bag->reports[place + 1], &bag->reports[place],
	        (bag->count - place) * sizeof(bag->reports[0]));
	bag->reports[place] = *report;
	bag->count++;
}

static bool holds(const struct pattern_bag *bag, const struct pattern_report *report)
{
	for (size_t i = 0; i < bag->count; i++)
		if (text_equal(bag->reports[i].message_id, report->message_id))
			return true;
	return false;
}

/* Which one has to go for the report; bag->count: none has to. */
static size_t find_rival(const struct pattern_bag *bag, const struct pattern_report *report)
{
	const char *const customer = pattern_report_customer(report);
	size_t found = 0;
	size_t last = bag->count;

	for (size_t i = 0; i < bag->count; i++) {
		if (text_equal(pattern_report_customer(&bag->reports[i]), customer)) {
			found++;
			last = i;
		}
	}
	if (found >= PATTERN_PER_CUSTOMER)
		return last;
	return bag->count == PATTERN_BAG_MAX ? PATTERN_BAG_MAX - 1 : bag->count;
}

bool pattern_bag_add(struct pattern_bag *bag, const struct pattern_report *report)
{
	if (holds(bag, report))
		return false;
	const size_t rival = find_rival(bag, report);

	if (rival < bag->count) {
		bag->overflow++;
		if (pattern_report_compare(report, &bag->reports[rival]) > 0)
			return true;
		take_out(bag, rival);
	}
	put_in(bag, report);
	return true;
}

/* Bytes. */

void pattern_report_encode(const struct pattern_report *report, struct buffer *out)
{
	buffer_add_u64(out, (uint64_t)report->at.us);
	pattern_write_text(out, report->ticket_id);
	pattern_write_text(out, report->message_id);
	pattern_write_text(out, report->customer);
	pattern_write_text(out, report->language);
	pattern_write_u8(out, (uint32_t)report->token_count);
	for (size_t i = 0; i < report->token_count; i++)
		pattern_write_text(out, report->tokens[i]);
	pattern_write_u8(out, (uint32_t)report->place_count);
	pattern_write_places(out, report->sketch, report->place_count);
}

struct pattern_report pattern_report_decode(struct pattern_reader *reader)
{
	struct pattern_report report = { .at = pattern_read_time(reader) };

	report.ticket_id = pattern_read_text(reader);
	report.message_id = pattern_read_text(reader);
	report.customer = pattern_read_text(reader);
	report.language = pattern_read_text(reader);
	report.token_count = pattern_read_u8(reader, PATTERN_TOKENS_MAX);
	for (size_t i = 0; i < report.token_count; i++)
		report.tokens[i] = pattern_read_text(reader);
	report.place_count = pattern_read_u8(reader, PATTERN_PLACES_MAX);
	pattern_read_places(reader, report.sketch, report.place_count);
	return report;
}

void pattern_bag_encode(const struct pattern_bag *bag, struct buffer *out)
{
	pattern_write_u8(out, CODEC_VERSION);
	pattern_write_u8(out, (uint32_t)bag->count);
	for (size_t i = 0; i < bag->count; i++)
		pattern_report_encode(&bag->reports[i], out);
}

bool pattern_bag_decode(struct arena *arena, struct bytes bytes, struct pattern_bag *bag)
{
	struct pattern_reader reader = pattern_read(arena, bytes);

	if (pattern_read_u8(&reader, CODEC_VERSION) != CODEC_VERSION)
		return false;
	bag->count = pattern_read_u8(&reader, PATTERN_BAG_MAX);
	for (size_t i = 0; i < bag->count; i++)
		bag->reports[i] = pattern_report_decode(&reader);
	return pattern_read_done(&reader);
}
