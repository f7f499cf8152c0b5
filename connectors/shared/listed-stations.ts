import { type Crs, toPosition } from '../../model/position.js';
import type { StationRecord } from '../../model/record.js';
import type { ListedStation } from './settings.js';

/** The stations that a feed's settings list, as records; a position that is no place on Earth is left out. */
export const listedStations = (stations: readonly ListedStation[], crs: Crs): StationRecord[] =>
  stations.map(({ code, name, lon, lat, division, type }) => {
    const position = lon === undefined || lat === undefined ? undefined : toPosition(lon, lat, crs);
    return {
      kind: 'station',
      code,
      name,
      ...(type === undefined ? {} : { stationType: type }),
      ...(position ? { position } : {}),
      ...(division === undefined ? {} : { divisionCode: division }),
      raw: JSON.stringify({ code, name, lon, lat, division, type }),
    };
  });
