#include "services/classifier/feature.h"

#include "services/classifier/feature_script.h"

#define GRAM_MIN 2
#define GRAM_MAX 5
/* No word of any language is longer; what is, is a base64 wall or a finger on a key. */
#define WORD_POINTS_MAX 32
/* Letters and digits mixed: from here on an id, below it "2fa", "mp3" or "covid19". */
#define ID_POINTS_MIN 8
#define ZEROS_MAX 4
#define EDGE ' '
#define STEM_MAX 4
#define WORD_SEED UINT64_C(0x9ae16a3b2f90404f)
#define PART_SEED UINT64_C(0xb492b66fbe98f273)
#define GRAM_SEED UINT64_C(0xc3a5c85c97cb3127)
#define MIX UINT64_C(0x9e3779b97f4a7c15)

/* What a word that is not looked into stands for: points no text has. */
enum { CODE_ID = 0x110000, CODE_LONG };

/* Codes as they are hashed, each with the point that it stands for. */
struct tape {
	uint32_t codes[WORD_POINTS_MAX + ZEROS_MAX + 2];
	uint16_t points[WORD_POINTS_MAX + ZEROS_MAX + 2];
	size_t count;
};

struct finding {
	const struct prepared *prepared;
	struct features *out;
	uint64_t word; /* the hash of the word before, and where it begins; 0: none */
	uint16_t word_first;
};

static uint64_t mix(uint64_t hash, uint32_t code)
{
	hash = (hash ^ code) * MIX;
	return hash ^ hash >> 29;
}

static void add(struct finding *finding, uint64_t hash, enum feature_family family, size_t first,
                size_t last)
{
	finding->out->items[finding->out->count++] = (struct feature){
		.hash = ((uint32_t)(hash >> 32) & ~1U) | (uint32_t)family,
		.first = (uint16_t)first,
		.last = (uint16_t)last,
	};
}

/* A word, and the pair of it and the word before. */
static void add_word(struct finding *finding, uint64_t hash, size_t first, size_t last)
{
	add(finding, hash, FEATURE_WORDS, first, last);
	if (finding->word != 0)
		add(finding, (finding->word ^ hash << 1) * MIX, FEATURE_WORDS, finding->word_first,
		    last);
	finding->word = hash;
	finding->word_first = (uint16_t)first;
}

/* The runs that begin at one place of the tape. */
static void add_grams(struct finding *finding, const uint32_t *codes, const uint16_t *points,
                      size_t left)
{
	const size_t longest = left < GRAM_MAX ? left : GRAM_MAX;
	uint64_t hash = GRAM_SEED;

	for (size_t size = 1; size <= longest; size++) {
		hash = mix(hash, codes[size - 1]);
		if (size >= GRAM_MIN)
			add(finding, hash, FEATURE_CHARACTERS, points[0],
			    (size_t)points[size - 1] + 1);
	}
}

static uint32_t code_at(const struct finding *finding, size_t at)
{
	return at < finding->prepared->count ? finding->prepared->points[at].code : 0;
}

static bool in_word(const struct finding *finding, size_t at)
{
	const uint32_t code = code_at(finding, at);
	const enum script script = script_of(code);

	if (script == SCRIPT_LETTER || script == SCRIPT_DIGIT)
		return true;
	if (code == '\'' || code == '_')
		return script_of(code_at(finding, at + 1)) == SCRIPT_LETTER;
	if (code == '.' || code == ',')
		return script_of(code_at(finding, at - 1)) == SCRIPT_DIGIT &&
		       script_of(code_at(finding, at + 1)) == SCRIPT_DIGIT;
	return false;
}

/* 400 to 599, alone: what a server answered. */
static bool tells_failure(const struct finding *finding, size_t first, size_t last)
{
	const uint32_t digit = code_at(finding, first);

	if (last - first != 3 || (digit != '4' && digit != '5'))
		return false;
	return script_of(code_at(finding, first + 1)) == SCRIPT_DIGIT &&
	       script_of(code_at(finding, first + 2)) == SCRIPT_DIGIT;
}

static void tape_add(struct tape *tape, uint32_t code, size_t point)
{
	tape->codes[tape->count] = code;
	tape->points[tape->count++] = (uint16_t)point;
}

/* A word's letters between two edges; digits are zeros, and not too many of them. */
static void tape_word(const struct finding *finding, size_t first, size_t last, struct tape *tape)
{
	const bool failure = tells_failure(finding, first, last);
	unsigned zeros = 0;

	tape->count = 0;
	tape_add(tape, EDGE, first);
	for (size_t at = first; at < last; at++) {
		uint32_t code = code_at(finding, at);
		const enum script script = script_of(code);
		if (script == SCRIPT_DIGIT && !failure) {
			code = '0';
			if (++zeros > ZEROS_MAX)
				continue;
		}
		if (script == SCRIPT_LETTER || script == SCRIPT_DIGIT)
			tape_add(tape, code, at);
	}
	tape_add(tape, EDGE, last - 1);
}

/* Nobody's vocabulary: too long, or an id. */
static uint32_t opaque(const struct finding *finding, size_t first, size_t last)
{
	size_t letters = 0;
	size_t digits = 0;

	for (size_t at = first; at < last; at++) {
		const enum script script = script_of(code_at(finding, at));
		letters += script == SCRIPT_LETTER;
		digits += script == SCRIPT_DIGIT;
	}
	if (letters > 0 && digits > 1 && last - first >= ID_POINTS_MIN)
		return CODE_ID;
	return letters > WORD_POINTS_MAX ? CODE_LONG : 0;
}

static bool hangul(uint32_t code)
{
	return code >= 0xAC00 && code <= 0xD7A3;
}

/* A Korean word begins with what it is about, and ends in particles: its first syllables are words. */
static void find_syllables(struct finding *finding, const struct tape *tape)
{
	const size_t last = tape->count - 2;
	uint64_t hash = PART_SEED;

	for (size_t i = 1; i <= last; i++) {
		const size_t point = tape->points[i];
		add(finding, mix(GRAM_SEED, tape->codes[i]), FEATURE_CHARACTERS, point, point + 1);
		hash = mix(hash, tape->codes[i]);
		if (i <= STEM_MAX)
			add(finding, hash, FEATURE_WORDS, tape->points[1], point + 1);
	}
}

static size_t find_word(struct finding *finding, size_t first)
{
	struct tape tape;
	uint64_t hash = WORD_SEED;
	size_t last = first + 1;

	while (in_word(finding, last))
		last++;
	const uint32_t stands_for = opaque(finding, first, last);
	if (stands_for != 0) {
		add_word(finding, mix(hash, stands_for), first, last);
		return last;
	}
	tape_word(finding, first, last, &tape);
	for (size_t i = 1; i + 1 < tape.count; i++)
		hash = mix(hash, tape.codes[i]);
	add_word(finding, hash, first, last);
	if (hangul(tape.codes[1]))
		find_syllables(finding, &tape);
	for (size_t i = 0; i < tape.count; i++)
		add_grams(finding, &tape.codes[i], &tape.points[i], tape.count - i);
	return last;
}

/*
 * What is written in Han within a stretch: the nearest to a word that can be seen without a lexicon.
 * Each character is a word too, and a run of one: it means something by itself, as a letter does not.
 */
static void find_han(struct finding *finding, size_t first, size_t last)
{
	uint64_t hash = WORD_SEED;

	for (size_t at = first; at < last; at++) {
		const uint32_t code = code_at(finding, at);
		hash = mix(hash, code);
		add(finding, mix(PART_SEED, code), FEATURE_WORDS, at, at + 1);
		add(finding, mix(GRAM_SEED, code), FEATURE_CHARACTERS, at, at + 1);
	}
	if (last - first <= WORD_POINTS_MAX)
		add(finding, hash, FEATURE_WORDS, first, last);
}

static size_t find_stretch(struct finding *finding, size_t first)
{
	uint32_t codes[GRAM_MAX];
	uint16_t points[GRAM_MAX];
	size_t last = first;
	size_t part = first;

	finding->word = 0;
	while (script_dense(script_of(code_at(finding, last)))) {
		const enum script script = script_of(code_at(finding, last));
		last++;
		if (script_of(code_at(finding, last)) == script)
			continue;
		if (script == SCRIPT_HAN)
			find_han(finding, part, last);
		part = last;
	}
	/* An edge before and behind, and the places 0..GRAM_MAX-1 of what begins at each. */
	for (size_t at = first; at <= last + 1; at++) {
		size_t left = 0;
		for (; left < GRAM_MAX && at + left <= last + 1; left++) {
			const size_t place = at + left;
			const bool edge = place == first || place == last + 1;
			codes[left] = edge ? EDGE : code_at(finding, place - 1);
			points[left] = (uint16_t)(place == first      ? first
			                          : place == last + 1 ? last - 1
			                                              : place - 1);
		}
		add_grams(finding, codes, points, left);
	}
	return last;
}

void features_find(struct arena *arena, const struct prepared *prepared, struct features *features)
{
	struct finding finding = { .prepared = prepared, .out = features };

	features->count = 0;
	features->items = arena_alloc(arena, (FEATURES_PER_POINT * prepared->count + 1) *
	                                         sizeof(*features->items));
	for (size_t at = 0; at < prepared->count;) {
		const enum script script = script_of(prepared->points[at].code);
		if (script == SCRIPT_LETTER || script == SCRIPT_DIGIT) {
			at = find_word(&finding, at);
		} else if (script_dense(script)) {
			at = find_stretch(&finding, at);
		} else {
			if (script == SCRIPT_SYMBOL)
				add_word(&finding, mix(WORD_SEED, prepared->points[at].code), at,
				         at + 1);
			at++;
		}
	}
}
