import { DecodeError } from '../decode-error.js';
import { elementsOf, readXmlDocument, textOf, textsOf, type XmlElement } from '../xml.js';
import { MAX_QUAKE_BYTES, type Quake, type QuakeFault, type QuakeList } from './quake.js';

/**
 * QuakeML 1.2 (BED): of each event its preferred origin and magnitude, else the first. Depth is in metres there. Times without a
 * zone are UTC (clause "Date and Time"). An event that breaks the schema is a fault of its own.
 */
export function readQuakeMl(bytes: Uint8Array): QuakeList {
  const { root, element } = readXmlDocument(bytes, { maxBytes: MAX_QUAKE_BYTES, attributes: true });
  const [parameters] = elementsOf(element, 'eventParameters');
  if (root !== 'quakeml' || !parameters)
    throw new DecodeError('unsupported', `<${root}> is no QuakeML with eventParameters`);
  const agency = agencyOf(parameters);
  const quakes: Quake[] = [];
  const faults: QuakeFault[] = [];
  for (const event of elementsOf(parameters, 'event')) {
    const raw = JSON.stringify(event);
    try {
      quakes.push(quakeOf(event, raw, agency));
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      faults.push({ raw, message: error.message });
    }
  }
  return { quakes, faults };
}

const NOTHING: XmlElement = {};
const child = (element: XmlElement, name: string): XmlElement => elementsOf(element, name)[0] ?? NOTHING;
const said = (element: XmlElement, name: string): string => textOf(element, name) ?? '';
/** A quantity: `<latitude><value>…</value></latitude>`. */
const quantity = (element: XmlElement, name: string): string => said(child(element, name), 'value');
const agencyOf = (element: XmlElement): string =>
  said(child(element, 'creationInfo'), 'agencyID') || said(child(element, 'creationInfo'), 'author');

/** The element that the event prefers by name, else the first. */
function preferred(event: XmlElement, kind: string, wish: string): XmlElement {
  const all = elementsOf(event, kind);
  const wanted = said(event, wish);
  return all.find((each) => wanted !== '' && each['@publicID'] === wanted) ?? all[0] ?? NOTHING;
}

function quakeOf(event: XmlElement, raw: string, agency: string): Quake {
  const origin = preferred(event, 'origin', 'preferredOriginID');
  const magnitude = preferred(event, 'magnitude', 'preferredMagnitudeID');
  const type = said(event, 'type');
  const mode = said(origin, 'evaluationMode');
  const depth = quantity(origin, 'depth');
  const publicId = event['@publicID'];
  return {
    raw,
    // The last part of the resource identifier: what the agency itself calls the event.
    id: typeof publicId === 'string' ? (publicId.split(/[/=]/).at(-1) ?? '') : '',
    catalogue: agencyOf(event) || agencyOf(origin) || agency,
    time: quantity(origin, 'time'),
    zone: 'UTC',
    lon: quantity(origin, 'longitude'),
    lat: quantity(origin, 'latitude'),
    depthKm: /^-?\d+(\.\d+)?$/.test(depth) ? String(Number(depth) / 1000) : depth,
    magnitude: quantity(magnitude, 'mag'),
    magnitudeType: said(magnitude, 'type'),
    place: elementsOf(event, 'description').flatMap((each) => textsOf(each, 'text'))[0] ?? '',
    review: mode === 'manual' ? 'reviewed' : mode,
    type,
    updated: said(child(event, 'creationInfo'), 'creationTime'),
    withdrawn: type === 'not existing',
  };
}
