#include "common/flow/crash_note.h"

#include "common/base/check.h"
#include "common/base/text.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NOTE_NAME "crash-note"
#define NOTE_MAX (64 * 1024) /* bytes that are kept: the last thousand crashes */
#define LINE_MIN_SIZE 6      /* "t 0 0" and its end */
#define LINE_MAX_SIZE 384    /* a topic's name has 249 bytes at most */
#define FATAL_STACK_SIZE (64 * 1024)
#define REASON "crashed the handler three times"

static const int fatal_signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };

/* The thread that crashes is the one that is asked. */
static _Thread_local struct {
	const char *topic;
	int32_t partition;
	int64_t offset;
} current;

static int note = -1;
static unsigned char fatal_stack[FATAL_STACK_SIZE];

void crash_note_event(const char *topic, int32_t partition, int64_t offset)
{
	current.topic = NULL; /* no signal sees half of it */
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	current.partition = partition;
	current.offset = offset;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	current.topic = topic;
}

/* In the signal handler: nothing here allocates, locks or formats. */

static size_t put_text(char *line, size_t size, const char *text)
{
	while (*text != '\0' && size < LINE_MAX_SIZE)
		line[size++] = *text++;
	return size;
}

static size_t put_number(char *line, size_t size, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);

	digits[--at] = '\0';
	do {
		digits[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	return put_text(line, size, digits + at);
}

static void write_all(int file, const char *line, size_t size)
{
	while (size > 0) {
		const ssize_t written = write(file, line, size);

		if (written <= 0)
			return;
		line += written;
		size -= (size_t)written;
	}
}

static void on_fatal(int number)
{
	char line[LINE_MAX_SIZE];
	size_t size = 0;

	if (current.topic != NULL && note >= 0) {
		size = put_text(line, size, current.topic);
		size = put_text(line, size, " ");
		size = put_number(line, size, current.partition);
		size = put_text(line, size, " ");
		size = put_number(line, size, current.offset);
		size = put_text(line, size, "\n");
		write_all(note, line, size);
	}
	/* The action was reset when this handler was entered: now it ends the process as it should. */
	(void)raise(number);
}

static void catch_fatal_signals(void)
{
	const stack_t stack = { .ss_sp = fatal_stack, .ss_size = sizeof(fatal_stack) };
	struct sigaction action = { .sa_handler = on_fatal,
		                    .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER) };

	sigemptyset(&action.sa_mask);
	CHECK(sigaltstack(&stack, NULL) == 0);
	for (size_t i = 0; i < COUNT_OF(fatal_signals); i++)
		CHECK(sigaction(fatal_signals[i], &action, NULL) == 0);
}

/* Reading. */

/* "topic partition offset" */
static bool read_line(const char *line, const struct catalogue *catalogue,
                      struct known_refusal *refusal)
{
	char topic[LINE_MAX_SIZE];
	long long offset;
	int partition;
	int end = 0;

	if (sscanf(line, "%383s %d %lld%n", topic, &partition, &offset, &end) != 3 ||
	    line[end] != '\0' || partition < 0 || offset < 0)
		return false;
	*refusal =
	    (struct known_refusal){ catalogue_find(catalogue, topic), partition, offset, REASON };
	return refusal->topic >= 0;
}

static bool same(const struct known_refusal *a, const struct known_refusal *b)
{
	return a->topic == b->topic && a->partition == b->partition && a->offset == b->offset;
}

static size_t count_same(const struct known_refusal *all, size_t count,
                         const struct known_refusal *one)
{
	size_t found = 0;

	for (size_t i = 0; i < count; i++)
		found += same(&all[i], one) ? 1 : 0;
	return found;
}

size_t crash_note_read(struct bytes lines, const struct catalogue *catalogue, struct arena *arena,
                       const struct known_refusal **refusals)
{
	char *const text = arena_text(arena, lines.data, lines.size);
	const size_t most = lines.size / LINE_MIN_SIZE + 1;
	struct known_refusal *const seen = arena_zero(arena, most * sizeof(*seen));
	struct known_refusal *const often = arena_zero(arena, most * sizeof(*often));
	size_t count = 0;
	size_t kept = 0;
	char *rest = text;

	for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
		if (!read_line(line, catalogue, &seen[count]))
			continue;
		count++;
		if (count_same(seen, count, &seen[count - 1]) == CRASH_NOTE_TIMES)
			often[kept++] = seen[count - 1];
	}
	*refusals = often;
	return kept;
}

/* The last NOTE_MAX bytes. */
static size_t read_tail(int file, char *text)
{
	const off_t size = lseek(file, 0, SEEK_END);
	const off_t from = size > NOTE_MAX ? size - NOTE_MAX : 0;
	const ssize_t got = pread(file, text, NOTE_MAX, from);

	return got > 0 ? (size_t)got : 0;
}

bool crash_note_open(const char *directory, const struct catalogue *catalogue, struct arena *arena,
                     const struct known_refusal **refusals, size_t *count)
{
	const char *const path = arena_printf(arena, "%s/" NOTE_NAME, directory);
	char *const text = arena_alloc(arena, NOTE_MAX);
	const int file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (file < 0)
		return false;
	const size_t size = read_tail(file, text);

	*count = crash_note_read((struct bytes){ text, size }, catalogue, arena, refusals);
	if (lseek(file, 0, SEEK_END) > NOTE_MAX && ftruncate(file, 0) == 0)
		write_all(file, text, size);
	note = file;
	catch_fatal_signals();
	return true;
}
