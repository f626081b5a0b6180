/*
 * font_leak - what cairo and fontconfig forget is not counted by the leak checker.
 */
#ifndef TESTS_SUPPORT_FONT_LEAK_H
#define TESTS_SUPPORT_FONT_LEAK_H

/* To be called by what renders: with it the suppressions are linked in, which the checker asks for at the end. */
void font_leak_forgive(void);

#endif
