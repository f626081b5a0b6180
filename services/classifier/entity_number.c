#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

#define SCALE_MAX 18

/* Runs of digits and the marks between them. */
struct groups {
	size_t sizes[NUMBER_GROUPS_MAX];
	uint32_t marks[NUMBER_GROUPS_MAX]; /* marks[i] stands behind group i */
	size_t count;
	size_t end;
};

/* A mark holds digits together; a blank only where three digits follow. */
static bool joins(struct scan *scan, size_t at)
{
	const uint32_t code = scan_code(scan, at);

	if (code == ' ')
		return scan_digits(scan, at + 1, 3) == 3 && !is_letter(scan_code(scan, at + 4));
	return (code == '.' || code == ',' || code == '\'') && is_digit(scan_code(scan, at + 1));
}

static bool read_groups(struct scan *scan, size_t at, struct groups *groups)
{
	groups->count = 0;
	groups->end = at;
	for (;;) {
		const size_t size = scan_digits(scan, groups->end, NUMBER_POINTS_MAX);
		if (size == 0 || size > NUMBER_POINTS_MAX || groups->count == NUMBER_GROUPS_MAX)
			return false;
		groups->sizes[groups->count] = size;
		groups->end += size;
		groups->marks[groups->count++] = scan_code(scan, groups->end);
		if (!joins(scan, groups->end))
			return true;
		/* "2026 500 USD", "19.99 500": a blank joins threes alone. */
		if (scan_code(scan, groups->end) == ' ' &&
		    (groups->sizes[0] > 3 || groups->marks[0] != ' '))
			return true;
		groups->end++;
	}
}

/* Groups 1..last-1 are of three digits, or of two with three at the end (lakh and crore). */
static bool grouped(const struct groups *groups, size_t last)
{
	const size_t inner = last > 2 ? groups->sizes[1] : 3;

	if (groups->sizes[0] > 3 || (inner != 3 && inner != 2))
		return false;
	for (size_t i = 1; i + 1 < last; i++)
		if (groups->sizes[i] != inner || groups->marks[i] != groups->marks[0])
			return false;
	return groups->sizes[last - 1] == 3;
}

/* How many of the groups stand before the decimal mark; 0: they make no number. */
static size_t whole_groups(const struct groups *groups)
{
	const size_t count = groups->count;
	const uint32_t last = count > 1 ? groups->marks[count - 2] : 0;
	const bool divides = last == '.' || last == ',';

	if (count == 1)
		return 1;
	if (count == 2 && divides)
		return groups->sizes[1] == 3 && groups->sizes[0] <= 3 ? 2 : 1;
	if (divides && last != groups->marks[0])
		return grouped(groups, count - 1) ? count - 1 : 0;
	return grouped(groups, count) ? count : 0;
}

static bool add_digit(int64_t *sum, int digit)
{
	return !__builtin_mul_overflow(*sum, 10, sum) && !__builtin_add_overflow(*sum, digit, sum);
}

static void read_western(struct scan *scan, size_t at, const struct groups *groups,
                         struct number *number)
{
	const size_t whole = whole_groups(groups);
	const bool leading_zero = scan_code(scan, at) == '0' && groups->count > 1;

	*number = (struct number){ .exact = whole > 0, .end = groups->end };
	if (groups->count == 2 && whole == 2 && groups->marks[0] != ' ' && groups->marks[0] != '\'')
		number->mark = groups->marks[0];
	for (size_t i = at; i < groups->end; i++)
		if (is_digit(scan_code(scan, i)))
			number->exact =
			    add_digit(&number->units, (int)(scan_code(scan, i) - '0')) &&
			    number->exact;
	if (leading_zero && number->mark != 0) {
		number->mark = 0;
		number->scale = 3;
	} else if (whole < groups->count) {
		number->scale = (int)groups->sizes[groups->count - 1];
	}
	number->exact = number->exact && number->scale <= SCALE_MAX;
}

/* The words that multiply, in every way of writing them; folded. */
static const struct {
	const char *word;
	int64_t factor;
} multipliers[] = {
	{ "十", 10 },        { "百", 100 },
	{ "千", 1000 },      { "万", 10000 },
	{ "萬", 10000 },     { "億", 100000000 },
	{ "亿", 100000000 }, { "兆", INT64_C(1000000000000) },
	{ "십", 10 },        { "백", 100 },
	{ "천", 1000 },      { "만", 10000 },
	{ "억", 100000000 }, { "조", INT64_C(1000000000000) },
};

/* Kanji digits side by side are positional: 五〇〇. */
static size_t read_digits(struct scan *scan, size_t at, int64_t *sum)
{
	size_t size = 0;

	*sum = 0;
	for (; size <= SCALE_MAX; size++) {
		const uint32_t code = scan_code(scan, at + size);
		const bool comma =
		    code == ',' && size > 0 && scan_digits(scan, at + size + 1, 3) == 3;
		const int digit = is_digit(code) ? (int)(code - '0') : kanji_digit(code);
		if (comma)
			continue;
		if (digit < 0)
			break;
		if (!add_digit(sum, digit))
			return 0;
	}
	return size;
}

static size_t multiplier(struct scan *scan, size_t at, int64_t *factor)
{
	const size_t first = scan_blank(scan, at);

	for (size_t i = 0; i < COUNT_OF(multipliers); i++)
		if (scan_word(scan, first, multipliers[i].word) > 0) {
			*factor = multipliers[i].factor;
			return first + 1 - at;
		}
	return 0;
}

/* What is read of 1億2千万: whole myriads, thousands below the next one, the last digits. */
struct sum {
	int64_t total;
	int64_t section;
	int64_t digits;
	bool has_digits;
	bool fits;
};

static void multiply(struct sum *sum, int64_t factor)
{
	int64_t part = sum->has_digits ? sum->digits : 1;

	if (factor < 10000) {
		sum->fits = sum->fits && !__builtin_mul_overflow(part, factor, &part) &&
		            !__builtin_add_overflow(sum->section, part, &sum->section);
	} else {
		part = sum->has_digits || sum->section == 0 ? part : 0;
		sum->fits = sum->fits && !__builtin_add_overflow(part, sum->section, &part) &&
		            !__builtin_mul_overflow(part, factor, &part) &&
		            !__builtin_add_overflow(sum->total, part, &sum->total);
		sum->section = 0;
	}
	sum->digits = 0;
	sum->has_digits = false;
}

/* Digits behind a multiplier count as many places as the first number has behind its mark. */
static void add_digits(struct sum *sum, int64_t digits, int scale)
{
	for (int i = 0; i < scale; i++)
		sum->fits = sum->fits && !__builtin_mul_overflow(digits, 10, &digits);
	sum->digits = digits;
	sum->has_digits = true;
}

static bool read_eastern(struct scan *scan, struct number *number, bool begun)
{
	struct sum sum = { .digits = number->units, .has_digits = begun, .fits = number->exact };
	int64_t factor = 0;
	int64_t digits = 0;
	size_t at = number->end;

	if (number->mark == '.' && multiplier(scan, at, &factor) > 0) {
		number->scale = 3;
		number->mark = 0;
	}
	for (int i = 0; i < NUMBER_GROUPS_MAX; i++) {
		const size_t word = multiplier(scan, at, &factor);
		if (word == 0)
			break;
		if (factor >= 10000 && i == 0 && !begun)
			return false;
		multiply(&sum, factor);
		at += word;
		number->multiplied = true;
		const size_t size = read_digits(scan, at, &digits);
		if (size > 0)
			add_digits(&sum, digits, number->scale);
		at += size;
	}
	number->exact = sum.fits &&
	                !__builtin_add_overflow(sum.total, sum.section, &number->units) &&
	                !__builtin_add_overflow(number->units, sum.digits, &number->units);
	number->end = at;
	return begun || number->multiplied;
}

/* $5k, $2.5M, 3 million. A letter alone hangs on the number. */
static void read_suffix(struct scan *scan, struct number *number)
{
	static const struct {
		const char *word;
		int64_t factor;
	} rows[] = {
		{ "k", 1000 },           { "m", 1000000 },
		{ "mm", 1000000 },       { "mn", 1000000 },
		{ "mio", 1000000 },      { "bn", 1000000000 },
		{ "b", 1000000000 },     { " thousand", 1000 },
		{ " million", 1000000 }, { " billion", 1000000000 },
		{ " lakh", 100000 },     { " crore", 10000000 },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t size = scan_phrase(scan, number->end, rows[i].word);
		if (size == 0)
			continue;
		number->exact =
		    number->exact &&
		    !__builtin_mul_overflow(number->units, rows[i].factor, &number->units);
		number->scale += number->mark == '.' ? 3 : 0;
		number->mark = 0;
		number->end += size;
		number->multiplied = true;
		return;
	}
}

/* 数千円 and 何百円 are no thousand and no hundred. */
static bool indefinite(struct scan *scan, size_t at)
{
	static const uint16_t words[] = u"数數何几幾몇";
	const uint32_t previous = at > 0 ? scan_code(scan, at - 1) : 0;

	for (size_t i = 0; words[i] != 0; i++)
		if (words[i] == previous)
			return true;
	return false;
}

bool entity_number(struct scan *scan, size_t at, struct number *number)
{
	struct groups groups;

	if (is_digit(scan_code(scan, at))) {
		if (!read_groups(scan, at, &groups))
			return false;
		read_western(scan, at, &groups, number);
		if (!read_eastern(scan, number, true))
			return false;
		read_suffix(scan, number);
		return true;
	}
	*number = (struct number){ .exact = true, .end = at };
	const size_t digits = read_digits(scan, at, &number->units);
	number->end = at + digits;
	if (indefinite(scan, at))
		return false;
	return read_eastern(scan, number, digits > 0);
}

void number_words(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(multipliers); i++)
		starts_word(starts, multipliers[i].word);
}
