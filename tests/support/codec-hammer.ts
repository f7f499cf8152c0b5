/** Run by tests/every-codec-withstands-whatever-comes.test.ts in a process of little memory: one line of JSON a door. */
import { DecodeError } from '../../connectors/shared/codecs/decode-error.js';
import { DOORS, type Door, seedsOf } from './codec-doors.js';

/** What hostile input is made of: repeated up to the door's limit. */
const MOTIFS = [
  ...[
    '[',
    '{"a":',
    '{"a":1,',
    '[[],',
    '"',
    '\\',
    '"\\u0000',
    '0',
    '-',
    '1e9,',
    '\t',
    '\0',
    '\n',
    '\r\n',
    ',',
    ';',
    '|',
    '"",',
  ],
  ...['<a>', '<a b="', '</a>', '&amp;', '&#x41;', '<!--', '<![CDATA[', '<?a', '<!DOCTYPE a [', '<alert><info>'],
  ...[
    '##',
    '##0010',
    '##1024',
    '##0100ST=32;CN=2011;MN=A;CP=&&',
    '~~',
    '\x7e\x7e\x01',
    'PK\x03\x04',
    'PK\x01\x02',
    'PK\x05\x06',
  ],
  ...[
    '\xff',
    '\xfe\xff',
    '\xef\xbb\xbf',
    '\xf0\x9f\x94\xa5',
    '\x81\x30',
    'latitude,longitude\n',
    '#EventID|Time\n',
    'cb(',
    '({',
  ],
] as const;

/** The same every run: a fault that was found can be found again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const repeated = (motif: Uint8Array, length: number): Uint8Array =>
  Buffer.alloc(length, motif.length > 0 ? motif : ' ');

function* hostile({ maxBytes, ...door }: Door): Generator<readonly [string, Uint8Array]> {
  const seeds = seedsOf({ maxBytes, ...door });
  // What is large takes long even where all is well: most motifs fill a part of the limit, some all of it.
  const part = Math.min(maxBytes, 60_000);
  for (const motif of MOTIFS)
    yield [`${JSON.stringify(motif)} over and over`, repeated(Buffer.from(motif, 'latin1'), part)];
  for (const motif of ['[', 'a,b\n', '\0'])
    yield [`${JSON.stringify(motif)} up to the limit`, repeated(Buffer.from(motif), maxBytes)];
  yield ['one byte too many', repeated(Buffer.from(' '), maxBytes + 1)];
  const next = random(20_261_124);
  const noise = (length: number): Buffer => Buffer.from(Array.from({ length }, () => Math.floor(next() * 256)));
  for (let n = 0; n < 50; n += 1) yield ['noise', noise(Math.floor(next() * 5000))];
  yield ['much noise', repeated(noise(65_536), part)];
  for (const [at, seed] of seeds.entries()) {
    yield [`input ${at} over and over`, repeated(seed, part)];
    for (let n = 0; n < 40; n += 1) yield [`input ${at} damaged`, damaged(seed, next)];
  }
}

/** A few bytes changed, taken out, doubled, or the rest cut off. */
function damaged(seed: Uint8Array, next: () => number): Uint8Array {
  let bytes = Buffer.from(seed);
  for (let n = Math.ceil(next() * 6); n > 0; n -= 1) {
    const at = Math.floor(next() * bytes.length);
    const end = Math.min(bytes.length, at + Math.ceil(next() * 40));
    const kind = next();
    if (kind < 0.5) bytes[at] = Math.floor(next() * 256);
    else if (kind < 0.7) bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    else if (kind < 0.9) bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    else bytes = bytes.subarray(0, at);
  }
  return bytes;
}

/** Doors that must be found out, so that the others can be believed. */
const kept: Uint8Array[] = [];
const CONTROLS: readonly (Door & { readonly limitMs?: number })[] = [
  {
    name: 'control: throws',
    ...{ files: [], maxBytes: 10_000, feeds: [] },
    open: (bytes) => void JSON.parse(Buffer.from(bytes).toString()),
  },
  {
    name: 'control: hangs',
    ...{ files: [], maxBytes: 10_000, feeds: [], limitMs: 500 },
    open(bytes) {
      const until = bytes.length > 10_000 ? performance.now() + 600 : 0;
      while (performance.now() < until);
    },
  },
  {
    name: 'control: hoards',
    ...{ files: [], maxBytes: 16_000_000, feeds: [] },
    open: (bytes) => void kept.push(Buffer.from(bytes)),
  },
];

/** What is in use once nothing is to be collected, in megabytes. */
async function inUseMb(): Promise<number> {
  // What lies outside the heap is let go of a turn later.
  for (let turn = 0; turn < 3; turn += 1) {
    globalThis.gc?.();
    await new Promise(setImmediate);
  }
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 1e6;
}

async function hammer(door: Door & { readonly limitMs?: number }): Promise<void> {
  const found = {
    door: door.name,
    limitMs: door.limitMs ?? 5000 + door.maxBytes / 1000,
    inputs: 0,
    faults: [] as string[],
    slowest: '',
    worstMs: 0,
  };
  const before = await inUseMb();
  for (const [title, bytes] of hostile(door)) {
    found.inputs += 1;
    const begun = performance.now();
    try {
      door.open(bytes);
    } catch (error) {
      if (!(error instanceof DecodeError) && found.faults.length < 5)
        found.faults.push(`${title}: ${String(error).slice(0, 200)}`);
    }
    const took = Math.round(performance.now() - begun);
    if (took > found.worstMs) Object.assign(found, { slowest: title, worstMs: took });
  }
  const keptMb = Math.round((await inUseMb()) - before);
  const peakMb = Math.round(process.resourceUsage().maxRSS / 1024);
  process.stdout.write(`${JSON.stringify({ ...found, keptMb, peakMb })}\n`);
}

for (const door of [...DOORS, ...CONTROLS]) await hammer(door);
