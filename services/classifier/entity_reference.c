#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

/*
 * Numbers that a word before them explains: "invoice #8841", 請求書番号：12345, "error code 1020".
 * Words are folded as the text is: katakana stand here as hiragana.
 */
#define TOKEN_MAX 40
#define FILLERS_MAX 5
#define BARE_DIGITS_MIN 4 /* "ticket 12" is a count, "ticket 8841" is one */

enum strictness {
	NUMBER_MAY_FOLLOW, /* "invoice 8841" */
	NUMBER_IS_NAMED,   /* "customer number 8841", never "customer 8841" */
};

static const struct {
	const char *word;
	enum entity_kind kind;
	enum strictness strictness;
} contexts[] = {
	{ "invoice", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "invoices", ENTITY_INVOICE, NUMBER_IS_NAMED },
	{ "bill", ENTITY_INVOICE, NUMBER_IS_NAMED },
	{ "請求書", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "請求番号", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "いんぼいす", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "发票", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "發票", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "账单", ENTITY_INVOICE, NUMBER_IS_NAMED },
	{ "帳單", ENTITY_INVOICE, NUMBER_IS_NAMED },
	{ "청구서", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "인보이스", ENTITY_INVOICE, NUMBER_MAY_FOLLOW },
	{ "ticket", ENTITY_TICKET, NUMBER_MAY_FOLLOW },
	{ "case", ENTITY_TICKET, NUMBER_IS_NAMED },
	{ "ちけっと", ENTITY_TICKET, NUMBER_MAY_FOLLOW },
	{ "問い合わせ", ENTITY_TICKET, NUMBER_IS_NAMED },
	{ "問合せ", ENTITY_TICKET, NUMBER_IS_NAMED },
	{ "受付", ENTITY_TICKET, NUMBER_IS_NAMED },
	{ "工单", ENTITY_TICKET, NUMBER_MAY_FOLLOW },
	{ "工單", ENTITY_TICKET, NUMBER_MAY_FOLLOW },
	{ "티켓", ENTITY_TICKET, NUMBER_MAY_FOLLOW },
	{ "문의", ENTITY_TICKET, NUMBER_IS_NAMED },
	{ "request id", ENTITY_REQUEST, NUMBER_MAY_FOLLOW },
	{ "request-id", ENTITY_REQUEST, NUMBER_MAY_FOLLOW },
	{ "trace id", ENTITY_REQUEST, NUMBER_MAY_FOLLOW },
	{ "correlation id", ENTITY_REQUEST, NUMBER_MAY_FOLLOW },
	{ "りくえすとid", ENTITY_REQUEST, NUMBER_MAY_FOLLOW },
	{ "customer", ENTITY_CUSTOMER, NUMBER_IS_NAMED },
	{ "顧客", ENTITY_CUSTOMER, NUMBER_IS_NAMED },
	{ "고객", ENTITY_CUSTOMER, NUMBER_IS_NAMED },
	{ "subscription", ENTITY_SUBSCRIPTION, NUMBER_IS_NAMED },
	{ "error", ENTITY_ERROR_CODE, NUMBER_MAY_FOLLOW },
	{ "err", ENTITY_ERROR_CODE, NUMBER_MAY_FOLLOW },
	{ "えらー", ENTITY_ERROR_CODE, NUMBER_MAY_FOLLOW },
	{ "오류", ENTITY_ERROR_CODE, NUMBER_MAY_FOLLOW },
	{ "에러", ENTITY_ERROR_CODE, NUMBER_MAY_FOLLOW },
	{ "错误", ENTITY_ERROR_CODE, NUMBER_MAY_FOLLOW },
	{ "錯誤", ENTITY_ERROR_CODE, NUMBER_MAY_FOLLOW },
	{ "decline", ENTITY_ERROR_CODE, NUMBER_IS_NAMED },
};

/* What may stand between the word and the number; the first ones say that it is one. */
static const struct {
	const char *word;
	bool names;
} fillers[] = {
	{ "number", true }, { "numbers", true }, { "num.", true }, { "num", true },
	{ "no.", true },    { "no", true },      { "nr.", true },  { "id", true },
	{ "code", true },   { "#", true },       { "番号", true }, { "no:", true },
	{ "こーど", true }, { "号码", true },    { "號碼", true }, { "编号", true },
	{ "編號", true },   { "号", true },      { "號", true },   { "번호", true },
	{ "코드", true },   { "代码", true },    { "代碼", true }, { "码", true },
	{ "碼", true },     { ":", false },      { "の", false },  { "は", false },
	{ "is", false },    { "(", false },      { "[", false },   { "「", false },
	{ "是", false },    { "=", false },      { "\"", false },  { "【", false },
	{ "는", false },    { "은", false },
};

static size_t filler(struct scan *scan, size_t at, bool *named)
{
	for (size_t i = 0; i < COUNT_OF(fillers); i++) {
		const size_t size = scan_phrase(scan, at, fillers[i].word);
		if (size > 0) {
			*named = *named || fillers[i].names;
			return size;
		}
	}
	return 0;
}

static size_t skip_fillers(struct scan *scan, size_t at, bool *named)
{
	at = scan_blank(scan, at);
	for (int i = 0; i < FILLERS_MAX; i++) {
		const size_t size = filler(scan, at, named);
		if (size == 0)
			break;
		at = scan_blank(scan, at + size);
	}
	return at;
}

struct token {
	size_t size;
	size_t digits;
	bool underscore;
};

static void measure(struct scan *scan, size_t at, struct token *token)
{
	*token = (struct token){ .size = 0 };
	while (token->size <= TOKEN_MAX) {
		const uint32_t code = scan_code(scan, at + token->size);
		const bool joint = token->size > 0 && (code == '-' || code == '_') &&
		                   is_alnum(scan_code(scan, at + token->size + 1));
		if (!is_alnum(code) && !joint)
			break;
		token->digits += is_digit(code);
		token->underscore = token->underscore || code == '_';
		token->size++;
	}
}

/* A year, a date, a price, a part of a longer number: what a number behind such a word can be too. */
static bool is_other(struct scan *scan, size_t at, const struct token *token, bool named)
{
	const uint32_t next = scan_code(scan, at + token->size);
	struct finding other;
	int year = 0;

	if (next == '@')
		return true;
	if ((next == '.' || next == ',' || next == '/' || next == ':') &&
	    is_digit(scan_code(scan, at + token->size + 1)))
		return true;
	if (!named && scan_number(scan, at, 4, &year) == token->size && year >= 1900 &&
	    year <= 2100)
		return true;
	return entity_read_date(scan, at, &other) || entity_read_amount(scan, at, &other) ||
	       entity_read_phone(scan, at, &other) || entity_read_card(scan, at, &other);
}

static bool acceptable(enum entity_kind kind, const struct token *token, bool named)
{
	const bool error = kind == ENTITY_ERROR_CODE;

	if (token->size == 0 || token->size > TOKEN_MAX)
		return false;
	if (token->digits == 0)
		return error && named && token->underscore;
	if (named)
		return token->size > 1 || !error;
	if (error)
		return token->digits >= BARE_DIGITS_MIN - 1 && token->digits * 3 >= token->size;
	return token->digits >= BARE_DIGITS_MIN && token->digits * 2 >= token->size;
}

static const char *error_value(struct scan *scan, size_t first, const struct token *token)
{
	const char *const copy = scan_copy(scan, first, first + token->size);
	const bool status =
	    token->size == 3 && token->digits == 3 && (copy[0] == '4' || copy[0] == '5');

	return status ? arena_printf(scan->arena, "HTTP %s", copy) : copy;
}

static bool read_behind(struct scan *scan, size_t at, size_t row, struct finding *found)
{
	const enum entity_kind kind = contexts[row].kind;
	bool named = false;
	struct token token;

	at = skip_fillers(scan, at, &named);
	if (!named && contexts[row].strictness == NUMBER_IS_NAMED)
		return false;
	if (kind == ENTITY_REQUEST && entity_read_uuid(scan, at, found)) {
		found->nothing = false;
		found->entity.kind = kind;
		return true;
	}
	if (kind == ENTITY_ERROR_CODE && entity_read_error_code(scan, at, found))
		return true;
	measure(scan, at, &token);
	if (!acceptable(kind, &token, named) || is_other(scan, at, &token, named))
		return false;
	return finding_set(found, kind, at, at + token.size,
	                   kind == ENTITY_ERROR_CODE ? error_value(scan, at, &token)
	                                             : scan_copy(scan, at, at + token.size));
}

bool entity_read_reference(struct scan *scan, size_t at, struct finding *found)
{
	for (size_t i = 0; i < COUNT_OF(contexts); i++) {
		const size_t size = scan_word(scan, at, contexts[i].word);
		const bool goes_on = is_letter(scan_code(scan, at + size)) &&
		                     is_letter(scan_code(scan, at + size - 1));
		if (size > 0 && !goes_on && read_behind(scan, at + size, i, found))
			return true;
	}
	return false;
}

void entity_words_reference(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(contexts); i++)
		starts_word(starts, contexts[i].word);
}
