#include "common/base/memory.h"
#include "tests/sim/world.h"

#include <string.h>

struct edge_line {
	struct request request;
	int64_t leaves_s;
};

static int64_t real_s(const struct world *world)
{
	return world->real.us / 1000000;
}

/* Half of them are there at once; every third takes as long as a request may. */
static int64_t delay_s(struct world *world)
{
	if (chance_of(&world->chance, 500))
		return 0;
	return chance_of(&world->chance, 600)
	           ? world->mesh->grace_s
	           : chance_between(&world->chance, 1, (int)world->mesh->grace_s);
}

static void to_edge(struct world *world, const struct request *request)
{
	if (world->edge_count == world->edge_capacity) {
		world->edge_capacity = world->edge_capacity == 0 ? 16 : world->edge_capacity * 2;
		world->edge =
		    memory_resize(world->edge, world->edge_capacity * sizeof(*world->edge));
	}
	world->edge[world->edge_count++] =
	    (struct edge_line){ *request, real_s(world) + delay_s(world) };
}

static void leave_edge(struct world *world, size_t at)
{
	world->mesh->journal(world, &world->edge[at].request);
	world->edge_count--;
	memmove(world->edge + at, world->edge + at + 1,
	        (world->edge_count - at) * sizeof(*world->edge));
}

/* One of those whose time has come, or all. */
static void leave_some(struct world *world, bool all)
{
	const size_t from = world->edge_count == 0
	                        ? 0
	                        : (size_t)chance_below(&world->chance, (int)world->edge_count);

	for (size_t i = 0; i < world->edge_count;) {
		const size_t at = all ? i : (from + i) % world->edge_count;

		if (world->edge[at].leaves_s > real_s(world)) {
			i++;
			continue;
		}
		leave_edge(world, at);
		if (!all)
			return;
	}
}

/* Live: requests overtake each other for up to the grace. Recorded: one after the other, in order. */
static void accept(struct world *world, struct request request)
{
	const int times = 1 + (world->faults && strcmp(request.kind, "clock") != 0 &&
	                       chance_of(&world->chance, 150));

	request.time_s = world->recorded ? request.at_s : real_s(world);
	world->accepted[world->accepted_count++] = request;
	for (int i = 0; i < times; i++) {
		if (world->recorded)
			world->mesh->journal(world, &request);
		else
			to_edge(world, &request);
	}
}

void world_feed(struct world *world)
{
	for (size_t i = world->fed; i < world->request_count; i++) {
		struct request *const request = &world->requests[i];

		if (request->at_s < 0 || (!world->recorded && request->at_s > real_s(world)))
			break;
		if (!world->recorded && request->letter[0] != '\0' &&
		    !world_letter(world, request->consumer, request->letter, request->text,
		                  sizeof(request->text))) {
			/* Nobody retries what is not refused yet: it goes behind the others. */
			const struct request later = *request;

			memmove(request, request + 1,
			        (world->request_count - i - 1) * sizeof(*request));
			world->requests[world->request_count - 1] = later;
			break;
		}
		accept(world, *request);
		world->fed = i + 1;
		break;
	}
	if (chance_of(&world->chance, 500))
		leave_some(world, false);
}

void world_tick(struct world *world)
{
	leave_some(world, true);
	world->real = time_add(world->real, SECONDS(1));
}
