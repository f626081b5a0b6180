/*
 * list renewals, signals, accounts - what is to be renewed and what speaks for it and against it, for whoever looks after accounts.
 *
 * Everything is counted from when a figure was said last, which is mesh time.
 */
#include "services/opsmesh/list_account.h"

#include "common/base/text.h"
#include "services/opsmesh/account_print.h"
#include "services/opsmesh/kpi_metric.h"

#include <stdio.h>

#define WITHIN_USUAL DAYS(90)
#define WITHIN_MAX \
	DAYS(36500) /* further than what is paid by now reaches, and no overflow of the server's */

enum form { FORM_TABLE, FORM_CSV, FORM_JSON, FORMS };

static bool read_form(const struct tool *tool, enum form *form)
{
	static const char *const names[FORMS] = { "table", "csv", "json" };
	const char *const text = tool_option(tool, "--format");

	*form = tool_option(tool, "--json") != NULL ? FORM_JSON : FORM_TABLE;
	for (int i = 0; text != NULL && i < FORMS; i++) {
		if (!text_equal(names[i], text))
			continue;
		*form = (enum form)i;
		return true;
	}
	return text == NULL;
}

/* An empty one is a variable that a script forgot to set: it would name everybody. */
static bool read_name(const struct tool *tool, const char *option, const char **name)
{
	const char *const text = tool_option(tool, option);

	if (text != NULL)
		*name = text;
	return text == NULL || text[0] != '\0';
}

static void show(const struct tool *tool, const struct account_rows *rows, enum form form)
{
	static void (*const shows[FORMS])(struct arena * arena, const struct account_rows *rows,
	                                  struct buffer *out) = {
		[FORM_TABLE] = account_print_table,
		[FORM_CSV] = account_print_csv,
		[FORM_JSON] = account_print_json,
	};
	struct buffer out = { 0 };

	shows[form](tool->arena, rows, &out);
	fwrite(out.data, 1, out.size, stdout);
	buffer_finish(&out);
}

static int look(struct tool *tool, const struct account_listing *listing,
                const struct account_ask *ask, enum form form)
{
	struct mesh_store *const store = arena_zero(tool->arena, sizeof(*store));
	struct account_rows rows;
	int answer = ANSWER_YES;

	mesh_store_open_one(store, tool->arena, tool->settings.database_url, KPI_SCHEMA);
	if (account_rows_look(store, 0, listing, ask, &rows) != STATUS_OK)
		answer = tool_fail(tool, ANSWER_AWAY, "%s", store->reason);
	else
		show(tool, &rows, form);
	mesh_store_close(store);
	return answer;
}

int list_accounts(struct tool *tool, const struct account_listing *listing)
{
	struct account_ask ask = { .within = WITHIN_USUAL, .account = "", .owner = "" };
	enum form form;

	if (!read_form(tool, &form))
		return tool_fail(tool, ANSWER_USAGE, "--format: one of table, csv, json");
	if (!read_name(tool, "--account", &ask.account))
		return tool_wrong(tool, "--account");
	if (!read_name(tool, "--owner", &ask.owner))
		return tool_wrong(tool, "--owner");
	if (!tool_span(tool, "--within", &ask.within) || ask.within.us > WITHIN_MAX.us)
		return tool_wrong(tool, "--within");
	return look(tool, listing, &ask, form);
}
