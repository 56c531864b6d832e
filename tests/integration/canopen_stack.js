// SPDX-License-Identifier: MIT
// An independent CANopen stack (the npm package "canopen") as a node of ours, over slcan at a
// socket: canopen_stack.js FOLDER SOCKET NODE-ID [slave|lss|master]. A slave serves until it is ended; a
// master (an SDO client) tries a slave with node-ID NODE-ID and prints a line for each result.
'use strict';
const net = require('net');
const path = require('path');

const [folder, socketPath, nodeText, role] = process.argv.slice(2);
const { AccessType, DataType, Device } =
    require(path.join(path.resolve(folder), 'node_modules', 'canopen'));
const nodeId = Number(nodeText);

function connect(device, ready) {
    const socket = net.createConnection(socketPath);
    let rest = '';

    device.addListener('message', ({ id, data }) => {
        const bytes = Buffer.from(data);
        const head = id.toString(16).toUpperCase().padStart(3, '0');
        socket.write(`t${head}${bytes.length}${bytes.toString('hex').toUpperCase()}\r`);
    });
    socket.on('data', (chunk) => {
        const lines = (rest + chunk.toString('latin1').replaceAll('\x07', '\r')).split('\r');
        rest = lines.pop();
        for (const line of lines) {
            const match = /^t([0-9A-Fa-f]{3})([0-8])([0-9A-Fa-f]*)/.exec(line);
            if (!match)
                continue;
            const data = Buffer.from(match[3].slice(0, 2 * Number(match[2])), 'hex');
            device.receive({ id: parseInt(match[1], 16), data, len: data.length });
        }
    });
    socket.on('close', () => process.exit(0));
    socket.on('error', (error) => { console.error(String(error)); process.exit(1); });
    socket.on('connect', () => { socket.write('S5\rO\r'); ready(); });
}

function slave() {
    const device = new Device(role === 'lss' ? { enableLss: true } : { id: nodeId });
    const eds = device.eds;
    const rw = { accessType: AccessType.READ_WRITE };

    eds.setIdentity({ vendorId: 0x29A, productCode: 2, revisionNumber: 3, serialNumber: 0x80000004 });
    eds.setDeviceName('independent device', { saveDefault: true });
    // setHeartbeatProducerTime() would make it an UNSIGNED32, which CiA 301 does not know.
    eds.addEntry(0x1017, { parameterName: 'Heartbeat', dataType: DataType.UNSIGNED16, ...rw });
    eds.addEntry(0x2000, { parameterName: 'Number', dataType: DataType.UNSIGNED16, ...rw });
    eds.addEntry(0x2001, { parameterName: 'Bytes', dataType: DataType.DOMAIN, ...rw });
    if (role !== 'lss') {
        eds.addSdoServerParameter(0, 0x580 + nodeId, 0x600 + nodeId);
        connect(device, () => { device.start(); console.log('ready'); });
    } else {
        device.lss.addListener('changeDeviceId', (id) => console.log(`node-ID ${id}`));
        connect(device, () => console.log('ready'));
    }
}

function same(a, b) {
    return Buffer.compare(Buffer.from(a), Buffer.from(b)) === 0 ? 'same' : 'other';
}

async function tries(name, run) {
    try {
        console.log(`${name}: ${await run()}`);
    } catch (error) {
        console.log(`${name}: ${error.message}`);
    }
}

async function client(device) {
    const at = { deviceId: nodeId, timeout: 2000 };
    const long = Buffer.from(Array.from({ length: 2048 }, (_, i) => (i * 7) & 0xFF));
    const u32 = { ...at, dataType: DataType.UNSIGNED32 };

    await tries('vendor', () => device.sdo.upload({ ...u32, index: 0x1018, subIndex: 1 }));
    await tries('missing', () => device.sdo.upload({ ...u32, index: 0x1FFF }));
    for (const blockTransfer of [false, true]) {
        const name = blockTransfer ? 'block' : 'segments';
        await tries(`${name} down`, async () => {
            await device.sdo.download({ ...at, index: 0x2001, data: long, blockTransfer });
            return 'done';
        });
        await tries(`${name} up`, async () =>
            same(await device.sdo.upload({ ...at, index: 0x2001, blockTransfer }), long));
    }
    process.exit(0);
}

function master() {
    const device = new Device({ id: 0x7E });

    device.eds.addSdoClientParameter(nodeId, 0x600 + nodeId, 0x580 + nodeId);
    connect(device, () => { device.start(); setTimeout(() => client(device), 200); });
}

(role === 'master' ? master : slave)();
