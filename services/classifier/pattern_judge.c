#include "services/classifier/pattern_judge.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

/* Each one's first report. */

static int by_order(const void *a, const void *b)
{
	return pattern_report_compare(*(const struct pattern_report *const *)a,
	                              *(const struct pattern_report *const *)b);
}

struct owned {
	const char *whose;
	const struct pattern_report *report;
};

static int by_owner(const void *a, const void *b)
{
	const struct owned *const left = a;
	const struct owned *const right = b;
	const int order = strcmp(left->whose, right->whose);

	return order != 0 ? order : pattern_report_compare(left->report, right->report);
}

const char *pattern_report_ticket(const struct pattern_report *report)
{
	return report->ticket_id;
}

size_t pattern_first_of_each(struct arena *arena, const struct pattern_report **reports,
                             size_t count, const char *(*whose)(const struct pattern_report *))
{
	struct owned *const owned = arena_alloc(arena, (count + 1) * sizeof(*owned));
	size_t firsts = 0;

	for (size_t i = 0; i < count; i++)
		owned[i] = (struct owned){ whose(reports[i]), reports[i] };
	qsort(owned, count, sizeof(*owned), by_owner);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || !text_equal(owned[i].whose, owned[i - 1].whose))
			reports[firsts++] = owned[i].report;
	qsort(reports, firsts, sizeof(void *), by_order);
	return firsts;
}

int32_t pattern_customers_within(struct arena *arena, const struct pattern_report *reports,
                                 size_t count, struct instant start, struct instant end)
{
	const struct pattern_report **const found =
	    arena_alloc(arena, (count + 1) * sizeof(void *));
	size_t within = 0;

	for (size_t i = 0; i < count; i++)
		if (!time_before(reports[i].at, start) && time_before(reports[i].at, end))
			found[within++] = &reports[i];
	return (int32_t)pattern_first_of_each(arena, found, within, pattern_report_customer);
}

/* The reports of one pattern within the window of its rule. */

struct group {
	const struct pattern_window *window;
	const struct pattern_report **reports; /* earliest first */
	size_t count;
};

static struct group group_make(const struct pattern_window *window, size_t size)
{
	return (struct group){
		window,
		arena_alloc(window->arena, (size + 1) * sizeof(const struct pattern_report *)), 0
	};
}

static struct group group_of(const struct pattern_window *window, const int16_t *owners,
                             size_t place)
{
	const struct duration span = pattern_rule_window(window->policy, window->known[place].rule);
	const struct instant start = time_sub(window->end, span);
	size_t size = 0;

	for (size_t i = 0; i < window->count; i++)
		size += owners[i] == (int16_t)place;
	struct group group = group_make(window, size);

	for (size_t i = 0; i < window->count; i++)
		if (owners[i] == (int16_t)place && !time_before(window->reports[i].at, start))
			group.reports[group.count++] = &window->reports[i];
	return group;
}

/* Those behind an instant. */
static struct group group_after(const struct group *group, struct instant at)
{
	struct group after = group_make(group->window, group->count);

	for (size_t i = 0; i < group->count; i++)
		if (time_before(at, group->reports[i]->at))
			after.reports[after.count++] = group->reports[i];
	return after;
}

static struct group firsts_of(const struct group *group,
                              const char *(*whose)(const struct pattern_report *))
{
	struct group firsts = group_make(group->window, group->count);

	for (size_t i = 0; i < group->count; i++)
		firsts.reports[i] = group->reports[i];
	firsts.count =
	    pattern_first_of_each(group->window->arena, firsts.reports, group->count, whose);
	return firsts;
}

/* Evidence. */

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void add_languages(const struct group *group, struct pattern_evidence *evidence)
{
	const char **const languages =
	    arena_alloc(group->window->arena, (group->count + 1) * sizeof(*languages));
	size_t different = 0;

	for (size_t i = 0; i < group->count; i++)
		languages[i] = group->reports[i]->language;
	qsort(languages, group->count, sizeof(*languages), by_text);
	for (size_t i = 0; i < group->count; i++)
		if (i == 0 || !text_equal(languages[i], languages[i - 1]))
			languages[different++] = languages[i];
	evidence->languages = languages;
	evidence->language_count = different;
}

static int32_t threshold_of(const struct pattern_window *window, enum pattern_rule rule)
{
	switch (rule) {
	case PATTERN_ERROR_CODE: return window->policy->error_code.customers;
	case PATTERN_NEAR_DUPLICATE: return window->policy->near_duplicate.customers;
	case PATTERN_BURST:
	case PATTERN_RULES: break;
	}
	return pattern_threshold(window->policy, window->usual);
}

static struct pattern_evidence evidence_of(const struct group *group,
                                           const struct pattern_known *known)
{
	const struct pattern_window *const window = group->window;
	const bool burst = known->rule == PATTERN_BURST;
	struct pattern_evidence evidence = {
		.customers = (int32_t)firsts_of(group, pattern_report_customer).count,
		.tickets = (int32_t)firsts_of(group, pattern_report_ticket).count,
		.threshold = threshold_of(window, known->rule),
		.window = pattern_rule_window(window->policy, known->rule),
	};

	if (burst) {
		evidence.usual = window->usual;
		evidence.tickets +=
		    (int32_t)(window->overflow < INT32_MAX / 2 ? window->overflow : INT32_MAX / 2);
	}
	add_languages(group, &evidence);
	return evidence;
}

static void add_tickets(const struct pattern_policy *policy, const struct group *group,
                        struct pattern_fact *fact)
{
	const struct group firsts = firsts_of(group, pattern_report_ticket);
	struct pattern_report *const tickets =
	    arena_alloc(group->window->arena, (firsts.count + 1) * sizeof(*tickets));

	while (fact->ticket_count < firsts.count &&
	       fact->ticket_count < (size_t)policy->evidence_tickets) {
		tickets[fact->ticket_count] = *firsts.reports[fact->ticket_count];
		fact->ticket_count++;
	}
	fact->tickets = tickets;
}

/* What becomes of a pattern. */

static void absorb(struct pattern_known *known, const struct group *group)
{
	for (size_t i = 0; i < group->count; i++) {
		const struct pattern_report *const report = group->reports[i];

		pattern_set_add(known->arena, &known->customers, pattern_report_customer(report));
		if (pattern_set_add(known->arena, &known->tickets, report->ticket_id)) {
			pattern_known_pend(known, report);
			known->changed = true;
		}
		known->changed = known->changed || time_before(known->last_report, report->at);
		known->last_report = time_later(known->last_report, report->at);
	}
}

static void all_told(struct pattern_known *known)
{
	known->told = (int32_t)known->customers.count;
	known->pending_count = 0;
	known->changed = true;
}

static void keep_exemplars(struct pattern_known *known, const struct group *group)
{
	for (size_t i = 0; i < group->count && known->exemplar_count < PATTERN_EXEMPLARS; i++) {
		struct pattern_sketch *const sketch = &known->exemplars[known->exemplar_count];

		if (group->reports[i]->place_count == 0)
			continue;
		sketch->count = group->reports[i]->place_count;
		memcpy(sketch->places, group->reports[i]->sketch, sizeof(sketch->places));
		known->exemplar_count++;
	}
}

static struct pattern_fact fact_make(enum pattern_fact_kind kind, struct instant at,
                                     const struct group *group, const struct pattern_known *known)
{
	return (struct pattern_fact){ .kind = kind,
		                      .known = known,
		                      .at = at,
		                      .quiet_since = known->quiet_since,
		                      .evidence = evidence_of(group, known) };
}

/* The report of the customer by whom so many were reached. */
static struct instant reached_at(const struct group *group, int32_t customers)
{
	return firsts_of(group, pattern_report_customer).reports[customers - 1]->at;
}

static bool judge_new(struct pattern_known *known, const struct group *group,
                      struct pattern_fact *fact)
{
	const int32_t threshold = threshold_of(group->window, known->rule);

	known->found_at = reached_at(group, threshold);
	*fact = fact_make(PATTERN_FOUND, known->found_at, group, known);
	add_tickets(group->window->policy, group, fact);
	absorb(known, group);
	if (known->rule == PATTERN_NEAR_DUPLICATE)
		keep_exemplars(known, group);
	all_told(known);
	return true;
}

static bool judge_quiet(struct pattern_known *known, const struct group *group,
                        struct pattern_fact *fact)
{
	const int32_t threshold = threshold_of(group->window, known->rule);
	const struct group since = group_after(group, known->last_report);

	if ((int32_t)firsts_of(&since, pattern_report_customer).count < threshold)
		return false;
	*fact = fact_make(PATTERN_RETURNED, reached_at(&since, threshold), &since, known);
	add_tickets(group->window->policy, &since, fact);
	absorb(known, &since);
	known->quiet = false;
	known->quiet_since = TIME_MIN;
	all_told(known);
	return true;
}

/* The customers' first reports, until the customers ever are so many. */
static struct instant grown_at(struct pattern_known *known, const struct group *group,
                               int32_t target)
{
	const struct group firsts = firsts_of(group, pattern_report_customer);

	for (size_t i = 0; i < firsts.count; i++)
		if (pattern_set_add(known->arena, &known->customers,
		                    pattern_report_customer(firsts.reports[i])) &&
		    (int32_t)known->customers.count >= target)
			return firsts.reports[i]->at;
	return TIME_MIN;
}

static void tell_pending(struct pattern_known *known, const struct pattern_window *window,
                         struct pattern_fact *fact)
{
	const size_t most = (size_t)window->policy->evidence_tickets;

	fact->ticket_count = known->pending_count < most ? known->pending_count : most;
	fact->tickets =
	    arena_copy(window->arena, known->pending, fact->ticket_count * sizeof(*fact->tickets));
}

static bool judge_live(struct pattern_known *known, const struct group *group,
                       struct pattern_fact *fact)
{
	const int32_t target = pattern_known_next_growth(group->window->policy, known);
	const struct instant at = grown_at(known, group, target);

	absorb(known, group);
	if (at.us == TIME_MIN.us)
		return false;
	*fact = fact_make(PATTERN_GREW, at, group, known);
	tell_pending(known, group->window, fact);
	all_told(known);
	return true;
}

size_t pattern_judge_window(struct pattern_window *window, struct pattern_fact *facts)
{
	int16_t *const owners = arena_alloc(window->arena, (window->count + 1) * sizeof(*owners));
	size_t count = 0;

	pattern_group_window(window, owners);
	for (size_t i = 0; i < window->known_count; i++) {
		struct pattern_known *const known = &window->known[i];
		const struct group group = group_of(window, owners, i);
		bool said;

		if (known->found_at.us == TIME_MIN.us)
			said = judge_new(known, &group, &facts[count]);
		else if (known->quiet)
			said = judge_quiet(known, &group, &facts[count]);
		else
			said = judge_live(known, &group, &facts[count]);
		count += said;
	}
	return count;
}
