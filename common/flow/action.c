#include "common/flow/action.h"

#include "common/base/text.h"

#include <string.h>

Opsmesh__V1__ActionApplied action_applied(const char *action_id,
                                          const Opsmesh__V1__ActionRequested *requested)
{
	Opsmesh__V1__ActionApplied applied = OPSMESH__V1__ACTION_APPLIED__INIT;

	applied.action_id = text_mutable(action_id);
	applied.action = requested->action;
	applied.by = requested->by;
	applied.reason = requested->reason;
	return applied;
}

Opsmesh__V1__ActionRefused action_refused(const char *action_id,
                                          const Opsmesh__V1__ActionRequested *requested,
                                          Opsmesh__V1__RefusalCode code, const char *field,
                                          const char *reason)
{
	Opsmesh__V1__ActionRefused refused = OPSMESH__V1__ACTION_REFUSED__INIT;

	refused.action_id = text_mutable(action_id);
	refused.action = requested->action;
	refused.code = code;
	refused.field = text_mutable(field);
	refused.reason = text_mutable(reason);
	refused.by = requested->by;
	return refused;
}

const Opsmesh__V1__ActionParameter *action_parameter(const Opsmesh__V1__ActionRequested *requested,
                                                     const char *name)
{
	for (size_t i = 0; i < requested->n_parameters; i++)
		if (text_equal(requested->parameters[i]->name, name))
			return requested->parameters[i];
	return NULL;
}

const char *action_plain(const Opsmesh__V1__ActionParameter *parameter)
{
	return parameter != NULL &&
	               parameter->value_case == OPSMESH__V1__ACTION_PARAMETER__VALUE_PLAIN
	           ? parameter->plain
	           : NULL;
}

/* As at the door. */
static bool covers(const char *own, const char *scope)
{
	const size_t size = strlen(own);

	return text_equal(own, scope) ||
	       (text_ends(own, ":*") && strncmp(own, scope, size - 1) == 0);
}

bool action_may(const Opsmesh__V1__ActionRequested *requested, const char *scope)
{
	for (size_t i = 0; i < requested->n_scopes; i++)
		if (covers(requested->scopes[i], scope))
			return true;
	return false;
}

bool action_has_words(const Opsmesh__V1__PersonalText *reason)
{
	if (reason == NULL)
		return false;
	return reason->content_case != OPSMESH__V1__PERSONAL_TEXT__CONTENT_TEXT ||
	       (reason->text != NULL && *reason->text != '\0');
}
