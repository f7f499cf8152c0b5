import { type AirCategory, categoryOf, countedIn, levelOf, type Pollutant } from '../../model/air-quality.js';
import type { AirQualityRow, Page } from '../../model/rows.js';
import type { PageRequest } from '../../prisma/store/keyset.js';
import { latestAirQuality, readAirQuality } from '../../prisma/store/read-air-quality.js';
import type { HubContext } from '../context.js';
import { asSeen, type ReportArgs, reportQuery } from '../shared/report.js';

export const airQuality = (args: ReportArgs, context: HubContext): Promise<Page<AirQualityRow>> =>
  asSeen(readAirQuality(context.db, reportQuery(args, context)), context);

export const airQualityLatest = (args: PageRequest, context: HubContext): Promise<Page<AirQualityRow>> =>
  asSeen(latestAirQuality(context.db, { ...args, reach: context.viewer.sight.reach() }), context);

/** Null for whoever may see the grade alone. */
export const aqi = ({ aqi: index, graded }: AirQualityRow): number | null => (graded ? null : index);
export const level = ({ aqi }: AirQualityRow): number | null => (aqi === null ? null : levelOf(aqi));
export const category = ({ aqi }: AirQualityRow): AirCategory | null => (aqi === null ? null : categoryOf(aqi));

/** Those over the limit of level 2: an individual index over 100. */
export const exceeding = (row: AirQualityRow): readonly Pollutant[] =>
  row.pollutants.flatMap(({ pollutant, index }) => (index !== null && index > 100 ? [pollutant] : []));

/** Those that count and were not sent: the index can only be too small. */
export const missing = (row: AirQualityRow): readonly Pollutant[] =>
  countedIn(row.averaging).filter((pollutant) =>
    row.pollutants.every((each) => each.pollutant !== pollutant || each.index === null),
  );

/** Null where the source says nothing to compare, or there is nothing to compare it with. */
export const agrees = (row: AirQualityRow): boolean | null =>
  row.aqi === null || (row.sourceAqi ?? row.sourceCategory ?? row.sourcePrimary) === null
    ? null
    : row.differences.length === 0;
