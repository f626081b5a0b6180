#include "services/chargeback/cases/reckon.h"

#include "services/chargeback/render/measure.h"

/* In points, of a text of 12; another size is in proportion. */
#define WIDTH 430       /* of a quote's line on A4, less what breaking between words leaves */
#define NARROW 8        /* a letter of ASCII: they are 7 on average */
#define WIDE 13         /* any other: a full-width one is 12 */
#define STRANGE 90      /* what no font has is written as its number */
#define LINE 18         /* Japanese is higher than English */
#define PAGE 640        /* less what a heading that moves to the next page leaves */
#define EXHIBIT 170     /* heading, title, time, source, and its lines in the contents */
#define COVER 420       /* with the heading of the contents */
#define BASE_POINTS 12  /* of the text that these are of */
#define LAST_PLAIN 0x7F /* ASCII */
#define OURS 300000 /* bytes: a PDF of ours has tens of thousands, with Japanese in it a hundred */

struct reckoning {
	const struct packet_limits *limits;
	size_t *fields;   /* of each item, its field's place; that of no file: field_count */
	int64_t *heights; /* of each item */
	int64_t *sums;    /* room for one of each field */
	size_t *counts;   /* likewise, of items: an upload without words is one, all else two */
};

/* Of the character that begins here; *text moves behind it. */
static int64_t width_of(const char **text)
{
	const unsigned char first = (unsigned char)**text;
	const int size = first <= LAST_PLAIN ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;

	for (int i = 0; i < size && **text != '\0'; i++)
		(*text)++;
	return size == 1 ? NARROW : size == 4 ? STRANGE : WIDE;
}

static int64_t height_of(const char *text)
{
	int64_t lines = 1;
	int64_t width = 0;

	while (*text != '\0') {
		if (*text == '\n') {
			lines++;
			width = 0;
			text++;
			continue;
		}
		const int64_t more = width_of(&text);

		if (width + more > WIDTH) {
			lines++;
			width = 0;
		}
		width += more;
	}
	return lines * LINE;
}

static int64_t height_of_item(const struct packet_limits *limits, const struct packet_item *item)
{
	const int64_t height =
	    EXHIBIT + 2 * height_of(item->title) + height_of(item->text) +
	    (item->translation != NULL ? 2 * LINE + height_of(item->translation) : 0);

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
