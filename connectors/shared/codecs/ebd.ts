import { parseTime } from '../../../model/time.js';
import { DecodeError } from './decode-error.js';
import { element } from './ebd-write.js';
import { elementsOf, readXmlDocument, textOf, textsOf, type XmlElement } from './xml.js';

/*
 * Emergency broadcast data 应急广播数据: the envelope EBD and, inside, the message EBM, or what comes back of it. Element names by
 * GD/J 082 as known from practice; GY/T 383 to 389-2023 replaced it and was not seen. Values that rest on practice alone are
 * marked "assumed".
 */

/** 128 kB: a message of the longest text is a tenth of it. */
export const MAX_EBD_BYTES = 131_072;
const ZONE = 'Asia/Shanghai';
const MAX_ITEMS = 500;

/** MsgType, assumed: 1 asks for a broadcast, 2 takes one back. */
export const MSG_TYPE = { BROADCAST: '1', RETRACT: '2' } as const;
/** ResultCode, assumed: 1 taken; anything else says why not in ResultDesc. */
export const RESULT_TAKEN = '1';
/** BrdStateCode, assumed. */
export const BROADCAST_STATES = {
  '0': 'not handled yet',
  '1': 'waiting for its time',
  '2': 'on the air',
  '3': 'broadcast',
  '4': 'failed',
  '5': 'taken back',
} as const;
export type BroadcastStateCode = keyof typeof BROADCAST_STATES;

export interface Ebm {
  readonly kind: 'EBM';
  readonly ebmId: string;
  readonly msgType: '1' | '2';
  readonly senderName: string;
  readonly senderCode: string;
  readonly sentAt: Date;
  /** National event code, 11B03. */
  readonly eventType: string;
  /** 1 red, 2 orange, 3 yellow, 4 blue. */
  readonly severity: '1' | '2' | '3' | '4';
  readonly startAt: Date;
  readonly endAt: Date;
  /** ISO 639-2: zho, uig, kaz, eng. */
  readonly languageCode: string;
  readonly title: string;
  readonly description: string;
  /** Of twelve digits. */
  readonly areaCodes: readonly string[];
}

export interface EbdResponse {
  readonly kind: 'EBDResponse';
  readonly resultCode: string;
  readonly resultDesc: string;
}

export interface BroadcastState {
  readonly ebmId: string;
  readonly stateCode: BroadcastStateCode;
  readonly stateDesc: string;
  /** From 0 to 1; null where the platform says none. */
  readonly coverageRate: number | null;
}
/** The state of broadcasts asked for (EBMStateResponse), or a log of them (EBMBrdLog): the same figures. */
export interface BroadcastReport {
  readonly kind: 'EBMStateResponse' | 'EBMBrdLog';
  readonly items: readonly BroadcastState[];
}

export interface Ebd {
  readonly version: string;
  /** 36 digits: type 2, source 18, serial 16. */
  readonly ebdId: string;
  readonly source: string;
  readonly destinations: readonly string[];
  readonly time: Date;
  /** The EBDID that this answers or follows. */
  readonly related: string | null;
  readonly content: Ebm | EbdResponse | BroadcastReport;
}

const EBD_ID = /^\d{36}$/;
const EBR_ID = /^\d{18}$/;
const EBM_ID = /^\d{34}$/;

/** An EBDID. `type`: 01 a message, 02 a receipt … (assumed); `serial` of at most 16 digits. */
export function ebdIdOf(type: string, source: string, serial: number): string {
  const id = `${type}${source}${String(serial).padStart(16, '0')}`;
  if (!EBD_ID.test(id)) throw new RangeError(`no EBDID can be made of type ${type}, ${source}, ${serial}`);
  return id;
}
/** The EBMID within a message's EBDID: source and serial (assumed). */
export const ebmIdOf = (ebdId: string): string => ebdId.slice(2);
/** The serial of an EBDID or EBMID of this source; undefined where it is another's. */
export function serialOf(id: string, source: string): number | undefined {
  const own = EBD_ID.test(id) ? id.slice(2) : id;
  return EBM_ID.test(own) && own.startsWith(source) ? Number(own.slice(18)) : undefined;
}

/** One EBD document, UTF-8. What `readEbd` reads of it is what was given. */
export function writeEbd(ebd: Ebd): string {
  const { content } = ebd;
  return `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n${element('EBD', [
    element('EBDVersion', ebd.version),
    element('EBDID', ebd.ebdId),
    element('EBDType', content.kind),
    element('SRC', [element('EBRID', ebd.source)]),
    ...ebd.destinations.map((each) => element('DEST', [element('EBRID', each)])),
    element('EBDTime', timeText(ebd.time)),
    ...(ebd.related === null ? [] : [element('RelatedEBD', [element('EBDID', ebd.related)])]),
    bodyOf(content),
  ])}\n`;
}

function bodyOf(content: Ebd['content']): string {
  if (content.kind === 'EBM') return ebmText(content);
  if (content.kind === 'EBDResponse')
    return element('EBDResponse', [
      element('ResultCode', content.resultCode),
      element('ResultDesc', content.resultDesc),
    ]);
  const inner = content.kind === 'EBMBrdLog' ? 'BrdItem' : 'State';
  return element(
    content.kind,
    content.items.map(({ ebmId, stateCode, stateDesc, coverageRate }) =>
      element(inner, [
        element('EBM', [element('EBMID', ebmId)]),
        element('BrdStateCode', stateCode),
        element('BrdStateDesc', stateDesc),
        ...(coverageRate === null ? [] : [element('Coverage', [element('CoverageRate', String(coverageRate))])]),
      ]),
    ),
  );
}

const ebmText = (ebm: Ebm): string =>
  element('EBM', [
    element('EBMVersion', '1'),
    element('EBMID', ebm.ebmId),
    element('MsgBasicInfo', [
      element('MsgType', ebm.msgType),
      element('SenderName', ebm.senderName),
      element('SenderCode', ebm.senderCode),
      element('SendTime', timeText(ebm.sentAt)),
      element('EventType', ebm.eventType),
      element('Severity', ebm.severity),
      element('StartTime', timeText(ebm.startAt)),
      element('EndTime', timeText(ebm.endAt)),
    ]),
    element('MsgContent', [
      element('LanguageCode', ebm.languageCode),
      element('MsgTitle', ebm.title),
      element('MsgDesc', ebm.description),
      element('AreaCode', ebm.areaCodes.join(',')),
      element('ProgramNum', '1'),
    ]),
  ]);

/** Reads one EBD document. Throws DecodeError for whatever is not a complete one of the kinds above. */
export function readEbd(bytes: Uint8Array): Ebd {
  const { root, element: ebd } = readXmlDocument(bytes, { maxBytes: MAX_EBD_BYTES });
  if (root !== 'EBD') throw new DecodeError('unsupported', `<${root}> is no EBD`);
  const [source] = elementsOf(ebd, 'SRC');
  const related = elementsOf(ebd, 'RelatedEBD')[0];
  return {
    version: said(ebd, 'EBDVersion'),
    ebdId: matching(ebd, 'EBDID', EBD_ID),
    source: source ? matching(source, 'EBRID', EBR_ID) : missing('SRC'),
    destinations: elementsOf(ebd, 'DEST').map((each) => matching(each, 'EBRID', EBR_ID)),
    time: timeOf(ebd, 'EBDTime'),
    related: related ? matching(related, 'EBDID', EBD_ID) : null,
    content: contentOf(ebd, said(ebd, 'EBDType')),
  };
}

function contentOf(ebd: XmlElement, type: string): Ebd['content'] {
  const [body] = elementsOf(ebd, type);
  if (!body) throw new DecodeError('missing-field', `<${type.slice(0, 40)}>, which EBDType names, is not there`);
  if (type === 'EBM') return readEbm(body);
  if (type === 'EBDResponse')
    return {
      kind: type,
      resultCode: matching(body, 'ResultCode', /^\d{1,4}$/),
      resultDesc: textOf(body, 'ResultDesc') ?? '',
    };
  if (type !== 'EBMStateResponse' && type !== 'EBMBrdLog')
    throw new DecodeError('unsupported', `EBDType ${type.slice(0, 40)} is not read`);
  const inner = elementsOf(body, type === 'EBMBrdLog' ? 'BrdItem' : 'State');
  // A single state may also stand in the body itself.
  const items = inner.length > 0 ? inner : elementsOf(body, 'EBM').length > 0 ? [body] : [];
  if (items.length > MAX_ITEMS) throw new DecodeError('too-large', `${items.length} states: at most ${MAX_ITEMS}`);
  return { kind: type, items: items.map(readState) };
}

function readState(item: XmlElement): BroadcastState {
  const [ebm] = elementsOf(item, 'EBM');
  const [coverage] = elementsOf(item, 'Coverage');
  const rate = coverage && textOf(coverage, 'CoverageRate');
  if (rate !== undefined && !(/^[01](\.\d{1,17})?$/.test(rate) && Number(rate) <= 1))
    throw new DecodeError('out-of-range', 'CoverageRate is from 0 to 1');
  return {
    ebmId: ebm ? matching(ebm, 'EBMID', EBM_ID) : missing('EBM'),
    stateCode: matching(item, 'BrdStateCode', /^[0-5]$/) as BroadcastStateCode,
    stateDesc: textOf(item, 'BrdStateDesc') ?? '',
    coverageRate: rate === undefined ? null : Number(rate),
  };
}

function readEbm(body: XmlElement): Ebm {
  const info = elementsOf(body, 'MsgBasicInfo')[0] ?? missing('MsgBasicInfo');
  const content = elementsOf(body, 'MsgContent')[0] ?? missing('MsgContent');
  return {
    kind: 'EBM',
    ebmId: matching(body, 'EBMID', EBM_ID),
    msgType: matching(info, 'MsgType', /^[12]$/) as Ebm['msgType'],
    senderName: said(info, 'SenderName'),
    senderCode: said(info, 'SenderCode'),
    sentAt: timeOf(info, 'SendTime'),
    eventType: matching(info, 'EventType', /^[0-9A-Z]{2,8}$/),
    severity: matching(info, 'Severity', /^[1-4]$/) as Ebm['severity'],
    startAt: timeOf(info, 'StartTime'),
    endAt: timeOf(info, 'EndTime'),
    languageCode: matching(content, 'LanguageCode', /^[a-z]{3}$/),
    title: said(content, 'MsgTitle'),
    description: textOf(content, 'MsgDesc') ?? '',
    areaCodes: textsOf(content, 'AreaCode').flatMap((list) => areasOf(list)),
  };
}

function areasOf(list: string): string[] {
  const codes = list.split(',').filter((code) => code !== '');
  if (codes.some((code) => !/^\d{12}$/.test(code))) throw new DecodeError('malformed', 'AreaCode: codes of 12 digits');
  return codes;
}

function said(from: XmlElement, name: string): string {
  const text = textOf(from, name);
  return text === undefined || text === '' ? missing(name) : text;
}

function matching(from: XmlElement, name: string, form: RegExp): string {
  const text = said(from, name);
  if (!form.test(text)) throw new DecodeError('malformed', `<${name}> is not as agreed`);
  return text;
}

function timeOf(from: XmlElement, name: string): Date {
  const time = parseTime(said(from, name), ZONE);
  if (!time) throw new DecodeError('bad-time', `<${name}> is no time`);
  return time;
}

function missing(name: string): never {
  throw new DecodeError('missing-field', `<${name}> is not there or empty`);
}

/** Beijing time, to the second. */
const timeText = (time: Date): string =>
  new Date(time.getTime() + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
