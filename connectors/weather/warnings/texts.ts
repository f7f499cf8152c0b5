import { HAZARDS, hazardCodeOfName } from '../../../model/hazard.js';
import type { WarningText } from '../../../model/record.js';
import type { Alert, AlertInfo } from '../../shared/codecs/alert.js';
import { HUB_SOURCE } from '../../shared/codecs/cap.js';

const HAZARD_CODE = /^1\d[A-Z]\d{2}$/;
const DOMESTIC_IDENTIFIER = /^\d{14}_\d{14}/;
/** "蓬莱区气象台变更发布高温红色预警…": who, and what. */
const ISSUER = /^(.{2,40}?[台局站厅部委心室府会](?:（[^）]{1,10}）)?)(?:变更|继续|更新|升级|降级|解除|取消|发布)/;
const SUBJECT = /(?:发布|变更|解除|取消|更新|继续)+(.{1,12}?)[蓝黄橙红]色/;

/** The national code of the hazard: as the message says, else by the event's name in Chinese or English, else null. */
export function hazardCodeOf(alert: Alert): string | null {
  const said = alert.infos.flatMap((info) => info.eventCodes.map(({ value }) => value.toUpperCase()));
  const code = said.find((value) => HAZARD_CODE.test(value));
  if (code !== undefined) return code;
  const names = alert.infos.flatMap((info) => [info.event, ...info.eventCodes.map(({ value }) => value)]);
  const known = names.map((name) => (name === null ? undefined : hazardCodeOfName(name)));
  return known.find((each) => each !== undefined) ?? null;
}

/** One text a language, in the message's order; blocks of the same language are joined where they say different things. */
export function textsOf(alert: Alert, hazardCode: string | null): WarningText[] {
  const texts = new Map<string, WarningText>();
  for (const info of alert.infos) {
    const language = info.language ?? 'en-US';
    const text = textOf(alert, info, language, hazardCode);
    const before = texts.get(language);
    texts.set(language, before ? joined(before, text) : text);
  }
  return [...texts.values()];
}

function textOf(alert: Alert, info: AlertInfo, language: string, hazardCode: string | null): WarningText {
  const hazard = info.event ?? hazardNameOf(info, language, hazardCode);
  return {
    language,
    hazard,
    senderName: senderNameOf(alert, info),
    headline: info.headline ?? hazard,
    description: info.description ?? info.headline ?? hazard,
    instruction: info.instruction,
  };
}

function hazardNameOf(info: AlertInfo, language: string, hazardCode: string | null): string {
  const known = hazardCode === null ? undefined : HAZARDS[hazardCode];
  if (known) return language.startsWith('zh') ? known.zh : known.en;
  return SUBJECT.exec(info.headline ?? '')?.[1] ?? info.eventCodes[0]?.value ?? hazardCode ?? '';
}

/** Who warns. In messages that come from the domestic system `senderName` is a forecaster's own name, never shown: the office is named by the headline or by the sender. A hub's own messages name the office. */
function senderNameOf(alert: Alert, info: AlertInfo): string {
  if (alert.dialect === '12379') return alert.sender;
  if (alert.source === HUB_SOURCE || !DOMESTIC_IDENTIFIER.test(alert.identifier))
    return info.senderName ?? alert.sender;
  return ISSUER.exec(info.headline ?? '')?.[1] ?? alert.sender.replaceAll('_', ' ');
}

function joined(a: WarningText, b: WarningText): WarningText {
  const both = (x: string, y: string, between: string): string => (x === y ? x : `${x}${between}${y}`);
  return {
    ...a,
    hazard: both(a.hazard, b.hazard, ', '),
    headline: both(a.headline, b.headline, '; '),
    description: both(a.description, b.description, '\n\n'),
    instruction:
      a.instruction && b.instruction ? both(a.instruction, b.instruction, '\n\n') : (a.instruction ?? b.instruction),
  };
}
