#include "common/io/mime.h"

#include "common/base/text.h"
#include "common/io/mime_guard.h"
#include "common/io/mime_part.h"

#include <pthread.h>
#include <string.h>
#include <strings.h>

static const char *const repair_names[] = {
#define ON(upper_, lower_, doc_) [MAIL_##upper_] = #lower_,
	MAIL_REPAIRS(ON)
#undef ON
};

const char *mail_repair_name(enum mail_repair_kind kind)
{
	return repair_names[kind];
}

const char *mail_repair_doc(enum mail_repair_kind kind)
{
	static const char *const docs[] = {
#define ON(upper_, lower_, doc_) [MAIL_##upper_] = (doc_),
		MAIL_REPAIRS(ON)
#undef ON
	};

	return docs[kind];
}

void mime_repair(struct mime *mime, enum mail_repair_kind kind, const char *where)
{
	struct mail *const mail = mime->mail;

	for (size_t i = 0; i < mail->repair_count; i++) {
		if (mime->repairs[i].kind == kind && text_equal(mime->repairs[i].where, where))
			return;
	}
	if (mail->repair_count < MAIL_REPAIRS_MAX)
		mime->repairs[mail->repair_count++] = (struct mail_repair){ kind, where };
}

void mime_note(struct mime *mime, const struct word_notes *notes, const char *where)
{
	static const enum mail_repair_kind kinds[] = {
		[CHARSET_MISSING] = MAIL_CHARSET_GUESSED,
		[CHARSET_STRANGE] = MAIL_CHARSET_UNKNOWN,
		[CHARSET_DENIED] = MAIL_CHARSET_WRONG,
	};

	if (notes->verdict != CHARSET_DECLARED)
		mime_repair(mime, kinds[notes->verdict], where);
	if (notes->repaired > 0)
		mime_repair(mime, MAIL_CHARSET_REPAIRED, where);
}

/* The library's tables, once for the process. */
static void library_start(void)
{
	g_mime_init();
}

/* The raw value of the n-th header of that name, cut to what is looked at; absent: no such. */
static struct bytes header_raw(struct mime *mime, GMimeHeaderList *headers, const char *name, int n)
{
	const int count = g_mime_header_list_get_count(headers);

	for (int i = 0; i < count; i++) {
		GMimeHeader *const header = g_mime_header_list_get_header_at(headers, i);
		if (strcasecmp(g_mime_header_get_name(header), name) != 0 || n-- > 0)
			continue;
		struct bytes raw = bytes_of(g_mime_header_get_raw_value(header));
		if (raw.size > MAIL_HEADER_MAX) {
			raw.size = MAIL_HEADER_MAX;
			mime_repair(mime, MAIL_TOO_LONG, "header");
		}
		return raw;
	}
	return (struct bytes){ 0 };
}

/* NULL: no such header, or nothing in it. */
static char *header_text(struct mime *mime, GMimeHeaderList *headers, const char *name,
                         const char *where)
{
	const struct bytes raw = header_raw(mime, headers, name, 0);
	struct word_notes notes = { 0 };

	if (raw.data == NULL)
		return NULL;
	char *const text = word_decode(mime->arena, raw, &notes);
	mime_note(mime, &notes, where);
	if (strlen(text) > MAIL_PHRASE_MAX) {
		text[text_fit(bytes_of(text), MAIL_PHRASE_MAX)] = '\0';
		mime_repair(mime, MAIL_TOO_LONG, where);
	}
	return *text == '\0' ? NULL : text;
}

/* The first word of a header, in lower case: "auto-replied; owner=x" is auto-replied. */
static const char *header_word(struct mime *mime, GMimeHeaderList *headers, const char *name)
{
	char *const text = header_text(mime, headers, name, "header");

	if (text == NULL)
		return NULL;
	text[strcspn(text, "; (")] = '\0';
	for (char *at = text; *at != '\0'; at++)
		*at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
	return text;
}

static const char *list_id(struct mime *mime, GMimeHeaderList *headers)
{
	char *const text = header_text(mime, headers, "List-Id", "header");
	char *const open = text == NULL ? NULL : strrchr(text, '<');

	if (open == NULL)
		return text;
	open[1 + strcspn(open + 1, ">")] = '\0';
	return open + 1;
}

/* An id without brackets and without the blanks that folding left; NULL: it is none. */
static const char *id_normal(struct mime *mime, const char *text, size_t size)
{
	char *const id = arena_text(mime->arena, text, size);
	size_t length = 0;

	for (size_t i = 0; i < size; i++) {
		if (strchr(" \t\r\n<>", id[i]) == NULL)
			id[length++] = id[i];
	}
	id[length] = '\0';
	if (length == 0)
		return NULL;
	if (length > MAIL_ID_MAX) {
		mime_repair(mime, MAIL_TOO_LONG, "message_id");
		return NULL;
	}
	return id;
}

/* The next id between brackets at *at; what stands outside may be anything, even an address. */
static const char *id_next(struct mime *mime, const char **at)
{
	const char *id = NULL;

	while (id == NULL && (*at = strchr(*at, '<')) != NULL) {
		const char *const from = ++*at;
		*at += strcspn(from, "<>");
		id = id_normal(mime, from, (size_t)(*at - from));
	}
	return id;
}

/* All ids of a header, oldest first; where they are too many the first and the last ones. */
static size_t header_ids(struct mime *mime, GMimeHeaderList *headers, const char *name,
                         const char *ids[static MAIL_REFERENCES_MAX])
{
	const struct bytes raw = header_raw(mime, headers, name, 0);
	struct word_notes notes = { 0 };
	const char *id;
	size_t count = 0;

	if (raw.data == NULL)
		return 0;
	const char *at = word_decode(mime->arena, raw, &notes);
	while ((id = id_next(mime, &at)) != NULL) {
		if (count == MAIL_REFERENCES_MAX) {
			memmove(&ids[1], &ids[2], (--count - 1) * sizeof(ids[0]));
			mime_repair(mime, MAIL_TOO_MANY, "references");
		}
		ids[count++] = id;
	}
	return count;
}

/* Some programs forget the brackets of their own id. */
static const char *own_id(struct mime *mime, GMimeHeaderList *headers)
{
	const char *ids[MAIL_REFERENCES_MAX];
	struct word_notes notes = { 0 };
	const struct bytes raw = header_raw(mime, headers, "Message-ID", 0);

	if (header_ids(mime, headers, "Message-ID", ids) > 0)
		return ids[0];
	const char *const bare = raw.data == NULL ? "" : word_decode(mime->arena, raw, &notes);
	return id_normal(mime, bare, strlen(bare));
}

static void read_thread(struct mime *mime, GMimeHeaderList *headers)
{
	struct mail *const mail = mime->mail;
	const char *ids[MAIL_REFERENCES_MAX];

	mail->message_id = own_id(mime, headers);
	if (mail->message_id == NULL)
		mime_repair(mime, MAIL_NO_MESSAGE_ID, "message_id");
	if (header_ids(mime, headers, "In-Reply-To", ids) > 0)
		mail->in_reply_to = ids[0];
	mail->reference_count = header_ids(mime, headers, "References", ids);
	mail->references = arena_copy(mime->arena, ids, mail->reference_count * sizeof(ids[0]));
}

/* A usable address: something, an @, a domain; no blanks, no control characters. */
static const char *address_normal(struct mime *mime, const char *text)
{
	char *const copy = text_repair(mime->arena, bytes_of(text), NULL);
	char *const at = strrchr(copy, '@');

	if (at == NULL || at == copy || at[1] == '\0' || strlen(copy) > MAIL_ADDRESS_MAX)
		return NULL;
	for (const char *c = copy; *c != '\0'; c++) {
		if ((unsigned char)*c <= ' ' || *c == 0x7F)
			return NULL;
	}
	for (char *c = at; *c != '\0'; c++)
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c - 'A' + 'a' : *c);
	return copy;
}

static bool address_read(struct mime *mime, InternetAddress *from, struct mail_address *address)
{
	struct word_notes notes = { 0 };
	const char *const name = internet_address_get_name(from);
	const char *const plain =
	    address_normal(mime, internet_address_mailbox_get_addr(INTERNET_ADDRESS_MAILBOX(from)));

	if (plain == NULL)
		return false;
	char *const decoded = word_decode(mime->arena, bytes_of(name == NULL ? "" : name), &notes);
	decoded[text_fit(bytes_of(decoded), MAIL_PHRASE_MAX)] = '\0';
	*address = (struct mail_address){ decoded, plain };
	return true;
}

/* Mailboxes in their order, those of groups too. */
static void list_read(struct mime *mime, InternetAddressList *list, int depth,
                      struct mail_address *addresses, size_t *count)
{
	const int length = internet_address_list_length(list);

	for (int i = 0; i < length; i++) {
		InternetAddress *const one = internet_address_list_get_address(list, i);
		if (*count == MAIL_RECIPIENTS_MAX) {
			mime_repair(mime, MAIL_TOO_MANY, "recipients");
			return;
		}
		if (INTERNET_ADDRESS_IS_MAILBOX(one))
			*count += address_read(mime, one, &addresses[*count]);
		else if (depth == 0) /* groups do not nest */
			list_read(mime,
			          internet_address_group_get_members(INTERNET_ADDRESS_GROUP(one)),
			          1, addresses, count);
	}
}

static size_t header_addresses(struct mime *mime, GMimeHeaderList *headers, const char *name, int n,
                               struct mail_address *addresses, size_t count)
{
	const struct bytes raw = header_raw(mime, headers, name, n);
	struct word_notes notes = { 0 };

	if (raw.data == NULL)
		return count;
	InternetAddressList *const list =
	    internet_address_list_parse(NULL, word_recode(mime->arena, raw, &notes));
	mime_note(mime, &notes, "addresses");
	if (list == NULL)
		return count;
	list_read(mime, list, 0, addresses, &count);
	g_object_unref(list);
	return count;
}

static void read_sender(struct mime *mime, GMimeHeaderList *headers, struct mail_address *room)
{
	static const char *const others[] = { "Sender", "Reply-To", "Return-Path" };
	struct mail *const mail = mime->mail;

	mail->from = (struct mail_address){ "", "" };
	if (header_addresses(mime, headers, "From", 0, room, 0) > 0) {
		mail->from = room[0];
		return;
	}
	mime_repair(mime, MAIL_NO_SENDER, "from");
	for (size_t i = 0; i < COUNT_OF(others) && *mail->from.address == '\0'; i++) {
		if (header_addresses(mime, headers, others[i], 0, room, 0) > 0)
			mail->from = room[0];
	}
}

static const struct mail_address *kept(struct mime *mime, const struct mail_address *room,
                                       size_t count)
{
	return arena_copy(mime->arena, room, count * sizeof(*room));
}

static void read_addresses(struct mime *mime, GMimeHeaderList *headers)
{
	struct mail *const mail = mime->mail;
	struct mail_address *const room =
	    arena_alloc(mime->arena, MAIL_RECIPIENTS_MAX * sizeof(*room));

	read_sender(mime, headers, room);
	mail->to_count = header_addresses(mime, headers, "To", 0, room, 0);
	mail->to = kept(mime, room, mail->to_count);
	mail->cc_count = header_addresses(mime, headers, "Cc", 0, room, 0);
	mail->cc = kept(mime, room, mail->cc_count);
	mail->delivered_to_count = header_addresses(mime, headers, "Delivered-To", 0, room, 0);
	mail->delivered_to_count =
	    header_addresses(mime, headers, "X-Original-To", 0, room, mail->delivered_to_count);
	mail->delivered_to = kept(mime, room, mail->delivered_to_count);
}

static void read_date(struct mime *mime, GMimeHeaderList *headers)
{
	struct mail *const mail = mime->mail;
	const char *const text = header_text(mime, headers, "Date", "date");

	if (text == NULL) {
		mime_repair(mime, MAIL_NO_DATE, "date");
		return;
	}
	GDateTime *const parsed = g_mime_utils_header_decode_date(text);
	if (parsed == NULL) {
		mime_repair(mime, MAIL_BAD_DATE, "date");
		return;
	}
	const struct instant date = { g_date_time_to_unix(parsed) * SECONDS(1).us };
	const GTimeSpan offset = g_date_time_get_utc_offset(parsed);
	g_date_time_unref(parsed);
	mail->dated = !time_before(date, TIME_OLDEST) && !time_before(TIME_NEWEST, date);
	if (!mail->dated) {
		mime_repair(mime, MAIL_BAD_DATE, "date");
		return;
	}
	mail->date = date;
	mail->date_offset_s = (int32_t)(offset / G_TIME_SPAN_SECOND);
}

static void read_hints(struct mime *mime, GMimeHeaderList *headers)
{
	struct mail *const mail = mime->mail;
	const char *const path = header_text(mime, headers, "Return-Path", "header");

	mail->auto_submitted = header_word(mime, headers, "Auto-Submitted");
	mail->precedence = header_word(mime, headers, "Precedence");
	mail->list_id = list_id(mime, headers);
	mail->bounce = path != NULL && text_equal(path, "<>");
}

struct bytes mail_head(struct bytes raw)
{
	const char *const data = raw.data;
	const char *end = data;

	for (size_t left = raw.size; left > 0; left = raw.size - (size_t)(end - data)) {
		const char *const line = memchr(end, '\n', left);
		if (line == NULL)
			return raw;
		const bool blank = line == end || (line == end + 1 && *end == '\r');
		end = line + 1;
		if (blank)
			break;
	}
	return (struct bytes){ data, (size_t)(end - data) };
}

const char *mail_loop_hint(const struct mail *mail)
{
	if (mail->auto_submitted != NULL && !text_equal(mail->auto_submitted, "no"))
		return "auto_submitted";
	if (mail->bounce)
		return "bounce";
	if (mail->list_id != NULL)
		return "list_id";
	if (mail->precedence != NULL &&
	    (text_equal(mail->precedence, "bulk") || text_equal(mail->precedence, "junk") ||
	     text_equal(mail->precedence, "list") || text_equal(mail->precedence, "auto_reply")))
		return "precedence";
	return NULL;
}

static void on_warning(gint64 offset, GMimeParserWarning warning, const gchar *item, gpointer data)
{
	struct mime *const mime = data;

	(void)offset;
	(void)item;
	if (warning == GMIME_CRIT_NESTING_OVERFLOW)
		mime_repair(mime, MAIL_TOO_DEEP, "tree");
	if (warning == GMIME_WARN_MALFORMED_MULTIPART || warning == GMIME_WARN_TRUNCATED_MESSAGE ||
	    warning == GMIME_CRIT_MULTIPART_WITHOUT_BOUNDARY)
		mime_repair(mime, MAIL_BROKEN_TREE, "tree");
}

static GMimeMessage *parse(struct mime *mime, struct bytes raw)
{
	GMimeParserOptions *const options = g_mime_parser_options_new();
	GMimeStream *const stream = g_mime_stream_mem_new_with_buffer(raw.data, raw.size);
	GMimeParser *const parser = g_mime_parser_new_with_stream(stream);

	g_mime_parser_options_set_warning_callback(options, on_warning, mime);
	GMimeMessage *const message = g_mime_parser_construct_message(parser, options);
	g_object_unref(parser);
	g_object_unref(stream);
	g_mime_parser_options_free(options);
	return message;
}

/* "From sender date" is how a mail box divides its mails; no part of the mail ("From :" is). */
static struct bytes without_mbox_line(struct mime *mime, struct bytes raw)
{
	const char *const data = raw.data;
	const char *const end =
	    raw.size > 5 && memcmp(data, "From ", 5) == 0 ? memchr(data, '\n', raw.size) : NULL;

	if (end == NULL || data[4 + strspn(data + 4, " ")] == ':')
		return raw;
	mime_repair(mime, MAIL_MBOX_LINE, "header");
	return (struct bytes){ end + 1, raw.size - (size_t)(end + 1 - data) };
}

static void read_message(struct mime *mime, GMimeMessage *message)
{
	GMimeHeaderList *const headers = g_mime_object_get_header_list(GMIME_OBJECT(message));
	struct mail *const mail = mime->mail;

	if (g_mime_header_list_get_count(headers) == 0)
		mime_repair(mime, MAIL_NO_HEADER, "header");
	read_thread(mime, headers);
	read_date(mime, headers);
	read_addresses(mime, headers);
	read_hints(mime, headers);
	const char *const subject = header_text(mime, headers, "Subject", "subject");
	mail->subject = subject == NULL ? "" : subject;
	mime_read_parts(mime, g_mime_message_get_mime_part(message));
	mail->repairs =
	    arena_copy(mime->arena, mime->repairs, mail->repair_count * sizeof(mime->repairs[0]));
}

bool mail_decode(struct arena *arena, struct bytes raw, struct mail *mail, const char **reason)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct mail result = { .charset = "US-ASCII" };

	if (raw.size == 0 || raw.size > MAIL_SIZE_MAX) {
		*reason = raw.size == 0 ? "the mail is empty" : "the mail is over 25 MiB";
		return false;
	}
	(void)pthread_once(&once, library_start);
	struct mime *const mime = arena_zero(arena, sizeof(*mime));
	mime->arena = arena;
	mime->mail = &result;
	const struct bytes whole = without_mbox_line(mime, raw);
	const struct bytes seen = mime_guard(whole);
	if (seen.size < whole.size)
		mime_repair(mime, MAIL_TOO_MANY, "tree");
	GMimeMessage *const message = parse(mime, seen);
	if (message == NULL) {
		*reason = "it does not begin as a mail does: no header";
		return false;
	}
	read_message(mime, message);
	g_object_unref(message);
	if (result.from.address[0] == '\0' && result.subject[0] == '\0' &&
	    result.message_id == NULL && result.attachment_count == 0 &&
	    result.text[strspn(result.text, " \t\n")] == '\0') {
		*reason = "it has no header, no text and no attachment";
		return false;
	}
	*mail = result;
	return true;
}
