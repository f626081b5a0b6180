#include "services/classifier/entity_inside.h"

#include "common/base/status.h"
#include "common/base/time.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2100
#define LEAP_YEAR 2000 /* where the year is open, 29 February is possible */

bool date_exists(int year, int month, int day)
{
	const struct date date = { .year = year == 0 ? LEAP_YEAR : year,
		                   .month = month,
		                   .day = day };

	return (year == 0 || (year >= YEAR_MIN && year <= YEAR_MAX)) && date_valid(date);
}

const char *date_value(struct scan *scan, int year, int month, int day)
{
	const char *const start = year > 0    ? arena_printf(scan->arena, "%04d", year)
	                          : month > 0 ? "-"
	                                      : "";

	if (month == 0)
		return start;
	return day == 0 ? arena_printf(scan->arena, "%s-%02d", start, month)
	                : arena_printf(scan->arena, "%s-%02d-%02d", start, month, day);
}

/* A number behind which nothing goes on that would make it a part of something longer. */
static bool date_ends(struct scan *scan, size_t at)
{
	const uint32_t code = scan_code(scan, at);
	const uint32_t next = scan_code(scan, at + 1);

	if (code == 't' && is_digit(next))
		return true;
	if ((code == '-' || code == '/' || code == '.' || code == ',' || code == ':') &&
	    is_alnum(next))
		return false;
	return scan_word_ends(scan, at) && code != '%';
}

static bool hangs_on_word(struct scan *scan, size_t at)
{
	if (at == 0)
		return false;
	const uint32_t code = scan_code(scan, at - 1);
	return code == '#' || code == '$' ||
	       ((code == '-' || code == '/' || code == '.') && is_alnum(scan_code(scan, at - 2)));
}

/* 2026-05-01, 2026/5/1, 2026.05.01, 2026/05. */
static bool read_year_first(struct scan *scan, size_t at, struct finding *found)
{
	int year = 0;
	int month = 0;
	int day = 0;

	if (scan_number(scan, at, 4, &year) != 4)
		return false;
	const uint32_t mark = scan_code(scan, at + 4);
	const size_t month_size = scan_number(scan, at + 5, 2, &month);
	size_t last = at + 5 + month_size;
	if ((mark != '-' && mark != '/' && mark != '.') || month_size == 0)
		return false;
	const size_t day_size =
	    scan_code(scan, last) == mark ? scan_number(scan, last + 1, 2, &day) : 0;
	if (day_size == 0 && (mark == '.' || month_size != 2))
		return false;
	last += day_size > 0 ? day_size + 1 : 0;
	if (!date_ends(scan, last) || !date_exists(year, month, day_size == 0 ? 1 : day))
		return false;
	finding_set(found, ENTITY_DATE, at, last,
	            date_value(scan, year, month, day_size == 0 ? 0 : day));
	found->next += scan_code(scan, last) == 't' ? 1 : 0;
	return true;
}

/* What makes a fraction or a score of 4/5. */
static bool counts_something(struct scan *scan, size_t at)
{
	static const char *const words[] = { "stars", "star", "users", "seats", "people", "times",
		                             "人",    "個",   "件",    "回",    "点",     "ぺーじ",
		                             "명",    "개",   "次",    "of",    "页",     "頁" };

	at = scan_blank(scan, at);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (scan_phrase(scan, at, words[i]) > 0)
			return true;
	return false;
}

/* Month first where East Asian languages are written, otherwise as it is possible. */
static bool settle(struct scan *scan, int first, int second, int year, struct finding *found)
{
	const bool month_first = date_exists(year, first, second);
	const bool day_first = date_exists(year, second, first);
	const bool eastern = scan->language == LANGUAGE_JA || scan->language == LANGUAGE_KO ||
	                     scan->language == LANGUAGE_ZH_HANS ||
	                     scan->language == LANGUAGE_ZH_HANT;

	if (!month_first && !day_first)
		return false;
	found->entity.ambiguous = month_first && day_first && first != second && !eastern;
	found->entity.value = month_first ? date_value(scan, year, first, second)
	                                  : date_value(scan, year, second, first);
	return true;
}

/* 5/1, 13/5, 5/1/26, 05/01/2026, 24/7 excepted. */
static bool read_slashed(struct scan *scan, size_t at, struct finding *found)
{
	int first = 0;
	int second = 0;
	int year = 0;
	const size_t first_size = scan_number(scan, at, 2, &first);
	const size_t second_size = scan_number(scan, at + first_size + 1, 2, &second);
	size_t last = at + first_size + 1 + second_size;

	if (first_size == 0 || second_size == 0 || scan_code(scan, at + first_size) != '/')
		return false;
	if (scan_code(scan, last) == '/') {
		const size_t size = scan_number(scan, last + 1, 4, &year);
		if (size != 2 && size != 4)
			return false;
		year += size == 2 ? 2000 : 0;
		last += size + 1;
	} else if ((first == 24 && second == 7) || counts_something(scan, last)) {
		return false;
	}
	if (!date_ends(scan, last))
		return false;
	finding_set(found, ENTITY_DATE, at, last, NULL);
	return settle(scan, first, second, year, found);
}

/* 1.5.2026, 1-5-2026: the day first, as everywhere where it is written so. */
static bool read_day_first(struct scan *scan, size_t at, struct finding *found)
{
	int day = 0;
	int month = 0;
	int year = 0;
	const size_t day_size = scan_number(scan, at, 2, &day);
	const uint32_t mark = scan_code(scan, at + day_size);
	const size_t month_size = scan_number(scan, at + day_size + 1, 2, &month);
	const size_t behind = at + day_size + 1 + month_size;

	if (day_size == 0 || month_size == 0 || (mark != '.' && mark != '-') ||
	    scan_code(scan, behind) != mark || scan_number(scan, behind + 1, 4, &year) != 4)
		return false;
	if (!date_ends(scan, behind + 5))
		return false;
	finding_set(found, ENTITY_DATE, at, behind + 5, NULL);
	found->entity.value = date_value(scan, year, month, day);
	if (mark == '-')
		return settle(scan, day, month, year, found);
	return date_exists(year, month, day);
}

static size_t any_of(struct scan *scan, size_t at, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const size_t size = scan_word(scan, at, words[i]);
		if (size > 0)
			return size;
	}
	return 0;
}

#define ANY_OF(scan_, at_, ...)                                      \
	any_of((scan_), (at_), (const char *const[]){ __VA_ARGS__ }, \
	       COUNT_OF(((const char *const[]){ __VA_ARGS__ })))

static const struct {
	const char *name;
	int before; /* the year before its first */
} eras[] = { { "令和", 2018 }, { "平成", 1988 }, { "昭和", 1925 } };

/* A year of the common or a Japanese era: 2026年, 令和8年, 令和元年. */
static size_t eastern_year(struct scan *scan, size_t at, int *year)
{
	size_t size = scan_number(scan, at, 4, year);

	for (size_t i = 0; i < COUNT_OF(eras); i++) {
		const size_t name = scan_word(scan, at, eras[i].name);
		if (name == 0)
			continue;
		const size_t first = scan_word(scan, at + name, "元");
		const size_t number = first > 0 ? first : scan_small_number(scan, at + name, year);
		if (number == 0)
			return 0;
		*year = eras[i].before + (first > 0 ? 1 : *year);
		size = name + number;
	}
	const size_t unit = size > 0 ? ANY_OF(scan, at + size, "年", "년") : 0;
	return unit > 0 && *year >= YEAR_MIN && *year <= YEAR_MAX ? size + unit : 0;
}

/* 5月1日, 5월 1일, 5月1号. Behind 月 the day may be open; 3月間 and 5か月 are spans. */
static size_t eastern_month(struct scan *scan, size_t at, int *month, int *day)
{
	const size_t number = scan_small_number(scan, at, month);
	const size_t unit = number > 0 ? ANY_OF(scan, at + number, "月", "월") : 0;
	const size_t behind = at + number + unit;

	if (unit == 0 || scan_word(scan, behind, "間") > 0)
		return 0;
	const size_t blank = scan_blank(scan, behind);
	const size_t day_number = scan_small_number(scan, blank, day);
	const size_t day_unit =
	    day_number > 0 ? ANY_OF(scan, blank + day_number, "日", "일", "号", "號") : 0;
	if (day_unit > 0)
		return blank + day_number + day_unit - at;
	*day = 0;
	return number + unit;
}

static bool read_eastern(struct scan *scan, size_t at, struct finding *found)
{
	int year = 0;
	int month = 0;
	int day = 0;
	const size_t year_size = eastern_year(scan, at, &year);
	const size_t start = year_size > 0 ? scan_blank(scan, at + year_size) : at;
	const size_t month_size = eastern_month(scan, start, &month, &day);

	if (year_size == 0)
		year = 0;
	if (month_size == 0)
		return year_size > 0 && finding_set(found, ENTITY_DATE, at, at + year_size,
		                                    date_value(scan, year, 0, 0));
	return date_exists(year, month, day == 0 ? 1 : day) &&
	       finding_set(found, ENTITY_DATE, at, start + month_size,
	                   date_value(scan, year, month, day));
}

bool entity_read_date(struct scan *scan, size_t at, struct finding *found)
{
	if (!hangs_on_word(scan, at) && is_digit(scan_code(scan, at)) &&
	    (read_year_first(scan, at, found) || read_slashed(scan, at, found) ||
	     read_day_first(scan, at, found)))
		return true;
	return read_eastern(scan, at, found);
}

void entity_words_date(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(eras); i++)
		starts_word(starts, eras[i].name);
}
