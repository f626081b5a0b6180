#include "services/billing-sync/books_policy.h"

#include "common/base/text.h"
#include "common/io/zone.h"

static policy_parse books_parse;

const struct policy_kind books_policy_kind = {
	.folder = "books",
	.size = sizeof(struct books_policy),
	.parse = books_parse,
};

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

static bool books_parse(struct arena *arena, struct bytes text, void *policy,
                        struct json_error *error)
{
	static const char *const fields[] = { "id",     "version",   "effective_from",
		                              "source", "time_zone", "recognition",
		                              NULL };
	struct books_policy read;
	AUTO_JSON parsed = NULL;
	int mode;

	if (!json_parse(text, POLICY_BYTES_MAX, &parsed, error))
		return false;
	const struct json_place top = json_top(parsed);
	if (!json_only(&top, fields, error) || !policy_head_read(arena, &top, &read.head, error) ||
	    !policy_word_at(arena, &top, "time_zone", &read.time_zone, error) ||
	    !json_word_at(&top, "recognition", recognition_mode_names, &mode, error) ||
	    !zone_read(&top, &read, error))
		return false;
	read.mode = (enum recognition_mode)mode;
	*(struct books_policy *)policy = read;
	return true;
}

void books_policy_finish(struct books_policy *policy)
{
	zone_close(policy->zone);
	policy->zone = NULL;
}
