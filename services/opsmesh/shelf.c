#include "services/opsmesh/shelf.h"

#include "common/base/text.h"
#include "gen/opsmesh_sql.h"

/* absent: no schema has it. */
static enum status read_document(struct shelf *shelf, const char *digest, struct bytes *body)
{
	*body = (struct bytes){ NULL, 0 };
	for (size_t i = 0; i < shelf->store->count && body->data == NULL; i++) {
		AUTO_ROWS rows = NULL;

		TRY(mesh_store_query(shelf->store, i, &sql_document_look, &rows, DB_TEXT(digest)));
		if (db_rows_count(rows) > 0)
			*body = arena_bytes(shelf->arena, db_bytes(rows, 0, 0));
	}
	return STATUS_OK;
}

static enum status fail(struct shelf *shelf, const Opsmesh__V1__DocumentVersion *version,
                        const char *what, const char **reason)
{
	*reason =
	    arena_printf(shelf->arena, "%s version %s: %s", version->id, version->version, what);
	return STATUS_REJECT;
}

static enum status read_holidays(struct shelf *shelf, const Opsmesh__V1__SlaClock *clock,
                                 struct holiday_list *lists, const char **reason)
{
	char text[JSON_ERROR_SIZE];
	struct json_error error;
	struct bytes body;

	for (size_t i = 0; i < clock->n_holidays; i++) {
		TRY(read_document(shelf, clock->holidays[i]->digest, &body));
		if (body.data == NULL)
			return fail(shelf, clock->holidays[i], "the document is not kept", reason);
		if (!holiday_list_parse(shelf->arena, body, &lists[i], &error))
			return fail(shelf, clock->holidays[i], json_error_text(&error, text),
			            reason);
	}
	return STATUS_OK;
}

static enum status read_calendar(struct shelf *shelf, const Opsmesh__V1__SlaClock *clock,
                                 struct calendar_document *document, const char **reason)
{
	struct holiday_list lists[HOLIDAY_LISTS_MAX];
	char text[JSON_ERROR_SIZE];
	struct json_error error;
	struct bytes body;

	if (clock->n_holidays > HOLIDAY_LISTS_MAX || shelf->count == SHELF_MAX)
		return fail(shelf, clock->calendar, "there are too many", reason);
	TRY(read_holidays(shelf, clock, lists, reason));
	TRY(read_document(shelf, clock->calendar->digest, &body));
	if (body.data == NULL)
		return fail(shelf, clock->calendar, "the document is not kept", reason);
	return calendar_document_parse(shelf->arena, body, lists, clock->n_holidays, document,
	                               &error)
	           ? STATUS_OK
	           : fail(shelf, clock->calendar, json_error_text(&error, text), reason);
}

static const char *digest_of(struct shelf *shelf, const Opsmesh__V1__SlaClock *clock)
{
	const char *digest = clock->calendar->digest;

	for (size_t i = 0; i < clock->n_holidays; i++)
		digest = arena_printf(shelf->arena, "%s %s", digest, clock->holidays[i]->digest);
	return digest;
}

enum status shelf_find(struct shelf *shelf, const Opsmesh__V1__SlaClock *clock,
                       const struct calendar_document **document, const char **reason)
{
	struct shelf_book *const book = &shelf->books[shelf->count];
	const char *digest;

	*document = NULL;
	if (clock->calendar == NULL || clock->calendar->id[0] == '\0')
		return STATUS_OK;
	digest = digest_of(shelf, clock);
	for (size_t i = 0; i < shelf->count; i++) {
		if (!text_equal(shelf->books[i].digest, digest))
			continue;
		*document = &shelf->books[i].document;
		return STATUS_OK;
	}
	TRY(read_calendar(shelf, clock, &book->document, reason));
	book->digest = arena_string(shelf->arena, digest);
	shelf->count++;
	*document = &book->document;
	return STATUS_OK;
}

void shelf_close(struct shelf *shelf)
{
	for (size_t i = 0; i < shelf->count; i++)
		calendar_document_finish(&shelf->books[i].document);
	shelf->count = 0;
}
