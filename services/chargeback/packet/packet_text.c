#include "services/chargeback/packet/packet_text.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <stdio.h>
#include <string.h>

#define VERSION_LINE "opsmesh evidence packet 1\n"
#define LINES_OF_COVER 16
#define LINES_OF_ITEM 10 /* its contents, its exhibit, and that it is shortened */

struct writing {
	struct arena *arena;
	const struct packet_limits *limits;
	struct packet_line *lines;
	size_t count;
	size_t max;
};

static struct writing begin(struct arena *arena, const struct packet_limits *limits, size_t items)
{
	const size_t max = LINES_OF_COVER + 2 * limits->field_count + LINES_OF_ITEM * items;

	return (struct writing){
		.arena = arena,
		.limits = limits,
		.lines = arena_alloc(arena, max * sizeof(struct packet_line)),
		.max = max,
	};
}

static struct packet_lines ended(const struct writing *it)
{
	return (struct packet_lines){ it->lines, it->count };
}

static struct packet_line *add(struct writing *it, enum packet_look look, const char *text)
{
	struct packet_line *const line = &it->lines[it->count];

	CHECK(it->count < it->max);
	*line = (struct packet_line){ .look = look, .text = text };
	it->count++;
	return line;
}

/* What comes from outside and stands within a line of ours stays within it. */
static const char *one_line(struct arena *arena, const char *text)
{
	char *const copy = arena_string(arena, text);

	for (char *at = copy; *at != '\0'; at++)
		if ((unsigned char)*at < ' ')
			*at = ' ';
	return copy;
}

static void add_named(struct writing *it, const char *name, const char *text)
{
	if (text != NULL && text[0] != '\0')
		add(it, PACKET_PLAIN,
		    arena_printf(it->arena, "%s: %s", name, one_line(it->arena, text)));
}

static void add_time(struct writing *it, const char *name, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	if (at.us != TIME_MIN.us)
		add_named(it, name, time_format(at, text));
}

static void add_quote(struct writing *it, const char *text, const char *language)
{
	add(it, PACKET_QUOTE, text)->language = language;
}

/* Cover. */

/* What a bank need not know. */
static void add_ours(struct writing *it, const struct packet_dispute *dispute)
{
	add_named(it, "Case", dispute->case_id);
	add_named(it, "Account", dispute->account);
	add_time(it, "To be answered by (UTC)", dispute->due_at);
}

static void add_cover(struct writing *it, const struct packet_dispute *dispute, const char *field)
{
	const char *const id = one_line(it->arena, dispute->id);

	add(it, PACKET_TITLE,
	    field == NULL ? arena_printf(it->arena, "Evidence for dispute %s", id)
	                  : arena_printf(it->arena, "Evidence for dispute %s: %s", id, field));
	if (field == NULL)
		add_ours(it, dispute);
	add_named(it, "Charge", dispute->charge);
	add_named(it, "Amount", dispute->amount);
	add_named(it, "Network", dispute->network);
	add_named(it, "Reason", dispute->reason);
	add_named(it, "Reason code of the network", dispute->network_code);
	add_time(it, "Charged (UTC)", dispute->charged_at);
	add_time(it, "Disputed (UTC)", dispute->opened_at);
	add(it, PACKET_PLAIN,
	    "Links are written so that they are none: https[:]// www[.] mailto[:]");
}

/* Exhibits. */

static bool is_exhibit(const struct packet_limits *limits, const struct packet_item *item)
{
	const struct packet_field *const field = packet_field_of(limits, item->field);

	return field == NULL || field->kind != PACKET_VALUE;
}

static void add_origin(struct writing *it, const struct packet_item *item)
{
	char at[TIME_TEXT_SIZE];
	const char *line = arena_printf(it->arena, "Time (UTC): %s", time_format(item->at, at));

	if (item->channel != NULL)
		line = arena_printf(it->arena, "%s; channel: %s", line, item->channel);
	if (item->author != NULL)
		line = arena_printf(it->arena, "%s; author: %s", line, item->author);
	if (item->language != NULL)
		line = arena_printf(it->arena, "%s; language: %s", line, item->language);
	add(it, PACKET_PLAIN, one_line(it->arena, line));
	add(it, PACKET_PLAIN,
	    one_line(it->arena, arena_printf(it->arena, "Source: %s; kind: %s; field: %s", item->id,
	                                     item->kind, item->field)));
}

static void add_words(struct writing *it, const struct packet_item *item)
{
	const struct packet_file *const file = &item->file;

	if (file->digest != NULL)
		add(it, PACKET_PLAIN,
		    one_line(it->arena,
		             arena_printf(it->arena,
		                          "File: %s; bytes: %lld; pages: %d; SHA-256: %s",
		                          file->media_type, (long long)file->bytes, file->pages,
		                          file->digest)));
	if (item->text[0] != '\0')
		add_quote(it, item->text, item->language);
	if (item->translation == NULL)
		return;
	add_named(it, "Translation, supplied by", item->translator);
	add_quote(it, item->translation, NULL);
}

/* Answers the place of its heading. */
static size_t add_exhibit(struct writing *it, const char *heading, const struct packet_item *item)
{
	const size_t place = it->count;

	add(it, PACKET_HEADING, heading);
	add_named(it, "Title", item->title);
	add_origin(it, item);
	add_words(it, item);
	return place;
}

/* Contents and exhibits; field: of this one alone (NULL: of all). */

static bool wanted(const struct packet_limits *limits, const struct packet_item *item,
                   const char *field)
{
	return is_exhibit(limits, item) && (field == NULL || text_equal(item->field, field));
}

static size_t add_contents(struct writing *it, const struct packet *packet, const char *field)
{
	const size_t first = it->count + 1;
	size_t number = 0;

	add(it, PACKET_HEADING, "Contents");
	for (size_t i = 0; i < packet->count; i++) {
		const struct packet_item *const item = &packet->items[i];

		number += is_exhibit(it->limits, item);
		if (wanted(it->limits, item, field))
			add(it, PACKET_CONTENTS,
			    arena_printf(it->arena, "%zu. %s", number,
			                 one_line(it->arena, item->title)));
	}
	return first;
}

/* first: the place of the first line of the contents, which learn where their exhibits stand. */
static void add_exhibits(struct writing *it, const struct packet *packet, const char *field,
                         size_t first)
{
	size_t number = 0;

	for (size_t i = 0; i < packet->count; i++) {
		const struct packet_item *const item = &packet->items[i];

		number += is_exhibit(it->limits, item);
		if (wanted(it->limits, item, field))
			it->lines[first++].target =
			    add_exhibit(it, arena_printf(it->arena, "Exhibit %zu", number), item);
	}
}

struct packet_lines packet_field_file(struct arena *arena, const struct packet_limits *limits,
                                      const struct packet *packet, const char *field)
{
	struct writing it = begin(arena, limits, packet->count);

	add_cover(&it, &packet->dispute, field);
	add_exhibits(&it, packet, field, add_contents(&it, packet, field));
	return ended(&it);
}

/* Fields. */

const char *packet_field_text(struct arena *arena, const struct packet *packet,
                              const struct packet_field *field)
{
	struct buffer all = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < packet->count; i++) {
		const struct packet_item *const item = &packet->items[i];

		if (!text_equal(item->field, field->name))
			continue;
		const char *const text =
		    field->kind == PACKET_TEXT ? packet_item_text(arena, item) : item->text;

		if (count++ > 0)
			buffer_add(&all, PACKET_APART, sizeof(PACKET_APART) - 1);
		buffer_add(&all, text, strlen(text));
	}
	const char *const result =
	    count > 0 ? arena_text(arena, (const char *)all.data, all.size) : NULL;
	buffer_finish(&all);
	return result;
}

/* "3, 4": which exhibits are in the field. */
static const char *exhibits_of(const struct writing *it, const struct packet *packet,
                               const char *field)
{
	const char *list = "";
	size_t number = 0;

	for (size_t i = 0; i < packet->count; i++) {
		number += is_exhibit(it->limits, &packet->items[i]);
		if (text_equal(packet->items[i].field, field))
			list = arena_printf(it->arena, "%s%s%zu", list, list[0] != '\0' ? ", " : "",
			                    number);
	}
	return list;
}

/* As it is sent: in a line of ours its line feeds would be lost. */
static void add_value(struct writing *it, const struct packet_item *item)
{
	add_named(it, item->field, arena_printf(it->arena, "source: %s", item->id));
	add_quote(it, item->text, item->language);
}

static void add_exhibited(struct writing *it, const struct packet *packet,
                          const struct packet_field *field)
{
	const char *const exhibits = exhibits_of(it, packet, field->name);
	const char *const text = packet_field_text(it->arena, packet, field);

	add_named(it, field->name,
	          field->kind == PACKET_FILE
	              ? arena_printf(it->arena, "one file of exhibits %s", exhibits)
	              : arena_printf(it->arena, "exhibits %s; %lld of %lld characters", exhibits,
	                             (long long)packet_characters(text),
	                             (long long)field->characters));
}

static void add_field(struct writing *it, const struct packet *packet,
                      const struct packet_field *field)
{
	for (size_t i = 0; i < packet->count; i++) {
		if (!text_equal(packet->items[i].field, field->name))
			continue;
		if (field->kind == PACKET_VALUE)
			add_value(it, &packet->items[i]);
		else
			add_exhibited(it, packet, field);
		return;
	}
}

/* What is not sent. */

static void add_left(struct writing *it, const struct packet_left *left)
{
	const struct packet_item *const item = left->item;
	const char *line = arena_printf(it->arena, "%s: %s; field: %s; weight: %lld ppm", item->id,
	                                item->title, item->field, (long long)item->weight_ppm);

	for (int limit = 0; limit < PACKET_LIMIT_COUNT; limit++)
		if ((left->limits & PACKET_BIT(limit)) != 0)
			line = arena_printf(it->arena, "%s; %s", line,
			                    packet_limit_doc((enum packet_limit)limit));
	add(it, PACKET_PLAIN, one_line(it->arena, line));
}

static size_t size_of(const char *text)
{
	return text != NULL ? strlen(text) : 0;
}

/* Of each text of what is withheld so many bytes are shown: the same of each, and all where that is not too much. */
static size_t share_of(const struct packet_solution *solution)
{
	size_t bytes = 0;
	size_t texts = 0;

	for (size_t i = 0; i < solution->withheld_count; i++) {
		const struct packet_item *const item = solution->withheld[i];

		bytes += size_of(item->text) + size_of(item->translation);
		texts += item->translation != NULL ? 2 : 1;
	}
	return bytes > PACKET_WITHHELD_MAX ? PACKET_WITHHELD_MAX / texts : PACKET_WITHHELD_MAX;
}

/* Never within a character. */
static const char *beginning(struct arena *arena, const char *text, size_t most)
{
	size_t size = most;

	if (size_of(text) <= most)
		return text;
	while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
		size--;
	return arena_text(arena, text, size);
}

static void add_withheld(struct writing *it, const struct packet_item *item, size_t most)
{
	struct packet_item shown = *item;

	shown.text = beginning(it->arena, item->text, most);
	shown.translation = beginning(it->arena, item->translation, most);
	add_exhibit(it, "Withheld: it speaks for the customer", &shown);
	const size_t bytes = size_of(item->text) + size_of(item->translation);
	const size_t kept = size_of(shown.text) + size_of(shown.translation);

	if (kept < bytes)
		add(it, PACKET_PLAIN,
		    arena_printf(it->arena,
		                 "Shortened, because much is withheld: %zu of %zu bytes are shown",
		                 kept, bytes));
}

static void add_unsent(struct writing *it, const struct packet_solution *solution)
{
	const size_t most = share_of(solution);

	if (solution->left_count > 0)
		add(it, PACKET_HEADING, "Left out");
	for (size_t i = 0; i < solution->left_count; i++)
		add_left(it, &solution->left[i]);
	for (size_t i = 0; i < solution->withheld_count; i++)
		add_withheld(it, solution->withheld[i], most);
}

struct packet_lines packet_review(struct arena *arena, const struct packet_limits *limits,
                                  const struct packet_solution *solution)
{
	const struct packet *const packet = &solution->packet;
	struct writing it =
	    begin(arena, limits, packet->count + solution->left_count + solution->withheld_count);

	add_cover(&it, &packet->dispute, NULL);
	const size_t first = add_contents(&it, packet, NULL);

	add(&it, PACKET_HEADING, "Fields");
	for (size_t i = 0; i < limits->field_count; i++)
		add_field(&it, packet, &limits->fields[i]);
	add_exhibits(&it, packet, NULL, first);
	add_unsent(&it, solution);
	return ended(&it);
}

/* As text. */

static void write_quote(struct buffer *out, const char *text)
{
	for (const char *at = text;;) {
		const size_t size = strcspn(at, "\n");

		buffer_add(out, "> ", 2);
		buffer_add(out, at, size);
		buffer_add(out, "\n", 1);
		if (at[size] == '\0')
			return;
		at += size + 1;
	}
}

const char *packet_text(struct arena *arena, const struct packet_lines *lines)
{
	struct buffer out = { 0 };

	buffer_add(&out, VERSION_LINE, sizeof(VERSION_LINE) - 1);
	for (size_t i = 0; i < lines->count; i++) {
		const struct packet_line *const line = &lines->lines[i];

		if (line->look == PACKET_QUOTE) {
			write_quote(&out, line->text);
			continue;
		}
		if (line->look == PACKET_TITLE || line->look == PACKET_HEADING)
			buffer_add(&out, "\n", 1);
		buffer_add(&out, line->text, strlen(line->text));
		buffer_add(&out, "\n", 1);
	}
	const char *const text = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return text;
}

void packet_digest(const char *text, char digest[static DIGEST_TEXT_SIZE])
{
	uint8_t bytes[DIGEST_SIZE];

	digest_sha256(bytes_of(text), bytes);
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(&digest[2 * i], 3, "%02x", bytes[i]);
}
