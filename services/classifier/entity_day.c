#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

/* Days by name: "May 1st", "1 May 2026", "last month", 昨日, "3 days ago". */

static const char *const months[] = { "january",   "february", "march",    "april",
	                              "may",       "june",     "july",     "august",
	                              "september", "october",  "november", "december" };

static size_t month_name(struct scan *scan, size_t at, int *month)
{
	size_t size = 0;

	for (size_t i = 0; i < COUNT_OF(months); i++) {
		size_t letters = 0;
		while (months[i][letters] != '\0' &&
		       scan_code(scan, at + letters) == (uint32_t)months[i][letters])
			letters++;
		const bool whole = months[i][letters] == '\0';
		if (!scan_word_ends(scan, at + letters) || (!whole && letters != 3 && letters != 4))
			continue;
		*month = (int)i + 1;
		size = letters + (!whole && scan_code(scan, at + letters) == '.' ? 1 : 0);
	}
	return size;
}

static size_t ordinal(struct scan *scan, size_t at)
{
	static const char *const endings[] = { "st", "nd", "rd", "th" };

	for (size_t i = 0; i < COUNT_OF(endings); i++)
		if (scan_phrase(scan, at, endings[i]) > 0)
			return 2;
	return 0;
}

/* ", 2026" or " 2026"; a number that goes on is none. */
static size_t year_behind(struct scan *scan, size_t at, int *year)
{
	size_t first = scan_code(scan, at) == ',' ? at + 1 : at;

	first = scan_blank(scan, first);
	if (first == at || scan_number(scan, first, 4, year) != 4 || *year < 1900 || *year > 2100 ||
	    !scan_word_ends(scan, first + 4)) {
		*year = 0;
		return 0;
	}
	return first + 4 - at;
}

/* "may 5" begins many sentences; "May 5", "may 5th" and "may 2026" do not. */
static bool month_meant(struct scan *scan, size_t at, bool ordinal_or_year)
{
	return ordinal_or_year || scan_code(scan, at) != 'm' || scan_upper(scan, at);
}

/* A time, a price or a fraction whose first number looked like a day. */
static bool number_goes_on(struct scan *scan, size_t at)
{
	const uint32_t next = scan_code(scan, at);

	return (next == ':' || next == '.' || next == '/') && is_digit(scan_code(scan, at + 1));
}

static bool read_month_and_year(struct scan *scan, size_t at, size_t name, int month,
                                struct finding *found)
{
	int year = 0;
	const size_t behind = year_behind(scan, at + name, &year);

	return behind > 0 && finding_set(found, ENTITY_DATE, at, at + name + behind,
	                                 date_value(scan, year, month, 0));
}

static bool read_month_first(struct scan *scan, size_t at, struct finding *found)
{
	int month = 0;
	int day = 0;
	int year = 0;
	const size_t name = month_name(scan, at, &month);
	const size_t first = scan_blank(scan, at + name);
	const size_t number = name > 0 ? scan_number(scan, first, 2, &day) : 0;

	if (name == 0 || first == at + name)
		return false;
	if (number == 0)
		return read_month_and_year(scan, at, name, month, found);
	const size_t ending = ordinal(scan, first + number);
	size_t last = first + number + ending;
	if (number_goes_on(scan, last))
		return false;
	last += year_behind(scan, last, &year);
	if (!scan_word_ends(scan, last) || !month_meant(scan, at, ending > 0 || year > 0) ||
	    !date_exists(year, month, day))
		return false;
	return finding_set(found, ENTITY_DATE, at, last, date_value(scan, year, month, day));
}

/* 1 May, 1st of May 2026. */
static bool read_day_of_month(struct scan *scan, size_t at, struct finding *found)
{
	int month = 0;
	int day = 0;
	int year = 0;
	size_t name = at + scan_number(scan, at, 2, &day);

	if (name == at)
		return false;
	name = scan_blank(scan, name + ordinal(scan, name));
	const size_t of = scan_phrase(scan, name, "of");
	if (of > 0)
		name = scan_blank(scan, name + of);
	const size_t size = month_name(scan, name, &month);
	if (size == 0 || scan_code(scan, name - 1) != ' ')
		return false;
	size_t last = name + size;
	const size_t behind = year_behind(scan, last, &year);
	/* "28 Feb.": without a year, the dot may be the sentence's. */
	last += behind;
	last -= behind == 0 && scan_code(scan, last - 1) == '.' ? 1 : 0;
	return date_exists(year, month, day) && month_meant(scan, name, of > 0 || year > 0) &&
	       finding_set(found, ENTITY_DATE, at, last, date_value(scan, year, month, day));
}

bool entity_read_month_name(struct scan *scan, size_t at, struct finding *found)
{
	return is_digit(scan_code(scan, at)) ? read_day_of_month(scan, at, found)
	                                     : read_month_first(scan, at, found);
}

/* Folded; a word that begins like another stands before it. */
static const struct {
	const char *word;
	const char *value;
} relatives[] = {
	{ "today", "today" },
	{ "yesterday", "yesterday" },
	{ "tomorrow", "tomorrow" },
	{ "the day before yesterday", "2-days-ago" },
	{ "last night", "yesterday" },
	{ "last week", "last-week" },
	{ "last month", "last-month" },
	{ "last year", "last-year" },
	{ "this week", "this-week" },
	{ "this month", "this-month" },
	{ "this year", "this-year" },
	{ "next week", "next-week" },
	{ "next month", "next-month" },
	{ "next year", "next-year" },
	{ "一昨日", "2-days-ago" },
	{ "おととい", "2-days-ago" },
	{ "一昨年", "2-years-ago" },
	{ "昨日", "yesterday" },
	{ "昨晩", "yesterday" },
	{ "昨夜", "yesterday" },
	{ "昨年", "last-year" },
	{ "きのう", "yesterday" },
	{ "今日", "today" },
	{ "本日", "today" },
	{ "今朝", "today" },
	{ "明日", "tomorrow" },
	{ "あした", "tomorrow" },
	{ "先々月", "2-months-ago" },
	{ "先月", "last-month" },
	{ "先週", "last-week" },
	{ "今月", "this-month" },
	{ "今週", "this-week" },
	{ "今年", "this-year" },
	{ "来月", "next-month" },
	{ "来週", "next-week" },
	{ "来年", "next-year" },
	{ "去年", "last-year" },
	{ "月曜", "monday" },
	{ "火曜", "tuesday" },
	{ "水曜", "wednesday" },
	{ "木曜", "thursday" },
	{ "金曜", "friday" },
	{ "土曜", "saturday" },
	{ "日曜", "sunday" },
	{ "그저께", "2-days-ago" },
	{ "어제", "yesterday" },
	{ "오늘", "today" },
	{ "내일", "tomorrow" },
	{ "지난달", "last-month" },
	{ "지난 달", "last-month" },
	{ "지난주", "last-week" },
	{ "지난 주", "last-week" },
	{ "작년", "last-year" },
	{ "이번 달", "this-month" },
	{ "이번달", "this-month" },
	{ "이번 주", "this-week" },
	{ "이번주", "this-week" },
	{ "올해", "this-year" },
	{ "다음 달", "next-month" },
	{ "다음달", "next-month" },
	{ "다음 주", "next-week" },
	{ "다음주", "next-week" },
	{ "내년", "next-year" },
	{ "월요일", "monday" },
	{ "화요일", "tuesday" },
	{ "수요일", "wednesday" },
	{ "목요일", "thursday" },
	{ "금요일", "friday" },
	{ "토요일", "saturday" },
	{ "일요일", "sunday" },
	{ "前天", "2-days-ago" },
	{ "昨天", "yesterday" },
	{ "今天", "today" },
	{ "明天", "tomorrow" },
	{ "上个月", "last-month" },
	{ "上個月", "last-month" },
	{ "上周", "last-week" },
	{ "上週", "last-week" },
	{ "这个月", "this-month" },
	{ "這個月", "this-month" },
	{ "本月", "this-month" },
	{ "本周", "this-week" },
	{ "本週", "this-week" },
	{ "下个月", "next-month" },
	{ "下個月", "next-month" },
	{ "下周", "next-week" },
	{ "下週", "next-week" },
	{ "明年", "next-year" },
	{ "星期一", "monday" },
	{ "星期二", "tuesday" },
	{ "星期三", "wednesday" },
	{ "星期四", "thursday" },
	{ "星期五", "friday" },
	{ "星期六", "saturday" },
	{ "星期日", "sunday" },
	{ "周一", "monday" },
	{ "週一", "monday" },
	{ "周五", "friday" },
	{ "週五", "friday" },
	{ "monday", "monday" },
	{ "tuesday", "tuesday" },
	{ "wednesday", "wednesday" },
	{ "thursday", "thursday" },
	{ "friday", "friday" },
	{ "saturday", "saturday" },
	{ "sunday", "sunday" },
};

static bool relative(struct finding *found, size_t first, size_t last, const char *value)
{
	finding_set(found, ENTITY_DATE, first, last, value);
	found->entity.relative = true;
	return true;
}

/* "3 days ago", 3日前, 2週間前, 3일 전, 3天前. */
static bool read_ago(struct scan *scan, size_t at, struct finding *found)
{
	static const struct {
		const char *words;
		const char *unit;
	} units[] = {
		{ "days ago", "days" },   { "day ago", "days" },      { "weeks ago", "weeks" },
		{ "week ago", "weeks" },  { "months ago", "months" }, { "month ago", "months" },
		{ "years ago", "years" }, { "year ago", "years" },    { "日前", "days" },
		{ "週間前", "weeks" },    { "か月前", "months" },     { "ゕ月前", "months" },
		{ "け月前", "months" },   { "年前", "years" },        { "일 전", "days" },
		{ "일전", "days" },       { "주 전", "weeks" },       { "개월 전", "months" },
		{ "天前", "days" },       { "周前", "weeks" },        { "週前", "weeks" },
		{ "个月前", "months" },   { "個月前", "months" },     { "ゖ月前", "months" },
	};
	int count = 0;
	const size_t number = scan_small_number(scan, at, &count);

	if (number == 0)
		return false;
	const size_t unit = scan_blank(scan, at + number);
	for (size_t i = 0; i < COUNT_OF(units); i++) {
		const size_t size = scan_phrase(scan, unit, units[i].words);
		if (size > 0)
			return relative(found, at, unit + size,
			                arena_printf(scan->arena, "%d-%s-ago", count,
			                             units[i].unit));
	}
	return false;
}

bool entity_read_relative_day(struct scan *scan, size_t at, struct finding *found)
{
	for (size_t i = 0; i < COUNT_OF(relatives); i++) {
		const size_t size = scan_phrase(scan, at, relatives[i].word);
		if (size == 0)
			continue;
		const size_t day = scan_word(scan, at + size, "日");
		return relative(
		    found, at,
		    at + size + (strstr(relatives[i].value, "day") != NULL && size == 2 ? day : 0),
		    relatives[i].value);
	}
	return read_ago(scan, at, found);
}

void entity_words_month_name(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(months); i++)
		starts_word(starts, months[i]);
}

void entity_words_relative_day(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(relatives); i++)
		starts_word(starts, relatives[i].word);
}
