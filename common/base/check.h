/*
 * check - invariants. Always compiled in; a broken one aborts the process.
 *
 * For programmer errors only, one fact each, never for input.
 */
#ifndef COMMON_BASE_CHECK_H
#define COMMON_BASE_CHECK_H

_Noreturn void check_failed(const char *condition, const char *file, int line);

#define CHECK(condition) ((condition) ? (void)0 : check_failed(#condition, __FILE__, __LINE__))

#endif
