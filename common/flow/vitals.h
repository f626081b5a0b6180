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

/*
 * Registers the metrics, once a process, and becomes the worker's witness. committed (may be NULL) is told
 * every fact that became true, once.
 */
struct vitals *vitals_create(struct worker *worker, const char *build,
                             void (*committed)(const struct fact *fact));
void vitals_destroy(struct vitals *vitals);

struct vitals_outages {
	int64_t store; /* so often each began, ever */
	int64_t log;
};
void vitals_look(struct vitals *vitals, struct vitals_outages outages);

#endif
