#include "services/chargeback/reason/dispute_status.h"

#include "common/base/text.h"

#include <stddef.h>

const char *const dispute_standing_names[] = {
	"open", "under_review", "won", "lost", "closed", NULL
};

static const struct {
	const char *word;
	struct dispute_status status;
} statuses[] = {
	{ "warning_needs_response", { DISPUTE_OPEN, true, true } },
	{ "warning_under_review", { DISPUTE_UNDER_REVIEW, true, true } },
	{ "warning_closed", { DISPUTE_CLOSED, true, true } },
	{ "needs_response", { DISPUTE_OPEN, false, true } },
	{ "under_review", { DISPUTE_UNDER_REVIEW, false, true } },
	{ "won", { DISPUTE_WON, false, true } },
	{ "lost", { DISPUTE_LOST, false, true } },
	{ "prevented", { DISPUTE_CLOSED, false, true } },
	{ "charge_refunded", { DISPUTE_CLOSED, false, true } }, /* of old versions of the API */
};

struct dispute_status dispute_status_of(const char *word)
{
	static const struct dispute_status unknown = { DISPUTE_OPEN, false, false };

	for (size_t i = 0; i < COUNT_OF(statuses); i++)
		if (text_equal(statuses[i].word, word))
			return statuses[i].status;
	return unknown;
}
