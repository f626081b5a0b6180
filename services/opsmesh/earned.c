#include "services/opsmesh/earned.h"

#include "common/base/time.h"
#include "services/opsmesh/running.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define PART_DAYS_MAX 31 /* within one month */

/* A number, and what must stand behind it. */
static bool number_read(const char **at, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(*at, &end, 10);
	if (end == *at || errno != 0)
		return false;
	*at = end;
	return true;
}

static bool sign_read(const char **at, char sign)
{
	if (**at != sign)
		return false;
	(*at)++;
	return true;
}

/* Of so many days each has the same, the first ones a unit more where it does not divide. */
static int64_t part_before(int64_t minor, int64_t days, int64_t over)
{
	const int64_t size = llabs(minor);
	const int64_t more = size % days;
	const int64_t gone = over < 0 ? 0 : over > days ? days : over;
	const int64_t sum = size / days * gone + (gone < more ? gone : more);

	return minor < 0 ? -sum : sum;
}

static bool part_read(const char **at, int64_t day, bool booked, struct earned_line *line)
{
	int64_t first;
	int64_t days;
	int64_t minor;

	if (!sign_read(at, ',') || !number_read(at, &first) || !sign_read(at, '+') ||
	    !number_read(at, &days) || !sign_read(at, '=') || !number_read(at, &minor) ||
	    days < 1 || days > PART_DAYS_MAX || minor == INT64_MIN || llabs(first) > INT32_MAX ||
	    __builtin_add_overflow(line->minor, minor, &line->minor))
		return false;
	if (booked)
		line->earned += part_before(minor, days, day - first);
	if (first + days - 1 > line->until)
		line->until = first + days - 1;
	return true;
}

static bool line_read(struct arena *arena, const char **at, int64_t day, struct earned_line *line)
{
	int64_t booked;

	*line = (struct earned_line){ .until = INT64_MIN };
	if (!number_read(at, &booked))
		return false;
	while (**at == ',')
		if (!part_read(at, day, day > booked, line))
			return false;
	if (!sign_read(at, ' '))
		return false;
	line->line = arena_text(arena, *at, strcspn(*at, "\n"));
	if (line->until < booked)
		line->until = booked;
	*at += strcspn(*at, "\n");
	return sign_read(at, '\n');
}

bool earned_read(struct arena *arena, const char *text, struct earned *earned)
{
	const char *at = text;

	for (earned->count = 0; *at != '\0'; earned->count++)
		if (earned->count == EARNED_LINES_MAX ||
		    !line_read(arena, &at, earned->day, &earned->lines[earned->count]))
			return false;
	return true;
}

static const char *amount(struct arena *arena, const struct earned *earned, int64_t minor)
{
	return arena_printf(arena, "%s %s", decimal_text(arena, earned->currency, minor),
	                    earned->currency);
}

const char *earned_text(struct arena *arena, const struct earned *earned, size_t line)
{
	const struct earned_line *const it = &earned->lines[line];
	const struct date until = date_of_days(it->until);

	if (it->earned == it->minor)
		return arena_printf(arena, "%s: %s is earned", it->line,
		                    amount(arena, earned, it->minor));
	return arena_printf(arena,
	                    "%s: %s of %s is earned, the rest by %04" PRId32 "-%02" PRId32
	                    "-%02" PRId32,
	                    it->line, amount(arena, earned, it->earned),
	                    amount(arena, earned, it->minor), until.year, until.month, until.day);
}
