/*
 * invoice - any bytes as an invoice: refused with a reason and a valid field, or read within its bounds and
 * held against every rule.
 */
#include "services/billing-sync/invoice/invoice_check.h"

#include "common/base/check.h"
#include "common/base/text.h"

#define ARENA_BLOCK 65536
#define BYTES_MAX 262144

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use(struct arena *arena, const struct invoice *invoice)
{
	static const struct tax_rate rate = { "standard", 100000, { 0 }, { INT64_MAX }, "" };
	static const struct tax_jurisdiction japan = { "JP", "", true, &rate, 1 };
	static const struct tax_policy tax = { .jurisdictions = &japan, .count = 1 };
	static const struct invoice_policy policy = { .tolerance_per_line = 1 };
	const struct invoice_context context = { .policy = &policy, .tax = &tax };
	const struct invoice_findings *const findings = invoice_check(arena, invoice, &context);

	CHECK(invoice->line_count <= INVOICE_LINES_MAX);
	CHECK(findings->count <= INVOICE_DIFFERENCES_MAX);
	CHECK(!findings->incomplete || findings->count == 0);
	for (size_t i = 0; i < findings->count; i++)
		CHECK((findings->applied >> findings->differences[i].check & 1) != 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *const arena = arena_create(ARENA_BLOCK);
	AUTO_JSON parsed = NULL;
	struct json_error error;
	struct invoice invoice;

	if (json_parse((struct bytes){ data, size }, BYTES_MAX, &parsed, &error)) {
		const struct json_place top = json_top(parsed);

		if (invoice_read(arena, &top, &invoice, &error)) {
			use(arena, &invoice);
		} else {
			CHECK(error.reason[0] != '\0');
			CHECK(text_valid(bytes_of(error.path)));
		}
	}
	arena_destroy(arena);
	return 0;
}
