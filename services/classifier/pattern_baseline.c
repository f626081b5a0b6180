#include "services/classifier/pattern_baseline.h"

#include "services/classifier/pattern_codec.h"

#include <string.h>

#define CODEC_VERSION 1
#define HOUR_US INT64_C(3600000000)
#define MONDAY_HOURS 72 /* 1970-01-01 was a Thursday */
#define PPM 1000000

/* Hours since the Monday before 1970. */
static int64_t hour_number(struct instant at)
{
	return at.us / HOUR_US + MONDAY_HOURS;
}

struct instant pattern_hour_of(struct instant at)
{
	return (struct instant){ at.us - at.us % HOUR_US };
}

void pattern_baseline_add(struct pattern_baseline *baseline, struct instant at, int32_t customers)
{
	const int64_t number = hour_number(at);
	struct pattern_hour *const hour = &baseline->hours[number % PATTERN_WEEK_HOURS];
	const uint32_t week = (uint32_t)(number / PATTERN_WEEK_HOURS);

	if (week < hour->week)
		return;
	if (week - hour->week > PATTERN_BASELINE_WEEKS)
		memset(hour->customers, 0, sizeof(hour->customers));
	else
		for (uint32_t skipped = hour->week + 1; skipped < week; skipped++)
			hour->customers[skipped % PATTERN_BASELINE_WEEKS] = 0;
	hour->week = week;
	hour->customers[week % PATTERN_BASELINE_WEEKS] =
	    (uint16_t)(customers < UINT16_MAX ? customers : UINT16_MAX);
}

/* What the hour had in a week; 0 where nothing is known of it. */
static int64_t customers_in(const struct pattern_hour *hour, int64_t week)
{
	if (week > hour->week || week + PATTERN_BASELINE_WEEKS <= hour->week)
		return 0;
	return hour->customers[week % PATTERN_BASELINE_WEEKS];
}

struct pattern_usual pattern_baseline_usual(const struct pattern_baseline *baseline,
                                            struct instant since, struct instant at)
{
	const int64_t number = hour_number(at);
	const struct pattern_hour *const hour = &baseline->hours[number % PATTERN_WEEK_HOURS];
	struct pattern_usual usual = { 0, 0 };
	int64_t sum = 0;

	for (int64_t back = 1; back <= PATTERN_BASELINE_WEEKS; back++) {
		if (number - back * PATTERN_WEEK_HOURS < hour_number(since))
			break;
		sum += customers_in(hour, number / PATTERN_WEEK_HOURS - back);
		usual.weeks++;
	}
	if (usual.weeks > 0)
		usual.customers_ppm = sum * PPM / usual.weeks;
	return usual;
}

/* No overflow: 65,535 customers an hour in millionths, 6 hours, a factor of 100 in thousandths: 4e16. */
int32_t pattern_threshold(const struct pattern_policy *policy, struct pattern_usual usual)
{
	const int64_t window_s = policy->burst.window.us / 1000000;
	const int64_t expected = usual.customers_ppm * window_s / 3600;
	const int64_t limit = expected * (policy->burst.factor_ppm / 1000) / 1000 +
	                      (int64_t)policy->burst.extra_customers * PPM;
	const int64_t customers = (limit + PPM - 1) / PPM;

	if (usual.weeks < policy->burst.min_weeks)
		return policy->burst.cold_customers;
	return customers > policy->burst.min_customers ? (int32_t)customers
	                                               : policy->burst.min_customers;
}

void pattern_baseline_encode(const struct pattern_baseline *baseline, struct buffer *out)
{
	pattern_write_u8(out, CODEC_VERSION);
	for (size_t i = 0; i < PATTERN_WEEK_HOURS; i++) {
		buffer_add_u32(out, baseline->hours[i].week);
		for (size_t k = 0; k < PATTERN_BASELINE_WEEKS; k++) {
			pattern_write_u8(out, baseline->hours[i].customers[k] >> 8);
			pattern_write_u8(out, baseline->hours[i].customers[k] & UINT8_MAX);
		}
	}
}

bool pattern_baseline_decode(struct bytes bytes, struct pattern_baseline *baseline)
{
	struct pattern_reader reader = pattern_read(NULL, bytes);

	if (pattern_read_u8(&reader, CODEC_VERSION) != CODEC_VERSION)
		return false;
	for (size_t i = 0; i < PATTERN_WEEK_HOURS; i++) {
		baseline->hours[i].week = pattern_read_u32(&reader, UINT32_MAX);
		for (size_t k = 0; k < PATTERN_BASELINE_WEEKS; k++) {
			const uint32_t high = pattern_read_u8(&reader, UINT8_MAX);

			baseline->hours[i].customers[k] =
			    (uint16_t)(high << 8 | pattern_read_u8(&reader, UINT8_MAX));
		}
	}
	return pattern_read_done(&reader);
}
