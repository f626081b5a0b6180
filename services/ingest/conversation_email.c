/*
 * conversation_email - a mail finds its thread, or opens a ticket.
 *
 * A ticket of a thread is computed from the mailbox and the thread's root, so that a mail which overtakes
 * the one it answers finds the same ticket. The subject never decides.
 */
#include "services/ingest/conversation.h"

#include "common/base/text.h"
#include "common/io/proto.h"
#include "services/ingest/decode_email.h"

#include <string.h>

struct mail_request {
	struct request *request;
	const char *mailbox;
	struct mail_body body;
	struct bytes secret;
	const char *person; /* the sender's key; "": nobody is known */
	const char *whose;  /* whose data the texts are */
};

/* The ticket to which a mail of this thread went before; NULL: none. */
static const char *known_thread(struct mail_request *mail)
{
	struct task *const task = mail->request->task;

	for (size_t i = 0; i < mail->body.thread_count; i++) {
		struct mail_thread_row row = { .mailbox = mail->mailbox,
			                       .message_digest =
			                           mail_id_digest(task->arena, mail->secret,
			                                          mail->body.thread[i]) };

		if (task_load(task, &mail_thread_table, &row))
			return row.ticket_id;
	}
	return NULL;
}

static const char *ticket_of_root(struct mail_request *mail)
{
	struct arena *const arena = mail->request->task->arena;
	const char *const texts[] = { "mail", mail->mailbox,
		                      mail->body.root == NULL
		                          ? mail->request->id
		                          : mail_id_digest(arena, mail->secret, mail->body.root) };

	return id_of_texts(arena, texts, COUNT_OF(texts));
}

static void remember_thread(struct mail_request *mail, const char *ticket_id)
{
	struct task *const task = mail->request->task;
	const char *const ids[] = { mail->body.mail.message_id, mail->body.root };

	for (size_t i = 0; i < COUNT_OF(ids); i++)
		if (ids[i] != NULL)
			task_save(task, &mail_thread_table,
			          &(struct mail_thread_row){
				      mail->mailbox,
				      mail_id_digest(task->arena, mail->secret, ids[i]),
				      ticket_id });
}

/* Attachments. */

static void keep_parts(struct task *task, const char *digest, struct bytes content)
{
	struct attachment_part_row part = { .digest = digest };

	for (; content.size > 0; part.place++) {
		const size_t size =
		    content.size < ATTACHMENT_PART_SIZE ? content.size : ATTACHMENT_PART_SIZE;

		part.body = (struct bytes){ content.data, size };
		task_save(task, &attachment_part_table, &part);
		content = (struct bytes){ (const char *)content.data + size, content.size - size };
	}
}

/* The same content in another mail is the same attachment. */
static void keep_attachments(struct mail_request *mail)
{
	struct task *const task = mail->request->task;

	for (size_t i = 0; i < mail->body.mail.attachment_count; i++) {
		const struct mail_attachment *const file = &mail->body.mail.attachments[i];
		struct attachment_row row = {
			.digest = text_hex(task->arena,
			                   (struct bytes){ file->sha256, sizeof(file->sha256) })
		};

		if (task_load(task, &attachment_table, &row))
			continue;
		row.size = (int64_t)file->content.size;
		row.request_id = mail->request->id;
		task_save(task, &attachment_table, &row);
		keep_parts(task, row.digest, file->content);
	}
}

/* The message. */

static void fill_problems(struct mail_request *mail, Opsmesh__V1__MessageAdded *message)
{
	struct arena *const arena = mail->request->task->arena;

	message->problems =
	    arena_alloc(arena, (mail->body.problem_count + 1) * sizeof(*message->problems));
	for (size_t i = 0; i < mail->body.problem_count; i++) {
		Opsmesh__V1__Problem *const problem = arena_alloc(arena, sizeof(*problem));

		opsmesh__v1__problem__init(problem);
		problem->code = mail->body.problems[i].code;
		problem->field = text_mutable(mail->body.problems[i].field);
		problem->reason = text_mutable(mail->body.problems[i].reason);
		message->problems[message->n_problems++] = problem;
	}
}

static void fill_attachments(struct mail_request *mail, Opsmesh__V1__MessageAdded *message)
{
	struct arena *const arena = mail->request->task->arena;
	const struct mail *const decoded = &mail->body.mail;

	message->attachments =
	    arena_alloc(arena, (decoded->attachment_count + 1) * sizeof(*message->attachments));
	for (size_t i = 0; i < decoded->attachment_count; i++) {
		const struct mail_attachment *const file = &decoded->attachments[i];
		Opsmesh__V1__Attachment *const attachment = arena_alloc(arena, sizeof(*attachment));

		opsmesh__v1__attachment__init(attachment);
		attachment->digest =
		    text_hex(arena, (struct bytes){ file->sha256, sizeof(file->sha256) });
		attachment->name = personal_text(arena, mail->whose, file->name);
		attachment->media_type = text_mutable(file->media_type);
		attachment->size = (int64_t)file->content.size;
		message->attachments[message->n_attachments++] = attachment;
	}
}

static void fill_external_id(struct mail_request *mail, Opsmesh__V1__MessageAdded *message)
{
	struct arena *const arena = mail->request->task->arena;
	Opsmesh__V1__ExternalId *const id = arena_alloc(arena, sizeof(*id));

	if (mail->body.mail.message_id == NULL)
		return;
	opsmesh__v1__external_id__init(id);
	id->source = text_mutable("email");
	id->digest = text_mutable(mail_id_digest(arena, mail->secret, mail->body.mail.message_id));
	id->id = personal_text(arena, mail->whose, mail->body.mail.message_id);
	message->external_ids = arena_alloc(arena, sizeof(*message->external_ids));
	message->external_ids[message->n_external_ids++] = id;
}

static Opsmesh__V1__MessageAdded *message_of(struct mail_request *mail)
{
	struct arena *const arena = mail->request->task->arena;
	Opsmesh__V1__MessageAdded *const message = arena_alloc(arena, sizeof(*message));

	opsmesh__v1__message_added__init(message);
	message->message_id = text_mutable(mail->request->id);
	message->role = mail->body.role;
	message->author = text_mutable(mail->person);
	message->visibility = OPSMESH__V1__VISIBILITY__VISIBILITY_PUBLIC;
	message->body = personal_text(arena, mail->whose, mail->body.mail.text);
	message->channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	message->language_hint = text_mutable(mail->body.language);
	message->natural_id = mail->request->received->natural_id;
	message->received_at = proto_timestamp(arena, mail->request->received_at);
	fill_problems(mail, message);
	fill_attachments(mail, message);
	fill_external_id(mail, message);
	return message;
}

static Opsmesh__V1__TicketOpened *opened_of(struct mail_request *mail,
                                            const Opsmesh__V1__MessageAdded *message)
{
	struct arena *const arena = mail->request->task->arena;
	Opsmesh__V1__TicketOpened *const opened = arena_alloc(arena, sizeof(*opened));

	opsmesh__v1__ticket_opened__init(opened);
	opened->channel = OPSMESH__V1__CHANNEL__CHANNEL_EMAIL;
	opened->subject = personal_text(arena, mail->whose, mail->body.mail.subject);
	opened->requester = personal_text(arena, mail->whose, mail->body.mail.from.address);
	opened->contact_key = text_mutable(mail->person);
	opened->language_hint = text_mutable(mail->body.language);
	opened->natural_id = mail->request->received->natural_id;
	opened->mailbox = text_mutable(mail->mailbox);
	opened->n_problems = message->n_problems;
	opened->problems = message->problems;
	opened->n_external_ids = message->n_external_ids;
	opened->external_ids = message->external_ids;
	opened->status = OPSMESH__V1__TICKET_STATUS__TICKET_STATUS_NEW;
	return opened;
}

/* Asking the ticket's owner. */

static enum status answer(struct mail_request *mail, const char *ticket_id)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__MessageReceived received = OPSMESH__V1__MESSAGE_RECEIVED__INIT;

	received.message = message_of(mail);
	received.otherwise = opened_of(mail, received.message);
	received.next_ticket_id = text_mutable(conversation_next_ticket(mail->request, ticket_id));
	event.actor = actor_make(mail->request, mail->body.role, "");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_MESSAGE_RECEIVED;
	event.message_received = &received;
	return conversation_ask(mail->request, ticket_id, mail->body.occurred_at, &event);
}

static enum status open_thread(struct mail_request *mail, const char *ticket_id)
{
	Opsmesh__V1__ByTicketEvent event = OPSMESH__V1__BY_TICKET_EVENT__INIT;
	Opsmesh__V1__TicketRequested requested = OPSMESH__V1__TICKET_REQUESTED__INIT;

	requested.message = message_of(mail);
	requested.opened = opened_of(mail, requested.message);
	requested.n_contact_keys = mail->body.contact_key_count;
	requested.contact_keys = (char **)(uintptr_t)mail->body.contact_keys;
	event.actor = actor_make(mail->request, mail->body.role, "");
	event.fact_case = OPSMESH__V1__BY_TICKET_EVENT__FACT_TICKET_REQUESTED;
	event.ticket_requested = &requested;
	return conversation_ask(mail->request, ticket_id, mail->body.occurred_at, &event);
}

/* A mail of which nothing can be read is a ticket all the same: a person has to look. */
static enum status open_unreadable(struct mail_request *mail, const struct refusal *refusal)
{
	mail->body = (struct mail_body){ .mail = { .subject = "", .text = "", .from = { "", "" } },
		                         .role = OPSMESH__V1__ROLE__ROLE_CUSTOMER,
		                         .language = "",
		                         .occurred_at = mail->request->received_at };
	mail->body.problems[mail->body.problem_count++] =
	    (struct mail_problem){ OPSMESH__V1__PROBLEM_CODE__PROBLEM_CODE_BROKEN_MIME,
		                   refusal->field, refusal->reason };
	mail->person = "";
	mail->whose = ticket_of_root(mail);
	return open_thread(mail, mail->whose);
}

enum status conversation_email(struct request *request)
{
	struct arena *const arena = request->task->arena;
	const struct people *const people = task_document(request->task, PEOPLE);
	struct mail_request mail = { .request = request,
		                     .mailbox = request_parameter(request, "mailbox"),
		                     .secret = bytes_of(request->config->contact_secret) };
	const struct mail_secrets secrets = { mail.secret,
		                              bytes_of(request->config->reply_secret) };
	struct refusal refusal;

	if (!decode_email(arena, request->body, request->received_at, people, &secrets, &mail.body,
	                  &refusal))
		return open_unreadable(&mail, &refusal);
	const char *const known =
	    mail.body.reply_ticket != NULL ? mail.body.reply_ticket : known_thread(&mail);
	const char *const ticket_id = known != NULL ? known : ticket_of_root(&mail);

	mail.person = mail.body.contact_key_count > 0 ? mail.body.contact_keys[0] : "";
	mail.whose = personal_subject(mail.person, ticket_id);
	remember_thread(&mail, ticket_id);
	keep_attachments(&mail);
	if (known != NULL)
		return answer(&mail, ticket_id);
	TRY(open_thread(&mail, ticket_id));
	return conversation_see(request, ticket_id, mail.body.occurred_at, mail.body.contact_keys,
	                        mail.body.contact_key_count);
}
