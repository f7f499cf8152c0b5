/** Whose place counts first where a satellite and a camera see one fire: a camera often gives its own place for the fire's. */
export function firePrecedence(report: { kind: 'hotspot'; confidence: string } | { kind: 'fire-alarm' }): number {
  if (report.kind === 'fire-alarm') return 2;
  return report.confidence === 'HIGH' ? 0 : report.confidence === 'NOMINAL' ? 1 : 3;
}
