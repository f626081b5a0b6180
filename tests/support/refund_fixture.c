#include "tests/support/refund_fixture.h"

#include "common/base/text.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const char book_text[] =
    "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2020-01-01T00:00:00Z\",\"inquiry\":\"full\","
    "\"roles\":[\"support\",\"billing\",\"finance\"],\"rules\":["
    "{\"name\":\"mistake\",\"intents\":[\"duplicate_charge\"],\"window_days\":180,\"limits\":["
    "{\"role\":\"support\",\"amounts\":[{\"currency\":\"USD\",\"up_to\":5000},"
    "{\"currency\":\"JPY\",\"up_to\":7000}]},{\"role\":\"finance\"}]},"
    "{\"name\":\"goodwill\",\"intents\":[\"complaint\"],\"window_days\":30,\"limits\":["
    "{\"role\":\"billing\",\"amounts\":[{\"currency\":\"USD\",\"up_to\":2000}]}]},"
    "{\"name\":\"two\",\"intents\":[\"outage\"],\"window_days\":30,"
    "\"second_approver_above\":[{\"currency\":\"USD\",\"up_to\":3000}],\"limits\":["
    "{\"role\":\"billing\"}]}]}";

const char *const refund_support[] = { "support", NULL };
const char *const refund_billing[] = { "tickets", "billing", NULL };
const char *const refund_finance[] = { "finance", NULL };

struct arena *refund_arena;
struct refund_policy refund_book;
struct instant refund_start_at;

void refund_read_book(void)
{
	struct json_error error;

	assert_true(policy_parse(&refund_policy_kind, refund_arena, bytes_of(book_text),
	                         &refund_book, &error));
}

int refund_start(void **state)
{
	(void)state;
	refund_arena = arena_create(65536);
	refund_read_book();
	assert_true(time_parse("2026-05-01T00:00:00Z", &refund_start_at));
	return 0;
}

int refund_stop(void **state)
{
	(void)state;
	arena_destroy(refund_arena);
	return 0;
}

struct refund_row *refund_charged(const char *currency)
{
	struct refund_row *const row = arena_zero(refund_arena, sizeof(*row));
	struct money money = { .minor = REFUND_CHARGED };

	memcpy(money.currency, currency, 4);
	refund_on_charge(row, money, 0, refund_start_at);
	return row;
}

struct refund_answer refund_ask_as(struct refund_row *row, const char *action, int64_t amount,
                                   const char *intent, const char *const *roles, int days)
{
	struct refund_ask ask = { .action_id = action,
		                  .money = { .minor = amount, .currency = "USD" },
		                  .intent = intent,
		                  .roles = roles,
		                  .at = time_add(refund_start_at, DAYS(days)),
		                  .keyed = true,
		                  .by = "mika",
		                  .key = "mika" };

	memcpy(ask.money.currency, row->currency, sizeof(ask.money.currency));
	return refund_decide(refund_arena, &refund_book, row, &ask);
}

struct refund_answer refund_ask_for(struct refund_row *row, const char *action, int64_t amount)
{
	return refund_ask_as(row, action, amount, "duplicate_charge", refund_finance, 1);
}

void refund_assert_refused(struct refund_answer answer, enum refund_refusal code, const char *field)
{
	assert_false(answer.approved);
	assert_string_equal(refund_refusal_names[answer.code], refund_refusal_names[code]);
	assert_string_equal(answer.field, field);
	assert_true(strlen(answer.reason) > 0);
}
