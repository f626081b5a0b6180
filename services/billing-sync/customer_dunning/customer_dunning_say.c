/*
 * What was decided of the dunning of an invoice, as facts.
 */
#include "services/billing-sync/customer_dunning/customer_dunning_inside.h"
#include "services/billing-sync/document/policies.h"

#include "common/base/text.h"

const struct dunning_policy *dunned_policy(const struct dunned *it)
{
	const bool idle = it->row->status == DUNNING_IDLE;

	return policies_dunning(it->customer->task, idle ? it->customer->at : it->row->started);
}

static char *policy_name(const struct dunned *it)
{
	const struct policy_head *const head = &dunned_policy(it)->head;

	return arena_printf(it->customer->task->arena, "%s/%lld", head->id,
	                    (long long)head->version);
}

static void fill_owed(const struct dunned *it, Opsmesh__V1__DunningStepDue *due)
{
	struct arena *const arena = it->customer->task->arena;
	const struct owed_book *const book = &it->debts->book;
	const struct owed_invoice *const own = owed_find(book, it->invoice_id);

	due->invoice_ids = arena_alloc(arena, (book->count + 1) * sizeof(*due->invoice_ids));
	for (size_t i = 0; own != NULL && i < book->count; i++)
		if (text_equal(book->list[i].currency, own->currency))
			due->invoice_ids[due->n_invoice_ids++] =
			    arena_string(arena, book->list[i].id);
	due->unpaid = arena_alloc(arena, sizeof(*due->unpaid));
	opsmesh__v1__money__init(due->unpaid);
	due->unpaid->currency = arena_string(arena, own != NULL ? own->currency : "");
	if (own != NULL)
		due->unpaid->minor = owed_facts(book, own->currency).amount_unpaid;
}

static enum status say_step(const struct dunned *it, const struct dunning_decision *decision)
{
	static const Opsmesh__V1__DunningAct acts[] = {
		[DUNNING_REMIND] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_REMIND,
		[DUNNING_WARN] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_WARN,
		[DUNNING_RESTRICT] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_RESTRICT,
		[DUNNING_CANCEL] = OPSMESH__V1__DUNNING_ACT__DUNNING_ACT_CANCEL,
	};
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DunningStepDue due = OPSMESH__V1__DUNNING_STEP_DUE__INIT;

	due.invoice_id = text_mutable(it->invoice_id);
	due.step = text_mutable(decision->step->name);
	due.act = acts[decision->step->act];
	due.attempts = decision->attempts;
	due.reason = text_mutable(decision->reason);
	due.policy = policy_name(it);
	fill_owed(it, &due);
	event.fact_case = OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_STEP_DUE;
	event.dunning_step_due = &due;
	return customer_say(it->customer, &event);
}

static enum status say_held(const struct dunned *it, const struct dunning_decision *decision,
                            bool resumed)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DunningHeld held = OPSMESH__V1__DUNNING_HELD__INIT;

	held.invoice_id = text_mutable(it->invoice_id);
	held.why = text_mutable(dunning_why_names[decision->why]);
	held.held_by = text_mutable(decision->hold_id);
	held.reason = text_mutable(decision->reason);
	event.fact_case = resumed ? OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RESUMED
	                          : OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_HELD;
	event.dunning_held = &held;
	return customer_say(it->customer, &event);
}

static enum status say_ended(const struct dunned *it, const struct dunning_decision *decision,
                             bool exhausted)
{
	Opsmesh__V1__BillingEvent event = OPSMESH__V1__BILLING_EVENT__INIT;
	Opsmesh__V1__DunningEnded ended = OPSMESH__V1__DUNNING_ENDED__INIT;

	ended.invoice_id = text_mutable(it->invoice_id);
	ended.last_step = text_mutable(decision->step != NULL ? decision->step->name : "");
	ended.attempts = decision->attempts;
	ended.reason = text_mutable(decision->reason);
	ended.policy = policy_name(it);
	event.fact_case = exhausted ? OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_EXHAUSTED
	                            : OPSMESH__V1__BILLING_EVENT__FACT_DUNNING_RECOVERED;
	event.dunning_exhausted = &ended;
	return customer_say(it->customer, &event);
}

enum status dunned_say(const struct dunned *it, const struct dunning_decisions *decisions)
{
	for (size_t i = 0; i < decisions->count; i++) {
		const struct dunning_decision *const decision = &decisions->list[i];

		switch (decision->kind) {
		case DUNNING_STEP_DUE: TRY(say_step(it, decision)); break;
		case DUNNING_HELD: TRY(say_held(it, decision, false)); break;
		case DUNNING_RESUMED: TRY(say_held(it, decision, true)); break;
		case DUNNING_PAID: TRY(say_ended(it, decision, false)); break;
		case DUNNING_EXHAUSTED: TRY(say_ended(it, decision, true)); break;
		default: break;
		}
	}
	return STATUS_OK;
}
