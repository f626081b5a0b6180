#include "services/opsmesh/account_list.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "gen/opsmesh_sql.h"

#define TEXTS_MAX_BYTES (1U << 20)

/* Whom it goes to stands for people in one column: the owner, or else the teams. */
static const struct account_column renewal_columns[] = {
	{ "due", "DUE", ACCOUNT_TIME },
	{ "left_us", "", ACCOUNT_LEFT },
	{ "account_id", "ACCOUNT", ACCOUNT_TEXT },
	{ "product_id", "PRODUCT", ACCOUNT_TEXT },
	{ "status", "STATUS", ACCOUNT_TEXT },
	{ "seats", "SEATS", ACCOUNT_NUMBER },
	{ "seats_in_use", "IN USE", ACCOUNT_NUMBER },
	{ "routed_to", "OWNER", ACCOUNT_TEXT },
	{ "owner", NULL, ACCOUNT_TEXT },
	{ "teams", NULL, ACCOUNT_TEXTS },
	{ "risks", "AGAINST IT", ACCOUNT_TEXTS },
	{ "expansions", "FOR IT", ACCOUNT_TEXTS },
	{ "since", NULL, ACCOUNT_TIME },
	{ .name = NULL },
};

static const struct account_column signal_columns[] = {
	{ "at", "AT", ACCOUNT_TIME },
	{ "account_id", "ACCOUNT", ACCOUNT_TEXT },
	{ "speaks_of", "SPEAKS OF", ACCOUNT_TEXT },
	{ "routed_to", "OWNER", ACCOUNT_TEXT },
	{ "owner", NULL, ACCOUNT_TEXT },
	{ "team", NULL, ACCOUNT_TEXT },
	{ "sentence", "WHAT", ACCOUNT_TEXT },
	{ "subject", NULL, ACCOUNT_TEXT },
	{ .name = NULL },
};

static const struct account_column adoption_columns[] = {
	{ "account_id", "ACCOUNT", ACCOUNT_TEXT },
	{ "owner", "OWNER", ACCOUNT_TEXT },
	{ "seats", "SEATS", ACCOUNT_NUMBER },
	{ "seats_in_use", "IN USE", ACCOUNT_NUMBER },
	{ "usage_told", "USED IN 30 DAYS", ACCOUNT_TEXTS },
	{ "usage", NULL, ACCOUNT_JSON },
	{ "tickets_opened", "TICKETS", ACCOUNT_NUMBER },
	{ "tickets_open", "OPEN", ACCOUNT_NUMBER },
	{ "contented", "CONTENT", ACCOUNT_NUMBER },
	{ "discontented", "NOT", ACCOUNT_NUMBER },
	{ .name = NULL },
};

static const struct account_listing listings[] = {
	{ "renewals", "Nothing is to be renewed by then.", renewal_columns, &sql_renewal_look,
	  true },
	{ "signals", "Nothing happened that speaks for an account or against it.", signal_columns,
	  &sql_account_signal_look, true },
	{ "accounts", "No such account is known.", adoption_columns, &sql_account_adoption_look,
	  false },
};

const struct account_listing *account_listing_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(listings); i++)
		if (text_equal(listings[i].name, name))
			return &listings[i];
	return NULL;
}

size_t account_columns(const struct account_listing *listing)
{
	size_t count = 0;

	while (listing->columns[count].name != NULL)
		count++;
	return count;
}

bool account_texts_read(struct arena *arena, const char *json, struct account_cell *cell)
{
	struct json_error error;
	const char **texts;
	AUTO_JSON list = NULL;

	if (!json_parse(bytes_of(json), TEXTS_MAX_BYTES, &list, &error) || !json_is_array(list))
		return false;
	texts = arena_alloc(arena, (json_array_size(list) + 1) * sizeof(*texts));
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *const text = json_string_value(json_array_get(list, i));

		if (text == NULL)
			return false;
		texts[i] = arena_string(arena, text);
	}
	cell->texts = texts;
	cell->count = json_array_size(list);
	return true;
}

static void read_cell(struct arena *arena, enum account_cell_kind kind, const struct db_rows *rows,
                      size_t row, int column, struct account_cell *cell)
{
	*cell = (struct account_cell){ .absent = db_is_null(rows, row, column), .text = "" };
	if (cell->absent)
		return;
	switch (kind) {
	case ACCOUNT_NUMBER:
	case ACCOUNT_LEFT: cell->number = db_int(rows, row, column); break;
	case ACCOUNT_TIME: cell->at = db_time(rows, row, column); break;
	case ACCOUNT_TEXTS:
		cell->absent = !account_texts_read(arena, db_text(rows, row, column), cell);
		break;
	case ACCOUNT_TEXT:
	case ACCOUNT_JSON:
	default: cell->text = arena_string(arena, db_text(rows, row, column)); break;
	}
}

static enum status ask_rows(struct mesh_store *store, size_t place, const struct account_ask *ask,
                            const struct account_listing *listing, struct db_rows **rows)
{
	if (!listing->has_span)
		return mesh_store_query(store, place, listing->statement, rows,
		                        DB_TEXT(ask->account), DB_TEXT(ask->owner));
	return mesh_store_query(store, place, listing->statement, rows, DB_INT(ask->within.us),
	                        DB_TEXT(ask->account), DB_TEXT(ask->owner));
}

static enum status read_as_of(struct mesh_store *store, size_t place, struct instant *as_of)
{
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_all(store, place, &sql_as_of_look, &rows));
	*as_of = db_rows_count(rows) == 0 ? TIME_MIN : db_time(rows, 0, 0);
	return STATUS_OK;
}

enum status account_rows_look(struct mesh_store *store, size_t place,
                              const struct account_listing *listing, const struct account_ask *ask,
                              struct account_rows *result)
{
	struct account_rows made = { .listing = listing, .columns = account_columns(listing) };
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_has(store, place, "account_adoption", &made.has_views));
	if (made.has_views) {
		TRY(read_as_of(store, place, &made.as_of));
		TRY(ask_rows(store, place, ask, listing, &rows));
		made.count = db_rows_count(rows);
	}
	made.list = arena_alloc(store->arena, (made.count * made.columns + 1) * sizeof(*made.list));
	for (size_t i = 0; i < made.count; i++)
		for (size_t k = 0; k < made.columns; k++)
			read_cell(store->arena, listing->columns[k].kind, rows, i, (int)k,
			          &made.list[i * made.columns + k]);
	*result = made;
	return STATUS_OK;
}
