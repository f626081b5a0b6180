/*
 * check_revenue - what is billed and not yet earned, day by day: as the days' ends told it, and as the ledger has it.
 */
#include "tests/company/company.h"

#include "common/base/text.h"
#include "services/billing-sync/entry/entry.h"

#include <inttypes.h>
#include <stdio.h>

#define DAYS_TOLD COMPANY_DAYS_AFTER /* whose ends pass within a run */
#define CURRENCIES_MAX 8

/* One currency; minor units by ISO 4217. */
struct earning {
	const char *currency;
	int64_t truth[DAYS_TOLD + 1]; /* what is left as each day begins, and the one after them */
	int64_t closing[DAYS_TOLD];   /* as it was told of each, over all shards */
	int64_t earned[DAYS_TOLD];
	int64_t booked; /* what the ledger has in the end */
};

static struct earning earnings[CURRENCIES_MAX];
static size_t earning_count;
static int64_t wrong;

/* The first of the days whose ends are compared; the last one ends with the run. */
static int64_t first_day(void)
{
	return (company.end_s - MODEL_START_S) / (24 * 3600) - DAYS_TOLD;
}

/* NULL: there is no room. */
static struct earning *earning_of(const char *currency)
{
	size_t at = 0;

	while (at < earning_count && !text_equal(earnings[at].currency, currency))
		at++;
	if (at == CURRENCIES_MAX)
		return NULL;
	if (at == earning_count)
		earnings[earning_count++].currency = arena_string(company.arena, currency);
	return &earnings[at];
}

static void add_truth(const struct model_year *year)
{
	struct earning *const earning = earning_of(year->currency);

	for (int i = 0; earning != NULL && i <= DAYS_TOLD; i++)
		earning->truth[i] += model_deferred(year, first_day() + i);
}

/* Which of the days a text says; -1: none of them. */
static int day_of(const char *text)
{
	for (int i = 0; i < DAYS_TOLD; i++) {
		const struct instant at = { (MODEL_START_S + (first_day() + i) * 24 * 3600) *
			                    INT64_C(1000000) };
		char day[TIME_TEXT_SIZE];

		time_format(at, day);
		day[sizeof("2026-07-01") - 1] = '\0';
		if (text_equal(day, text))
			return i;
	}
	return -1;
}

static void tell_fact(const Opsmesh__V1__BillingEvent *event)
{
	const Opsmesh__V1__BooksDayEnded *const ended = event->books_day_ended;

	if (event->fact_case != OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED)
		return;
	struct earning *const earning = earning_of(ended->currency);
	const int day = day_of(ended->day);

	if (ended->deferred->off_by != 0 || ended->recurring->off_by != 0) {
		company_differ("%s of %s does not roll forward", ended->day, ended->currency);
		wrong++;
	}
	if (earning == NULL || day < 0)
		return;
	earning->closing[day] += ended->deferred->closing;
	earning->earned[day] += ended->deferred->recognised;
}

static void tell_entry(const void *data)
{
	const struct entry_row *const row = data;
	struct earning *const earning = earning_of(row->currency);

	if (earning != NULL && text_equal(row->account, "deferred_revenue"))
		earning->booked -= row->minor;
}

/* On the first of the days all was booked that had been earned before. */
static void compare(const struct earning *earning)
{
	for (int i = 0; i < DAYS_TOLD; i++) {
		const int64_t left = earning->truth[i + 1];
		const int64_t earned = earning->truth[i] - left;

		if (earning->closing[i] == left && (i == 0 || earning->earned[i] == earned))
			continue;
		company_differ("%s, day %d: %" PRId64 " is left and %" PRId64
		               " earned, not %" PRId64 " and %" PRId64,
		               earning->currency, i, earning->closing[i], earning->earned[i], left,
		               earned);
		wrong++;
	}
	if (earning->booked == earning->truth[DAYS_TOLD])
		return;
	company_differ("%s: %" PRId64 " is deferred, not %" PRId64, earning->currency,
	               earning->booked, earning->truth[DAYS_TOLD]);
	wrong++;
}

int company_check_revenue(struct world *world)
{
	struct entry_row entry;
	int64_t years = 0;

	for (int64_t i = 0; i < company.settings.customers; i++) {
		const struct model_customer *const truth = company.told[i].truth;

		if (company_is_refused(&company.told[i]))
			continue;
		years += (int64_t)truth->year_count;
		for (size_t k = 0; k < truth->year_count; k++)
			add_truth(&truth->years[k]);
	}
	company_each_row(world, "customer", &entry_table, &entry, tell_entry);
	company_each_fact(world, tell_fact);
	for (size_t i = 0; i < earning_count && company.lost == 0; i++)
		compare(&earnings[i]);
	return company_say("what is earned later is earned on its days", wrong, years);
}
