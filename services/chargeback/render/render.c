#include "services/chargeback/render/render.h"

#include "common/base/text.h"
#include "services/chargeback/render/measure.h"

/*
 * The pages are known before, but for a line that a shorter number breaks elsewhere; the bytes only afterwards. What
 * was too much is taken on top, and the packet solved again: each time it holds less, so the second is enough as a rule.
 */
#define TRIES_MAX 4

struct rendering {
	struct pdf_fonts *fonts;
	struct arena *arena;
	const struct packet_limits *limits;
	struct packet prepared;
	struct instant created;
	struct packet_rendered rendered;
	struct render_packet packet;
	int64_t bytes; /* of what we made */
	int32_t pages;
};

static enum status write_lines(struct pdf_fonts *fonts, struct arena *arena,
                               const struct packet_limits *limits,
                               const struct packet_dispute *dispute,
                               const struct packet_lines *lines, struct instant created,
                               struct pdf_file *file)
{
	const struct pdf_document document = {
		.setting = measure_setting(limits, dispute, arena),
		.title = lines->lines[0].text,
		.created = created,
		.blocks = measure_blocks(arena, lines),
		.count = lines->count,
	};

	return pdf_write(fonts, arena, &document, file);
}

/* The field's items, and its uploads among them. */
static size_t gather(const struct rendering *it, const char *field, struct render_file *file,
                     bool *words)
{
	const struct packet *const packet = &it->packet.solution.packet;
	const struct packet_item **const uploads =
	    arena_alloc(it->arena, (packet->count + 1) * sizeof(*uploads));
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

static enum status make_file(struct rendering *it, const char *field, struct render_file *file)
{
	const struct packet *const packet = &it->packet.solution.packet;
	const struct packet_lines lines = packet_field_file(it->arena, it->limits, packet, field);
	struct pdf_file pdf;

	TRY(write_lines(it->fonts, it->arena, it->limits, &packet->dispute, &lines, it->created,
	                &pdf));
	file->made = pdf.content;
	file->made_pages = pdf.pages;
	it->pages += pdf.pages;
	it->bytes += (int64_t)pdf.content.size;
	it->packet.unshown += pdf.unshown;
	return STATUS_OK;
}

static enum status make_files(struct rendering *it)
{
	struct render_file *const files =
	    arena_alloc(it->arena, it->limits->field_count * sizeof(*files));
	bool words;

	it->pages = 0;
	it->bytes = 0;
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
			TRY(make_file(it, field->name, file));
	}
	return STATUS_OK;
}

/* The sums with what was made; false: they are above a limit, and what to take on top is set. */
static bool settle(struct rendering *it)
{
	struct packet_solution *const solution = &it->packet.solution;
	const int32_t most = packet_pages_most(it->limits, it->prepared.dispute.network);
	int64_t bytes = it->bytes;
	int32_t pages = it->pages;

	for (size_t i = 0; i < solution->packet.count; i++) {
		const struct packet_file *const file = &solution->packet.items[i].file;

		bytes += file->digest != NULL ? file->bytes : 0;
		pages += file->digest != NULL ? file->pages : 0;
	}
	solution->bytes = bytes;
	solution->pages = pages;
	if (bytes > it->limits->bytes && it->bytes > it->rendered.more_bytes)
		it->rendered.more_bytes = it->bytes;
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
	*reason = "the library refused to write a PDF";
	TRY(make_files(it));
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

enum status render_packet(struct pdf_fonts *fonts, struct arena *arena,
                          const struct packet_limits *limits, const struct packet *candidates,
                          struct instant created, struct render_packet *packet, const char **reason)
{
	struct rendering it = {
		.fonts = fonts,
		.arena = arena,
		.limits = limits,
		.prepared = packet_prepare(arena, limits, candidates),
		.created = created,
	};
	const char *said = NULL;
	bool fits = false;

	it.rendered.pages = measure_pages;
	it.rendered.context = measure_make(fonts, arena, limits, &it.prepared);
	for (int i = 0; i < TRIES_MAX && !fits; i++) {
		const enum status status = try_once(&it, &fits, &said);

		if (status == STATUS_OK)
			continue;
		*reason = said;
		return status;
	}
	if (!fits) {
		*reason = said;
		return STATUS_REJECT;
	}
	read_out(&it);
	*packet = it.packet;
	return STATUS_OK;
}

enum status render_review(struct pdf_fonts *fonts, struct arena *arena,
                          const struct packet_limits *limits,
                          const struct packet_solution *solution, struct instant created,
                          struct pdf_file *file)
{
	const struct packet_lines lines = packet_review(arena, limits, solution);

	return write_lines(fonts, arena, limits, &solution->packet.dispute, &lines, created, file);
}
