#include "services/billing-sync/dunning/decline.h"

#include "common/base/text.h"

#include <string.h>

const char *const decline_retry_names[] = { "yes", "careful", "new_method", "never", NULL };
const char *const decline_actor_names[] = { "nobody", "customer", "issuer", "us", NULL };

/* The document. */

static bool code_read(struct arena *arena, const struct json_place *item, bool of_network,
                      struct decline_code *code, struct json_error *error)
{
	static const char *const fields[] = { "network", "code",     "retry", "acts",
		                              "held",    "category", "wait",  NULL };
	struct decline_code read = { .network = "" };
	int64_t category = 0;
	int retry;
	int acts;

	if (!json_only(item, fields, error) ||
	    !policy_word_at(arena, item, "code", &read.code, error) ||
	    !json_word_at(item, "retry", decline_retry_names, &retry, error) ||
	    !json_word_at(item, "acts", decline_actor_names, &acts, error) ||
	    !json_switch_if(item, "held", &read.held, error) ||
	    !json_integer_if(item, "category", 1, DECLINE_CATEGORY_MAX, &category, error) ||
	    !policy_span_if(item, "wait", SECONDS(1), DECLINE_WAIT_MAX, &read.wait, error))
		return false;
	if (of_network ? !policy_word_at(arena, item, "network", &read.network, error)
	               : json_has(item, "network") &&
	                     !json_refuse(item, "network", error, "is of the networks' lists"))
		return false;
	read.retry = (enum decline_retry)retry;
	read.acts = (enum decline_actor)acts;
	read.category = (int32_t)category;
	*code = read;
	return true;
}

const struct decline_code *decline_find(const struct decline_list *list, const char *network,
                                        const char *code)
{
	for (size_t i = 0; i < list->count; i++)
		if (text_equal(list->codes[i].code, code) &&
		    text_equal(list->codes[i].network, network))
			return &list->codes[i];
	return NULL;
}

static bool codes_read(struct arena *arena, const struct json_place *list, bool of_network,
                       struct decline_list *result, struct json_error *error)
{
	struct decline_code *const codes =
	    arena_zero(arena, (json_count(list) + 1) * sizeof(*codes));

	for (size_t i = 0; i < json_count(list); i++) {
		const struct json_place item = json_item(list, i);
		const struct decline_list before = { "", { 0, 0, 0 }, codes, i };

		if (!code_read(arena, &item, of_network, &codes[i], error))
			return false;
		if (decline_find(&before, codes[i].network, codes[i].code) != NULL)
			return json_refuse(&item, "code", error, "stands in the list twice");
	}
	result->codes = codes;
	result->count = json_count(list);
	return true;
}

static bool list_read(struct arena *arena, const struct json_place *top, const char *field,
                      bool of_network, struct decline_list *result, struct json_error *error)
{
	static const char *const fields[] = { "source", "as_of", "codes", NULL };
	struct json_place list;
	struct json_place codes;
	const char *source;

	if (!json_object_at(top, field, &list, error) || !json_only(&list, fields, error) ||
	    !json_text_at(&list, "source", POLICY_SOURCE_MAX, &source, error) ||
	    !json_date_at(&list, "as_of", &result->as_of, error) ||
	    !json_array_at(&list, "codes", DECLINE_CODES_MAX, &codes, error))
		return false;
	result->source = arena_string(arena, source);
	return codes_read(arena, &codes, of_network, result, error);
}

/* Besides those of the head. */
static const char *const document_fields[] = { "provider", "advice", "network", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct decline_policy *const policy = result;

	if (!list_read(arena, top, "provider", false, &policy->provider, error) ||
	    !list_read(arena, top, "advice", true, &policy->advice, error) ||
	    !list_read(arena, top, "network", true, &policy->network, error))
		return false;
	return true;
}

const struct policy_kind decline_policy_kind = {
	.folder = "declines",
	.size = sizeof(struct decline_policy),
	.fields = document_fields,
	.read = document_read,
};

/* Judging. */

/* Of equal ones the first: the provider's own word, then the network's advice. */
static void take_code(struct decline_answer *answer, const struct decline_code *code)
{
	if (answer->rule[0] == '\0' || code->retry > answer->retry) {
		answer->retry = code->retry;
		answer->acts = code->acts;
		answer->rule = code->code;
	}
	answer->held = answer->held || code->held;
	answer->category = code->category != 0 ? code->category : answer->category;
	answer->wait = code->wait.us > answer->wait.us ? code->wait : answer->wait;
}

static void judge(struct decline_answer *answer, const struct decline_list *list,
                  const char *network, const char *code)
{
	const struct decline_code *const found = decline_find(list, network, code);
	const struct decline_code unknown = { .network = network,
		                              .code = code,
		                              .retry = DECLINE_RETRY_CAREFUL,
		                              .acts = DECLINE_ACTS_ISSUER };

	if (code[0] == '\0')
		return;
	if (found == NULL)
		answer->unknown[answer->unknown_count++] = code;
	take_code(answer, found != NULL ? found : &unknown);
}

struct decline_answer decline_judge(const struct decline_policy *policy,
                                    const struct payment_failure *failure)
{
	const bool has_decline = failure->decline_code[0] != '\0';
	struct decline_answer answer = { .retry = DECLINE_RETRY_YES, .rule = "" };

	judge(&answer, &policy->provider, "",
	      has_decline ? failure->decline_code : failure->failure_code);
	judge(&answer, &policy->provider, "", failure->advice_code);
	judge(&answer, &policy->advice, failure->network, failure->network_advice_code);
	judge(&answer, &policy->network, failure->network, failure->network_decline_code);
	if (answer.rule[0] == '\0') {
		answer.retry = DECLINE_RETRY_CAREFUL;
		answer.acts = DECLINE_ACTS_ISSUER;
	}
	return answer;
}
