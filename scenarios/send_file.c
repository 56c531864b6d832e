/* SPDX-License-Identifier: MIT */
/* See send_file.h. What a scenario has no key for (name, key, whether it is on) stands in the
 * message's comment. A frame that is sent only when asked has "count": 1. */
#include "scenarios/send_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenarios/document.h"
#include "scenarios/scenario_read.h"
#include "scenarios/text.h"

struct list {
    const struct cs_send_bus *buses;
    unsigned n_buses;
    struct cs_send_item *items;
    unsigned n;
};

/* As much of a text as there is room for, without a part of a character. */
static void keep(char *to, size_t size, const char *text)
{
    size_t len = strlen(text);

    if (len >= size)
        for (len = size - 1; len > 0 && ((unsigned char)text[len] & 0xC0u) == 0x80;)
            len--;
    memcpy(to, text, len);
    to[len] = '\0';
    cs_text_clean(to);
}

/* ---- what a message says --------------------------------------------------------------------- */

static int fail_at(struct cs_reader *r, const char *key, const char *text)
{
    size_t mark = cs_reader_enter(r, key);

    cs_reader_fail(r, "%s", text);
    cs_reader_leave(r, mark);
    return -1;
}

static void read_comment(const cJSON *comment, const char *node, struct cs_send_item *item)
{
    const cJSON *name = comment, *key = NULL, *on = NULL;

    if (cJSON_IsObject(comment)) {
        name = cJSON_GetObjectItemCaseSensitive(comment, "name");
        key = cJSON_GetObjectItemCaseSensitive(comment, "key");
        on = cJSON_GetObjectItemCaseSensitive(comment, "on");
    }
    keep(item->name, sizeof(item->name), cJSON_IsString(name) ? name->valuestring : node);
    if (key != NULL && cJSON_IsString(key) && strlen(key->valuestring) < sizeof(item->key))
        keep(item->key, sizeof(item->key), key->valuestring);
    item->on = item->send.period_ps > 0 && !cJSON_IsFalse(on);
}

/* What a list of frames cannot do. */
static int check_message(struct cs_reader *r, const struct cs_message *m)
{
    if (m->frames.n != 1)
        return fail_at(r, "frame", "must be one frame here, got several");
    if (m->n_signals > 0)
        return fail_at(r, "signals", "must not be here: frames of this list have a counter alone");
    if (m->n_checksums > 0)
        return fail_at(r, "checksum", "must not be here: frames of this list have a counter alone");
    if (m->n_counters > 1)
        return fail_at(r, "counter", "must be one counter here, got several");
    if (m->jitter_ps > 0)
        return fail_at(r, "jitter", "must not be here: frames of this list have none");
    if (m->count > 1)
        return fail_at(r, "count", "must be 1 here (sent when asked) or absent, got more");
    return 0;
}

static int take_message(struct cs_reader *r, struct list *list, unsigned bus, const char *node,
                        const cJSON *object, const struct cs_message *m)
{
    struct cs_send_item item = {.send = {.bus = bus,
                                         .frame = m->frames.frame[0],
                                         .period_ps = m->count == 1 ? 0 : m->period_ps,
                                         .burst = (unsigned)m->burst,
                                         .gap_ps = m->burst_gap_ps,
                                         .counts = m->n_counters > 0,
                                         .counter = m->counters[0]}};
    char why[160];

    if (cs_send_check(&item.send, why, sizeof(why)) != 0)
        return cs_reader_fail(r, "must be a frame that can be sent here: %s", why);
    if (list->n == CS_SENDERS)
        return cs_reader_fail(r, "must be at most %d frames in all, got more", CS_SENDERS);
    read_comment(cJSON_GetObjectItemCaseSensitive(object, "comment"), node, &item);
    list->items[list->n++] = item;
    return 0;
}

static int read_message(struct cs_reader *r, struct list *list, unsigned bus, const char *node,
                        const cJSON *object, bool alone)
{
    struct cs_message message = {0};
    int ret = alone ? cs_keys_read_known(r, object, &cs_scenario_message_keys, 0, &message)
                    : cs_keys_read(r, object, &cs_scenario_message_keys, 0, &message);

    if (ret == 0)
        ret = cs_scenario_finish_message(r, &message);
    if (ret == 0)
        ret = check_message(r, &message);
    if (ret == 0)
        ret = take_message(r, list, bus, node, object, &message);
    cs_scenario_free_message(&message);
    return ret;
}

/* ---- nodes ----------------------------------------------------------------------------------- */

static int read_bus(struct cs_reader *r, const struct list *list, const cJSON *node, unsigned *bus)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(node, "bus");
    char names[CS_SIM_MAX_BUSES * 20] = "";
    size_t n = 0;

    *bus = 0;
    for (unsigned i = 0; item != NULL && i < list->n_buses; i++) {
        if (cJSON_IsString(item) && strcmp(item->valuestring, list->buses[i].name) == 0) {
            *bus = i;
            return 0;
        }
        n += (size_t)snprintf(names + n, sizeof(names) - n, "%s%s", i > 0 ? ", " : "",
                              list->buses[i].name);
    }
    if (item == NULL)
        return 0;
    size_t mark = cs_reader_enter(r, "bus");
    cs_reader_must_be(r, item, "a bus that is there (%s)", names);
    cs_reader_leave(r, mark);
    return -1;
}

static int read_messages(struct cs_reader *r, struct list *list, unsigned bus, const char *name,
                         const cJSON *messages)
{
    size_t all = cs_reader_enter(r, "messages");
    const cJSON *child;
    unsigned i = 0;
    int ret = 0;

    if (!cJSON_IsArray(messages))
        ret = cs_reader_must_be(r, messages, "an array of messages");
    cJSON_ArrayForEach(child, messages)
    {
        size_t mark = cs_reader_enter_index(r, i++);
        if (ret == 0)
            ret = read_message(r, list, bus, name, child, false);
        cs_reader_leave(r, mark);
    }
    cs_reader_leave(r, all);
    return ret;
}

static int read_node(struct cs_reader *r, struct list *list, const cJSON *node)
{
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(node, "type");
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(node, "messages");
    unsigned bus;

    if (!cJSON_IsObject(node))
        return cs_reader_must_be(r, node, "an object");
    if (!cJSON_IsString(type) || strcmp(type->valuestring, "periodic") != 0)
        return 0;
    if (read_bus(r, list, node, &bus) != 0)
        return -1;
    if (cJSON_GetObjectItemCaseSensitive(node, "frame") != NULL &&
        read_message(r, list, bus, node->string, node, true) != 0)
        return -1;
    return messages != NULL ? read_messages(r, list, bus, node->string, messages) : 0;
}

static int read_nodes(struct cs_reader *r, struct list *list, const cJSON *tree)
{
    const cJSON *nodes = cJSON_GetObjectItemCaseSensitive(tree, "nodes"), *child;
    size_t all = cs_reader_enter(r, "nodes");
    int ret = 0;

    if (!cJSON_IsObject(nodes))
        ret = nodes != NULL ? cs_reader_must_be(r, nodes, "an object with a member for each node")
                            : cs_reader_fail(r, "must be there, with a periodic node");
    cJSON_ArrayForEach(child, nodes)
    {
        size_t mark = cs_reader_enter(r, child->string != NULL ? child->string : "");
        if (ret == 0)
            ret = read_node(r, list, child);
        cs_reader_leave(r, mark);
    }
    if (ret == 0 && list->n == 0)
        ret = cs_reader_fail(r, "must have a periodic node, got none");
    cs_reader_leave(r, all);
    return ret;
}

int cs_send_file_read(const char *path, const struct cs_send_bus *buses, unsigned n_buses,
                      struct cs_send_item items[CS_SENDERS], struct cs_error *error)
{
    struct cs_reader r = {.file = path, .error = error};
    struct list list = {.buses = buses, .n_buses = n_buses, .items = items};
    struct cs_document document = {0};
    size_t len;
    char *text = cs_file_read(path, &len, NULL, error);

    if (text == NULL)
        return -1;
    int ret = cs_document_read(&document, &r, text, len);
    if (ret == 0 && r.n_errors == 0)
        ret = read_nodes(&r, &list, document.tree);
    if (ret != 0 || r.n_errors > 0)
        ret = -1;
    cs_document_free(&document);
    free(text);
    return ret == 0 ? (int)list.n : -1;
}
