#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""The other cards over vfio-user, each with Linux's driver for it: a short boot a card.

What the SJA1000 does on the bus is tested with the kvaser card (suite_vfio_user.py); here it is what
differs: the card is found, has its channels in order, and its bridge passes each channel's interrupt."""

import os
import signal
import sys
import time

import guest_lib
import suite_lib
from guest_lib import GuestError, Missing
from suite_lib import Driver, Host, Way, wait

CARDS = (("ems", 2), ("peak", 4))
RATES = (250000, 1000000, 125000, 800000)  # a channel each, in the guest


class Card:
    """One card with a channel on each of its buses, in a guest."""

    def __init__(self, model, n):
        self.model, self.buses = model, ["can%d" % i for i in range(n)]
        self.way = Way(model, {"type": "card", "model": model}, suite_lib.vfu_options, modern=True, load=model + "_pci")
        image = guest_lib.build_image(guest_lib.cache_directory())
        suite_lib.modern_qemu()
        self.host = Host([self.way], buses=self.buses)
        self.driver = Driver(self.way, self.host, image)
        self.guest = self.driver.guest

    def node(self, channel):
        return "%s.%d" % (self.driver.node, channel)

    def up(self, channel, rate, options=""):
        self.guest.run("ip link set can%d down" % channel)
        before = self.host.count(event="attach", node=self.node(channel))
        self.guest.check("ip link set can%d up type can bitrate %d %s" % (channel, rate, options))
        wait(lambda: self.host.count(event="attach", node=self.node(channel)) > before, "channel %d on its bus" % channel)

    def sent(self, bus, frame, start=0):
        return self.host.count(start, event="frame", bus=bus, frame=frame) > 0

    def close(self):
        self.driver.close()
        self.host.close()


def binds(card):
    """The driver has the card, and an interface for each channel, no more."""
    found = card.guest.check("cd /sys/class/net; ls -d can*").split()
    assert found == card.buses, found
    for bus in card.buses:
        driver = card.guest.check("readlink /sys/class/net/%s/device/driver" % bus).strip()
        assert os.path.basename(driver) == card.model + "_pci", (bus, driver)


def both_ways(card):
    """Each channel at a bit rate of its own: its frames are on its bus, the bus's frames in its interface."""
    for channel, (bus, rate) in enumerate(zip(card.buses, RATES)):
        card.up(channel, rate)
        card.guest.start_candump(bus)
    listeners = [card.host.listen("at-rate-%d" % i, rate, bus=bus) for i, (bus, rate) in
                 enumerate(zip(card.buses, RATES))]
    expected = {bus: [] for bus in card.buses}
    for number in range(6):
        for channel, (bus, rate) in enumerate(zip(card.buses, RATES)):
            frame = "%03X#%02X%s" % (0x100 * (channel + 1) + number, rate // 25000, "5A" * number)
            expected[bus].append(frame)
            if number % 2:
                card.host.send(frame, rate=rate, bus=bus)
            else:
                card.guest.check("cansend %s %s" % (bus, frame))
            wait(lambda: card.sent(bus, frame), "%s on %s" % (frame, bus))
    for bus in card.buses:
        seen = card.guest.candump(bus, lines=len(expected[bus]))
        assert seen == expected[bus], "%s saw %s, not %s" % (bus, seen, expected[bus])
    card.guest.run("killall candump")
    for listener in listeners:
        card.host.stop(listener)


def at_once(card):
    """All channels send and receive at the same time: the interrupt that they share gets lost for none."""
    n = 100
    for channel in range(len(card.buses)):
        card.up(channel, 500000)
    before = [counters(card, bus) for bus in card.buses]
    listeners = [card.host.listen("listener-%d" % i, bus=bus) for i, bus in enumerate(card.buses)]
    start = card.host.mark()
    traffic = [card.host.start("cangen", bus, "-g", "20", "-p", "1000", "-I", "321", "-L", "2", "-n", str(n),
                               name="traffic-%d" % i) for i, bus in enumerate(card.buses)]
    card.guest.check(" ".join("cangen %s -g 15 -p 1000 -I 123 -L 2 -n %d &" % (bus, n) for bus in card.buses) + " wait",
                     60)
    for program in traffic:
        program.wait(60)
    for channel, bus in enumerate(card.buses):
        wait(lambda: card.host.count(start, event="sent", node=card.node(channel)) == n, "all frames of %s" % bus)
        sent = card.host.count(start, event="sent", node="traffic-%d" % channel)
        assert sent == n, "%s carried %d of %d frames" % (bus, sent, n)
        all_received(card, bus, before[channel], n)
    for program in traffic + listeners:
        card.host.stop(program)


def all_received(card, bus, before, n):
    """The interface has all n frames. A guest that was held up overruns the chip's FIFO: it counts that, and goes on."""
    def settled():
        packets, overruns = counters(card, bus)
        return packets - before[0] == n or overruns > before[1]
    try:
        wait(settled, "%d frames received by %s" % (n, bus))
    except GuestError as error:
        raise GuestError("%s: it was (packets, overruns) %s and is %s" % (error, before, counters(card, bus))) from None
    last = counters(card, bus)[0]
    card.host.send("322#01", bus=bus)
    wait(lambda: counters(card, bus)[0] > last, "one more frame received by %s" % bus)


def counters(card, bus):
    """(frames received, overruns)"""
    return tuple(int(word) for word in card.guest.check(
        "cd /sys/class/net/%s/statistics; cat rx_packets rx_over_errors" % bus).split())


def bus_off(card):
    """The last channel, alone, so that no other acknowledges its interrupt at the bridge: a bus error is counted, the
    driver sees bus-off and restarts it."""
    channel = len(card.buses) - 1
    bus = card.buses[channel]
    for other in card.buses[:channel]:
        card.guest.check("ip link set %s down" % other)
    card.up(channel, 500000, "berr-reporting on")
    before = card.driver.details(bus)
    listener = card.host.listen(bus=bus)
    card.host.fault("flip field=data id=0x555", bus)
    card.guest.check("cansend %s 555#0000" % bus)
    wait(lambda: card.driver.details(bus)["bus_errors"] > before["bus_errors"], "a bus error")
    card.host.fault("attack-bus-off id=0x666", bus)
    card.guest.check("cansend %s 666#00" % bus)
    wait(lambda: card.driver.details(bus)["bus_off"] > before["bus_off"], "the driver to see bus-off")
    assert card.driver.details(bus)["state"] == "BUS-OFF", card.driver.details(bus)
    card.host.fault(None)
    start = card.host.mark()
    card.guest.check("ip link set %s type can restart" % bus)
    wait(lambda: card.driver.details(bus)["state"] == "ERROR-ACTIVE", "ERROR-ACTIVE")
    card.guest.check("cansend %s 667#01" % bus)
    wait(lambda: card.sent(bus, "667#01", start), "a frame after the restart")
    wait(lambda: is_quiet(card), "the interrupt to be over", 5)
    card.host.stop(listener)


def is_quiet(card):
    """No interrupt comes while nothing happens on the bus."""
    counts = card.guest.check("for i in 1 2; do awk '/can/ {print $2}' /proc/interrupts; sleep 0.5; done").split()
    assert len(counts) == 2, counts
    return counts[0] == counts[1]


def kernel_log(card):
    """No complaint, and nobody's interrupt."""
    suite_lib.kernel_log(card.driver, card.host)
    log = card.guest.check("dmesg")
    bad = [line for line in log.splitlines() if "irq" in line and "nobody cared" in line]
    assert not bad, bad


POINTS = (("its driver finds it with all channels", binds),
          ("each channel is on its bus at its bit rate, both ways", both_ways),
          ("all channels at once", at_once),
          ("a bus error, bus-off and restart", bus_off),
          ("the guest's kernel has no complaint", kernel_log))


def run_card(first, model, n):
    """The points of a card. How many failed."""
    failed = 0
    number = first
    try:
        card = Card(model, n)
    except Missing as reason:
        for number, (what, _) in enumerate(POINTS, first):
            print("ok %d - %s: %s # SKIP %s" % (number, model, what, reason), flush=True)
        return 0
    try:
        begun = time.monotonic()
        card.driver.boot()
        for number, (what, function) in enumerate(POINTS, first):
            failed += not suite_lib.run_one(number, model + ": " + what, None, lambda *_: function(card), card.driver,
                                            card.host)
        print("# %s: %.1f s" % (model, time.monotonic() - begun), flush=True)
    except GuestError as error:
        print("# the guest did not start: %s" % error)
        print("\n".join("# | " + line for line in card.guest.tail()))
        failed += 1
    finally:
        card.close()
    return failed


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    print("1..%d" % (len(CARDS) * len(POINTS)), flush=True)
    failed = sum(run_card(1 + i * len(POINTS), model, n) for i, (model, n) in enumerate(CARDS))
    sys.exit(1 if failed else 0)


main()
