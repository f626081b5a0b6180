/*
 * Definitions in force, said by the shard that owns the series of their whole: once each.
 */
#include "common/base/hash.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/series/series.h"

#include <string.h>

const struct state_table kpi_definition_table = {
	.name = "kpi_definition",
	.columns =
	    (const struct column[]){
		COLUMN(struct kpi_definition_row, key),
		COLUMN(struct kpi_definition_row, metric),
		COLUMN(struct kpi_definition_row, version),
		COLUMN(struct kpi_definition_row, effective_from),
		COLUMN(struct kpi_definition_row, digest),
		COLUMN(struct kpi_definition_row, title),
		COLUMN(struct kpi_definition_row, says),
		COLUMN(struct kpi_definition_row, document),
		COLUMN_END,
	    },
	.key_columns = 1,
	.row_size = sizeof(struct kpi_definition_row),
	.resident = true,
};

static enum status publish(struct task *task, const struct definition *it)
{
	Opsmesh__V1__KpiEvent event = OPSMESH__V1__KPI_EVENT__INIT;
	Opsmesh__V1__KpiDefinition said = OPSMESH__V1__KPI_DEFINITION__INIT;
	const struct kpi_definition_row row = { .key = it->key,
		                                .metric = it->id,
		                                .version = it->version,
		                                .effective_from = it->effective_from,
		                                .digest = it->digest,
		                                .title = it->title,
		                                .says = it->says,
		                                .document = arena_text(task->arena, it->body.data,
		                                                       it->body.size) };

	task_save(task, &kpi_definition_table, &row);
	said.digest = text_mutable(it->digest);
	said.title = text_mutable(it->title);
	said.says = text_mutable(it->says);
	said.effective_from = proto_timestamp(task->arena, it->effective_from);
	said.document = text_mutable(row.document);
	event.series = text_mutable(it->key);
	event.occurred_at = proto_timestamp(task->arena, task->due);
	event.metric = text_mutable(it->id);
	event.version = it->version;
	event.fact_case = OPSMESH__V1__KPI_EVENT__FACT_DEFINITION_PUBLISHED;
	event.definition_published = &said;
	return task_emit(task, &(struct emission){ .topic = OPS_KPI,
	                                           .key = it->key,
	                                           .time = task->due,
	                                           .message = &event.base });
}

enum status series_publish_definitions(struct task *task)
{
	const struct definition_book *const book = task_document(task, DEFINITIONS);

	for (size_t i = 0; i < book->count; i++) {
		const struct definition *const it = &book->definitions[i];
		struct kpi_definition_row row = { .key = it->key };

		if (hash_partition(it->key, strlen(it->key), task->partitions) ==
		        task->shard_number &&
		    !task_load(task, &kpi_definition_table, &row))
			TRY(publish(task, it));
	}
	return STATUS_OK;
}
