#include "services/classifier/entity.h"

#include "common/base/check.h"
#include "common/base/status.h"
#include "services/classifier/entity_inside.h"

#include <pthread.h>
#include <string.h>

enum {
	BY_DIGIT = 1,
	BY_LETTER = 2,
	BY_NUMERAL = 4, /* of Kanji */
	BY_TOKEN = 8,   /* letters that are no plain word: with marks, digits, capitals inside */
};

/* In this order: what is longer or more exact stands before what it looks like. */
static const struct {
	entity_reader *read;
	unsigned int by;
	entity_words *words; /* NULL: what "by" says is all */
} readers[] = {
	{ entity_read_url, BY_TOKEN, NULL },
	{ entity_read_email, BY_DIGIT | BY_TOKEN, NULL },
	{ entity_read_uuid, BY_DIGIT | BY_TOKEN, NULL },
	{ entity_read_provider_id, 0, entity_words_provider_id },
	{ entity_read_invoice_number, BY_DIGIT | BY_TOKEN, NULL },
	{ entity_read_reference, 0, entity_words_reference },
	{ entity_read_card, BY_DIGIT, NULL },
	{ entity_read_phone, BY_DIGIT, entity_words_phone },
	{ entity_read_internet_address, BY_DIGIT, NULL },
	{ entity_read_date, BY_DIGIT | BY_NUMERAL, entity_words_date },
	{ entity_read_month_name, BY_DIGIT, entity_words_month_name },
	{ entity_read_relative_day, BY_DIGIT | BY_NUMERAL, entity_words_relative_day },
	{ entity_read_time, BY_DIGIT | BY_NUMERAL, entity_words_time },
	{ entity_read_status, BY_DIGIT, entity_words_status },
	{ entity_read_error_code, BY_DIGIT | BY_TOKEN, NULL },
	{ entity_read_version, BY_DIGIT, entity_words_version },
	{ entity_read_amount, BY_DIGIT | BY_LETTER | BY_NUMERAL, entity_words_amount },
};

const char *entity_kind_name(enum entity_kind kind)
{
	static const char *const names[ENTITIES] = {
		[ENTITY_INVOICE] = "invoice",
		[ENTITY_CHARGE] = "charge",
		[ENTITY_PAYMENT_INTENT] = "payment_intent",
		[ENTITY_REFUND] = "refund",
		[ENTITY_SUBSCRIPTION] = "subscription",
		[ENTITY_CUSTOMER] = "customer",
		[ENTITY_DISPUTE] = "dispute",
		[ENTITY_EVENT] = "event",
		[ENTITY_REQUEST] = "request",
		[ENTITY_PROVIDER_ID] = "provider_id",
		[ENTITY_TICKET] = "ticket",
		[ENTITY_AMOUNT] = "amount",
		[ENTITY_CARD_NUMBER] = "card_number",
		[ENTITY_PHONE] = "phone",
		[ENTITY_DATE] = "date",
		[ENTITY_TIME] = "time",
		[ENTITY_EMAIL] = "email",
		[ENTITY_ERROR_CODE] = "error_code",
		[ENTITY_VERSION] = "version",
		[ENTITY_URL] = "url",
	};

	return names[kind];
}

/* The same for every text. */
static struct starts starts;

static void add_range(uint32_t first, uint32_t last)
{
	for (uint32_t code = first; code <= last; code++)
		starts.readers[code % STARTS_SIZE] |= starts.reader;
}

static void starts_fill(void)
{
	static const char *const numerals[] = { "〇", "一", "二", "三", "四", "五", "六",
		                                "七", "八", "九", "十", "两", "兩" };

	for (size_t i = 0; i < COUNT_OF(readers); i++) {
		starts.reader = UINT32_C(1) << i;
		if ((readers[i].by & BY_DIGIT) != 0)
			add_range('0', '9');
		starts.of_tokens |= (readers[i].by & BY_TOKEN) != 0 ? starts.reader : 0;
		if ((readers[i].by & (BY_LETTER | BY_TOKEN)) != 0)
			add_range('a', 'z');
		for (size_t j = 0; j < COUNT_OF(numerals) && (readers[i].by & BY_NUMERAL) != 0; j++)
			starts_word(&starts, numerals[j]);
		if (readers[i].words != NULL)
			readers[i].words(&starts);
	}
}

/* "please", "don't", "Error:": what most of a message is, and nothing that a token would be. */
static bool plain_word(struct scan *scan, size_t at)
{
	size_t end = at + 1;

	while (is_letter(scan_code(scan, end)) && !scan_upper(scan, end))
		end++;
	const uint32_t mark = scan_code(scan, end);
	const uint32_t next = scan_code(scan, end + 1);
	if (mark == '.' || mark == ':' || mark == '\'')
		return next == ' ' || next == NOT_A_POINT || (mark == '\'' && is_letter(next));
	return !is_alnum(mark) && (mark >= 0x80 || strchr("@_-/[+%", (int)mark) == NULL);
}

static bool read_any(struct scan *scan, size_t at, struct finding *found)
{
	const uint32_t code = scan_code(scan, at);
	const uint32_t second = scan_code(scan, at + 1);
	const uint32_t third = scan_code(scan, at + 2);
	uint32_t asked = starts.readers[code % STARTS_SIZE] |
	                 starts.pairs[starts_pair(code, second)] |
	                 starts.words[starts_triple(code, second, third)];

	if (is_letter(code) && (asked & starts.of_tokens) != 0 && plain_word(scan, at))
		asked &= ~starts.of_tokens;
	for (; asked != 0; asked &= asked - 1)
		if (readers[__builtin_ctz(asked)].read(scan, at, found))
			return true;
	return false;
}

/* Behind digits that are nothing, with those that hang on them: "1.2,3" has no date inside. */
static size_t skip(struct scan *scan, size_t at)
{
	if (!is_digit(scan_code(scan, at)))
		return at + 1;
	while (is_digit(scan_code(scan, at))) {
		const uint32_t next = scan_code(scan, at + 1);
		const bool hangs = (next == '.' || next == ',' || next == '\'') &&
		                   is_digit(scan_code(scan, at + 2));
		at += hangs ? 2 : 1;
	}
	return at;
}

size_t entity_scan(struct scan *scan, struct entity *entities, size_t max)
{
	static pthread_once_t filled = PTHREAD_ONCE_INIT;
	struct finding found;
	size_t count = 0;
	size_t resumed = 0; /* behind the T of a date with its time, too */

	CHECK(pthread_once(&filled, starts_fill) == 0);
	for (size_t at = 0; at < scan->text->count && count < max;) {
		if (at != resumed && (scan_code(scan, at) == ' ' || !scan_word_starts(scan, at))) {
			at++;
		} else if (read_any(scan, at, &found)) {
			found.entity.span = prepared_span(scan->text, found.first, found.last);
			if (!found.nothing)
				entities[count++] = found.entity;
			at = resumed = found.next;
		} else {
			at = skip(scan, at);
		}
	}
	return count;
}

size_t entities_find(struct arena *arena, const struct prepared *text, enum language language,
                     struct entity *entities, size_t max)
{
	struct scan scan = { .arena = arena, .text = text, .language = language };

	return entity_scan(&scan, entities, max);
}
