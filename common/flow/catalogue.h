/*
 * catalogue - every topic of the mesh: who writes it, what is on it, for whom.
 *
 * The table itself is the contract and lives in proto/opsmesh/v1/catalogue.c; topics are known by their
 * place in it, which is also the order in which equal mesh times are folded. A source is "<stage>/<n>",
 * shard n of a stage; the journal's is "edge" and has no sequence; nor has "effect", the source of what came of a
 * stage's effects (effect.h).
 */
#ifndef COMMON_FLOW_CATALOGUE_H
#define COMMON_FLOW_CATALOGUE_H

#include "common/base/bytes.h"

#include <protobuf-c/protobuf-c.h>

enum topic_audience { TOPIC_PUBLIC, TOPIC_INTERNAL };

/* Where shard n of a writer may write. */
enum topic_spread {
	SPREAD_OWN, /* partition n alone: a reader's shard n has one source for each writer */
	SPREAD_ANY, /* any partition, or all: a reader's shard has every shard of every writer as a source */
};

struct topic {
	const char *name;
	const char *const
	    *writers; /* stages, ended by NULL; the journal's is "edge", of results "effect" */
	enum topic_spread spread;
	enum topic_audience audience;
	const ProtobufCMessageDescriptor *message; /* the one message type on it */
	const char *key;                           /* what the key is, in words */
	const char *doc;                           /* one sentence */
	const char *retention;                     /* "unlimited" or a duration as in settings */
};

struct catalogue {
	const struct topic *topics;
	int count;
	int journal; /* places of those that the runtime knows by itself; -1: none */
	int control;
	int progress; /* has one partition, whatever the others have */
};

#define TOPICS_MAX 64
#define PARTITIONS_MAX 256

/* The place of a topic by name; -1: unknown. */
int catalogue_find(const struct catalogue *catalogue, const char *name);
/* Is it a topic of results of effects? */
bool catalogue_is_results(const struct catalogue *catalogue, int topic);
/* Have its records no place in a stream, so that the offset stands for the sequence? */
bool catalogue_is_unplaced(const struct catalogue *catalogue, int topic);

#endif
