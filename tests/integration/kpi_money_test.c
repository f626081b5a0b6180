/*
 * kpi_money_test - facts of money in, what the stage partial tells of them out.
 *
 *   kpi_money_test UNTIL RESTART      microseconds since 1970: what waits then is told; a restart each so many facts, 0: none
 *
 * On standard input a line for each fact: its topic, its key, mesh time and business time (microseconds since 1970), the packed event in
 * hex. On standard output a JSON object for each cell that was told; the definitions are the tree's.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/partial.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/kpi-aggregator/kpi.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "tests/support/definition_fixture.h"
#include "tests/support/stage_test.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SHARD 1
#define WORDS 5 /* of a line */
#define FOLD_EVERY 40

static struct stage_test test;

/* Out. */

static void show(const char *metric, const Opsmesh__V1__PartialCell *cell)
{
	struct instant start;
	int64_t spans = 0;

	CHECK(proto_instant(cell->start, &start));
	for (size_t i = 0; i < cell->n_counts; i++)
		spans += cell->counts[i];
	printf("{\"metric\":\"%s\",\"dimension\":\"%s\",\"value\":\"%s\",\"currency\":\"%s\","
	       "\"start\":%" PRId64 ",\"n\":%" PRId64 ",\"hits\":%" PRId64 ",\"sum\":%" PRId64
	       ",\"spans\":%" PRId64 ",\"asides\":[",
	       metric, cell->dimension, cell->value, cell->currency, start.us, cell->n, cell->hits,
	       cell->sum, spans);
	for (size_t i = 0; i < cell->n_asides; i++)
		printf("%s%" PRId64, i == 0 ? "" : ",", cell->asides[i]);
	puts("]}");
}

static void show_told(void)
{
	const ProtobufCMessage *message;

	while (stage_test_next(&test, &message) != NULL) {
		const Opsmesh__V1__PartialEvent *const event = (const void *)message;

		for (size_t i = 0; i < event->told->n_cells; i++)
			show(event->metric, event->told->cells[i]);
	}
}

/* In. */

static struct instant instant_at(const char *word)
{
	return (struct instant){ strtoll(word, NULL, 10) };
}

static struct instant feed(char *line)
{
	const char *words[WORDS];
	struct stage_test_event event = { 0 };
	char *rest = line;

	for (size_t i = 0; i < WORDS; i++) {
		words[i] =
		    strtok_r(NULL, " \n", &rest); /* NOLINT(concurrency-mt-unsafe): one thread */
		CHECK(words[i] != NULL);
	}
	event.topic = catalogue_find(&opsmesh_catalogue, words[0]);
	event.key = arena_string(test.arena, words[1]);
	event.mesh = instant_at(words[2]);
	event.time = instant_at(words[3]);
	CHECK(event.topic >= 0 && text_unhex(test.arena, words[4], &event.value));
	CHECK(stage_test_feed(&test, &event));
	return event.mesh;
}

static void fold(struct instant frontier)
{
	CHECK(stage_test_fold(&test, STAGE_TEST_ALL, frontier) == STATUS_OK);
	show_told();
}

int main(int argc, char **argv)
{
	const struct definition_book *const book = definition_fixture_deployed();
	const struct document documents[] = { { .name = DEFINITIONS, .compiled = book },
		                              { .name = NULL } };
	const long restart = argc == 3 ? strtol(argv[2], NULL, 10) : 0;
	char *line = NULL;
	size_t size = 0;
	long count = 0;

	CHECK(argc == 3);
	stage_test_init(&test, &opsmesh_catalogue, &kpi_stages[0], SHARD, documents, NULL);
	while (getline(&line, &size, stdin) > 0) {
		const struct instant mesh = feed(line);

		if (++count % FOLD_EVERY == 0)
			fold(mesh);
		if (restart > 0 && count % restart == 0)
			stage_test_restart(&test);
	}
	fold(instant_at(argv[1]));
	free(line);
	stage_test_finish(&test);
	definition_release(book);
	return 0;
}
