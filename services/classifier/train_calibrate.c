#include "services/classifier/train_calibrate.h"

#include "services/classifier/model_score.h"

#include "common/base/memory.h"

#include <math.h>

#define SHARPNESS_LEAST 0.1
#define SHARPNESS_MOST 60.0
#define SEARCH_STEPS 28 /* each makes the interval 0.618 of what it was */
#define GOLDEN 0.6180339887498949
/* A knot believes the confidence itself as much as this many lines. */
#define PRIOR_LINES 8.0

struct margins {
	const int32_t *rows;
	const uint32_t *labels;
	size_t count;
	size_t label_count;
};

static double row_loss(const int32_t *row, size_t label_count, uint32_t label, double sharpness)
{
	int32_t greatest = row[0];
	double sum = 0.0;

	for (size_t i = 1; i < label_count; i++)
		greatest = row[i] > greatest ? row[i] : greatest;
	for (size_t i = 0; i < label_count; i++)
		sum += exp((row[i] - (double)greatest) / MODEL_FRACTION * sharpness);
	return log(sum) - (row[label] - (double)greatest) / MODEL_FRACTION * sharpness;
}

static double mean_loss(const struct margins *margins, double sharpness)
{
	double sum = 0.0;

	for (size_t i = 0; i < margins->count; i++)
		sum += row_loss(margins->rows + i * margins->label_count, margins->label_count,
		                margins->labels[i], sharpness);
	return sum / (double)margins->count;
}

/* Golden section over the logarithm: the loss has one valley. */
static double best_sharpness(const struct margins *margins)
{
	double low = log(SHARPNESS_LEAST);
	double high = log(SHARPNESS_MOST);
	double left = high - GOLDEN * (high - low);
	double right = low + GOLDEN * (high - low);
	double left_loss = mean_loss(margins, exp(left));
	double right_loss = mean_loss(margins, exp(right));

	for (int step = 0; step < SEARCH_STEPS; step++) {
		if (left_loss < right_loss) {
			high = right;
			right = left;
			right_loss = left_loss;
			left = high - GOLDEN * (high - low);
			left_loss = mean_loss(margins, exp(left));
		} else {
			low = left;
			left = right;
			left_loss = right_loss;
			right = low + GOLDEN * (high - low);
			right_loss = mean_loss(margins, exp(right));
		}
	}
	return exp((low + high) / 2.0);
}

static size_t winner(const int32_t *row, size_t count)
{
	size_t best = 0;

	for (size_t i = 1; i < count; i++)
		best = row[i] > row[best] ? i : best;
	return best;
}

/* Never falling: neighbours that do are brought to their common mean (pool adjacent violators). */
static void make_rise(double *values, const double *weights, size_t count)
{
	double means[MODEL_CERTAINTIES];
	double sums[MODEL_CERTAINTIES];
	size_t sizes[MODEL_CERTAINTIES];
	size_t pools = 0;

	for (size_t i = 0; i < count; i++) {
		means[pools] = values[i];
		sums[pools] = weights[i];
		sizes[pools++] = 1;
		while (pools > 1 && means[pools - 2] > means[pools - 1]) {
			const double sum = sums[pools - 2] + sums[pools - 1];
			means[pools - 2] = (means[pools - 2] * sums[pools - 2] +
			                    means[pools - 1] * sums[pools - 1]) /
			                   sum;
			sums[pools - 2] = sum;
			sizes[pools - 2] += sizes[pools - 1];
			pools--;
		}
	}
	for (size_t pool = 0, at = 0; pool < pools; pool++)
		for (size_t i = 0; i < sizes[pool]; i++)
			values[at++] = means[pool];
}

/* Each line counts for the two knots beside its confidence, the more the nearer. */
static size_t count_winners(const struct margins *margins, uint32_t sharpness, double *right,
                            double *total)
{
	int32_t *const ppm = memory_alloc(margins->label_count * sizeof(*ppm));
	size_t winners = 0;

	for (size_t i = 0; i < margins->count; i++) {
		const int32_t *const row = margins->rows + i * margins->label_count;
		const size_t best = winner(row, margins->label_count);
		const bool is_right = best == margins->labels[i];
		score_softmax(row, margins->label_count, sharpness, ppm);
		const double place = (double)ppm[best] * (MODEL_CERTAINTIES - 1) / MODEL_PPM;
		const size_t knot = (size_t)fmin(place, MODEL_CERTAINTIES - 2);
		const double far = place - (double)knot;
		total[knot] += 1.0 - far;
		total[knot + 1] += far;
		right[knot] += is_right ? 1.0 - far : 0.0;
		right[knot + 1] += is_right ? far : 0.0;
		winners += is_right;
	}
	memory_free(ppm);
	return winners;
}

void calibrate(const int32_t *rows, const uint32_t *labels, size_t count, size_t label_count,
               struct calibration *calibration)
{
	const struct margins margins = { rows, labels, count, label_count };
	double right[MODEL_CERTAINTIES] = { 0 };
	double total[MODEL_CERTAINTIES] = { 0 };
	const double sharpness = best_sharpness(&margins);

	calibration->sharpness = (uint32_t)lround(sharpness * MODEL_FRACTION);
	calibration->loss = mean_loss(&margins, sharpness);
	calibration->right = count_winners(&margins, calibration->sharpness, right, total);
	for (size_t i = 0; i < MODEL_CERTAINTIES; i++) {
		const double itself = (double)i / (MODEL_CERTAINTIES - 1);
		total[i] += PRIOR_LINES;
		right[i] = (right[i] + PRIOR_LINES * itself) / total[i];
	}
	make_rise(right, total, MODEL_CERTAINTIES);
	for (size_t i = 0; i < MODEL_CERTAINTIES; i++)
		calibration->certainty[i] = (uint32_t)lround(right[i] * MODEL_PPM);
}
