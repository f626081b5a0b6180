/*
 * kpi_feeder - usage of 1,000 accounts on ops.billing.v1, as billing-sync's stage customer says it.
 *
 *   kpi_feeder BROKERS EVENTS SPACING_US
 *
 * Events are so far apart in mesh time; behind them one a partition, a day later, lets every window be over. Prints how many it
 * wrote, and the sum of their quantities without those last ones.
 */
#include "common/base/hash.h"
#include "common/io/proto.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "tests/support/bench_feed.h"
#include "tests/support/chance.h"
#include "tests/support/instant_fixture.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ACCOUNTS 1000
#define SEND_EVERY 1000
#define QUANTITY_MAX 9
#define SEED 7
#define BEGIN "2026-05-01T00:00:00Z"

static struct arena *arena;

static void write_usage(const char *account, const char *id, int quantity, struct instant now)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__UsageTaken usage = OPSMESH__V1__USAGE_TAKEN__INIT;

	usage.source = arena_string(arena, "api");
	usage.event_id = arena_string(arena, id);
	usage.meter = arena_string(arena, "api_calls");
	usage.policy = arena_string(arena, "usage/1");
	usage.quantity = quantity;
	event.customer_id = arena_string(arena, account);
	event.account_id = event.customer_id;
	event.occurred_at = proto_timestamp(arena, now);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_USAGE_TAKEN;
	event.usage_taken = &usage;
	struct fact fact = { .topic = OPS_BILLING,
		             .partition = hash_partition(account, strlen(account), FEED_PARTITIONS),
		             .mesh = now,
		             .time = now,
		             .type = "ops.billing.usage_taken.v1",
		             .subject = account,
		             .key = bytes_of(account),
		             .message = proto_pack(arena, &event.base) };

	feed_add(&fact);
	arena_reset(arena);
}

static void account_name(int number, char name[static 32])
{
	snprintf(name, 32, "acct_%012d", number);
}

/* One account of each partition, a day later. */
static void write_ends(struct instant now)
{
	bool written[FEED_PARTITIONS] = { false };
	char name[32];

	for (int i = 0; i < ACCOUNTS; i++) {
		account_name(i, name);
		const int32_t partition = hash_partition(name, strlen(name), FEED_PARTITIONS);

		if (!written[partition])
			write_usage(name, "end", 0, time_add(now, DAYS(1)));
		written[partition] = true;
	}
}

int main(int argc, char **argv)
{
	const char *names[TOPICS_MAX];
	const long events = argc == 4 ? strtol(argv[2], NULL, 10) : 0;
	const struct duration spacing = { argc == 4 ? strtoll(argv[3], NULL, 10) : 0 };
	struct instant now = instant_of(BEGIN);
	struct chance chance;
	int64_t sum = 0;
	char name[32];
	char id[32];

	if (events < 1)
		feed_give_up("usage: kpi_feeder BROKERS EVENTS SPACING_US");
	for (int i = 0; i < opsmesh_catalogue.count; i++)
		names[i] = opsmesh_catalogue.topics[i].name;
	feed_open(&(struct feed_settings){ .name = "kpi_feeder",
	                                   .brokers = argv[1],
	                                   .topics = names,
	                                   .topic_count = opsmesh_catalogue.count,
	                                   .topic = OPS_BILLING,
	                                   .catalogue = &opsmesh_catalogue,
	                                   .source = "customer",
	                                   .from = 0 });
	chance_seed(&chance, SEED);
	arena = arena_create((size_t)64 * 1024);
	for (long i = 0; i < events; i++, now = time_add(now, spacing)) {
		const int quantity = chance_between(&chance, 1, QUANTITY_MAX);

		account_name(chance_below(&chance, ACCOUNTS), name);
		snprintf(id, sizeof(id), "0192f0c1-%012ld", i);
		write_usage(name, id, quantity, now);
		sum += quantity;
		if (i % SEND_EVERY == 0)
			feed_send();
		feed_wait();
	}
	write_ends(now);
	feed_drain();
	printf("%ld %" PRId64 "\n", events, sum);
	return 0;
}
