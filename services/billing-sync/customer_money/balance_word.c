#include "services/billing-sync/customer_money/balance_word.h"

#include "common/base/check.h"
#include "common/base/packed.h"
#include "common/base/text.h"

#include <string.h>

#define VERSION 1
#define TEXT_SIZE 256

/* In the order of the words. */
static int compare(const struct balance_word *a, const struct balance_word *b)
{
	const int order = strcmp(a->moved.currency, b->moved.currency);

	return order != 0 ? order : strcmp(a->object, b->object);
}

/* What is beyond 64 bits no provider states: it stays at the bound, and does not agree. */
static int64_t sum(int64_t a, int64_t b)
{
	int64_t result;

	if (!__builtin_add_overflow(a, b, &result))
		return result;
	return b < 0 ? INT64_MIN : INT64_MAX;
}

static void drop(struct balance_words *words, size_t at)
{
	words->count--;
	memmove(&words->words[at], &words->words[at + 1],
	        (words->count - at) * sizeof(*words->words));
}

static size_t place_of(const struct balance_words *words, const struct balance_word *word)
{
	size_t at = 0;

	while (at < words->count && compare(&words->words[at], word) < 0)
		at++;
	return at;
}

static bool is_there(const struct balance_words *words, size_t at, const struct balance_word *word)
{
	return at < words->count && compare(&words->words[at], word) == 0;
}

static void insert(struct balance_words *words, const struct balance_word *word)
{
	const size_t at = place_of(words, word);

	memmove(&words->words[at + 1], &words->words[at],
	        (words->count - at) * sizeof(*words->words));
	words->words[at] = *word;
	words->count++;
}

/* Those of one currency and of before: their sum; NULL: none is kept. */
static struct balance_word *opening_of(struct balance_words *words, const char *currency)
{
	for (size_t i = 0; i < words->count; i++)
		if (*words->words[i].object == '\0' &&
		    text_equal(words->words[i].moved.currency, currency))
			return &words->words[i];
	return NULL;
}

/* The oldest, by its object where two are. An opening is none. */
static size_t oldest(const struct balance_words *words)
{
	size_t found = words->count;

	for (size_t i = 0; i < words->count; i++)
		if (*words->words[i].object != '\0' &&
		    (found == words->count ||
		     time_before(words->words[i].at, words->words[found].at)))
			found = i;
	return found;
}

static void make_room(struct balance_words *words)
{
	while (words->count > BALANCE_WORDS_MAX - 2) {
		const size_t at = oldest(words);

		CHECK(at < words->count); /* there are fewer currencies than places */
		struct balance_word old = words->words[at];

		drop(words, at);
		struct balance_word *const opening = opening_of(words, old.moved.currency);

		if (opening != NULL) {
			opening->at = time_later(opening->at, old.at);
			opening->moved.minor = sum(opening->moved.minor, old.moved.minor);
			continue;
		}
		old.object = "";
		old.states = false;
		insert(words, &old);
	}
}

void balance_words_put(struct balance_words *words, const struct balance_word *word)
{
	const struct balance_word *const opening = opening_of(words, word->moved.currency);
	const size_t at = place_of(words, word);

	if (is_there(words, at, word))
		drop(words, at);
	else if (opening != NULL && !time_before(opening->at, word->at))
		return;
	if (word->moved.minor == 0 && !word->states)
		return;
	make_room(words);
	insert(words, word);
}

/* When it was stated last; TIME_MIN: never. */
static struct instant stated_at(const struct balance_words *words, const char *currency)
{
	struct instant latest = TIME_MIN;

	for (size_t i = 0; i < words->count; i++)
		if (words->words[i].states && text_equal(words->words[i].moved.currency, currency))
			latest = time_later(latest, words->words[i].at);
	return latest;
}

static int64_t moved_by(const struct balance_words *words, const char *currency, struct instant at)
{
	int64_t moved = 0;

	for (size_t i = 0; i < words->count; i++)
		if (text_equal(words->words[i].moved.currency, currency) &&
		    !time_before(at, words->words[i].at))
			moved = sum(moved, words->words[i].moved.minor);
	return moved;
}

void balance_words_weigh(const struct balance_words *words, const char *currency, int64_t *stated,
                         int64_t *moved)
{
	const struct instant at = stated_at(words, currency);

	*stated = *moved = 0;
	if (at.us == TIME_MIN.us)
		return;
	*moved = moved_by(words, currency, at);
	for (size_t i = 0; i < words->count; i++) {
		const struct balance_word *const word = &words->words[i];

		if (!word->states || word->at.us != at.us ||
		    !text_equal(word->moved.currency, currency))
			continue;
		*stated = word->stated;
		if (*stated == *moved)
			return;
	}
}

/* Bytes. */

struct bytes balance_words_encode(struct arena *arena, const struct balance_words *words)
{
	struct buffer out = { .data = NULL };

	pack_u8(&out, VERSION);
	pack_u8(&out, (uint32_t)words->count);
	for (size_t i = 0; i < words->count; i++) {
		const struct balance_word *const word = &words->words[i];

		pack_text(&out, word->object);
		pack_text(&out, word->moved.currency);
		pack_time(&out, word->at);
		pack_i64(&out, word->moved.minor);
		pack_u8(&out, word->states);
		pack_i64(&out, word->stated);
	}
	return pack_end(arena, &out);
}

bool balance_words_decode(struct arena *arena, struct bytes bytes, struct balance_words *words)
{
	struct packed packed = packed_open(bytes);

	words->count = 0;
	if (bytes.size == 0)
		return true;
	const bool known = packed_u8(&packed, VERSION) == VERSION;

	words->count = packed_u8(&packed, BALANCE_WORDS_MAX);
	for (size_t i = 0; i < words->count; i++) {
		struct balance_word *const word = &words->words[i];
		char text[TEXT_SIZE];

		packed_text(&packed, text, sizeof(text));
		word->object = arena_string(arena, text);
		packed_text(&packed, word->moved.currency, sizeof(word->moved.currency));
		word->at = packed_time(&packed);
		word->moved.minor = packed_i64(&packed, INT64_MIN, INT64_MAX);
		word->states = packed_u8(&packed, 1) != 0;
		word->stated = packed_i64(&packed, INT64_MIN, INT64_MAX);
	}
	return known && packed_done(&packed);
}
