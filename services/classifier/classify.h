/*
 * classify - texts judged by hand: what a message would get, without a ticket around it.
 */
#ifndef SERVICES_CLASSIFIER_CLASSIFY_H
#define SERVICES_CLASSIFIER_CLASSIFY_H

#include "common/flow/service.h"

/*
 * --classify [FILE...]: each line of the files, or of standard input, is a text: a JSON object with `text`
 * (other fields are passed over), or the line as it is. A JSON line each on standard output; a line that
 * cannot be judged gets {"error": reason}, and exit status 1 at the end.
 */
int classify_texts(const struct service_given *given, int argc, char **argv);

#endif
