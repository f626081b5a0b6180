/*
 * calendar - opsmesh calendar due|elapsed|windows: what a calendar says, alone.
 */
#ifndef SERVICES_OPSMESH_CALENDAR_H
#define SERVICES_OPSMESH_CALENDAR_H

/* argv[0] is "calendar". 0: answered; 1: no answer, the reason is on standard error; 2: wrong usage. */
int calendar_command(int argc, char **argv);

#endif
