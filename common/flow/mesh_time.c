#include "common/flow/mesh_time.h"

#include "common/base/check.h"
#include "common/base/memory.h"

#include <stdio.h>
#include <string.h>

/* Every record is looked up by it. */
static struct bytes input_name(int topic, struct bytes source,
                               unsigned char name[static INPUT_NAME_SIZE])
{
	CHECK(source.size < SOURCE_SIZE);
	memcpy(name, &topic, sizeof(topic));
	memcpy(name + sizeof(topic), source.data, source.size);
	return (struct bytes){ name, sizeof(topic) + source.size };
}

static void add_input(struct mesh_time *times, int topic, const char *writer, int32_t number,
                      struct instant real)
{
	struct input *const input = &times->inputs[times->count++];

	*input = (struct input){ .topic = topic, .promise = TIME_MIN, .heard = real };
	if (number < 0)
		CHECK(snprintf(input->source, sizeof(input->source), "%s", writer) <
		      (int)sizeof(input->source));
	else
		CHECK(snprintf(input->source, sizeof(input->source), "%s/%d", writer, number) <
		      (int)sizeof(input->source));
	map_set(&times->by_name, input_name(topic, bytes_of(input->source), input->name), input);
}

static void add_topic(struct mesh_time *times, const struct catalogue *catalogue, int place,
                      int32_t number, int32_t partitions, struct instant real)
{
	const struct topic *const topic = &catalogue->topics[place];
	const size_t first = times->count;

	for (const char *const *writer = topic->writers; *writer != NULL; writer++) {
		if (catalogue_is_unplaced(catalogue, place))
			add_input(times, place, *writer, -1, real);
		else if (topic->spread == SPREAD_OWN)
			add_input(times, place, *writer, number, real);
		else
			for (int32_t n = 0; n < partitions; n++)
				add_input(times, place, *writer, n, real);
	}
	for (size_t i = first; i < times->count; i++)
		times->inputs[i].timeless = catalogue_is_results(catalogue, place);
	add_input(times, place, ALIEN_SOURCE, -1, real);
	times->inputs[times->count - 1].alien = true;
	times->inputs[times->count - 1].timeless = true;
}

static size_t writer_count(const struct topic *topic)
{
	size_t count = 0;

	while (topic->writers[count] != NULL)
		count++;
	return count;
}

void mesh_time_init(struct mesh_time *times, const struct catalogue *catalogue,
                    const struct stage *stage, int32_t number, int32_t partitions,
                    struct instant real)
{
	int topics[STAGE_TOPICS_MAX];
	const size_t topic_count = stage_reads(catalogue, stage, topics);
	size_t most = 0;

	*times = (struct mesh_time){ 0 };
	for (size_t i = 0; i < topic_count; i++)
		most += writer_count(&catalogue->topics[topics[i]]) * (size_t)partitions + 1;
	times->inputs = memory_zero((most + 1) * sizeof(*times->inputs));
	for (size_t i = 0; i < topic_count; i++)
		add_topic(times, catalogue, topics[i], number, partitions, real);
}

void mesh_time_finish(struct mesh_time *times)
{
	map_finish(&times->by_name);
	memory_free(times->inputs);
}

int mesh_time_find(const struct mesh_time *times, int topic, struct bytes source)
{
	unsigned char name[INPUT_NAME_SIZE];

	if (source.data == NULL || source.size >= SOURCE_SIZE)
		return -1;
	const struct input *const input = map_get(&times->by_name, input_name(topic, source, name));

	return input == NULL ? -1 : (int)(input - times->inputs);
}

int mesh_time_alien(const struct mesh_time *times, int topic)
{
	return mesh_time_find(times, topic, bytes_of(ALIEN_SOURCE));
}

/* Believes what was told once everything up to its sequence was read, and forgets what is behind. */
static void believe(struct input *input)
{
	size_t kept = 0;

	for (size_t i = 0; i < input->told_count; i++)
		if (input->told[i].sequence <= input->read)
			input->promise = time_later(input->promise, input->told[i].mesh);
	for (size_t i = 0; i < input->told_count; i++)
		if (input->told[i].sequence > input->read &&
		    time_before(input->promise, input->told[i].mesh))
			input->told[kept++] = input->told[i];
	input->told_count = kept;
}

void mesh_time_read(struct mesh_time *times, int input, int64_t sequence, struct instant mesh,
                    struct instant real)
{
	struct input *const it = &times->inputs[input];

	it->heard = real;
	if (sequence <= it->read)
		return;
	it->read = sequence;
	it->promise = time_later(it->promise, mesh);
	if (it->told_count > 0)
		believe(it);
}

void mesh_time_told(struct mesh_time *times, int input, struct instant mesh, int64_t sequence,
                    struct instant real)
{
	struct input *const it = &times->inputs[input];

	it->heard = real;
	if (it->told_count == PROMISES_TOLD_MAX) {
		memmove(it->told + 1, it->told + 2, (PROMISES_TOLD_MAX - 2) * sizeof(it->told[0]));
		it->told_count--;
	}
	it->told[it->told_count++] = (struct promise){ mesh, sequence };
	believe(it);
}

/* The one that may never be left out: the last that was heard, of equals the first. */
static size_t last_heard(const struct mesh_time *times)
{
	size_t last = times->count;

	for (size_t i = 0; i < times->count; i++)
		if (!times->inputs[i].timeless &&
		    (last == times->count ||
		     time_before(times->inputs[last].heard, times->inputs[i].heard)))
			last = i;
	return last;
}

struct instant mesh_time_frontier(const struct mesh_time *times, const struct frontier_rule *rule,
                                  bool *left)
{
	const size_t last = last_heard(times);
	struct instant least = TIME_MAX;

	for (size_t i = 0; i < times->count; i++) {
		const struct input *const input = &times->inputs[i];
		const bool out = rule->may_leave_out && i != last && !input->timeless &&
		                 time_since(input->heard, rule->real).us > rule->silence.us;

		if (left != NULL)
			left[i] = out;
		if (!out && !input->timeless)
			least = time_earlier(least, input->promise);
	}
	return time_later(rule->now, least);
}
