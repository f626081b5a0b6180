/*
 * An invoice: its status, what it says is due, paid and left, and whether it says what it should.
 */
#include "services/billing-sync/customer/customer_lines.h"
#include "services/billing-sync/customer_dunning/customer_dunning.h"
#include "services/billing-sync/customer_money/customer_crediting.h"
#include "services/billing-sync/customer_money/customer_ledger.h"
#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/customer_money/customer_receivable.h"
#include "services/billing-sync/customer_seat/customer_metered.h"
#include "services/billing-sync/customer_seat/customer_seat.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/invoice/invoice_check.h"

#include "common/base/text.h"

#include <string.h>

#define CREDITED (UINT32_C(1) << 31) /* beside the rules: it said that something was credited */
#define CUT (UINT32_C(1) << 30)      /* and: lines of it were missing, in this state or before */

/* One invoice at hand. */
struct billed {
	struct thing *thing;
	struct invoice *invoice;
	struct invoice_held before; /* what it said when it was last heard of */
	struct invoice_held now;
	bool credited;   /* it said so then */
	bool cut;        /* now, or in a state before */
	uint32_t shown;  /* a bit for each rule that it broke then */
	uint32_t broken; /* and for each that it breaks now */
};

/* Its amounts. */

static bool fill_amounts(struct thing *thing, const struct invoice *invoice,
                         Opsmesh__V1__InvoiceChanged *changed, struct json_error *error)
{
	const struct {
		enum invoice_figure figure;
		const char *field;
		Opsmesh__V1__Money **money;
	} rows[] = {
		{ INVOICE_TOTAL, "total", &changed->total },
		{ INVOICE_DUE, "amount_due", &changed->due },
		{ INVOICE_PAID, "amount_paid", &changed->paid },
		{ INVOICE_REMAINING, "amount_remaining", &changed->remaining },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct invoice_amount *const amount = &invoice->figures[rows[i].figure];

		if (amount->has && !customer_amount(thing, rows[i].field, invoice->currency,
		                                    amount->minor, rows[i].money, error))
			return false;
	}
	return true;
}

static enum status say_changed(struct billed *it, Opsmesh__V1__InvoiceChanged *changed)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	const struct held_row *const held = &it->thing->held;

	if (!customer_moved(it->thing))
		return STATUS_OK;
	changed->invoice_id = it->thing->mirrored->object_id;
	changed->subscription_id = text_mutable(it->invoice->subscription);
	changed->from_status = text_mutable(held->status != NULL ? held->status : "");
	changed->to_status = it->thing->mirrored->status;
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED;
	event.invoice_changed = changed;
	return customer_say(it->thing->customer, &event);
}

/* Its rules. */

/* What all invoices that break a rule for one reason have in common. */
static const char *root_of(const struct billed *it)
{
	return *it->invoice->subscription != '\0' ? it->invoice->subscription
	                                          : it->thing->customer->row.customer_id;
}

/* A draft is not finished, and what was voided is owed by nobody. */
static bool counts(const struct billed *it)
{
	return !it->thing->mirrored->deleted && !text_equal(it->invoice->status, "draft") &&
	       !text_equal(it->invoice->status, "void");
}

static void set_figures(struct finding *finding, const struct invoice_difference *difference)
{
	finding->evidence.expected = difference->expected;
	finding->evidence.found = difference->found;
	memcpy(finding->evidence.currency, difference->currency,
	       sizeof(finding->evidence.currency));
	finding->sentence = difference->sentence;
}

/*
 * All differences of one rule as one figure; where those of two lines are opposite, the first one's. False:
 * there is none.
 */
static bool add_up(const struct billed *it, const struct invoice_findings *findings,
                   enum invoice_check check, struct finding *finding)
{
	const struct invoice_difference *first = NULL;

	*finding = (struct finding){ .cause = invoice_check_word(check),
		                     .root = root_of(it),
		                     .evidence = { .object = it->invoice->id } };
	for (size_t i = 0; i < findings->count; i++) {
		const struct invoice_difference *const difference = &findings->differences[i];

		if (difference->check != check)
			continue;
		if (first == NULL) {
			first = difference;
			set_figures(finding, difference);
			continue;
		}
		finding->evidence.expected += difference->expected;
		finding->evidence.found += difference->found;
	}
	if (first != NULL && finding->evidence.expected == finding->evidence.found)
		set_figures(finding, first);
	return first != NULL;
}

static enum status compare_one(struct billed *it, const struct invoice_findings *findings,
                               enum invoice_check check)
{
	const uint32_t bit = UINT32_C(1) << check;
	struct customer *const customer = it->thing->customer;
	struct finding finding;

	if (findings != NULL && add_up(it, findings, check, &finding)) {
		it->broken |= bit;
		return customer_observe(customer, &finding);
	}
	return (it->shown & bit) == 0 ? STATUS_OK
	                              : customer_clear(customer, invoice_check_word(check),
	                                               root_of(it), it->invoice->id);
}

static enum status compare(struct billed *it, const struct invoice_findings *findings)
{
	for (enum invoice_check check = 0; check < INVOICE_CHECK_COUNT; check++)
		TRY(compare_one(it, findings, check));
	return STATUS_OK;
}

static enum status check_all(struct billed *it)
{
	struct task *const task = it->thing->customer->task;
	const struct instant at =
	    it->invoice->has_issued ? it->invoice->issued : it->thing->customer->at;
	const struct invoice_context context = { .policy = policies_invoice(task, at),
		                                 .currencies = policies_currency(task, at),
		                                 .tax = policies_tax(task, at) };

	_Static_assert(INVOICE_CHECK_COUNT < 30, "a bit for each rule");
	if (!counts(it))
		return compare(it, NULL);
	const struct invoice_findings *const findings =
	    invoice_check(task->arena, it->invoice, &context);

	if (!findings->incomplete)
		return compare(it, findings);
	it->broken = it->shown; /* what cannot be looked at is neither healed nor wrong */
	return STATUS_OK;
}

/* What is held of it: the rules that it breaks, whether something of it was credited, what it asks. */

static void read_held(struct billed *it)
{
	if (!invoice_held_decode(it->thing->held.body, &it->before))
		it->before = (struct invoice_held){ .shown = 0 };
	it->credited = (it->before.shown & CREDITED) != 0;
	it->cut = (it->before.shown & CUT) != 0;
	it->shown = it->before.shown & ~(CREDITED | CUT);
}

/* Both amounts were read as money before. */
static void set_asked(struct billed *it, const Opsmesh__V1__InvoiceChanged *changed)
{
	struct invoice_held *const now = &it->now;
	const struct invoice *const invoice = it->invoice;
	const bool gone = it->thing->mirrored->deleted || text_equal(invoice->status, "void");

	now->asked = gone || (counts(it) && changed->due != NULL);
	now->asks.minor = !gone && now->asked ? changed->due->minor : 0;
	memcpy(now->asks.currency, invoice->currency, sizeof(now->asks.currency));
	now->owed = counts(it) && changed->total != NULL;
	now->total = now->owed ? changed->total->minor : 0;
	now->issued = invoice->has_issued ? invoice->issued : it->thing->customer->at;
}

/* Both are bounded far below 64 bits. */
static int64_t credited(const struct invoice *invoice)
{
	return invoice->figures[INVOICE_CREDITS_BEFORE].minor +
	       invoice->figures[INVOICE_CREDITS_AFTER].minor;
}

static uint32_t held_bits(const struct billed *it)
{
	return it->broken | (credited(it->invoice) > 0 ? CREDITED : 0) | (it->cut ? CUT : 0);
}

/* Asked for where it says, or said, so: few invoices are ever credited. */
static bool hear_credited(const struct billed *it, enum status *status, struct json_error *error)
{
	const struct invoice *const invoice = it->invoice;
	Opsmesh__V1__Money *said;

	if (credited(invoice) == 0 && !it->credited)
		return true;
	if (!customer_amount(it->thing, "post_payment_credit_notes_amount", invoice->currency,
	                     credited(invoice), &said, error))
		return false;
	*status = customer_hear_credited(it->thing->customer, invoice->id, said->minor);
	return true;
}

static enum status hold(struct billed *it)
{
	struct customer *const customer = it->thing->customer;

	it->now.shown = held_bits(it);
	TRY(customer_hold(it->thing, invoice_held_encode(customer->task->arena, &it->now)));
	return paying_invoice(customer, it->invoice->id, &it->before, &it->now);
}

static enum status take(struct billed *it, Opsmesh__V1__InvoiceChanged *changed)
{
	TRY(say_changed(it, changed));
	TRY(check_all(it));
	TRY(customer_seat_invoice(it->thing->customer, it->invoice, counts(it)));
	TRY(customer_metered_invoice(it->thing->customer, it->invoice, counts(it)));
	set_asked(it, changed);
	return hold(it);
}

bool customer_read_invoice(struct thing *thing, enum status *status, struct json_error *error)
{
	struct arena *const arena = thing->customer->task->arena;
	struct billed it = { .thing = thing, .invoice = arena_alloc(arena, sizeof(*it.invoice)) };
	Opsmesh__V1__InvoiceChanged changed = OPSMESH__V1__INVOICE_CHANGED__INIT;

	if (!invoice_read(arena, &thing->object, it.invoice, error) ||
	    !fill_amounts(thing, it.invoice, &changed, error))
		return false;
	read_held(&it);
	it.cut = it.cut || lines_missing(it.invoice);
	*status = take(&it, &changed);
	if (*status == STATUS_OK && !hear_credited(&it, status, error))
		return false;
	if (*status != STATUS_OK)
		return true;
	if (!ledger_invoice(thing, it.invoice, status, error))
		return false;
	if (*status == STATUS_OK && it.cut &&
	    !lines_invoice(thing, it.invoice, counts(&it), status, error))
		return false;
	if (*status == STATUS_OK && !credit_invoice(thing, it.invoice, status, error))
		return false;
	if (*status == STATUS_OK && !receivable_invoice(thing, it.invoice, status, error))
		return false;
	return *status != STATUS_OK || customer_dun_invoice(thing, it.invoice, status, error);
}
