/*
 * model_year - years that are billed at once and earned day by day, and months that may be yet to come.
 *
 * Each month has its days' share of the year, by largest remainder, and each of its days the same, the first ones a
 * unit more where that does not go into it. What is taken back clears what is not yet earned on its day, and the
 * rest of the time is earned in the same shape, again by largest remainder. Written from that rule alone.
 */
#include "tests/support/model_inside.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

#define DAY_S (24 * 3600)
#define YEAR_DAYS 365
#define MONTHS 12
#define PARTS_MAX 48

static struct model_year *year_of(struct life *life, const char *invoice)
{
	for (size_t i = 0; i < life->customer->year_count; i++)
		if (text_equal(life->customer->years[i].invoice_id, invoice))
			return &life->customer->years[i];
	return NULL;
}

void model_year_put(struct life *life, const struct model_invoice *invoice, bool owed)
{
	struct model_customer *const customer = life->customer;
	const struct model_line *const line = &invoice->lines[0];
	struct model_year *year = year_of(life, invoice->id);

	if (!life->yearly && !life->beside)
		return;
	CHECK(invoice->line_count == 1);
	if (year == NULL) {
		CHECK(customer->year_count < MODEL_YEARS_MAX);
		year = &customer->years[customer->year_count++];
	}
	year->invoice_id = invoice->id;
	year->currency = life->currency->code;
	year->owed = owed;
	year->minor = (line->amount - line->discount) / life->currency->scale;
	year->start_s = line->start_s;
	year->end_s = line->end_s;
}

void model_reverse(struct life *life, const char *invoice, const char *object, int64_t amount,
                   int64_t at_s)
{
	struct model_year *const year = year_of(life, invoice);

	if (year == NULL)
		return;
	CHECK(year->reversal_count < MODEL_REVERSALS_MAX);
	year->reversals[year->reversal_count++] =
	    (struct model_reversal){ object, amount / life->currency->scale, at_s };
}

void model_reverse_instead(struct life *life, const char *invoice, const char *refund,
                           const char *note, int64_t amount)
{
	struct model_year *const year = year_of(life, invoice);

	for (size_t i = 0; year != NULL && i < year->reversal_count; i++)
		if (text_equal(year->reversals[i].object_id, refund)) {
			year->reversals[i].object_id = note;
			year->reversals[i].minor = amount / life->currency->scale;
		}
}

/* Days of one month. */
struct part {
	int64_t first;
	int64_t days;
	int64_t weight;
	int64_t minor;
};

struct schedule {
	struct part parts[PARTS_MAX];
	size_t count;
};

/* Those from one on, by their weights; of equal rests the earlier is the greater. */
static void share_out(struct schedule *schedule, size_t from, int64_t total)
{
	int64_t rests[PARTS_MAX];
	int64_t whole = 0, left = total;

	for (size_t i = from; i < schedule->count; i++)
		whole += schedule->parts[i].weight;
	for (size_t i = from; i < schedule->count && whole > 0; i++) {
		__extension__ const __int128 product = (__int128)total * schedule->parts[i].weight;

		schedule->parts[i].minor = (int64_t)(product / whole);
		rests[i] = (int64_t)(product % whole);
		left -= schedule->parts[i].minor;
	}
	for (; whole > 0 && left > 0; left--) {
		size_t most = from;

		for (size_t i = from; i < schedule->count; i++)
			most = rests[i] > rests[most] ? i : most;
		schedule->parts[most].minor++;
		rests[most] = -1;
	}
}

static int64_t earned_before(const struct part *part, int64_t day)
{
	const int64_t days = day <= part->first                ? 0
	                     : day >= part->first + part->days ? part->days
	                                                       : day - part->first;
	const int64_t rest = part->minor % part->days;

	return part->minor / part->days * days + (days < rest ? days : rest);
}

static int64_t left_of(const struct schedule *schedule, int64_t day)
{
	int64_t left = 0;

	for (size_t i = 0; i < schedule->count; i++)
		left += schedule->parts[i].minor - earned_before(&schedule->parts[i], day);
	return left;
}

/* The first day of the month after. */
static int64_t next_month(int64_t day)
{
	static const int lengths[MONTHS] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int64_t first = day / YEAR_DAYS * YEAR_DAYS;
	int month = 0;

	while (first <= day)
		first += lengths[month++];
	return first;
}

static void plan(const struct model_year *year, struct schedule *schedule)
{
	const int64_t end = (year->end_s - MODEL_START_S) / DAY_S;
	int64_t day = (year->start_s - MODEL_START_S) / DAY_S;

	schedule->count = 0;
	while (day < end) {
		const int64_t next = next_month(day) < end ? next_month(day) : end;

		schedule->parts[schedule->count++] =
		    (struct part){ day, next - day, next - day, 0 };
		day = next;
	}
	share_out(schedule, 0, year->minor);
}

/* A month in which something is taken back is two from then on; the place of the second. */
static size_t cut(struct schedule *schedule, int64_t day)
{
	size_t at = 0;

	while (at < schedule->count && schedule->parts[at].first + schedule->parts[at].days <= day)
		at++;
	if (at == schedule->count || schedule->parts[at].first >= day)
		return at;
	CHECK(schedule->count < PARTS_MAX);
	struct part *const whole = &schedule->parts[at];
	const int64_t before = earned_before(whole, day);

	memmove(whole + 1, whole, (schedule->count - at) * sizeof(*whole));
	schedule->count++;
	whole[1].first = day;
	whole[1].days -= day - whole[0].first;
	whole[1].minor -= before;
	whole[0].days = day - whole[0].first;
	whole[0].minor = before;
	return at + 1;
}

static void take_back(struct schedule *schedule, const struct model_reversal *reversal)
{
	const int64_t day = (reversal->at_s - MODEL_START_S) / DAY_S;
	const int64_t left = left_of(schedule, day);
	const size_t from = cut(schedule, day);

	for (size_t i = from; i < schedule->count; i++)
		schedule->parts[i].weight = schedule->parts[i].minor;
	share_out(schedule, from, reversal->minor < left ? left - reversal->minor : 0);
}

static bool is_before(const struct model_reversal *a, const struct model_reversal *b)
{
	if (a->at_s != b->at_s)
		return a->at_s < b->at_s;
	return strcmp(a->object_id, b->object_id) < 0;
}

int64_t model_deferred(const struct model_year *year, int64_t day)
{
	struct model_reversal sorted[MODEL_REVERSALS_MAX];
	struct schedule schedule;

	if (!year->owed)
		return 0;
	plan(year, &schedule);
	for (size_t i = 0; i < year->reversal_count; i++) {
		size_t at = i;

		for (; at > 0 && is_before(&year->reversals[i], &sorted[at - 1]); at--)
			sorted[at] = sorted[at - 1];
		sorted[at] = year->reversals[i];
	}
	for (size_t i = 0; i < year->reversal_count; i++)
		take_back(&schedule, &sorted[i]);
	return left_of(&schedule, day);
}
