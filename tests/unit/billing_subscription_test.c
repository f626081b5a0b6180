/*
 * billing_subscription_test - subscriptions as the provider says them, what changes between two states, and
 * what a customer may use by them.
 */
#include "services/billing-sync/entitlement.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/bent_document.h"
#include "tests/support/chance.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EDITS 4
#define HISTORIES 300
#define HISTORY_STEPS 30

/* Seconds: 1767225600 is 1 January 2026, 1769904000 1 February, 1772323200 1 March. */
static const char today[] =
    "{\"id\":\"sub_1\",\"object\":\"subscription\",\"customer\":\"cus_1\",\"status\":\"active\","
    "\"currency\":\"usd\",\"start_date\":1767225600,\"trial_start\":null,\"trial_end\":null,"
    "\"cancel_at_period_end\":false,\"cancel_at\":null,\"canceled_at\":null,\"ended_at\":null,"
    "\"cancellation_details\":{\"reason\":null},\"pause_collection\":null,\"schedule\":null,"
    "\"discounts\":[],\"items\":{\"object\":\"list\",\"has_more\":false,\"data\":["
    "{\"id\":\"si_1\",\"quantity\":3,\"current_period_start\":1767225600,"
    "\"current_period_end\":1769904000,\"discounts\":[],\"price\":{\"id\":\"price_a\","
    "\"product\":\"prod_a\",\"currency\":\"usd\",\"unit_amount\":2000,"
    "\"unit_amount_decimal\":\"2000\",\"transform_quantity\":null,\"recurring\":{"
    "\"interval\":\"month\",\"interval_count\":1,\"usage_type\":\"licensed\"}}}]}}";

/* The API of 2020: the period and the plan on the subscription, one discount. */
static const char older[] =
    "{\"id\":\"sub_2\",\"customer\":{\"id\":\"cus_2\"},\"status\":\"trialing\","
    "\"start_date\":1767225600,\"trial_end\":1769904000,\"current_period_start\":1767225600,"
    "\"current_period_end\":1769904000,\"cancel_at_period_end\":true,\"canceled_at\":1767312000,"
    "\"discount\":{\"id\":\"di_1\",\"end\":1772323200,\"coupon\":{\"id\":\"HALF\","
    "\"percent_off\":33.33,\"duration\":\"repeating\"}},\"items\":{\"data\":[{\"id\":\"si_9\","
    "\"quantity\":7,\"plan\":{\"id\":\"plan_y\",\"product\":\"prod_y\",\"currency\":\"jpy\","
    "\"amount\":120000,\"interval\":\"year\",\"interval_count\":1}},{\"id\":\"si_8\","
    "\"plan\":{\"id\":\"plan_m\",\"product\":\"prod_m\",\"currency\":\"jpy\",\"amount\":null,"
    "\"amount_decimal\":\"0.00125\",\"interval\":\"month\",\"usage_type\":\"metered\"}}]}}";

static struct arena *arena;

static int open_arena(void **state)
{
	(void)state;
	arena = arena_create(1 << 16);
	return 0;
}

static int close_arena(void **state)
{
	(void)state;
	arena_destroy(arena);
	return 0;
}

static bool reads(const char *text, struct subscription *subscription, struct json_error *error)
{
	AUTO_JSON parsed = NULL;

	assert_true(json_parse(bytes_of(text), 1 << 20, &parsed, error));
	const struct json_place top = json_top(parsed);
	return subscription_read(arena, &top, subscription, error);
}

static struct subscription read(const char *text)
{
	struct subscription subscription = { .id = "" };
	struct json_error error;
	char reason[JSON_ERROR_SIZE];

	if (!reads(text, &subscription, &error))
		fail_msg("%s", json_error_text(&error, reason));
	return subscription;
}

static void both_shapes_of_the_api_are_read(void **state)
{
	const struct subscription now = read(today);
	const struct subscription old = read(older);

	(void)state;
	assert_string_equal(now.currency, "USD");
	assert_int_equal(now.item_count, 1);
	assert_int_equal(now.items[0].quantity, 3);
	assert_int_equal(now.items[0].price.unit.digits, 2000);
	assert_int_equal(now.items[0].price.unit.decimals, 0);
	assert_int_equal(now.items[0].period_end.at.us, INT64_C(1769904000000000));
	assert_int_equal(now.discount_count, 0);
	assert_string_equal(old.customer, "cus_2");
	assert_string_equal(old.currency, "JPY");
	assert_int_equal(old.item_count, 2);
	assert_string_equal(old.items[0].id, "si_8");
	assert_true(old.items[0].price.metered);
	assert_int_equal(old.items[0].quantity, 0);
	assert_int_equal(old.items[0].price.unit.digits, 125);
	assert_int_equal(old.items[0].price.unit.decimals, 5);
	assert_int_equal(old.items[1].price.interval, SUBSCRIPTION_YEAR);
	assert_int_equal(old.items[1].period_end.at.us, INT64_C(1769904000000000));
	assert_int_equal(old.discount_count, 1);
	assert_int_equal(old.discounts[0].ppm, 333300);
	assert_int_equal(old.discounts[0].duration, SUBSCRIPTION_REPEATING);
	assert_true(old.discounts[0].end.has);
	assert_int_equal(old.canceled_at.at.us, INT64_C(1767312000000000));
	assert_false(old.ended_at.has);
}

#define ITEM_DISCOUNTS "\"current_period_end\":1769904000,\"discounts\":[]"
#define WITH_DISCOUNT(inside) "\"current_period_end\":1769904000,\"discounts\":[" inside "]"

static const struct bent_document bent[] = {
	{ "an unknown status", "active", "sleeping",
	  "status: must be one of: incomplete incomplete_expired trialing active past_due unpaid "
	  "canceled paused" },
	{ "no customer", "\"cus_1\"", "null", "customer: is missing" },
	{ "no id", "\"id\":\"sub_1\"", "\"id\":null", "id: is missing" },
	{ "a negative quantity", "\"quantity\":3", "\"quantity\":-3",
	  "items.data[0].quantity: must be between 0 and 999999999999" },
	{ "a currency that differs within", "\"currency\":\"usd\",\"unit",
	  "\"currency\":\"eur\",\"unit",
	  "items.data[0].price.currency: is not the subscription's" },
	{ "an unknown currency", "\"currency\":\"usd\",\"start", "\"currency\":\"xyz\",\"start",
	  "currency: is not a known currency" },
	{ "a price without its interval", "\"recurring\":{", "\"rare\":{",
	  "items.data[0].price.recurring: is missing" },
	{ "an interval of no length", "\"interval_count\":1", "\"interval_count\":0",
	  "items.data[0].price.recurring.interval_count: must be between 1 and 1096" },
	{ "an amount that is no number", "\"2000\"", "\"20e3\"",
	  "items.data[0].price.unit_amount_decimal: must be a number of at most 18 digits and 12 "
	  "decimals" },
	{ "a negative amount", "\"unit_amount\":2000", "\"unit_amount\":-1",
	  "items.data[0].price.unit_amount: must be between 0 and 999999999999" },
	{ "a vast amount", "\"2000\"", "\"1000000000000\"",
	  "items.data[0].price.unit_amount_decimal: must be at most 999999999999" },
	{ "a percentage above 100", ITEM_DISCOUNTS,
	  WITH_DISCOUNT("{\"coupon\":{\"id\":\"c\",\"duration\":\"once\",\"percent_off\":100.5}}"),
	  "items.data[0].discounts[0].coupon.percent_off: must be above 0 and at most 100" },
	{ "a percentage of nothing", ITEM_DISCOUNTS,
	  WITH_DISCOUNT("{\"coupon\":{\"id\":\"c\",\"duration\":\"once\",\"percent_off\":0.0}}"),
	  "items.data[0].discounts[0].coupon.percent_off: must be above 0 and at most 100" },
	{ "a percentage too fine", ITEM_DISCOUNTS,
	  WITH_DISCOUNT(
	      "{\"coupon\":{\"id\":\"c\",\"duration\":\"once\",\"percent_off\":1.00001}}"),
	  "items.data[0].discounts[0].coupon.percent_off: must be a number above 0 of at most 4 "
	  "decimals" },
	{ "a discount that is a number", ITEM_DISCOUNTS, WITH_DISCOUNT("5"),
	  "items.data[0].discounts[0]: must be an object or an id" },
	{ "a time before 1970", "\"start_date\":1767225600", "\"start_date\":-1",
	  "start_date: must be between 0 and 253402300799" },
	{ "a product that is expanded", "\"prod_a\"", "{\"id\":\"prod_a\",\"name\":\"x\"}", NULL },
	{ "a discount that is only named", ITEM_DISCOUNTS, WITH_DISCOUNT("\"di_1\""), NULL },
	{ "a percentage that is whole", ITEM_DISCOUNTS,
	  WITH_DISCOUNT("{\"source\":{\"coupon\":{\"id\":\"c\",\"duration\":\"forever\","
	                "\"percent_off\":25}}}"),
	  NULL },
	{ "a price in tiers", "\"unit_amount\":2000,\"unit_amount_decimal\":\"2000\"",
	  "\"unit_amount\":null,\"unit_amount_decimal\":null", NULL },
	{ "a period that ends before it begins", "\"current_period_end\":1769904000",
	  "\"current_period_end\":1", NULL },
};

static void what_is_wrong_is_refused_with_field_and_reason(void **state)
{
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(bent); i++) {
		struct json_error error = { .path = "" };
		char reason[JSON_ERROR_SIZE] = "";
		struct subscription subscription;
		const bool good =
		    reads(document_bend(arena, today, &bent[i]), &subscription, &error);

		json_error_text(&error, reason);
		if (good ? bent[i].want == NULL : text_equal(reason, bent[i].want))
			continue;
		print_error("%s: %s\n", bent[i].name, good ? "is taken" : reason);
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void a_subscription_survives_its_bytes(void **state)
{
	const char *const texts[] = { today, older };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		const struct subscription subscription = read(texts[i]);
		const struct bytes bytes = subscription_encode(arena, &subscription);
		uint8_t digest[DIGEST_SIZE];
		uint8_t again[DIGEST_SIZE];
		struct subscription decoded;

		assert_true(subscription_decode(arena, bytes, &decoded));
		subscription_digest(arena, &subscription, digest);
		subscription_digest(arena, &decoded, again);
		assert_memory_equal(digest, again, DIGEST_SIZE);
		for (size_t size = 0; size < bytes.size; size++)
			assert_false(subscription_decode(arena, (struct bytes){ bytes.data, size },
			                                 &decoded));
	}
}

/* Changes. */

struct edit {
	const char *find;
	const char *put;
};

static const char *edited(const struct edit edits[static EDITS])
{
	const char *text = today;

	for (size_t i = 0; i < EDITS && edits[i].find != NULL; i++) {
		const struct bent_document one = { "", edits[i].find, edits[i].put, NULL };

		text = document_bend(arena, text, &one);
	}
	return text;
}

static const char *told(const struct subscription_changes *changes)
{
	const char *text = "";

	for (size_t i = 0; i < changes->count; i++) {
		const struct subscription_change *const it = &changes->list[i];

		text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : ", ",
		                    subscription_change_names[it->kind]);
		if (it->item[0] != '\0')
			text = arena_printf(arena, "%s %s %s>%s %" PRId64 ">%" PRId64, text,
			                    it->item, it->from_price, it->to_price,
			                    it->from_quantity, it->to_quantity);
		if (it->kind == SUBSCRIPTION_CANCEL_ASKED || it->kind == SUBSCRIPTION_TRIAL_ENDING)
			text = arena_printf(arena, "%s @%" PRId64, text,
			                    it->effective.at.us / 1000000);
		if (it->reason[0] != '\0')
			text = arena_printf(arena, "%s (%s)", text, it->reason);
	}
	return text;
}

struct pair {
	const char *name;
	bool unheard; /* there is no state before */
	bool returns;
	struct edit before[EDITS];
	struct edit now[EDITS];
	const char *want;
};

#define STATUS(word)                                               \
	{                                                          \
		"\"status\":\"active\"", "\"status\":\"" word "\"" \
	}
#define TRIAL                                                    \
	STATUS("trialing"),                                      \
	{                                                        \
		"\"trial_end\":null", "\"trial_end\":1769904000" \
	}
#define AT_PERIOD_END                                                             \
	{                                                                         \
		"\"cancel_at_period_end\":false", "\"cancel_at_period_end\":true" \
	}
#define SECOND_ITEM                                                                        \
	{                                                                                  \
		"\"data\":[",                                                              \
		    "\"data\":[{\"id\":\"si_2\",\"quantity\":1,\"price\":{\"id\":"         \
		    "\"price_b\",\"currency\":\"usd\",\"unit_amount\":5000,\"recurring\":" \
		    "{\"interval\":\"month\"}}},"                                          \
	}

static const struct pair pairs[] = {
	{ "the same again is nothing", false, false, { { NULL } }, { { NULL } }, "" },
	{ "heard of for the first time", true, false, { { NULL } }, { { NULL } }, "started" },
	{ "a customer who comes back",
	  true,
	  true,
	  { { NULL } },
	  { { NULL } },
	  "started, reactivated" },
	{ "the first payment is to come", true, false, { { NULL } }, { STATUS("incomplete") }, "" },
	{ "the first payment came",
	  false,
	  false,
	  { STATUS("incomplete") },
	  { { NULL } },
	  "started" },
	{ "the first payment never came",
	  false,
	  false,
	  { STATUS("incomplete") },
	  { STATUS("incomplete_expired") },
	  "expired" },
	{ "a trial begins", true, false, { { NULL } }, { TRIAL }, "started, trial_started" },
	{ "a trial becomes a subscription",
	  false,
	  false,
	  { TRIAL },
	  { { "\"trial_end\":null", "\"trial_end\":1769904000" } },
	  "trial_ended" },
	{ "a trial without a card pauses",
	  false,
	  false,
	  { TRIAL },
	  { STATUS("paused"), { "\"trial_end\":null", "\"trial_end\":1769904000" } },
	  "trial_ended, paused" },
	{ "another price of the same item",
	  false,
	  false,
	  { { NULL } },
	  { { "price_a", "price_b" } },
	  "plan_changed si_1 price_a>price_b 3>3" },
	{ "another quantity",
	  false,
	  false,
	  { { NULL } },
	  { { "\"quantity\":3", "\"quantity\":5" } },
	  "seats_changed si_1 price_a>price_a 3>5" },
	{ "price and quantity at once",
	  false,
	  false,
	  { { NULL } },
	  { { "price_a", "price_b" }, { "\"quantity\":3", "\"quantity\":1" } },
	  "plan_changed si_1 price_a>price_b 3>1, seats_changed si_1 price_a>price_b 3>1" },
	{ "an item comes",
	  false,
	  false,
	  { { NULL } },
	  { SECOND_ITEM },
	  "plan_changed si_2 >price_b 0>1" },
	{ "an item goes",
	  false,
	  false,
	  { SECOND_ITEM },
	  { { NULL } },
	  "plan_changed si_2 price_b> 1>0" },
	{ "an item for another",
	  false,
	  false,
	  { { NULL } },
	  { { "si_1", "si_7" }, { "price_a", "price_c" } },
	  "plan_changed si_7 price_a>price_c 3>3" },
	{ "an item is missing from a list that was cut",
	  false,
	  false,
	  { SECOND_ITEM },
	  { { "\"has_more\":false", "\"has_more\":true" } },
	  "" },
	{ "collection pauses",
	  false,
	  false,
	  { { NULL } },
	  { { "\"pause_collection\":null", "\"pause_collection\":{\"behavior\":\"void\"}" } },
	  "paused" },
	{ "collection goes on",
	  false,
	  false,
	  { { "\"pause_collection\":null", "\"pause_collection\":{\"behavior\":\"void\"}" } },
	  { { NULL } },
	  "resumed" },
	{ "it owes", false, false, { { NULL } }, { STATUS("past_due") }, "past_due" },
	{ "retries have ended",
	  false,
	  false,
	  { STATUS("past_due") },
	  { STATUS("unpaid") },
	  "unpaid" },
	{ "it has paid", false, false, { STATUS("unpaid") }, { { NULL } }, "recovered" },
	{ "cancelling is asked for",
	  false,
	  false,
	  { { NULL } },
	  { AT_PERIOD_END, { "\"canceled_at\":null", "\"canceled_at\":1767312000" } },
	  "cancel_asked @1769904000" },
	{ "cancelling is put off",
	  false,
	  false,
	  { AT_PERIOD_END },
	  { { "\"cancel_at\":null", "\"cancel_at\":1772323200" } },
	  "cancel_asked @1772323200" },
	{ "cancelling is undone", false, false, { AT_PERIOD_END }, { { NULL } }, "cancel_undone" },
	{ "it ends as it was asked",
	  false,
	  false,
	  { AT_PERIOD_END },
	  { STATUS("canceled"), AT_PERIOD_END },
	  "ended (cancellation_requested)" },
	{ "it ends because nobody paid",
	  false,
	  false,
	  { STATUS("past_due") },
	  { STATUS("canceled") },
	  "ended (payment_failed)" },
	{ "the provider says why it ends",
	  false,
	  false,
	  { STATUS("past_due") },
	  { STATUS("canceled"), { "\"reason\":null", "\"reason\":\"payment_disputed\"" } },
	  "ended (payment_disputed)" },
	{ "it ends and nobody says why",
	  false,
	  false,
	  { { NULL } },
	  { STATUS("canceled") },
	  "ended (not_given)" },
	{ "first heard of when it has ended",
	  true,
	  false,
	  { { NULL } },
	  { STATUS("canceled") },
	  "started, ended (not_given)" },
	{ "it lives again", false, false, { STATUS("canceled") }, { { NULL } }, "reactivated" },
	{ "a trial is cancelled",
	  false,
	  false,
	  { TRIAL },
	  { STATUS("canceled") },
	  "trial_ended, ended (not_given)" },
};

static struct subscription_about about(const char *at, bool returns)
{
	struct subscription_about it = { .trial_notice = DAYS(3), .customer_returns = returns };

	assert_true(time_parse(at, &it.at));
	return it;
}

/* What is kept goes through its bytes, as it does between two events. */
static void keep(struct subscription_memory *memory)
{
	const struct bytes bytes = subscription_memory_encode(arena, memory);

	assert_true(subscription_memory_decode(arena, bytes, memory));
}

static void a_change_is_told_once_and_in_order(void **state)
{
	const struct subscription_about then = about("2026-01-02T00:00:00Z", false);
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct pair *const row = &pairs[i];
		const struct subscription_about now = about("2026-01-03T00:00:00Z", row->returns);
		const struct subscription before = read(edited(row->before));
		const struct subscription after = read(edited(row->now));
		struct subscription_memory memory = { .known = false };

		if (!row->unheard)
			subscription_follow(arena, &memory, &before, &then);
		keep(&memory);
		const struct subscription_changes changes =
		    subscription_follow(arena, &memory, &after, &now);
		keep(&memory);
		const struct subscription_changes none =
		    subscription_follow(arena, &memory, &after, &now);
		assert_int_equal(none.count, 0);
		if (text_equal(told(&changes), row->want))
			continue;
		print_error("%s: %s\n", row->name, told(&changes));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

static void the_end_of_a_trial_is_told_once_by_its_timer(void **state)
{
	const struct subscription trial = read(edited((struct edit[EDITS]){ TRIAL }));
	const struct subscription longer = read(edited((struct edit[EDITS]){
	    STATUS("trialing"), { "\"trial_end\":null", "\"trial_end\":1772323200" } }));
	struct subscription_about at = about("2026-01-03T00:00:00Z", false);
	struct subscription_memory memory = { .known = false };
	struct subscription_change change;
	struct instant due = { 0 };

	(void)state;
	assert_false(subscription_timer(&memory, DAYS(3), &due));
	subscription_follow(arena, &memory, &trial, &at);
	assert_true(subscription_timer(&memory, DAYS(3), &due));
	assert_int_equal(due.us, INT64_C(1769644800000000)); /* 29 January */
	assert_false(subscription_on_timer(&memory, &at, &change));
	at.at = due;
	assert_true(subscription_on_timer(&memory, &at, &change));
	assert_int_equal(change.kind, SUBSCRIPTION_TRIAL_ENDING);
	assert_int_equal(change.effective.at.us, INT64_C(1769904000000000));
	keep(&memory);
	assert_false(subscription_on_timer(&memory, &at, &change));
	/* A trial that is made longer ends once more. */
	assert_int_equal(subscription_follow(arena, &memory, &longer, &at).count, 0);
	assert_true(subscription_timer(&memory, DAYS(3), &due));
	/* Heard of too late for a timer. */
	memory = (struct subscription_memory){ .known = false };
	at = about("2026-01-30T00:00:00Z", false);
	const struct subscription_changes late = subscription_follow(arena, &memory, &trial, &at);
	assert_string_equal(told(&late), "started, trial_started, trial_ending @1769904000");
}

/* Access. */

struct use {
	const char *name;
	struct edit edits[EDITS];
	const char *at;
	const char *reason; /* NULL: no access */
	int64_t until;      /* seconds; 0: open */
	int64_t next;       /* when it changes by itself; 0: never */
};

static const struct use uses[] = {
	{ "active until the period ends",
	  { { NULL } },
	  "2026-01-10T00:00:00Z",
	  "active",
	  1769904000,
	  0 },
	{ "active though the period has ended",
	  { { NULL } },
	  "2026-02-02T00:00:00Z",
	  "active",
	  1769904000,
	  0 },
	{ "a trial until it ends", { TRIAL }, "2026-01-10T00:00:00Z", "trial", 1769904000, 0 },
	{ "past due within the grace",
	  { STATUS("past_due") },
	  "2026-01-10T00:00:00Z",
	  "grace",
	  1768348800,
	  1768348800 },
	{ "past due beyond the grace", { STATUS("past_due") }, "2026-01-14T00:00:00Z", NULL, 0, 0 },
	{ "cancelled until the period ends",
	  { AT_PERIOD_END },
	  "2026-01-10T00:00:00Z",
	  "cancelling",
	  1769904000,
	  1769904000 },
	{ "cancelled and over", { AT_PERIOD_END }, "2026-02-01T00:00:00Z", NULL, 0, 0 },
	{ "past due and cancelled before the grace is over",
	  { STATUS("past_due"), { "\"cancel_at\":null", "\"cancel_at\":1768003200" } },
	  "2026-01-09T00:00:00Z",
	  "grace",
	  1768003200,
	  1768003200 },
	{ "collection is paused until a day",
	  { { "\"pause_collection\":null",
	      "\"pause_collection\":{\"behavior\":\"void\",\"resumes_at\":1772323200}" } },
	  "2026-01-10T00:00:00Z",
	  "no_charge",
	  1772323200,
	  0 },
	{ "unpaid", { STATUS("unpaid") }, "2026-01-10T00:00:00Z", NULL, 0, 0 },
	{ "paused", { STATUS("paused") }, "2026-01-10T00:00:00Z", NULL, 0, 0 },
	{ "ended", { STATUS("canceled") }, "2026-01-10T00:00:00Z", NULL, 0, 0 },
	{ "the first payment is to come",
	  { STATUS("incomplete") },
	  "2026-01-10T00:00:00Z",
	  NULL,
	  0,
	  0 },
};

static struct access_policy policy_read(void)
{
	struct access_policy policy;
	struct json_error error;
	struct bytes text;

	assert_true(file_read(arena, "deploy/policies/access/standard-1.json", 65536, &text));
	assert_true(access_policy_kind.parse(arena, text, &policy, &error));
	return policy;
}

/* Heard of on 31 December 2025: the grace of 14 days ends on 14 January. */
static struct subscription_memory heard(const char *text)
{
	const struct subscription_about then = about("2025-12-31T00:00:00Z", false);
	const struct subscription subscription = read(text);
	struct subscription_memory memory = { .known = false };

	subscription_follow(arena, &memory, &subscription, &then);
	return memory;
}

static bool use_differs(const struct use *row, const struct entitlements *list,
                        const struct moment *next)
{
	if (next->has != (row->next != 0) || (next->has && next->at.us != row->next * 1000000))
		return true;
	if (row->reason == NULL)
		return list->count != 0;
	return list->count != 1 ||
	       !text_equal(entitlement_reason_names[list->list[0].reason], row->reason) ||
	       !text_equal(list->list[0].product, "prod_a") || list->list[0].quantity != 3 ||
	       list->list[0].until.has != (row->until != 0) ||
	       list->list[0].until.at.us != row->until * 1000000;
}

static void what_may_be_used_until_when_and_why(void **state)
{
	struct access_policy policy = policy_read();
	int wrong = 0;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(uses); i++) {
		const struct subscription_memory memory = heard(edited(uses[i].edits));
		const struct subscription_memory *const all[] = { &memory };
		const struct instant at = about(uses[i].at, false).at;
		const struct entitlements list = entitlement_list(arena, all, 1, &policy, at);
		const struct moment next = entitlement_next(all, 1, &policy, at);

		if (!use_differs(&uses[i], &list, &next))
			continue;
		print_error("%s: %zu, %s until %" PRId64 ", next %" PRId64 "\n", uses[i].name,
		            list.count,
		            list.count == 0 ? "-" : entitlement_reason_names[list.list[0].reason],
		            list.count == 0 ? 0 : list.list[0].until.at.us / 1000000,
		            next.at.us / 1000000);
		wrong++;
	}
	assert_int_equal(wrong, 0);
	policy.collection_paused_keeps = false;
	const struct subscription_memory paused = heard(edited(uses[8].edits));
	const struct subscription_memory *const all[] = { &paused };
	assert_int_equal(entitlement_list(arena, all, 1, &policy, (struct instant){ 0 }).count, 0);
}

static void access_that_is_given_changed_and_taken_is_told(void **state)
{
	const struct access_policy policy = policy_read();
	const struct instant at = about("2026-01-10T00:00:00Z", false).at;
	const struct subscription_memory first = heard(today);
	const struct subscription_memory more = heard(
	    edited((struct edit[EDITS]){ { "\"quantity\":3", "\"quantity\":4" }, SECOND_ITEM }));
	const struct subscription_memory unpaid =
	    heard(edited((struct edit[EDITS]){ STATUS("unpaid") }));
	const struct subscription_memory *const all[] = { &first, &more, &unpaid };
	const struct entitlements none = { 0, NULL };
	const struct entitlements one = entitlement_list(arena, &all[0], 1, &policy, at);
	const struct entitlements two = entitlement_list(arena, &all[1], 1, &policy, at);
	const struct entitlement_change *changes;

	(void)state;
	assert_int_equal(entitlement_compare(arena, &none, &one, &all[0], 1, &policy, at, &changes),
	                 1);
	assert_int_equal(changes[0].move, ENTITLEMENT_GRANTED);
	assert_int_equal(entitlement_compare(arena, &one, &one, &all[0], 1, &policy, at, &changes),
	                 0);
	/* The second item has no product: "" sorts first. */
	assert_int_equal(entitlement_compare(arena, &one, &two, &all[1], 1, &policy, at, &changes),
	                 2);
	assert_int_equal(changes[0].move, ENTITLEMENT_GRANTED);
	assert_int_equal(changes[1].move, ENTITLEMENT_CHANGED);
	assert_int_equal(changes[1].before.quantity, 3);
	assert_int_equal(changes[1].now.quantity, 4);
	assert_int_equal(entitlement_compare(arena, &one, &none, &all[2], 1, &policy, at, &changes),
	                 1);
	assert_int_equal(changes[0].move, ENTITLEMENT_WITHDRAWN);
	assert_int_equal(changes[0].now.reason, ENTITLEMENT_UNPAID);
	struct entitlements decoded;
	const struct bytes bytes = entitlement_encode(arena, &two);
	assert_true(entitlement_decode(arena, bytes, &decoded));
	assert_int_equal(
	    entitlement_compare(arena, &two, &decoded, &all[1], 1, &policy, at, &changes), 0);
	assert_false(
	    entitlement_decode(arena, (struct bytes){ bytes.data, bytes.size - 1 }, &decoded));
}

/* Random lives: starts and ends alternate, and so do pauses, debts and cancellations. */

struct tally {
	int alive;
	int paused;
	int owing;
	int trial;
	int cancelling;
};

static void count_change(struct tally *tally, const struct subscription_change *change)
{
	static const struct {
		enum subscription_change_kind kind;
		size_t place;
		int step;
	} steps[] = {
		{ SUBSCRIPTION_TRIAL_STARTED, offsetof(struct tally, trial), 1 },
		{ SUBSCRIPTION_TRIAL_ENDED, offsetof(struct tally, trial), -1 },
		{ SUBSCRIPTION_WENT_PAUSED, offsetof(struct tally, paused), 1 },
		{ SUBSCRIPTION_RESUMED, offsetof(struct tally, paused), -1 },
		{ SUBSCRIPTION_RECOVERED, offsetof(struct tally, owing), -1 },
		{ SUBSCRIPTION_CANCEL_UNDONE, offsetof(struct tally, cancelling), -1 },
	};

	for (size_t i = 0; i < COUNT_OF(steps); i++)
		if (steps[i].kind == change->kind)
			*(int *)(void *)((char *)tally + steps[i].place) += steps[i].step;
	if (change->kind == SUBSCRIPTION_WENT_PAST_DUE || change->kind == SUBSCRIPTION_WENT_UNPAID)
		tally->owing = 1;
	if (change->kind == SUBSCRIPTION_CANCEL_ASKED)
		tally->cancelling = 1;
	if (change->kind == SUBSCRIPTION_STARTED)
		tally->alive++;
	if (change->kind == SUBSCRIPTION_REACTIVATED && tally->alive == 0)
		tally->alive++;
	if (change->kind == SUBSCRIPTION_ENDED)
		*tally = (struct tally){ .alive = tally->alive - 1 };
}

static const char *some_state(struct chance *chance)
{
	static const char *const words[] = { "active", "trialing", "past_due",
		                             "unpaid", "paused",   "canceled" };
	const struct edit edits[EDITS] = {
		{ "\"status\":\"active\"",
		  arena_printf(arena, "\"status\":\"%s\"", words[chance_below(chance, 6)]) },
		{ "\"quantity\":3",
		  arena_printf(arena, "\"quantity\":%d", chance_below(chance, 4)) },
		{ "\"cancel_at_period_end\":false", chance_of(chance, 300)
		                                        ? "\"cancel_at_period_end\":true"
		                                        : "\"cancel_at_period_end\":false" },
		{ "\"pause_collection\":null", chance_of(chance, 200)
		                                   ? "\"pause_collection\":{\"behavior\":\"void\"}"
		                                   : "\"pause_collection\":null" },
	};

	return edited(edits);
}

static void what_begins_ends_over_random_lives(void **state)
{
	struct chance chance;

	(void)state;
	chance_seed(&chance, 5);
	for (int i = 0; i < HISTORIES; i++) {
		struct subscription_memory memory = { .known = false };
		struct tally tally = { .alive = 0 };

		arena_reset(arena);
		for (int k = 0; k < HISTORY_STEPS; k++) {
			const struct subscription now = read(some_state(&chance));
			const struct subscription_about at = about("2026-01-02T00:00:00Z", false);
			const struct subscription_changes changes =
			    subscription_follow(arena, &memory, &now, &at);
			struct moment end;

			for (size_t c = 0; c < changes.count; c++)
				count_change(&tally, &changes.list[c]);
			const bool alive = subscription_is_alive(&now);
			assert_int_equal(tally.alive, alive);
			assert_int_equal(tally.paused, alive && subscription_is_paused(&now));
			assert_int_equal(tally.trial, now.status == SUBSCRIPTION_TRIALING);
			assert_int_equal(tally.cancelling, alive && subscription_ends(&now, &end));
			assert_int_equal(tally.owing, now.status == SUBSCRIPTION_PAST_DUE ||
			                                  now.status == SUBSCRIPTION_UNPAID);
			assert_true(memory.past_due_since.has == (tally.owing == 1));
		}
	}
}

static const struct bent_document bent_policies[] = {
	{ "a grace of a year", "\"14d\"", "\"365d\"",
	  "past_due_grace: must be between 0s and 7776000s" },
	{ "a notice that is no time", "\"3d\"", "\"soon\"",
	  "trial_notice: must be a time as 90s, 15m, 2h or 14d" },
	{ "no effective date", "effective_from", "effective_since",
	  "effective_since: is not known" },
	{ "a switch that is a word", "true", "\"yes\"",
	  "collection_paused_keeps: must be true or false" },
};

static void what_is_wrong_with_an_access_policy_is_named(void **state)
{
	struct bytes text;
	int wrong = 0;

	(void)state;
	assert_true(file_read(arena, "deploy/policies/access/standard-1.json", 65536, &text));
	const char *const good = arena_text(arena, text.data, text.size);
	for (size_t i = 0; i < COUNT_OF(bent_policies); i++) {
		struct access_policy policy;
		struct json_error error = { .path = "" };
		char reason[JSON_ERROR_SIZE];

		if (!access_policy_kind.parse(
			arena, bytes_of(document_bend(arena, good, &bent_policies[i])), &policy,
			&error) &&
		    text_equal(json_error_text(&error, reason), bent_policies[i].want))
			continue;
		print_error("%s: %s\n", bent_policies[i].name, json_error_text(&error, reason));
		wrong++;
	}
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_shapes_of_the_api_are_read),
		cmocka_unit_test(what_is_wrong_is_refused_with_field_and_reason),
		cmocka_unit_test(a_subscription_survives_its_bytes),
		cmocka_unit_test(a_change_is_told_once_and_in_order),
		cmocka_unit_test(the_end_of_a_trial_is_told_once_by_its_timer),
		cmocka_unit_test(what_may_be_used_until_when_and_why),
		cmocka_unit_test(access_that_is_given_changed_and_taken_is_told),
		cmocka_unit_test(what_begins_ends_over_random_lives),
		cmocka_unit_test(what_is_wrong_with_an_access_policy_is_named),
	};

	return cmocka_run_group_tests(tests, open_arena, close_arena);
}
