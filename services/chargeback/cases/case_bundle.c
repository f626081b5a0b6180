/*
 * A dispute over several payments: which these are is told to whoever answers it, and people may name them.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/base/text.h"
#include "common/flow/action.h"

#include <string.h>

#define REFUSED(request, code, field, reason) \
	case_refuse((request), OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_##code, (field), (reason))

static Opsmesh__V1__BundleJudged *judged_of(struct casework *work, const struct bundle *bundle)
{
	struct arena *const arena = work->task->arena;
	Opsmesh__V1__BundleJudged *const judged = arena_alloc(arena, sizeof(*judged));

	opsmesh__v1__bundle_judged__init(judged);
	judged->stage = case_stage_number(case_stage(work));
	judged->found = text_mutable(bundle_found_names[bundle->found]);
	judged->amount = case_money(arena, work->row.amount, work->row.currency);
	judged->payment_ids =
	    arena_alloc(arena, (bundle->count + 1) * sizeof(*judged->payment_ids));
	for (size_t i = 0; i < bundle->count; i++)
		judged->payment_ids[judged->n_payment_ids++] = bundle->payments[i]->last->about;
	if (bundle->found != BUNDLE_NONE)
		judged->together = case_money(arena, bundle->together, work->row.currency);
	return judged;
}

/* Those that it was over before, and is not by now. */
static enum status unmark_others(struct casework *work, const Opsmesh__V1__BundleJudged *before,
                                 const struct bundle *bundle)
{
	const size_t count = before != NULL ? before->n_payment_ids : 0;

	for (size_t i = 0; i < count; i++)
		if (!text_equal(before->payment_ids[i], work->row.payment_id) &&
		    !bundle_holds(bundle, before->payment_ids[i]))
			TRY(case_unmark_disputed(work, before->payment_ids[i]));
	return STATUS_OK;
}

enum status case_bundle_say(struct casework *work, const struct bundle *bundle)
{
	Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
	Opsmesh__V1__BundleJudged *const judged = judged_of(work, bundle);
	const Opsmesh__V1__BundleJudged *const before = work->kept->bundle;

	if (before == NULL && bundle->found == BUNDLE_NONE)
		return STATUS_OK;
	if (before != NULL && case_same_message(work->task->arena, &before->base, &judged->base))
		return STATUS_OK;
	TRY(unmark_others(work, before, bundle));
	for (size_t i = 0; i < bundle->count; i++)
		if (bundle_holds(bundle, judged->payment_ids[i]))
			TRY(case_mark_disputed(work, judged->payment_ids[i]));
	work->kept->bundle = judged;
	event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_BUNDLE_JUDGED;
	event.bundle_judged = judged;
	return case_emit(work, &event);
}

/* Naming. */

/* NULL: so many were named. */
static const char *charge_at(const struct case_request *request, size_t place)
{
	return action_plain(action_parameter(
	    request->requested, arena_printf(request->work->task->arena, "charges[%zu]", place)));
}

static bool is_among(char *const *charges, size_t count, const char *charge)
{
	for (size_t i = 0; i < count; i++)
		if (text_equal(charges[i], charge))
			return true;
	return false;
}

/* Are all of them payments of the account that were taken? */
static enum status look_up(struct casework *work, char *const *charges, size_t count, bool *known)
{
	const struct dossier_row dossier = dossier_open(work->task, work->row.home);
	Opsmesh__V1__DossierPage page;

	TRY(dossier_read(work->task, &dossier, &page));
	const struct chronicle chronicle = chronicle_make(work->task->arena, &page);

	*known = true;
	for (size_t i = 0; i < count; i++) {
		const struct chronicle_payment *const payment =
		    chronicle_payment_of(&chronicle, charges[i]);

		*known = *known && payment != NULL && payment->first != NULL;
	}
	return STATUS_OK;
}

static enum status keep_charges(struct case_request *request, char **charges, size_t count)
{
	struct casework *const work = request->work;
	bool known;

	TRY(look_up(work, charges, count, &known));
	if (!known)
		return REFUSED(request, INVALID, "charges",
		               "One of them is no payment of this account that was taken.");
	work->kept->charges = charges;
	work->kept->n_charges = count;
	TRY(case_unstage(work, request->requested->by));
	case_gather_soon(work);
	return case_applied(request);
}

enum status case_bundle_name(struct case_request *request)
{
	struct casework *const work = request->work;
	char **const charges = arena_alloc(work->task->arena, BUNDLE_MAX * sizeof(*charges));
	size_t count = 0;
	const char *charge;

	while ((charge = charge_at(request, count)) != NULL) {
		if (count == BUNDLE_MAX)
			return REFUSED(request, TOO_LARGE, "charges",
			               "A dispute is over 36 charges at most.");
		if (is_among(charges, count, charge))
			return REFUSED(request, INVALID, "charges", "A charge is named twice.");
		charges[count++] = text_mutable(charge);
	}
	if (!life_is_open(case_life(work)))
		return REFUSED(request, ILLEGAL_MOVE, "on.id", "The case is over.");
	if (!is_among(charges, count, work->row.payment_id))
		return REFUSED(request, INVALID, "charges",
		               "The charge that the provider names must be among them.");
	return keep_charges(request, charges, count);
}
