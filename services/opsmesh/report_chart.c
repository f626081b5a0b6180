#include "services/opsmesh/report_chart.h"

#include "common/base/text.h"

static struct kpi_point point_of(const struct report_cell *cell)
{
	return (struct kpi_point){ .label = cell->there ? cell->label : "",
		                   .has_value = cell->there && cell->figure.has_value,
		                   .value = cell->figure.value,
		                   .provisional = cell->there && text_equal(cell->state, "open"),
		                   .says = "" };
}

struct kpi_chart report_chart(const struct report_metric *metric, const struct report_line *line,
                              struct kpi_point points[static REPORT_PERIODS])
{
	for (size_t i = 0; i < REPORT_PERIODS; i++)
		points[i] = point_of(&line->cells[REPORT_PERIODS - 1 - i]);
	return (struct kpi_chart){ .title = metric->title,
		                   .unit = metric->unit,
		                   .currency = line->currency,
		                   .form = KPI_CHART_BARS,
		                   .points = points,
		                   .about = text_equal(metric->formula, "distribution"),
		                   .count = REPORT_PERIODS,
		                   .small = true };
}
