/*
 * dispute forecast - what open cases put at stake, by stage and currency, and by when they must be answered.
 */
#include "services/opsmesh/dispute.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "services/opsmesh/forecast.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <stdio.h>

/* Reading. */

static void add_case(void *forecast, const struct dispute_row *row)
{
	forecast_add(forecast, row);
}

static enum status read_forecast(struct mesh_store *store, struct dispute_rows *rows,
                                 struct forecast *forecast)
{
	static const struct dispute_ask open = { .home = "", .dispute_id = "", .open = true };

	TRY(dispute_rows_begin(store, rows));
	forecast_init(forecast, store->arena, rows->has_cases ? rows->reach.at : TIME_MIN);
	TRY(dispute_rows_each(store, &open, add_case, forecast, rows));
	forecast_end(forecast);
	return STATUS_OK;
}

/* For people. */

static const char *sum_cell(struct arena *arena, const struct forecast_row *row, int64_t minor)
{
	struct money money = { .minor = minor };

	return row->known && money_currency(row->currency, money.currency)
	           ? money_format(arena, money)
	           : "?";
}

static void print_rows(struct arena *arena, const struct forecast *forecast)
{
	static const char *const titles[] = { "STAGE",         "CURRENCY",      "CASES", "AT STAKE",
		                              "EXPECTED BACK", "RECKONED FROM", NULL };
	struct table table;

	table_init(&table, arena, titles);
	for (size_t i = 0; i < forecast->count; i++) {
		const struct forecast_row *const row = &forecast->rows[i];

		table_add(&table, row->stage[0] == '\0' ? "-" : row->stage);
		table_add(&table, row->currency[0] == '\0' ? "?" : row->currency);
		table_addf(&table, "%" PRId64, row->count);
		table_add(&table, sum_cell(arena, row, row->at_stake));
		table_add(&table, row->reckoned == 0 ? "?" : sum_cell(arena, row, row->expected));
		table_addf(&table, "%" PRId64 " of %" PRId64, row->reckoned, row->count);
	}
	table_print(&table);
}

static void add_day(struct arena *arena, struct table *table, const char *name,
                    const struct forecast_day *day)
{
	const char *const text = day->beyond ? "?" : running_text(arena, &day->at_stake);

	table_add(table, name);
	table_addf(table, "%" PRId64, day->count);
	table_add(table, text[0] == '\0' ? "-" : text);
}

static void print_days(struct arena *arena, const struct forecast *forecast)
{
	static const char *const titles[] = { "DEADLINE", "CASES", "AT STAKE", NULL };
	struct table table;

	table_init(&table, arena, titles);
	add_day(arena, &table, "overdue", &forecast->overdue);
	for (size_t i = 0; i < FORECAST_DAYS && forecast->now.us != TIME_MIN.us; i++)
		add_day(arena, &table, forecast_date(arena, forecast, i), &forecast->days[i]);
	add_day(arena, &table, "later", &forecast->later);
	table_print(&table);
	printf("Without a deadline: %" PRId64 ".\n", forecast->without);
}

static void print(struct arena *arena, const struct dispute_rows *rows,
                  const struct forecast *forecast)
{
	if (!rows->has_cases) {
		puts("No disputes: chargeback keeps no cases here yet.");
		return;
	}
	if (rows->count == 0) {
		puts("No dispute is open.");
	} else {
		print_rows(arena, forecast);
		putchar('\n');
		print_days(arena, forecast);
	}
	puts(reach_sentence(arena, &rows->reach));
}

/* For programs. */

static json_t *row_json(const struct forecast_row *row)
{
	json_t *const json = json_object();

	json_object_set_new(json, "stage", json_string(row->stage));
	json_object_set_new(json, "currency",
	                    row->currency[0] == '\0' ? json_null() : json_string(row->currency));
	json_object_set_new(json, "count", json_integer(row->count));
	json_object_set_new(json, "at_stake_minor",
	                    row->known ? json_integer(row->at_stake) : json_null());
	json_object_set_new(json, "expected_minor",
	                    row->known && row->reckoned > 0 ? json_integer(row->expected)
	                                                    : json_null());
	json_object_set_new(json, "reckoned", json_integer(row->reckoned));
	return json;
}

static json_t *day_json(const char *name, const struct forecast_day *day)
{
	json_t *const json = json_object();
	json_t *const sums = json_array();

	for (size_t i = 0; i < day->at_stake.count && !day->beyond; i++) {
		json_t *const sum = json_object();

		json_object_set_new(sum, "currency", json_string(day->at_stake.sums[i].currency));
		json_object_set_new(sum, "minor", json_integer(day->at_stake.sums[i].minor));
		json_array_append_new(sums, sum);
	}
	json_object_set_new(json, "deadline", json_string(name));
	json_object_set_new(json, "count", json_integer(day->count));
	json_object_set_new(json, "at_stake", sums);
	return json;
}

static void print_json(struct arena *arena, const struct dispute_rows *rows,
                       const struct forecast *forecast)
{
	AUTO_JSON top = json_object();
	json_t *const stages = json_array();
	json_t *const days = json_array();

	for (size_t i = 0; i < forecast->count; i++)
		json_array_append_new(stages, row_json(&forecast->rows[i]));
	json_array_append_new(days, day_json("overdue", &forecast->overdue));
	for (size_t i = 0; i < FORECAST_DAYS && forecast->now.us != TIME_MIN.us; i++)
		json_array_append_new(days, day_json(forecast_date(arena, forecast, i),
		                                     &forecast->days[i]));
	json_array_append_new(days, day_json("later", &forecast->later));
	json_object_set_new(top, "true_for", json_string(reach_time(arena, &rows->reach)));
	json_object_set_new(top, "shards_behind", json_string(reach_behind(arena, &rows->reach)));
	json_object_set_new(top, "stages", stages);
	json_object_set_new(top, "deadlines", days);
	json_object_set_new(top, "without_deadline", json_integer(forecast->without));
	json_dumpf(top, stdout, JSON_COMPACT);
	putchar('\n');
}

int dispute_forecast(struct tool *tool, struct mesh_store *store)
{
	struct forecast *const forecast = arena_zero(tool->arena, sizeof(*forecast));
	struct dispute_rows rows;
	int answer = ANSWER_YES;

	if (read_forecast(store, &rows, forecast) != STATUS_OK)
		answer = tool_fail(tool, ANSWER_AWAY, "%s", store->reason);
	else if (tool_option(tool, "--json") != NULL)
		print_json(tool->arena, &rows, forecast);
	else
		print(tool->arena, &rows, forecast);
	return answer;
}
