#include "services/opsmesh/forecast.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define MILLION 1000000

void forecast_init(struct forecast *forecast, struct arena *arena, struct instant now)
{
	memset(forecast, 0, sizeof(*forecast));
	forecast->arena = arena;
	forecast->now = now;
}

/* What may come back. */

static Opsmesh__V1__CaseStage stage_of(const struct dispute_row *row)
{
	if (text_equal(row->stage, "warning"))
		return OPSMESH__V1__CASE_STAGE__CASE_STAGE_WARNING;
	if (text_equal(row->stage, "inquiry"))
		return OPSMESH__V1__CASE_STAGE__CASE_STAGE_INQUIRY;
	return text_equal(row->stage, "chargeback")
	           ? OPSMESH__V1__CASE_STAGE__CASE_STAGE_CHARGEBACK
	           : OPSMESH__V1__CASE_STAGE__CASE_STAGE_UNSPECIFIED;
}

/* *win_ppm: of the amount. False: nobody knows. */
static bool chance_of(const struct dispute_row *row, int64_t *win_ppm)
{
	const Opsmesh__V1__RecommendationMade *const advice =
	    row->kept == NULL ? NULL : row->kept->recommendation;
	const bool advised = advice != NULL && advice->stage == stage_of(row);
	const bool contested = text_equal(row->decision, "contest");

	*win_ppm = 0;
	if (row->decision[0] != '\0' && !contested)
		return true;
	if (!advised)
		return false;
	if (contested || text_equal(advice->recommendation, "contest"))
		*win_ppm = advice->win_ppm;
	return true;
}

/* Rows. */

static struct forecast_row *row_of(struct forecast *forecast, const struct dispute_row *it)
{
	const char *const currency = it->has_amount ? it->amount.currency : "";

	for (size_t i = 0; i < forecast->count; i++)
		if (text_equal(forecast->rows[i].stage, it->stage) &&
		    text_equal(forecast->rows[i].currency, currency))
			return &forecast->rows[i];
	if (forecast->count == FORECAST_ROWS_MAX)
		return NULL;
	forecast->rows[forecast->count] =
	    (struct forecast_row){ .stage = arena_string(forecast->arena, it->stage),
		                   .currency = arena_string(forecast->arena, currency),
		                   .known = it->has_amount };
	return &forecast->rows[forecast->count++];
}

static void add_row(struct forecast *forecast, const struct dispute_row *it)
{
	struct forecast_row *const row = row_of(forecast, it);
	int64_t win_ppm;

	if (row == NULL)
		return;
	row->count++;
	if (!it->has_amount)
		return;
	if (__builtin_add_overflow(row->at_stake, it->amount.minor, &row->at_stake))
		row->known = false;
	if (!chance_of(it, &win_ppm))
		return;
	row->reckoned++;
	__extension__ const __int128 weighted = (__int128)it->amount.minor * win_ppm;
	row->weighted += weighted;
}

/* Days. */

static struct forecast_day *day_of(struct forecast *forecast, struct instant deadline)
{
	const int64_t day = DAYS(1).us;
	int64_t place;

	if (forecast->now.us == TIME_MIN.us)
		return &forecast->later;
	if (time_before(deadline, forecast->now))
		return &forecast->overdue;
	place = deadline.us / day - forecast->now.us / day;
	return place < FORECAST_DAYS ? &forecast->days[place] : &forecast->later;
}

void forecast_add(struct forecast *forecast, const struct dispute_row *row)
{
	struct forecast_day *day;
	int64_t sum;

	add_row(forecast, row);
	if (row->deadline.us == TIME_MIN.us) {
		forecast->without++;
		return;
	}
	day = day_of(forecast, row->deadline);
	day->count++;
	if (row->has_amount &&
	    !running_add(&day->at_stake, row->amount.currency, row->amount.minor, &sum))
		day->beyond = true;
}

/* The end. */

static int compare(const void *a, const void *b)
{
	static const char *const order[] = { "chargeback", "inquiry", "warning" };
	const struct forecast_row *const one = a;
	const struct forecast_row *const other = b;

	for (size_t i = 0; i < COUNT_OF(order) && !text_equal(one->stage, other->stage); i++) {
		if (text_equal(one->stage, order[i]))
			return -1;
		if (text_equal(other->stage, order[i]))
			return 1;
	}
	return strcmp(one->currency, other->currency);
}

static void round_row(struct forecast_row *row)
{
	__extension__ const __int128 rounded = (row->weighted + MILLION / 2) / MILLION;

	row->known = row->known && rounded <= INT64_MAX;
	row->expected = row->known ? (int64_t)rounded : 0;
}

void forecast_end(struct forecast *forecast)
{
	for (size_t i = 0; i < forecast->count; i++)
		round_row(&forecast->rows[i]);
	if (forecast->count > 0)
		qsort(forecast->rows, forecast->count, sizeof(*forecast->rows), compare);
}

const char *forecast_date(struct arena *arena, const struct forecast *forecast, size_t place)
{
	char text[TIME_TEXT_SIZE];

	return forecast->now.us == TIME_MIN.us
	           ? ""
	           : arena_printf(arena, "%.10s",
	                          time_format(time_add(forecast->now, DAYS((int64_t)place)), text));
}
