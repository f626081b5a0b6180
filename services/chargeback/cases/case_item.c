/*
 * Items of evidence that people supply, keep out, or translate. What is changed here makes another packet: one that was put up
 * is not any more.
 */
#include "services/chargeback/cases/case.h"

#include "common/base/text.h"
#include "common/flow/action.h"
#include "common/io/proto.h"
#include "services/chargeback/cases/case_upload.h"

#include <string.h>

#define EXCLUDED_MAX 256 /* that they keep out of it */
/*
 * Bytes of what people add to a case and translate, as it is kept in its row: the 150,000 characters that the provider takes,
 * whatever their bytes, and with all else of a case less than can be read again (PROTO_SIZE_MAX).
 */
#define WORDS_MAX ((size_t)640 << 10)

#define REFUSED(request, code, field, reason) \
	case_refuse((request), OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##code, (field), (reason))

/* Words of a list are plain; what people write themselves is personal. */
static const char *word(const struct case_request *request, const char *name)
{
	const char *const value = action_plain(action_parameter(request->requested, name));

	return value != NULL ? value : "";
}

static Opsmesh__V1__PersonalText *personal(const struct case_request *request, const char *name)
{
	const Opsmesh__V1__ActionParameter *const given =
	    action_parameter(request->requested, name);
	Opsmesh__V1__PersonalText *text;

	if (given == NULL)
		return NULL;
	if (given->value_case == OPSMESH__V1__ACTION_PARAMETER__VALUE_PERSONAL)
		return given->personal;
	if (given->value_case != OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN ||
	    *given->plain == '\0')
		return NULL;
	text = arena_alloc(request->work->task->arena, sizeof(*text));
	opsmesh__v1__personal_text__init(text);
	text->subject = text_mutable(request->work->row.home);
	text->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	text->text = given->plain;
	return text;
}

enum status case_unstage(struct casework *work, const Opsmesh__V1__Actor *by)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__PacketStaged staged = OPSMESH__V1__PACKET_STAGED__INIT;

	if (!text_equal(work->row.response, "staged"))
		return STATUS_OK;
	staged.stage = case_stage_number(case_stage(work));
	staged.digest = work->kept->staged;
	staged.by = (Opsmesh__V1__Actor *)(uintptr_t)by;
	staged.prepared_by = work->kept->prepared_by;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_PACKET_WITHDRAWN;
	event.packet_staged = &staged;
	work->row.response = "none";
	TRY(case_emit(work, &event));
	work->kept->staged = text_mutable("");
	work->kept->prepared_by = text_mutable("");
	work->kept->prepared_for = text_mutable("");
	work->kept->staged_compelling = NULL;
	return STATUS_OK;
}

/* Its evidence is looked at anew at once: who adds to a packet waits for it. */
static enum status change(struct case_request *request)
{
	struct casework *const work = request->work;

	TRY(case_unstage(work, request->requested->by));
	case_gather_soon(work);
	return case_applied(request);
}

/* Room. */

#define NO_ROOM \
	"With this, what people add to the case and translate is more than 640 KiB together: say it in fewer words."

static size_t size_of(const ProtobufCMessage *message)
{
	return protobuf_c_message_get_packed_size(message);
}

static size_t size_of_all(size_t count, Opsmesh__V1__EvidenceItem *const *items)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += size_of(&items[i]->base);
	return size;
}

/* A file that is being looked at is kept with what asked for it. */
static size_t words_of(const Opsmesh__V1__CaseKept *kept)
{
	size_t size = size_of_all(kept->n_added, kept->added) +
	              size_of_all(kept->n_translated, kept->translated);

	for (size_t i = 0; i < kept->n_uploads; i++)
		size += size_of(&kept->uploads[i]->base);
	return size;
}

/* NULL: it takes the place of none. */
static bool has_room(const struct casework *work, const Opsmesh__V1__EvidenceItem *before,
                     size_t size)
{
	const size_t less = before != NULL ? size_of(&before->base) : 0;

	return words_of(work->kept) - less + size <= WORDS_MAX;
}

/* Adding. */

static enum status say_added(struct case_request *request, Opsmesh__V1__EvidenceItem *item)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__EvidenceItemAdded added = OPSMESH__V1__EVIDENCE_ITEM_ADDED__INIT;

	added.item = item;
	added.by = request->requested->by;
	added.reason = request->requested->reason;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_ITEM_ADDED;
	event.evidence_item_added = &added;
	return case_emit(request->work, &event);
}

static void add(struct arena *arena, size_t *count, Opsmesh__V1__EvidenceItem ***list,
                Opsmesh__V1__EvidenceItem *item)
{
	Opsmesh__V1__EvidenceItem **const longer =
	    arena_alloc(arena, (*count + 1) * sizeof(Opsmesh__V1__EvidenceItem *));

	if (*count > 0)
		memcpy(longer, *list, *count * sizeof(Opsmesh__V1__EvidenceItem *));
	longer[(*count)++] = item;
	*list = longer;
}

static Opsmesh__V1__EvidenceItem *item_of(struct case_request *request)
{
	struct arena *const arena = request->work->task->arena;
	Opsmesh__V1__EvidenceItem *const item = arena_alloc(arena, sizeof(*item));

	opsmesh__v1__evidence_item__init(item);
	item->item_id = request->action->action_id;
	item->kind = text_mutable(word(request, "kind"));
	item->field = text_mutable(word(request, "field"));
	item->language = text_mutable(word(request, "language"));
	item->title = text_mutable(request->requested->file != NULL ? "Uploaded by a person"
	                                                            : "Supplied by a person");
	item->at = proto_timestamp(arena, request->work->at);
	item->text = personal(request, "text");
	item->translation = personal(request, "translation");
	if (item->translation != NULL && request->requested->by != NULL)
		item->translator = request->requested->by->principal;
	return item;
}

enum status case_add(struct case_request *request, Opsmesh__V1__EvidenceItem *item)
{
	struct casework *const work = request->work;

	add(work->task->arena, &work->kept->n_added, &work->kept->added, item);
	TRY(say_added(request, item));
	return change(request);
}

/* Nothing of it would ever be sent. */
static bool is_no_field(const struct packet_limits *limits, const char *name)
{
	return *name != '\0' && packet_field_of(limits, name) == NULL;
}

enum status case_pin(struct case_request *request)
{
	struct casework *const work = request->work;
	const struct packet_limits *const limits =
	    policy_at(task_document(work->task, CASE_LIMITS), work->at);
	const bool has_file = request->requested->file != NULL;
	const size_t asked = has_file ? size_of(&request->requested->base) : 0;
	Opsmesh__V1__EvidenceItem *const item = item_of(request);

	if (*item->kind == '\0')
		return REFUSED(request, INVALID, "kind", "Say what kind of evidence it is.");
	if (strlen(item->kind) > CASE_ID_MAX || strlen(item->field) > CASE_ID_MAX ||
	    strlen(item->language) > CASE_ID_MAX)
		return REFUSED(request, TOO_LARGE, "kind", "No word of a list is so long.");
	if (!has_file && !action_has_words(item->text))
		return REFUSED(request, INVALID, "text", "Say what it is in words.");
	if (!has_file && is_no_field(limits, item->field))
		return REFUSED(request, INVALID, "field",
		               arena_printf(work->task->arena,
		                            "The provider has no field of this name, but: %s.",
		                            packet_field_list(work->task->arena, limits, false)));
	if (!life_is_open(case_life(work)))
		return REFUSED(request, ILLEGAL_MOVE, "on.id", "The case is over.");
	if (work->kept->n_added + work->kept->n_uploads == CASE_ADDED_MAX)
		return REFUSED(request, TOO_LARGE, "on.id",
		               "The case has as many items of people as it can.");
	if (!has_room(work, NULL, size_of(&item->base) + asked))
		return REFUSED(request, TOO_LARGE, "text", NO_ROOM);
	return has_file ? case_upload(request, item) : case_add(request, item);
}

/* Keeping out, and translating. */

static size_t find_excluded(const Opsmesh__V1__CaseKept *kept, const char *item)
{
	size_t i = 0;

	while (i < kept->n_excluded && !text_equal(kept->excluded[i], item))
		i++;
	return i;
}

static enum status exclude(struct case_request *request, const char *item)
{
	Opsmesh__V1__CaseKept *const kept = request->work->kept;

	if (find_excluded(kept, item) < kept->n_excluded)
		return REFUSED(request, NO_CHANGE, "id", "The item is kept out already.");
	if (kept->n_excluded == EXCLUDED_MAX)
		return REFUSED(request, TOO_LARGE, "id", "Too many items are kept out.");
	char **const longer =
	    arena_alloc(request->work->task->arena, (kept->n_excluded + 1) * sizeof(*longer));

	if (kept->n_excluded > 0)
		memcpy(longer, kept->excluded, kept->n_excluded * sizeof(*longer));
	longer[kept->n_excluded++] = text_mutable(item);
	kept->excluded = longer;
	return change(request);
}

static enum status include(struct case_request *request, const char *item)
{
	Opsmesh__V1__CaseKept *const kept = request->work->kept;
	const size_t at = find_excluded(kept, item);

	if (at == kept->n_excluded)
		return REFUSED(request, NO_CHANGE, "id", "The item is not kept out.");
	kept->excluded[at] = kept->excluded[--kept->n_excluded];
	return change(request);
}

/* NULL: there is none. */
static Opsmesh__V1__EvidenceItem **find_translated(const Opsmesh__V1__CaseKept *kept,
                                                   const char *item_id)
{
	for (size_t i = 0; i < kept->n_translated; i++)
		if (text_equal(kept->translated[i]->item_id, item_id))
			return &kept->translated[i];
	return NULL;
}

static enum status translate(struct case_request *request, const char *item_id)
{
	Opsmesh__V1__CaseKept *const kept = request->work->kept;
	Opsmesh__V1__EvidenceItem **const before = find_translated(kept, item_id);
	Opsmesh__V1__EvidenceItem *const item = item_of(request);

	item->item_id = text_mutable(item_id);
	item->text = NULL;
	if (before == NULL && kept->n_translated == CASE_ADDED_MAX)
		return REFUSED(request, TOO_LARGE, "id", "Too many items are translated.");
	if (!has_room(request->work, before != NULL ? *before : NULL, size_of(&item->base)))
		return REFUSED(request, TOO_LARGE, "translation", NO_ROOM);
	if (before != NULL)
		*before = item;
	else
		add(request->work->task->arena, &kept->n_translated, &kept->translated, item);
	return change(request);
}

enum status case_correct(struct case_request *request)
{
	const char *const item = word(request, "id");
	const char *const decision = word(request, "decision");

	if (*item == '\0' && action_parameter(request->requested, "charges[0]") != NULL)
		return case_bundle_name(request);
	if (*item == '\0')
		return REFUSED(request, INVALID, "id", "Say which item, by its id.");
	if (strlen(item) > CASE_ID_MAX)
		return REFUSED(request, TOO_LARGE, "id", "No id of an item is so long.");
	if (text_equal(decision, "exclude"))
		return exclude(request, item);
	if (text_equal(decision, "include"))
		return include(request, item);
	return personal(request, "translation") != NULL
	           ? translate(request, item)
	           : REFUSED(request, INVALID, "decision",
	                     "One of exclude and include, or a translation.");
}
