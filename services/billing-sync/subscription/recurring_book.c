#include "services/billing-sync/subscription/recurring_book.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

#define VERSION 1

const char *const recurring_kind_names[] = { "new",   "reactivation", "expansion", "contraction",
	                                     "churn", "fx",           NULL };

/* A customer's day. */

static int64_t amount_in(const struct recurring_amounts *amounts, const char *currency)
{
	for (size_t i = 0; i < amounts->count; i++)
		if (text_equal(amounts->list[i].currency, currency))
			return amounts->list[i].minor;
	return 0;
}

/*
 * Whether the customer comes, goes or stays is asked first, and of all currencies together: a customer
 * who returns has grown too, and must not be an expansion.
 */
static enum recurring_kind kind_of(const struct recurring_customer *customer, bool grows)
{
	if (customer->start.count == 0)
		return customer->ever ? RECURRING_REACTIVATION : RECURRING_NEW;
	if (customer->now.count == 0)
		return RECURRING_CHURN;
	return grows ? RECURRING_EXPANSION : RECURRING_CONTRACTION;
}

static size_t move(const struct recurring_customer *customer, const char *currency, int64_t from,
                   int64_t to, struct recurring_movement *movement)
{
	if (from == to)
		return 0;
	*movement = (struct recurring_movement){ .kind = kind_of(customer, to > from),
		                                 .minor = to > from ? to - from : from - to };
	memcpy(movement->currency, currency, sizeof(movement->currency));
	return 1;
}

/* Below 0: the left list's next currency comes first; above: the right one's. */
static int order_of(const struct recurring_amounts *left, size_t l,
                    const struct recurring_amounts *right, size_t r)
{
	if (l == left->count)
		return 1;
	if (r == right->count)
		return -1;
	return strcmp(left->list[l].currency, right->list[r].currency);
}

/* Both lists are in the order of their currencies, and so is what comes of them. */
static size_t moves(const struct recurring_customer *customer, struct recurring_movement *movements)
{
	const struct recurring_amounts *const from = &customer->start;
	const struct recurring_amounts *const to = &customer->now;
	size_t count = 0;
	size_t left = 0;
	size_t right = 0;

	while (left < from->count || right < to->count) {
		const int order = order_of(from, left, to, right);
		const struct recurring_amount *const next =
		    order <= 0 ? &from->list[left] : &to->list[right];

		count += move(customer, next->currency, amount_in(from, next->currency),
		              amount_in(to, next->currency), &movements[count]);
		left += order <= 0;
		right += order >= 0;
	}
	return count;
}

size_t recurring_day_end(struct recurring_customer *customer, int64_t day,
                         struct recurring_movement movements[static RECURRING_MOVEMENTS_MAX])
{
	size_t count;

	if (day <= customer->day)
		return 0;
	count = moves(customer, movements);
	customer->ever = customer->ever || customer->start.count > 0 || customer->now.count > 0;
	customer->start = customer->now;
	customer->day = day;
	return count;
}

/* A row's bytes: the version, then the fields in the order of the struct. */

static void amounts_pack(struct buffer *out, const struct recurring_amounts *amounts)
{
	pack_u8(out, (uint32_t)amounts->count);
	for (size_t i = 0; i < amounts->count; i++) {
		pack_text(out, amounts->list[i].currency);
		pack_i64(out, amounts->list[i].minor);
	}
}

static void amounts_take(struct packed *from, struct recurring_amounts *amounts)
{
	amounts->count = packed_u8(from, RECURRING_CURRENCIES_MAX);
	for (size_t i = 0; i < amounts->count; i++) {
		packed_text(from, amounts->list[i].currency, sizeof(amounts->list[i].currency));
		amounts->list[i].minor = packed_i64(from, 1, INT64_MAX);
	}
}

struct bytes recurring_customer_encode(struct arena *arena,
                                       const struct recurring_customer *customer)
{
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	pack_i64(&out, customer->day);
	pack_u8(&out, customer->ever);
	amounts_pack(&out, &customer->start);
	amounts_pack(&out, &customer->now);
	return pack_end(arena, &out);
}

bool recurring_customer_decode(struct bytes bytes, struct recurring_customer *customer)
{
	struct packed from = packed_open(bytes);
	struct recurring_customer read = { .day = 0 };

	if (packed_u8(&from, VERSION) != VERSION)
		return false;
	read.day = packed_i64(&from, INT32_MIN, INT32_MAX);
	read.ever = packed_u8(&from, 1) == 1;
	amounts_take(&from, &read.start);
	amounts_take(&from, &read.now);
	if (!packed_done(&from))
		return false;
	*customer = read;
	return true;
}

int64_t recurring_line_gap(const struct recurring_line *line)
{
	const int64_t *const moved = line->moved;
	__extension__ const __int128 must =
	    (__int128)line->starting + moved[RECURRING_NEW] + moved[RECURRING_EXPANSION] +
	    moved[RECURRING_REACTIVATION] - moved[RECURRING_CONTRACTION] - moved[RECURRING_CHURN] +
	    moved[RECURRING_FX];
	__extension__ const __int128 gap = line->ending - must;

	if (gap > INT64_MAX)
		return INT64_MAX;
	return gap < INT64_MIN ? INT64_MIN : (int64_t)gap;
}
