#include "services/opsmesh/kpi_figure.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "common/io/json.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>

#define FIGURES_MAX 65536

/* ProtoJSON writes 64 bits as text and 32 bits as a number; what is 0 it leaves out. */
static bool read_number(const json_t *object, const char *field, int64_t *number)
{
	const json_t *const value = json_object_get(object, field);

	if (value == NULL)
		return true;
	if (json_is_integer(value)) {
		*number = json_integer_value(value);
		return true;
	}
	return json_is_string(value) &&
	       text_number(json_string_value(value), INT64_MIN, INT64_MAX, number);
}

static bool read_asides(struct arena *arena, const json_t *list, struct kpi_figure *figure)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *const item = json_array_get(list, i);
		const char *const what = json_string_value(json_object_get(item, "what"));
		struct kpi_aside *const aside = &figure->asides[figure->aside_count];

		if (figure->aside_count == KPI_ASIDES_MAX || what == NULL)
			return false;
		aside->what = arena_string(arena, what);
		if (!read_number(item, "count", &aside->count))
			return false;
		figure->aside_count++;
	}
	return true;
}

static bool read_quantiles(const json_t *list, struct kpi_figure *figure)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *const item = json_array_get(list, i);
		struct kpi_quantile *const quantile = &figure->quantiles[figure->quantile_count];

		if (figure->quantile_count == KPI_QUANTILES_MAX ||
		    !read_number(item, "ppm", &quantile->ppm) ||
		    !read_number(item, "value", &quantile->value))
			return false;
		figure->quantile_count++;
	}
	return true;
}

bool kpi_figure_read(struct arena *arena, const char *json, struct kpi_figure *figure)
{
	struct kpi_figure read = { 0 };
	struct json_error error;
	const json_t *interval;
	AUTO_JSON top = NULL;

	if (!json_parse_brief(bytes_of(json), FIGURES_MAX, &top, &error) || !json_is_object(top))
		return false;
	interval = json_object_get(top, "interval");
	read.has_value = json_object_get(top, "value") != NULL;
	read.has_interval = interval != NULL;
	read.other = json_is_true(json_object_get(top, "other"));
	if (!read_number(top, "n", &read.n) || !read_number(top, "hits", &read.hits) ||
	    !read_number(top, "sum", &read.sum) || !read_number(top, "value", &read.value) ||
	    !read_number(interval, "lowPpm", &read.low_ppm) ||
	    !read_number(interval, "highPpm", &read.high_ppm) ||
	    !read_asides(arena, json_object_get(top, "asides"), &read) ||
	    !read_quantiles(json_object_get(top, "quantiles"), &read))
		return false;
	*figure = read;
	return true;
}

bool kpi_figure_aside(const struct kpi_figure *figure, const char *what, int64_t *count)
{
	for (size_t i = 0; i < figure->aside_count; i++) {
		if (!text_equal(figure->asides[i].what, what))
			continue;
		*count = figure->asides[i].count;
		return true;
	}
	return false;
}

bool kpi_figure_quantile(const struct kpi_figure *figure, int64_t ppm, int64_t *value)
{
	for (size_t i = 0; i < figure->quantile_count; i++) {
		if (figure->quantiles[i].ppm != ppm)
			continue;
		*value = figure->quantiles[i].value;
		return true;
	}
	return false;
}

/* For people. */

static const char *amount(struct arena *arena, const char *currency, int64_t value)
{
	struct money money = { .minor = value };

	return money_currency(currency, money.currency)
	           ? money_format(arena, money)
	           : arena_printf(arena, "%" PRId64 " minor units", value);
}

static uint64_t size_of(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

const char *kpi_number(struct arena *arena, const char *unit, const char *currency, int64_t value)
{
	const uint64_t size = size_of(value);
	const char *const sign = value < 0 ? "-" : "";

	if (text_equal(unit, "minor"))
		return amount(arena, currency, value);
	if (text_equal(unit, "us"))
		return span_text(arena, (struct duration){ value });
	if (text_equal(unit, "ppm")) {
		const uint64_t hundredths = size / 100 + (size % 100 >= 50);

		return arena_printf(arena, "%s%" PRIu64 ".%02" PRIu64 " %%",
		                    hundredths == 0 ? "" : sign, hundredths / 100,
		                    hundredths % 100);
	}
	if (text_equal(unit, "milli"))
		return arena_printf(arena, "%s%" PRIu64 ".%03" PRIu64, sign, size / 1000,
		                    size % 1000);
	return arena_printf(arena, "%" PRId64, value);
}

const char *kpi_value(struct arena *arena, const char *unit, const char *currency,
                      const struct kpi_figure *figure)
{
	return figure->has_value ? kpi_number(arena, unit, currency, figure->value) : "-";
}

const char *kpi_population(struct arena *arena, const char *formula,
                           const struct kpi_figure *figure)
{
	if (text_equal(formula, "share") || text_equal(formula, "quotient"))
		return arena_printf(arena, "%" PRId64 " of %" PRId64, figure->hits, figure->n);
	return arena_printf(arena, "of %" PRId64, figure->n);
}
