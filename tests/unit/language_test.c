/* language_test - each language in the customer's manner: short, mixed, with pasted code. */
#include "common/base/arena.h"
#include "common/base/status.h"
#include "services/classifier/language.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define UNKNOWN LANGUAGE_UNKNOWN
#define EN LANGUAGE_EN
#define JA LANGUAGE_JA
#define KO LANGUAGE_KO
#define HANS LANGUAGE_ZH_HANS
#define HANT LANGUAGE_ZH_HANT
#define OTHER LANGUAGE_OTHER

struct language_case {
	const char *text;
	enum language language;
	enum language second;
};

static const struct language_case english[] = {
	{ "refund pls", EN, UNKNOWN },
	{ "thx", EN, UNKNOWN },
	{ "pls fix asap", EN, UNKNOWN },
	{ "cancel", EN, UNKNOWN },
	{ "Cancel my subscription.", EN, UNKNOWN },
	{ "hello", EN, UNKNOWN },
	{ "login error", EN, UNKNOWN },
	{ "app crash", EN, UNKNOWN },
	{ "i cant acces my acount pls hlp", EN, UNKNOWN },
	{ "REFUND NOW!!!", EN, UNKNOWN },
	{ "why was I charged twice??", EN, UNKNOWN },
	{ "ｒｅｆｕｎｄ　ｐｌｅａｓｅ", EN, UNKNOWN },
	{ "refund\u200bplease my money", EN, UNKNOWN },
	{ "The export button does nothing in Safari 17.4", EN, UNKNOWN },
	{ "Invoice INV-2026-0412 shows 12 seats, we have 10.", EN, UNKNOWN },
	{ "My name is José and I was charged twice", EN, UNKNOWN },
	{ "We met in a café in München, please invoice us there", EN, UNKNOWN },
	{ "can't log in, it's broken", EN, UNKNOWN },
	{ "u charged me 2x", EN, UNKNOWN },
	{ "still waiting...", EN, UNKNOWN },
	{ "SSO login fails with Okta", EN, UNKNOWN },
	{ "GDPR deletion request for my account", EN, UNKNOWN },
	{ "Hi team,\n\nplease see below:\n\n{\"error\":\"invalid_grant\",\"code\":400}\n", EN,
	  UNKNOWN },
	{ "TypeError: Cannot read properties of undefined (reading 'map')", EN, UNKNOWN },
	{ "The button says 請求書 but it should say Invoice in English", EN, UNKNOWN },
	{ "\U0001F621 where is my refund", EN, UNKNOWN },
	{ "Can you explain the charge of ¥12,000 on my card please?", EN, UNKNOWN },
	{ "I typed 東京 in the address field and it was refused", EN, UNKNOWN },
};

static const struct language_case japanese[] = {
	{ "返金してください", JA, UNKNOWN },
	{ "返金", JA, UNKNOWN },
	{ "返金希望", JA, UNKNOWN },
	{ "至急返金希望", JA, UNKNOWN },
	{ "請求書", JA, UNKNOWN },
	{ "請求書再発行", JA, UNKNOWN },
	{ "領収書", JA, UNKNOWN },
	{ "領収書発行希望", JA, UNKNOWN },
	{ "解約", JA, UNKNOWN },
	{ "退会方法", JA, UNKNOWN },
	{ "二重決済", JA, UNKNOWN },
	{ "電話番号変更", JA, UNKNOWN },
	{ "お願いします", JA, UNKNOWN },
	{ "ありがとう", JA, UNKNOWN },
	{ "ﾛｸﾞｲﾝﾃﾞｷﾏｾﾝ", JA, UNKNOWN },
	{ "ﾊﾟｽﾜｰﾄﾞを忘れました", JA, UNKNOWN },
	{ "ログインエラー", JA, UNKNOWN },
	{ "キャンセル", JA, UNKNOWN },
	{ "サブスクを解約したいです。", JA, UNKNOWN },
	{ "SSOの設定方法を教えてください", JA, UNKNOWN },
	{ "API keyのrotation後に403が返ってきます", JA, UNKNOWN },
	{ "Slackと連携できません", JA, UNKNOWN },
	{ "Salesforce連携エラー", JA, UNKNOWN },
	{ "OktaでSAML SSOを設定中にAADSTS50011というエラーが出ます", JA, UNKNOWN },
	{ "ｅｘｐｏｒｔが失敗します", JA, UNKNOWN },
	{ "今月の請求額が2重になっています。INV-2026-0412をご確認ください。", JA, UNKNOWN },
	{ "エクスポートすると TypeError: Cannot read properties of undefined (reading 'map') と出ます",
	  JA, UNKNOWN },
	{ "「The request could not be completed because the server is unavailable」と表示されます",
	  JA, UNKNOWN },
	{ "画面が真っ白です。\n\nTypeError: Cannot read properties of undefined (reading 'map')\n"
	  "    at render (https://app.example.com/static/main.js:12:345)\n"
	  "    at Object.invoke (webpack-internal:///./src/index.js:7:19)\n",
	  JA, UNKNOWN },
	{ "落ちます\nTraceback (most recent call last):\n  File \"main.py\", line 3, in <module>\n"
	  "    import opsmesh\nModuleNotFoundError: No module named 'opsmesh'\n",
	  JA, UNKNOWN },
	{ "Exception in thread \"main\" java.lang.NullPointerException\n"
	  "\tat com.example.App.main(App.java:12)\nこのエラーの直し方を教えてください",
	  JA, UNKNOWN },
	{ "https://example.com/dashboard/settings/billing?tab=invoices が開けません", JA, UNKNOWN },
	{ "株式会社山田商事 経理部 請求先変更依頼", JA, UNKNOWN },
	{ "平成31年度分明細送付願", JA, UNKNOWN },
	{ "会員登録", JA, UNKNOWN },
	{ "確認", JA, UNKNOWN },
	{ "我々は退会します", JA, UNKNOWN },
	{ "返金してください。Please refund me, I was charged twice and nobody answers.", EN, JA },
	{ "先月から二重に請求されています。返金をお願いいたします。\nI was charged twice, please "
	  "refund.",
	  JA, EN },
	{ "ご担当者様\nお世話になっております。株式会社サンプルの山田です。\n"
	  "請求書の宛名を変更していただけますでしょうか。\nThanks!",
	  JA, UNKNOWN },
	{ "よろしく\U0001F64F", JA, UNKNOWN },
	{ "はい", JA, UNKNOWN },
	{ "e", UNKNOWN, UNKNOWN },
};

static const struct language_case korean[] = {
	{ "환불", KO, UNKNOWN },
	{ "환불해 주세요", KO, UNKNOWN },
	{ "로그인이 안 돼요", KO, UNKNOWN },
	{ "API key를 rotation한 후에 403이 나와요", KO, UNKNOWN },
	{ "SSO 설정", KO, UNKNOWN },
	{ "結제 오류가 납니다", KO, UNKNOWN },
	{ "환불요청 refund", KO, UNKNOWN },
	{ "ㅠㅠ 왜 두 번 결제됐나요", KO, UNKNOWN },
	{ "안녕하세요. 청구서를 다시 보내 주실 수 있나요?", KO, UNKNOWN },
	{ "해지하고 싶어요!!!", KO, UNKNOWN },
	{ "저장하면 \"Internal Server Error\"가 나옵니다", KO, UNKNOWN },
	{ "오류가 나요\nTypeError: Cannot read properties of null\n    at f (main.js:1:2)", KO,
	  UNKNOWN },
	{ "ㅎㅇ", KO, UNKNOWN },
	{ "15,000원 환불", KO, UNKNOWN },
};

static const struct language_case chinese[] = {
	{ "退款", HANS, UNKNOWN },
	{ "退費", HANT, UNKNOWN },
	{ "退费", HANS, UNKNOWN },
	{ "请退款", HANS, UNKNOWN },
	{ "請退款", HANT, UNKNOWN },
	{ "发票", HANS, UNKNOWN },
	{ "發票", HANT, UNKNOWN },
	{ "我要发票", HANS, UNKNOWN },
	{ "我要取消", HANS, UNKNOWN },
	{ "你好", HANS, UNKNOWN },
	{ "您好，请问怎么取消订阅？", HANS, UNKNOWN },
	{ "您好，請問怎麼取消訂閱？", HANT, UNKNOWN },
	{ "登录不了", HANS, UNKNOWN },
	{ "無法登入", HANT, UNKNOWN },
	{ "登入不了帳號", HANT, UNKNOWN },
	{ "为什么扣了两次款", HANS, UNKNOWN },
	{ "為什麼扣了兩次款", HANT, UNKNOWN },
	{ "请给我开一张发票，谢谢", HANS, UNKNOWN },
	{ "請幫我開發票，謝謝", HANT, UNKNOWN },
	{ "信用卡被重复扣款", HANS, UNKNOWN },
	{ "信用卡被重複扣款", HANT, UNKNOWN },
	{ "导出CSV的时候报错Internal Server Error", HANS, UNKNOWN },
	{ "匯出 CSV 的時候出現 Internal Server Error", HANT, UNKNOWN },
	{ "点击保存后页面一直转圈", HANS, UNKNOWN },
	{ "點擊儲存後頁面一直轉圈", HANT, UNKNOWN },
	{ "账号被盗了", HANS, UNKNOWN },
	{ "帳號被盜了", HANT, UNKNOWN },
	{ "客服电话", HANS, UNKNOWN },
	{ "客服電話", HANT, UNKNOWN },
	{ "这个「の」按钮是什么意思，我看不懂，请说明一下", HANS, UNKNOWN },
	{ "人民币", HANS, UNKNOWN },
	{ "价格", HANS, UNKNOWN },
	{ "Slack 集成", HANS, UNKNOWN },
	{ "我的API密钥不能用了", HANS, UNKNOWN },
	{ "系統更新後資料都不見了", HANT, UNKNOWN },
	{ "可以退吗", HANS, UNKNOWN },
	{ "可以退嗎", HANT, UNKNOWN },
	{ "忘记密码了怎么办\nError: invalid token at /auth/callback?code=abc", HANS, UNKNOWN },
};

static const struct language_case other[] = {
	{ "Je veux un remboursement s'il vous plaît", OTHER, UNKNOWN },
	{ "remboursement svp", OTHER, UNKNOWN },
	{ "bonjour", OTHER, UNKNOWN },
	{ "Problem mit Login", OTHER, UNKNOWN },
	{ "No funciona la app", OTHER, UNKNOWN },
	{ "Error al pagar", OTHER, UNKNOWN },
	{ "jeg vil have mine penge tilbage", OTHER, UNKNOWN },
	{ "Pourquoi ai-je été débité deux fois ?", OTHER, UNKNOWN },
	{ "Quiero un reembolso por favor", OTHER, UNKNOWN },
	{ "hola, necesito ayuda", OTHER, UNKNOWN },
	{ "¿Dónde está mi factura?", OTHER, UNKNOWN },
	{ "Ich möchte mein Geld zurück", OTHER, UNKNOWN },
	{ "Bitte kündigen", OTHER, UNKNOWN },
	{ "Rechnung fehlt", OTHER, UNKNOWN },
	{ "Gostaria de cancelar minha assinatura", OTHER, UNKNOWN },
	{ "obrigado", OTHER, UNKNOWN },
	{ "vorrei un rimborso", OTHER, UNKNOWN },
	{ "ik wil mijn geld terug", OTHER, UNKNOWN },
	{ "Proszę o zwrot pieniędzy", OTHER, UNKNOWN },
	{ "lütfen iade edin", OTHER, UNKNOWN },
	{ "tolong kembalikan uang saya", OTHER, UNKNOWN },
	{ "tôi muốn hoàn tiền", OTHER, UNKNOWN },
	{ "henkin shite kudasai", OTHER, UNKNOWN },
	{ "Верните деньги", OTHER, UNKNOWN },
	{ "استرداد الأموال", OTHER, UNKNOWN },
	{ "החזר כספי", OTHER, UNKNOWN },
	{ "ขอคืนเงิน", OTHER, UNKNOWN },
	{ "कृपया पैसे वापस करें", OTHER, UNKNOWN },
	{ "Επιστροφή χρημάτων", OTHER, UNKNOWN },
	{ "\u202Eשלום\u202C", OTHER, UNKNOWN },
};

static const struct language_case unknown[] = {
	{ "", UNKNOWN, UNKNOWN },
	{ "   \n\t ", UNKNOWN, UNKNOWN },
	{ "12345", UNKNOWN, UNKNOWN },
	{ "???", UNKNOWN, UNKNOWN },
	{ "\U0001F621\U0001F621\U0001F621", UNKNOWN, UNKNOWN },
	{ "¥12,000", UNKNOWN, UNKNOWN },
	{ "2026-05-01 15:30", UNKNOWN, UNKNOWN },
	{ "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5E",
	  UNKNOWN, UNKNOWN },
	{ "asdf qwer zxcv", UNKNOWN, UNKNOWN },
	{ "\u200b\u200d\ufeff", UNKNOWN, UNKNOWN },
	{ "+81-3-1234-5678", UNKNOWN, UNKNOWN },
	{ "。。。", UNKNOWN, UNKNOWN },
};

static size_t failures_in(struct arena *arena, const struct language_case *cases, size_t count)
{
	size_t failures = 0;

	for (size_t i = 0; i < count; i++) {
		struct prepared prepared;
		struct language_verdict verdict;
		prepared_make(arena, cases[i].text, strlen(cases[i].text), &prepared);
		language_detect(&prepared, &verdict);
		if (verdict.language == cases[i].language && verdict.second == cases[i].second)
			continue;
		failures++;
		print_error("%s: is %s and %s, not %s and %s (%d ppm)\n", cases[i].text,
		            language_tag(cases[i].language), language_tag(cases[i].second),
		            language_tag(verdict.language), language_tag(verdict.second),
		            verdict.share_ppm);
	}
	return failures;
}

static int begin(void **state)
{
	*state = arena_create(4096);
	return 0;
}

static int end(void **state)
{
	arena_destroy(*state);
	return 0;
}

static void english_is_told_by_a_word_or_two(void **state)
{
	assert_int_equal(failures_in(*state, english, COUNT_OF(english)), 0);
}

static void japanese_is_told_without_kana_and_under_pasted_english(void **state)
{
	assert_int_equal(failures_in(*state, japanese, COUNT_OF(japanese)), 0);
}

static void korean_is_told_by_its_letters(void **state)
{
	assert_int_equal(failures_in(*state, korean, COUNT_OF(korean)), 0);
}

static void chinese_is_told_by_what_only_one_way_of_writing_has(void **state)
{
	assert_int_equal(failures_in(*state, chinese, COUNT_OF(chinese)), 0);
}

static void every_other_language_is_other(void **state)
{
	assert_int_equal(failures_in(*state, other, COUNT_OF(other)), 0);
}

static void without_letters_or_words_nothing_is_said(void **state)
{
	assert_int_equal(failures_in(*state, unknown, COUNT_OF(unknown)), 0);
}

static void every_language_has_a_tag(void **state)
{
	(void)state;
	for (int i = 0; i < LANGUAGES; i++)
		assert_true(strlen(language_tag((enum language)i)) >= 2);
}

static void one_letter_for_ever_is_no_language(void **state)
{
	const size_t size = (size_t)1 << 20;
	char *const text = arena_alloc(*state, size);
	struct prepared prepared;
	struct language_verdict verdict;

	memset(text, 'a', size);
	prepared_make(*state, text, size, &prepared);
	language_detect(&prepared, &verdict);
	assert_int_equal(verdict.language, LANGUAGE_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(english_is_told_by_a_word_or_two, begin, end),
		cmocka_unit_test_setup_teardown(
		    japanese_is_told_without_kana_and_under_pasted_english, begin, end),
		cmocka_unit_test_setup_teardown(korean_is_told_by_its_letters, begin, end),
		cmocka_unit_test_setup_teardown(chinese_is_told_by_what_only_one_way_of_writing_has,
		                                begin, end),
		cmocka_unit_test_setup_teardown(every_other_language_is_other, begin, end),
		cmocka_unit_test_setup_teardown(without_letters_or_words_nothing_is_said, begin,
		                                end),
		cmocka_unit_test_setup_teardown(every_language_has_a_tag, begin, end),
		cmocka_unit_test_setup_teardown(one_letter_for_ever_is_no_language, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
