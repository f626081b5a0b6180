/*
 * To which pattern each report belongs: the known ones claim theirs first, then new ones are found.
 */
#include "services/classifier/pattern_judge.h"

#include "common/base/text.h"

#include <stdlib.h>
#include <string.h>

#define NOBODY (-1)

struct grouping {
	struct pattern_window *window;
	int16_t *owners;
};

static bool is_recent(const struct pattern_window *window, const struct pattern_report *report,
                      struct duration span)
{
	return !time_before(report->at, time_sub(window->end, span));
}

/* NOBODY: no room, until one is forgotten. */
static int16_t add_known(struct pattern_window *window, enum pattern_rule rule, const char *token)
{
	const size_t place = window->known_count;

	if (place == PATTERN_KNOWN_MAX)
		return NOBODY;
	window->known[place] = pattern_known_new(window->arena, ++window->numbers, rule, token);
	window->known_count++;
	return (int16_t)place;
}

/* Error codes. */

static void claim_token(struct grouping *grouping, int16_t place)
{
	const struct pattern_window *const window = grouping->window;

	for (size_t i = 0; i < window->count; i++)
		if (grouping->owners[i] == NOBODY &&
		    pattern_report_has(&window->reports[i], window->known[place].token))
			grouping->owners[i] = place;
}

struct mention {
	const char *token;
	const char *customer;
};

static int by_token(const void *a, const void *b)
{
	const struct mention *const left = a;
	const struct mention *const right = b;
	const int order = strcmp(left->token, right->token);

	return order != 0 ? order : strcmp(left->customer, right->customer);
}

/* Who mentions which code, in the window of the rule and not claimed yet. */
static size_t gather_mentions(const struct grouping *grouping, struct mention *mentions)
{
	const struct pattern_window *const window = grouping->window;
	size_t count = 0;

	for (size_t i = 0; i < window->count; i++) {
		const struct pattern_report *const report = &window->reports[i];

		if (grouping->owners[i] != NOBODY ||
		    !is_recent(window, report, window->policy->error_code.window))
			continue;
		for (size_t k = 0; k < report->token_count; k++)
			if (pattern_policy_is_code(window->policy, report->tokens[k]))
				mentions[count++] =
				    (struct mention){ report->tokens[k],
					              pattern_report_customer(report) };
	}
	return count;
}

/* The code that most customers have; of equals the first by its bytes. */
static const char *most_mentioned(const struct mention *mentions, size_t count, int32_t *customers)
{
	const char *best = NULL;
	int32_t current = 0;

	*customers = 0;
	for (size_t i = 0; i < count; i++) {
		const bool same_token =
		    i > 0 && text_equal(mentions[i].token, mentions[i - 1].token);

		if (!same_token)
			current = 0;
		if (!same_token || !text_equal(mentions[i].customer, mentions[i - 1].customer))
			current++;
		if (current > *customers) {
			*customers = current;
			best = mentions[i].token;
		}
	}
	return best;
}

static void group_tokens(struct grouping *grouping)
{
	struct pattern_window *const window = grouping->window;
	struct mention *const mentions =
	    arena_alloc(window->arena,
	                (window->count * PATTERN_TOKENS_MAX + 1) * sizeof(*mentions));

	for (size_t i = 0; i < window->known_count; i++)
		if (window->known[i].rule == PATTERN_ERROR_CODE)
			claim_token(grouping, (int16_t)i);
	for (;;) {
		const size_t count = gather_mentions(grouping, mentions);
		int32_t customers;

		qsort(mentions, count, sizeof(*mentions), by_token);
		const char *const token = most_mentioned(mentions, count, &customers);

		if (token == NULL || customers < window->policy->error_code.customers)
			return;
		const int16_t place = add_known(window, PATTERN_ERROR_CODE, token);

		if (place == NOBODY)
			return;
		claim_token(grouping, place);
	}
}

/* Near duplicates. */

struct near {
	uint32_t reports[PATTERN_NEAR_MAX]; /* places in the window, ascending */
	uint16_t roots[PATTERN_NEAR_MAX];   /* of the component: its first member */
	int16_t owners[PATTERN_NEAR_MAX];   /* of a root */
	size_t count;
};

static void gather_near(const struct grouping *grouping, struct near *near)
{
	const struct pattern_window *const window = grouping->window;
	size_t count = 0;

	for (size_t i = window->count; i > 0 && count < PATTERN_NEAR_MAX; i--)
		if (grouping->owners[i - 1] == NOBODY && window->reports[i - 1].place_count > 0)
			near->reports[PATTERN_NEAR_MAX - ++count] = (uint32_t)(i - 1);
	memmove(near->reports, &near->reports[PATTERN_NEAR_MAX - count],
	        count * sizeof(near->reports[0]));
	near->count = count;
	for (size_t i = 0; i < count; i++) {
		near->roots[i] = (uint16_t)i;
		near->owners[i] = NOBODY;
	}
}

static size_t root_of(struct near *near, size_t at)
{
	while (near->roots[at] != at) {
		near->roots[at] = near->roots[near->roots[at]];
		at = near->roots[at];
	}
	return at;
}

static void join(const struct pattern_window *window, struct near *near, size_t a, size_t b)
{
	const struct pattern_report *const left = &window->reports[near->reports[a]];
	const struct pattern_report *const right = &window->reports[near->reports[b]];
	const size_t root_a = root_of(near, a);
	const size_t root_b = root_of(near, b);

	if (root_a == root_b ||
	    !pattern_sketch_agrees(left->sketch, left->place_count, right->sketch,
	                           right->place_count, window->policy->near_duplicate.agree_ppm))
		return;
	near->roots[root_a > root_b ? root_a : root_b] =
	    (uint16_t)(root_a > root_b ? root_b : root_a);
}

static bool is_like(const struct pattern_window *window, const struct pattern_known *known,
                    const struct pattern_report *report)
{
	for (size_t i = 0; i < known->exemplar_count; i++)
		if (pattern_sketch_agrees(known->exemplars[i].places, known->exemplars[i].count,
		                          report->sketch, report->place_count,
		                          window->policy->near_duplicate.agree_ppm))
			return true;
	return false;
}

/* A component in which one report is like those of a known group is of that group. */
static void claim_near(const struct pattern_window *window, struct near *near, int16_t place)
{
	for (size_t i = 0; i < near->count; i++) {
		const size_t root = root_of(near, i);

		if (near->owners[root] == NOBODY &&
		    is_like(window, &window->known[place], &window->reports[near->reports[i]]))
			near->owners[root] = place;
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int32_t count_different(const char **texts, size_t count)
{
	int32_t different = 0;

	qsort(texts, count, sizeof(*texts), by_text);
	for (size_t i = 0; i < count; i++)
		different += i == 0 || !text_equal(texts[i], texts[i - 1]);
	return different;
}

static int32_t component_customers(const struct pattern_window *window, struct near *near,
                                   size_t root, const char **customers)
{
	size_t count = 0;

	for (size_t i = 0; i < near->count; i++) {
		const struct pattern_report *const report = &window->reports[near->reports[i]];

		if (root_of(near, i) == root &&
		    is_recent(window, report, window->policy->near_duplicate.window))
			customers[count++] = pattern_report_customer(report);
	}
	return count_different(customers, count);
}

static void find_near(struct pattern_window *window, struct near *near)
{
	const char **const customers =
	    arena_alloc(window->arena, (near->count + 1) * sizeof(*customers));

	for (size_t i = 0; i < near->count; i++)
		if (root_of(near, i) == i && near->owners[i] == NOBODY &&
		    component_customers(window, near, i, customers) >=
		        window->policy->near_duplicate.customers)
			near->owners[i] = add_known(window, PATTERN_NEAR_DUPLICATE, "");
}

static void group_near(struct grouping *grouping)
{
	struct pattern_window *const window = grouping->window;
	struct near *const near = arena_alloc(window->arena, sizeof(*near));

	gather_near(grouping, near);
	for (size_t a = 0; a < near->count; a++)
		for (size_t b = a + 1; b < near->count; b++)
			join(window, near, a, b);
	for (size_t i = 0; i < window->known_count; i++)
		if (window->known[i].rule == PATTERN_NEAR_DUPLICATE)
			claim_near(window, near, (int16_t)i);
	find_near(window, near);
	for (size_t i = 0; i < near->count; i++)
		grouping->owners[near->reports[i]] = near->owners[root_of(near, i)];
}

/* Bursts. */

static size_t gather_claimed(const struct grouping *grouping, const char **customers)
{
	const struct pattern_window *const window = grouping->window;
	size_t count = 0;

	for (size_t i = 0; i < window->count; i++)
		if (grouping->owners[i] != NOBODY)
			customers[count++] = pattern_report_customer(&window->reports[i]);
	qsort(customers, count, sizeof(*customers), by_text);
	return count;
}

static int16_t known_burst(const struct pattern_window *window)
{
	for (size_t i = window->known_count; i > 0; i--)
		if (window->known[i - 1].rule == PATTERN_BURST)
			return (int16_t)(i - 1);
	return NOBODY;
}

static void group_burst(struct grouping *grouping)
{
	struct pattern_window *const window = grouping->window;
	const char **const claimed =
	    arena_alloc(window->arena, (window->count + 1) * sizeof(*claimed));
	const char **const left = arena_alloc(window->arena, (window->count + 1) * sizeof(*left));
	size_t *const places = arena_alloc(window->arena, (window->count + 1) * sizeof(*places));
	const size_t claimed_count = gather_claimed(grouping, claimed);
	int16_t place = known_burst(window);
	size_t count = 0;

	for (size_t i = 0; i < window->count; i++) {
		const char *const customer = pattern_report_customer(&window->reports[i]);

		if (!is_recent(window, &window->reports[i], window->policy->burst.window) ||
		    bsearch(&customer, claimed, claimed_count, sizeof(*claimed), by_text) != NULL)
			continue;
		places[count] = i;
		left[count++] = customer;
	}
	if (count_different(left, count) < pattern_threshold(window->policy, window->usual))
		return;
	if (place == NOBODY)
		place = add_known(window, PATTERN_BURST, "");
	for (size_t i = 0; i < count; i++)
		grouping->owners[places[i]] = place;
}

void pattern_group_window(struct pattern_window *window, int16_t *owners)
{
	struct grouping grouping = { window, owners };

	for (size_t i = 0; i < window->count; i++)
		owners[i] = NOBODY;
	group_tokens(&grouping);
	group_near(&grouping);
	group_burst(&grouping);
}
