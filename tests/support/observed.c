#include "tests/support/observed.h"

#include "common/base/text.h"
#include "common/io/proto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct instant observed_minute(int64_t minute)
{
	return time_add(OBSERVED_BASE, MINUTES(minute));
}

Google__Protobuf__Timestamp *observed_timestamp(struct arena *arena, int64_t minute)
{
	return proto_timestamp(arena, observed_minute(minute));
}

static void add_words(struct arena *arena, const struct observation *it, const char **line)
{
	for (int i = 0; i < OBSERVATION_WORDS; i++) {
		if (it->words[i][0] == '\0')
			continue;
		assert_true((vocabulary_kinds[it->kind].words >> i & 1) != 0);
		*line =
		    arena_printf(arena, "%s %s=%s", *line, vocabulary_words[i].name, it->words[i]);
	}
}

static void add_times(struct arena *arena, const struct observation *it, const char **line)
{
	for (int i = 0; i < OBSERVATION_TIMES; i++) {
		if (it->times[i].us == TIME_MIN.us)
			continue;
		assert_true((vocabulary_kinds[it->kind].times >> i & 1) != 0);
		*line = arena_printf(arena, "%s %s=%lld", *line, vocabulary_times[i].name,
		                     (long long)(time_since(OBSERVED_BASE, it->times[i]).us /
		                                 MINUTES(1).us));
	}
}

static void add_numbers(struct arena *arena, const struct observation *it, const char **line)
{
	for (int i = 0; i < OBSERVATION_NUMBERS; i++) {
		if (it->numbers[i] == 0)
			continue;
		assert_true((vocabulary_kinds[it->kind].numbers >> i & 1) != 0);
		*line = arena_printf(arena, "%s %s=%lld", *line, vocabulary_numbers[i].name,
		                     (long long)it->numbers[i]);
	}
}

static void add_marks(struct arena *arena, const struct observation *it, const char **line)
{
	for (int i = 0; i < OBSERVATION_MARKS; i++) {
		if (!observation_is(it, (enum observation_mark)i))
			continue;
		assert_true((vocabulary_kinds[it->kind].marks >> i & 1) != 0);
		*line = arena_printf(arena, "%s %s", *line, vocabulary_marks[i].name);
	}
}

const char *observed_line(struct arena *arena, const struct observation *it)
{
	const char *line =
	    arena_printf(arena, "%s %s", vocabulary_kinds[it->kind].name, it->number);

	if (it->currency[0] != '\0')
		line = arena_printf(arena, "%s %s", line, it->currency);
	add_words(arena, it, &line);
	add_times(arena, it, &line);
	add_numbers(arena, it, &line);
	add_marks(arena, it, &line);
	return line;
}

const char *observed_text(struct arena *arena, const struct subject_kind *kind, struct bytes known)
{
	const struct subject_horizon horizon = { 0 };
	struct observations all = { .arena = arena };
	const char *text = "";

	assert_true(kind->observe("subject", known, &horizon, &all));
	for (size_t i = 0; i < all.count; i++)
		text = arena_printf(arena, "%s%s\n", text, observed_line(arena, &all.items[i]));
	if (all.left_out > 0)
		text = arena_printf(arena, "%sleft out %zu\n", text, all.left_out);
	return text;
}
