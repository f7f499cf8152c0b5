export interface RetryRequest {
  /** Only inputs that hold a rejection of this kind. */
  readonly reason: string | undefined;
  /** How many inputs at most. */
  readonly first: number;
  /** Only inputs that came after this one. */
  readonly after?: number | undefined;
}

export interface RetryResult {
  readonly feedId: string;
  /** Inputs read again. */
  readonly inputs: number;
  /** The last input read, where more may follow: pass it as `after` to go on. */
  readonly continueAfter: number | null;
  /** Rejections that are gone. */
  readonly repaired: number;
  /** Rejections that stay and could be retried again. */
  readonly remaining: number;
  /** Rejections whose input was not kept: too long, too old, or a kind that cannot be read again. */
  readonly notKept: number;
}

/** One feed's month in figures. */
export interface QualitySheet {
  readonly feedId: string;
  /** "2026-11", by the calendar of Asia/Shanghai. */
  readonly month: string;
  readonly received: number;
  readonly corrected: number;
  readonly late: number;
  readonly rejections: readonly { readonly reason: string; readonly rejected: number; readonly repaired: number }[];
  readonly gaps: readonly GapRow[];
}

export interface GapRow {
  readonly feedId: string;
  readonly from: Date;
  /** Null while it lasts. */
  readonly to: Date | null;
  readonly state: string;
  readonly reason: string | null;
}
