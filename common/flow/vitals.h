/*
 * vitals - what a worker tells Prometheus of itself.
 *
 * What is counted is counted when it was committed; what is measured is looked at once a second, on the
 * worker's thread.
 */
#ifndef COMMON_FLOW_VITALS_H
#define COMMON_FLOW_VITALS_H

#include "common/base/metrics.h"
#include "common/flow/worker.h"

/* The runtime's metrics, ended by NULL: for --describe. */
extern struct metric *const vitals_metrics[];

struct vitals;

/* What the service measures itself, as service.h says; each may be NULL. */
struct vitals_service {
	void (*committed)(const struct fact *fact);
	void (*look)(const struct stage *stage, struct task *task);
	void (*lost)(const struct stage *stage, int32_t shard);
};

/* Registers the metrics, once a process, and becomes the worker's witness. */
struct vitals *vitals_create(struct worker *worker, const char *build,
                             const struct vitals_service *service);
void vitals_destroy(struct vitals *vitals);

struct vitals_outages {
	int64_t store; /* so often each began, ever */
	int64_t log;
	bool store_away; /* and lasts */
	bool log_away;
};
void vitals_look(struct vitals *vitals, struct vitals_outages outages);

#endif
