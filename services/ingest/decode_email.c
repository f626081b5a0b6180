#include "services/ingest/decode_email.h"

#include "common/base/text.h"
#include "common/io/digest.h"

#include <string.h>

static const Opsmesh__V1__ProblemCode problem_codes[] = {
	[MAIL_CHARSET_REPAIRED] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_CHARSET_REPAIRED,
	[MAIL_CHARSET_GUESSED] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_CHARSET_REPAIRED,
	[MAIL_CHARSET_UNKNOWN] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_UNKNOWN_CHARSET,
	[MAIL_CHARSET_WRONG] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_CHARSET_REPAIRED,
	[MAIL_ENCODING_UNKNOWN] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME,
	[MAIL_NO_DATE] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_DATE,
	[MAIL_BAD_DATE] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_DATE,
	[MAIL_NO_SENDER] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_SENDER,
	[MAIL_NO_MESSAGE_ID] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_INVALID_FIELD,
	[MAIL_NO_HEADER] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME,
	[MAIL_NO_TEXT] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_NO_TEXT,
	[MAIL_BROKEN_TREE] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME,
	[MAIL_TOO_DEEP] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME,
	[MAIL_TOO_MANY] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_TOO_LARGE,
	[MAIL_TOO_LONG] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_TOO_LARGE,
	[MAIL_MBOX_LINE] = OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME,
};

static void add_problem(struct mail_body *body, Opsmesh__V1__ProblemCode code, const char *field,
                        const char *reason)
{
	if (body->problem_count < MAIL_PROBLEMS_MAX)
		body->problems[body->problem_count++] =
		    (struct mail_problem){ code, field, reason };
}

static void read_problems(struct mail_body *body)
{
	const struct mail *const mail = &body->mail;

	for (size_t i = 0; i < mail->repair_count; i++) {
		const enum mail_repair_kind kind = mail->repairs[i].kind;
		add_problem(body, problem_codes[kind], mail->repairs[i].where,
		            mail_repair_doc(kind));
	}
	if (mail_loop_hint(mail) != NULL)
		add_problem(body, OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_AUTOMATIC_MAIL,
		            mail_loop_hint(mail), "a program sent it: nothing is to answer it");
}

/* One message holds as much as any other route may bring; the journal has the rest. */
static void read_text(struct arena *arena, struct mail_body *body)
{
	const struct bytes text = bytes_of(body->mail.text);
	const size_t size = text_fit(text, DECODE_TEXT_MAX);

	if (size == text.size)
		return;
	body->mail.text = arena_text(arena, text.data, size);
	add_problem(body, OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_TOO_LARGE, "text",
	            mail_repair_doc(MAIL_TOO_LONG));
}

/* A Date is the sender's word: never later than the receipt, and not older than a mail may be. */
static void read_time(struct mail_body *body, struct instant received_at)
{
	const struct mail *const mail = &body->mail;
	const struct instant oldest = time_sub(received_at, DECODE_MAIL_AGE_MAX);

	body->occurred_at = received_at;
	if (!mail->dated || time_before(received_at, mail->date))
		return;
	if (time_before(mail->date, oldest)) {
		add_problem(body, OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_TIME_OUT_OF_RANGE, "date",
		            "the Date is over 30 days before the receipt, which stands in");
		return;
	}
	body->occurred_at = mail->date;
}

static const char *token_in(struct arena *arena, struct bytes secret,
                            const struct mail_address *addresses, size_t count)
{
	const char *ticket = NULL;

	for (size_t i = 0; i < count && ticket == NULL; i++)
		ticket = reply_token_verify(arena, secret, addresses[i].address);
	return ticket;
}

static const char *reply_ticket(struct arena *arena, struct bytes secret, const struct mail *mail)
{
	const char *ticket = token_in(arena, secret, mail->delivered_to, mail->delivered_to_count);

	if (ticket == NULL)
		ticket = token_in(arena, secret, mail->to, mail->to_count);
	if (ticket == NULL)
		ticket = token_in(arena, secret, mail->cc, mail->cc_count);
	return ticket;
}

static const char *root_of(const struct mail *mail)
{
	if (mail->reference_count > 0)
		return mail->references[0];
	return mail->in_reply_to != NULL ? mail->in_reply_to : mail->message_id;
}

static void read_thread(struct arena *arena, struct mail_body *body)
{
	const struct mail *const mail = &body->mail;
	const char **const ids = arena_alloc(arena, (mail->reference_count + 1) * sizeof(*ids));
	size_t count = 0;

	if (mail->in_reply_to != NULL)
		ids[count++] = mail->in_reply_to;
	for (size_t i = mail->reference_count; i-- > 0;) {
		if (!text_equal(mail->references[i], mail->in_reply_to))
			ids[count++] = mail->references[i];
	}
	body->thread = ids;
	body->thread_count = count;
	body->root = root_of(mail);
}

/* A program of ours that writes is no person of ours: its mail is not a reply. */
static void read_sender(struct arena *arena, const struct people *people, struct bytes secret,
                        struct mail_body *body)
{
	const char *const address = body->mail.from.address;

	body->role = OPSMESH__V1__ROLE__ROLE_CUSTOMER;
	if (*address == '\0')
		return;
	if (people_is_ours(people, address)) {
		body->role = mail_loop_hint(&body->mail) == NULL ? OPSMESH__V1__ROLE__ROLE_AGENT
		                                                 : OPSMESH__V1__ROLE__ROLE_BOT;
	}
	const char *const keys[] = { contact_key_address(arena, secret, address),
		                     contact_key_domain(arena, people, address) };
	for (size_t i = 0; i < COUNT_OF(keys); i++) {
		if (keys[i] != NULL)
			body->contact_keys[body->contact_key_count++] = keys[i];
	}
}

static const char *language_of(const struct mail *mail)
{
	static const char *const japanese[] = { "ISO-2022-JP", "CP932", "EUC-JP" };

	for (size_t i = 0; i < COUNT_OF(japanese); i++) {
		if (text_equal(mail->charset, japanese[i]))
			return "ja";
	}
	return "";
}

bool decode_email(struct arena *arena, struct bytes raw, struct instant received_at,
                  const struct people *people, const struct mail_secrets *secrets,
                  struct mail_body *body, struct refusal *refusal)
{
	struct mail_body result = { 0 };
	const char *reason = NULL;

	if (!mail_decode(arena, raw, &result.mail, &reason)) {
		*refusal = (struct refusal){ OPSMESH__V1__REFUSAL_CODE__REFUSAL_CODE_UNDECODABLE,
			                     "", reason };
		return false;
	}
	read_problems(&result);
	read_text(arena, &result);
	read_time(&result, received_at);
	read_thread(arena, &result);
	read_sender(arena, people, secrets->contact, &result);
	result.reply_ticket = reply_ticket(arena, secrets->reply, &result.mail);
	result.language = language_of(&result.mail);
	*body = result;
	return true;
}

void decode_email_key(struct arena *arena, struct bytes raw, struct bytes reply_secret,
                      const char **ticket, const char **root)
{
	struct mail mail;
	const char *reason;

	*ticket = NULL;
	*root = NULL;
	if (!mail_decode(arena, mail_head(raw), &mail, &reason))
		return;
	*ticket = reply_ticket(arena, reply_secret, &mail);
	*root = root_of(&mail);
}

const char *mail_id_digest(struct arena *arena, struct bytes secret, const char *id)
{
	uint8_t digest[DIGEST_SIZE];
	const struct bytes parts[] = { bytes_of("message-id\n"), bytes_of(id) };

	digest_hmac_sha256(secret, parts, COUNT_OF(parts), digest);
	return text_hex(arena, (struct bytes){ digest, sizeof(digest) });
}
