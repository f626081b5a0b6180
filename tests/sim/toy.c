#include "common/flow/dead_letter.h"
#include "tests/sim/toy_inside.h"

#include <string.h>

/* A bug that is mended by the time somebody retries: what has its dead letter already is folded. */
static bool toy_refuses(struct task *task, const Sim__V1__Toy *e)
{
	struct dead_letter_row row = { .stage = task->shard->stage->name,
		                       .topic =
		                           toy_catalogue.topics[task->event->record.topic].name,
		                       .source = arena_text(task->arena, task->event->source.data,
		                                            task->event->source.size),
		                       .sequence = task->event->sequence };

	return strcmp(e->bad, row.stage) == 0 && !task_load(task, &dead_letter_table, &row);
}

enum status toy_refuse_late(struct task *task, const Sim__V1__Toy *e, enum status status)
{
	return status == STATUS_OK && toy_refuses(task, e)
	           ? task_fail(task, STATUS_REJECT, "%s is bad", e->ref)
	           : status;
}

enum status toy_say(struct task *task, int topic, const char *key, const Sim__V1__Toy *e)
{
	return task_emit(task, &(struct emission){ .topic = topic,
	                                           .key = key,
	                                           .time = { e->time_us },
	                                           .message = &e->base });
}

Sim__V1__Toy toy_with_kind(const Sim__V1__Toy *e, const char *kind)
{
	Sim__V1__Toy copy = *e;

	copy.kind = (char *)(uintptr_t)kind;
	return copy;
}

char *toy_text(const char *constant)
{
	return (char *)(uintptr_t)constant;
}

static const struct mesh_daemon daemons[] = {
	{ .name = "ingest", .stages = toy_ingest_stages, .lead = TOY_JOURNAL },
	{ .name = "classifier", .stages = toy_classifier_stages, .lead = TOY_TICKETS },
	{ .name = "sla-watcher", .stages = toy_sla_stages, .lead = TOY_TICKETS },
	{ .name = NULL },
};

const struct mesh toy_mesh = { .name = "toy",
	                       .catalogue = &toy_catalogue,
	                       .daemons = daemons,
	                       .grace_s = TOY_GRACE_S,
	                       .silence_s = TOY_SILENCE_S,
	                       .requests = toy_requests,
	                       .journal = toy_journal,
	                       .check = toy_check };
