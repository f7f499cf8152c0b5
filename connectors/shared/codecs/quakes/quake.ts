/** One event of an earthquake catalogue, as texts: "" where the source says nothing. */
export interface Quake {
  /** What the source sent of it. */
  readonly raw: string;
  readonly id: string;
  /** The agency whose solution it is, as it calls itself. */
  readonly catalogue: string;
  readonly time: string;
  /** Where the format itself says so; else the feed's zone counts. */
  readonly zone?: 'UTC';
  readonly lon: string;
  readonly lat: string;
  readonly depthKm: string;
  readonly magnitude: string;
  readonly magnitudeType: string;
  readonly place: string;
  /** "reviewed", "automatic" or "". */
  readonly review: string;
  readonly type: string;
  /** When the source last changed it. */
  readonly updated: string;
  readonly withdrawn: boolean;
}

/** A part that cannot be read as an event; the others stand. */
export interface QuakeFault {
  readonly raw: string;
  readonly message: string;
}

export interface QuakeList {
  readonly quakes: readonly Quake[];
  readonly faults: readonly QuakeFault[];
}

/** A week of the whole world is an eighth of it. */
export const MAX_QUAKE_BYTES = 10_000_000;
export const MAX_QUAKES = 20_000;

/** Milliseconds since 1970 as RFC 3339; what is no number stays as it is. */
export const fromMilliseconds = (value: string): string => {
  const at = new Date(Number(value));
  return /^-?\d{1,15}$/.test(value) && !Number.isNaN(at.getTime()) ? at.toISOString() : value;
};
