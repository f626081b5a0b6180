#include "tests/support/pattern_fixture.h"

#include "common/base/check.h"
#include "common/io/file.h"

#include <stdlib.h>
#include <string.h>

#define END_S INT64_C(1779440400) /* 2026-05-22T09:00:00Z, a Friday */

void pattern_fixture_init(struct pattern_fixture *fixture)
{
	struct bytes text;
	struct json_error error;

	memset(fixture, 0, sizeof(*fixture));
	fixture->arena = arena_create(1 << 20);
	CHECK(file_read(fixture->arena, "deploy/policies/patterns/patterns-1.json",
	                PATTERN_POLICY_BYTES, &text));
	CHECK(pattern_policy_parse(fixture->arena, text, &fixture->policy, &error));
	fixture->window = (struct pattern_window){
		.arena = fixture->arena,
		.policy = &fixture->policy,
		.end = { END_S * 1000000 },
		.known =
		    arena_zero(fixture->arena, PATTERN_KNOWN_MAX * sizeof(struct pattern_known)),
	};
}

void pattern_fixture_finish(struct pattern_fixture *fixture)
{
	arena_destroy(fixture->arena);
}

struct pattern_report *feed_report(struct pattern_fixture *fixture, int64_t minutes,
                                   const char *customer, const char *language)
{
	struct pattern_report *const made = &fixture->reports[fixture->count];

	CHECK(fixture->count < FIXTURE_REPORTS_MAX);
	*made = (struct pattern_report){
		.at = time_sub(fixture->window.end, MINUTES(minutes)),
		.ticket_id = arena_printf(fixture->arena, "T-%s-%zu", customer, fixture->count),
		.message_id = arena_printf(fixture->arena, "M-%03zu", fixture->count),
		.customer = customer,
		.language = language,
	};
	fixture->count++;
	return made;
}

void with_token(struct pattern_report *report, const char *token)
{
	report->tokens[report->token_count++] = token;
}

void with_words(struct pattern_fixture *fixture, struct pattern_report *report, uint32_t base,
                uint32_t differs)
{
	const uint32_t salt = (uint32_t)fixture->count;

	report->place_count = PATTERN_PLACES_MAX;
	for (uint32_t i = 0; i < PATTERN_PLACES_MAX; i++)
		report->sketch[i] = (uint16_t)(base * 1000 + i);
	for (uint32_t i = 0; i < differs; i++)
		report->sketch[(i * 7 + salt) % PATTERN_PLACES_MAX] =
		    (uint16_t)(30000 + salt * 100 + i);
}

const char *customer_name(struct pattern_fixture *fixture, const char *prefix, int number)
{
	return arena_printf(fixture->arena, "%s-%d", prefix, number);
}

static int by_order(const void *a, const void *b)
{
	return pattern_report_compare(a, b);
}

static const char *line_of(struct pattern_fixture *fixture, const struct pattern_fact *fact)
{
	static const char *const kinds[] = { "found", "grew", "returned" };
	const int64_t before = time_since(fact->at, fixture->window.end).us / MINUTES(1).us;

	return arena_printf(
	    fixture->arena, "%s %lld %s%s%s -%lldm customers %d of %d tickets %d told %zu\n",
	    kinds[fact->kind], (long long)fact->known->number,
	    pattern_rule_names[fact->known->rule], *fact->known->token != '\0' ? " " : "",
	    fact->known->token, (long long)before, (int)fact->evidence.customers,
	    (int)fact->evidence.threshold, (int)fact->evidence.tickets, fact->ticket_count);
}

const char *judged(struct pattern_fixture *fixture)
{
	struct pattern_report *const sorted =
	    arena_copy(fixture->arena, fixture->reports,
	               (fixture->count + 1) * sizeof(fixture->reports[0]));
	struct buffer lines = { 0 };

	qsort(sorted, fixture->count, sizeof(*sorted), by_order);
	fixture->window.reports = sorted;
	fixture->window.count = fixture->count;
	const size_t count = pattern_judge_window(&fixture->window, fixture->facts);

	for (size_t i = 0; i < count; i++) {
		const char *const line = line_of(fixture, &fixture->facts[i]);

		buffer_add(&lines, line, strlen(line));
	}
	const char *const text =
	    arena_text(fixture->arena, lines.size > 0 ? (const char *)lines.data : "", lines.size);

	buffer_finish(&lines);
	return text;
}
