import type { Principal } from '../model/access.js';
import type { Sight } from '../model/sight.js';

/** Who asks, and what that lets them see at this moment. */
export interface Viewer extends Principal {
  readonly sight: Sight;
  /** Whether published exercises and tests are shown: to everyone known, to nobody else unless the whole hub is one. */
  readonly seesExercises: boolean;
  /** Aborts when the credential ends, by expiry or revocation: nothing more is told from then on. */
  readonly signal: AbortSignal;
}
