/*
 * case_render - a packet as PDFs, as an effect of the stage.
 *
 * Asked for when a packet is put together, known by the dispute and the packet's digest. The answer is a CaseResult.
 */
#ifndef SERVICES_CHARGEBACK_CASES_CASE_RENDER_H
#define SERVICES_CHARGEBACK_CASES_CASE_RENDER_H

#include "common/flow/effect.h"
#include "services/chargeback/cases/case.h"

#define CASE_EFFECT_RENDER "render"

extern const struct stage_effect case_effects[]; /* ended by a name of NULL */

/* False: so large that it cannot be asked for. */
bool case_can_print(const struct casework *work, const Opsmesh__V1__PacketKept *kept,
                    const char *digest);
/* Asks for the files of a packet, as of one that was just put together. */
enum status case_print(struct casework *work, const Opsmesh__V1__PacketKept *kept,
                       const char *digest) MUST_CHECK;
/* Of the packet that stands: its rendering failed, and somebody wants it. */
enum status case_print_again(struct casework *work) MUST_CHECK;
enum status case_on_result(struct task *task, const ProtobufCMessage *message);
void case_need_result(struct task *task, const ProtobufCMessage *message);

#endif
