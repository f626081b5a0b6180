#include "tests/support/booking_fixture.h"

#include <inttypes.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

const struct booking_fact booking_known = { "ce-1", "cus_1", { 5000000 }, { 6000000 } };
const struct booking_fact booking_nobody = { "ce-1", "", { 5000000 }, { 6000000 } };

struct balance_transaction booking_moved(const char *id, int64_t amount, int64_t fee,
                                         const char *currency, const char *rate)
{
	struct balance_transaction made = { .id = id,
		                            .type = "",
		                            .amount = amount,
		                            .fee = fee,
		                            .net = amount - fee,
		                            .exchange_rate = rate };

	memcpy(made.currency, currency, sizeof(made.currency));
	return made;
}

const char *booking_lines(struct arena *arena, const struct journal *journal)
{
	const char *text = "";

	for (size_t i = 0; i < journal->count; i++) {
		const struct journal_line *const line = &journal->lines[i];

		text = arena_printf(arena, "%s%s%s %+" PRId64 " %s", text, i > 0 ? ", " : "",
		                    chart_name(line->account), line->amount.minor,
		                    line->amount.currency);
	}
	return text;
}

void booking_expect(struct arena *arena, bool done, const struct booking *booking,
                    enum booking_doubt doubt, const char *id, const char *lines)
{
	if (!done)
		fail_msg("%s: %s", id, journal_fault_text(booking->journal.fault));
	assert_string_equal(booking_lines(arena, &booking->journal), lines);
	assert_int_equal(booking->doubt, doubt);
	assert_string_equal(booking->journal.id, id);
	assert_string_equal(booking->journal.cause, "ce-1");
}
