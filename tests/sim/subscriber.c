#include "common/base/check.h"
#include "common/base/text.h"
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool world_broken(char why[static WORLD_REASON_SIZE], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CHECK(vsnprintf(why, WORLD_REASON_SIZE, format, arguments) >= 0);
	va_end(arguments);
	return false;
}

/* A record as text, without what may differ between copies and runs: the place where it lay. */
static const char *record_text(struct arena *arena, const struct log_record *record)
{
	const char *text =
	    arena_printf(arena, "key=%.*s value=%s", (int)record->key.size,
	                 (const char *)record->key.data, text_hex(arena, record->value));

	for (size_t i = 0; i < record->header_count; i++) {
		const struct log_header *const header = &record->headers[i];

		if (strcmp(header->name, "dlq_offset") == 0 ||
		    strcmp(header->name, "dlq_timestamp") == 0 ||
		    strcmp(header->name, "traceparent") == 0)
			continue;
		text = arena_printf(arena, "%s %s=%.*s", text, header->name,
		                    (int)header->value.size, (const char *)header->value.data);
	}
	return text;
}

struct seen {
	struct bytes source;
	int64_t sequence;
	const char *text;
};

static int by_place(const void *a, const void *b)
{
	const struct seen *const left = a;
	const struct seen *const right = b;
	const int source = bytes_compare(left->source, right->source);

	return source != 0
	           ? source
	           : (left->sequence > right->sequence) - (left->sequence < right->sequence);
}

/* Keeps the highest sequence of each source, and drops what is not above it. */
static size_t see_by_sequence(const struct event *events, size_t count, bool *taken)
{
	size_t kept = 0;

	for (size_t i = 0; i < count; i++) {
		int64_t high = 0;

		for (size_t k = 0; k < i; k++)
			if (taken[k] && bytes_equal(events[k].source, events[i].source))
				high = events[k].sequence;
		taken[i] = events[i].sequence > high;
		kept += taken[i];
	}
	return kept;
}

static bool see_partition(struct world *world, struct arena *arena, int topic, bool dead, int32_t n,
                          struct seen **seen, size_t *seen_count,
                          char why[static WORLD_REASON_SIZE])
{
	const struct partition_log *const log = memory_log_at(&world->log, topic, dead, n);
	struct event *const events = arena_zero(arena, (log->count + 1) * sizeof(*events));
	bool *const taken = arena_zero(arena, log->count + 1);
	struct seen *const list = arena_zero(arena, (log->count + 1) * sizeof(*list));
	size_t unique = 0;

	for (size_t i = 0; i < log->count; i++)
		event_read(&log->entries[i].record, false, &events[i]);
	const size_t kept = see_by_sequence(events, log->count, taken);

	for (size_t i = 0; i < log->count; i++) {
		const char *const text = record_text(arena, &log->entries[i].record);
		size_t k = 0;

		while (k < unique && (list[k].sequence != events[i].sequence ||
		                      !bytes_equal(list[k].source, events[i].source)))
			k++;
		if (k < unique && strcmp(list[k].text, text) != 0)
			return world_broken(why, "one ce_id, two contents on %d/%d: %s | %s", topic,
			                    n, text, list[k].text);
		if (k == unique)
			list[unique++] =
			    (struct seen){ events[i].source, events[i].sequence, text };
	}
	if (kept != unique)
		return world_broken(why, "the two rules see different facts on %d/%d: %zu, %zu",
		                    topic, n, kept, unique);
	qsort(list, unique, sizeof(*list), by_place);
	*seen = list;
	*seen_count = unique;
	return true;
}

static bool check_topics(struct world *world, struct world *calm, struct arena *arena,
                         char why[static WORLD_REASON_SIZE])
{
	const struct catalogue *const catalogue = world->mesh->catalogue;
	const int topics = (int)catalogue->count;

	for (int t = 0; t < 2 * topics; t++) {
		const int topic = t % topics;

		if (topic == catalogue->progress || t == catalogue->journal ||
		    catalogue_is_results(catalogue, topic))
			continue;
		for (int32_t n = 0; n < WORLD_PARTITIONS; n++) {
			struct seen *seen;
			struct seen *wanted;
			size_t count;
			size_t wanted_count;

			if (!see_partition(world, arena, topic, t >= topics, n, &seen, &count, why))
				return false;
			if (calm == NULL)
				continue;
			if (!see_partition(calm, arena, topic, t >= topics, n, &wanted,
			                   &wanted_count, why))
				return false;
			for (size_t i = 0; i < count && i < wanted_count; i++)
				if (strcmp(seen[i].text, wanted[i].text) != 0)
					return world_broken(
					    why,
					    "topic %d/%d is not what the calm run says:\n  %s\n  %s",
					    t, n, seen[i].text, wanted[i].text);
			if (count != wanted_count)
				return world_broken(
				    why, "topic %d/%d has %zu facts, in the calm run %zu", t, n,
				    count, wanted_count);
		}
	}
	return true;
}

/* Every fact is on its topic: as many as were said, and none that nobody said. */
static bool check_published(struct world *world, struct arena *arena,
                            char why[static WORLD_REASON_SIZE])
{
	const struct catalogue *const catalogue = world->mesh->catalogue;
	const int topics = (int)catalogue->count;
	size_t said = 0;
	size_t published = 0;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++)
			said +=
			    world->store.images[i].facts[k].partition < 0 ? WORLD_PARTITIONS : 1;
	for (int t = 0; t < 2 * topics; t++)
		for (int32_t n = 0; n < WORLD_PARTITIONS; n++) {
			struct seen *seen;
			size_t count;

			if (t % topics == catalogue->progress || t == catalogue->journal ||
			    catalogue_is_results(catalogue, t % topics))
				continue;
			if (!see_partition(world, arena, t % topics, t >= topics, n, &seen, &count,
			                   why))
				return false;
			published += count;
		}
	return said == published ? true
	                         : world_broken(why, "%zu facts were said, %zu are on the topics",
	                                        said, published);
}

bool subscribers_check(struct world *world, struct world *calm, struct arena *arena,
                       char why[static WORLD_REASON_SIZE])
{
	return check_topics(world, calm, arena, why) && check_published(world, arena, why);
}
