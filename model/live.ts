import type { RegisterField, RegisterFields } from './register.js';

/** What a department's own service says of an entry of a register, asked at query time and never stored. */
export interface LiveNoun {
  /** kebab-case, e.g. "scenic-service". */
  readonly noun: string;
  /** The GraphQL type, e.g. "ScenicAreaLive". */
  readonly type: string;
  /** The register whose entries it is asked of, by their codes, and the field that it is there. */
  readonly on: string;
  readonly field: string;
  readonly en: string;
  readonly zh: string;
  readonly fields: readonly RegisterField[];
}

/** What the service said of one code. */
export interface LiveValue {
  /** Null: it does not know the code. */
  readonly fields: RegisterFields | null;
  /** As the service says, where it does. */
  readonly observedAt: Date | null;
  /** When the hub received it. */
  readonly receivedAt: Date;
}

/** A value, `stale` where it is only the last known one; or why there is none. */
export type LiveAnswer =
  | { readonly feedId: string; readonly value: LiveValue; readonly stale: boolean }
  | {
      readonly feedId: string;
      readonly value?: undefined;
      readonly reason: string;
      /** When the service last answered anything, since the hub's start. */
      readonly lastReceivedAt: Date | null;
    };

/** Answers of one service. */
export interface LiveAnswers {
  /**
   * One answer a code, in their order; never rejects, and never takes longer than the feed's time limit less `spentMs`, what the
   * caller's operation has already waited for this service.
   */
  ask(codes: readonly string[], spentMs: number): Promise<readonly LiveAnswer[]>;
}

/** The services that this hub may ask. */
export interface LivePort {
  /** As LiveAnswers; undefined where no feed of this hub answers for the noun. */
  ask(noun: string, codes: readonly string[], spentMs: number): Promise<readonly LiveAnswer[]> | undefined;
}
