/*
 * service - the skeleton that every daemon shares.
 *
 * A daemon is a const struct service: its settings, its documents, its stages, and what else it serves.
 * service_main owns the rest: options, settings, log, signals, store, log, worker, probes, metrics,
 * crash note, watchdog, shutdown.
 *
 *   --help --version --describe --check --migrate --rebuild STAGE, and its own commands
 *
 * SIGHUP has it read its documents again. They take effect together, between two batches, and the batch
 * journal names them from then on; where one is wrong, all stay as they were, and the log says so.
 *
 * An instance is a static member of its daemon's group, by the name in INSTANCE: started again under it, also
 * after kill -9, it has its shards back at once. Those of an instance that does not come back go to the
 * others when GROUP_SESSION has passed; it is longer than a broker takes to restart, because a member
 * whose session ends has to end too.
 *
 * Exit status: 0 stopped as asked (within 5 s of SIGTERM), 1 wrong settings, 2 wrong usage, 3 gave up:
 * restart me.
 */
#ifndef COMMON_FLOW_SERVICE_H
#define COMMON_FLOW_SERVICE_H

#include "common/base/config.h"
#include "common/flow/document.h"
#include "common/flow/outside.h"
#include "common/flow/stage.h"
#include "common/flow/task.h"
#include "common/io/http_server.h"
#include "common/io/migrate.h"

/* Settings that every daemon has; a service's own struct begins with it, its own keys come behind. */
struct service_config {
	const char *brokers;          /* KAFKA_BROKERS */
	const char *database_url;     /* DATABASE_URL */
	const char *http_listen;      /* HTTP_LISTEN */
	const char *log_level;        /* LOG_LEVEL */
	const char *instance;         /* INSTANCE: stable, unique among the daemon's instances */
	const char *state_directory;  /* STATE_DIRECTORY: the crash note */
	const char *policy_directory; /* POLICY_DIRECTORY */
	const char *mesh_mode;        /* MESH_MODE: live or recorded */
	struct duration session;      /* GROUP_SESSION */
	struct duration mesh_grace;   /* MESH_GRACE */
	struct duration mesh_silence; /* MESH_SILENCE */
	int64_t cache_bytes;          /* STATE_CACHE_BYTES: of rows in memory, of one daemon */
	int64_t fetch_bytes;          /* FETCH_QUEUE_BYTES */
	int64_t batch_events;         /* BATCH_EVENTS */
};

/*
 * A document that is read at start, and on SIGHUP, from POLICY_DIRECTORY and compiled. A file that is no
 * .json is mapped, and its document borrows the bytes for ever. A path that ends with "/" is a
 * folder: every .json in it, in the order of their names, is one document each to `compile`, which is
 * called once with all of them. Documents that only mean something together are several folders with a
 * blank between ("holidays/ calendars/ sla/"). The names of the files that compile sees are paths below
 * POLICY_DIRECTORY, and it calls them so in its reason.
 */
struct service_document {
	const char *name; /* what task_document asks for; NULL ends the table */
	const char *path; /* below POLICY_DIRECTORY */
	const char *doc;
	/* Compiled object, living as long as the process; NULL and a reason that names path and field. */
	const void *(*compile)(const struct document *files, size_t count, char *reason,
	                       size_t reason_size);
};

/* What a command is given. */
struct service_given {
	const void *config;               /* NULL: it asked for none */
	const struct document *documents; /* compiled; NULL: it asked for none */
};

/* Something that the program does instead of serving, when its option comes first. */
struct service_command {
	const char *name; /* "--train"; NULL ends the table */
	const char *form; /* " FILE... --out MODEL" */
	const char *doc;
	bool settings;  /* needs them all */
	bool documents; /* needs them, and of the settings POLICY_DIRECTORY */
	/* argv[0] is the option. Answers the exit status. */
	int (*run)(const struct service_given *given, int argc, char **argv);
};

struct service;

/* What a daemon does beside its stages, such as ingest's edge. Everything optional. */
struct service_extra {
	/* Settings that a table cannot judge: false and a reason that names the wrong one. Also by --check. */
	bool (*check)(const void *config, char *reason, size_t reason_size);
	/* After settings and documents, before the worker starts: false and a reason stop the start. */
	bool (*start)(const void *config, bool recorded, char *reason, size_t reason_size);
	/* Beside /livez /readyz /metrics; also asked for by --describe, before anything was started. */
	const struct http_route *(*routes)(void);
	void *(*context)(void);             /* what their handlers get; asked for after start */
	bool (*ready)(const char **reason); /* replaces the worker's word in /readyz */
	void (*drain)(void); /* SIGTERM: accept nothing more; what was accepted is finished */
	void (*stop)(void);
};

struct service {
	const char *name;                     /* "sla-watcher": program and consumer group */
	const char *summary;                  /* one sentence */
	const char *schema;                   /* its PostgreSQL schema: "sla" */
	const struct config_key *config_keys; /* its own; may be NULL */
	size_t config_size; /* of its struct, which begins with struct service_config */
	const struct service_document *documents; /* may be NULL */
	const struct stage *stages;               /* ended by a name of NULL */
	const struct catalogue *catalogue;        /* NULL: the mesh's own, opsmesh_catalogue */
	int lead;                                 /* topic whose partitions the group shares out */
	const struct migration *migrations;       /* its own, behind the runtime's */
	const struct fsm *const *machines;        /* for --describe; ended by NULL; may be NULL */
	struct metric *const *metrics;            /* its own; ended by NULL; may be NULL */
	/* Every fact that became true, once, for metrics of its own; on the worker's thread; may be NULL. */
	void (*committed)(const struct fact *fact);
	/*
	 * For gauges, likewise: each shard that is here, once a second, as it is. Of the task only what reads
	 * resident rows and documents may be used. And one that has gone to another instance, once.
	 */
	void (*look)(const struct stage *stage, struct task *task);
	void (*lost)(const struct stage *stage, int32_t shard);
	const char *
	    batch_events; /* default of BATCH_EVENTS, where events are large; NULL: the runtime's */
	const struct service_command *commands; /* beside those that all have; may be NULL */
	struct service_extra extra;
};

int service_main(const struct service *service, int argc, char **argv);

#endif
