/*
 * What a fact of billing is counted as: the payment that it is about is taken out of the sums with its events as they were,
 * and put in again as they are now.
 */
#include "services/chargeback/tally/tally.h"

#include "common/base/listed.h"
#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/chargeback/life/life.h"

#define DAY_US INT64_C(86400000000)

static const struct column payment_columns[] = {
	COLUMN(struct tally_payment_row, payment_id),
	COLUMN(struct tally_payment_row, network),
	COLUMN(struct tally_payment_row, country),
	COLUMN(struct tally_payment_row, funding),
	COLUMN(struct tally_payment_row, made_at),
	COLUMN(struct tally_payment_row, captured),
	COLUMN(struct tally_payment_row, authenticated),
	COLUMN(struct tally_payment_row, invoice_id),
	COLUMN(struct tally_payment_row, product),
	COLUMN(struct tally_payment_row, events),
	COLUMN_END,
};
const struct state_table tally_payment_table = { .name = "tally_payment",
	                                         .columns = payment_columns,
	                                         .key_columns = 1,
	                                         .row_size = sizeof(struct tally_payment_row) };

static const struct column event_columns[] = {
	COLUMN(struct tally_event_row, event_id), COLUMN(struct tally_event_row, payment_id),
	COLUMN(struct tally_event_row, network),  COLUMN(struct tally_event_row, at),
	COLUMN(struct tally_event_row, kind),     COLUMN(struct tally_event_row, minor),
	COLUMN(struct tally_event_row, currency), COLUMN_END,
};
const struct state_table tally_event_table = { .name = "tally_event",
	                                       .columns = event_columns,
	                                       .key_columns = 1,
	                                       .row_size = sizeof(struct tally_event_row) };

const struct state_table tally_waiting_table = { .name = "tally_waiting",
	                                         .columns = tally_columns,
	                                         .key_columns = TALLY_KEY_COLUMNS,
	                                         .row_size = sizeof(struct tally_row),
	                                         .resident = true };

/* The sums. */

static struct instant day_of(struct instant at)
{
	return (struct instant){ at.us - at.us % DAY_US };
}

static struct instant month_of(struct instant at)
{
	struct date date = date_of_days(at.us / DAY_US);

	date.day = 1;
	return (struct instant){ date_days(date) * DAY_US };
}

static void add(struct task *task, int sign, struct tally_row more)
{
	more.currency = more.currency != NULL ? more.currency : "";
	more.payments *= sign;
	more.authenticated *= sign;
	more.events *= sign;
	more.minor *= sign;
	tally_add(task, &tally_waiting_table, &more);
}

static const char *programmes_of(struct task *task, const char *network)
{
	return arena_printf(task->arena, TALLY_PROGRAMMES "%s", network);
}

static bool is_proved(struct task *task, const struct tally_payment_row *payment)
{
	const char *list = payment->events;
	struct tally_event_row event = { 0 };

	while ((event.event_id = listed_next(task->arena, &list)) != NULL)
		if (task_load(task, &tally_event_table, &event) &&
		    (event.kind & TALLY_COMPELLING) != 0)
			return true;
	return false;
}

/* What proves a payment in its dispute takes its warnings out of Visa's count, and not the dispute. */
static int64_t counted_kind(struct task *task, const struct tally_payment_row *payment,
                            const struct tally_event_row *event)
{
	if ((event->kind & TALLY_WARNING) == 0)
		return event->kind & ~(int64_t)TALLY_COMPELLING;
	return event->kind | (is_proved(task, payment) ? TALLY_COMPELLING : 0);
}

static void count_event(struct task *task, const struct tally_payment_row *payment,
                        const struct tally_event_row *event, int sign)
{
	const char *const network = *payment->network != '\0' ? payment->network : event->network;

	if (*network == '\0' || event->at.us == TIME_MIN.us)
		return;
	add(task, sign,
	    (struct tally_row){ .watched = programmes_of(task, network),
	                        .day = day_of(event->at),
	                        .dimension = "network",
	                        .value = network,
	                        .kind = counted_kind(task, payment, event),
	                        .currency = event->currency,
	                        .events = 1,
	                        .minor = event->minor });
}

static bool is_disputed(struct task *task, const struct tally_payment_row *payment)
{
	const char *list = payment->events;
	struct tally_event_row event = { 0 };

	while ((event.event_id = listed_next(task->arena, &list)) != NULL)
		if (task_load(task, &tally_event_table, &event) &&
		    (event.kind & (TALLY_WARNING | TALLY_INQUIRY)) == 0)
			return true;
	return false;
}

static void count_patterns(struct task *task, const struct tally_payment_row *payment, int sign)
{
	struct tally_row more = { .watched = TALLY_PATTERNS,
		                  .day = day_of(payment->made_at),
		                  .dimension = "release",
		                  .value = "",
		                  .payments = 1,
		                  .events = is_disputed(task, payment) };

	add(task, sign, more);
	more.day = month_of(payment->made_at);
	if (*payment->product != '\0') {
		more.dimension = "product";
		more.value = payment->product;
		add(task, sign, more);
	}
	if (*payment->country != '\0') {
		more.dimension = "country";
		more.value = payment->country;
		add(task, sign, more);
	}
	if (*payment->network != '\0') {
		more.dimension = "card";
		more.value = arena_printf(task->arena, "%s/%s/%s", payment->network,
		                          payment->funding, payment->country);
		add(task, sign, more);
	}
}

static void count_payment(struct task *task, const struct tally_payment_row *payment, int sign)
{
	if (!payment->captured || payment->made_at.us == TIME_MIN.us)
		return;
	if (*payment->network != '\0')
		add(task, sign,
		    (struct tally_row){ .watched = programmes_of(task, payment->network),
		                        .day = day_of(payment->made_at),
		                        .dimension = "network",
		                        .value = payment->network,
		                        .payments = 1,
		                        .authenticated = payment->authenticated });
	count_patterns(task, payment, sign);
}

/* The payment with all its events, into the sums or out of them. */
static void count(struct task *task, const struct tally_payment_row *payment, int sign)
{
	const char *list = payment->events;
	struct tally_event_row event = { 0 };

	count_payment(task, payment, sign);
	while ((event.event_id = listed_next(task->arena, &list)) != NULL)
		if (task_load(task, &tally_event_table, &event))
			count_event(task, payment, &event, sign);
}

/* When what waits is told: on the clock of the mesh, whoever counted it. */
static void tell_soon(struct task *task)
{
	const int64_t step = TALLY_TELL_EVERY.us;
	const struct instant now = time_later(task->now, TIME_OLDEST);

	task_timer_set(task, TALLY_TIMER, TALLY_TIMER,
	               (struct instant){ (now.us / step + 1) * step });
}

/* Facts. */

static struct tally_payment_row load_payment(struct task *task, const char *payment_id)
{
	struct tally_payment_row row = { .payment_id = payment_id,
		                         .network = "",
		                         .country = "",
		                         .funding = "",
		                         .invoice_id = "",
		                         .product = "",
		                         .made_at = TIME_MIN };

	(void)task_load(task, &tally_payment_table, &row);
	return row;
}

/* It belongs to the invoice that it was for first. */
static void find_product(struct task *task, struct tally_payment_row *row, const char *invoice_id)
{
	if (*row->invoice_id == '\0')
		row->invoice_id = invoice_id;
	if (*row->product == '\0')
		row->product = tally_product_of(task, row->invoice_id, row->payment_id);
}

static void on_payment(struct task *task, const Opsmesh__V1__PaymentChanged *changed)
{
	struct tally_payment_row row = load_payment(task, changed->payment_id);
	const Opsmesh__V1__PaymentCard *const card = changed->card;
	struct instant at;

	count(task, &row, -1);
	if (card != NULL) {
		row.network = card->network;
		row.country = card->country;
		row.funding = card->funding;
	}
	if (proto_instant(changed->created_at, &at))
		row.made_at = at;
	row.captured =
	    row.captured || (changed->captured && text_equal(changed->to_status, "succeeded"));
	row.authenticated = row.authenticated || changed->three_d_secure;
	find_product(task, &row, changed->invoice_id);
	task_save(task, &tally_payment_table, &row);
	count(task, &row, 1);
	tell_soon(task);
}

static void on_invoice(struct task *task, const char *payment_id, const char *invoice_id)
{
	struct tally_payment_row row = load_payment(task, payment_id);

	count(task, &row, -1);
	find_product(task, &row, invoice_id);
	task_save(task, &tally_payment_table, &row);
	count(task, &row, 1);
	tell_soon(task);
}

/* The payments that waited for it look again. */
static void on_link(struct task *task, const char *id, const char *next, const char *product)
{
	const char *waiting = tally_link(task, id, next, product);
	const char *payment_id;

	while ((payment_id = listed_next(task->arena, &waiting)) != NULL)
		on_invoice(task, payment_id, "");
}

static void on_subscription(struct task *task, const Opsmesh__V1__SubscriptionStarted *started)
{
	if (started->n_items > 0)
		on_link(task, started->subscription_id, "", started->items[0]->product_id);
}

/* Its payment is out of the sums, and the event among those of the payment. */
static struct tally_payment_row take(struct task *task, const struct tally_event_row *event)
{
	struct tally_payment_row payment = load_payment(task, event->payment_id);

	count(task, &payment, -1);
	if (!listed_has(payment.events, event->event_id)) {
		payment.events = listed_with(task->arena, payment.events, event->event_id);
		task_save(task, &tally_payment_table, &payment);
	}
	return payment;
}

static void put(struct task *task, const struct tally_payment_row *payment,
                const struct tally_event_row *event)
{
	task_save(task, &tally_event_table, event);
	count(task, payment, 1);
	tell_soon(task);
}

static const char *or_self(const char *payment_id, const char *event_id)
{
	return *payment_id != '\0' ? payment_id : event_id;
}

/* It was answered with what qualifies: what is merely staged proves nothing yet. */
static bool proves(const Opsmesh__V1__DisputeChanged *changed)
{
	return text_equal(changed->compelling_evidence, "qualified") &&
	       changed->submission_count > 0;
}

static int64_t kind_of(const Opsmesh__V1__DisputeChanged *changed)
{
	const enum life_stage stage = life_status_stage(changed->to_status);
	const bool inquiry = stage != LIFE_UNSTAGED ? stage == LIFE_ASKED
	                                            : text_equal(changed->case_type, "inquiry");

	return (text_equal(changed->reason, "fraudulent") ? TALLY_FRAUD : 0) |
	       (inquiry ? TALLY_INQUIRY : 0) |
	       (text_equal(changed->to_status, "prevented") ? TALLY_PREVENTED : 0) |
	       (proves(changed) ? TALLY_COMPELLING : 0);
}

/* It stays with the payment that it had first. What was an inquiry counts from when it escalated. */
static void on_dispute(struct task *task, const Opsmesh__V1__DisputeChanged *changed,
                       const Google__Protobuf__Timestamp *occurred_at)
{
	struct tally_event_row row = { .event_id = changed->dispute_id, .at = TIME_MIN };
	const int64_t kind = kind_of(changed);
	struct tally_payment_row payment;
	struct instant at;

	if (!task_load(task, &tally_event_table, &row)) {
		row.payment_id = or_self(changed->payment_id, changed->dispute_id);
		if (proto_instant(changed->created_at, &at))
			row.at = at;
	} else if ((row.kind & ~kind & TALLY_INQUIRY) != 0 && proto_instant(occurred_at, &at)) {
		row.at = at;
	}
	payment = take(task, &row);
	row.network = changed->network;
	row.kind = kind;
	row.minor = changed->amount != NULL ? changed->amount->minor : 0;
	row.currency = changed->amount != NULL ? changed->amount->currency : "";
	put(task, &payment, &row);
}

static void on_warning(struct task *task, const Opsmesh__V1__FraudWarningChanged *changed)
{
	struct tally_event_row row = { .event_id = changed->warning_id };
	struct tally_payment_row payment;
	struct instant at = TIME_MIN;

	if (task_load(task, &tally_event_table, &row))
		return;
	if (!proto_instant(changed->created_at, &at))
		at = TIME_MIN;
	row = (struct tally_event_row){ .event_id = changed->warning_id,
		                        .payment_id =
		                            or_self(changed->payment_id, changed->warning_id),
		                        .network = "",
		                        .at = at,
		                        .kind = TALLY_WARNING | TALLY_FRAUD,
		                        .currency = "" };
	payment = take(task, &row);
	put(task, &payment, &row);
}

/* Of nobody so far, it counts all the same: the network does not ask whose it is. */
static void on_unplaced(struct task *task, const Opsmesh__V1__ObjectUnplaced *unplaced,
                        const Google__Protobuf__Timestamp *occurred_at)
{
	if (unplaced->object_case == OPSMESH__V1__OBJECT_UNPLACED__OBJECT_DISPUTE)
		on_dispute(task, unplaced->dispute, occurred_at);
}

/* It is a customer's now, and counted there. */
static void on_placed(struct task *task, const Opsmesh__V1__ObjectPlaced *placed)
{
	struct tally_event_row row = { .event_id = placed->object_id };
	struct tally_payment_row payment;

	if (!task_load(task, &tally_event_table, &row))
		return;
	payment = take(task, &row);
	payment.events = listed_without(task->arena, payment.events, row.event_id);
	task_save(task, &tally_payment_table, &payment);
	task_remove(task, &tally_event_table, &row);
	count(task, &payment, 1);
	tell_soon(task);
}

enum status tally_on_billing(struct task *task, const Opsmesh__V1__BillingEvent *billing)
{
	const Opsmesh__V1__BillingEvent__FactCase fact = billing->fact_case;

	if (fact == OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED)
		on_payment(task, billing->payment_changed);
	else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED)
		on_invoice(task, billing->payment_applied->payment_id,
		           billing->payment_applied->invoice_id);
	else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED)
		on_link(task, billing->invoice_changed->invoice_id,
		        billing->invoice_changed->subscription_id, "");
	else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED)
		on_subscription(task, billing->subscription_started);
	else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED)
		on_dispute(task, billing->dispute_changed, billing->occurred_at);
	else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED)
		on_warning(task, billing->fraud_warning_changed);
	else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_UNPLACED)
		on_unplaced(task, billing->object_unplaced, billing->occurred_at);
	else if (fact == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_PLACED)
		on_placed(task, billing->object_placed);
	return STATUS_OK;
}
