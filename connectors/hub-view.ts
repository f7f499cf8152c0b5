/** An entry of a register as the hub holds it. */
export interface HeldEntry {
  readonly code: string;
  readonly name: string;
}

/** What the hub knows that a feed may need to understand what its department writes. */
export interface HubView {
  /** Codes of the divisions that people call so: by name, short name, or with the names above it before it. */
  divisionsNamed(name: string): readonly string[];
  /** What this feed itself has ever brought to one of its registers and is in use. */
  held(noun: string): Promise<readonly HeldEntry[]>;
}

/** The view of a feed that no hub runs. */
export const NO_VIEW: HubView = { divisionsNamed: () => [], held: () => Promise.resolve([]) };
