#include "services/kpi-aggregator/ticket/ticket.h"

#include "common/base/check.h"
#include "services/kpi-aggregator/ticket/ticket_observe.h"

/* What is known. */

void ticket_fact_add(struct ticket_fact *fact, struct ticket_record record)
{
	CHECK(fact->count < TICKET_FACT_RECORDS);
	fact->records[fact->count++] = record;
}

bool ticket_apply(struct arena *arena, struct bytes known, const void *fact, struct bytes *changed)
{
	const struct ticket_fact *const added = fact;
	struct ticket_known all;
	bool another = false;

	if (!ticket_known_open(arena, known, &all))
		return false;
	for (size_t i = 0; i < added->count; i++)
		if (ticket_known_add(arena, &all, &added->records[i]))
			another = true;
	*changed = another ? ticket_known_pack(arena, &all) : known;
	return true;
}

/* What is observed. */

/* The product that its tags name now: those of the opening, unless tags came or went. */
static const char *product_of(const struct ticket_records *records)
{
	const struct ticket_list *const tagged = &records->of[RECORD_TAGGED];

	return tagged->count > 0 ? tagged->items[0].product
	                         : records->of[RECORD_OPENED].items[0].product;
}

static void say_first(const char **word, const char *said)
{
	if (**word == '\0')
		*word = said;
}

static void read_words(struct ticket_view *view)
{
	const struct ticket_records *const records = &view->story->records;
	const struct ticket_list *const resolved = &records->of[RECORD_RESOLVED];

	for (int i = 0; i < OBSERVATION_WORDS; i++)
		view->words[i] = "";
	view->words[WORD_CHANNEL] = records->of[RECORD_OPENED].items[0].channel;
	view->words[WORD_PRODUCT] = product_of(records);
	for (size_t i = 0; i < resolved->count; i++) {
		say_first(&view->words[WORD_ACCOUNT], resolved->items[i].account);
		say_first(&view->words[WORD_TIER], resolved->items[i].tier);
		say_first(&view->words[WORD_REGION], resolved->items[i].region);
	}
	ticket_triage_read(view);
}

static bool observe(const char *subject, struct bytes known, const struct subject_horizon *horizon,
                    struct observations *all)
{
	struct ticket_story story;
	struct ticket_view view = { .arena = all->arena, .story = &story, .all = all };
	bool opened;

	(void)subject;
	if (!ticket_story_read(all->arena, known, &story, &opened))
		return false;
	all->left_out += (size_t)story.records.left_out;
	if (!opened)
		return true;
	read_words(&view);
	ticket_observe_support(&view);
	ticket_observe_promises(&view);
	ticket_observe_triage(&view);
	ticket_observe_backlog(&view, horizon);
	return true;
}

static bool is_open(struct bytes known)
{
	struct arena *const arena = arena_create(4096);
	struct ticket_story story;
	bool opened;
	bool open = ticket_story_read(arena, known, &story, &opened) && opened;

	if (open)
		open = !ticket_status_done(story.moves[story.move_count - 1].to);
	arena_destroy(arena);
	return open;
}

const struct subject_kind subject_ticket = {
	.prefix = TICKET_PREFIX,
	.observe = observe,
	.is_open = is_open,
};
