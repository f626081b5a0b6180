/*
 * vector - what makes a compiler work on many values of an array at once.
 *
 * For a function whose inner loops have constant counts. gcc does it only when it is asked to; clang has no
 * such attribute, and needs none.
 */
#ifndef COMMON_BASE_VECTOR_H
#define COMMON_BASE_VECTOR_H

#ifdef __clang__
#define MANY_AT_ONCE
#else
#define MANY_AT_ONCE __attribute__((optimize("O3")))
#endif

#endif
