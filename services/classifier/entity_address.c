#include "services/classifier/entity_inside.h"

#include "common/base/status.h"

#include <string.h>

#define LOCAL_MAX 64 /* RFC 5321, section 4.5.3.1 */
#define DOMAIN_MAX 253

static bool among(const char *set, uint32_t code)
{
	return code > 0 && code < 0x80 && strchr(set, (int)code) != NULL;
}

/* ASCII as written: what follows in full width or another script is the sentence around it. */
static size_t address_end(struct scan *scan, size_t at)
{
	while (scan_code(scan, at) > ' ' && scan_code(scan, at) < 0x7F && scan_ascii(scan, at) &&
	       !among("<>\"`{}|\\^", scan_code(scan, at)))
		at++;
	return at;
}

static size_t count_of(struct scan *scan, size_t first, size_t last, uint32_t code)
{
	size_t count = 0;

	for (size_t i = first; i < last; i++)
		count += scan_code(scan, i) == code;
	return count;
}

/* Without the sentence's own marks; a closing parenthesis stays where it closes one of the address. */
static size_t trimmed(struct scan *scan, size_t first, size_t last)
{
	const size_t opened = count_of(scan, first, last, '(');
	size_t closed = count_of(scan, first, last, ')');

	while (last > first) {
		const uint32_t code = scan_code(scan, last - 1);
		const bool closes_sentence = code == ')' && closed > opened;
		if (!among(".,;:!?'*_~]", code) && !closes_sentence)
			return last;
		closed -= closes_sentence;
		last--;
	}
	return last;
}

/* Without user, password and port: all that is worth comparing, and nothing that is secret. */
static const char *host(struct scan *scan, size_t first, size_t last)
{
	size_t end = first;

	while (end < last && !among("/?#", scan_code(scan, end)))
		end++;
	for (size_t i = first; i < end; i++)
		if (scan_code(scan, i) == '@')
			first = i + 1;
	last = first;
	while (last < end && scan_code(scan, last) != ':')
		last++;
	return last - first > DOMAIN_MAX ? "" : scan_copy_folded(scan, first, last);
}

bool entity_read_url(struct scan *scan, size_t at, struct finding *found)
{
	static const char *const schemes[] = { "https://", "http://", "www." };

	for (size_t i = 0; i < COUNT_OF(schemes); i++) {
		const size_t scheme = scan_word(scan, at, schemes[i]);
		if (scheme == 0 || !is_alnum(scan_code(scan, at + scheme)))
			continue;
		const size_t next = address_end(scan, at);
		const size_t last = trimmed(scan, at, next);
		if (last <= at + scheme)
			return false;
		const size_t first = at + (schemes[i][0] == 'h' ? scheme : 0);
		finding_set(found, ENTITY_URL, at, last, host(scan, first, last));
		found->next = next;
		return true;
	}
	return false;
}

static bool local_part(uint32_t code)
{
	return is_alnum(code) || among("._%+-'", code);
}

/* Labels with dots between them; 0: no domain with a top level of letters. */
static size_t domain_size(struct scan *scan, size_t at)
{
	size_t size = 0;
	size_t label = 0;

	while (size <= DOMAIN_MAX) {
		const uint32_t code = scan_code(scan, at + size);
		if (code == '.' && is_alnum(scan_code(scan, at + size + 1)))
			label = size + 1;
		else if (!is_alnum(code) && code != '-')
			break;
		size++;
	}
	while (size > label && scan_code(scan, at + size - 1) == '-')
		size--;
	return label > 0 && size <= DOMAIN_MAX && size >= label + 2 &&
	               is_letter(scan_code(scan, at + label))
	           ? size
	           : 0;
}

bool entity_read_email(struct scan *scan, size_t at, struct finding *found)
{
	size_t local = 0;

	if (!is_alnum(scan_code(scan, at)) ||
	    (at > 0 && local_part(scan_code(scan, at - 1)) && scan_code(scan, at - 1) != '\''))
		return false;
	while (local <= LOCAL_MAX && local_part(scan_code(scan, at + local)))
		local++;
	if (local > LOCAL_MAX || scan_code(scan, at + local) != '@')
		return false;
	const size_t domain = domain_size(scan, at + local + 1);
	if (domain == 0)
		return false;
	return finding_set(found, ENTITY_EMAIL, at, at + local + 1 + domain, NULL);
}
