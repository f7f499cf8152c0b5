/** How far a catalogue has looked at a quake: its automatic location, a seismologist's, or it does not say. */
export const REVIEWS = ['AUTOMATIC', 'REVIEWED', 'UNKNOWN'] as const;
export type Review = (typeof REVIEWS)[number];

/** Whose word counts first where several catalogues tell of one quake: the national network, then the world's by custom. */
export const CATALOGUES = ['CENC', 'XJ', 'ISC', 'US', 'NEIC', 'EMSC', 'GFZ'] as const;

/** Order among the reports of one quake, smallest first: not withdrawn, then reviewed, then by CATALOGUES, then any other. */
export function quakePrecedence(report: { catalogue: string; review: Review; withdrawn: boolean }): number {
  const at = CATALOGUES.indexOf(report.catalogue.toUpperCase() as (typeof CATALOGUES)[number]);
  const place = at === -1 ? CATALOGUES.length : at;
  return (report.withdrawn ? 1000 : 0) + (report.review === 'REVIEWED' ? 0 : 100) + place;
}
