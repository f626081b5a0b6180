#include "common/base/calibration.h"

#include "common/base/check.h"

static struct calibration_band *band_of(struct calibration *calibration, int64_t predicted_ppm)
{
	const int64_t band = predicted_ppm / (RATE_WHOLE / CALIBRATION_BANDS);

	CHECK(predicted_ppm >= 0);
	CHECK(predicted_ppm <= RATE_WHOLE);
	return &calibration->bands[band < CALIBRATION_BANDS ? band : CALIBRATION_BANDS - 1];
}

void calibration_add(struct calibration *calibration, int64_t predicted_ppm, bool won)
{
	struct calibration_band *const band = band_of(calibration, predicted_ppm);

	band->count++;
	band->won += won;
	band->predicted_sum_ppm += predicted_ppm;
}

void calibration_change(struct calibration *calibration, int64_t predicted_ppm, bool won)
{
	band_of(calibration, predicted_ppm)->won += won ? 1 : -1;
}

void calibration_merge(struct calibration *into, const struct calibration *other)
{
	for (size_t i = 0; i < CALIBRATION_BANDS; i++) {
		into->bands[i].count += other->bands[i].count;
		into->bands[i].won += other->bands[i].won;
		into->bands[i].predicted_sum_ppm += other->bands[i].predicted_sum_ppm;
	}
}

bool calibration_read(const struct calibration *calibration, size_t band, int32_t z_milli,
                      struct calibration_row *row)
{
	const struct calibration_band *const it = &calibration->bands[band];
	struct calibration_row read = { .count = it->count, .won = it->won };

	CHECK(band < CALIBRATION_BANDS);
	if (!rate_after((struct rate_prior){ 0, 0 }, it->won, it->count, z_milli, &read.observed))
		return false;
	read.from_ppm = (int64_t)band * (RATE_WHOLE / CALIBRATION_BANDS);
	read.predicted_ppm = it->predicted_sum_ppm / it->count;
	read.surprising = read.predicted_ppm < read.observed.interval.low_ppm ||
	                  read.predicted_ppm > read.observed.interval.high_ppm;
	*row = read;
	return true;
}
