#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

#define CODE_MAX 64
#define CLASS_MAX 128

/* The vendors' prefixes, each with how many digits follow; e and err want upper case. */
static bool read_prefixed(struct scan *scan, size_t at, struct finding *found)
{
	static const struct {
		const char *prefix;
		size_t min;
		size_t max;
		bool upper;
	} rows[] = {
		{ "ora-", 4, 5, false }, { "aadsts", 4, 8, false }, { "err-", 2, 6, true },
		{ "err", 3, 6, true },   { "e-", 3, 6, true },      { "e", 3, 6, true },
		{ "ec-", 3, 6, true },   { "tns-", 4, 5, true },    { "pls-", 4, 5, true },
	};

	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		const size_t prefix = scan_word(scan, at, rows[i].prefix);
		if (prefix == 0 || (rows[i].upper && !scan_upper(scan, at)))
			continue;
		const size_t digits = scan_digits(scan, at + prefix, rows[i].max);
		const size_t last = at + prefix + digits;
		if (digits >= rows[i].min && digits <= rows[i].max && scan_word_ends(scan, last))
			return finding_set(found, ENTITY_ERROR_CODE, at, last,
			                   scan_copy_upper(scan, at, last));
	}
	return false;
}

static bool read_hex(struct scan *scan, size_t at, struct finding *found)
{
	size_t size = scan_word(scan, at, "0x");

	if (size == 0)
		return false;
	while (size <= CODE_MAX && is_hex(scan_code(scan, at + size)))
		size++;
	if (size < 6 || size > 18 || !scan_word_ends(scan, at + size))
		return false;
	return finding_set(found, ENTITY_ERROR_CODE, at, at + size,
	                   scan_copy_folded(scan, at, at + size));
}

/* The name of the class alone: packages and modules come and go in front of it. */
static bool read_class(struct scan *scan, size_t at, struct finding *found)
{
	size_t size = 0;
	size_t name = 0;
	size_t humps = 0;

	for (; size <= CLASS_MAX; size++) {
		const uint32_t code = scan_code(scan, at + size);
		const uint32_t next = scan_code(scan, at + size + 1);
		if (code == '.' && (is_letter(next) || next == '_')) {
			name = size + 1;
			humps = 0;
		} else if (!is_alnum(code) && code != '_') {
			break;
		}
		humps += scan_upper(scan, at + size) && !scan_upper(scan, at + size + 1);
	}
	if (size > CLASS_MAX || humps < 2 || size - name < 8)
		return false;
	const size_t last = at + size;
	const bool ends =
	    (scan_upper(scan, last - 5) && scan_word(scan, last - 5, "error") > 0) ||
	    (scan_upper(scan, last - 9) && scan_word(scan, last - 9, "exception") > 0);
	return ends && scan_upper(scan, at + name) &&
	       finding_set(found, ENTITY_ERROR_CODE, at, last, scan_copy(scan, at + name, last));
}

/* Codes in lower case that card networks, banks and OAuth (RFC 6749, section 5.2) answer with. */
static const char *const known_codes[] = {
	"access_denied",
	"authentication_required",
	"card_declined",
	"card_not_supported",
	"currency_not_supported",
	"do_not_honor",
	"duplicate_transaction",
	"expired_card",
	"expired_token",
	"fraudulent",
	"generic_decline",
	"incorrect_cvc",
	"incorrect_number",
	"incorrect_zip",
	"insufficient_funds",
	"insufficient_scope",
	"interaction_required",
	"invalid_account",
	"invalid_amount",
	"invalid_api_key",
	"invalid_client",
	"invalid_cvc",
	"invalid_expiry_month",
	"invalid_expiry_year",
	"invalid_grant",
	"invalid_number",
	"invalid_redirect_uri",
	"invalid_request",
	"invalid_scope",
	"invalid_token",
	"login_required",
	"lost_card",
	"pickup_card",
	"processing_error",
	"rate_limit",
	"rate_limit_exceeded",
	"redirect_uri_mismatch",
	"resource_missing",
	"saml_error",
	"server_error",
	"stolen_card",
	"temporarily_unavailable",
	"transaction_not_allowed",
	"try_again_later",
	"unauthorized_client",
	"unsupported_grant_type",
	"withdrawal_count_limit_exceeded",
};

static bool read_known(struct scan *scan, size_t at, struct finding *found)
{
	for (size_t i = 0; i < COUNT_OF(known_codes); i++) {
		const size_t size = scan_phrase(scan, at, known_codes[i]);
		if (size > 0 && strchr(known_codes[i], '_') != NULL)
			return finding_set(found, ENTITY_ERROR_CODE, at, at + size, known_codes[i]);
	}
	return false;
}

/* ECONNRESET and its like, which POSIX lists. */
static bool names_errno(struct scan *scan, size_t at)
{
	static const char *const errors[] = { "econn",     "etimedout", "enotfound", "eacces",
		                              "enoent",    "epipe",     "eperm",     "eaddrinuse",
		                              "ehostunre", "enetunre",  "eai_again", "eproto",
		                              "enospc",    "emfile" };

	for (size_t i = 0; i < COUNT_OF(errors); i++)
		if (scan_word(scan, at, errors[i]) > 0)
			return true;
	return false;
}

/* PERMISSION_DENIED, ERR_CONNECTION_RESET: one of these is a part of it. */
static bool names_failure(struct scan *scan, size_t at, size_t size)
{
	static const char *const parts[] = { "err_",      "error",   "_failed",   "denied",
		                             "timeout",   "invalid", "_exceeded", "mismatch",
		                             "not_found", "refused", "expired",   "unavailable",
		                             "_failure",  "missing", "exhausted", "violation" };

	for (size_t from = at; from < at + size; from++)
		for (size_t i = 0; i < COUNT_OF(parts); i++)
			if (scan_word(scan, from, parts[i]) > 0)
				return true;
	return false;
}

static bool read_shouted(struct scan *scan, size_t at, struct finding *found)
{
	size_t size = 0;
	size_t joints = 0;

	while (size <= CODE_MAX) {
		const uint32_t code = scan_code(scan, at + size);
		if (!is_digit(code) && code != '_' && !scan_upper(scan, at + size))
			break;
		joints += code == '_';
		size++;
	}
	if (size < 5 || size > CODE_MAX || !scan_word_ends(scan, at + size) ||
	    scan_code(scan, at + size - 1) == '_')
		return false;
	if (joints == 0 ? !names_errno(scan, at) : !names_failure(scan, at, size))
		return false;
	return finding_set(found, ENTITY_ERROR_CODE, at, at + size, scan_copy(scan, at, at + size));
}

/* SQLSTATE 42P01, SQLSTATE[42P01]: five letters and digits. */
static bool read_sqlstate(struct scan *scan, size_t at, struct finding *found)
{
	const size_t word = scan_word(scan, at, "sqlstate");
	size_t code = at + word;

	while (word > 0 && code < at + word + 2 &&
	       (scan_code(scan, code) == ' ' || scan_code(scan, code) == ':' ||
	        scan_code(scan, code) == '['))
		code++;
	for (size_t i = 0; i < 5; i++)
		if (word == 0 || !is_alnum(scan_code(scan, code + i)))
			return false;
	return scan_word_ends(scan, code + 5) &&
	       finding_set(found, ENTITY_ERROR_CODE, code, code + 5,
	                   scan_copy_upper(scan, code, code + 5));
}

bool entity_read_error_code(struct scan *scan, size_t at, struct finding *found)
{
	if (!is_alnum(scan_code(scan, at)))
		return false;
	return read_hex(scan, at, found) || read_prefixed(scan, at, found) ||
	       read_known(scan, at, found) || read_sqlstate(scan, at, found) ||
	       read_shouted(scan, at, found) || read_class(scan, at, found);
}
