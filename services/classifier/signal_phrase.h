/*
 * signal_phrase - a phrase as documents write it, with alternatives, and the phrases that it stands for.
 *
 * "{call|ring} my {bank|card company}" are four; "{really |}angry" is two. Braces do not nest, and
 * neither they nor the bar can be part of a phrase.
 */
#ifndef SERVICES_CLASSIFIER_SIGNAL_PHRASE_H
#define SERVICES_CLASSIFIER_SIGNAL_PHRASE_H

#include "common/base/bytes.h"

#define SIGNAL_PARTS_MAX 16
#define SIGNAL_CHOICES_MAX 32 /* in one pair of braces */
#define SIGNAL_MEANT_MAX 1024 /* phrases that one stands for: more is a slip */

/* A pair of braces, or what stands between two: that is one choice. */
struct signal_part {
	struct bytes choices[SIGNAL_CHOICES_MAX];
	size_t count;
};

struct signal_pattern {
	struct signal_part parts[SIGNAL_PARTS_MAX];
	size_t count;
	size_t meant; /* phrases */
};

/* Borrows the text. NULL, or what is wrong. */
const char *signal_pattern_read(const char *text, struct signal_pattern *pattern);
/* Phrase number index, below meant, into out, which is cleared. */
void signal_pattern_write(const struct signal_pattern *pattern, size_t index, struct buffer *out);

#endif
