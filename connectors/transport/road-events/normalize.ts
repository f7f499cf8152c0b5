import type { RoadEventRecord } from '../../../model/record.js';
import { roadCauseOf } from '../../../model/road-event.js';
import type { Values } from '../../shared/tables/columns.js';
import { RowFault, type Tell } from '../../shared/tables/read-table.js';
import { tableDrop } from '../../shared/tables/table-drop.js';
import type { Settings } from './config.js';
import { type columns, form } from './form.js';
import type { Stakes } from './stake.js';
import { type Placed, routeOf } from './stake-table.js';

type Row = Values<typeof columns>;

/** 公路交通阻断信息表: each row a road event, named by route, stakes and time of blocking. */
export const table = tableDrop<typeof columns, Settings>(form, ({ values, raw }, settings, now, tell) => {
  checkOrder(values);
  const stakes = stakesOf(values);
  const placed = place(values, stakes, settings, tell);
  const { blockedAt, reportedAt, state, cause } = values;
  const spokenAt = reportedAt ?? { at: now, text: blockedAt.text };
  const record: RoadEventRecord = {
    kind: 'road-event',
    sourceId: idOf(values, stakes),
    raw,
    observedAt: spokenAt.at,
    originalTime: spokenAt.text,
    zone: settings.zone,
    position: placed.position,
    geometry: placed.geometry,
    placedBy: placed.geometry ? 'STAKE' : 'NONE',
    placeNote: placed.unknown?.zh ?? null,
    ...(settings.division === undefined ? {} : { divisionCode: settings.division }),
    eventKind: 'CLOSURE',
    state,
    cause: cause === null ? 'OTHER' : roadCauseOf(cause),
    causeText: cause,
    roadCode: routeOf(values.route),
    section: values.section,
    direction: null,
    startStake: stakes?.start.text ?? null,
    endStake: stakes?.end?.text ?? null,
    startStakeMetres: stakes?.start.metres ?? null,
    endStakeMetres: stakes?.end?.metres ?? null,
    impact: null,
    measures: values.measures,
    description: null,
    startsAt: blockedAt.at,
    expectedEndAt: values.expectedEnd?.at ?? null,
    endedAt: state === 'OPEN' ? (values.ended?.at ?? later(spokenAt.at, blockedAt.at)) : null,
    managingUnit: values.managingUnit,
    reportingUnit: values.reportingUnit,
    preparedBy: values.preparedBy,
    reviewedBy: values.reviewedBy,
    status: 'ACTUAL',
  };
  return record;
});

export const { normalize } = table;

const later = (a: Date, b: Date): Date => (a > b ? a : b);

function stakesOf({ start, end }: Row): Stakes | null {
  if (!start) return end ? { start: end.start, end: end.end } : null;
  return { start: start.start, end: end?.start ?? start.end };
}

function idOf({ route, section, blockedAt }: Row, stakes: Stakes | null): string {
  const where = stakes ? `${stakes.start.metres}-${stakes.end?.metres ?? ''}` : section;
  return `${routeOf(route)} ${where} ${blockedAt.at.toISOString()}`;
}

/** A section ends after it begins in time. */
function checkOrder({ blockedAt, expectedEnd, ended }: Row): void {
  for (const [header, time] of [
    ['预计恢复时间', expectedEnd],
    ['恢复时间', ended],
  ] as const)
    if (time && time.at < blockedAt.at)
      throw new RowFault(header, {
        reason: 'bad-time',
        en: `${time.text} is before the road was blocked, ${blockedAt.text}`,
        zh: `${time.text} 早于阻断时间 ${blockedAt.text}`,
        adviceEn: 'correct one of the two',
        adviceZh: '请改正其中一个时间',
      });
}

/** A closure that cannot be put on the map is still a closure: it is kept and says so, unless the settings refuse it. */
function place(values: Row, stakes: Stakes | null, settings: Settings, tell: Tell): Placed {
  const placed = stakes
    ? settings.stakeTable.place(values.route, stakes, settings.crs)
    : { position: null, geometry: null, unknown: { en: 'no stake is given', zh: '未填写桩号' } };
  if (!placed.unknown) return placed;
  const advice = {
    adviceEn: 'correct route and stake, or have the stake table extended',
    adviceZh: '请核对路线和桩号，或请平台管理员补充桩号表',
  };
  if (settings.unplaced === 'reject' && !placed.position)
    throw new RowFault('起点桩号', { reason: 'bad-position', ...placed.unknown, ...advice });
  const [only, zh] = placed.position ? ['only in part on the map', '只能部分上图'] : ['not on the map', '不能上图'];
  tell('起点桩号', {
    reason: 'bad-position',
    en: `taken, but ${only}: ${placed.unknown.en}`,
    zh: `已采纳，但${zh}：${placed.unknown.zh}`,
    ...advice,
  });
  return placed;
}
