/*
 * Evidence: what the account's dossier has for the reason at hand. It is looked for when a case begins and when something new
 * came, which waits a little, so that what comes together is gathered together.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/proto.h"

#define SAID_MAX 40 /* items that evidence_collected names: the most telling */

static enum status stir_one(struct task *task, const struct dossier_row *dossier,
                            const char *dispute, struct instant at)
{
	struct casework work;

	TRY(case_take(task, dossier->home, dispute, at, &work));
	if (work.kept->gather_at != NULL ||
	    !(life_needs_response(case_life(&work)) || case_life(&work) == LIFE_WARNED))
		return STATUS_OK;
	const struct instant when = time_add(at, work.policy->gather_wait);

	work.kept->gather_at = proto_timestamp(task->arena, when);
	task_timer_set(task, CASE_TIMER_GATHER, work.case_id, when);
	return case_keep(&work);
}

enum status case_stir(struct task *task, const struct dossier_row *dossier, struct instant at)
{
	const char *list = dossier->cases;
	const char *dispute;

	while ((dispute = listed_next(task->arena, &list)) != NULL)
		TRY(stir_one(task, dossier, dispute, at));
	return STATUS_OK;
}

void case_gather_soon(struct casework *work)
{
	work->kept->gather_at = proto_timestamp(work->task->arena, work->at);
	task_timer_set(work->task, CASE_TIMER_GATHER, work->case_id, work->at);
}

/* Looking. */

static const char *document_name(struct arena *arena, const char *before, const char *folder,
                                 const struct policy_head *head)
{
	return arena_printf(arena, "%s%s%s/%s/%lld", before, *before != '\0' ? " " : "", folder,
	                    head->id, (long long)head->version);
}

static struct instant began_at(const struct casework *work)
{
	return work->row.created_at.us != TIME_MIN.us ? work->row.created_at : work->row.opened_at;
}

enum status case_look(struct casework *work, struct case_evidence *found)
{
	struct task *const task = work->task;
	const struct dossier_row dossier = dossier_open(task, work->row.home);
	const struct reason_policy *const reasons =
	    policy_at(task_document(task, CASE_REASONS), work->at);
	const struct reason_said said = { work->row.network, work->row.code, "", work->row.reason };
	struct evidence_case about = {
		.home = work->row.home,
		.payment_id = work->row.payment_id,
		.amount = case_money(task->arena, work->row.amount, work->row.currency),
		.began = began_at(work),
		.intents = policy_at(task_document(task, INTENTS_POLICY), work->at),
		.shown = task_document(task, SHOWN_POLICY),
		.kept = work->kept,
		.is_cut = dossier_is_cut(&dossier),
	};
	const struct shown_policy *shown;
	Opsmesh__V1__DossierPage all;

	TRY(dossier_read(task, &dossier, &all));
	found->answer = reason_find(reasons, &said);
	about.reason = found->answer.reason;
	found->evidence = evidence_gather(task->arena, &all, &about);
	shown = shown_at(about.shown, found->evidence.charged_at);
	found->policy = document_name(task->arena, "", CASE_REASONS, &reasons->head);
	found->policy =
	    document_name(task->arena, found->policy, INTENTS_POLICY, &about.intents->head);
	if (shown != NULL)
		found->policy =
		    document_name(task->arena, found->policy, SHOWN_POLICY, &shown->head);
	return STATUS_OK;
}

/* Saying. */

/* Without their texts, which people wrote. */
static Opsmesh__V1__EvidenceItem **shown_items(struct arena *arena, const struct evidence *evidence,
                                               size_t count)
{
	Opsmesh__V1__EvidenceItem **const items = arena_alloc(arena, (count + 1) * sizeof(void *));

	for (size_t i = 0; i < count; i++) {
		items[i] = arena_copy(arena, evidence->items[i], sizeof(**items));
		items[i]->text = NULL;
		items[i]->translation = NULL;
	}
	return items;
}

/* How complete it is in a word, by which chances are reckoned. */
static const char *level_of(const struct casework *work, const struct reason_standing *standing)
{
	const struct economics_policy *const policy =
	    policy_at(task_document(work->task, CASE_ECONOMICS), work->at);

	return policy
	    ->levels[economics_level_of(policy, standing->complete_ppm, standing->required_missing)]
	    .name;
}

/* Said when it is other than what was said last. */
static enum status say_collected(struct casework *work, const struct case_evidence *found)
{
	struct arena *const arena = work->task->arena;
	const struct evidence *const evidence = &found->evidence;
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__EvidenceCollected collected = OPSMESH__V1__EVIDENCE_COLLECTED__INIT;
	uint8_t digest[DIGEST_SIZE];

	collected.stage = case_stage_number(case_stage(work));
	collected.items = (int64_t)(evidence->count - evidence->hurting);
	collected.hurting = (int64_t)evidence->hurting;
	collected.complete_ppm = evidence->standing.complete_ppm;
	collected.band = text_mutable(level_of(work, &evidence->standing));
	collected.found_by = text_mutable(reason_found_names[found->answer.found]);
	collected.policy = text_mutable(found->policy);
	collected.n_items_found = evidence->count < SAID_MAX ? evidence->count : SAID_MAX;
	collected.items_found = shown_items(arena, evidence, collected.n_items_found);
	work->kept->complete_ppm = collected.complete_ppm;
	work->kept->required_missing = (int64_t)evidence->standing.required_missing;
	digest_sha256(proto_pack(arena, &collected.base), digest);
	const char *const hex = text_hex(arena, (struct bytes){ digest, sizeof(digest) });

	if (text_equal(hex, work->kept->gathered))
		return STATUS_OK;
	work->kept->gathered = text_mutable(hex);
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_COLLECTED;
	event.evidence_collected = &collected;
	return case_emit(work, &event);
}

/* Gaps. */

static const struct reason_asked *asked_by_name(const struct reason *reason, const char *kind)
{
	for (size_t i = 0; i < reason->asked_count; i++)
		if (text_equal(evidence_kind_names[reason->asked[i].kind], kind))
			return &reason->asked[i];
	return NULL;
}

/* asked NULL: the reason is another by now, and does not ask for it. */
static enum status say_gap(struct casework *work, const struct case_evidence *found,
                           Opsmesh__V1__DisputeEvent__FactCase fact, const char *kind)
{
	const struct reason_asked *const asked = asked_by_name(found->answer.reason, kind);
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__EvidenceGapIdentified gap = OPSMESH__V1__EVIDENCE_GAP_IDENTIFIED__INIT;

	gap.stage = case_stage_number(case_stage(work));
	gap.kind = text_mutable(kind);
	gap.policy = text_mutable(found->policy);
	if (asked != NULL) {
		gap.field = text_mutable(asked->field);
		gap.required = asked->required;
		gap.weight_ppm = asked->weight_ppm;
		gap.supplier = text_mutable(evidence_supplier_names[asked->from]);
		gap.sentence = text_mutable(asked->say);
	}
	event.fact_case = fact;
	event.evidence_gap_identified = &gap;
	return case_emit(work, &event);
}

static bool is_in(char *const *kinds, size_t count, const char *kind)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(kinds[i], kind))
			return true;
	return false;
}

static enum status say_gaps(struct casework *work, const struct case_evidence *found)
{
	Opsmesh__V1__CaseKept *const kept = work->kept;
	const size_t count = found->evidence.gap_count;
	char **const gaps = arena_alloc(work->task->arena, (count + 1) * sizeof(*gaps));

	for (size_t i = 0; i < count; i++)
		gaps[i] = text_mutable(evidence_kind_names[found->evidence.gaps[i]->kind]);
	for (size_t i = 0; i < kept->n_gaps; i++)
		if (!is_in(gaps, count, kept->gaps[i]))
			TRY(say_gap(work, found,
			            OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_GAP_CLOSED,
			            kept->gaps[i]));
	for (size_t i = 0; i < count; i++)
		if (!is_in(kept->gaps, kept->n_gaps, gaps[i]))
			TRY(say_gap(work, found,
			            OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_GAP_IDENTIFIED,
			            gaps[i]));
	kept->gaps = gaps;
	kept->n_gaps = count;
	return STATUS_OK;
}

static enum status gather(struct casework *work)
{
	struct case_evidence found;

	if (!life_needs_response(case_life(work)) || work->kept->unanswerable)
		return STATUS_OK;
	TRY(case_look(work, &found));
	TRY(case_bundle_say(work, &found.evidence.bundle));
	TRY(say_collected(work, &found));
	TRY(say_gaps(work, &found));
	TRY(case_packet_doubt(work, &found));
	return case_pack(work, &found);
}

enum status case_gather(struct task *task, const char *key)
{
	const char *home;
	const char *dispute;
	struct casework work;

	if (!case_id_parse(task->arena, key, &home, &dispute))
		return task_fail(task, STATUS_FATAL, "timer %s: no case", key);
	TRY(case_take(task, home, dispute, task->due, &work));
	if (!work.known)
		return STATUS_OK;
	work.kept->gather_at = NULL;
	if (case_stage(&work) == LIFE_WARNING)
		TRY(case_warning_judge(&work));
	TRY(gather(&work));
	TRY(case_compelling(&work));
	TRY(case_recommend(&work));
	return case_keep(&work);
}

enum status case_gather_now(struct casework *work)
{
	struct task *const task = work->task;

	if (work->kept->gather_at == NULL)
		return STATUS_OK;
	TRY(task_timer_run(task, CASE_TIMER_GATHER, work->case_id, work->at));
	return case_take(task, work->row.home, work->row.dispute_id, work->at, work);
}
