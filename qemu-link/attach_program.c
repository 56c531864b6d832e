/* SPDX-License-Identifier: MIT */
/* attach_program.c - a program is a process; its sockets share one controller on each bus. */
#include "qemu-link/attach_broker.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* "candump-1234", from what the process calls itself. */
static void name_by_pid(struct cs_attach_program *program)
{
    char path[64], comm[32] = "";
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%ld/comm", (long)program->pid);
    file = fopen(path, "re");
    if (file != NULL) {
        if (fgets(comm, sizeof(comm), file) == NULL)
            comm[0] = '\0';
        fclose(file);
    }
    comm[strcspn(comm, "\n")] = '\0';
    for (char *c = comm; *c != '\0'; c++) {
        if (!isalnum((unsigned char)*c) && strchr("._-", *c) == NULL)
            *c = '_';
    }
    snprintf(program->name, sizeof(program->name), "%s-%ld", comm[0] != '\0' ? comm : "program",
             (long)program->pid);
}

static bool number_taken(const struct cs_attach_broker *broker, unsigned number)
{
    for (const struct cs_attach_program *p = broker->programs; p != NULL; p = p->next) {
        if (p->number == number)
            return true;
    }
    return false;
}

static void name_as(const struct cs_attach_broker *broker, struct cs_attach_program *program)
{
    const char *name = broker->config->name;
    char tail[16] = "";

    program->number = 1;
    while (number_taken(broker, program->number))
        program->number++;
    if (program->number > 1)
        snprintf(tail, sizeof(tail), "-%u", program->number);
    snprintf(program->name, sizeof(program->name), "%.*s%s",
             (int)(sizeof(program->name) - 1 - strlen(tail)), name, tail);
}

bool cs_attach_program_enter(struct cs_attach_sock *sock, pid_t pid)
{
    struct cs_attach_broker *broker = sock->broker;
    struct cs_attach_program *program = broker->programs;

    while (program != NULL && program->pid != pid)
        program = program->next;
    if (program == NULL) {
        program = calloc(1, sizeof(*program));
        if (program == NULL)
            return false;
        program->pid = pid;
        if (broker->config->name != NULL)
            name_as(broker, program);
        else
            name_by_pid(program);
        program->next = broker->programs;
        broker->programs = program;
    }
    sock->program = program;
    sock->next = program->socks;
    program->socks = sock;
    return true;
}

void cs_attach_program_leave(struct cs_attach_sock *sock)
{
    struct cs_attach_program *program = sock->program;
    struct cs_attach_sock **at = &program->socks;
    struct cs_attach_program **from = &sock->broker->programs;

    while (*at != sock)
        at = &(*at)->next;
    *at = sock->next;
    if (program->socks != NULL)
        return;
    while (*from != program)
        from = &(*from)->next;
    *from = program->next;
    free(program);
}
