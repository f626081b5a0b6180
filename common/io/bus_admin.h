/*
 * bus_admin - topics as they should be, and as they are: creates what is missing, says what differs.
 *
 * Nothing that exists is changed. All calls wait for the brokers, at most as long as they are told.
 */
#ifndef COMMON_IO_BUS_ADMIN_H
#define COMMON_IO_BUS_ADMIN_H

#include "common/io/bus.h"

#define BUS_RETENTION_UNLIMITED INT64_C(-1)

struct bus_admin;

/* LogAppendTime and cleanup.policy=delete go without saying: business time is no record time. */
struct bus_topic {
	const char *name;
	int32_t partitions;
	int64_t retention_ms;
};

/* One thing that is not as it should be, or what was done about it: "cleanup.policy is ..., not ...". */
typedef void bus_admin_tell(void *argument, const char *topic, const char *difference);

/* topics of the settings are not looked at. NULL: a setting was refused, and reason says which. */
struct bus_admin *bus_admin_create(const struct bus_settings *settings,
                                   char reason[static BUS_REASON_SIZE]);
void bus_admin_destroy(struct bus_admin *admin);

/*
 * Partition counts of the topics named, 0: it does not exist. RETRY: nobody answers.
 */
enum status bus_admin_partitions(struct bus_admin *admin, const struct bus_topic *topics,
                                 size_t count, int32_t *partitions,
                                 struct duration most) MUST_CHECK;
/* Creates those that are missing; tells of each, and of each that the broker refuses (then REJECT). */
enum status bus_admin_create_missing(struct bus_admin *admin, const struct bus_topic *topics,
                                     size_t count, struct duration most, bus_admin_tell *tell,
                                     void *argument) MUST_CHECK;
/* Tells what is missing or differs. */
enum status bus_admin_compare(struct bus_admin *admin, const struct bus_topic *topics, size_t count,
                              struct duration most, bus_admin_tell *tell,
                              void *argument) MUST_CHECK;
size_t bus_admin_differences(const struct bus_admin *admin); /* that the last comparison told */
const char *bus_admin_reason(const struct bus_admin *admin); /* of the last status but OK */

#endif
