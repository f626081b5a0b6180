/*
 * classifier - what main.c takes from the other files.
 */
#ifndef SERVICES_CLASSIFIER_CLASSIFIER_H
#define SERVICES_CLASSIFIER_CLASSIFIER_H

#include "common/flow/service.h"
#include "common/flow/stage.h"

extern const struct stage classifier_stages[]; /* ended by a name of NULL */
extern const struct service_command classifier_commands[];

/* How often what was said, by intent (tally.c). */
extern struct metric *const classifier_metrics[]; /* ended by NULL */
void classifier_tally(const struct fact *fact);

#endif
