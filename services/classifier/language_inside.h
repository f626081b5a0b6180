/*
 * language_inside - what the files of language share.
 */
#ifndef SERVICES_CLASSIFIER_LANGUAGE_INSIDE_H
#define SERVICES_CLASSIFIER_LANGUAGE_INSIDE_H

#include "services/classifier/language.h"

#define HAN_USERS 3
enum { HAN_JA = 1, HAN_HANS = 2, HAN_HANT = 4 };

/* Who has this character, as a set of HAN_*. */
unsigned int han_users(uint32_t code);
/* Who alone has a word that begins at this point; 0 for nobody. */
unsigned int han_word_users(const struct prepared *text, size_t at);

#define LANGUAGE_WORD_SIZE 24 /* with its NUL: longer words are no frequent ones */

/* Among which frequent words a word is. */
enum {
	WORD_ENGLISH = 1,
	WORD_FOREIGN = 2,  /* of other languages in Latin letters */
	WORD_BORROWED = 4, /* an English one that is at home elsewhere too: login, error */
};
unsigned int language_word(const char *word, size_t size);

enum script {
	SCRIPT_NONE, /* no letter */
	SCRIPT_LATIN,
	SCRIPT_KANA,
	SCRIPT_HAN,
	SCRIPT_HANGUL,
	SCRIPT_OTHER,
	SCRIPTS,
};

enum script language_script_above_ascii(uint32_t code);

static inline enum script language_script_of(uint32_t code)
{
	if (code < 0x80)
		return code >= 'a' && code <= 'z' ? SCRIPT_LATIN : SCRIPT_NONE;
	return language_script_above_ascii(code);
}

/* More words than these bytes hold decide nothing more. */
#define LANGUAGE_SAMPLE_SIZE 2048

/* What a text has to say about its language. */
struct language_tally {
	uint32_t letters[SCRIPTS];
	uint32_t weights[SCRIPTS];      /* letters by how much they say and how they are embedded */
	uint32_t latin_alone;           /* letters of sentences of their own */
	uint32_t han_misses[HAN_USERS]; /* characters that they do not write */
	uint32_t han_hints[HAN_USERS];  /* words that only they write */
	uint32_t words;                 /* in Latin letters */
	uint32_t english;
	uint32_t borrowed; /* of the English ones */
	uint32_t foreign;
	size_t sample_size;
	char sample[LANGUAGE_SAMPLE_SIZE]; /* the Latin words */
};

/* Adds what a text says. code_too: lines and words that are no prose count as well. */
void language_count(const struct prepared *text, bool code_too, struct language_tally *tally);

#endif
