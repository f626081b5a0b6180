#include "services/kpi-aggregator/money/paper.h"

#include "common/base/text.h"
#include "services/kpi-aggregator/money/known.h"

#define FORMAT 1 /* of the bytes below: the format, then the members in their order */

struct paper {
	const char *status; /* the provider's word; "": it was not told itself */
	const char *reason;
	const char *account;
	struct known_amount amount;
	struct instant made_at;
	struct instant finalised_at; /* of an invoice */
	struct instant paid_at;      /* likewise */
	bool recovered;              /* likewise, by dunning */
	bool exhausted;              /* likewise */
};

static const struct paper nothing = {
	.status = "",
	.reason = "",
	.account = "",
	.amount = { 0, "" },
	.made_at = { INT64_MIN },
	.finalised_at = { INT64_MIN },
	.paid_at = { INT64_MIN },
};

static struct bytes pack(struct arena *arena, const struct paper *it)
{
	struct buffer out = { 0 };

	pack_u8(&out, FORMAT);
	pack_text(&out, it->status);
	pack_text(&out, it->reason);
	pack_text(&out, it->account);
	known_pack_amount(&out, it->amount);
	pack_time(&out, it->made_at);
	pack_time(&out, it->finalised_at);
	pack_time(&out, it->paid_at);
	pack_bool(&out, it->recovered);
	pack_bool(&out, it->exhausted);
	return pack_end(arena, &out);
}

static bool unpack(struct arena *arena, struct bytes known, struct paper *it)
{
	struct packed in = packed_open(known);

	*it = nothing;
	if (known.data == NULL)
		return true;
	if (packed_u8(&in, FORMAT) != FORMAT)
		return false;
	it->status = packed_string(arena, &in);
	it->reason = packed_string(arena, &in);
	it->account = packed_string(arena, &in);
	it->amount = known_unpack_amount(arena, &in);
	it->made_at = packed_time(&in);
	it->finalised_at = packed_time(&in);
	it->paid_at = packed_time(&in);
	it->recovered = packed_bool(&in);
	it->exhausted = packed_bool(&in);
	return packed_done(&in);
}

/* What is heard. The last that was told stands. */

static void take(struct arena *arena, struct paper *it, const Opsmesh__V1__BillingEvent *event,
                 const char *status, const Opsmesh__V1__Money *amount)
{
	const struct instant at = known_instant(event->occurred_at);

	it->status = known_text(arena, status);
	it->account = known_either(it->account, known_text(arena, event->account_id));
	it->amount = known_amount(arena, amount);
	if (it->made_at.us == TIME_MIN.us || time_before(at, it->made_at))
		it->made_at = at;
}

bool subject_refund_apply(struct arena *arena, struct bytes known, const void *fact,
                          struct bytes *changed)
{
	const Opsmesh__V1__BillingEvent *const event = fact;
	const Opsmesh__V1__RefundChanged *const refund = event->refund_changed;
	struct paper it;

	if (!unpack(arena, known, &it))
		return false;
	take(arena, &it, event, refund->to_status, refund->amount);
	it.reason = known_text(arena, refund->reason);
	*changed = pack(arena, &it);
	return true;
}

bool subject_credit_apply(struct arena *arena, struct bytes known, const void *fact,
                          struct bytes *changed)
{
	const Opsmesh__V1__BillingEvent *const event = fact;
	const Opsmesh__V1__CreditNoteChanged *const credit = event->credit_note_changed;
	struct paper it;

	if (!unpack(arena, known, &it))
		return false;
	take(arena, &it, event, credit->to_status, credit->total);
	it.reason = known_text(arena, credit->reason);
	*changed = pack(arena, &it);
	return true;
}

/* Paid once more after it was open again, it was paid then. */
static void take_invoice(struct arena *arena, struct paper *it,
                         const Opsmesh__V1__BillingEvent *event)
{
	static const char *const finalised[] = { "open", "paid", "void", "uncollectible", NULL };
	const Opsmesh__V1__InvoiceChanged *const invoice = event->invoice_changed;
	const struct instant at = known_instant(event->occurred_at);
	const bool paid = text_equal(invoice->to_status, "paid");

	if (!paid)
		it->paid_at = TIME_MIN;
	else if (it->paid_at.us == TIME_MIN.us)
		it->paid_at = at;
	if (text_among(finalised, invoice->to_status) && it->finalised_at.us == TIME_MIN.us)
		it->finalised_at = at;
	take(arena, it, event, invoice->to_status, invoice->total);
}

bool subject_invoice_apply(struct arena *arena, struct bytes known, const void *fact,
                           struct bytes *changed)
{
	const Opsmesh__V1__BillingEvent *const event = fact;
	struct paper it;

	if (!unpack(arena, known, &it))
		return false;
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RECOVERED)
		it.recovered = true;
	else if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_EXHAUSTED)
		it.exhausted = true;
	else
		take_invoice(arena, &it, event);
	*changed = pack(arena, &it);
	return true;
}

/* What is observed: one thing of each. */

static struct observation observation_made(enum observation_kind kind, const struct paper *paper)
{
	struct observation it = observation_of(kind, "1");

	it.currency = paper->amount.currency;
	it.numbers[NUMBER_MINOR] = paper->amount.minor;
	it.words[WORD_STATUS] = paper->status;
	it.words[WORD_ACCOUNT] = paper->account;
	return it;
}

static bool observe_refund(const char *subject, struct bytes known,
                           const struct subject_horizon *horizon, struct observations *all)
{
	struct paper paper;

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, &paper))
		return false;
	struct observation it = observation_made(OBSERVATION_REFUND, &paper);

	it.times[TIME_AT] = paper.made_at;
	it.words[WORD_REASON] = paper.reason;
	observation_mark(&it, MARK_SUCCEEDED, text_equal(paper.status, "succeeded"));
	observations_add(all, &it);
	return true;
}

static bool observe_credit(const char *subject, struct bytes known,
                           const struct subject_horizon *horizon, struct observations *all)
{
	struct paper paper;

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, &paper))
		return false;
	struct observation it = observation_made(OBSERVATION_CREDIT, &paper);

	it.times[TIME_AT] = paper.made_at;
	it.words[WORD_REASON] = paper.reason;
	observations_add(all, &it);
	return true;
}

static bool observe_invoice(const char *subject, struct bytes known,
                            const struct subject_horizon *horizon, struct observations *all)
{
	struct paper paper;

	(void)subject;
	(void)horizon;
	if (!unpack(all->arena, known, &paper))
		return false;
	if (paper.made_at.us == TIME_MIN.us)
		return true;
	const bool paid = text_equal(paper.status, "paid");
	struct observation it = observation_made(OBSERVATION_INVOICE, &paper);

	it.times[TIME_AT] = paper.finalised_at;
	it.times[TIME_BEGAN_AT] = paper.made_at;
	it.times[TIME_DECIDED_AT] = paper.paid_at;
	observation_mark(&it, MARK_OPEN, text_equal(paper.status, "open"));
	observation_mark(&it, MARK_SUCCEEDED, paid);
	observation_mark(&it, MARK_RECOVERED, paper.recovered && paid);
	observation_mark(&it, MARK_EXHAUSTED, paper.exhausted && !paid);
	observations_add(all, &it);
	return true;
}

const struct subject_kind subject_refund = { .prefix = "refund/", .observe = observe_refund };
const struct subject_kind subject_credit = { .prefix = "credit_note/", .observe = observe_credit };
const struct subject_kind subject_invoice = { .prefix = "invoice/", .observe = observe_invoice };
