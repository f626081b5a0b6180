#include "services/opsmesh/kpi_metric.h"

#include "common/base/text.h"
#include "common/io/json.h"
#include "gen/opsmesh_sql.h"

#include <stdlib.h>
#include <string.h>

#define DOCUMENT_MAX 65536

/* One document. */

/* A field's text, or another where it has none. */
static const char *word_of(struct arena *arena, const json_t *top, const char *field,
                           const char *otherwise)
{
	const char *const text = json_string_value(json_object_get(top, field));

	return text == NULL ? otherwise : arena_string(arena, text);
}

static void read_windows(const json_t *list, struct kpi_metric *metric)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		for (int kind = 0; kind < WINDOW_KINDS; kind++)
			if (text_equal(json_string_value(json_array_get(list, i)),
			               window_kind_names[kind]))
				metric->windows[kind] = true;
}

static bool read_dimensions(struct arena *arena, const json_t *list, struct kpi_metric *metric)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *const text = json_string_value(json_array_get(list, i));

		if (text == NULL || metric->dimension_count == KPI_DIMENSIONS_MAX)
			return false;
		metric->dimensions[metric->dimension_count++] = arena_string(arena, text);
	}
	return true;
}

static bool read_asides(struct arena *arena, const json_t *list, struct kpi_metric *metric)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *const text =
		    json_string_value(json_object_get(json_array_get(list, i), "name"));

		if (text == NULL || metric->aside_count == KPI_ASIDES_MAX)
			return false;
		metric->asides[metric->aside_count++] = arena_string(arena, text);
	}
	return true;
}

static bool read_quantiles(const json_t *list, struct kpi_metric *metric)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (metric->quantile_count == KPI_QUANTILES_MAX)
			return false;
		metric->quantiles_ppm[metric->quantile_count++] =
		    json_integer_value(json_array_get(list, i));
	}
	return true;
}

static enum window_kind cut_from(const json_t *name)
{
	for (int kind = 0; kind < WINDOW_KINDS; kind++)
		if (text_equal(json_string_value(name), window_kind_names[kind]))
			return (enum window_kind)kind;
	return WINDOW_DAY;
}

bool kpi_metric_read(struct arena *arena, const char *document, struct kpi_metric *metric)
{
	struct json_error error;
	AUTO_JSON top = NULL;

	if (!json_parse(bytes_of(document), DOCUMENT_MAX, &top, &error) || !json_is_object(top))
		return false;
	metric->document = document;
	metric->area = word_of(arena, top, "area", "");
	metric->formula = word_of(arena, top, "formula", "");
	metric->unit = word_of(arena, top, "unit", "count");
	metric->better = word_of(arena, top, "better", "neither");
	read_windows(json_object_get(top, "windows"), metric);
	metric->cut_finest =
	    window_kind_from(metric->windows, cut_from(json_object_get(top, "dimensions_from")));
	if (!read_dimensions(arena, json_object_get(top, "dimensions"), metric) ||
	    !read_asides(arena, json_object_get(top, "aside"), metric) ||
	    !read_quantiles(json_object_get(top, "quantiles_ppm"), metric))
		return false;
	metric->zone = window_zone_open(word_of(arena, top, "zone", "UTC"));
	return metric->zone != NULL;
}

bool kpi_metric_cuts(const struct kpi_metric *metric, const char *dimension)
{
	for (size_t i = 0; i < metric->dimension_count; i++)
		if (text_equal(metric->dimensions[i], dimension))
			return true;
	return false;
}

bool kpi_metric_has(const struct kpi_metric *metric, const char *dimension, enum window_kind kind)
{
	if (dimension == NULL)
		return metric->windows[kind];
	return metric->windows[kind] && kind >= metric->cut_finest &&
	       kpi_metric_cuts(metric, dimension);
}

const char *kpi_series(struct arena *arena, const struct kpi_metric *metric, const char *dimension)
{
	return dimension == NULL ? metric->key
	                         : arena_printf(arena, "%s:%s", metric->key, dimension);
}

const char *kpi_kinds(struct arena *arena, const struct kpi_metric *metric)
{
	const char *text = "";

	for (int kind = 0; kind < WINDOW_KINDS; kind++)
		if (metric->windows[kind])
			text = arena_printf(arena, "%s%s%s", text, *text == '\0' ? "" : " ",
			                    window_kind_names[kind]);
	return text;
}

const char *kpi_dimensions(struct arena *arena, const struct kpi_metric *metric)
{
	const char *text = "";

	for (size_t i = 0; i < metric->dimension_count; i++)
		text = arena_printf(arena, "%s%s%s", text, *text == '\0' ? "" : " ",
		                    metric->dimensions[i]);
	return text;
}

/* All of them. */

static int compare(const void *a, const void *b)
{
	const struct kpi_metric *const one = a;
	const struct kpi_metric *const other = b;
	int order = strcmp(one->name, other->name);

	if (order == 0)
		order = (one->effective_from.us > other->effective_from.us) -
		        (one->effective_from.us < other->effective_from.us);
	return order != 0 ? order
	                  : (one->version > other->version) - (one->version < other->version);
}

void kpi_metrics_order(struct kpi_metrics *metrics)
{
	if (metrics->count > 0)
		qsort(metrics->list, metrics->count, sizeof(*metrics->list), compare);
	for (size_t i = 0; i < metrics->count; i++) {
		struct kpi_metric *const metric = &metrics->list[i];
		const struct kpi_metric *const next = metric + 1;

		metric->first = i == 0 || !text_equal(metric->name, metric[-1].name);
		metric->until = i + 1 < metrics->count && text_equal(metric->name, next->name)
		                    ? next->effective_from
		                    : TIME_MAX;
	}
}

static bool read_row(struct arena *arena, const struct db_rows *rows, size_t at,
                     struct kpi_metric *metric)
{
	*metric = (struct kpi_metric){
		.key = arena_string(arena, db_text(rows, at, 0)),
		.name = arena_string(arena, db_text(rows, at, 1)),
		.version = db_int(rows, at, 2),
		.effective_from = db_time(rows, at, 3),
		.digest = arena_string(arena, db_text(rows, at, 4)),
		.title = arena_string(arena, db_text(rows, at, 5)),
		.says = arena_string(arena, db_text(rows, at, 6)),
	};
	return kpi_metric_read(arena, arena_string(arena, db_text(rows, at, 7)), metric);
}

enum status kpi_metrics_look(struct mesh_store *store, size_t place, struct kpi_metrics *metrics)
{
	AUTO_ROWS rows = NULL;
	bool has;

	*metrics = (struct kpi_metrics){ .count = 0 };
	TRY(mesh_store_has(store, place, "kpi_definition", &has));
	if (!has)
		return STATUS_OK;
	TRY(mesh_store_all(store, place, &sql_kpi_definition_look, &rows));
	metrics->list =
	    arena_alloc(store->arena, (db_rows_count(rows) + 1) * sizeof(*metrics->list));
	for (size_t i = 0; i < db_rows_count(rows); i++)
		metrics->count += read_row(store->arena, rows, i, &metrics->list[metrics->count]);
	kpi_metrics_order(metrics);
	return STATUS_OK;
}

void kpi_metrics_finish(struct kpi_metrics *metrics)
{
	for (size_t i = 0; i < metrics->count; i++)
		window_zone_close(metrics->list[i].zone);
	metrics->count = 0;
}
