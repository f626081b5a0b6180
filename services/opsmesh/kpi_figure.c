#include "services/opsmesh/kpi_figure.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "common/io/json.h"
#include "services/opsmesh/table.h"

#include <inttypes.h>
#include <string.h>

#define FIGURES_MAX 65536
#define CUTS_LOG 6 /* a sketch cuts a power of two into 64 */
#define SECOND INT64_C(1000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

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

/* A bucket of a sketch: from low to before high (services/kpi-aggregator/sketch: 64 to each power of two, below 128 one each). */
struct bucket {
	int64_t low;
	int64_t high;
};

static struct bucket bucket_of(int64_t value)
{
	const int power = 63 - __builtin_clzll((uint64_t)value);
	const int wide = power < CUTS_LOG + 1 ? 0 : power - CUTS_LOG;
	const int64_t low = value >> wide << wide;
	const int64_t size = INT64_C(1) << wide;

	return (struct bucket){ low, low > INT64_MAX - size ? INT64_MAX : low + size };
}

int64_t kpi_rounded(const char *unit, int64_t value)
{
	static const int64_t steps[] = { DAY,         HOUR * 12,   HOUR * 6,   HOUR,   MINUTE * 30,
		                         MINUTE * 15, MINUTE * 10, MINUTE * 5, MINUTE, SECOND * 30,
		                         SECOND * 15, SECOND * 10, SECOND * 5, SECOND, 100000,
		                         10000,       1000,        100,        10 };
	struct bucket bucket;

	if (!text_equal(unit, "us") || value <= 0)
		return value;
	bucket = bucket_of(value);
	for (size_t i = 0; i < COUNT_OF(steps); i++) {
		const int64_t below = value - value % steps[i];
		const bool up = value % steps[i] > steps[i] / 2 && below <= INT64_MAX - steps[i];
		const int64_t nearest = up ? below + steps[i] : below;

		if (nearest >= bucket.low && nearest < bucket.high)
			return nearest;
	}
	return value;
}

/* "45s", "0.25s" */
static const char *seconds_text(struct arena *arena, int64_t us)
{
	char *const text = arena_printf(arena, "%" PRId64 ".%06" PRId64, us / SECOND, us % SECOND);
	char *end = text + strlen(text);

	while (end[-1] == '0')
		*--end = '\0';
	if (end[-1] == '.')
		*--end = '\0';
	return arena_printf(arena, "%ss", text);
}

/* Units from the largest to the last that is not 0. */
static const char *span_about(struct arena *arena, int64_t us)
{
	static const struct {
		int64_t size;
		const char *name;
	} units[] = { { DAY, "d" }, { HOUR, "h" }, { MINUTE, "m" } };
	const char *text = NULL;

	for (size_t i = 0; i < COUNT_OF(units) && us > 0; i++) {
		const int64_t count = us / units[i].size;

		us %= units[i].size;
		if (text != NULL)
			text =
			    arena_printf(arena, "%s %02" PRId64 "%s", text, count, units[i].name);
		else if (count > 0)
			text = arena_printf(arena, "%" PRId64 "%s", count, units[i].name);
	}
	if (text == NULL || us == 0)
		return text == NULL ? seconds_text(arena, us) : text;
	return arena_printf(arena, "%s %s%s", text, us < 10 * SECOND ? "0" : "",
	                    seconds_text(arena, us));
}

const char *kpi_about(struct arena *arena, const char *unit, const char *currency, int64_t value)
{
	return text_equal(unit, "us") && value > 0 ? span_about(arena, kpi_rounded(unit, value))
	                                           : kpi_number(arena, unit, currency, value);
}

bool kpi_figure_is_about(const struct kpi_figure *figure)
{
	return figure->quantile_count > 0;
}

const char *kpi_value(struct arena *arena, const char *unit, const char *currency,
                      const struct kpi_figure *figure)
{
	if (!figure->has_value)
		return "-";
	return kpi_figure_is_about(figure) ? kpi_about(arena, unit, currency, figure->value)
	                                   : kpi_number(arena, unit, currency, figure->value);
}

const char *kpi_population(struct arena *arena, const char *formula,
                           const struct kpi_figure *figure)
{
	if (text_equal(formula, "share") || text_equal(formula, "quotient"))
		return arena_printf(arena, "%" PRId64 " of %" PRId64, figure->hits, figure->n);
	return arena_printf(arena, "of %" PRId64, figure->n);
}
