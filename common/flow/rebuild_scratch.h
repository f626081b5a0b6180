/*
 * rebuild_scratch - the schema that a rebuild folds into: emptied, migrated, held by one rebuild at a time.
 */
#ifndef COMMON_FLOW_REBUILD_SCRATCH_H
#define COMMON_FLOW_REBUILD_SCRATCH_H

#include "common/flow/postgres_store.h"
#include "common/io/db.h"

/*
 * db is a connection to the daemon's own schema, which holds the scratch until it closes. Not OK: reason says
 * why; REJECT: another rebuild is at work in it.
 */
enum status rebuild_scratch_prepare(struct db *db, const struct postgres_settings *scratch,
                                    const struct migration *service,
                                    char reason[static MIGRATE_REASON_SIZE]) MUST_CHECK;

#endif
