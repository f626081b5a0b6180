/*
 * Looking at an uploaded file, apart from the fold: its parts put together, its bytes held against its digest, its pages
 * counted. What it is, is said by what can be made of it: whatever passes here stands in a packet.
 */
#include "common/base/check.h"
#include "common/base/confined.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"
#include "services/chargeback/cases/case_upload.h"
#include "services/chargeback/render/upload.h"

#include <stdio.h>

/* A picture of as many pixels as are allowed has 200 MB, and as much again while it is drawn. */
static const struct confined_limits look_limits = { .memory = (size_t)512 << 20, .seconds = 10 };

static const void *read_request(const struct effect_request *request, struct arena *arena,
                                const ProtobufCMessageDescriptor *descriptor)
{
	char problem[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	CHECK(proto_unpack(arena, descriptor, request->message, &message, problem));
	return message;
}

static const char *digest_of(struct arena *arena, struct bytes content)
{
	uint8_t digest[DIGEST_SIZE];

	digest_sha256(content, digest);
	return text_hex(arena, (struct bytes){ digest, sizeof(digest) });
}

/* Parts. */

static void answer_part(const struct effect_request *request, struct effect_answer *answer)
{
	Opsmesh__V1__CaseResult result = OPSMESH__V1__CASE_RESULT__INIT;
	Opsmesh__V1__UploadPartKept kept = OPSMESH__V1__UPLOAD_PART_KEPT__INIT;

	kept.digest = text_mutable(request->id);
	result.fact_case = OPSMESH__V1__CASE_RESULT__FACT_UPLOAD_PART_KEPT;
	result.upload_part_kept = &kept;
	answer->message = proto_pack(answer->arena, &result.base);
}

enum status case_keep_part(const struct effect_request *request, struct effect_answer *answer)
{
	const Opsmesh__V1__FilePartBrought *const part =
	    read_request(request, answer->arena, &opsmesh__v1__file_part_brought__descriptor);
	const struct bytes content = { part->content.data, part->content.len };

	snprintf(answer->reason, sizeof(answer->reason), "the part cannot be kept now");
	TRY(effect_blob_put(request->blobs, digest_of(answer->arena, content), content));
	answer_part(request, answer);
	return STATUS_OK;
}

/* Whoever looks at the whole finds that it is not there, and says so. */
void case_keep_part_failed(const struct effect_request *request, const char *reason,
                           struct effect_answer *answer)
{
	(void)reason;
	answer_part(request, answer);
}

/* The whole. */

static void answer_look(const Opsmesh__V1__UploadRequest *asked, struct effect_answer *answer,
                        Opsmesh__V1__CaseResult *result)
{
	result->home = asked->home;
	result->dispute_id = asked->dispute_id;
	answer->message = proto_pack(answer->arena, &result->base);
}

/* RETRY: a part is not there yet. */
static enum status join_parts(const struct effect_request *request, struct arena *arena,
                              const Opsmesh__V1__ActionFile *file, struct bytes *whole)
{
	struct buffer joined = { 0 };
	enum status status = STATUS_OK;

	for (size_t i = 0; i < file->n_parts && status == STATUS_OK; i++) {
		struct bytes part;

		status = effect_blob_get(request->blobs, file->parts[i], arena, &part);
		if (status == STATUS_OK && part.data == NULL)
			status = STATUS_RETRY;
		if (status == STATUS_OK)
			buffer_add(&joined, part.data, part.size);
	}
	if (status == STATUS_OK)
		*whole = arena_bytes(arena, (struct bytes){ joined.data, joined.size });
	buffer_finish(&joined);
	return status;
}

/* What is read of a file, in a process of its own: one of some kilobytes may unpack to gigabytes. */
struct judging {
	struct arena *arena;
	const char *media_type;
	struct bytes content;
};

static void judge(void *context, struct confined_answer *answer)
{
	const struct judging *const it = context;
	const char *reason = "";
	int32_t pages = 0;

	answer->status = upload_judge(it->arena, it->media_type, it->content, &pages, &reason);
	answer->number = pages;
	snprintf(answer->reason, sizeof(answer->reason), "%s", reason);
}

static enum status judge_apart(struct effect_answer *answer, const char *media_type,
                               struct bytes content, int32_t *pages)
{
	struct judging it = { answer->arena, media_type, content };
	struct confined_answer said = { .status = STATUS_REJECT };

	snprintf(answer->reason, sizeof(answer->reason),
	         "it takes more memory or time to read than any evidence");
	TRY(confined_run(&look_limits, judge, &it, &said));
	snprintf(answer->reason, sizeof(answer->reason), "it %s", said.reason);
	*pages = (int32_t)said.number;
	return said.status;
}

static enum status look(const struct effect_request *request, struct effect_answer *answer,
                        const Opsmesh__V1__ActionFile *file, int32_t *pages)
{
	struct arena *const arena = answer->arena;
	struct bytes whole;

	snprintf(answer->reason, sizeof(answer->reason), "its bytes are not there");
	TRY(join_parts(request, arena, file, &whole));
	snprintf(answer->reason, sizeof(answer->reason), "its bytes are not what its digest says");
	if (!text_equal(digest_of(arena, whole), file->digest))
		return STATUS_REJECT;
	TRY(judge_apart(answer, file->media_type, whole, pages));
	snprintf(answer->reason, sizeof(answer->reason), "the file cannot be kept now");
	return effect_blob_put(request->blobs, file->digest, whole);
}

enum status case_look_at(const struct effect_request *request, struct effect_answer *answer)
{
	const Opsmesh__V1__UploadRequest *const asked =
	    read_request(request, answer->arena, &opsmesh__v1__upload_request__descriptor);
	Opsmesh__V1__CaseResult result = OPSMESH__V1__CASE_RESULT__INIT;
	Opsmesh__V1__UploadLooked looked = OPSMESH__V1__UPLOAD_LOOKED__INIT;
	int32_t pages;

	TRY(look(request, answer, asked->file, &pages));
	looked.action_id = asked->action_id;
	looked.pages = pages;
	result.fact_case = OPSMESH__V1__CASE_RESULT__FACT_UPLOAD_LOOKED;
	result.upload_looked = &looked;
	answer_look(asked, answer, &result);
	return STATUS_OK;
}

void case_look_failed(const struct effect_request *request, const char *reason,
                      struct effect_answer *answer)
{
	const Opsmesh__V1__UploadRequest *const asked =
	    read_request(request, answer->arena, &opsmesh__v1__upload_request__descriptor);
	Opsmesh__V1__CaseResult result = OPSMESH__V1__CASE_RESULT__INIT;
	Opsmesh__V1__UploadFailed failed = OPSMESH__V1__UPLOAD_FAILED__INIT;

	failed.action_id = asked->action_id;
	failed.reason = text_mutable(reason);
	result.fact_case = OPSMESH__V1__CASE_RESULT__FACT_UPLOAD_FAILED;
	result.upload_failed = &failed;
	answer_look(asked, answer, &result);
}
