import { type AlertWriting, placesOf, STATUS_WORDS, TYPE_WORDS } from '../../connectors/shared/codecs/alert-write.js';
import { type AtomAlert, writeAtom } from '../../connectors/shared/codecs/cap-atom.js';
import { SEVERITIES } from '../../connectors/shared/codecs/cap-write.js';
import { HAZARDS } from '../../model/hazard.js';
import { messageFor, officeOf, type PublicWarning } from '../../model/warning-message.js';

/** What a feed is called by. */
export interface FeedTitle {
  readonly area: string;
  readonly nameZh: string;
  readonly nameEn: string;
  readonly demo: boolean;
}

export interface FeedWriting extends FeedTitle {
  readonly updated: Date;
  readonly publicUrl: string | undefined;
  readonly places: AlertWriting;
}

/** Characters of a warning's words in the feed; the message itself has them all. */
const SUMMARY = 300;
const SUBTITLE =
  '在生效的和刚结束的预警（CAP 1.2）；演练与测试从不在此发布。 Warnings in force and lately ended (CAP 1.2); exercises and tests are never published here.';
const DEMO_SUBTITLE =
  '演示模式：一切均为演练，此处不发布任何预警。 Demo mode: everything is an exercise, so no warning is published here.';

/** Warnings as an Atom feed, in their order. Without a public address its links are relative to the feed's own. */
export function feedXml(warnings: readonly PublicWarning[], writing: FeedWriting): string {
  const { area, nameZh, nameEn, demo, updated, publicUrl, places } = writing;
  const base = publicUrl ? `${publicUrl}/cap/` : '';
  return writeAtom({
    id: `feed ${area}`,
    title: `${nameZh}预警 · Warnings of ${nameEn}`,
    subtitle: demo ? DEMO_SUBTITLE : SUBTITLE,
    author: `烽火 Fenghuo ${area}`,
    selfHref: `${base}feed.atom`,
    updated,
    alerts: warnings.map((each) => alertOf(each, base, places)),
  });
}

function alertOf(each: PublicWarning, base: string, places: AlertWriting): AtomAlert {
  const { type, identifier, sender, sentAt, warning } = messageFor(each);
  const { hazardCode, level, status, expiresAt, texts } = warning;
  const text = texts.find(({ language }) => language.toLowerCase().startsWith('zh')) ?? texts[0];
  const hazard = HAZARDS[hazardCode]?.zh ?? text?.hazard ?? hazardCode;
  const language = text?.language ?? 'zh-CN';
  const path = `${base}${encodeURIComponent(identifier)}`;
  return {
    identifier,
    title: text?.headline || hazard,
    language,
    author: officeOf(texts) || sender,
    published: new Date(sentAt),
    updated: each.changedAt,
    summary: shortened(text?.description ?? ''),
    category: { term: hazardCode, label: hazard },
    href: `${path}.xml`,
    domesticHref: `${path}.12379.xml`,
    cap: {
      status: STATUS_WORDS[status],
      msgType: TYPE_WORDS[type],
      event: text?.hazard || hazard,
      severity: SEVERITIES[level],
      expires: expiresAt,
      areaDesc: placesOf(warning, language, places),
    },
  };
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length <= SUMMARY ? text : `${characters.slice(0, SUMMARY - 1).join('')}…`;
}
