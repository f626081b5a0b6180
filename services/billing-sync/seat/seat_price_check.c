/*
 * Lines against the contract in force, else against the plan.
 */
#include "common/base/ratio.h"
#include "services/billing-sync/seat/seat_book_check_inside.h"
#include "services/billing-sync/seat/seat_contract.h"
#include "services/billing-sync/seat/seat_plan.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>

static const struct seat_contract *contract_of(const struct seat_look *it,
                                               const struct seat_line *line,
                                               const struct seat_price *price)
{
	const struct seat_contract *found = NULL;

	for (size_t i = 0; i < it->contract_count; i++) {
		const struct seat_contract *const contract = &it->contracts[i];

		if (seat_contract_is_about(contract, line, price) &&
		    (found == NULL || contract->version > found->version ||
		     (contract->version == found->version && strcmp(contract->id, found->id) < 0)))
			found = contract;
	}
	return found;
}

static const char *unit_text(const struct seat_look *it, struct invoice_decimal unit,
                             const char *currency)
{
	return currency_text(it->arena, it->currencies, currency, invoice_decimal_minor(unit));
}

/* What the line comes to by its own unit, against another. In another currency nothing should be billed. */
static struct seat_finding compare_units(struct seat_look *it, const struct seat_line *line,
                                         struct invoice_decimal unit, const char *currency,
                                         const char *who)
{
	const char *const own = it->book->invoices[line->invoice].currency;
	const bool same = text_equal(own, currency);
	struct seat_finding finding = {
		.expected = same ? invoice_decimal_times(unit, line->quantity) : 0,
		.found = invoice_decimal_times(line->unit, line->quantity),
	};

	memcpy(finding.currency, own, sizeof(finding.currency));
	finding.sentence =
	    arena_printf(it->arena, "A unit is billed at %s; %s says %s.",
	                 unit_text(it, line->unit, own), who, unit_text(it, unit, currency));
	return finding;
}

static void check_contract(struct seat_look *it, const struct seat_line *line,
                           const struct seat_contract *contract)
{
	if (contract->has_unit && line->has_unit)
		seat_note(it, SEAT_CHECK_CONTRACT_PRICE, line,
		          compare_units(it, line, invoice_decimal_of(contract->unit),
		                        contract->currency, "the contract"));
	if (contract->quantity > 0)
		seat_note(it, SEAT_CHECK_CONTRACT_QUANTITY, line,
		          (struct seat_finding){
			      .expected = contract->quantity,
			      .found = line->quantity,
			      .sentence =
				  arena_printf(it->arena,
		                               "%" PRId64 " units are billed; the contract says "
		                               "%" PRId64 ".",
		                               line->quantity, contract->quantity) });
}

/* The plan in force. */

#define SCALE INT64_C(1000000000000)
#define SCALED_MAX INT64_C(9000000) /* so much with all its decimals fits 64 bits */

/* What a proration comes to at another unit: the provider's own part of a period, at that. */
static bool part_at(const struct seat_line *line, struct invoice_decimal unit, int64_t *amount)
{
	const struct invoice_decimal own = line->unit;
	const bool round = unit.fraction == 0 && own.fraction == 0;
	const int64_t scale = round ? 1 : SCALE;

	if (!line->has_unit || own.negative || (own.whole == 0 && own.fraction == 0) ||
	    (!round && (own.whole > SCALED_MAX || unit.whole > SCALED_MAX)))
		return false;
	const int64_t from = own.whole * scale + own.fraction;
	const int64_t to = unit.whole * scale + unit.fraction;

	*amount = 0;
	return to == 0 ||
	       ratio_apply(line->minor.minor, ratio_of(to, from), ROUNDING_HALF_UP, amount);
}

/* What the line comes to, and would at a unit. False: that cannot be told. */
static bool amounts_at(const struct seat_line *line, struct invoice_decimal unit,
                       struct seat_finding *finding)
{
	if (line->kind != SEAT_LINE_PERIOD) {
		finding->found = line->minor.minor;
		return part_at(line, unit, &finding->expected);
	}
	finding->expected = invoice_decimal_times(unit, line->quantity);
	finding->found =
	    line->has_unit ? invoice_decimal_times(line->unit, line->quantity) : line->minor.minor;
	return line->has_unit || line->minor.has;
}

/* A period of a price in tiers, where they are known. */
static bool amounts_in_tiers(const struct seat_line *line, const struct usage_price *tariff,
                             struct seat_finding *finding)
{
	if (line->kind != SEAT_LINE_PERIOD || tariff == NULL ||
	    !(line->has_unit || line->minor.has))
		return false;
	finding->found =
	    line->has_unit ? invoice_decimal_times(line->unit, line->quantity) : line->minor.minor;
	return usage_price_value(tariff, line->quantity, &finding->expected);
}

/* Of a price without a unit (tiers) it is told in units alone, of which none should be billed so. */
static void check_plan(struct seat_look *it, const struct seat_line *line,
                       const struct seat_price *plan)
{
	struct seat_line instead = *line;
	const char *const own = it->book->invoices[line->invoice].currency;
	struct seat_finding finding = {
		.sentence =
		    arena_printf(it->arena,
		                 "A line names the price %s from %s on, when the item had %s.",
		                 line->price, seat_day_text(it->arena, line->start), plan->id),
	};

	instead.price = plan->id;
	const struct seat_contract *const contract = contract_of(it, &instead, plan);
	const bool agreed = contract != NULL && contract->has_unit;
	const struct invoice_decimal unit =
	    agreed ? invoice_decimal_of(contract->unit) : plan->unit;

	if (text_equal(own, agreed ? contract->currency : plan->currency) &&
	    (agreed || plan->has_unit ? amounts_at(line, unit, &finding)
	                              : amounts_in_tiers(line, plan->tariff, &finding))) {
		memcpy(finding.currency, own, sizeof(finding.currency));
	} else {
		finding.expected = 0;
		finding.found = line->quantity;
	}
	seat_note(it, SEAT_CHECK_PRICE, line, finding);
}

/* A period's price is the plan's as well; what a proration comes to is never computed again. */
static void check_unit(struct seat_look *it, const struct seat_line *line,
                       const struct seat_price *price)
{
	const char *const own = it->book->invoices[line->invoice].currency;

	if (line->kind == SEAT_LINE_PERIOD && price != NULL && price->has_unit && line->has_unit)
		seat_note(it,
		          text_equal(own, price->currency) ? SEAT_CHECK_PRICE : SEAT_CHECK_CURRENCY,
		          line, compare_units(it, line, price->unit, price->currency, "the plan"));
}

/* A contract goes before the plan. */
void seat_check_price(struct seat_look *it, const struct seat_line *line)
{
	const struct seat_price *const price = seat_book_price(it->book, line->price);
	const struct seat_contract *const contract = contract_of(it, line, price);
	const struct seat_price *const plan =
	    contract == NULL || !contract->has_unit ? seat_plan_instead(it->book, line) : NULL;

	if (contract != NULL && line->kind == SEAT_LINE_PERIOD)
		check_contract(it, line, contract);
	if (plan != NULL)
		check_plan(it, line, plan);
	else if (contract == NULL)
		check_unit(it, line, price);
}
