/*
 * What is owed and given back as sentences: credit notes, balances, which invoice is paid.
 */
#include "services/opsmesh/story.h"

#include "common/base/text.h"

static struct story_line line_of(const char *text)
{
	return (struct story_line){ NULL, text };
}

static const char *with(const struct story *story, const char *before, const char *word)
{
	return word[0] == '\0' ? "" : arena_printf(story->arena, "%s%s", before, word);
}

static struct story_line tell_note(const struct story *story,
                                   const Opsmesh__V1__CreditNoteChanged *fact)
{
	return line_of(arena_printf(story->arena, "credit note %s of %s%s is now %s%s%s",
	                            fact->credit_note_id, story_amount(story, fact->total),
	                            with(story, ", which was ", fact->from_status), fact->to_status,
	                            with(story, ", for invoice ", fact->invoice_id),
	                            with(story, ", reason ", fact->reason)));
}

static struct story_line tell_balance(const struct story *story,
                                      const Opsmesh__V1__CustomerBalanceMoved *fact)
{
	return line_of(arena_printf(story->arena, "the customer's balance moves by %s (%s)%s%s",
	                            story_amount(story, fact->amount), fact->type,
	                            with(story, ", for invoice ", fact->invoice_id),
	                            with(story, ", for credit note ", fact->credit_note_id)));
}

static struct story_line tell_applied(const struct story *story,
                                      const Opsmesh__V1__PaymentApplied *fact)
{
	return line_of(arena_printf(story->arena, "%s of payment %s is for invoice %s",
	                            story_amount(story, fact->amount), fact->payment_id,
	                            fact->invoice_id));
}

static struct story_line tell_differed(const struct story *story,
                                       const Opsmesh__V1__ObjectDiffered *fact)
{
	return line_of(arena_printf(
	    story->arena, "a list page has the %s %s otherwise: %s%s", fact->object_type,
	    fact->object_id, fact->cause,
	    fact->n_fields == 0 ? ""
				: arena_printf(story->arena, ", in %s",
	                                       story_list(story, fact->fields, fact->n_fields))));
}

static struct story_line tell_agreed(const struct story *story,
                                     const Opsmesh__V1__ObjectAgreed *fact)
{
	return line_of(arena_printf(story->arena,
	                            "what a list page had otherwise of the %s %s (%s) is explained",
	                            fact->object_type, fact->object_id, fact->cause));
}

static struct story_line tell_moved(const struct story *story, const Opsmesh__V1__ObjectMoved *fact)
{
	return line_of(arena_printf(story->arena, "the %s %s is now customer %s's",
	                            fact->object_type, fact->object_id, fact->to_customer_id));
}

struct story_line story_receivable(const struct story *story,
                                   const Opsmesh__V1__BillingEvent *event)
{
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_CREDIT_NOTE_CHANGED)
		return tell_note(story, event->credit_note_changed);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_CUSTOMER_BALANCE_MOVED)
		return tell_balance(story, event->customer_balance_moved);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_DIFFERED)
		return tell_differed(story, event->object_differed);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_AGREED)
		return tell_agreed(story, event->object_agreed);
	if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_OBJECT_MOVED)
		return tell_moved(story, event->object_moved);
	return tell_applied(story, event->payment_applied);
}
