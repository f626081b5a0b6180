/*
 * dispute_programme_test - monitoring programmes: what counts, the ratio, and how far it is to a threshold.
 */
#include "tests/support/arena_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/programme_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
	const char *name;
	struct programme_event event;
	bool vamp;
	bool ecm;
	bool efm;
} countings[] = {
	{ "a fraud warning of Visa", { .network = "visa", .warning = true }, true, false, false },
	{ "a dispute of Visa", { .network = "visa" }, true, false, false },
	{ "a warning that compelling evidence answered",
	  { .network = "visa", .warning = true, .compelling = true },
	  false,
	  false,
	  false },
	{ "a dispute that compelling evidence answered counts",
	  { .network = "visa", .fraud = true, .compelling = true },
	  true,
	  false,
	  false },
	{ "a dispute that was prevented",
	  { .network = "visa", .prevented = true },
	  false,
	  false,
	  false },
	{ "an inquiry that did not escalate",
	  { .network = "visa", .inquiry = true },
	  false,
	  false,
	  false },
	{ "a dispute of Mastercard", { .network = "mastercard" }, false, true, false },
	{ "one for fraud", { .network = "mastercard", .fraud = true }, false, true, true },
	{ "a warning of Mastercard",
	  { .network = "mastercard", .warning = true },
	  false,
	  false,
	  false },
	{ "another network's", { .network = "amex", .fraud = true }, false, false, false },
};

static void each_programme_counts_its_own(void **state)
{
	const struct programme_policy vamp = programme_document(PROGRAMME_VAMP);
	const struct programme_policy ecm = programme_document(PROGRAMME_ECM);
	const struct programme_policy efm = programme_document(PROGRAMME_EFM);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(countings); i++) {
		print_message("%s\n", countings[i].name);
		assert_int_equal(programme_counts(&vamp, &countings[i].event), countings[i].vamp);
		assert_int_equal(programme_counts(&ecm, &countings[i].event), countings[i].ecm);
		assert_int_equal(programme_counts(&efm, &countings[i].event), countings[i].efm);
	}
}

static const struct {
	const char *name;
	struct {
		const char *document;
		const char *country;
		const char *region;
		const char *at;
	} asked;
	struct programme_tally tally;
	struct {
		int64_t ratio_ppm;
		int64_t elapsed_ppm;
		int64_t end_events;
		int64_t end_payments;
	} figures;
	struct {
		enum programme_standing standing;
		const char *threshold;
		int64_t threshold_count;
	} judged;
} judgements[] = {
	{ "a quiet month",
	  { PROGRAMME_VAMP, "JP", "", "2026-05-16T12:00:00Z" },
	  { .events = 3, .payments = 2000 },
	  { 1500, 500000, 6, 4000 },
	  { PROGRAMME_CLEAR, "excessive", 1500 } },
	{ "two more of a hundred and it is approached",
	  { PROGRAMME_VAMP, "JP", "", "2026-05-25T19:12:00Z" },
	  { .events = 3, .payments = 800 },
	  { 3750, 800000, 4, 1000 },
	  { PROGRAMME_APPROACHING, "non_compliant", 5 } },
	{ "it will be met at this pace",
	  { PROGRAMME_VAMP, "JP", "", "2026-05-16T12:00:00Z" },
	  { .events = 3, .payments = 500 },
	  { 6000, 500000, 6, 1000 },
	  { PROGRAMME_PROJECTED, "non_compliant", 5 } },
	{ "five and half a percent are met",
	  { PROGRAMME_VAMP, "JP", "", "2026-05-16T12:00:00Z" },
	  { .events = 5, .payments = 1000 },
	  { 5000, 500000, 10, 2000 },
	  { PROGRAMME_MET, "non_compliant", 5 } },
	{ "a payment more and they are only approached",
	  { PROGRAMME_VAMP, "JP", "", "2026-05-16T12:00:00Z" },
	  { .events = 5, .payments = 1001 },
	  { 4995, 500000, 10, 2002 },
	  { PROGRAMME_APPROACHING, "non_compliant", 5 } },
	{ "1.5 % is excessive from April 2026 on",
	  { PROGRAMME_VAMP, "JP", "", "2026-05-31T00:00:00Z" },
	  { .events = 1500, .payments = 100000 },
	  { 15000, 967741, 1551, 103334 },
	  { PROGRAMME_MET, "excessive", 1500 } },
	{ "and was not before",
	  { "programmes/visa-vamp-1.json", "JP", "", "2026-03-31T00:00:00Z" },
	  { .events = 1500, .payments = 100000 },
	  { 15000, 967741, 1551, 103334 },
	  { PROGRAMME_MET, "non_compliant", 5 } },
	{ "elsewhere 150 are enough, of such an amount",
	  { PROGRAMME_VAMP, "AE", "cemea", "2026-05-31T00:00:00Z" },
	  { .events = 150, .payments = 6000, .amount = { 7500000, "USD" }, .amount_known = true },
	  { 25000, 967741, 156, 6201 },
	  { PROGRAMME_MET, "excessive", 150 } },
	{ "and not of less",
	  { PROGRAMME_VAMP, "AE", "cemea", "2026-05-31T00:00:00Z" },
	  { .events = 150, .payments = 6000, .amount = { 7499999, "USD" }, .amount_known = true },
	  { 25000, 967741, 156, 6201 },
	  { PROGRAMME_MET, "non_compliant", 5 } },
	{ "an amount in another currency is taken as reached",
	  { PROGRAMME_VAMP, "AE", "cemea", "2026-05-31T00:00:00Z" },
	  { .events = 150, .payments = 6000, .amount = { 1, "AED" }, .amount_known = true },
	  { 25000, 967741, 156, 6201 },
	  { PROGRAMME_MET, "excessive", 150 } },
	{ "half of the month is half of what is to come",
	  { PROGRAMME_ECM, "JP", "", "2026-06-16T00:00:00Z" },
	  { .events = 60, .payments = 6000 },
	  { 10000, 500000, 120, 6000 },
	  { PROGRAMME_PROJECTED, "ecm", 100 } },
	{ "on the second day nothing is projected",
	  { PROGRAMME_ECM, "JP", "", "2026-06-02T00:00:00Z" },
	  { .events = 60, .payments = 6000 },
	  { 10000, 33333, 60, 6000 },
	  { PROGRAMME_CLEAR, "hecm", 300 } },
	{ "the graver of two that are met",
	  { PROGRAMME_ECM, "JP", "", "2026-06-30T00:00:00Z" },
	  { .events = 300, .payments = 10000 },
	  { 30000, 966666, 311, 10000 },
	  { PROGRAMME_MET, "hecm", 300 } },
	{ "a month whose payments are over while disputes are still counted",
	  { PROGRAMME_VAMP, "US", "", "2026-06-03T00:00:00Z" },
	  { .events = 29, .payments = 10000 },
	  { 2900, 935483, 32, 10000 },
	  { PROGRAMME_CLEAR, "excessive", 1500 } },
	{ "without payments there is no ratio",
	  { PROGRAMME_ECM, "JP", "", "2026-06-16T00:00:00Z" },
	  { .events = 600, .payments = 0 },
	  { 0, 500000, 1200, 0 },
	  { PROGRAMME_CLEAR, "hecm", 300 } },
	{ "fraud with hardly any 3-D Secure",
	  { PROGRAMME_EFM, "US", "", "2026-06-04T23:59:59Z" },
	  { .events = 50,
	    .payments = 10000,
	    .amount = { 5000000, "USD" },
	    .amount_known = true,
	    .authenticated = 1000 },
	  { 5000, 999999, 51, 10000 },
	  { PROGRAMME_MET, "efm", 1 } },
	{ "with more of it the programme does not ask",
	  { PROGRAMME_EFM, "US", "", "2026-06-04T23:59:59Z" },
	  { .events = 50,
	    .payments = 10000,
	    .amount = { 5000000, "USD" },
	    .amount_known = true,
	    .authenticated = 1001 },
	  { 5000, 999999, 51, 10000 },
	  { PROGRAMME_CLEAR, "efm", 1 } },
	{ "nor of a quarter less money",
	  { PROGRAMME_EFM, "US", "", "2026-06-04T23:59:59Z" },
	  { .events = 50, .payments = 10000, .amount = { 3749995, "USD" }, .amount_known = true },
	  { 5000, 999999, 51, 10000 },
	  { PROGRAMME_CLEAR, "efm", 1 } },
	{ "a thousand payments are enough",
	  { PROGRAMME_EFM, "US", "", "2026-06-04T23:59:59Z" },
	  { .events = 5, .payments = 1000, .amount = { 5000000, "USD" }, .amount_known = true },
	  { 5000, 999999, 6, 1000 },
	  { PROGRAMME_MET, "efm", 1 } },
	{ "a tenth of the month is enough to project",
	  { PROGRAMME_ECM, "JP", "", "2026-06-04T00:00:00Z" },
	  { .events = 10, .payments = 6000 },
	  { 1666, 100000, 100, 6000 },
	  { PROGRAMME_PROJECTED, "ecm", 100 } },
	{ "nor of less than a thousand payments",
	  { PROGRAMME_EFM, "US", "", "2026-06-04T23:59:59Z" },
	  { .events = 50, .payments = 999, .amount = { 5000000, "USD" }, .amount_known = true },
	  { 50050, 999999, 51, 999 },
	  { PROGRAMME_CLEAR, "efm", 1 } },
};

static void a_threshold_is_met_projected_or_approached(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT_OF(judgements); i++) {
		const struct programme_policy policy =
		    programme_document(judgements[i].asked.document);
		const struct programme_answer got =
		    programme_judge(&policy, judgements[i].asked.country,
		                    judgements[i].asked.region, instant_of(judgements[i].asked.at),
		                    &judgements[i].tally);

		print_message("%s\n", judgements[i].name);
		assert_int_equal(got.now.events, judgements[i].tally.events);
		assert_int_equal(got.now.payments, judgements[i].tally.payments);
		assert_int_equal(got.now.ratio_ppm, judgements[i].figures.ratio_ppm);
		assert_int_equal(got.elapsed_ppm, judgements[i].figures.elapsed_ppm);
		assert_int_equal(got.is_projected, judgements[i].figures.elapsed_ppm >= 100000);
		assert_int_equal(got.at_end.events, judgements[i].figures.end_events);
		assert_int_equal(got.at_end.payments, judgements[i].figures.end_payments);
		assert_int_equal(got.standing, judgements[i].judged.standing);
		assert_string_equal(policy.thresholds[got.threshold].name,
		                    judgements[i].judged.threshold);
		assert_int_equal(policy.thresholds[got.threshold].count,
		                 judgements[i].judged.threshold_count);
	}
}

static void a_ratio_says_how_sure_it_is(void **state)
{
	const struct programme_policy policy = programme_document(PROGRAMME_VAMP);
	const struct programme_tally few = { .events = 17, .payments = 1000 };
	const struct programme_tally odd = { .events = 3, .payments = 2 };
	const struct instant at = instant_of("2026-05-16T12:00:00Z");
	struct programme_answer got = programme_judge(&policy, "JP", "", at, &few);

	(void)state;
	assert_true(got.has_interval);
	assert_int_equal(got.interval.low_ppm, 10640);
	assert_int_equal(got.interval.high_ppm, 27057);
	got = programme_judge(&policy, "JP", "", at, &odd);
	assert_false(got.has_interval);
	assert_int_equal(got.now.ratio_ppm, 1500000);
}

static void an_unknown_amount_is_said(void **state)
{
	const struct programme_policy policy = programme_document(PROGRAMME_VAMP);
	const struct programme_tally tally = { .events = 1, .payments = 1000 };
	const struct instant at = instant_of("2026-05-16T12:00:00Z");

	(void)state;
	assert_true(programme_judge(&policy, "AE", "cemea", at, &tally).amount_unjudged);
	assert_false(programme_judge(&policy, "JP", "", at, &tally).amount_unjudged);
}

static void a_programme_is_left_after_its_clean_months(void **state)
{
	const struct programme_policy policy = programme_document(PROGRAMME_ECM);

	(void)state;
	assert_false(programme_is_left(&policy, 2));
	assert_true(programme_is_left(&policy, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_programme_counts_its_own),
		cmocka_unit_test(a_threshold_is_met_projected_or_approached),
		cmocka_unit_test(a_ratio_says_how_sure_it_is),
		cmocka_unit_test(an_unknown_amount_is_said),
		cmocka_unit_test(a_programme_is_left_after_its_clean_months),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
