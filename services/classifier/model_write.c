#include "services/classifier/model_write.h"

#include "services/classifier/model.h"

#include "common/base/check.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define SCALE_MAX 65535.0
#define WEIGHT_LAST 60.0F /* what weighs more is cut off: the unit has 32 bits */

/* Zeros up to the next cache line; answers the place behind them. */
static uint64_t align(struct buffer *file)
{
	static const uint8_t zeros[MODEL_ALIGNMENT];

	buffer_add(file, zeros, (MODEL_ALIGNMENT - file->size % MODEL_ALIGNMENT) % MODEL_ALIGNMENT);
	return file->size;
}

static void set_name(char name[static MODEL_NAME_SIZE], const char *text)
{
	CHECK(strlen(text) < MODEL_NAME_SIZE);
	memset(name, 0, MODEL_NAME_SIZE);
	memcpy(name, text, strlen(text));
}

static float greatest(const float *numbers, size_t count)
{
	float most = 0.0F;

	for (size_t i = 0; i < count; i++)
		most = fmaxf(most, fabsf(numbers[i]));
	return fminf(most, WEIGHT_LAST);
}

static void write_labels(const struct model_draft *draft, struct buffer *file)
{
	char name[MODEL_NAME_SIZE];

	for (size_t i = 0; i < draft->label_count; i++) {
		set_name(name, draft->labels[i]);
		buffer_add(file, name, sizeof(name));
	}
}

/* Labels that are there only to fill the stride have a constant of 0 and are never looked at. */
static void write_biases(const struct model_draft *draft, size_t stride, double step,
                         struct buffer *file)
{
	const float *const biases = draft->weights + draft->vocabulary->count * draft->label_count;

	for (size_t i = 0; i < stride; i++) {
		const double bias = i < draft->label_count ? (double)biases[i] / step : 0.0;
		const int32_t whole =
		    (int32_t)lround(fmax(fmin(bias, MODEL_BIAS_MAX), -MODEL_BIAS_MAX));
		buffer_add(file, &whole, sizeof(whole));
	}
}

static uint16_t scale_of(float most, float overall)
{
	return (uint16_t)ceil(fmin((double)(most / overall) * SCALE_MAX, SCALE_MAX));
}

static void write_entries(const struct model_draft *draft, float overall, struct buffer *file)
{
	for (size_t i = 0; i < draft->vocabulary->count; i++) {
		struct vocabulary_entry entry = draft->vocabulary->entries[i];
		entry.scale =
		    scale_of(greatest(draft->weights + i * draft->label_count, draft->label_count),
		             overall);
		buffer_add(file, &entry, sizeof(entry));
	}
}

static void write_rows(const struct model_draft *draft, size_t stride, float overall,
                       struct buffer *file)
{
	int8_t row[MODEL_LABELS_MAX];

	for (size_t i = 0; i < draft->vocabulary->count; i++) {
		const float *const weights = draft->weights + i * draft->label_count;
		const double most = (double)greatest(weights, draft->label_count);
		const double scale = scale_of((float)most, overall);
		memset(row, 0, sizeof(row));
		for (size_t k = 0; k < draft->label_count && scale > 0.0; k++) {
			const double parts = (double)(weights[k] / overall) * SCALE_MAX / scale;
			row[k] = (int8_t)lround(fmax(fmin(parts, 1.0), -1.0) * MODEL_WEIGHT_MAX);
		}
		buffer_add(file, row, stride);
	}
}

static void write_set(const struct model_draft *draft, struct model_set *set, struct buffer *file)
{
	const struct vocabulary *const vocabulary = draft->vocabulary;
	const size_t weights = (vocabulary->count + 1) * draft->label_count;
	const float found = greatest(draft->weights, weights - draft->label_count);
	const float overall = found > 0.0F ? found : 1.0F;
	/* What one of a sum is worth: a sum has VECTOR_ONE * MODEL_WEIGHT_MAX for the greatest weight. */
	const double step = (double)overall / (VECTOR_ONE * (double)MODEL_WEIGHT_MAX);

	set_name(set->name, draft->set);
	set->label_count = (uint32_t)draft->label_count;
	set->stride =
	    (set->label_count + MODEL_STRIDE_STEP - 1) / MODEL_STRIDE_STEP * MODEL_STRIDE_STEP;
	set->feature_count = (uint32_t)vocabulary->count;
	set->directory_bits = vocabulary->directory_bits;
	memcpy(set->family_weights, vocabulary->family_weights, sizeof(set->family_weights));
	set->unit = (uint32_t)lround(step * MODEL_FRACTION * 4294967296.0);
	set->sharpness = MODEL_FRACTION;
	for (uint32_t i = 0; i < MODEL_CERTAINTIES; i++)
		set->certainty[i] = i * (MODEL_PPM / (MODEL_CERTAINTIES - 1));
	set->labels = align(file);
	write_labels(draft, file);
	set->biases = align(file);
	write_biases(draft, set->stride, step, file);
	set->directory = align(file);
	buffer_add(file, vocabulary->directory,
	           (((size_t)1 << vocabulary->directory_bits) + 1) * sizeof(uint32_t));
	set->entries = align(file);
	write_entries(draft, overall, file);
	set->rows = align(file);
	write_rows(draft, set->stride, overall, file);
}

static void seal(struct buffer *file)
{
	struct model header;

	memcpy(&header, file->data, sizeof(header));
	digest_sha256((struct bytes){ file->data + MODEL_DIGESTED, file->size - MODEL_DIGESTED },
	              header.digest);
	memcpy(file->data, &header, sizeof(header));
}

bool model_write(const struct model_draft *draft, struct buffer *file)
{
	struct model header = { .version = MODEL_VERSION, .set_count = 1 };

	CHECK(draft->label_count > 0 && draft->label_count <= MODEL_LABELS_MAX - MODEL_STRIDE_STEP);
	memcpy(header.magic, MODEL_MAGIC, sizeof(header.magic));
	memcpy(header.training, draft->training, sizeof(header.training));
	set_name(header.taxonomy, draft->taxonomy);
	header.taxonomy_version = draft->taxonomy_version;
	buffer_clear(file);
	buffer_add(file, &header, sizeof(header));
	write_set(draft, &header.sets[0], file);
	header.size = file->size;
	memcpy(file->data, &header, sizeof(header));
	seal(file);
	return file->size <= MODEL_SIZE_MAX;
}

void model_calibrate(struct buffer *file, uint32_t sharpness, const uint32_t *certainty)
{
	struct model header;

	memcpy(&header, file->data, sizeof(header));
	header.sets[0].sharpness = sharpness;
	memcpy(header.sets[0].certainty, certainty, sizeof(header.sets[0].certainty));
	memcpy(file->data, &header, sizeof(header));
	seal(file);
}
