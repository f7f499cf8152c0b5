import { z } from 'zod';
import { departmentOfAgency } from '../model/agency.js';
import { DEPARTMENT_CODES, type DepartmentCode } from '../model/department.js';
import { DEFAULT_LANGUAGES } from '../model/language.js';
import { APPROVALS, type ReleaseRules } from '../model/release.js';
import { DEFAULT_REVIEW_HOURS, defaultRules } from '../model/release-defaults.js';
import { WARNING_LEVELS } from '../model/warning.js';

const department = z.enum(DEPARTMENT_CODES as [DepartmentCode, ...DepartmentCode[]]);
const hazard = z.string().regex(/^[0-9A-Z]{3,10}$/, { error: 'a hazard code such as 11B03' });
const language = z
  .string()
  .regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$/, { error: 'a BCP 47 language tag such as zh-CN' });

const sender = z.strictObject({
  /** Area of 6 digits, agency of 3 (GB/T 4657), 5 more. */
  code: z
    .string()
    .regex(/^\d{14}$/, { error: '14 digits: area 6, agency 3 (GB/T 4657), 00000' })
    .optional(),
  /** By language. */
  name: z.record(language, z.string().min(1).max(100)).optional(),
});

/** Identifiers tell the department by the agency: it must not be another's. */
const senders = z.partialRecord(department, sender).superRefine((given, context) => {
  for (const [name, { code }] of Object.entries(given)) {
    const other = code === undefined ? undefined : departmentOfAgency(`${code}_00000000000000`);
    if (other !== undefined && other !== name)
      context.addIssue({ code: 'custom', path: [name, 'code'], message: `digits 7 to 9 are the agency of ${other}` });
  }
});

export const releaseSettings = z.strictObject({
  /** Whose consent each level needs; at least one is always needed. */
  levels: z.partialRecord(z.enum(WARNING_LEVELS), z.array(z.enum(APPROVALS)).min(1).max(4)).default({}),
  hazards: z.partialRecord(department, z.array(hazard)).default({}),
  /** By hazard: for how many hours a warning may hold. */
  hours: z.record(hazard, z.number().positive().max(8760)).default({}),
  senders: senders.default({}),
  bypassReviewHours: z.number().positive().max(720).default(DEFAULT_REVIEW_HOURS),
});

export const languages = z
  .array(language)
  .min(1)
  .default([...DEFAULT_LANGUAGES]);

/** The rules that the settings make, with the defaults for what they leave out. */
export function releaseRules(hub: {
  readonly area: string;
  readonly release: z.infer<typeof releaseSettings>;
}): ReleaseRules {
  const { levels, hazards, hours, senders: offices, bypassReviewHours } = hub.release;
  const rules = defaultRules(hub.area);
  const merged = DEPARTMENT_CODES.map((code) => {
    const { code: number, name } = offices[code] ?? {};
    const standard = rules.senders[code];
    return [code, { code: number ?? standard.code, name: name ?? standard.name }];
  });
  return {
    area: hub.area,
    levels: { ...rules.levels, ...levels },
    hazards: { ...rules.hazards, ...hazards },
    hours,
    senders: Object.fromEntries(merged) as ReleaseRules['senders'],
    bypassReviewHours,
  };
}
