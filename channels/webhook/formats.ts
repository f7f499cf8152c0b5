import type { OutgoingChange } from '../../model/delivery.js';
import { labelOf } from '../rule.js';

/** What a call carries, beside the ids in its headers. */
export interface Body {
  readonly type: string;
  readonly text: string;
}

/** How a change is written; a further format is a further line. */
export const FORMATS = {
  json: (change: OutgoingChange, delivery: string, channel: string): Body => ({
    type: 'application/json; charset=utf-8',
    text: JSON.stringify({ delivery, channel, ...labelFor(change), ...change }),
  }),
} as const satisfies Readonly<Record<string, (change: OutgoingChange, delivery: string, channel: string) => Body>>;

/** `exercise` says in one place what no receiver may overlook. */
const labelFor = ({ warning: { status } }: OutgoingChange) => ({
  exercise: status !== 'ACTUAL',
  label: labelOf(status),
});
