#include "tests/support/kpi_fixture.h"

#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct kpi_metric *metric_of(const char *key, const char *name, const char *title,
                                    const char *document)
{
	struct kpi_metric *const metric = arena_zero(arena, sizeof(*metric));

	metric->key = key;
	metric->name = name;
	metric->version = 1;
	metric->until = TIME_MAX;
	metric->first = true;
	metric->digest = "d1";
	metric->title = title;
	metric->says = "Of all that was said, what is so.";
	assert_true(kpi_metric_read(arena, document, metric));
	return metric;
}

struct kpi_metric *kpi_share(void)
{
	return metric_of("support.csat@1", "support.csat", "Customer satisfaction",
	                 "{\"area\":\"support\",\"formula\":\"share\",\"unit\":\"ppm\","
	                 "\"better\":\"higher\",\"zone\":\"America/New_York\","
	                 "\"windows\":[\"hour\",\"day\",\"week\",\"month\"],"
	                 "\"dimensions\":[\"channel\",\"account\"],"
	                 "\"aside\":[{\"name\":\"silent\"},{\"name\":\"late\"}]}");
}

struct kpi_metric *kpi_distribution(void)
{
	return metric_of("support.first_reply@1", "support.first_reply", "First reply time",
	                 "{\"area\":\"support\",\"formula\":\"distribution\",\"unit\":\"us\","
	                 "\"better\":\"lower\",\"zone\":\"Asia/Tokyo\",\"windows\":[\"day\"],"
	                 "\"dimensions\":[],\"quantiles_ppm\":[500000,900000,999000]}");
}

struct kpi_metric *kpi_amount(void)
{
	return metric_of("billing.mrr@1", "billing.mrr", "Monthly recurring revenue",
	                 "{\"area\":\"billing\",\"formula\":\"level\",\"unit\":\"minor\","
	                 "\"better\":\"higher\",\"zone\":\"UTC\",\"windows\":[\"month\"],"
	                 "\"dimensions\":[\"account\"]}");
}

void kpi_metric_end(const struct kpi_metric *metric)
{
	window_zone_close(metric->zone);
}

struct kpi_row kpi_row_of(const struct kpi_metric *metric, const char *label, const char *state,
                          const char *figures)
{
	struct kpi_row row = { .metric = metric,
		               .value = "",
		               .currency = "",
		               .state = state,
		               .reason = "",
		               .said_at = TIME_MIN };

	assert_true(window_parse(metric->zone, label, &row.window));
	row.label = window_label(arena, metric->zone, &row.window);
	assert_true(kpi_figure_read(arena, figures, &row.figure));
	return row;
}
