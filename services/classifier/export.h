/*
 * export - what people corrected, as lines to train with.
 */
#ifndef SERVICES_CLASSIFIER_EXPORT_H
#define SERVICES_CLASSIFIER_EXPORT_H

#include "common/flow/service.h"

/*
 * --export [--reveal]: {"text":..,"label":..,"language":..} a line on standard output, in the order of the
 * corrections. Texts are personal: without --reveal they are "[sealed]".
 */
int export_corrections(const struct service_given *given, int argc, char **argv);

#endif
