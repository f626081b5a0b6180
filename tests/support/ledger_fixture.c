#include "tests/support/ledger_fixture.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "services/billing-sync/entry.h"

#include <stdlib.h>
#include <string.h>

#define SUMS_MAX 200

struct sum {
	const char *name; /* "receivable JPY" */
	int64_t minor;
};

struct sums {
	struct arena *arena;
	bool owed; /* of receivables, by object */
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

static void see(const void *row, void *context)
{
	const struct entry_row *const entry = row;
	struct sums *const sums = context;

	sums->transactions += entry->line == 1;
	if (!sums->owed)
		add(sums, arena_printf(sums->arena, "%s %s", entry->account, entry->currency),
		    entry->minor);
	else if (text_equal(entry->account, chart_name(ACCOUNT_RECEIVABLE)))
		add(sums, arena_printf(sums->arena, "%s %s", entry->object_id, entry->currency),
		    entry->minor);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct sum *)a)->name, ((const struct sum *)b)->name);
}

static struct sums *gather(struct stage_test *test, bool owed)
{
	struct sums *const sums = arena_zero(test->arena, sizeof(*sums));
	struct entry_row row;

	sums->arena = test->arena;
	sums->owed = owed;
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
	return text_of(gather(test, false));
}

const char *ledger_owed(struct stage_test *test)
{
	return text_of(gather(test, true));
}

size_t ledger_count(struct stage_test *test)
{
	return gather(test, false)->transactions;
}
