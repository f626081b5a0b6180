/*
 * money_paper_test - refunds, credit notes, invoices, usage and movements count once, by the time and the amount that stand.
 */
#include "common/base/text.h"
#include "services/kpi-aggregator/money/moved.h"
#include "services/kpi-aggregator/money/paper.h"
#include "services/kpi-aggregator/money/usage.h"
#include "services/kpi-aggregator/partial/partial.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/observed.h"
#include "tests/support/told_fact.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACTS_MAX 5

/* What becomes of a subject by its facts, each with account_id=acct_1. */
struct story {
	const char *name;
	const char *facts[FACTS_MAX];
	const char *observed;
};

static const Opsmesh__V1__BillingEvent *billing(const char *line)
{
	return told_fact(arena, &opsmesh__v1__billing_event__descriptor,
	                 arena_printf(arena, "account_id=acct_1 customer_id=cus_1 %s", line));
}

static void tell(const struct subject_kind *kind, subject_apply *apply, const struct story *stories,
                 size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct bytes known = { 0 };
		struct bytes again = { 0 };

		print_message("%s\n", stories[i].name);
		for (size_t n = 0; n < FACTS_MAX && stories[i].facts[n] != NULL; n++)
			assert_true(apply(arena, known, billing(stories[i].facts[n]), &known));
		assert_string_equal(observed_text(arena, kind, known), stories[i].observed);
		assert_false(apply(arena, (struct bytes){ known.data, known.size - 1 },
		                   billing(stories[i].facts[0]), &again));
	}
}

#define REFUND(status)                                                   \
	"refund_changed.refund_id=re_1 refund_changed.to_status=" status \
	" refund_changed.amount=900USD refund_changed.reason=duplicate"

static void refunds_count_when_they_came_through(void **state)
{
	static const struct story stories[] = {
		{ "one that came through",
		  { "occurred_at=5 " REFUND("succeeded") },
		  "refund 1 USD account=acct_1 status=succeeded reason=duplicate at=5 minor=900 "
		  "succeeded\n" },
		{ "one that waited counts by when it was made",
		  { "occurred_at=5 " REFUND("pending"), "occurred_at=90 " REFUND("succeeded") },
		  "refund 1 USD account=acct_1 status=succeeded reason=duplicate at=5 minor=900 "
		  "succeeded\n" },
		{ "one that failed later is none",
		  { "occurred_at=5 " REFUND("succeeded"), "occurred_at=90 " REFUND("failed") },
		  "refund 1 USD account=acct_1 status=failed reason=duplicate at=5 minor=900\n" },
	};

	(void)state;
	tell(&subject_refund, subject_refund_apply, stories, COUNT_OF(stories));
}

#define CREDIT(status)                                                                  \
	"credit_note_changed.credit_note_id=cn_1 credit_note_changed.to_status=" status \
	" credit_note_changed.total=700JPY"

static void credit_notes_say_how_they_stand(void **state)
{
	static const struct story stories[] = {
		{ "one that is issued",
		  { "occurred_at=5 " CREDIT("issued") },
		  "credit 1 JPY account=acct_1 status=issued at=5 minor=700\n" },
		{ "one that was voided",
		  { "occurred_at=5 " CREDIT("issued"), "occurred_at=6 " CREDIT("void") },
		  "credit 1 JPY account=acct_1 status=void at=5 minor=700\n" },
	};

	(void)state;
	tell(&subject_credit, subject_credit_apply, stories, COUNT_OF(stories));
}

#define INVOICE(status)                                                     \
	"invoice_changed.invoice_id=in_1 invoice_changed.to_status=" status \
	" invoice_changed.total=1200USD invoice_changed.due=1200USD"

static void invoices_count_from_when_they_were_final(void **state)
{
	static const struct story stories[] = {
		{ "a draft is not final",
		  { "occurred_at=5 " INVOICE("draft") },
		  "invoice 1 USD account=acct_1 status=draft began_at=5 minor=1200\n" },
		{ "a draft that was thrown away never was",
		  { "occurred_at=5 " INVOICE("draft"), "occurred_at=6 " INVOICE("deleted") },
		  "invoice 1 USD account=acct_1 status=deleted began_at=5 minor=1200\n" },
		{ "an open one",
		  { "occurred_at=5 " INVOICE("draft"), "occurred_at=65 " INVOICE("open") },
		  "invoice 1 USD account=acct_1 status=open at=65 began_at=5 minor=1200 open\n" },
		{ "a paid one",
		  { "occurred_at=5 " INVOICE("draft"), "occurred_at=65 " INVOICE("open"),
		    "occurred_at=70 " INVOICE("paid") },
		  "invoice 1 USD account=acct_1 status=paid at=65 began_at=5 decided_at=70 "
		  "minor=1200 succeeded\n" },
		{ "one that is open again is not paid, and is paid when it was paid last",
		  { "occurred_at=65 " INVOICE("paid"), "occurred_at=70 " INVOICE("open"),
		    "occurred_at=80 " INVOICE("paid") },
		  "invoice 1 USD account=acct_1 status=paid at=65 began_at=65 decided_at=80 "
		  "minor=1200 succeeded\n" },
		{ "one that dunning recovered",
		  { "occurred_at=65 " INVOICE("open"), "occurred_at=70 " INVOICE("paid"),
		    "occurred_at=70 dunning_recovered.invoice_id=in_1" },
		  "invoice 1 USD account=acct_1 status=paid at=65 began_at=65 decided_at=70 "
		  "minor=1200 succeeded recovered\n" },
		{ "one for which all was done",
		  { "occurred_at=65 " INVOICE("open"),
		    "occurred_at=70 dunning_exhausted.invoice_id=in_1" },
		  "invoice 1 USD account=acct_1 status=open at=65 began_at=65 minor=1200 exhausted "
		  "open\n" },
		{ "one that was paid after all was done",
		  { "occurred_at=65 " INVOICE("open"),
		    "occurred_at=70 dunning_exhausted.invoice_id=in_1",
		    "occurred_at=90 " INVOICE("paid") },
		  "invoice 1 USD account=acct_1 status=paid at=65 began_at=65 decided_at=90 "
		  "minor=1200 succeeded\n" },
		{ "of one that dunning alone names nothing is observed",
		  { "occurred_at=70 dunning_exhausted.invoice_id=in_1" },
		  "" },
	};

	(void)state;
	tell(&subject_invoice, subject_invoice_apply, stories, COUNT_OF(stories));
}

#define TAKEN                                                                                   \
	"occurred_at=5 usage_taken.source=api usage_taken.event_id=e1 usage_taken.meter=calls " \
	"usage_taken.quantity=100"
#define CORRECTED(id, quantity)                                                  \
	"occurred_at=90 usage_corrected.source=api usage_corrected.event_id=" id \
	" usage_corrected.meter=calls usage_corrected.refers=e1 usage_corrected.quantity=" quantity
#define CANCELLED                                                                \
	"occurred_at=91 usage_cancelled.source=api usage_cancelled.event_id=e9 " \
	"usage_cancelled.refers=e1 usage_cancelled.meter=calls usage_cancelled.quantity=100"

static void usage_counts_when_it_was_used(void **state)
{
	static const struct story stories[] = {
		{ "what was taken",
		  { TAKEN },
		  "usage 1 product=calls account=acct_1 account_meter=acct_1/calls at=5 units=100\n" },
		{ "what was taken back counts when it was used",
		  { TAKEN, CORRECTED("e2", "-30"), CORRECTED("e3", "-20") },
		  "usage 1 product=calls account=acct_1 account_meter=acct_1/calls at=5 units=50\n" },
		{ "what was cancelled never was",
		  { TAKEN, CORRECTED("e2", "-30"), CANCELLED },
		  "" },
		{ "a correction of what was never heard of is nothing",
		  { CORRECTED("e2", "-30") },
		  "" },
		{ "what came late counts as well, and so does its credit",
		  { "occurred_at=5 usage_late.source=api usage_late.event_id=e1 "
		    "usage_late.meter=calls usage_late.quantity=40",
		    "occurred_at=99 usage_late.source=api usage_late.event_id=e4 "
		    "usage_late.meter=calls usage_late.quantity=-15 usage_late.refers=e1" },
		  "usage 1 product=calls account=acct_1 account_meter=acct_1/calls at=5 units=25\n" },
	};

	(void)state;
	tell(&subject_usage, subject_usage_apply, stories, COUNT_OF(stories));
}

static void usage_is_found_by_what_it_refers_to(void **state)
{
	static const char *const lines[] = {
		TAKEN,
		CORRECTED("e2", "-30"),
		CANCELLED,
		"usage_late.source=api usage_late.event_id=e4 usage_late.refers=e1",
		"usage_late.source=api usage_late.event_id=e1",
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(lines); i++)
		assert_string_equal(subject_usage_id(arena, billing(lines[i])), "cus_1/api/e1");
}

static void movements_are_signed(void **state)
{
	static const struct {
		const char *move;
		const char *amount;
		const char *day;
		const char *observed; /* NULL: nothing */
	} rows[] = {
		{ "NEW", "1200USD", "2026-05-01", "account=acct_1 move=new at=720 minor=1200" },
		{ "REACTIVATION", "1200USD", "2026-05-01",
		  "account=acct_1 move=reactivation at=720 minor=1200" },
		{ "EXPANSION", "5USD", "2026-05-02",
		  "account=acct_1 move=expansion at=2160 minor=5" },
		{ "CONTRACTION", "5USD", "2026-05-02",
		  "account=acct_1 move=contraction at=2160 minor=-5" },
		{ "CHURN", "5USD", "2026-05-02", "account=acct_1 move=churn at=2160 minor=-5" },
		{ "FX", "-7USD", "2026-05-02", "account=acct_1 move=fx at=2160 minor=-7" },
		{ "NEW", "1200USD", "2026-05-32", NULL },
		{ "UNSPECIFIED", "1200USD", "2026-05-01", NULL },
		{ "NEW", NULL, "2026-05-01", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const char *line = arena_printf(arena,
		                                "recurring_moved.move=RECURRING_MOVE_%s "
		                                "recurring_moved.day=%s",
		                                rows[i].move, rows[i].day);
		struct observation it;

		if (rows[i].amount != NULL)
			line = arena_printf(arena, "%s recurring_moved.amount=%s", line,
			                    rows[i].amount);
		assert_int_equal(moved_recurring(arena, billing(line), &it),
		                 rows[i].observed != NULL);
		if (rows[i].observed != NULL)
			assert_string_equal(observed_line(arena, &it),
			                    arena_printf(arena, "recurring 1 USD %s",
			                                 rows[i].observed));
	}
}

static void seats_are_taken_and_given_back(void **state)
{
	struct observation it;

	(void)state;
	assert_true(moved_seat(arena, billing("occurred_at=5 seat_moved.assigned=true"), &it));
	assert_string_equal(observed_line(arena, &it), "seat 1 account=acct_1 at=5 units=1");
	assert_true(moved_seat(arena, billing("occurred_at=6 seat_moved.assigned=false"), &it));
	assert_string_equal(observed_line(arena, &it), "seat 1 account=acct_1 at=6 units=-1");
	assert_false(moved_seat(arena, billing("seat_moved.assigned=false"), &it));
}

static void a_programme_stands_as_its_day_ended(void **state)
{
	const Opsmesh__V1__DisputeEvent *const event =
	    told_fact(arena, &opsmesh__v1__dispute_event__descriptor,
	              "occurred_at=1441 ratio_projected.programme=visa-vamp "
	              "ratio_projected.network=visa ratio_projected.standing=approaching "
	              "ratio_projected.as_of=1439 ratio_projected.ratio_ppm=4321");
	struct observation it;

	(void)state;
	assert_true(moved_programme(arena, event, &it));
	assert_string_equal(observed_line(arena, &it),
	                    "programme 1 status=approaching network=visa programme=visa-vamp "
	                    "at=1439 ratio_ppm=4321");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, arena_open, arena_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(refunds_count_when_they_came_through),
		CASE(credit_notes_say_how_they_stand),
		CASE(invoices_count_from_when_they_were_final),
		CASE(usage_counts_when_it_was_used),
		CASE(usage_is_found_by_what_it_refers_to),
		CASE(movements_are_signed),
		CASE(seats_are_taken_and_given_back),
		CASE(a_programme_stands_as_its_day_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
