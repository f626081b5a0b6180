/*
 * tool_case_test - discrepancies as the operator's tool puts them together from facts.
 */
#include "common/base/text.h"
#include "opsmesh/v1/billing.pb-c.h"
#include "services/opsmesh/case_list.h"
#include "tests/support/arena_fixture.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define ROWS 4

/* Cases that are open, "0" on. */
static struct case_list *list_of(size_t count)
{
	static const char *const ids[ROWS] = { "0", "1", "2", "3" };
	struct case_list *const list = arena_zero(arena, sizeof(*list));

	list->arena = arena;
	list->cases = arena_zero(arena, count * sizeof(*list->cases));
	list->count = count;
	for (size_t i = 0; i < count; i++) {
		list->cases[i] = (struct open_case){
			.id = ids[i], .open = true, .state = "open", .queue = "", .sentence = ""
		};
		(void)map_set(&list->by_id, bytes_of(ids[i]), &list->cases[i]);
	}
	return list;
}

static Opsmesh__V1__Money *money(const char *currency, int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->currency = text_mutable(currency);
	made->minor = minor;
	return made;
}

static void take(struct case_list *list, const ProtobufCMessage *fact)
{
	case_list_take(list, &(struct told){ .fact = fact });
}

/* objects: "in_1", or "in_1 in_2" */
static void opened(struct case_list *list, const char *id, const char *object, const char *other,
                   Opsmesh__V1__Money *expected, Opsmesh__V1__Money *found)
{
	Opsmesh__V1__DiscrepancyOpened fact = OPSMESH__V1__DISCREPANCY_OPENED__INIT;
	char *objects[] = { text_mutable(object), text_mutable(other) };

	fact.discrepancy_id = text_mutable(id);
	fact.object_ids = objects;
	fact.n_object_ids = other == NULL ? 1 : 2;
	fact.expected = expected;
	fact.found = found;
	fact.severity = OPSMESH__V1__PRIORITY__PRIORITY_HIGH;
	fact.queue = text_mutable("finance");
	take(list, &fact.base);
}

static void moved(struct case_list *list, const char *object, int64_t objects,
                  Opsmesh__V1__Money *expected, Opsmesh__V1__Money *found)
{
	Opsmesh__V1__DiscrepancyMoved fact = OPSMESH__V1__DISCREPANCY_MOVED__INIT;

	fact.discrepancy_id = text_mutable("0");
	fact.object_id = text_mutable(object);
	fact.objects = objects;
	fact.expected = expected;
	fact.found = found;
	take(list, &fact.base);
}

/* "12.00 EUR", "?" where it is not known */
static const char *off(const struct open_case *it)
{
	struct running *const sums = arena_zero(arena, sizeof(*sums));

	return case_off(it, sums) ? running_text(arena, sums) : "?";
}

static void test_a_case_is_off_by_what_each_object_is_off_by(void **state)
{
	struct case_list *const list = list_of(1);
	const struct open_case *const it = &list->cases[0];

	(void)state;
	assert_string_equal(off(it), "?");
	opened(list, "0", "in_1", NULL, money("EUR", 1000), money("EUR", 1200));
	assert_string_equal(off(it), "2.00 EUR");
	assert_string_equal(it->queue, "finance");
	moved(list, "in_2", 2, money("EUR", 1000), money("EUR", 900));
	assert_string_equal(off(it), "3.00 EUR");
	moved(list, "in_3", 3, money("JPY", 0), money("JPY", 50));
	assert_string_equal(off(it), "3.00 EUR, 50 JPY");
	assert_int_equal(it->count, 3);
	assert_int_equal(it->last.found.minor, 50);
	case_list_finish(list);
}

static void test_an_object_told_again_replaces_its_figures(void **state)
{
	struct case_list *const list = list_of(1);
	const struct open_case *const it = &list->cases[0];

	(void)state;
	opened(list, "0", "in_1", NULL, money("EUR", 1000), money("EUR", 1200));
	moved(list, "in_2", 2, money("EUR", 1000), money("EUR", 900));
	moved(list, "in_1", 2, money("EUR", 1000), money("EUR", 1500));
	assert_string_equal(off(it), "6.00 EUR");
	moved(list, "in_1", 2, money("EUR", 1000), money("EUR", 1100));
	assert_string_equal(off(it), "2.00 EUR");
	moved(list, "in_2", 1, NULL, NULL);
	assert_string_equal(off(it), "1.00 EUR");
	assert_int_equal(it->count, 1);
	case_list_finish(list);
}

static void test_seats_are_no_money(void **state)
{
	struct case_list *const list = list_of(1);
	const struct open_case *const it = &list->cases[0];

	(void)state;
	opened(list, "0", "sub_1", NULL, NULL, NULL);
	assert_string_equal(off(it), "");
	assert_int_equal(it->count, 1);
	case_list_finish(list);
}

static void test_a_case_opened_again_says_only_what_is_known(void **state)
{
	struct case_list *const list = list_of(1);
	const struct open_case *const it = &list->cases[0];

	(void)state;
	opened(list, "0", "in_1", NULL, money("EUR", 1000), money("EUR", 1200));
	opened(list, "0", "in_1", "in_2", money("EUR", 0), money("EUR", 300));
	assert_string_equal(off(it), "5.00 EUR");
	/* One of two changed, and nobody says which. */
	opened(list, "0", "in_1", "in_2", money("EUR", 0), money("EUR", 700));
	assert_string_equal(off(it), "?");
	moved(list, "in_1", 2, money("EUR", 0), money("EUR", 700));
	assert_string_equal(off(it), "?");
	moved(list, "in_2", 2, money("EUR", 0), money("EUR", 300));
	assert_string_equal(off(it), "10.00 EUR");
	case_list_finish(list);
}

static void test_a_healed_case_is_off_by_nothing(void **state)
{
	struct case_list *const list = list_of(1);
	Opsmesh__V1__DiscrepancyHealed fact = OPSMESH__V1__DISCREPANCY_HEALED__INIT;

	(void)state;
	opened(list, "0", "in_1", NULL, money("EUR", 1000), money("EUR", 1200));
	fact.discrepancy_id = text_mutable("0");
	take(list, &fact.base);
	list->cases[0].open = false;
	assert_string_equal(off(&list->cases[0]), "");
	assert_int_equal(list->cases[0].count, 0);
	case_list_finish(list);
}

static void test_an_escalation_may_raise_it_and_give_it_to_another(void **state)
{
	struct case_list *const list = list_of(1);
	const struct open_case *const it = &list->cases[0];
	Opsmesh__V1__DiscrepancyEscalated fact = OPSMESH__V1__DISCREPANCY_ESCALATED__INIT;

	(void)state;
	opened(list, "0", "in_1", NULL, money("EUR", 1000), money("EUR", 1200));
	fact.discrepancy_id = text_mutable("0");
	fact.level = 2;
	fact.severity = OPSMESH__V1__PRIORITY__PRIORITY_URGENT;
	fact.queue = text_mutable("controller");
	take(list, &fact.base);
	assert_int_equal(it->escalations, 2);
	assert_int_equal(it->severity, OPSMESH__V1__PRIORITY__PRIORITY_URGENT);
	assert_string_equal(it->queue, "controller");
	case_list_finish(list);
}

static void test_figures_beyond_64_bits_are_no_sum(void **state)
{
	struct case_list *const list = list_of(1);

	(void)state;
	opened(list, "0", "in_1", NULL, money("EUR", INT64_MIN), money("EUR", INT64_MAX));
	assert_string_equal(off(&list->cases[0]), "?");
	case_list_finish(list);
}

static void test_two_currencies_in_one_figure_are_no_amount(void **state)
{
	struct case_list *const list = list_of(1);

	(void)state;
	opened(list, "0", "in_1", NULL, money("EUR", 1), money("USD", 5));
	assert_string_equal(off(&list->cases[0]), "");
	assert_false(list->cases[0].last.money);
	case_list_finish(list);
}

static void test_what_is_of_no_case_at_hand_is_left(void **state)
{
	struct case_list *const list = list_of(1);
	Opsmesh__V1__InvoiceChanged other = OPSMESH__V1__INVOICE_CHANGED__INIT;

	(void)state;
	opened(list, "9", "in_1", NULL, money("EUR", 1000), money("EUR", 1200));
	take(list, &other.base);
	assert_int_equal(list->cases[0].count, 0);
	case_list_finish(list);
}

static void test_open_ones_come_first_then_the_gravest_then_the_oldest(void **state)
{
	struct case_list *const list = list_of(ROWS);
	const struct {
		bool open;
		int32_t severity;
		int64_t since;
	} rows[ROWS] = {
		{ false, OPSMESH__V1__PRIORITY__PRIORITY_URGENT, 1 },
		{ true, OPSMESH__V1__PRIORITY__PRIORITY_LOW, 2 },
		{ true, OPSMESH__V1__PRIORITY__PRIORITY_HIGH, 4 },
		{ true, OPSMESH__V1__PRIORITY__PRIORITY_HIGH, 3 },
	};
	static const char *const order[ROWS] = { "3", "2", "1", "0" };

	(void)state;
	for (size_t i = 0; i < ROWS; i++) {
		list->cases[i].open = rows[i].open;
		list->cases[i].severity = rows[i].severity;
		list->cases[i].since = (struct instant){ rows[i].since };
	}
	case_list_sort(list);
	for (size_t i = 0; i < ROWS; i++)
		assert_string_equal(list->cases[i].id, order[i]);
	case_list_finish(list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_case_is_off_by_what_each_object_is_off_by),
		cmocka_unit_test(test_an_object_told_again_replaces_its_figures),
		cmocka_unit_test(test_seats_are_no_money),
		cmocka_unit_test(test_a_case_opened_again_says_only_what_is_known),
		cmocka_unit_test(test_a_healed_case_is_off_by_nothing),
		cmocka_unit_test(test_an_escalation_may_raise_it_and_give_it_to_another),
		cmocka_unit_test(test_figures_beyond_64_bits_are_no_sum),
		cmocka_unit_test(test_two_currencies_in_one_figure_are_no_amount),
		cmocka_unit_test(test_what_is_of_no_case_at_hand_is_left),
		cmocka_unit_test(test_open_ones_come_first_then_the_gravest_then_the_oldest),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
