/*
 * calibration - whether what we predicted came true: closed disputes by the chance that we gave them.
 *
 * Ten bands of a tenth each, the last with a million in it. A dispute is added once, when it is closed; a late win
 * is a change of outcome: calibration_change. Sums alone, so that the order of adding and merging does not matter.
 */
#ifndef COMMON_BASE_CALIBRATION_H
#define COMMON_BASE_CALIBRATION_H

#include "common/base/rate.h"

#include <stddef.h>

#define CALIBRATION_BANDS 10

struct calibration_band {
	int64_t count;
	int64_t won;
	int64_t predicted_sum_ppm;
};

struct calibration {
	struct calibration_band bands[CALIBRATION_BANDS];
};

struct calibration_row {
	int64_t from_ppm; /* inclusive */
	int64_t count;
	int64_t won;
	int64_t predicted_ppm; /* the mean of what was said, rounded down */
	struct rate observed;
	bool surprising; /* the prediction lies outside the interval of what was observed */
};

/* predicted_ppm: 0 to RATE_WHOLE. */
void calibration_add(struct calibration *calibration, int64_t predicted_ppm, bool won);
/* The outcome of a dispute that was added is another: won is the new one. */
void calibration_change(struct calibration *calibration, int64_t predicted_ppm, bool won);
void calibration_merge(struct calibration *into, const struct calibration *other);
/* False: no dispute is in the band. */
bool calibration_read(const struct calibration *calibration, size_t band, int32_t z_milli,
                      struct calibration_row *row) MUST_CHECK;

#endif
