#include "services/chargeback/dossier/entry.h"

#include "common/base/text.h"
#include "proto/opsmesh/v1/words.h"

#include <string.h>

/* Tickets. */

static const char *role_word(Opsmesh__V1__Role role)
{
	static const char *const words[] = { "", "customer", "agent", "bot", "system" };

	return (unsigned)role < COUNT_OF(words) ? words[(unsigned)role] : "";
}

static const char *status_word(Opsmesh__V1__TicketStatus status)
{
	static const char *const words[] = { "open",    "new",    "open",  "pending",
		                             "on_hold", "solved", "closed" };

	return (unsigned)status < COUNT_OF(words) ? words[(unsigned)status] : "open";
}

/* A text that is sealed, or short enough, as it is. */
static Opsmesh__V1__PersonalText *fitting(struct arena *arena, Opsmesh__V1__PersonalText *text,
                                          int64_t *cut)
{
	if (text == NULL || text->content_case != OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT)
		return text;
	const struct bytes whole = bytes_of(text->text);

	if (whole.size <= ENTRY_TEXT_MAX)
		return text;
	const size_t size = text_fit(whole, ENTRY_TEXT_MAX);
	Opsmesh__V1__PersonalText *const shorter = arena_copy(arena, text, sizeof(*text));

	shorter->text = arena_text(arena, whole.data, size);
	*cut = (int64_t)(whole.size - size);
	return shorter;
}

static bool of_message(struct arena *arena, const Opsmesh__V1__MessageAdded *message,
                       Opsmesh__V1__DossierEntry *entry)
{
	if (message->visibility != OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC)
		return false;
	entry->kind = text_mutable("message");
	entry->message_id = message->message_id;
	entry->role = text_mutable(role_word(message->role));
	entry->channel = text_mutable(opsmesh_channel_word(message->channel));
	entry->language = message->language_hint;
	entry->text = fitting(arena, message->body, &entry->cut);
	entry->quantity = (int64_t)message->n_attachments;
	return true;
}

static bool of_opened(struct arena *arena, const Opsmesh__V1__TicketOpened *opened,
                      Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("opened");
	entry->word = text_mutable(status_word(opened->status));
	entry->channel = text_mutable(opsmesh_channel_word(opened->channel));
	entry->language = opened->language_hint;
	entry->text = fitting(arena, opened->subject, &entry->cut);
	return true;
}

static bool of_ticket(struct arena *arena, const Opsmesh__V1__TicketEvent *ticket,
                      Opsmesh__V1__DossierEntry *entry)
{
	const Opsmesh__V1__TicketEvent__FactCase fact = ticket->fact_case;

	entry->about = ticket->ticket_id;
	if (fact == OPSMESH__V1__TICKET_EVENT__FACT_OPENED)
		return of_opened(arena, ticket->opened, entry);
	if (fact == OPSMESH__V1__TICKET_EVENT__FACT_MESSAGE_ADDED)
		return of_message(arena, ticket->message_added, entry);
	if (fact != OPSMESH__V1__TICKET_EVENT__FACT_STATUS_CHANGED &&
	    fact != OPSMESH__V1__TICKET_EVENT__FACT_REOPENED)
		return false;
	entry->kind = text_mutable("status");
	entry->word = text_mutable(status_word(fact == OPSMESH__V1__TICKET_EVENT__FACT_REOPENED
	                                           ? ticket->reopened->to_status
	                                           : ticket->status_changed->to_status));
	return true;
}

static bool of_triage(const Opsmesh__V1__TriageEvent *triage, Opsmesh__V1__DossierEntry *entry)
{
	entry->about = triage->ticket_id;
	entry->kind = text_mutable("triaged");
	if (triage->fact_case == OPSMESH__V1__TRIAGE_EVENT__FACT_CORRECTED) {
		entry->detail = triage->corrected->to_intent;
		entry->message_id = triage->corrected->message_id;
		return *entry->detail != '\0';
	}
	if (triage->fact_case != OPSMESH__V1__TRIAGE_EVENT__FACT_CLASSIFIED)
		return false;
	entry->word = triage->classified->message_intent;
	entry->detail = triage->classified->intent;
	entry->language = triage->classified->language;
	entry->message_id = triage->classified->message_id;
	return true;
}

/* Billing. */

static int64_t seats_of(size_t count, Opsmesh__V1__SubscriptionItem *const *items)
{
	int64_t seats = 0;

	for (size_t i = 0; i < count; i++)
		if (__builtin_add_overflow(seats, items[i]->quantity, &seats))
			return INT64_MAX;
	return seats;
}

static const char *move_word(Opsmesh__V1__SubscriptionMove move)
{
	static const char *const words[] = { "changed",      "plan",          "seats",
		                             "trial_ended",  "paused",        "resumed",
		                             "past_due",     "unpaid",        "recovered",
		                             "cancel_asked", "cancel_undone", "trial_ending",
		                             "trial_started" };

	return (unsigned)move < COUNT_OF(words) ? words[(unsigned)move] : "changed";
}

static bool of_started(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	const Opsmesh__V1__SubscriptionStarted *const started = billing->subscription_started;

	entry->kind = text_mutable("subscription");
	entry->about = started->subscription_id;
	entry->word = text_mutable("started");
	entry->detail = started->status;
	entry->quantity = seats_of(started->n_items, started->items);
	return true;
}

static bool of_changed(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	const Opsmesh__V1__SubscriptionChanged *const changed = billing->subscription_changed;

	entry->kind = text_mutable("subscription");
	entry->about = changed->subscription_id;
	entry->word = text_mutable(move_word(changed->move));
	entry->detail = changed->status;
	entry->quantity = seats_of(changed->n_items, changed->items);
	return true;
}

static bool of_ended(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("subscription");
	entry->about = billing->subscription_ended->subscription_id;
	entry->word = text_mutable("ended");
	entry->detail = billing->subscription_ended->reason;
	return true;
}

static const char *access_word(Opsmesh__V1__AccessMove move)
{
	static const char *const words[] = { "changed", "granted", "changed", "withdrawn" };

	return (unsigned)move < COUNT_OF(words) ? words[(unsigned)move] : "changed";
}

static bool of_access(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("access");
	entry->about = billing->access_changed->subscription_id;
	entry->word = text_mutable(access_word(billing->access_changed->move));
	entry->detail = billing->access_changed->reason;
	entry->quantity = billing->access_changed->quantity;
	return true;
}

static bool of_usage(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("usage");
	entry->about = billing->usage_earned->subscription_id;
	entry->word = billing->usage_earned->day;
	entry->detail = billing->usage_earned->meter;
	entry->amount = billing->usage_earned->amount;
	return true;
}

static bool of_seat(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("seat");
	entry->about = billing->seat_moved->item_id;
	entry->word = text_mutable(billing->seat_moved->assigned ? "assigned" : "released");
	return true;
}

static bool of_invoice(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("invoice");
	entry->about = billing->invoice_changed->invoice_id;
	entry->word = billing->invoice_changed->to_status;
	entry->detail = billing->invoice_changed->subscription_id;
	entry->amount = billing->invoice_changed->total;
	return true;
}

static bool of_payment(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("payment");
	entry->about = billing->payment_changed->payment_id;
	entry->word = billing->payment_changed->to_status;
	entry->detail = billing->payment_changed->invoice_id;
	entry->amount = billing->payment_changed->amount;
	entry->card = billing->payment_changed->card;
	entry->identity = billing->payment_changed->identity;
	entry->description = billing->payment_changed->description;
	entry->statement_descriptor = billing->payment_changed->statement_descriptor;
	entry->three_d_secure = billing->payment_changed->three_d_secure;
	entry->disputed = billing->payment_changed->disputed;
	entry->refunded = billing->payment_changed->refunded;
	entry->made_at = billing->payment_changed->created_at;
	return true;
}

static bool of_applied(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("applied");
	entry->about = billing->payment_applied->payment_id;
	entry->detail = billing->payment_applied->invoice_id;
	entry->amount = billing->payment_applied->amount;
	return true;
}

static bool of_refund(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("refund");
	entry->about = billing->refund_changed->refund_id;
	entry->word = billing->refund_changed->to_status;
	entry->detail = billing->refund_changed->payment_id;
	entry->amount = billing->refund_changed->amount;
	return true;
}

static bool of_dispute(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("dispute");
	entry->about = billing->dispute_changed->dispute_id;
	entry->word = billing->dispute_changed->to_status;
	entry->detail = billing->dispute_changed->payment_id;
	entry->amount = billing->dispute_changed->amount;
	return true;
}

static bool of_warning(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	entry->kind = text_mutable("warning");
	entry->about = billing->fraud_warning_changed->warning_id;
	entry->word = billing->fraud_warning_changed->fraud_type;
	entry->detail = billing->fraud_warning_changed->payment_id;
	return true;
}

static bool of_billing(const Opsmesh__V1__BillingEvent *billing, Opsmesh__V1__DossierEntry *entry)
{
	static const struct {
		Opsmesh__V1__BillingEvent__FactCase fact;
		bool (*read)(const Opsmesh__V1__BillingEvent *billing,
		             Opsmesh__V1__DossierEntry *entry);
	} rows[] = {
		{ OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_STARTED, of_started },
		{ OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_CHANGED, of_changed },
		{ OPSMESH__V1__BILLING_EVENT__FACT_SUBSCRIPTION_ENDED, of_ended },
		{ OPSMESH__V1__BILLING_EVENT__FACT_ACCESS_CHANGED, of_access },
		{ OPSMESH__V1__BILLING_EVENT__FACT_USAGE_EARNED, of_usage },
		{ OPSMESH__V1__BILLING_EVENT__FACT_SEAT_MOVED, of_seat },
		{ OPSMESH__V1__BILLING_EVENT__FACT_INVOICE_CHANGED, of_invoice },
		{ OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED, of_payment },
		{ OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_APPLIED, of_applied },
		{ OPSMESH__V1__BILLING_EVENT__FACT_REFUND_CHANGED, of_refund },
		{ OPSMESH__V1__BILLING_EVENT__FACT_DISPUTE_CHANGED, of_dispute },
		{ OPSMESH__V1__BILLING_EVENT__FACT_FRAUD_WARNING_CHANGED, of_warning },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++)
		if (billing->fact_case == rows[i].fact)
			return rows[i].read(billing, entry);
	return false;
}

bool entry_of(struct arena *arena, const Opsmesh__V1__MaterialEvent *material,
              Opsmesh__V1__DossierEntry *entry)
{
	Opsmesh__V1__DossierEntry made = OPSMESH__V1__DOSSIER_ENTRY__INIT;
	bool kept = false;

	made.fact_id = material->fact_id;
	made.at = material->occurred_at;
	if (material->fact_case == OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET)
		kept = of_ticket(arena, material->ticket, &made);
	else if (material->fact_case == OPSMESH__V1__MATERIAL_EVENT__FACT_TRIAGE)
		kept = of_triage(material->triage, &made);
	else if (material->fact_case == OPSMESH__V1__MATERIAL_EVENT__FACT_BILLING)
		kept = of_billing(material->billing, &made);
	else if (material->fact_case == OPSMESH__V1__MATERIAL_EVENT__FACT_TICKET_LEFT) {
		made.kind = text_mutable("left");
		made.about = material->ticket_left->ticket_id;
		kept = true;
	}
	if (kept)
		*entry = made;
	return kept;
}
