#include "services/kpi-aggregator/alarm/rule.h"

#include "common/base/rate.h"
#include "common/base/text.h"

#include <string.h>

#define RUNBOOK_BEGINS "deploy/runbooks/"
#define RUNBOOK_ENDS ".md"
#define MILLI_MAX 1000000

static const char *const judge_names[] = { "threshold", "unlike", "budget", NULL };
static const char *const of_names[] = { "value", "n", "hits", "rest", "sum", "share", NULL };
static const char *const way_names[] = { "below", "above", NULL };
static const char *const firsts_names[] = { "like", "skip", "any", NULL };
static const char *const severity_names[] = { "info", "warning", "critical", NULL };
const char *const rule_words[] = { "figure", "bound",  "usual", "n",       "hits", "rest",
	                           "window", "series", "value", "at_risk", "burn", NULL };

static bool severity_read(const struct json_place *item, const char *field,
                          Opsmesh__V1__Severity *severity, struct json_error *error)
{
	int word;

	if (!json_word_at(item, field, severity_names, &word, error))
		return false;
	*severity = (Opsmesh__V1__Severity)(word + 1);
	return true;
}

static bool of_read(const struct json_place *item, const char *field, enum rule_of *of,
                    struct json_error *error)
{
	int word;

	if (!json_word_at(item, field, of_names, &word, error))
		return false;
	*of = (enum rule_of)word;
	return true;
}

/* Texts for people. */

/* The first word in braces that is none of rule_words; NULL: all are. */
static const char *unknown_word(struct arena *arena, const char *text)
{
	for (const char *at = strchr(text, '{'); at != NULL; at = strchr(at + 1, '{')) {
		const char *const word = arena_text(arena, at + 1, strcspn(at + 1, "}"));

		if (!text_among(rule_words, word))
			return word;
	}
	return NULL;
}

static bool text_read(struct arena *arena, const struct json_place *says, const char *field,
                      const char **text, struct json_error *error)
{
	const char *read;

	if (!json_text_at(says, field, RULE_TEXT_MAX, &read, error))
		return false;
	if (unknown_word(arena, read) != NULL)
		return json_refuse(says, field, error, "has a word in braces that is unknown");
	*text = arena_string(arena, read);
	return true;
}

static bool says_read(struct arena *arena, const struct json_place *top, struct alarm_rule *rule,
                      struct json_error *error)
{
	static const char *const fields[] = { "summary", "description", "money", NULL };
	struct json_place says;

	rule->money = "";
	return json_object_at(top, "says", &says, error) && json_only(&says, fields, error) &&
	       (!json_has(&says, "money") ||
	        policy_word_at(arena, &says, "money", &rule->money, error)) &&
	       text_read(arena, &says, "summary", &rule->summary, error) &&
	       text_read(arena, &says, "description", &rule->description, error);
}

static bool runbook_read(struct arena *arena, const struct json_place *top, const char **runbook,
                         struct json_error *error)
{
	const char *text;

	if (!json_text_at(top, "runbook", RULE_TEXT_MAX, &text, error))
		return false;
	if (!text_starts(text, RUNBOOK_BEGINS) || !text_ends(text, RUNBOOK_ENDS))
		return json_refuse(top, "runbook", error,
		                   "must be a file as " RUNBOOK_BEGINS "csat" RUNBOOK_ENDS);
	*runbook = arena_string(arena, text);
	return true;
}

/* What is judged, in three ways. */

static bool threshold_read(const struct json_place *judge, struct alarm_rule *rule,
                           struct json_error *error)
{
	static const char *const fields[] = { "by",      "of",   "above",  "below", "minimum_n",
		                              "windows", "wait", "silent", NULL };
	const bool above = json_has(judge, "above");

	if (!json_only(judge, fields, error))
		return false;
	if (above == json_has(judge, "below"))
		return json_refuse(judge, NULL, error, "must have one of above and below");
	rule->way = above ? WAY_ABOVE : WAY_BELOW;
	if (!json_integer_at(judge, above ? "above" : "below", -RULE_COUNT_MAX, RULE_COUNT_MAX,
	                     &rule->limit, error))
		return false;
	rule->margin = rule->limit;
	return true;
}

static bool apart_read(struct arena *arena, const struct json_place *judge, struct alarm_rule *rule,
                       struct json_error *error)
{
	int firsts;

	if (!json_word_at(judge, "firsts", firsts_names, &firsts, error) ||
	    !policy_words_if(arena, judge, "holidays", RULE_HOLIDAYS_MAX, &rule->holiday_ids,
	                     error))
		return false;
	rule->firsts = (enum rule_firsts)firsts;
	return true;
}

static bool unlike_read(struct arena *arena, const struct json_place *judge,
                        struct alarm_rule *rule, struct json_error *error)
{
	static const char *const fields[] = { "by",         "of",        "way",
		                              "weeks",      "weeks_min", "minimum_n",
		                              "effect_ppm", "windows",   "deviations_milli",
		                              "firsts",     "holidays",  "minimum_usual",
		                              "wait",       "silent",    NULL };
	int way;

	if (!json_only(judge, fields, error) ||
	    !json_word_at(judge, "way", way_names, &way, error) ||
	    !json_integer_at(judge, "weeks", 1, RULE_WEEKS_MAX, &rule->weeks, error) ||
	    !json_integer_at(judge, "weeks_min", 1, rule->weeks, &rule->weeks_min, error) ||
	    !json_integer_at(judge, "effect_ppm", 0, 100 * RATE_WHOLE, &rule->effect_ppm, error) ||
	    !json_integer_if(judge, "deviations_milli", 1, MILLI_MAX, &rule->deviations_milli,
	                     error) ||
	    !json_integer_if(judge, "minimum_usual", 0, RULE_COUNT_MAX, &rule->minimum_usual,
	                     error))
		return false;
	rule->way = (enum rule_way)way;
	if ((rule->of == OF_SHARE) == (rule->deviations_milli > 0))
		return json_refuse(judge, "deviations_milli", error,
		                   "must be there, but of a share, which has an interval");
	if (rule->of != OF_SHARE && way == WAY_BELOW && rule->minimum_usual == 0)
		return json_refuse(judge, "minimum_usual", error,
		                   "must be there, or a quiet night is one below the usual");
	return apart_read(arena, judge, rule, error);
}

static bool burn_read(const struct json_place *item, const struct rule_burn *graver,
                      struct rule_burn *burn, struct json_error *error)
{
	static const char *const fields[] = { "long", "short", "milli", "severity", NULL };

	if (!json_only(item, fields, error) ||
	    !json_integer_at(item, "long", 1, RULE_SPAN_MAX, &burn->long_windows, error) ||
	    !json_integer_at(item, "short", 1, burn->long_windows, &burn->short_windows, error) ||
	    !json_integer_at(item, "milli", 1, MILLI_MAX, &burn->milli, error) ||
	    !severity_read(item, "severity", &burn->severity, error))
		return false;
	return graver == NULL || burn->severity <= graver->severity ||
	       json_refuse(item, "severity", error, "must not be graver than the one above");
}

static bool budget_read(struct arena *arena, const struct json_place *judge,
                        struct alarm_rule *rule, struct json_error *error)
{
	static const char *const fields[] = { "by",        "of",   "target_ppm", "burn",
		                              "minimum_n", "wait", "silent",     NULL };
	struct json_place list;
	struct rule_burn *read;

	if (!json_only(judge, fields, error) ||
	    !json_integer_at(judge, "target_ppm", 1, RATE_WHOLE - 1, &rule->target_ppm, error) ||
	    !json_array_at(judge, "burn", RULE_PAIRS_MAX, &list, error))
		return false;
	if (rule->of != OF_HITS && rule->of != OF_REST)
		return json_refuse(judge, "of", error, "must be hits or rest, whichever is bad");
	if (json_count(&list) == 0)
		return json_refuse(judge, "burn", error, "must have a pair");
	read = arena_zero(arena, json_count(&list) * sizeof(*read));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!burn_read(&item, i > 0 ? &read[i - 1] : NULL, &read[i], error))
			return false;
		if (read[i].long_windows > rule->span)
			rule->span = read[i].long_windows;
	}
	rule->burn = read;
	rule->burn_count = json_count(&list);
	rule->way = WAY_ABOVE;
	return true;
}

/* What only grows while a window is open is below everything at first. */
static bool open_is_judged(const struct json_place *judge, const struct alarm_rule *rule,
                           struct json_error *error)
{
	const bool grows = rule->of != OF_SHARE && rule->of != OF_VALUE;

	if (rule->sealed || rule->way == WAY_ABOVE || (!grows && rule->minimum_n > 0))
		return true;
	return json_refuse(judge, NULL, error,
	                   grows ? "what grows is below anything while its window is open: "
	                           "judge sealed windows"
	                         : "must have a minimum_n, as windows are judged while open");
}

static bool judge_read(struct arena *arena, const struct json_place *top, struct alarm_rule *rule,
                       struct json_error *error)
{
	struct json_place judge;
	int by;

	rule->windows = 1;
	rule->wait = HOURS(1);
	if (!json_object_at(top, "judge", &judge, error) ||
	    !json_word_at(&judge, "by", judge_names, &by, error) ||
	    !of_read(&judge, "of", &rule->of, error) ||
	    !json_integer_if(&judge, "minimum_n", 0, RULE_COUNT_MAX, &rule->minimum_n, error) ||
	    !json_integer_if(&judge, "windows", 1, RULE_WINDOWS_MAX, &rule->windows, error) ||
	    !policy_span_if(&judge, "wait", MINUTES(1), DAYS(8), &rule->wait, error) ||
	    !json_switch_if(&judge, "silent", &rule->silent, error))
		return false;
	rule->judge = (enum rule_judge)by;
	return (rule->judge == JUDGE_THRESHOLD ? threshold_read(&judge, rule, error)
	        : rule->judge == JUDGE_UNLIKE  ? unlike_read(arena, &judge, rule, error)
	                                       : budget_read(arena, &judge, rule, error)) &&
	       open_is_judged(&judge, rule, error);
}

static bool resolve_read(const struct json_place *top, struct alarm_rule *rule,
                         struct json_error *error)
{
	static const char *const fields[] = { "windows", "margin", NULL };
	struct json_place resolve;
	int64_t margin = rule->limit;

	if (!json_object_at(top, "resolve", &resolve, error) ||
	    !json_only(&resolve, fields, error) ||
	    !json_integer_at(&resolve, "windows", 1, RULE_WINDOWS_MAX, &rule->well_windows,
	                     error) ||
	    !json_integer_if(&resolve, "margin", -RULE_COUNT_MAX, RULE_COUNT_MAX, &margin, error))
		return false;
	if (json_has(&resolve, "margin") && rule->judge != JUDGE_THRESHOLD)
		return json_refuse(&resolve, "margin", error, "is of thresholds");
	if (rule->way == WAY_ABOVE ? margin > rule->limit : margin < rule->limit)
		return json_refuse(&resolve, "margin", error,
		                   "must not be beyond what the alert is raised by");
	rule->margin = margin;
	return true;
}

/* The document. */

static const char *const document_fields[] = { "metric", "dimension", "values",  "window",
	                                       "sealed", "judge",     "resolve", "severity",
	                                       "team",   "runbook",   "says",    "at_risk",
	                                       NULL };

static bool watched_read(struct arena *arena, const struct json_place *top, struct alarm_rule *rule,
                         struct json_error *error)
{
	int window;

	rule->dimension = "";
	if (!policy_word_at(arena, top, "metric", &rule->metric, error) ||
	    (json_has(top, "dimension") &&
	     !policy_word_at(arena, top, "dimension", &rule->dimension, error)) ||
	    !policy_words_if(arena, top, "values", RULE_VALUES_MAX, &rule->values, error) ||
	    !json_word_at(top, "window", window_kind_names, &window, error) ||
	    !json_switch_at(top, "sealed", &rule->sealed, error))
		return false;
	rule->window = (enum window_kind)window;
	if (rule->window == WINDOW_MINUTE)
		return json_refuse(top, "window", error, "must be an hour or longer");
	if (strchr(rule->metric, '@') == NULL || strpbrk(rule->metric, "/:") != NULL)
		return json_refuse(top, "metric", error, "must name a version as support.csat@1");
	if (rule->values[0] != NULL && rule->dimension[0] == '\0')
		return json_refuse(top, "values", error, "are of a dimension, and none is named");
	rule->series = rule->dimension[0] == '\0'
	                   ? rule->metric
	                   : arena_printf(arena, "%s:%s", rule->metric, rule->dimension);
	return true;
}

static bool names_fit(const struct json_place *top, const struct alarm_rule *rule,
                      struct json_error *error)
{
	return strlen(rule->series) + strlen(rule->head.id) <= RULE_NAMES_MAX ||
	       json_refuse(top, "id", error, "is too long beside metric and dimension: %d bytes",
	                   RULE_NAMES_MAX);
}

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct alarm_rule *const rule = result;
	static const char *const none[] = { NULL };

	rule->at_risk = OF_NOTHING;
	rule->holiday_ids = none;
	return watched_read(arena, top, rule, error) && names_fit(top, rule, error) &&
	       judge_read(arena, top, rule, error) && resolve_read(top, rule, error) &&
	       severity_read(top, "severity", &rule->severity, error) &&
	       policy_word_at(arena, top, "team", &rule->team, error) &&
	       runbook_read(arena, top, &rule->runbook, error) &&
	       says_read(arena, top, rule, error) &&
	       (!json_has(top, "at_risk") || of_read(top, "at_risk", &rule->at_risk, error));
}

const struct policy_kind alarm_rule_kind = {
	.folder = "alerts",
	.size = sizeof(struct alarm_rule),
	.fields = document_fields,
	.read = document_read,
};
