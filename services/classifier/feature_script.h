/*
 * feature_script - what kind of writing a folded point is, for cutting a text into words.
 *
 * Not the standard's Script property: what counts is whether blanks part the words.
 */
#ifndef SERVICES_CLASSIFIER_FEATURE_SCRIPT_H
#define SERVICES_CLASSIFIER_FEATURE_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

enum script {
	SCRIPT_NONE,   /* blanks and marks that say nothing alone */
	SCRIPT_LETTER, /* written with blanks between the words */
	SCRIPT_DIGIT,
	SCRIPT_SYMBOL, /* emoji, currency signs, question and exclamation marks: each a word */
	SCRIPT_HAN,    /* from here on: written without blanks */
	SCRIPT_KANA,
	SCRIPT_OTHER_DENSE,
};

enum script script_above_ascii(uint32_t code);

static inline enum script script_of(uint32_t code)
{
	if (code >= 0x80)
		return script_above_ascii(code);
	if (code >= 'a' && code <= 'z')
		return SCRIPT_LETTER;
	if (code >= '0' && code <= '9')
		return SCRIPT_DIGIT;
	return code == '?' || code == '!' || code == '$' ? SCRIPT_SYMBOL : SCRIPT_NONE;
}

static inline bool script_dense(enum script script)
{
	return script >= SCRIPT_HAN;
}

#endif
