/*
 * What an alert says: the document's sentences with the figures in them, what is at risk, and what it rests on.
 */
#include "services/kpi-aggregator/alarm/alarm.h"

#include "common/base/hash.h"
#include "common/base/money.h"
#include "common/base/text.h"

#include <string.h>

#define MILLI 1000
#define PERCENT_PPM 10000
#define ESCAPED 3    /* "%2F" */
#define VALUE_MAX 40 /* bytes of a value in an id */
#define VALUE_SHOWN (VALUE_MAX - 17)

/* What stands for a character that would end a segment of the id or part one, or stand for another; NULL: itself does. */
static const char *code_of(char character)
{
	switch (character) {
	case '/': return "%2F";
	case '%': return "%25";
	case ':': return "%3A";
	default: return NULL;
	}
}

/* "-" is an empty value, so that one that is "-" is another. */
static const char *escaped(struct arena *arena, const char *value)
{
	char *const text = arena_zero(arena, ESCAPED * strlen(value) + 1);
	size_t size = 0;

	if (value[0] == '\0' || text_equal(value, "-"))
		return value[0] == '\0' ? "-" : "%2D";
	for (const char *at = value; *at != '\0'; at++) {
		const char *const code = code_of(*at);

		if (code == NULL) {
			text[size++] = *at;
			continue;
		}
		memcpy(text + size, code, ESCAPED);
		size += ESCAPED;
	}
	return text;
}

/* What is long is cut, and told apart by what does not change with a build: an action on the alert names it in 200 bytes. */
static const char *value_in_id(struct arena *arena, const char *value)
{
	const char *const whole = escaped(arena, value);

	if (strlen(whole) <= VALUE_MAX)
		return whole;
	return arena_printf(arena, "%s~%08x%08x",
	                    arena_text(arena, whole, text_fit(bytes_of(whole), VALUE_SHOWN)),
	                    hash_murmur2(value, strlen(value)), hash_crc32c(value, strlen(value)));
}

static const char *label_of(const struct alarm_said *said, const struct window *window)
{
	return window_label(said->past->task->arena, said->past->zone, window);
}

const char *alarm_about(const struct alarm_said *said)
{
	const struct known_row *const known = said->past->known;
	struct arena *const arena = said->past->task->arena;

	return arena_printf(arena, "%s/%s%s%s/%s", said->rule->head.id,
	                    value_in_id(arena, known->value), known->currency[0] == '\0' ? "" : ":",
	                    known->currency, label_of(said, said->window));
}

/* Numbers for people. */

static const char *decimal(struct arena *arena, int64_t number, int64_t unit, int places)
{
	const int64_t rest = number % unit;

	return arena_printf(arena, "%s%lld.%0*lld", number < 0 ? "-" : "",
	                    (long long)(number / unit < 0 ? -(number / unit) : number / unit),
	                    places, (long long)(rest < 0 ? -rest : rest));
}

static const char *percent(struct arena *arena, int64_t ppm)
{
	return arena_printf(arena, "%s %%", decimal(arena, ppm / 100, PERCENT_PPM / 100, 2));
}

static const char *money_text(struct arena *arena, int64_t minor, const char *currency)
{
	struct money money = { .minor = minor };

	return money_currency(currency, money.currency)
	           ? money_format(arena, money)
	           : arena_printf(arena, "%lld", (long long)minor);
}

static const char *span_text(struct arena *arena, int64_t us)
{
	const int64_t minutes = us / MINUTES(1).us;

	return minutes < 60 ? arena_printf(arena, "%lld min", (long long)minutes)
	                    : arena_printf(arena, "%lld h %lld min", (long long)(minutes / 60),
	                                   (long long)(minutes % 60));
}

static bool in_unit(enum rule_of of)
{
	return of == OF_VALUE || of == OF_SUM;
}

/* Of a share by value the population is an amount; of an amount it is a count. */
static bool is_money(const struct known_row *known, enum rule_of of)
{
	return known->currency[0] != '\0' && in_unit(of) == text_equal(known->unit, "minor");
}

static const char *number_text(const struct alarm_said *said, enum rule_of of, int64_t number)
{
	struct arena *const arena = said->past->task->arena;
	const struct known_row *const known = said->past->known;

	if (of == OF_SHARE || (of == OF_VALUE && text_equal(known->unit, "ppm")))
		return percent(arena, number);
	if (in_unit(of) && text_equal(known->unit, "us"))
		return span_text(arena, number);
	if (in_unit(of) && text_equal(known->unit, "milli"))
		return decimal(arena, number, MILLI, 3);
	return is_money(known, of) ? money_text(arena, number, known->currency)
	                           : arena_printf(arena, "%lld", (long long)number);
}

static const char *figure_text(const struct alarm_said *said, enum rule_of of)
{
	int64_t number;

	return figure_of(&said->verdict->over, of, &number) ? number_text(said, of, number)
	                                                    : "not known";
}

/* Of what a rule looks at: of a budget that is a share. */
static enum rule_of looked_at(const struct alarm_said *said)
{
	return said->rule->judge == JUDGE_BUDGET ? OF_SHARE : said->rule->of;
}

static const char *value_text(const struct alarm_said *said)
{
	const char *const value = said->past->known->value;

	return value[0] != '\0'                   ? value
	       : said->rule->dimension[0] == '\0' ? "all"
	                                          : "what is not known";
}

static const char *word_text(const struct alarm_said *said, const char *word)
{
	const struct verdict *const verdict = said->verdict;

	if (text_equal(word, "figure"))
		return number_text(said, looked_at(said), verdict->figure);
	if (text_equal(word, "bound"))
		return number_text(said, looked_at(said), verdict->bound);
	if (text_equal(word, "usual"))
		return verdict->has_usual ? number_text(said, looked_at(said), verdict->usual)
		                          : "not known";
	if (text_equal(word, "window"))
		return label_of(said, said->window);
	if (text_equal(word, "series"))
		return said->rule->series;
	if (text_equal(word, "value"))
		return value_text(said);
	if (text_equal(word, "burn"))
		return decimal(said->past->task->arena, verdict->burn_milli / 100, 10, 1);
	return figure_text(said, text_equal(word, "n")      ? OF_N
	                         : text_equal(word, "hits") ? OF_HITS
	                         : text_equal(word, "rest") ? OF_REST
	                                                    : said->rule->at_risk);
}

/* The template with its words in place. */
static const char *filled(const struct alarm_said *said, const char *template)
{
	struct arena *const arena = said->past->task->arena;
	const char *text = "";

	for (const char *at = template; *at != '\0';) {
		const size_t plain = strcspn(at, "{");
		const size_t word = at[plain] == '{' ? strcspn(at + plain + 1, "}") : 0;

		text = arena_printf(arena, "%s%s%s", text, arena_text(arena, at, plain),
		                    at[plain] == '\0'
		                        ? ""
		                        : word_text(said, arena_text(arena, at + plain + 1, word)));
		at += plain + (at[plain] == '\0' ? 0 : word + 2);
	}
	return text;
}

/* What it rests on. */

#define EVIDENCE_MAX 5

static Opsmesh__V1__Evidence *window_evidence(const struct alarm_said *said,
                                              const struct window *window, const char *note)
{
	struct arena *const arena = said->past->task->arena;

	return alert_evidence(
	    arena, "kpi", arena_printf(arena, "%s/%s", said->rule->series, label_of(said, window)),
	    note);
}

static const char *figures_note(const struct alarm_said *said)
{
	struct arena *const arena = said->past->task->arena;

	return arena_printf(arena, "%s: %s of n %s", value_text(said), word_text(said, "figure"),
	                    figure_text(said, OF_N));
}

static bool has_risk(const struct alarm_said *said)
{
	int64_t number;

	return is_money(said->past->known, said->rule->at_risk) &&
	       figure_of(&said->verdict->over, said->rule->at_risk, &number);
}

static size_t evidence_fill(const struct alarm_said *said, Opsmesh__V1__Evidence **evidence)
{
	struct arena *const arena = said->past->task->arena;
	const struct policy_head *const head = &said->rule->head;
	struct window example;
	size_t count = 0;

	evidence[count++] = window_evidence(said, said->window, figures_note(said));
	if (has_risk(said))
		evidence[count++] = window_evidence(
		    said, said->window,
		    arena_printf(arena, "at risk: %s", figure_text(said, said->rule->at_risk)));
	if (said->rule->money[0] != '\0')
		evidence[count++] = alert_evidence(arena, "kpi",
		                                   arena_printf(arena, "%s/%s", said->rule->money,
		                                                label_of(said, said->window)),
		                                   "what it is in money");
	if (said->verdict->has_usual &&
	    past_example(said->past, said->rule, said->window, &example))
		evidence[count++] = window_evidence(said, &example, "what is usual");
	evidence[count++] = alert_evidence(arena, "policy",
	                                   arena_printf(arena, "alerts/%s/%lld", head->id,
	                                                (long long)head->version),
	                                   "by which it is judged");
	return count;
}

struct alert_notice alarm_notice(const struct alarm_said *said)
{
	struct arena *const arena = said->past->task->arena;
	Opsmesh__V1__Evidence **const evidence = arena_zero(arena, EVIDENCE_MAX * sizeof(void *));
	const char *const description = filled(said, said->rule->description);

	return (struct alert_notice){
		.rule = said->rule->head.id,
		.severity = said->verdict->severity,
		.summary = filled(said, said->rule->summary),
		.description = has_risk(said) ? arena_printf(arena, "%s At risk: %s.", description,
		                                             figure_text(said, said->rule->at_risk))
		                              : description,
		.runbook = said->rule->runbook,
		.team = said->rule->team,
		.evidence_count = evidence_fill(said, evidence),
		.evidence = evidence,
	};
}
