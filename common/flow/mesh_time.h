/*
 * mesh_time - how far the sources of a shard have come, and the frontier that follows from it.
 *
 * An input is (topic, source). A source's promise is the newest mesh time for which everything older is
 * known to have been read: a record's own, or one told on the progress topic once everything up to the
 * sequence told with it was read.
 */
#ifndef COMMON_FLOW_MESH_TIME_H
#define COMMON_FLOW_MESH_TIME_H

#include "common/base/arena.h"
#include "common/base/map.h"
#include "common/flow/record.h"
#include "common/flow/stage.h"

/* A source tells one a second; when more wait, the oldest but one go. */
#define PROMISES_TOLD_MAX 16

struct promise {
	struct instant mesh;
	int64_t sequence;
};

#define INPUT_NAME_SIZE (sizeof(int) + SOURCE_SIZE)

struct input {
	int topic;
	bool alien;    /* for all sources that the catalogue does not name: by offset, no clock */
	bool timeless; /* holds nobody's clock: aliens, and the results of effects */
	char source[SOURCE_SIZE];
	unsigned char
	    name[INPUT_NAME_SIZE]; /* its key in the map: the topic's place and its source */
	int64_t folded;            /* highest sequence folded */
	int64_t saved;             /* the same as the store has it */
	int64_t read;              /* highest sequence read */
	struct instant promise;    /* TIME_MIN: it has not spoken */
	struct instant heard;      /* real time */
	struct promise told[PROMISES_TOLD_MAX];
	size_t told_count;
};

struct mesh_time {
	struct input *inputs; /* ordered by topic, then source */
	size_t count;
	struct map by_name;
};

/* The inputs of shard `number` of a stage, from the catalogue. */
void mesh_time_init(struct mesh_time *times, const struct catalogue *catalogue,
                    const struct stage *stage, int32_t number, int32_t partitions,
                    struct instant real);
void mesh_time_finish(struct mesh_time *times);
#define ALIEN_SOURCE "?"
int mesh_time_find(const struct mesh_time *times, int topic, struct bytes source); /* -1: unknown */
int mesh_time_alien(const struct mesh_time *times, int topic);
/* A record of this input was read. */
void mesh_time_read(struct mesh_time *times, int input, int64_t sequence, struct instant mesh,
                    struct instant real);
/* A source said on the progress topic how far it is, and the last sequence it emitted to our partition. */
void mesh_time_told(struct mesh_time *times, int input, struct instant mesh, int64_t sequence,
                    struct instant real);

struct frontier_rule {
	struct instant now; /* of the shard: the frontier is never before it */
	struct instant real;
	struct duration silence;
	bool may_leave_out; /* live, and the shard had read all while the broker was answering */
};
/* left (may be NULL) gets a bit for each input left out. Answers the shard's now while an input is silent. */
struct instant mesh_time_frontier(const struct mesh_time *times, const struct frontier_rule *rule,
                                  bool *left);

#endif
