/*
 * case_upload - files that people upload as evidence: parts are kept, the whole is looked at, and then it is an item.
 *
 * Two effects of the stage. "keep" keeps the bytes of one part by their content, "look" puts the parts together, keeps the
 * whole by its content and says how many pages it has, or why it is no evidence. In the order of names "keep" comes
 * first, so that what is looked at is there. The action is answered when the file was looked at.
 */
#ifndef SERVICES_CHARGEBACK_CASES_CASE_UPLOAD_H
#define SERVICES_CHARGEBACK_CASES_CASE_UPLOAD_H

#include "common/flow/effect.h"
#include "services/chargeback/cases/case.h"

#define CASE_EFFECT_KEEP "keep"
#define CASE_EFFECT_LOOK "look"

/* The fold. */

enum status case_on_part(struct task *task, const ProtobufCMessage *message);
/* The item of an action that brings a file: refused, or looked at. */
enum status case_upload(struct case_request *request, Opsmesh__V1__EvidenceItem *item) MUST_CHECK;
enum status case_on_looked(struct casework *work,
                           const Opsmesh__V1__UploadLooked *looked) MUST_CHECK;
enum status case_on_upload_failed(struct casework *work,
                                  const Opsmesh__V1__UploadFailed *failed) MUST_CHECK;

/* The effects (case_look.c). */

enum status case_keep_part(const struct effect_request *request, struct effect_answer *answer);
void case_keep_part_failed(const struct effect_request *request, const char *reason,
                           struct effect_answer *answer);
enum status case_look_at(const struct effect_request *request, struct effect_answer *answer);
void case_look_failed(const struct effect_request *request, const char *reason,
                      struct effect_answer *answer);

#endif
