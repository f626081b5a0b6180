/*
 * Packets: what would be sent of the evidence that there is, chosen so that the provider takes it, by a digest that people
 * approve. It is kept as it was put together, so that what was approved is shown and sent as it was, whatever has come since.
 *
 * Of each kind that the reason requires the weightiest item must be in; what hurts and what people keep out is not.
 */
#include "services/chargeback/cases/case.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/cases/case_render.h"
#include "services/chargeback/cases/reckon.h"
#include "services/chargeback/packet/packet_text.h"

static const struct column columns[] = {
	COLUMN(struct case_packet_row, home),    COLUMN(struct case_packet_row, dispute_id),
	COLUMN(struct case_packet_row, digest),  COLUMN(struct case_packet_row, put_up_at),
	COLUMN(struct case_packet_row, content), COLUMN_END,
};
const struct state_table case_packet_table = { .name = "packet",
	                                       .columns = columns,
	                                       .key_columns = 3,
	                                       .row_size = sizeof(struct case_packet_row) };

/* Items as a packet has them. */

static const char *plain(const Opsmesh__V1__PersonalText *text)
{
	return text != NULL && text->content_case == OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT
	           ? text->text
	           : "";
}

static const char *or_none(const char *text)
{
	return *text != '\0' ? text : NULL;
}

static struct packet_item item_of(const Opsmesh__V1__EvidenceItem *item)
{
	struct packet_item made = {
		.id = item->item_id,
		.kind = item->kind,
		.field = item->field,
		.title = item->title,
		.text = plain(item->text),
		.at = TIME_OLDEST,
		.channel = or_none(item->channel),
		.language = or_none(item->language),
		.author = or_none(item->author),
		.translation = or_none(plain(item->translation)),
		.weight_ppm = item->weight_ppm,
		.hurts = item->hurts,
	};
	struct instant at;

	if (item->file != NULL)
		made.file = (struct packet_file){ .digest = item->file->digest,
			                          .media_type = item->file->media_type,
			                          .bytes = item->file->bytes,
			                          .pages = (int32_t)item->file->pages };
	if (proto_instant(item->at, &at))
		made.at = at;
	if (made.translation != NULL)
		made.translator = item->translator;
	return made;
}

static bool is_required(const struct reason *reason, const char *kind)
{
	for (size_t i = 0; i < reason->asked_count; i++)
		if (reason->asked[i].required &&
		    text_equal(evidence_kind_names[reason->asked[i].kind], kind))
			return true;
	return false;
}

/* The items come with the weightiest first: the first of its kind that may be sent. */
static bool is_first(const struct packet_item *items, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!items[k].hurts && text_equal(items[k].kind, items[i].kind))
			return false;
	return true;
}

/* What is sealed has no words to send; a file needs none. */
static size_t items_of(const struct case_evidence *found, struct packet_item *items)
{
	size_t count = 0;

	for (size_t i = 0; i < found->evidence.count; i++) {
		items[count] = item_of(found->evidence.items[i]);
		if (*items[count].text == '\0' && items[count].file.digest == NULL)
			continue;
		items[count].required = !items[count].hurts && is_first(items, count) &&
		                        is_required(found->answer.reason, items[count].kind);
		count++;
	}
	return count;
}

static struct packet_dispute dispute_of(const struct casework *work, struct instant charged_at)
{
	const struct case_row *const row = &work->row;
	struct money amount = { .minor = row->amount };
	const bool known = row->currency != NULL && money_currency(row->currency, amount.currency);

	return (struct packet_dispute){
		.id = row->dispute_id,
		.case_id = work->case_id,
		.account = row->home,
		.charge = row->payment_id,
		.network = row->network,
		.reason = row->reason,
		.network_code = row->code,
		.amount = known ? money_format(work->task->arena, amount) : "",
		.charged_at = charged_at,
		.opened_at = row->created_at,
		.due_at = row->due_by,
	};
}

/* Keeping. */

/* NULL: there is none. */
static Opsmesh__V1__EvidenceFile *kept_file(struct arena *arena, const struct packet_file *file)
{
	Opsmesh__V1__EvidenceFile *made;

	if (file->digest == NULL)
		return NULL;
	made = arena_alloc(arena, sizeof(*made));
	opsmesh__v1__evidence_file__init(made);
	made->digest = text_mutable(file->digest);
	made->media_type = text_mutable(file->media_type);
	made->bytes = file->bytes;
	made->pages = file->pages;
	return made;
}

/* The words of a packet's item, with those marks of links that it has; a copy of the evidence with them. */
static Opsmesh__V1__EvidenceItem *kept_item(struct arena *arena, const char *home,
                                            const struct packet_item *item)
{
	Opsmesh__V1__EvidenceItem *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__evidence_item__init(made);
	made->item_id = text_mutable(item->id);
	made->kind = text_mutable(item->kind);
	made->field = text_mutable(item->field);
	made->title = text_mutable(item->title);
	made->at = proto_timestamp(arena, item->at);
	made->weight_ppm = item->weight_ppm;
	made->language = text_mutable(item->language != NULL ? item->language : "");
	made->channel = text_mutable(item->channel != NULL ? item->channel : "");
	made->author = text_mutable(item->author != NULL ? item->author : "");
	made->text = evidence_text(arena, home, item->text);
	made->file = kept_file(arena, &item->file);
	if (item->translation != NULL) {
		made->translation = evidence_text(arena, home, item->translation);
		made->translator = text_mutable(item->translator);
	}
	return made;
}

static bool is_filled(const struct packet *packet, const struct packet_field *field)
{
	for (size_t i = 0; i < packet->count; i++)
		if (text_equal(packet->items[i].field, field->name))
			return true;
	return false;
}

/* With the packet: by the time that it is approved the provider may have others. */
static void keep_fields(struct arena *arena, const struct packet_limits *limits,
                        const struct packet *packet, Opsmesh__V1__PacketKept *kept)
{
	kept->fields = arena_alloc(arena, limits->field_count * sizeof(void *));
	for (size_t i = 0; i < limits->field_count; i++) {
		Opsmesh__V1__PacketField *const field = arena_alloc(arena, sizeof(*field));

		if (!is_filled(packet, &limits->fields[i]))
			continue;
		opsmesh__v1__packet_field__init(field);
		field->field = text_mutable(limits->fields[i].name);
		field->kind = text_mutable(packet_field_kind_names[limits->fields[i].kind]);
		kept->fields[kept->n_fields++] = field;
	}
}

static Opsmesh__V1__PacketKept kept_of(struct casework *work, const struct packet_limits *limits,
                                       const struct packet *packet, const char *text)
{
	struct arena *const arena = work->task->arena;
	const struct packet_dispute *const dispute = &packet->dispute;
	Opsmesh__V1__PacketKept kept = OPSMESH__V1__PACKET_KEPT__INIT;

	kept.dispute_id = text_mutable(dispute->id);
	kept.case_id = text_mutable(dispute->case_id);
	kept.payment_id = text_mutable(dispute->charge);
	kept.network = text_mutable(dispute->network);
	kept.reason = text_mutable(dispute->reason);
	kept.network_reason_code = text_mutable(dispute->network_code);
	kept.amount = text_mutable(dispute->amount);
	kept.charged_at = proto_timestamp(arena, dispute->charged_at);
	kept.opened_at = proto_timestamp(arena, dispute->opened_at);
	kept.due_by = proto_timestamp(arena, dispute->due_at);
	kept.items = arena_alloc(arena, (packet->count + 1) * sizeof(void *));
	for (size_t i = 0; i < packet->count; i++)
		kept.items[kept.n_items++] = kept_item(arena, work->row.home, &packet->items[i]);
	keep_fields(arena, limits, packet, &kept);
	kept.text = evidence_text(arena, work->row.home, text);
	return kept;
}

static bool load_row(struct casework *work, const char *digest, struct case_packet_row *row)
{
	*row = (struct case_packet_row){ .home = work->row.home,
		                         .dispute_id = work->row.dispute_id,
		                         .digest = digest,
		                         .put_up_at = TIME_MIN };
	return *digest != '\0' && task_load(work->task, &case_packet_table, row);
}

void case_packet_put_up(struct casework *work, const char *digest)
{
	struct case_packet_row row;

	if (!load_row(work, digest, &row))
		return;
	row.put_up_at = work->at;
	task_save(work->task, &case_packet_table, &row);
}

void case_packet_forget(struct casework *work)
{
	struct case_packet_row row;

	if (load_row(work, work->kept->packet, &row) && row.put_up_at.us == TIME_MIN.us)
		task_remove(work->task, &case_packet_table, &row);
	work->kept->packet = text_mutable("");
	work->kept->pdf = text_mutable("");
	work->kept->pdf_bytes = 0;
	work->kept->pdf_pages = 0;
	work->kept->print_failed = text_mutable("");
	work->kept->n_files = 0;
}

/* Saying. */

static const char *policy_of(struct casework *work, const struct case_evidence *found,
                             const struct packet_limits *limits)
{
	return arena_printf(work->task->arena, CASE_LIMITS "/%s/%lld %s", limits->head.id,
	                    (long long)limits->head.version, found->policy);
}

static void tell_dropped(struct arena *arena, const struct packet_solution *solution,
                         Opsmesh__V1__PacketBuilt *built)
{
	const size_t count = solution->left_count;

	built->dropped = arena_alloc(arena, (count + 1) * sizeof(void *));
	for (size_t i = count; i-- > 0;) {
		const struct packet_left *const left = &solution->left[i];
		Opsmesh__V1__PacketDropped *const dropped = arena_alloc(arena, sizeof(*dropped));

		opsmesh__v1__packet_dropped__init(dropped);
		dropped->item_id = text_mutable(left->item->id);
		dropped->field = text_mutable(left->item->field);
		dropped->limit =
		    text_mutable(packet_limit_name((enum packet_limit)__builtin_ctz(left->limits)));
		built->dropped[built->n_dropped++] = dropped;
	}
}

static enum status say_built(struct casework *work, const struct packet_solution *solution,
                             const char *digest, const char *policy)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__PacketBuilt built = OPSMESH__V1__PACKET_BUILT__INIT;

	built.stage = case_stage_number(case_stage(work));
	built.digest = text_mutable(digest);
	built.characters = solution->characters;
	built.items = (int64_t)solution->packet.count;
	built.policy = text_mutable(policy);
	tell_dropped(work->task->arena, solution, &built);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_BUILT;
	event.packet_built = &built;
	return case_emit(work, &event);
}

/* Why there is none: once for the same reason. */
static enum status refuse(struct casework *work, const char *limit, const char *field,
                          const char *reason)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__PacketRefused refused = OPSMESH__V1__PACKET_REFUSED__INIT;

	case_packet_forget(work);
	if (text_equal(work->kept->packet_refused, reason))
		return STATUS_OK;
	work->kept->packet_refused = text_mutable(reason);
	refused.stage = case_stage_number(case_stage(work));
	refused.limit = text_mutable(limit);
	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_REFUSED;
	event.packet_refused = &refused;
	return case_emit(work, &event);
}

/* Making. */

#define TOO_LARGE "The packet has more than can be kept and rendered as one: keep some items out."

/* What can be read again and rendered: a timer puts packets together, and it may not fail for what people wrote. */
static bool is_small_enough(const struct casework *work, const Opsmesh__V1__PacketKept *kept,
                            struct bytes content, const char *digest)
{
	return content.size <= PROTO_SIZE_MAX && case_can_print(work, kept, digest);
}

static enum status take(struct casework *work, const struct case_evidence *found,
                        const struct packet_limits *limits, const struct packet_solution *solution)
{
	struct arena *const arena = work->task->arena;
	const struct packet_lines lines = packet_review(arena, limits, solution);
	const char *const text = packet_text(arena, &lines);
	char *const digest = arena_alloc(arena, DIGEST_TEXT_SIZE);
	struct case_packet_row row;

	packet_digest(text, digest);
	if (text_equal(digest, work->kept->packet))
		return STATUS_OK;
	const Opsmesh__V1__PacketKept kept = kept_of(work, limits, &solution->packet, text);
	const struct bytes content = proto_pack(arena, &kept.base);

	if (!is_small_enough(work, &kept, content, digest))
		return refuse(work, "record", "", TOO_LARGE);
	work->kept->packet_refused = text_mutable("");
	case_packet_forget(work);
	(void)load_row(work, digest, &row);
	row.content = content;
	task_save(work->task, &case_packet_table, &row);
	work->kept->packet = digest;
	TRY(case_print(work, &kept, digest));
	return say_built(work, solution, digest, policy_of(work, found, limits));
}

enum status case_pack(struct casework *work, const struct case_evidence *found)
{
	struct arena *const arena = work->task->arena;
	const struct packet_limits *const limits =
	    policy_at(task_document(work->task, CASE_LIMITS), work->at);
	struct packet_item *const items =
	    arena_alloc(arena, (found->evidence.count + 1) * sizeof(*items));
	struct packet all = { dispute_of(work, found->evidence.charged_at), items, 0 };
	struct packet_solution solution;
	struct packet_refusal refusal;

	/* What is given up may be answered after all, with what is there by then. */
	if (text_among((const char *const[]){ "staged", "requested", "accepted", NULL },
	               work->row.response))
		return STATUS_OK;
	all.count = items_of(found, items);
	const struct packet prepared = packet_prepare(arena, limits, &all);
	const struct packet_rendered rendered = {
		.pages = reckon_pages,
		.context = reckon_make(arena, limits, &prepared),
		.more_bytes = reckon_bytes(&prepared),
	};

	if (!packet_solve(arena, limits, &prepared, &rendered, &solution, &refusal))
		return refuse(work, packet_limit_name(refusal.limit), refusal.field,
		              packet_refusal_text(arena, &refusal));
	if (solution.packet.count == 0)
		return refuse(work, "nothing", "", "There is nothing that may be sent.");
	return take(work, found, limits, &solution);
}

/* Again. */

static struct instant instant_of(const Google__Protobuf__Timestamp *timestamp)
{
	struct instant at;

	return proto_instant(timestamp, &at) ? at : TIME_MIN;
}

struct packet case_packet_read(struct arena *arena, const char *home,
                               const Opsmesh__V1__PacketKept *kept)
{
	struct packet_item *const items = arena_alloc(arena, (kept->n_items + 1) * sizeof(*items));

	for (size_t i = 0; i < kept->n_items; i++)
		items[i] = item_of(kept->items[i]);
	return (struct packet){ .dispute = { .id = kept->dispute_id,
		                             .case_id = kept->case_id,
		                             .account = home,
		                             .charge = kept->payment_id,
		                             .network = kept->network,
		                             .reason = kept->reason,
		                             .network_code = kept->network_reason_code,
		                             .amount = kept->amount,
		                             .charged_at = instant_of(kept->charged_at),
		                             .opened_at = instant_of(kept->opened_at),
		                             .due_at = instant_of(kept->due_by) },
		                .items = items,
		                .count = kept->n_items };
}

enum status case_packet_again(struct casework *work, const char *digest, struct case_packet *packet,
                              bool *found)
{
	struct task *const task = work->task;
	const Opsmesh__V1__PacketKept *kept;
	char reason[PROTO_REASON_SIZE];
	struct case_packet_row row;
	ProtobufCMessage *message;

	*found = load_row(work, digest, &row);
	if (!*found)
		return STATUS_OK;
	if (!proto_unpack(task->arena, &opsmesh__v1__packet_kept__descriptor, row.content, &message,
	                  reason))
		return task_fail(task, STATUS_FATAL, "packet of %s: cannot be read: %s",
		                 work->case_id, reason);
	kept = (const void *)message;
	*packet = (struct case_packet){ case_packet_read(task->arena, work->row.home, kept), kept,
		                        plain(kept->text) };
	return STATUS_OK;
}

static bool has_hurting(const struct packet *packet, const struct evidence *evidence)
{
	for (size_t i = 0; i < evidence->count; i++)
		for (size_t k = 0; evidence->items[i]->hurts && k < packet->count; k++)
			if (text_equal(packet->items[k].id, evidence->items[i]->item_id))
				return true;
	return false;
}

enum status case_packet_doubt(struct casework *work, const struct case_evidence *found)
{
	struct case_packet packet;
	bool is_kept;

	if (!text_equal(work->row.response, "staged"))
		return STATUS_OK;
	TRY(case_packet_again(work, work->kept->staged, &packet, &is_kept));
	return is_kept && has_hurting(&packet.packet, &found->evidence) ? case_unstage(work, NULL)
	                                                                : STATUS_OK;
}
