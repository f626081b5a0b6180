/*
 * postgres_blob - the blobs of a daemon in its PostgreSQL schema, on a connection of its own.
 *
 * One thread uses a door; who needs another, such as a route that serves blobs, makes its own. It connects when it
 * is first asked, and anew after a failure.
 */
#ifndef COMMON_FLOW_POSTGRES_BLOB_H
#define COMMON_FLOW_POSTGRES_BLOB_H

#include "common/flow/effect.h"
#include "common/flow/postgres_store.h"

struct postgres_blobs;

struct postgres_blobs *postgres_blobs_create(const struct postgres_settings *settings);
void postgres_blobs_destroy(struct postgres_blobs *blobs); /* NULL is allowed */
struct effect_blobs *postgres_blobs_door(struct postgres_blobs *blobs);
const char *postgres_blobs_reason(
    const struct postgres_blobs *blobs); /* of the last status but OK */

#endif
