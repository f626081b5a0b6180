/*
 * tool_stage_test - what the operator's tool believes of the stages is what they are.
 */
#include "common/base/text.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "services/chargeback/chargeback.h"
#include "services/classifier/classifier.h"
#include "services/ingest/ingest.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/opsmesh/mesh_store.h"
#include "services/sla-watcher/watcher.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct mesh_stage *find(const char *name)
{
	const struct mesh_stage *row = mesh_stages;

	while (row->stage != NULL && !text_equal(row->stage, name))
		row++;
	return row;
}

static bool reads(const struct mesh_stage *row, int topic)
{
	for (const int *at = row->reads; *at >= 0; at++)
		if (*at == topic)
			return true;
	return false;
}

static size_t check(const struct stage *stages, const char *daemon)
{
	size_t count = 0;

	for (const struct stage *stage = stages; stage->name != NULL; stage++, count++) {
		const struct mesh_stage *const row = find(stage->name);
		int topics[STAGE_TOPICS_MAX];
		const size_t topic_count = stage_reads(&opsmesh_catalogue, stage, topics);
		size_t listed = 0;

		assert_non_null(row->stage);
		assert_string_equal(row->daemon, daemon);
		for (size_t i = 0; i < topic_count; i++)
			assert_true(reads(row, topics[i]));
		for (const int *at = row->reads; *at >= 0; at++)
			listed++;
		assert_int_equal(listed, topic_count);
	}
	return count;
}

static void test_every_stage_is_known_with_all_that_it_reads(void **state)
{
	size_t count = check(ingest_stages, "ingest") + check(classifier_stages, "classifier") +
	               check(sla_watcher_stages, "sla-watcher") +
	               check(billing_sync_stages, "billing-sync") +
	               check(chargeback_stages, "chargeback") + check(kpi_stages, "kpi-aggregator");

	(void)state;
	assert_null(mesh_stages[count].stage);
}

static void test_a_schema_belongs_to_its_daemon(void **state)
{
	(void)state;
	assert_string_equal(mesh_daemon("sla"), "sla-watcher");
	assert_string_equal(mesh_daemon("toy"), "toy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_stage_is_known_with_all_that_it_reads),
		cmocka_unit_test(test_a_schema_belongs_to_its_daemon),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
