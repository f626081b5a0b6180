#include "services/classifier/entity_inside.h"

#include "common/base/money.h"
#include "common/base/status.h"

#include <string.h>

/*
 * What people write for a currency, folded: katakana as hiragana. "" is open: several countries
 * write it so. A sign that begins like another stands before it.
 */
struct row {
	const char *word;
	const char *code;
};

static const struct row before[] = {
	{ "us$", "USD" },  { "$", "" },         { "€", "EUR" },      { "£", "GBP" },
	{ "¥", "JPY" },    { "₩", "KRW" },      { "₹", "INR" },      { "₽", "RUB" },
	{ "₺", "TRY" },    { "₴", "UAH" },      { "₫", "VND" },      { "₱", "PHP" },
	{ "฿", "THB" },    { "₪", "ILS" },      { "₦", "NGN" },      { "₡", "CRC" },
	{ "r$", "BRL" },   { "a$", "AUD" },     { "au$", "AUD" },    { "aud$", "AUD" },
	{ "c$", "CAD" },   { "ca$", "CAD" },    { "cad$", "CAD" },   { "nz$", "NZD" },
	{ "hk$", "HKD" },  { "nt$", "TWD" },    { "sg$", "SGD" },    { "s$", "SGD" },
	{ "mx$", "MXN" },  { "usd$", "USD" },   { "cn¥", "CNY" },    { "jp¥", "JPY" },
	{ "rmb", "CNY" },  { "rs.", "" },       { "rs", "" },        { "rp.", "IDR" },
	{ "rp", "IDR" },   { "rm", "MYR" },     { "kr.", "" },       { "kr", "" },
	{ "sfr.", "CHF" }, { "fr.", "CHF" },    { "人民币", "CNY" }, { "人民幣", "CNY" },
	{ "美元", "USD" }, { "新台幣", "TWD" }, { "新臺幣", "TWD" }, { "台幣", "TWD" },
	{ "港幣", "HKD" }, { "日圓", "JPY" },   { "日元", "JPY" },   { "米どる", "USD" },
};

static const struct row behind[] = {
	{ "$us", "USD" },      { "$", "" },
	{ "€", "EUR" },        { "£", "GBP" },
	{ "¥", "JPY" },        { "₩", "KRW" },
	{ "₹", "INR" },        { "₽", "RUB" },
	{ "₺", "TRY" },        { "₴", "UAH" },
	{ "₫", "VND" },        { "฿", "THB" },
	{ "円", "JPY" },       { "圓", "" },
	{ "원", "KRW" },       { "うぉん", "KRW" },
	{ "米どる", "USD" },   { "べいどる", "USD" },
	{ "豪どる", "AUD" },   { "香港どる", "HKD" },
	{ "台湾どる", "TWD" }, { "かなだどる", "CAD" },
	{ "どる", "" },        { "ゆーろ", "EUR" },
	{ "ぽんど", "GBP" },   { "人民元", "CNY" },
	{ "元", "CNY" },       { "块", "CNY" },
	{ "塊", "" },          { "美元", "USD" },
	{ "美金", "USD" },     { "欧元", "EUR" },
	{ "歐元", "EUR" },     { "日元", "JPY" },
	{ "日圓", "JPY" },     { "日円", "JPY" },
	{ "港币", "HKD" },     { "港幣", "HKD" },
	{ "港元", "HKD" },     { "台币", "TWD" },
	{ "台幣", "TWD" },     { "新台幣", "TWD" },
	{ "人民币", "CNY" },   { "人民幣", "CNY" },
	{ "韩元", "KRW" },     { "韓元", "KRW" },
	{ "英镑", "GBP" },     { "英鎊", "GBP" },
	{ "澳元", "AUD" },     { "加元", "CAD" },
	{ "달러", "" },        { "유로", "EUR" },
	{ "엔화", "JPY" },     { "위안", "CNY" },
	{ "ばーつ", "THB" },   { "るぴー", "" },
	{ "ぺそ", "" },        { "dollars", "" },
	{ "dollar", "" },      { "us dollars", "USD" },
	{ "bucks", "" },       { "buck", "" },
	{ "euros", "EUR" },    { "euro", "EUR" },
	{ "pounds", "GBP" },   { "quid", "GBP" },
	{ "yen", "JPY" },      { "won", "KRW" },
	{ "rupees", "" },      { "rs", "" },
	{ "rmb", "CNY" },      { "yuan", "CNY" },
	{ "francs", "" },      { "pesos", "" },
	{ "reais", "BRL" },    { "kr.", "" },
	{ "kr", "" },          { "kronor", "SEK" },
	{ "zł", "PLN" },       { "kč", "CZK" },
	{ "руб", "RUB" },      { "dirhams", "" },
	{ "baht", "THB" },     { "ringgit", "MYR" },
	{ "rupiah", "IDR" },
};

/* Codes that people write in lower case as well; the others are words, or rare. */
static const char lower_codes[] =
    " usd eur gbp jpy krw cny twd hkd sgd aud cad nzd chf sek nok dkk inr brl mxn thb idr myr "
    "vnd pln czk huf ils zar aed sar kwd bhd ars clp ";
/* Codes that are English words, or stand for something else in support. */
static const char word_codes[] =
    " ALL TOP TRY CUP MAD PEN SOS BOB GEL LAK ANG COP CHE NAD AMD BAM ";

static bool listed(const char *list, const char *code)
{
	const char key[] = { ' ', code[0], code[1], code[2], ' ', '\0' };

	return strstr(list, key) != NULL;
}

/* ISO 4217, with the case that makes it one. */
static bool iso_code(struct scan *scan, size_t at, struct currency_sign *sign)
{
	char written[4] = "";
	char upper[4] = "";

	for (size_t i = 0; i < 3; i++) {
		const uint32_t letter = scan_written(scan, at + i);
		if (!is_letter(scan_code(scan, at + i)))
			return false;
		written[i] = (char)letter;
	}
	if (is_letter(scan_code(scan, at + 3)) || !money_currency(written, upper))
		return false;
	const char lower[4] = { (char)scan_code(scan, at), (char)scan_code(scan, at + 1),
		                (char)scan_code(scan, at + 2), '\0' };
	if (strcmp(written, upper) != 0 && !listed(lower_codes, lower))
		return false;
	*sign = (struct currency_sign){ .size = 3, .wants_fraction = listed(word_codes, upper) };
	memcpy(sign->code, upper, sizeof(upper));
	return true;
}

/* ¥ and 元 are of more than one country where Chinese is written. */
static void settle(struct scan *scan, const struct row *row, struct currency_sign *sign)
{
	const bool hant = scan->language == LANGUAGE_ZH_HANT;
	const bool chinese = hant || scan->language == LANGUAGE_ZH_HANS;
	const bool open = row->code[0] == '\0' || (chinese && strcmp(row->word, "¥") == 0) ||
	                  (hant && strcmp(row->word, "元") == 0);

	sign->open = open;
	sign->wants_fraction = false;
	memcpy(sign->code, open ? "\0\0\0" : row->code, sizeof(sign->code));
}

bool currency_before(struct scan *scan, size_t at, struct currency_sign *sign)
{
	for (size_t i = 0; i < COUNT_OF(before); i++) {
		sign->size = scan_word(scan, at, before[i].word);
		if (sign->size == 0 || is_letter(scan_code(scan, at + sign->size)))
			continue;
		/* RS256 and its like are names of algorithms. */
		if (strcmp(before[i].word, "rs") == 0 && scan_upper(scan, at + 1))
			continue;
		settle(scan, &before[i], sign);
		return true;
	}
	return iso_code(scan, at, sign);
}

bool currency_behind(struct scan *scan, size_t at, struct currency_sign *sign)
{
	for (size_t i = 0; i < COUNT_OF(behind); i++) {
		sign->size = scan_phrase(scan, at, behind[i].word);
		if (sign->size == 0)
			continue;
		settle(scan, &behind[i], sign);
		return true;
	}
	return iso_code(scan, at, sign) && scan_word_ends(scan, at + sign->size);
}

int currency_exponent(const struct currency_sign *sign)
{
	return sign->open ? 2 : money_exponent(sign->code);
}

/* Where 1.234 is a thousand and more: the dot groups digits and the comma divides them. */
bool currency_groups_by_dot(const struct currency_sign *sign)
{
	static const char codes[] =
	    " EUR BRL IDR VND DKK NOK SEK TRY ARS COP CLP RON RSD CRC PYG UYU HRK ISK BAM MKD ";

	return currency_exponent(sign) == 0 || (!sign->open && listed(codes, sign->code));
}

void currency_words(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(before); i++)
		starts_word(starts, before[i].word);
}
