/*
 * service_partitions - how many shards a daemon's stages have, asked of the brokers before anything else.
 */
#include "common/base/log.h"
#include "common/flow/service_inside.h"
#include "common/io/bus_admin.h"

#include <sys/random.h>

#define SAY_EVERY MINUTES(1)
#define ASK_PATIENCE SECONDS(1)

static uint64_t chance(void)
{
	uint64_t value = 0;

	(void)!getrandom(&value, sizeof(value), GRND_NONBLOCK);
	return value;
}

static int32_t ask_partitions(const struct daemon *daemon, struct bus_admin *admin,
                              const char **reason)
{
	const struct bus_topic lead = { .name =
		                            daemon->catalogue->topics[daemon->service->lead].name };
	int32_t partitions = 0;

	*reason = "the topic is missing";
	if (bus_admin_partitions(admin, &lead, 1, &partitions, ASK_PATIENCE) != STATUS_OK)
		*reason = bus_admin_reason(admin);
	if (partitions > PARTITIONS_MAX) {
		*reason = "it has too many partitions";
		return 0;
	}
	return partitions;
}

int32_t daemon_partitions(const struct daemon *daemon, void (*beat)(void *context), void *context)
{
	char reason[BUS_REASON_SIZE];
	const struct bus_settings settings = { .brokers = daemon->config->brokers,
		                               .client = daemon->config->instance,
		                               .wake = -1 };
	struct bus_admin *const admin = bus_admin_create(&settings, reason);
	struct instant say_at = time_monotonic();
	struct duration pause = MILLISECONDS(100);
	int32_t partitions = 0;

	if (admin == NULL) {
		log_error("gave up", LOG_TEXT("what", "KAFKA_BROKERS"), LOG_TEXT("reason", reason));
		return 0;
	}
	while (partitions == 0 && !stop_asked()) {
		const char *why;

		beat(context);
		partitions = ask_partitions(daemon, admin, &why);
		if (partitions > 0)
			break;
		if (!time_before(time_monotonic(), say_at)) {
			log_warn("waiting for the lead topic",
			         LOG_TEXT("topic",
			                  daemon->catalogue->topics[daemon->service->lead].name),
			         LOG_TEXT("reason", why));
			say_at = time_add(say_at, SAY_EVERY);
		}
		stop_wait(
		    (struct duration){ pause.us / 2 + (int64_t)(chance() % (uint64_t)pause.us) });
		pause.us = pause.us * 2 > SECONDS(5).us ? SECONDS(5).us : pause.us * 2;
	}
	bus_admin_destroy(admin);
	return partitions;
}
