#include "services/chargeback/cases/case_upload.h"

#include "common/base/text.h"

#define FIELD_ELSE "uncategorized_file" /* where nobody names one */

#define REFUSED(request, code, field, reason) \
	case_refuse((request), OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##code, (field), (reason))

enum status case_on_part(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__ActionEvent *const action = (const void *)message;
	const Opsmesh__V1__FilePartBrought *const part = action->file_part_brought;

	return task_effect(task, CASE_EFFECT_KEEP, part->digest, &part->base);
}

/* Refusing. */

static bool is_kept_out(const Opsmesh__V1__CaseKept *kept, const char *item)
{
	for (size_t i = 0; i < kept->n_excluded; i++)
		if (text_equal(kept->excluded[i], item))
			return true;
	return false;
}

/* Is this file an item, or about to be one? What is kept out is asked to be let in again instead. */
static bool is_there(const Opsmesh__V1__CaseKept *kept, const char *digest)
{
	for (size_t i = 0; i < kept->n_added; i++)
		if (kept->added[i]->file != NULL &&
		    text_equal(kept->added[i]->file->digest, digest))
			return true;
	for (size_t i = 0; i < kept->n_uploads; i++)
		if (text_equal(kept->uploads[i]->item->file->digest, digest))
			return true;
	return false;
}

/* Of the case's files that are not kept out, with those that are being looked at. */
static int64_t bytes_of_files(const Opsmesh__V1__CaseKept *kept)
{
	int64_t bytes = 0;

	for (size_t i = 0; i < kept->n_added; i++)
		if (kept->added[i]->file != NULL && !is_kept_out(kept, kept->added[i]->item_id))
			bytes += kept->added[i]->file->bytes;
	for (size_t i = 0; i < kept->n_uploads; i++)
		bytes += kept->uploads[i]->item->file->bytes;
	return bytes;
}

static bool takes_files(const struct packet_limits *limits, const char *name)
{
	const struct packet_field *const field = packet_field_of(limits, name);

	return field != NULL && field->kind == PACKET_FILE;
}

/* What can be said before anybody has looked at it; NULL: nothing. */
static const char *fault_of(const struct casework *work, const struct packet_limits *limits,
                            const Opsmesh__V1__EvidenceItem *item, const char **field,
                            Opsmesh__V1__RefusalCode *code)
{
	const Opsmesh__V1__EvidenceFile *const file = item->file;

	*code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_INVALID;
	*field = "field";
	if (!takes_files(limits, item->field))
		return arena_printf(work->task->arena,
		                    "The provider has no field of files of this name, but: %s.",
		                    packet_field_list(work->task->arena, limits, true));
	*field = "file.media_type";
	if (!text_among(limits->media_types, file->media_type))
		return "The provider takes no files of this type.";
	*field = "file";
	*code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_NO_CHANGE;
	if (is_there(work->kept, file->digest))
		return "The case has this file already; one that is kept out can be let in again.";
	*code = OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_TOO_LARGE;
	if (file->bytes > limits->bytes)
		return "The file is larger than all files together may be.";
	if (file->bytes > limits->bytes - bytes_of_files(work->kept))
		return "With this one the case's files are larger than all together may be: keep another one out first.";
	return NULL;
}

/* Asking. */

static Opsmesh__V1__EvidenceFile *file_of(const struct case_request *request)
{
	const Opsmesh__V1__ActionFile *const given = request->requested->file;
	Opsmesh__V1__EvidenceFile *const file =
	    arena_alloc(request->work->task->arena, sizeof(*file));

	opsmesh__v1__evidence_file__init(file);
	file->digest = given->digest;
	file->media_type = given->media_type;
	file->bytes = given->bytes;
	if (request->requested->by != NULL)
		file->uploaded_by = request->requested->by->principal;
	return file;
}

static void await(struct case_request *request, Opsmesh__V1__EvidenceItem *item)
{
	Opsmesh__V1__CaseKept *const kept = request->work->kept;
	struct arena *const arena = request->work->task->arena;
	Opsmesh__V1__UploadPending *const pending = arena_alloc(arena, sizeof(*pending));
	Opsmesh__V1__UploadPending **const longer =
	    arena_alloc(arena, (kept->n_uploads + 1) * sizeof(Opsmesh__V1__UploadPending *));

	opsmesh__v1__upload_pending__init(pending);
	pending->action_id = request->action->action_id;
	pending->requested = (Opsmesh__V1__ActionRequested *)(uintptr_t)request->requested;
	pending->item = item;
	for (size_t i = 0; i < kept->n_uploads; i++)
		longer[i] = kept->uploads[i];
	longer[kept->n_uploads++] = pending;
	kept->uploads = longer;
}

enum status case_upload(struct case_request *request, Opsmesh__V1__EvidenceItem *item)
{
	struct casework *const work = request->work;
	const struct packet_limits *const limits =
	    policy_at(task_document(work->task, CASE_LIMITS), work->at);
	Opsmesh__V1__UploadRequest asked = OPSMESH__V1__UPLOAD_REQUEST__INIT;
	Opsmesh__V1__RefusalCode code;
	const char *fault;
	const char *field;

	item->file = file_of(request);
	if (*item->field == '\0')
		item->field = text_mutable(FIELD_ELSE);
	fault = fault_of(work, limits, item, &field, &code);
	if (fault != NULL)
		return case_refuse(request, code, field, fault);
	await(request, item);
	asked.home = text_mutable(work->row.home);
	asked.dispute_id = text_mutable(work->row.dispute_id);
	asked.action_id = request->action->action_id;
	asked.file = request->requested->file;
	return task_effect(work->task, CASE_EFFECT_LOOK, asked.action_id, &asked.base);
}

/* Answering. */

/* False: nobody waits for it. */
static bool take_pending(Opsmesh__V1__CaseKept *kept, const char *action_id,
                         Opsmesh__V1__UploadPending **pending)
{
	size_t at = 0;

	while (at < kept->n_uploads && !text_equal(kept->uploads[at]->action_id, action_id))
		at++;
	if (at == kept->n_uploads)
		return false;
	*pending = kept->uploads[at];
	kept->n_uploads--;
	for (; at < kept->n_uploads; at++)
		kept->uploads[at] = kept->uploads[at + 1];
	return true;
}

static enum status judge(struct case_request *request, Opsmesh__V1__EvidenceItem *item)
{
	struct casework *const work = request->work;
	const struct packet_limits *const limits =
	    policy_at(task_document(work->task, CASE_LIMITS), work->at);
	const int32_t most = packet_pages_most(limits, work->row.network);

	if (!life_is_open(case_life(work)))
		return REFUSED(request, ILLEGAL_MOVE, "on.id", "The case is over.");
	if (item->file->pages > most)
		return REFUSED(
		    request, TOO_LARGE, "file",
		    arena_printf(work->task->arena,
		                 "The file has %lld pages, and all files together may have %d.",
		                 (long long)item->file->pages, most));
	return case_add(request, item);
}

enum status case_on_looked(struct casework *work, const Opsmesh__V1__UploadLooked *looked)
{
	Opsmesh__V1__ActionEvent action = OPSMESH__V1__ACTION_EVENT__INIT;
	struct case_request request = { .work = work, .action = &action };
	Opsmesh__V1__UploadPending *pending;

	if (!take_pending(work->kept, looked->action_id, &pending))
		return STATUS_OK;
	action.action_id = pending->action_id;
	request.requested = pending->requested;
	pending->item->file->pages = looked->pages;
	return judge(&request, pending->item);
}

enum status case_on_upload_failed(struct casework *work, const Opsmesh__V1__UploadFailed *failed)
{
	Opsmesh__V1__ActionEvent action = OPSMESH__V1__ACTION_EVENT__INIT;
	struct case_request request = { .work = work, .action = &action };
	Opsmesh__V1__UploadPending *pending;

	if (!take_pending(work->kept, failed->action_id, &pending))
		return STATUS_OK;
	action.action_id = pending->action_id;
	request.requested = pending->requested;
	return REFUSED(&request, INVALID, "file",
	               arena_printf(work->task->arena, "The file was not taken: %s.",
	                            failed->reason));
}
