#include "services/opsmesh/chart_number.h"

#include "common/base/text.h"
#include "common/io/file.h"

#define DOCUMENT_BYTES_MAX (1024UL * 1024)
#define NAME_MAX_BYTES 64
#define VERSIONS_MAX 32 /* of the chart, side by side */

static bool read_account(struct arena *arena, const struct json_place *item,
                         struct chart_numbers *chart, struct json_error *error)
{
	const char *account;
	const char *number;

	if (!json_text_at(item, "account", NAME_MAX_BYTES, &account, error) ||
	    !json_text_at(item, "number", NAME_MAX_BYTES, &number, error))
		return false;
	if (chart_number(chart, account) != NULL)
		return json_refuse(item, "account", error, "stands there twice");
	chart->rows[chart->count].account = arena_string(arena, account);
	chart->rows[chart->count++].number = arena_string(arena, number);
	return true;
}

static bool version_parse(struct bytes text, int64_t *version, struct json_error *error)
{
	AUTO_JSON document = NULL;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &document, error))
		return false;
	const struct json_place top = json_top(document);

	return json_integer_at(&top, "version", 1, INT32_MAX, version, error);
}

bool chart_numbers_parse(struct arena *arena, struct bytes text, struct chart_numbers *chart,
                         struct json_error *error)
{
	AUTO_JSON document = NULL;
	struct json_place top;
	struct json_place accounts;

	chart->count = 0;
	if (!json_parse(text, DOCUMENT_BYTES_MAX, &document, error))
		return false;
	top = json_top(document);
	if (!json_array_at(&top, "accounts", CHART_ACCOUNTS_MAX, &accounts, error))
		return false;
	for (size_t i = 0; i < json_count(&accounts); i++) {
		const struct json_place item = json_item(&accounts, i);

		if (!read_account(arena, &item, chart, error))
			return false;
	}
	return true;
}

/* What the file says, where it is of a later version than what was read before. */
static bool read_file(struct arena *arena, const char *path, int64_t *version,
                      struct chart_numbers *chart, const char **wrong)
{
	char reason[JSON_ERROR_SIZE];
	struct chart_numbers read;
	struct json_error error;
	struct bytes text;
	int64_t own;

	if (!file_read(arena, path, DOCUMENT_BYTES_MAX, &text)) {
		*wrong = arena_printf(arena, "%s cannot be read", path);
		return false;
	}
	if (!version_parse(text, &own, &error) ||
	    !chart_numbers_parse(arena, text, &read, &error)) {
		*wrong = arena_printf(arena, "%s: %s", path, json_error_text(&error, reason));
		return false;
	}
	if (own > *version) {
		*version = own;
		*chart = read;
	}
	return true;
}

bool chart_numbers_read(struct arena *arena, const char *folder, struct chart_numbers *chart,
                        const char **wrong)
{
	const char *const place = arena_printf(arena, "%s/chart/", folder);
	const char *paths[VERSIONS_MAX];
	int64_t version = 0;
	size_t count = 0;

	if (!file_list(arena, place, ".json", VERSIONS_MAX, paths, &count) || count == 0) {
		*wrong = arena_printf(arena, "%s cannot be read", place);
		return false;
	}
	for (size_t i = 0; i < count; i++)
		if (!read_file(arena, paths[i], &version, chart, wrong))
			return false;
	return true;
}

const char *chart_number(const struct chart_numbers *chart, const char *account)
{
	for (size_t i = 0; i < chart->count; i++)
		if (text_equal(chart->rows[i].account, account))
			return chart->rows[i].number;
	return NULL;
}
