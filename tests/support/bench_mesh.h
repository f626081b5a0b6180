/*
 * bench_mesh - a topic of events about 200,000 things, and a stage that folds them: what benches share.
 *
 * The stage has two forms. `facts` says one fact for each event; `state` also counts the event in the row
 * of its thing. A key's partition is that of the thing's events, its row and its facts.
 */
#ifndef TESTS_SUPPORT_BENCH_MESH_H
#define TESTS_SUPPORT_BENCH_MESH_H

#include "common/flow/outside.h"
#include "common/io/migrate.h"

#define BENCH_PARTITIONS 4
#define BENCH_KEYS 200000
#define BENCH_KEY_SIZE 37

enum { BENCH_IN, BENCH_OUT, BENCH_PROGRESS, BENCH_TOPICS };

extern const struct catalogue bench_catalogue;
extern const struct stage bench_facts[]; /* both are called "bench" */
extern const struct stage bench_state[];
extern const struct migration bench_migrations[];

/* The name of thing `number`: as a UUID, and as random as one. */
void bench_key(uint64_t number, char key[static BENCH_KEY_SIZE]);
/*
 * An event about that thing, as the facts of another stage would be: with its headers some 500 bytes on
 * the wire. `now` is when it happened, and its mesh time.
 */
struct fact bench_event(struct arena *arena, uint64_t thing, int64_t sequence, struct instant now);

#endif
