/** A generated stand-in for a department's system. It does nothing until `start`, and `stop` waits for its end. */
export interface StandIn {
  /** Shown on the start-up line. */
  readonly name: string;
  /** Resolves when it serves; the address feeds are pointed at ("http://127.0.0.1:41213"). */
  start(): Promise<string>;
  stop(): Promise<void>;
}
