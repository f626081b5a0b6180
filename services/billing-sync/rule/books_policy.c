#include "services/billing-sync/rule/books_policy.h"

#include "common/base/text.h"
#include "common/io/zone.h"

/* The last thing that can be wrong: what is opened is kept. */
static bool zone_read(const struct json_place *top, struct books_policy *policy,
                      struct json_error *error)
{
	policy->zone = NULL;
	if (text_equal(policy->time_zone, "UTC"))
		return true;
	policy->zone = zone_open(policy->time_zone);
	return policy->zone != NULL ||
	       json_refuse(top, "time_zone", error, "is not the name of a time zone");
}

/* Besides those of the head. */
static const char *const document_fields[] = { "time_zone", "recognition", NULL };

static bool document_read(struct arena *arena, const struct json_place *top, void *result,
                          struct json_error *error)
{
	struct books_policy *const policy = result;
	int mode;

	if (!policy_word_at(arena, top, "time_zone", &policy->time_zone, error) ||
	    !json_word_at(top, "recognition", recognition_mode_names, &mode, error) ||
	    !zone_read(top, policy, error))
		return false;
	policy->mode = (enum recognition_mode)mode;
	return true;
}

const struct policy_kind books_policy_kind = {
	.folder = "books",
	.size = sizeof(struct books_policy),
	.fields = document_fields,
	.read = document_read,
};

void books_policy_finish(struct books_policy *policy)
{
	zone_close(policy->zone);
	policy->zone = NULL;
}
