/*
 * tool_outcome_test - what became of disputes as the operator's tool sums it, and the next version of the economics document.
 */
#include "common/base/text.h"
#include "services/chargeback/economics/economics.h"
#include "services/opsmesh/chance_version.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define FIRST "economics/standard-1.json"
#define SECOND "economics/standard-2.json"
#define EFFECTIVE "2027-01-01T00:00:00Z"
#define UNTIL "2026-12-20T12:00:00Z"

static struct instant at(const char *text)
{
	struct instant instant;

	assert_true(time_parse(text, &instant));
	return instant;
}

/* Facts of outcomes. */

struct compared {
	const char *dispute;
	const char *outcome;
	const char *cell;
	int64_t predicted_ppm;
	bool answered;
};

static struct outcome_sum *sum_of(const struct compared *facts, size_t count)
{
	struct outcome_sum *const sum = arena_zero(arena, sizeof(*sum));

	outcome_sum_init(sum, arena);
	for (size_t i = 0; i < count; i++) {
		Opsmesh__V1__DisputeEvent event = OPSMESH__V1__DISPUTE_EVENT__INIT;
		Opsmesh__V1__OutcomeCompared fact = OPSMESH__V1__OUTCOME_COMPARED__INIT;

		event.dispute_id = text_mutable(facts[i].dispute);
		event.fact_case = OPSMESH__V1__DISPUTE_EVENT__FACT_OUTCOME_COMPARED;
		event.outcome_compared = &fact;
		fact.outcome = text_mutable(facts[i].outcome);
		fact.cell = text_mutable(facts[i].cell);
		fact.predicted_ppm = facts[i].predicted_ppm;
		fact.answered = facts[i].answered;
		outcome_sum_tell(sum, &event);
	}
	outcome_sum_end(sum);
	outcome_sum_finish(sum);
	return sum;
}

/* "fraudulent/full 2 of 3, ...; 2 of 3 from 200000, ...; 1 unanswered, 0 nameless" */
static const char *text_of(const struct outcome_sum *sum)
{
	const char *text = "";
	struct calibration_row row;

	for (const struct outcome_cell *cell = sum->cells; cell != NULL; cell = cell->next)
		text = arena_printf(arena, "%s%s %lld of %lld, ", text, cell->name,
		                    (long long)cell->won, (long long)cell->answered);
	for (size_t i = 0; i < CALIBRATION_BANDS; i++)
		if (calibration_read(&sum->calibration, i, RATE_Z_MILLI_95, &row))
			text = arena_printf(arena, "%s%lld of %lld from %lld, ", text,
			                    (long long)row.won, (long long)row.count,
			                    (long long)row.from_ppm);
	return arena_printf(arena, "%s%lld unanswered, %lld nameless", text,
	                    (long long)sum->unanswered, (long long)sum->nameless);
}

#define FULL "fraudulent/full"
#define NONE "fraudulent/none"

static void outcomes_are_summed_by_cell_and_by_what_was_predicted(void **state)
{
	static const struct {
		const char *name;
		struct compared facts[4];
		const char *sum;
	} rows[] = {
		{ "none", { { NULL, NULL, NULL, 0, false } }, "0 unanswered, 0 nameless" },
		{ "each cell has its own",
		  { { "dp_1", "won", FULL, 250000, true },
		    { "dp_2", "lost", NONE, 50000, true },
		    { "dp_3", "lost", FULL, 250000, true } },
		  "fraudulent/full 1 of 2, fraudulent/none 0 of 1, 0 of 1 from 0, 1 of 2 from 200000, "
		  "0 unanswered, 0 nameless" },
		{ "a late win corrects its dispute and is none besides",
		  { { "dp_1", "lost", FULL, 250000, true },
		    { "dp_1", "late_won", FULL, 250000, true } },
		  "fraudulent/full 1 of 1, 1 of 1 from 200000, 0 unanswered, 0 nameless" },
		{ "what was not answered does not count",
		  { { "dp_1", "won", FULL, 250000, false }, { "dp_2", "won", FULL, 250000, true } },
		  "fraudulent/full 1 of 1, 1 of 1 from 200000, 1 unanswered, 0 nameless" },
		{ "a part that came back is no win",
		  { { "dp_1", "partially_recovered", FULL, 250000, true } },
		  "fraudulent/full 0 of 1, 0 of 1 from 200000, 0 unanswered, 0 nameless" },
		{ "what was told twice counts once",
		  { { "dp_1", "won", FULL, 250000, true }, { "dp_1", "won", FULL, 250000, true } },
		  "fraudulent/full 1 of 1, 1 of 1 from 200000, 0 unanswered, 0 nameless" },
		{ "a dispute counts by what was predicted when it first counted",
		  { { "dp_1", "lost", NONE, 50000, false },
		    { "dp_1", "lost", FULL, 250000, true },
		    { "dp_1", "late_won", NONE, 50000, true },
		    { "dp_1", "late_won", NONE, 50000, false } },
		  "fraudulent/full 1 of 1, 1 of 1 from 200000, 0 unanswered, 0 nameless" },
		{ "before facts named a cell only what was predicted is known",
		  { { "dp_1", "won", "", 1000000, true } },
		  "1 of 1 from 900000, 0 unanswered, 1 nameless" },
		{ "what is no chance is no outcome",
		  { { "dp_1", "won", FULL, 1000001, true }, { "dp_2", "won", FULL, -1, true } },
		  "0 unanswered, 0 nameless" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		size_t count = 0;

		while (count < COUNT_OF(rows[i].facts) && rows[i].facts[count].dispute != NULL)
			count++;
		print_message("%s\n", rows[i].name);
		assert_string_equal(text_of(sum_of(rows[i].facts, count)), rows[i].sum);
	}
}

/* The document. */

static const struct compared told[] = {
	{ "dp_1", "won", "duplicate/full", 600000, true },
	{ "dp_2", "lost", FULL, 250000, true },
	{ "dp_3", "won", FULL, 250000, true },
	{ "dp_4", "won", FULL, 250000, false },
	{ "dp_5", "won", "fraudulent/compelling", 600000, true },
	{ "dp_6", "lost", "weather/full", 600000, true },
	{ "dp_2", "late_won", FULL, 250000, true },
};

#define TAIL "  \"compelling\": { \"band\": \"very_likely\" }\n}\n"
#define OUTCOMES                                                                                      \
	"  \"compelling\": { \"band\": \"very_likely\" },\n"                                          \
	"  \"outcomes\": {\n"                                                                         \
	"    \"until\": \"2026-12-20T12:00:00Z\",\n"                                                  \
	"    \"cells\": [\n"                                                                          \
	"      { \"category\": \"fraudulent\", \"level\": \"full\", \"answered\": 2, \"won\": 2 },\n" \
	"      { \"category\": \"fraudulent\", \"level\": \"compelling\", \"answered\": 1, \"won\": " \
	"1 },\n"                                                                                      \
	"      { \"category\": \"duplicate\", \"level\": \"full\", \"answered\": 1, \"won\": 1 }\n"   \
	"    ]\n"                                                                                     \
	"  }\n"                                                                                       \
	"}\n"

static struct chance_document *parsed(const char *text)
{
	struct chance_document *const document = arena_zero(arena, sizeof(*document));
	struct json_error error;

	assert_true(chance_document_parse(arena, bytes_of(text), document, &error));
	return document;
}

static const char *bent(const char *text, const char *find, const char *put)
{
	return document_bend(arena, text, &(struct bent_document){ "", find, put, NULL });
}

static struct chance_change change_to(int64_t version)
{
	return (struct chance_change){ version, at(EFFECTIVE), at(UNTIL), at(UNTIL) };
}

static const char *next_of(const char *text, const struct compared *facts, size_t count,
                           int64_t version)
{
	const struct chance_change change = change_to(version);
	const char *wrong = "";
	struct bytes made = { NULL, 0 };

	if (!chance_version_make(arena, parsed(text), sum_of(facts, count), &change, &made, &wrong))
		return wrong;
	return arena_text(arena, made.data, made.size);
}

static void the_next_version_has_our_outcomes_and_is_else_the_same(void **state)
{
	const char *const second = policy_fixture_text(arena, SECOND);
	const char *golden = bent(second, "\"version\": 2", "\"version\": 3");
	struct economics_policy policy;
	struct economics_cell cell;
	struct json_error error;

	(void)state;
	golden = bent(golden, "2026-12-01T00:00:00Z", EFFECTIVE);
	golden = bent(golden, TAIL, OUTCOMES);
	assert_string_equal(next_of(second, told, COUNT_OF(told), 3), golden);
	assert_true(policy_parse(&economics_policy_kind, arena, bytes_of(golden), &policy, &error));
	assert_int_equal(policy.until.us, at(UNTIL).us);
	assert_int_equal(policy.cell_count, 3);
	cell = economics_cell_of(&policy, "fraudulent", ECONOMICS_COMPELLING);
	assert_int_equal(cell.answered, 1);
}

static void a_version_made_of_its_own_outcome_counts_nothing_twice(void **state)
{
	const char *const once =
	    next_of(policy_fixture_text(arena, SECOND), told, COUNT_OF(told), 3);
	struct chance_change change = change_to(4);
	const char *wrong = "";
	struct bytes twice;

	(void)state;
	change.effective_from = at("2027-02-01T00:00:00Z");
	assert_true(chance_version_make(arena, parsed(once), sum_of(told, COUNT_OF(told)), &change,
	                                &twice, &wrong));
	assert_string_equal(arena_text(arena, twice.data, twice.size),
	                    bent(bent(once, "\"version\": 3", "\"version\": 4"), EFFECTIVE,
	                         "2027-02-01T00:00:00Z"));
}

static void a_late_win_corrects_what_the_document_has(void **state)
{
	const char *const early =
	    next_of(policy_fixture_text(arena, SECOND), told, COUNT_OF(told) - 1, 3);
	struct chance_change change = change_to(4);
	const char *wrong = "";
	struct bytes late;

	(void)state;
	assert_non_null(strstr(early, "\"level\": \"full\", \"answered\": 2, \"won\": 1 }"));
	change.effective_from = at("2027-02-01T00:00:00Z");
	assert_true(chance_version_make(arena, parsed(early), sum_of(told, COUNT_OF(told)), &change,
	                                &late, &wrong));
	assert_non_null(strstr(arena_text(arena, late.data, late.size),
	                       "\"level\": \"full\", \"answered\": 2, \"won\": 2 }"));
}

static void the_first_version_takes_outcomes_too(void **state)
{
	const char *const text =
	    next_of(policy_fixture_text(arena, FIRST), told, COUNT_OF(told), 3);
	struct economics_policy policy;
	struct json_error error;

	(void)state;
	assert_true(policy_parse(&economics_policy_kind, arena, bytes_of(text), &policy, &error));
	assert_int_equal(policy.cell_count, 2); /* it has no cell of earlier payments */
	assert_string_equal(policy.country, "JP");
}

static void what_is_no_next_version_is_refused(void **state)
{
	const char *const second = policy_fixture_text(arena, SECOND);
	const char *const third = next_of(second, told, COUNT_OF(told), 3);
	const struct {
		const char *name;
		const char *text;
		size_t facts;
		int64_t version;
		const char *effective;
		const char *until;
		const char *latest;
		const char *wrong;
	} rows[] = {
		{ "the same version", second, COUNT_OF(told), 2, EFFECTIVE, UNTIL, UNTIL,
		  "the version must be above 2" },
		{ "a date that is no later", second, COUNT_OF(told), 3, "2026-12-01T00:00:00Z",
		  "2026-11-01T00:00:00Z", "2026-11-01T00:00:00Z",
		  "it must be effective after version 2, from 2026-12-01T00:00:00Z" },
		{ "a date that the mesh has reached", second, COUNT_OF(told), 3, EFFECTIVE, UNTIL,
		  EFFECTIVE,
		  "it must be effective after 2027-01-01T00:00:00Z, which a shard has reached: what "
		  "was recommended by then stands" },
		{ "no time yet", second, COUNT_OF(told), 3, EFFECTIVE, NULL, UNTIL,
		  "no shard has a mesh time yet" },
		{ "outcomes of before", third, COUNT_OF(told), 4, "2027-02-01T00:00:00Z",
		  "2026-12-20T11:59:59Z", UNTIL,
		  "the document has the outcomes until 2026-12-20T12:00:00Z already" },
		{ "a mesh that knows less", third, 2, 4, "2027-02-01T00:00:00Z", UNTIL, UNTIL,
		  "fraudulent/full: the document has 2 outcomes, and this mesh knows 1" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct chance_change change = { rows[i].version, at(rows[i].effective),
			                              rows[i].until != NULL ? at(rows[i].until)
			                                                    : TIME_MIN,
			                              at(rows[i].latest) };
		const char *wrong = "";
		struct bytes made = { NULL, 0 };

		print_message("%s\n", rows[i].name);
		assert_false(chance_version_make(arena, parsed(rows[i].text),
		                                 sum_of(told, rows[i].facts), &change, &made,
		                                 &wrong));
		assert_string_equal(wrong, rows[i].wrong);
		assert_null(made.data);
	}
}

/* Braces, commas and quotes within strings are none; members may stand in any order, on one line. */
static void members_are_found_whatever_they_hold(void **state)
{
	static const char text[] =
	    "{\"outcomes\":{\"until\":\"2026-01-01T00:00:00Z\",\"cells\":[]},"
	    "\"sources\":[{\"says\":\"\\\"version\\\": 7, }{ \\\\\"}],\"belief\":{\"z_milli\":1960,"
	    "\"prior_weight\":20,\"version\":1},\"bands\":[{\"name\":\"b\",\"rate_ppm\":1}],"
	    "\"levels\":[{\"name\":\"l\"}],\"categories\":[{\"category\":\"c\\\"\",\"bands\":[\"b\"]}],"
	    "\"effective_from\":\"2026-01-01T00:00:00Z\",\"id\":\"x\",\"version\" : 1}";
	static const struct compared facts[] = { { "dp_1", "lost", "c\"/l", 1, true } };
	static const char golden[] =
	    "{\"outcomes\":{\n    \"until\": \"2026-12-20T12:00:00Z\",\n    \"cells\": [\n"
	    "      { \"category\": \"c\\\"\", \"level\": \"l\", \"answered\": 1, \"won\": 0 }\n    ]\n  },"
	    "\"sources\":[{\"says\":\"\\\"version\\\": 7, }{ \\\\\"}],\"belief\":{\"z_milli\":1960,"
	    "\"prior_weight\":20,\"version\":1},\"bands\":[{\"name\":\"b\",\"rate_ppm\":1}],"
	    "\"levels\":[{\"name\":\"l\"}],\"categories\":[{\"category\":\"c\\\"\",\"bands\":[\"b\"]}],"
	    "\"effective_from\":\"2027-01-01T00:00:00Z\",\"id\":\"x\",\"version\" : 2}";

	(void)state;
	assert_string_equal(next_of(text, facts, COUNT_OF(facts), 2), golden);
}

/* Of a dispute that lies in the cell, as the daemon reckons it. */
static struct economics_recommendation reckoned(const struct economics_policy *policy,
                                                const struct chance_cell *cell)
{
	const bool compelling = strcmp(cell->level, ECONOMICS_COMPELLING) == 0;
	struct economics_inputs inputs = { .category = cell->category,
		                           .country = "US",
		                           .amount = { 10000, "USD" },
		                           .compelling = compelling };
	struct economics_recommendation got;
	const char *reason;

	for (size_t level = 0; level < policy->level_count && !compelling; level++)
		if (strcmp(policy->levels[level].name, cell->level) == 0)
			inputs.complete_ppm = policy->levels[level].from_ppm;
	assert_true(economics_recommend(policy, &inputs, &got, &reason));
	return got;
}

static void a_cell_says_what_the_daemon_reckons_with(void **state)
{
	const char *const text =
	    next_of(policy_fixture_text(arena, SECOND), told, COUNT_OF(told), 3);
	const struct chance_document *const document = parsed(text);
	struct economics_policy policy;
	struct json_error error;

	(void)state;
	assert_true(policy_parse(&economics_policy_kind, arena, bytes_of(text), &policy, &error));
	assert_int_equal(document->count, policy.category_count * (policy.level_count + 1));
	for (size_t i = 0; i < document->count; i++) {
		const struct chance_cell *const cell = &document->cells[i];
		const struct economics_recommendation got = reckoned(&policy, cell);
		const struct rate rate =
		    chance_document_rate(document, cell, cell->won, cell->answered);

		assert_string_equal(cell->name, arena_printf(arena, "%s/%s", got.cell.category,
		                                             got.cell.level));
		assert_memory_equal(&rate, &got.rate, sizeof(rate));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outcomes_are_summed_by_cell_and_by_what_was_predicted),
		cmocka_unit_test(the_next_version_has_our_outcomes_and_is_else_the_same),
		cmocka_unit_test(a_version_made_of_its_own_outcome_counts_nothing_twice),
		cmocka_unit_test(a_late_win_corrects_what_the_document_has),
		cmocka_unit_test(the_first_version_takes_outcomes_too),
		cmocka_unit_test(what_is_no_next_version_is_refused),
		cmocka_unit_test(members_are_found_whatever_they_hold),
		cmocka_unit_test(a_cell_says_what_the_daemon_reckons_with),
	};

	return cmocka_run_group_tests(tests, arena_open, arena_close);
}
