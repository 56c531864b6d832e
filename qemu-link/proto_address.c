/* SPDX-License-Identifier: MIT */
#include "qemu-link/proto_address.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

char *cs_proto_address_default(char *buf, size_t size, bool *is_default)
{
    const char *link = getenv("CANSIM_LINK");
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    const bool named = link && *link;

    if (is_default)
        *is_default = !named;
    if (named)
        snprintf(buf, size, "%s", link);
    else if (runtime && runtime[0] == '/')
        snprintf(buf, size, "unix:%s/cansim/default.sock", runtime);
    else
        snprintf(buf, size, "unix:/tmp/cansim-%u/default.sock", (unsigned)geteuid());
    return buf;
}

static int refuse(const char *text, const char *expected, char *why, size_t why_size)
{
    snprintf(why, why_size, "link address: expected %s, got \"%.300s\"", expected, text);
    return -EINVAL;
}

static int parse_unix(const char *text, const char *path, struct cs_proto_address *address,
                      char *why, size_t why_size)
{
    const size_t len = strlen(path);

    if (len == 0)
        return refuse(text, "a path behind unix:", why, why_size);
    if (len >= sizeof(address->path)) {
        snprintf(why, why_size,
                 "link address: a socket's path must have at most %zu bytes, got %zu in "
                 "\"%.300s\"",
                 sizeof(address->path) - 1, len, path);
        return -EINVAL;
    }
    memcpy(address->path, path, len + 1);
    return 0;
}

static bool parse_port(const char *text, char *port, size_t size)
{
    size_t len = strlen(text);

    if (len == 0 || len >= size)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isdigit((unsigned char)text[i]))
            return false;
    if (strtol(text, NULL, 10) > 65535)
        return false;
    memcpy(port, text, len + 1);
    return true;
}

static int parse_tcp(const char *text, const char *rest, struct cs_proto_address *address,
                     char *why, size_t why_size)
{
    const char *colon = strrchr(rest, ':');
    size_t len = colon ? (size_t)(colon - rest) : 0;

    if (!colon || !parse_port(colon + 1, address->port, sizeof(address->port)))
        return refuse(text, "tcp:HOST:PORT with a port of 0..65535", why, why_size);
    if (len >= 2 && rest[0] == '[' && rest[len - 1] == ']') {
        rest++;
        len -= 2;
    } else if (memchr(rest, ':', len)) {
        return refuse(text, "an IPv6 address in brackets, tcp:[::1]:PORT", why, why_size);
    }
    if (len >= sizeof(address->host))
        return refuse(text, "a host name of at most 255 bytes", why, why_size);
    memcpy(address->host, rest, len);
    address->host[len] = '\0';
    if (len == 0)
        memcpy(address->host, CS_PROTO_LOOPBACK, sizeof(CS_PROTO_LOOPBACK));
    address->tcp = true;
    return 0;
}

int cs_proto_address_parse(const char *text, struct cs_proto_address *address, char *why,
                           size_t why_size)
{
    char buf[CS_PROTO_ADDRESS_MAX];

    memset(address, 0, sizeof(*address));
    if (!text)
        text = cs_proto_address_default(buf, sizeof(buf), &address->is_default);
    if (strncmp(text, "unix:", 5) == 0)
        return parse_unix(text, text + 5, address, why, why_size);
    if (strncmp(text, "tcp:", 4) == 0)
        return parse_tcp(text, text + 4, address, why, why_size);
    if (strchr(text, '/'))
        return parse_unix(text, text, address, why, why_size);
    return refuse(text, "unix:/path, /path or tcp:HOST:PORT", why, why_size);
}

char *cs_proto_address_format(const struct cs_proto_address *address, char *buf, size_t size)
{
    if (!address->tcp)
        snprintf(buf, size, "unix:%s", address->path);
    else if (strchr(address->host, ':'))
        snprintf(buf, size, "tcp:[%s]:%s", address->host, address->port);
    else
        snprintf(buf, size, "tcp:%s:%s", address->host, address->port);
    return buf;
}
