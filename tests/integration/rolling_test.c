/*
 * rolling_test - sla-watcher as a later build: the same, and it reads one topic more.
 *
 * rolling.sh starts it in place of sla-watcher, beside instances of the build before, and goes back again.
 * What it reads there changes nothing, so that whatever differs afterwards is the runtime's doing.
 */
#include "common/base/check.h"
#include "common/flow/service.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/sla-watcher/watcher.h"

#define EVENTS_MAX 32

extern const struct service sla_watcher;

static enum status on_declared(struct task *task, const ProtobufCMessage *message)
{
	(void)task;
	(void)message;
	return STATUS_OK;
}

int main(int argc, char **argv)
{
	static struct stage_event events[EVENTS_MAX];
	static struct stage stages[2];
	static struct service newer;
	size_t count = 0;

	while (sla_watcher_stages[0].events[count].topic >= 0) {
		CHECK(count + 2 < EVENTS_MAX);
		events[count] = sla_watcher_stages[0].events[count];
		count++;
	}
	events[count] = (struct stage_event){ .topic = OPS_ACCOUNTS,
		                              .fact = "declared",
		                              .handle = on_declared };
	events[count + 1] = (struct stage_event){ .topic = -1 };
	stages[0] = sla_watcher_stages[0];
	stages[0].events = events;
	newer = sla_watcher;
	newer.stages = stages;
	return service_main(&newer, argc, argv);
}
