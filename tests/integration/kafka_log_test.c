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
#include "common/flow/kafka_log.h"
#include "common/io/bus_admin.h"
#include "common/io/bus_reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTITIONS 4
#define RECORDS 500 /* of each partition of each topic */
#define PATIENCE SECONDS(30)
#define QUIET SECONDS(2)
#define BURST 100 /* events taken between two waits */

enum { LEAD, SECOND, KEPT, PROGRESS, TOPICS };

static const struct topic topics[] = {
	[LEAD] = { .name = "t.lead.v1", .retention = "unlimited" },
	[SECOND] = { .name = "t.second.v1", .retention = "unlimited" },
	[KEPT] = { .name = "t.kept.v1", .retention = "unlimited" },
	[PROGRESS] = { .name = "t.progress.v1", .retention = "1h" },
};
static const struct catalogue catalogue = {
	.topics = topics, .count = TOPICS, .journal = -1, .control = -1, .progress = PROGRESS
};
static const char *const names[] = { "t.lead.v1", "t.second.v1", "t.kept.v1", "t.progress.v1" };
static const int reads[] = { LEAD, SECOND, -1 };
static const int writes[] = { LEAD, SECOND, KEPT, PROGRESS, -1 };

static const char *brokers;
static const char *folder;
static int failures;

static void check(bool good, const char *name)
{
	printf("%s kafka_log: %s\n", good ? "ok" : "FAIL", name);
	fflush(stdout);
	failures += good ? 0 : 1;
}

/* ---- one instance, and all that it was told ---- */

struct instance {
	struct kafka_log *log;
	int32_t partitions[PARTITIONS];
	size_t partition_count;
	int assigned; /* how often */
	int failed;
	int broken;
	int fatal;
	int progress;
	int64_t next[TOPICS][PARTITIONS]; /* offset expected; -1: not assigned */
	int64_t read[TOPICS][PARTITIONS]; /* how many */
	int64_t end[TOPICS][PARTITIONS];
	bool end_early;            /* an end was said to be of the future */
	int wrong;                 /* records out of order, or of another's partition */
	int64_t acked[PARTITIONS]; /* of KEPT: highest sequence with no gap below */
	int acks;
	int acks_wrong;
	char reason[BUS_REASON_SIZE];
};

static struct instance *start(const char *group, const char *name, int32_t partitions)
{
	const struct kafka_log_settings settings = { .brokers = brokers,
		                                     .group = group,
		                                     .instance = name,
		                                     .catalogue = &catalogue,
		                                     .lead = LEAD,
		                                     .reads = reads,
		                                     .writes = writes,
		                                     .partitions = partitions,
		                                     .check = true,
		                                     .fetch_bytes = 16 << 20,
		                                     .send_bytes = 4 << 20 };
	struct instance *const instance = memory_zero(sizeof(*instance));
	char reason[BUS_REASON_SIZE] = "";

	memset(instance->next, -1, sizeof(instance->next));
	instance->log = kafka_log_create(&settings, reason);
	if (instance->log == NULL) {
		check(false, reason);
		exit(1);
	}
	return instance;
}

static void stop(struct instance *instance)
{
	if (instance != NULL && !kafka_log_close(instance->log, SECONDS(5)))
		check(false, "an instance leaves within its bound");
	memory_free(instance);
}

static void position(struct instance *instance, int64_t offset)
{
	struct log_position positions[PARTITIONS * 2];
	size_t count = 0;

	memset(instance->next, -1, sizeof(instance->next));
	for (size_t i = 0; i < instance->partition_count; i++)
		for (int topic = LEAD; topic <= SECOND; topic++) {
			positions[count++] =
			    (struct log_position){ topic, instance->partitions[i], offset };
			instance->next[topic][instance->partitions[i]] = offset;
		}
	kafka_log_ops.assign(instance->log, positions, count);
}

static void on_record(struct instance *instance, const struct log_record *record)
{
	int64_t *const next = &instance->next[record->topic][record->partition];

	if (*next != record->offset || record->header_count != 1 ||
	    !bytes_equal(record->headers[0].value, bytes_of("toy")))
		instance->wrong++;
	*next = record->offset + 1;
	instance->read[record->topic][record->partition]++;
}

static void on_ack(struct instance *instance, const struct log_event *event)
{
	int64_t *const last = &instance->acked[event->token - 1];

	instance->acks++;
	if (event->sequence != *last + 1)
		instance->acks_wrong++;
	*last = event->sequence;
}

static void on_assigned(struct instance *instance, const struct log_event *event)
{
	instance->assigned++;
	instance->partition_count = event->partition_count;
	memcpy(instance->partitions, event->partitions,
	       event->partition_count * sizeof(*event->partitions));
	position(instance, 0);
}

static void on_end(struct instance *instance, const struct log_event *event)
{
	instance->end[event->topic][event->partition] = event->offset;
	instance->end_early = instance->end_early || time_before(time_now(), event->at);
}

static void keep_reason(struct instance *instance, const struct log_event *event, int *count)
{
	(*count)++;
	snprintf(instance->reason, sizeof(instance->reason), "%s", event->reason);
}

static void step(struct instance *instance, struct duration wait)
{
	struct log_event event;

	if (instance == NULL)
		return;
	kafka_log_ops.poll(instance->log, wait, &event);
	switch (event.kind) {
	case LOG_NOTHING: break;
	case LOG_RECORD: on_record(instance, &event.record); break;
	case LOG_PROGRESS: instance->progress++; break;
	case LOG_END: on_end(instance, &event); break;
	case LOG_ASSIGNED: on_assigned(instance, &event); break;
	case LOG_ACK: on_ack(instance, &event); break;
	case LOG_FAILED: keep_reason(instance, &event, &instance->failed); break;
	case LOG_BROKEN: keep_reason(instance, &event, &instance->broken); break;
	case LOG_FATAL: keep_reason(instance, &event, &instance->fatal); break;
	}
	kafka_log_ops.release(instance->log, event.record.handle);
}

/* ---- the two instances of the stories ---- */

static struct instance *one;
static struct instance *two;
static int64_t next_kept[PARTITIONS]; /* the sequence that each partition of KEPT is sent next */
static int64_t sent_count; /* sequences 1..n of each partition of KEPT are handed over, in order */

static void move(void)
{
	step(one, MILLISECONDS(1));
	step(two, MILLISECONDS(1));
	for (int i = 0; i < BURST; i++) {
		step(one, MILLISECONDS(0));
		step(two, MILLISECONDS(0));
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

static bool send(struct instance *from, int topic, int32_t partition, int64_t sequence)
{
	const struct log_header header = { "ce_type", bytes_of("toy") };
	char value[32];

	snprintf(value, sizeof(value), "%" PRId64, sequence);
	return kafka_log_ops.send(
	    from->log, &(struct log_message){ .topic = topic,
	                                      .partition = partition,
	                                      .key = bytes_of("key"),
	                                      .value = bytes_of(value),
	                                      .headers = &header,
	                                      .header_count = 1,
	                                      .token = topic == KEPT ? (uint64_t)partition + 1 : 0,
	                                      .sequence = sequence });
}

static bool one_has_all(void)
{
	return one->partition_count == PARTITIONS;
}

static bool both_have_half(void)
{
	return one->partition_count == PARTITIONS / 2 && two->partition_count == PARTITIONS / 2;
}

static bool two_has_half(void)
{
	return two->partition_count == PARTITIONS / 2;
}

static int64_t read_in_all(const struct instance *instance)
{
	int64_t count = 0;

	for (int32_t i = 0; i < PARTITIONS; i++)
		count += instance->read[LEAD][i] + instance->read[SECOND][i];
	return count;
}

static bool everything_read(void)
{
	return read_in_all(one) + read_in_all(two) == (int64_t)2 * PARTITIONS * RECORDS;
}

static bool ends_told(void)
{
	for (size_t i = 0; i < one->partition_count; i++)
		if (one->end[LEAD][one->partitions[i]] != RECORDS ||
		    one->end[SECOND][one->partitions[i]] != RECORDS)
			return false;
	return true;
}

static bool progress_told(void)
{
	return one->progress > 0 && two->progress > 0;
}

/* ---- stories ---- */

static void count_difference(void *argument, const char *topic, const char *difference)
{
	(void)topic;
	(void)difference;
	++*(int *)argument;
}

static void create_topics(void)
{
	const struct bus_topic wanted[] = {
		{ names[LEAD], PARTITIONS, BUS_RETENTION_UNLIMITED },
		{ names[SECOND], PARTITIONS, BUS_RETENTION_UNLIMITED },
		{ names[KEPT], PARTITIONS, BUS_RETENTION_UNLIMITED },
		{ names[PROGRESS], 1, 3600000 },
	};
	const struct bus_topic other[] = { { names[LEAD], PARTITIONS + 1, 60000 },
		                           { "t.none.v1", 1, 60000 } };
	char reason[BUS_REASON_SIZE];
	struct bus_admin *const admin =
	    bus_admin_create(&(struct bus_settings){ .brokers = brokers, .wake = -1 }, reason);
	size_t differences = 0;
	int told = 0;

	check(bus_admin_create_missing(admin, wanted, TOPICS, SECONDS(20), count_difference,
	                               &told) == STATUS_OK &&
	          told == TOPICS,
	      "missing topics are created");
	check(bus_admin_create_missing(admin, wanted, TOPICS, SECONDS(20), count_difference,
	                               &told) == STATUS_OK &&
	          told == TOPICS,
	      "creating again creates nothing");
	check(bus_admin_compare(admin, wanted, TOPICS, SECONDS(20), count_difference, &told,
	                        &differences) == STATUS_OK &&
	          differences == 0,
	      "a topic that was created is as it should be");
	check(bus_admin_compare(admin, other, 2, SECONDS(20), count_difference, &told,
	                        &differences) == STATUS_OK &&
	          differences == 3,
	      "partitions, retention and absence are told");
	bus_admin_destroy(admin);
}

static void send_all(void)
{
	for (int64_t i = 1; i <= RECORDS; i++)
		for (int32_t n = 0; n < PARTITIONS; n++)
			while (!send(one, LEAD, n, i) || !send(one, SECOND, n, i))
				move();
}

static void story_shares(void)
{
	one = start("toy", "toy-1", PARTITIONS);
	check(move_until(one_has_all), "a lone instance has every partition");
	two = start("toy", "toy-2", PARTITIONS);
	check(move_until(both_have_half), "two instances have a half each");
	memset(one->read, 0, sizeof(one->read));
	memset(two->read, 0, sizeof(two->read));
	send_all();
	check(move_until(everything_read), "each record of both topics is read once in the group");
	check(one->wrong + two->wrong == 0, "partition n of every topic has one owner, in order");
	check(move_until(ends_told) && !one->end_early,
	      "ends are told, as of before they were asked");
	send(one, PROGRESS, 0, 1);
	check(move_until(progress_told), "progress is told to every instance");
}

/* Offsets at random: the first record after each is the one asked for. */
static void story_positions(void)
{
	for (int i = 0; i < 300; i++) {
		position(one, rand() % RECORDS);
		for (int k = rand() % 40; k > 0; k--)
			step(one, MILLISECONDS(1));
	}
	check(one->wrong == 0, "nothing that was fetched before is told after a new position");
}

static bool hint_is_back(void)
{
	char text[64] = "";

	return kafka_log_ops.hinted(one->log, LEAD, one->partitions[0], text, sizeof(text)) ==
	           STATUS_OK &&
	       strcmp(text, "toy=42") == 0;
}

static void story_hints(void)
{
	const int32_t n = one->partitions[0];
	const struct log_hint hint = { LEAD, n, 7, "toy=42" };
	char text[64] = "?";
	int64_t first = -1;

	check(kafka_log_ops.hinted(one->log, SECOND, n, text, sizeof(text)) == STATUS_OK &&
	          text[0] == '\0',
	      "what was never hinted is empty");
	kafka_log_ops.hint(one->log, &hint, 1);
	check(move_until(hint_is_back), "a hint comes back with its metadata");
	check(kafka_log_ops.first(one->log, LEAD, n, &first) == STATUS_OK && first == 0,
	      "the first offset is known");
}

static void story_restart(void)
{
	int32_t before[PARTITIONS];
	const size_t count = two->partition_count;
	const int assigned = one->assigned;

	memcpy(before, two->partitions, sizeof(before));
	stop(two);
	two = start("toy", "toy-2", PARTITIONS);
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
	struct instance *const old = two;
	struct instance *const fresh = start("toy", "toy-2", PARTITIONS);
	struct instance *const other = one;

	one = fresh;
	check(move_until(two_is_fenced),
	      "an instance whose id another one has taken is told to end");
	stop(old);
	one = other;
	two = fresh;
	check(move_until(both_have_half), "the one that took it has its partitions");
}

/* ---- the producer ---- */

static bool all_acked(void)
{
	for (int32_t n = 0; n < PARTITIONS; n++)
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
	for (int32_t n = 0; n < PARTITIONS; n++)
		while (next_kept[n] <= until && send(one, KEPT, n, next_kept[n]))
			next_kept[n]++;
	move();
	if (one->failed == 0)
		return;
	one->failed = 0;
	kafka_log_ops.restart(one->log);
	for (int32_t n = 0; n < PARTITIONS; n++)
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

	for (int32_t n = 0; n < PARTITIONS; n++)
		next_kept[n] = 1;
	send_with(1000, 0);
	check(move_until(all_acked), "what was sent is acknowledged");
	kafka_log_kill_producer(one->log);
	check(move_until(one_failed), "a producer that dies is told");
	told = one->failed;
	check(!send(one, KEPT, 0, 1001), "it takes nothing more");
	move_for(MILLISECONDS(200));
	check(one->failed == told && told == 1, "that is told once");
	send_with(20000, 8);
	check(move_until(all_acked) && one->acks_wrong == 0,
	      "after a restart each partition goes on where it was acknowledged");
}

static void broker(const char *verb)
{
	char command[512];

	snprintf(command, sizeof(command), "deploy/local/kafka.sh %s '%s'", verb, folder);
	if (system(command) != 0)
		check(false, command);
}

/* A static member whose session has expired is told to end, as its process would. */
static void replace_fenced(struct instance **place, const char *name)
{
	struct instance *const old = *place;

	if (old == NULL || old->fatal == 0)
		return;
	*place = start("toy", name, PARTITIONS);
	memcpy((*place)->acked, old->acked, sizeof(old->acked));
	(*place)->acks_wrong = old->acks_wrong;
	stop(old);
}

static bool group_is_whole(void)
{
	if (one->fatal > 0)
		for (int32_t n = 0; n < PARTITIONS; n++)
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
	broker("kill");
	for (int i = 0; i < 200; i++)
		send_kept(until);
	check(!all_acked() && one->failed == 0, "without a broker nothing is acknowledged");
	broker("start");
	check(move_until(group_is_whole), "when it is back the group is as it was");
	send_with(until, 0);
	check(move_until(all_acked) && one->acks_wrong == 0, "and the rest is acknowledged");
}

/* As a subscriber reads: what is not above the highest sequence is dropped, and there are no gaps. */
static void story_read_back(void)
{
	char reason[BUS_REASON_SIZE];
	struct bus_reader *const reader = bus_reader_create(
	    &(struct bus_settings){ .brokers = brokers, .topics = names, .topic_count = TOPICS }, 0,
	    reason);
	struct bus_range ranges[PARTITIONS];
	int64_t high[PARTITIONS] = { 0 };
	struct bus_record record;
	enum bus_read read;
	bool whole = true;

	for (int32_t n = 0; n < PARTITIONS; n++)
		ranges[n] = (struct bus_range){ .topic = KEPT, .partition = n, .from = BUS_FIRST };
	check(bus_reader_bound(reader, ranges, PARTITIONS, SECONDS(10)) == STATUS_OK,
	      "a reader learns the bounds");
	bus_reader_begin(reader, ranges, PARTITIONS, false);
	while ((read = bus_reader_next(reader, SECONDS(10), &record)) == BUS_READ_RECORD) {
		const int64_t sequence = strtoll(record.value.data, NULL, 10);

		whole = whole && sequence <= high[record.partition] + 1;
		if (sequence > high[record.partition])
			high[record.partition] = sequence;
		bus_record_release(record.message);
	}
	for (int32_t n = 0; n < PARTITIONS; n++)
		whole = whole && high[n] == sent_count;
	check(read == BUS_READ_DONE && whole,
	      "each partition has every sequence, none before its time");
	bus_reader_destroy(reader);
}

/* ---- what cannot be read ---- */

static bool one_is_broken(void)
{
	return one->broken > 0;
}

static void story_broken(void)
{
	position(one, 1000000);
	check(move_until(one_is_broken), "an offset that the log does not have is told");
	stop(one);
	one = NULL;
	stop(two);
	two = NULL;
	one = start("toy-of-three", "toy-of-three-1", PARTITIONS - 1);
	check(move_until(one_is_broken) && strstr(one->reason, "this mesh has 3") != NULL,
	      "a wrong number of partitions is told, with the numbers");
	move_for(QUIET);
	check(read_in_all(one) == 0, "and nothing is read then");
}

static void write_acked(const char *path)
{
	FILE *const file = fopen(path, "w");

	for (int32_t n = 0; file != NULL && n < PARTITIONS; n++)
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
	create_topics();
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
	stop(one);
	return failures == 0 ? 0 : 1;
}
