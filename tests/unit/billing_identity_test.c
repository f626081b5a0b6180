/*
 * billing_identity_test - with what a charge was paid and by whom, as it tells it; nothing of that refuses a charge.
 */
#include "common/base/text.h"
#include "services/billing-sync/dispute/payment_identity.h"
#include "tests/support/customer_fixture.h"

#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SUBJECT "cus_7"

static Opsmesh__V1__PaymentChanged read_it(const char *more)
{
	const char *const json = arena_printf(customer_stage.arena, "{\"id\":\"ch_1\"%s}", more);
	Opsmesh__V1__PaymentChanged changed = OPSMESH__V1__PAYMENT_CHANGED__INIT;
	AUTO_JSON document = NULL;
	struct json_error error;

	assert_true(json_parse(bytes_of(json), 65536, &document, &error));
	const struct json_place top = json_top(document);

	payment_identity_read(customer_stage.arena, &top, SUBJECT, &changed);
	return changed;
}

/* "-": it is not told. */
static const char *text_of(const Opsmesh__V1__PersonalText *it)
{
	if (it == NULL)
		return "-";
	assert_string_equal(it->subject, SUBJECT);
	assert_string_equal(it->key_id, "");
	assert_int_equal(it->content_case, OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT);
	return it->text;
}

static const char *card_line(const Opsmesh__V1__PaymentChanged *it)
{
	const Opsmesh__V1__PaymentCard *const card = it->card;

	return card == NULL
	           ? "none"
	           : arena_printf(customer_stage.arena, "%s|%s|%s|%s|%s|%s%s", card->network,
	                          card->brand, card->last4, card->country, card->funding,
	                          card->fingerprint, it->three_d_secure ? ", authenticated" : "");
}

static const char *payer_line(const Opsmesh__V1__PaymentChanged *it)
{
	const Opsmesh__V1__PaymentIdentity *const who = it->identity;

	return who == NULL ? "nobody"
	                   : arena_printf(customer_stage.arena, "%s|%s|%s|%s|%s|%s|%s|%s",
	                                  text_of(who->email), text_of(who->name),
	                                  text_of(who->billing_address), text_of(who->purchase_ip),
	                                  who->device_id, who->device_fingerprint,
	                                  text_of(who->shipping_address), who->account_id);
}

static const char *rest_line(const Opsmesh__V1__PaymentChanged *it)
{
	return arena_printf(customer_stage.arena, "%lld %s%s%s|%s",
	                    it->created_at != NULL ? (long long)it->created_at->seconds : -1,
	                    it->captured ? "captured " : "", it->disputed ? "disputed " : "",
	                    text_of(it->description), it->statement_descriptor);
}

struct reading {
	const char *more;
	const char *told;
};

static void expect(const struct reading *readings, size_t count,
                   const char *line(const Opsmesh__V1__PaymentChanged *it))
{
	for (size_t i = 0; i < count; i++) {
		const Opsmesh__V1__PaymentChanged changed = read_it(readings[i].more);

		assert_string_equal(line(&changed), readings[i].told);
	}
}

#define DETAILS(name, more) ",\"payment_method_details\":{\"" name "\":{" more "}}"

static void the_card_is_told_in_whatever_version(void **state)
{
	static const struct reading readings[] = {
		{ "", "none" },
		{ DETAILS("sepa_debit", "\"last4\":\"3000\""), "none" },
		{ DETAILS("card", "\"brand\":\"visa\",\"network\":\"Cartes_Bancaires\","
		                  "\"last4\":\"4242\",\"country\":\"FR\",\"funding\":\"credit\","
		                  "\"fingerprint\":\"fp_1\""),
		  "cartes_bancaires|visa|4242|FR|credit|fp_1" },
		{ DETAILS("card_present", "\"brand\":\"amex\",\"network\":null"), "amex|amex||||" },
		{ ",\"source\":{\"object\":\"card\",\"brand\":\"Visa\",\"last4\":\"4242\"}",
		  "visa|Visa|4242|||" },
		{ ",\"source\":{\"object\":\"source\",\"brand\":\"Visa\"}", "none" },
		{ DETAILS("card", "\"three_d_secure\":{\"result\":\"authenticated\"}"),
		  "|||||, authenticated" },
		{ DETAILS("card", "\"three_d_secure\":{\"result\":\"attempt_acknowledged\"}"),
		  "|||||" },
		{ DETAILS("card", "\"brand\":7,\"last4\":[\"4242\"],\"three_d_secure\":true"),
		  "|||||" },
		{ ",\"payment_method_details\":7", "none" },
	};

	(void)state;
	expect(readings, COUNT_OF(readings), card_line);
}

static void who_paid_is_told_as_far_as_it_is_known(void **state)
{
	static const struct reading readings[] = {
		{ "", "nobody" },
		{ ",\"billing_details\":{\"email\":null,\"name\":\"\",\"address\":null}",
		  "nobody" },
		{ ",\"billing_details\":{\"email\":\"a@example.com\",\"name\":\"Åsa Ö\","
		  "\"address\":{\"country\":\"JP\",\"line1\":\"1-2-3 Ginza\",\"line2\":\"\","
		  "\"city\":\"Chūō\",\"state\":\"Tokyo\",\"postal_code\":\"104-0061\"}},"
		  "\"receipt_email\":\"b@example.com\"",
		  "a@example.com|Åsa Ö|1-2-3 Ginza, Chūō, Tokyo, 104-0061, JP|-|||-|" },
		{ ",\"billing_details\":{\"email\":null},\"receipt_email\":\"b@example.com\"",
		  "b@example.com|-|-|-|||-|" },
		{ ",\"shipping\":{\"name\":\"x\",\"address\":{\"line1\":\"Main St 1\",\"line2\":"
		  "\"Flat 2\"}}",
		  "-|-|-|-|||Main St 1, Flat 2|" },
		{ ",\"metadata\":{\"purchase_ip\":\"192.0.2.7\",\"device_id\":\"dev_1\","
		  "\"device_fingerprint\":\"print_1\",\"account_id\":\"acct_9\","
		  "\"customer_purchase_ip\":\"192.0.2.8\"}",
		  "-|-|-|192.0.2.7|dev_1|print_1|-|acct_9" },
		{ ",\"billing_details\":[],\"shipping\":\"x\",\"metadata\":{\"device_id\":7}",
		  "nobody" },
	};

	(void)state;
	expect(readings, COUNT_OF(readings), payer_line);
}

static void what_it_was_for_is_told(void **state)
{
	static const struct reading readings[] = {
		{ "", "-1 captured -|" },
		{ ",\"created\":1777600000,\"captured\":false,\"disputed\":true,"
		  "\"description\":\"Team plan\"",
		  "1777600000 disputed Team plan|" },
		{ ",\"calculated_statement_descriptor\":\"ACME* TEAM\","
		  "\"statement_descriptor\":\"ACME\"",
		  "-1 captured -|ACME* TEAM" },
		{ ",\"calculated_statement_descriptor\":null,\"statement_descriptor\":\"ACME\"",
		  "-1 captured -|ACME" },
	};

	(void)state;
	expect(readings, COUNT_OF(readings), rest_line);
}

/* Of three bytes each: the bound lies within one. */
static void a_text_ends_at_a_whole_character(void **state)
{
	Opsmesh__V1__PaymentChanged changed;
	const char *name = "";

	(void)state;
	for (int i = 0; i < 400; i++)
		name = arena_printf(customer_stage.arena, "%s山", name);
	changed = read_it(arena_printf(
	    customer_stage.arena,
	    ",\"billing_details\":{\"name\":\"%s\",\"address\":{\"line1\":\"%s\",\"city\":\"%s\"}}",
	    name, "x", name));
	assert_int_equal(strlen(changed.identity->name->text), 999);
	assert_int_equal(strlen(changed.identity->billing_address->text), 1 + 2 + 996);
	assert_true(text_valid(bytes_of(changed.identity->billing_address->text)));
}

/* The stage. */

static void feed_charge(int64_t revision, const char *name)
{
	customer_feed("charge", "ch_1", revision, "succeeded",
	              arena_printf(customer_stage.arena,
	                           "{\"id\":\"ch_1\",\"currency\":\"usd\",\"amount\":2000,"
	                           "\"created\":1777600000,\"disputed\":true,"
	                           "\"billing_details\":{\"name\":\"%s\"}}",
	                           name));
}

static const Opsmesh__V1__PaymentChanged *heard(void)
{
	const Opsmesh__V1__BillingEvent *event;

	while ((event = customer_heard()) != NULL)
		if (event->fact_case == OPSMESH__V1__BILLING_EVENT__FACT_PAYMENT_CHANGED)
			return event->payment_changed;
	return NULL;
}

static void it_is_told_with_the_payment_and_never_by_itself(void **state)
{
	const Opsmesh__V1__PaymentChanged *changed;

	(void)state;
	feed_charge(1, "Jenny");
	changed = heard();
	assert_true(changed != NULL && changed->disputed);
	assert_string_equal(changed->identity->name->text, "Jenny");
	assert_string_equal(changed->identity->name->subject, customer_key);
	assert_int_equal(changed->created_at->seconds, 1777600000);
	feed_charge(2, "Jenny Rosen");
	assert_null(heard());
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, customer_start, customer_stop)

int main(void)
{
	const struct CMUnitTest cases[] = {
		CASE(the_card_is_told_in_whatever_version),
		CASE(who_paid_is_told_as_far_as_it_is_known),
		CASE(what_it_was_for_is_told),
		CASE(a_text_ends_at_a_whole_character),
		CASE(it_is_told_with_the_payment_and_never_by_itself),
	};

	return cmocka_run_group_tests(cases, NULL, NULL);
}
