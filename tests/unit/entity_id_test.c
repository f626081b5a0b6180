/* entity_id_test - ids of the provider, numbers of invoices and tickets, cards and phones. */
#include "tests/support/entity_table.h"

#include "common/base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct entity_case provider_ids[] = {
	{ "in_1MtHbELkdIwHu7ixl4OzzPMv", EN,
	  "invoice[in_1MtHbELkdIwHu7ixl4OzzPMv]=in_1MtHbELkdIwHu7ixl4OzzPMv" },
	{ "why was ch_3MmlLrLkdIwHu7ix0snN0B15 made?", EN,
	  "charge[ch_3MmlLrLkdIwHu7ix0snN0B15]=ch_3MmlLrLkdIwHu7ix0snN0B15" },
	{ "py_1KD4Zm2eZvKYlo2C", EN, "charge[py_1KD4Zm2eZvKYlo2C]=py_1KD4Zm2eZvKYlo2C" },
	{ "決済pi_3MtwBwLkdIwHu7ix28a3tqPaが失敗", JA,
	  "payment_intent[pi_3MtwBwLkdIwHu7ix28a3tqPa]=pi_3MtwBwLkdIwHu7ix28a3tqPa" },
	{ "pi_3MtwBwLkdIwHu7ix28a3tqPa_secret_YrKJUKribcBjcG8HVhfZluoGH", EN,
	  "payment_intent[pi_3MtwBwLkdIwHu7ix28a3tqPa]=pi_3MtwBwLkdIwHu7ix28a3tqPa" },
	{ "refund re_1Nispe2eZvKYlo2Cd31jOCgZ.", EN,
	  "refund[re_1Nispe2eZvKYlo2Cd31jOCgZ]=re_1Nispe2eZvKYlo2Cd31jOCgZ" },
	{ "sub_1MowQVLkdIwHu7ixeRlqHVzs", EN,
	  "subscription[sub_1MowQVLkdIwHu7ixeRlqHVzs]=sub_1MowQVLkdIwHu7ixeRlqHVzs" },
	{ "(cus_NffrFeUfNV2Hib)", EN, "customer[cus_NffrFeUfNV2Hib]=cus_NffrFeUfNV2Hib" },
	{ "cus_9s6XKzkNRiz8i3,cus_4QFJOjw2pOmAGJ", EN,
	  "customer[cus_9s6XKzkNRiz8i3]=cus_9s6XKzkNRiz8i3 customer[cus_4QFJOjw2pOmAGJ]=cus_4QFJOjw2pOmAGJ" },
	{ "du_1MtJUT2eZvKYlo2CNaw2HvEv", EN,
	  "dispute[du_1MtJUT2eZvKYlo2CNaw2HvEv]=du_1MtJUT2eZvKYlo2CNaw2HvEv" },
	{ "dp_1MtJUT2eZvKYlo2CNaw2HvEv", EN,
	  "dispute[dp_1MtJUT2eZvKYlo2CNaw2HvEv]=dp_1MtJUT2eZvKYlo2CNaw2HvEv" },
	{ "evt_1NG8Du2eZvKYlo2CUI79vXWy", EN,
	  "event[evt_1NG8Du2eZvKYlo2CUI79vXWy]=evt_1NG8Du2eZvKYlo2CUI79vXWy" },
	{ "request req_8KLMvBPcSt2pLc", EN, "request[req_8KLMvBPcSt2pLc]=req_8KLMvBPcSt2pLc" },
	{ "price_1MoBy5LkdIwHu7ixZhnattbh", EN,
	  "provider_id[price_1MoBy5LkdIwHu7ixZhnattbh]=price_1MoBy5LkdIwHu7ixZhnattbh" },
	{ "cs_test_a11YYufWQzNY63zpQ6QSNRQhkUpVph4WRmzW0", EN,
	  "provider_id[cs_test_a11YYufWQzNY63zpQ6QSNRQhkUpVph4WRmzW0]=cs_test_a11YYufWQzNY63zpQ6QSNRQhkUpVph4WRmzW0" },
	{ "ｉｎ＿１ＭｔＨｂＥＬｋｄＩｗＨ", EN,
	  "invoice[ｉｎ＿１ＭｔＨｂＥＬｋｄＩｗＨ]=in_1MtHbELkdIwH" },
	{ "in_123", EN, "invoice[in_123]=in_123" },
	{ "ch_3NkT8w", EN, "charge[ch_3NkT8w]=ch_3NkT8w" },
	{ "sub_1Nq and sub_1Nr", EN,
	  "subscription[sub_1Nq]=sub_1Nq subscription[sub_1Nr]=sub_1Nr" },
	{ "dashboard/invoices/in_1MtHbELkdIwHu7ix/pay", EN,
	  "invoice[in_1MtHbELkdIwHu7ix]=in_1MtHbELkdIwHu7ix" },
	{ "status is in_progress", EN, "" },
	{ "re_try2 and in_stock1", EN, "" },
	{ "sub_total", EN, "" },
	{ "check_in_1MtHbELkdIwHu7ixl4OzzPMv", EN, "" },
	{ "CH-1200 Geneva", EN, "" },
	{ "in_", EN, "" },
	{ "cus_", EN, "" },
	{ "ch_1234567890abc_def", EN, "" },
};

static const struct entity_case invoice_numbers[] = {
	{ "INV-2026-0412", EN, "invoice[INV-2026-0412]=INV-2026-0412" },
	{ "inv-2026-0412 please", EN, "invoice[inv-2026-0412]=INV-2026-0412" },
	{ "ＩＮＶ－２０２６－０４１２", JA, "invoice[ＩＮＶ－２０２６－０４１２]=INV-2026-0412" },
	{ "INV0412の件", JA, "invoice[INV0412]=INV0412" },
	{ "inv_00881", EN, "invoice[inv_00881]=INV_00881" },
	{ "請求書番号 12345", JA, "invoice[12345]=12345" },
	{ "請求書番号：12345の件です", JA, "invoice[12345]=12345" },
	{ "請求書No.12345", JA, "invoice[12345]=12345" },
	{ "請求書12345を再発行", JA, "invoice[12345]=12345" },
	{ "請求書（番号12345）", JA, "invoice[12345]=12345" },
	{ "インボイス番号はA-1234です", JA, "invoice[A-1234]=A-1234" },
	{ "ｲﾝﾎﾞｲｽ番号 8841", JA, "invoice[8841]=8841" },
	{ "invoice #8841", EN, "invoice[8841]=8841" },
	{ "Invoice no. 8841", EN, "invoice[8841]=8841" },
	{ "invoice number: 77", EN, "invoice[77]=77" },
	{ "invoice number is 2026", EN, "invoice[2026]=2026" },
	{ "invoice 8841", EN, "invoice[8841]=8841" },
	{ "ABCD1234-0001", EN, "invoice[ABCD1234-0001]=ABCD1234-0001" },
	{ "your invoice 3F2A91BC-0012 is wrong", EN, "invoice[3F2A91BC-0012]=3F2A91BC-0012" },
	{ "发票号码：04412345", HANS, "invoice[04412345]=04412345" },
	{ "發票號碼 AB12345678", HANT, "invoice[AB12345678]=AB12345678" },
	{ "청구서 번호 20260412", KO, "invoice[20260412]=20260412" },
	{ "인보이스 #331", KO, "invoice[331]=331" },
	{ "INV-2026-0412とINV-2026-0413", JA,
	  "invoice[INV-2026-0412]=INV-2026-0412 invoice[INV-2026-0413]=INV-2026-0413" },
	{ "invoice for 2026", EN, "" },
	{ "invoice 2026", EN, "" },
	{ "invoice 12", EN, "" },
	{ "invite 5 people", EN, "" },
	{ "inventory", EN, "" },
	{ "invoice of $8841", EN, "amount[$8841]=884100e2 open" },
	{ "invoice 8841 USD", EN, "amount[8841 USD]=884100 USD" },
	{ "請求書12,345円", JA, "amount[12,345円]=12345 JPY" },
	{ "12345678-0001", EN, "" },
	{ "abcd1234-0001", EN, "" },
};

static const struct entity_case tickets[] = {
	{ "01970a3e-5b7c-7f00-8a00-0242ac120002", EN,
	  "ticket[01970a3e-5b7c-7f00-8a00-0242ac120002]=01970a3e-5b7c-7f00-8a00-0242ac120002" },
	{ "see 9D3A1E7C-1B2C-8D4E-9F00-AABBCCDDEEFF please", EN,
	  "ticket[9D3A1E7C-1B2C-8D4E-9F00-AABBCCDDEEFF]=9d3a1e7c-1b2c-8d4e-9f00-aabbccddeeff" },
	{ "f47ac10b-58cc-4372-a567-0e02b2c3d479", EN, "" },
	{ "request id: f47ac10b-58cc-4372-a567-0e02b2c3d479", EN,
	  "request[f47ac10b-58cc-4372-a567-0e02b2c3d479]=f47ac10b-58cc-4372-a567-0e02b2c3d479" },
	{ "ticket #12345", EN, "ticket[12345]=12345" },
	{ "Ticket 12345 again", EN, "ticket[12345]=12345" },
	{ "ticket number 77", EN, "ticket[77]=77" },
	{ "case #5512", EN, "ticket[5512]=5512" },
	{ "チケット#12345", JA, "ticket[12345]=12345" },
	{ "チケット番号：12345", JA, "ticket[12345]=12345" },
	{ "お問い合わせ番号 998877", JA, "ticket[998877]=998877" },
	{ "受付番号:A-100", JA, "ticket[A-100]=A-100" },
	{ "工单号 12345", HANS, "ticket[12345]=12345" },
	{ "문의 번호 4411", KO, "ticket[4411]=4411" },
	{ "티켓 #4411", KO, "ticket[4411]=4411" },
	{ "two tickets", EN, "" },
	{ "ticket 12", EN, "" },
	{ "in any case 1234 people", EN, "" },
	{ "#1 fan", EN, "" },
	{ "customer number 40021", EN, "customer[40021]=40021" },
	{ "顧客番号：C-40021", JA, "customer[C-40021]=C-40021" },
	{ "customer 40021", EN, "" },
	{ "subscription id 5512", EN, "subscription[5512]=5512" },
};

static const struct entity_case private_numbers[] = {
	{ "4242424242424242", EN, "card_number[4242424242424242]" },
	{ "4242 4242 4242 4242", EN, "card_number[4242 4242 4242 4242]" },
	{ "4242-4242-4242-4242 12/26", EN, "card_number[4242-4242-4242-4242] date[12/26]=--12-26" },
	{ "４２４２４２４２４２４２４２４２", JA, "card_number[４２４２４２４２４２４２４２４２]" },
	{ "378282246310005です", JA, "card_number[378282246310005]" },
	{ "カード番号は3566002020360505です", JA, "card_number[3566002020360505]" },
	{ "4242424242424241", EN, "" },
	{ "0000000000000000", EN, "" },
	{ "12345678901234567890123", EN, "" },
	{ "090-1234-5678", JA, "phone[090-1234-5678]" },
	{ "03-1234-5678まで", JA, "phone[03-1234-5678]" },
	{ "０３－１２３４－５６７８", JA, "phone[０３－１２３４－５６７８]" },
	{ "0120-123-456", JA, "phone[0120-123-456]" },
	{ "+81 3-1234-5678", EN, "phone[+81 3-1234-5678]" },
	{ "+1 (555) 123-4567.", EN, "phone[+1 (555) 123-4567]" },
	{ "555-123-4567", EN, "phone[555-123-4567]" },
	{ "010-1234-5678", KO, "phone[010-1234-5678]" },
	{ "09012345678", JA, "phone[09012345678]" },
	{ "+1 thanks", EN, "" },
	{ "1234567", EN, "" },
};

static void an_id_of_the_provider_keeps_its_case(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(provider_ids, COUNT_OF(provider_ids)), 0);
}

static void an_invoice_is_named_in_many_ways(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(invoice_numbers, COUNT_OF(invoice_numbers)), 0);
}

static void a_number_is_a_ticket_where_a_word_says_so(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(tickets, COUNT_OF(tickets)), 0);
}

static void cards_and_phones_are_found_without_a_value(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(private_numbers, COUNT_OF(private_numbers)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_of_the_provider_keeps_its_case),
		cmocka_unit_test(an_invoice_is_named_in_many_ways),
		cmocka_unit_test(a_number_is_a_ticket_where_a_word_says_so),
		cmocka_unit_test(cards_and_phones_are_found_without_a_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
