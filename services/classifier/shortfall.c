#include "services/classifier/shortfall.h"

#include "common/io/calendar_document.h"
#include "services/classifier/minhash.h"
#include "services/classifier/signal_book.h"

#include <string.h>

#define MEMORY_VERSION 1
#define FEATURES_MIN 3     /* "hello again" is like any other greeting */
#define SKETCH_POINTS 2048 /* who asks again does so at the start */
#define LANES (SHORTFALL_SKETCH / MINHASH_RANKS)
#define PPM 1000000
#define ID_MAX 63
#define BOT_MESSAGES_MAX 1000

const char *const shortfall_names[] = { "asks_person",       "asked_again",    "contradiction",
	                                "falling_sentiment", "low_confidence", NULL };

/* Sketches. */

/* Words where blanks part them. */
static void add_words(struct minhash *minhash, const struct prepared *text, size_t count)
{
	uint64_t word = 0;

	for (size_t i = 0; i <= count; i++) {
		const uint32_t code = i < count ? text->points[i].code : ' ';

		if (signal_is_word(code)) {
			word = minhash_mix(word ^ code);
		} else if (word != 0 && code != '\'') {
			minhash_add(minhash, word);
			word = 0;
		}
	}
}

/* Elsewhere each two characters that stand together. */
static void add_couples(struct minhash *minhash, const struct prepared *text, size_t count)
{
	uint32_t before = 0;

	for (size_t i = 0; i < count; i++) {
		const uint32_t code = text->points[i].code;

		if (signal_is_wide(code) && before != 0)
			minhash_add(minhash, minhash_mix(before) ^ code);
		if (code != ' ')
			before = signal_is_wide(code) ? code : 0;
	}
}

void shortfall_sketch_make(const struct prepared *text, struct shortfall_sketch *sketch)
{
	const size_t count = text->count < SKETCH_POINTS ? text->count : SKETCH_POINTS;
	struct minhash minhash;

	minhash_begin(&minhash, LANES);
	add_words(&minhash, text, count);
	add_couples(&minhash, text, count);
	sketch->features = (uint16_t)minhash.count;
	for (size_t i = 0; i < SHORTFALL_SKETCH; i++)
		sketch->least[i] = (uint8_t)minhash.least[i / MINHASH_RANKS][i % MINHASH_RANKS];
}

int32_t shortfall_similar(const struct shortfall_sketch *a, const struct shortfall_sketch *b)
{
	int32_t equal = 0;

	if (a->features < FEATURES_MIN || b->features < FEATURES_MIN)
		return 0;
	for (size_t i = 0; i < SHORTFALL_SKETCH; i++)
		equal += a->least[i] == b->least[i];
	return equal * PPM / SHORTFALL_SKETCH;
}

/* Memories. */

static uint8_t *put(uint8_t *to, uint32_t value, int bytes)
{
	for (int i = bytes - 1; i >= 0; i--)
		*to++ = (uint8_t)(value >> (8 * i));
	return to;
}

static uint32_t take(const uint8_t **from, int bytes)
{
	uint32_t value = 0;

	for (int i = 0; i < bytes; i++)
		value = value << 8 | *(*from)++;
	return value;
}

void shortfall_encode(const struct shortfall_memory *memory,
                      uint8_t bytes[static SHORTFALL_MEMORY_SIZE])
{
	uint8_t *to = put(bytes, MEMORY_VERSION, 1);

	to = put(to, (memory->answered ? 1U : 0U) | (memory->asked ? 2U : 0U), 1);
	to = put(to, memory->bot_messages, 2);
	to = put(to, (uint32_t)(memory->sentiment_ppm + PPM), 4);
	to = put(to, memory->said.features, 2);
	for (size_t i = 0; i < SHORTFALL_SKETCH; i++)
		to = put(to, memory->said.least[i], 1);
}

bool shortfall_decode(struct bytes bytes, struct shortfall_memory *memory)
{
	const uint8_t *from = bytes.data;
	struct shortfall_memory result = { .asked = false };

	if (bytes.size != SHORTFALL_MEMORY_SIZE || take(&from, 1) != MEMORY_VERSION)
		return false;
	const uint32_t flags = take(&from, 1);
	result.answered = (flags & 1) != 0;
	result.asked = (flags & 2) != 0;
	result.bot_messages = (uint16_t)take(&from, 2);
	const uint32_t sentiment = take(&from, 4);
	if (flags > 3 || sentiment > 2 * PPM)
		return false;
	result.sentiment_ppm = (int32_t)sentiment - PPM;
	result.said.features = (uint16_t)take(&from, 2);
	for (size_t i = 0; i < SHORTFALL_SKETCH; i++)
		result.said.least[i] = (uint8_t)take(&from, 1);
	*memory = result;
	return true;
}

/* Judging. */

void shortfall_on_bot(struct shortfall_memory *memory)
{
	if (memory->bot_messages < UINT16_MAX)
		memory->bot_messages++;
	memory->answered = true;
}

void shortfall_on_person(struct shortfall_memory *memory)
{
	memory->bot_messages = 0;
	memory->answered = false;
}

static uint32_t bit(enum shortfall shortfall, bool applies)
{
	return applies ? UINT32_C(1) << shortfall : 0;
}

static bool says(const struct shortfall_message *message, enum signal_kind kind)
{
	return (message->signals & UINT32_C(1) << kind) != 0;
}

static bool asks_again(const struct shortfall_rule *rule, const struct shortfall_memory *memory,
                       const struct shortfall_message *message)
{
	return says(message, SIGNAL_ASKED_AGAIN) ||
	       (memory->asked && memory->answered &&
	        shortfall_similar(&memory->said, &message->words) >= rule->similar_ppm);
}

static bool sentiment_falls(const struct shortfall_rule *rule,
                            const struct shortfall_memory *memory,
                            const struct shortfall_message *message)
{
	return memory->asked &&
	       memory->sentiment_ppm - message->sentiment_ppm >= rule->sentiment_fall_ppm &&
	       message->sentiment_ppm <= rule->sentiment_at_most_ppm;
}

static bool confidence_lacks(const struct shortfall_rule *rule,
                             const struct shortfall_message *message)
{
	return message->confidence_ppm >= 0 &&
	       message->confidence_ppm < rule->confidence_below_ppm &&
	       message->sentiment_ppm < rule->content_from_ppm;
}

static uint32_t judge(const struct shortfall_rule *rule, const struct shortfall_memory *memory,
                      const struct shortfall_message *message)
{
	if (memory->bot_messages < rule->bot_messages_at_least)
		return 0;
	return bit(SHORTFALL_ASKS_PERSON, says(message, SIGNAL_ASKS_PERSON)) |
	       bit(SHORTFALL_ASKED_AGAIN, asks_again(rule, memory, message)) |
	       bit(SHORTFALL_CONTRADICTION, says(message, SIGNAL_CONTRADICTS)) |
	       bit(SHORTFALL_FALLING_SENTIMENT, sentiment_falls(rule, memory, message)) |
	       bit(SHORTFALL_LOW_CONFIDENCE, confidence_lacks(rule, message));
}

uint32_t shortfall_on_customer(const struct shortfall_rule *rule, struct shortfall_memory *memory,
                               const struct shortfall_message *message)
{
	const uint32_t why = judge(rule, memory, message);

	memory->answered = false;
	memory->asked = true;
	memory->sentiment_ppm = message->sentiment_ppm;
	memory->said = message->words;
	return why;
}

/* The document. */

static bool number_read(const struct json_place *top, const char *field, int64_t min, int64_t max,
                        int32_t *result, struct json_error *error)
{
	int64_t value;

	if (!json_integer_at(top, field, min, max, &value, error))
		return false;
	*result = (int32_t)value;
	return true;
}

static bool rule_read(const struct json_place *top, struct shortfall_rule *rule,
                      struct json_error *error)
{
	return number_read(top, "bot_messages_at_least", 1, BOT_MESSAGES_MAX,
	                   &rule->bot_messages_at_least, error) &&
	       number_read(top, "similar_ppm", 1, PPM, &rule->similar_ppm, error) &&
	       number_read(top, "sentiment_fall_ppm", 1, INT64_C(2) * PPM,
	                   &rule->sentiment_fall_ppm, error) &&
	       number_read(top, "sentiment_at_most_ppm", -PPM, PPM, &rule->sentiment_at_most_ppm,
	                   error) &&
	       number_read(top, "confidence_below_ppm", 0, PPM, &rule->confidence_below_ppm,
	                   error) &&
	       number_read(top, "content_from_ppm", -PPM, PPM, &rule->content_from_ppm, error);
}

bool shortfall_rule_parse(struct arena *arena, struct bytes text, struct shortfall_rule *rule,
                          struct json_error *error)
{
	static const char *const fields[] = { "id",
		                              "version",
		                              "effective_from",
		                              "bot_messages_at_least",
		                              "similar_ppm",
		                              "sentiment_fall_ppm",
		                              "sentiment_at_most_ppm",
		                              "confidence_below_ppm",
		                              "content_from_ppm",
		                              NULL };
	struct shortfall_rule result = { .version = 0 };
	AUTO_JSON document = NULL;
	const char *id;

	if (!json_parse(text, DOCUMENT_BYTES_MAX, &document, error))
		return false;
	const struct json_place top = json_top(document);
	if (!json_only(&top, fields, error) || !json_text_at(&top, "id", ID_MAX, &id, error) ||
	    !json_integer_at(&top, "version", 1, INT32_MAX, &result.version, error) ||
	    !json_instant_at(&top, "effective_from", &result.effective_from, error) ||
	    !rule_read(&top, &result, error))
		return false;
	result.id = arena_string(arena, id);
	*rule = result;
	return true;
}
