/*
 * The card of a charge that failed: the networks count the attempts of a card, whosever they are.
 */
#include "services/billing-sync/dunning/payment_failure.h"
#include "services/billing-sync/object/object.h"

#include "common/base/text.h"
#include "common/io/json.h"

static bool has_failed(const struct object_row *row)
{
	return text_equal(row->object_type, "charge") && text_equal(row->status, "failed");
}

/* What cannot be read the stage `customer` says. */
const char *object_card(const struct object *it)
{
	struct arena *const arena = it->task->arena;
	AUTO_JSON document = NULL;
	struct payment_failure failure;
	struct json_error error;

	if (!has_failed(&it->row) ||
	    !json_parse_brief(it->row.body, OBSERVED_BODY_MAX, &document, &error))
		return NULL;
	const struct json_place charge = json_top(document);

	if (!payment_failure_read(arena, &charge, &failure, &error) ||
	    failure.fingerprint[0] == '\0')
		return NULL;
	return arena_printf(arena, "%s/%s", failure.network, failure.fingerprint);
}
