/*
 * What is asked to be sent: the packet that was approved, field by field as it was put together, and all else that whoever sends
 * it needs. It is asked once for each stage, under a key that the provider knows again.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/packet/packet_text.h"

/* Fields. */

static const struct packet_limits *limits_of(const struct casework *work)
{
	return policy_at(task_document(work->task, CASE_LIMITS), work->at);
}

static Opsmesh__V1__SubmissionField *field_of(struct arena *arena, const char *name)
{
	Opsmesh__V1__SubmissionField *const field = arena_alloc(arena, sizeof(*field));

	opsmesh__v1__submission_field__init(field);
	field->field = text_mutable(name);
	return field;
}

static Opsmesh__V1__SubmissionField *text_field(struct casework *work, const char *name,
                                                const char *text)
{
	Opsmesh__V1__SubmissionField *const field = field_of(work->task->arena, name);

	field->text = evidence_text(work->task->arena, work->row.home, text);
	return field;
}

static const Opsmesh__V1__PrintedFile *file_of(const struct casework *work, const char *name)
{
	for (size_t i = 0; i < work->kept->n_files; i++)
		if (text_equal(work->kept->files[i]->field, name))
			return work->kept->files[i];
	return NULL;
}

/* NULL: nothing of the packet is in it. */
static Opsmesh__V1__SubmissionField *fill_field(struct casework *work, const struct packet *packet,
                                                const struct packet_field *field)
{
	struct arena *const arena = work->task->arena;
	const char *const text =
	    field->kind != PACKET_FILE ? packet_field_text(arena, packet, field) : NULL;
	const Opsmesh__V1__PrintedFile *const file =
	    field->kind == PACKET_FILE ? file_of(work, field->name) : NULL;
	Opsmesh__V1__SubmissionField *filled = NULL;

	if (text != NULL)
		filled = text_field(work, field->name, text);
	if (file != NULL) {
		filled = field_of(arena, field->name);
		filled->file_digest = file->digest;
		filled->file_bytes = file->bytes;
		filled->media_type = file->media_type;
	}
	return filled;
}

static enum packet_field_kind kind_of(const char *name)
{
	int kind = PACKET_TEXT;

	while (kind < PACKET_FILE && !text_equal(packet_field_kind_names[kind], name))
		kind++;
	return (enum packet_field_kind)kind;
}

/* As they were when the packet was put together, whatever the provider has now; of a packet that an older version kept, now's. */
static const struct packet_field *fields_of(const struct casework *work,
                                            const Opsmesh__V1__PacketKept *kept, size_t *count)
{
	const struct packet_limits *const now = limits_of(work);
	struct packet_field *fields;

	*count = kept->n_fields;
	if (kept->n_fields == 0) {
		*count = now->field_count;
		return now->fields;
	}
	fields = arena_alloc(work->task->arena, kept->n_fields * sizeof(*fields));
	for (size_t i = 0; i < kept->n_fields; i++)
		fields[i] = (struct packet_field){ .name = kept->fields[i]->field,
			                           .kind = kind_of(kept->fields[i]->kind) };
	return fields;
}

static enum status fill_fields(struct casework *work, Opsmesh__V1__SubmissionRequested *asked)
{
	const struct packet_field *fields;
	struct case_packet packet;
	size_t count;
	bool found;

	TRY(case_packet_again(work, work->kept->staged, &packet, &found));
	if (!found)
		return task_fail(work->task, STATUS_FATAL, "%s: the packet %s is not kept",
		                 work->case_id, work->kept->staged);
	fields = fields_of(work, packet.kept, &count);
	asked->fields = arena_alloc(work->task->arena, (count + 1) * sizeof(void *));
	for (size_t i = 0; i < count; i++) {
		Opsmesh__V1__SubmissionField *const filled =
		    fill_field(work, &packet.packet, &fields[i]);

		if (filled != NULL)
			asked->fields[asked->n_fields++] = filled;
	}
	return STATUS_OK;
}

/* The network's fee. */

/* By the provider's word for the case, else by what its reason is about. */
static bool is_compliance(const struct casework *work)
{
	const struct reason_policy *const reasons =
	    policy_at(task_document(work->task, CASE_REASONS), work->at);
	const struct reason_said said = { work->row.network, work->row.code, "", work->row.reason };

	return text_equal(work->kept->case_type, "compliance") ||
	       text_equal(reason_find(reasons, &said).reason->category, "noncompliant");
}

const struct packet_compliance *case_compliance(const struct casework *work)
{
	return is_compliance(work) ? packet_compliance_of(limits_of(work), work->row.network)
	                           : NULL;
}

/* NULL: it takes none. */
static Opsmesh__V1__ComplianceFee *fee_of(const struct case_request *request)
{
	const struct casework *const work = request->work;
	struct arena *const arena = work->task->arena;
	const struct packet_compliance *const compliance = case_compliance(work);
	Opsmesh__V1__ComplianceFee *fee;

	if (compliance == NULL)
		return NULL;
	fee = arena_alloc(arena, sizeof(*fee));
	opsmesh__v1__compliance_fee__init(fee);
	fee->field = text_mutable(compliance->field);
	fee->fee = case_money(arena, compliance->fee.minor, compliance->fee.currency);
	fee->acknowledged_by = request->requested->by;
	fee->policy =
	    text_mutable(case_document_name(arena, "", CASE_LIMITS, &limits_of(work)->head));
	return fee;
}

/* Asking. */

bool case_is_past(const struct casework *work, struct instant limit)
{
	return limit.us != TIME_MIN.us && !time_before(work->at, limit);
}

enum status case_submission_ask(struct case_request *request)
{
	struct casework *const work = request->work;
	struct arena *const arena = work->task->arena;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__SubmissionRequested asked = OPSMESH__V1__SUBMISSION_REQUESTED__INIT;

	asked.stage = case_stage_number(case_stage(work));
	asked.request_id = arena_printf(arena, "submission/%s/%s/%s", work->row.home,
	                                work->row.dispute_id, life_stage_word(case_stage(work)));
	/* The provider's id and the stage alone: whichever case asks, it is the same answer. */
	asked.idempotency_key = arena_printf(arena, "submission/%s/%s", work->row.dispute_id,
	                                     life_stage_word(case_stage(work)));
	asked.digest = work->kept->staged;
	asked.pdf_digest = work->kept->pdf;
	asked.pdf_bytes = work->kept->pdf_bytes;
	asked.prepared_by = work->kept->prepared_by;
	asked.approved_by = request->requested->by;
	asked.due_by = proto_timestamp(arena, work->row.due_by);
	asked.lease_until = work->kept->lease_until;
	asked.smart_disputes = work->kept->smart_disputes;
	asked.intended_submission = work->kept->intended_submission;
	asked.submission_method = text_mutable("prefer_manual");
	asked.submit = true;
	asked.compelling = work->kept->staged_compelling;
	asked.compliance_fee = fee_of(request);
	asked.late = case_is_past(work, work->row.deadline);
	TRY(fill_fields(work, &asked));
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_SUBMISSION_REQUESTED;
	event.submission_requested = &asked;
	return case_ask(work, &event);
}
