#include "services/billing-sync/discrepancy/discrepancy.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <stdio.h>
#include <string.h>

#define ID_BYTES 16 /* of the digest: a customer has few cases */

void discrepancy_init(struct discrepancy *discrepancy, const char *customer, const char *cause,
                      const char *root, uint32_t part)
{
	memset(discrepancy, 0, sizeof(*discrepancy));
	discrepancy->customer = customer;
	discrepancy->cause = cause;
	discrepancy->root = root;
	discrepancy->part = part;
	discrepancy->actor = "";
	discrepancy->reason = "";
	discrepancy->owner = "";
	discrepancy->acknowledged_by = "";
	discrepancy->acknowledged_at = TIME_MIN;
}

/* Each part with its NUL, so that no two triples run together. */
const char *discrepancy_id(const struct discrepancy *discrepancy,
                           char id[static DISCREPANCY_ID_SIZE])
{
	const uint8_t part[] = { (uint8_t)(discrepancy->part >> 8), (uint8_t)discrepancy->part };
	const struct bytes parts[] = {
		{ discrepancy->customer, strlen(discrepancy->customer) + 1 },
		{ discrepancy->cause, strlen(discrepancy->cause) + 1 },
		{ discrepancy->root, strlen(discrepancy->root) + 1 },
		{ part, discrepancy->part == 0 ? 0 : sizeof(part) },
	};
	uint8_t digest[DIGEST_SIZE];
	int used;

	digest_sha256_parts(parts, COUNT_OF(parts), digest);
	used = snprintf(id, DISCREPANCY_ID_SIZE, "discrepancy/%s/", discrepancy->customer);
	CHECK(used > 0 && used + 2 * ID_BYTES < DISCREPANCY_ID_SIZE);
	for (size_t i = 0; i < ID_BYTES; i++)
		snprintf(id + used + 2 * i, 3, "%02x", digest[i]);
	return id;
}

/* Evidence. */

static int64_t size_of(int64_t expected, int64_t found)
{
	int64_t apart;

	if (__builtin_sub_overflow(found, expected, &apart) || apart == INT64_MIN)
		return INT64_MAX;
	return apart < 0 ? -apart : apart;
}

static int64_t sum_of(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static int64_t weight_of(const struct discrepancy *discrepancy)
{
	int64_t weight = 0;

	for (size_t i = 0; i < discrepancy->count; i++)
		weight = sum_of(weight, size_of(discrepancy->evidence[i].expected,
		                                discrepancy->evidence[i].found));
	return weight;
}

static size_t place_of(const struct discrepancy *discrepancy, const char *object)
{
	size_t i = 0;

	while (i < discrepancy->count && !text_equal(discrepancy->evidence[i].object, object))
		i++;
	return i;
}

static bool same(const struct discrepancy_evidence *a, const struct discrepancy_evidence *b)
{
	return a->expected == b->expected && a->found == b->found &&
	       strcmp(a->currency, b->currency) == 0;
}

static enum discrepancy_move open_again(struct discrepancy *discrepancy, struct instant at)
{
	discrepancy->state = DISCREPANCY_OPEN;
	discrepancy->opened_at = at;
	discrepancy->openings++;
	discrepancy->level = 0;
	discrepancy->actor = "";
	discrepancy->reason = "";
	discrepancy->acknowledged_by = "";
	discrepancy->acknowledged_at = TIME_MIN;
	return DISCREPANCY_MOVE_OPENED;
}

enum discrepancy_move discrepancy_observe(struct discrepancy *discrepancy,
                                          const struct discrepancy_evidence *evidence,
                                          struct instant at)
{
	const size_t place = place_of(discrepancy, evidence->object);
	const int64_t before = weight_of(discrepancy);

	if (evidence->expected == evidence->found)
		return discrepancy_clear(discrepancy, evidence->object, at);
	if (place < discrepancy->count && same(&discrepancy->evidence[place], evidence))
		return DISCREPANCY_MOVE_NONE;
	if (place == DISCREPANCY_EVIDENCE_MAX)
		return DISCREPANCY_MOVE_FULL;
	discrepancy->evidence[place] = *evidence;
	discrepancy->changed_at = at;
	if (discrepancy->state != DISCREPANCY_OPEN) {
		discrepancy->count += place == discrepancy->count;
		return open_again(discrepancy, at);
	}
	if (place == discrepancy->count) {
		discrepancy->count++;
		return DISCREPANCY_MOVE_GROWN;
	}
	return weight_of(discrepancy) >= before ? DISCREPANCY_MOVE_GROWN : DISCREPANCY_MOVE_SHRUNK;
}

enum discrepancy_move discrepancy_clear(struct discrepancy *discrepancy, const char *object,
                                        struct instant at)
{
	const size_t place = place_of(discrepancy, object);

	if (place == discrepancy->count)
		return DISCREPANCY_MOVE_NONE;
	discrepancy->count--;
	memmove(&discrepancy->evidence[place], &discrepancy->evidence[place + 1],
	        (discrepancy->count - place) * sizeof(discrepancy->evidence[0]));
	discrepancy->changed_at = at;
	if (discrepancy->count == 0) {
		discrepancy->state = DISCREPANCY_HEALED;
		return DISCREPANCY_MOVE_HEALED;
	}
	return discrepancy->state == DISCREPANCY_OPEN ? DISCREPANCY_MOVE_SHRUNK
	                                              : DISCREPANCY_MOVE_NONE;
}

/* People and age. */

enum discrepancy_move discrepancy_explain(struct discrepancy *discrepancy,
                                          const struct discrepancy_rule *rule, const char *actor,
                                          const char *reason, struct instant at,
                                          const char **refusal)
{
	*refusal = "";
	if (discrepancy->state != DISCREPANCY_OPEN)
		*refusal = "It is not open.";
	else if (!rule->explainable)
		*refusal =
		    "The policy lets nobody explain this cause: what is wrong must be mended.";
	else if (actor[0] == '\0' || strlen(actor) > DISCREPANCY_TEXT_MAX)
		*refusal = "Nobody is named who explains it.";
	else if (reason[0] == '\0')
		*refusal = "A reason is missing.";
	else if (strlen(reason) > DISCREPANCY_TEXT_MAX)
		*refusal = "The reason is longer than 255 bytes.";
	if ((*refusal)[0] != '\0')
		return DISCREPANCY_MOVE_NONE;
	discrepancy->state = DISCREPANCY_EXPLAINED;
	discrepancy->actor = actor;
	discrepancy->reason = reason;
	discrepancy->changed_at = at;
	return DISCREPANCY_MOVE_EXPLAINED;
}

enum discrepancy_move discrepancy_acknowledge(struct discrepancy *discrepancy, const char *actor,
                                              struct instant at, const char **refusal)
{
	*refusal = "";
	if (discrepancy->state != DISCREPANCY_OPEN)
		*refusal = "It is not open.";
	else if (actor[0] == '\0' || strlen(actor) > DISCREPANCY_TEXT_MAX)
		*refusal = "Nobody is named who acknowledges it.";
	else if (discrepancy->acknowledged_by[0] != '\0')
		*refusal = "Somebody has acknowledged it before.";
	if ((*refusal)[0] != '\0')
		return DISCREPANCY_MOVE_NONE;
	discrepancy->acknowledged_by = actor;
	discrepancy->acknowledged_at = at;
	return DISCREPANCY_MOVE_ACKNOWLEDGED;
}

enum discrepancy_move discrepancy_assign(struct discrepancy *discrepancy, const char *owner,
                                         const char **refusal)
{
	*refusal = "";
	if (discrepancy->state != DISCREPANCY_OPEN)
		*refusal = "It is not open.";
	else if (strlen(owner) > DISCREPANCY_TEXT_MAX)
		*refusal = "The owner's id is longer than 255 bytes.";
	else if (text_equal(discrepancy->owner, owner))
		*refusal = owner[0] == '\0' ? "It is nobody's." : "It is theirs already.";
	if ((*refusal)[0] != '\0')
		return DISCREPANCY_MOVE_NONE;
	discrepancy->owner = owner;
	return DISCREPANCY_MOVE_ASSIGNED;
}

struct instant discrepancy_quiet(const struct discrepancy *discrepancy,
                                 const struct discrepancy_rule *rule)
{
	return discrepancy->acknowledged_by[0] == '\0'
	           ? TIME_MIN
	           : time_add(discrepancy->acknowledged_at, rule->quiet);
}

enum discrepancy_move discrepancy_escalate(struct discrepancy *discrepancy,
                                           const struct discrepancy_rule *rule, struct instant now)
{
	uint32_t level = discrepancy->level;

	if (discrepancy->state != DISCREPANCY_OPEN ||
	    time_before(now, discrepancy_quiet(discrepancy, rule)))
		return DISCREPANCY_MOVE_NONE;
	while (level < rule->age_count &&
	       !time_before(now, time_add(discrepancy->opened_at, rule->ages[level])))
		level++;
	if (level == discrepancy->level)
		return DISCREPANCY_MOVE_NONE;
	discrepancy->level = level;
	return DISCREPANCY_MOVE_ESCALATED;
}

bool discrepancy_due(const struct discrepancy *discrepancy, const struct discrepancy_rule *rule,
                     struct instant *due)
{
	if (discrepancy->state != DISCREPANCY_OPEN || discrepancy->level >= rule->age_count)
		return false;
	*due = time_later(time_add(discrepancy->opened_at, rule->ages[discrepancy->level]),
	                  discrepancy_quiet(discrepancy, rule));
	return true;
}

/* Totals. */

static struct discrepancy_total *total_of(struct discrepancy_totals *totals, const char *currency)
{
	struct discrepancy_total *total;
	size_t index = 0;

	while (index < totals->count && strcmp(totals->items[index].currency, currency) < 0)
		index++;
	total = &totals->items[index];
	if (index < totals->count && strcmp(total->currency, currency) == 0)
		return total;
	CHECK(totals->count < DISCREPANCY_CURRENCIES_MAX);
	memmove(total + 1, total, (totals->count - index) * sizeof(*total));
	totals->count++;
	*total = (struct discrepancy_total){ .minor = 0 };
	memcpy(total->currency, currency, sizeof(total->currency));
	return total;
}

static void total_drop_empty(struct discrepancy_totals *totals)
{
	size_t kept = 0;

	for (size_t i = 0; i < totals->count; i++)
		if (totals->items[i].minor != 0)
			totals->items[kept++] = totals->items[i];
	totals->count = kept;
}

void discrepancy_totals_add(struct discrepancy_totals *totals,
                            const struct discrepancy *discrepancy, int sign)
{
	if (discrepancy->state != DISCREPANCY_OPEN)
		return;
	for (size_t i = 0; i < discrepancy->count; i++) {
		const struct discrepancy_evidence *const evidence = &discrepancy->evidence[i];
		const int64_t size = size_of(evidence->expected, evidence->found);

		if (evidence->currency[0] == '\0')
			continue;
		struct discrepancy_total *const total = total_of(totals, evidence->currency);
		total->minor = sum_of(total->minor, sign < 0 ? -size : size);
	}
	total_drop_empty(totals);
}
