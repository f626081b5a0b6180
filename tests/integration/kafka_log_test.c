/*
 * kafka_log_test - the log against a real broker: shares, positions, failures, a broker that dies.
 *
 *   kafka_log_test BROKERS RUN_FOLDER ACKED   RUN_FOLDER: of deploy/local/kafka.sh, whose broker it kills;
 *                                             ACKED: written with "partition sequence" of what was acknowledged
 *
 * One program and one thread, so that two instances of a group can be told apart step by step.
 */
#include "common/base/log.h"
#include "common/base/memory.h"
#include "common/io/bus_reader.h"
#include "tests/support/chance.h"
#include "tests/support/kafka_toy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RECORDS 500         /* of each partition of each topic */
#define PATIENCE MINUTES(5) /* nothing here is a matter of time: the suite ends what hangs */
#define QUIET SECONDS(2)
#define BURST 100 /* events taken between two waits */

static const char *brokers;
static const char *folder;
static int failures;

static void check(bool good, const char *name)
{
	printf("%s kafka_log: %s\n", good ? "ok" : "FAIL", name);
	fflush(stdout);
	failures += good ? 0 : 1;
}

/* The two instances of the stories. */

static struct toy *one;
static struct toy *two;
static int64_t
    next_kept[TOY_PARTITIONS]; /* the sequence that each partition of TOY_KEPT is sent next */
static int64_t
    sent_count; /* sequences 1..n of each partition of TOY_KEPT are handed over, in order */

static void move(void)
{
	toy_step(one, MILLISECONDS(1));
	toy_step(two, MILLISECONDS(1));
	for (int i = 0; i < BURST; i++) {
		toy_step(one, MILLISECONDS(0));
		toy_step(two, MILLISECONDS(0));
	}
}

/* False: it has not become so in time. */
static bool move_until(bool (*is_so)(void))
{
	const struct instant until = time_add(time_monotonic(), PATIENCE);

	while (!is_so() && time_before(time_monotonic(), until))
		move();
	return is_so();
}

static void move_for(struct duration span)
{
	const struct instant until = time_add(time_monotonic(), span);

	while (time_before(time_monotonic(), until))
		move();
}

static bool one_has_all(void)
{
	return one->partition_count == TOY_PARTITIONS;
}

static bool both_have_half(void)
{
	return one->partition_count == TOY_PARTITIONS / 2 &&
	       two->partition_count == TOY_PARTITIONS / 2;
}

static bool two_has_half(void)
{
	return two->partition_count == TOY_PARTITIONS / 2;
}

static int64_t read_in_all(const struct toy *toy)
{
	int64_t count = 0;

	for (int32_t i = 0; i < TOY_PARTITIONS; i++)
		count += toy->read[TOY_LEAD][i] + toy->read[TOY_SECOND][i];
	return count;
}

static bool everything_read(void)
{
	return read_in_all(one) + read_in_all(two) == (int64_t)2 * TOY_PARTITIONS * RECORDS;
}

static bool ends_told(void)
{
	for (size_t i = 0; i < one->partition_count; i++)
		if (one->end[TOY_LEAD][one->partitions[i]] != RECORDS ||
		    one->end[TOY_SECOND][one->partitions[i]] != RECORDS)
			return false;
	return true;
}

static bool progress_told(void)
{
	return one->progress > 0 && two->progress > 0;
}

/* Stories. */

static void send_all(void)
{
	for (int64_t i = 1; i <= RECORDS; i++)
		for (int32_t n = 0; n < TOY_PARTITIONS; n++)
			while (!toy_send(one, TOY_LEAD, n, i) || !toy_send(one, TOY_SECOND, n, i))
				move();
}

static void story_shares(void)
{
	one = toy_start(brokers, "toy", "toy-1", TOY_PARTITIONS);
	check(move_until(one_has_all), "a lone instance has every partition");
	two = toy_start(brokers, "toy", "toy-2", TOY_PARTITIONS);
	check(move_until(both_have_half), "two instances have a half each");
	memset(one->read, 0, sizeof(one->read));
	memset(two->read, 0, sizeof(two->read));
	send_all();
	check(move_until(everything_read), "each record of both topics is read once in the group");
	check(one->wrong + two->wrong == 0, "partition n of every topic has one owner, in order");
	check(move_until(ends_told) && !one->end_early,
	      "ends are told, as of before they were asked");
	toy_send(one, TOY_PROGRESS, 0, 1);
	check(move_until(progress_told), "progress is told to every instance");
}

/* Offsets all over: the first record after each is the one asked for. */
static void story_positions(void)
{
	struct chance chance;

	chance_seed(&chance, 1);
	for (int i = 0; i < 300; i++) {
		toy_position(one, chance_below(&chance, RECORDS));
		for (int k = chance_below(&chance, 40); k > 0; k--)
			toy_step(one, MILLISECONDS(1));
	}
	check(one->wrong == 0, "nothing that was fetched before is told after a new position");
}

static bool hint_is_back(void)
{
	char text[64] = "";

	return kafka_log_ops.hinted(one->log, TOY_LEAD, one->partitions[0], text, sizeof(text)) ==
	           STATUS_OK &&
	       strcmp(text, "toy=42") == 0;
}

static void story_hints(void)
{
	const int32_t n = one->partitions[0];
	const struct log_hint hint = { TOY_LEAD, n, 7, "toy=42" };
	char text[64] = "?";
	int64_t first = -1;

	check(kafka_log_ops.hinted(one->log, TOY_SECOND, n, text, sizeof(text)) == STATUS_OK &&
	          text[0] == '\0',
	      "what was never hinted is empty");
	kafka_log_ops.hint(one->log, &hint, 1);
	check(move_until(hint_is_back), "a hint comes back with its metadata");
	check(kafka_log_ops.first(one->log, TOY_LEAD, n, &first) == STATUS_OK && first == 0,
	      "the first offset is known");
}

static void story_restart(void)
{
	int32_t before[TOY_PARTITIONS];
	const size_t count = two->partition_count;
	const int assigned = one->assigned;

	memcpy(before, two->partitions, sizeof(before));
	toy_stop(two);
	two = toy_start(brokers, "toy", "toy-2", TOY_PARTITIONS);
	check(move_until(two_has_half) && two->partition_count == count &&
	          memcmp(before, two->partitions, count * sizeof(before[0])) == 0,
	      "a restarted instance has its partitions back");
	check(one->assigned == assigned, "the other does not notice");
}

static bool two_is_fenced(void)
{
	return two->fatal > 0;
}

static void story_fenced(void)
{
	struct toy *const old = two;
	struct toy *const fresh = toy_start(brokers, "toy", "toy-2", TOY_PARTITIONS);
	struct toy *const other = one;

	one = fresh;
	check(move_until(two_is_fenced),
	      "an instance whose id another one has taken is told to end");
	toy_stop(old);
	one = other;
	two = fresh;
	check(move_until(both_have_half), "the one that took it has its partitions");
}

/* The producer. */

static bool all_acked(void)
{
	for (int32_t n = 0; n < TOY_PARTITIONS; n++)
		if (one->acked[n] < sent_count)
			return false;
	return true;
}

static bool one_failed(void)
{
	return one->failed > 0;
}

/* Sends up to a sequence on every partition, each from where it stands; after a failure from the mark. */
static void send_kept(int64_t until)
{
	sent_count = until;
	for (int32_t n = 0; n < TOY_PARTITIONS; n++)
		while (next_kept[n] <= until && toy_send(one, TOY_KEPT, n, next_kept[n]))
			next_kept[n]++;
	move();
	if (one->failed == 0)
		return;
	one->failed = 0;
	kafka_log_ops.restart(one->log);
	for (int32_t n = 0; n < TOY_PARTITIONS; n++)
		next_kept[n] = one->acked[n] + 1;
}

static void send_with(int64_t until, int kills)
{
	const struct instant limit = time_add(time_monotonic(), PATIENCE);

	send_kept(until);
	for (int i = 0; !all_acked() && time_before(time_monotonic(), limit); i++) {
		send_kept(until);
		if (kills > 0 && i % 20 == 10 && kills-- > 0)
			kafka_log_kill_producer(one->log);
	}
}

static void story_failure(void)
{
	int told;

	for (int32_t n = 0; n < TOY_PARTITIONS; n++)
		next_kept[n] = 1;
	send_with(1000, 0);
	check(move_until(all_acked), "what was sent is acknowledged");
	kafka_log_kill_producer(one->log);
	check(move_until(one_failed), "a producer that dies is told");
	told = one->failed;
	check(!toy_send(one, TOY_KEPT, 0, 1001), "it takes nothing more");
	move_for(MILLISECONDS(200));
	check(one->failed == told && told == 1, "that is told once");
	send_with(20000, 8);
	check(move_until(all_acked) && one->acks_wrong == 0,
	      "after a restart each partition goes on where it was acknowledged");
}

/* A static member whose session has expired is told to end, as its process would. */
static void replace_fenced(struct toy **place, const char *name)
{
	struct toy *const old = *place;

	if (old == NULL || old->fatal == 0)
		return;
	*place = toy_start(brokers, "toy", name, TOY_PARTITIONS);
	memcpy((*place)->acked, old->acked, sizeof(old->acked));
	(*place)->acks_wrong = old->acks_wrong;
	toy_stop(old);
}

static bool group_is_whole(void)
{
	if (one->fatal > 0)
		for (int32_t n = 0; n < TOY_PARTITIONS; n++)
			next_kept[n] = one->acked[n] + 1;
	replace_fenced(&one, "toy-1");
	replace_fenced(&two, "toy-2");
	return both_have_half();
}

static void story_broker_dies(void)
{
	const int64_t until = sent_count + 20000;

	while (one->acked[0] < until - 15000)
		send_kept(until);
	toy_broker("kill", folder);
	for (int i = 0; i < 200; i++)
		send_kept(until);
	check(!all_acked() && one->failed == 0, "without a broker nothing is acknowledged");
	check(toy_broker("start", folder), "the broker starts again");
	check(move_until(group_is_whole), "when it is back the group is as it was");
	send_with(until, 0);
	/* A session may expire after the broker has come back, which fences the member off. */
	check(move_until(group_is_whole) && move_until(all_acked) && one->acks_wrong == 0,
	      "and the rest is acknowledged");
}

/* As a subscriber reads: what is not above the highest sequence is dropped, and there are no gaps. */
static void story_read_back(void)
{
	char reason[BUS_REASON_SIZE];
	struct bus_reader *const reader =
	    bus_reader_create(&(struct bus_settings){ .brokers = brokers,
	                                              .topics = toy_names,
	                                              .topic_count = TOY_TOPICS },
	                      0, reason);
	struct bus_range ranges[TOY_PARTITIONS];
	int64_t high[TOY_PARTITIONS] = { 0 };
	struct bus_record record;
	enum bus_read read;
	bool whole = true;

	for (int32_t n = 0; n < TOY_PARTITIONS; n++)
		ranges[n] =
		    (struct bus_range){ .topic = TOY_KEPT, .partition = n, .from = BUS_FIRST };
	check(bus_reader_bound(reader, ranges, TOY_PARTITIONS, PATIENCE) == STATUS_OK,
	      "a reader learns the bounds");
	bus_reader_begin(reader, ranges, TOY_PARTITIONS, false);
	while ((read = bus_reader_next(reader, PATIENCE, &record)) == BUS_READ_RECORD) {
		const int64_t sequence = strtoll(record.value.data, NULL, 10);

		whole = whole && sequence <= high[record.partition] + 1;
		if (sequence > high[record.partition])
			high[record.partition] = sequence;
		bus_record_release(record.message);
	}
	for (int32_t n = 0; n < TOY_PARTITIONS; n++)
		whole = whole && high[n] == sent_count;
	check(read == BUS_READ_DONE && whole,
	      "each partition has every sequence, none before its time");
	bus_reader_destroy(reader);
}

/* What cannot be read. */

static bool one_is_broken(void)
{
	return one->broken > 0;
}

static void story_broken(void)
{
	toy_stop(one);
	toy_stop(two);
	two = NULL;
	one = toy_start(brokers, "toy-alone", "toy-alone-1", TOY_PARTITIONS);
	move_until(one_has_all);
	toy_position(one, 1000000);
	check(move_until(one_is_broken), "an offset that the log does not have is told");
	toy_stop(one);
	one = toy_start(brokers, "toy-of-three", "toy-of-three-1", TOY_PARTITIONS - 1);
	check(move_until(one_is_broken) && strstr(one->reason, "this mesh has 3") != NULL,
	      "a wrong number of partitions is told, with the numbers");
	move_for(QUIET);
	check(read_in_all(one) == 0, "and nothing is read then");
}

static void write_acked(const char *path)
{
	FILE *const file = fopen(path, "w");

	for (int32_t n = 0; file != NULL && n < TOY_PARTITIONS; n++)
		fprintf(file, "%" PRId32 " %" PRId64 "\n", n, one->acked[n]);
	check(file != NULL && fclose(file) == 0, "what was acknowledged is written down");
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	brokers = argv[1];
	folder = argv[2];
	log_open("kafka_log_test", LOG_LEVEL_ERROR);
	check(toy_create_topics(brokers), "the topics are created");
	story_shares();
	story_positions();
	story_hints();
	story_restart();
	story_fenced();
	story_failure();
	story_broker_dies();
	story_read_back();
	write_acked(argv[3]);
	story_broken();
	toy_stop(one);
	return failures == 0 ? 0 : 1;
}
