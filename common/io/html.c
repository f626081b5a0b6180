#include "common/io/html.h"

#include "common/base/text.h"

#include <string.h>
#include <strings.h>

#define NAME_MAX_SIZE 16     /* of an element that matters */
#define HREF_MAX 500         /* longer ones are trackers: nothing to read */
#define QUOTE_MAX 5          /* levels of "> " that are shown */
#define META_WINDOW 1024     /* where HTML says that a charset must be declared */
#define BROKEN_QUOTES_MAX 16 /* tags without an end; then quotes are not believed any more */

enum what { LINE, PARAGRAPH, SKIP, CELL, ITEM, RULE, QUOTE, PRE, LINK, IMAGE };

struct element {
	const char *name;
	enum what what;
};

static const struct element elements[] = {
	{ "br", LINE },         { "div", LINE },         { "tr", LINE },      { "dt", LINE },
	{ "dd", LINE },         { "section", LINE },     { "article", LINE }, { "header", LINE },
	{ "footer", LINE },     { "address", LINE },     { "center", LINE },  { "form", LINE },
	{ "body", LINE },       { "option", LINE },      { "p", PARAGRAPH },  { "h1", PARAGRAPH },
	{ "h2", PARAGRAPH },    { "h3", PARAGRAPH },     { "h4", PARAGRAPH }, { "h5", PARAGRAPH },
	{ "h6", PARAGRAPH },    { "ul", PARAGRAPH },     { "ol", PARAGRAPH }, { "dl", PARAGRAPH },
	{ "table", PARAGRAPH }, { "td", CELL },          { "th", CELL },      { "li", ITEM },
	{ "hr", RULE },         { "blockquote", QUOTE }, { "pre", PRE },      { "a", LINK },
	{ "img", IMAGE },       { "script", SKIP },      { "style", SKIP },   { "title", SKIP },
	{ "template", SKIP },
};

struct html {
	const char *at;
	const char *end;
	size_t max;
	struct buffer out;
	int lines;  /* line ends that come before the next text */
	bool blank; /* and a blank */
	int quotes;
	int pre;
	int broken;
	bool tags_over;     /* no > is left */
	bool comments_over; /* no --> is left */
	char href[HREF_MAX + 1];
	size_t link_start; /* in out */
};

struct tag {
	char name[NAME_MAX_SIZE + 1];
	bool closing;
	struct bytes attributes;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void need_lines(struct html *html, int lines)
{
	if (html->lines < lines)
		html->lines = lines;
	html->blank = false;
}

static void begin_line(struct html *html)
{
	for (int i = 0; i < html->quotes && i < QUOTE_MAX; i++)
		buffer_add(&html->out, "> ", 2);
}

/* What was owed before the next visible character. */
static void settle(struct html *html)
{
	const bool first = html->out.size == 0;

	if (first)
		begin_line(html);
	for (int i = 0; i < html->lines && !first; i++) {
		buffer_add(&html->out, "\n", 1);
		begin_line(html);
	}
	if (html->blank && html->lines == 0 && !first)
		buffer_add(&html->out, " ", 1);
	html->lines = 0;
	html->blank = false;
}

static void put(struct html *html, const char *text, size_t size)
{
	if (html->out.size >= html->max)
		return;
	settle(html);
	buffer_add(&html->out, text, size);
}

/* A no-break space is there for its width. */
static bool is_gap(const char *text, size_t size)
{
	return (size == 1 && is_blank(*text)) || (size == 2 && memcmp(text, "\xC2\xA0", 2) == 0);
}

/* A character of the document's text. */
static void put_text(struct html *html, const char *text, size_t size)
{
	const bool pre = html->pre > 0;

	if (*text == '\n' && pre)
		html->lines++;
	else if (is_gap(text, size) && !(pre && *text == ' '))
		html->blank = true;
	else
		put(html, text, size);
}

static void put_words(struct html *html, const char *text)
{
	put(html, text, strlen(text));
}

static const char *past_blanks(const char *at, const char *end)
{
	while (at < end && is_blank(*at))
		at++;
	return at;
}

/* Where the value of the attribute that is named at at begins; NULL: it is another one. */
static const char *attribute_value(const char *at, const char *end, const char *name)
{
	const size_t size = strlen(name);

	if ((size_t)(end - at) <= size || strncasecmp(at, name, size) != 0)
		return NULL;
	at = past_blanks(at + size, end);
	return at < end && *at == '=' ? past_blanks(at + 1, end) : NULL;
}

static bool copy_value(const char *from, const char *end, char *value, size_t max)
{
	const bool quoted = from < end && (*from == '"' || *from == '\'');
	const char *to = from + quoted;

	while (to < end && (quoted ? *to != *from : !is_blank(*to)))
		to++;
	from += quoted;
	const size_t size = (size_t)(to - from);
	if (size == 0 || size > max)
		return false;
	memcpy(value, from, size);
	value[size] = '\0';
	return true;
}

/* False: the attribute is not there, empty, or longer than max. */
static bool attribute(struct bytes all, const char *name, char *value, size_t max)
{
	const char *const start = all.data;
	const char *const end = start + all.size;

	for (const char *at = start; at < end; at++) {
		const bool begins = at == start || is_blank(at[-1]);
		const char *const from = begins ? attribute_value(at, end, name) : NULL;
		if (from != NULL)
			return copy_value(from, end, value, max);
	}
	return false;
}

static void link_begin(struct html *html, struct bytes attributes)
{
	html->link_start = html->out.size;
	if (!attribute(attributes, "href", html->href, HREF_MAX) ||
	    strncasecmp(html->href, "http", 4) != 0)
		html->href[0] = '\0';
}

/* The address follows, unless the text shows it already, or there was none. */
static void link_end(struct html *html)
{
	const size_t size = strlen(html->href);
	const size_t shown = html->out.size - html->link_start;

	if (size > 0 && shown > 0 &&
	    memmem(html->out.data + html->link_start, shown, html->href, size) == NULL) {
		put_words(html, " (");
		for (const char *at = html->href; *at != '\0'; at++) {
			char plain[5];
			const size_t used =
			    *at == '&' ? html_entity(at + 1, strlen(at + 1), plain) : 0;
			put(html, used > 0 ? plain : at, used > 0 ? strlen(plain) : 1);
			at += used;
		}
		put_words(html, ")");
	}
	html->href[0] = '\0';
}

static void image(struct html *html, struct bytes attributes)
{
	char text[HREF_MAX + 1];

	if (!attribute(attributes, "alt", text, HREF_MAX))
		return;
	put_words(html, "[");
	put_words(html, text);
	put_words(html, "]");
}

/* Past the end of an element whose content is not text; where there is no end, the tag alone. */
static void skip(struct html *html, const char *name)
{
	const size_t size = strlen(name);

	for (const char *at = html->at; html->end - at > (ptrdiff_t)size + 2; at++) {
		at = memchr(at, '<', (size_t)(html->end - at));
		if (at == NULL || html->end - at <= (ptrdiff_t)size + 2)
			break;
		if (at[1] == '/' && strncasecmp(at + 2, name, size) == 0) {
			html->at = at;
			return;
		}
	}
	if (++html->broken > BROKEN_QUOTES_MAX)
		html->at = html->end;
}

static void quote(struct html *html, bool closing)
{
	need_lines(html, 2);
	if (!closing)
		html->quotes++;
	else if (html->quotes > 0)
		html->quotes--;
}

static void pre(struct html *html, bool closing)
{
	need_lines(html, 2);
	if (!closing)
		html->pre++;
	else if (html->pre > 0)
		html->pre--;
}

static void rule(struct html *html)
{
	need_lines(html, 1);
	put_words(html, "---");
	need_lines(html, 1);
}

static void item(struct html *html, bool closing)
{
	need_lines(html, 1);
	if (!closing)
		put_words(html, "- ");
}

static const struct element *element_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(elements); i++) {
		if (strcasecmp(elements[i].name, name) == 0)
			return &elements[i];
	}
	return NULL;
}

static void line(struct html *html, const struct tag *tag)
{
	if (strcasecmp(tag->name, "br") == 0 && html->lines < 3 && !tag->closing)
		html->lines++;
	else
		need_lines(html, 1);
	html->blank = false;
}

static void on_tag(struct html *html, const struct tag *tag)
{
	const struct element *const element = element_find(tag->name);

	if (element == NULL)
		return;
	switch (element->what) {
	case LINE: line(html, tag); return;
	case PARAGRAPH: need_lines(html, 2); return;
	case CELL: html->blank = true; return;
	case ITEM: item(html, tag->closing); return;
	case RULE: rule(html); return;
	case QUOTE: quote(html, tag->closing); return;
	case PRE: pre(html, tag->closing); return;
	case IMAGE: image(html, tag->attributes); return;
	case LINK:
		if (tag->closing)
			link_end(html);
		else
			link_begin(html, tag->attributes);
		return;
	case SKIP:
		if (!tag->closing)
			skip(html, tag->name);
		return;
	default: return;
	}
}

/* The > that ends a tag, one in quotes does not; NULL: none. */
static const char *tag_end(struct html *html, const char *at)
{
	const char *const plain = memchr(at, '>', (size_t)(html->end - at));
	bool value = false;

	if (plain == NULL || html->broken > BROKEN_QUOTES_MAX)
		return plain;
	for (; at < html->end && *at != '>'; at++) {
		if (value && (*at == '"' || *at == '\'')) {
			at = memchr(at + 1, *at, (size_t)(html->end - at - 1));
			if (at == NULL)
				break;
		}
		value = *at == '=' || (value && is_blank(*at));
	}
	if (at != NULL && at < html->end)
		return at;
	html->broken++;
	return plain;
}

static bool read_comment(struct html *html)
{
	const char *const at = html->at;
	const size_t left = (size_t)(html->end - at);

	if (left < 4 || memcmp(at, "<!--", 4) != 0)
		return false;
	const char *const close = html->comments_over ? NULL : memmem(at + 4, left - 4, "-->", 3);
	html->comments_over = close == NULL;
	html->at = close == NULL ? at + 4 : close + 3; /* its text may be all there is */
	return true;
}

/* False: what stands here is a < and not a tag. */
static bool read_tag(struct html *html)
{
	const char *at = html->at + 1;
	struct tag tag = { 0 };
	size_t size = 0;

	if (html->tags_over || at >= html->end || (!is_letter(*at) && strchr("/!?", *at) == NULL))
		return false;
	if (read_comment(html))
		return true;
	const char *const close = tag_end(html, at);
	if (close == NULL) {
		html->tags_over = true;
		return false;
	}
	tag.closing = *at == '/';
	at += tag.closing;
	for (; at < close && !is_blank(*at) && *at != '/' && size < NAME_MAX_SIZE; at++)
		tag.name[size++] = *at;
	tag.attributes = (struct bytes){ at, (size_t)(close - at) };
	html->at = close + 1;
	on_tag(html, &tag);
	return true;
}

static void read_text(struct html *html)
{
	char entity[5];
	const size_t left = (size_t)(html->end - html->at);
	const size_t used = *html->at == '&' ? html_entity(html->at + 1, left - 1, entity) : 0;

	if (used > 0) {
		put_text(html, entity, strlen(entity));
		html->at += used + 1;
		return;
	}
	size_t size = 1;
	while (size < left && ((unsigned char)html->at[size] & 0xC0) == 0x80 && size < 4)
		size++;
	put_text(html, html->at, size);
	html->at += size;
}

char *html_text(struct arena *arena, struct bytes html, size_t max)
{
	struct html reader = { .at = html.data, .max = max };

	reader.end = reader.at + html.size;
	while (reader.at < reader.end && reader.out.size < max) {
		if (*reader.at != '<' || !read_tag(&reader))
			read_text(&reader);
	}
	char *const text =
	    text_repair(arena, (struct bytes){ reader.out.data, reader.out.size }, NULL);
	buffer_finish(&reader.out);
	return text;
}

char *html_charset(struct arena *arena, struct bytes html)
{
	const char *at = html.data;
	const char *const end = at + (html.size < META_WINDOW ? html.size : META_WINDOW);

	for (; end - at > 8; at++) {
		if (strncasecmp(at, "charset=", 8) != 0)
			continue;
		for (at += 8; at < end && strchr("\"' ", *at) != NULL && *at != '\0';)
			at++;
		const char *to = at;
		while (to < end && strchr("\"'>; /", *to) == NULL)
			to++;
		return to > at ? arena_text(arena, at, (size_t)(to - at)) : NULL;
	}
	return NULL;
}
