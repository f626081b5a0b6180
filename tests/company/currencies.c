/*
 * currencies - what the provider's integers mean: the project's own document, and in most runs without its lines that
 * refuse a currency of which the provider contradicts itself. So the company's shillings are held to the special case.
 */
#include "tests/company/company.h"

#include "common/base/check.h"
#include "common/io/file.h"
#include "services/billing-sync/rule/currency.h"

#include <string.h>

#define PATH "deploy/policies/currencies/stripe.json"
#define SIZE_MAX_READ ((size_t)1 << 20)

static bool is_refusal(const char *line)
{
	static const char field[] = "\"refused\":";

	return strncmp(line + strspn(line, " \t"), field, strlen(field)) == 0;
}

static struct bytes without_refusals(struct bytes body)
{
	const char *const text = arena_text(company.arena, body.data, body.size);
	const char *kept = "";

	for (const char *line = text; *line != '\0';) {
		const size_t size = strcspn(line, "\n") + 1;

		if (!is_refusal(line))
			kept = arena_printf(company.arena, "%s%.*s", kept, (int)size, line);
		line += size - (line[size - 1] == '\0');
	}
	return bytes_of(kept);
}

const void *company_currencies(void)
{
	struct document file = { .name = "currencies/stripe.json" };
	char reason[512] = "";
	const void *compiled;

	CHECK(file_read(company.arena, PATH, SIZE_MAX_READ, &file.body));
	file.body = without_refusals(file.body);
	compiled = policy_compile(&currency_kind, &file, 1, reason, sizeof(reason));
	CHECK(compiled != NULL);
	return compiled;
}
