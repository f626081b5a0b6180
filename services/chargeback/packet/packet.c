#include "services/chargeback/packet/packet.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Links. */

static const struct link {
	const char *mark;
	size_t size;
	size_t sign; /* which byte of it is put in brackets */
	bool alone;  /* only where no letter or digit stands before it */
} link_marks[] = {
	{ "://", 3, 0, false },
	{ "www.", 4, 3, true },
	{ "mailto:", 7, 6, true },
};

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* The mark of a link that begins here; NULL: none does. */
static const struct link *link_at(const char *text, const char *at)
{
	for (size_t i = 0; i < COUNT_OF(link_marks); i++)
		if (strncasecmp(at, link_marks[i].mark, link_marks[i].size) == 0 &&
		    !(link_marks[i].alone && at > text && is_word(at[-1])))
			return &link_marks[i];
	return NULL;
}

/* The mark with its sign in brackets; answers how long it has become. */
static size_t write_link(char *to, const char *at, const struct link *link)
{
	memcpy(to, at, link->sign);
	to[link->sign] = '[';
	to[link->sign + 1] = at[link->sign];
	to[link->sign + 2] = ']';
	memcpy(to + link->sign + 3, at + link->sign + 1, link->size - link->sign - 1);
	return link->size + 2;
}

const char *packet_unlinked(struct arena *arena, const char *text, int64_t *links)
{
	/* Each mark has at least three bytes and becomes two longer. */
	char *const copy = arena_alloc(arena, 2 * strlen(text) + 1);
	int64_t count = 0;
	size_t size = 0;

	for (const char *at = text; *at != '\0';) {
		const struct link *const link = link_at(text, at);

		if (link != NULL) {
			size += write_link(copy + size, at, link);
			at += link->size;
			count++;
		} else {
			if (*at != '\r')
				copy[size++] = *at;
			else if (at[1] != '\n')
				copy[size++] = '\n';
			at++;
		}
	}
	copy[size] = '\0';
	if (links != NULL)
		*links += count;
	return copy;
}

/* Order. */

/* An item with its field's place, by which it is sorted. */
struct placed {
	size_t field;
	const struct packet_item *item;
};

static int by_place(const void *a, const void *b)
{
	const struct placed *const left = a;
	const struct placed *const right = b;

	if (left->field != right->field)
		return left->field < right->field ? -1 : 1;
	if (left->item->at.us != right->item->at.us)
		return left->item->at.us < right->item->at.us ? -1 : 1;
	const int order = strcmp(left->item->id, right->item->id);

	/* Two of one id and time are told apart by what they say, or their order were the gatherer's. */
	return order != 0 ? order : strcmp(left->item->text, right->item->text);
}

/* A field that the provider does not have comes last. */
static size_t place_of(const struct packet_limits *limits, const char *name)
{
	const struct packet_field *const field = packet_field_of(limits, name);

	return field != NULL ? (size_t)(field - limits->fields) : limits->field_count;
}

static const char *unlinked_if(struct arena *arena, const char *text)
{
	return text != NULL ? packet_unlinked(arena, text, NULL) : NULL;
}

static struct packet_item unlinked(struct arena *arena, const struct packet_item *item)
{
	struct packet_item copy = *item;

	copy.kind = packet_unlinked(arena, item->kind, NULL);
	copy.title = packet_unlinked(arena, item->title, NULL);
	copy.text = packet_unlinked(arena, item->text, NULL);
	copy.channel = unlinked_if(arena, item->channel);
	copy.language = unlinked_if(arena, item->language);
	copy.author = unlinked_if(arena, item->author);
	copy.translation = unlinked_if(arena, item->translation);
	copy.translator = unlinked_if(arena, item->translator);
	return copy;
}

struct packet packet_prepare(struct arena *arena, const struct packet_limits *limits,
                             const struct packet *candidates)
{
	const size_t count = candidates->count;
	struct placed *const placed = arena_alloc(arena, (count + 1) * sizeof(*placed));
	struct packet_item *const items = arena_alloc(arena, (count + 1) * sizeof(*items));

	for (size_t i = 0; i < count; i++)
		placed[i] = (struct placed){ place_of(limits, candidates->items[i].field),
			                     &candidates->items[i] };
	qsort(placed, count, sizeof(*placed), by_place);
	for (size_t i = 0; i < count; i++)
		items[i] = unlinked(arena, placed[i].item);
	return (struct packet){ candidates->dispute, items, count };
}

/* A field's text. */

const char *packet_item_text(struct arena *arena, const struct packet_item *item)
{
	const char *text = item->text;
	char at[TIME_TEXT_SIZE];

	if (item->channel != NULL)
		text = arena_printf(arena, "%s, %s%s%s:\n%s", time_format(item->at, at),
		                    item->channel, item->author != NULL ? ", " : "",
		                    item->author != NULL ? item->author : "", text);
	if (item->translation != NULL)
		text = arena_printf(arena, "%s\nTranslation, supplied by %s:\n%s", text,
		                    item->translator, item->translation);
	return text;
}
