#include "services/classifier/model.h"

#include "services/classifier/feature.h"
#include "services/classifier/model_file.h"
#include "services/classifier/model_score.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "a model is mapped as it lies in its file");

struct refusal {
	char *reason;
	size_t size;
};

static bool refuse(struct refusal refusal, const char *format, ...) PRINTF_LIKE(2, 3);

static bool refuse(struct refusal refusal, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(refusal.reason, refusal.size, format, arguments);
	va_end(arguments);
	return false;
}

/* Whether count items lie at a place of the file behind its header. */
static bool holds(const struct model *model, uint64_t at, uint64_t count, uint64_t item)
{
	return at >= sizeof(*model) && at % 4 == 0 && at <= model->size &&
	       count <= (model->size - at) / item;
}

static bool named(const char name[static MODEL_NAME_SIZE])
{
	return name[0] != '\0' && memchr(name, '\0', MODEL_NAME_SIZE) != NULL &&
	       text_valid(bytes_of(name));
}

static bool set_fits(const struct model *model, const struct model_set *set)
{
	if (set->label_count == 0 || set->label_count > MODEL_LABELS_MAX ||
	    set->stride % MODEL_STRIDE_STEP != 0 || set->stride < set->label_count ||
	    set->stride > MODEL_LABELS_MAX)
		return false;
	if (set->directory_bits == 0 || set->directory_bits > 24)
		return false;
	return holds(model, set->labels, set->label_count, MODEL_NAME_SIZE) &&
	       holds(model, set->biases, set->stride, sizeof(int32_t)) &&
	       holds(model, set->directory, ((uint64_t)1 << set->directory_bits) + 1,
	             sizeof(uint32_t)) &&
	       holds(model, set->entries, set->feature_count, sizeof(struct vocabulary_entry)) &&
	       holds(model, set->rows, set->feature_count, set->stride);
}

/* The directory never leads out of the entries. */
static bool directory_leads(const struct model *model, const struct model_set *set)
{
	const uint32_t *const directory = model_place(model, set->directory);
	const size_t count = (size_t)1 << set->directory_bits;

	for (size_t i = 0; i < count; i++)
		if (directory[i] > directory[i + 1])
			return false;
	return directory[count] == set->feature_count;
}

static bool biases_fit(const struct model *model, const struct model_set *set)
{
	const int32_t *const biases = model_place(model, set->biases);

	for (size_t i = 0; i < set->stride; i++)
		if (biases[i] > MODEL_BIAS_MAX || biases[i] < -MODEL_BIAS_MAX)
			return false;
	return true;
}

static bool calibrated(const struct model_set *set)
{
	for (size_t i = 0; i < MODEL_CERTAINTIES; i++)
		if (set->certainty[i] > MODEL_PPM ||
		    (i > 0 && set->certainty[i] < set->certainty[i - 1]))
			return false;
	for (size_t i = 0; i < FEATURE_FAMILIES; i++)
		if (set->family_weights[i] > VECTOR_ONE)
			return false;
	return true;
}

static bool set_use(const struct model *model, const struct model_set *set, struct refusal refusal)
{
	if (!named(set->name))
		return refuse(refusal, "a label set has no name");
	if (!set_fits(model, set))
		return refuse(refusal, "label set %s does not lie within the file", set->name);
	for (size_t i = 0; i < set->label_count; i++)
		if (!named((const char *)model_place(model, set->labels) + i * MODEL_NAME_SIZE))
			return refuse(refusal, "label %zu of %s has no name", i, set->name);
	if (!directory_leads(model, set) || !biases_fit(model, set) || !calibrated(set))
		return refuse(refusal, "label set %s contradicts itself", set->name);
	return true;
}

bool model_use(struct bytes file, const struct model **model, char *reason, size_t reason_size)
{
	const struct refusal refusal = { reason, reason_size };
	const struct model *const header = file.data;
	uint8_t digest[DIGEST_SIZE];

	if (file.data == NULL || file.size < sizeof(*header))
		return refuse(refusal, "it is cut off: %zu bytes are no model", file.size);
	CHECK((uintptr_t)file.data % _Alignof(struct model) == 0);
	if (memcmp(header->magic, MODEL_MAGIC, sizeof(header->magic)) != 0)
		return refuse(refusal, "it is no model: the first bytes are not " MODEL_MAGIC);
	if (header->version != MODEL_VERSION)
		return refuse(refusal, "it is of version %u, this program reads %d",
		              (unsigned)header->version, MODEL_VERSION);
	if (header->size != file.size || file.size > MODEL_SIZE_MAX)
		return refuse(refusal, "it has %zu bytes where %llu are announced", file.size,
		              (unsigned long long)header->size);
	digest_sha256((struct bytes){ (const uint8_t *)file.data + MODEL_DIGESTED,
	                              file.size - MODEL_DIGESTED },
	              digest);
	if (memcmp(digest, header->digest, sizeof(digest)) != 0)
		return refuse(refusal, "it is damaged: its digest is another");
	if (header->set_count == 0 || header->set_count > MODEL_SETS_MAX ||
	    memchr(header->taxonomy, '\0', MODEL_NAME_SIZE) == NULL)
		return refuse(refusal, "its header contradicts itself");
	for (size_t i = 0; i < header->set_count; i++)
		if (!set_use(header, &header->sets[i], refusal))
			return false;
	*model = header;
	return true;
}

const uint8_t *model_digest(const struct model *model)
{
	return model->digest;
}

const uint8_t *model_training(const struct model *model)
{
	return model->training;
}

const char *model_taxonomy(const struct model *model)
{
	return model->taxonomy;
}

int64_t model_taxonomy_version(const struct model *model)
{
	return model->taxonomy_version;
}

static const struct model_set *set_named(const struct model *model, const char *name)
{
	for (size_t i = 0; i < model->set_count; i++)
		if (text_equal(model->sets[i].name, name))
			return &model->sets[i];
	return NULL;
}

size_t model_label_count(const struct model *model, const char *set)
{
	const struct model_set *const found = set_named(model, set);

	return found != NULL ? found->label_count : 0;
}

const char *model_label(const struct model *model, const char *set, size_t index)
{
	const struct model_set *const found = set_named(model, set);

	CHECK(found != NULL && index < found->label_count);
	return (const char *)model_place(model, found->labels) + index * MODEL_NAME_SIZE;
}

bool model_margins(const struct model *model, struct arena *arena, const char *set,
                   const struct prepared *text, int32_t *margins)
{
	const struct model_set *const found = set_named(model, set);
	struct scoring scoring;

	if (found == NULL)
		return false;
	score_text(arena, model, found, text, &scoring);
	memcpy(margins, scoring.margins, found->label_count * sizeof(*margins));
	return true;
}

/* The index of the greatest but one, or count when there is no other. */
static size_t next_best(const int32_t *numbers, size_t count, size_t best)
{
	size_t next = count;

	for (size_t i = 0; i < count; i++)
		if (i != best && (next == count || numbers[i] > numbers[next]))
			next = i;
	return next;
}

bool model_judge(const struct model *model, struct arena *arena, const char *set,
                 const struct prepared *text, struct model_verdict *verdict)
{
	const struct model_set *const found = set_named(model, set);
	struct scoring scoring;

	if (found == NULL)
		return false;
	const char *const labels = model_place(model, found->labels);
	score_text(arena, model, found, text, &scoring);
	const size_t best = next_best(scoring.margins, found->label_count, found->label_count);
	const size_t second = next_best(scoring.margins, found->label_count, best);
	int32_t *const confidences = score_confidences(arena, found, &scoring, best);
	*verdict = (struct model_verdict){
		.label = labels + best * MODEL_NAME_SIZE,
		.confidence_ppm = confidences[best],
		.best = best,
		.confidences = confidences,
	};
	if (second < found->label_count) {
		verdict->second = labels + second * MODEL_NAME_SIZE;
		verdict->second_ppm = confidences[second];
	}
	score_reasons(arena, text, found, &scoring, best, verdict);
	return true;
}
