/*
 * dispute packet - the packet that stands for a dispute, as a reviewer reads it, and its PDF.
 *
 * A packet is shown as it was put together. Its digest is reckoned again from its text, and so is that of its PDF from its
 * bytes: what is not what its digest says is not shown.
 */
#include "services/opsmesh/dispute.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/json.h"
#include "common/io/proto.h"
#include "gen/opsmesh_sql.h"
#include "services/opsmesh/action.h"
#include "services/opsmesh/dispute_row.h"
#include "services/opsmesh/packet_seal.h"
#include "services/opsmesh/story.h"

#include <inttypes.h>
#include <stdio.h>

struct packet_view {
	struct tool *tool;
	struct mesh_store *store;
	size_t place; /* of chargeback's schema */
	const struct dispute_row *row;
	const char *digest;
	struct instant put_up_at; /* TIME_MIN: nobody put it up */
	const Opsmesh__V1__PacketKept *kept;
	const char *text;
	struct story story; /* for words, and what is revealed */
};

static int away(const struct packet_view *view)
{
	return tool_fail(view->tool, ANSWER_AWAY, "%s", view->store->reason);
}

static int no(const struct packet_view *view, const char *reason)
{
	return tool_fail(view->tool, ANSWER_NO, "%s: %s", view->row->case_id, reason);
}

static bool is_of(struct bytes bytes, const char *digest)
{
	uint8_t sum[DIGEST_SIZE];
	char text[2 * DIGEST_SIZE + 1];

	digest_sha256(bytes, sum);
	for (size_t i = 0; i < sizeof(sum); i++)
		snprintf(&text[2 * i], 3, "%02x", sum[i]);
	return text_equal(text, digest);
}

/* Finding. */

/* Of several cases of a dispute the one that goes on, which was opened last. */
static int find_case(struct packet_view *view)
{
	const char *const id = view->tool->words[1];
	const struct dispute_ask ask = dispute_named(view->tool->arena, id);
	struct dispute_rows rows;

	if (dispute_rows_read(view->store, &ask, &rows) != STATUS_OK)
		return away(view);
	for (size_t i = 0; i < rows.count; i++)
		if (view->row == NULL || time_before(view->row->opened_at, rows.list[i].opened_at))
			view->row = &rows.list[i];
	if (view->row != NULL && mesh_store_find(view->store, "chargeback", &view->place))
		return ANSWER_YES;
	return tool_fail(view->tool, ANSWER_NO, "there is no dispute %s%s", id,
	                 rows.has_cases ? "" : ": chargeback keeps no cases here yet");
}

static enum status has_table(struct packet_view *view, const char *table, bool *has)
{
	return mesh_store_has(view->store, view->place, table, has);
}

static bool read_kept(struct packet_view *view, struct bytes bytes)
{
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (!proto_unpack(view->tool->arena, &opsmesh__v1__packet_kept__descriptor,
	                  arena_bytes(view->tool->arena, bytes), &message, reason))
		return false;

	const void *const kept = message;

	view->kept = kept;
	view->text = view->kept->text != NULL && view->kept->text->content_case ==
	                                             OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT
	                 ? view->kept->text->text
	                 : NULL;
	return view->text != NULL;
}

static int load_packet(struct packet_view *view)
{
	AUTO_ROWS rows = NULL;

	if (mesh_store_query(view->store, view->place, &sql_packet_look, &rows,
	                     DB_TEXT(view->row->home), DB_TEXT(view->row->dispute_id),
	                     DB_TEXT(view->digest)) != STATUS_OK)
		return away(view);
	if (db_rows_count(rows) == 0)
		return no(view, "the packet that stands is not kept");
	view->put_up_at = db_time(rows, 0, 0);
	if (!read_kept(view, db_bytes(rows, 0, 1)))
		return no(view, "the packet that stands cannot be read");
	return is_of(bytes_of(view->text), view->digest)
	           ? ANSWER_YES
	           : no(view, "DIFFERS: the packet's text is not what its digest says");
}

static int find_packet(struct packet_view *view)
{
	bool has = false;

	if (has_table(view, "packet", &has) != STATUS_OK)
		return away(view);
	if (!has)
		return no(view, "chargeback keeps no packets here yet");
	if (view->row->kept == NULL)
		return no(view, "what chargeback keeps of the case cannot be read");
	view->digest = view->row->kept->packet;
	if (view->digest[0] == '\0')
		return no(view, "no packet stands; opsmesh explain dispute says why");
	return load_packet(view);
}

/* The PDF. */

static int write_file(struct packet_view *view, struct bytes bytes)
{
	const char *const path = tool_option(view->tool, "--pdf");
	FILE *const file = fopen(path, "wb");
	const bool written = file != NULL && fwrite(bytes.data, 1, bytes.size, file) == bytes.size;

	if (file == NULL || fclose(file) != 0 || !written)
		return tool_fail(view->tool, ANSWER_AWAY, "%s: cannot be written", path);
	return ANSWER_YES;
}

static int load_pdf(struct packet_view *view, const char *digest)
{
	AUTO_ROWS rows = NULL;

	if (mesh_store_query(view->store, view->place, &sql_blob_look, &rows, DB_TEXT(digest)) !=
	    STATUS_OK)
		return away(view);
	if (db_rows_count(rows) == 0)
		return no(view, "the bytes of its PDF are not kept");
	if (!is_of(db_bytes(rows, 0, 0), digest))
		return no(view, "DIFFERS: the bytes of its PDF are not what its digest says");
	return write_file(view, db_bytes(rows, 0, 0));
}

/* NULL: nothing of the packet is in the field. */
static const char *digest_of(const Opsmesh__V1__CaseKept *kept, const char *field)
{
	if (field == NULL)
		return kept->pdf;
	for (size_t i = 0; i < kept->n_files; i++)
		if (text_equal(kept->files[i]->field, field))
			return kept->files[i]->digest;
	return NULL;
}

static int write_pdf(struct packet_view *view)
{
	const char *const digest = digest_of(view->row->kept, tool_option(view->tool, "--field"));
	bool has = false;

	if (view->row->kept->pdf[0] == '\0')
		return no(view,
		          arena_printf(view->tool->arena, "its packet is %s",
		                       dispute_unrendered(view->tool->arena, view->row->kept)));
	if (digest == NULL)
		return no(view, "its packet has no file in this field");
	if (has_table(view, "blob", &has) != STATUS_OK)
		return away(view);
	return has ? load_pdf(view, digest) : no(view, "chargeback keeps no PDFs here yet");
}

/* Shown. */

static const char *shown_text(const struct packet_view *view)
{
	return view->story.revealed ? view->text : packet_seal(view->tool->arena, view->text);
}

/* How far its release has come. */
static const char *standing(const struct packet_view *view)
{
	const struct dispute_row *const row = view->row;
	struct arena *const arena = view->tool->arena;

	if (text_equal(row->response, "staged"))
		return arena_printf(arena, "put up by %s%s", row->kept->prepared_by,
		                    text_equal(row->kept->staged, view->digest)
		                        ? ""
		                        : ", as another packet");
	return text_equal(row->response, "none") ? "not put up" : row->response;
}

static void print(const struct packet_view *view)
{
	const Opsmesh__V1__CaseKept *const kept = view->row->kept;

	printf("packet %s of %s: %s; it has the digest that its text gives\n", view->digest,
	       view->row->case_id, standing(view));
	if (kept->pdf[0] == '\0')
		puts(dispute_unrendered(view->tool->arena, kept));
	else
		printf("PDF %s: %" PRId64 " bytes, %" PRId64 " pages\n", kept->pdf, kept->pdf_bytes,
		       kept->pdf_pages);
	for (size_t i = 0; i < kept->n_files; i++)
		printf("file of %s %s: %" PRId64 " bytes, %" PRId64 " pages\n",
		       kept->files[i]->field, kept->files[i]->digest, kept->files[i]->bytes,
		       kept->files[i]->pages);
	printf("\n%s", packet_on_screen(view->tool->arena, shown_text(view)));
}

static json_t *upload_json(const Opsmesh__V1__EvidenceFile *file)
{
	json_t *row;

	if (file == NULL)
		return json_null();
	row = json_object();
	json_object_set_new(row, "media_type", json_string(file->media_type));
	json_object_set_new(row, "bytes", json_integer(file->bytes));
	json_object_set_new(row, "pages", json_integer(file->pages));
	json_object_set_new(row, "digest", json_string(file->digest));
	return row;
}

static json_t *files_json(const Opsmesh__V1__CaseKept *kept)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < kept->n_files; i++) {
		const Opsmesh__V1__PrintedFile *const file = kept->files[i];
		json_t *const row = json_object();

		json_object_set_new(row, "field", json_string(file->field));
		json_object_set_new(row, "digest", json_string(file->digest));
		json_object_set_new(row, "bytes", json_integer(file->bytes));
		json_object_set_new(row, "pages", json_integer(file->pages));
		json_array_append_new(list, row);
	}
	return list;
}

static json_t *items_json(const struct packet_view *view)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < view->kept->n_items; i++) {
		const Opsmesh__V1__EvidenceItem *const item = view->kept->items[i];
		json_t *const row = json_object();

		json_object_set_new(row, "item_id", json_string(item->item_id));
		json_object_set_new(row, "kind", json_string(item->kind));
		json_object_set_new(row, "field", json_string(item->field));
		json_object_set_new(row, "title", json_string(item->title));
		json_object_set_new(row, "text",
		                    json_string(story_personal(&view->story, item->text)));
		json_object_set_new(row, "file", upload_json(item->file));
		json_array_append_new(list, row);
	}
	return list;
}

static void print_json(const struct packet_view *view)
{
	const Opsmesh__V1__CaseKept *const kept = view->row->kept;
	AUTO_JSON top = json_object();
	char at[TIME_TEXT_SIZE];

	json_object_set_new(top, "case_id", json_string(view->row->case_id));
	json_object_set_new(top, "digest", json_string(view->digest));
	json_object_set_new(top, "response", json_string(view->row->response));
	json_object_set_new(top, "staged_digest", json_string(kept->staged));
	json_object_set_new(top, "prepared_by", json_string(kept->prepared_by));
	json_object_set_new(top, "put_up_at",
	                    view->put_up_at.us == TIME_MIN.us
	                        ? json_null()
	                        : json_string(time_format(view->put_up_at, at)));
	json_object_set_new(top, "pdf_digest", json_string(kept->pdf));
	json_object_set_new(top, "pdf_bytes", json_integer(kept->pdf_bytes));
	json_object_set_new(top, "pdf_pages", json_integer(kept->pdf_pages));
	json_object_set_new(top, "print_failed", json_string(kept->print_failed));
	json_object_set_new(top, "files", files_json(kept));
	json_object_set_new(top, "items", items_json(view));
	json_object_set_new(top, "text", json_string(shown_text(view)));
	json_dumpf(top, stdout, JSON_COMPACT);
	putchar('\n');
}

static int show(struct packet_view *view)
{
	int answer = find_packet(view);

	if (answer == ANSWER_YES)
		answer =
		    action_reveal(view->tool, "case", view->row->case_id, &view->story.revealed);
	if (answer != ANSWER_YES)
		return answer;
	if (shown_text(view) == NULL)
		return no(view, "the packet is of a version that this build does not know");
	if (tool_option(view->tool, "--pdf") != NULL)
		answer = write_pdf(view);
	if (answer != ANSWER_YES)
		return answer;
	if (tool_option(view->tool, "--json") != NULL)
		print_json(view);
	else
		print(view);
	return answer;
}

int dispute_packet(struct tool *tool, struct mesh_store *store)
{
	struct packet_view view = { .tool = tool, .store = store, .put_up_at = TIME_MIN };
	int answer;

	view.story.arena = tool->arena;
	if (tool_option(tool, "--pdf") != NULL && tool_option(tool, "--reveal") == NULL)
		return tool_fail(tool, ANSWER_USAGE,
		                 "--pdf: a PDF shows personal text, it wants --reveal REASON");
	answer = find_case(&view);
	return answer == ANSWER_YES ? show(&view) : answer;
}
