#include "services/kpi-aggregator/explain/explain.h"

#include "common/base/text.h"
#include "common/io/db.h"
#include "gen/kpi_aggregator_sql.h"
#include "services/kpi-aggregator/explain/answer.h"
#include "services/kpi-aggregator/subject/observation_codec.h"
#include "services/kpi-aggregator/vocabulary/observation_json.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define ARENA_BLOCK (256UL * 1024)
#define FIRST_TIME 4 /* the column of the first time of observation_look */

enum { EXIT_SAME = 0, EXIT_DIFFERS = 1, EXIT_USAGE = 2, EXIT_AWAY = 3 };

struct explaining {
	struct arena *arena;
	struct arena *scratch; /* for one row */
	struct db *db;
	struct recount_ask ask;
	struct recount recount;
	struct answer answer;
	bool json;
};

PRINTF_LIKE(2, 3)
static int fail(int status, const char *format, ...)
{
	va_list arguments;

	(void)fflush(stdout);
	(void)fputs("kpi-aggregator --explain: ", stderr);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
	return status;
}

/* What is asked. */

static const struct definition_book *book_of(const struct document *documents)
{
	while (!text_equal(documents->name, DEFINITIONS))
		documents++;
	return documents->compiled;
}

/* The latest version that was effective when its window of that label began; else the first that has such a window. */
static bool choose(struct explaining *it, const char *metric, const char *label)
{
	const struct definition_book *const book = it->ask.book;

	for (size_t i = 0; i < book->count; i++) {
		const struct definition *const definition = &book->definitions[i];
		struct window window;

		if (!text_equal(definition->key, metric) && !text_equal(definition->id, metric))
			continue;
		if (!window_parse(definition->zone, label, &window) ||
		    !definition->windows[window.kind])
			continue;
		if (it->ask.definition != NULL &&
		    time_before(window.start, definition->effective_from))
			continue;
		it->ask.definition = definition;
		it->ask.window = window;
	}
	return it->ask.definition != NULL;
}

static bool cuts(const struct definition *definition, int dimension)
{
	for (size_t i = 0; i < definition->dimension_count; i++)
		if (definition->dimensions[i] == dimension)
			return true;
	return false;
}

/* "channel=email"; behind the equals sign nothing: where it was not known. */
static bool read_cut(struct explaining *it, const char *text)
{
	const char *const equals = strchr(text, '=');

	if (equals == NULL)
		return false;
	it->ask.dimension = vocabulary_find(vocabulary_words, OBSERVATION_WORDS,
	                                    arena_text(it->arena, text, (size_t)(equals - text)));
	it->ask.value = equals + 1;
	return it->ask.dimension >= 0 && cuts(it->ask.definition, it->ask.dimension);
}

/* Reading. */

static void take_row(struct explaining *it, enum observation_kind kind, const struct db_rows *rows,
                     size_t row)
{
	struct observation observation =
	    observation_of(kind, arena_string(it->arena, db_text(rows, row, 1)));

	observation.currency = arena_string(it->arena, db_text(rows, row, 2));
	for (int time = 0; time < OBSERVATION_TIMES; time++)
		observation.times[time] = db_time(rows, row, FIRST_TIME + time);
	if (observation_json_read(it->arena, db_text(rows, row, 3), &observation))
		recount_take(&it->recount, db_text(rows, row, 0), &observation);
	else
		it->answer.unread++;
}

/* What was told of one ticket, of which midnights of the definition's zone matter. */
static void take_told(void *argument, const struct db_rows *row)
{
	struct explaining *const it = argument;
	const char *const zone = window_zone_name(it->ask.definition->zone);
	struct observation *told;
	size_t count;

	if (!observations_unpack(it->scratch, db_bytes(row, 0, 1), &told, &count)) {
		it->answer.unread++;
		count = 0;
	}
	for (size_t i = 0; i < count; i++)
		if (told[i].kind == OBSERVATION_BACKLOG &&
		    text_equal(told[i].words[WORD_ZONE], zone))
			recount_take(&it->recount, db_text(row, 0, 0), &told[i]);
	arena_reset(it->scratch);
}

static enum status take_midnights(struct explaining *it)
{
	return db_each(it->db, &sql_subject_told, take_told, it, DB_TIME(recount_from(&it->ask)),
	               DB_TIME(it->ask.window.end));
}

static bool counts_kind(const struct definition *definition, int kind)
{
	for (size_t i = 0; i < definition->part_count; i++)
		if ((int)definition->parts[i].kind == kind)
			return true;
	return false;
}

static enum status take_all(struct explaining *it)
{
	for (int kind = 0; kind < OBSERVATION_KINDS; kind++) {
		AUTO_ROWS rows = NULL;

		if (!counts_kind(it->ask.definition, kind))
			continue;
		if (vocabulary_kinds[kind].kept == KEPT_SUBJECT) {
			TRY(take_midnights(it));
			continue;
		}
		TRY(db_query(it->db, &sql_observation_look, &rows,
		             DB_TEXT(vocabulary_kinds[kind].name), DB_TIME(recount_from(&it->ask)),
		             DB_TIME(it->ask.window.end)));
		for (size_t row = 0; row < db_rows_count(rows); row++)
			take_row(it, (enum observation_kind)kind, rows, row);
	}
	return STATUS_OK;
}

/* Saying. */

/* What was said, and what nothing was said of. */
static enum status take_figures(struct explaining *it)
{
	const struct recount_ask *const ask = &it->ask;
	const char *const series = cell_series(it->arena, ask->definition, ask->dimension);
	AUTO_ROWS rows = NULL;

	TRY(db_query(it->db, &sql_kpi_cell_said, &rows, DB_TEXT(series),
	             DB_TEXT(window_kind_names[ask->window.kind]), DB_TIME(ask->window.start),
	             DB_TEXT(ask->value)));
	for (size_t row = 0; row < db_rows_count(rows); row++)
		answer_add(&it->answer, db_text(rows, row, 0), db_text(rows, row, 1),
		           db_text(rows, row, 2), db_int(rows, row, 3) != 0);
	for (const struct recount_sum *sum = it->recount.sums; sum != NULL; sum = sum->next) {
		bool said = false;

		for (size_t row = 0; row < db_rows_count(rows); row++)
			said |= text_equal(db_text(rows, row, 0), sum->currency);
		if (!said)
			answer_add(&it->answer, sum->currency, "never", "", false);
	}
	return STATUS_OK;
}

static int say_all(struct explaining *it)
{
	struct buffer out = { 0 };

	if (take_figures(it) != STATUS_OK)
		return fail(EXIT_AWAY, "%s", db_reason(it->db));
	if (it->json)
		answer_json(&it->answer, &out);
	else
		answer_text(&it->answer, &out);
	(void)fwrite(out.data, 1, out.size, stdout);
	buffer_finish(&out);
	if (it->answer.unread > 0 || it->recount.overflowed)
		return fail(EXIT_DIFFERS, "%zu rows cannot be read%s", it->answer.unread,
		            it->recount.overflowed ? ", a sum is too large" : "");
	return answer_is_same(&it->answer) ? EXIT_SAME : EXIT_DIFFERS;
}

static int explain(struct explaining *it, const char *metric, const char *label, const char *cut)
{
	const char *refused;

	if (!choose(it, metric, label))
		return fail(EXIT_USAGE, "%s has no window %s", metric, label);
	if (cut != NULL && !read_cut(it, cut))
		return fail(EXIT_USAGE, "%s: %s is not cut by that", cut, it->ask.definition->key);
	if (!definition_has_window(it->ask.definition, it->ask.dimension, it->ask.window.kind))
		return fail(
		    EXIT_USAGE, "%s: %s is cut by that from the %s on", cut,
		    it->ask.definition->key,
		    window_kind_names[definition_finest(it->ask.definition, it->ask.dimension)]);
	refused = recount_refused(it->arena, it->ask.definition);
	if (refused != NULL)
		return fail(EXIT_DIFFERS, "%s cannot be counted again: %s", it->ask.definition->key,
		            refused);
	recount_init(&it->recount, it->arena, &it->ask);
	answer_init(&it->answer, it->arena, &it->recount);
	if (db_connect(it->db) != STATUS_OK ||
	    db_prepare(it->db, &sql_observation_look) != STATUS_OK ||
	    db_prepare(it->db, &sql_subject_told) != STATUS_OK ||
	    db_prepare(it->db, &sql_kpi_cell_said) != STATUS_OK || take_all(it) != STATUS_OK)
		return fail(EXIT_AWAY, "%s", db_reason(it->db));
	return say_all(it);
}

int explain_number(const struct service_given *given, int argc, char **argv)
{
	const struct service_config *const config = given->config;
	const struct db_settings settings = { .uri = config->database_url,
		                              .name = "kpi-aggregator",
		                              .schema = "kpi" };
	struct explaining it = { .ask = { .dimension = -1, .value = "" } };
	int status;

	it.json = text_equal(argv[argc - 1], "--json");
	argc -= it.json;
	if (argc < 3 || argc > 4)
		return fail(EXIT_USAGE, "METRIC WINDOW [D=V] [--json]");
	it.arena = arena_create(ARENA_BLOCK);
	it.scratch = arena_create(ARENA_BLOCK);
	it.ask.book = book_of(given->documents);
	it.db = db_create(&settings);
	status = explain(&it, argv[1], argv[2], argc == 4 ? argv[3] : NULL);
	db_destroy(it.db);
	arena_destroy(it.scratch);
	arena_destroy(it.arena);
	return status;
}
