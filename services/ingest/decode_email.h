/*
 * decode_email - a mail as a message for a ticket: which thread, who wrote, when, what was wrong.
 */
#ifndef SERVICES_INGEST_DECODE_EMAIL_H
#define SERVICES_INGEST_DECODE_EMAIL_H

#include "common/io/mime.h"
#include "services/ingest/decode.h"
#include "services/ingest/people.h"

#define MAIL_CONTACT_KEYS_MAX 2
#define MAIL_PROBLEMS_MAX (MAIL_REPAIRS_MAX + 4)

struct mail_secrets {
	struct bytes contact; /* of contact_key_address and of id digests */
	struct bytes reply;   /* of reply_token_make */
};

struct mail_problem {
	Opsmesh__V1__ProblemCode code;
	const char *field;
	const char *reason;
};

struct mail_body {
	struct mail mail;
	const char *reply_ticket; /* of a signed reply address of ours; NULL: none */
	/*
	 * Message-IDs by which the thread may be known, the surest first: In-Reply-To, then
	 * References from the newest to the oldest. Never the subject.
	 */
	const char *const *thread;
	size_t thread_count;
	const char *root; /* the thread's key: first of References, In-Reply-To, own; NULL: none */
	Opsmesh__V1__Role role; /* when it was written: customer, agent, or bot of ours */
	const char *contact_keys[MAIL_CONTACT_KEYS_MAX]; /* strongest first */
	size_t contact_key_count;
	const char *language; /* "ja" by the charset; "": not known */
	struct instant occurred_at;
	struct mail_problem problems[MAIL_PROBLEMS_MAX];
	size_t problem_count;
};

bool decode_email(struct arena *arena, struct bytes raw, struct instant received_at,
                  const struct people *people, const struct mail_secrets *secrets,
                  struct mail_body *body, struct refusal *refusal);

/*
 * For the edge, from the header alone: by what the mail is keyed on the journal. ticket is that of
 * a signed reply address, else root is a Message-ID; both NULL: it has no id either.
 */
void decode_email_key(struct arena *arena, struct bytes raw, struct bytes reply_secret,
                      const char **ticket, const char **root);
/* Keyed hash of a Message-ID, lower-case hex: what ids look like in keys and tables. */
const char *mail_id_digest(struct arena *arena, struct bytes secret, const char *id);

#endif
