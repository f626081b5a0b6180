/* entity_error_test - error codes, versions and addresses, and what only looks like them. */
#include "tests/support/entity_table.h"

#include "common/base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct entity_case errors[] = {
	{ "HTTP 403", EN, "error_code[HTTP 403]=HTTP 403" },
	{ "HTTP/1.1 502 Bad Gateway", EN, "error_code[502]=HTTP 502" },
	{ "403エラー", JA, "error_code[403]=HTTP 403" },
	{ "エラー403", JA, "error_code[403]=HTTP 403" },
	{ "403が返ってきます", JA, "error_code[403]=HTTP 403" },
	{ "４０３エラー", JA, "error_code[４０３]=HTTP 403" },
	{ "ステータスコード502", JA, "error_code[502]=HTTP 502" },
	{ "status code: 429", EN, "error_code[429]=HTTP 429" },
	{ "error 500", EN, "error_code[500]=HTTP 500" },
	{ "500 Internal Server Error", EN, "error_code[500]=HTTP 500" },
	{ "404 not found", EN, "error_code[404]=HTTP 404" },
	{ "returns 401", EN, "error_code[401]=HTTP 401" },
	{ "500 에러", KO, "error_code[500]=HTTP 500" },
	{ "500错误", HANS, "error_code[500]=HTTP 500" },
	{ "getting 403 from the api", EN, "error_code[403]=HTTP 403" },
	{ "the endpoint gives 404?", EN, "error_code[404]=HTTP 404" },
	{ "answers 413 with a 2 MB file", EN, "error_code[413]=HTTP 413" },
	{ "curlで叩くと403です", JA, "error_code[403]=HTTP 403" },
	{ "ＡＵＴＨ－１０４２", JA, "" },
	{ "Ｅｒｒｏｒ　ＡＵＴＨ－１０４２", JA, "error_code[ＡＵＴＨ－１０４２]=AUTH-1042" },
	{ "we get 500 users a day", EN, "" },
	{ "合計は500です", JA, "" },
	{ "E1234", EN, "error_code[E1234]=E1234" },
	{ "E-1042が表示", JA, "error_code[E-1042]=E-1042" },
	{ "ERR-204", EN, "error_code[ERR-204]=ERR-204" },
	{ "エラーコード：1020", JA, "error_code[1020]=1020" },
	{ "エラーコードはE1020です", JA, "error_code[E1020]=E1020" },
	{ "error code 1020", EN, "error_code[1020]=1020" },
	{ "错误代码 1020", HANS, "error_code[1020]=1020" },
	{ "오류 코드 1020", KO, "error_code[1020]=1020" },
	{ "error code: payment_failed", EN, "error_code[payment_failed]=payment_failed" },
	{ "ERR_CONNECTION_RESET", EN, "error_code[ERR_CONNECTION_RESET]=ERR_CONNECTION_RESET" },
	{ "NET::ERR_CERT_AUTHORITY_INVALID", EN,
	  "error_code[ERR_CERT_AUTHORITY_INVALID]=ERR_CERT_AUTHORITY_INVALID" },
	{ "ＥＲＲ＿ＴＩＭＥＤ＿ＯＵＴ", JA,
	  "error_code[ＥＲＲ＿ＴＩＭＥＤ＿ＯＵＴ]=ERR_TIMED_OUT" },
	{ "PERMISSION_DENIED", EN, "error_code[PERMISSION_DENIED]=PERMISSION_DENIED" },
	{ "ECONNREFUSED", EN, "error_code[ECONNREFUSED]=ECONNREFUSED" },
	{ "ORA-00942", EN, "error_code[ORA-00942]=ORA-00942" },
	{ "ora-00942", EN, "error_code[ora-00942]=ORA-00942" },
	{ "AADSTS50011: The reply URL", EN, "error_code[AADSTS50011]=AADSTS50011" },
	{ "0x80070005", EN, "error_code[0x80070005]=0x80070005" },
	{ "error 0X8007000E", EN, "error_code[0X8007000E]=0x8007000e" },
	{ "SQLSTATE[42P01]", EN, "error_code[42P01]=42P01" },
	{ "TypeError: x is not a function", EN, "error_code[TypeError]=TypeError" },
	{ "java.lang.NullPointerException", EN,
	  "error_code[java.lang.NullPointerException]=NullPointerException" },
	{ "NullPointerExceptionが発生", JA,
	  "error_code[NullPointerException]=NullPointerException" },
	{ "ModuleNotFoundError", EN, "error_code[ModuleNotFoundError]=ModuleNotFoundError" },
	{ "card_declined", EN, "error_code[card_declined]=card_declined" },
	{ "(insufficient_funds)", EN, "error_code[insufficient_funds]=insufficient_funds" },
	{ "invalid_grant", EN, "error_code[invalid_grant]=invalid_grant" },
	{ "it returned an Error", EN, "" },
	{ "Exception", EN, "" },
	{ "500 users", EN, "" },
	{ "status 200", EN, "" },
	{ "error 5 times", EN, "" },
	{ "E-mail", EN, "" },
	{ "e1234 lower", EN, "" },
	{ "MY_ENV_VAR", EN, "" },
	{ "ELEVEN", EN, "" },
	{ "ERROR and EXPIRED", EN, "" },
	{ "0xff", EN, "" },
	{ "PROJ-1234", EN, "" },
	{ "card_number", EN, "" },
};

static const struct entity_case versions[] = {
	{ "v2.3.1", EN, "version[v2.3.1]=2.3.1" },
	{ "V2", EN, "version[V2]=2" },
	{ "version 2.3", EN, "version[2.3]=2.3" },
	{ "Ver.2.3.1を使用", JA, "version[2.3.1]=2.3.1" },
	{ "バージョン2.3.1", JA, "version[2.3.1]=2.3.1" },
	{ "ﾊﾞｰｼﾞｮﾝ：2.3.1", JA, "version[2.3.1]=2.3.1" },
	{ "버전 2.3.1", KO, "version[2.3.1]=2.3.1" },
	{ "版本2.3.1", HANS, "version[2.3.1]=2.3.1" },
	{ "iOS 17.4", EN, "version[iOS 17.4]=ios 17.4" },
	{ "iOS17.4です", JA, "version[iOS17.4]=ios 17.4" },
	{ "Chrome 121", EN, "version[Chrome 121]=chrome 121" },
	{ "Chrome 121.0.6167.85", EN, "version[Chrome 121.0.6167.85]=chrome 121.0.6167.85" },
	{ "Windows 11", EN, "version[Windows 11]=windows 11" },
	{ "Chrome/121.0.0.0", EN, "version[Chrome/121.0.0.0]=chrome 121.0.0.0" },
	{ "Node.js v20.1.0", EN, "version[Node.js v20.1.0]=node.js 20.1.0" },
	{ "2.3.1", EN, "version[2.3.1]=2.3.1" },
	{ "app 2.3.1-beta.2 crashes", EN, "version[2.3.1-beta.2]=2.3.1-beta.2" },
	{ "3.0.0rc1", EN, "version[3.0.0rc1]=3.0.0rc1" },
	{ "Ubuntu 22.04", EN, "version[Ubuntu 22.04]=ubuntu 22.04" },
	{ "192.168.1.1", EN, "" },
	{ "10.0.0.1:8080", EN, "" },
	{ "2.3", EN, "" },
	{ "vs 2", EN, "" },
	{ "/v2/tasks", EN, "" },
	{ "Windows", EN, "" },
	{ "edge cases", EN, "" },
	{ "1.2.3.4.5.6.7", EN, "" },
	{ "5.1.2026", OTHER, "date[5.1.2026]=2026-01-05" },
	{ "Android 2026-05-01", EN, "date[2026-05-01]=2026-05-01" },
};

static const struct entity_case addresses[] = {
	{ "mail me at taro.yamada+test@example.co.jp.", EN,
	  "email[taro.yamada+test@example.co.jp]" },
	{ "taro@example.comです", JA, "email[taro@example.com]" },
	{ "ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ", JA, "email[ｔａｒｏ＠ｅｘａｍｐｌｅ．ｃｏｍ]" },
	{ "<a@b.io>", EN, "email[a@b.io]" },
	{ "a@b.io,c@d.io", EN, "email[a@b.io] email[c@d.io]" },
	{ "5551234@example.com", EN, "email[5551234@example.com]" },
	{ "@handle", EN, "" },
	{ "foo@bar", EN, "" },
	{ "foo@bar.1", EN, "" },
	{ "a@@b.com", EN, "" },
	{ "https://example.com/a?b=c#d", EN, "url[https://example.com/a?b=c#d]=example.com" },
	{ "https://example.com/a.", EN, "url[https://example.com/a]=example.com" },
	{ "https://example.com/a。", JA, "url[https://example.com/a]=example.com" },
	{ "https://example.com/aです", JA, "url[https://example.com/a]=example.com" },
	{ "（https://example.com/a）", JA, "url[https://example.com/a]=example.com" },
	{ "「https://example.com/」", JA, "url[https://example.com/]=example.com" },
	{ "(see https://en.example.org/wiki/A_(b))", EN,
	  "url[https://en.example.org/wiki/A_(b)]=en.example.org" },
	{ "(https://example.com)", EN, "url[https://example.com]=example.com" },
	{ "HTTP://Example.COM:8080/x", EN, "url[HTTP://Example.COM:8080/x]=example.com" },
	{ "http://user:secret@example.com/", EN,
	  "url[http://user:secret@example.com/]=example.com" },
	{ "www.example.com!", EN, "url[www.example.com]=www.example.com" },
	{ "https://example.com/2026-05-01/in_1MtHbELkdIwHu7ix", EN,
	  "url[https://example.com/2026-05-01/in_1MtHbELkdIwHu7ix]=example.com" },
	{ "https://a.example, https://b.example", EN,
	  "url[https://a.example]=a.example url[https://b.example]=b.example" },
	{ "https://", EN, "" },
	{ "www.", EN, "" },
	{ "https://。", JA, "" },
	{ "example.com", EN, "" },
};

static void an_error_code_is_the_same_however_it_is_written(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(errors, COUNT_OF(errors)), 0);
}

static void a_version_is_no_date_and_no_internet_address(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(versions, COUNT_OF(versions)), 0);
}

static void an_address_ends_before_the_sentence_does(void **state)
{
	(void)state;
	assert_int_equal(entity_table_failures(addresses, COUNT_OF(addresses)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_code_is_the_same_however_it_is_written),
		cmocka_unit_test(a_version_is_no_date_and_no_internet_address),
		cmocka_unit_test(an_address_ends_before_the_sentence_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
