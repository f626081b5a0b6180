#include "common/base/rate.h"

#include "common/base/check.h"

/* The largest whole number whose square is not above it, a bit at a time. */
__extension__ static int64_t root_down(__int128 of)
{
	__extension__ __int128 root = 0;
	__extension__ __int128 bit = (__int128)1 << 124;

	while (bit > of)
		bit >>= 2;
	for (; bit != 0; bit >>= 2) {
		const bool fits = of >= root + bit;

		of -= fits ? root + bit : 0;
		root = (root >> 1) + (fits ? bit : 0);
	}
	return (int64_t)root;
}

static int64_t within(int64_t ppm)
{
	return ppm < 0 ? 0 : ppm > RATE_WHOLE ? RATE_WHOLE : ppm;
}

/*
 * Of hits in millionths, since a prior's hits are not whole. The sum is times 10^6, since z is in thousandths
 * and squared; sum and root are times 10^6 once more, for the digits. What was cut on the way to the root is
 * less than two in its last place.
 */
static struct rate_interval interval_of(int64_t hits_ppm, int64_t count, int32_t z_milli)
{
	const int64_t square = (int64_t)z_milli * z_milli;
	const int64_t whole = count * RATE_WHOLE;
	__extension__ const __int128 spread = (__int128)4 * hits_ppm * (whole - hits_ppm) / count;
	__extension__ const __int128 under = ((__int128)square * RATE_WHOLE + spread) * RATE_WHOLE;
	const int64_t root = root_down(under);
	__extension__ const __int128 middle = ((__int128)2 * hits_ppm + square) * RATE_WHOLE;
	__extension__ const __int128 half = (__int128)z_milli * (root + 2);
	const int64_t below = 2 * (whole + square);

	return (struct rate_interval){ within((int64_t)((middle - half) / below)),
		                       within((int64_t)((middle + half + below - 1) / below)) };
}

bool rate_interval_of(int64_t hits, int64_t count, int32_t z_milli, struct rate_interval *interval)
{
	CHECK(z_milli >= RATE_Z_MILLI_MIN && z_milli <= RATE_Z_MILLI_MAX);
	if (count <= 0 || count > RATE_COUNT_MAX || hits < 0 || hits > count)
		return false;
	*interval = interval_of(hits * RATE_WHOLE, count, z_milli);
	return true;
}

bool rate_after(struct rate_prior prior, int64_t hits, int64_t count, int32_t z_milli,
                struct rate *rate)
{
	int64_t hits_ppm;
	int64_t all;

	CHECK(prior.rate_ppm >= 0 && prior.rate_ppm <= RATE_WHOLE);
	CHECK(prior.weight >= 0 && prior.weight <= RATE_WEIGHT_MAX);
	if (count < 0 || count > RATE_COUNT_MAX - RATE_WEIGHT_MAX || hits < 0 || hits > count ||
	    count + prior.weight == 0)
		return false;
	all = count + prior.weight;
	hits_ppm = hits * RATE_WHOLE + prior.rate_ppm * prior.weight;
	*rate =
	    (struct rate){ (2 * hits_ppm + all) / (2 * all), interval_of(hits_ppm, all, z_milli) };
	return true;
}

int64_t rate_share_ppm(int64_t part, int64_t whole)
{
	__extension__ const __int128 share = (__int128)part * RATE_WHOLE;

	CHECK(whole > 0);
	CHECK(part >= 0);
	return share / whole > INT64_MAX ? INT64_MAX : (int64_t)(share / whole);
}
