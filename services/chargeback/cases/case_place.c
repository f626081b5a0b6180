/*
 * Cases of which nobody knows the customer: at home under the charge, or under themselves while no charge is named. Once more is
 * known the case ends as placed, and another begins where it belongs.
 */
#include "services/chargeback/cases/case.h"

#include "common/base/text.h"

/* The lease of what was asked for stays: whoever looks at it must know that nothing was seen here. */
static enum status leave(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                         const char *object_id, const char *customer_id)
{
	struct casework work;

	TRY(case_take_at(task, material, object_id, &work));
	if (case_life(&work) == LIFE_NEW)
		return STATUS_OK;
	case_learn(&work.row.customer_id, customer_id);
	TRY(case_unstage(&work, NULL));
	TRY(case_move(&work, LIFE_PLACE));
	TRY(case_schedule(&work, work.row.due_by));
	return case_keep(&work);
}

/* It came to where it was while it named no charge; now it names one. */
static bool has_left(const Opsmesh__V1__MaterialEvent *material, const char *object_id,
                     const char *payment_id)
{
	return *payment_id != '\0' && !text_equal(payment_id, material->home) &&
	       text_equal(object_id, material->home);
}

static enum status on_dispute(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                              const Opsmesh__V1__DisputeChanged *changed, bool charge_unknown)
{
	return has_left(material, changed->dispute_id, changed->payment_id)
	           ? leave(task, material, changed->dispute_id, "")
	           : case_on_dispute(task, material, changed, charge_unknown);
}

static enum status on_warning(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                              const Opsmesh__V1__FraudWarningChanged *changed)
{
	return has_left(material, changed->warning_id, changed->payment_id)
	           ? leave(task, material, changed->warning_id, "")
	           : case_on_warning(task, material, changed);
}

enum status case_on_unplaced(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                             const Opsmesh__V1__ObjectUnplaced *unplaced)
{
	return unplaced->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE
	           ? on_dispute(task, material, unplaced->dispute, !unplaced->charge_known)
	           : on_warning(task, material, unplaced->fraud_warning);
}

enum status case_on_placed(struct task *task, const Opsmesh__V1__MaterialEvent *material,
                           const Opsmesh__V1__ObjectPlaced *placed)
{
	return leave(task, material, placed->object_id, placed->customer_id);
}
