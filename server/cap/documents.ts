import { fileName12379, write12379 } from '../../connectors/shared/codecs/alert-12379-write.js';
import { writeCap } from '../../connectors/shared/codecs/cap-write.js';
import type { SigningKey } from '../../connectors/shared/codecs/signing-key.js';
import { signXml } from '../../connectors/shared/codecs/xml-signature.js';
import { isPublic, messageFor, type PublicWarning } from '../../model/warning-message.js';
import type { Database } from '../../prisma/database.js';
import type { DivisionRegistry } from '../../prisma/store/read-divisions.js';
import { readPublicWarning, readPublicWarnings } from '../../prisma/store/read-public-warnings.js';
import type { Representation } from './conditional.js';
import { type FeedTitle, feedXml } from './feed.js';
import { Shelf } from './shelf.js';

export interface DocumentOptions {
  readonly db: Database;
  readonly divisions: DivisionRegistry;
  /** The division that the hub serves. */
  readonly area: string;
  readonly publicUrl: string | undefined;
  readonly keepHours: number;
  readonly signing: SigningKey | undefined;
  /** Everything is an exercise then, and nothing is published. */
  readonly demo: boolean;
  readonly now: () => Date;
}

export const CAP_TYPE = 'application/cap+xml; charset=utf-8';
const SHELF_BYTES = 16_000_000;
const FEED_LIMIT = 300;

/** What the hub publishes of its warnings: only those in earnest that were released, whoever asks. Each costs one statement. */
export class CapDocuments {
  readonly #shelf = new Shelf(SHELF_BYTES);
  readonly #startedAt: Date;
  #feed: { etag: string; modifiedAt: Date } | undefined;

  constructor(private readonly options: DocumentOptions) {
    this.#startedAt = options.now();
  }

  /** A warning as CAP 1.2, or in the domestic form; a cancelled one as its cancellation. Undefined for everything that is not public. */
  async message(identifier: string, form: 'cap' | '12379'): Promise<Representation | undefined> {
    const { db, demo } = this.options;
    const found = demo ? undefined : await readPublicWarning(db, identifier);
    // The statement asks for public ones only; this is the second wall.
    if (!found || !isPublic(found.warning)) return undefined;
    const { body, etag } = this.#shelf.get(`${form} ${found.warning.identifier}`, versionOf(found), () =>
      form === 'cap' ? this.#cap(found) : write12379(messageFor(found), this.#places),
    );
    const common = { body, etag, modifiedAt: found.changedAt };
    if (form === 'cap') return { ...common, type: CAP_TYPE };
    const disposition = `inline; filename="${fileName12379(messageFor(found))}"`;
    return { ...common, type: 'application/xml; charset=utf-8', headers: { 'content-disposition': disposition } };
  }

  /** The Atom feed of warnings in force and lately ended. */
  async feed(): Promise<Representation> {
    const { db, demo, keepHours, now, publicUrl } = this.options;
    const endedSince = new Date(now().getTime() - keepHours * 3_600_000);
    const read = demo ? [] : await readPublicWarnings(db, { endedSince, limit: FEED_LIMIT });
    const warnings = read.filter(({ warning }) => isPublic(warning));
    const updated = warnings[0]?.changedAt ?? this.#startedAt;
    const { body, etag } = this.#shelf.get('feed', warnings.map(versionOf).join('\n'), () =>
      feedXml(warnings, { ...this.#title(), updated, publicUrl, places: this.#places }),
    );
    return { body, etag, type: 'application/atom+xml; charset=utf-8', modifiedAt: this.#modifiedAt(etag, updated) };
  }

  /** A warning that leaves the feed takes its time with it: what differs from before is later than before, all the same. */
  #modifiedAt(etag: string, updated: Date): Date {
    if (this.#feed?.etag === etag) return this.#feed.modifiedAt;
    const later = this.#feed ? this.#feed.modifiedAt.getTime() + 1000 : 0;
    const modifiedAt = new Date(Math.max(updated.getTime(), later));
    this.#feed = { etag, modifiedAt };
    return modifiedAt;
  }

  #cap(found: PublicWarning): string {
    const { publicUrl, signing } = this.options;
    const xml = writeCap(messageFor(found), { ...this.#places, web: publicUrl && `${publicUrl}/` });
    return signing ? signXml(xml, signing) : xml;
  }

  #title(): FeedTitle {
    const { area, demo, divisions } = this.options;
    const row = divisions.get(area);
    return { area, nameZh: row?.nameZh ?? area, nameEn: row?.nameEn ?? area, demo };
  }

  readonly #places = {
    placeName: (code: string, language: string): string | undefined => {
      const row = this.options.divisions.get(code);
      return language.toLowerCase().startsWith('en') ? (row?.nameEn ?? row?.nameZh) : row?.nameZh;
    },
  };
}

/** Everything that a document of it is made of is in these: whatever else changes moves `changedAt`. */
const versionOf = ({ warning, changedAt, replaces, cancellation }: PublicWarning): string =>
  JSON.stringify([warning.identifier, changedAt, replaces, cancellation]);
