/*
 * dispute_line - a fact of ops.disputes.v1, or an alert, as one line.
 *
 *   opened chargeback needs_response [amount: is not above zero]...      what stands, and each problem
 *   escalated chargeback needs_response                                  of each move: what stands now
 *   deadline_set 2026-05-12T17:59:59Z                                    ours
 *   reminder_due three_days 2026-05-09T17:59:59Z                         when it is said
 *   raised deadline_missed/2 2026-05-12T17:59:59Z                        of alerts what their id ends in
 *   submission_requested chargeback D1 late                              the stage, the packet
 *   action_refused digest NOT_ALLOWED                                    the field, the code
 */
#ifndef TESTS_SUPPORT_DISPUTE_LINE_H
#define TESTS_SUPPORT_DISPUTE_LINE_H

#include "common/flow/outside.h"

#include <protobuf-c/protobuf-c.h>

const char *dispute_line(struct arena *arena, const struct fact *fact,
                         const ProtobufCMessage *message);

#endif
