#include "services/chargeback/cases/reckon.h"

#include "common/base/status.h"
#include "common/io/unicode.h"
#include "services/chargeback/render/measure.h"

#include <string.h>

/* In points, of a text of 12; another size is in proportion. */
#define WIDTH 430   /* of a quote's line on A4, less what breaking between words leaves */
#define NARROW 8    /* a letter of ASCII: they are 7 on average */
#define OTHER 10    /* a letter of another alphabet */
#define WIDE 13     /* a full-width one is 12; so are the widest of ASCII */
#define NUMBERED 74 /* what no font has is written as its number: "[U+0E01]" */
#define STRANGE 82  /* the same of five digits */
#define TAB 27
#define LINE 18        /* Japanese is higher than English */
#define PAGE 640       /* less what a heading that moves to the next page leaves */
#define EXHIBIT 170    /* heading, title, time, source, and its lines in the contents */
#define COVER 420      /* with the heading of the contents */
#define BASE_POINTS 12 /* of the text that these are of */
#define OURS 300000 /* bytes: a PDF of ours has tens of thousands, with Japanese in it a hundred */
#define LAST_ALPHABET 0x1FFF /* before signs, and scripts of full-width characters */
#define LAST_SHORT 0xFFFF    /* of four digits */

/*
 * What our fonts have, in larger ranges. Of all else (control characters, marks without a width, scripts of South Asia) it is
 * reckoned that its number is written.
 */
static const struct {
	uint32_t first;
	uint32_t last;
} shown[] = {
	{ 0xA0, 0xAC },     { 0xAE, 0x2EE },    { 0x300, 0x34E },   { 0x384, 0x525 },
	{ 0x531, 0x58A },   { 0x5D0, 0x5EA },   { 0x61F, 0x6BF },   { 0x10A0, 0x10FC },
	{ 0x1E00, 0x1FD3 }, { 0x2010, 0x2027 }, { 0x2030, 0x205E }, { 0x2074, 0x2185 },
	{ 0x2190, 0x2312 }, { 0x2460, 0x26B8 }, { 0x270C, 0x27BE }, { 0x2E80, 0x2FD5 },
	{ 0x3000, 0x4DB5 }, { 0x4DC0, 0x9FEF }, { 0xAC00, 0xD7A3 }, { 0xF900, 0xFA6D },
	{ 0xFF01, 0xFF9F },
};

struct reckoning {
	const struct packet_limits *limits;
	size_t *fields;   /* of each item, its field's place; that of no file: field_count */
	int64_t *heights; /* of each item */
	int64_t *sums;    /* room for one of each field */
	size_t *counts;   /* likewise, of items: an upload without words is one, all else two */
};

static bool is_shown(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(shown); i++)
		if (code >= shown[i].first && code <= shown[i].last)
			return true;
	return false;
}

static bool is_letter(uint32_t code)
{
	return code > ' ' && code <= '~';
}

static int64_t width_of(uint32_t code)
{
	if (code == '\t')
		return TAB;
	if (code == 'W' || code == 'M' || code == '@' || code == '%')
		return WIDE;
	if (code == ' ' || is_letter(code))
		return NARROW;
	if (is_shown(code))
		return code <= LAST_ALPHABET ? OTHER : WIDE;
	return code <= LAST_SHORT ? NUMBERED : STRANGE;
}

/* A word that does not fit goes to the next line whole, unless it is longer than one. */
static int64_t height_of(const char *text)
{
	const size_t size = strlen(text);
	int64_t lines = 1;
	int64_t width = 0;
	int64_t word = 0; /* of the line's last, so far */

	for (size_t at = 0; at < size;) {
		const uint32_t code = unicode_next(text, size, &at);
		const int64_t more = width_of(code);

		if (code == '\n') {
			lines++;
			width = 0;
			word = 0;
			continue;
		}
		if (width + more > WIDTH) {
			lines++;
			width = is_letter(code) && word < width ? word : 0;
			word = width;
		}
		width += more;
		word = is_letter(code) ? word + more : 0;
	}
	return lines * LINE;
}

static int64_t height_of_item(const struct packet_limits *limits, const struct packet_item *item)
{
	const int64_t height =
	    EXHIBIT + 2 * height_of(item->title) + height_of(item->text) +
	    (item->translation != NULL ? INT64_C(2) * LINE + height_of(item->translation) : 0);

	return height * limits->points / BASE_POINTS;
}

struct reckoning *reckon_make(struct arena *arena, const struct packet_limits *limits,
                              const struct packet *packet)
{
	struct reckoning *const it = arena_alloc(arena, sizeof(*it));

	it->limits = limits;
	it->fields = arena_alloc(arena, (packet->count + 1) * sizeof(*it->fields));
	it->heights = arena_alloc(arena, (packet->count + 1) * sizeof(*it->heights));
	it->sums = arena_alloc(arena, (limits->field_count + 1) * sizeof(*it->sums));
	it->counts = arena_alloc(arena, (limits->field_count + 1) * sizeof(*it->counts));
	for (size_t i = 0; i < packet->count; i++) {
		const struct packet_field *const field =
		    packet_field_of(limits, packet->items[i].field);

		it->fields[i] = field != NULL && field->kind == PACKET_FILE
		                    ? (size_t)(field - limits->fields)
		                    : limits->field_count;
		it->heights[i] = height_of_item(limits, &packet->items[i]);
	}
	return it;
}

static void add_up(const struct reckoning *it, const struct packet *packet, const bool *kept)
{
	for (size_t i = 0; i <= it->limits->field_count; i++) {
		it->sums[i] = 0;
		it->counts[i] = 0;
	}
	for (size_t i = 0; i < packet->count; i++) {
		const size_t field = it->fields[i];

		if (!kept[i])
			continue;
		it->sums[field] += it->heights[i];
		it->counts[field] += measure_alone(&packet->items[i]) ? 1 : 2;
	}
}

int32_t reckon_pages(void *context, const struct packet *packet, const bool *kept)
{
	const struct reckoning *const it = context;
	const size_t fields = it->limits->field_count;
	int64_t pages = 0;

	add_up(it, packet, kept);
	for (size_t i = 0; i < fields; i++)
		if (it->counts[i] > 1)
			pages += (it->sums[i] + COVER + PAGE - 1) / PAGE;
	return pages > INT32_MAX ? INT32_MAX : (int32_t)pages;
}

int64_t reckon_bytes(const struct packet *packet)
{
	for (size_t i = 0; i < packet->count; i++)
		if (packet->items[i].file.digest != NULL)
			return OURS;
	return 0;
}
