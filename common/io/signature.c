#include "common/io/signature.h"

#include "common/base/check.h"
#include "common/base/text.h"
#include "common/io/digest.h"

#include <string.h>

#define CLAIMS_MAX 8 /* signatures in one header: one for each secret being rolled */
#define PARTS_MAX 6

enum time_form { TIME_NONE, TIME_UNIX, TIME_RFC3339 };

/*
 * The signed string is id, id_separator, lead, time, time_separator, body; what a scheme does not
 * have is empty.
 */
struct scheme {
	const char *name;
	const char *header;
	const char *prefix; /* of each signature in the header; others are ignored */
	const char *id_header;
	const char *time_header; /* NULL: no time, or "t=" in the signature's header */
	const char *id_separator;
	const char *lead;
	const char *time_separator;
	int64_t skew_s; /* 0: any age */
	enum time_form time;
	char separator; /* between signatures; 0: there is one alone */
	bool time_within;
	bool base64; /* else lower-case hex */
	bool sha1;
};

static const struct scheme schemes[SIGNATURE_SCHEMES] = {
	[SIGNATURE_STRIPE] = { .name = "stripe",
	                       .header = "stripe-signature",
	                       .prefix = "v1=",
	                       .separator = ',',
	                       .time_within = true,
	                       .time = TIME_UNIX,
	                       .time_separator = ".",
	                       .skew_s = 300 },
	[SIGNATURE_SLACK] = { .name = "slack",
	                      .header = "x-slack-signature",
	                      .prefix = "v0=",
	                      .time_header = "x-slack-request-timestamp",
	                      .time = TIME_UNIX,
	                      .lead = "v0:",
	                      .time_separator = ":",
	                      .skew_s = 300 },
	[SIGNATURE_ZENDESK] = { .name = "zendesk",
	                        .header = "x-zendesk-webhook-signature",
	                        .prefix = "",
	                        .time_header = "x-zendesk-webhook-signature-timestamp",
	                        .time = TIME_RFC3339,
	                        .base64 = true },
	[SIGNATURE_INTERCOM] = { .name = "intercom",
	                         .header = "x-hub-signature",
	                         .prefix = "sha1=",
	                         .sha1 = true },
	[SIGNATURE_LINEAR] = { .name = "linear",
	                       .header = "linear-signature",
	                       .prefix = "",
	                       .skew_s = 60 },
	[SIGNATURE_STANDARD] = { .name = "standard",
	                         .header = "webhook-signature",
	                         .prefix = "v1,",
	                         .separator = ' ',
	                         .id_header = "webhook-id",
	                         .time_header = "webhook-timestamp",
	                         .time = TIME_UNIX,
	                         .id_separator = ".",
	                         .time_separator = ".",
	                         .base64 = true,
	                         .skew_s = 300 },
};

/* What the headers claim. */
struct claim {
	struct bytes id;
	struct bytes time;
	struct bytes signatures[CLAIMS_MAX];
	size_t count;
};

const char *signature_name(enum signature_scheme scheme)
{
	CHECK(scheme < SIGNATURE_SCHEMES);
	return schemes[scheme].name;
}

static struct signature_verdict verdict(enum signature_result result, const char *header,
                                        const char *reason)
{
	return (struct signature_verdict){ .result = result, .header = header, .reason = reason };
}

/* The piece up to the separator (0: everything); the text moves behind it, or becomes NULL. */
static struct bytes next_piece(const char **text, char separator)
{
	const char *const start = *text;
	const char *const end = separator == '\0' ? NULL : strchr(start, separator);
	const size_t size = end == NULL ? strlen(start) : (size_t)(end - start);

	*text = end == NULL ? NULL : end + 1;
	return (struct bytes){ start, size };
}

static bool strip(struct bytes *piece, const char *prefix)
{
	const size_t size = strlen(prefix);

	if (piece->size < size || memcmp(piece->data, prefix, size) != 0)
		return false;
	piece->data = (const char *)piece->data + size;
	piece->size -= size;
	return true;
}

/* False: none of this scheme's version, or more than anyone sends. */
static bool signatures_read(const struct scheme *scheme, const char *text, struct claim *claim)
{
	while (text != NULL) {
		struct bytes piece = next_piece(&text, scheme->separator);

		if (scheme->time_within && strip(&piece, "t=")) {
			claim->time = piece;
			continue;
		}
		if (!strip(&piece, scheme->prefix) || piece.size == 0)
			continue;
		if (claim->count == CLAIMS_MAX)
			return false;
		claim->signatures[claim->count++] = piece;
	}
	return claim->count > 0;
}

static bool time_read(const struct scheme *scheme, struct bytes text, struct instant *at)
{
	char copy[TIME_TEXT_SIZE];
	int64_t seconds;

	if (text.size == 0 || text.size >= sizeof(copy))
		return false;
	memcpy(copy, text.data, text.size);
	copy[text.size] = '\0';
	if (scheme->time == TIME_RFC3339)
		return time_parse(copy, at);
	if (!text_number(copy, 0, TIME_NEWEST.us / 1000000, &seconds))
		return false;
	*at = (struct instant){ seconds * 1000000 };
	return true;
}

static struct signature_verdict claim_read(const struct scheme *scheme,
                                           const struct signature_subject *subject,
                                           struct claim *claim)
{
	const char *const text = subject->header(subject->context, scheme->header);
	struct signature_verdict result = verdict(SIGNATURE_GOOD, scheme->header, "signed");

	if (text == NULL)
		return verdict(SIGNATURE_MISSING, scheme->header, "required");
	if (!signatures_read(scheme, text, claim))
		return verdict(SIGNATURE_MALFORMED, scheme->header, "holds no signature");
	if (scheme->id_header != NULL) {
		claim->id = bytes_of(subject->header(subject->context, scheme->id_header));
		if (claim->id.size == 0)
			return verdict(SIGNATURE_MISSING, scheme->id_header, "required");
	}
	if (scheme->time == TIME_NONE)
		return result;
	if (scheme->time_header != NULL) {
		result.header = scheme->time_header;
		claim->time = bytes_of(subject->header(subject->context, scheme->time_header));
		if (claim->time.data == NULL)
			return verdict(SIGNATURE_MISSING, scheme->time_header, "required");
	}
	if (!time_read(scheme, claim->time, &result.signed_at))
		return verdict(SIGNATURE_MALFORMED, result.header, "holds no time");
	result.dated = true;
	return result;
}

/* As it stands in the header, without the prefix. */
static struct bytes make(struct arena *arena, const struct scheme *scheme, struct bytes secret,
                         const struct claim *claim, struct bytes body)
{
	const struct bytes all[PARTS_MAX] = {
		claim->id,   bytes_of(scheme->id_separator),   bytes_of(scheme->lead),
		claim->time, bytes_of(scheme->time_separator), body,
	};
	struct bytes parts[PARTS_MAX];
	uint8_t digest[DIGEST_SIZE];
	size_t count = 0;

	for (size_t i = 0; i < PARTS_MAX; i++)
		if (all[i].size > 0)
			parts[count++] = all[i];
	if (scheme->sha1)
		digest_hmac_sha1(secret, parts, count, digest);
	else
		digest_hmac_sha256(secret, parts, count, digest);

	const struct bytes raw = { digest, scheme->sha1 ? DIGEST_SHA1_SIZE : DIGEST_SIZE };
	return bytes_of(scheme->base64 ? text_base64(arena, raw) : text_hex(arena, raw));
}

/* Every claim is compared with every secret, so that the time tells nothing of which one it was. */
static bool matches(struct arena *arena, const struct scheme *scheme,
                    const struct signature_secrets *secrets, const struct claim *claim,
                    struct bytes body, size_t *secret)
{
	bool found = false;

	for (size_t i = 0; i < secrets->count; i++) {
		const struct bytes expected = make(arena, scheme, secrets->list[i], claim, body);

		for (size_t k = 0; k < claim->count; k++)
			if (digest_equal(expected, claim->signatures[k]) && !found) {
				found = true;
				*secret = i;
			}
	}
	return found;
}

bool signature_fresh(enum signature_scheme scheme, struct instant signed_at, struct instant now)
{
	const struct duration skew = SECONDS(schemes[scheme].skew_s);

	return skew.us == 0 || (!time_before(signed_at, time_sub(now, skew)) &&
	                        !time_before(time_add(now, skew), signed_at));
}

struct signature_verdict signature_verify(struct arena *arena, enum signature_scheme scheme,
                                          const struct signature_secrets *secrets,
                                          const struct signature_subject *subject,
                                          struct instant now)
{
	const struct scheme *const row = &schemes[scheme];
	struct claim claim = { 0 };
	struct signature_verdict result = claim_read(row, subject, &claim);

	if (result.result != SIGNATURE_GOOD)
		return result;
	if (!matches(arena, row, secrets, &claim, subject->body, &result.secret))
		return verdict(SIGNATURE_MISMATCH, row->header,
		               "was made with none of the secrets over this body");
	if (!result.dated || signature_fresh(scheme, result.signed_at, now))
		return result;
	result.result = SIGNATURE_STALE;
	result.reason = "is signed with a time too far from now";
	return result;
}

static bool secret_read(struct arena *arena, enum signature_scheme scheme, struct bytes piece,
                        struct bytes *secret)
{
	if (scheme == SIGNATURE_STANDARD && strip(&piece, "whsec_"))
		return text_unbase64(arena, arena_text(arena, piece.data, piece.size), secret) &&
		       secret->size > 0;
	*secret = arena_bytes(arena, piece);
	return piece.size > 0;
}

bool signature_secrets_parse(struct arena *arena, enum signature_scheme scheme, const char *text,
                             struct signature_secrets *secrets)
{
	struct signature_secrets found = { .count = 0 };

	while (text != NULL) {
		const struct bytes piece = next_piece(&text, ',');

		if (found.count == SIGNATURE_SECRETS_MAX ||
		    !secret_read(arena, scheme, piece, &found.list[found.count]))
			return false;
		found.count++;
	}
	*secrets = found;
	return true;
}

size_t signature_sign(struct arena *arena, enum signature_scheme scheme, struct bytes secret,
                      const struct signature_message *message,
                      struct signature_header headers[static SIGNATURE_HEADERS_MAX])
{
	const struct scheme *const row = &schemes[scheme];
	const struct instant second = { message->at.us - message->at.us % 1000000 };
	char rfc3339[TIME_TEXT_SIZE];
	struct claim claim = { 0 };
	size_t count = 0;

	if (row->time == TIME_UNIX)
		claim.time =
		    bytes_of(arena_printf(arena, "%lld", (long long)(message->at.us / 1000000)));
	if (row->time == TIME_RFC3339)
		claim.time = bytes_of(arena_string(arena, time_format(second, rfc3339)));
	if (row->id_header != NULL) {
		claim.id = bytes_of(message->id);
		headers[count++] = (struct signature_header){ row->id_header, message->id };
	}
	if (row->time_header != NULL)
		headers[count++] = (struct signature_header){ row->time_header, claim.time.data };

	const struct bytes signature = make(arena, row, secret, &claim, message->body);
	headers[count++] = (struct signature_header){
		row->header,
		arena_printf(arena, "%s%s%s%s%s", row->time_within ? "t=" : "",
		             row->time_within ? (const char *)claim.time.data : "",
		             row->time_within ? "," : "", row->prefix,
		             (const char *)signature.data),
	};
	return count;
}
