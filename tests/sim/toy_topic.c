#include "opsmesh/v1/control.pb-c.h"
#include "opsmesh/v1/progress.pb-c.h"
#include "sim/toy.pb-c.h"
#include "tests/sim/toy.h"

static const char *const by_edge[] = { "edge", NULL };
static const char *const by_conversation[] = { "conversation", NULL };
static const char *const by_two[] = { "conversation", "directory", NULL };
static const char *const by_ticket[] = { "ticket", NULL };
static const char *const by_triage[] = { "triage", NULL };
static const char *const by_sla[] = { "sla", NULL };
static const char *const by_effect[] = { "effect", NULL };
static const char *const by_nobody[] = { NULL };

#define TOPIC(name_, writers_, spread_, message_)                                                  \
	{                                                                                          \
		.name = (name_), .writers = (writers_), .spread = (spread_), .message = (message_) \
	}

static const struct topic topics[TOY_TOPICS] = {
	TOPIC("journal", by_edge, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("by-domain", by_conversation, SPREAD_ANY, &sim__v1__toy__descriptor),
	TOPIC("by-ticket", by_two, SPREAD_ANY, &sim__v1__toy__descriptor),
	TOPIC("control", by_conversation, SPREAD_OWN, &opsmesh__v1__control_event__descriptor),
	TOPIC("tickets", by_ticket, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("triage", by_triage, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("sla", by_sla, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("weighed", by_effect, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("told", by_effect, SPREAD_OWN, &sim__v1__toy__descriptor),
	TOPIC("progress", by_nobody, SPREAD_ANY, &opsmesh__v1__progress__descriptor),
};

const struct catalogue toy_catalogue = { .topics = topics,
	                                 .count = TOY_TOPICS,
	                                 .journal = TOY_JOURNAL,
	                                 .control = TOY_CONTROL,
	                                 .progress = TOY_PROGRESS };
