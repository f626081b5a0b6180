/*
 * message - any bytes as what a customer wrote: a language, and entities that lie apart and inside of
 * it. The first byte chooses the language that settles signs.
 */
#include "services/classifier/entity_inside.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

#define ARENA_BLOCK 65536
/* As in entity_test: what no text may need for one point. */
#define STEPS_A_POINT_MAX 2000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct prepared *text, const struct entity *entity, size_t end)
{
	const bool personal = entity->kind == ENTITY_EMAIL || entity->kind == ENTITY_PHONE ||
	                      entity->kind == ENTITY_CARD_NUMBER;

	CHECK(entity->span.at >= end);
	CHECK(entity->span.at + entity->span.size <= text->size);
	CHECK((entity->value == NULL) == personal);
	CHECK(personal || text_valid(bytes_of(entity->value)));
	CHECK(entity->kind != ENTITY_AMOUNT ||
	      entity->currency_open == (entity->currency[0] == '\0'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct language_verdict verdict;
	struct prepared text;
	size_t end = 0;

	if (size == 0)
		return 0;
	struct arena *const arena = arena_create(ARENA_BLOCK);
	struct entity *const entities = arena_alloc(arena, ENTITIES_MAX * sizeof(*entities));
	prepared_make(arena, (const char *)data + 1, size - 1, &text);
	language_detect(&text, &verdict);
	CHECK(verdict.language < LANGUAGES && verdict.second < LANGUAGES);
	CHECK(verdict.share_ppm >= 0 && verdict.share_ppm <= 1000000);
	struct scan scan = { .arena = arena, .text = &text, .language = data[0] % LANGUAGES };
	const size_t count = entity_scan(&scan, entities, ENTITIES_MAX);
	CHECK(scan.steps <= (uint64_t)STEPS_A_POINT_MAX * (text.count + 1));
	for (size_t i = 0; i < count; i++) {
		judge(&text, &entities[i], end);
		end = entities[i].span.at + entities[i].span.size;
	}
	arena_destroy(arena);
	return 0;
}
