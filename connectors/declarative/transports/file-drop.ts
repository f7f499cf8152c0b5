import { DropFolder } from '../../shared/transports/file-drop.js';
import type { Reader, Reading } from '../reader.js';
import type { SettingsOf, Transport } from './transport.js';

/** Takes the files put into a folder; after the commit each lies in done/ or failed/ with its answer. The mapping sees `$file`. */
export function fileDrop(own: SettingsOf<'file-drop'>, reader: Reader): Transport {
  const folder = new DropFolder(own.drop, async ({ name, bytes }) => {
    const reading = await reader.read({ bytes, about: { file: name } });
    const failed = reading.records.length === 0 && reading.rejects.length > 0;
    return { outcome: reading, failed, answer: { extension: 'txt', text: answerOf(reading) } };
  });
  return { everySeconds: own.pollSeconds, run: (context) => folder.round(context) };
}

/** For who dropped the file. What is refused only when it is stored (an unknown station) stands with the feed's rejections. */
function answerOf({ rows, records, rejects, passedOver }: Reading): string {
  const head = [
    `共 ${rows} 行：生成 ${records.length} 条记录，拒收 ${rejects.length} 处，略过 ${passedOver} 行。`,
    `${rows} rows: ${records.length} records, ${rejects.length} refused, ${passedOver} rows passed over.`,
  ];
  return [...head, ...rejects.map(({ detail }) => detail), ''].join('\r\n');
}
