import { fileName12379, write12379 } from '../../connectors/shared/codecs/alert-12379-write.js';
import { isChinese } from '../../connectors/shared/codecs/alert-write.js';
import { writeCap } from '../../connectors/shared/codecs/cap-write.js';
import type { BundleItem } from '../../model/exchange.js';
import type { WarningMessage } from '../../model/warning-message.js';
import type { Queryable } from '../../prisma/database.js';

/** A warning's message in the forms that other software reads: the domestic XML under its 12379 name, and CAP 1.2. */
export async function writtenForms(
  message: WarningMessage,
  client: Queryable,
): Promise<NonNullable<BundleItem['attachments']>> {
  const { rows } = await client.query<{ code: string; zh: string; en: string | null }>(
    'SELECT code, name_zh AS zh, name_en AS en FROM division WHERE code = ANY($1)',
    [message.warning.divisionCodes],
  );
  const names = new Map(rows.map((row) => [row.code, row]));
  const writing = {
    placeName: (code: string, language: string): string | undefined =>
      (isChinese(language) ? undefined : names.get(code)?.en) ?? names.get(code)?.zh,
  };
  const name = fileName12379(message);
  return [
    { name, type: 'application/xml', text: write12379(message, writing) },
    { name: name.replace(/\.xml$/, '.cap.xml'), type: 'application/cap+xml', text: writeCap(message, writing) },
  ];
}
