/*
 * bundle_stage_test - a dispute over several payments in the stage: told once, named by people, and what follows from it.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/cases/case_before.h"
#include "tests/support/before_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name
#define CORRECT OPSMESH__V1__ACTION_KIND__ACTION_KIND_CORRECT
#define APPROVE OPSMESH__V1__ACTION_KIND__ACTION_KIND_APPROVE
#define BEGAN "2026-06-01T00:00:00Z"
#define DAY_2 "2026-06-02T00:00:00Z"
#define DAY_3 "2026-06-03T00:00:00Z"
#define DAY_4 "2026-06-04T00:00:00Z"
#define P(...)                          \
	(const char *const[])           \
	{                               \
		__VA_ARGS__, NULL, NULL \
	}

static void begin(int64_t disputed)
{
	gather_payment_of("2026-04-10T09:00:00Z", "p2", "ch_2");
	gather_payment("2026-05-10T09:00:00Z", "p1");
	gather_disputed(disputed);
	gather_dispute(BEGAN, "needs_response", "general");
	gather_pass(DAY_2);
}

static void ask(const char *at, Opsmesh__V1__ActionKind kind, const char *const *parameters)
{
	gather_asked(at, kind, "kim", parameters);
	gather_pass(at);
}

static const char *judged(void)
{
	const Opsmesh__V1__DisputeEvent *const event = gather_last(FACT(BUNDLE_JUDGED));
	const char *text;

	if (event == NULL)
		return "";
	text = event->bundle_judged->found;
	for (size_t i = 0; i < event->bundle_judged->n_payment_ids; i++)
		text = arena_printf(gather_stage.arena, "%s %s", text,
		                    event->bundle_judged->payment_ids[i]);
	return text;
}

static bool is_marked(const char *payment)
{
	struct payment_mark_row row = { .home = gather_home, .payment_id = payment };

	return stage_test_row(&gather_stage, &payment_mark_table, &row) &&
	       text_equal(row.dispute_id, GATHER_DISPUTE);
}

static void a_dispute_of_its_charge_alone_says_nothing(void **state)
{
	(void)state;
	begin(12000);
	assert_string_equal(judged(), "");
	assert_true(is_marked("ch_1"));
	assert_false(is_marked("ch_2"));
}

static void what_it_is_over_is_told_once_and_named_by_people(void **state)
{
	(void)state;
	begin(24000);
	assert_string_equal(judged(), "unknown ch_1");
	assert_int_equal(gather_last(FACT(BUNDLE_JUDGED))->bundle_judged->together->minor, 12000);
	(void)gather_heard();
	gather_dispute(DAY_2, "needs_response", "general");
	gather_pass(DAY_2);
	assert_string_equal(gather_heard(), "");
	ask(DAY_2, APPROVE, P("decision", "stage"));
	ask(DAY_3, CORRECT, P("charges[0]", "ch_1", "charges[1]", "ch_2"));
	gather_pass(DAY_4);
	assert_string_equal(judged(), "named ch_2 ch_1");
	assert_int_equal(gather_last(FACT(BUNDLE_JUDGED))->bundle_judged->together->minor, 24000);
	assert_non_null(strstr(gather_heard(), "packet_withdrawn\naction_applied\n"));
	assert_true(is_marked("ch_2"));
}

static void what_cannot_be_is_refused(void **state)
{
	static const struct {
		const char *first;
		const char *second;
		const char *reason;
	} rows[] = {
		{ "ch_2", "ch_2", "named twice" },
		{ "ch_2", "ch_3", "The charge that the provider names must be among them." },
		{ "ch_1", "ch_3", "One of them is no payment of this account that was taken." },
	};

	(void)state;
	begin(24000);
	(void)gather_heard();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		ask(DAY_2, CORRECT, P("charges[0]", rows[i].first, "charges[1]", rows[i].second));
		assert_string_equal(gather_heard(), "action_refused\n");
		const Opsmesh__V1__ActionRefused *const refused =
		    gather_last(FACT(ACTION_REFUSED))->action_refused;

		assert_string_equal(refused->field, "charges");
		assert_non_null(strstr(refused->reason, rows[i].reason));
	}
	assert_int_equal(gather_kept()->n_charges, 0);
}

/* The card's index has it as one that proves nothing. */
static bool is_disputed_on_card(const char *payment)
{
	struct compelling_card_row row = { .home = gather_home, .fingerprint = "card_1" };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	assert_true(stage_test_row(&gather_stage, &compelling_card_table, &row));
	assert_true(proto_unpack(gather_stage.arena, &opsmesh__v1__card_kept__descriptor, row.kept,
	                         &message, reason));
	const Opsmesh__V1__CardKept *const kept = (const void *)message;

	for (size_t i = 0; i < kept->n_payments; i++)
		if (text_equal(kept->payments[i]->payment_id, payment))
			return kept->payments[i]->disputed;
	fail_msg("the card has no %s", payment);
	return false;
}

static void what_was_inferred_is_undone_when_a_person_names_others(void **state)
{
	(void)state;
	before_paid("2026-03-10T09:00:00Z", &(struct before_payment){ .id = "ch_3" });
	before_paid("2026-04-10T09:00:00Z", &(struct before_payment){ .id = "ch_2" });
	before_paid("2026-05-10T09:00:00Z", &(struct before_payment){ .id = "ch_1" });
	before_warned("2026-05-20T00:00:00Z", "issfr_1", "ch_2", true);
	before_disputed(BEGAN, &(struct before_dispute){ .minor = 24000 });
	gather_pass(DAY_2);
	before_paid(DAY_2,
	            &(struct before_payment){ .id = "ch_2", .created = "2026-04-10T09:00:00Z" });
	gather_pass(DAY_2);
	assert_string_equal(judged(), "exact ch_2 ch_1");
	assert_true(is_marked("ch_2") && is_disputed_on_card("ch_2"));
	assert_string_equal(before_kept("issfr_1")->resolved, "disputed");
	ask(DAY_3, CORRECT, P("charges[0]", "ch_1", "charges[1]", "ch_3"));
	gather_pass(DAY_4);
	assert_string_equal(judged(), "named ch_3 ch_1");
	assert_false(is_marked("ch_2") || is_disputed_on_card("ch_2"));
	assert_true(is_marked("ch_3") && is_marked("ch_1"));
	assert_string_equal(before_kept("issfr_1")->resolved, "");
	assert_false(before_kept("issfr_1")->warning_disputed);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, gather_start, gather_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_dispute_of_its_charge_alone_says_nothing),
		TEST(what_it_is_over_is_told_once_and_named_by_people),
		TEST(what_cannot_be_is_refused),
		cmocka_unit_test_setup_teardown(
		    what_was_inferred_is_undone_when_a_person_names_others, before_start,
		    gather_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
