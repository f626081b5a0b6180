/*
 * billing_dunning_test - stories of invoices that are not paid: what is due when, and what holds it.
 */
#include "common/base/text.h"
#include "services/billing-sync/dunning/dunning.h"
#include "tests/support/chance.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define LINES_MAX 16
#define NEVER (-1)
#define HISTORIES 2000

static const char book_text[] =
    "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2020-01-01T00:00:00Z\",\"attempts\":3,"
    "\"apart\":\"24h\",\"steps\":["
    "{\"name\":\"a\",\"do\":\"remind\",\"after\":\"1h\"},"
    "{\"name\":\"b\",\"do\":\"remind\",\"after\":\"48h\",\"when\":{\"responses\":[\"expired_card\"]}},"
    "{\"name\":\"c\",\"do\":\"warn\",\"after\":\"120h\"},"
    "{\"name\":\"d\",\"do\":\"restrict\",\"after\":\"240h\",\"when\":{\"amount_unpaid\":["
    "{\"currency\":\"USD\",\"at_least\":1000},{\"currency\":\"JPY\",\"at_least\":150}]}},"
    "{\"name\":\"e\",\"do\":\"cancel\",\"after\":\"360h\",\"when\":{\"unpaid_invoices\":2,"
    "\"unpaid_for\":\"20d\"}}]}";

static struct arena *arena;
static struct dunning_policy policy;
static struct instant start_at;

static int start(void **state)
{
	struct json_error error;

	(void)state;
	arena = arena_create(65536);
	assert_true(
	    policy_parse(&dunning_policy_kind, arena, bytes_of(book_text), &policy, &error));
	assert_true(time_parse("2026-05-01T00:00:00Z", &start_at));
	return 0;
}

static int stop(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static struct instant hours(int64_t count)
{
	return time_add(start_at, HOURS(count));
}

static struct dunning_row *empty(void)
{
	return arena_zero(arena, sizeof(struct dunning_row));
}

/*
 * F: a charge fails, "id code"; C: an invoice says that so many attempts failed; P: paid; V: voided;
 * H, R: a hold opens, ends, "dispute id"; T: nothing but time.
 */
struct line {
	char what;
	int hour;
	const char *text;
	const char *want; /* "due a, exhausted" */
	int next;         /* hour; NEVER */
};

struct story {
	const char *name;
	struct dunning_facts facts; /* earliest_unpaid is hour 0 */
	struct line lines[LINES_MAX];
};

static enum dunning_why why_of(const char *text, const char **id)
{
	char word[16];

	assert_int_equal(sscanf(text, "%15s", word), 1);
	*id = strchr(text, ' ') + 1;
	for (int i = 0; dunning_why_names[i] != NULL; i++)
		if (text_equal(dunning_why_names[i], word))
			return (enum dunning_why)i;
	fail_msg("%s", text);
	return DUNNING_DISPUTE;
}

static struct dunning_decisions failed(struct dunning_row *row, const struct line *line)
{
	char charge[32] = "";
	char code[64] = "";
	struct dunning_failure failure = { .at = hours(line->hour),
		                           .charge_id = charge,
		                           .response = code };

	if (line->what == 'C')
		failure.attempt_count = line->text[0] - '0';
	else
		sscanf(line->text, "%31s %63s", charge, code);
	return dunning_fail(arena, &policy, row, &failure);
}

static struct dunning_decisions held(struct dunning_row *row, const struct line *line)
{
	struct dunning_decisions decisions;
	const char *id;
	const enum dunning_why why = why_of(line->text, &id);

	if (line->what == 'R')
		return dunning_release(arena, row, why, id, hours(line->hour));
	assert_true(dunning_hold(arena, row, why, id, hours(line->hour), &decisions));
	return decisions;
}

static struct dunning_decisions play(struct dunning_row *row, const struct dunning_facts *facts,
                                     const struct line *line)
{
	const struct dunning_decisions none = { 0 };

	switch (line->what) {
	case 'F':
	case 'C': return failed(row, line);
	case 'P': return dunning_pay(arena, &policy, row, hours(line->hour));
	case 'H':
	case 'R': return held(row, line);
	case 'T': return dunning_tick(arena, &policy, row, facts, hours(line->hour));
	default: dunning_stop(row, hours(line->hour)); return none;
	}
}

static const char *said(const struct dunning_decisions *decisions)
{
	static const char *const words[] = { "due", "held", "resumed", "paid", "exhausted" };
	const char *text = "";

	for (size_t i = 0; i < decisions->count; i++) {
		const struct dunning_decision *const one = &decisions->list[i];
		const bool of_hold = one->kind == DUNNING_HELD || one->kind == DUNNING_RESUMED;
		const char *const more = of_hold             ? dunning_why_names[one->why]
		                         : one->step != NULL ? one->step->name
		                                             : "-";

		assert_true(strlen(one->reason) > 0);
		text = arena_printf(arena, "%s%s%s %s", text, i > 0 ? ", " : "", words[one->kind],
		                    more);
		if (of_hold)
			text = arena_printf(arena, "%s %s", text, one->hold_id);
		else
			text = arena_printf(arena, "%s %d", text, (int)one->attempts);
	}
	return text;
}

static void tell(const struct story *story)
{
	struct dunning_row *row = empty();
	struct dunning_facts facts = story->facts;

	print_message("%s\n", story->name);
	facts.has_earliest = true;
	facts.earliest_unpaid = hours(0);
	for (const struct line *line = story->lines; line->what != '\0'; line++) {
		const struct dunning_decisions decisions = play(row, &facts, line);
		struct dunning_row *const read = empty();
		struct instant next;
		const bool has_next = dunning_next(&policy, row, &facts, &next);

		if (!text_equal(said(&decisions), line->want))
			fail_msg("hour %d %c: said \"%s\", not \"%s\"", line->hour, line->what,
			         said(&decisions), line->want);
		if (has_next != (line->next != NEVER) ||
		    (has_next && next.us != hours(line->next).us))
			fail_msg("hour %d %c: next in hour %lld", line->hour, line->what,
			         has_next ? (long long)((next.us - start_at.us) / HOURS(1).us)
			                  : -1);
		assert_true(dunning_decode(dunning_encode(arena, row), read));
		assert_true(bytes_equal(dunning_encode(arena, row), dunning_encode(arena, read)));
		row = read;
	}
}

#define ONE_OF_50_USD                                                          \
	{                                                                      \
		.currency = "USD", .unpaid_invoices = 1, .amount_unpaid = 5000 \
	}
#define TWO_OF_50_USD                                                          \
	{                                                                      \
		.currency = "USD", .unpaid_invoices = 2, .amount_unpaid = 5000 \
	}

static const struct story stories[] = {
	{ "steps come in their time and end in exhaustion",
	  TWO_OF_50_USD,
	  { { 'T', 0, "", "", NEVER },
	    { 'F', 0, "ch_1 insufficient_funds", "", 1 },
	    { 'T', 0, "", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'T', 119, "", "", 120 },
	    { 'T', 120, "", "due c 1", 240 },
	    { 'T', 240, "", "due d 1", 480 },
	    { 'T', 479, "", "", 480 },
	    { 'T', 480, "", "due e 1, exhausted e 1", NEVER },
	    { 'T', 500, "", "", NEVER },
	    { 'P', 501, "", "paid e 1", NEVER } } },
	{ "a step with a condition is taken where the last response meets it",
	  TWO_OF_50_USD,
	  { { 'F', 0, "ch_1 insufficient_funds", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'F', 60, "ch_2 expired_card", "", 48 },
	    { 'T', 60, "", "due b 2", 120 },
	    { 'T', 120, "", "due c 2", 240 } } },
	{ "a step that was passed over does not come later",
	  TWO_OF_50_USD,
	  { { 'F', 0, "ch_1 insufficient_funds", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'T', 120, "", "due c 1", 240 },
	    { 'F', 130, "ch_2 expired_card", "", 240 },
	    { 'T', 150, "", "", 240 } } },
	{ "all conditions must hold: one invoice is not two",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'T', 120, "", "due c 1", 240 },
	    { 'T', 240, "", "due d 1", NEVER },
	    { 'T', 5000, "", "", NEVER } } },
	{ "an amount is measured in its own currency",
	  { .currency = "JPY", .unpaid_invoices = 1, .amount_unpaid = 150 },
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'T', 130, "", "due a 1", 154 },
	    { 'T', 154, "", "due c 1", 240 },
	    { 'T', 240, "", "due d 1", NEVER } } },
	{ "too little does not restrict",
	  { .currency = "JPY", .unpaid_invoices = 1, .amount_unpaid = 149 },
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'T', 120, "", "due c 1", NEVER } } },
	{ "a currency that no one set a limit for is not restricted",
	  { .currency = "BRL", .unpaid_invoices = 1, .amount_unpaid = 999999 },
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'T', 120, "", "due c 1", NEVER } } },
	{ "after an outage steps come one by one and apart",
	  TWO_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'T', 1000, "", "due a 1", 1024 },
	    { 'T', 1000, "", "", 1024 },
	    { 'T', 1024, "", "due c 1", 1048 },
	    { 'T', 1048, "", "due d 1", 1072 },
	    { 'T', 1072, "", "due e 1, exhausted e 1", NEVER } } },
	{ "three objects that tell of one charge are one attempt",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'F', 0, "ch_1 x", "", 1 },
	    { 'C', 0, "1", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'F', 50, "ch_2 x", "", 120 },
	    { 'C', 50, "2", "", 120 },
	    { 'C', 51, "1", "", 120 },
	    { 'T', 120, "", "due c 2", 240 } } },
	{ "attempts are exhausted once, and steps go on",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'F', 2, "ch_2 x", "", 1 },
	    { 'F', 3, "ch_3 x", "exhausted - 3", 1 },
	    { 'F', 3, "ch_3 x", "", 1 },
	    { 'F', 4, "ch_4 x", "", 1 },
	    { 'T', 5, "", "due a 4", 120 } } },
	{ "the provider's count holds where it is higher",
	  ONE_OF_50_USD,
	  { { 'C', 0, "2", "", 1 },
	    { 'F', 1, "ch_9 x", "", 1 },
	    { 'C', 2, "3", "exhausted - 3", 1 } } },
	{ "a payment ends and resets it, and it can begin anew",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'F', 2, "ch_2 x", "", 1 },
	    { 'T', 2, "", "due a 2", 120 },
	    { 'P', 10, "", "paid a 2", NEVER },
	    { 'P', 10, "", "", NEVER },
	    { 'T', 500, "", "", NEVER },
	    { 'F', 600, "ch_3 x", "", 601 },
	    { 'T', 601, "", "due a 1", 720 } } },
	{ "a failure from before the payment does not begin it again",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'P', 10, "", "paid - 1", NEVER },
	    { 'F', 9, "ch_2 x", "", NEVER },
	    { 'F', 10, "ch_2 x", "", NEVER } } },
	{ "a payment that is heard first leaves nothing to collect",
	  ONE_OF_50_USD,
	  { { 'P', 10, "", "", NEVER }, { 'F', 0, "ch_1 x", "", NEVER } } },
	{ "what is voided is not asked for any more",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'V', 2, "", "", NEVER },
	    { 'F', 3, "ch_2 x", "", NEVER },
	    { 'T', 500, "", "", NEVER },
	    { 'P', 501, "", "", NEVER } } },
	{ "it is held while a dispute is open and goes on where it was",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'T', 1, "", "due a 1", 120 },
	    { 'H', 20, "dispute dp_1", "held dispute dp_1", NEVER },
	    { 'T', 120, "", "", NEVER },
	    { 'R', 300, "dispute dp_1", "resumed dispute dp_1", 400 },
	    { 'T', 399, "", "", 400 },
	    { 'T', 400, "", "due c 1", 520 } } },
	{ "only the last hold that ends lets it go on",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'H', 0, "ticket t-1", "held ticket t-1", NEVER },
	    { 'H', 5, "refund re_1", "held refund re_1", NEVER },
	    { 'H', 6, "refund re_1", "", NEVER },
	    { 'R', 8, "ticket t-1", "", NEVER },
	    { 'R', 8, "ticket t-1", "", NEVER },
	    { 'T', 9, "", "", NEVER },
	    { 'R', 10, "refund re_1", "resumed refund re_1", 11 },
	    { 'T', 11, "", "due a 1", 130 } } },
	{ "a hold from before is said when it begins",
	  ONE_OF_50_USD,
	  { { 'H', 0, "ticket t-1", "", NEVER },
	    { 'F', 50, "ch_1 x", "held ticket t-1", NEVER },
	    { 'R', 60, "ticket t-1", "resumed ticket t-1", 61 } } },
	{ "a hold outlasts a payment and holds the next failure",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'H', 1, "dispute dp_1", "held dispute dp_1", NEVER },
	    { 'P', 5, "", "paid - 1", NEVER },
	    { 'F', 9, "ch_2 x", "held dispute dp_1", NEVER },
	    { 'R', 19, "dispute dp_1", "resumed dispute dp_1", 20 } } },
	{ "attempts that fail while it is held are counted",
	  ONE_OF_50_USD,
	  { { 'F', 0, "ch_1 x", "", 1 },
	    { 'H', 1, "dispute dp_1", "held dispute dp_1", NEVER },
	    { 'F', 2, "ch_2 x", "", NEVER },
	    { 'F', 3, "ch_3 x", "exhausted - 3", NEVER } } },
	{ "a failure that was earlier begins it earlier",
	  ONE_OF_50_USD,
	  { { 'F', 30, "ch_2 x", "", 31 },
	    { 'F', 0, "ch_1 x", "", 1 },
	    { 'T', 31, "", "due a 2", 120 } } },
};

static void stories_end_as_they_must(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++)
		tell(&stories[i]);
}

static void failures_in_any_order_leave_the_same_row(void **state)
{
	static const char *const codes[] = { "insufficient_funds", "expired_card", "do_not_honor" };
	struct chance chance;

	(void)state;
	chance_seed(&chance, 3);
	for (int round = 0; round < 200; round++) {
		struct dunning_row *const one = empty();
		struct dunning_row *const other = empty();
		struct dunning_failure failures[12];
		const int count = chance_between(&chance, 2, COUNT_OF(failures));

		for (int i = 0; i < count; i++)
			failures[i] = (struct dunning_failure){
				.at = hours(chance_below(&chance, 5)),
				.charge_id = arena_printf(arena, "ch_%d", chance_below(&chance, 8)),
				.attempt_count = chance_below(&chance, 6),
				.response = codes[chance_below(&chance, COUNT_OF(codes))],
			};
		for (int i = 0; i < count; i++)
			dunning_fail(arena, &policy, one, &failures[i]);
		for (int i = count - 1; i >= 0; i--)
			dunning_fail(arena, &policy, other, &failures[i]);
		dunning_fail(arena, &policy, other, &failures[count / 2]);
		assert_true(bytes_equal(dunning_encode(arena, one), dunning_encode(arena, other)));
	}
}

/* Whatever comes, nothing is due while a hold is open, no step twice or backwards, and two are apart. */
static void random_histories_keep_the_promises(void **state)
{
	static const char *const holds[] = { "dispute dp_1", "refund re_1", "ticket t-1" };
	struct dunning_facts facts = TWO_OF_50_USD;
	struct chance chance;

	(void)state;
	chance_seed(&chance, 7);
	facts.has_earliest = true;
	facts.earliest_unpaid = hours(0);
	for (int round = 0; round < HISTORIES; round++) {
		struct dunning_row *const row = empty();
		struct instant last = TIME_MIN;
		const struct dunning_step *step = NULL;
		bool open[COUNT_OF(holds)] = { false };

		for (int hour = 0; hour < 900; hour += chance_between(&chance, 1, 30)) {
			const char whats[] = "FTTTTTHRP";
			const int which = chance_below(&chance, COUNT_OF(holds));
			struct line line = { whats[chance_below(&chance, 8 + (hour > 400))], hour,
				             "ch_1 x", "", 0 };

			if (line.what == 'H' || line.what == 'R') {
				line.text = holds[which];
				open[which] = line.what == 'H';
			}
			const struct dunning_decisions decisions = play(row, &facts, &line);
			if (line.what == 'P')
				step = NULL;
			for (size_t i = 0; i < decisions.count; i++) {
				if (decisions.list[i].kind != DUNNING_STEP_DUE)
					continue;
				assert_false(open[0] || open[1] || open[2]);
				assert_true(step == NULL || decisions.list[i].step > step);
				assert_true(step == NULL ||
				            time_since(last, hours(hour)).us >= HOURS(24).us);
				step = decisions.list[i].step;
				last = hours(hour);
			}
		}
	}
}

static void too_many_holds_are_refused_and_change_nothing(void **state)
{
	struct dunning_row *const row = empty();
	struct dunning_decisions decisions;
	char id[DUNNING_HOLD_ID_SIZE + 1];

	(void)state;
	memset(id, 'x', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	assert_false(dunning_hold(arena, row, DUNNING_TICKET, id, hours(0), &decisions));
	for (int i = 0; i < DUNNING_HOLDS_MAX; i++)
		assert_true(dunning_hold(arena, row, DUNNING_TICKET, arena_printf(arena, "t-%d", i),
		                         hours(0), &decisions));
	assert_false(dunning_hold(arena, row, DUNNING_TICKET, "t-99", hours(0), &decisions));
	assert_true(dunning_hold(arena, row, DUNNING_TICKET, "t-7", hours(0), &decisions));
	assert_int_equal(row->hold_count, DUNNING_HOLDS_MAX);
}

static void cut_bytes_are_refused(void **state)
{
	static const struct dunning_failure failure = { { 5 }, "ch_1", 2, "expired_card" };
	struct dunning_row *const row = empty();
	struct dunning_row *const read = empty();
	struct dunning_decisions decisions;

	(void)state;
	dunning_fail(arena, &policy, row, &failure);
	assert_true(dunning_hold(arena, row, DUNNING_REFUND, "re_1", hours(0), &decisions));
	const struct bytes bytes = dunning_encode(arena, row);
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(dunning_decode((struct bytes){ bytes.data, size }, read));
	assert_true(dunning_decode(bytes, read));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stories_end_as_they_must),
		cmocka_unit_test(failures_in_any_order_leave_the_same_row),
		cmocka_unit_test(random_histories_keep_the_promises),
		cmocka_unit_test(too_many_holds_are_refused_and_change_nothing),
		cmocka_unit_test(cut_bytes_are_refused),
	};

	return cmocka_run_group_tests(tests, start, stop);
}
