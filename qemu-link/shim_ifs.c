/* SPDX-License-Identifier: MIT */
/* shim_ifs.c - the buses as network interfaces: ioctl(), if_nametoindex() and their kin.
 * Names and indices of our buses are answered on every descriptor, as programs like to ask through
 * a socket of another family; all else is left to the kernel. */
#undef _FORTIFY_SOURCE
#include "qemu-link/shim_core.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/time.h>
#include <net/if_arp.h>
#include <linux/sockios.h>

#define TX_QUEUE_LEN 10 /* what SIOCGIFTXQLEN tells: Linux's default for CAN */
#define NS_PER_S     INT64_C(1000000000)

/* Linux's SIOCGSTAMP_NEW and SIOCGSTAMPNS_NEW: 64-bit seconds and fraction. */
#define STAMP_NEW   _IOR(0x89, 0x06, long long[2])
#define STAMPNS_NEW _IOR(0x89, 0x07, long long[2])
#define STAMP_OLD   0x8906
#define STAMPNS_OLD 0x8907

static bool stamp_request(unsigned long request)
{
    return request == STAMP_OLD || request == STAMPNS_OLD || request == STAMP_NEW ||
           request == STAMPNS_NEW;
}

static int stamp(const struct shim_slot *slot, unsigned long request, void *arg)
{
    struct timespec at = {(time_t)(slot->last_ns / NS_PER_S), (long)(slot->last_ns % NS_PER_S)};
    struct timeval at_us = {at.tv_sec, at.tv_nsec / 1000};
    int64_t wide[2] = {at.tv_sec, at.tv_nsec};

    if (slot->last_ns == 0)
        return shim_fail(ENOENT);
    if (request == STAMP_OLD) {
        memcpy(arg, &at_us, sizeof(at_us));
    } else if (request == STAMPNS_OLD) {
        memcpy(arg, &at, sizeof(at));
    } else {
        if (request == STAMP_NEW)
            wide[1] /= 1000;
        memcpy(arg, wide, sizeof(wide));
    }
    return 0;
}

static const struct shim_bus *asked_bus(unsigned long request, const struct ifreq *ifr, int *index)
{
    char name[IFNAMSIZ + 1] = {0};

    if (request == SIOCGIFNAME) {
        *index = ifr->ifr_ifindex;
        return shim_bus_at(ifr->ifr_ifindex);
    }
    memcpy(name, ifr->ifr_name, IFNAMSIZ);
    return name[0] != '\0' ? shim_bus_named(name, index) : NULL;
}

static bool interface_request(unsigned long request)
{
    return request == SIOCGIFINDEX || request == SIOCGIFNAME || request == SIOCGIFMTU ||
           request == SIOCGIFFLAGS || request == SIOCGIFHWADDR || request == SIOCGIFTXQLEN;
}

/* Returns 1 where the interface is none of ours. */
static int interface(unsigned long request, struct ifreq *ifr)
{
    const struct shim_bus *bus;
    int index = 0;

    if (ifr == NULL)
        return 1;
    bus = asked_bus(request, ifr, &index);
    if (bus == NULL)
        return 1;
    switch (request) {
    case SIOCGIFINDEX:
        ifr->ifr_ifindex = index;
        break;
    case SIOCGIFNAME:
        memcpy(ifr->ifr_name, bus->name, SHIM_NAME_MAX);
        break;
    case SIOCGIFMTU:
        ifr->ifr_mtu = (int)bus->mtu;
        break;
    case SIOCGIFTXQLEN:
        ifr->ifr_qlen = TX_QUEUE_LEN;
        break;
    case SIOCGIFHWADDR:
        memset(&ifr->ifr_hwaddr, 0, sizeof(ifr->ifr_hwaddr));
        ifr->ifr_hwaddr.sa_family = ARPHRD_CAN;
        break;
    default: /* SIOCGIFFLAGS */
        ifr->ifr_flags = shim_bus_up(bus) ? IFF_UP | IFF_RUNNING | IFF_NOARP : IFF_NOARP;
        break;
    }
    return 0;
}

SHIM_EXPORT int ioctl(int fd, unsigned long request, ...)
{
    struct shim_slot *slot;
    va_list args;
    void *arg;

    va_start(args, request);
    arg = va_arg(args, void *);
    va_end(args);
    if (interface_request(request) && shim_attached() && interface(request, arg) == 0)
        return 0;
    slot = shim_slot(fd);
    if (slot != NULL && stamp_request(request))
        return stamp(slot, request, arg);
    if (slot != NULL && request == FIONREAD)
        return shim_fail(ENOTTY);
    return shim_real()->ioctl(fd, request, arg);
}

SHIM_EXPORT unsigned if_nametoindex(const char *name)
{
    int index;

    if (shim_attached() && shim_bus_named(name, &index) != NULL)
        return (unsigned)index;
    return shim_real()->if_nametoindex(name);
}

SHIM_EXPORT char *if_indextoname(unsigned index, char name[IF_NAMESIZE])
{
    const struct shim_bus *bus = index <= INT32_MAX ? shim_bus_at((int)index) : NULL;

    if (bus == NULL)
        return shim_real()->if_indextoname(index, name);
    memcpy(name, bus->name, SHIM_NAME_MAX);
    return name;
}

/* The kernel's list with our buses after it, made as if_freenameindex() expects it. */
SHIM_EXPORT struct if_nameindex *if_nameindex(void)
{
    struct if_nameindex *list = shim_real()->if_nameindex();
    const struct shim_page *page = shim_page();
    struct if_nameindex *longer;
    size_t n = 0;

    if (list == NULL || page == NULL)
        return list;
    while (list[n].if_index != 0 || list[n].if_name != NULL)
        n++;
    longer = realloc(list, (n + SHIM_MAX_BUSES + 1) * sizeof(*list));
    if (longer == NULL)
        return list;
    for (int i = 0; i < SHIM_MAX_BUSES; i++) {
        const struct shim_bus *bus = shim_bus_at(SHIM_IFINDEX_BASE + i);
        char *name = bus != NULL ? strdup(bus->name) : NULL;

        if (name == NULL)
            break;
        longer[n].if_index = (unsigned)(SHIM_IFINDEX_BASE + i);
        longer[n++].if_name = name;
    }
    longer[n].if_index = 0;
    longer[n].if_name = NULL;
    return longer;
}
