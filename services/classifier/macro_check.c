#include "services/classifier/macro_check.h"

#include <stdio.h>
#include <string.h>

#define CHECK_LINE_MAX 512
#define CHECK_PATH_MAX 64
#define CHECK_BLOCK 65536 /* the prose of a macro in all languages */

struct check {
	const struct suggest_entry *entry;
	const struct glossary *glossary;
	struct arena *arena;
	struct buffer *report;
	bool kept;
};

static void fault_report(struct check *check, const char *path, enum tongue tongue,
                         const struct glossary_fault *fault)
{
	const char *const form = fault->term->forms[tongue];
	char line[CHECK_LINE_MAX];
	int size;

	if (fault->said != NULL)
		size = snprintf(line, sizeof(line), "%s: %s: says %s; term %s is %s in %s\n",
		                check->entry->file, path, fault->said, fault->term->id,
		                form != NULL ? form : "not known", tongue_tags[tongue]);
	else
		size =
		    snprintf(line, sizeof(line),
		             "%s: %s: lacks %s, which is term %s in %s: the English has it\n",
		             check->entry->file, path, form, fault->term->id, tongue_tags[tongue]);
	buffer_add(check->report, line,
	           (size_t)size < sizeof(line) ? (size_t)size : sizeof(line) - 1);
	check->kept = false;
}

/* A text in all its languages; field is where it stands, the language stands at %s of the path. */
static void texts_check(struct check *check, const char *before, const char *after,
                        const char *const texts[static TONGUES])
{
	struct glossary_fault fault;
	char path[CHECK_PATH_MAX];

	for (int i = 0; i < TONGUES; i++) {
		if (texts[i] == NULL ||
		    glossary_kept(check->glossary, (enum tongue)i, texts[i],
		                  i == TONGUE_EN ? NULL : texts[TONGUE_EN], &fault))
			continue;
		snprintf(path, sizeof(path), "%s.%s%s", before, tongue_tags[i], after);
		fault_report(check, path, (enum tongue)i, &fault);
	}
}

static void macro_texts_check(struct check *check, const struct macro *macro)
{
	const char *subjects[TONGUES] = { NULL };
	const char *texts[TONGUES] = { NULL };

	for (int i = 0; i < TONGUES; i++) {
		const struct macro_text *const text = &macro->texts[i];

		if (text->subject != NULL)
			subjects[i] = macro_prose(check->arena, text->subject);
		if (text->text != NULL)
			texts[i] = macro_prose(check->arena, text->text);
	}
	texts_check(check, "languages", ".subject", subjects);
	texts_check(check, "languages", ".text", texts);
}

static void playbook_texts_check(struct check *check, const struct playbook *playbook)
{
	char path[CHECK_PATH_MAX];

	for (size_t i = 0; i < playbook->step_count; i++) {
		const struct playbook_step *const step = &playbook->steps[i];

		snprintf(path, sizeof(path), "steps[%zu].%s", i,
		         step->answer_count > 0 ? "ask" : "do");
		texts_check(check, path, "", step->words);
		for (size_t j = 0; j < step->answer_count; j++) {
			snprintf(path, sizeof(path), "steps[%zu].answers[%zu].when", i, j);
			texts_check(check, path, "", step->answers[j].when);
		}
	}
}

static void title_check(struct check *check)
{
	struct glossary_fault fault;

	if (!glossary_kept(check->glossary, TONGUE_EN, check->entry->head->title, NULL, &fault))
		fault_report(check, "title", TONGUE_EN, &fault);
}

bool macro_check(const struct suggest_book *book, struct buffer *report)
{
	struct check check = { .arena = arena_create(CHECK_BLOCK), .report = report, .kept = true };

	for (size_t i = 0; i < book->count; i++) {
		check.entry = &book->entries[i];
		for (size_t j = 0; j < book->count; j++) {
			check.glossary = book->entries[j].glossary;
			if (check.entry->kind == SUGGEST_GLOSSARY || check.glossary == NULL ||
			    !suggest_together(check.entry, &book->entries[j]))
				continue;
			title_check(&check);
			if (check.entry->macro != NULL)
				macro_texts_check(&check, check.entry->macro);
			else
				playbook_texts_check(&check, check.entry->playbook);
		}
	}
	arena_destroy(check.arena);
	return check.kept;
}
