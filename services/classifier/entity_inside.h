/*
 * entity_inside - the cursor and the readers of entities.
 *
 * A reader is asked at a point where a word may begin, and answers what begins there. It gives up
 * after a fixed number of points, so that the whole is linear; every point read is a step, and a
 * test holds the number of steps against the size of hostile texts.
 */
#ifndef SERVICES_CLASSIFIER_ENTITY_INSIDE_H
#define SERVICES_CLASSIFIER_ENTITY_INSIDE_H

#include "services/classifier/entity.h"

#define NOT_A_POINT UINT32_MAX
#define MINUS_SIGN 0x2212

struct scan {
	struct arena *arena;
	const struct prepared *text;
	enum language language;
	uint64_t steps;
};

/* What a reader found: points first..last-1; reading goes on at next. */
struct finding {
	struct entity entity;
	size_t first;
	size_t last;
	size_t next;
	bool nothing; /* it is none of our kinds, and nothing begins inside of it: an IP address */
};

typedef bool entity_reader(struct scan *scan, size_t at, struct finding *found);

/* Which readers are worth asking where: most are worth asking nowhere. */
#define STARTS_SIZE 2048

struct starts {
	uint32_t readers[STARTS_SIZE]; /* by a point alone */
	uint32_t pairs[STARTS_SIZE];   /* by all points of a word of two, hashed */
	uint32_t words[STARTS_SIZE];   /* by the first three of longer ones */
	uint32_t reader;               /* the bit of the one whose words are being added */
	uint32_t of_tokens;            /* the readers that no plain word concerns */
};

static inline uint32_t starts_pair(uint32_t first, uint32_t second)
{
	return (first * 0x9E3779B1u ^ second * 0x85EBCA77u) >> 21;
}

static inline uint32_t starts_triple(uint32_t first, uint32_t second, uint32_t third)
{
	return (first * 0x9E3779B1u ^ second * 0x85EBCA77u ^ third * 0xC2B2AE3Du) >> 21;
}

/* Adds the beginnings of all words that a reader knows. */
typedef void entity_words(struct starts *starts);

void starts_word(struct starts *starts, const char *word); /* folded */

entity_reader entity_read_url;
entity_reader entity_read_email;
entity_reader entity_read_uuid;
entity_reader entity_read_provider_id;
entity_reader entity_read_invoice_number;
entity_reader entity_read_reference;
entity_reader entity_read_card;
entity_reader entity_read_phone;
entity_reader entity_read_internet_address;
entity_reader entity_read_date;
entity_reader entity_read_month_name;
entity_reader entity_read_relative_day;
entity_reader entity_read_time;
entity_reader entity_read_status;
entity_reader entity_read_error_code;
entity_reader entity_read_version;
entity_reader entity_read_amount;

entity_words entity_words_provider_id;
entity_words entity_words_reference;
entity_words entity_words_phone;
entity_words entity_words_date;
entity_words entity_words_month_name;
entity_words entity_words_relative_day;
entity_words entity_words_time;
entity_words entity_words_status;
entity_words entity_words_version;
entity_words entity_words_amount;

size_t entity_scan(struct scan *scan, struct entity *entities, size_t max);

/* The folded point; NOT_A_POINT outside of the text, so that at - 1 may be asked at 0. */
static inline uint32_t scan_code(struct scan *scan, size_t at)
{
	scan->steps++;
	return at < scan->text->count ? scan->text->points[at].code : NOT_A_POINT;
}

uint32_t scan_written(struct scan *scan, size_t at); /* narrow, but with its case */
bool scan_ascii(struct scan *scan, size_t at);       /* as written: neither folded nor full width */
bool scan_upper(struct scan *scan, size_t at);
bool scan_word_starts(struct scan *scan, size_t at); /* no letter or digit of Latin before it */
bool scan_word_ends(struct scan *scan, size_t at);   /* none at it */
size_t scan_blank(struct scan *scan, size_t at);     /* behind a blank that may be there */
size_t scan_whole_word(struct scan *scan, size_t at, const char *word);
size_t scan_whole_phrase(struct scan *scan, size_t at, const char *phrase);

/* Whether a word in folded UTF-8 begins with the point's lead byte: what most words do not. */
static inline bool scan_leads(struct scan *scan, size_t at, const char *word)
{
	const unsigned char lead = (unsigned char)word[0];
	const uint32_t code = scan_code(scan, at);

	if (code < 0x80)
		return code == lead;
	if (code < 0x800)
		return lead == (0xC0 | code >> 6);
	return code < 0x10000 ? lead == (0xE0 | code >> 12) : lead >= 0xF0;
}

/* How many points a word in folded UTF-8 has here; 0: it does not stand here. */
static inline size_t scan_word(struct scan *scan, size_t at, const char *word)
{
	return scan_leads(scan, at, word) ? scan_whole_word(scan, at, word) : 0;
}

/* The same, and no Latin letter or digit goes on behind a word that ends in one. */
static inline size_t scan_phrase(struct scan *scan, size_t at, const char *phrase)
{
	return scan_leads(scan, at, phrase) ? scan_whole_phrase(scan, at, phrase) : 0;
}

/* How many digits stand here, counting at most max + 1. */
size_t scan_digits(struct scan *scan, size_t at, size_t max);
/* The digits that stand here, when they are 1 to max; max is at most 9. */
size_t scan_number(struct scan *scan, size_t at, size_t max, int *number);
/* ASCII digits, or Kanji numerals below 100. */
size_t scan_small_number(struct scan *scan, size_t at, int *number);
/* The ASCII of points first..last-1: as written but narrow; folded; in upper case. */
const char *scan_copy(struct scan *scan, size_t first, size_t last);
const char *scan_copy_folded(struct scan *scan, size_t first, size_t last);
const char *scan_copy_upper(struct scan *scan, size_t first, size_t last);

static inline bool is_digit(uint32_t code)
{
	return code >= '0' && code <= '9';
}

static inline bool is_letter(uint32_t code)
{
	return code >= 'a' && code <= 'z';
}

static inline bool is_alnum(uint32_t code)
{
	return is_digit(code) || is_letter(code);
}

static inline bool is_hex(uint32_t code)
{
	return is_digit(code) || (code >= 'a' && code <= 'f');
}

/* Fills what every finding has; the value may be NULL. */
bool finding_set(struct finding *found, enum entity_kind kind, size_t first, size_t last,
                 const char *value);

#define NUMBER_GROUPS_MAX 12 /* 10^33 in thousands */
#define NUMBER_POINTS_MAX 64

/* A number as people write it: units / 10^scale. */
struct number {
	int64_t units;
	int scale;
	bool exact; /* false: it does not fit, or its groups make no number */
	uint32_t
	    mark; /* '.' or ',' before exactly three digits, which may group or divide; else 0 */
	bool multiplied; /* by a word: thousand, k, 万 */
	bool minus;      /* between the sign of the currency and the number */
	size_t end;
};

bool entity_number(struct scan *scan, size_t at, struct number *number);
int kanji_digit(uint32_t code); /* -1: none */

/* How a currency is written. */
struct currency_sign {
	char code[4];
	bool open;
	bool wants_fraction; /* its code is an English word: only beside a price */
	size_t size;         /* points */
};

void currency_words(struct starts *starts); /* what stands before a number */
void number_words(struct starts *starts);   /* what multiplies, and may do so without a digit */
bool currency_before(struct scan *scan, size_t at, struct currency_sign *sign);
bool currency_behind(struct scan *scan, size_t at, struct currency_sign *sign);
int currency_exponent(const struct currency_sign *sign);
bool currency_groups_by_dot(const struct currency_sign *sign);

/* "2026-05-01" and its parts; year, month and day are 0 where they are open. */
const char *date_value(struct scan *scan, int year, int month, int day);
bool date_exists(int year, int month, int day);

#endif
