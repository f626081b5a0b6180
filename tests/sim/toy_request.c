#include "common/base/check.h"
#include "common/base/hash.h"
#include "common/io/proto.h"
#include "tests/sim/toy_inside.h"

#include <stdio.h>
#include <string.h>

static int32_t partition_of(const char *key)
{
	return hash_partition(key, strlen(key), WORLD_PARTITIONS);
}

static struct request *put(struct world *world, int64_t at_s, int32_t partition, const char *kind,
                           const char *key, const char *ref)
{
	CHECK(world->request_count < WORLD_REQUESTS_MAX);
	struct request *const request = &world->requests[world->request_count++];

	*request = (struct request){ .at_s = at_s, .partition = partition };
	CHECK(snprintf(request->kind, sizeof(request->kind), "%s", kind) > 0);
	(void)snprintf(request->key, sizeof(request->key), "%s", key);
	(void)snprintf(request->ref, sizeof(request->ref), "%s", ref);
	return request;
}

#define TEXT(field, ...) CHECK(snprintf((field), sizeof(field), __VA_ARGS__) < (int)sizeof(field))

static void put_replies(struct world *world, struct chance *chance, int i, const char *key,
                        int32_t home, int64_t at)
{
	static const int delays[] = { 1, 3, 6, 9, 9, 10 };
	char ref[24];

	for (int r = chance_between(chance, 0, 2); r > 0; r--) {
		const int64_t when = at + delays[chance_below(chance, COUNT_OF(delays))];

		TEXT(ref, "r%d.%d", i, r);
		put(world, when,
		    chance_of(chance, 500) ? home : chance_below(chance, WORLD_PARTITIONS), "reply",
		    key, ref);
		const bool everywhere = chance_of(chance, 300);
		const int after = chance_between(chance, 1, 3);

		for (int32_t p = 0; everywhere && !world->recorded && p < WORLD_PARTITIONS; p++) {
			TEXT(ref, "n%d.%d.%d", i, r, p);
			put(world, when + after, p, "reply", "nobody", ref);
		}
	}
}

static void put_ticket(struct world *world, struct chance *chance, int i, int64_t at)
{
	static const char *const stages[] = { "directory", "ticket", "triage", "sla" };
	const int32_t home = chance_below(chance, WORLD_PARTITIONS);
	const bool bad = chance_of(chance, 250);
	const char *const stage = stages[chance_below(chance, COUNT_OF(stages))];
	char key[16];
	char domain[16];
	char ref[24];
	char retry[24];

	TEXT(key, "t%d", i);
	TEXT(domain, "d%d", chance_below(chance, 2));
	TEXT(ref, "o%d", i);
	TEXT(retry, "x%d", i);
	struct request *const open = put(world, at, home, "open", key, ref);

	TEXT(open->text, "%s", domain);
	if (bad) {
		struct request *const mend =
		    put(world, at + chance_between(chance, 2, 12),
		        partition_of(strcmp(stage, "directory") == 0 ? domain : key), "retry", key,
		        retry);

		TEXT(open->bad, "%s", stage);
		TEXT(mend->letter, "%s", ref);
		TEXT(mend->consumer, "%s", stage);
	} else if (chance_of(chance, 200)) { /* the same id with other bytes */
		TEXT(put(world, at + chance_between(chance, 0, 3), home, "open", key, ref)->text,
		     "other");
	}
	put_replies(world, chance, i, key, home, at);
	if (chance_of(chance, 600)) {
		TEXT(ref, "a%d", i);
		put(world, at + chance_between(chance, 0, 6), partition_of(domain), "account",
		    domain, ref)
		    ->number = chance_between(chance, 1, 3);
	}
}

static void put_clock(struct world *world, int64_t at)
{
	for (int32_t p = 0; p < WORLD_PARTITIONS; p++)
		put(world, at, p, "clock", "", "");
}

/* The requests of one run, in order; recorded runs end with the clock on all partitions. */
void toy_requests(struct world *world, uint64_t seed)
{
	struct chance chance;
	int64_t at = WORLD_START_S + 1;

	chance_seed(&chance, seed * 2 + 1);
	const int tickets = chance_between(&chance, 2, 5);

	for (int i = 0; i < tickets; i++) {
		at += chance_between(&chance, 0, 3);
		put_ticket(world, &chance, i, at);
	}
	world_sort(world);
	world->last_s = world->requests[world->request_count - 1].at_s + 20;
	if (world->recorded) {
		put_clock(world, world->requests[world->request_count / 2].at_s);
		world_sort(world);
		put_clock(world, world->last_s);
	} else {
		world->last_s += 120;
	}
}

void toy_journal(struct world *world, const struct request *request)
{
	struct arena *const arena = arena_create(1024);
	Sim__V1__Toy e = SIM__V1__TOY__INIT;
	char time[TIME_TEXT_SIZE];
	const struct instant at = time_add((struct instant){ 0 }, SECONDS(request->time_s));

	e.kind = toy_text(request->kind);
	e.key = toy_text(request->key);
	e.ref = toy_text(request->ref);
	e.text = toy_text(request->text);
	e.bad = toy_text(request->bad);
	e.number = request->number;
	e.time_us = at.us;
	const struct log_header headers[] = { { "ce_time", bytes_of(time_format(at, time)) } };

	memory_log_append(&world->log, &(struct log_message){ .topic = TOY_JOURNAL,
	                                                      .partition = request->partition,
	                                                      .key = bytes_of(request->key),
	                                                      .value = proto_pack(arena, &e.base),
	                                                      .headers = headers,
	                                                      .header_count = COUNT_OF(headers) });
	arena_destroy(arena);
}
