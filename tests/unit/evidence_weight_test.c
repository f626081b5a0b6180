/*
 * evidence_weight_test - which evidence weighs how much, what people change of it, how it reads, and that order makes no difference.
 */
#include "common/base/text.h"
#include "common/io/proto.h"
#include "tests/support/arena_fixture.h"
#include "tests/support/chance.h"
#include "tests/support/evidence_fixture.h"
#include "tests/support/policy_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* Judged at once, as what it says and in which language. */
#define JUDGED(id_, at_, intent_, message_, language_)                                         \
	{                                                                                      \
		.id = (id_), .kind = "triaged", .about = "T1", .at = (at_), .word = (intent_), \
		.detail = (message_), .language = (language_)                                  \
	}

static struct evidence gather(const struct evidence_fact *facts,
                              const struct evidence_setting *setting)
{
	return evidence_fixture_gather(arena, evidence_fixture_page(arena, evidence_story, facts),
	                               setting);
}

static void the_most_telling_of_a_kind_weighs_most(void **state)
{
	static const struct evidence_fact facts[] = {
		FACT_CUSTOMER("old", "2026-02-01T09:00:00Z", "Before the payment"),
		FACT_OURS("ours", "2026-05-20T09:00:00Z", "Our own"),
		FACT_CUSTOMER("first", "2026-05-20T09:00:00Z", "Between"),
		FACT_CUSTOMER("newest", "2026-05-21T09:00:00Z", "Between, later"),
		FACT_CUSTOMER("after", "2026-06-02T09:00:00Z", "After the dispute"),
		FACT_END,
	};
	static const struct {
		const char *id;
		int64_t weight_ppm;
	} rows[] = { { "newest", 250000 },
		     { "first", 125000 },
		     { "ours", 83333 },
		     { "after", 62500 },
		     { "old", 50000 } };
	const struct evidence_setting setting = { .category = "general" };
	const struct evidence evidence = gather(facts, &setting);

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++)
		assert_int_equal(evidence_fixture_item(&evidence, rows[i].id)->weight_ppm,
		                 rows[i].weight_ppm);
	for (size_t i = 1; i < evidence.count; i++)
		assert_true(evidence.items[i - 1]->weight_ppm >= evidence.items[i]->weight_ppm);
}

static void earlier_payments_are_the_newest_twelve_those_of_the_card_first(void **state)
{
	struct evidence_fact facts[21];
	const struct evidence_setting setting = { .category = "fraudulent" };

	(void)state;
	for (int i = 0; i < 20; i++)
		facts[i] = (struct evidence_fact){
			.id = arena_printf(arena, "p%02d", i),
			.kind = "payment",
			.about = arena_printf(arena, "ch_%02d", i + 10),
			.at = arena_printf(arena, "2026-03-%02dT09:00:00Z", i + 1),
			.word = "succeeded",
			.minor = 100,
			.card = i < 2 ? "card_a" : "card_b",
		};
	facts[20].kind = NULL;
	const struct evidence evidence = gather(facts, &setting);
	const char *const told = evidence_fixture_told(arena, &evidence);
	size_t count = 0;

	for (size_t i = 0; i < evidence.count; i++)
		count += text_equal(evidence.items[i]->kind, "earlier_payment");
	assert_int_equal(count, EVIDENCE_EARLIER_MAX);
	assert_int_equal(evidence_fixture_item(&evidence, "p01")->weight_ppm, 250000);
	assert_non_null(strstr(told, "#p00 "));
	assert_non_null(strstr(told, "#p19 "));
	assert_non_null(strstr(told, "#p10 "));
	assert_null(strstr(told, "#p09 "));
}

static const struct evidence_fact equal_times[] = {
	FACT_CUSTOMER("m1", "2026-05-20T09:00:00Z", "Refund me"),
	FACT_OURS("m2", "2026-05-20T09:00:00Z", "No"),
	FACT_CUSTOMER("m3", "2026-05-20T09:00:00Z", "Why?"),
	JUDGED("v1", "2026-05-20T09:00:00Z", "refund", "m1", NULL),
	FACT_USED("u1", 10),
	FACT_USED("u2", 20),
	{ .id = "p2",
	  .kind = "payment",
	  .about = "ch_2",
	  .at = "2026-05-10T09:00:00Z",
	  .word = "succeeded",
	  .detail = "in_2",
	  .minor = 12000 },
	{ .id = "r1",
	  .kind = "refund",
	  .about = "re_1",
	  .at = "2026-05-22T09:00:00Z",
	  .word = "succeeded",
	  .detail = "ch_2",
	  .minor = 100 },
	FACT_END,
};

static void assert_same(const struct evidence *a, const struct evidence *b)
{
	assert_int_equal(a->count, b->count);
	for (size_t i = 0; i < a->count; i++) {
		const struct bytes left = proto_pack(arena, &a->items[i]->base);
		const struct bytes right = proto_pack(arena, &b->items[i]->base);

		assert_int_equal(left.size, right.size);
		assert_memory_equal(left.data, right.data, left.size);
	}
}

static void order_makes_no_difference(void **state)
{
	static const char *const categories[] = { "general", "duplicate", "credit_not_processed",
		                                  "fraudulent", "product_unacceptable" };
	Opsmesh__V1__DossierPage *const page =
	    evidence_fixture_page(arena, evidence_story, equal_times);
	struct chance chance;

	(void)state;
	chance_seed(&chance, 7);
	for (size_t c = 0; c < COUNT_OF(categories); c++) {
		const struct evidence_setting setting = { .category = categories[c] };
		const struct evidence whole = evidence_fixture_gather(arena, page, &setting);

		for (int round = 0; round < 50; round++) {
			for (size_t i = page->n_entries; i > 1; i--) {
				const size_t k = (size_t)chance_below(&chance, (int)i);
				Opsmesh__V1__DossierEntry *const swapped = page->entries[k];

				page->entries[k] = page->entries[i - 1];
				page->entries[i - 1] = swapped;
			}
			const struct evidence again =
			    evidence_fixture_gather(arena, page, &setting);

			assert_same(&whole, &again);
		}
	}
}

static void what_people_do_counts(void **state)
{
	static const struct evidence_fact facts[] = {
		FACT_CUSTOMER("m1", "2026-05-20T09:00:00Z", "使っています"),
		FACT_CUSTOMER("m2", "2026-05-21T09:00:00Z", "Hello"),
		FACT_END,
	};
	Opsmesh__V1__CaseKept kept = OPSMESH__V1__CASE_KEPT__INIT;
	Opsmesh__V1__EvidenceItem added = OPSMESH__V1__EVIDENCE_ITEM__INIT;
	Opsmesh__V1__EvidenceItem odd = OPSMESH__V1__EVIDENCE_ITEM__INIT;
	Opsmesh__V1__EvidenceItem translated = OPSMESH__V1__EVIDENCE_ITEM__INIT;
	Opsmesh__V1__EvidenceItem *all_added[] = { &added, &odd };
	Opsmesh__V1__EvidenceItem *all_translated[] = { &translated };
	char *excluded[] = { text_mutable("m2") };
	const struct evidence_setting setting = { .category = "product_not_received",
		                                  .kept = &kept };

	(void)state;
	added.item_id = text_mutable("action-1");
	added.kind = text_mutable("service");
	odd.item_id = text_mutable("action-2");
	odd.kind = text_mutable("a word of theirs");
	translated.item_id = text_mutable("m1");
	translated.translation = evidence_text(arena, "acme", "I am using it");
	translated.translator = text_mutable("agent:kim");
	kept.n_added = 2;
	kept.added = all_added;
	kept.n_translated = 1;
	kept.translated = all_translated;
	kept.n_excluded = 1;
	kept.excluded = excluded;
	const struct evidence evidence = gather(facts, &setting);
	const char *const told = evidence_fixture_told(arena, &evidence);

	assert_non_null(strstr(told, " service@service_documentation#action-1 "));
	assert_null(strstr(told, "?service"));
	assert_null(strstr(told, "#m2"));
	assert_int_equal(evidence_fixture_item(&evidence, "action-1")->weight_ppm, 150000);
	assert_int_equal(evidence_fixture_item(&evidence, "action-2")->weight_ppm, 300000);
	assert_string_equal(evidence_fixture_item(&evidence, "action-2")->field,
	                    "uncategorized_text");
	assert_string_equal(evidence_fixture_item(&evidence, "m1")->translation->text,
	                    "I am using it");
	assert_string_equal(evidence_fixture_item(&evidence, "m1")->translator, "agent:kim");
}

static void what_people_keep_out_is_missing_again(void **state)
{
	char *excluded[] = { text_mutable("f2") };
	Opsmesh__V1__CaseKept kept = OPSMESH__V1__CASE_KEPT__INIT;
	struct evidence_setting setting = { .category = "general", .kept = &kept };
	const struct evidence with = gather(NULL, &setting);

	(void)state;
	kept.n_excluded = 1;
	kept.excluded = excluded;
	const struct evidence without = gather(NULL, &setting);

	assert_int_equal(with.standing.complete_ppm, 550000);
	assert_int_equal(without.standing.complete_ppm, 400000);
	assert_int_equal(without.gap_count, with.gap_count + 1);
	assert_non_null(strstr(evidence_fixture_told(arena, &without), " ?receipt "));
}

static void it_reads_as_people_read_it(void **state)
{
	static const struct evidence_fact facts[] = {
		{ .id = "m1",
		  .kind = "message",
		  .about = "T1",
		  .at = "2026-05-20T09:00:00Z",
		  .role = "customer",
		  .text = "A very long one",
		  .language = "en",
		  .cut = 12 },
		FACT_USED("u1", 120),
		FACT_REFUND("r1", "2026-05-22T09:00:00Z", "succeeded"),
		FACT_END,
	};
	static const struct {
		const char *category;
		const char *id;
		const char *text;
	} rows[] = {
		{ "general", "m1", "A very long one\n[12 more bytes are left out here.]" },
		{ "general", "u1", "2026-05-20: calls for 1.20 USD" },
		{ "general", "f2",
		  "Payment ch_1 of 120.00 USD, taken at 2026-05-10T09:00:00Z.\n"
		  "Card: visa ending in 4242\nInvoice: in_1" },
		{ "general", "f1",
		  "Invoice in_1 of 120.00 USD, made at 2026-05-10T08:00:00Z, paid by payment ch_1 "
		  "at 2026-05-10T09:00:00Z.\nStatus: paid\nSubscription: sub_1" },
		{ "credit_not_processed", "r1",
		  "Refund re_1 of 20.00 USD of payment ch_1: succeeded at 2026-05-22T09:00:00Z." },
		{ "general", "f0/history",
		  "In our records since 2026-01-10T09:00:00Z.\nPayments that succeeded: 1; with a "
		  "refund: 0.\nSubscriptions that began: 1.\nTickets: 1." },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct evidence_setting setting = { .category = rows[i].category };
		const struct evidence evidence = gather(facts, &setting);

		assert_string_equal(evidence_fixture_item(&evidence, rows[i].id)->text->text,
		                    rows[i].text);
	}
}

static void who_paid_goes_into_the_fields_of_their_own(void **state)
{
	Opsmesh__V1__DossierPage *const page = evidence_fixture_page(arena, evidence_story, NULL);
	Opsmesh__V1__PaymentIdentity identity = OPSMESH__V1__PAYMENT_IDENTITY__INIT;
	struct evidence_setting setting = { .category = "fraudulent" };

	(void)state;
	identity.email = evidence_text(arena, "cus_1", "a@example.com");
	identity.purchase_ip = evidence_text(arena, "cus_1", "192.0.2.1");
	page->entries[2]->identity = &identity;
	struct evidence evidence = evidence_fixture_gather(arena, page, &setting);
	const char *told = evidence_fixture_told(arena, &evidence);

	assert_non_null(
	    strstr(told, " identity@customer_email_address#f2/customer_email_address "));
	assert_non_null(strstr(told, " identity@customer_purchase_ip#f2/customer_purchase_ip "));
	assert_null(strstr(told, "billing_address"));
	setting.category = "debit_not_authorized";
	evidence = evidence_fixture_gather(arena, page, &setting);
	told = evidence_fixture_told(arena, &evidence);
	assert_non_null(strstr(told, " ?identity "));
}

static void a_language_is_as_it_was_said_else_as_it_was_judged(void **state)
{
	static const struct evidence_fact facts[] = {
		{ .id = "m1",
		  .kind = "message",
		  .about = "T1",
		  .at = "2026-05-20T09:00:00Z",
		  .role = "customer",
		  .text = "はい" },
		JUDGED("v1", "2026-05-20T09:00:01Z", "how_to", "m1", "ja"),
		FACT_CUSTOMER("m2", "2026-05-20T10:00:00Z", "Yes"),
		JUDGED("v2", "2026-05-20T10:00:01Z", "how_to", "m2", "fr"),
		FACT_END,
	};
	const struct evidence_setting setting = { .category = "general" };
	const struct evidence evidence = gather(facts, &setting);

	(void)state;
	assert_string_equal(evidence_fixture_item(&evidence, "m1")->language, "ja");
	assert_string_equal(evidence_fixture_item(&evidence, "m2")->language, "en");
}

/* Versions. */

#define SHOWN(version, from, text)                                                         \
	"{\"id\":\"s\",\"version\":" version ",\"effective_from\":\"" from                 \
	"T00:00:00Z\",\"shown\":[{\"kind\":\"terms\",\"language\":\"en\",\"text\":\"" text \
	"\"},{\"kind\":\"terms\",\"language\":\"ja\",\"text\":\"" text " ja\"}]}"

static void what_was_shown_is_of_the_version_at_the_payment(void **state)
{
	static const struct {
		const char *began_at; /* the second version */
		const char *language; /* in which the customer writes; NULL: he does not */
		const char *id;       /* NULL: nothing */
		const char *text;
	} rows[] = {
		{ "2026-05-10", NULL, "shown/s/2/terms", "new" },
		{ "2026-05-11", NULL, "shown/s/1/terms", "old" },
		{ "2026-05-11", "ja-JP", "shown/s/1/terms", "old ja\nIn English:\nold" },
		{ "2026-05-11", "fr", "shown/s/1/terms", "old" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const struct evidence_fact facts[] = {
			{ .id = "m1",
			  .kind = rows[i].language != NULL ? "message" : NULL,
			  .about = "T1",
			  .at = "2026-05-20T09:00:00Z",
			  .role = "customer",
			  .text = "Hello",
			  .language = rows[i].language },
			FACT_END,
		};
		const struct document files[] = {
			{ .name = "1", .body = bytes_of(SHOWN("1", "2026-05-01", "old")) },
			{ .name = "2",
			  .body = bytes_of(text_equal(rows[i].began_at, "2026-05-10")
			                       ? SHOWN("2", "2026-05-10", "new")
			                       : SHOWN("2", "2026-05-11", "new")) },
		};
		char reason[JSON_ERROR_SIZE];
		const struct evidence_setting setting = {
			.category = "general",
			.shown = policy_compile(&shown_kind, files, 2, reason, sizeof(reason)),
		};

		assert_non_null(setting.shown);
		const struct evidence evidence = gather(facts, &setting);
		const Opsmesh__V1__EvidenceItem *const item =
		    evidence_fixture_item(&evidence, rows[i].id);

		assert_string_equal(item->text->text, rows[i].text);
		arena_destroy(setting.shown->arena);
	}
}

static void before_the_first_version_nothing_was_shown(void **state)
{
	static const char text[] = SHOWN("1", "2026-05-11", "late");
	const struct document file = { .name = "1", .body = bytes_of(text) };
	char reason[JSON_ERROR_SIZE];
	const struct evidence_setting setting = {
		.category = "general",
		.shown = policy_compile(&shown_kind, &file, 1, reason, sizeof(reason)),
	};
	const struct evidence evidence = gather(NULL, &setting);

	(void)state;
	assert_non_null(strstr(evidence_fixture_told(arena, &evidence), " ?policy_shown "));
	arena_destroy(setting.shown->arena);
}

static void a_payment_that_nobody_knows_leaves_gaps(void **state)
{
	const struct evidence_setting setting = { .category = "general", .payment = "ch_none" };
	const struct evidence evidence = gather(NULL, &setting);
	const char *const told = evidence_fixture_told(arena, &evidence);

	(void)state;
	assert_int_equal(evidence.charged_at.us, TIME_MIN.us);
	assert_non_null(strstr(told, " ?receipt "));
	assert_non_null(strstr(told, " ?policy_shown "));
	assert_int_equal(evidence.hurting, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_telling_of_a_kind_weighs_most),
		cmocka_unit_test(earlier_payments_are_the_newest_twelve_those_of_the_card_first),
		cmocka_unit_test(order_makes_no_difference),
		cmocka_unit_test(what_people_do_counts),
		cmocka_unit_test(what_people_keep_out_is_missing_again),
		cmocka_unit_test(it_reads_as_people_read_it),
		cmocka_unit_test(who_paid_goes_into_the_fields_of_their_own),
		cmocka_unit_test(a_language_is_as_it_was_said_else_as_it_was_judged),
		cmocka_unit_test(what_was_shown_is_of_the_version_at_the_payment),
		cmocka_unit_test(before_the_first_version_nothing_was_shown),
		cmocka_unit_test(a_payment_that_nobody_knows_leaves_gaps),
	};

	return cmocka_run_group_tests(tests, evidence_fixture_open, evidence_fixture_close);
}
