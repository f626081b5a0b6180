/*
 * hash - not for secrets.
 */
#ifndef COMMON_BASE_HASH_H
#define COMMON_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

uint64_t hash_bytes(const void *data, size_t size);   /* in memory only: may change with a build */
uint32_t hash_murmur2(const void *data, size_t size); /* as Kafka's Java clients */
uint32_t hash_crc32c(const void *data, size_t size);  /* kept in tables: never changes */
/* The partition of a key, as Kafka's Java clients: (murmur2 & 0x7fffffff) % partitions. */
int32_t hash_partition(const void *key, size_t size, int32_t partitions);

#endif
