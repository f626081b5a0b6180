/*
 * http_listen - a listening socket from the text of a setting.
 */
#ifndef COMMON_IO_HTTP_LISTEN_H
#define COMMON_IO_HTTP_LISTEN_H

#include <stdbool.h>
#include <stddef.h>

/*
 * "127.0.0.1:8080", "[::1]:8080", ":8080" (every address), port 0 (any free one). Numeric only: a
 * server that waits for a name to resolve does not start. False: reason is one sentence.
 */
bool http_listen(const char *text, int *listener, int *port, char *reason, size_t reason_size);

#endif
