/*
 * raw_http - bytes to a server on this machine and back, with no idea of what HTTP is.
 */
#ifndef TESTS_SUPPORT_RAW_HTTP_H
#define TESTS_SUPPORT_RAW_HTTP_H

#include "common/base/bytes.h"

#define RAW_HTTP_ANSWER_MAX 65536

int raw_http_open(int port);
void raw_http_send(int fd, const void *data, size_t size);
/* Reads until one whole answer is there (by its Content-Length), or the other side closes. The text
 * is static and ends with NUL; its size is 0 when nothing came within the time. */
struct bytes raw_http_read(int fd, int timeout_ms);
bool raw_http_closed(int fd, int timeout_ms); /* the other side closes, saying nothing more */
void raw_http_close(int fd);
/* All of it on a connection of its own. */
struct bytes raw_http_talk(int port, const void *data, size_t size);
int raw_http_status(struct bytes answer); /* 0: not an answer */

#endif
