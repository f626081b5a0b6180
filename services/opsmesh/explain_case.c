/*
 * Cases on paper: where they stand, their figures reckoned again, their evidence with the facts that it came from; or the
 * same as JSON.
 */
#include "services/opsmesh/explain.h"

#include "common/base/text.h"
#include "services/opsmesh/table.h"

#include <stdio.h>

/* Evidence. */

/* What was found last, and what people have added since then. */
struct evidence {
	size_t from; /* place among all facts; all.count: nothing was found */
	const struct told *told;
	const Opsmesh__V1__EvidenceCollected *found; /* NULL: nothing was */
};

static struct evidence evidence_of(const struct explain *explain, const struct dispute_row *row)
{
	struct evidence it = { .from = 0 };

	for (size_t i = 0; i < explain->all.count; i++) {
		const struct told *const told = &explain->all.list[i];
		const Opsmesh__V1__DisputeEvent *const event = dispute_event(told, row->case_id);

		if (event != NULL &&
		    event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_COLLECTED)
			it = (struct evidence){ i + 1, told, event->evidence_collected };
	}
	return it;
}

/* The item that somebody added by the fact at this place; NULL: none. */
static const Opsmesh__V1__EvidenceItem *added_at(const struct explain *explain,
                                                 const struct dispute_row *row, size_t place)
{
	const Opsmesh__V1__DisputeEvent *const event =
	    dispute_event(&explain->all.list[place], row->case_id);

	return event != NULL &&
	               event->fact_case == OPSMESH__V1__DISPUTE_EVENT__FACT_EVIDENCE_ITEM_ADDED
	           ? event->evidence_item_added->item
	           : NULL;
}

static void print_evidence(const struct explain *explain, const struct dispute_row *row)
{
	const struct evidence it = evidence_of(explain, row);
	const struct story *const story = &explain->story;

	printf("  evidence%s\n", it.found == NULL
	                             ? ", of which nothing was found yet:"
	                             : arena_printf(story->arena, " as it was found at %s:",
	                                            story_time(story, it.told->time)));
	for (size_t i = 0; it.found != NULL && i < it.found->n_items_found; i++)
		printf("    %s\n", story_evidence(story, it.found->items_found[i]));
	for (size_t i = it.from; i < explain->all.count; i++) {
		const Opsmesh__V1__EvidenceItem *const item = added_at(explain, row, i);

		if (item != NULL)
			printf("    %s (added by a person)\n", story_evidence(story, item));
	}
}

/* Standing. */

static const char *or_none(const char *text)
{
	return text[0] == '\0' ? "nobody" : text;
}

static const char *limit(const struct explain *explain, const struct dispute_row *row)
{
	struct arena *const arena = explain->tool->arena;

	if (row->deadline.us == TIME_MIN.us)
		return arena_printf(arena, "it has no deadline: %s", dispute_why_none(row));
	if (row->now.us == TIME_MIN.us)
		return arena_printf(arena, "to be answered by %s",
		                    story_time(&explain->story, row->deadline));
	return arena_printf(arena, "to be answered by %s, %s %s at the mesh's %s",
	                    story_time(&explain->story, row->deadline),
	                    time_before(row->deadline, row->now) ? "missed by" : "in",
	                    span_text(arena, time_before(row->deadline, row->now)
	                                         ? time_since(row->deadline, row->now)
	                                         : time_since(row->now, row->deadline)),
	                    story_time(&explain->story, row->now));
}

static void print_case(const struct explain *explain, const struct dispute_row *row)
{
	struct arena *const arena = explain->tool->arena;
	const char *const lacks = dispute_lacks(arena, row);

	printf("%s: %s, %s (\"%s\"), %s, %s; with %s; answer: %s%s%s%s%s; %s.\n", row->case_id,
	       row->stage[0] == '\0' ? "its money alone is known" : row->stage,
	       story_plain(&explain->story, row->state), row->status, dispute_amount(arena, row),
	       dispute_reason(arena, row), or_none(dispute_owner(arena, row)), row->response,
	       row->decision[0] == '\0' ? "" : ", decided to ", row->decision,
	       lacks[0] == '\0' ? "" : "; lacks ", lacks, limit(explain, row));
}

void explain_print_cases(const struct explain *explain)
{
	for (size_t i = 0; i < explain->disputes.count; i++)
		print_case(explain, &explain->disputes.list[i]);
	if (explain->disputes.count > 0)
		putchar('\n');
}

/* Figures. */

static const char *or_nothing(struct arena *arena, const struct running *running)
{
	const char *const text = running_text(arena, running);

	return text[0] == '\0' ? "nothing" : text;
}

static void print_sum(const struct explain *explain, const struct dispute_sum *sum)
{
	struct arena *const arena = explain->tool->arena;
	const struct story *const story = &explain->story;

	printf("  withdrawn %s, reinstated %s, fees %s\n", or_nothing(arena, &sum->withdrawn),
	       or_nothing(arena, &sum->reinstated), or_nothing(arena, &sum->fees));
	if (sum->deadline.us != TIME_MIN.us)
		printf("  deadline %s: the provider's %s less %s by %s\n",
		       story_time(story, sum->deadline), story_time(story, sum->due_by),
		       span_text(arena, sum->buffer), sum->policy);
	if (sum->problem_count == 0)
		puts("  the figures agree with what was said");
	for (size_t i = 0; i < sum->problem_count; i++)
		printf("  DIFFERS: %s\n", sum->problems[i]);
}

void explain_print_figures(const struct explain *explain)
{
	for (size_t i = 0; explain->dispute_sums != NULL && i < explain->disputes.count; i++) {
		const struct dispute_row *const row = &explain->disputes.list[i];

		printf("\n%s, reckoned again:\n", row->case_id);
		print_sum(explain, &explain->dispute_sums[i]);
		print_evidence(explain, row);
	}
	if (explain->dispute_sums != NULL)
		printf("\n%s\n", reach_sentence(explain->tool->arena, &explain->disputes.reach));
}

/* For programs. */

static json_t *time_json(struct instant at)
{
	char text[TIME_TEXT_SIZE];

	return at.us == TIME_MIN.us ? json_null() : json_string(time_format(at, text));
}

static json_t *running_json(const struct running *running)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < running->count; i++) {
		json_t *const sum = json_object();

		json_object_set_new(sum, "currency", json_string(running->sums[i].currency));
		json_object_set_new(sum, "minor", json_integer(running->sums[i].minor));
		json_array_append_new(list, sum);
	}
	return list;
}

static json_t *item_json(const struct explain *explain, const Opsmesh__V1__EvidenceItem *item)
{
	json_t *const row = json_object();

	json_object_set_new(row, "item_id", json_string(item->item_id));
	json_object_set_new(row, "kind", json_string(item->kind));
	json_object_set_new(row, "field", json_string(item->field));
	json_object_set_new(row, "hurts", json_boolean(item->hurts));
	json_object_set_new(row, "what", json_string(story_evidence(&explain->story, item)));
	return row;
}

static json_t *evidence_json(const struct explain *explain, const struct dispute_row *row)
{
	const struct evidence it = evidence_of(explain, row);
	json_t *const list = json_array();

	for (size_t i = 0; it.found != NULL && i < it.found->n_items_found; i++)
		json_array_append_new(list, item_json(explain, it.found->items_found[i]));
	for (size_t i = it.from; i < explain->all.count; i++) {
		const Opsmesh__V1__EvidenceItem *const item = added_at(explain, row, i);

		if (item != NULL)
			json_array_append_new(list, item_json(explain, item));
	}
	return list;
}

static void add_sum(json_t *json, const struct dispute_sum *sum)
{
	json_t *const problems = json_array();

	for (size_t i = 0; i < sum->problem_count; i++)
		json_array_append_new(problems, json_string(sum->problems[i]));
	json_object_set_new(json, "withdrawn", running_json(&sum->withdrawn));
	json_object_set_new(json, "reinstated", running_json(&sum->reinstated));
	json_object_set_new(json, "fees", running_json(&sum->fees));
	json_object_set_new(json, "reckoned_deadline", time_json(sum->deadline));
	json_object_set_new(json, "buffer_us", json_integer(sum->buffer.us));
	json_object_set_new(json, "policy", json_string(sum->policy));
	json_object_set_new(json, "agrees", json_boolean(sum->problem_count == 0));
	json_object_set_new(json, "problems", problems);
}

static json_t *case_json(const struct explain *explain, size_t at)
{
	const struct dispute_row *const row = &explain->disputes.list[at];
	json_t *const json = json_object();

	json_object_set_new(json, "case_id", json_string(row->case_id));
	json_object_set_new(json, "dispute_id", json_string(row->dispute_id));
	json_object_set_new(json, "stage", json_string(row->stage));
	json_object_set_new(json, "state", json_string(row->state));
	json_object_set_new(json, "open", json_boolean(row->open));
	json_object_set_new(json, "due_by", time_json(row->due_by));
	json_object_set_new(json, "deadline", time_json(row->deadline));
	json_object_set_new(json, "owner", json_string(row->owner));
	json_object_set_new(json, "queue", json_string(row->queue));
	json_object_set_new(json, "response", json_string(row->response));
	json_object_set_new(json, "decision", json_string(row->decision));
	if (explain->dispute_sums == NULL)
		return json;
	add_sum(json, &explain->dispute_sums[at]);
	json_object_set_new(json, "evidence", evidence_json(explain, row));
	return json;
}

json_t *explain_cases_json(const struct explain *explain)
{
	json_t *const list = json_array();

	for (size_t i = 0; i < explain->disputes.count; i++)
		json_array_append_new(list, case_json(explain, i));
	return list;
}
