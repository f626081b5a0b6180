/*
 * What the stage index brings: facts of cases go to their case, all else, and that there is a case, into the account's dossier.
 */
#include "services/chargeback/cases/case_before.h"

#include "common/io/proto.h"
#include "services/chargeback/dossier/entry.h"

static enum status keep(struct task *task, const Opsmesh__V1__MaterialEvent *material)
{
	Opsmesh__V1__DossierEntry entry;
	struct dossier_row dossier;
	struct instant at;

	TRY(task_key(task, "home", material->home, CASE_ID_MAX));
	if (!proto_instant(material->occurred_at, &at))
		return task_fail(task, STATUS_REJECT, "occurred_at: missing or out of range");
	if (!entry_of(task->arena, material, &entry))
		return STATUS_OK;
	dossier = dossier_open(task, material->home);
	dossier_add(task, &dossier, &entry);
	TRY(case_index_card(task, material, at));
	return case_stir(task, &dossier, at);
}

/* A dispute or warning is a case; and the dossier has it, because a payment with one is no evidence in another case. */
static enum status on_challenge(struct task *task, const Opsmesh__V1__MaterialEvent *material)
{
	const Opsmesh__V1__BillingEvent *const billing = material->billing;

	TRY(billing->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED
	        ? case_on_dispute(task, material, billing->dispute_changed, false)
	        : case_on_warning(task, material, billing->fraud_warning_changed));
	return keep(task, material);
}

static enum status on_billing(struct task *task, const Opsmesh__V1__MaterialEvent *material)
{
	const Opsmesh__V1__BillingEvent *const billing = material->billing;
	const Opsmesh__V1__BillingEvent__FactCase fact = billing->fact_case;

	if (fact == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED ||
	    fact == OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED)
		return on_challenge(task, material);
	if (fact == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN)
		return case_on_funds(task, material, billing->dispute_funds_withdrawn, false);
	if (fact == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED)
		return case_on_funds(task, material, billing->dispute_funds_reinstated, true);
	if (fact == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED)
		return case_on_unplaced(task, material, billing->object_unplaced);
	if (fact == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED)
		return case_on_placed(task, material, billing->object_placed);
	return keep(task, material);
}

enum status case_on_material(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__MaterialEvent *const material = (const void *)message;

	return material->fact_case == OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING
	           ? on_billing(task, material)
	           : keep(task, material);
}

void case_need_material(struct task *task, const ProtobufCMessage *message)
{
	const Opsmesh__V1__MaterialEvent *const material = (const void *)message;

	task_need(task, &dossier_table, &(struct dossier_row){ .home = material->home });
}
