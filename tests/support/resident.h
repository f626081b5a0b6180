/*
 * resident - how much memory the program itself holds: for benches.
 */
#ifndef TESTS_SUPPORT_RESIDENT_H
#define TESTS_SUPPORT_RESIDENT_H

/* KiB; 0: the kernel does not tell. */
long resident_kib(void);

#endif
