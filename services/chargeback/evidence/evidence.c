#include "services/chargeback/evidence/evidence_inside.h"

#include "common/base/money.h"
#include "common/base/text.h"
#include "common/io/proto.h"

#include <stdlib.h>
#include <string.h>

#define FIELD_ELSE "uncategorized_text"
#define FOUND_FIRST 64 /* room for items, which doubles */

/* Words. */

const char *evidence_money(struct arena *arena, const Opsmesh__V1__Money *money)
{
	struct money value = { .minor = money != NULL ? money->minor : 0 };

	return money != NULL && money_currency(money->currency, value.currency)
	           ? money_format(arena, value)
	           : "an amount that is not known";
}

const char *evidence_time(struct arena *arena, struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return arena_string(arena, time_format(at, text));
}

Opsmesh__V1__PersonalText *evidence_text(struct arena *arena, const char *subject, const char *text)
{
	Opsmesh__V1__PersonalText *const made = arena_alloc(arena, sizeof(*made));

	opsmesh__v1__personal_text__init(made);
	made->subject = text_mutable(subject);
	made->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT;
	made->text = text_mutable(text);
	return made;
}

/* Putting. */

static const struct reason_asked *asked_of(const struct reason *reason, int kind)
{
	for (size_t i = 0; i < reason->asked_count; i++)
		if ((int)reason->asked[i].kind == kind)
			return &reason->asked[i];
	return NULL;
}

const struct reason_asked *evidence_asked(const struct gathering *it, enum evidence_kind kind)
{
	return asked_of(it->about->reason, (int)kind);
}

static bool is_kept_out(const struct evidence_case *about, const char *item_id)
{
	for (size_t i = 0; i < about->kept->n_excluded; i++)
		if (text_equal(about->kept->excluded[i], item_id))
			return true;
	return false;
}

/* What hurts is never sent: to keep it out would hide it from who approves. */
static void take(struct gathering *it, const struct evidence_found *found)
{
	if (!found->item->hurts && is_kept_out(it->about, found->item->item_id))
		return;
	if (it->count == it->room) {
		struct evidence_found *const wider =
		    arena_alloc(it->arena, 2 * it->room * sizeof(*wider));

		memcpy(wider, it->found, it->count * sizeof(*wider));
		it->room *= 2;
		it->found = wider;
	}
	it->found[it->count++] = *found;
}

static char *said(const char *text)
{
	return text_mutable(text != NULL ? text : "");
}

void evidence_put(struct gathering *it, const struct evidence_piece *piece)
{
	const struct reason_asked *const asked = evidence_asked(it, piece->kind);
	Opsmesh__V1__EvidenceItem *item;

	if (asked == NULL && !piece->hurts)
		return;
	item = arena_alloc(it->arena, sizeof(*item));
	opsmesh__v1__evidence_item__init(item);
	item->item_id = piece->suffix == NULL
	                    ? text_mutable(piece->fact_id)
	                    : arena_printf(it->arena, "%s/%s", piece->fact_id, piece->suffix);
	item->kind = text_mutable(evidence_kind_names[piece->kind]);
	item->field = text_mutable(piece->field != NULL ? piece->field
	                           : asked != NULL      ? asked->field
	                                                : FIELD_ELSE);
	item->title = said(piece->title);
	item->at = proto_timestamp(it->arena, piece->at);
	item->hurts = piece->hurts;
	item->source_id = said(piece->source_id);
	item->language = said(piece->language);
	item->channel = said(piece->channel);
	item->author = said(piece->author);
	item->text = piece->text != NULL ? evidence_text(it->arena, it->about->home, piece->text)
	                                 : piece->quote;
	take(it, &(struct evidence_found){ item, (int)piece->kind, piece->rank });
}

/* What people say. */

static int kind_of(const char *word)
{
	for (int i = 0; i < EVIDENCE_KINDS; i++)
		if (text_equal(evidence_kind_names[i], word))
			return i;
	return -1;
}

static void put_added(struct gathering *it)
{
	const Opsmesh__V1__CaseKept *const kept = it->about->kept;

	for (size_t i = 0; i < kept->n_added; i++) {
		Opsmesh__V1__EvidenceItem *const item =
		    arena_copy(it->arena, kept->added[i], sizeof(*item));
		const int kind = kind_of(item->kind);
		const struct reason_asked *const asked = asked_of(it->about->reason, kind);

		if (*item->field == '\0')
			item->field = text_mutable(asked != NULL ? asked->field : FIELD_ELSE);
		take(it, &(struct evidence_found){ item, kind, INT64_MAX });
	}
}

static void translate(struct gathering *it, Opsmesh__V1__EvidenceItem *item)
{
	const Opsmesh__V1__CaseKept *const kept = it->about->kept;

	for (size_t i = 0; i < kept->n_translated; i++) {
		if (!text_equal(kept->translated[i]->item_id, item->item_id))
			continue;
		item->translation = kept->translated[i]->translation;
		item->translator = kept->translated[i]->translator;
	}
}

/* Weighing. */

static int by_item_time(const Opsmesh__V1__EvidenceItem *left,
                        const Opsmesh__V1__EvidenceItem *right)
{
	const int64_t a = left->at != NULL ? left->at->seconds : INT64_MIN;
	const int64_t b = right->at != NULL ? right->at->seconds : INT64_MIN;
	const int32_t a_nanos = left->at != NULL ? left->at->nanos : 0;
	const int32_t b_nanos = right->at != NULL ? right->at->nanos : 0;

	return a != b ? (a < b ? -1 : 1) : (a_nanos > b_nanos) - (a_nanos < b_nanos);
}

/* By kind, what may be sent first, then by how telling it is. */
static int by_rank(const void *a, const void *b)
{
	const struct evidence_found *const left = a;
	const struct evidence_found *const right = b;

	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	if (left->item->hurts != right->item->hurts)
		return left->item->hurts ? 1 : -1;
	if (left->rank != right->rank)
		return left->rank > right->rank ? -1 : 1;
	const int newest = by_item_time(right->item, left->item);

	return newest != 0 ? newest : strcmp(left->item->item_id, right->item->item_id);
}

static int by_weight(const void *a, const void *b)
{
	const Opsmesh__V1__EvidenceItem *const left = *(Opsmesh__V1__EvidenceItem *const *)a;
	const Opsmesh__V1__EvidenceItem *const right = *(Opsmesh__V1__EvidenceItem *const *)b;

	if (left->weight_ppm != right->weight_ppm)
		return left->weight_ppm > right->weight_ppm ? -1 : 1;
	const int oldest = by_item_time(left, right);

	return oldest != 0 ? oldest : strcmp(left->item_id, right->item_id);
}

/* What is not asked for weighs nothing, but for what people add: that is as the heaviest asked for. */
static int64_t weight_of(const struct reason *reason, const struct evidence_found *found,
                         int64_t place)
{
	const struct reason_asked *const asked = asked_of(reason, found->kind);
	const bool by_people = found->rank == INT64_MAX;
	const int64_t whole = asked != NULL                          ? asked->weight_ppm
	                      : by_people && reason->asked_count > 0 ? reason->asked[0].weight_ppm
	                                                             : 0;

	return by_people || found->item->hurts ? whole : whole / place;
}

static size_t most_of(int kind)
{
	return kind == EVIDENCE_EARLIER_PAYMENT ? EVIDENCE_EARLIER_MAX : EVIDENCE_EACH_MAX;
}

/* The first of each kind, with their weights. */
static size_t weigh(struct gathering *it, Opsmesh__V1__EvidenceItem **items)
{
	size_t count = 0;
	size_t place = 0;

	if (it->count > 0)
		qsort(it->found, it->count, sizeof(*it->found), by_rank);
	for (size_t i = 0; i < it->count; i++) {
		const struct evidence_found *const found = &it->found[i];
		const bool same = i > 0 && found->kind == found[-1].kind &&
		                  found->item->hurts == found[-1].item->hurts;

		place = same ? place + 1 : 1;
		if (place > most_of(found->kind))
			continue;
		found->item->weight_ppm = weight_of(it->about->reason, found, (int64_t)place);
		translate(it, found->item);
		items[count++] = found->item;
	}
	qsort(items, count, sizeof(Opsmesh__V1__EvidenceItem *), by_weight);
	return count;
}

/* Gaps. */

static void judge(struct arena *arena, const struct evidence_case *about, struct evidence *evidence)
{
	const struct reason *const reason = about->reason;
	const struct reason_asked **const gaps =
	    arena_alloc(arena, (reason->asked_count + 1) * sizeof(void *));
	uint32_t kinds = 0;

	for (size_t i = 0; i < evidence->count; i++) {
		const int kind = kind_of(evidence->items[i]->kind);

		evidence->hurting += evidence->items[i]->hurts ? 1 : 0;
		if (!evidence->items[i]->hurts && kind >= 0)
			kinds |= UINT32_C(1) << kind;
	}
	for (size_t i = 0; i < reason->asked_count; i++)
		if ((kinds & UINT32_C(1) << reason->asked[i].kind) == 0)
			gaps[evidence->gap_count++] = &reason->asked[i];
	evidence->gaps = gaps;
	evidence->standing = reason_stands(reason, kinds);
}

struct evidence evidence_gather(struct arena *arena, const Opsmesh__V1__DossierPage *dossier,
                                const struct evidence_case *about)
{
	const struct chronicle chronicle = chronicle_make(arena, dossier);
	struct gathering it = { .arena = arena, .about = about, .chronicle = &chronicle };
	const struct chronicle_payment *const payment =
	    chronicle_payment_of(&chronicle, about->payment_id);
	struct evidence evidence = { 0 };
	Opsmesh__V1__EvidenceItem **items;

	it.found = arena_alloc(arena, FOUND_FIRST * sizeof(*it.found));
	it.room = FOUND_FIRST;
	it.payment = payment != NULL && payment->first != NULL ? payment : NULL;
	it.charged = it.payment != NULL ? it.payment->at : TIME_MIN;
	it.bundle = bundle_find(arena, &chronicle, it.payment, about->amount, about->kept->charges,
	                        about->kept->n_charges);
	evidence_of_refunds(&it);
	evidence_of_messages(&it);
	evidence_of_payments(&it);
	evidence_of_duplicates(&it);
	evidence_of_use(&it);
	evidence_of_subscriptions(&it);
	evidence_of_history(&it);
	evidence_of_shown(&it);
	put_added(&it);
	items = arena_alloc(arena, (it.count + 1) * sizeof(void *));
	evidence.count = weigh(&it, items);
	evidence.items = items;
	evidence.charged_at = it.charged;
	evidence.bundle = it.bundle;
	judge(arena, about, &evidence);
	return evidence;
}
