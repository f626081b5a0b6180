/*
 * packet_solver_test - what a packet holds: at its limits and one beyond, and never anything lighter for something heavier.
 */
#include "services/chargeback/packet/solver.h"

#include "common/base/text.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/packet_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define ITEMS_MAX 16

static struct packet_limits limits;

static int start(void **state)
{
	arena_open(state);
	limits = packet_fixture_limits(arena);
	return 0;
}

/* As many pages as the texts of the files that we make have letters. */
static int32_t letter_pages(void *context, const struct packet *packet, const bool *kept)
{
	int64_t pages = 0;

	(void)context;
	for (size_t i = 0; i < packet->count; i++)
		if (kept[i] &&
		    packet_field_of(&limits, packet->items[i].field)->kind == PACKET_FILE)
			pages += packet_characters(packet->items[i].text);
	return (int32_t)pages;
}

static const struct packet_rendered letters = { .pages = letter_pages };

static bool solve(const char *network, const struct packet_item *items, size_t count,
                  struct packet_solution *solution, struct packet_refusal *refusal)
{
	const struct packet candidates = { packet_fixture_dispute(network), items, count };
	struct packet *const prepared = arena_alloc(arena, sizeof(*prepared));

	*prepared = packet_prepare(arena, &limits, &candidates);
	return packet_solve(arena, &limits, prepared, &letters, solution, refusal);
}

static struct packet_solution solved(const char *network, const struct packet_item *items,
                                     size_t count)
{
	struct packet_refusal refusal;
	struct packet_solution solution;

	assert_true(solve(network, items, count, &solution, &refusal));
	assert_int_equal(solution.packet.count + solution.left_count + solution.withheld_count,
	                 count);
	return solution;
}

static struct packet_item text_of(const char *id, const char *field, int64_t count)
{
	return packet_fixture_words(id, field, packet_fixture_letters(arena, count, true));
}

static struct packet_item weighing(struct packet_item item, int64_t weight_ppm)
{
	item.weight_ppm = weight_ppm;
	return item;
}

static struct packet_item required(struct packet_item item)
{
	item.required = true;
	return item;
}

/* Seven fields filled to the brim and an eighth with what is given: 140,000 and so many. */
static size_t full_texts(struct packet_item *items, int64_t more)
{
	static const char *const fields[] = {
		"product_description",
		"access_activity_log",
		"cancellation_policy_disclosure",
		"cancellation_rebuttal",
		"duplicate_charge_explanation",
		"refund_policy_disclosure",
		"refund_refusal_explanation",
	};

	for (size_t i = 0; i < COUNT_OF(fields); i++)
		items[i] = text_of(arena_printf(arena, "full-%zu", i), fields[i], 20000);
	items[COUNT_OF(fields)] = weighing(text_of("last", "uncategorized_text", more), 1);
	return COUNT_OF(fields) + 1;
}

struct edge {
	const char *name;
	const char *network;
	const struct packet_item *items;
	size_t count;
	uint32_t limits; /* of the one that is left; 0: all fit */
};

static void hold(const struct edge *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		print_message("%s\n", rows[i].name);
		const struct packet_solution solution =
		    solved(rows[i].network, rows[i].items, rows[i].count);

		assert_int_equal(solution.left_count, rows[i].limits != 0);
		if (rows[i].limits != 0)
			assert_int_equal(solution.left[0].limits, rows[i].limits);
	}
}

static void characters_hold_to_the_last_one_and_not_one_further(void **state)
{
	static struct packet_item texts[2][ITEMS_MAX];
	const size_t full = full_texts(texts[0], 10000);
	const struct edge rows[] = {
		{ "20,000 characters in a field", "visa",
		  (const struct packet_item[]){ text_of("a", "cancellation_rebuttal", 20000) }, 1,
		  0 },
		{ "20,001 characters in a field", "visa",
		  (const struct packet_item[]){ text_of("a", "cancellation_rebuttal", 20001) }, 1,
		  PACKET_BIT(PACKET_CHARACTERS_EACH) },
		{ "two items of 20,000 with what stands between them", "visa",
		  (const struct packet_item[]){ text_of("a", "uncategorized_text", 9999),
		                                text_of("b", "uncategorized_text", 9999) },
		  2, 0 },
		{ "two items of 20,001 with what stands between them", "visa",
		  (const struct packet_item[]){ text_of("a", "uncategorized_text", 9999),
		                                text_of("b", "uncategorized_text", 10000) },
		  2, PACKET_BIT(PACKET_CHARACTERS_EACH) },
		{ "150,000 characters together", "visa", texts[0], full, 0 },
		{ "150,001 characters together", "visa", texts[1], full_texts(texts[1], 10001),
		  PACKET_BIT(PACKET_CHARACTERS_TOGETHER) },
		{ "5,000 characters of a value", "visa",
		  (const struct packet_item[]){ text_of("a", "billing_address", 5000) }, 1, 0 },
		{ "5,001 characters of a value", "visa",
		  (const struct packet_item[]){ text_of("a", "billing_address", 5001) }, 1,
		  PACKET_BIT(PACKET_CHARACTERS_EACH) },
	};

	(void)state;
	hold(rows, COUNT_OF(rows));
}

static void bytes_and_pages_hold_to_the_last_one_and_not_one_further(void **state)
{
	const struct edge rows[] = {
		{ "4,500,000 bytes", "visa",
		  (const struct packet_item[]){
		      packet_fixture_upload("a", "receipt", 4000000, 1),
		      packet_fixture_upload("b", "refund_policy", 500000, 1) },
		  2, 0 },
		{ "4,500,001 bytes", "visa",
		  (const struct packet_item[]){
		      packet_fixture_upload("a", "receipt", 4000000, 1),
		      packet_fixture_upload("b", "refund_policy", 500001, 1) },
		  2, PACKET_BIT(PACKET_BYTES_TOGETHER) },
		{ "49 pages", "visa",
		  (const struct packet_item[]){ packet_fixture_upload("a", "receipt", 1, 40),
		                                text_of("b", "refund_policy", 9) },
		  2, 0 },
		{ "50 pages", "visa",
		  (const struct packet_item[]){ packet_fixture_upload("a", "receipt", 1, 40),
		                                text_of("b", "refund_policy", 10) },
		  2, PACKET_BIT(PACKET_PAGES_TOGETHER) },
		{ "19 pages for Mastercard", "mastercard",
		  (const struct packet_item[]){ packet_fixture_upload("a", "receipt", 1, 10),
		                                text_of("b", "refund_policy", 9) },
		  2, 0 },
		{ "20 pages for Mastercard", "mastercard",
		  (const struct packet_item[]){ packet_fixture_upload("a", "receipt", 1, 10),
		                                text_of("b", "refund_policy", 10) },
		  2, PACKET_BIT(PACKET_PAGES_TOGETHER) },
		{ "too many bytes and pages at once", "visa",
		  (const struct packet_item[]){
		      packet_fixture_upload("a", "receipt", 4500001, 50) },
		  1, PACKET_BIT(PACKET_BYTES_TOGETHER) | PACKET_BIT(PACKET_PAGES_TOGETHER) },
	};

	(void)state;
	hold(rows, COUNT_OF(rows));
}

/* Vector 23 of the domain's golden ones. */
static void vector_23_a_packet_over_a_limit_is_refused_before_any_call(void **state)
{
	static struct packet_item texts[ITEMS_MAX];
	const size_t count = full_texts(texts, 10001);
	const struct packet_item long_text = required(text_of("a", "uncategorized_text", 20001));
	const struct packet_item large =
	    required(packet_fixture_upload("a", "receipt", 4600000, 1));
	const struct packet_item pages = required(packet_fixture_upload("a", "receipt", 1, 20));
	const struct {
		const char *network;
		const struct packet_item *items;
		size_t count;
		const char *reason;
	} rows[] = {
		{ "visa", &long_text, 1,
		  "uncategorized_text: required item a: the field would have too many characters "
		  "(20001, at most 20000)" },
		{ "visa", texts, count,
		  "uncategorized_text: required item last: all fields would have too many characters "
		  "(150001, at most 150000)" },
		{ "visa", &large, 1,
		  "receipt: required item a: all files would have too many bytes (4600000, at most "
		  "4500000)" },
		{ "mastercard", &pages, 1,
		  "receipt: required item a: all files would have too many pages (20, at most 19)" },
	};

	(void)state;
	for (size_t i = 0; i < count; i++)
		texts[i].required = true;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct packet_refusal refusal;
		struct packet_solution solution;

		assert_false(
		    solve(rows[i].network, rows[i].items, rows[i].count, &solution, &refusal));
		assert_string_equal(packet_refusal_text(arena, &refusal), rows[i].reason);
	}
}

static void what_cannot_be_sent_at_all_is_left_with_its_reason(void **state)
{
	struct packet_item film = packet_fixture_upload("a", "receipt", 1, 1);
	struct packet_item unknown_pages = packet_fixture_upload("a", "receipt", 1, 0);
	const struct {
		const char *name;
		struct packet_item item;
		enum packet_limit limit;
	} rows[] = {
		{ "a field of nobody's", packet_fixture_words("a", "receipts", "x"),
		  PACKET_FIELD_UNKNOWN },
		{ "a file where a text belongs",
		  packet_fixture_upload("a", "uncategorized_text", 1, 1), PACKET_FILE_IN_TEXT },
		{ "a film", (film.file.media_type = "video/mp4", film), PACKET_MEDIA_TYPE },
		{ "a file of which nobody knows the pages", unknown_pages, PACKET_PAGES_UNKNOWN },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct packet_solution solution = solved("visa", &rows[i].item, 1);

		print_message("%s\n", rows[i].name);
		assert_int_equal(solution.left_count, 1);
		assert_int_equal(solution.left[0].limits, PACKET_BIT(rows[i].limit));
	}
}

static void what_speaks_for_the_customer_is_withheld(void **state)
{
	struct packet_item item = text_of("a", "uncategorized_text", 5);
	struct packet_refusal refusal;
	struct packet_solution solution;

	(void)state;
	item.hurts = true;
	assert_int_equal(solved("visa", &item, 1).withheld_count, 1);
	assert_int_equal(solved("visa", &item, 1).packet.count, 0);
	item.required = true;
	assert_false(solve("visa", &item, 1, &solution, &refusal));
	assert_int_equal(refusal.limit, PACKET_HURTS);
}

static void the_weightiest_stay_and_equals_by_time_and_id(void **state)
{
	static const struct {
		const char *name;
		int64_t weights[3];
		int64_t at[3];
		bool required[3];
		const char *kept; /* one value is taken */
	} rows[] = {
		{ "by weight", { 1, 3, 2 }, { 0, 0, 0 }, { 0 }, "b" },
		{ "of equals the earlier", { 2, 2, 2 }, { 5, 4, 3 }, { 0 }, "c" },
		{ "of equals at once by id", { 2, 2, 2 }, { 5, 5, 5 }, { 0 }, "a" },
		{ "what is required before all", { 9, 9, 1 }, { 0, 0, 9 }, { 0, 0, 1 }, "c" },
	};
	static const char *const ids[] = { "a", "b", "c" };

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct packet_item items[3];

		for (size_t k = 0; k < 3; k++) {
			items[k] = packet_fixture_words(ids[k], "customer_name", ids[k]);
			items[k].weight_ppm = rows[i].weights[k];
			items[k].at.us += rows[i].at[k];
			items[k].required = rows[i].required[k];
		}
		const struct packet_solution solution = solved("visa", items, 3);

		print_message("%s\n", rows[i].name);
		assert_int_equal(solution.packet.count, 1);
		assert_string_equal(solution.packet.items[0].id, rows[i].kept);
		assert_int_equal(solution.left[0].limits, PACKET_BIT(PACKET_VALUE_TWICE));
	}
}

static void a_giant_does_not_push_out_what_fits(void **state)
{
	const struct packet_item items[] = {
		weighing(text_of("giant", "uncategorized_text", 20001), 900000),
		weighing(text_of("small", "uncategorized_text", 10), 1),
	};
	const struct packet_solution solution = solved("visa", items, COUNT_OF(items));

	(void)state;
	assert_int_equal(solution.packet.count, 1);
	assert_string_equal(solution.packet.items[0].id, "small");
	assert_string_equal(solution.left[0].item->id, "giant");
}

static void what_is_only_known_afterwards_counts_on_top(void **state)
{
	const struct packet_item item = packet_fixture_upload("a", "receipt", 4000000, 40);
	const struct packet candidates = { packet_fixture_dispute("visa"), &item, 1 };
	const struct packet prepared = packet_prepare(arena, &limits, &candidates);
	const struct packet_rendered fits = { .more_pages = 9, .more_bytes = 500000 };
	const struct packet_rendered over = { .more_pages = 10, .more_bytes = 500001 };
	struct packet_refusal refusal;
	struct packet_solution solution;

	(void)state;
	assert_true(packet_solve(arena, &limits, &prepared, &fits, &solution, &refusal));
	assert_int_equal(solution.left_count, 0);
	assert_int_equal(solution.bytes, 4500000);
	assert_int_equal(solution.pages, 49);
	assert_true(packet_solve(arena, &limits, &prepared, &over, &solution, &refusal));
	assert_int_equal(solution.left[0].limits,
	                 PACKET_BIT(PACKET_BYTES_TOGETHER) | PACKET_BIT(PACKET_PAGES_TOGETHER));
}

static void every_limit_has_a_name_and_a_sentence(void **state)
{
	(void)state;
	for (int i = 0; i < PACKET_LIMIT_COUNT; i++) {
		assert_non_null(packet_limit_name((enum packet_limit)i));
		assert_non_null(packet_limit_doc((enum packet_limit)i));
	}
	assert_string_equal(packet_limit_name(PACKET_PAGES_TOGETHER), "pages_together");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_hold_to_the_last_one_and_not_one_further),
		cmocka_unit_test(bytes_and_pages_hold_to_the_last_one_and_not_one_further),
		cmocka_unit_test(vector_23_a_packet_over_a_limit_is_refused_before_any_call),
		cmocka_unit_test(what_cannot_be_sent_at_all_is_left_with_its_reason),
		cmocka_unit_test(what_speaks_for_the_customer_is_withheld),
		cmocka_unit_test(the_weightiest_stay_and_equals_by_time_and_id),
		cmocka_unit_test(a_giant_does_not_push_out_what_fits),
		cmocka_unit_test(what_is_only_known_afterwards_counts_on_top),
		cmocka_unit_test(every_limit_has_a_name_and_a_sentence),
	};

	return cmocka_run_group_tests(tests, start, arena_close);
}
