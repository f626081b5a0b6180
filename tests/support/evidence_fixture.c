#include "tests/support/evidence_fixture.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/instant_fixture.h"
#include "tests/support/policy_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FACTS_MAX 4096

const struct evidence_fact evidence_story[] = {
	{ "f0", "subscription", "sub_1", "2026-01-10T09:00:00Z", "started", .detail = "active" },
	{ "f1", "invoice", "in_1", "2026-05-10T08:00:00Z", "open", "sub_1", .minor = 12000 },
	{ "f2", "payment", "ch_1", "2026-05-10T09:00:00Z", "succeeded", "in_1", .minor = 12000,
	  .card = "card_a" },
	{ "f3", "invoice", "in_1", "2026-05-10T09:00:01Z", "paid", "sub_1", .minor = 12000 },
	{ .kind = NULL },
};

static struct reason_policy reasons;
static struct intents intents;
static const struct policy_book *shown;

int evidence_fixture_open(void **state)
{
	(void)arena_open(state);
	policy_fixture_read(arena, &reason_policy_kind, "reasons/networks-1.json", &reasons);
	policy_fixture_read(arena, &intents_kind, "evidence/intents-1.json", &intents);
	shown = policy_fixture_book(arena, &shown_kind, "shown/checkout-1.json");
	return 0;
}

int evidence_fixture_close(void **state)
{
	arena_destroy(shown->arena);
	return arena_close(state);
}

static char *set(const char *text)
{
	return text_mutable(text != NULL ? text : "");
}

static Opsmesh__V1__Money *money(struct arena *into, int64_t minor)
{
	Opsmesh__V1__Money *const made = arena_alloc(into, sizeof(*made));

	opsmesh__v1__money__init(made);
	made->minor = minor;
	made->currency = text_mutable("USD");
	return made;
}

static Opsmesh__V1__DossierEntry *entry_of_fact(struct arena *into,
                                                const struct evidence_fact *fact)
{
	Opsmesh__V1__DossierEntry *const entry = arena_alloc(into, sizeof(*entry));
	const bool triaged = text_equal(fact->kind, "triaged");

	opsmesh__v1__dossier_entry__init(entry);
	entry->fact_id = set(fact->id);
	entry->kind = set(fact->kind);
	entry->about = set(fact->about);
	entry->at = proto_timestamp(into, instant_of(fact->at));
	entry->word = set(fact->word);
	entry->detail = set(triaged ? "" : fact->detail);
	entry->message_id = set(triaged ? fact->detail : fact->id);
	entry->role = set(fact->role);
	entry->channel = set(fact->role != NULL ? "email" : "");
	entry->language = set(fact->language);
	if (fact->made != NULL)
		entry->made_at = proto_timestamp(into, instant_of(fact->made));
	entry->disputed = fact->disputed;
	entry->cut = fact->cut;
	if (fact->text != NULL)
		entry->text = evidence_text(into, "acme", fact->text);
	if (fact->sealed)
		entry->text->content_case = OPSMESH__V1__PERSONAL_TEXT__CONTENT_SEALED;
	if (fact->minor != 0)
		entry->amount = money(into, fact->minor);
	if (fact->refunded != 0)
		entry->refunded = money(into, fact->refunded);
	if (fact->card != NULL) {
		entry->card = arena_alloc(into, sizeof(*entry->card));
		opsmesh__v1__payment_card__init(entry->card);
		entry->card->fingerprint = set(fact->card);
		entry->card->network = text_mutable("visa");
		entry->card->last4 = text_mutable("4242");
	}
	return entry;
}

Opsmesh__V1__DossierPage *evidence_fixture_page(struct arena *into,
                                                const struct evidence_fact *story,
                                                const struct evidence_fact *more)
{
	Opsmesh__V1__DossierPage *const page = arena_alloc(into, sizeof(*page));

	opsmesh__v1__dossier_page__init(page);
	page->entries = arena_alloc(into, FACTS_MAX * sizeof(*page->entries));
	for (; story != NULL && story->kind != NULL; story++)
		page->entries[page->n_entries++] = entry_of_fact(into, story);
	for (; more != NULL && more->kind != NULL; more++)
		page->entries[page->n_entries++] = entry_of_fact(into, more);
	return page;
}

struct evidence evidence_fixture_gather(struct arena *into, const Opsmesh__V1__DossierPage *page,
                                        const struct evidence_setting *setting)
{
	static const Opsmesh__V1__CaseKept nothing = OPSMESH__V1__CASE_KEPT__INIT;
	const struct reason_said said = { "", "", "", setting->category };

	const struct evidence_case about = {
		.home = "acme",
		.payment_id = setting->payment != NULL ? setting->payment : "ch_1",
		.began =
		    instant_of(setting->began != NULL ? setting->began : "2026-06-01T00:00:00Z"),
		.amount = setting->disputed != 0 ? money(into, setting->disputed) : NULL,
		.reason = reason_find(&reasons, &said).reason,
		.intents = &intents,
		.shown = setting->shown != NULL ? setting->shown : shown,
		.kept = setting->kept != NULL ? setting->kept : &nothing,
		.is_cut = setting->is_cut,
	};

	return evidence_gather(into, page, &about);
}

const char *evidence_fixture_told(struct arena *into, const struct evidence *evidence)
{
	const char *told = " ";

	for (size_t i = 0; i < evidence->count; i++) {
		const Opsmesh__V1__EvidenceItem *const item = evidence->items[i];

		told = arena_printf(into, "%s%s@%s#%s%s ", told, item->kind, item->field,
		                    item->item_id, item->hurts ? "!" : "");
	}
	for (size_t i = 0; i < evidence->gap_count; i++)
		told = arena_printf(into, "%s?%s ", told,
		                    evidence_kind_names[evidence->gaps[i]->kind]);
	return told;
}

const Opsmesh__V1__EvidenceItem *evidence_fixture_item(const struct evidence *evidence,
                                                       const char *id)
{
	for (size_t i = 0; i < evidence->count; i++)
		if (text_equal(evidence->items[i]->item_id, id))
			return evidence->items[i];
	fail_msg("there is no item %s", id);
	return NULL;
}
