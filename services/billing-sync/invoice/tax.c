#include "services/billing-sync/invoice/tax.h"

#include "common/base/text.h"

#include <string.h>

#define MILLION 1000000
#define STATE_MAX 63 /* bytes */

static bool until_read(const struct json_place *row, struct tax_rate *rate,
                       struct json_error *error)
{
	rate->until = TIME_MAX;
	if (!json_instant_if(row, "until", &rate->until, error))
		return false;
	return time_before(rate->from, rate->until) ||
	       json_refuse(row, "until", error, "must be after from");
}

static bool rate_read(struct arena *arena, const struct json_place *row, struct tax_rate *rate,
                      struct json_error *error)
{
	static const char *const fields[] = { "kind", "ppm", "from", "until", "source", NULL };
	const char *source;

	if (!json_only(row, fields, error) ||
	    !policy_word_at(arena, row, "kind", &rate->kind, error) ||
	    !json_integer_at(row, "ppm", 0, TAX_PPM_MAX, &rate->ppm, error) ||
	    !json_instant_at(row, "from", &rate->from, error) || !until_read(row, rate, error) ||
	    !json_text_at(row, "source", POLICY_SOURCE_MAX, &source, error))
		return false;
	rate->source = arena_string(arena, source);
	return true;
}

/* Two rates of one kind at one time are two answers to one question. */
static bool kind_free(const struct json_place *row, const struct tax_rate *rates, size_t count,
                      struct json_error *error)
{
	const struct tax_rate *const last = &rates[count];

	for (size_t i = 0; i < count; i++)
		if (text_equal(rates[i].kind, last->kind) &&
		    time_before(rates[i].from, last->until) &&
		    time_before(last->from, rates[i].until))
			return json_refuse(row, "from", error,
			                   "another rate of the kind is in force then");
	return true;
}

static bool rates_read(struct arena *arena, const struct json_place *place,
                       struct tax_jurisdiction *jurisdiction, struct json_error *error)
{
	struct json_place list;
	struct tax_rate *rates;

	if (!json_array_at(place, "rates", TAX_RATES_MAX, &list, error))
		return false;
	jurisdiction->rate_count = json_count(&list);
	rates = arena_zero(arena, (jurisdiction->rate_count + 1) * sizeof(*rates));
	for (size_t i = 0; i < jurisdiction->rate_count; i++) {
		const struct json_place row = json_item(&list, i);

		if (!rate_read(arena, &row, &rates[i], error) || !kind_free(&row, rates, i, error))
			return false;
	}
	jurisdiction->rates = rates;
	return true;
}

static bool country_read(struct arena *arena, const struct json_place *place, const char **country,
                         struct json_error *error)
{
	const char *text;

	if (!json_text_at(place, "country", 2, &text, error))
		return false;
	if (strlen(text) != 2 || text[0] < 'A' || text[0] > 'Z' || text[1] < 'A' || text[1] > 'Z')
		return json_refuse(place, "country", error, "must be two capitals, as JP");
	*country = arena_string(arena, text);
	return true;
}

static bool jurisdiction_read(struct arena *arena, const struct json_place *place,
                              struct tax_jurisdiction *result, struct json_error *error)
{
	static const char *const fields[] = { "country", "state", "collected", "rates", NULL };
	const char *state = "";

	if (!json_only(place, fields, error) ||
	    !country_read(arena, place, &result->country, error) ||
	    !json_text_if(place, "state", STATE_MAX, &state, error) ||
	    !json_switch_at(place, "collected", &result->collected, error) ||
	    !rates_read(arena, place, result, error))
		return false;
	result->state = arena_string(arena, state);
	return true;
}

static const struct tax_jurisdiction *exactly(const struct tax_policy *policy, const char *country,
                                              const char *state)
{
	for (size_t i = 0; i < policy->count; i++)
		if (text_equal(policy->jurisdictions[i].country, country) &&
		    text_equal(policy->jurisdictions[i].state, state))
			return &policy->jurisdictions[i];
	return NULL;
}

static bool jurisdictions_read(struct arena *arena, const struct json_place *top,
                               struct tax_policy *policy, struct json_error *error)
{
	struct json_place list;
	struct tax_jurisdiction *read;

	if (!json_array_at(top, "jurisdictions", TAX_JURISDICTIONS_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	policy->jurisdictions = read;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place place = json_item(&list, i);

		if (!jurisdiction_read(arena, &place, &read[i], error))
			return false;
		if (exactly(policy, read[i].country, read[i].state) != NULL)
			return json_refuse(&place, "country", error, "is another row's already");
		policy->count++;
	}
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "jurisdictions", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct tax_policy *const policy = result;

	if (!jurisdictions_read(arena, top, policy, error))
		return false;
	return true;
}

const struct policy_kind tax_policy_kind = {
	.folder = "tax",
	.size = sizeof(struct tax_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Asking. */

static const struct tax_jurisdiction *find(const struct tax_policy *policy, const char *country,
                                           const char *state)
{
	const struct tax_jurisdiction *const found = exactly(policy, country, state);

	return found != NULL ? found : exactly(policy, country, "");
}

static int64_t tax_of(int64_t taxable, int64_t ppm)
{
	__extension__ const __int128 size = taxable < 0 ? -(__int128)taxable : taxable;
	const int64_t tax = (int64_t)((size * ppm + MILLION / 2) / MILLION);

	return taxable < 0 ? -tax : tax;
}

static uint64_t apart(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

enum tax_answer tax_expect(const struct tax_policy *policy, const struct tax_question *question,
                           int64_t found, int64_t *expected)
{
	const struct tax_jurisdiction *const place =
	    find(policy, question->country, question->state);
	enum tax_answer answer = TAX_NO_RATE;

	if (place == NULL)
		return TAX_UNKNOWN;
	for (size_t i = 0; i < place->rate_count; i++) {
		const struct tax_rate *const rate = &place->rates[i];
		const int64_t tax = tax_of(question->taxable, rate->ppm);

		if (time_before(question->at, rate->from) ||
		    !time_before(question->at, rate->until))
			continue;
		if (answer == TAX_NO_RATE || apart(tax, found) < apart(*expected, found))
			*expected = tax;
		answer = TAX_EXPECTED;
	}
	return answer;
}

bool tax_collected(const struct tax_policy *policy, const char *country, const char *state)
{
	const struct tax_jurisdiction *const place = find(policy, country, state);

	return place != NULL && place->collected;
}
