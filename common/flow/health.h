/*
 * health - the probes of a daemon: /livez, /readyz, /metrics.
 *
 * Alive is whoever comes around its loop, whatever the servers that it depends on do. Ready is whoever has
 * its shards loaded, its database within reach and its topics warm, and does not drain. The daemon's thread
 * says how it is; the server's thread answers.
 */
#ifndef COMMON_FLOW_HEALTH_H
#define COMMON_FLOW_HEALTH_H

#include "common/base/metrics.h"
#include "common/io/http_server.h"

#include <pthread.h>
#include <stdatomic.h>

#define HEALTH_REASON_SIZE 256
#define HEALTH_PATIENCE SECONDS(30) /* one turn of the loop, at most */

struct health {
	/* Replaces what was said in health_say while the daemon does not drain; NULL: nothing does. */
	bool (*ready)(const char **reason);
	atomic_int_fast64_t beat; /* monotonic, in microseconds */
	atomic_bool draining;
	pthread_mutex_t lock;
	char reason[HEALTH_REASON_SIZE]; /* why it is not ready; "": it is */
};

extern const struct http_route health_routes[]; /* with the health as their context */
extern struct metric *const health_metrics[];   /* ended by NULL: for --describe */

void health_init(struct health *health, bool (*ready)(const char **reason));
void health_beat(struct health *health);                    /* the loop came around */
void health_say(struct health *health, const char *reason); /* NULL: ready */
void health_drain(struct health *health);                   /* from now on not ready */

#endif
