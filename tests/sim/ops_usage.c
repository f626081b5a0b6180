/*
 * What a product reports of one customer within a few minutes: used, corrected, taken back, late, seats.
 */
#include "tests/sim/ops_inside.h"

#include "common/base/status.h"

#include <stdio.h>

/* Times are about those of a run, or long before. */
static const char *const events[] = {
	"\"kind\":\"meter\",\"id\":\"u0\",\"meter\":\"calls\",\"quantity\":7,\"at\":\"1970-01-12T13:00:00Z\"",
	"\"kind\":\"meter\",\"id\":\"u1\",\"meter\":\"calls\",\"quantity\":9,\"at\":\"1970-01-11T13:00:00Z\"",
	"\"kind\":\"correction\",\"id\":\"u2\",\"refers\":\"u0\",\"meter\":\"calls\",\"quantity\":-3,"
	"\"at\":\"1970-01-12T13:00:00Z\"",
	"\"kind\":\"cancel\",\"id\":\"u3\",\"refers\":\"u1\",\"at\":\"1970-01-12T13:00:00Z\"",
	"\"kind\":\"seat_assigned\",\"id\":\"u4\",\"item\":\"si_1\",\"subject\":\"p1\","
	"\"at\":\"1970-01-12T13:00:00Z\"",
	"\"kind\":\"seat_released\",\"id\":\"u5\",\"item\":\"si_1\",\"subject\":\"p1\","
	"\"at\":\"1970-01-12T13:10:00Z\"",
	"\"kind\":\"meter\",\"id\":\"u6\",\"meter\":\"calls\",\"quantity\":5,\"at\":\"1970-01-12T13:00:30Z\"",
	"\"kind\":\"correction\",\"id\":\"u7\",\"refers\":\"u0\",\"meter\":\"calls\",\"quantity\":-2,"
	"\"at\":\"1970-01-12T13:00:00Z\"",
};

void ops_put_usage(struct world *world, struct chance *chance, int64_t at)
{
	char ref[24];

	for (size_t i = 0; i < OPS_LATE_USAGE; i++) {
		const int times = chance_of(chance, 200) ? 2 : 1;

		(void)snprintf(ref, sizeof(ref), "u%zu", i);
		for (int k = 0; k < times; k++)
			ops_put(world, at + chance_between(chance, 0, 25), "usage", "cus_1", ref)
			    ->number = (int64_t)i;
	}
}

const char *ops_usage_body(struct arena *arena, const struct request *request)
{
	return arena_printf(arena, "{\"source\":\"api\",\"customer\":\"cus_1\",%s}",
	                    events[request->number]);
}
