#include "services/chargeback/render/render.h"

#include "common/base/text.h"
#include "common/io/pdf_join.h"
#include "services/chargeback/render/measure.h"

/*
 * The pages are known before, but for a line that a shorter number breaks elsewhere; the bytes only afterwards. What
 * was too much is taken on top, and the packet solved again: each time it holds less, so the second is enough as a rule.
 */
#define TRIES_MAX 4

struct rendering {
	const struct render_with *with;
	struct arena *arena;
	const struct packet_limits *limits;
	struct packet prepared;
	struct upload_shelf shelf;
	struct packet_rendered rendered;
	struct render_packet packet;
};

static enum status write_lines(const struct render_with *with, const struct packet_dispute *dispute,
                               const struct packet_lines *lines, struct pdf_file *file)
{
	const struct pdf_document document = {
		.setting = measure_setting(with->limits, dispute, with->arena),
		.title = lines->lines[0].text,
		.created = with->created,
		.blocks = measure_blocks(with->arena, lines),
		.count = lines->count,
	};

	return pdf_write(with->fonts, with->arena, &document, file);
}

/* The field's items, and its uploads among them. */
static size_t gather(const struct rendering *it, const char *field, struct render_file *file,
                     bool *words)
{
	const struct packet *const packet = &it->packet.solution.packet;
	const struct packet_item **const uploads =
	    arena_alloc(it->arena, (packet->count + 1) * sizeof(struct packet_item *));
	size_t items = 0;

	*file = (struct render_file){ .field = field, .uploads = uploads };
	*words = false;
	for (size_t i = 0; i < packet->count; i++) {
		const struct packet_item *const item = &packet->items[i];

		if (!text_equal(item->field, field))
			continue;
		items++;
		*words = *words || !measure_alone(item);
		if (item->file.digest != NULL)
			uploads[file->upload_count++] = item;
	}
	return items;
}

/* A single upload and no words. */
static void send_as_it_is(const struct rendering *it, struct render_file *file)
{
	file->content = upload_content(&it->shelf, file->uploads[0]);
	file->media_type = file->uploads[0]->file.media_type;
	file->pages = file->uploads[0]->file.pages;
}

/* What we make comes first, then the uploads. */
static enum status join_uploads(const struct rendering *it, struct render_file *file,
                                const char **reason)
{
	const size_t count = 1 + file->upload_count;
	struct bytes *const pdfs = arena_alloc(it->arena, count * sizeof(*pdfs));
	const enum pdf_paper paper =
	    measure_setting(it->limits, &it->prepared.dispute, it->arena).paper;
	size_t which;

	*reason = "a field has too many uploads";
	if (count > PDF_JOIN_MAX)
		return STATUS_REJECT;
	pdfs[0] = file->content;
	for (size_t i = 0; i < file->upload_count; i++) {
		const struct packet_item *const item = file->uploads[i];

		file->pages += item->file.pages;
		const struct pdf_picture upload = { item->file.media_type,
			                            upload_content(&it->shelf, item), paper,
			                            it->with->created };

		TRY(upload_pdf(it->arena, &upload, &pdfs[i + 1], reason));
	}
	if (count == 1 ||
	    pdf_join(it->arena, pdfs, count, &file->content, &which, reason) == STATUS_OK)
		return STATUS_OK;
	*reason =
	    arena_printf(it->arena, "%s: %s %s", file->field,
	                 which > 0 ? file->uploads[which - 1]->id : "the joined file", *reason);
	return STATUS_REJECT;
}

static enum status make_file(struct rendering *it, struct render_file *file, const char **reason)
{
	const struct packet *const packet = &it->packet.solution.packet;
	const struct packet_lines lines =
	    packet_field_file(it->arena, it->limits, packet, file->field);
	struct pdf_file pdf;

	*reason = "the library refused to write a PDF";
	TRY(write_lines(it->with, &packet->dispute, &lines, &pdf));
	file->media_type = "application/pdf";
	file->content = pdf.content;
	file->made_pages = pdf.pages;
	file->pages = pdf.pages;
	it->packet.unshown += pdf.unshown;
	return join_uploads(it, file, reason);
}

static enum status make_files(struct rendering *it, const char **reason)
{
	struct render_file *const files =
	    arena_alloc(it->arena, it->limits->field_count * sizeof(*files));
	bool words;

	it->packet.unshown = 0;
	it->packet.file_count = 0;
	it->packet.files = files;
	for (size_t i = 0; i < it->limits->field_count; i++) {
		const struct packet_field *const field = &it->limits->fields[i];
		struct render_file *const file = &files[it->packet.file_count];

		if (field->kind != PACKET_FILE)
			continue;
		const size_t items = gather(it, field->name, file, &words);

		if (items == 0)
			continue;
		it->packet.file_count++;
		if (items > 1 || words)
			TRY(make_file(it, file, reason));
		else
			send_as_it_is(it, file);
	}
	return STATUS_OK;
}

/* The sums of what is there now; false: they are above a limit, and what to take on top is set. */
static bool settle(struct rendering *it)
{
	struct packet_solution *const solution = &it->packet.solution;
	const int32_t most = packet_pages_most(it->limits, it->prepared.dispute.network);
	int64_t uploaded = 0;
	int64_t bytes = 0;
	int32_t pages = 0;

	for (size_t i = 0; i < it->packet.file_count; i++) {
		const struct render_file *const file = &it->packet.files[i];

		bytes += (int64_t)file->content.size;
		pages += file->pages;
		for (size_t k = 0; k < file->upload_count; k++)
			uploaded += file->uploads[k]->file.bytes;
	}
	solution->bytes = bytes;
	solution->pages = pages;
	if (bytes > it->limits->bytes && bytes - uploaded > it->rendered.more_bytes)
		it->rendered.more_bytes = bytes - uploaded;
	if (pages > most)
		it->rendered.more_pages += pages - most;
	return bytes <= it->limits->bytes && pages <= most;
}

static enum status try_once(struct rendering *it, bool *fits, const char **reason)
{
	struct packet_refusal refusal;

	if (!packet_solve(it->arena, it->limits, &it->prepared, &it->rendered, &it->packet.solution,
	                  &refusal)) {
		*reason = packet_refusal_text(it->arena, &refusal);
		return STATUS_REJECT;
	}
	TRY(make_files(it, reason));
	*fits = settle(it);
	*reason = "what is made of the packet is above a limit again and again";
	return STATUS_OK;
}

static void read_out(struct rendering *it)
{
	const struct packet_lines lines =
	    packet_review(it->arena, it->limits, &it->packet.solution);

	it->packet.text = packet_text(it->arena, &lines);
	packet_digest(it->packet.text, it->packet.digest);
}

/* Solved, made and summed up, until it fits. */
static enum status settle_down(struct rendering *it, const char **reason)
{
	bool fits = false;

	for (int i = 0; i < TRIES_MAX && !fits; i++)
		TRY(try_once(it, &fits, reason));
	return fits ? STATUS_OK : STATUS_REJECT;
}

enum status render_packet(const struct render_with *with, const struct packet *candidates,
                          const struct upload_store *store, struct render_packet *packet,
                          const char **reason)
{
	struct arena *const arena = with->arena;
	const struct packet prepared = packet_prepare(arena, with->limits, candidates);
	struct bytes *const contents = arena_alloc(arena, (prepared.count + 1) * sizeof(*contents));
	struct rendering it = {
		.with = with,
		.arena = arena,
		.limits = with->limits,
		.prepared = upload_look(arena, store, &prepared, contents),
		.shelf = { &prepared, contents },
	};

	it.rendered.pages = measure_pages;
	it.rendered.context = measure_make(with->fonts, arena, with->limits, &it.prepared);
	TRY(settle_down(&it, reason));
	read_out(&it);
	*packet = it.packet;
	return STATUS_OK;
}

enum status render_review(const struct render_with *with, const struct packet_solution *solution,
                          struct pdf_file *file)
{
	const struct packet_lines lines = packet_review(with->arena, with->limits, solution);

	return write_lines(with, &solution->packet.dispute, &lines, file);
}
