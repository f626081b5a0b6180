/*
 * rebuild_document - the documents that were in force when a batch was folded, as the store keeps them.
 */
#ifndef COMMON_FLOW_REBUILD_DOCUMENT_H
#define COMMON_FLOW_REBUILD_DOCUMENT_H

#include "common/flow/service_inside.h"
#include "common/io/db.h"

struct rebuild_document; /* a set of documents that was compiled before */

/*
 * db has sql_document_load prepared. The documents of these digests (a blank between two), compiled; sets that came before are remembered in
 * known, which begins as NULL. What is compiled belongs to the process. Not OK: reason says why; REJECT: they
 * are not there, or this build cannot read them.
 */
enum status rebuild_document_find(struct db *db, const struct daemon *daemon,
                                  struct rebuild_document **known, const char *digests,
                                  const struct document **documents,
                                  char reason[static SERVICE_REASON_SIZE]) MUST_CHECK;

#endif
