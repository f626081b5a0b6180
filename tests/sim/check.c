#include "common/base/check.h"
#include "common/base/text.h"
#include "common/flow/dead_letter.h"
#include "common/flow/replay.h"
#include "common/io/proto.h"
#include "sim/toy.pb-c.h"
#include "tests/sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool broken(char why[static WORLD_REASON_SIZE], const char *format, ...) PRINTF_LIKE(2, 3);
static bool broken(char why[static WORLD_REASON_SIZE], const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	CHECK(vsnprintf(why, WORLD_REASON_SIZE, format, arguments) >= 0);
	va_end(arguments);
	return false;
}

/* ---- topics, as both forms of the subscribers' rule see them ---- */

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
			return broken(why, "one ce_id, two contents on %d/%d: %s | %s", topic, n,
			              text, list[k].text);
		if (k == unique)
			list[unique++] =
			    (struct seen){ events[i].source, events[i].sequence, text };
	}
	if (kept != unique)
		return broken(why, "the two rules see different facts on %d/%d: %zu, %zu", topic, n,
		              kept, unique);
	qsort(list, unique, sizeof(*list), by_place);
	*seen = list;
	*seen_count = unique;
	return true;
}

static bool check_topics(struct world *world, struct world *calm, struct arena *arena,
                         char why[static WORLD_REASON_SIZE])
{
	for (int t = 0; t < 2 * TOY_TOPICS; t++) {
		const int topic = t % TOY_TOPICS;

		if (topic == TOY_PROGRESS || t == TOY_JOURNAL)
			continue;
		for (int32_t n = 0; n < WORLD_PARTITIONS; n++) {
			struct seen *seen;
			struct seen *wanted;
			size_t count;
			size_t wanted_count;

			if (!see_partition(world, arena, topic, t >= TOY_TOPICS, n, &seen, &count,
			                   why))
				return false;
			if (calm == NULL)
				continue;
			if (!see_partition(calm, arena, topic, t >= TOY_TOPICS, n, &wanted,
			                   &wanted_count, why))
				return false;
			for (size_t i = 0; i < count && i < wanted_count; i++)
				if (strcmp(seen[i].text, wanted[i].text) != 0)
					return broken(
					    why,
					    "topic %d/%d is not what the calm run says:\n  %s\n  %s",
					    t, n, seen[i].text, wanted[i].text);
			if (count != wanted_count)
				return broken(why, "topic %d/%d has %zu facts, in the calm run %zu",
				              t, n, count, wanted_count);
		}
	}
	return true;
}

static bool check_facts(struct world *world, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];
		struct instant mesh = TIME_MIN;

		if ((int64_t)image->fact_count != image->row.sequence)
			return broken(why, "holes in the facts of %s/%d: %zu of %lld",
			              image->stage->name, image->number, image->fact_count,
			              (long long)image->row.sequence);
		for (size_t k = 0; k < image->fact_count; k++) {
			if (image->facts[k].sequence != (int64_t)k + 1)
				return broken(why, "fact %zu of %s/%d has sequence %lld", k + 1,
				              image->stage->name, image->number,
				              (long long)image->facts[k].sequence);
			if (time_before(image->facts[k].mesh, mesh))
				return broken(why, "mesh time goes back in %s/%d",
				              image->stage->name, image->number);
			mesh = image->facts[k].mesh;
		}
	}
	return true;
}

/* Every fact is on its topic: as many as were said, and none that nobody said. */
static bool check_published(struct world *world, struct arena *arena,
                            char why[static WORLD_REASON_SIZE])
{
	size_t said = 0;
	size_t published = 0;

	for (size_t i = 0; i < world->store.image_count; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++)
			said +=
			    world->store.images[i].facts[k].partition < 0 ? WORLD_PARTITIONS : 1;
	for (int t = 0; t < 2 * TOY_TOPICS; t++)
		for (int32_t n = 0; n < WORLD_PARTITIONS; n++) {
			struct seen *seen;
			size_t count;

			if (t % TOY_TOPICS == TOY_PROGRESS || t == TOY_JOURNAL)
				continue;
			if (!see_partition(world, arena, t % TOY_TOPICS, t >= TOY_TOPICS, n, &seen,
			                   &count, why))
				return false;
			published += count;
		}
	return said == published
	           ? true
	           : broken(why, "%zu facts were said, %zu are on the topics", said, published);
}

/* ---- replay ---- */

struct replaying {
	struct world *world;
	int32_t number;
};

static bool fetch(void *context, int topic, int64_t offset, struct log_record *record)
{
	const struct replaying *const replaying = context;
	const struct partition_log *const log =
	    memory_log_at(&replaying->world->log, topic, false, replaying->number);

	if (offset < 0 || offset >= (int64_t)log->count)
		return false;
	*record = log->entries[offset].record;
	return true;
}

static bool same_map(const struct map *a, const struct map *b)
{
	void *value;

	if (a->count != b->count)
		return false;
	for (size_t at = 0; map_next(a, &at, &value);) {
		const struct stored *const left = value;
		const struct stored *const right = map_get(b, left->name);

		if (right == NULL || !bytes_equal(left->value, right->value))
			return false;
	}
	return true;
}

static bool same_facts(const struct image *a, const struct image *b)
{
	if (a->fact_count != b->fact_count)
		return false;
	for (size_t i = 0; i < a->fact_count; i++) {
		const struct fact *const left = &a->facts[i];
		const struct fact *const right = &b->facts[i];

		if (left->sequence != right->sequence || left->topic != right->topic ||
		    left->partition != right->partition || left->mesh.us != right->mesh.us ||
		    left->time.us != right->time.us || strcmp(left->type, right->type) != 0 ||
		    !bytes_equal(left->key, right->key) ||
		    !bytes_equal(left->message, right->message) ||
		    !bytes_equal(left->headers, right->headers))
			return false;
	}
	return true;
}

static bool same_image(const struct image *a, const struct image *b, bool offsets)
{
	(void)offsets;
	return a->row.now.us == b->row.now.us && a->row.sequence == b->row.sequence &&
	       same_map(&a->state, &b->state) && same_map(&a->timers, &b->timers);
}

static bool replay_shard(struct world *world, struct memory_session *scratch,
                         const struct image *image, char why[static WORLD_REASON_SIZE])
{
	struct instance *const any = &world->instances[0];
	struct outside outside = any->outside;
	struct shard_context context = world->context;
	struct replaying replaying = { world, image->number };
	uint64_t tokens = 0;
	bool failed;

	outside.store_ops = &memory_store_ops;
	outside.store = scratch;
	context.outside = &outside;
	context.tokens = &tokens;
	struct shard *const shard = shard_create(&context, image->stage, image->number);

	CHECK(memory_store_ops.open(scratch, shard, false) == STATUS_OK);
	bool good = true;

	for (size_t i = 0; i < image->journal_count && good; i++) {
		const struct replay_line line = { image->journal[i].frontier,
			                          image->journal[i].runs,
			                          image->journal[i].refused };
		const char *reason = "the fold failed";

		if (replay_batch(shard, &line, fetch, &replaying, &reason) != STATUS_OK) {
			good = broken(why, "replay of %s/%d, batch %zu: %s", image->stage->name,
			              image->number, i, reason);
			break;
		}
		CHECK(memory_store_ops.begin(scratch, &shard->batch, 1) == STATUS_OK);
		CHECK(memory_store_ops.end(scratch, (struct duration){ 0 }, &failed) ==
		      STORE_COMMITTED);
		shard_committed(shard, world->real);
	}
	shard_destroy(shard);
	return good;
}

static bool check_replay(struct world *world, char why[static WORLD_REASON_SIZE])
{
	const struct stage *daemons[TOY_DAEMONS + 1];
	struct memory_store store;
	struct memory_session scratch = { .store = &store };
	bool good = true;

	for (size_t d = 0; d < TOY_DAEMONS; d++)
		daemons[d] = toy_daemons[d].stages;
	daemons[TOY_DAEMONS] = NULL;
	memory_store_init(&store, &world->context, daemons, &world->chance);
	for (size_t i = 0; i < store.image_count && good; i++) {
		const struct image *const image = &world->store.images[i];

		good = replay_shard(world, &scratch, image, why);
		if (good && (!same_image(image, &store.images[i], true) ||
		             !same_facts(image, &store.images[i])))
			good = broken(why, "a replay of %s/%d differs", image->stage->name,
			              image->number);
	}
	memory_store_finish(&store);
	return good;
}

/* ---- effects ---- */

static size_t count_facts(struct world *world, struct arena *arena, const char *kind,
                          const char *ref)
{
	size_t count = 0;

	for (size_t i = 0; i < world->store.image_count; i++) {
		const struct image *const image = &world->store.images[i];

		for (size_t k = 0; k < image->fact_count; k++) {
			const struct fact *const fact = &image->facts[k];
			char problem[PROTO_REASON_SIZE];
			ProtobufCMessage *message;

			if (fact->dead_letter ||
			    (fact->topic != TOY_TICKETS && fact->topic != TOY_SLA))
				continue;
			CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, fact->message,
			                   &message, problem));
			const Sim__V1__Toy *const e = (const void *)message;

			count += strcmp(e->kind, kind) == 0 && strcmp(e->ref, ref) == 0;
		}
	}
	return count;
}

static bool is_first(const struct world *world, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (strcmp(world->accepted[i].ref, world->accepted[at].ref) == 0)
			return false;
	return world->accepted[at].ref[0] != '\0';
}

/* The ticket's first opening, NULL: it was never opened. */
static const struct request *opening(const struct world *world, const char *key)
{
	for (size_t i = 0; i < world->accepted_count; i++)
		if (strcmp(world->accepted[i].kind, "open") == 0 &&
		    strcmp(world->accepted[i].key, key) == 0 && is_first(world, i))
			return &world->accepted[i];
	return NULL;
}

static bool check_accepted(struct world *world, struct arena *arena,
                           char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const e = &world->accepted[i];

		if (!is_first(world, i))
			continue;
		if (strcmp(e->kind, "open") == 0) {
			if (count_facts(world, arena, "opened", e->ref) != 1 ||
			    count_facts(world, arena, "resolved", e->ref) != 1)
				return broken(why, "request %s: opened or resolved not once",
				              e->ref);
			if (count_facts(world, arena, "fulfilled", e->key) +
			        count_facts(world, arena, "breached", e->key) !=
			    1)
				return broken(why, "the clock of %s did not end once", e->key);
		}
		if (strcmp(e->kind, "reply") == 0 && count_facts(world, arena, "replied", e->ref) !=
		                                         (opening(world, e->key) != NULL))
			return broken(why, "reply %s: not told once", e->ref);
	}
	return true;
}

static bool check_breach(struct world *world, const Sim__V1__Toy *breach,
                         char why[static WORLD_REASON_SIZE])
{
	const struct request *const open = opening(world, breach->key);

	if (open == NULL || open->bad[0] != '\0')
		return true;
	for (size_t i = 0; i < world->accepted_count; i++) {
		const struct request *const e = &world->accepted[i];

		if (strcmp(e->kind, "reply") == 0 && strcmp(e->key, breach->key) == 0 &&
		    e->time_s * 1000000 <= breach->number)
			return broken(why, "%s breached although reply %s met it", breach->key,
			              e->ref);
	}
	return true;
}

static bool check_breaches(struct world *world, struct arena *arena,
                           char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count && !world->left_out; i++)
		for (size_t k = 0; k < world->store.images[i].fact_count; k++) {
			const struct fact *const fact = &world->store.images[i].facts[k];
			char problem[PROTO_REASON_SIZE];
			ProtobufCMessage *message;

			if (fact->dead_letter || fact->topic != TOY_SLA)
				continue;
			CHECK(proto_unpack(arena, &sim__v1__toy__descriptor, fact->message,
			                   &message, problem));
			const Sim__V1__Toy *const e = (const void *)message;

			if (strcmp(e->kind, "breached") == 0 && !check_breach(world, e, why))
				return false;
		}
	return true;
}

static bool check_nothing_left(struct world *world, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++) {
		void *value;

		for (size_t at = 0; map_next(&world->store.images[i].state, &at, &value);) {
			const struct stored *const stored = value;

			if (strcmp(stored->name.data, dead_letter_table.name) == 0 ||
			    strcmp(stored->name.data, parked_table.name) == 0)
				return broken(why, "%s left in %s/%d",
				              (const char *)stored->name.data,
				              world->store.images[i].stage->name,
				              world->store.images[i].number);
		}
	}
	for (size_t i = 0; i < world->instance_count; i++)
		for (size_t k = 0; k < world->instances[i].worker.slot_count; k++) {
			const struct slot *const slot = &world->instances[i].worker.slots[k];

			if (slot->state == SLOT_OWNED && slot->shard->held_count > 0)
				return broken(why, "%s still holds %zu events", slot->shard->source,
				              slot->shard->held_count);
			if (slot->state == SLOT_OWNED && slot->shard->stopped != NULL)
				return broken(why, "%s stopped: %s", slot->shard->source,
				              slot->shard->stopped);
		}
	return true;
}

static bool check_same(struct world *world, struct world *calm, char why[static WORLD_REASON_SIZE])
{
	for (size_t i = 0; i < world->store.image_count; i++)
		if (!same_image(&world->store.images[i], &calm->store.images[i], false))
			return broken(why, "the tables of %s/%d differ from the calm run",
			              world->store.images[i].stage->name,
			              world->store.images[i].number);
	return true;
}

bool world_check(struct world *world, struct world *calm, char why[static WORLD_REASON_SIZE])
{
	struct arena *const arena = arena_create(64 * 1024);
	const bool good = check_facts(world, why) && check_topics(world, calm, arena, why) &&
	                  check_published(world, arena, why) && check_replay(world, why) &&
	                  check_accepted(world, arena, why) && check_breaches(world, arena, why) &&
	                  check_nothing_left(world, why) &&
	                  (calm == NULL || check_same(world, calm, why));

	arena_destroy(arena);
	return good;
}
