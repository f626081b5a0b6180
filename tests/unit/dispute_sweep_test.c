/*
 * dispute_sweep_test - every open case is looked at by timer, for an owner, a deadline and evidence; none of them is said too.
 */
#include "tests/support/dispute_fixture.h"

#include "common/base/status.h"

#define CROWD 100000
#define SLICE 2000 /* as case_sweep.c has it */

static struct sweep_row swept(void)
{
	struct sweep_row row = { .name = "sweep" };

	assert_true(stage_test_row(&dispute_stage, &sweep_table, &row));
	return row;
}

static void a_case_without_a_deadline_or_evidence_is_found(void **state)
{
	static const char *const pin[] = { "kind", "delivery", "text", "Here it is.", NULL };

	(void)state;
	dispute_told("2026-05-01T09:00:00Z", &(struct told_dispute){ .id = DISPUTE });
	dispute_told("2026-05-01T10:00:00Z",
	             &(struct told_dispute){ .id = "dp_2", .due = "2026-05-12T23:59:59Z" });
	dispute_told("2026-05-01T10:00:00Z",
	             &(struct told_dispute){ .id = "dp_3", .unanswerable = true });
	dispute_told("2026-05-01T10:00:00Z",
	             &(struct told_dispute){ .id = "dp_4", .status = "under_review" });
	/* Its payment is disputed already: it is none of the open ones. */
	dispute_warned("2026-05-01T10:00:00Z", "issfr_1", true);
	dispute_pass("2026-05-01T15:00:00Z");
	assert_int_equal(dispute_count("orphans_swept"), 0);
	dispute_pass("2026-05-01T15:00:01Z");
	assert_int_equal(dispute_count("orphans_swept 4: 0 1 2, 2 named"), 1);
	/* Evidence is gathered, and the deadline is told. */
	dispute_asked("2026-05-01T16:00:00Z",
	              &(struct told_action){ .kind = ACT(PIN), .by = "mika", .parameters = pin });
	dispute_told("2026-05-01T17:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-12T23:59:59Z" });
	dispute_pass("2026-05-01T21:00:01Z");
	assert_int_equal(dispute_count("orphans_swept 4: 0 0 1, 1 named"), 1);
}

static void zero_is_said_too(void **state)
{
	(void)state;
	dispute_told("2026-05-01T09:00:00Z",
	             &(struct told_dispute){ .due = "2026-05-12T23:59:59Z" });
	dispute_told("2026-05-01T10:00:00Z", &(struct told_dispute){ .status = "won" });
	dispute_pass("2026-05-02T09:00:01Z");
	assert_int_equal(dispute_count("orphans_swept 0: 0 0 0, 0 named"), 4);
	assert_int_equal(swept().last_open, 0);
	assert_int_equal(swept().last_orphans, 0);
}

static void a_hundred_thousand_cases_are_looked_through_in_slices(void **state)
{
	struct instant now = dispute_time("2026-05-01T15:00:01Z");
	int64_t before = 0;
	int slices = 0;

	(void)state;
	dispute_crowd("2026-05-01T09:00:00Z", CROWD, 1000);
	dispute_pass_at(now);
	for (; dispute_count("orphans_swept") == 0; now = time_add(now, SECONDS(1))) {
		const int64_t open = swept().open;

		assert_true(open - before <= SLICE);
		before = open;
		assert_true(++slices <= CROWD / SLICE + 2);
		dispute_pass_at(time_add(now, SECONDS(1)));
		if (slices == CROWD / SLICE / 2)
			dispute_restart();
	}
	assert_true(slices >= CROWD / SLICE);
	assert_int_equal(dispute_count("orphans_swept 100000: 100 100 100, 20 named"), 1);
	assert_int_equal(swept().open, 0);
}

static void a_case_that_ends_between_two_slices_skips_no_other(void **state)
{
	(void)state;
	dispute_crowd("2026-05-01T09:00:00Z", SLICE + 500, SLICE * 2);
	dispute_pass("2026-05-01T15:00:00.500Z");
	assert_int_equal(swept().open, SLICE);
	/* The last one that was looked at. */
	dispute_told("2026-05-01T15:00:00.600Z", &(struct told_dispute){ .id = "dp_001999" });
	dispute_told("2026-05-01T15:00:00.700Z",
	             &(struct told_dispute){ .id = "dp_001999", .status = "won" });
	dispute_pass("2026-05-01T15:00:05Z");
	assert_int_equal(dispute_count("orphans_swept 2500: 1 1 1, 1 named"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(a_case_without_a_deadline_or_evidence_is_found),
		TEST(zero_is_said_too),
		TEST(a_hundred_thousand_cases_are_looked_through_in_slices),
		TEST(a_case_that_ends_between_two_slices_skips_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
