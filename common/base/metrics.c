#include "common/base/metrics.h"

#include "common/base/arena.h"
#include "common/base/check.h"
#include "common/base/memory.h"
#include "common/base/text.h"

#include <inttypes.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#define LABEL_MAX 128 /* bytes of a label's value */
#define BLOCK_SIZE 1024
#define NUMBER_SIZE 32
#define SEEN_SERIES 64
#define SEEN_SIZE \
	72 /* bytes of the values, each with its NUL; longer ones are looked up each time */

static const char *const kind_names[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
	[METRIC_HISTOGRAM] = "histogram",
};

struct metric_series {
	const struct metric *metric;
	struct metric_series *_Atomic next; /* never changes once it is set */
	char *labels;              /* name="value",... as it is written; "" without labels */
	_Atomic bool forgotten;    /* gauge: not written */
	_Atomic int64_t total;     /* counter */
	_Atomic double level;      /* gauge; histogram: the sum */
	_Atomic int64_t buckets[]; /* histogram: of each bound alone, then of what is above */
};

/* Guards the growth of the two lists; reading them needs no lock. */
static pthread_mutex_t growth = PTHREAD_MUTEX_INITIALIZER;
static struct metric *first_metric;

static struct metric *metric_load(struct metric *const *place)
{
	return __atomic_load_n(place, __ATOMIC_ACQUIRE);
}

static struct metric_series *series_first(const struct metric *metric)
{
	return __atomic_load_n(&metric->series, __ATOMIC_ACQUIRE);
}

static size_t label_count(const struct metric *metric)
{
	size_t count = 0;

	while (count < METRIC_LABELS_MAX && metric->labels[count] != NULL)
		count++;
	return count;
}

static void add(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

/* Backslash and line feed are marked everywhere, quotes in the values of labels only. */
static void add_escaped(struct buffer *out, const char *text, bool quoted)
{
	for (;;) {
		const size_t plain = strcspn(text, quoted ? "\\\n\"" : "\\\n");

		buffer_add(out, text, plain);
		text += plain;
		if (*text == '\0')
			return;
		add(out, *text == '\n' ? "\\n" : *text == '"' ? "\\\"" : "\\\\");
		text++;
	}
}

/* The first labels of a series as they are written, all of which is also what it is found by. */
static char *format_some(const struct metric *metric, const char *const *values, size_t count)
{
	struct arena *const arena = arena_create(BLOCK_SIZE);
	struct buffer text = { 0 };

	for (size_t i = 0; i < count; i++) {
		struct bytes value = bytes_of(values[i]);

		value.size = text_fit(value, LABEL_MAX);
		add(&text, i > 0 ? "," : "");
		add(&text, metric->labels[i]);
		add(&text, "=\"");
		add_escaped(&text, text_repair(arena, value, NULL), true);
		add(&text, "\"");
	}
	buffer_add(&text, "", 1);
	arena_destroy(arena);
	return (char *)text.data;
}

static char *format_labels(const struct metric *metric, const char *const *values)
{
	return format_some(metric, values, label_count(metric));
}

static struct metric_series *series_find(const struct metric *metric, const char *labels)
{
	struct metric_series *series = series_first(metric);

	while (series != NULL && strcmp(series->labels, labels) != 0)
		series = atomic_load(&series->next);
	return series;
}

static struct metric_series *series_create(const struct metric *metric, char *labels)
{
	const size_t buckets = metric->kind == METRIC_HISTOGRAM ? metric->bound_count + 1 : 0;
	struct metric_series *const series =
	    memory_zero(sizeof(*series) + buckets * sizeof(series->buckets[0]));

	series->metric = metric;
	series->labels = labels;
	return series;
}

/* Appends it where it is still missing; takes the labels. The lock is held. */
static struct metric_series *series_append(struct metric *metric, char *labels, size_t max)
{
	struct metric_series *last = NULL;
	size_t count = 0;

	for (struct metric_series *at = series_first(metric); at != NULL;
	     at = atomic_load(&at->next), count++) {
		if (strcmp(at->labels, labels) == 0) {
			memory_free(labels);
			return at;
		}
		last = at;
	}
	if (count >= max) {
		memory_free(labels);
		return NULL;
	}

	struct metric_series *const series = series_create(metric, labels);

	if (last != NULL)
		atomic_store(&last->next, series);
	else
		__atomic_store_n(&metric->series, series, __ATOMIC_RELEASE);
	return series;
}

static struct metric_series *series_add(struct metric *metric, char *labels)
{
	static const char *const others[METRIC_LABELS_MAX] = { "other", "other", "other" };
	struct metric_series *series;

	CHECK(pthread_mutex_lock(&growth) == 0);
	series = series_append(metric, labels, METRIC_SERIES_MAX);
	if (series == NULL)
		series = series_append(metric, format_labels(metric, others), SIZE_MAX);
	CHECK(pthread_mutex_unlock(&growth) == 0);
	return series;
}

static struct metric_series *series_of(struct metric *metric, const char *const *values)
{
	char *const labels = format_labels(metric, values);
	struct metric_series *const series = series_find(metric, labels);

	if (series == NULL)
		return series_add(metric, labels);
	memory_free(labels);
	return series;
}

/* A series that this thread has found before: series stay for as long as the process. */
struct seen {
	const struct metric *metric;
	struct metric_series *series;
	size_t size;
	char values[SEEN_SIZE];
};

/* The values one after another; 0: they are too long to be remembered. */
static size_t join_values(const struct metric *metric, const char *const *values,
                          char joined[static SEEN_SIZE], uint32_t *hash)
{
	const size_t count = label_count(metric);
	size_t size = 0;

	*hash = (uint32_t)((uintptr_t)metric >> 4);
	for (size_t i = 0; i < count; i++) {
		const char *value = values[i] != NULL ? values[i] : "";

		do {
			if (size == SEEN_SIZE)
				return 0;
			*hash = (*hash ^ (unsigned char)*value) * 16777619;
			joined[size++] = *value;
		} while (*value++ != '\0');
	}
	return size;
}

struct metric_series *metric_series(struct metric *metric, const char *const *values)
{
	static _Thread_local struct seen seen[SEEN_SERIES];
	char joined[SEEN_SIZE];
	uint32_t hash;
	const size_t size = join_values(metric, values, joined, &hash);
	struct seen *const place = &seen[(hash ^ hash >> 16) % SEEN_SERIES];

	if (size == 0)
		return series_of(metric, values);
	if (place->metric != metric || place->size != size ||
	    memcmp(place->values, joined, size) != 0) {
		*place = (struct seen){ metric, series_of(metric, values), size, "" };
		memcpy(place->values, joined, size);
	}
	return place->series;
}

void metric_register(struct metric *metric)
{
	struct metric **place = &first_metric;

	CHECK(metric->kind != METRIC_HISTOGRAM || metric->bound_count > 0);
	CHECK(pthread_mutex_lock(&growth) == 0);
	for (; *place != NULL; place = &(*place)->next)
		CHECK(strcmp((*place)->name, metric->name) != 0);
	__atomic_store_n(place, metric, __ATOMIC_RELEASE);
	CHECK(pthread_mutex_unlock(&growth) == 0);
	if (label_count(metric) == 0)
		(void)metric_series(metric, NULL);
}

static void level_add(struct metric_series *series, double amount)
{
	double old = atomic_load(&series->level);

	while (!atomic_compare_exchange_weak(&series->level, &old, old + amount))
		;
}

void metric_add(struct metric_series *series, int64_t amount)
{
	CHECK(series->metric->kind != METRIC_HISTOGRAM);
	if (series->metric->kind == METRIC_GAUGE) {
		level_add(series, (double)amount);
		return;
	}
	CHECK(amount >= 0);
	atomic_fetch_add_explicit(&series->total, amount, memory_order_relaxed);
}

void metric_set(struct metric_series *series, double value)
{
	CHECK(series->metric->kind == METRIC_GAUGE);
	atomic_store(&series->level, value);
	atomic_store(&series->forgotten, false);
}

void metric_forget(struct metric *metric, const char *const *values)
{
	size_t count = 0;

	CHECK(metric->kind == METRIC_GAUGE);
	while (count < label_count(metric) && values[count] != NULL)
		count++;
	char *const labels =
	    format_some(metric, values, count); /* ends with a quote, or is empty */

	for (struct metric_series *at = series_first(metric); at != NULL;
	     at = atomic_load(&at->next)) {
		if (strncmp(at->labels, labels, strlen(labels)) != 0)
			continue;
		atomic_store(&at->forgotten, true);
		atomic_store(&at->level, 0);
	}
	memory_free(labels);
}

void metric_observe(struct metric_series *series, double value)
{
	const struct metric *const metric = series->metric;
	size_t bucket = 0;

	CHECK(metric->kind == METRIC_HISTOGRAM);
	while (bucket < metric->bound_count && !(value <= metric->bounds[bucket]))
		bucket++;
	level_add(series, value);
	atomic_fetch_add_explicit(&series->buckets[bucket], 1, memory_order_relaxed);
}

static int64_t observations(const struct metric_series *series)
{
	int64_t count = 0;

	for (size_t i = 0; i <= series->metric->bound_count; i++)
		count += atomic_load(&series->buckets[i]);
	return count;
}

double metric_value(const struct metric_series *series)
{
	switch (series->metric->kind) {
	case METRIC_COUNTER: return (double)atomic_load(&series->total);
	case METRIC_GAUGE: return atomic_load(&series->level);
	case METRIC_HISTOGRAM: return (double)observations(series);
	}
	return 0;
}

static const char *format_double(double value, char text[static NUMBER_SIZE])
{
	if (isnan(value))
		return "NaN";
	if (isinf(value))
		return value > 0 ? "+Inf" : "-Inf";
	(void)snprintf(text, NUMBER_SIZE, "%.15g", value);
	return text;
}

static const char *format_integer(int64_t value, char text[static NUMBER_SIZE])
{
	(void)snprintf(text, NUMBER_SIZE, "%" PRId64, value);
	return text;
}

/* One line; bound is NULL but for a bucket. */
static void write_sample(const struct metric_series *series, const char *suffix, const char *bound,
                         const char *value, struct buffer *out)
{
	add(out, series->metric->name);
	add(out, suffix);
	if (series->labels[0] != '\0' || bound != NULL) {
		add(out, "{");
		add(out, series->labels);
		if (bound != NULL) {
			add(out, series->labels[0] != '\0' ? ",le=\"" : "le=\"");
			add(out, bound);
			add(out, "\"");
		}
		add(out, "}");
	}
	add(out, " ");
	add(out, value);
	add(out, "\n");
}

/* Buckets are read once and their sum is the count, so that both agree whoever writes meanwhile. */
static void write_histogram(const struct metric_series *series, struct buffer *out)
{
	const struct metric *const metric = series->metric;
	char bound[NUMBER_SIZE];
	char number[NUMBER_SIZE];
	int64_t count = 0;

	for (size_t i = 0; i <= metric->bound_count; i++) {
		const double upper = i < metric->bound_count ? metric->bounds[i] : HUGE_VAL;

		count += atomic_load(&series->buckets[i]);
		write_sample(series, "_bucket", format_double(upper, bound),
		             format_integer(count, number), out);
	}
	write_sample(series, "_sum", NULL, format_double(atomic_load(&series->level), number), out);
	write_sample(series, "_count", NULL, format_integer(count, number), out);
}

static void write_series(const struct metric_series *series, struct buffer *out)
{
	char number[NUMBER_SIZE];

	switch (series->metric->kind) {
	case METRIC_COUNTER:
		write_sample(series, "", NULL, format_integer(atomic_load(&series->total), number),
		             out);
		return;
	case METRIC_GAUGE:
		write_sample(series, "", NULL, format_double(atomic_load(&series->level), number),
		             out);
		return;
	case METRIC_HISTOGRAM: write_histogram(series, out); return;
	}
}

static void write_metric(const struct metric *metric, struct buffer *out)
{
	add(out, "# HELP ");
	add(out, metric->name);
	add(out, " ");
	add_escaped(out, metric->help, false);
	add(out, "\n# TYPE ");
	add(out, metric->name);
	add(out, " ");
	add(out, kind_names[metric->kind]);
	add(out, "\n");
	for (const struct metric_series *series = series_first(metric); series != NULL;
	     series = atomic_load(&series->next))
		if (!atomic_load(&series->forgotten))
			write_series(series, out);
}

void metrics_write(struct buffer *out)
{
	for (const struct metric *metric = metric_load(&first_metric); metric != NULL;
	     metric = metric_load(&metric->next))
		write_metric(metric, out);
}
