#include "services/chargeback/compelling/compelling.h"

#include "common/base/text.h"

#include <string.h>

const char *const compelling_status_names[] = { "qualified", "requires_action", "not_qualified",
	                                        NULL };
const char *const compelling_why_names[] = { "nothing", "missing",  "other_reason",
	                                     "too_few", "no_match", NULL };

/* The index. */

static bool is_marked(const struct compelling_payment *payment)
{
	return payment->disputed || payment->fraud_reported;
}

static bool stands_before(const struct compelling_payment *a, const struct compelling_payment *b)
{
	return a->day != b->day ? a->day < b->day : strcmp(a->charge, b->charge) < 0;
}

static size_t place_of(const struct compelling_index *index, const char *charge)
{
	size_t place = 0;

	while (place < index->count && !text_equal(index->payments[place].charge, charge))
		place++;
	return place;
}

static void take_out(struct compelling_index *index, size_t place)
{
	struct compelling_payment *const payments = index->payments;

	memmove(payments + place, payments + place + 1,
	        (index->count - place - 1) * sizeof(*payments));
	index->count--;
}

static void put_in(struct compelling_index *index, const struct compelling_payment *payment)
{
	struct compelling_payment *const payments = index->payments;
	size_t place = 0;

	while (place < index->count && stands_before(&payments[place], payment))
		place++;
	memmove(payments + place + 1, payments + place, (index->count - place) * sizeof(*payments));
	payments[place] = *payment;
	index->count++;
}

/* The unmarked one that lies closest after another, of equally close ones the first; else the oldest. */
static size_t least_of(const struct compelling_index *index)
{
	int64_t closest = INT64_MAX;
	size_t least = 0;

	for (size_t i = 1; i < index->count; i++) {
		const int64_t apart = index->payments[i].day - index->payments[i - 1].day;

		if (is_marked(&index->payments[i]) || apart >= closest)
			continue;
		closest = apart;
		least = i;
	}
	return least;
}

bool compelling_add(struct compelling_index *index, const struct compelling_payment *payment)
{
	const size_t place = place_of(index, payment->charge);
	struct compelling_payment added = *payment;

	if (payment->charge[0] == '\0' || memchr(payment->charge, '\0', COMPELLING_ID_SIZE) == NULL)
		return false;
	if (place < index->count) {
		const struct compelling_payment *const old = &index->payments[place];

		added.disputed = added.disputed || old->disputed;
		added.refunded = added.refunded || old->refunded;
		added.fraud_reported = added.fraud_reported || old->fraud_reported;
		take_out(index, place);
	} else if (index->count == COMPELLING_PAYMENTS_MAX) {
		take_out(index, least_of(index));
	}
	put_in(index, &added);
	return true;
}

bool compelling_mark(struct compelling_index *index, const char *charge, enum compelling_mark mark)
{
	const size_t place = place_of(index, charge);
	struct compelling_payment *const payment = &index->payments[place];

	if (place == index->count)
		return false;
	payment->disputed = payment->disputed || mark == COMPELLING_DISPUTED;
	payment->refunded = payment->refunded || mark == COMPELLING_REFUNDED;
	payment->fraud_reported = payment->fraud_reported || mark == COMPELLING_FRAUD_REPORTED;
	return true;
}

/* Asking. */

static bool is_clean(const struct compelling_policy *policy,
                     const struct compelling_payment *payment)
{
	return !is_marked(payment) && (policy->refunded || !payment->refunded);
}

static bool in_window(const struct compelling_policy *policy,
                      const struct compelling_payment *payment, int64_t day)
{
	const int64_t before = day - payment->day;

	return before > policy->after_days && before < policy->before_days;
}

static bool has(const struct compelling_policy *policy, const struct compelling_payment *payment,
                size_t kind)
{
	const struct compelling_identifier_rule *const rule = &policy->identifiers[kind];

	return rule->used && payment->identifiers[kind].length >= rule->min_length;
}

static uint32_t element_of(const struct compelling_policy *policy, size_t kind)
{
	return UINT32_C(1) << policy->identifiers[kind].element;
}

static uint32_t anchors_of(const struct compelling_policy *policy)
{
	uint32_t anchors = 0;

	for (size_t kind = 0; kind < COMPELLING_KINDS; kind++)
		anchors |= policy->identifiers[kind].anchor ? element_of(policy, kind) : 0;
	return anchors;
}

static uint32_t elements_of(const struct compelling_policy *policy)
{
	uint32_t elements = 0;

	for (size_t kind = 0; kind < COMPELLING_KINDS; kind++)
		elements |= policy->identifiers[kind].used ? element_of(policy, kind) : 0;
	return elements;
}

static bool suffices(const struct compelling_policy *policy, uint32_t elements)
{
	return __builtin_popcount(elements) >= policy->matches &&
	       (elements & anchors_of(policy)) != 0;
}

/* Three payments: what is the same in all, and what is not known to differ. */
struct likeness {
	uint32_t same;
	uint32_t possible; /* same ones, and those that one of the three lacks */
};

static bool agrees(const struct compelling_policy *policy, const struct compelling_payment *a,
                   const struct compelling_payment *b, size_t kind)
{
	return !has(policy, a, kind) || !has(policy, b, kind) ||
	       a->identifiers[kind].digest == b->identifiers[kind].digest;
}

static struct likeness compare(const struct compelling_policy *policy,
                               const struct compelling_payment *a,
                               const struct compelling_payment *b,
                               const struct compelling_payment *c)
{
	struct likeness likeness = { 0, 0 };

	for (size_t kind = 0; kind < COMPELLING_KINDS; kind++) {
		const bool complete =
		    has(policy, a, kind) && has(policy, b, kind) && has(policy, c, kind);

		if (!policy->identifiers[kind].used || !agrees(policy, a, b, kind) ||
		    !agrees(policy, a, c, kind) || !agrees(policy, b, c, kind))
			continue;
		likeness.possible |= element_of(policy, kind);
		likeness.same |= complete ? element_of(policy, kind) : 0;
	}
	return likeness;
}

static enum compelling_status status_of(const struct compelling_policy *policy,
                                        struct likeness likeness)
{
	if (suffices(policy, likeness.same))
		return COMPELLING_QUALIFIED;
	return suffices(policy, likeness.possible) ? COMPELLING_REQUIRES_ACTION
	                                           : COMPELLING_NOT_QUALIFIED;
}

/* Is it nearer to what Visa asks for? Pairs come newest first, so that of equal ones the newest stays. */
static bool is_better(const struct compelling_answer *answer, enum compelling_status status,
                      struct likeness likeness)
{
	if (status != answer->status)
		return status < answer->status;
	return __builtin_popcount(likeness.same) > __builtin_popcount(answer->matching);
}

static void judge_pair(const struct compelling_policy *policy, const struct compelling_index *index,
                       const struct compelling_payment *disputed, const size_t pair[2],
                       struct compelling_answer *answer)
{
	const struct likeness likeness =
	    compare(policy, disputed, &index->payments[pair[0]], &index->payments[pair[1]]);
	const enum compelling_status status = status_of(policy, likeness);

	if (answer->why != COMPELLING_WHY_TOO_FEW && !is_better(answer, status, likeness))
		return;
	answer->status = status;
	answer->why = status == COMPELLING_QUALIFIED         ? COMPELLING_WHY_NOTHING
	              : status == COMPELLING_REQUIRES_ACTION ? COMPELLING_WHY_MISSING
	                                                     : COMPELLING_WHY_NO_MATCH;
	answer->earlier[0] = pair[0];
	answer->earlier[1] = pair[1];
	answer->matching = likeness.same;
	answer->missing =
	    status == COMPELLING_REQUIRES_ACTION ? likeness.possible & ~likeness.same : 0;
}

struct compelling_answer compelling_find(const struct compelling_policy *policy,
                                         const struct compelling_index *index, const char *network,
                                         const char *code,
                                         const struct compelling_payment *disputed)
{
	struct compelling_answer answer = { .status = COMPELLING_NOT_QUALIFIED,
		                            .why = COMPELLING_WHY_OTHER_REASON };
	size_t places[COMPELLING_PAYMENTS_MAX];

	if (!text_equal(policy->network, network) || !text_among(policy->codes, code))
		return answer;
	for (size_t i = index->count; i-- > 0;)
		if (is_clean(policy, &index->payments[i]) &&
		    in_window(policy, &index->payments[i], disputed->day) &&
		    !text_equal(index->payments[i].charge, disputed->charge))
			places[answer.eligible++] = i;
	answer.why = COMPELLING_WHY_TOO_FEW;
	for (size_t i = 0; i < answer.eligible; i++)
		for (size_t k = i + 1; k < answer.eligible; k++)
			judge_pair(policy, index, disputed, (size_t[]){ places[i], places[k] },
			           &answer);
	return answer;
}

uint32_t compelling_lacks(const struct compelling_policy *policy,
                          const struct compelling_payment *payment)
{
	uint32_t present = 0;

	for (size_t kind = 0; kind < COMPELLING_KINDS; kind++)
		present |= has(policy, payment, kind) ? element_of(policy, kind) : 0;
	return suffices(policy, present) ? 0 : elements_of(policy) & ~present;
}

struct compelling_readiness compelling_ready(const struct compelling_policy *policy,
                                             const struct compelling_index *index, int64_t day)
{
	struct compelling_readiness ready = { 0 };

	for (size_t i = 0; i < index->count; i++) {
		const struct compelling_payment *const payment = &index->payments[i];
		const uint32_t lacks = compelling_lacks(policy, payment);
		const bool usable = in_window(policy, payment, day);

		if (!is_clean(policy, payment) || day - payment->day >= policy->before_days)
			continue;
		ready.usable += usable && lacks == 0;
		ready.unfit += usable && lacks != 0;
		ready.maturing += !usable && lacks == 0;
		ready.young += !usable && lacks != 0;
		ready.lacking |= lacks;
		for (size_t k = 0; k < COMPELLING_ELEMENTS; k++)
			ready.lacking_counts[k] += (lacks & UINT32_C(1) << k) != 0;
	}
	return ready;
}
