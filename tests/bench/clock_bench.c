/*
 * clock_bench - bytes of memory for one SLA clock, against the limit.
 *
 *   clock_bench [TICKETS]
 *
 * A clock at work is a struct sla_clock. Between two facts it lies packed in the row of its ticket: what
 * that row costs in the cache is printed beside it, with the ticket's timer, over many tickets.
 */
#include "common/flow/cache.h"
#include "common/flow/timer.h"
#include "services/sla-watcher/watcher.h"

#include <stdio.h>
#include <stdlib.h>

#define LIMIT 64
#define CLOCKS 2 /* first reply and resolution, as each ticket begins */

static struct bytes packed_row(struct arena *arena, const char *ticket_id)
{
	static const struct sla_book none;
	const struct sla_input opened = { .kind = SLA_INPUT_OPENED,
		                          .traits = { "enterprise", "urgent", NULL, "email" } };
	struct sla_said *const said = arena_zero(arena, sizeof(*said));
	struct sla_ticket ticket = SLA_TICKET_NEW;
	struct buffer body = { 0 };

	(void)sla_apply(&none, &ticket, &opened, said);
	sla_ticket_encode(&ticket, &body);
	const struct sla_ticket_row row = { .ticket_id = ticket_id,
		                            .status = "open",
		                            .tier = "enterprise",
		                            .priority = "urgent",
		                            .channel = "email",
		                            .policy = "support",
		                            .rule = "enterprise-urgent",
		                            .calendar = "always",
		                            .opened_at = ticket.opened,
		                            .next_due = ticket.opened,
		                            .replies = { "", 0 },
		                            .body = { body.data, body.size } };
	const struct bytes packed = state_pack(arena, &sla_ticket_table, &row);

	buffer_finish(&body);
	return packed;
}

int main(int argc, char **argv)
{
	const long tickets = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
	const struct state_table *const tables[] = { &sla_ticket_table };
	struct cache *const cache = cache_create(tables, 1, SIZE_MAX);
	struct arena *const arena = arena_create(65536);
	struct timer_queue timers;

	if (tickets < 1) {
		fputs("usage: clock_bench [TICKETS]\n", stderr);
		return 2;
	}
	timer_queue_init(&timers, 1);
	for (long i = 0; i < tickets; i++) {
		const char *const id = arena_printf(arena, "0192f0c1-2b3c-7def-8000-%012ld", i);
		const struct sla_ticket_row key = { .ticket_id = id };

		cache_put(cache, 0, state_key(arena, &sla_ticket_table, &key, 1),
		          packed_row(arena, id));
		(void)timer_queue_set(&timers, 0, id, (struct instant){ i });
		if (i % 1000 == 0)
			arena_reset(arena);
	}
	printf("one SLA clock in memory: %zu of %d bytes, ratio %.2f\n", sizeof(struct sla_clock),
	       LIMIT, (double)sizeof(struct sla_clock) / LIMIT);
	printf("a ticket of %d clocks at rest: %.0f bytes of row, %.0f of timer (%ld tickets)\n",
	       CLOCKS, (double)cache_memory(cache) / (double)tickets,
	       (double)timer_queue_memory(&timers) / (double)tickets, tickets);
	timer_queue_finish(&timers);
	cache_destroy(cache);
	arena_destroy(arena);
	return sizeof(struct sla_clock) < LIMIT ? 0 : 1;
}
