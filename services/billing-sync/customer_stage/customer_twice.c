/*
 * The same charge taken twice: the customer's recent ones, held against each other.
 */
#include "services/billing-sync/customer_money/customer_paying.h"
#include "services/billing-sync/document/policies.h"
#include "services/billing-sync/invoice/charge_twice.h"

#include "common/base/text.h"

#include <string.h>

#define SENTENCE "The customer was charged a second time for the same."

/* The second ones of a ring. */
struct doubles {
	struct charge_twice found[CHARGES_MAX];
	size_t count;
};

/* Of an invoice that says what it asks, that decides what is too much (customer_paying.h). */
static bool is_guessed(struct customer *it, const struct charge_twice *twice)
{
	return twice->why != CHARGE_SAME_INVOICE || !paying_held(it, twice->root).asked;
}

static void look(struct customer *it, const struct charge_ring *ring, struct doubles *doubles)
{
	const struct invoice_policy *const policy = policies_invoice(it->task, it->at);

	doubles->count = 0;
	for (size_t i = 0; i < ring->count; i++) {
		struct charge_twice *const found = &doubles->found[doubles->count];

		doubles->count +=
		    charge_twice(it->task->arena, ring, policy, i, found) && is_guessed(it, found);
	}
}

static bool has(const struct doubles *doubles, const struct charge_twice *twice)
{
	for (size_t i = 0; i < doubles->count; i++)
		if (text_equal(doubles->found[i].second->id, twice->second->id) &&
		    text_equal(doubles->found[i].root, twice->root))
			return true;
	return false;
}

static enum status open(struct customer *it, const struct charge_twice *twice)
{
	struct finding finding = {
		.cause = CHARGED_TWICE,
		.root = twice->root,
		.evidence = { .object = twice->second->id,
		              .expected = 0,
		              .found = twice->second->minor },
		.sentence = SENTENCE,
	};

	for (size_t i = 0; i < sizeof(finding.evidence.currency); i++)
		finding.evidence.currency[i] = twice->second->currency[i];
	return customer_observe(it, &finding);
}

/* What is new comes first, so that a case that goes on does not heal between. */
static enum status tell(struct customer *it, const struct doubles *before,
                        const struct doubles *after)
{
	for (size_t i = 0; i < after->count; i++)
		if (!has(before, &after->found[i]))
			TRY(open(it, &after->found[i]));
	for (size_t i = 0; i < before->count; i++)
		if (!has(after, &before->found[i]))
			TRY(customer_clear(it, CHARGED_TWICE, before->found[i].root,
			                   before->found[i].second->id));
	return STATUS_OK;
}

static enum status read_ring(struct customer *it, struct charge_ring *ring)
{
	if (it->row.charges.size == 0 || charge_ring_decode(it->task->arena, it->row.charges, ring))
		return STATUS_OK;
	return task_fail(it->task, STATUS_FATAL, "customer %s: its charges cannot be read",
	                 it->row.customer_id);
}

enum status customer_see_charge(struct customer *it, const struct charge_seen *charge)
{
	struct arena *const arena = it->task->arena;
	struct charge_ring *const ring = arena_zero(arena, sizeof(*ring));
	struct charge_ring *const old = arena_zero(arena, sizeof(*old));
	struct doubles *const before = arena_alloc(arena, sizeof(*before));
	struct doubles *const after = arena_alloc(arena, sizeof(*after));

	TRY(read_ring(it, old));
	*ring = *old;
	charge_ring_put(ring, charge);
	look(it, old, before);
	look(it, ring, after);
	it->row.charges = charge_ring_encode(arena, ring);
	task_save(it->task, &customer_table, &it->row);
	return tell(it, before, after);
}

/* Most invoices are of charges that are still to come. */
static bool may_name(const struct customer *it, const char *invoice)
{
	return it->row.charges.size > 0 &&
	       memmem(it->row.charges.data, it->row.charges.size, invoice, strlen(invoice)) != NULL;
}

/* What was guessed of it, and is not too much. */
enum status customer_twice_asked(struct customer *it, const char *invoice)
{
	const struct invoice_policy *const policy = policies_invoice(it->task, it->at);
	struct charge_ring *const ring = arena_zero(it->task->scratch, sizeof(*ring));
	struct charge_twice twice;

	if (!may_name(it, invoice))
		return STATUS_OK;
	TRY(read_ring(it, ring));
	for (size_t i = 0; i < ring->count; i++) {
		bool over;

		if (!charge_twice(it->task->arena, ring, policy, i, &twice) ||
		    twice.why != CHARGE_SAME_INVOICE || !text_equal(twice.root, invoice))
			continue;
		TRY(paying_is_over(it, invoice, twice.second->id, &over));
		if (!over)
			TRY(customer_clear(it, CHARGED_TWICE, invoice, twice.second->id));
	}
	return STATUS_OK;
}
