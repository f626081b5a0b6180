/*
 * model_file - the form of a model's file, byte for byte as it is mapped.
 *
 * Little-endian. The header below, then for each label set, at the places that it names:
 *   labels     label_count names of MODEL_NAME_SIZE bytes, ended and filled with NUL
 *   biases     stride numbers of 32 bits: the constants, in the unit of a sum
 *   directory  2^directory_bits + 1 numbers of 32 bits: where the hashes with these first bits begin
 *   entries    feature_count vocabulary entries of 8 bytes, in the order of their hashes
 *   rows       feature_count rows of stride bytes: a feature's weight for each label, -127..127
 * A label's sum is its bias and, over the cells of a text's vector, value * scale / 65,536 * weight;
 * its margin in 65,536ths is sum * unit / 2^32. The confidences are the softmax of the margins times
 * sharpness, and the likeliest one's is read from `certainty`.
 * Two files of one training are the same, byte for byte.
 */
#ifndef SERVICES_CLASSIFIER_MODEL_FILE_H
#define SERVICES_CLASSIFIER_MODEL_FILE_H

#include "services/classifier/feature_vector.h"

#include "common/io/digest.h"

#define MODEL_MAGIC "OPSMODEL"
#define MODEL_VERSION 1
#define MODEL_SETS_MAX 4
#define MODEL_NAME_SIZE 64 /* of labels, label sets and taxonomies, with a NUL */
#define MODEL_LABELS_MAX 1024
#define MODEL_STRIDE_STEP 16 /* labels are worked on so many at a time */
#define MODEL_ALIGNMENT 64   /* a cache line */
#define MODEL_WEIGHT_MAX 127
#define MODEL_BIAS_MAX ((int32_t)1 << 28) /* with it and every cell's part, a sum has 32 bits */
#define MODEL_FRACTION 65536
#define MODEL_CERTAINTIES 21 /* what confidences of 0, 5, ... 100 % become */

struct model_set {
	char name[MODEL_NAME_SIZE];
	uint32_t label_count;
	uint32_t stride; /* label_count, rounded up to MODEL_STRIDE_STEP */
	uint32_t feature_count;
	uint32_t directory_bits;
	uint64_t labels; /* places in the file */
	uint64_t biases;
	uint64_t directory;
	uint64_t entries;
	uint64_t rows;
	uint32_t family_weights[FEATURE_FAMILIES];
	uint32_t unit;
	uint32_t sharpness;                    /* 65,536ths */
	uint32_t certainty[MODEL_CERTAINTIES]; /* parts per million, not falling */
	uint32_t unused;
};

struct model {
	char magic[8];
	uint8_t digest[DIGEST_SIZE]; /* SHA-256 of all that follows */
	uint32_t version;
	uint32_t set_count;
	uint64_t size; /* of the file */
	uint8_t training[DIGEST_SIZE];
	char taxonomy[MODEL_NAME_SIZE];
	int64_t taxonomy_version;
	struct model_set sets[MODEL_SETS_MAX];
};

#define MODEL_DIGESTED offsetof(struct model, version) /* the digest is of what begins here */

#endif
