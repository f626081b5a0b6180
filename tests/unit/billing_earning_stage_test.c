/*
 * billing_earning_stage_test - what the stage `customer` earns day by day, however late its facts come.
 */
#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "opsmesh/v1/mirror.pb-c.h"
#include "proto/opsmesh/v1/catalogue.h"
#include "services/billing-sync/billing.h"
#include "services/billing-sync/customer_revenue/customer_deferral.h"
#include "services/billing-sync/customer_revenue/customer_earning.h"
#include "services/billing-sync/entry/entry.h"
#include "services/billing-sync/entry/figure.h"
#include "tests/support/billing_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/stage_test.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SHARD 1
#define MAY 1777593600  /* 2026-05-01T00:00:00Z */
#define JUNE 1780272000 /* 2026-06-01T00:00:00Z */
#define JULY 1782864000
#define OCTOBER 1790812800
#define DAY 86400

static struct stage_test stage;
static const char *key;

static int start(void **state)
{
	(void)state;
	stage_test_init(&stage, &opsmesh_catalogue, &billing_sync_stages[BILLING_CUSTOMER], SHARD,
	                billing_fixture(), NULL);
	key = stage_test_key(&stage, "cus_");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	stage_test_finish(&stage);
	return 0;
}

static struct instant at_second(int64_t second)
{
	return (struct instant){ SECONDS(second).us };
}

/* One state of one object, as the provider made it at a second. */
struct told {
	int64_t second;
	const char *type;
	const char *id;
	int64_t revision;
	const char *status;
	const char *json;
};

/* It is heard of at another second. */
static void feed(const struct told *told, int64_t heard)
{
	Opsmesh__V1__ByCustomerEvent event = OPSMESH__V1__BY_CUSTOMER_EVENT__INIT;
	Opsmesh__V1__ObjectMirrored made = OPSMESH__V1__OBJECT_MIRRORED__INIT;
	const struct instant now = at_second(heard);

	made.object_id = text_mutable(told->id);
	made.object_type = text_mutable(told->type);
	made.revision = told->revision;
	made.status = text_mutable(told->status);
	made.payload.data = (uint8_t *)(uintptr_t)told->json;
	made.payload.len = strlen(told->json);
	event.customer_id = text_mutable(key);
	event.occurred_at = proto_timestamp(stage.arena, at_second(told->second));
	event.fact_case = OPSMESH__V1__BY_CUSTOMER_EVENT__FACT_MIRRORED;
	event.mirrored = &made;
	(void)stage_test_feed(&stage, &(struct stage_test_event){ .topic = OPS_BY_CUSTOMER,
	                                                          .key = key,
	                                                          .time = at_second(told->second),
	                                                          .mesh = now,
	                                                          .message = &event.base });
	assert_int_equal(stage_test_fold(&stage, STAGE_TEST_ALL, now), STATUS_OK);
}

/* Nothing happens until then. */
static void pass(int64_t until)
{
	assert_int_equal(stage_test_fold(&stage, 0, time_add(at_second(until), SECONDS(1))),
	                 STATUS_OK);
}

/* The ledger. */

static const enum account asked[] = { ACCOUNT_DEFERRED_REVENUE, ACCOUNT_REVENUE, ACCOUNT_REFUNDS,
	                              ACCOUNT_DISPUTES };
struct sums {
	int64_t of[COUNT_OF(asked)];
};

static void add(struct sums *sums, const char *id, struct instant before)
{
	for (int64_t line = 1; line <= JOURNAL_LINES_MAX; line++) {
		struct entry_row row = { .transaction_id = id, .line = line };

		if (!stage_test_row(&stage, &entry_table, &row))
			return;
		for (size_t i = 0; time_before(row.at, before) && i < COUNT_OF(asked); i++)
			if (text_equal(row.account, chart_name(asked[i])))
				sums->of[i] += row.minor;
	}
}

#define NUMBERS 40 /* more transactions than an invoice's facts make here */
#define DAYS_ASKED 160

static const char *day_id(int64_t day)
{
	char text[TIME_TEXT_SIZE];

	return arena_printf(stage.arena, "recognised/%.10s/JPY/%d",
	                    time_format(at_second(day * DAY), text), SHARD);
}

/* "deferred_revenue, revenue, refunds, disputes" of all that is dated before. */
static const char *books(int64_t before)
{
	static const char *const ids[] = { "invoice/in_1",  "reversal/invoice/in_1", "refund/txn_2",
		                           "dispute/txn_3", "dispute/txn_4",         NULL };
	struct sums sums = { { 0 } };

	for (size_t i = 0; ids[i] != NULL; i++)
		add(&sums, ids[i], at_second(before));
	for (int number = 1; number <= NUMBERS; number++) {
		add(&sums, arena_printf(stage.arena, "recognised/in_1/%d", number),
		    at_second(before));
		add(&sums, arena_printf(stage.arena, "cleared/in_1/%d", number), at_second(before));
	}
	for (int64_t day = 0; day < DAYS_ASKED; day++)
		add(&sums, day_id(MAY / DAY + day), at_second(before));
	return arena_printf(stage.arena, "%lld %lld %lld %lld", (long long)sums.of[0],
	                    (long long)sums.of[1], (long long)sums.of[2], (long long)sums.of[3]);
}

/* A line of 10,909 yen for May, one of 4,500 for six weeks; a charge; a refund; a dispute that is won. */
#define INVOICE(status)                                                                         \
	"{\"id\":\"in_1\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"" status   \
	"\",\"currency\":\"jpy\",\"created\":1777593600,\"subtotal\":15409,\"total\":15409,"    \
	"\"amount_due\":15409,\"amount_paid\":0,\"amount_remaining\":15409,\"lines\":{"         \
	"\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\",\"object\":"         \
	"\"line_item\",\"amount\":10909,\"currency\":\"jpy\",\"quantity\":1,\"period\":{"       \
	"\"start\":1777593600,\"end\":1780272000}},{\"id\":\"il_2\",\"object\":\"line_item\","  \
	"\"amount\":4500,\"currency\":\"jpy\",\"quantity\":1,\"period\":{\"start\":1778889600," \
	"\"end\":1782777600}}]}}"
#define TXN(id, type, source, amount, second)                                    \
	"{\"id\":\"" id "\",\"object\":\"balance_transaction\",\"type\":\"" type \
	"\",\"amount\":" amount ",\"fee\":0,\"net\":" amount                     \
	",\"currency\":\"jpy\",\"created\":" second ",\"source\":\"" source      \
	"\",\"exchange_rate\":null,\"status\":\"available\",\"fee_details\":[]}"
#define DISPUTE(status, more)                                                                    \
	"{\"id\":\"dp_1\",\"object\":\"dispute\",\"status\":\"" status                           \
	"\",\"charge\":\"ch_1\",\"currency\":\"jpy\",\"amount\":9000,\"reason\":\"fraudulent\"," \
	"\"balance_transactions\":[" TXN("txn_3", "adjustment", "dp_1", "-9000", "1779235200")   \
	    more "]}"
#define REFUND                                                                                      \
	"{\"id\":\"re_1\",\"object\":\"refund\",\"status\":\"succeeded\",\"charge\":\"ch_1\","      \
	"\"currency\":\"jpy\",\"amount\":2000,\"created\":1778457600,\"balance_transaction\":" TXN( \
	    "txn_2", "refund", "re_1", "-2000", "1778457600") "}"

static const struct told story[] = {
	{ MAY, "invoice", "in_1", 1, "open", INVOICE("open") },
	{ MAY + 100, "charge", "ch_1", 1, "succeeded",
	  "{\"id\":\"ch_1\",\"object\":\"charge\",\"customer\":\"cus_1\",\"status\":\"succeeded\","
	  "\"captured\":true,\"currency\":\"jpy\",\"amount\":15409,\"amount_captured\":15409,"
	  "\"amount_refunded\":0,\"created\":1777593700,\"invoice\":\"in_1\"}" },
	{ MAY + 200, "balance_transaction", "txn_1", 1, "available",
	  TXN("txn_1", "charge", "ch_1", "15409", "1777593800") },
	{ MAY + 10 * DAY, "refund", "re_1", 1, "succeeded", REFUND },
	{ MAY + 19 * DAY, "dispute", "dp_1", 1, "lost", DISPUTE("lost", "") },
	{ MAY + 33 * DAY, "dispute", "dp_1", 2, "won",
	  DISPUTE("won", "," TXN("txn_4", "adjustment", "dp_1", "9000", "1780444800")) },
};
#define STATES COUNT_OF(story)

static void what_is_earned_when_can_be_read_by_others(void **state)
{
	struct deferral_row row = { .customer_id = key, .invoice_id = "in_1" };

	(void)state;
	feed(&story[0], MAY + 3600);
	assert_true(stage_test_row(&stage, &deferral_table, &row));
	assert_string_equal(row.schedule, "20574,20574+31=10909 il_1\n"
	                                  "20574,20589+16=1600,20605+29=2900 il_2\n");
}

/* 10,909 over 31 days: 351 a day and 28 more, so 352 on the first 28 days. */
static void each_day_earns_its_part(void **state)
{
	struct entry_row row = { .transaction_id = day_id(MAY / DAY), .line = 1 };
	char text[TIME_TEXT_SIZE];

	(void)state;
	feed(&story[0], MAY + 3600);
	pass(MAY + DAY - 2);
	assert_string_equal(books(JULY), "-15409 0 0 0");
	pass(MAY + DAY);
	assert_string_equal(books(JULY), "-15057 -352 0 0");
	assert_true(stage_test_row(&stage, &entry_table, &row));
	assert_int_equal(row.minor, 352);
	assert_string_equal(row.account, "deferred_revenue");
	assert_string_equal(time_format(row.at, text), "2026-05-01T23:59:59.999999Z");
	pass(MAY + 15 * DAY);
	assert_string_equal(books(JULY), "-10129 -5280 0 0");
}

static void after_the_last_day_all_is_earned_and_nobody_is_woken(void **state)
{
	struct instant due;

	(void)state;
	feed(&story[0], MAY + 3600);
	stage_test_restart(&stage);
	pass(MAY + 59 * DAY);
	assert_true(stage_test_timer(&stage, CUSTOMER_TIMER_EARN, "JPY", &due));
	pass(OCTOBER);
	assert_string_equal(books(OCTOBER), "0 -15409 0 0");
	assert_false(stage_test_timer(&stage, CUSTOMER_TIMER_EARN, "JPY", &due));
}

/* On the eleventh 3,520 are earned; the refund is less than what is not. */
static void a_refund_clears_what_is_not_earned_first(void **state)
{
	(void)state;
	for (size_t i = 0; i < 3; i++)
		feed(&story[i], MAY + 3600);
	feed(&story[3], MAY + 10 * DAY + 1);
	assert_string_equal(books(JULY), "-9889 -3520 0 0");
	pass(OCTOBER);
	assert_string_equal(books(OCTOBER), "0 -13409 0 0");
}

/*
 * The refund took 1,243 of the first line's 7,389 and 757 of the second's 4,500. Until the twentieth 10 * 352 +
 * 9 * 293 and 3 * 84 + 83 were earned: of the 9,000 that are disputed 6,917 were not, and the rest is contra.
 */
static void what_was_earned_stays_and_is_contra(void **state)
{
	(void)state;
	for (size_t i = 0; i < 5; i++)
		feed(&story[i], story[i].second + 1);
	pass(OCTOBER);
	assert_string_equal(books(OCTOBER), "0 -6492 0 2083");
}

static void a_dispute_that_is_won_took_nothing(void **state)
{
	(void)state;
	for (size_t i = 0; i < STATES; i++)
		feed(&story[i], story[i].second + 1);
	pass(OCTOBER);
	assert_string_equal(books(OCTOBER), "0 -13409 0 0");
}

static void what_is_voided_was_never_earned(void **state)
{
	const struct told gone = { MAY + 20 * DAY, "invoice", "in_1", 2, "void", INVOICE("void") };
	struct instant due;

	(void)state;
	feed(&story[0], MAY + 3600);
	feed(&gone, gone.second);
	assert_string_equal(books(OCTOBER), "0 0 0 0");
	pass(gone.second + DAY);
	assert_false(stage_test_timer(&stage, CUSTOMER_TIMER_EARN, "JPY", &due));
}

/* The next day's end that was told; NULL: there is none. */
static const Opsmesh__V1__BooksDayEnded *next_end(void)
{
	const ProtobufCMessage *message;
	const struct fact *fact;

	while ((fact = stage_test_next(&stage, &message)) != NULL) {
		const Opsmesh__V1__BillingEvent *const event = (const void *)message;

		if (fact->topic == OPS_BILLING &&
		    event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_BOOKS_DAY_ENDED)
			return event->books_day_ended;
	}
	return NULL;
}

static void each_day_end_says_how_deferred_revenue_rolled_forward(void **state)
{
	const Opsmesh__V1__BooksDayEnded *end;

	(void)state;
	for (size_t i = 0; i < 3; i++)
		feed(&story[i], MAY + 3600);
	feed(&story[3], MAY + 10 * DAY + 1);
	pass(MAY + 11 * DAY);
	end = next_end();
	CHECK(end != NULL);
	assert_string_equal(end->day, "2026-05-01");
	assert_string_equal(end->currency, "JPY");
	assert_int_equal(end->deferred->opening, 0);
	assert_int_equal(end->deferred->billed, 15409);
	assert_int_equal(end->deferred->recognised, 352);
	assert_int_equal(end->deferred->closing, 15057);
	for (int day = 2; day <= 11; day++) {
		assert_int_equal(end->deferred->off_by, 0);
		end = next_end();
		CHECK(end != NULL);
	}
	assert_string_equal(end->day, "2026-05-11");
	assert_int_equal(end->deferred->opening, 11889);
	assert_int_equal(end->deferred->cleared, 2000);
	assert_int_equal(end->deferred->recognised, 293);
	assert_int_equal(end->deferred->closing, 9596);
	assert_int_equal(end->deferred->off_by, 0);
}

/* Recurring revenue. */

#define SUBSCRIPTION(status, seats)                                                                 \
	"{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"status\":\"" status \
	"\",\"currency\":\"jpy\",\"start_date\":1000,\"current_period_start\":1000,"                \
	"\"current_period_end\":2000000000,\"items\":{\"object\":\"list\",\"has_more\":false,"      \
	"\"data\":[{\"id\":\"si_1\",\"object\":\"subscription_item\",\"quantity\":" seats           \
	",\"price\":{\"id\":\"price_team\",\"object\":\"price\",\"currency\":\"jpy\","              \
	"\"product\":\"prod_1\",\"unit_amount\":1500,\"recurring\":{\"interval\":\"month\","        \
	"\"interval_count\":1,\"usage_type\":\"licensed\"}}}]}}"

static void recurring_revenue_adds_up_at_each_day_end(void **state)
{
	static const struct told lives[] = {
		{ MAY + 100, "subscription", "sub_1", 1, "active", SUBSCRIPTION("active", "2") },
		{ MAY + DAY + 100, "subscription", "sub_1", 2, "active",
		  SUBSCRIPTION("active", "3") },
		{ MAY + 3 * DAY + 100, "subscription", "sub_1", 3, "canceled",
		  SUBSCRIPTION("canceled", "3") },
	};
	static const struct {
		const char *day;
		int64_t starting;
		int64_t added;
		int64_t expansion;
		int64_t churn;
		int64_t ending;
	} days[] = { { "2026-05-01", 0, 3000, 0, 0, 3000 },
		     { "2026-05-02", 3000, 0, 1500, 0, 4500 },
		     { "2026-05-04", 4500, 0, 0, 4500, 0 } };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lives); i++)
		feed(&lives[i], lives[i].second);
	pass(MAY + 6 * DAY);
	for (size_t i = 0; i < COUNT_OF(days); i++) {
		const Opsmesh__V1__BooksDayEnded *const end = next_end();

		CHECK(end != NULL);
		assert_string_equal(end->day, days[i].day);
		assert_int_equal(end->recurring->starting, days[i].starting);
		assert_int_equal(end->recurring->added, days[i].added);
		assert_int_equal(end->recurring->expansion, days[i].expansion);
		assert_int_equal(end->recurring->churn, days[i].churn);
		assert_int_equal(end->recurring->ending, days[i].ending);
		assert_int_equal(end->recurring->off_by, 0);
	}
}

/* 15,000 krona, which the provider writes with two decimals, of which so many units are said to be left. */
#define KRONA(left)                                                                           \
	"{\"id\":\"in_2\",\"object\":\"invoice\",\"customer\":\"cus_1\",\"status\":\"open\"," \
	"\"currency\":\"isk\",\"created\":1777593600,\"subtotal\":1500000,\"total\":1500000," \
	"\"amount_due\":1500000,\"amount_paid\":0,\"amount_remaining\":" left                 \
	",\"lines\":{\"object\":\"list\",\"has_more\":false,\"data\":[{\"id\":\"il_1\","      \
	"\"object\":\"line_item\",\"amount\":1500000,\"currency\":\"isk\",\"quantity\":1,"    \
	"\"period\":{\"start\":1777593600,\"end\":1780272000}}]}}"

static void what_is_unexplained_is_in_units_of_the_books(void **state)
{
	static const struct {
		struct told told;
		int64_t want;
	} rows[] = {
		{ { MAY + 1, "invoice", "in_2", 1, "open", KRONA("1499500") }, 5 },
		{ { MAY + 2, "invoice", "in_2", 2, "open", KRONA("1499000") }, 10 },
		{ { MAY + 3, "invoice", "in_2", 3, "open", KRONA("1500000") }, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct figure_row row = { .currency = "ISK", .name = FIGURE_UNEXPLAINED };

		feed(&rows[i].told, rows[i].told.second);
		assert_int_equal(stage_test_row(&stage, &figure_table, &row), rows[i].want != 0);
		assert_int_equal(row.minor, rows[i].want);
	}
}

/* Any order, any lateness. */

static bool comes_before(const struct told *a, const struct told *b)
{
	return text_equal(a->id, b->id) && a->revision < b->revision;
}

/* Each is heard of up to 80 days late; states of one object in the order of their revisions. */
static void tell_late(struct chance *chance)
{
	int64_t heard[STATES];
	bool done[STATES] = { false };

	for (size_t i = 0; i < STATES; i++) {
		heard[i] = story[i].second + chance_between(chance, 0, 80) * DAY / 2;
		for (size_t k = 0; k < i; k++)
			if (comes_before(&story[k], &story[i]) && heard[k] > heard[i])
				heard[i] = heard[k];
	}
	for (size_t told = 0; told < STATES; told++) {
		size_t next = STATES;

		for (size_t i = 0; i < STATES; i++)
			if (!done[i] && (next == STATES || heard[i] < heard[next]))
				next = i;
		done[next] = true;
		feed(&story[next], heard[next]);
		if (chance_of(chance, 200))
			stage_test_restart(&stage);
	}
	pass(OCTOBER);
}

static void look_at_ends(void)
{
	for (const Opsmesh__V1__BooksDayEnded *end; (end = next_end()) != NULL;)
		assert_int_equal(end->deferred->off_by, 0);
}

static void any_order_and_any_lateness_end_in_the_same_months(void **state)
{
	char may[64];
	char june[64];
	struct chance chance;

	(void)state;
	chance_seed(&chance, 11);
	for (size_t i = 0; i < STATES; i++)
		feed(&story[i], story[i].second);
	pass(OCTOBER);
	(void)snprintf(may, sizeof(may), "%s", books(JUNE));
	(void)snprintf(june, sizeof(june), "%s", books(JULY));
	for (int round = 0; round < 300; round++) {
		assert_int_equal(stop(NULL), 0);
		assert_int_equal(start(NULL), 0);
		tell_late(&chance);
		look_at_ends();
		assert_string_equal(books(JUNE), may);
		assert_string_equal(books(JULY), june);
		assert_string_equal(books(OCTOBER), "0 -13409 0 0");
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(each_day_earns_its_part),
		CASE(after_the_last_day_all_is_earned_and_nobody_is_woken),
		CASE(a_refund_clears_what_is_not_earned_first),
		CASE(what_was_earned_stays_and_is_contra),
		CASE(a_dispute_that_is_won_took_nothing),
		CASE(what_is_voided_was_never_earned),
		CASE(what_is_earned_when_can_be_read_by_others),
		CASE(each_day_end_says_how_deferred_revenue_rolled_forward),
		CASE(recurring_revenue_adds_up_at_each_day_end),
		CASE(what_is_unexplained_is_in_units_of_the_books),
		CASE(any_order_and_any_lateness_end_in_the_same_months),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
