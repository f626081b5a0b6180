#include "tests/support/recurring_sum.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

struct recurring_line *recurring_sum_line(struct recurring_sum *sum, const char *currency)
{
	size_t at = 0;

	while (at < sum->count && !text_equal(sum->lines[at].currency, currency))
		at++;
	if (at == sum->count) {
		CHECK(at < RECURRING_SUM_LINES);
		memcpy(sum->lines[at].currency, currency, sizeof(sum->lines[at].currency));
		sum->count++;
	}
	return &sum->lines[at];
}

void recurring_sum_move(struct recurring_sum *sum, const struct recurring_movement *movements,
                        size_t count)
{
	for (size_t i = 0; i < count; i++)
		recurring_sum_line(sum, movements[i].currency)->moved[movements[i].kind] +=
		    movements[i].minor;
}

void recurring_sum_shift(struct recurring_sum *sum, const struct recurring_amounts *from,
                         const struct recurring_amounts *to)
{
	for (size_t i = 0; i < from->count; i++)
		recurring_sum_line(sum, from->list[i].currency)->ending -= from->list[i].minor;
	for (size_t i = 0; i < to->count; i++)
		recurring_sum_line(sum, to->list[i].currency)->ending += to->list[i].minor;
}

void recurring_sum_turn(struct recurring_sum *sum)
{
	for (size_t i = 0; i < sum->count; i++) {
		struct recurring_line *const line = &sum->lines[i];

		line->starting = line->ending;
		memset(line->moved, 0, sizeof(line->moved));
	}
}
