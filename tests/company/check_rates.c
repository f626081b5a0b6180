/*
 * Recurring revenue in one currency: rates of the run's days, of which one comes late, and what each day that was told
 * must come to, from the movements of the customers alone.
 */
#include "tests/company/company.h"

#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/base/text.h"
#include "services/billing-sync/rule/fx.h"
#include "services/billing-sync/subscription/recurring_book.h"

#include <inttypes.h>
#include <string.h>

#define DAYS_MAX 240    /* more than a run has */
#define LATE_DAY 1      /* its rates come when the third day after the first is half over */
#define LATE_KNOWN 84   /* hours from the first day on */
#define REPORTING "USD" /* as `mrr` says */

/* One dollar is (base + a digit of the day) / 10^places of it; ISO's minor units. */
static const struct {
	char currency[4];
	int exponent;
	int base;
	int places;
} rates[] = { { "EUR", 2, 920, 3 },   { "JPY", 0, 1500, 1 }, { "KWD", 3, 300, 3 },
	      { "ISK", 0, 1380, 1 },  { "HUF", 2, 3500, 1 }, { "TWD", 2, 320, 1 },
	      { "UGX", 0, 37000, 1 }, { REPORTING, 2, 1, 0 } };

#define OTHERS (COUNT_OF(rates) - 1)

/* Told when it happens, all days of the company are days of the run; else those after its end. */
static int64_t first_day(void)
{
	return (company.settings.ordered ? MODEL_START_S : MODEL_END_S) / (24 * 3600);
}

static int64_t power(int exponent)
{
	int64_t result = 1;

	while (exponent-- > 0)
		result *= 10;
	return result;
}

static int64_t rate_on(size_t at, int64_t day)
{
	return at == OTHERS ? 1 : rates[at].base + (3 * day + (int64_t)at) % 10;
}

/* Documents. */

static const char *day_text(int64_t day)
{
	const struct date date = date_of_days(first_day() + day);
	const char *text = arena_printf(company.arena, "{\"date\":\"%04d-%02d-%02d\",\"rates\":{",
	                                date.year, date.month, date.day);

	for (size_t i = 0; i < OTHERS; i++) {
		const int64_t rate = rate_on(i, day);
		const int64_t unit = power(rates[i].places);

		text = arena_printf(company.arena, "%s%s\"%s\":\"%" PRId64 ".%0*" PRId64 "\"", text,
		                    i > 0 ? "," : "", rates[i].currency, rate / unit,
		                    rates[i].places, rate % unit);
	}
	return arena_printf(company.arena, "%s}}", text);
}

static const char *document_text(int version, struct instant from, const char *days)
{
	char effective[TIME_TEXT_SIZE];

	return arena_printf(company.arena,
	                    "{\"id\":\"company\",\"version\":%d,\"effective_from\":\"%s\","
	                    "\"source\":\"test\",\"base\":\"" REPORTING "\",\"days\":[%s]}",
	                    version, time_format(from, effective), days);
}

const void *company_rates(void)
{
	const struct instant known = { DAYS(first_day()).us + HOURS(LATE_KNOWN).us };
	const char *days = "";
	char reason[512] = "";
	const void *compiled;

	for (int64_t day = 0; day < DAYS_MAX; day++)
		if (day != LATE_DAY)
			days = arena_printf(company.arena, "%s%s%s", days, *days != '\0' ? "," : "",
			                    day_text(day));
	const struct document files[] = {
		{ .name = "1.json",
		  .body = bytes_of(document_text(1, (struct instant){ 0 }, days)) },
		{ .name = "2.json", .body = bytes_of(document_text(2, known, day_text(LATE_DAY))) },
	};

	compiled = policy_compile(&fx_kind, files, COUNT_OF(files), reason, sizeof(reason));
	CHECK(compiled != NULL);
	return compiled;
}

/* What is told. */

/* More or less on the day before, ... */
static int64_t brought[DAYS_MAX + 1][WORLD_PARTITIONS][COUNT_OF(rates)];
static struct recurring_line told[DAYS_MAX]; /* all shards */
static int64_t waited;
static int64_t wrong;

/* From the run's first day on; -1: before it, when the mesh had no time yet. */
static int64_t day_of(const char *text)
{
	struct date date;
	int64_t day = -1;

	if (date_parse(text, &date))
		day = date_days(date) - first_day();
	if (day < DAYS_MAX)
		return day < 0 ? -1 : day;
	company_differ("%s is no day of the run", text);
	wrong++;
	return -1;
}

static void tell_moved(const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__RecurringMoved *const moved = event->recurring_moved;
	const bool less = moved->move == OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CONTRACTION ||
	                  moved->move == OPSMESH__V1__RECURRING_MOVE__RECURRING_MOVE_CHURN;
	const int32_t shard =
	    hash_partition(event->customer_id, strlen(event->customer_id), WORLD_PARTITIONS);

	for (size_t i = 0; i < COUNT_OF(rates); i++)
		if (text_equal(rates[i].currency, moved->amount->currency))
			brought[day_of(moved->day) + 1][shard][i] +=
			    less ? -moved->amount->minor : moved->amount->minor;
}

static void tell_reported(const Opsmesh__V1__RecurringReported *fact)
{
	const Opsmesh__V1__RecurringSum *const sum = fact->recurring;
	const int64_t day = day_of(fact->day);
	struct recurring_line *const line = &told[day < 0 ? 0 : day];

	wrong += day < 0;
	memcpy(line->currency, REPORTING, sizeof(line->currency));
	line->starting += sum->starting;
	line->moved[RECURRING_NEW] += sum->added;
	line->moved[RECURRING_REACTIVATION] += sum->reactivation;
	line->moved[RECURRING_EXPANSION] += sum->expansion;
	line->moved[RECURRING_CONTRACTION] += sum->contraction;
	line->moved[RECURRING_CHURN] += sum->churn;
	line->moved[RECURRING_FX] += sum->fx;
	line->ending += sum->ending;
	wrong += sum->off_by != 0;
}

static void tell_fact(const Opsmesh__V1__BillingEvent *event)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_MOVED)
		tell_moved(event);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_REPORTED)
		tell_reported(event->recurring_reported);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_RECURRING_UNREPORTED)
		waited += day_of(event->recurring_unreported->since) == LATE_DAY;
}

/* What it must be. */

/* In cents, a half rounded up. */
static int64_t worth_of(size_t at, int64_t day, int64_t minor)
{
	__extension__ const __int128 over = (__int128)minor * 100 * power(rates[at].places);
	__extension__ const __int128 under = (__int128)rate_on(at, day) * power(rates[at].exponent);

	return (int64_t)((2 * over + under) / (2 * under));
}

/* What stands as a day ends, at the rates of a day. */
static int64_t worth_on(int64_t day, int64_t at)
{
	int64_t sum = 0;

	for (size_t shard = 0; shard < WORLD_PARTITIONS; shard++)
		for (size_t i = 0; i < COUNT_OF(rates); i++) {
			int64_t stands = 0;

			for (int64_t before = -1; before <= day; before++)
				stands += brought[before + 1][shard][i];
			sum += worth_of(i, at, stands);
		}
	return sum;
}

static bool same_day(int64_t day)
{
	const int64_t stood = worth_on(day - 1, day == 0 ? 0 : day - 1);
	const int64_t revalued = worth_on(day - 1, day);

	if (recurring_line_gap(&told[day]) == 0 && told[day].starting == stood &&
	    told[day].moved[RECURRING_FX] == revalued - stood &&
	    told[day].ending == worth_on(day, day))
		return true;
	company_differ("day %" PRId64 " in " REPORTING ": %" PRId64 " to %" PRId64 ", not %" PRId64
	               " to %" PRId64,
	               day, told[day].starting, told[day].ending, stood, worth_on(day, day));
	return false;
}

int company_check_rates(struct world *world)
{
	int64_t days = 0;

	company_each_fact(world, tell_fact);
	for (int64_t day = 0; day < DAYS_MAX && told[day].currency[0] != '\0'; day++, days++)
		wrong += !same_day(day);
	wrong += days < COMPANY_DAYS_AFTER;
	wrong += told[days - (days > 0)].moved[RECURRING_FX] == 0;
	wrong += waited == 0;
	return company_say("recurring revenue in one currency adds up day by day", wrong, days);
}
