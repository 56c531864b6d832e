/* SPDX-License-Identifier: MIT */
/* EDS, DCF, XDD and XDC from any bytes: what is read can be looked at, what cannot says why. */
#include <stdlib.h>
#include <string.h>

#include "plugins/canopen/dict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_odd(void *ctx, unsigned line, const char *text)
{
    size_t *n = ctx;

    *n += line + strlen(text);
}

static void look(const struct co_dict *dict)
{
    char text[80];

    for (unsigned i = 0; i < co_dict_count(dict); i++) {
        const struct co_object *o = co_dict_at(dict, i);
        struct cansim_field field = {.size = sizeof(field)};
        if (co_dict_find(dict, o->index, o->sub) != o || co_dict_first(dict, o->index) == NULL)
            abort();
        co_object_title(dict, 0, o->index, o->sub, text, sizeof(text));
        if (o->value_len != 0)
            co_value_format(o->type, o->value, o->value_len, text, sizeof(text));
        co_value_field(o->type, o->value, o->value_len, &field);
        if (o->have_low)
            co_value_format(o->type, o->low, co_type_size(o->type), text, sizeof(text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1), why[300];
    size_t n = 0;
    const struct co_dict_options options = {.node_id = 5, .odd = on_odd, .ctx = &n};

    if (text == NULL)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    struct co_dict *dict = co_dict_parse("fuzz", text, size, &options, why, sizeof(why));
    if (dict != NULL)
        look(dict);
    else if (strncmp(why, "fuzz:", 5) != 0)
        abort();
    co_dict_free(dict);
    free(text);
    return 0;
}
