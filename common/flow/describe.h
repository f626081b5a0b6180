/*
 * describe - everything that a service's tables say, as one JSON object.
 *
 * For --describe: lints, documentation and the operator's tools compare themselves with it. The order is
 * that of the tables, so that two descriptions can be compared line by line.
 *
 *   name, summary, build, schema, lead     texts
 *   settings      [{name, type, default, min, max, secret, doc}]
 *   documents     [{name, path, doc}]
 *   stages        [{name, doc, parks, reads, events: [{topic, fact}], emits, tables, timers}]
 *                 tables: [{name, resident, columns: [{name, type, key}]}]
 *   machines      [{name, mermaid}]
 *   metrics       [{name, type, help, labels}]
 *   routes        [{method, path}]
 *   migrations    [name]
 */
#ifndef COMMON_FLOW_DESCRIBE_H
#define COMMON_FLOW_DESCRIBE_H

#include "common/flow/service_inside.h"

/* Pretty, with a newline at its end. */
void describe_service(const struct daemon *daemon, struct buffer *out);

#endif
