/* SPDX-License-Identifier: MIT */
/* names.c - see names.h. */
#include "tui/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int cs_names_init(struct cs_names *names)
{
    names->next = 1;
    names->longest = 0;
    names->texts = malloc(CS_NAMES_MAX * sizeof *names->texts);
    return names->texts ? 0 : -ENOMEM;
}

void cs_names_fini(struct cs_names *names)
{
    free(names->texts);
    *names = (struct cs_names){0};
}

uint32_t cs_names_add(struct cs_names *names, const char *text)
{
    int len = snprintf(names->texts[names->next % CS_NAMES_MAX], CS_NAME_MAX, "%s", text);

    if (len > names->longest)
        names->longest = len;
    return names->next++;
}

const char *cs_names_text(const struct cs_names *names, uint32_t number)
{
    if (number == CS_NAME_NONE)
        return "";
    if (number >= names->next || names->next - number > CS_NAMES_MAX)
        return NULL;
    return names->texts[number % CS_NAMES_MAX];
}

uint8_t cs_event_names_add(struct cs_event_names *names, const char *text)
{
    for (unsigned i = 0; i < names->n; i++)
        if (!strcmp(names->text[i], text))
            return (uint8_t)(i + 1);
    if (names->n == CS_EVENT_NAMES || strlen(text) >= CS_EVENT_NAMES_TEXT)
        return 0;
    snprintf(names->text[names->n++], CS_EVENT_NAMES_TEXT, "%s", text);
    return (uint8_t)names->n;
}

const char *cs_event_names_text(const struct cs_event_names *names, uint8_t number)
{
    return number > 0 && number <= names->n ? names->text[number - 1] : "";
}
