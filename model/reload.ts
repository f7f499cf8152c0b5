/** What reading the settings again has changed. Feed ids; `error`: why nothing was, as "file:line: place: what". */
export interface ReloadResult {
  readonly error: string | null;
  readonly added: readonly string[];
  /** Started anew, from their watermark. */
  readonly changed: readonly string[];
  readonly removed: readonly string[];
  /** Left alone: the same connection, nothing lost. */
  readonly unchanged: readonly string[];
  /** Settings that differ and hold only after a restart, such as "hub.keepLogDays". */
  readonly needsRestart: readonly string[];
}
