#include "services/opsmesh/report_page.h"

#include "services/opsmesh/report_plan.h"

#include <string.h>

static void put(struct buffer *out, const char *text)
{
	buffer_add(out, text, strlen(text));
}

/* Everything that Markdown might take for its own gets a backslash, "<" and "&" as well; a line's end is a space. */
static void put_text(struct buffer *out, const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < ' ') {
			put(out, " ");
			continue;
		}
		if (strchr("\\`*_{}[]<>#|&~!", *text) != NULL)
			put(out, "\\");
		buffer_add(out, text, 1);
	}
}

/* "\n- name: text", nothing for an empty text. */
static void put_item(struct buffer *out, const char *name, const char *text)
{
	if (text[0] == '\0')
		return;
	put(out, "- ");
	put(out, name);
	put_text(out, text);
	put(out, "\n");
}

static void put_line(struct arena *arena, struct buffer *out, const struct report_metric *metric,
                     const struct report_line *line)
{
	struct report_words words;

	report_words_of(arena, metric, line, &words);
	put(out, "**");
	put_text(out, words.number);
	put(out, words.of[0] == '\0' ? "**" : "** ");
	put(out, words.of);
	if (line->cells[0].there)
		put_text(out, arena_printf(arena, " in %s", line->cells[0].label));
	put(out, "\n\n");
	put_item(out, "", words.population);
	put_item(out, "", words.more);
	put_item(out, "aside: ", words.asides);
	put_item(out, "change: ",
	         words.mood == MOOD_NONE
	             ? words.change
	             : arena_printf(arena, "%s; %s", words.change,
	                            words.mood == MOOD_BETTER ? "better" : "worse"));
	put_item(out, "", words.state);
	put(out, "\n");
}

static void put_metric(const struct report *report, struct buffer *out,
                       const struct report_metric *metric)
{
	struct arena *const arena = report->arena;

	put(out, "### ");
	put_text(out, metric->title);
	put(out, "\n\n");
	if (metric->lines == NULL)
		put(out, arena_printf(arena, "**%s**\n\n", report_nothing(arena, report, metric)));
	for (const struct report_line *line = metric->lines; line != NULL; line = line->next)
		put_line(arena, out, metric, line);
	put(out, "> ");
	put_text(out, metric->says);
	put_text(out, arena_printf(arena, " (%s, days of %s)", metric->key, metric->zone));
	put(out, "\n\n");
}

static void put_section(const struct report *report, struct buffer *out,
                        const struct report_plan *plan)
{
	put(out, "## ");
	put(out, plan->heading);
	put(out, "\n\n");
	for (size_t i = 0; plan->metrics[i] != NULL; i++) {
		const struct report_metric *const metric = report_find(report, plan->metrics[i]);

		if (metric == NULL) {
			put_item(out, "not defined here: ", plan->metrics[i]);
			put(out, "\n");
			continue;
		}
		put_metric(report, out, metric);
	}
}

static void put_restated(const struct report *report, struct buffer *out)
{
	put(out, "## Restated since the last period ended\n\n");
	if (report->restated == NULL)
		put(out, "Nothing that was sealed is another since.\n");
	for (const struct report_restated *it = report->restated; it != NULL; it = it->next)
		put_item(out, "", report_restated_line(report->arena, it));
	put(out, "\n");
}

/* The appendix. */

static void put_cell(struct buffer *out, const char *text)
{
	put(out, "| ");
	put_text(out, text);
	put(out, " ");
}

static void put_row(struct arena *arena, struct buffer *out, const struct report_metric *metric,
                    const struct report_line *line)
{
	struct report_words words;

	report_words_of(arena, metric, line, &words);
	put_cell(out, arena_printf(arena, "%s (%s)", metric->title, metric->key));
	put_cell(out, arena_printf(arena, "%s%s%s", words.number, words.of[0] == '\0' ? "" : " ",
	                           words.of));
	put_cell(out, words.population);
	put_cell(out, words.change);
	put_cell(out, words.state);
	put_cell(out, metric->says);
	put(out, "|\n");
}

static void put_appendix(const struct report *report, struct buffer *out)
{
	put(out, "## Appendix: all other metrics\n\n"
	         "| metric | number | population | change | state | definition |\n"
	         "|---|---|---|---|---|---|\n");
	for (const struct report_metric *metric = report->metrics; metric != NULL;
	     metric = metric->next) {
		if (report_plan_names(metric->name) && metric == report_find(report, metric->name))
			continue;
		for (const struct report_line *line = metric->lines; line != NULL;
		     line = line->next)
			put_row(report->arena, out, metric, line);
	}
	put(out, "\nA metric that nothing was counted for in thirteen periods has no row.\n");
}

void report_markdown(const struct report *report, struct buffer *out)
{
	struct arena *const arena = report->arena;

	put(out, "# ");
	put_text(out, report_title(arena, report));
	put(out, "\n\n");
	put_text(out, report_standing(arena, report));
	put(out, "\n\n");
	put_text(out, report_legend_of_quantiles);
	put(out, "\n\n");
	for (const struct report_plan *plan = report_plans; plan->heading != NULL; plan++)
		put_section(report, out, plan);
	put_restated(report, out);
	put_appendix(report, out);
}
