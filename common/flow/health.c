#include "common/flow/health.h"

#include "common/base/metrics.h"
#include "common/base/text.h"

#include <stdio.h>
#include <string.h>

#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"
#define STARTING "it is starting"

static struct metric ready_now = { .name = "opsmesh_ready",
	                           .help = "1 while /livez and /readyz both answer 200, else 0.",
	                           .kind = METRIC_GAUGE };

struct metric *const health_metrics[] = { &ready_now, NULL };

void health_init(struct health *health, bool (*ready)(const char **reason))
{
	*health = (struct health){ .ready = ready };
	pthread_mutex_init(&health->lock, NULL);
	snprintf(health->reason, sizeof(health->reason), "%s", STARTING);
	health_beat(health);
}

void health_beat(struct health *health)
{
	atomic_store_explicit(&health->beat, time_monotonic().us, memory_order_relaxed);
}

void health_say(struct health *health, const char *reason)
{
	pthread_mutex_lock(&health->lock);
	snprintf(health->reason, sizeof(health->reason), "%s", reason == NULL ? "" : reason);
	pthread_mutex_unlock(&health->lock);
}

void health_drain(struct health *health)
{
	atomic_store(&health->draining, true);
}

/* On the server's thread. */

static void answer_well(struct http_request *request, const char *word)
{
	const struct http_answer answer = { .status = 200,
		                            .type = "text/plain; charset=utf-8",
		                            .body = bytes_of(word) };

	http_answer(request, &answer);
}

static bool is_alive(const struct health *health)
{
	const struct instant beat = { atomic_load_explicit(&health->beat, memory_order_relaxed) };

	return time_since(beat, time_monotonic()).us < HEALTH_PATIENCE.us;
}

static void on_live(void *context, struct http_request *request)
{
	if (is_alive(context))
		answer_well(request, "alive\n");
	else
		http_answer_problem(request, 503, NULL, "the loop has not come around for 30 s",
		                    NULL, 0);
}

static void said(struct health *health, char reason[static HEALTH_REASON_SIZE])
{
	pthread_mutex_lock(&health->lock);
	memcpy(reason, health->reason, HEALTH_REASON_SIZE);
	pthread_mutex_unlock(&health->lock);
}

static bool is_ready(struct health *health, char reason[static HEALTH_REASON_SIZE])
{
	const char *own = "";

	if (atomic_load(&health->draining)) {
		snprintf(reason, HEALTH_REASON_SIZE, "it is stopping");
		return false;
	}
	said(health, reason);
	if (health->ready == NULL || text_equal(reason, STARTING))
		return reason[0] == '\0';
	if (health->ready(&own))
		return true;
	snprintf(reason, HEALTH_REASON_SIZE, "%s", own);
	return false;
}

static void on_ready(void *context, struct http_request *request)
{
	char reason[HEALTH_REASON_SIZE];

	if (is_ready(context, reason))
		answer_well(request, "ready\n");
	else
		http_answer_problem(request, 503, NULL, reason, NULL, 0);
}

static void metrics_open(void)
{
	metric_register(&ready_now);
}

/* A loop that hangs measures nothing any more, and what it measured last looks well: only this says so. */
static void tell_ready(struct health *health)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	static const char *const none[METRIC_LABELS_MAX] = { NULL };
	char reason[HEALTH_REASON_SIZE];

	(void)pthread_once(&once, metrics_open);
	metric_set(metric_series(&ready_now, none),
	           is_alive(health) && is_ready(health, reason) ? 1 : 0);
}

static void on_metrics(void *context, struct http_request *request)
{
	struct http_answer answer = { .status = 200, .type = METRICS_TYPE };
	struct buffer text = { 0 };

	tell_ready(context);
	metrics_write(&text);
	answer.body = (struct bytes){ text.data, text.size };
	http_answer(request, &answer);
	buffer_finish(&text);
}

const struct http_route health_routes[] = {
	{ .method = "GET", .pattern = "/livez", .handler = on_live },
	{ .method = "GET", .pattern = "/readyz", .handler = on_ready },
	{ .method = "GET", .pattern = "/metrics", .handler = on_metrics },
	{ .method = NULL },
};
