#include "common/base/status.h"
#include "common/io/html.h"

#include <string.h>

#define DIGITS_MAX 8

struct entity {
	const char *name;
	const char *text;
};

/* What mail programs write; the rest of HTML's two thousand names comes as UTF-8 in practice. */
static const struct entity entities[] = {
	{ "amp", "&" },      { "lt", "<" },        { "gt", ">" },     { "quot", "\"" },
	{ "apos", "'" },     { "nbsp", "\u00A0" }, { "iexcl", "¡" },  { "cent", "¢" },
	{ "pound", "£" },    { "curren", "¤" },    { "yen", "¥" },    { "sect", "§" },
	{ "uml", "¨" },      { "copy", "©" },      { "laquo", "«" },  { "not", "¬" },
	{ "shy", "\u00AD" }, { "reg", "®" },       { "deg", "°" },    { "plusmn", "±" },
	{ "sup2", "²" },     { "sup3", "³" },      { "acute", "´" },  { "micro", "µ" },
	{ "para", "¶" },     { "middot", "·" },    { "raquo", "»" },  { "frac14", "¼" },
	{ "frac12", "½" },   { "frac34", "¾" },    { "iquest", "¿" }, { "times", "×" },
	{ "divide", "÷" },   { "agrave", "à" },    { "aacute", "á" }, { "acirc", "â" },
	{ "atilde", "ã" },   { "auml", "ä" },      { "aring", "å" },  { "aelig", "æ" },
	{ "ccedil", "ç" },   { "egrave", "è" },    { "eacute", "é" }, { "ecirc", "ê" },
	{ "euml", "ë" },     { "igrave", "ì" },    { "iacute", "í" }, { "icirc", "î" },
	{ "iuml", "ï" },     { "ntilde", "ñ" },    { "ograve", "ò" }, { "oacute", "ó" },
	{ "ocirc", "ô" },    { "otilde", "õ" },    { "ouml", "ö" },   { "oslash", "ø" },
	{ "ugrave", "ù" },   { "uacute", "ú" },    { "ucirc", "û" },  { "uuml", "ü" },
	{ "Agrave", "À" },   { "Aacute", "Á" },    { "Auml", "Ä" },   { "Aring", "Å" },
	{ "AElig", "Æ" },    { "Ccedil", "Ç" },    { "Egrave", "È" }, { "Eacute", "É" },
	{ "Ntilde", "Ñ" },   { "Ouml", "Ö" },      { "Oslash", "Ø" }, { "Uuml", "Ü" },
	{ "szlig", "ß" },    { "euro", "€" },      { "bull", "•" },   { "hellip", "…" },
	{ "ndash", "–" },    { "mdash", "—" },     { "lsquo", "‘" },  { "rsquo", "’" },
	{ "sbquo", "‚" },    { "ldquo", "“" },     { "rdquo", "”" },  { "bdquo", "„" },
	{ "lsaquo", "‹" },   { "rsaquo", "›" },    { "trade", "™" },  { "larr", "←" },
	{ "rarr", "→" },     { "ensp", " " },      { "emsp", " " },   { "thinsp", " " },
	{ "zwnj", "" },      { "zwj", "\u200D" },
};

/* The numbers 128 to 159 mean Windows' characters, whatever Unicode says (HTML, 13.2.5.80). */
static const uint16_t windows[32] = {
	0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
	0x2039, 0x0152, 0x8D,   0x017D, 0x8F,   0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
	0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178,
};

static void encode(uint32_t c, char out[static 5])
{
	size_t size = 0;

	if (c < 0x80) {
		out[size++] = (char)c;
	} else if (c < 0x800) {
		out[size++] = (char)(0xC0 | c >> 6);
	} else if (c < 0x10000) {
		out[size++] = (char)(0xE0 | c >> 12);
		out[size++] = (char)(0x80 | (c >> 6 & 0x3F));
	} else {
		out[size++] = (char)(0xF0 | c >> 18);
		out[size++] = (char)(0x80 | (c >> 12 & 0x3F));
		out[size++] = (char)(0x80 | (c >> 6 & 0x3F));
	}
	if (c >= 0x80)
		out[size++] = (char)(0x80 | (c & 0x3F));
	out[size] = '\0';
}

static int digit_value(char c, unsigned base)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (base == 16 && (c | 0x20) >= 'a' && (c | 0x20) <= 'f')
		return (c | 0x20) - 'a' + 10;
	return -1;
}

static size_t numeric(const char *text, size_t size, char out[static 5])
{
	const unsigned base = size > 1 && (text[1] | 0x20) == 'x' ? 16 : 10;
	const size_t start = base == 16 ? 2 : 1;
	size_t at = start;
	uint32_t c = 0;

	for (; at < size && at - start < DIGITS_MAX && digit_value(text[at], base) >= 0; at++)
		c = c * base + (uint32_t)digit_value(text[at], base);
	if (at == start)
		return 0;
	if (c >= 0x80 && c < 0xA0)
		c = windows[c - 0x80];
	if (c == 0 || c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		c = 0xFFFD;
	encode(c, out);
	return at < size && text[at] == ';' ? at + 1 : at;
}

size_t html_entity(const char *text, size_t size, char out[static 5])
{
	if (size > 0 && *text == '#')
		return numeric(text, size, out);
	for (size_t i = 0; i < COUNT_OF(entities); i++) {
		const size_t length = strlen(entities[i].name);
		if (length < size && text[length] == ';' &&
		    memcmp(text, entities[i].name, length) == 0) {
			memcpy(out, entities[i].text, strlen(entities[i].text) + 1);
			return length + 1;
		}
	}
	return 0;
}
