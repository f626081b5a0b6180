#include "services/billing-sync/revenue/deferral_plan.h"

#include "common/base/packed.h"
#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define VERSION 3
#define REFUNDS_MAX 250 /* of one credit note, more than it may name */

/* Facts. */

static bool merge(struct plan_reversal *into, const struct plan_reversal *more)
{
	if (__builtin_add_overflow(into->minor, more->minor, &into->minor))
		return false;
	if (more->minor > 0)
		into->at = time_earlier(into->at, more->at);
	return true;
}

/* In a copy of the list; NULL: there are too many. */
static struct plan_reversal *place(struct arena *arena, struct deferral_facts *facts,
                                   const struct plan_reversal *like)
{
	const size_t count = facts->reversal_count;
	struct plan_reversal *const list = arena_zero(arena, (count + 1) * sizeof(*list));
	size_t at = 0;

	for (; at < count && strcmp(facts->reversals[at].object, like->object) < 0; at++)
		list[at] = facts->reversals[at];
	const bool known = at < count && text_equal(facts->reversals[at].object, like->object);

	if (!known && count == PLAN_REVERSALS_MAX)
		return NULL;
	list[at] = known ? facts->reversals[at]
	                 : (struct plan_reversal){ .object = like->object,
		                                   .currency = like->currency,
		                                   .dispute = like->dispute,
		                                   .at = TIME_MAX };
	for (size_t i = at + known; i < count; i++)
		list[i + !known] = facts->reversals[i];
	facts->reversals = list;
	facts->reversal_count = count + !known;
	return &list[at];
}

bool deferral_facts_reverse(struct arena *arena, struct deferral_facts *facts,
                            const struct plan_reversal *more)
{
	struct deferral_facts after = *facts;
	struct plan_reversal *const there = place(arena, &after, more);

	if (there == NULL || !merge(there, more))
		return false;
	*facts = after;
	return true;
}

bool deferral_facts_note(struct arena *arena, struct deferral_facts *facts,
                         const struct plan_reversal *note)
{
	struct plan_reversal *const there = place(arena, facts, note);

	if (there == NULL)
		return false;
	*there = *note;
	return true;
}

/* The plan. */

static int by_time(const void *a, const void *b)
{
	const struct plan_reversal *const left = *(struct plan_reversal *const *)a;
	const struct plan_reversal *const right = *(struct plan_reversal *const *)b;

	if (left->at.us != right->at.us)
		return time_before(left->at, right->at) ? -1 : 1;
	return strcmp(left->object, right->object);
}

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* What a credit note has of a refund; one that is void has nothing. */
static int64_t noted_by(const struct plan_reversal *note, const char *refund)
{
	int64_t sum = 0;

	for (size_t i = 0; i < note->refund_count && note->minor > 0; i++)
		if (text_equal(note->refunds[i].refund, refund) &&
		    __builtin_add_overflow(sum, note->refunds[i].minor, &sum))
			return INT64_MAX;
	return sum;
}

/* What clears by itself: no credit note has it. */
static int64_t own_of(const struct deferral_facts *facts, const struct plan_reversal *reversal)
{
	int64_t left = reversal->minor;

	for (size_t i = 0; i < facts->reversal_count && left > 0; i++)
		left -= least(left, noted_by(&facts->reversals[i], reversal->object));
	return left;
}

/* A line that was reversed too often clears nothing more: it is all contra revenue then. */
static void reverse(struct arena *arena, struct deferral *plan, const struct books_policy *books,
                    struct plan_reversal *reversal, int64_t minor)
{
	struct deferral_reversal of;
	const char *reason;

	if (deferral_reverse(arena, plan, recognition_day(books->zone, reversal->at), minor, &of,
	                     &reason))
		reversal->cleared = minor - of.contra;
}

/* Of what was owed by nobody any more nothing is taken back. */
static bool clears(const struct deferral_facts *facts, const struct plan_reversal *reversal)
{
	const struct instant at = time_later(reversal->at, facts->finalised);

	return text_equal(reversal->currency, facts->currency) && own_of(facts, reversal) > 0 &&
	       (!facts->ended || time_before(at, facts->ended_at));
}

bool deferral_plan(struct arena *arena, struct deferral_facts *facts,
                   const struct books_policy *books, struct deferral *plan, const char **reason)
{
	struct plan_reversal **const order =
	    arena_alloc(arena, (facts->reversal_count + 1) * sizeof(struct plan_reversal *));
	size_t count = 0;

	if (!deferral_open(arena, facts->lines, facts->billed ? facts->line_count : 0, books,
	                   facts->finalised, facts->finalised, plan, reason))
		return false;
	for (size_t i = 0; i < facts->reversal_count; i++) {
		struct plan_reversal *const reversal = &facts->reversals[i];

		reversal->cleared = 0;
		if (clears(facts, reversal))
			order[count++] = reversal;
	}
	qsort(order, count, sizeof(struct plan_reversal *), by_time);
	for (size_t i = 0; i < count && plan->count > 0; i++)
		reverse(arena, plan, books, order[i], own_of(facts, order[i]));
	return true;
}

int64_t deferral_plan_billed(const struct deferral *plan, const struct deferral_facts *facts)
{
	int64_t sum = 0;

	for (size_t i = 0; i < plan->count; i++)
		sum += plan->lines[i].schedule.minor;
	for (size_t i = 0; i < facts->reversal_count; i++)
		sum += facts->reversals[i].cleared;
	return sum;
}

/* A row's bytes. */

static void pack_reversal(struct buffer *out, const struct plan_reversal *it)
{
	pack_text(out, it->object);
	pack_text(out, it->currency);
	pack_u8(out, it->dispute);
	pack_i64(out, it->minor);
	pack_time(out, it->at);
	pack_u8(out, (uint32_t)it->refund_count);
	for (size_t i = 0; i < it->refund_count; i++) {
		pack_text(out, it->refunds[i].refund);
		pack_i64(out, it->refunds[i].minor);
	}
	pack_i64(out, it->cleared);
}

struct bytes deferral_facts_encode(struct arena *arena, const struct deferral_facts *facts)
{
	struct buffer out = { 0 };

	pack_u8(&out, VERSION);
	pack_u8(&out, facts->billed);
	pack_u8(&out, facts->ended);
	pack_time(&out, facts->ended_at);
	pack_text(&out, facts->currency);
	pack_time(&out, facts->finalised);
	pack_time(&out, facts->booked);
	pack_u8(&out, (uint32_t)facts->line_count);
	for (size_t i = 0; i < facts->line_count; i++) {
		pack_text(&out, facts->lines[i].line);
		pack_i64(&out, facts->lines[i].net);
		pack_time(&out, facts->lines[i].from);
		pack_time(&out, facts->lines[i].to);
	}
	pack_u8(&out, (uint32_t)facts->reversal_count);
	for (size_t i = 0; i < facts->reversal_count; i++)
		pack_reversal(&out, &facts->reversals[i]);
	return pack_end(arena, &out);
}

static void take_lines(struct arena *arena, struct packed *from, struct deferral_facts *facts)
{
	struct deferral_billed *lines;

	facts->line_count = packed_u8(from, DEFERRAL_LINES_MAX);
	lines = arena_zero(arena, (facts->line_count + 1) * sizeof(*lines));
	for (size_t i = 0; i < facts->line_count; i++) {
		lines[i].line = packed_string(arena, from);
		lines[i].net = packed_i64(from, -DEFERRAL_NET_MAX, DEFERRAL_NET_MAX);
		lines[i].from = packed_time(from);
		lines[i].to = packed_time(from);
	}
	facts->lines = lines;
}

/* Before, a note had one refund, in whole. */
static void take_refund(struct arena *arena, struct packed *from, struct plan_reversal *it)
{
	const struct plan_refund of = { packed_string(arena, from), INT64_MAX };

	it->refund_count = *of.refund != '\0';
	it->refunds = arena_copy(arena, &of, sizeof(of));
}

static void take_refunds(struct arena *arena, struct packed *from, struct plan_reversal *it)
{
	struct plan_refund *list;

	it->refund_count = packed_u8(from, REFUNDS_MAX);
	list = arena_zero(arena, (it->refund_count + 1) * sizeof(*list));
	for (size_t i = 0; i < it->refund_count; i++) {
		list[i].refund = packed_string(arena, from);
		list[i].minor = packed_i64(from, 0, INT64_MAX);
	}
	it->refunds = list;
}

static void take_reversals(struct arena *arena, struct packed *from, uint32_t version,
                           struct deferral_facts *facts)
{
	facts->reversal_count = packed_u8(from, PLAN_REVERSALS_MAX);
	facts->reversals =
	    arena_zero(arena, (facts->reversal_count + 1) * sizeof(*facts->reversals));
	for (size_t i = 0; i < facts->reversal_count; i++) {
		struct plan_reversal *const it = &facts->reversals[i];

		it->object = packed_string(arena, from);
		if (version == 1)
			take_refund(arena, from, it);
		it->currency = packed_string(arena, from);
		it->dispute = packed_bool(from);
		it->minor = packed_i64(from, INT64_MIN + 1, INT64_MAX);
		it->at = packed_time(from);
		if (version > 1)
			take_refunds(arena, from, it);
		it->cleared = packed_i64(from, 0, INT64_MAX);
	}
}

bool deferral_facts_decode(struct arena *arena, struct bytes bytes, struct deferral_facts *facts)
{
	struct packed from = packed_open(bytes);
	struct deferral_facts read = { .billed = false };

	const uint32_t version = packed_u8(&from, VERSION);
	if (version == 0)
		return false;
	read.billed = packed_bool(&from);
	if (version > 2) {
		read.ended = packed_bool(&from);
		read.ended_at = packed_time(&from);
	}
	read.currency = packed_string(arena, &from);
	read.finalised = packed_time(&from);
	read.booked = packed_time(&from);
	take_lines(arena, &from, &read);
	take_reversals(arena, &from, version, &read);
	if (!packed_done(&from))
		return false;
	*facts = read;
	return true;
}
