#include "common/io/mime_part.h"

#include "common/base/text.h"
#include "common/io/digest.h"
#include "common/io/html.h"

#include <string.h>
#include <strings.h>

/* Of one part, before markup and charset are taken off. */
#define RAW_TEXT_MAX ((size_t)4 * MAIL_TEXT_MAX)

/* What a part of the tree has to say. */
struct reading {
	struct buffer text;
	bool from_html;
};

static void read_object(struct mime *mime, GMimeObject *object, const char *charset, int depth,
                        struct reading *reading);

static const char *lower(struct arena *arena, const char *text)
{
	char *const copy = arena_string(arena, text == NULL ? "" : text);

	for (char *at = copy; *at != '\0'; at++)
		*at = (char)(*at >= 'A' && *at <= 'Z' ? *at - 'A' + 'a' : *at);
	return copy;
}

static const char *media_type(struct arena *arena, GMimeObject *object)
{
	GMimeContentType *const type = g_mime_object_get_content_type(object);
	char *const text = g_mime_content_type_get_mime_type(type);
	const char *const valid = text_repair(arena, bytes_of(text), NULL);

	g_free(text);
	return lower(arena, valid);
}

static struct bytes stream_bytes(struct arena *arena, GMimeStream *stream)
{
	const GByteArray *const array = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	const struct bytes bytes = arena_bytes(arena, (struct bytes){ array->data, array->len });

	g_object_unref(stream);
	return bytes.data == NULL ? (struct bytes){ "", 0 } : bytes;
}

/* Without its transfer encoding. */
static struct bytes part_content(struct arena *arena, GMimePart *part)
{
	GMimeDataWrapper *const wrapper = g_mime_part_get_content(part);
	GMimeStream *const stream = g_mime_stream_mem_new();

	if (wrapper != NULL)
		(void)g_mime_data_wrapper_write_to_stream(wrapper, stream);
	return stream_bytes(arena, stream);
}

/* A part as it came, with its header. */
static struct bytes object_source(struct arena *arena, GMimeObject *object)
{
	GMimeStream *const stream = g_mime_stream_mem_new();

	(void)g_mime_object_write_to_stream(object, NULL, stream);
	return stream_bytes(arena, stream);
}

/* The raw value of a part's own header; absent when there is none. */
static struct bytes part_header(GMimeObject *object, const char *name)
{
	GMimeHeader *const header =
	    g_mime_header_list_get_header(g_mime_object_get_header_list(object), name);

	return bytes_of(header == NULL ? NULL : g_mime_header_get_raw_value(header));
}

static const char *name_in_disposition(const char *value)
{
	GMimeContentDisposition *const parsed = g_mime_content_disposition_parse(NULL, value);
	const char *const name = g_mime_content_disposition_get_parameter(parsed, "filename");
	const char *const copy = g_strdup(name);

	g_object_unref(parsed);
	return copy;
}

static const char *name_in_type(const char *value)
{
	GMimeContentType *const parsed = g_mime_content_type_parse(NULL, value);
	const char *const copy = g_strdup(g_mime_content_type_get_parameter(parsed, "name"));

	g_object_unref(parsed);
	return copy;
}

/*
 * The headers are recoded first, so that the name is decoded by the charsets that this module
 * knows. A path says something about the sender's machine and nothing else: its last part stays.
 */
static const char *part_name(struct mime *mime, GMimeObject *object)
{
	static const char *const headers[] = { "Content-Disposition", "Content-Type" };
	struct word_notes notes = { 0 };
	const char *name = NULL;

	for (size_t i = 0; i < COUNT_OF(headers) && name == NULL; i++) {
		const struct bytes raw = part_header(object, headers[i]);
		if (raw.data == NULL || raw.size > MAIL_HEADER_MAX)
			continue;
		const char *const value = word_recode(mime->arena, raw, &notes);
		name = i == 0 ? name_in_disposition(value) : name_in_type(value);
	}
	if (name == NULL)
		return "";
	mime_note(mime, &notes, "attachment");
	char *plain = word_decode(mime->arena, bytes_of(name), &notes);
	g_free((void *)(uintptr_t)name);
	for (const char *at = plain; *at != '\0'; at++) {
		if ((*at == '/' || *at == '\\') && at[1] != '\0')
			plain = plain + (at - plain) + 1;
	}
	plain[text_fit(bytes_of(plain), MAIL_PHRASE_MAX)] = '\0';
	return plain;
}

static void add_attachment(struct mime *mime, GMimeObject *object, struct bytes content)
{
	struct mail_attachment *const attachment =
	    &mime->attachments[mime->mail->attachment_count++];
	const char *const id = g_mime_object_get_content_id(object);

	*attachment = (struct mail_attachment){
		.name = part_name(mime, object),
		.media_type = media_type(mime->arena, object),
		.content_id = id == NULL ? "" : text_repair(mime->arena, bytes_of(id), NULL),
		.content = content,
	};
	digest_sha256(content, attachment->sha256);
}

static void check_encoding(struct mime *mime, GMimeObject *object)
{
	static const char *const known[] = { "",           "7bit",   "8bit",
		                             "binary",     "base64", "quoted-printable",
		                             "x-uuencode", "x-uue",  "uuencode",
		                             "x-yencode",  "7-bit",  "8-bit",
		                             "7bits",      "8bits" };
	const struct bytes raw = part_header(object, "Content-Transfer-Encoding");
	struct word_notes notes = { 0 };

	if (raw.data == NULL)
		return;
	const char *const value = lower(mime->arena, word_decode(mime->arena, raw, &notes));
	const size_t size = strcspn(value, "; ");
	for (size_t i = 0; i < COUNT_OF(known); i++) {
		if (strlen(known[i]) == size && strncmp(known[i], value, size) == 0)
			return;
	}
	mime_repair(mime, MAIL_ENCODING_UNKNOWN, "text");
}

/* Line ends become \n; a byte order mark is none of the text. */
static size_t plain_lines(char *text)
{
	const char *from = text;
	char *to = text;

	if (text_starts(from, "\xEF\xBB\xBF"))
		from += 3;
	for (; *from != '\0'; from++) {
		if (*from != '\r')
			*to++ = *from;
		else if (from[1] != '\n')
			*to++ = '\n';
	}
	*to = '\0';
	return (size_t)(to - text);
}

static const char *object_charset(GMimeObject *object, const char *inherited)
{
	GMimeContentType *const type = g_mime_object_get_content_type(object);
	const char *const own =
	    type == NULL ? NULL : g_mime_content_type_get_parameter(type, "charset");

	return own == NULL ? inherited : own;
}

static const char *text_charset(struct mime *mime, GMimeObject *object, const char *inherited,
                                struct bytes content, bool html)
{
	const char *const own = object_charset(object, NULL);
	const char *const meta = own == NULL && html ? html_charset(mime->arena, content) : NULL;

	if (own != NULL)
		return own;
	return meta != NULL ? meta : inherited;
}

static void append(struct mime *mime, struct reading *reading, const char *text, size_t size)
{
	const size_t room = MAIL_TEXT_MAX - reading->text.size;
	const size_t fits = text_fit((struct bytes){ text, size }, room);

	if (fits < size)
		mime_repair(mime, MAIL_TOO_LONG, "text");
	buffer_add(&reading->text, text, fits);
}

static void read_text(struct mime *mime, GMimeObject *object, const char *inherited, bool html,
                      struct reading *reading)
{
	struct bytes content = part_content(mime->arena, GMIME_PART(object));

	check_encoding(mime, object);
	if (content.size > RAW_TEXT_MAX) {
		mime_repair(mime, MAIL_TOO_LONG, "text");
		content.size = RAW_TEXT_MAX;
	}
	const char *const charset = text_charset(mime, object, inherited, content, html);
	const struct charset_text decoded = charset_decode(mime->arena, content, charset);
	const struct word_notes notes = { decoded.repaired, decoded.verdict };
	mime_note(mime, &notes, "text");
	mime->mail->charset = decoded.charset;
	char *text = decoded.text;
	if (html) {
		text = html_text(mime->arena, bytes_of(text), MAIL_TEXT_MAX);
		reading->from_html = true;
	}
	const size_t size = plain_lines(text);
	const struct buffer *const before = &reading->text;
	if (size > 0 && before->size > 0 && before->data[before->size - 1] != '\n')
		append(mime, reading, "\n", 1);
	append(mime, reading, text, size);
}

static bool is_attached(GMimeObject *object)
{
	GMimeContentDisposition *const disposition = g_mime_object_get_content_disposition(object);
	const char *const word =
	    disposition == NULL ? NULL : g_mime_content_disposition_get_disposition(disposition);

	if (word != NULL && strcasecmp(word, "attachment") == 0)
		return true;
	return g_mime_part_get_filename(GMIME_PART(object)) != NULL;
}

/* A part whose header says nothing of its type is plain text (RFC 2045, 5.2). */
static bool is_type(GMimeObject *object, const char *type, const char *subtype)
{
	return g_mime_content_type_is_type(g_mime_object_get_content_type(object), type, subtype);
}

/* The whole mail is text whatever it calls itself; inside, a file with a name is a file. */
static void read_leaf(struct mime *mime, GMimeObject *object, const char *charset, int depth,
                      struct reading *reading)
{
	const bool html = is_type(object, "text", "html");
	const bool plain = is_type(object, "text", "plain");

	if ((html || plain) && (depth == 0 || !is_attached(object)))
		read_text(mime, object, charset, html, reading);
	else
		add_attachment(mime, object, part_content(mime->arena, GMIME_PART(object)));
}

static bool is_empty(const struct reading *reading)
{
	for (size_t i = 0; i < reading->text.size; i++) {
		if (strchr(" \t\n", (char)reading->text.data[i]) == NULL)
			return false;
	}
	return true;
}

/* All alternatives are read, for attachments may hide in any; plain text wins, then the last. */
static void read_alternative(struct mime *mime, GMimeMultipart *multipart, const char *charset,
                             int depth, struct reading *reading)
{
	struct reading best = { 0 };
	const int count = g_mime_multipart_get_count(multipart);

	for (int i = 0; i < count; i++) {
		struct reading next = { 0 };
		read_object(mime, g_mime_multipart_get_part(multipart, i), charset, depth + 1,
		            &next);
		if (!is_empty(&next) && (is_empty(&best) || (best.from_html && !next.from_html))) {
			buffer_finish(&best.text);
			best = next;
		} else {
			buffer_finish(&next.text);
		}
	}
	append(mime, reading, (const char *)best.text.data, best.text.size);
	reading->from_html |= best.from_html;
	buffer_finish(&best.text);
}

/* No part was found between the boundaries: what stands there is all there is. */
static void read_ruin(struct mime *mime, GMimeMultipart *multipart, const char *charset,
                      struct reading *reading)
{
	const char *const inside = g_mime_multipart_get_prologue(multipart);

	mime_repair(mime, MAIL_BROKEN_TREE, "tree");
	if (inside == NULL)
		return;
	const struct charset_text decoded = charset_decode(mime->arena, bytes_of(inside), charset);
	const struct word_notes notes = { decoded.repaired, decoded.verdict };
	mime_note(mime, &notes, "text");
	append(mime, reading, decoded.text, plain_lines(decoded.text));
}

static void read_multipart(struct mime *mime, GMimeMultipart *multipart, const char *charset,
                           int depth, struct reading *reading)
{
	GMimeObject *const object = GMIME_OBJECT(multipart);
	const int count = g_mime_multipart_get_count(multipart);
	const char *const inner = object_charset(object, charset);

	if (depth >= MAIL_DEPTH_MAX) {
		mime_repair(mime, MAIL_TOO_DEEP, "tree");
		return;
	}
	if (count == 0)
		read_ruin(mime, multipart, inner, reading);
	if (is_type(object, "multipart", "alternative")) {
		read_alternative(mime, multipart, inner, depth, reading);
		return;
	}
	for (int i = 0; i < count; i++)
		read_object(mime, g_mime_multipart_get_part(multipart, i), inner, depth + 1,
		            reading);
}

/* A mail inside of a mail is somebody else's words: a file, not text. */
static void read_message(struct mime *mime, GMimeObject *object)
{
	GMimeMessage *const message = g_mime_message_part_get_message(GMIME_MESSAGE_PART(object));

	if (message == NULL)
		mime_repair(mime, MAIL_BROKEN_TREE, "tree");
	else
		add_attachment(mime, object, object_source(mime->arena, GMIME_OBJECT(message)));
}

static void read_object(struct mime *mime, GMimeObject *object, const char *charset, int depth,
                        struct reading *reading)
{
	if (mime->parts >= MAIL_PARTS_MAX) {
		mime_repair(mime, MAIL_TOO_MANY, "tree");
		return;
	}
	mime->parts++;
	if (GMIME_IS_MULTIPART(object))
		read_multipart(mime, GMIME_MULTIPART(object), charset, depth, reading);
	else if (GMIME_IS_MESSAGE_PART(object))
		read_message(mime, object);
	else if (GMIME_IS_PART(object))
		read_leaf(mime, object, charset, depth, reading);
}

void mime_read_parts(struct mime *mime, GMimeObject *root)
{
	struct reading reading = { 0 };

	if (root != NULL)
		read_object(mime, root, NULL, 0, &reading);
	if (is_empty(&reading))
		mime_repair(mime, MAIL_NO_TEXT, "text");
	mime->mail->text =
	    text_repair(mime->arena, (struct bytes){ reading.text.data, reading.text.size }, NULL);
	mime->mail->text_from_html = reading.from_html;
	mime->mail->attachments =
	    arena_copy(mime->arena, mime->attachments,
	               mime->mail->attachment_count * sizeof(struct mail_attachment));
	buffer_finish(&reading.text);
}
