/* SPDX-License-Identifier: MIT */
/* dec_sdo.c - SDO channels: each node's default one, and those that SDO parameters describe (CiA
 * 301, 7.5.2.33 and 7.5.2.34). What a transfer moved is learned. */
#include "plugins/canopen/dec_internal.h"

#include <stdlib.h>

static const struct co_dict *names_dict(void *ctx)
{
    return ((const struct co_node *)ctx)->dict;
}

static unsigned names_profile(void *ctx)
{
    return ((const struct co_node *)ctx)->profile;
}

static const char *names_meaning(void *ctx, unsigned index, unsigned sub, const uint8_t *value,
                                 size_t len)
{
    enum co_meaning meaning = co_meaning_of(((const struct co_node *)ctx)->profile, index, sub);

    return len >= 1 && len <= 8 ? co_meaning_text(meaning, co_get_le(value, len)) : NULL;
}

static struct co_sdo_watch *watch_of(struct co_dec *dec, const struct co_slot *slot,
                                     struct co_node **server)
{
    struct co_sdo_watch **watch;

    if (slot->channel == 0) {
        *server = co_dec_node(dec, slot->node);
        watch = *server != NULL ? &(*server)->sdo : NULL;
    } else {
        struct co_channel *channel = dec->channels[slot->channel - 1];
        *server = channel->server;
        watch = &channel->watch;
    }
    if (watch == NULL)
        return NULL;
    if (*watch == NULL) {
        (*server)->names = (struct co_sdo_names){*server, names_dict, names_profile, names_meaning};
        *watch = co_sdo_watch_create((*server)->id, &(*server)->names);
    }
    return *watch;
}

static void remember(struct co_dec *dec, struct co_node *server, const struct co_sdo_told *told,
                     const struct cansim_frame *frame)
{
    struct co_sdo_said *said = &dec->sdo_log[dec->n_sdo_log++ % CO_DEC_SDO_LOG];

    *said = (struct co_sdo_said){
        .began_ps = told->first_frame != 0 ? told->began_ps : frame->at_ps,
        .took_ps = told->first_frame != 0 ? frame->at_ps - told->began_ps : 0,
        .frame = frame->number,
        .abort_code = told->abort_code,
        .len = (uint32_t)told->value_len,
        .index = told->index,
        .sub = told->sub,
        .node = server->id,
        .outcome = (uint8_t)told->outcome,
        .read = told->upload,
        .block = told->block,
        .by_client = told->by_client,
        /* The rest of `told` may be about the transfer that broke it. */
        .have_object = told->have_object && told->outcome != CO_SDO_BROKEN,
    };
    if (told->outcome == CO_SDO_DONE && told->value != NULL)
        memcpy(said->bytes, told->value,
               told->kept_len < sizeof(said->bytes) ? told->kept_len : sizeof(said->bytes));
    server->sdo_aborts += told->outcome == CO_SDO_ABORTED;
}

void co_dec_sdo(struct co_dec *dec, const struct co_slot *slot, const struct cansim_frame *frame,
                struct cansim_sink *sink)
{
    struct co_node *server;
    struct co_sdo_watch *watch = watch_of(dec, slot, &server);
    struct co_sdo_told told;

    if (watch == NULL)
        return;
    memset(&told, 0, sizeof(told));
    if (co_wants(sink, CANSIM_WANT_FIELDS))
        cansim_put_uint(sink, "node", "Node", server->id, 0, 0, 0, NULL);
    co_sdo_watch_frame(watch, slot->service == CO_SDO_RESPONSE, frame, sink, &told);
    if (told.outcome != CO_SDO_GOES_ON)
        remember(dec, server, &told, frame);
    if (told.outcome == CO_SDO_DONE && told.have_object && told.value != NULL)
        co_dec_learn(server, told.index, told.sub, told.value, told.value_len, told.kept_len,
                     told.upload ? CO_FROM_UPLOAD : CO_FROM_DOWNLOAD, told.first_frame);
}

/* ---- further channels ---------------------------------------------------------------------------
 */

static struct co_channel *channel_of(struct co_dec *dec, const struct co_node *owner,
                                     unsigned object, unsigned *number)
{
    for (unsigned i = 0; i < dec->n_channels; i++) {
        if (dec->channels[i]->owner == owner->id && dec->channels[i]->object == object) {
            *number = i + 1;
            return dec->channels[i];
        }
    }
    if (dec->n_channels == CO_DEC_CHANNELS)
        return NULL;
    struct co_channel *channel = calloc(1, sizeof(*channel));
    if (channel == NULL)
        return NULL;
    channel->owner = owner->id;
    channel->object = (uint16_t)object;
    channel->request = channel->response = CO_ID_NONE;
    dec->channels[dec->n_channels++] = channel;
    *number = dec->n_channels;
    return channel;
}

static void leave(struct co_dec *dec, uint32_t id, unsigned number)
{
    struct co_slot *slot = id != CO_ID_NONE ? co_dec_slot(dec, id, false) : NULL;

    if (slot == NULL || slot->channel != number)
        return;
    slot->service = CO_UNUSED;
    slot->channel = 0;
}

/* Server and client describe the same channel: the first description stays. */
static bool is_served(struct co_dec *dec, uint32_t id, enum co_service service, unsigned server)
{
    const struct co_slot *slot = co_dec_slot(dec, id, false);

    return slot != NULL && slot->service == service && slot->node == server;
}

static void enter(struct co_dec *dec, const struct co_channel *channel, unsigned number)
{
    unsigned server = channel->server->id;

    if (is_served(dec, channel->request, CO_SDO_REQUEST, server) &&
        is_served(dec, channel->response, CO_SDO_RESPONSE, server))
        return;
    if (co_dec_serve(dec, channel->request, CO_SDO_REQUEST, server, number) &&
        !co_dec_serve(dec, channel->response, CO_SDO_RESPONSE, server, number))
        leave(dec, channel->request, number);
}

static uint32_t valid_id(uint64_t cob)
{
    return cob >> 31 & 1 || co_cob_id((uint32_t)cob) == 0 ? CO_ID_NONE : co_cob_id((uint32_t)cob);
}

static void set_server(struct co_channel *channel, struct co_node *server)
{
    if (channel->server == server)
        return;
    if (channel->watch != NULL)
        co_sdo_watch_destroy(channel->watch);
    channel->watch = NULL;
    channel->server = server;
}

void co_sdo_learn(struct co_node *node, unsigned index, unsigned sub, uint64_t value)
{
    struct co_dec *dec = node->dec;
    bool client = index >= 0x1280;
    unsigned number;

    if (index == 0x1200 || sub < 1 || sub > 3)
        return;
    struct co_channel *channel = channel_of(dec, node, index, &number);
    if (channel == NULL)
        return;
    leave(dec, channel->request, number);
    leave(dec, channel->response, number);
    if (sub == 1)
        channel->request = valid_id(value);
    else if (sub == 2)
        channel->response = valid_id(value);
    else if (client)
        set_server(channel, co_dec_node(dec, (unsigned)value & 0x7F));
    else
        channel->client = (uint8_t)(value & 0x7F);
    if (client)
        channel->client = node->id;
    else
        set_server(channel, node);
    if (channel->server != NULL && channel->request != CO_ID_NONE &&
        channel->response != CO_ID_NONE)
        enter(dec, channel, number);
}
