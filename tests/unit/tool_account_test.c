/*
 * tool_account_test - lists of accounts as the operator's tool shows them: a sentence a line, and nothing lost for programs.
 */
#include "common/base/text.h"
#include "services/opsmesh/account_print.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

typedef void shown_as(struct arena *arena, const struct account_rows *rows, struct buffer *out);

#define JUNE_15 ((struct instant){ INT64_C(1781517600000000) })

static const char *shown(shown_as *print, const struct account_rows *rows)
{
	struct buffer out = { 0 };
	const char *made;

	print(arena, rows, &out);
	made = arena_text(arena, (const char *)out.data, out.size);
	buffer_finish(&out);
	return made;
}

static struct account_rows rows_of(const char *listing, struct account_cell *cells, size_t count)
{
	const struct account_listing *const found = account_listing_find(listing);

	assert_non_null(found);
	return (struct account_rows){ .listing = found,
		                      .columns = account_columns(found),
		                      .has_views = true,
		                      .as_of = JUNE_15,
		                      .list = cells,
		                      .count = count };
}

static struct account_cell text(const char *words)
{
	return (struct account_cell){ .text = words };
}

static struct account_cell number(int64_t value)
{
	return (struct account_cell){ .text = "", .number = value };
}

static struct account_cell at(int64_t seconds)
{
	return (struct account_cell){ .text = "", .at = time_add(JUNE_15, SECONDS(seconds)) };
}

static struct account_cell texts(const char *json)
{
	struct account_cell cell = { .text = "" };

	assert_true(account_texts_read(arena, json, &cell));
	return cell;
}

static const struct account_cell nothing = { .absent = true, .text = "" };

/* A renewal in two hours that nobody but a team looks after, with two sentences against it. */
static struct account_cell *renewal(void)
{
	struct account_cell *const cells = arena_zero(arena, 13 * sizeof(*cells));
	const struct account_cell made[] = {
		at(7200),
		number(INT64_C(7200000000)),
		text("acme"),
		text("pro"),
		text("active"),
		number(10),
		number(4),
		text("finance, support"),
		text(""),
		texts("[\"finance\",\"support\"]"),
		texts("[\"A payment failed.\",\"=SUM(A1) was not content.\"]"),
		texts("[]"),
		nothing,
	};

	for (size_t i = 0; i < COUNT_OF(made); i++)
		cells[i] = made[i];
	return cells;
}

static void each_sentence_has_a_line_of_its_own(void **state)
{
	const struct account_rows rows = rows_of("renewals", renewal(), 1);

	(void)state;
	assert_string_equal(
	    shown(account_print_table, &rows),
	    "DUE                              ACCOUNT  PRODUCT  STATUS  SEATS  IN USE  "
	    "OWNER             AGAINST IT                 FOR IT\n"
	    "2026-06-15T12:00:00Z  in 2h 00m  acme     pro      active  10     4       "
	    "finance, support  A payment failed.          -\n"
	    "                                                                          "
	    "                  =SUM(A1) was not content.\n"
	    "As it was said at 2026-06-15T10:00:00Z.\n");
}

static void a_list_is_one_cell_of_a_spreadsheet(void **state)
{
	const struct account_rows rows = rows_of("renewals", renewal(), 1);

	(void)state;
	assert_string_equal(
	    shown(account_print_csv, &rows),
	    "due,left_us,account_id,product_id,status,seats,seats_in_use,routed_to,owner,teams,"
	    "risks,expansions,since\r\n"
	    "2026-06-15T12:00:00Z,7200000000,acme,pro,active,10,4,\"finance, support\",,"
	    "finance; support,A payment failed.; =SUM(A1) was not content.,,\r\n");
}

static void programs_get_lists_and_null_for_what_is_not_known(void **state)
{
	const struct account_rows rows = rows_of("renewals", renewal(), 1);

	(void)state;
	assert_string_equal(
	    shown(account_print_json, &rows),
	    "[{\"due\":\"2026-06-15T12:00:00Z\",\"left_us\":7200000000,\"account_id\":\"acme\","
	    "\"product_id\":\"pro\",\"status\":\"active\",\"seats\":10,\"seats_in_use\":4,"
	    "\"routed_to\":\"finance, support\",\"owner\":\"\",\"teams\":[\"finance\",\"support\"],"
	    "\"risks\":[\"A payment failed.\",\"=SUM(A1) was not content.\"],\"expansions\":[],"
	    "\"since\":null,\"mesh_time\":\"2026-06-15T10:00:00Z\"}]\n");
}

static void what_is_overdue_says_how_long(void **state)
{
	struct account_cell *const cells = renewal();
	const struct account_rows rows = rows_of("renewals", cells, 1);

	(void)state;
	cells[1].number = -INT64_C(90061000000);
	assert_non_null(strstr(shown(account_print_table, &rows), "  1d 01h ago  acme"));
	cells[1].number = INT64_MIN;
	assert_non_null(strstr(shown(account_print_table, &rows), " ago  acme"));
}

static void what_was_counted_by_meter_is_told_and_kept_as_it_is(void **state)
{
	struct account_cell cells[] = {
		text("acme"),
		text(""),
		number(10),
		nothing,
		texts("[\"calls: 5 after 9\"]"),
		text("[{\"meter\":\"calls\",\"units\":5}]"),
		number(2),
		number(1),
		number(0),
		number(3),
	};
	const struct account_rows rows = rows_of("accounts", cells, 1);

	(void)state;
	assert_string_equal(
	    shown(account_print_table, &rows),
	    "ACCOUNT  OWNER  SEATS  IN USE  USED IN 30 DAYS   TICKETS  OPEN  CONTENT  NOT\n"
	    "acme     -      10     -       calls: 5 after 9  2        1     0        3\n"
	    "As it was said at 2026-06-15T10:00:00Z.\n");
	assert_non_null(strstr(shown(account_print_json, &rows),
	                       "\"seats_in_use\":null,\"usage_told\":[\"calls: 5 after 9\"],"
	                       "\"usage\":[{\"meter\":\"calls\",\"units\":5}],"));
	assert_null(strstr(shown(account_print_csv, &rows), "units"));
}

static void nothing_found_is_said_and_nothing_known_as_well(void **state)
{
	struct account_rows rows = rows_of("signals", NULL, 0);

	(void)state;
	assert_string_equal(shown(account_print_table, &rows),
	                    "Nothing happened that speaks for an account or against it.\n"
	                    "As it was said at 2026-06-15T10:00:00Z.\n");
	assert_string_equal(shown(account_print_json, &rows), "[]\n");
	rows.as_of = TIME_MIN;
	assert_string_equal(shown(account_print_table, &rows),
	                    "kpi-aggregator has said nothing of accounts here yet.\n");
}

static void what_is_no_list_of_texts_is_refused(void **state)
{
	static const char *const wrong[] = { "", "{}", "[1]", "[\"a\",null]", "[\"a\"" };
	struct account_cell cell;

	(void)state;
	for (size_t i = 0; i < COUNT_OF(wrong); i++)
		assert_false(account_texts_read(arena, wrong[i], &cell));
	assert_null(account_listing_find("tickets"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sentence_has_a_line_of_its_own),
		cmocka_unit_test(a_list_is_one_cell_of_a_spreadsheet),
		cmocka_unit_test(programs_get_lists_and_null_for_what_is_not_known),
		cmocka_unit_test(what_is_overdue_says_how_long),
		cmocka_unit_test(what_was_counted_by_meter_is_told_and_kept_as_it_is),
		cmocka_unit_test(nothing_found_is_said_and_nothing_known_as_well),
		cmocka_unit_test(what_is_no_list_of_texts_is_refused),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
