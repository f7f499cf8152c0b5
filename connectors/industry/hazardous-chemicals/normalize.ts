import type { FeedRecord, Outcome, Reject } from '../../../model/record.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import { type PlantItem, readPlant } from '../../shared/codecs/plant-json.js';
import { readSafely } from '../../shared/read-safely.js';
import { enterpriseRecord, hazardRecord } from './base-data.js';
import type { PlantSettings } from './config.js';
import { pointRecords, type Refuse } from './points.js';
import { equipmentRecord } from './registry.js';

/** One message of a plant's gateway, whatever way it came: base data and equipment first, then limits and values. What is wrong with one part costs no other. */
export function normalize(input: Uint8Array, settings: PlantSettings, _now: Date, fileName: string): Outcome {
  return readSafely(input, fileName, () => {
    const message = readPlant(input);
    const records: FeedRecord[] = [];
    const rejects: Reject[] = message.faults.map(({ raw, message: detail }) => ({
      raw,
      reason: 'malformed',
      detail: `${fileName}: ${detail}`,
    }));
    const attempt = (item: PlantItem, read: (refuse: Refuse) => readonly FeedRecord[]): void => {
      const refuse: Refuse = (reason, detail, raw) =>
        void rejects.push({ raw, reason, detail: `${titleOf(item)}: ${detail}` });
      try {
        records.push(...read(refuse));
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
        refuse(error.reason, error.message, item.raw);
      }
    };
    for (const item of message.enterprises) attempt(item, (refuse) => [enterpriseRecord(item, settings, refuse)]);
    for (const item of message.hazards)
      attempt(item, (refuse) => [hazardRecord(withEquipment(item, message.equipment), settings, refuse)]);
    for (const item of message.equipment) attempt(item, (refuse) => [equipmentRecord(item, settings, refuse)]);
    for (const item of message.points) attempt(item, (refuse) => pointRecords(item, settings, refuse));
    return { records, rejects };
  });
}

/** The equipment beside a hazard that names it, where the hazard itself names none. */
function withEquipment(item: PlantItem, equipment: readonly PlantItem[]): PlantItem {
  const own = equipment.filter(({ fields }) => fields.hazardCode === item.fields.hazardCode);
  if (own.length === 0 || 'equipCodes' in item.fields) return item;
  return { ...item, fields: { ...item.fields, equipCodes: own.map(({ fields }) => fields.equipCode) } };
}

/** Where in the message, as far as it says. */
const titleOf = ({ fields }: PlantItem): string =>
  [fields.companyCode, fields.hazardCode, fields.equipCode, fields.pointCode]
    .flatMap((part) => (typeof part === 'string' || typeof part === 'number' ? [String(part).slice(0, 60)] : []))
    .join('/') || 'a part without codes';
