/*
 * deployed - the documents of a daemon as the tree has them in deploy/policies, compiled as at its start.
 */
#ifndef TESTS_SUPPORT_DEPLOYED_H
#define TESTS_SUPPORT_DEPLOYED_H

#include "common/flow/service.h"

#define DEPLOYED_MAX 32 /* documents of one daemon */

/* Ended by a name of NULL, into all; what is compiled lives as long as the process. */
void deployed_documents(const struct service_document *kinds,
                        struct document all[static DEPLOYED_MAX]);

#endif
