#include "common/io/http_framing.h"

#include <string.h>
#include <strings.h>

/* Two of one of these and two readers may believe different ones. */
static const char *const singles[] = {
	"authorization",
	"content-encoding",
	"content-length",
	"content-type",
	"expect",
	"host",
	"idempotency-key",
	"linear-signature",
	"opsmesh-received-at",
	"stripe-signature",
	"transfer-encoding",
	"webhook-id",
	"webhook-signature",
	"webhook-timestamp",
	"x-hub-signature",
	"x-slack-request-timestamp",
	"x-slack-signature",
	"x-zendesk-webhook-signature",
	"x-zendesk-webhook-signature-timestamp",
};

static struct http_fault bad(const char *field, const char *reason)
{
	return (struct http_fault){ 400, field, reason };
}

static struct http_fault good(void)
{
	return (struct http_fault){ 0, NULL, NULL };
}

/* RFC 9110 section 5.6.2. */
static bool token_valid(const char *text)
{
	static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

/* RFC 9110 section 5.5: no control character but the tab. */
static bool value_valid(const char *text)
{
	for (; *text != '\0'; text++) {
		const unsigned char c = (unsigned char)*text;

		if ((c < 0x20 && c != '\t') || c == 0x7f)
			return false;
	}
	return true;
}

/* Visible ASCII that begins with a slash: the only form that a server which is no proxy gets. */
static bool target_valid(const char *target, size_t size)
{
	if (size == 0 || target[0] != '/' || strlen(target) > size)
		return false;
	for (size_t i = 0; i < strlen(target); i++)
		if (target[i] <= 0x20 || target[i] >= 0x7f || target[i] == '#')
			return false;
	return true;
}

static const struct http_field *find(const struct http_head *head, const char *name, size_t *count)
{
	const struct http_field *first = NULL;

	*count = 0;
	for (size_t i = 0; i < head->field_count; i++)
		if (strcasecmp(head->fields[i].name, name) == 0 && (*count)++ == 0)
			first = &head->fields[i];
	return first;
}

/* Every byte of the head belongs to a name, a value, space before it, or the one CRLF behind. */
static bool layout_exact(const struct http_head *head)
{
	const char *at = head->method + strlen(head->method) + 1;

	if (head->target != at || head->version != at + head->target_size + 1)
		return false;
	at = head->version + strlen(head->version) + 2;
	for (size_t i = 0; i < head->field_count; i++) {
		const struct http_field field = head->fields[i];

		if (field.name != at || field.value < at + strlen(field.name) + 1)
			return false;
		at = field.value + strlen(field.value) + 2;
	}
	return at + 2 == head->method + head->size;
}

static struct http_fault fields_check(const struct http_head *head)
{
	size_t count;

	for (size_t i = 0; i < head->field_count; i++) {
		if (!token_valid(head->fields[i].name))
			return bad(NULL, "a header name holds a character that is not allowed");
		if (!value_valid(head->fields[i].value))
			return bad(NULL, "a header value holds a control character");
	}
	for (size_t i = 0; i < COUNT_OF(singles); i++) {
		(void)find(head, singles[i], &count);
		if (count > 1)
			return bad(singles[i], "given more than once");
	}
	return good();
}

static struct http_fault length_check(const struct http_head *head)
{
	size_t lengths;
	size_t encodings;
	uint64_t length;
	const struct http_field *const field = find(head, "content-length", &lengths);

	(void)find(head, "transfer-encoding", &encodings);
	if (encodings > 0 && lengths > 0)
		return bad("transfer-encoding", "given together with content-length");
	if (encodings > 0)
		return (struct http_fault){ 411, "content-length",
			                    "required: transfer encodings are not taken" };
	if (field != NULL && !http_length_parse(field->value, &length))
		return bad("content-length", "not a number");
	return good();
}

struct http_fault http_framing_check(const struct http_head *head)
{
	struct http_fault fault;
	size_t hosts;

	if (head->field_count > HTTP_HEADERS_MAX)
		return bad(NULL, "too many headers");
	if (!layout_exact(head))
		return bad(NULL, "a line does not end with CRLF, is folded, or holds NUL or space");
	if (!token_valid(head->method) || !target_valid(head->target, head->target_size))
		return bad(NULL, "the request line is malformed");
	fault = fields_check(head);
	if (fault.status != 0)
		return fault;
	(void)find(head, "host", &hosts);
	if (hosts == 0 && strcmp(head->version, "HTTP/1.1") == 0)
		return bad("host", "required");
	return length_check(head);
}

bool http_length_parse(const char *value, uint64_t *length)
{
	const size_t digits = strspn(value, "0123456789");
	uint64_t sum = 0;

	if (digits == 0 || digits > 18 || value[digits] != '\0')
		return false;
	for (size_t i = 0; i < digits; i++)
		sum = sum * 10 + (uint64_t)(value[i] - '0');
	*length = sum;
	return true;
}
