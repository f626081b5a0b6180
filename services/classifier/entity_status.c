#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

static bool error_status(int status)
{
	return status >= 400 && status <= 599;
}

static const char *status_value(struct scan *scan, int status)
{
	return arena_printf(scan->arena, "HTTP %d", status);
}

/* What stands before a status. */
static const char *const names[] = { "http",     "status",   "すてーたす", "responded with",
	                             "response", "returned", "returns",    "상태" };
static const char *const verbs[] = { "get ",           "gets ",         "getting ", "gives ",
	                             "give ",          "got ",          "answers ", "answered ",
	                             "answered with ", "throws ",       "receive ", "receiving ",
	                             "shows ",         "see ",          "seeing ",  "respond with ",
	                             "responds ",      "responds with " };

/* Words between "HTTP" and the number. */
static size_t behind_http(struct scan *scan, size_t at)
{
	static const char *const words[] = { "/1.0", "/1.1",  "/2",         "status code", "status",
		                             "code", "error", "すてーたす", "こーど",      "えらー",
		                             ":",    "=",     "が",         "は",          "is" };

	for (size_t i = 0; i < COUNT_OF(words); i++) {
		const size_t size = scan_word(scan, at, words[i]);
		if (size > 0)
			return scan_blank(scan, at + size);
	}
	return at;
}

/* "HTTP 403", "HTTP/1.1 403", "status code: 502", "ステータスコード 502". */
static bool read_named_status(struct scan *scan, size_t at, struct finding *found)
{
	int status = 0;

	for (size_t i = 0; i < COUNT_OF(names); i++) {
		const size_t size = scan_word(scan, at, names[i]);
		if (size == 0)
			continue;
		size_t number = scan_blank(scan, at + size);
		for (int fillers = 0; fillers < 3; fillers++)
			number = behind_http(scan, number);
		if (scan_number(scan, number, 3, &status) != 3 || !error_status(status) ||
		    !scan_word_ends(scan, number + 3))
			return false;
		const size_t first = i == 0 && number == at + size + 1 ? at : number;
		return finding_set(found, ENTITY_ERROR_CODE, first, number + 3,
		                   status_value(scan, status));
	}
	return false;
}

/* "403 Forbidden", 403エラー, 403が返る. */
/* A noun would follow a number that counts: "get 500 users", 404円. */
static bool stands_alone(struct scan *scan, size_t at)
{
	static const char *const words[] = { "on",    "from",  "with", "when", "for",
		                             "after", "and",   "but",  "as",   "if",
		                             "while", "again", "until" };
	const uint32_t code = scan_code(scan, at);
	const size_t behind = scan_blank(scan, at);

	if (code == NOT_A_POINT || strchr(".,;:!?)]'\"{s", (int)code) != NULL)
		return true;
	const uint32_t next = scan_code(scan, behind);
	if (code == ' ' && (next == NOT_A_POINT || strchr("\"'{([-", (int)next) != NULL))
		return true;
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (scan_phrase(scan, behind, words[i]) > 0)
			return true;
	return false;
}

/* Numbers that count hardly anything: 403です, 404 {"message": ...}. */
static bool reads_as_status(struct scan *scan, int status, size_t at)
{
	static const int known[] = { 401, 403, 404, 405, 409, 413, 422, 429, 502, 503, 504 };
	static const char *const words[] = { "です", "で弾", "と出", "と表",  "のまま",
		                             "だっ", "{",    "\"",   "の画面" };
	bool is_known = false;

	for (size_t i = 0; i < COUNT_OF(known); i++)
		is_known = is_known || known[i] == status;
	for (size_t i = 0; i < COUNT_OF(words) && is_known; i++)
		if (scan_word(scan, at, words[i]) > 0)
			return true;
	return false;
}

/* "getting 403 from the API", "gives a 404", "answers 413 with ...", 叩くと403です. */
static bool read_answer(struct scan *scan, size_t at, struct finding *found)
{
	int status = 0;

	for (size_t i = 0; i < COUNT_OF(verbs); i++) {
		const size_t verb = scan_word(scan, at, verbs[i]);
		if (verb == 0)
			continue;
		size_t number = at + verb;
		number += scan_word(scan, number, "a ") + scan_word(scan, number, "an ");
		if (scan_number(scan, number, 3, &status) == 3 && error_status(status) &&
		    stands_alone(scan, number + 3))
			return finding_set(found, ENTITY_ERROR_CODE, number, number + 3,
			                   status_value(scan, status));
	}
	return false;
}

bool entity_read_status(struct scan *scan, size_t at, struct finding *found)
{
	static const char *const words[] = {
		"error",
		"errors",
		"err",
		"forbidden",
		"unauthorized",
		"not found",
		"bad request",
		"bad gateway",
		"internal server",
		"server error",
		"service",
		"gateway",
		"too many requests",
		"conflict",
		"timeout",
		"unprocessable",
		"payment required",
		"method not allowed",
		"gone",
		"precondition",
		"えらー",
		"が返",
		"を返",
		"が出",
		"에러",
		"오류",
		"错误",
		"錯誤",
		"报错",
		"response",
		"status",
		"が表示",
		"になり",
		"になる",
		"에러가",
	};
	int status = 0;

	if (!is_digit(scan_code(scan, at)))
		return read_named_status(scan, at, found) || read_answer(scan, at, found);
	if (scan_number(scan, at, 3, &status) != 3 || !error_status(status))
		return false;
	const size_t behind = scan_blank(scan, at + 3);
	for (size_t i = 0; i < COUNT_OF(words); i++)
		if (scan_phrase(scan, behind, words[i]) > 0)
			return finding_set(found, ENTITY_ERROR_CODE, at, at + 3,
			                   status_value(scan, status));
	return reads_as_status(scan, status, behind) &&
	       finding_set(found, ENTITY_ERROR_CODE, at, at + 3, status_value(scan, status));
}

void entity_words_status(struct starts *starts)
{
	for (size_t i = 0; i < COUNT_OF(names); i++)
		starts_word(starts, names[i]);
	for (size_t i = 0; i < COUNT_OF(verbs); i++)
		starts_word(starts, verbs[i]);
}
