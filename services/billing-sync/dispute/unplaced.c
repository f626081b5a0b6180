#include "services/billing-sync/dispute/unplaced.h"

#include "common/base/text.h"
#include "services/billing-sync/dispute/dispute.h"
#include "services/billing-sync/dispute/fraud_warning.h"

#define PAYLOAD_MAX ((size_t)1 << 20) /* what a broker carries */

#define DISPUTE "dispute"
#define WARNING "radar.early_fraud_warning"

bool unplaced_is(const char *object_type)
{
	return text_equal(object_type, DISPUTE) || text_equal(object_type, WARNING);
}

static Opsmesh__V1__DisputeChanged *tell_dispute(struct arena *arena,
                                                 const struct currency_policy *currencies,
                                                 const struct unplaced_state *state,
                                                 const struct json_place *object,
                                                 const Opsmesh__V1__Unplaced *before)
{
	Opsmesh__V1__DisputeChanged *const told = arena_alloc(arena, sizeof(*told));
	struct json_error error;

	if (!dispute_read(arena, currencies, object, told, &error))
		dispute_glean(arena, currencies, object, told);
	told->dispute_id = text_mutable(state->object_id);
	told->payment_id = text_mutable(state->charge_id);
	told->from_status = before != NULL ? before->status : text_mutable("");
	told->to_status = text_mutable(state->status);
	return told;
}

static Opsmesh__V1__FraudWarningChanged *tell_warning(struct arena *arena,
                                                      const struct unplaced_state *state,
                                                      const struct json_place *object,
                                                      const Opsmesh__V1__Unplaced *before)
{
	Opsmesh__V1__FraudWarningChanged *const told = arena_alloc(arena, sizeof(*told));
	struct json_error error;

	/* What nobody can read is open: it is not let go on a guess. */
	if (!fraud_warning_read(arena, object, told, &error)) {
		opsmesh__v1__fraud_warning_changed__init(told);
		told->actionable = true;
	}
	told->warning_id = text_mutable(state->object_id);
	told->payment_id = text_mutable(state->charge_id);
	told->again = before != NULL;
	told->from_actionable = before != NULL && before->actionable;
	return told;
}

Opsmesh__V1__ObjectUnplaced *unplaced_tell(struct arena *arena,
                                           const struct currency_policy *currencies,
                                           const struct unplaced_state *state,
                                           const Opsmesh__V1__Unplaced *before)
{
	Opsmesh__V1__ObjectUnplaced *const told = arena_alloc(arena, sizeof(*told));
	AUTO_JSON document = NULL;
	struct json_error error;

	opsmesh__v1__object_unplaced__init(told);
	if (!json_parse_brief(state->payload, PAYLOAD_MAX, &document, &error))
		document = NULL;
	const struct json_place object = json_top(document);

	if (text_equal(state->object_type, DISPUTE)) {
		told->object_case = OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE;
		told->dispute = tell_dispute(arena, currencies, state, &object, before);
	} else {
		told->object_case = OPSMESH__V1__OBJECT_UNPLACED__OBJECT_FRAUD_WARNING;
		told->fraud_warning = tell_warning(arena, state, &object, before);
	}
	return told;
}

Opsmesh__V1__Unplaced *unplaced_of(struct arena *arena, const struct unplaced_state *state,
                                   const Opsmesh__V1__ObjectUnplaced *told)
{
	Opsmesh__V1__Unplaced *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__unplaced__init(made);
	made->object_id = text_mutable(state->object_id);
	made->object_type = text_mutable(state->object_type);
	made->status = text_mutable(state->status);
	made->actionable =
	    told->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_FRAUD_WARNING &&
	    told->fraud_warning->actionable;
	return made;
}
