/*
 * service_stop - SIGTERM, SIGHUP, and the watchdog that ends a process whose closing hangs.
 */
#include "common/base/check.h"
#include "common/flow/service_inside.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define CLOSE_SECONDS 5 /* from the signal to the end, in every case */
#define WAIT_STEP_MS 50
#define EXIT_GAVE_UP 3

static volatile sig_atomic_t asked;
static volatile sig_atomic_t reload;
static char last_words[160]; /* a line of the log, made beforehand: the handler cannot format */

static void on_stop(int number)
{
	(void)number;
	if (!asked)
		alarm(CLOSE_SECONDS);
	asked = 1;
}

static void on_hangup(int number)
{
	(void)number;
	reload = 1;
}

static void on_alarm(int number)
{
	(void)number;
	(void)!write(STDERR_FILENO, last_words, strlen(last_words));
	_exit(EXIT_GAVE_UP);
}

void stop_watch(const char *name)
{
	struct sigaction stop = { .sa_handler = on_stop, .sa_flags = SA_RESTART };
	struct sigaction again = { .sa_handler = on_hangup, .sa_flags = SA_RESTART };
	struct sigaction late = { .sa_handler = on_alarm };
	struct sigaction ignored = { .sa_handler = SIG_IGN };

	snprintf(last_words, sizeof(last_words),
	         "{\"level\":\"error\",\"service\":\"%s\",\"message\":\"closing hung, ended by the "
	         "watchdog\"}\n",
	         name);
	sigemptyset(&stop.sa_mask);
	sigemptyset(&again.sa_mask);
	sigemptyset(&late.sa_mask);
	sigemptyset(&ignored.sa_mask);
	CHECK(sigaction(SIGTERM, &stop, NULL) == 0);
	CHECK(sigaction(SIGINT, &stop, NULL) == 0);
	CHECK(sigaction(SIGHUP, &again, NULL) == 0);
	CHECK(sigaction(SIGALRM, &late, NULL) == 0);
	CHECK(sigaction(SIGPIPE, &ignored, NULL) == 0);
}

bool stop_asked(void)
{
	return asked != 0;
}

bool reload_asked(void)
{
	const bool was = reload != 0;

	reload = 0;
	return was;
}

void stop_wait(struct duration most)
{
	const struct instant until = time_add(time_monotonic(), most);

	while (!stop_asked() && time_before(time_monotonic(), until))
		(void)poll(NULL, 0, WAIT_STEP_MS);
}
