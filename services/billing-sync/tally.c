/*
 * How the books stand, as gauges. What is unexplained is looked up in each shard that is here; what the books are off
 * by, and whether a rate is waited for, is what was said last by a shard since it came here: until it says something
 * there is no value. A shard that goes to another instance takes its series along.
 */
#include "services/billing-sync/billing.h"

#include "common/base/packed.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/entry/figure_say.h"

#include <stdio.h>

#define BLOCK_SIZE 4096

static struct metric unexplained = {
	.name = "opsmesh_billing_unexplained_minor",
	.help =
	    "What open discrepancies are off by now, in minor units, by stage, shard and currency; "
	    "more than a close allows holds it.",
	.kind = METRIC_GAUGE,
	.labels = { "stage", "shard", "currency" }
};
static struct metric off_by = {
	.name = "opsmesh_billing_books_off_by_minor",
	.help =
	    "By how much deferred and recurring revenue and what is used and not billed do not add up as the "
	    "last day of the books ended, in minor units without sign, by stage, shard and currency; anything "
	    "but 0 is an error of ours.",
	.kind = METRIC_GAUGE,
	.labels = { "stage", "shard", "currency" }
};
static struct metric waits = {
	.name = "opsmesh_billing_recurring_waits",
	.help =
	    "1 while recurring revenue of a shard waits for an exchange rate to the reporting currency.",
	.kind = METRIC_GAUGE,
	.labels = { "stage", "shard" }
};

struct metric *const billing_sync_metrics[] = { &unexplained, &off_by, &waits, NULL };

/* Of the stage that says how its days ended. */
#define SAYS "customer"

static void set(struct metric *metric, const char *stage, const char *shard, const char *currency,
                double value)
{
	metric_set(metric_series(metric,
	                         (const char *const[METRIC_LABELS_MAX]){ stage, shard, currency }),
	           value);
}

static double size_of(int64_t minor)
{
	return minor < 0 ? -(double)minor : (double)minor;
}

static void tell_day(const char *shard, const Opsmesh__V1__BooksDayEnded *fact)
{
	const double unbilled = fact->unbilled != NULL ? size_of(fact->unbilled->off_by) : 0;

	set(&off_by, SAYS, shard, fact->currency,
	    size_of(fact->deferred->off_by) + size_of(fact->recurring->off_by) + unbilled);
}

static void tell(const char *shard, const Opsmesh__V1__BillingEvent *event)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED)
		tell_day(shard, event->books_day_ended);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED)
		set(&waits, SAYS, shard, NULL, 0);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED)
		set(&waits, SAYS, shard, NULL, 1);
}

/* Facts are said by the thousand: those about the books are few, and known by their key. */
void billing_sync_tally(const struct fact *fact)
{
	static _Thread_local struct arena *scratch;
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	if (fact->topic != OPS_BILLING || !bytes_equal(fact->key, bytes_of(FIGURE_KEY)))
		return;
	if (scratch == NULL)
		scratch = arena_create(BLOCK_SIZE);
	if (proto_unpack(scratch, &opsmesh__v1__billing_event__descriptor, fact->message, &message,
	                 reason))
		tell(arena_printf(scratch, "%d", (int)fact->partition), (const void *)message);
	arena_reset(scratch);
}

/* Every currency that any shard had while this process lived: what heals may leave no row of its own. */
struct currencies {
	size_t count;
	char list[PERIOD_LIMITS_MAX][4];
};

static void note(struct currencies *seen, const char *currency)
{
	for (size_t i = 0; i < seen->count; i++)
		if (text_equal(seen->list[i], currency))
			return;
	if (seen->count < PERIOD_LIMITS_MAX &&
	    pack_copy(seen->list[seen->count], sizeof(seen->list[0]), currency))
		seen->count++;
}

void billing_sync_look(const struct stage *stage, struct task *task)
{
	static _Thread_local struct currencies seen;
	const char *const shard = arena_printf(task->arena, "%d", (int)task->shard_number);
	const char *currency = "";

	if (!figure_kept(task))
		return;
	while ((currency = figure_currency_after(task, currency)) != NULL)
		note(&seen, currency);
	for (size_t i = 0; i < seen.count; i++)
		set(&unexplained, stage->name, shard, seen.list[i],
		    (double)figure_unexplained(task, seen.list[i]));
}

void billing_sync_lost(const struct stage *stage, int32_t shard)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", (int)shard);
	for (struct metric *const *metric = billing_sync_metrics; *metric != NULL; metric++)
		metric_forget(*metric,
		              (const char *const[METRIC_LABELS_MAX]){ stage->name, number });
}
