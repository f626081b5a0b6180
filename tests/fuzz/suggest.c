/*
 * suggest - any bytes as a macro, a playbook or a glossary: refused with a reason, or usable. The first
 * byte chooses the parser.
 */
#include "services/classifier/suggest.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>

#define ARENA_BLOCK 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted can be filled in, and what it becomes is text. */
static void macro_use(struct arena *arena, const struct macro *macro)
{
	struct macro_value values[MACRO_PLACES_MAX];
	struct macro_text filled;
	char error[MACRO_ERROR_SIZE];

	for (size_t i = 0; i < macro->place_count; i++)
		values[i] = (struct macro_value){ macro->places[i].name, "https://{{x}}" };
	for (int i = 0; i < TONGUES; i++) {
		if (macro->texts[i].text == NULL)
			continue;
		CHECK(macro_render(arena, macro, (enum tongue)i, values, macro->place_count,
		                   &filled, error));
		CHECK(text_valid(bytes_of(filled.text)));
		CHECK(strstr(macro_prose(arena, macro->texts[i].text), "{{") == NULL);
	}
}

/* No walk is longer than there are steps. */
static void playbook_use(const struct playbook *playbook)
{
	size_t walked = 0;

	for (size_t at = playbook->start; playbook->steps[at].answer_count > 0; walked++) {
		CHECK(walked < playbook->step_count);
		at = playbook->steps[at].answers[walked % playbook->steps[at].answer_count].go;
	}
}

static void glossary_use(const struct glossary *glossary)
{
	struct glossary_fault fault;

	for (size_t i = 0; i < glossary->count; i++) {
		const char *const english = glossary->terms[i].forms[TONGUE_EN];

		if (!glossary_kept(glossary, TONGUE_JA, "", english, &fault))
			CHECK(fault.term != NULL);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct bytes body = { data + 1, size - 1 };
	struct json_error error = { .reason = "" };
	struct macro macro;
	struct playbook playbook;
	struct glossary glossary;
	struct arena *arena;

	if (size == 0)
		return 0;
	arena = arena_create(ARENA_BLOCK);
	if (data[0] % SUGGEST_KINDS == SUGGEST_MACRO && macro_parse(arena, body, &macro, &error))
		macro_use(arena, &macro);
	else if (data[0] % SUGGEST_KINDS == SUGGEST_PLAYBOOK &&
	         playbook_parse(arena, body, &playbook, &error))
		playbook_use(&playbook);
	else if (data[0] % SUGGEST_KINDS == SUGGEST_GLOSSARY &&
	         glossary_parse(arena, body, &glossary, &error))
		glossary_use(&glossary);
	else
		CHECK(error.reason[0] != '\0');
	arena_destroy(arena);
	return 0;
}
