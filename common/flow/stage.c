#include "common/flow/stage.h"

#include "common/base/check.h"

static bool stage_names(const struct stage *stage, int topic)
{
	for (const struct stage_event *event = stage->events; event->topic >= 0; event++)
		if (event->topic == topic)
			return true;
	return false;
}

bool stage_is_first(const struct catalogue *catalogue, const struct stage *stage)
{
	return catalogue->journal >= 0 && stage_names(stage, catalogue->journal);
}

size_t stage_reads(const struct catalogue *catalogue, const struct stage *stage,
                   int topics[static STAGE_TOPICS_MAX])
{
	const bool first = stage_is_first(catalogue, stage);
	size_t count = 0;

	for (int topic = 0; topic < catalogue->count; topic++) {
		if (!stage_names(stage, topic) && (first || topic != catalogue->control))
			continue;
		CHECK(count < STAGE_TOPICS_MAX);
		topics[count++] = topic;
	}
	return count;
}
