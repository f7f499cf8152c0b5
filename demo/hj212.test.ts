import { type AddressInfo, createServer, type Socket } from 'node:net';
import { expect, test } from '@jest/globals';
import { decode, flagOf, type Hj212Packet } from '../connectors/shared/codecs/hj212.js';
import { answerTo } from '../connectors/shared/codecs/hj212-answer.js';
import { meaningOf } from '../connectors/shared/codecs/hj212-codes.js';
import { readCp } from '../connectors/shared/codecs/hj212-cp.js';
import { Hj212Splitter } from '../connectors/shared/codecs/hj212-splitter.js';
import { OUTLETS, outlets } from './outlets.js';
import type { DemoPart, DemoWorld } from './part.js';
import { SITES, siteDust } from './site-dust.js';
import { Story } from './story.js';

/** A centre that records packets and answers as told. */
async function centre(answer: (packet: Hj212Packet) => Uint8Array | 'hang up' | undefined) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
    const splitter = new Hj212Splitter();
    socket.on('data', (bytes) => {
      for (const piece of splitter.push(bytes)) {
        const said = answer(decode(piece.bytes));
        if (said === 'hang up') socket.destroy();
        else if (said) socket.write(said);
      }
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise((done) => server.close(done));
  };
  return { address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

/** What the part's devices send at that second of the story, until `enough`; the first message is hung up on. */
async function heard(
  part: (world: DemoWorld) => DemoPart,
  second: number,
  enough: (packets: Hj212Packet[]) => boolean,
) {
  const time = { now: Date.parse('2026-08-07T02:00:00Z') };
  const now = (): Date => new Date(time.now);
  const story = new Story(now, 1000);
  time.now += second;
  const packets: Hj212Packet[] = [];
  let done = (): void => {};
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const { address, close } = await centre((packet) => {
    packets.push(packet);
    if (enough(packets)) done();
    if (packets.length === 1) return 'hang up';
    const last = !packet.packet || packet.packet.sequence === packet.packet.total;
    return last ? answerTo(packet, { kind: 'data' }) : undefined;
  });
  const world = { story, now, key: (name: string) => `the-key-of-${name}` } as unknown as DemoWorld;
  const device = part(world).devices?.[0]?.create(address, '');
  await device?.start();
  await all;
  await device?.stop();
  await close();
  return packets;
}
const valuesOf = (packets: readonly Hj212Packet[], mn: string, cn: string): Record<string, string | undefined>[] =>
  packets
    .filter((packet) => packet.mn === mn && packet.cn === cn)
    .flatMap(({ cp }) => readCp(cp).sections)
    .map(({ items }) =>
      Object.fromEntries(items.map(({ code, values }) => [code, values.get('Rtd') ?? values.get('RS')])),
    );

test('outlets tell of the flood over their limit, split their means, and send again what is not acknowledged', async () => {
  const packets = await heard(
    outlets,
    300,
    (each) => each.some(({ packet }) => packet?.sequence === 2) && each.some(({ mn }) => mn === OUTLETS.stack),
  );
  const again = packets.filter(({ qn, mn }) => qn === packets[0]?.qn && mn === packets[0]?.mn);
  expect(again).toHaveLength(2);
  expect(again[1]).toEqual(again[0]);
  const [now] = valuesOf(packets, OUTLETS.water, '2011');
  expect(Number(now?.w01018)).toBeGreaterThan(50);
  expect(valuesOf(packets, OUTLETS.water, '2021')[0]).toMatchObject({ SB1: '1', SB2: '4' });
  const split = packets.filter(({ cn }) => cn === '2051');
  expect(split.map(({ packet, flag }) => [packet, flagOf({ flag })?.split])).toEqual([
    [{ total: 2, sequence: 1 }, true],
    [{ total: 2, sequence: 2 }, true],
  ]);
  expect(packets.every(({ pw }) => pw === 'the-key-of-outlets')).toBe(true);
  const codes = packets.filter(({ cn }) => cn === '2011').flatMap(({ cp }) => readCp(cp).sections[0]?.items ?? []);
  expect(codes.filter(({ code }) => !meaningOf(code))).toEqual([]);
});

test('at one of two construction sites the wind raises dust over its limit', async () => {
  const packets = await heard(siteDust, 130, (each) => new Set(each.map(({ mn }) => mn)).size === 2 && each.length > 2);
  const pm10 = SITES.map(({ mn }) => Number(valuesOf(packets, mn, '2011')[0]?.a34002));
  expect(pm10.map((value) => value > 150)).toEqual([true, false]);
});
