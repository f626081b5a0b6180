/*
 * action - what the owner of a subject reads of an action that was asked for, and the answer that it gives.
 *
 * Every action ends in one ActionApplied or one ActionRefused on the owner's topic. Both borrow what they
 * say from the action; the owner puts them into an event of its own.
 */
#ifndef COMMON_FLOW_ACTION_H
#define COMMON_FLOW_ACTION_H

#include "opsmesh/v1/action.pb-c.h"

#include <stdbool.h>

Opsmesh__V1__ActionApplied action_applied(const char *action_id,
                                          const Opsmesh__V1__ActionRequested *requested);
/* field is that of the request which is at fault, "" the action as a whole; reason a sentence without personal data. */
Opsmesh__V1__ActionRefused action_refused(const char *action_id,
                                          const Opsmesh__V1__ActionRequested *requested,
                                          Opsmesh__V1__RefusalCode code, const char *field,
                                          const char *reason);

/* NULL: it was not given. */
const Opsmesh__V1__ActionParameter *action_parameter(const Opsmesh__V1__ActionRequested *requested,
                                                     const char *name);
/* An id, a number, a word of a list; NULL: people wrote it themselves, or it was not given (NULL). */
const char *action_plain(const Opsmesh__V1__ActionParameter *parameter);
/* What the key of whoever asked may do, as the edge verified it: "actions:*" covers "actions:approve:finance". */
bool action_may(const Opsmesh__V1__ActionRequested *requested, const char *scope);
/* Is a reason given that says something? What is sealed did. */
bool action_has_words(const Opsmesh__V1__PersonalText *reason);

#endif
