/*
 * money_payment_test - attempts at a payment become observations from which all four rates of authorisation are shares.
 */
#include "services/kpi-aggregator/money/payment.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/observed.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define STEPS_MAX 5

/* A payment_changed. */
struct step {
	const char *id; /* NULL: no more */
	const char *status;
	const char *reason; /* of the decline; NULL: it has none */
	bool unsent;
	int64_t heard;
	int64_t created; /* 0: not told */
	int64_t minor;   /* 0: 1000 */
	const char *currency;
};

static char *text_of(const char *text)
{
	return arena_string(arena, text);
}

static const Opsmesh__V1__BillingEvent *event_of(const struct step *step)
{
	Opsmesh__V1__BillingEvent *const event = arena_alloc(arena, sizeof(*event));
	Opsmesh__V1__PaymentChanged *const changed = arena_alloc(arena, sizeof(*changed));
	Opsmesh__V1__Money *const amount = arena_alloc(arena, sizeof(*amount));
	Opsmesh__V1__PaymentDecline *const decline = arena_alloc(arena, sizeof(*decline));
	Opsmesh__V1__PaymentCard *const card = arena_alloc(arena, sizeof(*card));

	opsmesh__v1__billing_event__init(event);
	opsmesh__v1__payment_changed__init(changed);
	opsmesh__v1__money__init(amount);
	opsmesh__v1__payment_decline__init(decline);
	opsmesh__v1__payment_card__init(card);
	amount->minor = step->minor != 0 ? step->minor : 1000;
	amount->currency = text_of(step->currency != NULL ? step->currency : "USD");
	card->network = text_of("visa");
	card->country = text_of("JP");
	changed->payment_id = text_of(step->id);
	changed->payment_intent_id = text_of("pi_1");
	changed->to_status = text_of(step->status);
	changed->amount = amount;
	changed->card = step->created != 0 ? card : NULL;
	changed->created_at = step->created != 0 ? observed_timestamp(arena, step->created) : NULL;
	if (step->reason != NULL) {
		decline->code = text_of(step->reason);
		decline->unsent = step->unsent;
		changed->decline = decline;
	}
	event->occurred_at = observed_timestamp(arena, step->heard);
	event->account_id = text_of("acct_1");
	event->fact_case = OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED;
	event->payment_changed = changed;
	return event;
}

static struct bytes hear(struct bytes known, const struct step *step)
{
	struct bytes changed = { 0 };

	assert_true(subject_payment_apply(arena, known, event_of(step), &changed));
	return changed;
}

/* What is observed of attempts, in words. */
static const struct {
	const char *name;
	struct step steps[STEPS_MAX];
	const char *observed;
} stories[] = {
	{ "one that comes through is first and last",
	  { { "ch_1", "succeeded", NULL, false, 6, 5, 0, NULL } },
	  "payment ch_1 USD region=JP account=acct_1 status=succeeded network=visa at=5 "
	  "began_at=5 minor=1000 first succeeded last sent decided\n" },
	{ "one that waits is not decided",
	  { { "ch_1", "pending", NULL, false, 6, 5, 0, NULL } },
	  "payment ch_1 USD region=JP account=acct_1 status=pending network=visa at=5 "
	  "began_at=5 minor=1000 first last sent\n" },
	{ "one that failed is recovered by the next",
	  { { "ch_1", "failed", "insufficient_funds", false, 6, 5, 0, NULL },
	    { "ch_2", "succeeded", NULL, false, 9, 8, 0, NULL } },
	  "payment ch_1 USD region=JP account=acct_1 status=failed "
	  "reason=insufficient_funds network=visa at=5 began_at=5 minor=1000 first "
	  "recovered sent decided\n"
	  "payment ch_2 USD region=JP account=acct_1 status=succeeded network=visa at=8 "
	  "began_at=5 minor=1000 succeeded last sent decided retried\n" },
	{ "what the bank takes back days later failed",
	  { { "ch_1", "pending", NULL, false, 6, 5, 0, NULL },
	    { "ch_1", "succeeded", NULL, false, 7, 5, 0, NULL },
	    { "ch_1", "failed", "debit_not_authorized", false, 900, 5, 0, NULL } },
	  "payment ch_1 USD region=JP account=acct_1 status=failed "
	  "reason=debit_not_authorized network=visa at=5 began_at=5 minor=1000 first last "
	  "sent decided\n" },
	{ "what our own rule refused never reached the network",
	  { { "ch_1", "failed", "highest_risk_level", true, 6, 5, 0, NULL } },
	  "payment ch_1 USD region=JP account=acct_1 status=failed "
	  "reason=highest_risk_level network=visa at=5 began_at=5 minor=1000 first last "
	  "decided\n" },
	{ "an intent that failed before there was a charge is an attempt of its own",
	  { { "pi_1", "requires_payment_method", "payment_intent_authentication_failure", false, 4,
	      0, 0, NULL },
	    { "ch_1", "succeeded", NULL, false, 6, 5, 0, NULL } },
	  "payment pi_1 USD account=acct_1 status=requires_payment_method "
	  "reason=payment_intent_authentication_failure at=4 began_at=4 minor=1000 first "
	  "recovered decided\n"
	  "payment ch_1 USD region=JP account=acct_1 status=succeeded network=visa at=5 "
	  "began_at=4 minor=1000 succeeded last sent decided retried\n" },
	{ "when it was made counts, not when it was heard of",
	  { { "ch_2", "succeeded", NULL, false, 6, 8, 0, NULL },
	    { "ch_1", "failed", "insufficient_funds", false, 90, 5, 0, NULL } },
	  "payment ch_1 USD region=JP account=acct_1 status=failed "
	  "reason=insufficient_funds network=visa at=5 began_at=5 minor=1000 first "
	  "recovered sent decided\n"
	  "payment ch_2 USD region=JP account=acct_1 status=succeeded network=visa at=8 "
	  "began_at=5 minor=1000 succeeded last sent decided retried\n" },
	{ "each attempt has its own currency",
	  { { "ch_1", "failed", "do_not_honor", false, 6, 5, 900, "JPY" },
	    { "ch_2", "failed", "do_not_honor", false, 9, 8, 700, "EUR" } },
	  "payment ch_1 JPY region=JP account=acct_1 status=failed reason=do_not_honor "
	  "network=visa at=5 began_at=5 minor=900 first sent decided\n"
	  "payment ch_2 EUR region=JP account=acct_1 status=failed reason=do_not_honor "
	  "network=visa at=8 began_at=5 minor=700 last sent decided retried\n" },
	{ "after it came through, a further attempt changes nothing of what decided",
	  { { "ch_1", "succeeded", NULL, false, 6, 5, 0, NULL },
	    { "ch_2", "failed", "duplicate_transaction", false, 9, 8, 0, NULL } },
	  "payment ch_1 USD region=JP account=acct_1 status=succeeded network=visa at=5 "
	  "began_at=5 minor=1000 first succeeded last sent decided\n"
	  "payment ch_2 USD region=JP account=acct_1 status=failed "
	  "reason=duplicate_transaction network=visa at=8 began_at=5 minor=1000 sent "
	  "decided\n" },
};

static void attempts_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(stories); i++) {
		struct bytes known = { 0 };

		for (size_t n = 0; n < STEPS_MAX && stories[i].steps[n].id != NULL; n++)
			known = hear(known, &stories[i].steps[n]);
		print_message("%s\n", stories[i].name);
		assert_string_equal(observed_text(arena, &subject_payment, known),
		                    stories[i].observed);
	}
}

/* Facts of one payment keep their order; those of several attempts come in any. */
static void attempts_in_any_order_are_the_same_bytes(void **state)
{
	static const struct step steps[] = {
		{ "ch_1", "failed", "insufficient_funds", false, 6, 5, 0, NULL },
		{ "ch_2", "failed", "do_not_honor", false, 9, 8, 0, NULL },
		{ "ch_3", "succeeded", NULL, false, 12, 11, 0, NULL },
	};
	static const size_t orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 },
		                            { 1, 2, 0 }, { 2, 0, 1 }, { 2, 1, 0 } };
	struct bytes first = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
		struct bytes known = { 0 };

		for (size_t n = 0; n < 3; n++)
			known = hear(known, &steps[orders[i][n]]);
		if (i == 0)
			first = known;
		assert_int_equal(known.size, first.size);
		assert_memory_equal(known.data, first.data, first.size);
	}
}

static void a_fact_heard_again_changes_nothing(void **state)
{
	static const struct step step = { "ch_1", "failed", "expired_card", false, 6, 5, 0, NULL };
	const struct bytes once = hear((struct bytes){ 0 }, &step);
	const struct bytes again = hear(once, &step);

	(void)state;
	assert_int_equal(once.size, again.size);
	assert_memory_equal(once.data, again.data, once.size);
}

static void no_more_attempts_are_kept_than_the_bound(void **state)
{
	struct bytes known = { 0 };
	struct observations all = { .arena = arena };

	(void)state;
	for (int i = 0; i < PAYMENT_ATTEMPTS_MAX + 3; i++) {
		const char *const id = arena_printf(arena, "ch_%03d", i);
		const struct step step = { id, "failed", "expired_card", false, 6, 5, 0, NULL };

		known = hear(known, &step);
	}
	assert_true(known.size < SUBJECT_KNOWN_MAX);
	assert_true(subject_payment.observe("payment/pi_1", known, NULL, &all));
	assert_int_equal(all.count, PAYMENT_ATTEMPTS_MAX);
	assert_int_equal(all.left_out, 3);
}

static void words_beyond_a_row_are_cut_at_a_character(void **state)
{
	char id[2000];
	struct step step = { id, "failed", id, false, 6, 5, 0, NULL };
	struct bytes known;

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(id); i += 3)
		memcpy(&id[i], "\xe6\xb1\xba", 3);
	id[1998] = '\0';
	known = hear((struct bytes){ 0 }, &step);
	known = hear(known, &step);
	assert_true(known.size < 1200);
	assert_non_null(strstr(observed_text(arena, &subject_payment, known), "payment \xe6"));
}

static void foreign_bytes_are_no_payment(void **state)
{
	static const struct step step = { "ch_1", "failed", "expired_card", false, 6, 5, 0, NULL };
	const struct bytes known = hear((struct bytes){ 0 }, &step);
	struct observations all = { .arena = arena };
	struct bytes changed = { 0 };

	(void)state;
	for (size_t size = 0; size < known.size; size++) {
		const struct bytes cut = { known.data, size };

		assert_false(subject_payment.observe("payment/pi_1", cut, NULL, &all));
		assert_false(subject_payment_apply(arena, cut, event_of(&step), &changed));
	}
}

static void what_is_paid_is_the_intent_else_the_invoice(void **state)
{
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;

	(void)state;
	changed.payment_id = text_of("ch_1");
	assert_string_equal(subject_payment_id(&changed), "ch_1");
	changed.invoice_id = text_of("in_1");
	assert_string_equal(subject_payment_id(&changed), "in_1");
	changed.payment_intent_id = text_of("pi_1");
	assert_string_equal(subject_payment_id(&changed), "pi_1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(attempts_are_told_apart, arena_open, arena_close),
		cmocka_unit_test_setup_teardown(attempts_in_any_order_are_the_same_bytes,
		                                arena_open, arena_close),
		cmocka_unit_test_setup_teardown(a_fact_heard_again_changes_nothing, arena_open,
		                                arena_close),
		cmocka_unit_test_setup_teardown(no_more_attempts_are_kept_than_the_bound,
		                                arena_open, arena_close),
		cmocka_unit_test_setup_teardown(words_beyond_a_row_are_cut_at_a_character,
		                                arena_open, arena_close),
		cmocka_unit_test_setup_teardown(foreign_bytes_are_no_payment, arena_open,
		                                arena_close),
		cmocka_unit_test_setup_teardown(what_is_paid_is_the_intent_else_the_invoice,
		                                arena_open, arena_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
