/*
 * Which approvals lapse, because what they would give is disputed or gone.
 */
#include "services/billing-sync/refund/refund_inside.h"

const char *const refund_lapse_names[] = { "", "disputed", "inquired", "gone", NULL };

static size_t last_open(const struct refund_row *row)
{
	const struct refund_settled settled = refund_settle(row);

	for (size_t i = row->approval_count; i > 0; i--)
		if (!row->approvals[i - 1].failed && !row->approvals[i - 1].waits &&
		    settled.by[i - 1] == REFUND_NONE)
			return i - 1;
	return REFUND_NONE;
}

bool refund_has_open(const struct refund_row *row)
{
	return last_open(row) != REFUND_NONE;
}

/* What the charge says to have given back may be these very approvals: only refunds that are known count. */
static int64_t all_of(const struct refund_row *row, const struct refund_elsewhere *elsewhere)
{
	const int64_t own = refund_plus(refund_known(row), refund_approved(row));
	const int64_t beside = refund_plus(elsewhere->given, elsewhere->taken);

	return refund_plus(refund_plus(own, refund_taken(row)), beside);
}

/* With all that is open nothing may be left, where an inquiry lets only that through. */
static bool is_inquired(const struct refund_policy *policy, const struct refund_row *row,
                        const struct refund_elsewhere *elsewhere)
{
	return refund_has_dispute(row, REFUND_DISPUTE_INQUIRY) &&
	       policy->inquiry != REFUND_INQUIRY_ANY &&
	       !(policy->inquiry == REFUND_INQUIRY_FULL && refund_left_beside(row, elsewhere) == 0);
}

static enum refund_lapse lapse_of(const struct refund_policy *policy, const struct refund_row *row,
                                  const struct refund_elsewhere *elsewhere)
{
	if (refund_has_dispute(row, REFUND_DISPUTE_OPEN) || elsewhere->disputed)
		return REFUND_LAPSE_DISPUTED;
	if (is_inquired(policy, row, elsewhere))
		return REFUND_LAPSE_INQUIRED;
	return row->known && all_of(row, elsewhere) > row->charged ? REFUND_LAPSE_GONE
	                                                           : REFUND_LAPSE_NONE;
}

const struct refund_approval *refund_take_back(const struct refund_policy *policy,
                                               struct refund_row *row,
                                               const struct refund_elsewhere *elsewhere,
                                               struct instant at)
{
	const size_t place = last_open(row);
	const enum refund_lapse lapse =
	    place != REFUND_NONE ? lapse_of(policy, row, elsewhere) : REFUND_LAPSE_NONE;

	if (lapse == REFUND_LAPSE_NONE)
		return NULL;
	row->approvals[place].failed = true;
	row->approvals[place].lapse = lapse;
	row->approvals[place].withdrawn = true;
	row->approvals[place].withdrawn_at = at;
	return &row->approvals[place];
}
