#include "tests/support/invoice_fixture.h"

#include "common/base/text.h"
#include "common/io/file.h"
#include "tests/support/policy_fixture.h"

#include <inttypes.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define BYTES_MAX 1000000

static const struct policy_book *policies;
static const struct policy_book *rates;

/* The tree's rates, and a place where we collect: New Zealand's 15 %. */
static const char collected[] =
    "{\"id\":\"t\",\"version\":1,\"effective_from\":\"2026-01-01T00:00:00Z\",\"jurisdictions\":[{"
    "\"country\":\"NZ\",\"collected\":true,\"rates\":[{\"kind\":\"standard\",\"ppm\":150000,"
    "\"from\":\"2010-10-01T00:00:00+13:00\",\"source\":\"test\"}]}]}";

int invoice_fixture_open(void **state)
{
	(void)arena_open(state);
	policies = policy_fixture_book(arena, &invoice_policy_kind, "invoices/stripe.json");
	rates = policy_fixture_book(arena, &tax_policy_kind, "tax/rates.json");
	return 0;
}

int invoice_fixture_close(void **state)
{
	arena_destroy(policies->arena);
	arena_destroy(rates->arena);
	return arena_close(state);
}

static struct tax_policy with_new_zealand(void)
{
	const struct tax_policy *const tree = policy_at(rates, TIME_MAX);
	struct tax_jurisdiction *const all = arena_zero(arena, (tree->count + 1) * sizeof(*all));
	struct tax_policy policy = *tree;
	struct tax_policy other;
	struct json_error error;

	assert_true(policy_parse(&tax_policy_kind, arena, bytes_of(collected), &other, &error));
	memcpy(all, tree->jurisdictions, tree->count * sizeof(*all));
	all[tree->count] = other.jurisdictions[0];
	policy.jurisdictions = all;
	policy.count++;
	return policy;
}

struct invoice_context invoice_fixture_context(int known)
{
	static struct tax_policy tax;
	struct invoice_context context = { .policy = policy_at(policies, TIME_MAX) };

	tax = with_new_zealand();
	context.tax = known == WITH_TAX ? &tax : NULL;
	return context;
}

struct invoice invoice_fixture_read(const char *single_quoted)
{
	char *const text = arena_string(arena, single_quoted);
	struct invoice invoice;
	struct json_error error;
	struct json_place top;
	AUTO_JSON parsed = NULL;

	for (char *at = text; *at != '\0'; at++)
		if (*at == '\'')
			*at = '"';
	assert_true(json_parse(bytes_of(text), BYTES_MAX, &parsed, &error));
	top = json_top(parsed);
	if (!invoice_read(arena, &top, &invoice, &error))
		fail_msg("%s: %s", error.path, error.reason);
	return invoice;
}

const char *invoice_fixture_told(const struct invoice_findings *findings)
{
	const char *text = findings->incomplete ? "incomplete" : "";

	for (size_t i = 0; i < findings->count; i++) {
		const struct invoice_difference *const one = &findings->differences[i];

		text = arena_printf(arena, "%s%s%s%s %" PRId64 " %" PRId64 ";", text,
		                    invoice_check_word(one->check), one->line[0] ? "/" : "",
		                    one->line, one->expected, one->found);
	}
	return text;
}

int invoice_fixture_walk(const struct invoice_row *rows, size_t count)
{
	int wrong = 0;

	for (size_t i = 0; i < count; i++) {
		const struct invoice invoice = invoice_fixture_read(rows[i].invoice);
		const struct invoice_context context = invoice_fixture_context(rows[i].known);
		const char *const got =
		    invoice_fixture_told(invoice_check(arena, &invoice, &context));

		if (text_equal(got, rows[i].want))
			continue;
		print_error("%s: \"%s\", not \"%s\"\n", rows[i].name, got, rows[i].want);
		wrong++;
	}
	return wrong;
}
