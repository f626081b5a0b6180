/*
 * sketch - how values are distributed, in counts that add up: the same bytes whatever came first. Pure, integers alone.
 *
 * Log-linear buckets, as in HdrHistogram (G. Tene) and close to DDSketch (Masson, Rim, Lee, VLDB 2019): values below 128 have a
 * bucket each; above, every power of two is cut into 64. A bucket stands for its middle, so that a quantile is off by at most 1/128
 * of the true value (0.8 %) and exact below 128. A count below zero takes back what was added before. Counts wrap at their end, so
 * that not even there an order shows.
 */
#ifndef SERVICES_KPI_AGGREGATOR_SKETCH_SKETCH_H
#define SERVICES_KPI_AGGREGATOR_SKETCH_SKETCH_H

#include "common/base/arena.h"

#define SKETCH_PLACES 3712       /* 128, and 64 for each power of two from 2^7 to 2^62 */
#define SKETCH_ERROR_PPM 7813    /* 1/128, rounded up */
#define SKETCH_WHOLE_PPM 1000000 /* of quantiles */

struct sketch_bucket {
	int32_t place;
	int64_t count; /* never 0 */
};

/* Ascending by place. All zero is empty. */
struct sketch {
	const struct sketch_bucket *buckets;
	size_t count;
};

/* The bucket of a value; of one below 0 that of 0. */
int32_t sketch_place(int64_t value);
/* For what a bucket stands. */
int64_t sketch_value(int32_t place);

/* The sum of both, in the arena; with an empty b the first itself. */
struct sketch sketch_merge(struct arena *arena, struct sketch a, struct sketch b);
/* With so many more of one place. */
struct sketch sketch_with(struct arena *arena, struct sketch it, int32_t place, int64_t count);
int64_t sketch_total(struct sketch it);
/*
 * The smallest value that at least so large a share of the counts does not pass (nearest rank: 500000 of two is the lower).
 * False: it is empty, or of some place more was taken back than added.
 */
bool sketch_quantile(struct sketch it, int32_t ppm, int64_t *value) MUST_CHECK;

/* One form for one sketch; an empty one has no bytes. */
struct bytes sketch_pack(struct arena *arena, struct sketch it);
/* False: these bytes are no sketch. */
bool sketch_unpack(struct arena *arena, struct bytes packed, struct sketch *it) MUST_CHECK;

#endif
