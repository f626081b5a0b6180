/*
 * company - random histories of a model company, told to billing-sync in random order with duplicates, drops,
 * late uploads and crashes; in the end it must know what happened.
 *
 *   company [--customers N] [--seed S] [--lost N] [--ordered 0|1] [--refused 0|1]
 *
 * Of a thousand objects that money hangs on, --lost so many never come. --ordered 1: all of it is told when it
 * happens, over half a year, and what is said on the way is checked too. --refused 1: the currency of which the
 * provider contradicts itself is refused, as the project's document says. Log and database are those of the
 * simulator, and the same seed runs the same way again. Prints `ok company: ...` or `FAIL company: ...`.
 */
#include "tests/company/company.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define CUSTOMERS_DEFAULT 100
#define LOST_DEFAULT 2
#define STEPS_EACH 12 /* of the world, with faults, for a customer */

/* What days bring: a customer's movements are said at their ends, and what never came is asked for. */
static bool pass_days(struct world *world)
{
	for (int day = 0; day < COMPANY_DAYS_AFTER; day++) {
		world->real = time_add(world->real, DAYS(1));
		world->last_s += DAYS(1).us / 1000000;
		if (!world_run(world, 0))
			return false;
	}
	return true;
}

static bool live(struct world *world, int64_t customers)
{
	if (!company.settings.ordered)
		return world_run(world, (int)customers * STEPS_EACH);
	while (company_goes_on())
		if (!company_live_day(world))
			return false;
	return true;
}

static int run(const struct company_settings *settings)
{
	static struct world world;
	int failed;

	company_make(settings);
	world_init(&world, &company_mesh, settings->seed, false, !settings->ordered);
	if (live(&world, settings->customers) && pass_days(&world)) {
		company.end_s = world.last_s;
		failed = company_check(&world);
	} else {
		printf("FAIL company: it does not finish\n");
		failed = 1;
	}
	printf("# seed %" PRIu64 ": %" PRId64 " customers, %" PRId64 " events and uploads, %" PRId64
	       " webhooks dropped, %" PRId64 " repeated, %" PRId64
	       " objects lost for ever; %" PRId64 " crashes, %" PRId64 " freezes\n",
	       settings->seed, settings->customers, company.sent, company.dropped, company.repeated,
	       company.lost, world.crashes, world.freezes);
	world_finish(&world);
	company_finish();
	return failed;
}

static const struct {
	const char *word;
	int64_t standard;
} options[] = { { "--customers", CUSTOMERS_DEFAULT },
	        { "--seed", 1 },
	        { "--lost", LOST_DEFAULT },
	        { "--ordered", 0 },
	        { "--refused", 0 } };

/* False: there is no such option, or it has no such value. */
static bool take(const char *word, const char *value, int64_t values[static COUNT_OF(options)])
{
	for (size_t i = 0; i < COUNT_OF(options); i++)
		if (text_equal(word, options[i].word))
			return text_number(value, 0, 10000000, &values[i]);
	return false;
}

int main(int argc, char **argv)
{
	int64_t values[COUNT_OF(options)];

	for (size_t i = 0; i < COUNT_OF(options); i++)
		values[i] = options[i].standard;
	for (int i = 1; i < argc; i += 2) {
		if (take(argv[i], i + 1 < argc ? argv[i + 1] : "", values))
			continue;
		fprintf(stderr, "usage: company [--customers N] [--seed S] [--lost N] "
		                "[--ordered 0|1] [--refused 0|1]\n");
		return 2;
	}
	return run(&(struct company_settings){ .customers = values[0],
	                                       .seed = (uint64_t)values[1],
	                                       .lost = values[2],
	                                       .ordered = values[3] != 0,
	                                       .refused = values[4] != 0 }) == 0
	           ? EXIT_SUCCESS
	           : EXIT_FAILURE;
}
