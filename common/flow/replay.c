#include "common/flow/replay.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

/* "name:first+count", up to the next blank. The text behind it, NULL: malformed. */
static const char *take_run(const struct catalogue *catalogue, struct arena *arena,
                            const char *text, int *topic, int64_t *first, int64_t *count)
{
	const char *const colon = strchr(text, ':');
	char *end;

	if (colon == NULL)
		return NULL;
	*topic = catalogue_find(catalogue, arena_text(arena, text, (size_t)(colon - text)));
	*first = strtoll(colon + 1, &end, 10);
	if (*topic < 0 || *end != '+')
		return NULL;
	*count = strtoll(end + 1, &end, 10);
	return *end == ' ' ? end + 1 : *end == '\0' ? end : NULL;
}

static enum status read_runs(struct shard *shard, const char *runs, replay_fetch *fetch,
                             void *context, const char **reason)
{
	int topic;
	int64_t first;
	int64_t count;

	while (*runs != '\0') {
		runs =
		    take_run(shard->context->catalogue, shard->arena, runs, &topic, &first, &count);
		if (runs == NULL || shard_topic(shard, topic) == NULL) {
			*reason = "the journal names a run that this build does not read";
			return STATUS_REJECT;
		}
		for (int64_t offset = first; offset < first + count; offset++) {
			struct log_record record;

			if (!fetch(context, topic, offset, &record)) {
				*reason =
				    arena_printf(shard->arena, "%s:%lld is no longer in the log",
				                 shard->context->catalogue->topics[topic].name,
				                 (long long)offset);
				return STATUS_REJECT;
			}
			if (catalogue_is_results(shard->context->catalogue, topic))
				shard_reread(shard, topic, offset);
			(void)shard_read(shard, &record, (struct instant){ 0 });
		}
	}
	return STATUS_OK;
}

/* Lines of "name:offset reason". */
static size_t read_refusals(struct shard *shard, const char *text, struct known_refusal *refusals)
{
	size_t count = 0;

	while (*text != '\0' && count < REPLAY_REFUSALS_MAX) {
		const char *const end = strchrnul(text, '\n');
		const char *const colon = memchr(text, ':', (size_t)(end - text));
		char *after;

		if (colon == NULL)
			break;
		refusals[count].topic =
		    catalogue_find(shard->context->catalogue,
		                   arena_text(shard->arena, text, (size_t)(colon - text)));
		refusals[count].partition = shard->number;
		refusals[count].offset = strtoll(colon + 1, &after, 10);
		refusals[count].reason = arena_text(shard->arena, after + (*after == ' '),
		                                    (size_t)(end - after) - (*after == ' '));
		count++;
		text = *end == '\0' ? end : end + 1;
	}
	return count;
}

enum status replay_batch(struct shard *shard, const struct replay_line *line, replay_fetch *fetch,
                         void *context, const char **reason)
{
	struct known_refusal *const refusals =
	    arena_alloc(shard->arena, REPLAY_REFUSALS_MAX * sizeof(*refusals));
	struct fold fold = { .frontier = line->frontier, .refused = refusals };

	TRY(read_runs(shard, line->runs, fetch, context, reason));
	fold.refused_count = read_refusals(shard, line->refused, refusals);
	fold.events = shard->held;
	fold.count = shard->held_count;
	return shard_fold(shard, &fold);
}
