/*
 * Periods of a metered item that ended and that no invoice bills in time. The case is the item's, for all of them;
 * each is shown by its start, because there is no object to name.
 */
#include "services/billing-sync/customer_seat/customer_metered_inside.h"

#include "services/billing-sync/document/policies.h"

#include <string.h>

#define CAUSE "never_billed"

static const char *start_text(const struct metered *it, struct instant start)
{
	char text[TIME_TEXT_SIZE];

	return arena_string(it->customer->task->arena, time_format(start, text));
}

/* By the rules that were in force when the period ended. False: it is not missed. */
static bool find_due(const struct metered *it, const struct usage_unbilled *period,
                     struct instant *due)
{
	const struct duration after =
	    policies_invoice(it->customer->task, period->end)->never_billed_after;

	*due = time_add(period->end, after);
	return after.us > 0;
}

static enum status observe(const struct metered *it, const struct usage_unbilled *period)
{
	const char *const start = start_text(it, period->start);
	struct finding finding = {
		.cause = CAUSE,
		.root = it->item,
		.evidence = { .object = start, .expected = period->expected },
		.sentence = arena_printf(
		    it->customer->task->arena,
		    "What was used of %s from %s to %s is worth %s, and no invoice bills it.",
		    it->book->meter, start, start_text(it, period->end),
		    metered_amount(it, period->currency, period->expected)),
	};

	memcpy(finding.evidence.currency, period->currency, sizeof(period->currency));
	return customer_observe(it->customer, &finding);
}

static bool is_among(const struct instant *list, size_t count, struct instant start)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].us == start.us)
			return true;
	return false;
}

/* A period that was let go is not known to be billed: its case stays. */
static enum status clear_billed(struct metered *it, const struct instant *missed, size_t count)
{
	const struct usage_book *const book = it->book;

	for (size_t i = 0; i < book->missed_count; i++)
		if (!is_among(missed, count, book->missed[i]) &&
		    !time_before(book->missed[i], book->since))
			TRY(customer_clear(it->customer, CAUSE, it->item,
			                   start_text(it, book->missed[i])));
	return STATUS_OK;
}

enum status metered_miss(struct metered *it, const struct usage_plan *plan, struct instant *next)
{
	struct instant missed[USAGE_PERIODS_MAX];
	size_t count = 0;

	*next = TIME_MAX;
	for (size_t i = 0; i < plan->unbilled_count; i++) {
		struct instant due;

		if (!find_due(it, &plan->unbilled[i], &due))
			continue;
		if (time_before(it->customer->task->now, due)) {
			*next = time_earlier(*next, due);
			continue;
		}
		TRY(observe(it, &plan->unbilled[i]));
		missed[count++] = plan->unbilled[i].start;
	}
	TRY(clear_billed(it, missed, count));
	it->book->missed_count = count;
	memcpy(it->book->missed, missed, count * sizeof(missed[0]));
	return STATUS_OK;
}
