import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlertList } from '../../connectors/shared/codecs/alert.js';
import { decode12379 } from '../../connectors/shared/codecs/alert-12379.js';
import { MAX_ACK_BYTES, read12379Ack, write12379Ack } from '../../connectors/shared/codecs/alert-12379-ack.js';
import { MAX_AQI_BYTES, readAqi } from '../../connectors/shared/codecs/aqi-json.js';
import { decodeCap } from '../../connectors/shared/codecs/cap.js';
import { DecodeError } from '../../connectors/shared/codecs/decode-error.js';
import { MAX_DP_BYTES, readDpJson } from '../../connectors/shared/codecs/dp-json.js';
import { readEbd } from '../../connectors/shared/codecs/ebd.js';
import { readPackage, writePackage } from '../../connectors/shared/codecs/ebd-package.js';
import { readSignature, writeSignature } from '../../connectors/shared/codecs/ebd-signature.js';
import { MAX_FIRMS_BYTES, readFirms } from '../../connectors/shared/codecs/firms.js';
import { MAX_GB28181_BYTES, readGb28181 } from '../../connectors/shared/codecs/gb28181.js';
import * as hj212 from '../../connectors/shared/codecs/hj212.js';
import { Hj212Assembly } from '../../connectors/shared/codecs/hj212-assembly.js';
import { readCp } from '../../connectors/shared/codecs/hj212-cp.js';
import { Hj212Splitter } from '../../connectors/shared/codecs/hj212-splitter.js';
import { readParts } from '../../connectors/shared/codecs/json-parts.js';
import { decodeMusic, MAX_MUSIC_BYTES } from '../../connectors/shared/codecs/music.js';
import { MAX_PLANT_BYTES, readPlant } from '../../connectors/shared/codecs/plant-json.js';
import { MAX_QUAKE_BYTES } from '../../connectors/shared/codecs/quakes/quake.js';
import { QUAKE_FORMATS, readQuakes } from '../../connectors/shared/codecs/quakes/read-quakes.js';
import { signingKey } from '../../connectors/shared/codecs/signing-key.js';
import * as sl651 from '../../connectors/shared/codecs/sl651.js';
import { acknowledge } from '../../connectors/shared/codecs/sl651-answer.js';
import { Sl651Assembly } from '../../connectors/shared/codecs/sl651-assembly.js';
import { readMessage } from '../../connectors/shared/codecs/sl651-body.js';
import { Sl651Splitter } from '../../connectors/shared/codecs/sl651-splitter.js';
import { MAX_TABLE_BYTES, readSheets } from '../../connectors/shared/codecs/table.js';
import { MAX_TAR_BYTES, readTar } from '../../connectors/shared/codecs/tar.js';
import { MAX_WZDX_BYTES, readWzdx } from '../../connectors/shared/codecs/wzdx.js';
import { MAX_XML_BYTES, readXmlDocument } from '../../connectors/shared/codecs/xml.js';
import { signXml, verifyXml } from '../../connectors/shared/codecs/xml-signature.js';
import { packageRoot } from '../../server/root.js';
import { testKey } from './certificate.js';

/** A way from bytes into the codecs. `open` returns, or throws DecodeError; nothing else, whatever the bytes. */
export interface Door {
  readonly name: string;
  /** The files under connectors/shared/codecs/ that it leads through. */
  readonly files: readonly string[];
  /** Longer input is refused; a stream takes any length. */
  readonly maxBytes: number;
  /** Feeds whose testcases are good input for it. */
  readonly feeds: readonly string[];
  /** Good input beside that. */
  readonly samples?: readonly Uint8Array[];
  open(bytes: Uint8Array): void;
}

/** Files that take no bytes: they write, hold types and words, or read what others have taken apart. */
export const NO_DOORS: Readonly<Record<string, string>> = {
  'decode-error.ts': 'the one thing that is thrown',
  'alert-write.ts': 'writes',
  'alert-12379-write.ts': 'writes',
  'cap-write.ts': 'writes',
  'cap-atom.ts': 'writes',
  'xml-write.ts': 'writes',
  'signing-key.ts': "reads the hub's own key from its settings",
  'sheets.ts': 'types and limits',
  'quakes/quake.ts': 'types and limits',
  'sl323.ts': "reads a database's rows; sl323.test.ts tries it on any text",
  'sl651-write.ts': 'writes',
  'hj212-answer.ts': 'writes',
  'ebd-write.ts': 'writes',
  'hj212-codes.ts': 'a table of codes',
};

/** Pieces as a socket gives them. */
const ON_THE_LINE = 65_536;
const STREAM_BYTES = 2_000_000;

function stream<P extends { readonly frame: boolean; readonly bytes: Uint8Array }>(
  splitter: { push(bytes: Uint8Array): P[]; end(): P[] },
  bytes: Uint8Array,
  take: (frame: Uint8Array) => void,
): void {
  const tried = (pieces: readonly P[]): void => {
    for (const piece of pieces) if (piece.frame) refusable(() => take(piece.bytes));
  };
  for (let at = 0; at < bytes.length; at += ON_THE_LINE) tried(splitter.push(bytes.subarray(at, at + ON_THE_LINE)));
  tried(splitter.end());
}

/** A frame that is refused is no end of the stream. */
function refusable(read: () => void): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
  }
}

const REPORT: sl651.Sl651Frame = {
  direction: 'up',
  center: 1,
  station: '0060240001',
  password: 0,
  function: sl651.FUNCTIONS.timed,
  body: new Uint8Array(),
  end: sl651.CONTROL.ETX,
};

function openSl651(bytes: Uint8Array): void {
  refusable(() => void sl651.decode(bytes));
  // A frame's CRC keeps damage out of its body: the body is tried by itself too.
  refusable(() => void readMessage(REPORT, bytes.subarray(0, sl651.MAX_FRAME_BYTES)));
  const assembly = new Sl651Assembly();
  stream(new Sl651Splitter(), bytes, (raw) => {
    const frame = sl651.decode(raw);
    acknowledge(frame);
    const state = assembly.add(frame, 0, raw);
    assembly.expire(0);
    if (state.state === 'complete') readMessage(frame, state.body);
  });
}

function openHj212(bytes: Uint8Array): void {
  refusable(() => void hj212.decode(bytes));
  readCp(Buffer.from(bytes.subarray(0, 1024)).toString('latin1'));
  const assembly = new Hj212Assembly();
  stream(new Hj212Splitter(), bytes, (raw) => {
    const state = assembly.add(hj212.decode(raw), 0, raw);
    assembly.expire(0);
    if (state.state === 'complete') readCp(state.cp);
  });
}

const PACKET: hj212.Hj212Packet = {
  qn: '20260807100003123',
  st: '32',
  cn: '2011',
  pw: '123456',
  mn: '654202WS00000000000001',
  flag: '7',
  packet: { total: 2, sequence: 1 },
  cp: 'DataTime=20260807100000;w01018-Rtd=36.91,w01018-Flag=N',
};

const SIGNER = testKey('ed25519');
const EBD_ID = `01${'1'.repeat(18)}${'0'.repeat(16)}`;
const RECEIPT = writePackage(
  {
    ...{ version: '1', ebdId: EBD_ID, source: '1'.repeat(18), destinations: [], time: new Date(0), related: EBD_ID },
    content: { kind: 'EBDResponse', resultCode: '1', resultDesc: 'ok' },
  },
  { privateKey: '1'.repeat(64), certificate: '' },
);

const JSON_FILES = ['json-text.ts', 'json-parts.ts', 'json-objects.ts'];
const XML_FILES = ['xml.ts', 'xml-text.ts'];

/** Every way in. */
export const DOORS: readonly Door[] = [
  {
    name: 'broadcast receipts',
    files: ['ebd.ts', 'ebd-package.ts', 'ebd-signature.ts', 'tar.ts'],
    maxBytes: MAX_TAR_BYTES,
    feeds: [],
    samples: [
      RECEIPT,
      ...readTar(RECEIPT).map(({ bytes }) => bytes),
      Buffer.from(writeSignature({ ebdId: EBD_ID, certificate: '', value: 'AAAA'.repeat(10) })),
    ],
    open(bytes) {
      refusable(() => void readEbd(bytes));
      refusable(() => void readSignature(bytes));
      refusable(() => void readPackage(bytes, `04${'1'.repeat(128)}`));
      readPackage(bytes);
    },
  },
  {
    name: 'warnings',
    files: ['alert.ts', 'alert-12379.ts', 'cap.ts', ...XML_FILES],
    maxBytes: MAX_XML_BYTES,
    feeds: ['weather/warnings'],
    open(bytes) {
      const { element } = readXmlDocument(bytes, { isArray: isAlertList });
      refusable(() => void decodeCap(element));
      decode12379(element);
    },
  },
  {
    name: '12379 acks',
    files: ['alert-12379-ack.ts'],
    maxBytes: MAX_ACK_BYTES,
    feeds: [],
    samples: [Buffer.from(write12379Ack({ status: '1', errorCode: 'E01', note: '格式不符' }))],
    open: (bytes) => void read12379Ack(bytes),
  },
  {
    name: 'signatures',
    files: ['xml-signature.ts'],
    maxBytes: MAX_XML_BYTES,
    feeds: ['weather/warnings'],
    samples: [Buffer.from(signXml('<alert><info>a</info></alert>', signingKey(SIGNER.key, SIGNER.certificate)))],
    open: (bytes) => void verifyXml(bytes, SIGNER.certificate),
  },
  ...[
    { name: 'aqi', files: ['aqi-json.ts'], maxBytes: MAX_AQI_BYTES, feeds: ['ecology/air-quality'], open: readAqi },
    {
      name: '$dp',
      files: ['dp-json.ts'],
      maxBytes: MAX_DP_BYTES,
      feeds: ['natural-resources/geohazard'],
      open: readDpJson,
    },
    { name: 'firms', files: ['firms.ts'], maxBytes: MAX_FIRMS_BYTES, feeds: ['forestry/hotspots'], open: readFirms },
    {
      name: 'gb28181',
      files: ['gb28181.ts'],
      maxBytes: MAX_GB28181_BYTES,
      feeds: ['forestry/video-alarms'],
      open: readGb28181,
    },
    {
      name: 'music',
      files: ['music.ts', ...JSON_FILES],
      maxBytes: MAX_MUSIC_BYTES,
      feeds: ['weather/stations'],
      open: decodeMusic,
    },
    {
      name: 'plant',
      files: ['plant-json.ts', ...JSON_FILES],
      maxBytes: MAX_PLANT_BYTES,
      feeds: ['industry/hazardous-chemicals', 'industry/hazardous-chemicals-push'],
      open: readPlant,
    },
    { name: 'wzdx', files: ['wzdx.ts'], maxBytes: MAX_WZDX_BYTES, feeds: ['transport/work-zones'], open: readWzdx },
    {
      name: 'tables',
      files: ['table.ts', 'csv.ts', 'xlsx.ts', 'xlsx-cells.ts', 'sheet-xml.ts', 'zip.ts'],
      maxBytes: MAX_TABLE_BYTES,
      feeds: [
        'emergency/registries',
        'housing/buildings',
        'transport/road-events',
        'water/reservoirs',
        'industry/enterprises',
      ],
      open: readSheets,
    },
  ],
  {
    name: 'parts',
    files: JSON_FILES,
    maxBytes: 1_048_576,
    feeds: ['tourism/visitor-flow', 'public-security/incidents'],
    open: (bytes) =>
      readParts(bytes, {
        sections: { flows: ['data'], areas: ['areas'] },
        main: 'flows',
        maxBytes: 1_048_576,
        maxParts: 10_000,
      }),
  },
  ...QUAKE_FORMATS.map((format) => ({
    name: `quakes: ${format}`,
    files: ['cenc', 'fdsn-text', 'quakeml', 'geojson', 'read-quakes'].map((file) => `quakes/${file}.ts`),
    maxBytes: MAX_QUAKE_BYTES,
    feeds: ['seismic/catalogue'],
    open: (bytes: Uint8Array) => void readQuakes(bytes, format),
  })),
  {
    name: 'sl651',
    files: [
      'sl651.ts',
      'sl651-splitter.ts',
      'sl651-assembly.ts',
      'sl651-body.ts',
      'sl651-elements.ts',
      'sl651-answer.ts',
    ],
    maxBytes: STREAM_BYTES,
    feeds: ['water/telemetry'],
    open: openSl651,
  },
  {
    name: 'hj212',
    files: ['hj212.ts', 'hj212-splitter.ts', 'hj212-assembly.ts', 'hj212-cp.ts'],
    maxBytes: STREAM_BYTES,
    feeds: ['ecology/outlets', 'housing/site-dust'],
    samples: [
      hj212.encode(PACKET),
      Buffer.concat([hj212.encode({ ...PACKET, packet: { total: 2, sequence: 2 } }), hj212.encode(PACKET)]),
    ],
    open: openHj212,
  },
];

/** The captured inputs of a door's feeds; frames written in hexadecimal also as the bytes that they are. */
export function seedsOf({ feeds, samples = [] }: Door): Uint8Array[] {
  const captured = feeds.flatMap((feed) => {
    const folder = join(packageRoot(), 'connectors', feed, 'testcases');
    let cases: string[];
    try {
      cases = readdirSync(folder);
    } catch {
      return [];
    }
    return cases.flatMap((name) =>
      readdirSync(join(folder, name))
        .filter((file) => file.startsWith('input.'))
        .flatMap((file) => {
          const bytes = readFileSync(join(folder, name, file));
          return file.endsWith('.hex')
            ? [bytes, Buffer.from(bytes.toString('latin1').replaceAll(/\s/g, ''), 'hex')]
            : [bytes];
        }),
    );
  });
  return [...samples, ...captured];
}
