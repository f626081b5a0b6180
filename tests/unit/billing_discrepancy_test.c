/*
 * billing_discrepancy_test - the life of a case: opened once, grown, healed, explained, escalated.
 */
#include "services/billing-sync/discrepancy/discrepancy.h"

#include "common/base/text.h"
#include "services/billing-sync/invoice/invoice_check.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct arena *arena;
static const struct policy_book *book;
static const struct discrepancy_policy *policy;

static int open_all(void **state)
{
	(void)state;
	arena = arena_create(65536);
	book = policy_fixture_book(arena, &discrepancy_policy_kind, "discrepancies/causes.json");
	policy = policy_at(book, TIME_MAX);
	return 0;
}

static int close_all(void **state)
{
	(void)state;
	arena_destroy(book->arena);
	arena_destroy(arena);
	return 0;
}

static struct instant hour(int64_t hours)
{
	return (struct instant){ HOURS(hours).us };
}

static struct discrepancy *fresh(const char *cause)
{
	struct discrepancy *const made = arena_alloc(arena, sizeof(*made));

	discrepancy_init(made, "cus_1", cause, "si_1", 0);
	return made;
}

/* Through its bytes after every step, as between two events. */
static void keep(struct discrepancy *discrepancy)
{
	assert_true(discrepancy_decode(arena, discrepancy_encode(arena, discrepancy), discrepancy));
}

static enum discrepancy_move see(struct discrepancy *discrepancy, const char *object,
                                 int64_t expected, int64_t found, int64_t at)
{
	const struct discrepancy_evidence evidence = { object, "USD", expected, found };
	const enum discrepancy_move move = discrepancy_observe(discrepancy, &evidence, hour(at));

	keep(discrepancy);
	return move;
}

static void one_cause_is_one_case_however_many_invoices_it_hits(void **state)
{
	struct discrepancy *const it = fresh("seats_billed");

	(void)state;
	assert_int_equal(see(it, "in_1", 500, 700, 1), DISCREPANCY_MOVE_OPENED);
	assert_int_equal(see(it, "in_1", 500, 700, 2), DISCREPANCY_MOVE_NONE);
	assert_int_equal(see(it, "in_2", 500, 700, 3), DISCREPANCY_MOVE_GROWN);
	assert_int_equal(see(it, "in_3", 500, 700, 4), DISCREPANCY_MOVE_GROWN);
	assert_int_equal(it->count, 3);
	assert_int_equal(it->openings, 1);
	assert_int_equal(it->opened_at.us, hour(1).us);
	assert_int_equal(it->changed_at.us, hour(4).us);
	assert_string_equal(it->evidence[1].object, "in_2");
}

static void a_case_grows_and_shrinks_with_its_figures(void **state)
{
	struct discrepancy *const it = fresh("seats_billed");

	(void)state;
	see(it, "in_1", 500, 700, 1);
	assert_int_equal(see(it, "in_1", 500, 800, 2), DISCREPANCY_MOVE_GROWN);
	assert_int_equal(see(it, "in_1", 500, 600, 3), DISCREPANCY_MOVE_SHRUNK);
	assert_int_equal(see(it, "in_1", 500, 300, 4), DISCREPANCY_MOVE_GROWN);
	see(it, "in_2", 0, 5, 5);
	assert_int_equal(discrepancy_clear(it, "in_1", hour(6)), DISCREPANCY_MOVE_SHRUNK);
	assert_int_equal(it->count, 1);
	assert_string_equal(it->evidence[0].object, "in_2");
}

static void what_later_events_take_away_heals(void **state)
{
	struct discrepancy *const it = fresh("invoice_total");

	(void)state;
	assert_int_equal(see(it, "in_1", 5, 5, 1), DISCREPANCY_MOVE_NONE);
	assert_int_equal(it->state, DISCREPANCY_NEW);
	see(it, "in_1", 500, 700, 1);
	assert_int_equal(discrepancy_clear(it, "in_9", hour(2)), DISCREPANCY_MOVE_NONE);
	assert_int_equal(see(it, "in_1", 700, 700, 2), DISCREPANCY_MOVE_HEALED);
	assert_int_equal(it->state, DISCREPANCY_HEALED);
	assert_int_equal(discrepancy_clear(it, "in_1", hour(3)), DISCREPANCY_MOVE_NONE);
	assert_int_equal(see(it, "in_1", 500, 700, 9), DISCREPANCY_MOVE_OPENED);
	assert_int_equal(it->openings, 2);
	assert_int_equal(it->opened_at.us, hour(9).us);
}

static void a_person_explains_it_with_a_reason(void **state)
{
	struct discrepancy *const it = fresh("invoice_total");
	const struct discrepancy_rule *const rule = discrepancy_rule_of(policy, "invoice_total");
	const char *refusal;

	(void)state;
	assert_int_equal(discrepancy_explain(it, rule, "ada", "agreed", hour(1), &refusal),
	                 DISCREPANCY_MOVE_NONE);
	assert_string_equal(refusal, "It is not open.");
	see(it, "in_1", 500, 700, 1);
	assert_int_equal(discrepancy_explain(it, rule, "ada", "", hour(2), &refusal),
	                 DISCREPANCY_MOVE_NONE);
	assert_string_equal(refusal, "A reason is missing.");
	assert_int_equal(discrepancy_explain(it, rule, "", "x", hour(2), &refusal),
	                 DISCREPANCY_MOVE_NONE);
	assert_string_equal(refusal, "Nobody is named who explains it.");
	assert_int_equal(discrepancy_explain(it, rule, "ada", "合意済み", hour(3), &refusal),
	                 DISCREPANCY_MOVE_EXPLAINED);
	keep(it);
	assert_string_equal(it->reason, "合意済み");
	assert_string_equal(it->actor, "ada");
	assert_int_equal(see(it, "in_1", 500, 700, 4), DISCREPANCY_MOVE_NONE);
	assert_int_equal(it->state, DISCREPANCY_EXPLAINED);
}

static void what_changes_after_it_was_explained_is_open_again(void **state)
{
	struct discrepancy *const it = fresh("invoice_total");
	const struct discrepancy_rule *const rule = discrepancy_rule_of(policy, "invoice_total");
	const char *refusal;

	(void)state;
	see(it, "in_1", 500, 700, 1);
	discrepancy_explain(it, rule, "ada", "agreed", hour(2), &refusal);
	assert_int_equal(see(it, "in_2", 500, 700, 3), DISCREPANCY_MOVE_OPENED);
	assert_string_equal(it->reason, "");
	assert_int_equal(it->count, 2);
	discrepancy_explain(it, rule, "ada", "agreed", hour(4), &refusal);
	assert_int_equal(see(it, "in_1", 500, 701, 5), DISCREPANCY_MOVE_OPENED);
	discrepancy_explain(it, rule, "ada", "agreed", hour(6), &refusal);
	assert_int_equal(discrepancy_clear(it, "in_1", hour(7)), DISCREPANCY_MOVE_NONE);
	assert_int_equal(discrepancy_clear(it, "in_2", hour(8)), DISCREPANCY_MOVE_HEALED);
}

static void what_must_be_mended_cannot_be_explained(void **state)
{
	struct discrepancy *const it = fresh("balance_transaction_differs");
	const char *refusal;

	(void)state;
	see(it, "txn_1", 5, 6, 1);
	assert_int_equal(discrepancy_explain(it, discrepancy_rule_of(policy, it->cause), "ada", "x",
	                                     hour(2), &refusal),
	                 DISCREPANCY_MOVE_NONE);
	assert_non_null(strstr(refusal, "must be mended"));
	assert_int_equal(it->state, DISCREPANCY_OPEN);
}

/* Four hours, a day, three days. */
static void age_takes_it_to_somebody_above(void **state)
{
	struct discrepancy *const it = fresh("charged_twice");
	const struct discrepancy_rule *const rule = discrepancy_rule_of(policy, it->cause);
	struct instant due;

	(void)state;
	assert_false(discrepancy_due(it, rule, &due));
	see(it, "ch_2", 0, 500, 10);
	assert_true(discrepancy_due(it, rule, &due));
	assert_int_equal(due.us, hour(14).us);
	assert_int_equal(discrepancy_escalate(it, rule, hour(13)), DISCREPANCY_MOVE_NONE);
	assert_int_equal(discrepancy_escalate(it, rule, hour(14)), DISCREPANCY_MOVE_ESCALATED);
	keep(it);
	assert_int_equal(discrepancy_escalate(it, rule, hour(14)), DISCREPANCY_MOVE_NONE);
	assert_true(discrepancy_due(it, rule, &due));
	assert_int_equal(due.us, hour(34).us);
	assert_int_equal(discrepancy_escalate(it, rule, hour(1000)), DISCREPANCY_MOVE_ESCALATED);
	assert_int_equal(it->level, 3);
	assert_false(discrepancy_due(it, rule, &due));
	see(it, "ch_2", 0, 0, 1001);
	assert_int_equal(discrepancy_escalate(it, rule, hour(2000)), DISCREPANCY_MOVE_NONE);
	see(it, "ch_2", 0, 500, 2001);
	assert_int_equal(it->level, 0);
}

static void a_full_case_goes_on_in_its_next_part(void **state)
{
	struct discrepancy *const it = fresh("invoice_total");
	struct discrepancy next;
	char first[DISCREPANCY_ID_SIZE];
	char second[DISCREPANCY_ID_SIZE];

	(void)state;
	for (int i = 0; i < DISCREPANCY_EVIDENCE_MAX; i++)
		assert_int_not_equal(see(it, arena_printf(arena, "in_%d", i), 0, 1, i),
		                     DISCREPANCY_MOVE_FULL);
	assert_int_equal(see(it, "in_more", 0, 1, 99), DISCREPANCY_MOVE_FULL);
	assert_int_equal(it->count, DISCREPANCY_EVIDENCE_MAX);
	assert_int_equal(see(it, "in_7", 0, 9, 99), DISCREPANCY_MOVE_GROWN);
	discrepancy_init(&next, "cus_1", "invoice_total", "si_1", 1);
	assert_string_not_equal(discrepancy_id(it, first), discrepancy_id(&next, second));
}

static void who_has_seen_it_is_asked_again_when_it_stays_open(void **state)
{
	struct discrepancy_rule rule = { .ages = { HOURS(24), HOURS(72) },
		                         .age_count = 2,
		                         .quiet = HOURS(48) };
	struct discrepancy *const it = fresh("invoice_total");
	const char *refusal;
	struct instant due;

	(void)state;
	assert_int_equal(discrepancy_acknowledge(it, "ada", hour(0), &refusal),
	                 DISCREPANCY_MOVE_NONE);
	assert_string_equal(refusal, "It is not open.");
	see(it, "in_1", 500, 700, 0);
	assert_int_equal(discrepancy_acknowledge(it, "ada", hour(20), &refusal),
	                 DISCREPANCY_MOVE_ACKNOWLEDGED);
	keep(it);
	assert_int_equal(discrepancy_acknowledge(it, "bo", hour(21), &refusal),
	                 DISCREPANCY_MOVE_NONE);
	assert_string_equal(refusal, "Somebody has acknowledged it before.");
	assert_true(discrepancy_due(it, &rule, &due));
	assert_int_equal(due.us, hour(68).us);
	assert_int_equal(discrepancy_escalate(it, &rule, hour(67)), DISCREPANCY_MOVE_NONE);
	assert_int_equal(discrepancy_escalate(it, &rule, hour(68)), DISCREPANCY_MOVE_ESCALATED);
	assert_int_equal(it->level, 1);
	assert_true(discrepancy_due(it, &rule, &due));
	assert_int_equal(due.us, hour(72).us);
	see(it, "in_1", 700, 700, 70);
	see(it, "in_1", 500, 700, 80);
	assert_string_equal(it->acknowledged_by, "");
	assert_true(discrepancy_due(it, &rule, &due));
	assert_int_equal(due.us, hour(104).us);
}

/* Row version 1: the same without owner, acknowledged_by and acknowledged_at, which stand behind the reason. */
static void a_row_from_before_there_were_owners_is_read(void **state)
{
	struct discrepancy *const it = fresh("invoice_total");
	struct discrepancy *const read = fresh("");
	struct buffer old = { 0 };

	(void)state;
	see(it, "in_1", 500, 700, 1);
	const struct bytes now = discrepancy_encode(arena, it);
	const size_t behind = 1 + strlen("in_1") + 1 + strlen("USD") + 16; /* one evidence */
	const size_t head = now.size - behind - 1 - 1 - 1 - 8;
	const uint8_t *const from = now.data;
	const uint8_t version = 1;

	buffer_add(&old, &version, 1);
	buffer_add(&old, from + 1, head - 1);
	buffer_add(&old, from + now.size - behind - 1, behind + 1);
	assert_true(discrepancy_decode(arena, (struct bytes){ old.data, old.size }, read));
	assert_string_equal(read->owner, "");
	assert_string_equal(read->evidence[0].object, "in_1");
	assert_true(bytes_equal(discrepancy_encode(arena, read), now));
	buffer_finish(&old);
}

static void the_id_is_of_customer_cause_and_root(void **state)
{
	static const char *const others[][3] = {
		{ "cus_2", "invoice_total", "si_1" }, { "cus_1", "amount_due", "si_1" },
		{ "cus_1", "invoice_total", "si_2" }, { "cus_1", "invoice_totals", "i_1" },
		{ "cus_1", "", "invoice_totalsi_1" },
	};
	struct discrepancy *const it = fresh("invoice_total");
	char id[DISCREPANCY_ID_SIZE];
	char other[DISCREPANCY_ID_SIZE];

	(void)state;
	discrepancy_id(it, id);
	assert_true(text_starts(id, "discrepancy/cus_1/"));
	assert_int_equal(strlen(id), strlen("discrepancy/cus_1/") + 32);
	see(it, "in_1", 1, 2, 3);
	assert_string_equal(discrepancy_id(it, other), id);
	for (size_t i = 0; i < COUNT_OF(others); i++) {
		discrepancy_init(it, others[i][0], others[i][1], others[i][2], 0);
		assert_string_not_equal(discrepancy_id(it, other), id);
	}
}

/* Unexplained: what each evidence is off by. Two that cancel out are still two. */
static void unexplained_is_summed_by_currency(void **state)
{
	struct discrepancy_totals *const totals = arena_zero(arena, sizeof(*totals));
	const struct discrepancy_evidence evidence[] = { { "in_1", "USD", 500, 700 },
		                                         { "in_2", "USD", 700, 500 },
		                                         { "in_3", "JPY", 0, 3000 },
		                                         { "in_4", "", 5, 7 } };
	struct discrepancy *const it = fresh("invoice_total");
	struct discrepancy *const other = fresh("amount_due");

	(void)state;
	for (size_t i = 0; i < COUNT_OF(evidence); i++)
		discrepancy_observe(it, &evidence[i], hour(1));
	see(other, "in_9", 1000, 1, 1);
	discrepancy_totals_add(totals, it, 1);
	discrepancy_totals_add(totals, other, 1);
	assert_int_equal(totals->count, 2);
	assert_string_equal(totals->items[0].currency, "JPY");
	assert_int_equal(totals->items[0].minor, 3000);
	assert_string_equal(totals->items[1].currency, "USD");
	assert_int_equal(totals->items[1].minor, 1399);
	discrepancy_totals_add(totals, it, -1);
	assert_int_equal(totals->count, 1);
	assert_int_equal(totals->items[0].minor, 999);
	other->state = DISCREPANCY_EXPLAINED;
	discrepancy_totals_add(totals, other, 1);
	assert_int_equal(totals->items[0].minor, 999);
}

static void the_largest_figures_do_not_wrap(void **state)
{
	struct discrepancy_totals *const totals = arena_zero(arena, sizeof(*totals));
	struct discrepancy *const it = fresh("invoice_total");

	(void)state;
	assert_int_equal(see(it, "in_1", INT64_MIN, INT64_MAX, 1), DISCREPANCY_MOVE_OPENED);
	assert_int_equal(see(it, "in_2", INT64_MAX, INT64_MIN, 2), DISCREPANCY_MOVE_GROWN);
	discrepancy_totals_add(totals, it, 1);
	assert_true(totals->items[0].minor == INT64_MAX);
}

static void a_row_of_another_kind_is_refused(void **state)
{
	struct discrepancy *const it = fresh("invoice_total");
	struct discrepancy *const read = arena_alloc(arena, sizeof(*read));
	struct bytes bytes;
	unsigned char *bent;

	(void)state;
	see(it, "in_1", 1, 2, 3);
	bytes = discrepancy_encode(arena, it);
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(discrepancy_decode(arena, (struct bytes){ bytes.data, size }, read));
	bent = arena_copy(arena, bytes.data, bytes.size);
	bent[0] = 3;
	assert_false(discrepancy_decode(arena, (struct bytes){ bent, bytes.size }, read));
	bent[0] = 2;
	bent[2] = 0xFF;
	assert_false(discrepancy_decode(arena, (struct bytes){ bent, bytes.size }, read));
}

/* The document has a row of its own for the cause. */
static bool names(const char *cause)
{
	return text_equal(discrepancy_rule_of(policy, cause)->cause, cause);
}

static void every_rule_of_invoices_has_a_cause(void **state)
{
	static const char *const others[] = { "charged_twice", "seats_assigned", "lines_cut",
		                              "other" };

	(void)state;
	for (int i = 0; i < INVOICE_CHECK_COUNT; i++)
		assert_true(names(invoice_check_word((enum invoice_check)i)));
	for (size_t i = 0; i < COUNT_OF(others); i++)
		assert_true(names(others[i]));
	assert_false(names("moonlight"));
	assert_string_equal(discrepancy_rule_of(policy, "moonlight")->cause, "other");
	assert_int_equal(discrepancy_rule_of(policy, "charged_twice")->severity,
	                 DISCREPANCY_URGENT);
}

static void what_is_wrong_with_the_document_is_named(void **state)
{
#define HEAD "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
#define CAUSES(rows) HEAD "\"causes\":[" rows "]}"
#define CAUSE(name, ages)                                                                  \
	"{\"cause\":\"" name "\",\"severity\":\"low\",\"queue\":\"q\",\"escalate\":[" ages \
	"],\"explainable\":true}"
	static const struct {
		const char *text;
		const char *want;
	} rows[] = {
		{ "{\"id\":\"t\",\"version\":1,\"causes\":[]}", "effective_from: is missing" },
		{ CAUSES(""), "causes: must hold \"other\"" },
		{ CAUSES(CAUSE("other", "") "," CAUSE("other", "")),
		  "causes[1].cause: is another row's already" },
		{ CAUSES(CAUSE("other", "\"1d\",\"1d\"")),
		  "causes[0].escalate[1]: must be more than the one before" },
		{ CAUSES(CAUSE("other", "\"soon\"")),
		  "causes[0].escalate[0]: must be a time up to 366d, as 12h or 3d" },
		{ HEAD "\"quiet\":{\"grave\":\"1d\"},\"causes\":[]}", "quiet.grave: is not known" },
		{ HEAD "\"quiet\":{\"low\":\"0d\"},\"causes\":[]}",
		  "quiet.low: must be a time up to 366d, as 12h or 3d" },
		{ CAUSES("{\"cause\":\"other\",\"severity\":\"grave\"}"),
		  "causes[0].severity: must be one of: low normal high urgent" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct discrepancy_policy other;
		struct json_error error;
		char reason[JSON_ERROR_SIZE];

		assert_false(policy_parse(&discrepancy_policy_kind, arena, bytes_of(rows[i].text),
		                          &other, &error));
		assert_string_equal(json_error_text(&error, reason), rows[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_cause_is_one_case_however_many_invoices_it_hits),
		cmocka_unit_test(a_case_grows_and_shrinks_with_its_figures),
		cmocka_unit_test(what_later_events_take_away_heals),
		cmocka_unit_test(a_person_explains_it_with_a_reason),
		cmocka_unit_test(what_changes_after_it_was_explained_is_open_again),
		cmocka_unit_test(what_must_be_mended_cannot_be_explained),
		cmocka_unit_test(age_takes_it_to_somebody_above),
		cmocka_unit_test(a_full_case_goes_on_in_its_next_part),
		cmocka_unit_test(who_has_seen_it_is_asked_again_when_it_stays_open),
		cmocka_unit_test(a_row_from_before_there_were_owners_is_read),
		cmocka_unit_test(the_id_is_of_customer_cause_and_root),
		cmocka_unit_test(unexplained_is_summed_by_currency),
		cmocka_unit_test(the_largest_figures_do_not_wrap),
		cmocka_unit_test(a_row_of_another_kind_is_refused),
		cmocka_unit_test(every_rule_of_invoices_has_a_cause),
		cmocka_unit_test(what_is_wrong_with_the_document_is_named),
	};

	return cmocka_run_group_tests(tests, open_all, close_all);
}
