#include "services/billing-sync/rule/currency.h"

#include "common/base/text.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define EXPONENT_MAX 4 /* of the standard */
#define STEP_MAX 10000

/* Reading. */

static bool currencies_read(struct arena *arena, const struct json_place *place,
                            const char *const **currencies, struct json_error *error)
{
	struct json_place list;
	const char **read;

	if (!json_array_at(place, "currencies", CURRENCY_OF_RULE_MAX, &list, error))
		return false;
	read = arena_zero(arena, (json_count(&list) + 1) * sizeof(*read));
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);
		char code[4];

		if (!json_text_in(&list, i, 3, &read[i], error))
			return false;
		if (!money_currency(read[i], code) || !text_equal(code, read[i]))
			return json_refuse(&item, NULL, error, "must be a currency as USD");
		read[i] = arena_string(arena, read[i]);
	}
	*currencies = read;
	return json_count(&list) > 0 ||
	       json_refuse(place, "currencies", error, "must name a currency");
}

static bool sentence_if(struct arena *arena, const struct json_place *place, const char *field,
                        const char **sentence, struct json_error *error)
{
	const char *read = NULL;

	if (!json_text_if(place, field, CURRENCY_SENTENCE_MAX, &read, error))
		return false;
	if (read != NULL && read[0] == '\0')
		return json_refuse(place, field, error, "must not be empty");
	*sentence = read != NULL ? arena_string(arena, read) : NULL;
	return true;
}

static bool rule_read(struct arena *arena, const struct json_place *place,
                      struct currency_rule *rule, struct json_error *error)
{
	static const char *const fields[] = { "currencies", "exponent", "step", "payout_step",
		                              "refused",    "source",   NULL };
	struct currency_rule read = { .step = 1, .payout_step = 1 };

	if (!json_only(place, fields, error) ||
	    !currencies_read(arena, place, &read.currencies, error) ||
	    !json_integer_at(place, "exponent", 0, EXPONENT_MAX, &read.exponent, error) ||
	    !json_integer_if(place, "step", 1, STEP_MAX, &read.step, error) ||
	    !json_integer_if(place, "payout_step", 1, STEP_MAX, &read.payout_step, error) ||
	    !sentence_if(arena, place, "refused", &read.refused, error) ||
	    !sentence_if(arena, place, "source", &read.source, error))
		return false;
	if (read.source == NULL)
		return json_refuse(place, "source", error, "is missing");
	*rule = read;
	return true;
}

/* A rule that names a currency which one before it names already. */
static bool is_new(const struct currency_policy *policy, const struct currency_rule *rule,
                   const struct json_place *place, struct json_error *error)
{
	for (const char *const *currency = rule->currencies; *currency != NULL; currency++) {
		bool twice = text_among(currency + 1, *currency);

		for (size_t i = 0; i < policy->count; i++)
			twice = twice || text_among(policy->rules[i].currencies, *currency);
		if (twice)
			return json_refuse(place, "currencies", error, "%s has a rule already",
			                   *currency);
	}
	return true;
}

static bool rules_read(struct arena *arena, const struct json_place *top,
                       struct currency_policy *policy, struct json_error *error)
{
	struct json_place list;

	if (!json_array_at(top, "rules", CURRENCY_RULES_MAX, &list, error))
		return false;
	for (size_t i = 0; i < json_count(&list); i++) {
		const struct json_place item = json_item(&list, i);

		if (!rule_read(arena, &item, &policy->rules[i], error) ||
		    !is_new(policy, &policy->rules[i], &item, error))
			return false;
		policy->count++;
	}
	return true;
}

/* Besides those of the head. */
static const char *const document_fields[] = { "exponent", "rules", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	static const char *const none[] = { NULL };
	struct currency_policy *const policy = result;

	policy->others = (struct currency_rule){ none, 0, 1, 1, NULL, NULL };
	if (!json_integer_at(top, "exponent", 0, EXPONENT_MAX, &policy->others.exponent, error) ||
	    !rules_read(arena, top, policy, error))
		return false;
	policy->others.source = policy->head.source;
	return true;
}

const struct policy_kind currency_kind = {
	.folder = "currencies",
	.size = sizeof(struct currency_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Asking. */

static const struct currency_rule *rule_of(const struct currency_policy *policy,
                                           const char *currency)
{
	for (size_t i = 0; i < policy->count; i++)
		if (text_among(policy->rules[i].currencies, currency))
			return &policy->rules[i];
	return &policy->others;
}

static int64_t power_of_ten(int64_t exponent)
{
	int64_t power = 1;

	for (int64_t i = 0; i < exponent; i++)
		power *= 10;
	return power;
}

/* From one exponent to another, exactly. */
static bool shift(int64_t amount, int64_t from, int64_t to, int64_t *result)
{
	const int64_t unit = power_of_ten(from > to ? from - to : to - from);

	if (from <= to)
		return !__builtin_mul_overflow(amount, unit, result);
	if (amount % unit != 0)
		return false;
	*result = amount / unit;
	return true;
}

static bool convert(const struct currency_policy *policy, const char *currency, bool reads,
                    int64_t amount, int64_t *result, char *reason)
{
	const struct currency_rule *const rule = rule_of(policy, currency);
	const int64_t standard = money_exponent(currency);
	const int64_t from = reads ? rule->exponent : standard;
	const int64_t to = reads ? standard : rule->exponent;

	if (standard < 0)
		snprintf(reason, CURRENCY_REASON_SIZE, "no currency is known by this code");
	else if (rule->refused != NULL)
		snprintf(reason, CURRENCY_REASON_SIZE, "%s is refused: %s", currency,
		         rule->refused);
	else if (!shift(amount, from, to, result))
		snprintf(reason, CURRENCY_REASON_SIZE, "%s: the amount is %s", currency,
		         from > to ? "no whole number of units" : "beyond 64 bits");
	else
		return true;
	return false;
}

bool currency_read(const struct currency_policy *policy, const char *currency, int64_t amount,
                   struct money *money, char reason[static CURRENCY_REASON_SIZE])
{
	struct money read = { 0 };

	if (!convert(policy, currency, true, amount, &read.minor, reason))
		return false;
	if (read.minor > CURRENCY_AMOUNT_MAX || read.minor < -CURRENCY_AMOUNT_MAX) {
		snprintf(reason, CURRENCY_REASON_SIZE, "%s: the amount has more than 15 digits",
		         currency);
		return false;
	}
	memcpy(read.currency, currency, sizeof(read.currency));
	*money = read;
	return true;
}

bool currency_write(const struct currency_policy *policy, struct money money, int64_t *amount,
                    char reason[static CURRENCY_REASON_SIZE])
{
	return convert(policy, money.currency, false, money.minor, amount, reason);
}

void currency_scale(const struct currency_policy *policy, const char *currency, int64_t *times,
                    int64_t *per)
{
	const int64_t standard = money_exponent(currency);
	const int64_t own = rule_of(policy, currency)->exponent;

	*times = standard > own ? power_of_ten(standard - own) : 1;
	*per = standard >= 0 && own > standard ? power_of_ten(own - standard) : 1;
}

const char *currency_text(struct arena *arena, const struct currency_policy *policy,
                          const char *currency, int64_t amount)
{
	struct money money;
	int64_t times = 1;
	int64_t per = 1;

	if (policy != NULL)
		currency_scale(policy, currency, &times, &per);
	if (amount % per != 0 || __builtin_mul_overflow(amount / per, times, &money.minor))
		return arena_printf(arena, "%" PRId64 " of the provider's units of %s", amount,
		                    currency);
	memset(money.currency, 0, sizeof(money.currency));
	memcpy(money.currency, currency, strnlen(currency, sizeof(money.currency) - 1));
	return money_format(arena, money);
}

bool currency_charges(const struct currency_policy *policy, const char *currency, int64_t amount)
{
	const struct currency_rule *const rule = rule_of(policy, currency);

	return rule->refused == NULL && amount % rule->step == 0;
}

int64_t currency_payable(const struct currency_policy *policy, const char *currency, int64_t amount)
{
	const struct currency_rule *const rule = rule_of(policy, currency);

	return rule->refused != NULL ? 0 : amount - amount % rule->payout_step;
}
