#include "services/classifier/language.h"

#include "common/base/status.h"
#include "common/io/cld2.h"
#include "services/classifier/language_inside.h"

#include <string.h>

/* From this share on a text is mixed. Less is a name, a quotation, a signature. */
#define SECOND_MIN_PPM 250000
#define MILLION 1000000
/* What is longer in Han alone and has no sign of either is Chinese: Japanese sentences have kana. */
#define HAN_ALONE_MAX 8

/* The languages between which a text is decided, each by its scripts. */
enum { LATIN, JAPANESE_OR_CHINESE, KOREAN, OTHER, PARTIES };

const char *language_tag(enum language language)
{
	static const char *const tags[LANGUAGES] = {
		[LANGUAGE_UNKNOWN] = "und",     [LANGUAGE_EN] = "en",
		[LANGUAGE_JA] = "ja",           [LANGUAGE_KO] = "ko",
		[LANGUAGE_ZH_HANS] = "zh-Hans", [LANGUAGE_ZH_HANT] = "zh-Hant",
		[LANGUAGE_OTHER] = "other",
	};

	return tags[language];
}

/* Fewest characters that they do not write, most words that only they write; Japanese first. */
static enum language han_language(const struct language_tally *tally)
{
	static const enum language languages[HAN_USERS] = { LANGUAGE_JA, LANGUAGE_ZH_HANS,
		                                            LANGUAGE_ZH_HANT };
	int64_t scores[HAN_USERS];
	size_t best = 0;

	for (size_t i = 0; i < HAN_USERS; i++)
		scores[i] = (int64_t)tally->han_hints[i] - 2 * (int64_t)tally->han_misses[i];
	if (tally->letters[SCRIPT_KANA] == 0 && tally->letters[SCRIPT_HAN] > HAN_ALONE_MAX)
		scores[0]--;
	for (size_t i = 1; i < HAN_USERS; i++)
		if (scores[i] > scores[best])
			best = i;
	return languages[best];
}

/* Kana are Japanese, but for the few that decorate a text which is Chinese by its characters. */
static enum language japanese_or_chinese(const struct language_tally *tally)
{
	const uint64_t kana = tally->letters[SCRIPT_KANA];
	const uint64_t han = tally->letters[SCRIPT_HAN];

	return kana * 9 >= han && kana > 0 ? LANGUAGE_JA : han_language(tally);
}

/* Of fewer letters the library is sure of too much: "Rechnung" it knows, "wo" it does not. */
#define LIBRARY_MIN_SIZE 10

static enum language latin_language(const struct language_tally *tally)
{
	const char *said = NULL;
	int percent = 0;

	if (tally->words == 0)
		return LANGUAGE_UNKNOWN;
	if (tally->english * 3 >= tally->words && tally->english > 2 * tally->foreign &&
	    (tally->foreign == 0 || tally->english > tally->borrowed))
		return LANGUAGE_EN;
	if (tally->foreign > 2 * tally->english ||
	    (tally->foreign > 0 && tally->english == tally->borrowed))
		return LANGUAGE_OTHER;
	if (tally->sample_size >= LIBRARY_MIN_SIZE &&
	    cld2_detect(tally->sample, tally->sample_size, &said, &percent))
		return strcmp(said, "en") == 0 ? LANGUAGE_EN : LANGUAGE_OTHER;
	if (tally->english != tally->foreign)
		return tally->english > tally->foreign ? LANGUAGE_EN : LANGUAGE_OTHER;
	return tally->english > 0 ? LANGUAGE_EN : LANGUAGE_UNKNOWN;
}

static enum language party_language(const struct language_tally *tally, size_t party)
{
	switch (party) {
	case LATIN: return latin_language(tally);
	case JAPANESE_OR_CHINESE: return japanese_or_chinese(tally);
	case KOREAN: return LANGUAGE_KO;
	default: return LANGUAGE_OTHER;
	}
}

/* Han among Hangul is how Korean people write old words and names. */
static void weigh(const struct language_tally *tally, uint64_t weights[static PARTIES])
{
	const bool korean_han = tally->letters[SCRIPT_KANA] == 0 &&
	                        tally->letters[SCRIPT_HANGUL] >= tally->letters[SCRIPT_HAN];

	weights[LATIN] = tally->weights[SCRIPT_LATIN];
	weights[JAPANESE_OR_CHINESE] = tally->weights[SCRIPT_KANA];
	weights[KOREAN] = tally->weights[SCRIPT_HANGUL];
	weights[OTHER] = tally->weights[SCRIPT_OTHER];
	weights[korean_han ? KOREAN : JAPANESE_OR_CHINESE] += tally->weights[SCRIPT_HAN];
}

static size_t heaviest(const uint64_t weights[static PARTIES], size_t but)
{
	size_t best = but == 0 ? 1 : 0;

	for (size_t i = best + 1; i < PARTIES; i++)
		if (i != but && weights[i] > weights[best])
			best = i;
	return best;
}

/* Terms within sentences of another language are no second one. */
static bool mixed(const struct language_tally *tally, size_t second, uint64_t weight,
                  uint64_t total)
{
	if (second == LATIN)
		weight = tally->latin_alone;
	return weight * MILLION / total >= SECOND_MIN_PPM;
}

static void judge(const struct language_tally *tally, struct language_verdict *verdict)
{
	uint64_t weights[PARTIES];
	uint64_t total = 0;

	weigh(tally, weights);
	for (size_t i = 0; i < PARTIES; i++)
		total += weights[i];
	*verdict = (struct language_verdict){ .language = LANGUAGE_UNKNOWN };
	if (total == 0)
		return;
	const size_t first = heaviest(weights, PARTIES);
	const size_t second = heaviest(weights, first);
	verdict->language = party_language(tally, first);
	verdict->share_ppm = (int32_t)(weights[first] * MILLION / total);
	const bool is_mixed = mixed(tally, second, weights[second], total);
	if (verdict->language == LANGUAGE_UNKNOWN && is_mixed) {
		verdict->language = party_language(tally, second);
		verdict->share_ppm = (int32_t)(weights[second] * MILLION / total);
	} else if (is_mixed && party_language(tally, second) != verdict->language) {
		verdict->second = party_language(tally, second);
	}
}

void language_detect(const struct prepared *text, struct language_verdict *verdict)
{
	struct language_tally prose = { .words = 0 };
	struct language_tally all = { .words = 0 };

	language_count(text, false, &prose);
	judge(&prose, verdict);
	if (verdict->share_ppm > 0)
		return;
	language_count(text, true, &all);
	judge(&all, verdict);
}
