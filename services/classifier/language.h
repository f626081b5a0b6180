/*
 * language - which language a message is written in.
 *
 * Scripts are counted first, then characters and words that only one language has, and only for
 * Latin letters a statistical library is asked, which knows nothing of short texts. Code, stack
 * traces, addresses and walls of base64 are no prose and count only where there is nothing else.
 * Japanese in Latin letters is LANGUAGE_OTHER.
 */
#ifndef SERVICES_CLASSIFIER_LANGUAGE_H
#define SERVICES_CLASSIFIER_LANGUAGE_H

#include "services/classifier/prepared.h"

enum language {
	LANGUAGE_UNKNOWN,
	LANGUAGE_EN,
	LANGUAGE_JA,
	LANGUAGE_KO,
	LANGUAGE_ZH_HANS,
	LANGUAGE_ZH_HANT,
	LANGUAGE_OTHER,
	LANGUAGES,
};

struct language_verdict {
	enum language language;
	enum language
	    second;        /* UNKNOWN: not mixed; terms and names of another language do not mix */
	int32_t share_ppm; /* of the first, by how much its letters say; 0: no letters at all */
};

void language_detect(const struct prepared *text, struct language_verdict *verdict);
const char *language_tag(
    enum language language); /* "en" "ja" "ko" "zh-Hans" "zh-Hant" "other" "und" */

#endif
