/** Whom a warning is meant for, beside the public: those who pass it on, or must act on it. */
export const AUDIENCE_GROUPS = [
  'INFORMATION_OFFICER',
  'SCHOOL',
  'RESERVOIR_WARDEN',
  'SCENIC_AREA',
  'HERDER',
  'RESPONDER',
  'PUBLIC',
] as const;
export type AudienceGroup = (typeof AUDIENCE_GROUPS)[number];

/** A group within a division and all beneath it. */
export interface Audience {
  readonly group: AudienceGroup;
  /** Of 6, 9 or 12 digits, in its shortest form. */
  readonly division: string;
}
