/*
 * chargeback - the tables of the daemon, for main.c, the simulator and the tests of its handlers.
 */
#ifndef SERVICES_CHARGEBACK_CHARGEBACK_H
#define SERVICES_CHARGEBACK_CHARGEBACK_H

#include "common/flow/service.h"

extern const struct stage chargeback_stages[];               /* ended by a name of NULL */
extern const struct service_document chargeback_documents[]; /* ended by a name of NULL */

#endif
