/*
 * What does not add up and no customer has: a case under the id of the object that it is about, healed when who told
 * of it says so. What waits for its charge is counted and is no money: balance transactions tell what moved, and are
 * in suspense by themselves.
 */
#include "services/billing-sync/customer/customer_refused.h"
#include "services/billing-sync/payout/payout.h"

#include "common/base/text.h"

static enum status settle(struct customer *it, const struct finding *finding, bool healed)
{
	return healed ? customer_clear(it, finding->cause, finding->root, finding->evidence.object)
	              : customer_observe(it, finding);
}

/* What waits for its charge, or for the charge's customer. */

static const char *cause_of(const Opsmesh__V1__ObjectUnmet *unmet)
{
	if (unmet->charge_known)
		return "charge_without_customer";
	return text_equal(unmet->object_type, "dispute") ? "dispute_without_charge" : "never_came";
}

static const char *sentence_of(struct arena *arena, const Opsmesh__V1__ObjectUnmet *unmet,
                               const char *charge)
{
	if (text_equal(unmet->object_id, charge))
		return "The charge names no customer.";
	return arena_printf(arena, "The %s %s is of %s, which %s.", unmet->object_type,
	                    unmet->object_id, charge,
	                    unmet->charge_known ? "names no customer" : "has never come");
}

/* Whatever waits for what never came waits for one thing. */
enum status payout_on_unmet(struct task *task, const Opsmesh__V1__ObjectUnmet *unmet)
{
	struct customer it;

	TRY(payout_open(task, &it));
	const char *const charge = it.row.customer_id;
	const struct finding finding = {
		.cause = cause_of(unmet),
		.root = charge,
		.evidence = { .object = text_equal(cause_of(unmet), "never_came")
		                            ? charge
		                            : unmet->object_id,
		              .expected = 1 },
		.sentence = sentence_of(task->arena, unmet, charge),
	};

	return settle(&it, &finding, unmet->healed);
}

/* What the stage `object` did not take over, and what a list page had otherwise. */

enum status payout_on_not_taken(struct task *task, const Opsmesh__V1__ObjectNotTaken *refused)
{
	const struct finding finding = refused_finding(task, refused);
	struct customer it;

	TRY(payout_open(task, &it));
	return settle(&it, &finding, refused->healed);
}

enum status payout_on_swept(struct task *task, const Opsmesh__V1__ObjectSwept *swept)
{
	const struct finding finding = swept_finding(swept);
	struct customer it;

	TRY(payout_open(task, &it));
	return settle(&it, &finding, swept->healed);
}

/* One case of two currencies, whichever days and shards wait. */
enum status payout_on_rate_lacks(struct task *task, const Opsmesh__V1__RateLacks *lacks)
{
	struct arena *const arena = task->arena;
	struct customer it;

	TRY(payout_open(task, &it));
	const struct finding finding = {
		.cause = "rate_missing",
		.root = it.row.customer_id,
		.evidence = { .object = arena_printf(arena, "%s/%s/%d", lacks->currency,
		                                     lacks->reporting_currency, (int)lacks->shard),
		              .expected = 1 },
		.sentence = arena_printf(arena, "Recurring revenue is not told in %s: %s.",
		                         lacks->reporting_currency, lacks->reason),
	};

	return settle(&it, &finding, lacks->healed);
}
