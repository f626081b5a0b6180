/*
 * toy_inside - what the handlers of the toy mesh share: toy_ingest.c and toy_watch.c, put together by toy.c.
 */
#ifndef TESTS_SIM_TOY_INSIDE_H
#define TESTS_SIM_TOY_INSIDE_H

#include "common/flow/effect.h"
#include "sim/toy.pb-c.h"
#include "tests/sim/toy.h"
#include "tests/sim/world.h"

#define TOY_EVENT(topic_, handler)                     \
	{                                              \
		.topic = (topic_), .handle = (handler) \
	}
#define TOY_EVENT_END       \
	{                   \
		.topic = -1 \
	}

extern const struct stage toy_ingest_stages[];
extern const struct stage toy_classifier_stages[];
extern const struct stage toy_sla_stages[];
extern const struct stage_effect toy_triage_effects[];
extern const struct stage_effect toy_sla_effects[];

/* Asks for an effect on account of what an event says. */
enum status toy_ask(struct task *task, const char *name, const char *id, const Sim__V1__Toy *e);
enum status toy_on_weighed(struct task *task, const ProtobufCMessage *message);
enum status toy_on_told(struct task *task, const ProtobufCMessage *message);
/* How often triage was asked before, answers counted. */
enum status toy_count(struct task *task, int64_t *count);

/* After the work: what a refused event has changed and said must be undone. */
enum status toy_refuse_late(struct task *task, const Sim__V1__Toy *e, enum status status);
enum status toy_say(struct task *task, int topic, const char *key, const Sim__V1__Toy *e);
Sim__V1__Toy toy_with_kind(const Sim__V1__Toy *e, const char *kind);
char *toy_text(const char *constant);

/* The mesh's own part of a world (mesh.h). */
void toy_requests(struct world *world, uint64_t seed);
void toy_journal(struct world *world, const struct request *request);
bool toy_check(struct world *world, struct arena *arena, char *why);

#endif
