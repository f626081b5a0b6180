/*
 * signal - any bytes as what a customer's mail says, by the documents of the tree, and as a document of
 * phrases or of thresholds. The first byte chooses.
 */
#include "services/classifier/quote.h"
#include "services/classifier/shortfall.h"
#include "tests/support/signal_fixture.h"

#include "common/base/check.h"

#define ARENA_BLOCK 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The documents are compiled once, for all inputs. */
static const struct signal_book *book_of_tree(void)
{
	static const struct signal_book *book;
	static struct arena *arena;

	if (arena == NULL) {
		arena = arena_create(ARENA_BLOCK);
		book = signal_fixture_book(arena);
		CHECK(book != NULL);
	}
	return book;
}

static void span_check(struct span span, size_t from, size_t size)
{
	CHECK(span.at >= from);
	CHECK(span.size > 0);
	CHECK(span.size <= size - span.at);
}

static void quote_check(const struct quote *own, size_t size)
{
	size_t end = 0;

	CHECK(own->count <= QUOTE_PARTS_MAX);
	for (size_t i = 0; i < own->count; i++) {
		span_check(own->parts[i], end, size);
		end = own->parts[i].at + own->parts[i].size;
	}
}

/* Every hit is a part of the text, and the scores are those of the hits. */
static void signals_check(const struct signals *found, size_t size)
{
	int32_t sentiment;
	int32_t urgency;

	CHECK(found->hit_count <= SIGNAL_HITS_MAX);
	for (size_t i = 0; i < found->hit_count; i++) {
		span_check(found->hits[i].span, 0, size);
		CHECK((found->said & UINT32_C(1) << found->hits[i].kind) != 0);
	}
	signals_score(found->hits, found->hit_count, &sentiment, &urgency);
	CHECK(sentiment == found->sentiment_ppm);
	CHECK(urgency == found->urgency_ppm);
}

static void text_use(struct arena *arena, const char *text, size_t size, enum language language)
{
	struct shortfall_sketch sketch;
	struct prepared prepared;
	struct signals found;
	struct quote own;

	quote_own(text, size, &own);
	quote_check(&own, size);
	quote_prepare(arena, text, size, &own, &prepared);
	CHECK(prepared.count <= PREPARED_POINTS_MAX);
	signals_find(book_of_tree(), &prepared, language, &found);
	signals_check(&found, size);
	shortfall_sketch_make(&prepared, &sketch);
	CHECK(shortfall_similar(&sketch, &sketch) == (sketch.features < 3 ? 0 : 1000000));
}

/* What was accepted finds what it finds in its own text. */
static void document_use(struct arena *arena, struct bytes body)
{
	const struct document document = { .name = "d", .body = body };
	const struct signal_book *book;
	char error[SIGNAL_ERROR_SIZE];
	struct prepared prepared;
	struct signals found;

	if (!signal_book_compile(arena, &document, 1, TIME_NEWEST, &book, error))
		return;
	prepared_make(arena, body.data, body.size, &prepared);
	signals_find(book, &prepared, LANGUAGE_EN, &found);
	signals_check(&found, body.size);
}

static void memory_use(struct bytes body)
{
	struct shortfall_memory memory;
	uint8_t bytes[SHORTFALL_MEMORY_SIZE];

	if (!shortfall_decode(body, &memory))
		return;
	shortfall_encode(&memory, bytes);
	CHECK(bytes_equal(body, (struct bytes){ bytes, sizeof(bytes) }));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes body = { data + 1, size - 1 };
	struct shortfall_rule rule;
	struct json_error error;
	struct arena *arena;

	if (size == 0)
		return 0;
	arena = arena_create(ARENA_BLOCK);
	memory_use(body);
	if (data[0] >= LANGUAGES) {
		document_use(arena, body);
		if (!shortfall_rule_parse(arena, body, &rule, &error))
			CHECK(error.reason[0] != '\0');
	} else {
		text_use(arena, body.data, body.size, (enum language)data[0]);
	}
	arena_destroy(arena);
	return 0;
}
