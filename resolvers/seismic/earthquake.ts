import type { Page, QuakeReportRow } from '../../model/rows.js';
import { readEarthquakes } from '../../prisma/store/read-earthquakes.js';
import type { HubContext } from '../context.js';
import { asSeen, type ReportArgs, reportQuery } from '../shared/report.js';
import { idInput } from '../shared/text-input.js';

export const earthquakes = (
  args: ReportArgs & { minMagnitude?: number | null | undefined },
  context: HubContext,
): Promise<Page<QuakeReportRow>> =>
  asSeen(
    readEarthquakes(context.db, {
      ...reportQuery(args, context, args.minMagnitude == null ? [] : ['value']),
      minMagnitude: args.minMagnitude ?? undefined,
    }),
    context,
  );

export const earthquake = async (id: string, context: HubContext): Promise<QuakeReportRow | null> =>
  (await context.loaders.earthquake.load(idInput('id', id))) ?? null;

export const sources = (quake: QuakeReportRow, context: HubContext): Promise<readonly QuakeReportRow[]> =>
  context.loaders.quakeReports.load(quake.factId);
