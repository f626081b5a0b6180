/*
 * tool_dispute_test - the money and the deadline of a case as the operator's tool reckons them again.
 */
#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/opsmesh/dispute_sum.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define CASE "case/acme/dp_1"
#define DAY INT64_C(86400000000)
#define MAY INT64_C(1777593600000000) /* 2026-05-01T00:00:00Z */
#define BUFFER INT64_C(21600000000)   /* 6 h */
#define FACT(name) OPSMESH__V1__DISPUTE_EVENT__FACT_##name

/* A case as its row and its facts have it. */
struct scene {
	struct told_list facts;
	struct told_list billing;
	struct dispute_row row;
	Opsmesh__V1__CaseKept kept;
};

static struct scene *scene_make(void)
{
	struct scene *const scene = arena_zero(arena, sizeof(*scene));

	scene->facts.arena = scene->billing.arena = arena;
	opsmesh__v1__case_kept__init(&scene->kept);
	scene->row = (struct dispute_row){
		.case_id = CASE, .due_by = TIME_MIN, .deadline = TIME_MIN, .kept = &scene->kept
	};
	return scene;
}

static Opsmesh__V1__Money *money(int64_t minor, const char *currency)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = text_mutable(currency);
	return made;
}

static Google__Protobuf__Timestamp *stamp(int64_t us)
{
	return us == 0 ? NULL : proto_timestamp(arena, (struct instant){ us });
}

static void say(struct scene *scene, int64_t at, Opsmesh__V1__DisputeEvent__FactCase fact,
                void *message)
{
	Opsmesh__V1__DisputeEvent *const event = arena_alloc(arena, sizeof(*event));

	opsmesh__v1__dispute_event__init(event);
	event->case_id = text_mutable(CASE);
	event->fact_case = fact;
	event->opened = message; /* all facts share the member's place */
	told_add(&scene->facts, &(struct told){ .stream = "case/0",
	                                        .sequence = (int64_t)scene->facts.count + 1,
	                                        .topic = OPS_DISPUTES,
	                                        .time = { at },
	                                        .message = &event->base });
}

/* By the case and by billing; of billing another amount where it is not 0. */
static void move(struct scene *scene, const char *transaction, Opsmesh__V1__Money *amount,
                 Opsmesh__V1__Money *fee, bool back, int64_t by_billing)
{
	Opsmesh__V1__CaseFundsMoved *const funds = arena_alloc(arena, sizeof(*funds));
	Opsmesh__V1__DisputeFundsMoved *const moved = arena_alloc(arena, sizeof(*moved));
	Opsmesh__V1__BillingEvent *const event = arena_alloc(arena, sizeof(*event));
	const int64_t sequence = (int64_t)scene->billing.count + 1;

	opsmesh__v1__case_funds_moved__init(funds);
	opsmesh__v1__dispute_funds_moved__init(moved);
	opsmesh__v1__billing_event__init(event);
	funds->transaction_id = moved->transaction_id = text_mutable(transaction);
	funds->amount = amount;
	funds->fee = moved->fee = fee;
	funds->billing_id = arena_printf(arena, "customer/2/%d", (int)sequence);
	moved->amount = by_billing == 0 ? amount : money(by_billing, amount->currency);
	event->fact_case = back ? OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_REINSTATED
	                        : OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_FUNDS_WITHDRAWN;
	event->dispute_funds_withdrawn = moved;
	told_add(&scene->billing, &(struct told){ .stream = "customer/2",
	                                          .sequence = sequence,
	                                          .topic = OPS_BILLING,
	                                          .message = &event->base });
	say(scene, MAY, back ? FACT(FUNDS_REINSTATED) : FACT(FUNDS_WITHDRAWN), funds);
}

static void lose(struct scene *scene, Opsmesh__V1__Money *withdrawn, Opsmesh__V1__Money *recovered)
{
	Opsmesh__V1__CaseMoved *const moved = arena_alloc(arena, sizeof(*moved));

	opsmesh__v1__case_moved__init(moved);
	moved->status_verbatim = text_mutable("lost");
	moved->withdrawn = withdrawn;
	moved->recovered = recovered;
	say(scene, MAY, FACT(LOST), moved);
}

/* deadline 0: as due_by and the buffer give it. */
static void set(struct scene *scene, Opsmesh__V1__DisputeEvent__FactCase fact, int64_t was,
                int64_t due_by, int64_t deadline)
{
	Opsmesh__V1__DeadlineSet *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__deadline_set__init(made);
	made->was = stamp(was);
	made->due_by = stamp(due_by);
	made->deadline = stamp(deadline == 0 && due_by != 0 ? due_by - BUFFER : deadline);
	made->buffer_us = BUFFER;
	made->policy = text_mutable("cases/standard/1");
	say(scene, MAY, fact, made);
}

static void remind(struct scene *scene, int64_t at, int64_t deadline, int64_t left)
{
	Opsmesh__V1__DeadlineApproaching *const near = arena_alloc(arena, sizeof(*near));

	opsmesh__v1__deadline_approaching__init(near);
	near->deadline = stamp(deadline);
	near->left_us = left;
	say(scene, at, FACT(REMINDER_DUE), near);
}

/* The problems, a line each; "" none. */
static const char *problems(struct scene *scene, struct dispute_sum **made)
{
	struct dispute_sum *const sum = arena_zero(arena, sizeof(*sum));
	const char *text = "";

	dispute_sum_make(arena, &scene->facts, &scene->billing, &scene->row, sum);
	for (size_t i = 0; i < sum->problem_count; i++)
		text = arena_printf(arena, "%s%s\n", text, sum->problems[i]);
	if (made != NULL)
		*made = sum;
	return text;
}

static void money_is_summed_from_what_was_told_of_transactions(void **state)
{
	struct scene *const scene = scene_make();
	struct dispute_sum *sum;

	(void)state;
	move(scene, "txn_1", money(12000, "USD"), money(1500, "USD"), false, 0);
	move(scene, "txn_2", money(300, "EUR"), NULL, false, 0);
	move(scene, "txn_3", money(2000, "USD"), money(-500, "USD"), true, 0);
	lose(scene, money(12000, "USD"), money(2000, "USD"));
	scene->kept.withdrawn = money(12000, "USD");
	scene->kept.reinstated = money(2000, "USD");
	assert_string_equal(problems(scene, &sum), "");
	assert_string_equal(running_text(arena, &sum->withdrawn), "120.00 USD, 3.00 EUR");
	assert_string_equal(running_text(arena, &sum->reinstated), "20.00 USD");
	assert_string_equal(running_text(arena, &sum->fees), "10.00 USD");
}

static void a_sum_that_the_row_has_otherwise_is_a_problem(void **state)
{
	struct scene *const scene = scene_make();

	(void)state;
	move(scene, "txn_1", money(12000, "USD"), NULL, false, 0);
	assert_string_equal(problems(scene, NULL),
	                    "the row has nothing withdrawn, and its facts 12000 USD\n");
	scene->kept.withdrawn = money(12000, "EUR");
	assert_string_equal(problems(scene, NULL),
	                    "the row has 12000 EUR withdrawn, and its facts 12000 USD\n");
	scene->kept.withdrawn = money(12001, "USD");
	assert_string_equal(problems(scene, NULL),
	                    "the row has 12001 USD withdrawn, and its facts 12000 USD\n");
	scene->row.kept = NULL;
	assert_string_equal(problems(scene, NULL),
	                    "what chargeback keeps of the case cannot be read\n");
}

static void what_a_move_says_of_money_is_held_against_the_sums_by_then(void **state)
{
	struct scene *const scene = scene_make();

	(void)state;
	lose(scene, money(12000, "USD"), NULL);
	move(scene, "txn_1", money(12000, "USD"), NULL, false, 0);
	scene->kept.withdrawn = money(12000, "USD");
	assert_string_equal(problems(scene, NULL),
	                    "the move to \"lost\" has 12000 USD withdrawn, and its facts 0 \n");
}

static void a_transaction_counts_once(void **state)
{
	struct scene *const scene = scene_make();

	(void)state;
	move(scene, "txn_1", money(12000, "USD"), NULL, false, 0);
	move(scene, "txn_1", money(12000, "USD"), NULL, true, 0);
	scene->kept.withdrawn = scene->kept.reinstated = money(12000, "USD");
	assert_string_equal(problems(scene, NULL), "transaction txn_1 is told twice\n");
}

static void money_rests_on_what_billing_said(void **state)
{
	struct scene *const scene = scene_make();

	(void)state;
	move(scene, "txn_1", money(12000, "USD"), money(1500, "USD"), false, 11000);
	scene->kept.withdrawn = money(12000, "USD");
	assert_string_equal(problems(scene, NULL),
	                    "transaction txn_1 moved 11000 USD with a fee of 1500 USD by billing, "
	                    "and 12000 USD with 1500 USD by the case\n");
	scene->billing.count = 0;
	assert_string_equal(
	    problems(scene, NULL),
	    "transaction txn_1 rests on the billing fact customer/2/1, which nobody said\n");
}

static void a_deadline_is_due_by_less_the_buffer(void **state)
{
	struct scene *const scene = scene_make();
	struct dispute_sum *sum;

	(void)state;
	set(scene, FACT(DEADLINE_SET), 0, MAY + 9 * DAY, 0);
	remind(scene, MAY + DAY, MAY + 9 * DAY - BUFFER, 8 * DAY - BUFFER);
	set(scene, FACT(DEADLINE_MOVED), MAY + 9 * DAY - BUFFER, MAY + 19 * DAY, 0);
	scene->row.due_by = (struct instant){ MAY + 19 * DAY };
	scene->row.deadline = (struct instant){ MAY + 19 * DAY - BUFFER };
	assert_string_equal(problems(scene, &sum), "");
	assert_int_equal(sum->deadline.us, MAY + 19 * DAY - BUFFER);
	assert_int_equal(sum->buffer.us, BUFFER);
	assert_string_equal(sum->policy, "cases/standard/1");
}

static void a_deadline_that_is_not_so_is_a_problem(void **state)
{
	struct scene *scene = scene_make();

	(void)state;
	set(scene, FACT(DEADLINE_SET), 0, MAY + 9 * DAY, MAY + 9 * DAY);
	scene->row.due_by = scene->row.deadline = (struct instant){ MAY + 9 * DAY };
	assert_string_equal(problems(scene, NULL),
	                    "the deadline that was said is 2026-05-10T00:00:00Z, and by its facts "
	                    "2026-05-09T18:00:00Z\n"
	                    "the deadline of the row is 2026-05-10T00:00:00Z, and by its facts "
	                    "2026-05-09T18:00:00Z\n");
	scene = scene_make();
	set(scene, FACT(DEADLINE_SET), 0, MAY + 9 * DAY, 0);
	remind(scene, MAY + DAY, MAY + 9 * DAY - BUFFER, 8 * DAY);
	scene->row.due_by = (struct instant){ MAY + 8 * DAY };
	scene->row.deadline = (struct instant){ MAY + 9 * DAY - BUFFER };
	assert_string_equal(problems(scene, NULL),
	                    "what a reminder says is left is not what was left\n"
	                    "due_by of the row is 2026-05-09T00:00:00Z, and by its facts "
	                    "2026-05-10T00:00:00Z\n");
}

static void a_deadline_that_was_withdrawn_is_none(void **state)
{
	struct scene *const scene = scene_make();

	(void)state;
	set(scene, FACT(DEADLINE_SET), 0, MAY + 9 * DAY, 0);
	set(scene, FACT(DEADLINE_WITHDRAWN), MAY + 9 * DAY - BUFFER, 0, 0);
	assert_string_equal(problems(scene, NULL), "");
	set(scene, FACT(DEADLINE_WITHDRAWN), MAY + 9 * DAY - BUFFER, 0, 0);
	assert_string_equal(problems(scene, NULL),
	                    "the deadline before is 2026-05-09T18:00:00Z, and by its facts none\n");
}

static void facts_of_another_case_do_not_count(void **state)
{
	struct scene *const scene = scene_make();

	(void)state;
	move(scene, "txn_1", money(12000, "USD"), NULL, false, 0);
	scene->row.case_id = "case/acme/dp_10";
	assert_string_equal(problems(scene, NULL), "");
}

/* Rows. */

static void a_case_is_named_by_its_id_or_the_providers(void **state)
{
	static const struct {
		const char *id;
		const char *home;
		const char *dispute;
	} rows[] = { { "dp_1", "", "dp_1" },
		     { "case/acme/dp_1", "acme", "dp_1" },
		     { "case/acme/eu/dp_1", "acme/eu", "dp_1" },
		     { "case/acme", "", "case/acme" },
		     { "case//dp_1", "", "case//dp_1" },
		     { "case/acme/", "", "case/acme/" } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct dispute_ask ask = dispute_named(arena, rows[i].id);

		assert_string_equal(ask.home, rows[i].home);
		assert_string_equal(ask.dispute_id, rows[i].dispute);
	}
}

static void a_case_without_a_deadline_says_why(void **state)
{
	static const struct {
		const char *stage;
		const char *state;
		bool open;
		bool unanswerable;
		int64_t deadline;
		const char *why;
	} rows[] = {
		{ "chargeback", "needs_response", true, false, MAY, "" },
		{ "chargeback", "won", false, false, 0, "it is over" },
		{ "warning", "warned", true, false, 0, "a warning takes no answer" },
		{ "chargeback", "under_review", true, true, 0, "answered, the bank decides" },
		{ "inquiry", "inquiry_under_review", true, false, 0, "answered, the bank decides" },
		{ "chargeback", "needs_response", true, true, 0,
		  "no answer is possible: the provider takes none" },
		{ "chargeback", "needs_response", true, false, 0,
		  "the provider has told no due_by" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct scene *const scene = scene_make();

		scene->row.stage = rows[i].stage;
		scene->row.state = rows[i].state;
		scene->row.open = rows[i].open;
		scene->kept.unanswerable = rows[i].unanswerable;
		if (rows[i].deadline != 0)
			scene->row.deadline = (struct instant){ rows[i].deadline };
		assert_string_equal(dispute_why_none(&scene->row), rows[i].why);
	}
}

static void a_packet_without_a_pdf_says_whether_it_was_tried(void **state)
{
	struct scene *const scene = scene_make();

	(void)state;
	assert_string_equal(dispute_unrendered(arena, &scene->kept), "not rendered as a PDF yet");
	scene->kept.print_failed = text_mutable("the file cannot be kept now");
	assert_string_equal(
	    dispute_unrendered(arena, &scene->kept),
	    "not rendered as a PDF: the file cannot be kept now; putting it up tries again");
}

static void the_next_deadline_comes_first_and_none_last(void **state)
{
	struct dispute_row list[] = {
		{ .case_id = "a", .deadline = TIME_MIN, .opened_at = { 1 } },
		{ .case_id = "b", .deadline = { MAY + 2 }, .opened_at = { 2 } },
		{ .case_id = "d", .deadline = { MAY + 1 }, .opened_at = { 3 } },
		{ .case_id = "c", .deadline = { MAY + 1 }, .opened_at = { 3 } },
	};
	struct dispute_rows rows = { .list = list, .count = COUNT_OF(list) };
	static const char *const order[] = { "c", "d", "b", "a" };

	(void)state;
	dispute_rows_sort(&rows);
	for (size_t i = 0; i < COUNT_OF(order); i++)
		assert_string_equal(list[i].case_id, order[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(money_is_summed_from_what_was_told_of_transactions),
		cmocka_unit_test(a_sum_that_the_row_has_otherwise_is_a_problem),
		cmocka_unit_test(what_a_move_says_of_money_is_held_against_the_sums_by_then),
		cmocka_unit_test(a_transaction_counts_once),
		cmocka_unit_test(money_rests_on_what_billing_said),
		cmocka_unit_test(a_deadline_is_due_by_less_the_buffer),
		cmocka_unit_test(a_deadline_that_is_not_so_is_a_problem),
		cmocka_unit_test(a_deadline_that_was_withdrawn_is_none),
		cmocka_unit_test(facts_of_another_case_do_not_count),
		cmocka_unit_test(a_case_is_named_by_its_id_or_the_providers),
		cmocka_unit_test(a_case_without_a_deadline_says_why),
		cmocka_unit_test(a_packet_without_a_pdf_says_whether_it_was_tried),
		cmocka_unit_test(the_next_deadline_comes_first_and_none_last),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
