#include "services/billing-sync/refund/refund_inside.h"

#include "common/base/text.h"
#include "common/io/digest.h"

#include <string.h>

/* Ids. */

uint64_t refund_id(const char *text)
{
	uint8_t digest[DIGEST_SIZE];

	if (text[0] == '\0')
		return 0;
	digest_sha256(bytes_of(text), digest);
	return bytes_u64(digest);
}

/* What is known. */

static int64_t at_least_none(int64_t amount)
{
	return amount > 0 ? amount : 0;
}

void refund_on_charge(struct refund_row *row, struct money captured, int64_t given,
                      struct instant at)
{
	row->known = true;
	row->charged = at_least_none(captured.minor);
	row->said = at_least_none(given);
	memcpy(row->currency, captured.currency, sizeof(row->currency));
	row->charged_at = at;
}

/* Its place among them, by id, so that the order in which they are heard leaves no trace. */
static struct refund_made *made_at(struct refund_row *row, uint64_t refund)
{
	size_t place = 0;

	while (place < row->made_count && row->made[place].refund < refund)
		place++;
	if (place < row->made_count && row->made[place].refund == refund)
		return &row->made[place];
	if (row->made_count == REFUND_REFUNDS_MAX) {
		row->crowded = true;
		return NULL;
	}
	memmove(row->made + place + 1, row->made + place,
	        (row->made_count - place) * sizeof(row->made[0]));
	row->made_count++;
	row->made[place] = (struct refund_made){ .refund = refund };
	return &row->made[place];
}

void refund_on_made(struct refund_row *row, const struct refund_news *news)
{
	struct refund_made *const made = made_at(row, refund_id(news->refund_id));

	if (made == NULL)
		return;
	made->amount = news->amount > made->amount ? news->amount : made->amount;
	made->paid = news->paid > made->paid ? news->paid : made->paid;
	made->state = news->state > made->state ? news->state : made->state;
	made->at = time_before(made->at, news->at) ? news->at : made->at;
	memcpy(made->currency, news->currency, sizeof(made->currency));
	if (news->action_id[0] != '\0')
		made->action = refund_id(news->action_id);
}

enum refund_dispute_state refund_dispute_state_of(const char *status)
{
	static const char *const closed[] = {
		"won", "lost", "warning_closed", "prevented", "charge_refunded", NULL
	};

	if (text_among(closed, status))
		return REFUND_DISPUTE_CLOSED;
	return text_starts(status, "warning_") ? REFUND_DISPUTE_INQUIRY : REFUND_DISPUTE_OPEN;
}

bool refund_dispute_gave(const char *status, const char *case_type)
{
	return text_equal(status, "lost") ||
	       (text_equal(status, "prevented") && !text_equal(case_type, "block"));
}

void refund_on_dispute(struct refund_row *row, const char *dispute_id,
                       enum refund_dispute_state state, int64_t taken)
{
	const uint64_t dispute = refund_id(dispute_id);
	size_t place = 0;

	while (place < row->dispute_count && row->disputes[place].dispute != dispute)
		place++;
	if (place == REFUND_DISPUTES_MAX) {
		row->crowded = true;
		return;
	}
	row->dispute_count += place == row->dispute_count;
	row->disputes[place] = (struct refund_dispute){ dispute, state, at_least_none(taken) };
}

size_t refund_find(const struct refund_row *row, const char *action)
{
	for (size_t i = 0; i < row->approval_count; i++)
		if (text_equal(row->approvals[i].action, action))
			return i;
	return REFUND_NONE;
}

bool refund_on_failure(struct refund_row *row, const char *action_id, struct instant at)
{
	const size_t place = refund_find(row, action_id);

	if (place == REFUND_NONE)
		return false;
	struct refund_approval *const approval = &row->approvals[place];

	if (!approval->failed && !approval->waits) {
		approval->withdrawn = true;
		approval->withdrawn_at = at;
	}
	approval->failed = true;
	return true;
}

/* Sums. */

int64_t refund_plus(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static size_t named_by(const struct refund_row *row, const struct refund_approval *approval)
{
	const uint64_t action = refund_id(approval->action);
	size_t i = 0;

	while (i < row->made_count && row->made[i].action != action)
		i++;
	return i < row->made_count ? i : REFUND_NONE;
}

static bool is_taken(const struct refund_settled *settled, size_t count, size_t made)
{
	for (size_t i = 0; i < count; i++)
		if (settled->by[i] == made)
			return true;
	return false;
}

/* Made by hand after it, of its very amount, for no other one: the first of them. */
static size_t fits(const struct refund_row *row, const struct refund_settled *settled, size_t which)
{
	const struct refund_approval *const approval = &row->approvals[which];
	size_t best = REFUND_NONE;

	for (size_t i = 0; i < row->made_count; i++) {
		const struct refund_made *const made = &row->made[i];

		if (made->action == 0 && made->amount == approval->amount &&
		    time_before(approval->at, made->at) &&
		    !is_taken(settled, row->approval_count, i) &&
		    (best == REFUND_NONE || time_before(made->at, row->made[best].at)))
			best = i;
	}
	return best;
}

/* What is approved before what only waits for it. */
static void settle_by_amount(const struct refund_row *row, struct refund_settled *settled,
                             bool waits)
{
	for (size_t i = 0; i < row->approval_count; i++)
		if (settled->by[i] == REFUND_NONE && !row->approvals[i].failed &&
		    row->approvals[i].waits == waits)
			settled->by[i] = fits(row, settled, i);
}

struct refund_settled refund_settle(const struct refund_row *row)
{
	struct refund_settled settled;

	for (size_t i = 0; i < REFUND_APPROVALS_MAX; i++)
		settled.by[i] =
		    i < row->approval_count ? named_by(row, &row->approvals[i]) : REFUND_NONE;
	settle_by_amount(row, &settled, false);
	settle_by_amount(row, &settled, true);
	return settled;
}

enum refund_standing refund_standing(const struct refund_row *row, const char *action_id)
{
	const size_t place = refund_find(row, action_id);

	if (place == REFUND_NONE)
		return REFUND_STANDING_NONE;
	if (refund_settle(row).by[place] != REFUND_NONE)
		return REFUND_STANDING_SETTLED;
	return row->approvals[place].failed ? REFUND_STANDING_FAILED : REFUND_STANDING_OPEN;
}

static int64_t amount_of(const struct refund_row *row, const struct refund_made *made,
                         int64_t foreign)
{
	const bool same =
	    !row->known || made->currency[0] == '\0' || text_equal(made->currency, row->currency);

	return same ? made->amount : foreign;
}

/* Of those that did not fail. */
static int64_t standing(const struct refund_row *row, int64_t foreign)
{
	int64_t sum = 0;

	for (size_t i = 0; i < row->made_count; i++)
		if (row->made[i].state != REFUND_FAILED)
			sum = refund_plus(sum, amount_of(row, &row->made[i], foreign));
	return sum;
}

int64_t refund_made_sum(const struct refund_row *row)
{
	return row->known ? standing(row, 0) : 0;
}

/* The charge may know of refunds that nobody has told us yet. */
static int64_t made(const struct refund_row *row)
{
	const int64_t sum = standing(row, INT64_MAX);

	return sum > row->said ? sum : row->said;
}

int64_t refund_heard(const struct refund_row *row)
{
	int64_t sum = 0;

	for (size_t i = 0; i < row->made_count; i++)
		sum = refund_plus(sum, amount_of(row, &row->made[i], INT64_MAX));
	return row->crowded ? INT64_MAX : sum;
}

int64_t refund_known(const struct refund_row *row)
{
	return standing(row, INT64_MAX);
}

int64_t refund_approved(const struct refund_row *row)
{
	const struct refund_settled settled = refund_settle(row);
	int64_t sum = 0;

	for (size_t i = 0; i < row->approval_count; i++)
		if (!row->approvals[i].failed && !row->approvals[i].waits &&
		    settled.by[i] == REFUND_NONE)
			sum = refund_plus(sum, row->approvals[i].amount);
	return sum;
}

int64_t refund_given(const struct refund_row *row)
{
	return refund_plus(made(row), refund_approved(row));
}

int64_t refund_taken(const struct refund_row *row)
{
	int64_t sum = 0;

	for (size_t i = 0; i < row->dispute_count; i++)
		sum = refund_plus(sum, row->disputes[i].taken);
	return sum;
}

int64_t refund_left(const struct refund_row *row)
{
	const int64_t gone = refund_plus(refund_given(row), refund_taken(row));

	return gone < row->charged ? row->charged - gone : 0;
}

/* What is open. */

bool refund_has_dispute(const struct refund_row *row, enum refund_dispute_state state)
{
	for (size_t i = 0; i < row->dispute_count; i++)
		if (row->disputes[i].state == state)
			return true;
	return false;
}

bool refund_disputed(const struct refund_row *row)
{
	return refund_has_dispute(row, REFUND_DISPUTE_OPEN) ||
	       refund_has_dispute(row, REFUND_DISPUTE_INQUIRY);
}

bool refund_pending(const struct refund_row *row)
{
	const struct refund_settled settled = refund_settle(row);

	for (size_t i = 0; i < row->made_count; i++)
		if (row->made[i].state == REFUND_PENDING)
			return true;
	for (size_t i = 0; i < row->approval_count; i++)
		if (!row->approvals[i].failed && settled.by[i] == REFUND_NONE)
			return true;
	return false;
}
