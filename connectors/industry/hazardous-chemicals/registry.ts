import { type Position, toPosition } from '../../../model/position.js';
import type { StationRecord } from '../../../model/record.js';
import { DecodeError } from '../../shared/codecs/decode-error.js';
import type { PlantItem } from '../../shared/codecs/plant-json.js';
import type { PlantSettings } from './config.js';
import { neededText, numberOf, stationCode, textOf } from './fields.js';
import type { Refuse } from './points.js';

/** A tank, a detector or a hazard source as a station that points can be told of. A bad position is left out and told of. */
export function equipmentRecord(item: PlantItem, settings: PlantSettings, refuse: Refuse): StationRecord {
  const type = textOf(item, 'type').slice(0, 100);
  const division = textOf(item, 'division');
  const position = placed(item, settings, refuse);
  return {
    kind: 'station',
    code: stationCode(item),
    name: neededText(item, 'name').slice(0, 200),
    ...(type === '' ? {} : { stationType: type }),
    ...(position ? { position } : {}),
    ...(division === '' ? {} : { divisionCode: division }),
    raw: item.raw,
  };
}

/** The position, or none where it is refused. */
export function placed(item: PlantItem, settings: PlantSettings, refuse: Refuse): Position | undefined {
  try {
    return positionOf(item, settings);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    refuse(error.reason, `${error.message}: kept without a position`, item.raw);
    return undefined;
  }
}

/** Undefined where nothing is said; 0, 0 is nothing too. */
function positionOf({ fields }: PlantItem, { crs }: PlantSettings): Position | undefined {
  const [lon, lat] = [numberOf(fields.lon ?? fields.longitude, 'lon'), numberOf(fields.lat ?? fields.latitude, 'lat')];
  if ((lon === undefined && lat === undefined) || (lon === 0 && lat === 0)) return undefined;
  const position = lon === undefined || lat === undefined ? undefined : toPosition(lon, lat, crs);
  if (!position) throw new DecodeError('bad-position', `longitude ${lon}, latitude ${lat} is no place`);
  return position;
}
