#include "services/billing-sync/invoice/invoice_hearing.h"

#include <string.h>

void invoice_applies(const struct invoice_hearing *hearing, enum invoice_check check)
{
	hearing->findings->applied |= UINT32_C(1) << check;
}

void invoice_note(const struct invoice_hearing *hearing, enum invoice_check check,
                  struct invoice_pair pair, const char *currency, const char *sentence)
{
	struct invoice_findings *const findings = hearing->findings;
	struct invoice_difference *const next = &findings->differences[findings->count];

	invoice_applies(hearing, check);
	if (findings->count == INVOICE_DIFFERENCES_MAX) {
		findings->more++;
		return;
	}
	*next = (struct invoice_difference){ check,          pair.line, pair.expected, pair.found,
		                             pair.tolerance, "",        sentence };
	memcpy(next->currency, currency, strlen(currency) + 1);
	findings->count++;
}

static bool beyond(struct invoice_pair pair)
{
	const uint64_t apart = pair.found > pair.expected
	                           ? (uint64_t)pair.found - (uint64_t)pair.expected
	                           : (uint64_t)pair.expected - (uint64_t)pair.found;

	return apart > (uint64_t)pair.tolerance;
}

static const char *money_text(const struct invoice_hearing *hearing, int64_t minor)
{
	return currency_text(hearing->arena, hearing->context->currencies,
	                     hearing->invoice->currency, minor);
}

void invoice_hold(const struct invoice_hearing *hearing, enum invoice_check check,
                  struct invoice_pair pair, const char *what)
{
	invoice_applies(hearing, check);
	if (!beyond(pair))
		return;
	invoice_note(hearing, check, pair, hearing->invoice->currency,
	             arena_printf(hearing->arena, "%s %s, not %s.", what,
	                          money_text(hearing, pair.found),
	                          money_text(hearing, pair.expected)));
}

int64_t invoice_tolerance(const struct invoice_hearing *hearing, size_t lines)
{
	return hearing->context->policy->tolerance_per_line * (int64_t)lines;
}
