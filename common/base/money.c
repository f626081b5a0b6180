#include "common/base/money.h"

#include "common/base/status.h"
#include "common/base/text.h"

#include <inttypes.h>
#include <string.h>

#define CODE_SIZE 3

/*
 * ISO 4217, by number of minor units: list one, and what was withdrawn from it since 2020, because
 * old invoices keep their currency. Codes without minor units (gold, test codes) are no money.
 */
static const char *const codes_by_exponent[] = {
	[0] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
	[2] = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BOV BRL BSD BTN "
	      "BWP BYN BZD CAD CDF CHE CHF CHW CNY COP COU CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN "
	      "ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IRR JMD "
	      "KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR "
	      "MWK MXN MXV MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB "
	      "SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY "
	      "TTD TWD TZS UAH USD USN UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG ZWL",
	[3] = "BHD IQD JOD KWD LYD OMR TND",
	[4] = "CLF UYW",
};

static char to_upper(char c)
{
	if (c < 'a' || c > 'z')
		return c;
	return (char)(c - 'a' + 'A');
}

int money_exponent(const char *currency)
{
	if (strlen(currency) != CODE_SIZE || strchr(currency, ' ') != NULL)
		return -1;
	for (size_t i = 0; i < COUNT_OF(codes_by_exponent); i++)
		if (codes_by_exponent[i] != NULL && strstr(codes_by_exponent[i], currency) != NULL)
			return (int)i;
	return -1;
}

bool money_currency(const char *text, char currency[static 4])
{
	char code[CODE_SIZE + 1];

	if (strlen(text) != CODE_SIZE)
		return false;
	for (size_t i = 0; i <= CODE_SIZE; i++)
		code[i] = to_upper(text[i]);
	if (money_exponent(code) < 0)
		return false;
	memcpy(currency, code, sizeof(code));
	return true;
}

bool money_add(struct money a, struct money b, struct money *sum)
{
	int64_t minor;

	if (strcmp(a.currency, b.currency) != 0 || __builtin_add_overflow(a.minor, b.minor, &minor))
		return false;
	*sum = a;
	sum->minor = minor;
	return true;
}

bool money_is_amount(const char *field)
{
	static const char *const amounts[] = {
		"total",          "subtotal", "fee", "net", "tax", "starting_balance",
		"ending_balance", "balance",  NULL
	};

	if (text_ends(field, "_decimal"))
		return false;
	return text_starts(field, "amount") || text_ends(field, "_amount") ||
	       text_among(amounts, field);
}

const char *money_format(struct arena *arena, struct money money)
{
	const int exponent = money_exponent(money.currency);
	const char *const sign = money.minor < 0 ? "-" : "";
	const uint64_t size = money.minor < 0 ? -(uint64_t)money.minor : (uint64_t)money.minor;
	uint64_t unit = 1;

	if (exponent < 0)
		return arena_printf(arena, "%" PRId64 " minor units of %s", money.minor,
		                    money.currency);
	if (exponent == 0)
		return arena_printf(arena, "%s%" PRIu64 " %s", sign, size, money.currency);
	for (int i = 0; i < exponent; i++)
		unit *= 10;
	return arena_printf(arena, "%s%" PRIu64 ".%0*" PRIu64 " %s", sign, size / unit, exponent,
	                    size % unit, money.currency);
}
