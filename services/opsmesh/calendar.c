/*
 * calendar - asks one calendar, from files or, with --batch, from JSON lines on standard input.
 *
 * due prints the instant in the calendar's zone, elapsed prints seconds, windows prints one line for
 * each open span, cut at --from and --to. A line of a batch is {"calendar":{...},"holidays":[{...}],"at":TIME,"target_s":N} or
 * has "from" and "to"; each is answered by one line, "error: " and the reason where there is no answer.
 */
#include "services/opsmesh/calendar.h"

#include "common/base/text.h"
#include "common/io/calendar_document.h"
#include "common/io/file.h"
#include "common/io/zone.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ERROR_SIZE 512
#define ANSWER_SIZE 64
#define TARGET_MAX_S INT64_C(10000000000) /* 317 years: beyond every calendar, far from overflow */
#define USAGE                                                                                          \
	"usage: opsmesh calendar due --calendar FILE [--holidays FILE...] --at TIME --target 1h\n"     \
	"       opsmesh calendar elapsed --calendar FILE [--holidays FILE...] --from TIME --to TIME\n" \
	"       opsmesh calendar windows --calendar FILE [--holidays FILE...] --from TIME --to TIME\n" \
	"       opsmesh calendar due|elapsed --batch < LINES\n"

enum question_kind { QUESTION_DUE, QUESTION_ELAPSED, QUESTION_WINDOWS };

static const char *const question_names[] = { "due", "elapsed", "windows", NULL };

struct question {
	enum question_kind kind;
	struct calendar_document document;
	struct instant from; /* of due: at */
	struct instant to;
	struct duration target;
};

/* Answers. */

static const char *local_time(const struct question *question, struct instant at,
                              char text[static TIME_TEXT_SIZE])
{
	return time_format_offset(at, zone_offset(question->document.zone, at), text);
}

static void seconds_write(struct duration span, char answer[static ANSWER_SIZE])
{
	const int64_t seconds = span.us / 1000000;
	const int64_t rest = span.us % 1000000;

	if (rest == 0)
		snprintf(answer, ANSWER_SIZE, "%" PRId64, seconds);
	else
		snprintf(answer, ANSWER_SIZE, "%" PRId64 ".%06" PRId64, seconds, rest);
}

/* Of due and elapsed. */
static bool question_answer(const struct question *question, char answer[static ANSWER_SIZE],
                            const char **reason)
{
	struct calendar *const calendar = question->document.calendar;
	struct duration elapsed;
	struct instant due;
	char text[TIME_TEXT_SIZE];

	if (question->kind == QUESTION_DUE) {
		if (!calendar_due(calendar, question->from, question->target, &due, reason))
			return false;
		snprintf(answer, ANSWER_SIZE, "%s", local_time(question, due, text));
		return true;
	}
	if (!calendar_elapsed(calendar, question->from, question->to, &elapsed, reason))
		return false;
	seconds_write(elapsed, answer);
	return true;
}

/* The parts of a span that runs over the end of a year are one again. */
static bool span_whole(struct calendar *calendar, struct instant at, struct instant until,
                       struct calendar_span *span)
{
	struct calendar_span next;

	if (!calendar_span(calendar, at, span))
		return false;
	while (time_before(span->close, until) && calendar_span(calendar, span->close, &next) &&
	       next.open.us == span->close.us)
		span->close = next.close;
	return true;
}

static bool windows_print(const struct question *question, const char **reason)
{
	struct calendar *const calendar = question->document.calendar;
	struct instant at = question->from;
	struct duration elapsed;
	struct calendar_span span;
	char open[TIME_TEXT_SIZE];
	char close[TIME_TEXT_SIZE];

	if (!calendar_elapsed(calendar, question->from, question->to, &elapsed, reason))
		return false;
	while (span_whole(calendar, at, question->to, &span) &&
	       time_before(span.open, question->to)) {
		at = span.close;
		printf("%s %s\n", local_time(question, time_later(question->from, span.open), open),
		       local_time(question, time_earlier(question->to, span.close), close));
	}
	return true;
}

/* Batches. */

static bool line_times(const struct json_place *line, struct question *question,
                       struct json_error *error)
{
	int64_t target_s;

	if (question->kind != QUESTION_DUE)
		return json_instant_at(line, "from", &question->from, error) &&
		       json_instant_at(line, "to", &question->to, error);
	if (!json_instant_at(line, "at", &question->from, error) ||
	    !json_integer_at(line, "target_s", 0, TARGET_MAX_S, &target_s, error))
		return false;
	question->target = SECONDS(target_s);
	return true;
}

static bool line_read(struct arena *arena, const struct json_place *line, struct question *question,
                      struct json_error *error)
{
	static const char *const due[] = { "calendar", "holidays", "at", "target_s", NULL };
	static const char *const span[] = { "calendar", "holidays", "from", "to", NULL };
	struct holiday_list lists[HOLIDAY_LISTS_MAX];
	struct json_place calendar;
	struct json_place holidays;

	if (!json_only(line, question->kind == QUESTION_DUE ? due : span, error) ||
	    !json_object_at(line, "calendar", &calendar, error) ||
	    !json_array_if(line, "holidays", HOLIDAY_LISTS_MAX, &holidays, error) ||
	    !line_times(line, question, error))
		return false;
	for (size_t i = 0; i < json_count(&holidays); i++) {
		const struct json_place list = json_item(&holidays, i);

		if (!holiday_list_read(arena, &list, &lists[i], error))
			return false;
	}
	return calendar_document_read(arena, &calendar, lists, json_count(&holidays),
	                              &question->document, error);
}

static bool line_answer(struct arena *arena, struct bytes text, enum question_kind kind,
                        char answer[static ANSWER_SIZE], char error[static ERROR_SIZE])
{
	struct question question = { .kind = kind };
	AUTO_JSON parsed = NULL;
	struct json_error cause;
	struct json_place top;
	const char *reason = "";
	bool answered = false;

	if (json_parse(text, DOCUMENT_BYTES_MAX, &parsed, &cause)) {
		top = json_top(parsed);
		answered = line_read(arena, &top, &question, &cause);
	}
	if (!answered) {
		json_error_text(&cause, error);
		return false;
	}
	answered = question_answer(&question, answer, &reason);
	snprintf(error, ERROR_SIZE, "%s", reason);
	calendar_document_finish(&question.document);
	return answered;
}

static int batch(enum question_kind kind)
{
	struct arena *const lines = arena_create(DOCUMENT_BYTES_MAX + 64);
	struct arena *const arena = arena_create(1 << 20);
	char *const line = arena_alloc(lines, DOCUMENT_BYTES_MAX + 1);
	char answer[ANSWER_SIZE];
	char error[ERROR_SIZE];
	size_t size;

	while (file_line(stdin, line, DOCUMENT_BYTES_MAX, &size)) {
		if (line_answer(arena, (struct bytes){ line, size }, kind, answer, error))
			puts(answer);
		else
			printf("error: %s\n", error);
		fflush(stdout);
		arena_reset(arena);
	}
	arena_destroy(arena);
	arena_destroy(lines);
	return 0;
}

/* One question, from files. */

struct options {
	const char *calendar;
	const char *holidays[HOLIDAY_LISTS_MAX];
	size_t holiday_count;
	const char *at;
	const char *target;
	const char *from;
	const char *to;
	bool batch;
};

static bool fail(char error[static ERROR_SIZE], const char *subject, const char *reason)
{
	snprintf(error, ERROR_SIZE, "%s: %s", subject, reason);
	return false;
}

static bool documents_read(struct arena *arena, const struct options *options,
                           struct calendar_document *document, char error[static ERROR_SIZE])
{
	struct holiday_list lists[HOLIDAY_LISTS_MAX];
	char reason[JSON_ERROR_SIZE];
	struct json_error cause;
	struct bytes text;

	for (size_t i = 0; i < options->holiday_count; i++) {
		if (!file_read(arena, options->holidays[i], DOCUMENT_BYTES_MAX, &text))
			return fail(error, options->holidays[i], "cannot be read");
		if (!holiday_list_parse(arena, text, &lists[i], &cause))
			return fail(error, options->holidays[i], json_error_text(&cause, reason));
	}
	if (!file_read(arena, options->calendar, DOCUMENT_BYTES_MAX, &text))
		return fail(error, options->calendar, "cannot be read");
	return calendar_document_parse(arena, text, lists, options->holiday_count, document,
	                               &cause) ||
	       fail(error, options->calendar, json_error_text(&cause, reason));
}

static bool time_option(const char *name, const char *text, struct instant *instant,
                        char error[static ERROR_SIZE])
{
	return time_parse(text, instant) ||
	       fail(error, name, "must be a time with an offset, as 2026-05-01T17:30:00+09:00");
}

static bool options_check(const struct options *options, struct question *question,
                          char error[static ERROR_SIZE])
{
	if (question->kind != QUESTION_DUE)
		return time_option("--from", options->from, &question->from, error) &&
		       time_option("--to", options->to, &question->to, error);
	if (!time_option("--at", options->at, &question->from, error))
		return false;
	/* a day of a calendar may be 24 of its hours or one of its dates */
	if (strchr(options->target, 'd') != NULL ||
	    !duration_parse(options->target, &question->target) || question->target.us < 0)
		return fail(error, "--target", "must be as 90s, 15m or 8h of calendar time");
	return true;
}

static int ask(enum question_kind kind, const struct options *options)
{
	struct arena *const arena = arena_create(1 << 20);
	struct question question = { .kind = kind };
	char answer[ANSWER_SIZE];
	char error[ERROR_SIZE];
	const char *reason = error;
	bool answered = options_check(options, &question, error) &&
	                documents_read(arena, options, &question.document, error);

	if (answered && kind == QUESTION_WINDOWS) {
		answered = windows_print(&question, &reason);
	} else if (answered) {
		answered = question_answer(&question, answer, &reason);
		if (answered)
			puts(answer);
	}
	if (!answered)
		fprintf(stderr, "error: %s\n", reason);
	calendar_document_finish(&question.document);
	arena_destroy(arena);
	return answered ? 0 : 1;
}

/* The command line. */

static const char **option_place(struct options *options, const char *name)
{
	const struct {
		const char *name;
		const char **place;
	} rows[] = {
		{ "--calendar", &options->calendar },
		{ "--at", &options->at },
		{ "--target", &options->target },
		{ "--from", &options->from },
		{ "--to", &options->to },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (text_equal(rows[i].name, name))
			return rows[i].place;
	}
	return NULL;
}

/* --holidays takes as many files as follow it. */
static bool holidays_take(struct options *options, int argc, char **argv, int *at)
{
	const int first = *at + 1;

	while (*at + 1 < argc && argv[*at + 1][0] != '-') {
		if (options->holiday_count == HOLIDAY_LISTS_MAX)
			return false;
		options->holidays[options->holiday_count++] = argv[++*at];
	}
	return *at >= first;
}

static bool options_take(struct options *options, int argc, char **argv)
{
	for (int at = 2; at < argc; at++) {
		const char **const place = option_place(options, argv[at]);

		if (text_equal(argv[at], "--batch"))
			options->batch = true;
		else if (text_equal(argv[at], "--holidays")) {
			if (!holidays_take(options, argc, argv, &at))
				return false;
		} else if (place == NULL || at + 1 == argc)
			return false;
		else
			*place = argv[++at];
	}
	return true;
}

static bool options_whole(const struct options *options, enum question_kind kind)
{
	if (options->batch)
		return kind != QUESTION_WINDOWS && options->calendar == NULL;
	if (kind == QUESTION_DUE)
		return options->calendar != NULL && options->at != NULL && options->target != NULL;
	return options->calendar != NULL && options->from != NULL && options->to != NULL;
}

int calendar_command(int argc, char **argv)
{
	struct options options = { .batch = false };
	int kind = 0;

	while (argc > 1 && question_names[kind] != NULL &&
	       !text_equal(question_names[kind], argv[1]))
		kind++;
	if (argc < 2 || question_names[kind] == NULL || !options_take(&options, argc, argv) ||
	    !options_whole(&options, (enum question_kind)kind)) {
		fputs(USAGE, stderr);
		return 2;
	}
	return options.batch ? batch((enum question_kind)kind)
	                     : ask((enum question_kind)kind, &options);
}
