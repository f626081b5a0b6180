/*
 * effect - effects in a world: run at any later step, with blobs that are away now and then, and answered twice.
 */
#include "common/base/check.h"
#include "common/flow/effect_job.h"
#include "tests/sim/world.h"

#include <string.h>

#define ECHOES 40
#define HEADERS_MAX 32

void world_effects_open(struct world *world, struct worker *worker)
{
	if (worker->effects != NULL)
		effect_work_open(worker->effects, &world->blobs.door);
}

/* What an owner that was, or nobody, says late: an answer again, or one that nobody asked for. */
static void echo(struct world *world, const struct log_record *record, bool again)
{
	struct log_header headers[HEADERS_MAX];

	CHECK(record->header_count <= HEADERS_MAX);
	memcpy(headers, record->headers, record->header_count * sizeof(*headers));
	for (size_t i = 0; i < record->header_count && !again; i++)
		if (strcmp(headers[i].name, "ce_subject") == 0)
			headers[i].value = bytes_of("nobody's");
	memory_log_append(&world->log,
	                  &(struct log_message){ .topic = record->topic,
	                                         .partition = record->partition,
	                                         .key = record->key,
	                                         .value = record->value,
	                                         .headers = headers,
	                                         .header_count = record->header_count });
	world->echoes++;
}

static void echo_any(struct world *world, const struct worker *worker)
{
	const struct stage *const stage =
	    &worker->stages[chance_below(&world->chance, (int)worker->stage_count)];
	const int32_t n = chance_below(&world->chance, WORLD_PARTITIONS);

	if (stage->effects == NULL)
		return;
	const struct partition_log *const log =
	    memory_log_at(&world->log, stage->results, false, n);

	if (log->count == 0)
		return;
	const struct log_record record =
	    log->entries[chance_below(&world->chance, (int)log->count)].record;

	echo(world, &record, chance_of(&world->chance, 700));
}

/* What is taken up is pending in the store, or was answered meanwhile. */
static void check_asked(struct world *world, const struct worker *worker)
{
	for (size_t i = 0; i < worker->effects->count; i++) {
		const struct effect_job *const job = worker->effects->jobs[i];
		struct image *const image =
		    memory_store_image(&world->store, job->stage->name, job->shard_number);

		if (image_row(image, &effect_pending_table, job->row_key).data == NULL &&
		    image_row(image, &effect_answered_table, job->row_key).data == NULL)
			world->early = true;
	}
}

bool world_effects_step(struct world *world, struct worker *worker)
{
	if (worker->effects == NULL || !chance_of(&world->chance, 250))
		return false;
	if (chance_of(&world->chance, ECHOES))
		echo_any(world, worker);
	else if (chance_of(&world->chance, 500))
		worker_effects(worker);
	else
		world->effects += effect_work_run(worker->effects) ? 1 : 0;
	check_asked(world, worker);
	return true;
}

void world_effects_all(struct worker *worker)
{
	if (worker->effects == NULL)
		return;
	worker_effects(worker);
	while (effect_work_run(worker->effects))
		continue;
	worker_effects(worker);
}

bool world_effects_done(struct world *world)
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		struct effect_pending_row row;
		size_t at = 0;

		if (image_next_row(&world->store.images[i], &effect_pending_table, &at, &row))
			return false;
	}
	return true;
}
