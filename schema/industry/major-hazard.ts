import * as hazard from '../../resolvers/industry/major-hazard.js';
import type { Builder } from '../builder.js';
import type { Refs } from '../refs.js';
import type { RegisterRef } from '../shared/register-words.js';

/** What joins plants, their units with hazardous chemicals and the points measured there; the two registers are described in model/. */
export function addMajorHazards(builder: Builder, refs: Refs): void {
  const [Enterprise, MajorHazard] = ['enterprise', 'major-hazard'].map(
    (noun) => refs.registers.get(noun) as RegisterRef,
  ) as [RegisterRef, RegisterRef];
  builder.objectField(Enterprise, 'stations', (t) =>
    t.field({
      type: [refs.Station],
      description:
        'Its tanks, detectors and other stations, by id; at most 1000. 企业的储罐、探测器等监测站点，最多 1000。',
      resolve: async (node, _args, context) => [...(await hazard.stationsOfEnterprise(node, context))],
    }),
  );
  builder.objectField(MajorHazard, 'stations', (t) =>
    t.field({
      type: [refs.Station],
      description:
        'The stations that it names as its equipment, and one that stands for the unit itself. 本重大危险源设备对应的监测站点。',
      resolve: (node, _args, context) => hazard.stationsOfHazard(node, context),
    }),
  );
  builder.objectFields(refs.Station, (t) => ({
    enterprise: t.field({
      type: Enterprise,
      nullable: true,
      description: 'The company whose tank or detector this is, where the hub has it. 所属危险化学品企业（如有）。',
      resolve: (node, _args, context) => hazard.enterpriseOf(node, context),
    }),
    majorHazards: t.field({
      type: [MajorHazard],
      description:
        'The units with hazardous chemicals that it is equipment of; none but for stations of plants. 所属重大危险源。',
      resolve: (node, _args, context) => hazard.hazardsOf(node, context),
    }),
  }));
}
