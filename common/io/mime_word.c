#include "common/io/mime_word.h"

#include "common/base/text.h"

#include <string.h>
#include <strings.h>

#define CHARSET_NAME_MAX 60

/* =?charset*language?B?text?= */
struct word {
	char charset[CHARSET_NAME_MAX + 1];
	bool base64;
	struct bytes text;
	size_t size; /* of the whole */
};

struct words {
	struct arena *arena;
	struct word_notes *notes;
	bool recode;
	struct buffer out;
	struct buffer run;                  /* decoded bytes of the words in a row */
	char charset[CHARSET_NAME_MAX + 1]; /* of the run; "" is none */
};

static void notes_add(struct word_notes *notes, const struct charset_text *text)
{
	notes->repaired += text->repaired;
	if (text->verdict != CHARSET_DECLARED)
		notes->verdict = text->verdict;
}

static int base64_value(unsigned char c)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *const at = c == '\0' ? NULL : strchr(alphabet, c);

	return at == NULL ? -1 : (int)(at - alphabet);
}

void word_unbase64(struct bytes in, struct buffer *out)
{
	const unsigned char *data = in.data;
	uint32_t bits = 0;
	unsigned count = 0;

	for (size_t i = 0; i < in.size; i++) {
		const int value = base64_value(data[i]);
		if (data[i] == '=')
			count = 0; /* the bits that are left say nothing */
		if (value < 0)
			continue;
		bits = (bits << 6 | (uint32_t)value) & 0xFFFFFF;
		count += 6;
		if (count >= 8) {
			const unsigned char byte = (unsigned char)(bits >> (count - 8));
			buffer_add(out, &byte, 1);
			count -= 8;
		}
	}
}

static int hex_value(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static void word_unquote(struct bytes in, struct buffer *out)
{
	const unsigned char *data = in.data;

	for (size_t i = 0; i < in.size; i++) {
		unsigned char byte = data[i] == '_' ? ' ' : data[i];
		const int high = i + 2 < in.size ? hex_value(data[i + 1]) : -1;
		const int low = i + 2 < in.size ? hex_value(data[i + 2]) : -1;
		if (byte == '=' && i + 2 < in.size && high >= 0 && low >= 0) {
			byte = (unsigned char)(high << 4 | low);
			i += 2;
		}
		buffer_add(out, &byte, 1);
	}
}

static const char *find_end(const char *at, const char *end)
{
	for (; at + 1 < end; at++) {
		if (at[0] == '?' && at[1] == '=')
			return at;
	}
	return NULL;
}

/* The encoded word that begins at text, if one does. */
static bool word_parse(const char *text, const char *end, struct word *word)
{
	const char *at = text + 2;
	size_t size = 0;

	if (end - text < 8 || text[0] != '=' || text[1] != '?')
		return false;
	for (; at < end && *at != '?' && *at != '*'; at++) {
		if (size == CHARSET_NAME_MAX || *at <= ' ' || *at == '=')
			return false;
		word->charset[size++] = *at;
	}
	word->charset[size] = '\0';
	while (at < end && *at != '?')
		at++;
	if (size == 0 || end - at < 5 || at[2] != '?' || strchr("bBqQ", at[1]) == NULL)
		return false;
	word->base64 = at[1] == 'b' || at[1] == 'B';
	const char *const close = find_end(at + 3, end);
	if (close == NULL)
		return false;
	word->text = (struct bytes){ at + 3, (size_t)(close - at) - 3 };
	word->size = (size_t)(close - text) + 2;
	return true;
}

static void words_put(struct words *words, const char *text, size_t size)
{
	if (!words->recode) {
		buffer_add(&words->out, text, size);
		return;
	}
	const char *const base64 = text_base64(words->arena, (struct bytes){ text, size });
	buffer_add(&words->out, "=?utf-8?B?", 10);
	buffer_add(&words->out, base64, strlen(base64));
	buffer_add(&words->out, "?=", 2);
}

/* The words in a row end here. */
static void words_flush(struct words *words)
{
	const struct bytes run = { words->run.data, words->run.size };

	if (words->charset[0] == '\0')
		return;
	const struct charset_text text = charset_decode(words->arena, run, words->charset);
	notes_add(words->notes, &text);
	words_put(words, text.text, strlen(text.text));
	buffer_clear(&words->run);
	words->charset[0] = '\0';
}

static void words_word(struct words *words, const struct word *word)
{
	if (strcasecmp(words->charset, word->charset) != 0) {
		words_flush(words);
		memcpy(words->charset, word->charset, sizeof(word->charset));
	}
	if (word->base64)
		word_unbase64(word->text, &words->run);
	else
		word_unquote(word->text, &words->run);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Blanks between two words are not text. */
static void words_blanks(struct words *words, const char **at, const char *end)
{
	struct word next;

	while (*at < end && is_blank(**at))
		(*at)++;
	if (words->charset[0] != '\0' && word_parse(*at, end, &next))
		return;
	words_flush(words);
	buffer_add(&words->out, " ", 1);
}

static void words_read(struct words *words, const char *at, const char *end)
{
	struct word word;

	while (at < end) {
		if (is_blank(*at)) {
			words_blanks(words, &at, end);
		} else if (word_parse(at, end, &word)) {
			words_word(words, &word);
			at += word.size;
		} else {
			words_flush(words);
			buffer_add(&words->out, at++, 1);
		}
	}
	words_flush(words);
}

/* Control characters have no business in a header's text. */
static char *trimmed(struct arena *arena, struct bytes text)
{
	size_t ignored = 0;
	char *const result = text_repair(arena, text, &ignored);
	char *to = result;

	for (const char *from = result; *from != '\0'; from++) {
		const unsigned char c = (unsigned char)*from;
		const bool blank = c <= ' ' || c == 0x7F;
		if (blank && (to == result || to[-1] == ' '))
			continue;
		*to = *from;
		if (blank)
			*to = ' ';
		to++;
	}
	if (to > result && to[-1] == ' ')
		to--;
	*to = '\0';
	return result;
}

static char *words_run(struct arena *arena, struct bytes raw, bool recode, struct word_notes *notes)
{
	struct words words = { .arena = arena, .notes = notes, .recode = recode };
	const struct charset_text plain = charset_decode(arena, raw, NULL);

	if (plain.repaired > 0 || !text_equal(plain.charset, "UTF-8"))
		notes_add(notes, &plain); /* raw UTF-8 is allowed (RFC 6532): no guess */
	words_read(&words, plain.text, plain.text + strlen(plain.text));
	char *const result = trimmed(arena, (struct bytes){ words.out.data, words.out.size });
	buffer_finish(&words.out);
	buffer_finish(&words.run);
	return result;
}

char *word_decode(struct arena *arena, struct bytes raw, struct word_notes *notes)
{
	return words_run(arena, raw, false, notes);
}

char *word_recode(struct arena *arena, struct bytes raw, struct word_notes *notes)
{
	return words_run(arena, raw, true, notes);
}
