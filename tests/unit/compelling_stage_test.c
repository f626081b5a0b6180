/*
 * compelling_stage_test - earlier payments of a card in the real stage: which two prove a disputed one, and what they lack in time.
 */
#include "tests/support/before_fixture.h"
#include "tests/support/order.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/cases/case_before.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define IP "203.0.113.7"
#define DEVICE "device-0123456789" /* 15 characters at least */
#define DISPUTED_AT "2026-06-10T09:00:00Z"
#define LATER "2026-06-10T10:00:00Z"
#define PAID_AT "2026-06-01T09:00:00Z" /* of the disputed payment */
#define OLDEST "2025-06-01T09:00:00Z"  /* 365 days before */
#define TOO_OLD "2025-05-31T09:00:00Z"
#define YOUNGEST "2026-02-01T09:00:00Z" /* 120 days before */
#define TOO_YOUNG "2026-02-02T09:00:00Z"

static void paid(const char *id, const char *at, const char *ip, const char *account)
{
	before_paid(at, &(struct before_payment){ .id = id, .ip = ip, .account = account });
}

/* What is said of compelling evidence when ch_1 is disputed, and nothing else. */
static void expect_judged(const char *line)
{
	const Opsmesh__V1__CompellingJudged *kept;
	const char *said;

	before_disputed(DISPUTED_AT, &(struct before_dispute){ .id = NULL });
	gather_pass(LATER);
	kept = before_kept(GATHER_DISPUTE)->compelling;
	said = kept != NULL
	           ? arena_printf(gather_stage.arena, "%s %s %zu %zu %zu", kept->status, kept->why,
	                          kept->n_payment_ids, kept->n_matching, kept->n_missing)
	           : "nothing";
	assert_string_equal(said, line);
}

static void the_window_is_from_120_to_365_days(void **state)
{
	static const struct {
		const char *first;
		const char *second;
		const char *said; /* status, why, payments, matching, missing */
	} rows[] = {
		{ OLDEST, YOUNGEST, "qualified nothing 2 2 0" },
		{ TOO_OLD, YOUNGEST, "not_qualified too_few 0 0 0" },
		{ OLDEST, TOO_YOUNG, "not_qualified too_few 0 0 0" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		paid("ch_3", rows[i].first, IP, "u-1");
		paid("ch_2", rows[i].second, IP, "u-1");
		paid("ch_1", PAID_AT, IP, "u-1");
		expect_judged(rows[i].said);
		gather_stop(state);
		before_start(state);
	}
}

static void the_two_payments_and_what_matches_are_named(void **state)
{
	(void)state;
	paid("ch_3", OLDEST, IP, "u-1");
	paid("ch_2", YOUNGEST, IP, "u-1");
	paid("ch_1", PAID_AT, IP, "u-1");
	gather_pass(PAID_AT);
	before_expect("");
	before_disputed(DISPUTED_AT, &(struct before_dispute){ .id = NULL });
	gather_pass(LATER);
	before_expect("opened chargeback\n"
	              "compelling qualified nothing of ch_2,ch_3, same ip,user, missing \n"
	              "worth accept 50000 of little, gains -2400 USD\n");
	before_wrote("2026-06-11T09:00:00Z", "T-1", OPSMESH__V1__ROLE__ROLE_CUSTOMER);
	gather_pass("2026-06-11T10:00:00Z");
	assert_null(strstr(before_heard(), "compelling"));
}

static void a_marked_payment_is_no_evidence_whenever_the_mark_came(void **state)
{
	static const struct {
		bool disputed;
		bool warned;
		bool refunded;
		bool before; /* the mark comes before the payment that it marks */
	} rows[] = { { .disputed = true },
		     { .warned = true },
		     { .refunded = true },
		     { .disputed = true, .before = true },
		     { .warned = true, .before = true } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (!rows[i].before)
			paid("ch_2", YOUNGEST, IP, "u-1");
		if (rows[i].disputed)
			before_disputed("2026-03-01T09:00:00Z",
			                &(struct before_dispute){ .id = "dp_9",
			                                          .payment = "ch_2" });
		if (rows[i].warned)
			before_warned("2026-03-01T09:00:00Z", "issfr_9", "ch_2", true);
		if (rows[i].before)
			before_paid("2026-03-01T10:00:00Z",
			            &(struct before_payment){ .id = "ch_2",
			                                      .created = YOUNGEST,
			                                      .ip = IP,
			                                      .account = "u-1" });
		if (rows[i].refunded)
			before_paid("2026-03-01T09:00:00Z",
			            &(struct before_payment){ .id = "ch_2",
			                                      .created = YOUNGEST,
			                                      .ip = IP,
			                                      .account = "u-1",
			                                      .refunded = 12000 });
		before_paid("2026-05-01T09:00:00Z",
		            &(struct before_payment){
				.id = "ch_3", .created = OLDEST, .ip = IP, .account = "u-1" });
		paid("ch_1", PAID_AT, IP, "u-1");
		expect_judged("not_qualified too_few 0 0 0");
		gather_stop(state);
		before_start(state);
	}
}

/* What was given back in part stands; what was never taken proves nothing. */
static void a_payment_counts_that_was_taken_and_not_given_back_whole(void **state)
{
	static const struct {
		int64_t refunded;
		bool reserved;
		const char *said;
	} rows[] = {
		{ 11999, false, "qualified nothing 2 2 0" },
		{ 12000, false, "not_qualified too_few 0 0 0" },
		{ 0, true, "not_qualified too_few 0 0 0" },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		paid("ch_3", OLDEST, IP, "u-1");
		before_paid(YOUNGEST, &(struct before_payment){ .id = "ch_2",
		                                                .ip = IP,
		                                                .account = "u-1",
		                                                .refunded = rows[i].refunded,
		                                                .reserved = rows[i].reserved });
		paid("ch_1", PAID_AT, IP, "u-1");
		expect_judged(rows[i].said);
		gather_stop(state);
		before_start(state);
	}
}

static void what_is_answered_is_not_judged_again(void **state)
{
	(void)state;
	paid("ch_3", OLDEST, IP, "u-1");
	paid("ch_2", YOUNGEST, IP, "u-1");
	paid("ch_1", PAID_AT, IP, "u-1");
	expect_judged("qualified nothing 2 2 0");
	before_disputed("2026-06-11T09:00:00Z",
	                &(struct before_dispute){ .status = "under_review", .submissions = 1 });
	before_warned("2026-06-11T10:00:00Z", "issfr_9", "ch_2", true);
	gather_pass("2026-06-11T11:00:00Z");
	assert_string_equal(before_kept(GATHER_DISPUTE)->compelling->status, "qualified");
}

static void what_is_missing_is_named(void **state)
{
	(void)state;
	paid("ch_3", OLDEST, IP, NULL);
	paid("ch_2", YOUNGEST, IP, "u-1");
	paid("ch_1", PAID_AT, IP, "u-1");
	expect_judged("requires_action missing 2 1 3");
}

static void another_code_network_or_card_is_not_judged(void **state)
{
	static const struct {
		const char *network;
		const char *code;
	} rows[] = { { "visa", "13.1" }, { "mastercard", "10.4" } };

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		paid("ch_1", PAID_AT, IP, "u-1");
		before_disputed(DISPUTED_AT, &(struct before_dispute){ .network = rows[i].network,
		                                                       .code = rows[i].code });
		gather_pass(LATER);
		assert_null(before_kept(GATHER_DISPUTE)->compelling);
		gather_stop(state);
		before_start(state);
	}
}

static void payments_of_another_card_are_none_of_this_one(void **state)
{
	(void)state;
	before_paid(OLDEST, &(struct before_payment){
				.id = "ch_3", .card = "card_2", .ip = IP, .account = "u-1" });
	paid("ch_2", YOUNGEST, IP, "u-1");
	paid("ch_1", PAID_AT, IP, "u-1");
	expect_judged("not_qualified too_few 0 0 0");
}

static void what_payments_lack_is_said_while_there_is_time(void **state)
{
	(void)state;
	paid("ch_1", "2026-01-01T09:00:00Z", IP, NULL);
	gather_pass("2026-01-01T09:00:00Z");
	before_expect("lacks 1 device, 1 user, 1 shipping\n");
	paid("ch_2", "2026-02-01T09:00:00Z", IP, NULL);
	gather_pass("2026-02-01T09:00:00Z");
	before_expect("");
	before_paid("2026-02-02T09:00:00Z",
	            &(struct before_payment){ .id = "ch_3", .device = "short", .account = "u-1" });
	gather_pass("2026-02-02T09:00:00Z");
	before_expect("lacks 1 ip, 3 device, 2 user, 3 shipping\n");
	paid("ch_1", "2026-02-03T09:00:00Z", IP, "u-1");
	paid("ch_2", "2026-02-03T09:00:00Z", IP, "u-1");
	before_paid("2026-02-03T09:00:00Z",
	            &(struct before_payment){ .id = "ch_3", .device = DEVICE, .account = "u-1" });
	gather_pass("2026-02-03T09:00:00Z");
	before_expect("lacks 1 ip, 1 device, 1 shipping\nlacks nothing\n");
}

static void a_card_keeps_64_payments(void **state)
{
	struct compelling_card_row row = { .home = gather_home, .fingerprint = "card_1" };
	char reason[PROTO_REASON_SIZE];
	ProtobufCMessage *message;

	(void)state;
	for (int i = 0; i < 80; i++)
		paid(arena_printf(gather_stage.arena, "ch_%03d", i),
		     arena_printf(gather_stage.arena, "2026-%02d-%02dT09:00:00Z", 1 + i / 28,
		                  1 + i % 28),
		     IP, "u-1");
	gather_pass("2026-06-01T09:00:00Z");
	assert_true(stage_test_row(&gather_stage, &compelling_card_table, &row));
	assert_true(proto_unpack(gather_stage.arena, &opsmesh__v1__card_kept__descriptor, row.kept,
	                         &message, reason));
	assert_int_equal(((const Opsmesh__V1__CardKept *)(const void *)message)->n_payments,
	                 COMPELLING_PAYMENTS_MAX);
}

/* In any order of what came, the answer is the same. */
static void the_answer_does_not_depend_on_the_order(void **state)
{
	static const struct before_payment payments[] = {
		{ .id = "ch_3", .created = OLDEST, .ip = IP, .device = DEVICE },
		{ .id = "ch_2", .created = YOUNGEST, .ip = IP, .device = DEVICE },
		{ .id = "ch_4", .created = "2025-12-01T00:00:00Z", .ip = IP, .device = DEVICE },
		{ .id = "ch_1", .created = PAID_AT, .ip = IP, .device = DEVICE },
	};

	for (uint64_t seed = 1; seed <= 24; seed++) {
		struct chance chance;
		size_t places[6] = { 0, 1, 2, 3, 4, 5 };

		chance_seed(&chance, seed);
		order_shuffle(&chance, places, COUNT_OF(places));
		for (size_t i = 0; i < COUNT_OF(places); i++)
			if (places[i] < 4)
				before_paid(DISPUTED_AT, &payments[places[i]]);
			else if (places[i] == 4)
				before_disputed(DISPUTED_AT,
				                &(struct before_dispute){ .id = NULL });
			else
				before_warned(DISPUTED_AT, "issfr_9", "ch_4", true);
		gather_pass("2026-06-11T10:00:00Z");
		const Opsmesh__V1__CompellingJudged *const kept =
		    before_kept(GATHER_DISPUTE)->compelling;

		assert_non_null(kept);
		assert_string_equal(kept->status, "qualified");
		assert_string_equal(kept->payment_ids[0], "ch_2");
		assert_string_equal(kept->payment_ids[1], "ch_3");
		gather_stop(state);
		before_start(state);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, before_start, gather_stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(the_window_is_from_120_to_365_days),
		CASE(the_two_payments_and_what_matches_are_named),
		CASE(a_marked_payment_is_no_evidence_whenever_the_mark_came),
		CASE(a_payment_counts_that_was_taken_and_not_given_back_whole),
		CASE(what_is_answered_is_not_judged_again),
		CASE(what_is_missing_is_named),
		CASE(another_code_network_or_card_is_not_judged),
		CASE(payments_of_another_card_are_none_of_this_one),
		CASE(what_payments_lack_is_said_while_there_is_time),
		CASE(a_card_keeps_64_payments),
		CASE(the_answer_does_not_depend_on_the_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
