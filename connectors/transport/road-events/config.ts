import { z } from 'zod';
import { messageOf } from '../../../model/errors.js';
import { feedSettings } from '../../shared/settings.js';
import { dropSettings } from '../../shared/tables/table-drop.js';
import { readStakeTable, type StakeTable } from './stake-table.js';

/** A table's text, as `{ file: stakes.csv }` in the settings gives it. */
const stakeTable = z
  .string()
  .max(8_000_000)
  .default('')
  .transform((csv, context): StakeTable => {
    try {
      return readStakeTable(csv);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `is no stake table: ${messageOf(error)}` });
      return z.NEVER;
    }
  });

export const settings = feedSettings.extend({
  ...dropSettings,
  /** 路线编码, 桩号, 经度, 纬度 as CSV; degrees in the feed's `crs`. Without it nothing has a place. */
  stakeTable,
  /** What becomes of a closure whose stakes the table does not know: kept without a place, which it says, or refused. */
  unplaced: z.enum(['keep', 'reject']).default('keep'),
  /** The division of closures that have no place, or begin in no division that the hub knows. */
  division: z
    .string()
    .regex(/^\d{6}(\d{3})?(\d{3})?$/, { error: 'a division code of 6, 9 or 12 digits' })
    .optional(),
});

export type Settings = z.infer<typeof settings>;
