/*
 * dispute_compelling_test - earlier payments that prove a disputed one: the window to the day, identifiers, bounds.
 */
#include "services/chargeback/compelling/compelling.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define DOCUMENT "compelling/visa-1.json"
#define DAY 20700 /* of the disputed payment */
#define ELEMENT(name) (1U << COMPELLING_ELEMENT_##name)

/* An identifier is a letter, the same letter the same value; small ones are too short, '-' is none. */
static struct compelling_identifier identifier(char letter)
{
	const bool is_short = letter >= 'a' && letter <= 'z';

	return (struct compelling_identifier){ .digest = (uint64_t)(letter & ~0x20),
		                               .length = letter == '-' ? 0
		                                         : is_short    ? 14
		                                                       : 40 };
}

/* In the order of enum compelling_kind: ip, fingerprint, device id, account, mail, shipping. */
static struct compelling_payment paid(const char *charge, int64_t day, const char *identifiers)
{
	struct compelling_payment payment = { .day = day };

	snprintf(payment.charge, sizeof(payment.charge), "%s", charge);
	for (size_t i = 0; i < COMPELLING_KINDS; i++)
		payment.identifiers[i] = identifier(identifiers[i]);
	return payment;
}

static void put(struct compelling_index *index, const char *charge, int64_t before,
                const char *identifiers)
{
	const struct compelling_payment payment = paid(charge, DAY - before, identifiers);

	assert_true(compelling_add(index, &payment));
}

static struct compelling_policy read_document(void)
{
	struct compelling_policy policy;

	policy_fixture_read(arena, &compelling_policy_kind, DOCUMENT, &policy);
	return policy;
}

static struct compelling_answer find(const struct compelling_policy *policy,
                                     const struct compelling_index *index, const char *identifiers)
{
	const struct compelling_payment disputed = paid("ch_disputed", DAY, identifiers);

	return compelling_find(policy, index, "visa", "10.4", &disputed);
}

/* Vector 24. */
static void the_window_is_kept_to_the_day(void **state)
{
	static const struct {
		int64_t before;
		bool eligible;
	} rows[] = {
		{ 119, false }, { 120, true }, { 365, true },
		{ 366, false }, { 0, false },  { -130, false },
	};
	const struct compelling_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct compelling_index *const index = arena_zero(arena, sizeof(*index));
		struct compelling_answer got;

		print_message("%lld days before\n", (long long)rows[i].before);
		put(index, "ch_1", rows[i].before, "AAAAAA");
		put(index, "ch_sure", 200, "AAAAAA");
		got = find(&policy, index, "AAAAAA");
		assert_int_equal(got.eligible, rows[i].eligible ? 2 : 1);
		assert_int_equal(got.status, rows[i].eligible ? COMPELLING_QUALIFIED
		                                              : COMPELLING_NOT_QUALIFIED);
		assert_int_equal(got.why, rows[i].eligible ? COMPELLING_WHY_NOTHING
		                                           : COMPELLING_WHY_TOO_FEW);
	}
}

static void two_elements_must_be_the_same_in_all_three(void **state)
{
	static const struct {
		const char *name;
		const char *disputed;
		const char *first;
		const char *second;
		enum compelling_status status;
		enum compelling_why why;
		uint32_t matching;
		uint32_t missing;
	} rows[] = {
		{ "all are the same", "AAAAAA", "AAAAAA", "AAAAAA", COMPELLING_QUALIFIED,
		  COMPELLING_WHY_NOTHING,
		  ELEMENT(IP) | ELEMENT(DEVICE) | ELEMENT(USER) | ELEMENT(SHIPPING), 0 },
		{ "address and account", "A--A--", "A--A--", "A--A--", COMPELLING_QUALIFIED,
		  COMPELLING_WHY_NOTHING, ELEMENT(IP) | ELEMENT(USER), 0 },
		{ "device id and mail", "--A-A-", "--A-A-", "--A-A-", COMPELLING_QUALIFIED,
		  COMPELLING_WHY_NOTHING, ELEMENT(DEVICE) | ELEMENT(USER), 0 },
		{ "two of one element are one match", "-AA---", "-AA---", "-AA---",
		  COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING, ELEMENT(DEVICE),
		  ELEMENT(IP) | ELEMENT(USER) | ELEMENT(SHIPPING) },
		{ "without address and device it takes one of them", "---A-A", "---A-A", "---A-A",
		  COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING,
		  ELEMENT(USER) | ELEMENT(SHIPPING), ELEMENT(IP) | ELEMENT(DEVICE) },
		{ "what is the same in two of three is no match", "AAAAAA", "AAAAAA", "BBBABB",
		  COMPELLING_NOT_QUALIFIED, COMPELLING_WHY_NO_MATCH, ELEMENT(USER), 0 },
		{ "a fingerprint too short is as good as none", "Aa-B--", "Aa-C--", "Aa-D--",
		  COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING, ELEMENT(IP),
		  ELEMENT(DEVICE) | ELEMENT(USER) | ELEMENT(SHIPPING) },
		{ "one of them lacks the account", "A--A--", "A--A--", "A-----",
		  COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING, ELEMENT(IP),
		  ELEMENT(DEVICE) | ELEMENT(USER) | ELEMENT(SHIPPING) },
		{ "one of them lacks the address, which the others share", "A--A--", "A--A--",
		  "---A--", COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING, ELEMENT(USER),
		  ELEMENT(IP) | ELEMENT(DEVICE) | ELEMENT(SHIPPING) },
		{ "the disputed one lacks an address that the others do not share", "---A--",
		  "A--A--", "B--A--", COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING,
		  ELEMENT(USER), ELEMENT(DEVICE) | ELEMENT(SHIPPING) },
		{ "the newer of them has another address", "A--A--", "B--A--", "---A--",
		  COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING, ELEMENT(USER),
		  ELEMENT(DEVICE) | ELEMENT(SHIPPING) },
		{ "the older of them has another address", "A--A--", "---A--", "B--A--",
		  COMPELLING_REQUIRES_ACTION, COMPELLING_WHY_MISSING, ELEMENT(USER),
		  ELEMENT(DEVICE) | ELEMENT(SHIPPING) },
		{ "someone else's", "AAAAAA", "BBBBBB", "CCCCCC", COMPELLING_NOT_QUALIFIED,
		  COMPELLING_WHY_NO_MATCH, 0, 0 },
	};
	const struct compelling_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct compelling_index *const index = arena_zero(arena, sizeof(*index));
		struct compelling_answer got;

		print_message("%s\n", rows[i].name);
		put(index, "ch_1", 150, rows[i].first);
		put(index, "ch_2", 300, rows[i].second);
		got = find(&policy, index, rows[i].disputed);
		assert_int_equal(got.status, rows[i].status);
		assert_int_equal(got.why, rows[i].why);
		assert_int_equal(got.matching, rows[i].matching);
		assert_int_equal(got.missing, rows[i].missing);
	}
}

static void the_best_pair_is_found_and_the_newest_of_equal_ones(void **state)
{
	const struct compelling_policy policy = read_document();
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));
	struct compelling_answer got;

	(void)state;
	put(index, "ch_old", 360, "A--A--");
	put(index, "ch_better", 340, "AA-A--");
	put(index, "ch_other", 200, "BB-B--");
	put(index, "ch_best", 180, "AA-A--");
	put(index, "ch_plain", 130, "A--A--");
	got = find(&policy, index, "AA-A--");
	assert_int_equal(got.status, COMPELLING_QUALIFIED);
	assert_string_equal(index->payments[got.earlier[0]].charge, "ch_best");
	assert_string_equal(index->payments[got.earlier[1]].charge, "ch_better");
	got = find(&policy, index, "A--A--");
	assert_string_equal(index->payments[got.earlier[0]].charge, "ch_plain");
	assert_string_equal(index->payments[got.earlier[1]].charge, "ch_best");
}

static void what_is_marked_proves_nothing(void **state)
{
	static const enum compelling_mark marks[] = { COMPELLING_DISPUTED, COMPELLING_REFUNDED,
		                                      COMPELLING_FRAUD_REPORTED };
	const struct compelling_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(marks); i++) {
		struct compelling_index *const index = arena_zero(arena, sizeof(*index));

		put(index, "ch_1", 150, "AAAAAA");
		put(index, "ch_2", 300, "AAAAAA");
		assert_true(compelling_mark(index, "ch_1", marks[i]));
		assert_int_equal(find(&policy, index, "AAAAAA").eligible, 1);
		put(index, "ch_1", 151, "AAAAAA");
		assert_int_equal(index->count, 2);
		assert_int_equal(find(&policy, index, "AAAAAA").why, COMPELLING_WHY_TOO_FEW);
		assert_false(compelling_mark(index, "ch_9", marks[i]));
	}
}

static void a_payment_is_no_evidence_for_itself(void **state)
{
	const struct compelling_policy policy = read_document();
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));

	(void)state;
	put(index, "ch_1", 150, "AAAAAA");
	put(index, "ch_disputed", 200, "AAAAAA");
	assert_int_equal(find(&policy, index, "AAAAAA").eligible, 1);
}

static void only_visa_s_code_asks_for_it(void **state)
{
	static const char *const rows[][2] = {
		{ "visa", "10.3" },
		{ "mastercard", "10.4" },
		{ "visa", "" },
		{ "", "10.4" },
	};
	const struct compelling_policy policy = read_document();
	const struct compelling_payment disputed = paid("ch_disputed", DAY, "AAAAAA");
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));

	(void)state;
	put(index, "ch_1", 150, "AAAAAA");
	put(index, "ch_2", 300, "AAAAAA");
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct compelling_answer got =
		    compelling_find(&policy, index, rows[i][0], rows[i][1], &disputed);

		assert_int_equal(got.status, COMPELLING_NOT_QUALIFIED);
		assert_int_equal(got.why, COMPELLING_WHY_OTHER_REASON);
	}
}

static void the_index_is_bounded_and_keeps_its_spread_and_its_marks(void **state)
{
	const struct compelling_policy policy = read_document();
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));
	size_t eligible = 0;
	char charge[32];

	(void)state;
	for (int64_t day = 0; day < 400; day++) {
		snprintf(charge, sizeof(charge), "ch_%03lld", (long long)day);
		put(index, charge, 399 - day, "AAAAAA");
		if (day == 10)
			assert_true(compelling_mark(index, "ch_010", COMPELLING_FRAUD_REPORTED));
	}
	assert_int_equal(index->count, COMPELLING_PAYMENTS_MAX);
	assert_true(compelling_mark(index, "ch_010", COMPELLING_FRAUD_REPORTED));
	assert_true(compelling_mark(index, "ch_399", COMPELLING_REFUNDED));
	eligible = find(&policy, index, "AAAAAA").eligible;
	assert_true(eligible >= 20);
	for (size_t i = 1; i < index->count; i++)
		assert_true(index->payments[i - 1].day < index->payments[i].day);
}

static void of_equally_close_ones_the_first_goes(void **state)
{
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));
	char charge[32];

	(void)state;
	for (int64_t i = 0; i <= COMPELLING_PAYMENTS_MAX; i++) {
		snprintf(charge, sizeof(charge), "ch_%03lld", (long long)i);
		put(index, charge, 1000 - i * 5, "AAAAAA");
	}
	assert_string_equal(index->payments[0].charge, "ch_000");
	assert_string_equal(index->payments[1].charge, "ch_002");
}

static void payments_of_a_day_stand_by_their_ids(void **state)
{
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));

	(void)state;
	put(index, "ch_b", 150, "AAAAAA");
	put(index, "ch_c", 150, "AAAAAA");
	put(index, "ch_a", 150, "AAAAAA");
	put(index, "ch_d", 151, "AAAAAA");
	assert_string_equal(index->payments[0].charge, "ch_d");
	assert_string_equal(index->payments[1].charge, "ch_a");
	assert_string_equal(index->payments[2].charge, "ch_b");
	assert_string_equal(index->payments[3].charge, "ch_c");
}

/* The provider's API reference: a fingerprint has 20 characters at least, a device's id 15. */
static void a_length_is_kept_to_the_character(void **state)
{
	static const struct {
		enum compelling_kind kind;
		int32_t enough;
	} rows[] = {
		{ COMPELLING_DEVICE_FINGERPRINT, 20 },
		{ COMPELLING_DEVICE_ID, 15 },
		{ COMPELLING_IP, 1 },
	};
	const struct compelling_policy policy = read_document();

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct compelling_payment payment = paid("ch_1", DAY, "---A--");

		payment.identifiers[rows[i].kind].length = rows[i].enough;
		assert_int_equal(compelling_lacks(&policy, &payment), 0);
		payment.identifiers[rows[i].kind].length = rows[i].enough - 1;
		assert_int_not_equal(compelling_lacks(&policy, &payment), 0);
	}
}

static void of_marked_ones_alone_the_oldest_goes(void **state)
{
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));
	char charge[32];

	(void)state;
	for (int64_t day = 0; day < COMPELLING_PAYMENTS_MAX; day++) {
		snprintf(charge, sizeof(charge), "ch_%03lld", (long long)day);
		put(index, charge, 399 - day, "AAAAAA");
		assert_true(compelling_mark(index, charge, COMPELLING_DISPUTED));
	}
	put(index, "ch_new", 0, "AAAAAA");
	assert_int_equal(index->count, COMPELLING_PAYMENTS_MAX);
	assert_string_equal(index->payments[0].charge, "ch_001");
	assert_string_equal(index->payments[COMPELLING_PAYMENTS_MAX - 1].charge, "ch_new");
}

static void a_charge_without_an_id_or_with_too_long_a_one_is_refused(void **state)
{
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));
	struct compelling_payment payment = paid("", DAY, "AAAAAA");

	(void)state;
	assert_false(compelling_add(index, &payment));
	memset(payment.charge, 'x', sizeof(payment.charge));
	assert_false(compelling_add(index, &payment));
	assert_int_equal(index->count, 0);
}

static void what_is_missing_is_said_while_there_is_time(void **state)
{
	const struct compelling_policy policy = read_document();
	struct compelling_index *const index = arena_zero(arena, sizeof(*index));
	struct compelling_readiness got;

	(void)state;
	put(index, "ch_past", 366, "------");
	put(index, "ch_fit", 365, "A--A--");
	put(index, "ch_unfit", 200, "A-----");
	put(index, "ch_unfit_too", 120, "A-----");
	for (int i = 0; i < 3; i++)
		put(index, arena_printf(arena, "ch_maturing_%d", i), 100 - i, "-A--A-");
	for (int i = 0; i < 4; i++)
		put(index, arena_printf(arena, "ch_young_%d", i), 10 - i, "A-----");
	put(index, "ch_marked", 20, "------");
	assert_true(compelling_mark(index, "ch_marked", COMPELLING_DISPUTED));
	got = compelling_ready(&policy, index, DAY);
	assert_int_equal(got.usable, 1);
	assert_int_equal(got.unfit, 2);
	assert_int_equal(got.maturing, 3);
	assert_int_equal(got.young, 4);
	assert_int_equal(got.lacking, ELEMENT(DEVICE) | ELEMENT(USER) | ELEMENT(SHIPPING));
	assert_int_equal(compelling_lacks(&policy, &index->payments[1]), 0);
	assert_int_equal(compelling_lacks(&policy, &index->payments[0]), got.lacking | ELEMENT(IP));
}

static void identifiers_need_an_anchor(void **state)
{
	static const char whole[] =
	    "{\"id\":\"v\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\","
	    "\"sources\":[{\"about\":\"all\",\"says\":\"s\",\"as_of\":\"2026-01-01\"}],"
	    "\"network\":\"visa\",\"codes\":[\"10.4\"],\"window\":{\"after_days\":119,"
	    "\"before_days\":366,\"payments\":2,\"matches\":1},\"identifiers\":["
	    "{\"kind\":\"ip\",\"element\":\"ip\",\"anchor\":true},"
	    "{\"kind\":\"email\",\"element\":\"user\"}]}";
	static const struct bent_document rows[] = {
		{ "none", "\"anchor\":true", "\"anchor\":false",
		  "identifiers: must have an anchor" },
		{ "half of one", "\"element\":\"user\"", "\"element\":\"ip\"",
		  "identifiers[1].anchor: is not as another's of its element" },
	};

	(void)state;
	policy_fixture_refuses(arena, &compelling_policy_kind, whole, rows, COUNT_OF(rows));
}

static void what_is_wrong_is_refused_with_its_place_in_the_document(void **state)
{
	static const struct bent_document rows[] = {
		{ "without a date", "\"effective_from\"", "\"effective\"", "effective: " },
		{ "without sources", "\"sources\"", "\"origins\"", "origins: " },
		{ "without a network", "\"network\": \"visa\"", "\"network\": \"\"", "network: " },
		{ "without a code", "[\"10.4\"]", "[]", "codes: must have a code" },
		{ "a window of no day", "\"before_days\": 366", "\"before_days\": 120",
		  "window.before_days: leaves no day after after_days" },
		{ "three payments", "\"payments\": 2", "\"payments\": 3", "window.payments: " },
		{ "no match", "\"matches\": 2", "\"matches\": 0", "window.matches: " },
		{ "a kind nobody knows", "\"kind\": \"ip\"", "\"kind\": \"face\"",
		  "identifiers[0].kind: " },
		{ "a kind twice", "\"kind\": \"device_id\"", "\"kind\": \"ip\"",
		  "identifiers[2].kind: stands in the list twice" },
		{ "an element nobody knows", "\"element\": \"ip\"", "\"element\": \"soul\"",
		  "identifiers[0].element: " },
		{ "half an anchor", "\"element\": \"device\", \"anchor\": true, \"min_length\": 15",
		  "\"element\": \"device\", \"min_length\": 15",
		  "identifiers[2].anchor: is not as another's of its element" },
		{ "a length of nothing", "\"min_length\": 20", "\"min_length\": 0",
		  "identifiers[1].min_length: " },
		{ "a field nobody knows", "\"refunded\": false", "\"refunds\": false",
		  "window.refunds: " },
	};

	(void)state;
	policy_fixture_refuses(arena, &compelling_policy_kind, policy_fixture_text(arena, DOCUMENT),
	                       rows, COUNT_OF(rows));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_window_is_kept_to_the_day),
		cmocka_unit_test(two_elements_must_be_the_same_in_all_three),
		cmocka_unit_test(the_best_pair_is_found_and_the_newest_of_equal_ones),
		cmocka_unit_test(what_is_marked_proves_nothing),
		cmocka_unit_test(a_payment_is_no_evidence_for_itself),
		cmocka_unit_test(only_visa_s_code_asks_for_it),
		cmocka_unit_test(the_index_is_bounded_and_keeps_its_spread_and_its_marks),
		cmocka_unit_test(of_equally_close_ones_the_first_goes),
		cmocka_unit_test(payments_of_a_day_stand_by_their_ids),
		cmocka_unit_test(a_length_is_kept_to_the_character),
		cmocka_unit_test(of_marked_ones_alone_the_oldest_goes),
		cmocka_unit_test(a_charge_without_an_id_or_with_too_long_a_one_is_refused),
		cmocka_unit_test(what_is_missing_is_said_while_there_is_time),
		cmocka_unit_test(identifiers_need_an_anchor),
		cmocka_unit_test(what_is_wrong_is_refused_with_its_place_in_the_document),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
