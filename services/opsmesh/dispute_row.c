#include "services/opsmesh/dispute_row.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "gen/opsmesh_sql.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX "case/"
#define ROW_BLOCK (16UL * 1024)

/* Reading. */

struct dispute_ask dispute_named(struct arena *arena, const char *id)
{
	const char *const home = text_starts(id, PREFIX) ? id + sizeof(PREFIX) - 1 : NULL;
	const char *const slash = home == NULL ? NULL : strrchr(home, '/');

	if (slash == NULL || slash == home || slash[1] == '\0')
		return (struct dispute_ask){ .home = "", .dispute_id = id };
	return (struct dispute_ask){ .home = arena_text(arena, home, (size_t)(slash - home)),
		                     .dispute_id = slash + 1 };
}

static const Opsmesh__V1__CaseKept *read_kept(struct arena *arena, struct bytes bytes)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (!proto_unpack(arena, &opsmesh__v1__case_kept__descriptor, bytes, &message, reason))
		return NULL;

	const void *const kept = message;

	return kept;
}

static void read_row(struct arena *arena, const struct db_rows *rows, size_t at,
                     struct dispute_row *row)
{
	*row = (struct dispute_row){
		.home = arena_string(arena, db_text(rows, at, 0)),
		.dispute_id = arena_string(arena, db_text(rows, at, 1)),
		.stage = arena_string(arena, db_text(rows, at, 2)),
		.state = arena_string(arena, db_text(rows, at, 3)),
		.status = arena_string(arena, db_text(rows, at, 4)),
		.payment_id = arena_string(arena, db_text(rows, at, 5)),
		.customer_id = arena_string(arena, db_text(rows, at, 6)),
		.reason = arena_string(arena, db_text(rows, at, 7)),
		.network = arena_string(arena, db_text(rows, at, 8)),
		.code = arena_string(arena, db_text(rows, at, 9)),
		.amount = { .minor = db_int(rows, at, 10) },
		.created_at = db_time(rows, at, 12),
		.opened_at = db_time(rows, at, 13),
		.due_by = db_time(rows, at, 14),
		.deadline = db_time(rows, at, 15),
		.owner = arena_string(arena, db_text(rows, at, 16)),
		.queue = arena_string(arena, db_text(rows, at, 17)),
		.response = arena_string(arena, db_text(rows, at, 18)),
		.decision = arena_string(arena, db_text(rows, at, 19)),
		.kept = read_kept(arena, arena_bytes(arena, db_bytes(rows, at, 20))),
		.lacks = db_int(rows, at, 21),
		.open = db_int(rows, at, 22) != 0,
		.now = db_time(rows, at, 23),
	};
	row->has_amount = money_currency(db_text(rows, at, 11), row->amount.currency);
	row->case_id = arena_printf(arena, PREFIX "%s/%s", row->home, row->dispute_id);
}

enum status dispute_reach_read(struct mesh_store *store, size_t place, struct reach *reach)
{
	struct reach_shard *shards;
	size_t count;
	AUTO_ROWS rows = NULL;

	TRY(mesh_store_all(store, place, &sql_case_shard_look, &rows));
	count = db_rows_count(rows);
	shards = arena_alloc(store->arena, (count + 1) * sizeof(*shards));
	for (size_t i = 0; i < count; i++)
		shards[i] = (struct reach_shard){ "case", db_int(rows, i, 1), db_time(rows, i, 2) };
	*reach = reach_make(shards, count, TIME_MIN);
	return STATUS_OK;
}

enum status dispute_rows_begin(struct mesh_store *store, struct dispute_rows *rows)
{
	size_t place;

	*rows = (struct dispute_rows){ .count = 0 };
	if (!mesh_store_find(store, "chargeback", &place))
		return STATUS_OK;
	TRY(mesh_store_has(store, place, "dispute_case", &rows->has_cases));
	return rows->has_cases ? dispute_reach_read(store, place, &rows->reach) : STATUS_OK;
}

struct telling {
	struct arena *arena; /* of one row */
	void (*see)(void *context, const struct dispute_row *row);
	void *context;
	size_t count;
};

static void tell_row(void *argument, const struct db_rows *rows)
{
	struct telling *const telling = argument;
	struct dispute_row row;

	read_row(telling->arena, rows, 0, &row);
	telling->see(telling->context, &row);
	telling->count++;
	arena_reset(telling->arena);
}

enum status dispute_rows_each(struct mesh_store *store, const struct dispute_ask *ask,
                              void (*see)(void *context, const struct dispute_row *row),
                              void *context, struct dispute_rows *rows)
{
	struct telling telling = { .see = see, .context = context };
	size_t place;

	if (!rows->has_cases || !mesh_store_find(store, "chargeback", &place))
		return STATUS_OK;
	telling.arena = arena_create(ROW_BLOCK);
	const enum status status =
	    mesh_store_tell(store, place, &sql_case_look, tell_row, &telling, DB_TEXT(ask->home),
	                    DB_TEXT(ask->dispute_id), DB_INT(ask->open));

	arena_destroy(telling.arena);
	rows->count = telling.count;
	return status;
}

enum status dispute_rows_read(struct mesh_store *store, const struct dispute_ask *ask,
                              struct dispute_rows *rows)
{
	size_t place;
	AUTO_ROWS found = NULL;

	TRY(dispute_rows_begin(store, rows));
	if (!rows->has_cases || !mesh_store_find(store, "chargeback", &place))
		return STATUS_OK;
	TRY(mesh_store_query(store, place, &sql_case_look, &found, DB_TEXT(ask->home),
	                     DB_TEXT(ask->dispute_id), DB_INT(ask->open)));
	rows->count = db_rows_count(found);
	rows->list = arena_alloc(store->arena, (rows->count + 1) * sizeof(*rows->list));
	for (size_t i = 0; i < rows->count; i++)
		read_row(store->arena, found, i, &rows->list[i]);
	dispute_rows_sort(rows);
	return STATUS_OK;
}

/* Order. */

static int by_time(struct instant one, struct instant other)
{
	return (one.us > other.us) - (one.us < other.us);
}

static int compare(const void *a, const void *b)
{
	const struct dispute_row *const one = a;
	const struct dispute_row *const other = b;
	int order = (one->deadline.us == TIME_MIN.us) - (other->deadline.us == TIME_MIN.us);

	if (order == 0)
		order = by_time(one->deadline, other->deadline);
	if (order == 0)
		order = by_time(one->opened_at, other->opened_at);
	return order != 0 ? order : strcmp(one->case_id, other->case_id);
}

void dispute_rows_sort(struct dispute_rows *rows)
{
	if (rows->count > 0)
		qsort(rows->list, rows->count, sizeof(*rows->list), compare);
}

/* Words. */

const char *dispute_why_none(const struct dispute_row *row)
{
	if (row->deadline.us != TIME_MIN.us)
		return "";
	if (!row->open)
		return "it is over";
	if (text_equal(row->stage, "warning"))
		return "a warning takes no answer";
	if (text_equal(row->state, "under_review") ||
	    text_equal(row->state, "inquiry_under_review"))
		return "answered, the bank decides";
	if (row->kept != NULL && row->kept->unanswerable)
		return "no answer is possible: the provider takes none";
	return "the provider has told no due_by";
}

const char *dispute_unrendered(struct arena *arena, const Opsmesh__V1__CaseKept *kept)
{
	return *kept->print_failed == '\0'
	           ? "not rendered as a PDF yet"
	           : arena_printf(arena, "not rendered as a PDF: %s; putting it up tries again",
	                          kept->print_failed);
}

const char *dispute_reason(struct arena *arena, const struct dispute_row *row)
{
	const char *const apart = row->network[0] == '\0' || row->code[0] == '\0' ? "" : " ";

	if (row->network[0] == '\0' && row->code[0] == '\0')
		return row->reason;
	return arena_printf(arena, "%s (%s%s%s)", row->reason[0] == '\0' ? "?" : row->reason,
	                    row->network, apart, row->code);
}

const char *dispute_amount(struct arena *arena, const struct dispute_row *row)
{
	return row->has_amount ? money_format(arena, row->amount) : "?";
}

const char *dispute_lacks(struct arena *arena, const struct dispute_row *row)
{
	static const struct {
		enum dispute_lack lack;
		const char *word;
	} words[] = { { DISPUTE_LACKS_OWNER, "owner" },
		      { DISPUTE_LACKS_DEADLINE, "deadline" },
		      { DISPUTE_LACKS_EVIDENCE, "evidence" } };
	const char *text = "";

	for (size_t i = 0; i < COUNT_OF(words); i++)
		if ((row->lacks & words[i].lack) != 0)
			text = arena_printf(arena, "%s%s%s", text, text[0] == '\0' ? "" : ", ",
			                    words[i].word);
	return text;
}

const char *dispute_owner(struct arena *arena, const struct dispute_row *row)
{
	if (row->owner[0] != '\0')
		return row->owner;
	return row->queue[0] == '\0' ? "" : arena_printf(arena, "queue %s", row->queue);
}
