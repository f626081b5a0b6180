#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

#define PROVIDER_ID_MAX 255 /* what the provider itself promises its ids stay below */
#define PLAIN_BODY_MIN 8    /* shorter, with letters, is a word with a digit: in_stock2 */
#define SHORT_BODY_MIN 3    /* cut off by hand: ch_3NkT8w */
#define MIXED_BODY_MIN 14   /* without a digit, it must be long and in mixed case */

/* By the provider's prefixes; a prefix that begins like another stands before it. */
static const struct {
	const char *prefix;
	enum entity_kind kind;
} prefixes[] = {
	{ "inpay_", ENTITY_PROVIDER_ID }, { "in_", ENTITY_INVOICE },
	{ "ii_", ENTITY_PROVIDER_ID },    { "il_", ENTITY_PROVIDER_ID },
	{ "ch_", ENTITY_CHARGE },         { "py_", ENTITY_CHARGE },
	{ "pi_", ENTITY_PAYMENT_INTENT }, { "re_", ENTITY_REFUND },
	{ "pyr_", ENTITY_REFUND },        { "sub_sched_", ENTITY_PROVIDER_ID },
	{ "sub_", ENTITY_SUBSCRIPTION },  { "cus_", ENTITY_CUSTOMER },
	{ "du_", ENTITY_DISPUTE },        { "dp_", ENTITY_DISPUTE },
	{ "evt_", ENTITY_EVENT },         { "req_", ENTITY_REQUEST },
	{ "acct_", ENTITY_PROVIDER_ID },  { "card_", ENTITY_PROVIDER_ID },
	{ "cn_", ENTITY_PROVIDER_ID },    { "cs_", ENTITY_PROVIDER_ID },
	{ "pm_", ENTITY_PROVIDER_ID },    { "po_", ENTITY_PROVIDER_ID },
	{ "price_", ENTITY_PROVIDER_ID }, { "prod_", ENTITY_PROVIDER_ID },
	{ "promo_", ENTITY_PROVIDER_ID }, { "seti_", ENTITY_PROVIDER_ID },
	{ "si_", ENTITY_PROVIDER_ID },    { "src_", ENTITY_PROVIDER_ID },
	{ "tok_", ENTITY_PROVIDER_ID },   { "txn_", ENTITY_PROVIDER_ID },
	{ "txr_", ENTITY_PROVIDER_ID },
};

struct body {
	size_t size;
	size_t digits;
	size_t upper;
	bool digit_first;
};

static void measure(struct scan *scan, size_t at, struct body *body)
{
	*body = (struct body){ .digit_first = is_digit(scan_code(scan, at)) };
	while (body->size <= PROVIDER_ID_MAX && is_alnum(scan_code(scan, at + body->size))) {
		body->digits += is_digit(scan_code(scan, at + body->size));
		body->upper += scan_upper(scan, at + body->size);
		body->size++;
	}
}

/* Random letters and digits, not the rest of an identifier: in_progress, re_try2. */
static bool plausible(const struct body *body)
{
	if (body->size > PROVIDER_ID_MAX)
		return false;
	if (body->digits == body->size)
		return body->size >= 3;
	if (body->digit_first && body->upper > 0 && body->digits + body->upper < body->size)
		return body->size >= SHORT_BODY_MIN;
	if (body->digits > 0)
		return body->size >= PLAIN_BODY_MIN;
	return body->size >= MIXED_BODY_MIN && body->upper > 1 && body->upper < body->size - 1;
}

static size_t mode_size(struct scan *scan, size_t at)
{
	const size_t test = scan_word(scan, at, "test_");

	return test > 0 ? test : scan_word(scan, at, "live_");
}

/* A secret hangs on the id of what is paid in the browser: it is passed over, and not kept. */
static size_t secret_end(struct scan *scan, size_t at)
{
	const size_t word = scan_word(scan, at, "_secret_");
	struct body secret;

	if (word == 0)
		return at;
	measure(scan, at + word, &secret);
	return at + word + secret.size;
}

static bool read_prefixed(struct scan *scan, size_t at, size_t row, struct finding *found)
{
	const size_t prefix = scan_word(scan, at, prefixes[row].prefix);
	struct body body;

	if (prefix == 0 || scan_upper(scan, at))
		return false;
	const size_t start = at + prefix + mode_size(scan, at + prefix);
	measure(scan, start, &body);
	const size_t last = start + body.size;
	const size_t next = secret_end(scan, last);
	if (!plausible(&body) || scan_code(scan, next) == '_')
		return false;
	finding_set(found, prefixes[row].kind, at, last, scan_copy(scan, at, last));
	found->next = next;
	return true;
}

bool entity_read_provider_id(struct scan *scan, size_t at, struct finding *found)
{
	if (!is_letter(scan_code(scan, at)))
		return false;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (read_prefixed(scan, at, i, found))
			return true;
	return false;
}

/* The ids of our own tickets are versions 7 and 8 (RFC 9562); another id is somebody else's. */
bool entity_read_uuid(struct scan *scan, size_t at, struct finding *found)
{
	static const char shape[] = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
	const size_t size = sizeof(shape) - 1;

	for (size_t i = 0; i < size; i++) {
		const uint32_t code = scan_code(scan, at + i);
		if (shape[i] == 'x' ? !is_hex(code) : code != '-')
			return false;
	}
	if (!scan_word_ends(scan, at + size))
		return false;
	const uint32_t version = scan_code(scan, at + 14);
	finding_set(found, ENTITY_TICKET, at, at + size, scan_copy_folded(scan, at, at + size));
	found->nothing = version != '7' && version != '8';
	return true;
}

/* ABCD1234-0001: how the provider numbers invoices. A letter among the eight, in upper case. */
static bool read_numbered(struct scan *scan, size_t at, struct finding *found)
{
	size_t letters = 0;

	for (size_t i = 0; i < 8; i++) {
		if (!is_digit(scan_code(scan, at + i)) && !scan_upper(scan, at + i))
			return false;
		letters += is_letter(scan_code(scan, at + i));
	}
	if (letters == 0 || scan_code(scan, at + 8) != '-' || scan_digits(scan, at + 9, 4) != 4 ||
	    !scan_word_ends(scan, at + 13) || scan_code(scan, at + 13) == '-')
		return false;
	return finding_set(found, ENTITY_INVOICE, at, at + 13, scan_copy(scan, at, at + 13));
}

#define INVOICE_NUMBER_MAX 40

/* INV-2026-0412, INV0412, inv_412: at least three digits. */
bool entity_read_invoice_number(struct scan *scan, size_t at, struct finding *found)
{
	const size_t prefix = scan_word(scan, at, "inv");
	size_t size = prefix;
	size_t digits = 0;

	if (prefix == 0 || is_letter(scan_code(scan, at + prefix)))
		return read_numbered(scan, at, found);
	while (size <= INVOICE_NUMBER_MAX) {
		const uint32_t code = scan_code(scan, at + size);
		const bool joint = (code == '-' || code == '_' || code == '/') &&
		                   is_alnum(scan_code(scan, at + size + 1));
		if (!is_alnum(code) && !joint)
			break;
		digits += is_digit(code);
		size++;
	}
	if (size > INVOICE_NUMBER_MAX || digits < 3)
		return false;
	return finding_set(found, ENTITY_INVOICE, at, at + size,
	                   scan_copy_upper(scan, at, at + size));
}

void entity_words_provider_id(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		starts_word(starts, prefixes[i].prefix);
}
