#include "services/chargeback/reason/reason.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <string.h>
#include <strings.h>

const char *const reason_found_names[] = { "text", "code", "category", "else", NULL };

/* The text decides where both say one; of what is left the provider's category is worth a step. */
static int closeness(const struct reason *reason, const struct reason_said *said)
{
	const bool same_text = reason->text[0] != '\0' && strcasecmp(reason->text, said->text) == 0;

	if (reason->text[0] != '\0' && !same_text)
		return 0;
	return 1 + (text_equal(reason->category, said->category) ? 1 : 0) + (same_text ? 2 : 0);
}

/* Of equally close ones the first; NULL: the list does not have the code. */
static const struct reason *code_find(const struct reason_policy *policy,
                                      const struct reason_said *said)
{
	const struct reason *found = NULL;
	int closest = 0;

	for (size_t i = 0; i < policy->count; i++) {
		const struct reason *const reason = &policy->reasons[i];
		const bool same = strcasecmp(reason->network, said->network) == 0 &&
		                  strcasecmp(reason->code, said->code) == 0;
		const int close = same ? closeness(reason, said) : 0;

		if (close > closest) {
			closest = close;
			found = reason;
		}
	}
	return found;
}

static const struct reason *category_find(const struct reason_policy *policy, const char *category)
{
	const struct reason_said said = { REASON_ANY_NETWORK, category, "", category };

	return code_find(policy, &said);
}

struct reason_answer reason_find(const struct reason_policy *policy, const struct reason_said *said)
{
	const bool has_code =
	    said->code[0] != '\0' && strcmp(said->network, REASON_ANY_NETWORK) != 0;
	const struct reason *const code = has_code ? code_find(policy, said) : NULL;
	const struct reason *const category = category_find(policy, said->category);
	struct reason_answer answer = {
		.unknown_code = said->code[0] != '\0' && code == NULL,
		.unknown_category = said->category[0] != '\0' && category == NULL,
	};

	if (code != NULL) {
		answer.reason = code;
		answer.found = code->text[0] != '\0' ? REASON_BY_TEXT : REASON_BY_CODE;
		answer.differs =
		    said->category[0] != '\0' && !text_equal(code->category, said->category);
	} else if (category != NULL) {
		answer.reason = category;
		answer.found = REASON_BY_CATEGORY;
	} else {
		answer.reason = category_find(policy, REASON_CATEGORY_ELSE);
		answer.found = REASON_BY_ELSE;
	}
	CHECK(answer.reason != NULL);
	return answer;
}

struct reason_standing reason_stands(const struct reason *reason, uint32_t kinds)
{
	struct reason_standing standing = { 0 };

	for (size_t i = 0; i < reason->asked_count; i++) {
		const struct reason_asked *const asked = &reason->asked[i];

		if ((kinds & UINT32_C(1) << asked->kind) != 0) {
			standing.complete_ppm += asked->weight_ppm;
			continue;
		}
		standing.missing++;
		standing.required_missing += asked->required;
	}
	return standing;
}
