#include "services/classifier/language_inside.h"

#include "common/base/status.h"

#include <string.h>

/* A longer run without a blank is a key, a wall of base64, a stuck key: no word. */
#define RUN_MAX 40

/* How much one letter says, next to one Latin letter. */
static const uint32_t letter_weights[SCRIPTS] = {
	[SCRIPT_LATIN] = 1,  [SCRIPT_KANA] = 2,  [SCRIPT_HAN] = 3,
	[SCRIPT_HANGUL] = 2, [SCRIPT_OTHER] = 1,
};

/* Points first..last-1 of a text: a line, a sentence, a run without blanks. */
struct piece {
	const struct prepared *text;
	size_t first;
	size_t last;
};

static uint32_t code_at(const struct piece *piece, size_t at)
{
	return at < piece->last ? piece->text->points[at].code : 0;
}

static bool east_asian(enum script script)
{
	return script == SCRIPT_KANA || script == SCRIPT_HAN || script == SCRIPT_HANGUL;
}

static bool ascii_mark(uint32_t code)
{
	return code > ' ' && code < 0x7F && !(code >= 'a' && code <= 'z') &&
	       !(code >= '0' && code <= '9');
}

static bool upper_at(const struct piece *piece, size_t at)
{
	const char letter = piece->text->text[piece->text->points[at].at];

	return letter >= 'A' && letter <= 'Z';
}

static bool line_breaks(const struct prepared *text, size_t at)
{
	const struct prepared_point *const point = &text->points[at];

	return point->code == ' ' &&
	       memchr(text->text + point->at, '\n', point->end - point->at) != NULL;
}

static bool sentence_ends(const struct piece *line, size_t at)
{
	const uint32_t code = code_at(line, at);

	return code == 0x3002 || code == '!' || code == '?' ||
	       (code == '.' && code_at(line, at + 1) == ' ');
}

static bool starts_with(const struct piece *line, const char *prefix)
{
	for (size_t i = 0; prefix[i] != '\0'; i++)
		if (code_at(line, line->first + i) != (uint32_t)prefix[i])
			return false;
	return true;
}

/* "TypeError:", "java.io.IOException:": the class of a failure, and what follows is its message. */
static bool names_failure(const struct piece *line)
{
	static const char *const endings[] = { "error:", "exception:" };
	size_t colon = line->first;

	while (code_at(line, colon) > ' ' && code_at(line, colon) != ':')
		colon++;
	for (size_t i = 0; i < COUNT_OF(endings) && code_at(line, colon) == ':'; i++) {
		const size_t size = strlen(endings[i]);
		const struct piece tail = { line->text, colon + 1 - size, line->last };
		if (colon + 1 - line->first > size && starts_with(&tail, endings[i]))
			return true;
	}
	return false;
}

/* Programs' own words, or every fifth character is a mark; prose in East Asian letters never is. */
static bool looks_like_code(const struct piece *line)
{
	static const char *const prefixes[] = { "at ",       "file \"",  "traceback", "caused by:",
		                                "exception", "uncaught", "curl ",     "http/1",
		                                "$ ",        "{",        "[error",    "error:" };
	size_t marks = 0;
	size_t others = 0;
	bool dotted = false;

	for (size_t i = line->first; i < line->last; i++) {
		const uint32_t code = code_at(line, i);
		if (east_asian(language_script_of(code)))
			return false;
		const bool mark = ascii_mark(code) && strchr(".,!?'-", (int)code) == NULL;
		marks += mark;
		others += code != ' ' && !mark;
		dotted = dotted || (mark && (code == '(' || code == '/' || code == ':'));
	}
	if (marks >= 4 && marks * 5 >= others)
		return true;
	for (size_t i = 0; i < COUNT_OF(prefixes); i++)
		if (starts_with(line, prefixes[i]))
			return i > 0 || dotted;
	return names_failure(line);
}

/* Addresses, paths, names of programs, ids: what is no word though it has letters. */
static bool technical(const struct piece *run)
{
	size_t slashes = 0;

	if (run->last - run->first > RUN_MAX)
		return true;
	for (size_t i = run->first; i < run->last; i++) {
		const uint32_t code = code_at(run, i);
		const bool letter = language_script_of(code) == SCRIPT_LATIN;
		const bool letters =
		    letter && language_script_of(code_at(run, i + 1)) == SCRIPT_LATIN;
		if (code < 0x7F && code != 0 && strchr("_@\\=<>{}|`", (int)code) != NULL)
			return true;
		if (code == ':' && code_at(run, i + 1) == ':')
			return true;
		if (letters && !upper_at(run, i) && upper_at(run, i + 1))
			return true;
		if (letter && code_at(run, i + 1) == '.' && i + 3 < run->last &&
		    !upper_at(run, i + 2) &&
		    language_script_of(code_at(run, i + 3)) == SCRIPT_LATIN)
			return true;
		slashes += code == '/';
	}
	return slashes > 1;
}

static void count_word(struct language_tally *tally, const char *word, size_t size, bool plain)
{
	if (size < 2 && word[0] != 'i' && word[0] != 'u')
		return;
	tally->words++;
	const unsigned int lists = plain ? language_word(word, size) : WORD_FOREIGN;
	const bool english = (lists & WORD_ENGLISH) != 0;
	tally->english += english;
	tally->borrowed += english && (lists & WORD_BORROWED) != 0;
	tally->foreign += !english && (lists & WORD_FOREIGN) != 0;
	if (tally->sample_size + size + 1 > LANGUAGE_SAMPLE_SIZE)
		return;
	memcpy(tally->sample + tally->sample_size, word, size);
	tally->sample[tally->sample_size + size] = ' ';
	tally->sample_size += size + 1;
}

/* Letters of Latin have at most three bytes. */
static size_t put_letter(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | (code >> 6));
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	out[0] = (char)(0xE0 | (code >> 12));
	out[1] = (char)(0x80 | ((code >> 6) & 0x3F));
	out[2] = (char)(0x80 | (code & 0x3F));
	return 3;
}

static void count_words(const struct piece *run, struct language_tally *tally)
{
	char word[LANGUAGE_WORD_SIZE];
	size_t size = 0;
	bool plain = true;

	for (size_t i = run->first; i <= run->last; i++) {
		const uint32_t code = code_at(run, i);
		if (language_script_of(code) == SCRIPT_LATIN) {
			if (size + 3 < sizeof(word))
				size += put_letter(code, word + size);
			plain = plain && code < 0x80;
		} else if (code != '\'') {
			if (size > 0)
				count_word(tally, word, size, plain);
			size = 0;
			plain = true;
		}
	}
}

static void count_han(const struct piece *piece, size_t at, struct language_tally *tally)
{
	const unsigned int users = han_users(code_at(piece, at));
	const unsigned int word_users = han_word_users(piece->text, at);

	for (unsigned int i = 0; i < HAN_USERS; i++) {
		tally->han_misses[i] += (users & (1U << i)) == 0;
		tally->han_hints[i] += (word_users & (1U << i)) != 0;
	}
}

/* What is written without a blank in ASCII and Latin letters. */
static size_t run_end(const struct piece *sentence, size_t at)
{
	while (at < sentence->last &&
	       ((code_at(sentence, at) > ' ' && code_at(sentence, at) < 0x7F) ||
	        language_script_of(code_at(sentence, at)) == SCRIPT_LATIN))
		at++;
	return at;
}

/* A run, when it is prose: how many Latin letters it has. */
static uint32_t count_run(const struct piece *run, bool code_too, struct language_tally *tally)
{
	uint32_t letters = 0;

	if (code_too ? run->last - run->first > RUN_MAX : technical(run))
		return 0;
	for (size_t i = run->first; i < run->last; i++)
		letters += language_script_of(code_at(run, i)) == SCRIPT_LATIN;
	if (letters > 0)
		count_words(run, tally);
	tally->letters[SCRIPT_LATIN] += letters;
	return letters;
}

/* A character that stands in no run. */
static enum script count_letter(const struct piece *sentence, size_t at,
                                struct language_tally *tally)
{
	const enum script script = language_script_of(code_at(sentence, at));

	if (script == SCRIPT_HAN)
		count_han(sentence, at, tally);
	if (script != SCRIPT_NONE) {
		tally->letters[script]++;
		tally->weights[script] += letter_weights[script];
	}
	return script;
}

/*
 * Latin letters inside of a sentence that ends in East Asian ones are terms, names and pasted
 * messages: they say a quarter. Where such a sentence only begins so, they say half.
 */
static void count_sentence(const struct piece *sentence, bool code_too,
                           struct language_tally *tally)
{
	enum script first = SCRIPT_NONE;
	enum script last = SCRIPT_NONE;
	uint32_t latin = 0;
	size_t next = 0;

	for (size_t i = sentence->first; i < sentence->last; i = next) {
		const struct piece run = { sentence->text, i, run_end(sentence, i) };
		const uint32_t letters = run.last > i ? count_run(&run, code_too, tally) : 0;
		enum script script = letters > 0 ? SCRIPT_LATIN : SCRIPT_NONE;
		next = run.last;
		if (run.last == i) {
			script = count_letter(sentence, i, tally);
			next = i + 1;
		}
		latin += letters;
		last = script == SCRIPT_NONE ? last : script;
		first = first == SCRIPT_NONE ? script : first;
	}
	const uint32_t embedded = east_asian(last) ? 4 : east_asian(first) ? 2 : 1;
	tally->latin_alone += embedded == 1 ? latin : 0;
	tally->weights[SCRIPT_LATIN] += (latin + embedded - 1) / embedded;
}

static void count_line(const struct piece *line, bool code_too, struct language_tally *tally)
{
	size_t first = line->first;

	for (size_t i = line->first; i < line->last; i++) {
		if (i + 1 < line->last && !sentence_ends(line, i))
			continue;
		count_sentence(&(struct piece){ line->text, first, i + 1 }, code_too, tally);
		first = i + 1;
	}
}

/* A line that is set in under one of code belongs to it, whatever its words are. */
static bool indented(const struct prepared *text, size_t line_break)
{
	const struct prepared_point *const point = &text->points[line_break];
	const char last = text->text[point->end - 1];

	return point->end - point->at > 2 && (last == ' ' || last == '\t');
}

void language_count(const struct prepared *text, bool code_too, struct language_tally *tally)
{
	size_t first = 0;
	bool code = false;

	for (size_t i = 0; i < text->count; i++) {
		if (i + 1 < text->count && !line_breaks(text, i))
			continue;
		const struct piece line = { .text = text, .first = first, .last = i + 1 };
		code = looks_like_code(&line) || (code && first > 0 && indented(text, first - 1));
		if (code_too || !code)
			count_line(&line, code_too, tally);
		first = i + 1;
	}
}
