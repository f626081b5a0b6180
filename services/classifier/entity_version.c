#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#define PARTS_MAX 5
#define PART_DIGITS_MAX 8
#define SUFFIX_MAX 16

/* Words before a version. A product is part of its value; a longer name stands before its start. */
static const struct {
	const char *word;
	bool product;
	bool attached; /* no blank between: v2 */
} words[] = {
	{ "version", false, false },   { "ver.", false, false },
	{ "ver", false, false },       { "v.", false, false },
	{ "v", false, true },          { "ばーじょん", false, false },
	{ "버전", false, false },      { "版本", false, false },
	{ "release", false, false },   { "build", false, false },
	{ "ipados", true, false },     { "ios", true, false },
	{ "android", true, false },    { "macos", true, false },
	{ "mac os x", true, false },   { "mac os", true, false },
	{ "os x", true, false },       { "windows server", true, false },
	{ "windows", true, false },    { "ubuntu", true, false },
	{ "debian", true, false },     { "chromeos", true, false },
	{ "chrome", true, false },     { "firefox", true, false },
	{ "safari", true, false },     { "edge", true, false },
	{ "opera", true, false },      { "node.js", true, false },
	{ "nodejs", true, false },     { "node", true, false },
	{ "python", true, false },     { "ruby", true, false },
	{ "php", true, false },        { "java", true, false },
	{ "postgresql", true, false }, { "postgres", true, false },
	{ "mysql", true, false },      { "excel", true, false },
	{ "outlook", true, false },    { "sdk", true, false },
	{ "tls", true, false },        { "ぶらうざ", false, false },
};

struct digits {
	size_t size;
	size_t parts;
};

/* 17.4, 2.3.1, 121.0.6167.85. What goes on as a date, a time or a price is none. */
static bool measure(struct scan *scan, size_t at, struct digits *digits)
{
	*digits = (struct digits){ .size = 0 };
	while (digits->parts <= PARTS_MAX) {
		const size_t more = scan_digits(scan, at + digits->size, PART_DIGITS_MAX);
		if (more == 0 || more > PART_DIGITS_MAX)
			return false;
		digits->size += more;
		digits->parts++;
		if (scan_code(scan, at + digits->size) != '.' ||
		    !is_digit(scan_code(scan, at + digits->size + 1)))
			break;
		digits->size++;
	}
	const uint32_t next = scan_code(scan, at + digits->size);
	const bool goes_on = next == '-' || next == '/' || next == ':' || next == ',';
	return digits->parts <= PARTS_MAX &&
	       !(goes_on && is_digit(scan_code(scan, at + digits->size + 1)));
}

/* -beta.1, rc1, b2. */
static size_t suffix(struct scan *scan, size_t at)
{
	const bool dash = scan_code(scan, at) == '-' && is_letter(scan_code(scan, at + 1));
	size_t size = dash ? 1 : 0;

	if (!dash && !is_letter(scan_code(scan, at)))
		return 0;
	while (size <= SUFFIX_MAX &&
	       (is_alnum(scan_code(scan, at + size)) ||
	        (scan_code(scan, at + size) == '.' && is_digit(scan_code(scan, at + size + 1)))))
		size++;
	return size;
}

static const char *version_value(struct scan *scan, const char *product, size_t first, size_t last)
{
	const char *const value = scan_copy_folded(scan, first, last);

	return product == NULL ? value : arena_printf(scan->arena, "%s %s", product, value);
}

static bool read_behind(struct scan *scan, size_t at, size_t row, struct finding *found)
{
	const size_t word = scan_word(scan, at, words[row].word);
	struct digits digits;

	/* /v2/ is a path of an interface. */
	if (word == 0 || (words[row].attached && at > 0 && scan_code(scan, at - 1) == '/'))
		return false;
	size_t first = words[row].attached ? at + word : scan_blank(scan, at + word);
	if (!words[row].attached && scan_code(scan, first) == ':')
		first = scan_blank(scan, first + 1);
	if (words[row].product && (scan_code(scan, first) == 'v' || scan_code(scan, first) == '/'))
		first++;
	if (!measure(scan, first, &digits))
		return false;
	const size_t last = first + digits.size + suffix(scan, first + digits.size);
	if (!scan_word_ends(scan, last))
		return false;
	return finding_set(
	    found, ENTITY_VERSION, words[row].product || words[row].attached ? at : first, last,
	    version_value(scan, words[row].product ? words[row].word : NULL, first, last));
}

/* Three numbers and more need no word. */
static bool read_bare(struct scan *scan, size_t at, struct finding *found)
{
	struct digits digits;

	if (!is_digit(scan_code(scan, at)) || !measure(scan, at, &digits) || digits.parts < 3)
		return false;
	/* 30.2.2026 is a date that does not exist. */
	if (digits.parts == 3 && scan_code(scan, at + digits.size - 5) == '.')
		return false;
	const size_t last = at + digits.size + suffix(scan, at + digits.size);
	return scan_word_ends(scan, last) &&
	       finding_set(found, ENTITY_VERSION, at, last, version_value(scan, NULL, at, last));
}

bool entity_read_version(struct scan *scan, size_t at, struct finding *found)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (read_behind(scan, at, i, found))
			return true;
	return read_bare(scan, at, found);
}

void entity_words_version(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		starts_word(starts, words[i].word);
}
