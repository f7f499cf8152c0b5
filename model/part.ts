import { DEPARTMENT_CODES, DEPARTMENTS } from './department.js';

/** What a process may serve by itself: one department's own types and feeds, or what all share. */
export type Part = 'shared' | (typeof DEPARTMENTS)[keyof typeof DEPARTMENTS]['slug'];

/** All of them: what is shared, and the twelve departments. */
export const PARTS: readonly Part[] = ['shared', ...DEPARTMENT_CODES.map((code) => DEPARTMENTS[code].slug)];

/** Whose a feed, or a register of that feed, is, by its id. */
export const isOf = (part: Part, feedId: string): boolean => feedId.startsWith(`${part}/`);
