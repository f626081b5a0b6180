#include "common/base/confined.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define WATCH_MS 5 /* between two looks at how much memory it has */
#define SECOND_MS 1000
#define KIBIBYTE 1024

/* The copy. */

/* A crash in here is an answer, and nothing that the process is to write down. */
static void forget_signals(void)
{
	static const int signals[] = { SIGSEGV, SIGABRT, SIGBUS,  SIGFPE,
		                       SIGILL,  SIGXCPU, SIGTERM, SIGINT };

	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		(void)signal(signals[i], SIG_DFL);
}

static bool limit(int resource, rlim_t most)
{
	return setrlimit(resource, &(struct rlimit){ most, most }) == 0;
}

static void run_copy(const struct confined_limits *limits, confined_work *work, void *context,
                     int out)
{
	struct confined_answer answer = { .status = STATUS_REJECT };

	forget_signals();
	if (!limit(RLIMIT_CORE, 0) || !limit(RLIMIT_CPU, (rlim_t)limits->seconds))
		_exit(1);
	work(context, &answer);
	_exit(write(out, &answer, sizeof(answer)) == (ssize_t)sizeof(answer) ? 0 : 1);
}

/* The process. */

/* Bytes in memory; 0: it is gone. */
static size_t resident(pid_t process)
{
	char path[64];
	char line[128] = "";
	char *rest;

	(void)snprintf(path, sizeof(path), "/proc/%ld/statm", (long)process);
	FILE *const file = fopen(path, "re");

	if (file == NULL)
		return 0;
	if (fgets(line, sizeof(line), file) == NULL)
		line[0] = '\0';
	(void)fclose(file);
	(void)strtoul(line, &rest, 10); /* all that is reserved */
	return strtoul(rest, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

/*
 * Memory is watched from here: a library to which it is refused may take that for a damaged file, and answer what would not
 * be true without the limit. False: too much, too long, or gone.
 */
static bool await(const struct confined_limits *limits, pid_t copy, int in, size_t most)
{
	struct pollfd wait = { .fd = in, .events = POLLIN };

	for (int ms = 0; ms < 2 * limits->seconds * SECOND_MS; ms += WATCH_MS) {
		const int ready = poll(&wait, 1, WATCH_MS);

		if (ready != 0 && !(ready < 0 && errno == EINTR))
			return ready > 0;
		if (resident(copy) > most)
			return false;
	}
	return false;
}

/* An answer is smaller than what a pipe takes at once: it is there whole or not at all. */
static bool hear(int in, struct confined_answer *answer)
{
	if (read(in, answer, sizeof(*answer)) != (ssize_t)sizeof(*answer))
		return false;
	answer->reason[sizeof(answer->reason) - 1] = '\0';
	return true;
}

/* Ended; true: it never had more, between two looks neither. */
static bool bury(pid_t copy, bool heard, size_t most)
{
	struct rusage used = { 0 };

	if (!heard)
		(void)kill(copy, SIGKILL);
	while (wait4(copy, NULL, 0, &used) < 0 && errno == EINTR)
		;
	return (size_t)used.ru_maxrss * KIBIBYTE <= most;
}

enum status confined_run(const struct confined_limits *limits, confined_work *work, void *context,
                         struct confined_answer *answer)
{
	struct confined_answer heard;
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return STATUS_RETRY;
	const size_t most = resident(getpid()) + limits->memory;
	const pid_t copy = fork();

	if (copy == 0)
		run_copy(limits, work, context, ends[1]);
	(void)close(ends[1]);
	bool good = copy > 0 && await(limits, copy, ends[0], most) && hear(ends[0], &heard);

	(void)close(ends[0]);
	if (copy < 0)
		return STATUS_RETRY;
	good = bury(copy, good, most) && good;
	if (!good)
		return STATUS_REJECT;
	*answer = heard;
	return STATUS_OK;
}
