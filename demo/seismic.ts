import type { Route } from './files-server.js';
import type { DemoPart } from './part.js';
import type { Story } from './story.js';

/** Story seconds at which the quake strikes, and at which each catalogue has it. */
const STRIKES = 20;
const AUTOMATIC = 30;
const WORLD = 60;
const REVIEWED = 120;
/** An aftershock, minutes later in earnest: in the national catalogue alone. */
const AFTERSHOCK = 200;

/** One quake in the southern mountains a round, as four catalogues come to know it. */
export const seismic = (): DemoPart => ({ routes: seismicRoutes() });

export const seismicRoutes = (): readonly Route[] => [
  (url, story) => {
    if (url.pathname === '/ceic/speedsearch')
      return { contentType: 'application/javascript', body: `(${cenc(story)})` };
    if (url.pathname === '/usgs/all_day.geojson') return { contentType: 'application/geo+json', body: usgs(story) };
    if (url.pathname !== '/fdsnws/event/1/query') return undefined;
    return url.searchParams.get('format') === 'xml'
      ? { contentType: 'application/xml', body: quakeMl(story) }
      : { contentType: 'text/plain', body: fdsn(story) };
  },
];

interface Moment {
  readonly id: string;
  readonly seconds: number;
  readonly at: (storySeconds: number) => Date;
}

function moment(story: Story): Moment {
  const { roundStartedAt, seconds } = story.scene();
  const id = roundStartedAt.toISOString().slice(0, 19).replace(/\D/g, '');
  return { id, seconds, at: (then) => new Date(roundStartedAt.getTime() + story.wallMs(then)) };
}

/** Beijing time as CENC writes it. */
const beijing = (at: Date): string =>
  new Date(at.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');

function cenc(story: Story): string {
  const { id, seconds, at } = moment(story);
  const row = (suffix: string, then: number, saved: number, flag: string, magnitude: string) => ({
    id: `${id}${suffix}`,
    CATA_ID: `CD${id}${suffix}.${flag === 'M' ? '01' : '00'}`,
    SAVE_TIME: beijing(at(saved)),
    O_TIME: beijing(at(then)),
    EPI_LAT: flag === 'M' ? '43.72' : '43.80',
    EPI_LON: flag === 'M' ? '84.61' : '84.50',
    EPI_DEPTH: 12,
    AUTO_FLAG: flag,
    M: magnitude,
    LOCATION_C: '演练·新疆塔城地区乌苏市',
    IS_DEL: '',
    NEW_DID: `CD${id}${suffix}`,
  });
  const shuju = [
    ...(seconds >= AFTERSHOCK ? [row('B', AFTERSHOCK - 10, AFTERSHOCK, 'A', '3.1')] : []),
    ...(seconds >= REVIEWED ? [row('A', STRIKES, REVIEWED, 'M', '4.6')] : []),
    ...(seconds >= AUTOMATIC && seconds < REVIEWED ? [row('A', STRIKES, AUTOMATIC, 'A', '4.9')] : []),
  ];
  return JSON.stringify({ shuju, jieguo: '', num: shuju.length });
}

function usgs(story: Story): string {
  const { id, seconds, at } = moment(story);
  const feature = {
    type: 'Feature',
    id: `us${id}`,
    properties: {
      mag: 4.7,
      place: '演练 62 km S of Wusu, China',
      time: at(STRIKES).getTime() + 700,
      updated: at(WORLD).getTime(),
      status: 'automatic',
      net: 'us',
      code: id,
      magType: 'mb',
      type: 'earthquake',
    },
    geometry: { type: 'Point', coordinates: [84.66, 43.69, 10] },
  };
  return JSON.stringify({ type: 'FeatureCollection', features: seconds >= WORLD ? [feature] : [] });
}

function fdsn(story: Story): string {
  const { id, seconds, at } = moment(story);
  const header =
    '#EventID|Time|Latitude|Longitude|Depth/km|Author|Catalog|Contributor|ContributorID|MagType|Magnitude|MagAuthor|EventLocationName|EventType';
  const time = at(STRIKES).toISOString().slice(0, 23);
  const line = `${id}|${time}|43.70|84.58|15.0|EMSC|EMSC|EMSC|${id}|mb|4.8|EMSC|演练 NORTHERN XINJIANG, CHINA|earthquake`;
  return `${[header, ...(seconds >= WORLD + 20 ? [line] : [])].join('\n')}\n`;
}

function quakeMl(story: Story): string {
  const { id, seconds, at } = moment(story);
  const event = `<event publicID="smi:demo/event/${id}"><description><text>演练 Northern Xinjiang</text></description>
<creationInfo><agencyID>GFZ</agencyID><creationTime>${at(WORLD).toISOString()}</creationTime></creationInfo><type>earthquake</type>
<origin publicID="o${id}"><time><value>${at(STRIKES).toISOString()}</value></time><latitude><value>43.74</value></latitude>
<longitude><value>84.63</value></longitude><depth><value>10000</value></depth><evaluationMode>automatic</evaluationMode></origin>
<magnitude publicID="m${id}"><mag><value>4.65</value></mag><type>mb</type></magnitude></event>`;
  return `<?xml version="1.0" encoding="UTF-8"?>
<q:quakeml xmlns:q="http://quakeml.org/xmlns/quakeml/1.2" xmlns="http://quakeml.org/xmlns/bed/1.2"><eventParameters publicID="smi:demo/list">${
    seconds >= WORLD + 10 ? event : ''
  }</eventParameters></q:quakeml>
`;
}
