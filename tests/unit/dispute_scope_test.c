/*
 * dispute_scope_test - what the key of whoever asks may not do has no effect on a case, and is answered so.
 */
#include "tests/support/dispute_fixture.h"

#include "tests/support/dispute_document.h"

#define DUE "2026-07-12T23:59:59Z"
#define REFUSED_ACTION "action_refused action NOT_ALLOWED\n"

static void begin(const char *at)
{
	dispute_told(at, &(struct told_dispute){ .due = DUE });
	dispute_packet(at, "D1");
	dispute_pass(at);
	(void)dispute_heard();
}

static void ask(const char *at, const char *by, const char *decision, const char *scope)
{
	const char *const parameters[] = { "decision", decision, "digest", "D1", NULL };

	dispute_asked(at, &(struct told_action){ .kind = ACT(APPROVE),
	                                         .by = by,
	                                         .action = "approve",
	                                         .scope = scope,
	                                         .parameters = parameters });
	dispute_pass(at);
}

static void propose(const char *at, const char *by, const char *scope)
{
	static const char *const parameters[] = { "decision", "accept", NULL };

	dispute_asked(at, &(struct told_action){ .kind = ACT(CLOSE),
	                                         .by = by,
	                                         .action = "close",
	                                         .scope = scope,
	                                         .reason = "It cannot be won.",
	                                         .parameters = parameters });
	dispute_pass(at);
}

static void a_key_without_the_scope_neither_stages_nor_releases(void **state)
{
	static const char *const without[] = { "",
		                               "tickets",
		                               "actions:assign",
		                               "actions:close",
		                               "actions:approve:finance",
		                               "actions:appro" };

	(void)state;
	begin("2026-05-01T09:00:00Z");
	for (size_t i = 0; i < COUNT_OF(without); i++) {
		ask("2026-05-01T10:00:00Z", "mika", "stage", without[i]);
		dispute_expect(REFUSED_ACTION);
	}
	ask("2026-05-01T11:00:00Z", "mika", "stage", "actions:approve");
	assert_int_equal(dispute_count("packet_staged"), 1);
	(void)dispute_heard();
	for (size_t i = 0; i < COUNT_OF(without); i++) {
		ask("2026-05-01T12:00:00Z", "ken", "submit", without[i]);
		dispute_expect(REFUSED_ACTION);
	}
	assert_string_equal(dispute_row(NULL, NULL).response, "staged");
	ask("2026-05-01T13:00:00Z", "ken", "submit", "actions:approve");
	dispute_expect("packet_approved D1\nsubmission_requested chargeback D1\naction_applied\n");
}

static void a_key_without_the_scope_gives_nothing_up(void **state)
{
	(void)state;
	begin("2026-05-01T09:00:00Z");
	propose("2026-05-01T10:00:00Z", "mika", "actions:approve");
	dispute_expect(REFUSED_ACTION);
	propose("2026-05-01T11:00:00Z", "mika", "actions:close");
	dispute_expect("decision_made accept\naccept_proposed\naction_applied\n");
	ask("2026-05-01T12:00:00Z", "ken", "accept", "actions:close");
	dispute_expect(REFUSED_ACTION);
	assert_int_equal(dispute_count("accept_requested"), 0);
	ask("2026-05-01T13:00:00Z", "ken", "accept", "actions:approve");
	dispute_expect("accept_requested\naction_applied\n");
}

/* Of the document that holds from then on. */
static void where_the_policy_names_a_role_another_key_may_put_up_and_not_release(void **state)
{
	(void)state;
	begin(DISPUTE_ROLE_FROM);
	ask("2026-07-02T10:00:00Z", "mika", "stage", "actions:approve");
	assert_int_equal(dispute_count("packet_staged"), 1);
	(void)dispute_heard();
	ask("2026-07-02T11:00:00Z", "ken", "submit", "actions:approve");
	dispute_expect("action_refused by NOT_ALLOWED\n");
	ask("2026-07-02T11:00:00Z", "ken", "submit", "actions:approve:support");
	dispute_expect(REFUSED_ACTION);
	propose("2026-07-02T12:00:00Z", "mika", "actions:*");
	(void)dispute_heard();
	ask("2026-07-02T13:00:00Z", "ken", "accept", "actions:approve");
	dispute_expect("action_refused by NOT_ALLOWED\n");
	ask("2026-07-02T14:00:00Z", "ken", "accept", "actions:*");
	dispute_expect("accept_requested\naction_applied\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, dispute_start, dispute_stop)
		TEST(a_key_without_the_scope_neither_stages_nor_releases),
		TEST(a_key_without_the_scope_gives_nothing_up),
		TEST(where_the_policy_names_a_role_another_key_may_put_up_and_not_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
