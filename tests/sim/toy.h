/*
 * toy - a small mesh of five stages in three daemons, the same as the reference model's.
 *
 *   journal -> conversation -> by-domain -> directory -> by-ticket -> ticket -> tickets -> triage -> triage
 *                   +-> by-ticket, control                                         +-> sla <-+   sla -> sla
 *
 * The effects of triage come back on weighed, those of sla on told.
 */
#ifndef TESTS_SIM_TOY_H
#define TESTS_SIM_TOY_H

#include "common/flow/stage.h"

#define TOY_GRACE_S 8
#define TOY_SILENCE_S 30
#define TOY_HORIZON_S 40 /* natural ids are kept this long */

enum toy_topic {
	TOY_JOURNAL,
	TOY_BY_DOMAIN,
	TOY_BY_TICKET,
	TOY_CONTROL,
	TOY_TICKETS,
	TOY_TRIAGE,
	TOY_SLA,
	TOY_WEIGHED,
	TOY_TOLD,
	TOY_PROGRESS,
	TOY_TOPICS,
};

extern const struct catalogue toy_catalogue;

#endif
