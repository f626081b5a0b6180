#include "services/billing-sync/dispute/fraud_warning.h"

#include "common/base/text.h"
#include "common/io/proto.h"

bool fraud_warning_read(struct arena *arena, const struct json_place *object,
                        Opsmesh__V1__FraudWarningChanged *changed, struct json_error *error)
{
	Opsmesh__V1__FraudWarningChanged read = OPSMESH__V1__FRAUD_WARNING_CHANGED__INIT;
	struct instant created;
	bool actionable = false;
	const char *charge;
	const char *type;
	bool dated;

	if (!stripe_id_if(arena, object, "charge", &charge, error) ||
	    !stripe_word_if(arena, object, "fraud_type", &type, error) ||
	    !json_switch_if(object, "actionable", &actionable, error) ||
	    !stripe_time_if(object, "created", &dated, &created, error))
		return false;
	read.payment_id = text_mutable(charge);
	read.fraud_type = text_mutable(type);
	read.actionable = actionable;
	if (dated)
		read.created_at = proto_timestamp(arena, created);
	*changed = read;
	return true;
}
