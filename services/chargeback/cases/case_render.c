/*
 * Rendering: a packet becomes PDFs as an effect, each kept by its content, so that what was approved is what is sent.
 *
 * The request is the packet as it was put together, so that the files are a function of it and of the fonts. A packet that turns out
 * not to fit, now that its pages are known, is refused: it is never made smaller than what people read.
 */
#include "services/chargeback/cases/case_render.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "services/chargeback/cases/case_upload.h"
#include "services/chargeback/render/render.h"

#include <stdio.h>

/* The fold. */

/* Without the canonical text, which says all once more: files are made of the items. */
static Opsmesh__V1__PrintRequest request_of(const struct casework *work,
                                            const Opsmesh__V1__PacketKept *kept, const char *digest)
{
	Opsmesh__V1__PrintRequest request = OPSMESH__V1__PRINT_REQUEST__INIT;

	request.home = text_mutable(work->row.home);
	request.digest = text_mutable(digest);
	request.packet = arena_copy(work->task->arena, kept, sizeof(*kept));
	request.packet->text = NULL;
	return request;
}

bool case_can_print(const struct casework *work, const Opsmesh__V1__PacketKept *kept,
                    const char *digest)
{
	const Opsmesh__V1__PrintRequest request = request_of(work, kept, digest);

	return effect_fits(&request.base);
}

/* Each time under another id: an effect has one answer for ever, and a packet that stands again needs its own. */
enum status case_print(struct casework *work, const Opsmesh__V1__PacketKept *kept,
                       const char *digest)
{
	const Opsmesh__V1__PrintRequest request = request_of(work, kept, digest);

	work->kept->print_failed = text_mutable("");
	return task_effect(work->task, CASE_EFFECT_RENDER,
	                   arena_printf(work->task->arena, "%s/%s/%lld", work->row.dispute_id,
	                                digest, (long long)++work->kept->prints),
	                   &request.base);
}

enum status case_print_again(struct casework *work)
{
	struct case_packet packet;
	bool is_kept;

	TRY(case_packet_again(work, work->kept->packet, &packet, &is_kept));
	return is_kept ? case_print(work, packet.kept, work->kept->packet) : STATUS_OK;
}

static Opsmesh__V1__PacketFile *file_of(struct arena *arena,
                                        const Opsmesh__V1__PrintedFile *printed)
{
	Opsmesh__V1__PacketFile *const file = arena_alloc(arena, sizeof(*file));

	opsmesh__v1__packet_file__init(file);
	file->field = printed->field;
	file->digest = printed->digest;
	file->bytes = printed->bytes;
	file->pages = printed->pages;
	file->media_type = printed->media_type;
	return file;
}

static enum status say_rendered(struct casework *work, const Opsmesh__V1__PacketPrinted *printed)
{
	struct arena *const arena = work->task->arena;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__PacketRendered rendered = OPSMESH__V1__PACKET_RENDERED__INIT;

	rendered.stage = case_stage_number(case_stage(work));
	rendered.digest = printed->digest;
	rendered.pdf_digest = printed->review->digest;
	rendered.bytes = printed->review->bytes;
	rendered.pages = printed->review->pages;
	rendered.unshown = printed->unshown;
	rendered.files = arena_alloc(arena, (printed->n_files + 1) * sizeof(void *));
	for (size_t i = 0; i < printed->n_files; i++)
		rendered.files[rendered.n_files++] = file_of(arena, printed->files[i]);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_RENDERED;
	event.packet_rendered = &rendered;
	return case_emit(work, &event);
}

static enum status on_printed(struct casework *work, const Opsmesh__V1__PacketPrinted *printed)
{
	Opsmesh__V1__CaseKept *const kept = work->kept;

	/* Another packet stands by now, whose own files come; or it has its files, which people may have looked at. */
	if (printed->review == NULL || !text_equal(printed->digest, kept->packet) ||
	    *kept->pdf != '\0')
		return STATUS_OK;
	kept->pdf = printed->review->digest;
	kept->pdf_bytes = printed->review->bytes;
	kept->pdf_pages = printed->review->pages;
	kept->files = printed->files;
	kept->n_files = printed->n_files;
	kept->print_failed = text_mutable("");
	return say_rendered(work, printed);
}

static enum status on_failed(struct casework *work, const Opsmesh__V1__PacketFailed *failed)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__PacketRefused refused = OPSMESH__V1__PACKET_REFUSED__INIT;

	/* Another packet stands by now; or another asking has brought its files. */
	if (!text_equal(failed->digest, work->kept->packet) || *work->kept->pdf != '\0')
		return STATUS_OK;
	work->kept->print_failed = failed->reason;
	refused.stage = case_stage_number(case_stage(work));
	refused.digest = failed->digest;
	refused.reason = failed->reason;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_REFUSED;
	event.packet_refused = &refused;
	return case_emit(work, &event);
}

/* A part that is kept changes nothing. */
static bool is_of_a_case(const Opsmesh__V1__CaseResult *result)
{
	return result->fact_case != OPSMESH__V1__CASE_RESULT__FACT_UPLOAD_PART_KEPT;
}

enum status case_on_result(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__CaseResult *const result = (const void *)message;
	struct casework work;

	if (!is_of_a_case(result))
		return STATUS_OK;
	TRY(case_take(task, result->home, result->dispute_id, task->event->time, &work));
	if (!work.known)
		return STATUS_OK;
	switch ((int)result->fact_case) {
	case OPSMESH__V1__CASE_RESULT__FACT_PACKET_PRINTED:
		TRY(on_printed(&work, result->packet_printed));
		break;
	case OPSMESH__V1__CASE_RESULT__FACT_PACKET_FAILED:
		TRY(on_failed(&work, result->packet_failed));
		break;
	case OPSMESH__V1__CASE_RESULT__FACT_UPLOAD_LOOKED:
		TRY(case_on_looked(&work, result->upload_looked));
		break;
	case OPSMESH__V1__CASE_RESULT__FACT_UPLOAD_FAILED:
		TRY(case_on_upload_failed(&work, result->upload_failed));
		break;
	default: break;
	}
	return case_keep(&work);
}

void case_need_result(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__CaseResult *const result = (const void *)message;

	if (!is_of_a_case(result))
		return;
	task_need(task, &dispute_case_table,
	          &(struct case_row){ .home = result->home, .dispute_id = result->dispute_id });
	task_need(task, &dossier_table, &(struct dossier_row){ .home = result->home });
}

/* The effect: its own thread. */

static const Opsmesh__V1__PrintRequest *read_request(const struct effect_request *request,
                                                     struct arena *arena)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(proto_unpack(arena, &opsmesh__v1__print_request__descriptor, request->message,
	                   &message, problem));
	return (const void *)message;
}

static void pack_result(const Opsmesh__V1__PrintRequest *asked, struct effect_answer *answer,
                        Opsmesh__V1__CaseResult *result)
{
	result->home = asked->home;
	result->dispute_id = asked->packet->dispute_id;
	answer->message = proto_pack(answer->arena, &result->base);
}

static enum status keep_file(const struct effect_request *request, struct effect_answer *answer,
                             const struct render_file *from, Opsmesh__V1__PrintedFile **file)
{
	struct arena *const arena = answer->arena;
	Opsmesh__V1__PrintedFile *const made = arena_alloc(arena, sizeof(*made));
	uint8_t digest[DIGEST_SIZE];

	opsmesh__v1__printed_file__init(made);
	digest_sha256(from->content, digest);
	made->field = text_mutable(from->field);
	made->media_type = text_mutable(from->media_type);
	made->digest = text_hex(arena, (struct bytes){ digest, sizeof(digest) });
	made->bytes = (int64_t)from->content.size;
	made->pages = from->pages;
	snprintf(answer->reason, sizeof(answer->reason), "the file cannot be kept now");
	TRY(effect_blob_put(request->blobs, made->digest, from->content));
	*file = made;
	return STATUS_OK;
}

/* What is left out now was read by the people who approve: it may not go without them. */
static enum status refuse_smaller(struct effect_answer *answer,
                                  const struct packet_solution *solved)
{
	snprintf(answer->reason, sizeof(answer->reason),
	         "%zu items do not fit now that the pages are known: keep some of them out",
	         solved->left_count);
	return STATUS_REJECT;
}

struct printing {
	const struct effect_request *request;
	struct effect_answer *answer;
	const Opsmesh__V1__PrintRequest *asked;
	struct render_with with;
	struct render_packet rendered;
};

static enum status print_files(struct printing *it, Opsmesh__V1__PacketPrinted *printed)
{
	const struct render_packet *const rendered = &it->rendered;

	printed->files =
	    arena_alloc(it->answer->arena, (rendered->file_count + 1) * sizeof(void *));
	for (size_t i = 0; i < rendered->file_count; i++)
		TRY(keep_file(it->request, it->answer, &rendered->files[i],
		              &printed->files[printed->n_files++]));
	return STATUS_OK;
}

static enum status print_review(struct printing *it, Opsmesh__V1__PacketPrinted *printed)
{
	struct pdf_file review;

	TRY(render_review(&it->with, &it->rendered.solution, &review));
	return keep_file(it->request, it->answer,
	                 &(struct render_file){ .field = "",
	                                        .media_type = "application/pdf",
	                                        .content = review.content,
	                                        .pages = review.pages },
	                 &printed->review);
}

/* What people uploaded lies where files of ours do. */
static bool load_upload(void *context, struct arena *arena, const struct packet_file *file,
                        struct bytes *content)
{
	return effect_blob_get(context, file->digest, arena, content) == STATUS_OK &&
	       content->data != NULL;
}

static enum status print_with(struct printing *it)
{
	struct arena *const arena = it->answer->arena;
	const struct packet packet = case_packet_read(arena, it->asked->home, it->asked->packet);
	Opsmesh__V1__CaseResult result = OPSMESH__V1__CASE_RESULT__INIT;
	Opsmesh__V1__PacketPrinted printed = OPSMESH__V1__PACKET_PRINTED__INIT;
	const char *reason = "it cannot be written";
	const struct upload_store store = { .context = it->request->blobs, .load = load_upload };
	const enum status status =
	    render_packet(&it->with, &packet, &store, &it->rendered, &reason);

	snprintf(it->answer->reason, sizeof(it->answer->reason), "%s", reason);
	TRY(status);
	if (it->rendered.solution.left_count > 0)
		return refuse_smaller(it->answer, &it->rendered.solution);
	TRY(print_files(it, &printed));
	TRY(print_review(it, &printed));
	printed.digest = it->asked->digest;
	printed.unshown = it->rendered.unshown;
	result.fact_case = OPSMESH__V1__CASE_RESULT__FACT_PACKET_PRINTED;
	result.packet_printed = &printed;
	pack_result(it->asked, it->answer, &result);
	return STATUS_OK;
}

/* Some tens of milliseconds: one packet's fonts are all packets'. */
static void *open_fonts(char *reason, size_t reason_size)
{
	return pdf_fonts_open(pdf_font_files, reason, reason_size);
}

static void close_fonts(void *fonts)
{
	pdf_fonts_close(fonts);
}

static enum status print(const struct effect_request *request, struct effect_answer *answer)
{
	struct printing it = {
		.request = request,
		.answer = answer,
		.asked = read_request(request, answer->arena),
		.with = { .fonts = request->tool,
		          .arena = answer->arena,
		          .limits =
		              policy_at(effect_document(request, CASE_LIMITS), request->asked_at),
		          .created = request->asked_at },
	};

	return print_with(&it);
}

static void fail(const struct effect_request *request, const char *reason,
                 struct effect_answer *answer)
{
	const Opsmesh__V1__PrintRequest *const asked = read_request(request, answer->arena);
	Opsmesh__V1__CaseResult result = OPSMESH__V1__CASE_RESULT__INIT;
	Opsmesh__V1__PacketFailed failed = OPSMESH__V1__PACKET_FAILED__INIT;

	failed.digest = asked->digest;
	failed.reason = text_mutable(reason);
	result.fact_case = OPSMESH__V1__CASE_RESULT__FACT_PACKET_FAILED;
	result.packet_failed = &failed;
	pack_result(asked, answer, &result);
}

const struct stage_effect case_effects[] = {
	{ .name = CASE_EFFECT_KEEP,
	  .doc = "Keeps a part of a file that people uploaded by its content.",
	  .run = case_keep_part,
	  .failed = case_keep_part_failed },
	{ .name = CASE_EFFECT_LOOK,
	  .doc =
	      "Puts an uploaded file together, and says whether it is what its type says and how many pages it has.",
	  .run = case_look_at,
	  .failed = case_look_failed },
	{ .name = CASE_EFFECT_RENDER,
	  .doc = "Renders a packet of evidence to PDFs, kept by their content.",
	  .run = print,
	  .failed = fail,
	  .open = open_fonts,
	  .close = close_fonts },
	{ .name = NULL },
};
