/*
 * service_inside - what the files of service share. For the runtime alone.
 */
#ifndef COMMON_FLOW_SERVICE_INSIDE_H
#define COMMON_FLOW_SERVICE_INSIDE_H

#include "common/base/arena.h"
#include "common/flow/service.h"

#define SERVICE_REASON_SIZE 768
#define SERVICE_TOPICS_MAX (TOPICS_MAX + 1) /* and what ends a list of them */

/* A service with its settings read. Everything lives as long as the process. */
struct daemon {
	const struct service *service;
	const struct catalogue *catalogue;
	const char *build;
	struct arena *arena;
	const struct config_key *keys;    /* the common ones, then its own */
	struct service_config *config;    /* the beginning of the service's own struct */
	const struct document *files;     /* documents as they were read, for the store */
	const struct document *documents; /* the same compiled, by the name that handlers ask for */
};

/* The tables alone: nothing is read. */
void daemon_init(struct daemon *daemon, const struct service *service, const char *build);
bool daemon_configure(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE]);
/* Only where the documents are: for commands that need nothing else. */
bool daemon_configure_policies(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE]);
/* May be called again: what was read and compiled before stays as it is. */
bool daemon_read_documents(struct daemon *daemon, char reason[static SERVICE_REASON_SIZE]);
/*
 * Compiles documents out of files (ended by a name of NULL), by their paths. NULL: reason says what is
 * wrong. A compiled document belongs to the process.
 */
const struct document *daemon_compile(const struct daemon *daemon, struct arena *arena,
                                      const struct document *files,
                                      char reason[static SERVICE_REASON_SIZE]);
bool daemon_is_recorded(const struct daemon *daemon);

/* Topics that its stages read; those that they write, progress included. Both end with -1. */
void daemon_reads(const struct daemon *daemon, int topics[static SERVICE_TOPICS_MAX]);
void daemon_writes(const struct daemon *daemon, int topics[static SERVICE_TOPICS_MAX]);

/* The daemon at work, until a signal asks it to stop. Answers the exit status. */
int daemon_run(struct daemon *daemon);
/* service_partitions.c: how many partitions the lead topic has, waited for as long as nobody asks to stop; 0: somebody did. */
int32_t daemon_partitions(const struct daemon *daemon, void (*beat)(void *context), void *context);

/* Stopping (service_stop.c). */

/* From now on SIGTERM and SIGINT ask to stop, and end the process with status 3 when that takes 5 s. */
void stop_watch(const char *name);
bool stop_asked(void);
/* SIGHUP has come since the last call. */
bool reload_asked(void);
/* Waits so long, or until somebody asks to stop. */
void stop_wait(struct duration most);

#endif
