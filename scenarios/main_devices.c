/* SPDX-License-Identifier: MIT */
/* What is said about devices: which there are, how to join one, and what went wrong. */
#include <stdio.h>
#include <string.h>

#include "scenarios/main.h"

void cs_main_devices_help(void)
{
    static const char *const forms[CS_DEVICE_KIND_COUNT] = {
        [CS_DEVICE_CARD] =
            "--card MODEL:BUS[,BUS...]=PATH   PCI over vfio-user, QEMU 10.1 or newer",
        [CS_DEVICE_USB] = "--usb MODEL:BUS[,BUS...]=PATH    USB over usbredir, any QEMU",
        [CS_DEVICE_SLCAN] = "--slcan BUS=PATH                 a serial line, any program",
    };
    struct cs_device_model_info info;
    int kind = -1;

    printf(
        "Devices for guests and programs outside. Each listens at a PATH of its own, for one peer "
        "at\na time; cansim run and cansim serve print what to give to the peer.\n");
    for (unsigned i = 0; cs_device_model_info(i, &info); i++) {
        char channels[16];
        if ((int)info.kind != kind)
            printf("\n%s\n", forms[info.kind]);
        kind = (int)info.kind;
        if (info.min_ports == info.max_ports)
            snprintf(channels, sizeof(channels), "%u", info.max_ports);
        else
            snprintf(channels, sizeof(channels), "%u..%u", info.min_ports, info.max_ports);
        printf("  %-10s %s; channels: %s; Linux driver: %s%s%s\n", info.name, info.help, channels,
               info.driver, info.aliases[0] != '\0' ? "; also called " : "", info.aliases);
    }
    printf("\nIn a scenario: the key \"devices\". Which is for whom: docs/qemu.md\n");
}

void cs_main_say_devices(const struct cs_session *session)
{
    struct cs_session_device device;
    char option[CS_DEVICE_OPTION_MAX];

    for (unsigned i = 0; i < cs_session_devices(session); i++) {
        cs_session_device(session, i, &device);
        if (device.of_guest)
            continue;
        fprintf(stderr, "cansim: %s %s on ", device.model, device.name);
        for (unsigned p = 0; p < device.n_ports; p++)
            fprintf(stderr, "%s%s", p > 0 ? ", " : "", device.bus[p]);
        fprintf(stderr, "; join with:\n  %s\n",
                cs_session_device_option(session, i, option, sizeof(option)));
        if (strstr(option, "reconnect=1") != NULL)
            fprintf(stderr, "  (QEMU 9.2 and newer: reconnect-ms=1000 in place of reconnect=1)\n");
    }
}

void cs_main_say_guests(const struct cs_session *session)
{
    char *const *words;
    const char *program, *name;

    for (unsigned i = 0; cs_session_guest(session, i, &name) != NULL; i++) {
        cs_session_guest_words(session, i, &words, &program);
        fprintf(stderr, "cansim: guest %s joins through %s, in %s\n", name,
                cs_session_guest(session, i, &name), program);
    }
}

void cs_main_say_device_troubles(const struct cs_session *session)
{
    struct cs_session_device device;

    for (unsigned i = 0; i < cs_session_devices(session); i++) {
        cs_session_device(session, i, &device);
        if (device.refused + device.protocol_errors + device.lost == 0)
            continue;
        fprintf(stderr,
                "%s %s: %llu turned away, %llu broke the protocol, %llu frame%s lost on the way to "
                "the peer\n",
                device.model, device.name, (unsigned long long)device.refused,
                (unsigned long long)device.protocol_errors, (unsigned long long)device.lost,
                device.lost == 1 ? "" : "s");
    }
}
