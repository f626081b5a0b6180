#include "services/classifier/language_inside.h"

#include "common/base/status.h"

static const struct {
	uint32_t first;
	uint32_t last;
	enum script script;
} ranges[] = {
	{ 'a', 'z', SCRIPT_LATIN },         { 0xC0, 0xD6, SCRIPT_LATIN },
	{ 0xD8, 0xF6, SCRIPT_LATIN },       { 0xF8, 0x24F, SCRIPT_LATIN },
	{ 0x250, 0x2AF, SCRIPT_OTHER },     { 0x370, 0x373, SCRIPT_OTHER },
	{ 0x376, 0x377, SCRIPT_OTHER },     { 0x386, 0x10FF, SCRIPT_OTHER },
	{ 0x1100, 0x11FF, SCRIPT_HANGUL },  { 0x1200, 0x1DBF, SCRIPT_OTHER },
	{ 0x1E00, 0x1EFF, SCRIPT_LATIN },   { 0x1F00, 0x1FFF, SCRIPT_OTHER },
	{ 0x2C00, 0x2DFF, SCRIPT_OTHER },   { 0x3005, 0x3005, SCRIPT_HAN },
	{ 0x3041, 0x3096, SCRIPT_KANA },    { 0x309D, 0x309F, SCRIPT_KANA },
	{ 0x30A1, 0x30FA, SCRIPT_KANA },    { 0x30FC, 0x30FF, SCRIPT_KANA },
	{ 0x3131, 0x318E, SCRIPT_HANGUL },  { 0x31F0, 0x31FF, SCRIPT_KANA },
	{ 0x3400, 0x4DBF, SCRIPT_HAN },     { 0x4E00, 0x9FFF, SCRIPT_HAN },
	{ 0xA000, 0xABFF, SCRIPT_OTHER },   { 0xAC00, 0xD7A3, SCRIPT_HANGUL },
	{ 0xF900, 0xFAFF, SCRIPT_HAN },     { 0x10000, 0x1CFFF, SCRIPT_OTHER },
	{ 0x1E000, 0x1EFFF, SCRIPT_OTHER }, { 0x20000, 0x3FFFF, SCRIPT_HAN },
};

enum script language_script_of(uint32_t code)
{
	for (size_t i = 0; i < COUNT_OF(ranges) && ranges[i].first <= code; i++)
		if (code <= ranges[i].last)
			return ranges[i].script;
	return SCRIPT_NONE;
}

/*
 * Words that tell a text without kana. Most others give themselves away by a character that only
 * one way of writing has (han_users), and need not stand here.
 */
#define HAN_ZH (HAN_HANS | HAN_HANT)
#define WORD_MAX 5

static const struct {
	uint16_t word[WORD_MAX + 1];
	unsigned int users;
} words[] = {
	{ u"返金", HAN_JA },       { u"請求", HAN_JA },   { u"領収", HAN_JA },
	{ u"解約", HAN_JA },       { u"退会", HAN_JA },   { u"決済", HAN_JA },
	{ u"御社", HAN_JA },       { u"弊社", HAN_JA },   { u"貴社", HAN_JA },
	{ u"至急", HAN_JA },       { u"不具合", HAN_JA }, { u"再発行", HAN_JA },
	{ u"明細", HAN_JA },       { u"見積", HAN_JA },   { u"支払", HAN_JA },
	{ u"振込", HAN_JA },       { u"口座", HAN_JA },   { u"料金", HAN_JA },
	{ u"障害", HAN_JA },       { u"画面", HAN_JA },   { u"問合", HAN_JA },
	{ u"手順", HAN_JA },       { u"教示", HAN_JA },   { u"株式会社", HAN_JA },
	{ u"月額", HAN_JA },       { u"年額", HAN_JA },   { u"電話番号", HAN_JA },
	{ u"税込", HAN_JA },       { u"消費税", HAN_JA }, { u"承認", HAN_JA },
	{ u"会員", HAN_JA },       { u"利用", HAN_JA },   { u"契約", HAN_JA },
	{ u"依頼", HAN_JA },       { u"認証", HAN_JA },   { u"追加", HAN_JA },
	{ u"一覧", HAN_JA },       { u"担当", HAN_JA },   { u"以上", HAN_JA },
	{ u"宜敷", HAN_JA },       { u"名義", HAN_JA },   { u"我", HAN_ZH },
	{ u"的", HAN_ZH },         { u"是", HAN_ZH },     { u"退款", HAN_ZH },
	{ u"退費", HAN_ZH },       { u"退费", HAN_ZH },   { u"不能", HAN_ZH },
	{ u"不了", HAN_ZH },       { u"不到", HAN_ZH },   { u"不是", HAN_ZH },
	{ u"不上", HAN_ZH },       { u"不出", HAN_ZH },   { u"可以", HAN_ZH },
	{ u"客服", HAN_ZH },       { u"信用卡", HAN_ZH }, { u"如何", HAN_ZH },
	{ u"付款", HAN_ZH },       { u"扣款", HAN_ZH },   { u"登入", HAN_HANT },
	{ u"已", HAN_ZH },         { u"請問", HAN_HANT }, { u"申請退", HAN_HANT },
	{ u"人民", HAN_HANS },     { u"取消", HAN_ZH },   { u"集成", HAN_HANS },
	{ u"很", HAN_ZH },         { u"太", HAN_ZH },     { u"返回", HAN_ZH },
	{ u"修改", HAN_ZH },       { u"更改", HAN_ZH },   { u"改成", HAN_ZH },
	{ u"找", HAN_ZH },         { u"幾", HAN_ZH },     { u"推送", HAN_ZH },
	{ u"我要", HAN_ZH },       { u"没有", HAN_ZH },   { u"沒有", HAN_ZH },
	{ u"支持", HAN_ZH },       { u"人工", HAN_ZH },   { u"免費試用", HAN_ZH },
	{ u"註冊", HAN_HANT },     { u"升級", HAN_HANT }, { u"不見", HAN_HANT },
	{ u"功能建議", HAN_HANT }, { u"支援", HAN_HANT }, { u"刷卡", HAN_HANT },
	{ u"一直", HAN_ZH },       { u"合約", HAN_HANT }, { u"網站", HAN_HANT },
	{ u"服務", HAN_HANT },     { u"統編", HAN_HANT }, { u"什", HAN_ZH },
	{ u"打不", HAN_ZH },       { u"用不", HAN_ZH },   { u"支付", HAN_HANS },
	{ u"想", HAN_ZH },         { u"大推", HAN_HANT }, { u"再", HAN_ZH },
};

static bool word_is_at(const struct prepared *text, size_t at, const uint16_t *word)
{
	size_t i = 0;

	while (word[i] != 0 && at + i < text->count && text->points[at + i].code == word[i])
		i++;
	return word[i] == 0;
}

unsigned int han_word_users(const struct prepared *text, size_t at)
{
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (word_is_at(text, at, words[i].word))
			return words[i].users;
	return 0;
}
