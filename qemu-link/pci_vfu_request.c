/* SPDX-License-Identifier: MIT */
/* pci_vfu_request.c - what a vfio-user client asks of a card: a row a command.
 * Invariant: INTA# is a level. The peer is told of it once, then it is masked until the peer says
 * that it has looked; a level that is still there is told again, and not at once where nothing was
 * asked of the card in between: the eventfd that says so may be the one that was rung. */
#include "qemu-link/pci_vfu.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define UNANSWERED_S 0.01

/* Regions and interrupts as VFIO numbers those of PCI. */
#define REGION_CONFIG 7u
#define N_REGIONS     9u
#define IRQ_INTX      0u
#define N_IRQS        5u

#define DEVICE_RESET_FLAG 1u
#define DEVICE_PCI_FLAG   2u
#define REGION_READ_FLAG  1u
#define REGION_WRITE_FLAG 2u

#define IRQ_EVENTFD    1u
#define IRQ_MASKABLE   2u
#define IRQ_AUTOMASKED 4u

enum set_irqs {
    DATA_NONE = 1,
    DATA_BOOL = 2,
    DATA_EVENTFD = 4,
    ACTION_MASK = 8,
    ACTION_UNMASK = 16,
    ACTION_TRIGGER = 32,
};

/* ---- interrupts ----------------------------------------------------------------------------- */

/* The peer shares the descriptor's flags: what was set when it came need not hold any more. */
static void set_nonblocking(int fd)
{
    fcntl(fd, F_SETFL, O_NONBLOCK);
}

void cs_vfu_evaluate(struct cs_pci *pci)
{
    static const uint64_t one = 1;

    if (!pci->active || pci->masked || pci->trigger_fd < 0 || cs_pci_config_intx_off(&pci->config))
        return;
    pci->masked = true;
    pci->answered = false;
    set_nonblocking(pci->trigger_fd);
    /* A counter that is full has been told of already. */
    if (write(pci->trigger_fd, &one, sizeof(one)) < 0 && errno != EAGAIN) {
        close(pci->trigger_fd);
        pci->trigger_fd = -1;
    }
}

static void set_mask(struct cs_pci *pci, bool masked)
{
    ev_timer_stop(pci->device->host.loop, &pci->unanswered);
    pci->masked = masked;
}

static void drop_unmask(struct cs_pci *pci)
{
    if (pci->unmask_fd < 0)
        return;
    ev_io_stop(pci->device->host.loop, &pci->unmask);
    close(pci->unmask_fd);
    pci->unmask_fd = -1;
}

void cs_vfu_drop_irqs(struct cs_pci *pci)
{
    drop_unmask(pci);
    if (pci->trigger_fd >= 0)
        close(pci->trigger_fd);
    pci->trigger_fd = -1;
    set_mask(pci, false);
}

/* An eventfd is empty once it has been read; one that counts down would keep the host busy. */
static bool drain(int fd)
{
    uint64_t count;

    set_nonblocking(fd);
    for (unsigned i = 0; i < 16; i++)
        if (read(fd, &count, sizeof(count)) < 0)
            return errno == EAGAIN;
    return false;
}

void cs_vfu_on_unmask(struct ev_loop *loop, ev_io *watcher, int events)
{
    struct cs_pci *pci = watcher->data;

    (void)events;
    if (!drain(pci->unmask_fd))
        drop_unmask(pci);
    if (pci->masked && !pci->answered) {
        if (!ev_is_active(&pci->unanswered))
            ev_timer_set(&pci->unanswered, UNANSWERED_S, 0.0);
        ev_timer_start(loop, &pci->unanswered);
        return;
    }
    set_mask(pci, false);
    cs_vfu_evaluate(pci);
}

void cs_vfu_on_unanswered(struct ev_loop *loop, ev_timer *watcher, int events)
{
    struct cs_pci *pci = watcher->data;

    (void)loop;
    (void)events;
    set_mask(pci, false);
    cs_vfu_evaluate(pci);
}

/* The descriptor that came with the message, taken out of it; -1: none. */
static int take_fd(struct cs_pci *pci)
{
    return pci->n_fds > 0 ? pci->fds[--pci->n_fds] : -1;
}

static void set_trigger(struct cs_pci *pci)
{
    if (pci->trigger_fd >= 0)
        close(pci->trigger_fd);
    pci->trigger_fd = take_fd(pci);
    set_mask(pci, false);
    cs_vfu_evaluate(pci);
}

static void set_unmask(struct cs_pci *pci)
{
    drop_unmask(pci);
    pci->unmask_fd = take_fd(pci);
    if (pci->unmask_fd < 0)
        return;
    ev_io_set(&pci->unmask, pci->unmask_fd, EV_READ);
    ev_io_start(pci->device->host.loop, &pci->unmask);
}

static int set_intx(struct cs_pci *pci, uint32_t flags, uint32_t count, bool data)
{
    const bool eventfd = flags & DATA_EVENTFD;

    if (flags & ACTION_TRIGGER && eventfd)
        set_trigger(pci);
    else if (flags & ACTION_TRIGGER && flags & DATA_NONE && count == 0)
        cs_vfu_drop_irqs(pci);
    else if (flags & ACTION_UNMASK && eventfd)
        set_unmask(pci);
    else if (eventfd)
        return -EINVAL;
    else if (!data)
        return 0;
    else if (flags & (ACTION_MASK | ACTION_UNMASK))
        set_mask(pci, flags & ACTION_MASK);
    else /* a test of the peer's: not wanted of a level */
        return -EINVAL;
    cs_vfu_evaluate(pci);
    return 0;
}

/* Descriptors are as many as interrupts, or there is none: then nobody is to be told. */
static bool are_fds_right(const struct cs_pci *pci, uint32_t data, uint32_t count)
{
    return pci->n_alien == 0 && (pci->n_fds == 0 || (data == DATA_EVENTFD && pci->n_fds == count));
}

static int set_irqs(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    const uint32_t flags = vfu_get32(body + 4), index = vfu_get32(body + 8);
    const uint32_t start = vfu_get32(body + 12), count = vfu_get32(body + 16);
    const uint32_t data = flags & (DATA_NONE | DATA_BOOL | DATA_EVENTFD);
    const uint32_t action = flags & (ACTION_MASK | ACTION_UNMASK | ACTION_TRIGGER);

    (void)answer;
    if (index >= N_IRQS || (data & (data - 1)) || !data || (action & (action - 1)) || !action ||
        !are_fds_right(pci, data, count))
        return -EINVAL;
    if (index != IRQ_INTX) /* there are none of them: only nothing can be set */
        return count == 0 ? 0 : -EINVAL;
    if (start != 0 || count > 1 || (data == DATA_BOOL && len < 20 + count))
        return -EINVAL;
    return set_intx(pci, flags, count, count == 1 && (data != DATA_BOOL || body[20]));
}

/* ---- what there is ------------------------------------------------------------------------------
 */

static int version(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    static const char capabilities[] = "{\"capabilities\":{\"max_msg_fds\":8,"
                                       "\"max_data_xfer_size\":4096,\"pgsizes\":4096}}";

    (void)len;
    if (vfu_get16(body) != 0) {
        pci->broken = "must be version 0 of vfio-user";
        return -EINVAL;
    }
    pci->versioned = true;
    memset(answer, 0, 4); /* 0.0 */
    memcpy(answer + 4, capabilities, sizeof(capabilities));
    return 4 + (int)sizeof(capabilities);
}

/* No card here reads or writes the guest's memory. */
static int dma_map(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    (void)pci;
    (void)body;
    (void)len;
    (void)answer;
    return 0;
}

static int dma_unmap(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    (void)pci;
    (void)len;
    memcpy(answer, body, 24);
    return 24;
}

static int device_info(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    (void)pci;
    (void)body;
    (void)len;
    vfu_put32(answer, 16);
    vfu_put32(answer + 4, DEVICE_RESET_FLAG | DEVICE_PCI_FLAG);
    vfu_put32(answer + 8, N_REGIONS);
    vfu_put32(answer + 12, N_IRQS);
    return 16;
}

static uint32_t region_size(const struct cs_pci *pci, uint32_t index)
{
    return index < CS_PCI_BARS      ? pci->card->bars[index].size
           : index == REGION_CONFIG ? CS_PCI_CONFIG_SIZE
                                    : 0;
}

static int region_info(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    const uint32_t index = vfu_get32(body + 8);
    const uint32_t size = region_size(pci, index);

    (void)len;
    if (index >= N_REGIONS)
        return -EINVAL;
    memset(answer, 0, 32);
    vfu_put32(answer, 32);
    vfu_put32(answer + 4, size ? REGION_READ_FLAG | REGION_WRITE_FLAG : 0);
    vfu_put32(answer + 8, index);
    vfu_put64(answer + 16, size);
    return 32;
}

static int irq_info(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    const uint32_t index = vfu_get32(body + 8);

    (void)pci;
    (void)len;
    if (index >= N_IRQS)
        return -EINVAL;
    vfu_put32(answer, 16);
    vfu_put32(answer + 4,
              index == IRQ_INTX ? IRQ_EVENTFD | IRQ_MASKABLE | IRQ_AUTOMASKED : IRQ_EVENTFD);
    vfu_put32(answer + 8, index);
    vfu_put32(answer + 12, index == IRQ_INTX ? 1 : 0);
    return 16;
}

/* ---- accesses ---------------------------------------------------------------------------------
 */

/* Within its region? *count becomes its length. */
static bool is_within(const struct cs_pci *pci, const uint8_t *body, uint32_t *count)
{
    const uint64_t offset = vfu_get64(body);
    const uint64_t size = region_size(pci, vfu_get32(body + 8));

    *count = vfu_get32(body + 12);
    return *count <= CS_VFU_XFER_MAX && *count <= size && offset <= size - *count;
}

static int region_read(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    const uint32_t offset = (uint32_t)vfu_get64(body), region = vfu_get32(body + 8);
    uint32_t count;

    (void)len;
    if (!is_within(pci, body, &count))
        return -EINVAL;
    memcpy(answer, body, 16);
    if (region == REGION_CONFIG)
        cs_pci_config_read(&pci->config, offset, answer + 16, count);
    for (uint32_t i = 0; region != REGION_CONFIG && i < count; i++)
        answer[16 + i] = pci->card->read(pci->self, region, offset + i);
    return 16 + (int)count;
}

static int region_write(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    const uint32_t offset = (uint32_t)vfu_get64(body), region = vfu_get32(body + 8);
    uint32_t count;

    if (!is_within(pci, body, &count) || len < 16 + count)
        return -EINVAL;
    memcpy(answer, body, 16);
    if (region == REGION_CONFIG) {
        cs_pci_config_write(&pci->config, offset, body + 16, count);
        cs_vfu_evaluate(pci);
    }
    for (uint32_t i = 0; region != REGION_CONFIG && i < count; i++)
        pci->card->write(pci->self, region, offset + i, body[16 + i]);
    return 16;
}

void cs_vfu_reset(struct cs_pci *pci)
{
    pci->card->reset(pci->self);
    cs_pci_config_reset(&pci->config);
    set_mask(pci, false);
}

static int device_reset(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer)
{
    (void)body;
    (void)len;
    (void)answer;
    cs_vfu_reset(pci);
    return 0;
}

/* ---- the table ----------------------------------------------------------------------------------
 */

static const struct {
    int (*run)(struct cs_pci *pci, const uint8_t *body, uint32_t len, uint8_t *answer);
    uint32_t min_len; /* of the body */
} commands[] = {
    [1] = {version, 4},       [2] = {dma_map, 32},     [3] = {dma_unmap, 24},
    [4] = {device_info, 16},  [5] = {region_info, 32}, [7] = {irq_info, 16},
    [8] = {set_irqs, 20},     [9] = {region_read, 16}, [10] = {region_write, 16},
    [13] = {device_reset, 0},
};
#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))
#define VERSION    1u

int cs_vfu_request(struct cs_pci *pci, uint8_t body[CS_VFU_BODY_MAX])
{
    const unsigned command = vfu_get16(pci->in + 2);
    const uint32_t len = pci->in_len - CS_VFU_HEADER;

    pci->answered = true;
    if ((command == VERSION) == pci->versioned) {
        pci->broken = pci->versioned ? "VERSION must be said once" : "VERSION must come first";
        return -EINVAL;
    }
    if (command >= N_COMMANDS || !commands[command].run)
        return -ENOTSUP;
    if (len < commands[command].min_len)
        return -EINVAL;
    return commands[command].run(pci, pci->in + CS_VFU_HEADER, len, body);
}
