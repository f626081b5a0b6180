#include "tests/support/ledger_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/entry/entry.h"

#include <stdlib.h>
#include <string.h>

#define SUMS_MAX 200

struct sum {
	const char *name; /* "receivable JPY" */
	int64_t minor;
};

enum sums_of {
	SUMS_OF_ACCOUNTS,
	SUMS_OF_OWED, /* of receivables, by object */
	SUMS_OF_DAYS, /* of accounts, by day */
};

struct sums {
	struct arena *arena;
	enum sums_of of;
	struct sum items[SUMS_MAX];
	size_t count;
	size_t transactions;
};

static void add(struct sums *sums, const char *name, int64_t minor)
{
	size_t i = 0;

	while (i < sums->count && !text_equal(sums->items[i].name, name))
		i++;
	CHECK(i < SUMS_MAX);
	if (i == sums->count)
		sums->items[sums->count++] = (struct sum){ .name = name };
	sums->items[i].minor += minor;
}

/* NULL: it is not looked at. */
static const char *name_of(const struct sums *sums, const struct entry_row *entry)
{
	char day[TIME_TEXT_SIZE];

	if (sums->of == SUMS_OF_DAYS)
		return arena_printf(sums->arena, "%.10s %s %s", time_format(entry->at, day),
		                    entry->account, entry->currency);
	if (sums->of == SUMS_OF_ACCOUNTS)
		return arena_printf(sums->arena, "%s %s", entry->account, entry->currency);
	return text_equal(entry->account, chart_name(ACCOUNT_RECEIVABLE))
	           ? arena_printf(sums->arena, "%s %s", entry->object_id, entry->currency)
	           : NULL;
}

static void see(const void *row, void *context)
{
	const struct entry_row *const entry = row;
	struct sums *const sums = context;
	const char *const name = name_of(sums, entry);

	sums->transactions += entry->line == 1;
	if (name != NULL)
		add(sums, name, entry->minor);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sum *)a)->name, ((const struct sum *)b)->name);
}

static struct sums *gather(struct stage_test *test, enum sums_of of)
{
	struct sums *const sums = arena_zero(test->arena, sizeof(*sums));
	struct entry_row row;

	sums->arena = test->arena;
	sums->of = of;
	stage_test_each(test, &entry_table, &row, see, sums);
	qsort(sums->items, sums->count, sizeof(*sums->items), by_name);
	return sums;
}

static const char *text_of(const struct sums *sums)
{
	const char *text = "";

	for (size_t i = 0; i < sums->count; i++)
		if (sums->items[i].minor != 0)
			text = arena_printf(sums->arena, "%s%s %lld\n", text, sums->items[i].name,
			                    (long long)sums->items[i].minor);
	return text;
}

const char *ledger_trial(struct stage_test *test)
{
	return text_of(gather(test, SUMS_OF_ACCOUNTS));
}

const char *ledger_owed(struct stage_test *test)
{
	return text_of(gather(test, SUMS_OF_OWED));
}

const char *ledger_days(struct stage_test *test)
{
	return text_of(gather(test, SUMS_OF_DAYS));
}

size_t ledger_count(struct stage_test *test)
{
	return gather(test, SUMS_OF_ACCOUNTS)->transactions;
}
